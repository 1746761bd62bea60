//! GPT-4o: words end where a capital follows a small letter and take an English contraction with them; marks are part of
//! words; digits in threes; `/` joins the line breaks after punctuation.
//!
//! `P?U*W+C?|P?U+W*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+` with `P = [^\r\n\p{L}\p{N}]`,
//! `U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, `W = [\p{Ll}\p{Lm}\p{Lo}\p{M}]` and `C = (?i:'s|'t|'re|'ve|'m|'ll|'d)`. Caseless
//! letters and marks are in both U and W, which is where the expression backtracks: see [`word`].

use super::chars::{
    ascii_end, breaks_end, class_at, contraction, digits_end, is_break, other_end, space_end, word_end,
};
use super::window::{Window, Windows};
use crate::unicode::class::{CASELESS, LETTER, LOWER, MARK, NUMBER, SPACE, UPPER};

#[inline]
pub(super) fn scan(text: &str, mut emit: impl FnMut(usize, usize)) {
    let text = text.as_bytes();
    let mut at = 0;
    let mut windows = Windows::default();
    loop {
        at = windows.take(text, at, Window::o200k, &mut emit);
        let Some(&first) = text.get(at) else { return };
        let (class, len) = class_at(text, at);
        let next = at + len;
        let end = if class & LETTER != 0 {
            let end = word(text, at, class, len);
            end + contraction::<true>(text, end)
        } else if class & NUMBER != 0 {
            digits_end::<3>(text, next)
        } else {
            let (after, after_len) = class_at(text, next);
            if after & (LETTER | MARK) != 0 && !is_break(first) {
                let mut end = word(text, next, after, after_len);
                if class & MARK != 0 && !has_small(text, next, end) {
                    // `P?U*W+` comes first, and without a `P` the mark alone is its `W`.
                    end = next;
                }
                end + contraction::<true>(text, end)
            } else if class & MARK != 0 {
                next + contraction::<true>(text, next)
            } else if class & SPACE == 0 {
                breaks_end::<true>(text, other_end(text, next))
            } else if first == b' ' && after & (SPACE | NUMBER) == 0 {
                breaks_end::<true>(text, other_end(text, next + after_len))
            } else {
                space_end::<true, false>(text, at, class_at)
            }
        };
        emit(at, end);
        at = end;
    }
}

/// The end of `U*W+|U+W*` at `at`, where a letter or mark of class `class` and length `len` stands. If a small letter
/// follows the longest `U*`, everything up to the end of the small letters; else `U*` gives back what follows the last
/// character that is also in W; and if there is none, all are capitals and the second alternative takes them.
#[inline(always)]
fn word(text: &[u8], at: usize, class: u8, len: usize) -> usize {
    if class & LOWER != 0 {
        return small_end(text, at + len);
    }
    let mut end = at + len;
    let mut last = if class & UPPER == 0 { end } else { at };
    loop {
        let (class, len) = class_at(text, end);
        if class & LOWER != 0 {
            return small_end(text, end + len);
        }
        if class & (UPPER | CASELESS | MARK) == 0 {
            return if last > at { last } else { end };
        }
        end += len;
        if class & UPPER == 0 {
            last = end;
        }
    }
}

/// The end of `W*`.
#[inline(always)]
fn small_end(text: &[u8], at: usize) -> usize {
    let end = ascii_end::<true>(text, at);
    if text.get(end).is_some_and(|&byte| byte >= 0x80) {
        word_end::<true, { LOWER | CASELESS | MARK }>(text, end)
    } else {
        end
    }
}

/// Whether one of the characters is in W.
fn has_small(text: &[u8], mut at: usize, end: usize) -> bool {
    while at < end {
        let (class, len) = class_at(text, at);
        if class & (LOWER | CASELESS | MARK) != 0 {
            return true;
        }
        at += len;
    }
    false
}
