//! A byte about every character, unrolled by the compiler from runs of equal bytes.
//!
//! Characters lie in blocks of 64, equal blocks of one byte being shared, so that start-up costs nothing and a text
//! touches only the few blocks of its scripts. A block is what the last byte of a UTF-8 sequence ranges over, so a
//! lookup needs no code point. O(1).

const BLOCK: usize = 64;
const INDEX: usize = 0x11_0000 / BLOCK;

/// The bytes of all characters; `N` is at least the number of blocks that differ, and a power of two so that an index
/// into them can be masked instead of checked.
pub(super) struct Blocks<const N: usize> {
    index: [u16; INDEX],
    blocks: [[u8; BLOCK]; N],
}

impl<const N: usize> Blocks<N> {
    /// Unrolls runs: the first character of each, shifted left by 8, and its byte; sorted, the first one of U+0000. More
    /// than `N` blocks are a compile error where this is a constant.
    pub const fn unroll(runs: &[u32]) -> Self {
        let mut table = Blocks { index: [0; INDEX], blocks: [[0; BLOCK]; N] };
        let mut uniform = [u16::MAX; 256];
        let (mut run, mut used, mut block) = (0, 0, 0);
        while block < INDEX {
            let first = block * BLOCK;
            while run + 1 < runs.len() && (runs[run + 1] >> 8) as usize <= first {
                run += 1;
            }
            let byte = (runs[run] & 0xff) as u8;
            let whole = run + 1 == runs.len() || (runs[run + 1] >> 8) as usize >= first + BLOCK;
            if whole && uniform[byte as usize] != u16::MAX {
                table.index[block] = uniform[byte as usize];
            } else {
                let (mut at, mut within) = (0, run);
                while at < BLOCK {
                    while within + 1 < runs.len() && (runs[within + 1] >> 8) as usize <= first + at {
                        within += 1;
                    }
                    table.blocks[used][at] = (runs[within] & 0xff) as u8;
                    at += 1;
                }
                if whole {
                    uniform[byte as usize] = used as u16;
                }
                table.index[block] = used as u16;
                used += 1;
            }
            block += 1;
        }
        table
    }

    /// The byte of the character `high * 64 + low`.
    #[inline(always)]
    pub const fn of_parts(&self, high: usize, low: u8) -> u8 {
        let block = if high < INDEX { self.index[high] } else { 0 };
        self.blocks[block as usize % N][low as usize % BLOCK]
    }

    /// The byte of any character.
    #[inline(always)]
    pub const fn of(&self, c: char) -> u8 {
        self.of_parts(c as usize / BLOCK, (c as usize % BLOCK) as u8)
    }
}
