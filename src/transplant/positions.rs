//! The trap of RoBERTa and its kin: they count positions from the id of the padding token.
//!
//! Position ids there are `pad_token_id + 1, pad_token_id + 2, ..`, so a tokenizer whose padding token has another id would
//! shift every position, and might reach beyond the table. The table of positions is moved along: rows before the first
//! position are never looked up and become the old padding row.

use crate::error::{Error, Place, Result};
use crate::lm::checkpoint::Checkpoint;

use super::side::Side;

/// Families that count so.
const FAMILIES: [&str; 6] = ["roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "longformer", "data2vec-text"];

/// Padding ids beyond this would make the table of positions absurd.
const MOST: usize = 1024;

/// A table of positions that has to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Positions {
    /// Its name.
    pub tensor: String,
    /// The first position's row now, and where it has to be.
    pub first: (usize, usize),
    /// Rows it will have.
    pub rows: usize,
}

/// Whether a table has to move.
pub(super) fn plan(checkpoint: &Checkpoint, old: &Side, new: &Side) -> Result<Option<Positions>> {
    let family = checkpoint.config.get("model_type").and_then(|family| family.as_str()).unwrap_or_default();
    if !FAMILIES.contains(&family) {
        return Ok(None);
    }
    let named = |name: &&String| name.ends_with("position_embeddings.weight");
    let Some(tensor) = checkpoint.tensors.keys().find(named) else { return Ok(None) };
    let stated = checkpoint.config.get("pad_token_id").and_then(|id| id.as_u64()).map(|id| id as usize);
    let old_pad = stated.or_else(|| old.roles.get("pad").map(|&id| id as usize)).unwrap_or(1);
    let fault = |why: String, hint: &str| {
        Err(Error::input("tokenizer.json", why).at(Place::Entry("pad".to_owned())).with_hint(hint))
    };
    let Some(&new_pad) = new.roles.get("pad") else {
        return fault(
            format!("`{family}` counts positions from the padding token's id, and there is no padding token"),
            "train the tokenizer with `--special pad=<pad>`",
        );
    };
    let new_pad = new_pad as usize;
    if new_pad > MOST {
        return fault(
            format!("`{family}` counts positions from the padding token's id, which would be {new_pad}"),
            "train the tokenizer with its special tokens first, as `toktool train --special pad=<pad>` does",
        );
    }
    let rows = checkpoint.tensors[tensor].rows();
    if new_pad == old_pad || rows <= old_pad + 1 {
        return Ok(None);
    }
    let first = (old_pad + 1, new_pad + 1);
    Ok(Some(Positions { tensor: tensor.clone(), first, rows: rows - first.0 + first.1 }))
}
