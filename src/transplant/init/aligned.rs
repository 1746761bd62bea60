//! Tokens as the translations of old ones: Trans-Tokenization (Remy et al. 2024, 2408.04303).
//!
//! The row of a fresh token is the mean of the rows of the old tokens that it is aligned with in a parallel corpus, weighted
//! by how often. The alignment is a file here ([`Alignment`]), made by whatever aligner suits.
//! 1. A token that the file does not name is the mean of its pieces; the published program gives it counts of tokens that
//!    look like it, or the row of the unknown token.
//! 2. Tokens in common keep their rows, as under every method, whatever the file says about them.
//!
//! [`Alignment`]: crate::transplant::Alignment

use super::retok::ReTok;
use super::{Context, EmbeddingInit, Origin, Part};
use crate::error::{Error, Result};
use crate::transplant::alignment::Alignment;
use crate::transplant::rows::OldRows;

struct Aligned<'a> {
    cx: Context<'a>,
    alignment: &'a Alignment,
}

pub(super) fn build<'a>(cx: Context<'a>) -> Result<Box<dyn EmbeddingInit + 'a>> {
    let Some(alignment) = &cx.sources.alignment else {
        return Err(
            Error::config("--init", "`transtokenizer` has no alignment").with_hint("name one: `--alignment FILE`")
        );
    };
    if !cx.fresh.is_empty() && cx.fresh.iter().all(|&id| alignment.of(id).is_none()) {
        return Err(Error::config("--alignment", "it is about not one token that needs a row")
            .with_hint("rows are made for new tokens that the model lacks: is the first column the new tokenizer's?"));
    }
    Ok(Box::new(Aligned { cx, alignment }))
}

impl EmbeddingInit for Aligned<'_> {
    fn row(&self, rows: &OldRows, part: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        match self.alignment.of(self.cx.fresh[index]) {
            Some(weights) => {
                weights.for_each(|(id, weight)| rows.add(id, weight, out));
                Some(Origin::Aligned)
            }
            None => ReTok { cx: self.cx }.row(rows, part, index, out),
        }
    }
}
