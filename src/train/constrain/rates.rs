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
    /// Tokens that start inside a character, or are less than one: what byte fallback consists of.
    pub parts: u64,
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
        parts: a.parts + b.parts,
    };
    texts.par_iter().map_init(Scratch::default, of_text).try_reduce(Rates::default, |a, b| Ok(sum(a, b)))
}

impl Rates {
    fn add(&mut self, constraint: Constraint, text: &str, token: Token, starts_pretoken: bool) {
        let Token { start, end, .. } = token;
        self.tokens += 1;
        let first = text.get(start..).and_then(|rest| rest.chars().next());
        let is_part = first.is_none_or(|c| start + c.len_utf8() > end);
        self.parts += u64::from(is_part);
        self.violations += u64::from(match constraint {
            Constraint::Utf8 => {
                let is_broken = !text.is_char_boundary(start) || !text.is_char_boundary(end);
                is_broken && (start + 1..end).any(|at| text.is_char_boundary(at))
            }
            _ => !is_part && !starts_pretoken && constraint.forbids(text, start),
        });
    }
}
