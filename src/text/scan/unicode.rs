//! The project's own default, for every script and for no language in particular.
//!
//! A word is a letter with the letters, marks and joiners after it, so that vowel signs, nuktas and conjuncts stay
//! where they belong. The character before it joins it, mostly its space, except for an apostrophe, which does so only
//! inside a word or after a number: there it starts the suffix (`İstanbul` `'da`, `1992` `'de`, `don` `'t`), elsewhere
//! it is a quotation mark (`'` `merhaba` `'`). Numbers go by threes; punctuation and white space are those of GPT-4o.
//! A mark or joiner without a letter before it is punctuation, so that emoji sequences hold together.
//!
//! Known limit: after other punctuation an apostrophe is punctuation too, `A.Ş.'nin` is cut `A` `.Ş` `.'` `nin`.

use super::chars::{breaks_end, class_at, digits_end, is_break, joined_end, other_end, space_end};
use super::window::{Window, Windows};
use crate::unicode::class::{LETTER, NUMBER, SPACE};

#[inline]
pub(super) fn scan(text: &str, mut emit: impl FnMut(usize, usize)) {
    let text = text.as_bytes();
    let mut at = 0;
    // Whether the last piece was a word or a number: exactly then a letter, mark, joiner or number precedes an
    // apostrophe, since punctuation takes apostrophes along.
    let mut in_word = false;
    let mut windows = Windows::default();
    loop {
        let done = windows.take(text, at, Window::slashed, &mut emit);
        if done > at {
            in_word = text[done - 1].is_ascii_alphanumeric();
            at = done;
        }
        let Some(&first) = text.get(at) else { return };
        let (class, len) = class_at(text, at);
        let next = at + len;
        let after_word = std::mem::replace(&mut in_word, true);
        let end = if class & LETTER != 0 {
            joined_end(text, next)
        } else if class & NUMBER != 0 {
            digits_end::<3>(text, next)
        } else {
            let (after, after_len) = class_at(text, next);
            if after & LETTER != 0 && !is_break(first) && (after_word || !is_apostrophe(text, at)) {
                joined_end(text, next + after_len)
            } else {
                in_word = false;
                if class & SPACE == 0 {
                    breaks_end::<true>(text, other_end(text, next))
                } else if first == b' ' && after & (SPACE | LETTER | NUMBER) == 0 {
                    breaks_end::<true>(text, other_end(text, next + after_len))
                } else {
                    space_end::<true, false>(text, at, class_at)
                }
            }
        };
        emit(at, end);
        at = end;
    }
}

/// Whether U+0027 or U+2019 stands at `at`.
#[inline(always)]
fn is_apostrophe(text: &[u8], at: usize) -> bool {
    match text.get(at) {
        Some(b'\'') => true,
        Some(0xe2) => text.get(at + 1..at + 3) == Some(&[0x80, 0x99]),
        _ => false,
    }
}
