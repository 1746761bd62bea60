//! Sixty-four bytes at a time: where pieces of ASCII start, by arithmetic on bit sets.
//!
//! In ASCII text the patterns are local: whether a piece starts at a byte depends on the classes of a few bytes around
//! it. So a window that begins where a piece begins is turned into one bit set a class, bit `n` standing for byte `n`,
//! and shifts and masks give the starts of all its pieces at once, without a branch on what they are. What that cannot
//! tell is *hard*: characters that are not ASCII, contractions, odd white space. A start is only given where nothing that
//! may follow undoes it. Starts before the first hard byte hold, and from the last of them the scanner takes over for
//! one piece.

use wide::i8x64;

const LOWER_A: i8 = b'a' as i8;
const LOWER_Z: i8 = b'z' as i8;
/// The bit that small letters have and capitals have not.
const CASE: i8 = 0x20;

/// Pieces that are left to the scanner where there is little ASCII.
const WAIT: u32 = 16;
/// Bytes that a window must have settled to be worth it.
const WORTH: usize = 16;

/// The classes of 64 bytes.
#[derive(Clone, Copy)]
pub(super) struct Window {
    letters: u64,
    capitals: u64,
    numbers: u64,
    spaces: u64,
    tabs: u64,
    /// `\r` and `\n`.
    breaks: u64,
    apostrophes: u64,
    slashes: u64,
    /// All that is neither of these nor other visible ASCII.
    strange: u64,
}

/// What a pattern makes of a window.
pub(super) struct Starts {
    /// Where pieces start.
    starts: u64,
    /// From the first of these on, `starts` may be wrong.
    hard: u64,
}

/// Where windows are looked at, and where they are not worth while.
#[derive(Default)]
pub(super) struct Windows {
    wait: u32,
}

impl Windows {
    /// Calls `emit` for the pieces from `at` on, where one starts, as far as windows can tell; returns where the next
    /// one starts.
    #[inline(always)]
    pub(super) fn take(
        &mut self,
        text: &[u8],
        mut at: usize,
        starts: impl Fn(&Window) -> Starts,
        emit: &mut impl FnMut(usize, usize),
    ) -> usize {
        if self.wait > 0 {
            self.wait -= 1;
            return at;
        }
        while let Some(bytes) = text.get(at..).and_then(|rest| rest.first_chunk::<64>()) {
            let window = Window::new(bytes);
            let Starts { starts, hard } = starts(&window);
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
                if at - base < WORTH && window.strange & before_hard.wrapping_add(1) != 0 {
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
        let one = |byte: u8| bytes.simd_eq(i8x64::splat(byte as i8)).to_bitmask();
        let (tabs, breaks) = (one(b'\t'), one(b'\n') | one(b'\r'));
        Window {
            letters: within::<LOWER_A, LOWER_Z, CASE>(bytes),
            capitals: within::<{ b'A' as i8 }, { b'Z' as i8 }, 0>(bytes),
            numbers: within::<{ b'0' as i8 }, { b'9' as i8 }, 0>(bytes),
            spaces: one(b' '),
            tabs,
            breaks,
            apostrophes: one(b'\''),
            slashes: one(b'/'),
            strange: !within::<{ b' ' as i8 }, { i8::MAX }, 0>(bytes) & !tabs & !breaks,
        }
    }

    /// What is neither a letter, a number, white space nor strange.
    #[inline(always)]
    fn others(&self) -> u64 {
        !(self.letters | self.numbers | self.white() | self.strange)
    }

    #[inline(always)]
    fn white(&self) -> u64 {
        self.spaces | self.tabs | self.breaks
    }

    /// Bytes that are followed by what is surely not white space.
    #[inline(always)]
    fn before_visible(&self) -> u64 {
        !((self.white() | self.strange) >> 1 | 1 << 63)
    }

    /// The letters of what may be a contraction.
    #[inline(always)]
    fn contracted(&self) -> u64 {
        self.letters & self.apostrophes << 1
    }

    /// GPT-2's pieces: of a run of white space the last character is apart, and if it is a space it joins what follows.
    #[inline(always)]
    pub(super) fn gpt2(&self) -> Starts {
        let white = self.white();
        let first = |class: u64| class & !(class << 1) & !(self.spaces << 1);
        let whites = white & (!(white << 1) | self.before_visible());
        Starts {
            starts: whites | first(self.letters) | first(self.numbers) | first(self.others()),
            hard: self.strange | self.contracted(),
        }
    }

    /// GPT-4's pieces, with groups of `DIGITS` digits (1 or 3). One character that starts a piece, and is no line break,
    /// joins letters; a space joins punctuation. Line breaks join the punctuation before them; else what precedes them
    /// in a run of white space joins them.
    #[inline(always)]
    pub(super) fn cl100k<const DIGITS: usize>(&self) -> Starts {
        let (white, others, breaks) = (self.white(), self.others(), self.breaks);
        let blanks = self.spaces | self.tabs;
        let marks = others & !(others << 1) & !(self.spaces << 1);
        let words = self.letters & !(self.letters << 1) & !(blanks << 1) & !(marks << 1);
        // Adding the first bit of a run carries through it.
        let joined = breaks & !breaks.wrapping_add(breaks & others << 1);
        let last = blanks & self.before_visible();
        // Blanks between two breaks are part of the white space around them: where breaks may follow, all is open.
        let after_break = blanks & breaks << 1;
        let between = after_break & !(joined << 1);
        let (behind, beyond) = blanks.overflowing_add(between);
        let open = if beyond || behind & !blanks & (breaks | self.strange) != 0 { between } else { 0 };
        Starts {
            starts: white & !(white << 1) & !joined | last | after_break | marks | words | self.groups::<DIGITS>(),
            hard: self.strange | self.contracted() | open,
        }
    }

    /// GPT-4o's pieces and our own: GPT-4's, but slashes join the line breaks that join punctuation.
    #[inline(always)]
    pub(super) fn slashed(&self) -> Starts {
        let Starts { starts, hard } = self.cl100k::<3>();
        Starts { starts, hard: hard | self.slashes & self.breaks << 1 }
    }

    /// GPT-4o's pieces: words end where a capital follows a small letter, and a contraction belongs to its word.
    #[inline(always)]
    pub(super) fn o200k(&self) -> Starts {
        let Starts { starts, hard } = self.slashed();
        let small = self.letters & !self.capitals;
        // What follows the window may make a contraction.
        let open = self.apostrophes & ((self.letters | self.strange) >> 1 | 1 << 63);
        Starts { starts: starts | self.capitals & small << 1, hard: hard | open }
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
