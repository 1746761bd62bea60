//! GPT-2: `'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.

use super::chars::{class_at, contraction, letters_end, other_end, run, space_end};
use super::window::{Window, Windows};
use crate::unicode::class::{LETTER, NUMBER, SPACE};

#[inline]
pub(super) fn scan(text: &str, mut emit: impl FnMut(usize, usize)) {
    let text = text.as_bytes();
    let mut at = 0;
    let mut windows = Windows::default();
    loop {
        at = windows.take(text, at, Window::gpt2, &mut emit);
        let Some(&first) = text.get(at) else { return };
        let start = at + usize::from(first == b' ');
        let (class, len) = class_at(text, start);
        let end = if class & LETTER != 0 {
            letters_end(text, start + len)
        } else if class & SPACE != 0 {
            space_end::<false, false>(text, at, class_at)
        } else if class & NUMBER != 0 {
            run::<NUMBER>(text, start + len)
        } else {
            match contraction::<false>(text, at) {
                0 => other_end(text, start + len),
                len => at + len,
            }
        };
        emit(at, end);
        at = end;
    }
}
