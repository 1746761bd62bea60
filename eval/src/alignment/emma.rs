//! EMMA-2: how well predicted morphemes can be renamed into gold ones.
//!
//! EMMA (Spiegler and Monson, COLING 2010) asks for the best one-to-one matching of predicted and gold morpheme types,
//! which is an assignment problem of cubic cost. EMMA-2 (Virpioja et al., TAL 52(2), 2011) lets several types share a
//! partner and so takes the maximum for each type by itself: for precision every predicted type is renamed into the gold
//! type that it occurs with most, for recall the reverse. With c(p, g) = Σ over words of (times p in the word) x (times g in
//! it), p becomes argmax c(p, ·). The precision of a word is the size of the common multiset of its renamed and its gold
//! morphemes over the number of its predicted ones; the recall likewise; both are averaged over words.
//!
//! Predicted types are token ids, gold types canonical morphemes where the layout has them, else the pieces of the first
//! segmentation.
//!
//! 1. Of partners with equal c the paper says nothing; here the rarer one is taken, then the one that fewer types have
//!    been renamed into (types in the order of their numbers), then the one with the smaller spelling or id. So a gold
//!    standard held against itself has full marks, and the order of rows does not matter.
//! 2. Above [`Options::max_words`] words a seeded sample is scored and its size reported.
//!
//! O(Σ over words of predicted x gold morphemes) time and memory.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{Prediction, Prf};
use crate::gold::GoldWord;
use toktool::random::sample;

/// Settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many words are scored at most; 200,000 by default.
    pub max_words: usize,
    /// Which words, where there are more.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { max_words: 200_000, seed: 1 }
    }
}

/// A score.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Emma {
    /// Means over words, and their harmonic mean.
    pub mean: Prf,
    /// Words scored.
    pub words: u64,
    /// Words that could be.
    pub of: u64,
}

/// A word as morphemes of both kinds, by number.
type Pair = (Vec<u32>, Vec<u32>);

/// EMMA-2 of all rows whose morphemes are known.
pub fn emma2(gold: &[GoldWord], prediction: &Prediction, options: &Options) -> Emma {
    let known = |row: &&(usize, &GoldWord)| !(row.1.morphemes.is_empty() && row.1.segmentations.is_empty());
    let rows: Vec<(usize, &GoldWord)> = gold.iter().enumerate().collect();
    let rows: Vec<&(usize, &GoldWord)> = rows.iter().filter(known).collect();
    let chosen = sample(rows.len(), options.max_words, options.seed);
    // Numbers in the order of spelling.
    let spelled: BTreeSet<&str> = chosen.iter().flat_map(|&n| super::morphemes(rows[n].1)).collect();
    let number: FxHashMap<&str, u32> = spelled.into_iter().zip(0..).collect();
    let pair = |&n: &usize| -> Pair {
        let (row, word) = rows[n];
        let tokens = prediction.tokens.get(*row).map_or(&[][..], Vec::as_slice);
        let wanted = super::morphemes(word).into_iter().filter_map(|morpheme| number.get(morpheme).copied());
        (tokens.iter().map(|token| token.id).collect(), wanted.collect())
    };
    let pairs: Vec<Pair> = chosen.iter().map(pair).collect();
    let precision = renamed(pairs.iter().map(|(made, wanted)| (made, wanted)));
    let recall = renamed(pairs.iter().map(|(made, wanted)| (wanted, made)));
    Emma { mean: Prf::of_means(precision, recall), words: pairs.len() as u64, of: rows.len() as u64 }
}

