//! How well a model predicts text, in bits per byte of the text: a figure that models with different tokenizers share.
//!
//! A document is the model's token for the beginning of a sequence, where its configuration has one, and then the
//! tokens of its text. Each of them is predicted from those before it; without a beginning the first has nothing before
//! it and is not scored, though its bytes count. Special tokens that the text spells are text.
//!
//! A document that is longer than the context is read in windows: the first reads `context` tokens and scores them all,
//! each further one starts `stride` tokens later and scores those that no window before it has. So every token is
//! scored once, from all tokens before it or from at least `context - stride` of them. Only the first window has the
//! beginning of the sequence in it.
//!
//! Windows of similar length are read together, padded on the right; what a document gets does not depend on its
//! company, but for the rounding of f32 products. Interval: bootstrap over documents ([`crate::stats`]).

use std::ops::Range;

use candle_core::Tensor;
use rayon::prelude::*;

use super::{Model, failed};
use crate::corpus::Corpus;
use crate::encode::{EncodeOptions, Encoder, Scratch};
use crate::error::{Error, Place, Result};
use crate::observe::{self, Event, Observer};
use crate::stats;
use crate::vocab::Id;

#[cfg(test)]
mod tests;

/// Tokens read at once, padding included, unless one window has more.
const MOST_TOKENS: usize = 8192;

/// How text is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scoring {
    /// Tokens that a window holds, at least 2; by default all that the model can.
    pub context: Option<usize>,
    /// Tokens from the beginning of a window to that of the next, 1 to `context - 1`; by default half of the context.
    pub stride: Option<usize>,
    /// Windows read at once. On CPUs a few are best: more only make arrays that no cache holds.
    pub batch: usize,
}

impl Default for Scoring {
    fn default() -> Self {
        Scoring { context: None, stride: None, batch: 4 }
    }
}

/// What a document costs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DocumentScore {
    /// Bytes of its text.
    pub bytes: u64,
    /// Tokens that were scored.
    pub tokens: u64,
    /// Windows that it was read in.
    pub windows: u64,
    /// What its tokens cost, in nats.
    pub nats: f64,
}

impl DocumentScore {
    /// Bits per byte; `None` where it has no byte or no token was scored.
    pub fn bits_per_byte(&self) -> Option<f64> {
        (self.bytes > 0 && self.tokens > 0).then(|| self.nats / std::f64::consts::LN_2 / self.bytes as f64)
    }
}

/// What the documents of a corpus cost, and how that was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scores {
    /// In the order of the corpus; documents of no bytes are none.
    pub documents: Vec<DocumentScore>,
    /// The token before each document.
    pub bos: Option<Id>,
    /// Tokens of a window.
    pub context: usize,
    /// Tokens between beginnings of windows.
    pub stride: usize,
}

impl Scores {
    /// All documents taken together.
    pub fn total(&self) -> DocumentScore {
        self.documents.iter().fold(DocumentScore::default(), |sum, d| DocumentScore {
            bytes: sum.bytes + d.bytes,
            tokens: sum.tokens + d.tokens,
            windows: sum.windows + d.windows,
            nats: sum.nats + d.nats,
        })
    }

    /// The 95 % interval of bits per byte of all documents, from draws of as many of them. `None` below two documents,
    /// and where no token was scored.
    pub fn interval(&self, seed: u64) -> Option<(f64, f64)> {
        if self.documents.len() < 2 || self.total().tokens == 0 {
            return None;
        }
        let replicate = |replicate| {
            let drawn = stats::draw(self.documents.len(), seed, replicate).map(|n| &self.documents[n]);
            let (nats, bytes) = drawn.fold((0.0, 0), |(nats, bytes), d| (nats + d.nats, bytes + d.bytes));
            (bytes > 0).then(|| nats / std::f64::consts::LN_2 / bytes as f64)
        };
        stats::percentile_interval(&(0..stats::REPLICATES).into_par_iter().map(replicate).collect::<Vec<_>>())
    }
}

/// Part of a document that is read at once.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Window {
    document: usize,
    /// The tokens that are read.
    tokens: Range<usize>,
    /// The first of them that is scored.
    from: usize,
}

/// The windows of a document of so many tokens; none where there is nothing to predict.
fn windows(document: usize, len: usize, context: usize, stride: usize) -> Vec<Window> {
    let mut windows = Vec::new();
    let (mut start, mut scored) = (0, 1);
    while scored < len {
        let end = len.min(start + context);
        windows.push(Window { document, tokens: start..end, from: scored });
        (start, scored) = (start + stride, end);
    }
    windows
}

