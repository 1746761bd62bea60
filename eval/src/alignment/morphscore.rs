//! MorphScore, both editions.
//!
//! First edition (Arnett and Bergen, arXiv 2411.14198): of the words that are more than one token, the share with a token
//! boundary at the boundary of interest, whatever other boundaries there are. A tokenizer that cuts everywhere scores 1, so
//! it is to be read beside a precision.
//!
//! Second edition (Arnett et al., arXiv 2507.06378): a recall and a precision for each word, averaged over words. Recall is
//! the share of the gold boundaries that were predicted. Precision is hits over predicted boundaries; their program counts
//! the end of the word among these, so that a perfect split in two has 1/2 ([`Options::word_end`]). A word that is one token
//! has 1 for both. Words of one morpheme are left out.
//!
//! Deviations:
//! 1. A gold word with more boundaries than the edition knows: the first edition looks at the end of the stem (its
//!    beginning where the stem comes last), the second goes on counting shares.
//! 2. Items without a boundary, of which the first edition's data has a few that no tokenizer can get right, are left out.
//! 3. A word counts as often as it occurs in the gold file ([`Options::freq_scale`]), not by a normalized frequency; the
//!    standard deviations are those of the unweighted points.
//!
//! O(|B|) a word.

use super::boundary::{WordScore, word_score, word_scores};
use super::{Prf, cuts_of, ratio};
use crate::gold::GoldWord;

/// The boundary of interest: the end of the stem, or its beginning where nothing follows it.
fn interesting(row: &GoldWord, cuts: &[usize]) -> Option<usize> {
    let wanted = row.segmentations.get(word_score(0, row, cuts)?.alternative)?;
    wanted.get(row.stem).or(wanted.last()).copied()
}

/// A word under the first edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Which gold row it is of.
    pub row: usize,
    /// Whether it is more than one token; others are left out of the score.
    pub split: bool,
    /// Whether a token boundary is at the boundary of interest.
    pub hit: bool,
}

/// The items with a boundary.
pub fn items(gold: &[GoldWord], cuts: &[Vec<usize>]) -> Vec<Item> {
    let item = |(row, word): (usize, &GoldWord)| {
        let cuts = cuts_of(cuts, row);
        let at = interesting(word, cuts)?;
        Some(Item { row, split: !cuts.is_empty(), hit: cuts.binary_search(&at).is_ok() })
    };
    gold.iter().enumerate().filter_map(item).collect()
}

/// The first edition's score.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct V1 {
    /// Hits over the items that are more than one token.
    pub score: Option<f64>,
    /// Hits over all items with a boundary.
    pub recall: Option<f64>,
    /// Items whose boundary was hit.
    pub right: u64,
    /// Items that are more than one token.
    pub scored: u64,
    /// Items with a boundary.
    pub items: u64,
}

/// The first edition.
pub fn v1<'i>(items: impl IntoIterator<Item = &'i Item>) -> V1 {
    let (mut right, mut scored, mut all) = (0, 0, 0);
    for item in items {
        all += 1;
        scored += u64::from(item.split);
        right += u64::from(item.hit);
    }
    V1 { score: ratio(right, scored), recall: ratio(right, all), right, scored, items: all }
}

/// Settings of the second edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Count a word as often as it occurs; on by default.
    pub freq_scale: bool,
    /// Leave words out that are one token; off by default.
    pub exclude_single_tok: bool,
    /// Count the end of the word among the predicted boundaries, as the authors' program does; on by default.
    pub word_end: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { freq_scale: true, exclude_single_tok: false, word_end: true }
    }
}

/// The second edition's score.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct V2 {
    /// Means of the points of words; the F1 is the harmonic mean of the two means.
    pub mean: Prf,
    /// Standard deviation of the recall points (over n).
    pub recall_std: Option<f64>,
    /// Standard deviation of the precision points (over n).
    pub precision_std: Option<f64>,
    /// Words with points.
    pub words: u64,
}

/// The points of a word: precision, recall. `None` where it is left out.
pub fn points(score: &WordScore, options: &Options) -> Option<(f64, f64)> {
    if score.wanted == 0 || (score.made == 0 && options.exclude_single_tok) {
        return None;
    }
    if score.made == 0 {
        return Some((1.0, 1.0));
    }
    let made = score.made + u32::from(options.word_end);
    Some((f64::from(score.hit) / f64::from(made), f64::from(score.hit) / f64::from(score.wanted)))
}

/// The second edition.
pub fn v2<'s>(scores: impl IntoIterator<Item = &'s WordScore>, options: &Options) -> V2 {
    let (mut weights, mut words) = (0.0, 0u64);
    // Sums of points times weight; of points; of their squares.
    let (mut scaled, mut plain, mut squares) = ([0.0; 2], [0.0; 2], [0.0; 2]);
    for score in scores {
        let Some((precision, recall)) = points(score, options) else { continue };
        let weight = if options.freq_scale { score.weight as f64 } else { 1.0 };
        weights += weight;
        words += 1;
        for (n, point) in [precision, recall].into_iter().enumerate() {
            scaled[n] += weight * point;
            plain[n] += point;
            squares[n] += point * point;
        }
    }
    let mean = |n: usize| (weights > 0.0).then(|| scaled[n] / weights);
    let deviation = |n: usize| {
        let count = words as f64;
        (words > 0).then(|| (squares[n] / count - (plain[n] / count) * (plain[n] / count)).max(0.0).sqrt())
    };
    V2 { mean: Prf::of_means(mean(0), mean(1)), precision_std: deviation(0), recall_std: deviation(1), words }
}

/// The second edition over all rows.
pub fn v2_of(gold: &[GoldWord], cuts: &[Vec<usize>], options: &Options) -> V2 {
    v2(&word_scores(gold, cuts), options)
}
