//! How the tokens of words agree with their morphemes.
//!
//! Everything here is a pure function of gold words ([`GoldWord`]) and of what a tokenizer made of the same words in the
//! same order ([`Prediction`], from [`predict_tokens`]). Each measure comes in two steps: a score for each word, which is all
//! that a bootstrap by word needs, and the sums over words. Sums are of integers, or of floats in the order of the words;
//! no result depends on the number of threads.
//!
//! | measure | module | source |
//! |---|---|---|
//! | boundary precision, recall, F1; over- and under-segmentation; exact words | [`boundary`] | |
//! | what random boundaries would reach; degenerate tokenizers | [`baseline`] | |
//! | stems kept whole, affixes that are tokens | [`stem`] | |
//! | MorphScore | [`morphscore`] | arXiv 2411.14198, 2507.06378 |
//! | LCS F1, Levenshtein distances | [`sequence`] | SIGMORPHON 2022 shared task |
//! | EMMA-2 | [`emma`] | Virpioja et al., TAL 52(2), 2011 |
//! | consistency over pairs of words, first tokens of lemmas | [`consistency`] | arXiv 2502.00894 |
//! | how many ways an affix is tokenized | [`allomorph`] | |
//!
//! What is common to all:
//! 1. Words whose boundaries are not known have no score in a measure that needs them. A word without a prediction is taken
//!    for one token.
//! 2. A boundary between two bytes of one character counts as made, and can never be right.
//! 3. Of several segmentations the one counts under which the F1 of the word is highest, the first of equals.
//! 4. A quotient without a denominator is `None`. F1 is 0 where nothing is predicted but something is wanted.

pub mod allomorph;
pub mod baseline;
pub mod boundary;
pub mod consistency;
pub mod emma;
pub mod morphscore;
pub mod sequence;
pub mod stem;
#[cfg(test)]
mod tests;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use toktool::encode::{EncodeOptions, Scratch, Token};
use toktool::{Encoder, Result};

use crate::gold::GoldWord;

/// Precision, recall and their harmonic mean, each from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Prf {
    /// The share of what was predicted that is right; `None` where nothing was.
    pub precision: Option<f64>,
    /// The share of what is wanted that was predicted; `None` where nothing is.
    pub recall: Option<f64>,
    /// The harmonic mean; 0 where one of the two counts is 0, `None` where both are.
    pub f1: Option<f64>,
}

impl Prf {
    /// P = hit / made, R = hit / wanted, F1 = 2 hit / (made + wanted).
    pub fn of_counts(hit: u64, made: u64, wanted: u64) -> Prf {
        let whole = made.saturating_add(wanted);
        let f1 = ratio(hit, whole).map(|f| 2.0 * f);
        Prf { precision: ratio(hit, made), recall: ratio(hit, wanted), f1 }
    }

    /// With the harmonic mean of two means.
    pub fn of_means(precision: Option<f64>, recall: Option<f64>) -> Prf {
        let f1 = match (precision, recall) {
            (Some(p), Some(r)) if p + r > 0.0 => Some(2.0 * p * r / (p + r)),
            (Some(_), Some(_)) => Some(0.0),
            _ => None,
        };
        Prf { precision, recall, f1 }
    }
}

/// A quotient, if there is one.
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What a tokenizer made of some words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prediction {
    /// For each word the ascending byte offsets of the inner boundaries between its tokens.
    pub cuts: Vec<Vec<usize>>,
    /// For each word its tokens, with the bytes of the word that they cover.
    pub tokens: Vec<Vec<Token>>,
}