/// The mean share of the first kind of morphemes that are right when renamed into the second.
fn renamed<'p>(pairs: impl Iterator<Item = (&'p Vec<u32>, &'p Vec<u32>)> + Clone) -> Option<f64> {
    let mut together: FxHashMap<(u32, u32), u64> = FxHashMap::default();
    for (from, to) in pairs.clone() {
        for &a in from {
            for &b in to {
                *together.entry((a, b)).or_default() += 1;
            }
        }
    }
    let mut seen: FxHashMap<u32, u64> = FxHashMap::default();
    for (_, to) in pairs.clone() {
        to.iter().for_each(|&b| *seen.entry(b).or_default() += 1);
    }
    let occurrences = |b: u32| seen.get(&b).copied().unwrap_or(0);
    let mut edges: Vec<(u32, Reverse<u64>, u64, u32)> =
        together.into_iter().map(|((a, b), times)| (a, Reverse(times), occurrences(b), b)).collect();
    edges.sort_unstable();
    let mut partner: FxHashMap<u32, u32> = FxHashMap::default();
    let mut taken: FxHashMap<u32, u32> = FxHashMap::default();
    for edges in edges.chunk_by(|x, y| x.0 == y.0) {
        let equal = edges.iter().take_while(|edge| (edge.1, edge.2) == (edges[0].1, edges[0].2));
        let least = equal.min_by_key(|edge| (taken.get(&edge.3).copied().unwrap_or(0), edge.3));
        if let Some(&(a, _, _, b)) = least {
            partner.insert(a, b);
            *taken.entry(b).or_default() += 1;
        }
    }
    let (mut sum, mut words) = (0.0, 0u64);
    for (from, to) in pairs.filter(|(from, _)| !from.is_empty()) {
        let mut left = to.clone();
        let mut right = 0u32;
        for b in from.iter().filter_map(|a| partner.get(a)) {
            if let Some(at) = left.iter().position(|other| other == b) {
                left.swap_remove(at);
                right += 1;
            }
        }
        sum += f64::from(right) / from.len() as f64;
        words += 1;
    }
    (words > 0).then(|| sum / words as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toktool::encode::Token;

    use super::*;

    fn prediction(words: &[Vec<u32>]) -> Prediction {
        let token = |(n, &id): (usize, &u32)| Token { id, start: n, end: n + 1 };
        let tokens: Vec<Vec<Token>> = words.iter().map(|ids| ids.iter().enumerate().map(token).collect()).collect();
        Prediction { cuts: tokens.iter().map(|all| (1..all.len()).collect()).collect(), tokens }
    }

    fn gold(words: &[Vec<u32>]) -> Vec<GoldWord> {
        let row = |morphemes: &Vec<u32>| GoldWord {
            word: "aaaaaaaa".into(),
            morphemes: morphemes.iter().map(|m| format!("m{m}")).collect(),
            ..GoldWord::default()
        };
        words.iter().map(row).collect()
    }

    #[test]
    fn by_hand() {
        // Gold: ev ler | ev den | yol ler = 1 2 | 1 3 | 4 2. Tokens: 10 20 | 10 30 | 40.
        // Precision: 10 occurs with 1 twice, with 2 and 3 once: 10 -> 1. 20 with 1 and 2 once, which both occur twice; 1 has
        // been taken: 20 -> 2. 30 with 1 and 3: the rarer, 3. 40 with 4 and 2: the rarer, 4. Words: {1 2} of {1 2}, {1 3} of
        // {1 3}, {4} of {4 2}: all right, mean 1.
        // Recall: 1 with 10 twice -> 10; 2 with 10, 20, 40 once; 20 and 40 are rarer, 20 the smaller -> 20; 3 with 10 and
        // 30 -> 30; 4 -> 40. Words: {10 20}, {10 30}: 1; {40 20} of {40}: 1/2. Mean 5/6. F1 = 2 (5/6) / (11/6) = 10/11.
        let score = emma2(
            &gold(&[vec![1, 2], vec![1, 3], vec![4, 2]]),
            &prediction(&[vec![10, 20], vec![10, 30], vec![40]]),
            &Options::default(),
        );
        let close = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-12;
        assert!(close(score.mean.precision, 1.0) && close(score.mean.recall, 5.0 / 6.0), "{score:?}");
        assert!(close(score.mean.f1, 10.0 / 11.0) && score.words == 3 && score.of == 3);
    }

    #[test]
    fn names_do_not_matter_and_samples_are_named() {
        let words: Vec<Vec<u32>> = (0..50).map(|n| vec![n % 7, 10 + n % 5]).collect();
        let renamed: Vec<Vec<u32>> = words.iter().map(|w| w.iter().map(|m| m + 100).collect()).collect();
        let whole = emma2(&gold(&words), &prediction(&renamed), &Options::default());
        assert_eq!(whole.mean, Prf { precision: Some(1.0), recall: Some(1.0), f1: Some(1.0) });
        let some = emma2(&gold(&words), &prediction(&renamed), &Options { max_words: 20, seed: 3 });
        assert_eq!((some.words, some.of), (20, 50));
        assert_eq!(emma2(&[], &Prediction::default(), &Options::default()), Emma::default());
    }

    /// The same with a table of all types against all types.
    fn naive(from: &[Vec<u32>], to: &[Vec<u32>]) -> Option<f64> {
        let count = |word: &[u32], m: u32| word.iter().filter(|&&x| x == m).count();
        let pair = |a: u32, b: u32| -> usize { (0..from.len()).map(|w| count(&from[w], a) * count(&to[w], b)).sum() };
        let times = |b: u32| -> usize { to.iter().map(|word| count(word, b)).sum() };
        let mut best = [None; 10];
        for a in 0..10 {
            let taken = |b: u32| best.iter().filter(|&&other| other == Some(b)).count();
            let found = (0..10).filter(|&b| pair(a, b) > 0);
            best[a as usize] = found.min_by_key(|&b| (Reverse(pair(a, b)), times(b), taken(b), b));
        }
        let (mut sum, mut words) = (0.0, 0);
        for (from, to) in from.iter().zip(to).filter(|(from, _)| !from.is_empty()) {
            let mapped: Vec<u32> = from.iter().filter_map(|&a| best[a as usize]).collect();
            let right: usize = (0..10).map(|b| count(&mapped, b).min(count(to, b))).sum();
            sum += right as f64 / from.len() as f64;
            words += 1;
        }
        (words > 0).then(|| sum / f64::from(words))
    }

    proptest! {
        #[test]
        fn it_is_the_naive_one(words in proptest::collection::vec(
            (proptest::collection::vec(0u32..6, 1..4), proptest::collection::vec(0u32..6, 1..4)), 1..12)) {
            let (made, wanted): (Vec<_>, Vec<_>) = words.into_iter().unzip();
            let score = emma2(&gold(&wanted), &prediction(&made), &Options::default());
            let close = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 1e-12;
            prop_assert!(close(score.mean.precision, naive(&made, &wanted)));
            prop_assert!(close(score.mean.recall, naive(&wanted, &made)));
        }
    }
}
