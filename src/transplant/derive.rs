//! Tokenizers made from a checkpoint's own: with fewer tokens, with more, or with the same in another order.
//!
//! All three are transplantations whose map of ids is known beforehand, so nothing is matched and no row of an old token is
//! made anew. What holds, bit for bit, in each case:
//!
//! - *trimmed* ([`Derived::trimmed`]): texts without a removed token have the same encodings by the map of ids, hence the same
//!   input rows, the same hidden states and, since a logit is the product of a hidden state and one row of the head, the same
//!   logits of kept tokens. Probabilities do not stay: what the model gave to removed tokens is shared out among the others, so
//!   a text costs at most what it did, and exactly what it did if the old softmax is taken over the kept tokens.
//! - *extended* ([`Derived::extended`]): old ids keep their rows, padding of the matrix included, but for padding that new ids
//!   fall on. New tokens are added tokens as `add_tokens` of Hugging Face makes them from strings.
//! - *permuted* ([`Derived::permuted`]): the rows of a hidden state's product change places and nothing else does.
//!
//! Every derived tokenizer is checked before anything is written: its ids are those of the `tokenizers` crate, and those of the
//! old one by the map. Linear in the vocabulary, but for the checks.

mod extend;
mod permute;
mod splice;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::side::Side;
use crate::encode::Encoder;
use crate::error::Result;
use crate::formats::hf;
use crate::formats::verify::{self, Verified};
use crate::repair::{self, IdMap, Trimmed};
use crate::tokenizer::Tokenizer;
use crate::vocab::Id;

pub use extend::Extension;
pub use permute::Order;

/// How a tokenizer was made from another one, for reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Derivation {
    /// Tokens were left out.
    Trimmed {
        /// Tokens of the old one.
        tokens_before: usize,
        /// Tokens of the new one.
        tokens_after: usize,
        /// Removed: no text reaches them.
        removed_dead: usize,
        /// Removed: the given texts do not use them.
        removed_unseen: usize,
        /// Not used but kept: the alphabet, parts of kept tokens, what the model's configuration names.
        kept_needed: usize,
    },
    /// Tokens were added.
    Extended {
        /// Tokens of the old one.
        tokens_before: usize,
        /// Tokens of the new one.
        tokens_after: usize,
        /// What became of the lines that name them.
        lines: Extension,
    },
    /// Ids were exchanged.
    Permuted {
        /// Tokens of both.
        tokens: usize,
        /// Ids that have another token than before.
        moved: usize,
    },
}

/// A tokenizer that was made from another one.
#[derive(Debug)]
pub struct Derived {
    /// The new tokenizer.
    pub side: Side,
    /// By new id: the old one; `None` for what is new.
    pub origins: Vec<Option<Id>>,
    /// How it was made.
    pub derivation: Derivation,
    /// What the `tokenizers` crate confirmed; `None` where whoever made it did that.
    pub verified: Option<Verified>,
}

impl Derived {
    /// Of a tokenizer that [`repair::trim`] made of `old`'s, and that was checked there.
    ///
    /// # Errors
    /// What [`Side::new`] reports.
    pub fn trimmed(old: &Side, trimmed: &Trimmed) -> Result<Derived> {
        let side = old.derive(trimmed.tokenizer.clone(), |id| trimmed.map.new_id(id))?;
        let mut origins = vec![None; side.bound()];
        for (from, to, _) in &trimmed.map.rows {
            if let Some(slot) = to.and_then(|to| origins.get_mut(to as usize)) {
                *slot = Some(*from);
            }
        }
        let before = trimmed.map.rows.len();
        let derivation = Derivation::Trimmed {
            tokens_before: before,
            tokens_after: before - trimmed.map.removed(),
            removed_dead: trimmed.dead,
            removed_unseen: trimmed.unseen,
            kept_needed: trimmed.needed,
        };
        Ok(Derived { side, origins, derivation, verified: None })
    }

    /// Whether rows after the old tokenizer's last id stay where they are, as far as no new token takes them.
    pub fn keeps_padding(&self) -> bool {
        !matches!(self.derivation, Derivation::Trimmed { .. })
    }
}

/// Compares what was made with the `tokenizers` crate on its file, and with the old tokenizer by `map` where there is one.
fn verified(old: &Tokenizer, new: &Tokenizer, map: Option<&IdMap>, mut probes: Vec<String>) -> Result<Verified> {
    let json = hf::write_string(new)?;
    let samples = verify::samples();
    if let Some(map) = map {
        let texts: Vec<&str> = verify::HOSTILE.into_iter().chain(samples.iter().map(String::as_str)).collect();
        repair::identical(&Encoder::new(old)?, &Encoder::new(new)?, map, &texts)?;
    }
    probes.extend(samples);
    verify::against_tokenizers(new, &json, &probes)
}
