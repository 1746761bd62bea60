//! The new matrix, block by block: copied rows as the bytes that they were, fresh rows by a method, and safe rows for the rest.
//!
//! Ids that nobody will look up (padding, holes, special tokens without a counterpart) get the mean of the copied rows. A zero
//! row would have logit 0, which beats tokens whose logits are negative; the logit of a mean is the mean of logits, which is
//! never greater than all of them, whatever the hidden state.

use rayon::prelude::*;

use super::init::{EmbeddingInit, Origin, Part};
use super::matching::{Source, TokenMap};
use super::rows::{OldRows, norm};
use crate::error::{Error, Result};
use crate::lm::checkpoint::Dtype;
use crate::vocab::Id;

/// Rows made at once.
const BLOCK: usize = 2048;

/// What became of the rows of one matrix.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Made {
    /// By new id below the tokenizer's size: how the row of a fresh token came about.
    pub origins: Vec<Option<Origin>>,
    /// The mean norm of copied rows.
    pub copied_norm: f64,
    /// The mean norm of fresh rows.
    pub fresh_norm: f64,
    /// The fresh row of the greatest norm.
    pub greatest: Option<(Id, f64)>,
    /// The norms of fresh rows, ascending by id.
    pub norms: Vec<(Id, f64)>,
}

/// A matrix in the making.
pub struct NewRows<'a> {
    /// The old one.
    pub old: &'a OldRows,
    /// Which rows are copied.
    pub map: &'a TokenMap,
    /// Fresh ids, ascending.
    pub fresh: &'a [Id],
    /// The method.
    pub init: &'a dyn EmbeddingInit,
    /// What the matrix is for.
    pub part: Part,
    /// Rows that it will have.
    pub count: usize,
    /// The type to store it in.
    pub dtype: Dtype,
}

impl NewRows<'_> {
    /// Hands all rows to `write`, in order and in blocks; while it has one, the next is made.
    ///
    /// # Errors
    /// What `write` reports; [`Error::Verify`] for a row that is not finite, or too large for the type.
    pub fn each_block(&self, mut write: impl FnMut(&[u8]) -> Result<()> + Send) -> Result<Made> {
        let mut filler: Option<(Vec<u8>, f64)> = None;
        let mut made = Made { origins: vec![None; self.map.sources.len()], ..Made::default() };
        let (mut copied, mut fresh) = ((0u64, 0.0), (0u64, 0.0));
        let mut bytes = Vec::new();
        for start in (0..self.count).step_by(BLOCK) {
            let ids = start..(start + BLOCK).min(self.count);
            let make = || ids.into_par_iter().map(|id| self.row(id)).collect::<Vec<Result<Row>>>();
            let (written, rows) = rayon::join(|| if bytes.is_empty() { Ok(()) } else { write(&bytes) }, make);
            written?;
            bytes.clear();
            for (id, row) in (start..).zip(rows) {
                let Row { stored, origin, copied: is_copied } = row?;
                let (row, norm) = match stored {
                    Some(stored) => stored,
                    // The mean is a pass over all that is copied, and often nobody needs it.
                    None => match &filler {
                        Some(filler) => filler.clone(),
                        None => filler.insert(self.stored(id, &self.filler())?).clone(),
                    },
                };
                match origin {
                    None if is_copied => copied = (copied.0 + 1, copied.1 + norm),
                    None => {}
                    Some(origin) => {
                        made.origins[id] = Some(origin);
                        made.norms.push((id as Id, norm));
                        fresh = (fresh.0 + 1, fresh.1 + norm);
                        if made.greatest.is_none_or(|(_, most)| norm > most) {
                            made.greatest = Some((id as Id, norm));
                        }
                    }
                }
                bytes.extend(row);
            }
        }
        if !bytes.is_empty() {
            write(&bytes)?;
        }
        let mean = |(n, sum): (u64, f64)| if n > 0 { sum / n as f64 } else { 0.0 };
        (made.copied_norm, made.fresh_norm) = (mean(copied), mean(fresh));
        Ok(made)
    }

    /// The mean of the rows that are copied; of all rows where none is.
    fn filler(&self) -> Vec<f32> {
        let ids: Vec<Id> =
            self.map.sources.iter().filter(|source| source.is_token()).filter_map(|source| source.copied()).collect();
        if ids.is_empty() {
            return self.old.moments().mean.clone();
        }
        let parts: Vec<Vec<f64>> = ids
            .par_chunks(BLOCK)
            .map(|ids| {
                let (mut sum, mut row) = (vec![0.0; self.old.width()], vec![0.0; self.old.width()]);
                for &id in ids {
                    self.old.row(id, &mut row);
                    sum.iter_mut().zip(&row).for_each(|(sum, &x)| *sum += f64::from(x));
                }
                sum
            })
            .collect();
        let mut mean = vec![0.0; self.old.width()];
        parts.iter().for_each(|part| mean.iter_mut().zip(part).for_each(|(a, b)| *a += b));
        mean.into_iter().map(|x| (x / ids.len() as f64) as f32).collect()
    }

    fn row(&self, id: usize) -> Result<Row> {
        let source = self.map.sources.get(id).copied().unwrap_or(Source::Hole);
        let copied = source.copied().is_some() && source.is_token();
        let mut numbers = vec![0.0; self.old.width()];
        if let Some(old) = source.copied() {
            if self.dtype == *self.old.dtype() {
                let stored = Some((self.old.raw(old).to_vec(), self.old.norm(old)));
                return Ok(Row { stored, origin: None, copied });
            }
            self.old.row(old, &mut numbers);
            return Ok(Row { stored: Some(self.stored(id, &numbers)?), origin: None, copied });
        }
        if source != Source::New {
            return Ok(Row { stored: None, origin: None, copied });
        }
        let index = self.fresh.binary_search(&(id as Id)).unwrap_or(usize::MAX);
        Ok(match self.init.row(self.old, self.part, index, &mut numbers) {
            None => Row { stored: None, origin: Some(Origin::Mean), copied },
            origin => Row { stored: Some(self.stored(id, &numbers)?), origin, copied },
        })
    }

    /// Numbers of a row as they are stored, with their norm.
    fn stored(&self, id: usize, numbers: &[f32]) -> Result<(Vec<u8>, f64)> {
        let fault = |why: &str| Error::Verify { why: format!("the new row {id} of `{}` {why}", self.old.name()) };
        if !numbers.iter().all(|x| x.is_finite()) {
            return Err(fault("has a number that is not finite"));
        }
        let mut bytes = Vec::new();
        self.dtype.encode(numbers, &mut bytes).map_err(|e| fault(&format!("cannot be stored: {e}")))?;
        Ok((bytes, norm(numbers)))
    }
}

struct Row {
    /// Its bytes and its norm; `None` for a row that nothing is known of.
    stored: Option<(Vec<u8>, f64)>,
    origin: Option<Origin>,
    copied: bool,
}
