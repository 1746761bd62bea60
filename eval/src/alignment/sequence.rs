//! Sequences of morphemes against sequences of tokens.
//!
//! The SIGMORPHON 2022 shared task on morpheme segmentation scores a word by the longest common subsequence (LCS) of its
//! gold and predicted morphemes: P = Σ LCS / Σ predicted, R = Σ LCS / Σ gold, micro-averaged; and by the mean Levenshtein
//! distance, in characters, of the two sequences joined by a bar. The *edit distance* is the Levenshtein distance in
//! morphemes. Gold morphemes are the canonical ones where the layout has them, which is the point of these measures: they
//! need no alignment with the word. Otherwise they are the pieces of the segmentation that suits the prediction best.
//!
//! Deviations:
//! 1. Scores are from 0 to 1, not in percent.
//! 2. A token that is not text (a part of a character) reads as U+FFFD in the character distance.
//!
//! O(length²) a word, in parallel over words.

use rayon::prelude::*;

use super::boundary::word_score;
use super::{Prf, cuts_of, slices};
use crate::gold::GoldWord;

/// The counts of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SequenceScore {
    /// Which gold row it is of.
    pub row: usize,
    /// The length of the longest common subsequence of morphemes and tokens.
    pub lcs: u32,
    /// Tokens.
    pub made: u32,
    /// Gold morphemes.
    pub wanted: u32,
    /// Levenshtein distance of the sequences joined by bars, in characters.
    pub distance: u32,
    /// Levenshtein distance of the sequences, in morphemes.
    pub edits: u32,
}

/// The length of the longest common subsequence.
pub fn lcs<T: PartialEq>(a: &[T], b: &[T]) -> u32 {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

/// How many items must be replaced, put in or taken out to make one sequence of the other.
pub fn levenshtein<T: PartialEq>(a: &[T], b: &[T]) -> u32 {
    let mut row: Vec<u32> = (0..=b.len() as u32).collect();
    for x in a {
        let mut diagonal = row[0];
        row[0] += 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + u32::from(x != y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

fn joined(pieces: &[&[u8]]) -> Vec<char> {
    let texts: Vec<_> = pieces.iter().map(|piece| String::from_utf8_lossy(piece)).collect();
    texts.join("|").chars().collect()
}

/// The score of a row; `None` where neither morphemes nor boundaries are known.
pub fn sequence_score(row: usize, gold: &GoldWord, cuts: &[usize]) -> Option<SequenceScore> {
    let wanted: Vec<&[u8]> = if gold.morphemes.is_empty() {
        let best = word_score(row, gold, cuts)?;
        gold.pieces(best.alternative).into_iter().map(str::as_bytes).collect()
    } else {
        gold.morphemes.iter().map(|morpheme| morpheme.as_bytes()).collect()
    };
    let made = slices(&gold.word, cuts);
    Some(SequenceScore {
        row,
        lcs: lcs(&wanted, &made),
        made: made.len() as u32,
        wanted: wanted.len() as u32,
        distance: levenshtein(&joined(&wanted), &joined(&made)),
        edits: levenshtein(&wanted, &made),
    })
}

/// The scores of all rows whose morphemes are known.
pub fn sequence_scores(gold: &[GoldWord], cuts: &[Vec<usize>]) -> Vec<SequenceScore> {
    let all: Vec<Option<SequenceScore>> =
        gold.par_iter().enumerate().map(|(row, word)| sequence_score(row, word, cuts_of(cuts, row))).collect();
    all.into_iter().flatten().collect()
}

/// Scores over words.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SequenceRates {
    /// By longest common subsequences.
    pub lcs: Prf,
    /// The mean Levenshtein distance, in characters a word.
    pub distance: Option<f64>,
    /// The mean edit distance, in morphemes a word.
    pub edits: Option<f64>,
    /// Words.
    pub words: u64,
}

/// The scores over words.
pub fn sequence_rates<'s>(scores: impl IntoIterator<Item = &'s SequenceScore>) -> SequenceRates {
    let [mut words, mut lcs, mut made, mut wanted, mut distance, mut edits] = [0u64; 6];
    for score in scores {
        words += 1;
        lcs += u64::from(score.lcs);
        made += u64::from(score.made);
        wanted += u64::from(score.wanted);
        distance += u64::from(score.distance);
        edits += u64::from(score.edits);
    }
    SequenceRates {
        lcs: Prf::of_counts(lcs, made, wanted),
        distance: super::ratio(distance, words),
        edits: super::ratio(edits, words),
        words,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn distances_by_hand() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        // kitten, sitten, sittin, sitting.
        assert_eq!(levenshtein(&chars("kitten"), &chars("sitting")), 3);
        assert_eq!(lcs(&chars("kitten"), &chars("sitting")), 4, "i t t n");
        assert_eq!((levenshtein(&chars(""), &chars("ab")), lcs(&chars(""), &chars("ab"))), (2, 0));
    }

    #[test]
    fn a_word_by_hand() {
        // evlerden: gold ev|ler|den, tokens ev|lerd|en. Of three morphemes one is common; to make the second sequence of
        // the first, two morphemes are replaced; "ev|ler|den" becomes "ev|lerd|en" by taking out a bar and putting one in.
        let gold = GoldWord { word: "evlerden".into(), segmentations: vec![vec![2, 5]], ..GoldWord::default() };
        let score = sequence_score(3, &gold, &[2, 6]).unwrap();
        assert_eq!(score, SequenceScore { row: 3, lcs: 1, made: 3, wanted: 3, distance: 2, edits: 2 });
        // happier = happy @@er against happi|er: `er` is common, y and i differ.
        let gold = GoldWord { word: "happier".into(), morphemes: vec!["happy".into(), "er".into()], ..gold };
        let score = sequence_score(0, &GoldWord { segmentations: Vec::new(), ..gold }, &[5]).unwrap();
        assert_eq!((score.lcs, score.distance, score.edits), (1, 1, 1));
        let rates =
            sequence_rates(&[score, SequenceScore { lcs: 0, made: 1, wanted: 3, distance: 2, edits: 3, row: 1 }]);
        // P = 1/3, R = 1/5, F1 = 2/8; distances (1 + 2) / 2 and (1 + 3) / 2.
        assert_eq!(rates.lcs, Prf { precision: Some(1.0 / 3.0), recall: Some(0.2), f1: Some(0.25) });
        assert_eq!((rates.distance, rates.edits, rates.words), (Some(1.5), Some(2.0), 2));
        assert!(sequence_score(0, &GoldWord { word: "ev".into(), ..GoldWord::default() }, &[]).is_none());
    }

    /// By the recursive definition.
    fn slow(a: &[u8], b: &[u8]) -> (u32, u32) {
        match (a.split_last(), b.split_last()) {
            (Some((x, rest_a)), Some((y, rest_b))) => {
                let (l0, e0) = slow(rest_a, rest_b);
                let ((l1, e1), (l2, e2)) = (slow(rest_a, b), slow(a, rest_b));
                let same = u32::from(x == y);
                ((l0 + same).max(l1).max(l2), (e0 + 1 - same).min(e1 + 1).min(e2 + 1))
            }
            _ => (0, (a.len() + b.len()) as u32),
        }
    }

    proptest! {
        #[test]
        fn both_are_their_definitions(a in proptest::collection::vec(0u8..3, 0..6), b in proptest::collection::vec(0u8..3, 0..6)) {
            prop_assert_eq!((lcs(&a, &b), levenshtein(&a, &b)), slow(&a, &b));
        }
    }
}
