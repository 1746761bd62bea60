//! `\s*\S+|\s+`: runs of anything but white space, each with the white space before it, so that nothing is lost.

use super::chars::{class_at, run};
use crate::unicode::class::SPACE;

#[inline]
pub(super) fn scan(text: &str, mut emit: impl FnMut(usize, usize)) {
    let text = text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        let mut end = run::<SPACE>(text, at);
        loop {
            let (class, len) = class_at(text, end);
            if class & SPACE != 0 {
                break;
            }
            end += len;
        }
        emit(at, end);
        at = end;
    }
}
