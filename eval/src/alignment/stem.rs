//! Whether stems and affixes survive.
//!
//! The stem of a word is the piece that [`GoldWord::stem`] names. It is *intact* where exactly one token covers it: a
//! boundary at each of its ends and none between. It is *straddled* where a token reaches over one of its ends; that can only
//! be asked of words with an affix. An affix (every other piece) is *atomic* where it is exactly one token; the macro average
//! over affixes, each spelling a type, keeps the few frequent ones from deciding it.
//!
//! O(|G| + |B|) a word.

use std::collections::BTreeMap;
use std::ops::Range;

use super::boundary::word_score;
use super::{cuts_of, ratio};
use crate::gold::GoldWord;

/// What became of the stem of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StemScore {
    /// Which gold row it is of.
    pub row: usize,
    /// Whether exactly one token covers it.
    pub intact: bool,
    /// Whether a token reaches over one of its ends; `None` for a word without an affix.
    pub straddled: Option<bool>,
    /// Whether the word has two or more pieces in every segmentation.
    pub multi: bool,
}

/// The pieces of the segmentation that counts, as byte ranges.
fn pieces(row: &GoldWord, cuts: &[usize]) -> Option<Vec<Range<usize>>> {
    let wanted = row.segmentations.get(word_score(0, row, cuts)?.alternative)?;
    let starts = std::iter::once(0).chain(wanted.iter().copied());
    let ends = wanted.iter().copied().chain([row.word.len()]);
    Some(starts.zip(ends).map(|(start, end)| start..end).collect())
}

fn is_cut(word: &str, cuts: &[usize], at: usize) -> bool {
    at == 0 || at == word.len() || cuts.binary_search(&at).is_ok()
}

/// Whether a range is exactly one token.
fn is_token(word: &str, cuts: &[usize], range: &Range<usize>) -> bool {
    let inside = cuts.partition_point(|&cut| cut <= range.start);
    is_cut(word, cuts, range.start)
        && is_cut(word, cuts, range.end)
        && cuts.get(inside).is_none_or(|&cut| cut >= range.end)
}

/// The scores of all rows whose boundaries are known.
pub fn stem_scores(gold: &[GoldWord], cuts: &[Vec<usize>]) -> Vec<StemScore> {
    let score = |(row, word): (usize, &GoldWord)| {
        let cuts = cuts_of(cuts, row);
        let pieces = pieces(word, cuts)?;
        let stem = pieces.get(word.stem).or(pieces.first())?;
        let over = |at| !is_cut(&word.word, cuts, at);
        Some(StemScore {
            row,
            intact: is_token(&word.word, cuts, stem),
            straddled: (pieces.len() > 1).then(|| over(stem.start) || over(stem.end)),
            multi: word.is_multi(),
        })
    };
    gold.iter().enumerate().filter_map(score).collect()
}

/// Shares over words.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StemRates {
    /// The share of words whose stem is intact.
    pub intact: Option<f64>,
    /// Of how many words.
    pub words: u64,
    /// The share of words with an affix in which a token straddles an end of the stem.
    pub straddled: Option<f64>,
    /// Of how many words.
    pub with_affix: u64,
}

/// The shares.
pub fn stem_rates<'s>(scores: impl IntoIterator<Item = &'s StemScore>) -> StemRates {
    let (mut words, mut intact, mut with_affix, mut straddled) = (0, 0, 0, 0);
    for score in scores {
        words += 1;
        intact += u64::from(score.intact);
        with_affix += u64::from(score.straddled.is_some());
        straddled += u64::from(score.straddled == Some(true));
    }
    StemRates { intact: ratio(intact, words), words, straddled: ratio(straddled, with_affix), with_affix }
}

/// An affix by its spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affix {
    /// How it is written.
    pub surface: String,
    /// In how many rows' pieces it occurs.
    pub seen: u64,
    /// How many of these are exactly one token.
    pub atomic: u64,
}

/// Whether affixes are tokens.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AffixRates {
    /// The mean over affixes of the share of their occurrences that are exactly one token.
    pub atomicity: Option<f64>,
    /// The affixes that were seen often enough, the most frequent first, then by spelling.
    pub affixes: Vec<Affix>,
}

/// The atomicity of affixes seen at least `min_seen` times; 20 is usual.
pub fn affix_rates(gold: &[GoldWord], cuts: &[Vec<usize>], min_seen: u64) -> AffixRates {
    let mut seen: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (row, word) in gold.iter().enumerate() {
        let cuts = cuts_of(cuts, row);
        let Some(pieces) = pieces(word, cuts) else { continue };
        let stem = word.stem.min(pieces.len() - 1);
        for (_, piece) in pieces.into_iter().enumerate().filter(|(n, _)| *n != stem) {
            let atomic = is_token(&word.word, cuts, &piece);
            let counts = seen.entry(word.word.get(piece).unwrap_or_default()).or_default();
            counts.0 += 1;
            counts.1 += u64::from(atomic);
        }
    }
    let often = seen.into_iter().filter(|(_, (seen, _))| *seen >= min_seen.max(1));
    let mut affixes: Vec<Affix> =
        often.map(|(surface, (seen, atomic))| Affix { surface: surface.to_owned(), seen, atomic }).collect();
    affixes.sort_by(|a, b| b.seen.cmp(&a.seen).then_with(|| a.surface.cmp(&b.surface)));
    let sum: f64 = affixes.iter().map(|affix| affix.atomic as f64 / affix.seen as f64).sum();
    AffixRates { atomicity: (!affixes.is_empty()).then(|| sum / affixes.len() as f64), affixes }
}
