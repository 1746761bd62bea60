//! Character classes: what the pre-tokenization patterns ask about a character, in one byte.
//!
//! The classes are those of Unicode as `regex-syntax` knows them, because that is what evaluates a regular expression in
//! stock Hugging Face: a scanner that used a newer Unicode would cut new letters differently. `table.rs` holds them as
//! runs of equal class, generated; `blocks.rs` unrolls them, into about 75 KB.

use super::blocks::Blocks;
use super::table::RUNS;

/// Upper-case and title-case letters: Lu, Lt.
pub(crate) const UPPER: u8 = 1;
/// Lower-case letters: Ll.
pub(crate) const LOWER: u8 = 2;
/// Letters without case: Lm, Lo.
pub(crate) const CASELESS: u8 = 4;
/// Marks: Mn, Mc, Me.
pub(crate) const MARK: u8 = 8;
/// Numbers: Nd, Nl, No.
pub(crate) const NUMBER: u8 = 16;
/// Punctuation and symbols: P, S. No pattern tells them apart.
pub(crate) const PUNCT: u8 = 32;
/// White_Space, a regular expression's `\s`.
pub(crate) const SPACE: u8 = 64;
/// Zero-width joiner and non-joiner: U+200D, U+200C.
pub(crate) const JOINER: u8 = 128;
/// Any letter, `\p{L}`.
pub(crate) const LETTER: u8 = UPPER | LOWER | CASELESS;

static TABLE: Blocks<512> = Blocks::unroll(RUNS);

static ASCII: [u8; 128] = {
    let mut ascii = [0; 128];
    let mut at = 0;
    while at < 128 {
        ascii[at] = TABLE.of(at as u8 as char);
        at += 1;
    }
    ascii
};

/// The class of an ASCII character; the top bit is ignored.
#[inline(always)]
pub(crate) fn of_ascii(byte: u8) -> u8 {
    ASCII[(byte & 0x7f) as usize]
}

/// The class of the character `high * 64 + low`. O(1).
#[inline(always)]
pub(crate) fn of_parts(high: usize, low: u8) -> u8 {
    TABLE.of_parts(high, low)
}

/// The class of any character.
#[inline]
pub(crate) fn of(c: char) -> u8 {
    TABLE.of(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_syntax::hir::{Class, HirKind};

    fn ranges(class: &str) -> Vec<(u32, u32)> {
        match regex_syntax::parse(class).unwrap().into_kind() {
            HirKind::Class(Class::Unicode(class)) => {
                class.ranges().iter().map(|r| (r.start() as u32, r.end() as u32)).collect()
            }
            other => panic!("{class} is {other:?}"),
        }
    }

    /// The class of every code point by `regex-syntax`.
    fn expected() -> Vec<u8> {
        let mut classes = vec![0; 0x11_0000];
        let parts = [
            (r"[\p{Lu}\p{Lt}]", UPPER),
            (r"\p{Ll}", LOWER),
            (r"[\p{Lm}\p{Lo}]", CASELESS),
            (r"\p{M}", MARK),
            (r"\p{N}", NUMBER),
            (r"[\p{P}\p{S}]", PUNCT),
            (r"\s", SPACE),
            (r"[\x{200C}\x{200D}]", JOINER),
        ];
        for (class, flag) in parts {
            for (start, end) in ranges(class) {
                for c in start..=end {
                    assert_eq!(classes[c as usize], 0, "U+{c:04X} has two classes");
                    classes[c as usize] = flag;
                }
            }
        }
        classes
    }

    #[test]
    fn every_character_has_the_class_that_regular_expressions_see() {
        for (c, &class) in expected().iter().enumerate() {
            assert_eq!(of_parts(c / 64, (c % 64) as u8), class, "U+{c:04X}: run `cargo run --example class_table`");
        }
        let letters: Vec<_> = expected().iter().map(|class| class & LETTER != 0).collect();
        assert!(ranges(r"\p{L}").iter().all(|&(from, to)| (from..=to).all(|c| letters[c as usize])));
    }
}
