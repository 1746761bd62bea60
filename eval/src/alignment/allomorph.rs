//! In how many ways the forms of an affix are tokenized.
//!
//! A family is the set of pieces with one tag: all spellings of a suffix (`dan den tan ten`). For each occurrence the ids of
//! the tokens that overlap it, in their order, are its realisation, so that a token which reaches over into the stem is a
//! realisation of its own. The entropy of a family's realisations, in bits, is low where the tokenizer treats the affix
//! alike; it cannot usefully go below the entropy of the spellings, which is given beside it. Means are over families.
//!
//! A tag that joins several names by `+` counts by its first (`Past+A3sg` and `Past` are one family). Only layouts with a tag
//! for each piece have families. O(tokens).

use std::collections::BTreeMap;

use super::Prediction;
use crate::gold::GoldWord;

/// The entropies of a family.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// The first name of its tags.
    pub tag: String,
    /// Its occurrences: pieces of rows.
    pub seen: u64,
    /// The entropy of its realisations, in bits.
    pub bits: f64,
    /// The entropy of its spellings, in bits.
    pub surface_bits: f64,
}

/// The entropies of all families.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Allomorphy {
    /// The mean entropy of realisations over families, in bits; lower is better.
    pub bits: Option<f64>,
    /// The mean entropy of spellings over families, in bits.
    pub surface_bits: Option<f64>,
    /// The families seen often enough, the most frequent first, then by tag.
    pub families: Vec<Family>,
}

/// How often each realisation and each spelling occurs.
type Counts<'g> = (BTreeMap<Vec<u32>, u64>, BTreeMap<&'g str, u64>);

/// The entropies of families seen at least `min_seen` times; 20 is usual.
pub fn allomorphy(gold: &[GoldWord], prediction: &Prediction, min_seen: u64) -> Allomorphy {
    let mut families: BTreeMap<&str, Counts<'_>> = BTreeMap::new();
    for (row, word) in gold.iter().enumerate() {
        let pieces = word.pieces(0);
        if word.tags.len() != pieces.len() {
            continue;
        }
        let tokens = prediction.tokens.get(row).map_or(&[][..], Vec::as_slice);
        let mut start = 0;
        for (n, (piece, tag)) in pieces.into_iter().zip(&word.tags).enumerate() {
            let end = start + piece.len();
            if n != word.stem {
                let overlap = tokens.iter().filter(|token| token.start < end && token.end > start);
                let family = families.entry(tag.split('+').next().unwrap_or(tag)).or_default();
                *family.0.entry(overlap.map(|token| token.id).collect()).or_default() += 1;
                *family.1.entry(piece).or_default() += 1;
            }
            start = end;
        }
    }
    let family = |(tag, (realisations, spellings)): (&str, Counts<'_>)| Family {
        tag: tag.to_owned(),
        seen: spellings.values().sum(),
        bits: entropy(realisations.into_values()),
        surface_bits: entropy(spellings.into_values()),
    };
    let mut families: Vec<Family> =
        families.into_iter().map(family).filter(|family| family.seen >= min_seen.max(1)).collect();
    families.sort_by(|a, b| b.seen.cmp(&a.seen).then_with(|| a.tag.cmp(&b.tag)));
    let mean = |of: fn(&Family) -> f64| {
        (!families.is_empty()).then(|| families.iter().map(of).sum::<f64>() / families.len() as f64)
    };
    Allomorphy { bits: mean(|family| family.bits), surface_bits: mean(|family| family.surface_bits), families }
}

/// The plug-in entropy in bits: log2 n - Σ c log2 c / n, summed over ascending counts.
fn entropy(counts: impl Iterator<Item = u64>) -> f64 {
    let mut counts: Vec<u64> = counts.collect();
    counts.sort_unstable();
    let n = counts.iter().sum::<u64>() as f64;
    let sum: f64 = counts.iter().map(|&c| c as f64 * libm::log2(c as f64)).sum();
    if n > 0.0 { (libm::log2(n) - sum / n).max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Ablatives of four words: evden ev|den, yolden yol|den, evdan ev|dan, sudan whole.
        let row = |word: &str, at: usize, tag: &str| GoldWord {
            word: word.into(),
            segmentations: vec![vec![at]],
            tags: vec!["Noun".into(), tag.into()],
            ..GoldWord::default()
        };
        let gold =
            [row("evden", 2, "Abl"), row("yolden", 3, "Abl+A3sg"), row("evdan", 2, "Abl"), row("sudan", 2, "Abl")];
        let words: Vec<&str> = gold.iter().map(|row| row.word.as_str()).collect();
        let prediction = Prediction::of_cuts(&words, &[vec![2], vec![3], vec![2], vec![]]);
        let found = allomorphy(&gold, &prediction, 4);
        // Realisations: den twice, dan, sudan: 1.5 bits. Spellings: den twice, dan twice: 1 bit.
        assert_eq!((found.bits, found.surface_bits), (Some(1.5), Some(1.0)));
        assert_eq!(found.families, [Family { tag: "Abl".into(), seen: 4, bits: 1.5, surface_bits: 1.0 }]);
        assert_eq!(allomorphy(&gold, &prediction, 5), Allomorphy::default(), "not seen often enough");
        let bare = [GoldWord { tags: Vec::new(), ..gold[0].clone() }];
        assert_eq!(allomorphy(&bare, &prediction, 1).bits, None, "no tags");
    }
}
