//! Orthographic clusters: a letter with everything that is written on it, or joined to it.
//!
//! Three notions, each containing the one before it:
//! - a letter and its *signs*: marks, vowel signs that Unicode lists as letters (Thai), the two joiners;
//! - a *grapheme*: an extended grapheme cluster of UAX #29, as the crate `unicode-segmentation` finds it;
//! - an *akshara*, the orthographic syllable of the Brahmic scripts: a grapheme, and the conjuncts that UAX #29 takes
//!   apart. A consonant belongs to the consonant before it where a virama or an invisible stacker stands between them
//!   (Indic_Syllabic_Category), or a virama and U+200D; so does an independent vowel (`नैर्ऋत्य`).
//!
//! What the properties do not say, and the text of the Unicode Standard does (chapters 12 and 13):
//! 1. Tamil's pulli shows that a consonant has no vowel and joins nothing, except in `க்ஷ`, `ஸ்ரீ` and `ஶ்ரீ`.
//! 2. Sinhala's al-lakuna joins only where U+200D follows it.
//! 3. A pure killer (Myanmar asat, Thai phinthu) joins nothing; U+200C after a virama says that it does not join here.
//!
//! Known limits: vowels that Thai, Lao and Tai Viet write before their consonant stand alone; Tibetan stacks are
//! letters and signs, which the first notion covers; scripts that no property describes (Bhaiksuki numbers, Grantha's
//! stacked signs) are as UAX #29 has them.
//!
//! The table is that of Unicode 17, as `unicode-segmentation` is; it is newer than the one of the character classes, which
//! is that of regular expressions.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation as _};

use super::blocks::Blocks;
use table::RUNS;

#[cfg(test)]
mod properties;
mod table;
#[cfg(test)]
pub(crate) mod tests;

/// A sign on the letter before it: General_Category M, a dependent Indic_Syllabic_Category, the joiners.
pub(crate) const SIGN: u8 = 1;
/// UAX #29 may keep it with the character before it; all signs, and jamo vowels and finals.
pub(crate) const EXTENDS: u8 = 2;
/// UAX #29 may keep the consonant, or whatever comes, with it: conjunct linkers, prepended marks, jamo initials.
pub(crate) const OPENS_GRAPHEME: u8 = 4;
/// It joins the consonant that comes to what it stands on: also viramas that are no conjunct linkers to UAX #29.
pub(crate) const OPENS_AKSHARA: u8 = 8;
/// A consonant or independent vowel of a Brahmic script.
pub(crate) const JOINS: u8 = 16;
/// A virama or invisible stacker, joining or not.
const VIRAMA: u8 = 32;
/// Half of a flag. Which halves belong together depends on all before them.
pub(crate) const REGIONAL: u8 = 64;
/// An emoji, or what may become one.
pub(crate) const PICTOGRAPH: u8 = 128;

/// Joins, or shows how a letter would join.
pub(crate) const ZWJ: char = '\u{200d}';

static TABLE: Blocks<512> = Blocks::unroll(RUNS);

/// The flags of a character.
#[inline]
pub(crate) fn of(c: char) -> u8 {
    TABLE.of(c)
}

/// Whether a character is a sign on the letter before it: a token that starts with one has torn the two apart.
pub fn is_sign(c: char) -> bool {
    of(c) & SIGN != 0
}

/// Whether a cut of `text` at byte `at`, which is between two characters, falls inside an akshara. The ends of the
/// text are no such place. O(1), but for the lengths of runs of marks and flags.
pub fn inside(text: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (text[..at].chars().next_back(), text[at..].chars().next()) else { return false };
    let (left, right) = (of(before), of(after));
    if right & SIGN != 0 {
        return !before.is_control() && !matches!(before, '\u{200b}' | '\u{2028}' | '\u{2029}');
    }
    if right & JOINS != 0 {
        if left & OPENS_AKSHARA != 0 || joins_in_tamil(text, at, before, after) {
            return true;
        }
        let mut signs = text[..at].chars().rev().take_while(|&c| of(c) & EXTENDS != 0);
        if before == ZWJ && signs.clone().nth(1).is_some_and(|c| of(c) & VIRAMA != 0) {
            return true;
        }
        return signs.any(|c| of(c) & OPENS_GRAPHEME != 0) && inside_grapheme(text, at);
    }
    let plain = left & (OPENS_GRAPHEME | REGIONAL) == 0 && right & EXTENDS == 0 && before != ZWJ && before != '\r';
    !plain && inside_grapheme(text, at)
}

/// Whether a pulli before `after` is one of those that join.
fn joins_in_tamil(text: &str, at: usize, before: char, after: char) -> bool {
    const PULLI: char = '\u{bcd}';
    if before != PULLI {
        return false;
    }
    let base = text[..at].chars().nth_back(1);
    match after {
        'ஷ' => base == Some('க'),
        'ர' => matches!(base, Some('ஸ' | 'ஶ')) && text[at..].chars().nth(1) == Some('\u{bc0}'),
        _ => false,
    }
}

/// Whether a cut of `text` at byte `at`, which is between two characters, falls inside a grapheme.
pub fn inside_grapheme(text: &str, at: usize) -> bool {
    // The whole text is at hand, so the cursor asks for nothing.
    !GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true)
}

/// The aksharas of a text, left to right; joined they are the text.
pub fn aksharas(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = &text[start..];
        let mut ends = rest.char_indices().skip(1).map(|(at, _)| start + at).chain([text.len()]);
        let end = ends.find(|&end| !inside(text, end)).filter(|_| !rest.is_empty())?;
        let akshara = &text[start..end];
        start = end;
        Some(akshara)
    })
}

/// The graphemes of a text, left to right; joined they are the text.
pub fn graphemes(text: &str) -> impl Iterator<Item = &str> {
    text.graphemes(true)
}
