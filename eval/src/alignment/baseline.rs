//! What a tokenizer is to be held against: tokenizers that know nothing, and random boundaries in closed form.
//!
//! A score that a degenerate tokenizer reaches says little, so their predictions can be made here and scored like any
//! other. Random boundaries need no draw: if |B| of `positions` places are boundaries, every set of that size being as
//! likely, a gold boundary is hit with probability |B| / positions. So H = |G| |B| / positions are hit on average, and
//! P = |G| / positions, R = |B| / positions, F1 = 2 H / (|B| + |G|).
//!
//! Deviation: a tokenizer of bytes makes more boundaries than there are places between characters; its random twin makes
//! one at every place.

use super::boundary::{WordScore, totals};
use super::{Prf, ratio};
use toktool::random::Random;

/// A boundary after every character.
pub fn characters(words: &[&str]) -> Vec<Vec<usize>> {
    words.iter().map(|word| word.char_indices().skip(1).map(|(at, _)| at).collect()).collect()
}

/// A boundary after every byte, also inside of a character.
pub fn bytes(words: &[&str]) -> Vec<Vec<usize>> {
    words.iter().map(|word| (1..word.len()).collect()).collect()
}

/// No boundary.
pub fn whole_words(words: &[&str]) -> Vec<Vec<usize>> {
    vec![Vec::new(); words.len()]
}

/// A boundary between two characters with probability `rate` (from 0 to 1), each place on its own.
pub fn random(words: &[&str], rate: f64, seed: u64) -> Vec<Vec<usize>> {
    let mut random = Random::new(seed);
    let mut draw = |word: &&str| {
        let places = word.char_indices().skip(1).map(|(at, _)| at);
        places.filter(|_| random.unit() < rate).collect()
    };
    words.iter().map(&mut draw).collect()
}

/// The share of places between characters that are predicted boundaries, at most 1.
pub fn rate<'s>(scores: impl IntoIterator<Item = &'s WordScore>) -> Option<f64> {
    let all = totals(scores);
    ratio(all.made.min(all.positions), all.positions)
}

/// What as many random boundaries would score on average.
pub fn expected<'s>(scores: impl IntoIterator<Item = &'s WordScore>) -> Prf {
    let all = totals(scores);
    let made = all.made.min(all.positions);
    let Some(recall) = ratio(made, all.positions) else { return Prf::default() };
    let hit = all.wanted as f64 * recall;
    let either = |part: f64, whole: u64| (whole > 0).then(|| part / whole as f64);
    Prf { precision: either(hit, made), recall: either(hit, all.wanted), f1: either(2.0 * hit, made + all.wanted) }
}

/// How many times the F1 of random boundaries the micro F1 is; `None` where random boundaries score nothing.
pub fn lift<'s>(scores: impl IntoIterator<Item = &'s WordScore> + Clone) -> Option<f64> {
    let chance = expected(scores.clone()).f1.filter(|&f1| f1 > 0.0)?;
    Some(super::boundary::micro(scores).f1? / chance)
}
