//! A tokenizer at work: text to ids, ids to text.
//!
//! [`Encoder`] is the compiled, read-only form of a [`Tokenizer`] and is shared between threads; [`Scratch`] is what
//! one thread writes to. A document goes through the steps that its `tokenizer.json` names, in its order: added tokens
//! are taken out of the raw text; what lies between is normalized, searched for normalized added tokens, rewritten and
//! cut into pieces; each piece is looked up among the pieces seen before, or merged. Ids equal those of the
//! `tokenizers` crate.
//!
//! Deviations: invalid UTF-8 is accepted and encoded byte by byte where the vocabulary has its bytes; decoding returns
//! bytes and never replaces what is not UTF-8.
//!
//! Complexity: linear in the text, whatever the text is (see `buckets.rs`); memory per thread is bounded.

mod added;
mod base;
mod batch;
mod bpe;
mod bridge;
mod buckets;
mod cache;
mod decode;
pub mod foreign;
mod lanes;
mod merges;
mod offsets;
mod sections;
mod whole;
mod work;

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::text::Cutter;
use crate::tokenizer::{Model, Tokenizer};
use crate::unicode::Normalizing;
use crate::vocab::Id;

use added::Added;
pub use batch::Batch;
use batch::Idle;
use bpe::BpeCore;
use cache::PieceCache;
use decode::Decoding;
use foreign::Foreign;
pub use offsets::Token;
use sections::Section;
use work::Work;

/// Which special tokens take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EncodeOptions {
    /// Put the post-processor's special tokens around the document.
    pub special_tokens: bool,
    /// Read special tokens in the text as plain text.
    pub plain_specials: bool,
}

/// The compiled form of a tokenizer. Cheap to share, not to build: build it once.
#[derive(Debug)]
pub struct Encoder {
    raw: Option<Added>,
    normalized: Option<Added>,
    normalizing: Normalizing,
    cutter: Cutter,
    core: Core,
    before: Vec<Id>,
    after: Vec<Id>,
    decoding: Decoding,
    idle: Idle,
}

#[derive(Debug)]
enum Core {
    Bpe(Box<BpeCore>),
    Foreign(Box<Foreign>),
}

/// What one thread needs to encode: a cache of pieces and buffers. With another encoder it starts afresh.
#[derive(Debug)]
pub struct Scratch {
    /// Of the model that the cache is of.
    owner: Option<Arc<()>>,
    cache: PieceCache,
    work: Work,
    ids: Vec<Id>,
    /// Pieces of the batch at hand that were merged, and where their ids lie.
    fresh: Vec<(usize, Range<usize>)>,
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch { owner: None, cache: PieceCache::new(), work: Work::default(), ids: Vec::new(), fresh: Vec::new() }
    }
}

impl Scratch {
    /// Forgets what is not of the model with this identity.
    fn belong_to(&mut self, identity: &Arc<()>) {
        if self.owner.as_ref().is_some_and(|owner| Arc::ptr_eq(owner, identity)) {
            return;
        }
        if self.owner.replace(Arc::clone(identity)).is_some() {
            self.cache.clear();
        }
    }
}

impl Encoder {
    /// Compiles a tokenizer.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where a regular expression or an added token cannot be compiled, or the `tokenizers`
    /// crate refuses a foreign model.
    pub fn new(tokenizer: &Tokenizer) -> Result<Encoder> {
        let normalizing = Normalizing::new(&tokenizer.normalizers)?;
        let cutter = Cutter::new(&tokenizer.splitter)?;
        let core = match &tokenizer.model {
            Model::Bpe(model) => Core::Bpe(Box::new(BpeCore::new(model, tokenizer.splitter.splits.is_empty()))),
            Model::Foreign(json) => Core::Foreign(Box::new(Foreign::new(json)?)),
        };
        let (normal, raw): (Vec<_>, Vec<_>) = tokenizer.added.iter().partition(|token| token.normalized);
        Ok(Encoder {
            raw: Added::new(raw.into_iter().map(|t| (t, t.content.clone())))?,
            normalized: Added::new(normal.into_iter().map(|t| (t, normalizing.apply(&t.content).into_owned())))?,
            decoding: Decoding::new(tokenizer),
            idle: Idle::default(),
            normalizing,
            cutter,
            core,
            before: tokenizer.post.before.clone(),
            after: tokenizer.post.after.clone(),
        })
    }

    /// The ids of a document, without special tokens around it. For many documents use [`Encoder::encode_into`] with
    /// one [`Scratch`], or [`Encoder::encode_batch`].
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn encode(&self, text: &str) -> Result<Vec<Id>> {
        let mut ids = Vec::new();
        self.encode_into(text, EncodeOptions::default(), &mut Scratch::default(), &mut ids)?;
        Ok(ids)
    }

    /// Appends the ids of a document to `out`.
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn encode_into(
        &self,
        text: &str,
        options: EncodeOptions,
        scratch: &mut Scratch,
        out: &mut Vec<Id>,
    ) -> Result<()> {
        match &self.core {
            Core::Bpe(core) => self.around(options, out, |out| {
                self.sections(text, options, &mut |section| {
                    match section {
                        Section::Added(id, _) => out.push(id),
                        Section::Text { text, .. } => core.encode(&self.cutter, text, scratch, out),
                    }
                    Ok(())
                })
            }),
            Core::Foreign(tokenizer) => {
                let encoding = tokenizer.encode(text, options)?;
                out.extend_from_slice(encoding.get_ids());
                Ok(())
            }
        }
    }

    /// Appends the ids of a document that may not be UTF-8: its valid stretches as text, the bytes between them one
    /// by one.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for invalid bytes in a foreign model, which takes only text.
    pub fn encode_bytes_into(
        &self,
        bytes: &[u8],
        options: EncodeOptions,
        scratch: &mut Scratch,
        out: &mut Vec<Id>,
    ) -> Result<()> {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return self.encode_into(text, options, scratch, out);
        }
        let Core::Bpe(core) = &self.core else {
            return Err(Error::unsupported("encoding invalid UTF-8", "this model takes only text"));
        };
        let inner = EncodeOptions { special_tokens: false, ..options };
        self.around(options, out, |out| {
            for chunk in bytes.utf8_chunks() {
                if !chunk.valid().is_empty() {
                    self.encode_into(chunk.valid(), inner, scratch, out)?;
                }
                core.base.symbols(chunk.invalid(), |id, _| out.push(id));
            }
            Ok(())
        })
    }

    /// The number of tokens of a document.
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn count(&self, text: &str, options: EncodeOptions, scratch: &mut Scratch) -> Result<usize> {
        let mut ids = std::mem::take(&mut scratch.ids);
        ids.clear();
        let done = self.encode_into(text, options, scratch, &mut ids);
        let count = ids.len();
        scratch.ids = ids;
        done.map(|()| count)
    }

    /// Applies the merges to a sequence of base symbols, as training does when it continues a tokenizer.
    pub fn merge_symbols(&self, ids: &mut Vec<Id>) {
        if let Core::Bpe(core) = &self.core {
            Work::default().merge(&core.merges, ids);
        }
    }

    /// Whether the ids come from the `tokenizers` crate.
    pub fn is_foreign(&self) -> bool {
        matches!(self.core, Core::Foreign(_))
    }

    fn around(
        &self,
        options: EncodeOptions,
        out: &mut Vec<Id>,
        inner: impl FnOnce(&mut Vec<Id>) -> Result<()>,
    ) -> Result<()> {
        if options.special_tokens {
            out.extend_from_slice(&self.before);
        }
        inner(out)?;
        if options.special_tokens {
            out.extend_from_slice(&self.after);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
