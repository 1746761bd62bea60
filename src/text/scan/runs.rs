//! Patterns that match here and there: digits in threes and runs of Chinese and Japanese.

use super::chars::{class_at, digits_end, parts_at};
use crate::unicode::class::NUMBER;

/// `\p{N}{1,3}`.
#[inline]
pub(super) fn digits3(text: &str, mut emit: impl FnMut(usize, usize)) {
    let text = text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        let (class, len) = class_at(text, at);
        if class & NUMBER == 0 {
            at += len;
            continue;
        }
        let end = digits_end::<3>(text, at + len);
        emit(at, end);
        at = end;
    }
}

/// `[一-龥぀-ゟ゠-ヿ]+`.
#[inline]
pub(super) fn cjk(text: &str, mut emit: impl FnMut(usize, usize)) {
    let text = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte < 0x80 {
            at += 1;
            continue;
        }
        let start = at;
        while is_cjk(text, at) {
            at += 3;
        }
        if at > start {
            emit(start, at);
        } else {
            at += parts_at(text, at).2;
        }
    }
}

/// Whether a character of `[一-龥぀-ゟ゠-ヿ]` stands at `at`; all have three bytes.
#[inline(always)]
pub(super) fn is_cjk(text: &[u8], at: usize) -> bool {
    // Three-byte sequences in order are characters in order.
    match text.get(at..at + 3) {
        Some(&[a @ 0xe3..=0xe9, b, c]) => {
            let code = u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c);
            matches!(code, 0xe3_8180..=0xe3_83bf | 0xe4_b880..=0xe9_bea5)
        }
        _ => false,
    }
}
