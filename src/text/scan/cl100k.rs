//! GPT-4, Llama 3 and Qwen: `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|
//! \s*[\r\n]+|\s+(?!\S)|\s+`, where Qwen has `\p{N}` and tiktoken keeps white space at the end of the text whole.

use super::chars::{breaks_end, class_at, contraction, digits_end, is_break, letters_end, other_end, space_end};
use super::window::{Window, Windows};
use crate::unicode::class::{LETTER, NUMBER, SPACE};

/// `DIGITS` is the size of groups of digits; `WHOLE` puts `\s+\z` before `\s*[\r\n]+`.
#[inline]
pub(super) fn scan<const DIGITS: usize, const WHOLE: bool>(text: &str, mut emit: impl FnMut(usize, usize)) {
    let text = text.as_bytes();
    let mut at = 0;
    let mut windows = Windows::default();
    loop {
        at = windows.take(text, at, Window::cl100k::<DIGITS>, &mut emit);
        let Some(&first) = text.get(at) else { return };
        let (class, len) = class_at(text, at);
        let end = if class & LETTER != 0 {
            letters_end(text, at + len)
        } else if class & NUMBER != 0 {
            digits_end::<DIGITS>(text, at + len)
        } else {
            let next = at + len;
            let (after, after_len) = class_at(text, next);
            if after & LETTER != 0 && !is_break(first) {
                match contraction::<true>(text, at) {
                    0 => letters_end(text, next + after_len),
                    len => at + len,
                }
            } else if class & SPACE == 0 {
                breaks_end::<false>(text, other_end(text, next))
            } else if first == b' ' && after & (SPACE | NUMBER) == 0 {
                breaks_end::<false>(text, other_end(text, next + after_len))
            } else {
                space_end::<true, WHOLE>(text, at, class_at)
            }
        };
        emit(at, end);
        at = end;
    }
}
