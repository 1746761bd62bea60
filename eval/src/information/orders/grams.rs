//! All k-grams of a stream, numbered and counted one order at a time.
//!
//! The idea: a k-gram is the number of its first k-1 tokens followed by a token. Where the (k-1)-gram that ends at each
//! position has a number, a counting sort by that number puts all continuations of a context side by side, and a sort by
//! token inside each context puts equal k-grams side by side. Numbering them in this order makes the k-grams of one
//! context neighbours, so that everything about a context is a sum over a range, and the count of a k-gram of the test
//! text is an array index instead of a look-up.
//!
//! Numbers depend on the text alone: no hashing, no threads. Time per order: linear but for the sorts inside contexts;
//! memory: 8 bytes a token while sorting, 4 bytes a token for numbers, 8 bytes a distinct k-gram.

use rayon::prelude::*;

use super::stream::Stream;
use crate::information::unigram::{Spectrum, Tally};

/// The number at positions before which there are too few tokens in the document.
pub(super) const NONE: u32 = u32::MAX;

/// The k-grams of one length, numbered so that those of one context are neighbours.
#[derive(Debug)]
pub(super) struct Grams {
    /// Per context: one past the number of its last k-gram.
    pub ends: Vec<u32>,
    /// Per k-gram: how often it occurs in training documents.
    pub train: Vec<u32>,
}

/// How often k-grams, and their contexts, occur in all documents.
#[derive(Debug)]
pub(super) struct Counts {
    pub grams: Spectrum,
    /// Only where another token follows in the document.
    pub contexts: Spectrum,
}

/// What [`extend`] finds.
#[derive(Debug)]
pub(super) struct Extended {
    pub grams: Grams,
    pub counts: Counts,
    /// Per gram that is one shorter: how many different tokens stand before it in training documents; the start of a
    /// document counts as one.
    pub continuation: Vec<u32>,
}

/// The 1-grams: numbers are ids, the only context is the empty one.
pub(super) fn unigrams(stream: &Stream, vocabulary: usize) -> (Grams, Counts) {
    let mut train = vec![0u32; vocabulary];
    stream.tokens[..stream.train].iter().for_each(|&id| train[id as usize] += 1);
    let mut all = train.clone();
    stream.tokens[stream.train..].iter().for_each(|&id| all[id as usize] += 1);
    let counts = Counts {
        grams: Spectrum::new(all.into_iter().map(u64::from)),
        contexts: Spectrum::new([stream.tokens.len() as u64]),
    };
    (Grams { ends: vec![vocabulary as u32], train }, counts)
}

/// From the numbers of the grams of `length` tokens that end at each position (`contexts` of them) to those of
/// `length + 1` tokens, in place.
pub(super) fn extend(stream: &Stream, names: &mut [u32], contexts: usize, length: usize) -> Extended {
    let (mut ends, mut pairs) = bucket(stream, names, contexts, length);
    let mut context_counts = Tally::default();
    let mut begin = 0;
    for &end in &ends {
        context_counts.add(u64::from(end - begin));
        begin = end;
    }
    let distinct = sort(&mut pairs, &ends);

    let mut continuation = vec![0u32; contexts];
    starts(stream, names, length).into_iter().for_each(|name| continuation[name as usize] += 1);
    let mut train = Vec::with_capacity(distinct);
    let mut gram_counts = Tally::default();
    let mut begin = 0;
    for end in &mut ends {
        for gram in pairs[begin..*end as usize].chunk_by_mut(|a, b| a >> 32 == b >> 32) {
            // Positions rise, and training documents come first.
            let first = gram[0] as u32 as usize;
            let learned = gram.iter().take_while(|&&pair| (pair as u32 as usize) < stream.train).count();
            if learned > 0 {
                continuation[names[first] as usize] += 1;
            }
            gram_counts.add(gram.len() as u64);
            // From here on the upper half is the number of the gram.
            let name = (train.len() as u64) << 32;
            gram.iter_mut().for_each(|pair| *pair = name | (*pair & u64::from(u32::MAX)));
            train.push(learned as u32);
        }
        begin = *end as usize;
        *end = train.len() as u32;
    }
    for span in stream.spans.iter().filter(|span| span.end - span.start >= length) {
        names[span.start + length - 1] = NONE;
    }
    pairs.iter().for_each(|&pair| names[pair as u32 as usize] = (pair >> 32) as u32);
    let counts = Counts { grams: gram_counts.into_spectrum(), contexts: context_counts.into_spectrum() };
    Extended { grams: Grams { ends, train }, counts, continuation }
}

/// Every token that has `length` tokens before it, as `token << 32 | position`, by the number of its context and then
/// by position; and where each context ends.
fn bucket(stream: &Stream, names: &[u32], contexts: usize, length: usize) -> (Vec<u32>, Vec<u64>) {
    let follow = || stream.spans.iter().flat_map(|span| span.start + length..span.end);
    let mut cursor = vec![0u32; contexts];
    follow().for_each(|at| cursor[names[at - 1] as usize] += 1);
    let mut total = 0;
    for count in &mut cursor {
        (*count, total) = (total, total + *count);
    }
    let mut pairs = vec![0u64; total as usize];
    follow().for_each(|at| {
        let next = &mut cursor[names[at - 1] as usize];
        pairs[*next as usize] = u64::from(stream.tokens[at]) << 32 | at as u64;
        *next += 1;
    });
    // Each cursor has moved from the begin of its context to the end.
    (cursor, pairs)
}

/// Sorts each context by token, then position; returns how many distinct (context, token) there are.
fn sort(pairs: &mut [u64], ends: &[u32]) -> usize {
    const CHUNK: usize = 1 << 16;
    let mut chunks: Vec<(&mut [u64], &[u32], u32)> = Vec::new();
    let (mut rest, mut first, mut begin) = (pairs, 0, 0u32);
    for (context, &end) in ends.iter().enumerate() {
        let size = (end - begin) as usize;
        if size >= CHUNK || context + 1 == ends.len() {
            let (chunk, after) = rest.split_at_mut(size);
            chunks.push((chunk, &ends[first..=context], begin));
            (rest, first, begin) = (after, context + 1, end);
        }
    }
    let sorted = chunks.into_par_iter().map(|(chunk, ends, base)| {
        let mut begin = 0;
        let mut distinct = 0;
        for &end in ends {
            let end = (end - base) as usize;
            let context = &mut chunk[begin..end];
            if context.len() > 1 {
                context.sort_unstable();
            }
            distinct += context.chunk_by(|a, b| a >> 32 == b >> 32).count();
            begin = end;
        }
        distinct
    });
    sorted.sum()
}

/// The distinct grams of `length` tokens that begin a training document.
fn starts(stream: &Stream, names: &[u32], length: usize) -> Vec<u32> {
    let spans = stream.spans[..stream.train_spans].iter().filter(|span| span.end - span.start >= length);
    let mut starts: Vec<u32> = spans.map(|span| names[span.start + length - 1]).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}
