//! Documents in one flat array, those to learn from first.
//!
//! A document's part depends on the hash of its text alone, so that it is the same for every tokenizer, and copies of a
//! document never stand on both sides.

use super::Document;
use toktool::random::{Random, mix};

/// What a document is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Counts are taken from it (60 %).
    Train,
    /// The best order is chosen on it (20 %).
    Validation,
    /// Code lengths are reported on it (20 %).
    Test,
}

/// The part of a document whose text has this hash.
pub fn part(hash: u64, seed: u64) -> Part {
    match (u128::from(mix(hash ^ Random::new(seed).bits())) * 10) >> 64 {
        0..=5 => Part::Train,
        6 | 7 => Part::Validation,
        _ => Part::Test,
    }
}

/// A document's place in the stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
    /// Its index among the documents given.
    pub document: usize,
}

/// All tokens: the documents of each part in their own order, parts as [`Part`] orders them.
#[derive(Debug)]
pub(super) struct Stream {
    pub tokens: Vec<u32>,
    pub spans: Vec<Span>,
    /// How many spans, and how many tokens, are for training.
    pub train_spans: usize,
    pub train: usize,
    /// How many spans are for training or validation.
    pub known_spans: usize,
}

impl Stream {
    pub(super) fn new(documents: &[Document<'_>], seed: u64) -> Self {
        let parts: Vec<Part> = documents.iter().map(|d| part(d.hash, seed)).collect();
        let mut stream = Stream {
            tokens: Vec::with_capacity(documents.iter().map(|d| d.ids.len()).sum()),
            spans: Vec::with_capacity(documents.len()),
            train_spans: 0,
            train: 0,
            known_spans: 0,
        };
        for wanted in [Part::Train, Part::Validation, Part::Test] {
            for (document, _) in parts.iter().enumerate().filter(|&(_, &part)| part == wanted) {
                let start = stream.tokens.len();
                stream.tokens.extend_from_slice(documents[document].ids);
                stream.spans.push(Span { start, end: stream.tokens.len(), document });
            }
            match wanted {
                Part::Train => (stream.train_spans, stream.train) = (stream.spans.len(), stream.tokens.len()),
                Part::Validation => stream.known_spans = stream.spans.len(),
                Part::Test => {}
            }
        }
        stream
    }

    /// The same spans over the same tokens in random order; nothing is for training.
    pub(super) fn shuffled(mut self, seed: u64) -> Self {
        Random::new(seed).shuffle(&mut self.tokens);
        (self.train_spans, self.train, self.known_spans) = (0, 0, 0);
        self
    }

    /// The spans that are scored: validation, then test.
    pub(super) fn scored(&self) -> &[Span] {
        &self.spans[self.train_spans..]
    }
}