impl Prediction {
    /// A prediction by boundaries alone: tokens are the same where their bytes are. Ids are given in the order in which
    /// the pieces first appear. Offsets that are no inner ones, or do not ascend, are left out.
    pub fn of_cuts(words: &[&str], cuts: &[Vec<usize>]) -> Prediction {
        let mut ids: FxHashMap<&[u8], u32> = FxHashMap::default();
        let mut all = Prediction::default();
        for (n, word) in words.iter().enumerate() {
            let bytes = word.as_bytes();
            let mut own: Vec<usize> = Vec::new();
            for &cut in cuts_of(cuts, n) {
                if cut > own.last().copied().unwrap_or(0) && cut < bytes.len() {
                    own.push(cut);
                }
            }
            let mut tokens = Vec::with_capacity(own.len() + 1);
            let mut start = 0;
            for end in own.iter().copied().chain([bytes.len()]).filter(|&end| end > 0) {
                let fresh = ids.len() as u32;
                let id = *ids.entry(&bytes[start..end]).or_insert(fresh);
                tokens.push(Token { id, start, end });
                start = end;
            }
            all.cuts.push(own);
            all.tokens.push(tokens);
        }
        all
    }
}

/// The boundaries that a tokenizer puts into words, each encoded as it stands in a sentence, after a space: for each word the
/// ascending byte offsets. In parallel; the result does not depend on the number of threads.
///
/// # Errors
/// Only what a foreign model reports.
pub fn predict(encoder: &Encoder, words: &[&str]) -> Result<Vec<Vec<usize>>> {
    Ok(predict_tokens(encoder, words)?.cuts)
}

/// The same with the tokens. The space belongs to no word: a token that covers nothing else is left out, one that covers more
/// counts with the bytes of the word alone.
///
/// # Errors
/// Only what a foreign model reports.
pub fn predict_tokens(encoder: &Encoder, words: &[&str]) -> Result<Prediction> {
    const SHARE: usize = 512;
    let parts: Vec<Vec<Vec<Token>>> = words
        .par_chunks(SHARE)
        .map_init(Scratch::default, |scratch, words| {
            let mut text = String::new();
            let mut encode = |word: &&str| {
                text.clear();
                text.push(' ');
                text.push_str(word);
                let tokens = encoder.encode_offsets(&text, EncodeOptions::default(), scratch)?;
                let inside = tokens.into_iter().map(|token| Token {
                    start: token.start.saturating_sub(1).min(word.len()),
                    end: token.end.saturating_sub(1).min(word.len()),
                    ..token
                });
                Ok(inside.filter(|token| token.start < token.end).collect())
            };
            words.iter().map(&mut encode).collect::<Result<_>>()
        })
        .collect::<Result<_>>()?;
    let tokens: Vec<Vec<Token>> = parts.into_iter().flatten().collect();
    let cuts = tokens.iter().map(|tokens| inner_starts(tokens)).collect();
    Ok(Prediction { cuts, tokens })
}

/// Where tokens start, but for the start of the word. Tokens of a foreign model may share the bytes of a character.
fn inner_starts(tokens: &[Token]) -> Vec<usize> {
    let mut starts: Vec<usize> = tokens.iter().map(|token| token.start).filter(|&start| start > 0).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// The words of gold rows, to be predicted.
pub fn words(gold: &[GoldWord]) -> Vec<&str> {
    gold.iter().map(|row| row.word.as_str()).collect()
}

/// The boundaries predicted for a word; a word without a prediction is one token.
fn cuts_of(cuts: &[Vec<usize>], row: usize) -> &[usize] {
    cuts.get(row).map_or(&[], Vec::as_slice)
}

/// The pieces of a word; they need not be text, since boundaries may fall inside of a character.
fn slices<'w>(word: &'w str, cuts: &[usize]) -> Vec<&'w [u8]> {
    let bytes = word.as_bytes();
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([bytes.len()]);
    starts.zip(ends).map(|(start, end)| bytes.get(start..end).unwrap_or_default()).collect()
}

/// The morphemes of a word: canonical where the layout has them, else the pieces of its first segmentation, else its lemma.
fn morphemes(row: &GoldWord) -> Vec<&str> {
    if !row.morphemes.is_empty() {
        return row.morphemes.iter().map(String::as_str).collect();
    }
    match (row.segmentations.is_empty(), &row.lemma) {
        (true, Some(lemma)) => vec![lemma],
        _ => row.pieces(0),
    }
}
