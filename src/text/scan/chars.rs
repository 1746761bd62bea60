//! The parts that scanners are made of: the class of the next character, and the ends of runs.
//!
//! Positions are byte offsets at character boundaries of valid UTF-8. The end of the text looks like a white-space
//! character of length 0: it ends every run of anything else, and no pattern starts a match there.

use crate::unicode::class::{self, JOINER, LETTER, MARK, NUMBER, SPACE};

/// The class of the character at `at` and its length in bytes.
#[inline(always)]
pub(super) fn class_at(text: &[u8], at: usize) -> (u8, usize) {
    match text.get(at) {
        Some(&byte) if byte < 0x80 => (class::of_ascii(byte), 1),
        Some(_) => wide_class_at(text, at),
        None => (SPACE, 0),
    }
}

/// [`class_at`] where the character is not ASCII.
#[inline(always)]
pub(super) fn wide_class_at(text: &[u8], at: usize) -> (u8, usize) {
    let (high, low, len) = parts_at(text, at);
    (class::of_parts(high, low), len)
}

/// A character that is not ASCII as `high * 64 + low`, and its length.
#[inline(always)]
pub(super) fn parts_at(text: &[u8], at: usize) -> (usize, u8, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let [a, b, c, d] = match rest.first_chunk::<4>() {
        Some(&bytes) => bytes,
        None => {
            let mut bytes = [0; 4];
            bytes.iter_mut().zip(rest).for_each(|(to, &from)| *to = from);
            bytes
        }
    };
    let bits = |byte: u8| usize::from(byte & 0x3f);
    if a < 0xe0 {
        (usize::from(a & 0x1f), b & 0x3f, 2)
    } else if a < 0xf0 {
        (usize::from(a & 0x0f) << 6 | bits(b), c & 0x3f, 3)
    } else {
        (usize::from(a & 0x07) << 12 | bits(b) << 6 | bits(c), d & 0x3f, 4)
    }
}

/// The end of the run of characters of the classes `MASK` that includes `at`.
#[inline(always)]
pub(super) fn run<const MASK: u8>(text: &[u8], mut at: usize) -> usize {
    loop {
        let (class, len) = class_at(text, at);
        if class & MASK == 0 || len == 0 {
            return at;
        }
        at += len;
    }
}

/// The end of the run of characters that are neither white space, letters nor numbers.
#[inline(always)]
pub(super) fn other_end(text: &[u8], mut at: usize) -> usize {
    loop {
        let (class, len) = class_at(text, at);
        if class & (SPACE | LETTER | NUMBER) != 0 {
            return at;
        }
        at += len;
    }
}

/// The end of at most `N` numbers, the first of which ends at `at`.
#[inline(always)]
pub(super) fn digits_end<const N: usize>(text: &[u8], mut at: usize) -> usize {
    for _ in 1..N {
        let (class, len) = class_at(text, at);
        if class & NUMBER == 0 {
            break;
        }
        at += len;
    }
    at
}

const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// The top bit of every byte that is no ASCII letter (with `CASE`: no lower-case one).
#[inline(always)]
fn not_letters<const CASE: bool>(word: u64) -> u64 {
    let folded = if CASE { word } else { word | (0x20 * ONES) } & !HIGH;
    let at_least_a = folded + (0x80 - b'a' as u64) * ONES;
    let above_z = folded + (0x7f - b'z' as u64) * ONES;
    (!at_least_a | above_z | word) & HIGH
}

/// The end of the run of ASCII letters (with `CASE`: lower-case ones) that includes `at`.
#[inline(always)]
pub(super) fn ascii_end<const CASE: bool>(text: &[u8], mut at: usize) -> usize {
    while let Some(bytes) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let stop = not_letters::<CASE>(u64::from_le_bytes(*bytes));
        if stop != 0 {
            return at + stop.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let letter = |byte: &u8| if CASE { byte.is_ascii_lowercase() } else { byte.is_ascii_alphabetic() };
    while text.get(at).is_some_and(letter) {
        at += 1;
    }
    at
}

/// The end of the run that includes `at`, of ASCII letters (with `CASE`: lower-case ones) and of characters that are not
/// ASCII and belong to the classes `MASK`.
#[inline(always)]
pub(super) fn word_end<const CASE: bool, const MASK: u8>(text: &[u8], mut at: usize) -> usize {
    loop {
        while text.get(at).is_some_and(|&byte| byte >= 0x80) {
            let (class, len) = wide_class_at(text, at);
            if class & MASK == 0 {
                return at;
            }
            at += len;
        }
        let end = ascii_end::<CASE>(text, at);
        if end == at || text.get(end).is_none_or(|&byte| byte < 0x80) {
            return end;
        }
        at = end;
    }
}

/// The end of the run of letters that includes `at`.
#[inline(always)]
pub(super) fn letters_end(text: &[u8], at: usize) -> usize {
    word_end::<false, LETTER>(text, at)
}

/// The end of the run of letters and marks, with joiners, that includes `at`.
#[inline(always)]
pub(super) fn joined_end(text: &[u8], at: usize) -> usize {
    word_end::<false, { LETTER | MARK | JOINER }>(text, at)
}

/// Whether a byte is `\r` or `\n`.
#[inline(always)]
pub(super) fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// The end of `[\r\n]*`, with `SLASH` of `[\r\n/]*`.
#[inline(always)]
pub(super) fn breaks_end<const SLASH: bool>(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|&byte| is_break(byte) || (SLASH && byte == b'/')) {
        at += 1;
    }
    at
}

/// The end of the piece that starts with the white space at `at`: `\s+(?!\S)|\s+`, with `BREAKS` after
/// `\s*[\r\n]+`, with `WHOLE` after `\s+\z`. `class_at` must know the character at `at` as white space.
#[inline(always)]
pub(super) fn space_end<const BREAKS: bool, const WHOLE: bool>(
    text: &[u8],
    at: usize,
    class_at: impl Fn(&[u8], usize) -> (u8, usize),
) -> usize {
    let (mut end, mut last, mut after_break) = (at, at, at);
    loop {
        let (class, len) = class_at(text, end);
        if len == 0 {
            return if BREAKS && !WHOLE && after_break > at { after_break } else { end };
        }
        if class & SPACE == 0 {
            break;
        }
        last = end;
        end += len;
        if BREAKS && text.get(last).is_some_and(|&byte| is_break(byte)) {
            after_break = end;
        }
    }
    match () {
        () if BREAKS && after_break > at => after_break,
        () if last > at => last,
        () => end,
    }
}

/// The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `at`, or 0. With `FOLD` in any case, and `ſ` is an `s`.
#[inline(always)]
pub(super) fn contraction<const FOLD: bool>(text: &[u8], at: usize) -> usize {
    if text.get(at) != Some(&b'\'') {
        return 0;
    }
    let byte = |n: usize| match text.get(at + n) {
        Some(&byte) if FOLD && byte.is_ascii() => byte.to_ascii_lowercase(),
        Some(&byte) => byte,
        None => 0,
    };
    match (byte(1), byte(2)) {
        (b's' | b't' | b'm' | b'd', _) => 2,
        (b'r' | b'v', b'e') | (b'l', b'l') => 3,
        (0xc5, 0xbf) if FOLD => 3,
        _ => 0,
    }
}
