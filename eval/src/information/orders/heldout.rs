//! Code lengths of validation and test documents under models of rising order.
//!
//! Tokens of these documents carry one number along: their probability under the continuation counts of the orders
//! finished so far. The model of order k is one step over it with the counts themselves, so that all orders together
//! cost two steps per token and order.

use rayon::prelude::*;

use super::grams::{Grams, NONE};
use super::kneser_ney::Model;
use super::stream::Stream;
use crate::information::numeric::log2;

/// Scoring between two orders.
#[derive(Debug)]
pub(super) struct Heldout<'a> {
    stream: &'a Stream,
    /// Per scored token: its probability at the order below, by continuation counts.
    lower: Vec<f64>,
    /// Per scored token: the number of the gram one shorter than the one asked about that ends at it.
    shorter: Vec<u32>,
    /// Per scored document: bits of its first tokens, which have less context than the order asks for.
    head: Vec<f64>,
}

/// One order.
#[derive(Debug)]
pub(super) struct Scored {
    /// Bits of each scored document.
    pub bits: Vec<f64>,
    pub discounts: [f64; 3],
    /// Test tokens with a full context, and how many of the contexts occur in training.
    pub contexts: u64,
    pub known: u64,
}

impl<'a> Heldout<'a> {
    /// `None` where there is nothing to learn from or nothing to score.
    pub(super) fn new(stream: &'a Stream, vocabulary: usize) -> Option<Self> {
        let tokens = stream.tokens.len() - stream.train;
        let lower = vec![1.0 / vocabulary as f64; tokens];
        let head = vec![0.0; stream.scored().len()];
        (stream.train > 0 && tokens > 0).then_some(Heldout { stream, lower, shorter: Vec::new(), head })
    }

    /// The number of the context of the gram that ends at scored token `at`.
    fn context(&self, at: usize) -> usize {
        if self.shorter.is_empty() { 0 } else { self.shorter[at - 1] as usize }
    }

    /// Scores at the order of `grams`, whose numbers are `names`.
    pub(super) fn score(&mut self, order: usize, grams: &Grams, names: &[u32]) -> Scored {
        let model = Model::new(&grams.ends, &grams.train);
        let base = self.stream.train;
        let names = &names[base..];
        let tested = self.stream.known_spans - self.stream.train_spans;
        let this = &*self;
        let documents: Vec<(f64, f64, u64, u64)> = this
            .stream
            .scored()
            .par_iter()
            .zip(&this.head)
            .enumerate()
            .map(|(index, (span, &head))| {
                let (mut bits, mut next_head, mut contexts, mut known) = (head, head, 0, 0);
                let (first, end) = (span.start - base + (order - 1), span.end - base);
                for (at, &name) in (first..end).zip(names.get(first..end).unwrap_or_default()) {
                    let context = this.context(at);
                    let token = -log2(model.probability(context, name as usize, this.lower[at]));
                    bits += token;
                    if at == first {
                        next_head += token;
                    }
                    if index >= tested {
                        contexts += 1;
                        known += u64::from(model.knows(context));
                    }
                }
                (bits, next_head, contexts, known)
            })
            .collect();
        self.head = documents.iter().map(|d| d.1).collect();
        Scored {
            bits: documents.iter().map(|d| d.0).collect(),
            discounts: model.discounts.0,
            contexts: documents.iter().map(|d| d.2).sum(),
            known: documents.iter().map(|d| d.3).sum(),
        }
    }

    /// Steps over the order that `ends` describes by its continuation counts; `names` are its numbers at scored tokens.
    pub(super) fn step(&mut self, ends: &[u32], continuation: &[u32], names: Vec<u32>) {
        let model = Model::new(ends, continuation);
        let shorter = std::mem::take(&mut self.shorter);
        self.lower.par_iter_mut().enumerate().with_min_len(1 << 12).for_each(|(at, lower)| {
            if names[at] != NONE {
                let context = if shorter.is_empty() { 0 } else { shorter[at - 1] as usize };
                *lower = model.probability(context, names[at] as usize, *lower);
            }
        });
        self.shorter = names;
    }
}
