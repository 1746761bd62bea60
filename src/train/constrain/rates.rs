//! How well a tokenizer keeps to a constraint: counted on text, as it encodes.

use rayon::prelude::*;

use crate::encode::{EncodeOptions, Encoder, Scratch, Token};
use crate::error::Result;
use crate::text::{Cutter, Splitter};
use crate::tokenizer::Tokenizer;
use crate::unicode::Normalizing;

use super::Constraint;

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// Tokens in all.
    pub tokens: u64,
    /// Tokens that the constraint forbids: they start inside a cluster, with a whole character. For [`Constraint::Utf8`]:
    /// they hold part of a character, and something else. A token that starts a pretoken is not one of them.
    pub violations: u64,
    /// Tokens that start inside a cluster too, but with part of a character: byte fallback, which is allowed. For
    /// [`Constraint::Utf8`]: all parts of characters.
    pub fallback: u64,
}

/// Encodes `texts` and counts. Text is judged as the model sees it, normalized and with its spaces rewritten; special
/// tokens in it are text.
///
/// # Errors
/// What [`Encoder::new`] reports, and a foreign model.
pub fn rates(tokenizer: &Tokenizer, constraint: Constraint, texts: &[String]) -> Result<Rates> {
    let normalizing = Normalizing::new(&tokenizer.normalizers)?;
    let rewriting = Cutter::new(&tokenizer.splitter)?;
    let splitter = Splitter { rewrite: None, ..tokenizer.splitter.clone() };
    let cutter = Cutter::new(&splitter)?;
    let encoder = Encoder::new(&Tokenizer { normalizers: Vec::new(), splitter, ..tokenizer.clone() })?;
    let options = EncodeOptions { plain_specials: true, ..EncodeOptions::default() };
    let of_text = |scratch: &mut Scratch, text: &String| {
        let text = normalizing.apply(text);
        let text = rewriting.rewrite(&text, true);
        let mut starts = Vec::new();
        cutter.cut(&text, |start, _| starts.push(start));
        let mut rates = Rates::default();
        for token in encoder.encode_offsets(&text, options, scratch)? {
            rates.add(constraint, &text, token, starts.binary_search(&token.start).is_ok());
        }
        Ok(rates)
    };
    let sum = |a: Rates, b: Rates| Rates {
        tokens: a.tokens + b.tokens,
        violations: a.violations + b.violations,
        fallback: a.fallback + b.fallback,
    };
    texts.par_iter().map_init(Scratch::default, of_text).try_reduce(Rates::default, |a, b| Ok(sum(a, b)))
}

impl Rates {
    fn add(&mut self, constraint: Constraint, text: &str, token: Token, starts_pretoken: bool) {
        let Token { start, end, .. } = token;
        self.tokens += 1;
        let (from, to) = character(text, start);
        let is_part = from < start || end < to;
        let (violates, falls_back) = if constraint == Constraint::Utf8 {
            let is_broken = from < start || !text.is_char_boundary(end);
            (is_broken && (start + 1..end).any(|at| text.is_char_boundary(at)), is_part)
        } else {
            let starts_inside = !starts_pretoken && constraint.forbids(text, from);
            let in_cluster = starts_inside || from < start && constraint.forbids(text, to);
            (starts_inside && !is_part, is_part && in_cluster)
        };
        self.violations += u64::from(violates);
        self.fallback += u64::from(falls_back);
    }
}

/// The range of the character that byte `at` is in.
fn character(text: &str, at: usize) -> (usize, usize) {
    let from = (0..=at).rev().find(|&from| text.is_char_boundary(from)).unwrap_or(0);
    (from, from + text[from..].chars().next().map_or(0, char::len_utf8))
}
