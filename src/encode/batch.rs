//! Many documents at once.

use std::sync::Mutex;

use rayon::prelude::*;

use crate::error::Result;
use crate::vocab::Id;

use super::{EncodeOptions, Encoder, Scratch};

/// Ids of many documents in one flat buffer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// All ids, one document after the other.
    pub ids: Vec<Id>,
    /// Where each document ends in `ids`.
    pub ends: Vec<u64>,
}

impl Batch {
    /// Number of documents.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The ids of every document.
    pub fn documents(&self) -> impl Iterator<Item = &[Id]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let ids = &self.ids[start..end as usize];
            start = end as usize;
            ids
        })
    }

    /// Appends all documents of `other`.
    pub fn append(&mut self, other: &Batch) {
        let base = self.ids.len() as u64;
        self.ids.extend_from_slice(&other.ids);
        self.ends.extend(other.ends.iter().map(|end| end + base));
    }
}

/// Scratch that nobody uses.
#[derive(Debug, Default)]
pub(super) struct Idle(Mutex<Vec<Scratch>>);

/// Scratch on loan.
struct Lent<'e> {
    scratch: Option<Scratch>,
    home: &'e Idle,
}

impl<'e> From<&'e Idle> for Lent<'e> {
    fn from(home: &'e Idle) -> Self {
        Lent { scratch: home.0.lock().ok().and_then(|mut idle| idle.pop()), home }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let (Some(scratch), Ok(mut idle)) = (self.scratch.take(), self.home.0.lock()) {
            idle.push(scratch);
        }
    }
}

impl Encoder {
    /// Appends one document after the other to a batch.
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn encode_all<'t>(
        &self,
        documents: impl IntoIterator<Item = &'t str>,
        options: EncodeOptions,
        scratch: &mut Scratch,
        out: &mut Batch,
    ) -> Result<()> {
        for document in documents {
            self.encode_into(document, options, scratch, &mut out.ids)?;
            out.ends.push(out.ids.len() as u64);
        }
        Ok(())
    }

    /// Encodes documents on all threads of the current pool; the result does not depend on their number. The encoder
    /// keeps the scratch of every thread for the next call.
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn encode_batch<T: AsRef<str> + Sync>(&self, documents: &[T], options: EncodeOptions) -> Result<Batch> {
        let share = documents.len().div_ceil(rayon::current_num_threads() * 4).max(1);
        let parts: Vec<Batch> = documents
            .par_chunks(share)
            .map_init(
                || Lent::from(&self.idle),
                |lent, documents| {
                    let mut part = Batch::default();
                    self.encode_all(
                        documents.iter().map(AsRef::as_ref),
                        options,
                        lent.scratch.get_or_insert_default(),
                        &mut part,
                    )?;
                    Ok(part)
                },
            )
            .collect::<Result<_>>()?;
        let mut whole = Batch::default();
        whole.ids.reserve(parts.iter().map(|p| p.ids.len()).sum());
        parts.iter().for_each(|part| whole.append(part));
        Ok(whole)
    }
}
