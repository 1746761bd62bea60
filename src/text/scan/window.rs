//! Sixty-four bytes at a time: where pieces of plain ASCII start, by arithmetic on bit sets.
//!
//! In most text most pieces are a word with the space before it, a number or a few punctuation marks. For these the
//! patterns are local: whether a piece starts at a byte depends on the class of that byte and of the two before it. So
//! a window that begins where a piece begins is turned into one bit set a class, and shifts and masks give the starts
//! of all its pieces at once, without a branch on what they are. Everything else (characters that are not ASCII, white
//! space but for single spaces, apostrophes before letters) is *hard*: the starts before the first hard byte hold, and
//! the scanner takes over from the last of them.

use wide::i8x64;

const LOWER_A: i8 = b'a' as i8;
const LOWER_Z: i8 = b'z' as i8;
const SPACE: i8 = b' ' as i8;
const APOSTROPHE: i8 = b'\'' as i8;
/// The bit that small letters have and capitals have not.
const CASE: i8 = 0x20;

/// Pieces that are left to the scanner after a window that was not worth it.
const WAIT: u32 = 16;
/// Bytes that a window must have settled to be worth it.
const WORTH: usize = 16;

/// The classes of 64 bytes; bit `n` is the byte `n`.
#[derive(Clone, Copy)]
pub(super) struct Window {
    letters: u64,
    numbers: u64,
    spaces: u64,
    capitals: u64,
    apostrophes: u64,
    hard: u64,
}

/// Where a window is looked at, and where it is not worth while.
#[derive(Default)]
pub(super) struct Windows {
    wait: u32,
}

impl Windows {
    /// Calls `emit` for the pieces from `at` on, where one starts, as far as windows can tell; returns where the next
    /// one starts. `starts` gives the first hard byte's bit set and the starts of a window.
    #[inline(always)]
    pub(super) fn take(
        &mut self,
        text: &[u8],
        mut at: usize,
        starts: impl Fn(&Window) -> (u64, u64),
        emit: &mut impl FnMut(usize, usize),
    ) -> usize {
        if self.wait > 0 {
            self.wait -= 1;
            return at;
        }
        while let Some(bytes) = text.get(at..).and_then(|rest| rest.first_chunk::<64>()) {
            let (hard, starts) = starts(&Window::new(bytes));
            let before_hard = (hard & hard.wrapping_neg()).wrapping_sub(1);
            let base = at;
            let mut next = starts & before_hard & !1;
            while next != 0 {
                let end = base + next.trailing_zeros() as usize;
                emit(at, end);
                at = end;
                next &= next - 1;
            }
            if hard != 0 || at == base {
                if at - base < WORTH {
                    self.wait = WAIT;
                }
                break;
            }
        }
        at
    }
}

impl Window {
    #[inline(always)]
    fn new(bytes: &[u8; 64]) -> Window {
        let bytes = i8x64::new(bytes.map(|byte| byte as i8));
        let spaces = within::<SPACE, SPACE, 0>(bytes);
        // Control characters are rare, and among them is the other white space.
        let hard = !within::<SPACE, { i8::MAX }, 0>(bytes);
        Window {
            letters: within::<LOWER_A, LOWER_Z, CASE>(bytes),
            numbers: within::<{ b'0' as i8 }, { b'9' as i8 }, 0>(bytes),
            spaces,
            capitals: within::<{ b'A' as i8 }, { b'Z' as i8 }, 0>(bytes),
            apostrophes: within::<APOSTROPHE, APOSTROPHE, 0>(bytes),
            hard: hard | spaces & spaces << 1,
        }
    }

    /// What is neither a letter, a number, a space nor hard.
    #[inline(always)]
    fn others(&self) -> u64 {
        !(self.letters | self.numbers | self.spaces | self.hard)
    }

    /// Hard bytes and starts of GPT-2's pieces: a space joins whatever it precedes.
    #[inline(always)]
    pub(super) fn gpt2(&self) -> (u64, u64) {
        let first = |class: u64| class & !(class << 1) & !(self.spaces << 1);
        let starts = self.spaces | first(self.letters) | first(self.numbers) | first(self.others());
        (self.hard | self.letters & self.apostrophes << 1, starts)
    }

    /// Hard bytes and starts of GPT-4's pieces, with groups of `DIGITS` digits (1 or 3): a space joins letters and
    /// punctuation, and one punctuation mark that starts a piece joins letters.
    #[inline(always)]
    pub(super) fn cl100k<const DIGITS: usize>(&self) -> (u64, u64) {
        let (others, after_space) = (self.others(), self.spaces << 1);
        let marks = others & !(others << 1) & !after_space;
        let words = self.letters & !(self.letters << 1) & !after_space & !(marks << 1);
        let starts = self.spaces | marks | words | self.groups::<DIGITS>();
        (self.hard | self.letters & self.apostrophes << 1, starts)
    }

    /// Hard bytes and starts of GPT-4o's pieces: GPT-4's, cut before a capital after a small letter.
    #[inline(always)]
    pub(super) fn o200k(&self) -> (u64, u64) {
        let (_, starts) = self.cl100k::<3>();
        let small = self.letters & !self.capitals;
        // A contraction belongs to the word before it; what follows the window may make one.
        let open = self.apostrophes & ((self.letters | self.hard) >> 1 | 1 << 63);
        (self.hard | open, starts | self.capitals & small << 1)
    }

    /// Starts of groups of digits.
    #[inline(always)]
    fn groups<const DIGITS: usize>(&self) -> u64 {
        let numbers = self.numbers;
        if DIGITS == 1 {
            return numbers;
        }
        let mut new = numbers & !(numbers << 1);
        let mut starts = new;
        while new != 0 {
            new = new << 3 & numbers & numbers << 1 & numbers << 2;
            starts |= new;
        }
        starts
    }
}

/// The bytes that are in `LOW..=HIGH` after `FOLD` is set in them; both are ASCII, and nothing else is inside.
#[inline(always)]
fn within<const LOW: i8, const HIGH: i8, const FOLD: i8>(bytes: i8x64) -> u64 {
    let folded = bytes | i8x64::splat(FOLD);
    // Signed: what is not ASCII is below everything.
    let above = folded.simd_gt(i8x64::splat(LOW - 1));
    let inside = if HIGH == i8::MAX { above } else { above & folded.simd_lt(i8x64::splat(HIGH.wrapping_add(1))) };
    inside.to_bitmask()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sets_are_what_they_say(bytes in prop::collection::vec(any::<u8>(), 64)) {
            let naive = |low: u8, high: u8, fold: u8| {
                let inside = |byte: u8| byte < 0x80 && (low..=high).contains(&(byte | fold));
                (0..64).filter(|&n| inside(bytes[n])).fold(0u64, |set, n| set | 1 << n)
            };
            let vector = i8x64::new(bytes.first_chunk::<64>().unwrap().map(|byte| byte as i8));
            prop_assert_eq!(within::<LOWER_A, LOWER_Z, CASE>(vector), naive(b'a', b'z', 0x20));
            prop_assert_eq!(within::<0x20, 0x7f, 0>(vector), naive(0x20, 0x7f, 0));
            prop_assert_eq!(within::<{ b'0' as i8 }, { b'9' as i8 }, 0>(vector), naive(b'0', b'9', 0));
        }
    }
}
