//! Boundary precision, recall and F1, and what can be said of the same counts.
//!
//! With G the inner boundaries of a gold segmentation and B those between tokens, both as byte offsets in the word:
//! hit = |G ∩ B|, made = |B|, wanted = |G|. [`word_scores`] counts them for every row; everything else is sums of these.
//!
//! Conventions:
//! 1. Micro: P = Σ hit / Σ made, R = Σ hit / Σ wanted. Every distinct row counts once, rows without a boundary included.
//! 2. Macro: the mean over rows of P(w), R(w) and F(w) each (the F1 is not that of the two means). A row with neither
//!    gold nor predicted boundaries has P = R = F = 1, a row with one of the two only has P = R = F = 0.
//! 3. Weighted: micro with every row as often as it occurs.
//!
//! O(|G| + |B|) a word and segmentation.

use super::{Prf, cuts_of, ratio};
use crate::gold::GoldWord;

/// The counts of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WordScore {
    /// Which gold row it is of.
    pub row: usize,
    /// Which segmentation of that row it is against.
    pub alternative: usize,
    /// Predicted boundaries that are gold.
    pub hit: u32,
    /// Predicted boundaries.
    pub made: u32,
    /// Gold boundaries.
    pub wanted: u32,
    /// Places between two characters of the word.
    pub positions: u32,
    /// How often the word occurs.
    pub weight: u64,
    /// Whether it has two or more pieces in every segmentation.
    pub multi: bool,
}

impl WordScore {
    /// Whether the predicted boundaries are the gold ones.
    pub fn exact(&self) -> bool {
        self.hit == self.made && self.hit == self.wanted
    }

    /// F1 of the word as a fraction: 2 hit / (made + wanted), 1 where both are 0.
    fn f1(&self) -> (u64, u64) {
        match u64::from(self.made) + u64::from(self.wanted) {
            0 => (1, 1),
            whole => (2 * u64::from(self.hit), whole),
        }
    }
}

/// How many numbers two ascending lists have in common.
fn common(a: &[usize], b: &[usize]) -> u32 {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        n += u32::from(a[i] == b[j]);
        let (x, y) = (a[i], b[j]);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    n
}

/// The score of a row; `None` where its boundaries are not known.
pub fn word_score(row: usize, gold: &GoldWord, cuts: &[usize]) -> Option<WordScore> {
    let mut best: Option<WordScore> = None;
    for (alternative, wanted) in gold.segmentations.iter().enumerate() {
        let score = WordScore {
            row,
            alternative,
            hit: common(wanted, cuts),
            made: cuts.len() as u32,
            wanted: wanted.len() as u32,
            positions: gold.word.chars().count().saturating_sub(1) as u32,
            weight: gold.count,
            multi: gold.is_multi(),
        };
        let better = best.is_none_or(|best| {
            let ((a, b), (c, d)) = (score.f1(), best.f1());
            a * d > c * b
        });
        if better {
            best = Some(score);
        }
    }
    best
}

/// The scores of all rows whose boundaries are known, in their order.
pub fn word_scores(gold: &[GoldWord], cuts: &[Vec<usize>]) -> Vec<WordScore> {
    gold.iter().enumerate().filter_map(|(row, word)| word_score(row, word, cuts_of(cuts, row))).collect()
}

/// Those of rows with two or more pieces: what the variants `_multi` are computed from.
pub fn multi(scores: &[WordScore]) -> Vec<WordScore> {
    scores.iter().copied().filter(|score| score.multi).collect()
}

/// Sums over words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Words.
    pub words: u64,
    /// Right boundaries.
    pub hit: u64,
    /// Predicted boundaries.
    pub made: u64,
    /// Gold boundaries.
    pub wanted: u64,
    /// Places between two characters.
    pub positions: u64,
}

/// The sums, every row once.
pub fn totals<'s>(scores: impl IntoIterator<Item = &'s WordScore>) -> Totals {
    sum(scores, |_| 1)
}

fn sum<'s>(scores: impl IntoIterator<Item = &'s WordScore>, weight: impl Fn(&WordScore) -> u64) -> Totals {
    let mut all = Totals::default();
    for score in scores {
        let weight = weight(score);
        let add = |to: &mut u64, n: u32| *to = to.saturating_add(weight.saturating_mul(n.into()));
        add(&mut all.words, 1);
        add(&mut all.hit, score.hit);
        add(&mut all.made, score.made);
        add(&mut all.wanted, score.wanted);
        add(&mut all.positions, score.positions);
    }
    all
}

/// Micro average, every row once.
pub fn micro<'s>(scores: impl IntoIterator<Item = &'s WordScore>) -> Prf {
    let all = totals(scores);
    Prf::of_counts(all.hit, all.made, all.wanted)
}

/// Micro average, every row as often as its word occurs.
pub fn weighted<'s>(scores: impl IntoIterator<Item = &'s WordScore>) -> Prf {
    let all = sum(scores, |score| score.weight);
    Prf::of_counts(all.hit, all.made, all.wanted)
}

/// Macro average: means over rows, see the conventions above.
pub fn macro_average<'s>(scores: impl IntoIterator<Item = &'s WordScore>) -> Prf {
    let (mut n, mut precision, mut recall, mut f1) = (0u64, 0.0, 0.0, 0.0);
    for score in scores {
        n += 1;
        if score.made == 0 && score.wanted == 0 {
            precision += 1.0;
            recall += 1.0;
            f1 += 1.0;
            continue;
        }
        precision += ratio(score.hit.into(), score.made.into()).unwrap_or(0.0);
        recall += ratio(score.hit.into(), score.wanted.into()).unwrap_or(0.0);
        let (part, whole) = score.f1();
        f1 += part as f64 / whole as f64;
    }
    let mean = |sum: f64| (n > 0).then(|| sum / n as f64);
    Prf { precision: mean(precision), recall: mean(recall), f1: mean(f1) }
}

/// Too many and too few boundaries.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Segmentation {
    /// Σ|B \ G| / Σ|B ∪ G|.
    pub over: Option<f64>,
    /// Σ|G \ B| / Σ|B ∪ G|.
    pub under: Option<f64>,
    /// The mean of |B| - |G|, in boundaries a word.
    pub bias: Option<f64>,
}

/// Over- and under-segmentation.
pub fn segmentation<'s>(scores: impl IntoIterator<Item = &'s WordScore>) -> Segmentation {
    let all = totals(scores);
    let union = all.made + all.wanted - all.hit;
    let bias = (all.words > 0).then(|| (all.made as f64 - all.wanted as f64) / all.words as f64);
    Segmentation { over: ratio(all.made - all.hit, union), under: ratio(all.wanted - all.hit, union), bias }
}

/// The share of words whose boundaries are exactly the gold ones.
pub fn exact<'s>(scores: impl IntoIterator<Item = &'s WordScore>) -> Option<f64> {
    share(scores, WordScore::exact)
}

/// The share of words that are one token.
pub fn whole<'s>(scores: impl IntoIterator<Item = &'s WordScore>) -> Option<f64> {
    share(scores, |score| score.made == 0)
}

fn share<'s>(scores: impl IntoIterator<Item = &'s WordScore>, is: impl Fn(&WordScore) -> bool) -> Option<f64> {
    let (mut part, mut whole) = (0, 0);
    for score in scores {
        whole += 1;
        part += u64::from(is(score));
    }
    ratio(part, whole)
}
