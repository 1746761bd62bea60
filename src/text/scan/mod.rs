//! Scanners: the named patterns, each written out by hand.
//!
//! A published pattern is a regular expression with look-ahead and alternatives that back-track; on real text an engine
//! spends more time in it than merging takes. But each of them decides by the classes of one or two characters which
//! alternative it is, and then takes a run. So a scanner is a loop: look, choose, run. Runs of ASCII letters are found
//! eight bytes at a time, and stretches of plain ASCII are cut 64 bytes at a time (`window.rs`). No scanner goes back
//! further than the start of the piece it is in, so all are O(n).
//!
//! Every scanner equals its regular expression as `fancy-regex` evaluates it (the tests hold them side by side):
//! `(?i:'s)` also means `ſ`, `\s+(?!\S)` leaves the last white-space character to what follows, `\s*[\r\n]+` ends with
//! the last line break of a run. Scanners are generic over the consumer, so that it is inlined into the loop.

mod chars;
mod cl100k;
mod deepseek;
mod gpt2;
mod o200k;
mod runs;
mod unicode;
mod whitespace;
mod window;

pub(super) use deepseek::deepseek_v3;

use super::Named;

/// Calls `emit(start, end)` for every match of `named` in `text`, in order. Between the matches of most patterns
/// there is nothing, see [`covers`].
#[inline]
pub(super) fn scan(named: Named, text: &str, emit: impl FnMut(usize, usize)) {
    match named {
        Named::Unicode => unicode::scan(text, emit),
        Named::Gpt2 => gpt2::scan(text, emit),
        Named::Cl100k | Named::Llama3 => cl100k::scan::<3, false>(text, emit),
        Named::Cl100kTiktoken => cl100k::scan::<3, true>(text, emit),
        Named::Qwen2 => cl100k::scan::<1, false>(text, emit),
        Named::O200k => o200k::scan(text, emit),
        Named::DeepSeek => deepseek::scan(text, emit),
        Named::Digits3 => runs::digits3(text, emit),
        Named::Cjk => runs::cjk(text, emit),
        Named::Whitespace => whitespace::scan(text, emit),
    }
}

/// Whether the matches of a pattern cover every text without gaps.
pub(super) fn covers(named: Named) -> bool {
    !matches!(named, Named::DeepSeek | Named::Digits3 | Named::Cjk)
}

#[cfg(test)]
mod tests;