/// A model that judges text.
#[derive(Debug)]
pub struct Scorer<'a> {
    model: &'a Model,
    encoder: &'a Encoder,
    context: usize,
    stride: usize,
    batch: usize,
}

impl<'a> Scorer<'a> {
    /// Puts a model and its tokenizer together.
    ///
    /// # Errors
    /// [`Error::Config`] for a context, stride or batch that makes no sense with the model; [`Error::Input`] for a
    /// beginning of sequences that has no row.
    pub fn new(model: &'a Model, encoder: &'a Encoder, scoring: Scoring) -> Result<Scorer<'a>> {
        let most = model.config.max_positions;
        let context = scoring.context.unwrap_or(most);
        if context < 2 || context > most {
            return Err(Error::config("--context", format!("{context} is not a number from 2 to {most}"))
                .with_hint("the model has no more positions than that"));
        }
        let stride = scoring.stride.unwrap_or(context / 2);
        if stride < 1 || stride >= context {
            return Err(Error::config("--stride", format!("{stride} is not a number from 1 to {}", context - 1))
                .with_hint("a window has to begin before the one before it ends"));
        }
        if scoring.batch == 0 {
            return Err(Error::config("--batch", "at least one window is read at once"));
        }
        if let Some(bos) = model.config.bos.filter(|&id| id as usize >= model.config.vocab_size) {
            let why = format!("token {bos} is beyond the {} of the vocabulary", model.config.vocab_size);
            return Err(Error::input("", why).at(Place::Entry("bos_token_id".to_owned())));
        }
        Ok(Scorer { model, encoder, context, stride, batch: scoring.batch })
    }

    /// Scores every document of a corpus. Memory is bounded by a block of the corpus and what a batch takes.
    ///
    /// # Errors
    /// What reading reports; [`Error::Input`] for a token that has no row in the model, or for logits that are not
    /// finite, each with the document's number (from 1) and as its place the token or the tensor that is to blame;
    /// [`Error::Interrupted`].
    pub fn corpus(&self, corpus: &Corpus, observer: &dyn Observer) -> Result<Scores> {
        observer.event(Event::Stage { name: "scoring", total: corpus.total_bytes(), unit: "bytes" });
        let (mut documents, mut read) = (Vec::new(), 0);
        while let Some(raw) = corpus.next()? {
            let block = raw.decode(corpus)?;
            let texts: Vec<&str> = block.documents().filter(|text| !text.is_empty()).collect();
            let (from, to) = (read, corpus.stats().read);
            let progress = |share: f64| from + ((to - from) as f64 * share) as u64;
            documents.extend(self.score(&texts, documents.len(), observer, &progress)?);
            read = to;
        }
        Ok(Scores { documents, bos: self.model.config.bos, context: self.context, stride: self.stride })
    }

    /// Scores some documents, as [`Scorer::corpus`] does.
    ///
    /// # Errors
    /// As [`Scorer::corpus`].
    pub fn documents(&self, texts: &[&str], observer: &dyn Observer) -> Result<Scores> {
        let bytes = texts.iter().map(|text| text.len() as u64).sum();
        observer.event(Event::Stage { name: "scoring", total: Some(bytes), unit: "bytes" });
        let documents = self.score(texts, 0, observer, &|share| (bytes as f64 * share) as u64)?;
        Ok(Scores { documents, bos: self.model.config.bos, context: self.context, stride: self.stride })
    }

    /// Scores some documents, of which `before` others came before; `progress` turns the share of them that is done
    /// into what the observer counts.
    fn score(
        &self,
        texts: &[&str],
        before: usize,
        observer: &dyn Observer,
        progress: &dyn Fn(f64) -> u64,
    ) -> Result<Vec<DocumentScore>> {
        let encoded = self.encode(texts, before)?;
        let mut jobs: Vec<Window> = Vec::new();
        for (document, ids) in encoded.iter().enumerate() {
            jobs.extend(windows(document, ids.len(), self.context, self.stride));
        }
        // The longest first: should memory be short, that shows at once. A stable sort keeps the rest in order.
        jobs.sort_by_key(|window| std::cmp::Reverse(window.tokens.len()));
        let mut batches: Vec<&[Window]> = Vec::new();
        let mut rest = jobs.as_slice();
        while let Some(longest) = rest.first() {
            let most = (MOST_TOKENS / longest.tokens.len()).clamp(1, self.batch);
            let (batch, others) = rest.split_at(most.min(rest.len()));
            batches.push(batch);
            rest = others;
        }
        // One after the other: the device shares out the work of each among its threads, and two at once would wait for
        // each other there.
        let all: usize = jobs.iter().map(|window| window.tokens.len()).sum();
        let (mut done, mut nats) = (0, Vec::with_capacity(jobs.len()));
        for batch in batches {
            observe::check(observer)?;
            for (window, found) in batch.iter().zip(self.batch(batch, &encoded)?) {
                if !found.is_finite() {
                    return Err(self.not_finite(before + window.document + 1)?);
                }
                nats.push(found);
                done += window.tokens.len();
            }
            observer.event(Event::Progress(progress(done as f64 / all as f64)));
        }
        let score = |text: &&str| DocumentScore { bytes: text.len() as u64, ..DocumentScore::default() };
        let mut scores: Vec<DocumentScore> = texts.iter().map(score).collect();
        for (window, nats) in jobs.iter().zip(nats) {
            let score = &mut scores[window.document];
            score.nats += nats;
            score.windows += 1;
            score.tokens += (window.tokens.end - window.from) as u64;
        }
        Ok(scores)
    }

    fn encode(&self, texts: &[&str], before: usize) -> Result<Vec<Vec<Id>>> {
        let options = EncodeOptions { special_tokens: false, plain_specials: true };
        let encode = |scratch: &mut Scratch, (number, text): (usize, &&str)| -> Result<Vec<Id>> {
            let mut ids: Vec<Id> = self.model.config.bos.into_iter().collect();
            self.encoder.encode_into(text, options, scratch, &mut ids)?;
            let rows = self.model.config.vocab_size;
            if let Some(&id) = ids.iter().find(|&&id| id as usize >= rows) {
                let token = String::from_utf8_lossy(&self.encoder.decode(&[id], false)).into_owned();
                let why =
                    format!("document {} has the token `{token}`, the model has rows for {rows}", before + number + 1);
                return Err(Error::input("", why)
                    .at(Place::Entry(format!("token {id}")))
                    .with_hint("the tokenizer is not the one of this model"));
            }
            Ok(ids)
        };
        // All of them first: of two documents that fail, the earlier is named, whichever thread was the faster.
        let encoded: Vec<Result<_>> = texts.par_iter().enumerate().map_init(Scratch::default, encode).collect();
        encoded.into_iter().collect()
    }

    /// What each window costs.
    fn batch(&self, batch: &[Window], encoded: &[Vec<Id>]) -> Result<Vec<f64>> {
        let rows: Vec<&[Id]> = batch.iter().map(|w| &encoded[w.document][w.tokens.clone()]).collect();
        let longest = rows.iter().map(|row| row.len()).max().unwrap_or(0);
        let hidden = self.model.hidden(&rows, None)?;
        let (mut slots, mut targets) = (Vec::new(), Vec::new());
        for (number, window) in batch.iter().enumerate() {
            // A token is predicted by the state of the slot before it.
            let first = (number * longest + window.from - window.tokens.start - 1) as u32;
            slots.extend(first..first + (window.tokens.end - window.from) as u32);
            targets.extend_from_slice(&encoded[window.document][window.from..window.tokens.end]);
        }
        let chosen = || {
            let slots = Tensor::from_vec(slots, targets.len(), hidden.device())?;
            hidden.flatten_to(1)?.index_select(&slots, 0)
        };
        let nats = self.model.head.nats(&chosen().map_err(failed("running the model"))?, &targets)?;
        let mut rest = nats.as_slice();
        let sum = |window: &Window| {
            let (own, others) = rest.split_at(window.tokens.end - window.from);
            rest = others;
            own.iter().sum()
        };
        Ok(batch.iter().map(sum).collect())
    }

    /// Why a document has no score.
    fn not_finite(&self, document: usize) -> Result<Error> {
        let why = format!("the model gives document {document} logits that are not finite numbers");
        Ok(match self.model.not_finite()? {
            Some(tensor) => Error::input("", format!("{why}, and this tensor has such numbers, too"))
                .at(Place::Entry(tensor))
                .with_hint("the checkpoint is damaged, or was made by a step that failed"),
            None => Error::input("", format!("{why}; its weights are all finite")),
        })
    }
}
