//! DeepSeek V3: digits in threes, runs of Chinese and Japanese, and inside what these leave the third pattern,
//! ``[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|
//! \s+(?!\S)|\s+``. The third does not match everywhere (a number before a space, a control character): what is between
//! matches is a piece, too.
//!
//! The first two splits only divide the text into sections in which the third works alone, look-ahead included. So one
//! pass does all three: a section's end looks like the end of the text.

use super::chars::{ascii_end, breaks_end, class_at, digits_end, is_break, space_end, wide_class_at, word_end};
use super::runs::is_cjk;
use crate::unicode::class::{LETTER, MARK, NUMBER, PUNCT, SPACE};

/// What the third pattern sees.
const ALL: u8 = 0;
/// Neither numbers nor Chinese and Japanese.
const PLAIN: u8 = 1;
/// Chinese and Japanese only.
const CJK: u8 = 2;

/// The third pattern alone.
#[inline]
pub(super) fn scan(text: &str, mut emit: impl FnMut(usize, usize)) {
    let text = text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        let (end, found) = piece::<ALL>(text, at);
        if found {
            emit(at, end);
        }
        at = end;
    }
}

/// The pieces of all three splits, `Isolated`.
#[inline]
pub(in crate::text) fn deepseek_v3(text: &str, mut emit: impl FnMut(usize, usize)) {
    let text = text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        let (class, len) = class_at(text, at);
        if class & NUMBER != 0 {
            let end = digits_end::<3>(text, at + len);
            emit(at, end);
            at = end;
        } else if is_cjk(text, at) {
            at = section::<CJK>(text, at, &mut emit);
        } else {
            at = section::<PLAIN>(text, at, &mut emit);
        }
    }
}

/// Cuts the section that starts at `at`, and gives its end.
#[inline(always)]
fn section<const VIEW: u8>(text: &[u8], mut at: usize, emit: &mut impl FnMut(usize, usize)) -> usize {
    let mut done = at;
    while seen::<VIEW>(text, at).1 > 0 {
        let (end, found) = piece::<VIEW>(text, at);
        if found {
            if done < at {
                emit(done, at);
            }
            emit(at, end);
            done = end;
        }
        at = end;
    }
    if done < at {
        emit(done, at);
    }
    at
}

/// [`class_at`], with the end of the section as the end of the text.
#[inline(always)]
fn seen<const VIEW: u8>(text: &[u8], at: usize) -> (u8, usize) {
    match text.get(at) {
        Some(&byte) if byte < 0x80 && VIEW == CJK => (SPACE, 0),
        Some(&byte) if byte < 0x80 => match class_at(text, at) {
            (NUMBER, _) if VIEW == PLAIN => (SPACE, 0),
            seen => seen,
        },
        Some(_) => match VIEW {
            ALL => wide_class_at(text, at),
            CJK if is_cjk(text, at) => wide_class_at(text, at),
            PLAIN if !is_cjk(text, at) => match wide_class_at(text, at) {
                (NUMBER, _) => (SPACE, 0),
                seen => seen,
            },
            _ => (SPACE, 0),
        },
        None => (SPACE, 0),
    }
}

/// The end of the match at `at` and `true`, or of the character there and `false`.
#[inline(always)]
fn piece<const VIEW: u8>(text: &[u8], at: usize) -> (usize, bool) {
    let first = text.get(at).copied().unwrap_or_default();
    let (class, len) = seen::<VIEW>(text, at);
    let next = at + len;
    if class & (LETTER | MARK) != 0 {
        return (word::<VIEW>(text, next), true);
    }
    let (after, after_len) = seen::<VIEW>(text, next);
    if class & PUNCT != 0 {
        if first < 0x80 && text.get(next).is_some_and(u8::is_ascii_alphabetic) {
            return (ascii_end::<false>(text, next), true);
        }
        return (punctuation_end::<VIEW>(text, next), true);
    }
    if after & (LETTER | MARK) != 0 && !is_break(first) {
        return (word::<VIEW>(text, next + after_len), true);
    }
    if first == b' ' && after & PUNCT != 0 {
        return (punctuation_end::<VIEW>(text, next + after_len), true);
    }
    if class & SPACE != 0 {
        return (space_end::<true, false>(text, at, seen::<VIEW>), true);
    }
    (next, false)
}

/// The end of `[\p{L}\p{M}]*`.
#[inline(always)]
fn word<const VIEW: u8>(text: &[u8], mut at: usize) -> usize {
    if VIEW == ALL {
        return word_end::<false, { LETTER | MARK }>(text, at);
    }
    loop {
        if VIEW == PLAIN {
            at = ascii_end::<false>(text, at);
        }
        if text.get(at).is_none_or(|&byte| byte < 0x80) {
            return at;
        }
        let (class, len) = seen::<VIEW>(text, at);
        if class & (LETTER | MARK) == 0 {
            return at;
        }
        at += len;
    }
}

/// The end of `[\p{P}\p{S}]*[\r\n]*`.
#[inline(always)]
fn punctuation_end<const VIEW: u8>(text: &[u8], mut at: usize) -> usize {
    loop {
        let (class, len) = seen::<VIEW>(text, at);
        if class & PUNCT == 0 {
            break;
        }
        at += len;
    }
    if VIEW == CJK { at } else { breaks_end::<false>(text, at) }
}
