//! How likely letters are to make a stem that nobody has seen: a Markov chain over the codes of known stems.
//!
//! A chain alone makes far too many short stems, since it does not know how long a stem has been going on. So what it says
//! of a stem is corrected by the share of stems of that length over the share that the chain would make.
//!
//! `P(b | a) = (n(a, b) + K P(b)) / (n(a) + K)`, `P(b)` being add-one over letters. It only has to say that long unseen
//! stems are less likely than short ones, and unlikely spellings less than likely ones.

use super::script::MAX;

/// The edge of a stem, as a code.
const EDGE: usize = 129;
const SYMBOLS: usize = 130;
/// How many observations the letter alone is worth.
const K: f64 = 8.0;

/// The chain.
#[derive(Debug)]
pub(crate) struct Spelling {
    /// Log-probabilities, `[before][letter]`.
    logs: Vec<f32>,
    /// Corrections by length, as logarithms.
    lengths: Vec<f32>,
}

impl Spelling {
    /// The chain of stems with weights.
    pub(crate) fn of<'a>(stems: impl IntoIterator<Item = (&'a [u8], f64)>) -> Spelling {
        let mut pairs = vec![0.0; SYMBOLS * SYMBOLS];
        let mut lengths = vec![K / MAX as f64; MAX + 1];
        for (stem, weight) in stems {
            let letters = stem.iter().map(|&code| usize::from(code)).chain([EDGE]);
            let before = [EDGE].into_iter().chain(stem.iter().map(|&code| usize::from(code)));
            before.zip(letters).for_each(|(a, b)| pairs[a * SYMBOLS + b] += weight);
            lengths[stem.len().min(MAX)] += weight;
        }
        let letter = |b: usize| (0..SYMBOLS).map(|a| pairs[a * SYMBOLS + b]).sum::<f64>() + 1.0;
        let letters: Vec<f64> = (0..SYMBOLS).map(letter).collect();
        let all: f64 = letters.iter().sum();
        let mut chain = Vec::with_capacity(pairs.len());
        for row in pairs.chunks(SYMBOLS) {
            let seen: f64 = row.iter().sum();
            chain.extend(row.iter().zip(&letters).map(|(n, letter)| (n + K * letter / all) / (seen + K)));
        }
        let stems: f64 = lengths.iter().sum();
        let correct = |(seen, made): (&f64, f64)| (seen / stems / made.max(1e-9)).ln() as f32;
        let lengths = lengths.iter().zip(made(&chain)).map(correct).collect();
        Spelling { logs: chain.iter().map(|p| p.ln() as f32).collect(), lengths }
    }

    /// The log-probability of `next` after `before`; `None` is the edge of a stem.
    pub(crate) fn step(&self, before: Option<u8>, next: Option<u8>) -> f32 {
        let symbol = |code: Option<u8>| code.map_or(EDGE, usize::from);
        self.logs[symbol(before) * SYMBOLS + symbol(next)]
    }

    /// The log-probability of a stem.
    pub(crate) fn stem(&self, keys: &[u8]) -> f32 {
        let mut before = None;
        let mut sum = 0.0;
        for &code in keys {
            sum += self.step(before, Some(code));
            before = Some(code);
        }
        sum + self.step(before, None) + self.length(keys.len())
    }

    /// The correction for a stem of `len` codes.
    pub(crate) fn length(&self, len: usize) -> f32 {
        self.lengths[len.min(MAX)]
    }
}

/// The share of stems of each length that a chain makes.
fn made(chain: &[f64]) -> Vec<f64> {
    let mut at = vec![0.0; SYMBOLS];
    at[EDGE] = 1.0;
    let mut shares = Vec::with_capacity(MAX + 1);
    for _ in 0..=MAX {
        let mut next = vec![0.0; SYMBOLS];
        for (a, p) in at.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            for (b, sum) in next.iter_mut().enumerate() {
                *sum += p * chain[a * SYMBOLS + b];
            }
        }
        shares.push(std::mem::take(&mut next[EDGE]));
        at = next;
    }
    shares
}
