//! How tokens agree with the morphemes of gold words.

use crate::aligned::{Aligned, Sums};
use crate::metric::{Better, Compute, Figure, Metric};

const FAMILY: &str = "morphology";
const BOUNDARIES: &str = "the gold has no boundaries";

/// F1 of integer counts: 0 where nothing is right, none where there is nothing to find and nothing was found.
fn f1(hit: u64, made: u64, wanted: u64) -> Figure {
    Figure { n: wanted, ..Figure::ratio(2 * hit, made + wanted) }
}

/// Boundary F1 over what cuts by chance at the tokenizer's own rate would reach: hits are expected where boundaries made and
/// wanted fall together, made · wanted / positions.
fn lift(s: &Sums) -> Figure {
    let by_chance = s.made as f64 * s.wanted as f64 / s.positions as f64;
    let value = (s.made > 0 && s.wanted > 0).then(|| s.hit as f64 / by_chance);
    Figure { value: value.filter(|v| v.is_finite()), n: s.wanted }
}

fn of(value: Option<f64>, n: u64) -> Figure {
    Figure { value, n }
}

const MICRO: &str = "micro over words";
const PRF: &str = "precision and recall of boundaries, as in Morpho Challenge";
const ARNETT: &str = "MorphScore, Arnett et al. (2411.14198)";

/// The rows.
pub const ROWS: &[Metric] = &[
    row!(
        FAMILY,
        "boundary_precision",
        "share",
        Higher,
        MICRO,
        "no boundary was made",
        PRF,
        "token borders inside gold words, each encoded after a space, that are morpheme boundaries; words without one count too",
        Compute::Words(|s| Figure::ratio(s.hit, s.made))
    ),
    row!(
        FAMILY,
        "boundary_recall",
        "share",
        Higher,
        MICRO,
        BOUNDARIES,
        PRF,
        "morpheme boundaries that are token borders",
        Compute::Words(|s| Figure::ratio(s.hit, s.wanted))
    ),
    row!(
        FAMILY,
        "boundary_f1",
        "F1",
        Higher,
        MICRO,
        BOUNDARIES,
        PRF,
        "harmonic mean of boundary_precision and boundary_recall; 0 where nothing is cut",
        Compute::Words(|s| f1(s.hit, s.made, s.wanted))
    ),
    row!(
        FAMILY,
        "boundary_lift",
        "ratio",
        Higher,
        MICRO,
        BOUNDARIES,
        "hits over those of cuts by chance",
        "boundary_f1 over that of cuts by chance at the same rate: 1 is chance",
        Compute::Words(lift)
    ),
    row!(
        FAMILY,
        "boundary_precision_multi",
        "share",
        Higher,
        MICRO,
        "no boundary was made",
        PRF,
        "boundary_precision over words of two or more morphemes",
        Compute::Words(|s| Figure::ratio(s.multi_hit, s.multi_made))
    ),
    row!(
        FAMILY,
        "boundary_recall_multi",
        "share",
        Higher,
        MICRO,
        BOUNDARIES,
        PRF,
        "boundary_recall over words of two or more morphemes",
        Compute::Words(|s| Figure::ratio(s.multi_hit, s.multi_wanted))
    ),
    row!(
        FAMILY,
        "boundary_f1_multi",
        "F1",
        Higher,
        MICRO,
        BOUNDARIES,
        PRF,
        "boundary_f1 over words of two or more morphemes",
        Compute::Words(|s| f1(s.multi_hit, s.multi_made, s.multi_wanted))
    ),
    row!(
        FAMILY,
        "boundary_exact_multi",
        "share",
        Higher,
        "share of words",
        BOUNDARIES,
        "common",
        "words of two or more morphemes cut at all their boundaries and nowhere else",
        Compute::Words(|s| Figure::ratio(s.multi_exact, s.multi_words))
    ),
    row!(
        FAMILY,
        "boundary_f1_macro",
        "F1",
        Higher,
        "of the means over words",
        BOUNDARIES,
        PRF,
        "harmonic mean of the means of precision and recall of each word; 1 for a word without boundaries kept whole",
        Compute::Aligned(|a| of(a.macro_average.f1, a.total.words))
    ),
    row!(
        FAMILY,
        "boundary_f1_weighted",
        "F1",
        Higher,
        "micro over occurrences",
        BOUNDARIES,
        PRF,
        "boundary_f1 with each word as often as the gold says it occurs",
        Compute::Words(|s| f1(s.weighted_hit, s.weighted_made, s.weighted_wanted))
    ),
    row!(
        FAMILY,
        "over_segmentation",
        "share",
        Lower,
        MICRO,
        BOUNDARIES,
        "Altinok 2026 (2602.06942)",
        "boundaries made that are none, over all boundaries made or wanted",
        Compute::Words(|s| Figure::ratio(s.made - s.hit, s.made + s.wanted - s.hit))
    ),
    row!(
        FAMILY,
        "under_segmentation",
        "share",
        Lower,
        MICRO,
        BOUNDARIES,
        "Altinok 2026 (2602.06942)",
        "boundaries missed, over all boundaries made or wanted",
        Compute::Words(|s| Figure::ratio(s.wanted - s.hit, s.made + s.wanted - s.hit))
    ),
    row!(
        FAMILY,
        "words_exact",
        "share",
        Higher,
        "share of words",
        BOUNDARIES,
        "common",
        "words cut at all their boundaries and nowhere else",
        Compute::Words(|s| Figure::ratio(s.exact, s.words))
    ),
    row!(
        FAMILY,
        "words_whole",
        "share",
        Neither,
        "share of words",
        BOUNDARIES,
        "common",
        "words that are one token",
        Compute::Words(|s| Figure::ratio(s.whole, s.words))
    ),
    row!(
        FAMILY,
        "stem_integrity",
        "share",
        Higher,
        "share of words",
        BOUNDARIES,
        "lemma atomicity",
        "words whose stem is exactly one token",
        Compute::Words(|s| Figure::ratio(s.whole_stems, s.stems))
    ),
    row!(
        FAMILY,
        "stem_straddled",
        "share",
        Lower,
        "share of words with an affix",
        BOUNDARIES,
        "lemma atomicity",
        "words of which a token reaches over the border of the stem",
        Compute::Words(|s| Figure::ratio(s.straddled, s.inflected))
    ),
    row!(
        FAMILY,
        "affix_atomicity",
        "share",
        Higher,
        "mean over affixes seen 20 times or more",
        "no affix is seen 20 times",
        "affix coverage, Altinok 2026 (2602.06942)",
        "occurrences of an affix that are exactly one token",
        Compute::Aligned(|a| of(a.affixes.atomicity, a.affixes.affixes.len() as u64))
    ),
    row!(
        FAMILY,
        "morphscore_v1",
        "share",
        Higher,
        "share of words that are cut",
        "no word with a boundary is cut",
        ARNETT,
        "words with their (first) boundary among the token borders; words kept whole are left out, cuts too many cost nothing",
        Compute::Words(|s| Figure::ratio(s.first_hit, s.scored))
    ),
    row!(
        FAMILY,
        "morphscore_v2_precision",
        "share",
        Higher,
        "mean over words, by their frequency",
        BOUNDARIES,
        "MorphScore 2 (2507.06378); freq_scale on, exclude_single_tok off",
        "precision of each word, the end of the word counted as its program does",
        Compute::Aligned(|a| of(a.morphscore.mean.precision, a.morphscore.words))
    ),
    row!(
        FAMILY,
        "morphscore_v2_recall",
        "share",
        Higher,
        "mean over words, by their frequency",
        BOUNDARIES,
        "MorphScore 2 (2507.06378); freq_scale on, exclude_single_tok off",
        "recall of each word, as its program computes it",
        Compute::Aligned(|a| of(a.morphscore.mean.recall, a.morphscore.words))
    ),
    row!(
        FAMILY,
        "morphscore_v2_f1",
        "F1",
        Higher,
        "of the means",
        BOUNDARIES,
        "MorphScore 2 (2507.06378); freq_scale on, exclude_single_tok off",
        "harmonic mean of morphscore_v2_precision and morphscore_v2_recall",
        Compute::Aligned(|a| of(a.morphscore.mean.f1, a.morphscore.words))
    ),
    row!(
        FAMILY,
        "lcs_f1",
        "F1",
        Higher,
        MICRO,
        "the gold has no morphemes",
        "SIGMORPHON 2022 shared task",
        "longest common subsequence of morphemes and tokens, canonical morphemes where the gold has them",
        Compute::Aligned(|a| of(a.sequence.lcs.f1, a.sequence.words))
    ),
    row!(
        FAMILY,
        "morph_distance",
        "edits",
        Lower,
        "mean over words",
        "the gold has no morphemes",
        "SIGMORPHON 2022 shared task",
        "Levenshtein distance of morphemes and tokens, joined by a bar",
        Compute::Aligned(|a| of(a.sequence.distance, a.sequence.words))
    ),
    row!(
        FAMILY,
        "emma2_f1",
        "F1",
        Higher,
        "mean over words",
        "the gold has no morphemes",
        "Virpioja et al. 2011",
        "EMMA-2: morphemes and tokens matched by what they co-occur with",
        Compute::Aligned(|a| of(a.emma.mean.f1, a.emma.words))
    ),
    row!(
        FAMILY,
        "consistency_f1",
        "F1",
        Higher,
        "over pairs of words",
        "no two words share a morpheme or a token",
        "morphological consistency, MorphBPE (2502.00894)",
        "pairs of words that share a token against pairs that share a morpheme",
        Compute::Aligned(|a| of(a.consistency.prf.f1, a.consistency.pairs))
    ),
    row!(
        FAMILY,
        "consistency_f1_letters_apart",
        "F1",
        Higher,
        "over pairs of words",
        "no two words share a morpheme or a token",
        "morphological consistency, MorphBPE (2502.00894)",
        "consistency_f1 without tokens of one letter",
        Compute::Aligned(|a| of(a.consistency_letters.prf.f1, a.consistency_letters.pairs))
    ),
    row!(
        FAMILY,
        "lemma_first_token",
        "share",
        Higher,
        "share of lemmas with several forms",
        "the gold has no lemmas",
        "common",
        "lemmas whose forms all begin with the same token",
        Compute::Aligned(|a| of(a.first_token.share, a.first_token.lemmas))
    ),
    row!(
        FAMILY,
        "allomorph_bits",
        "bits",
        Lower,
        "mean over affixes seen 20 times or more",
        "the gold has no tags",
        "entropy of the token sequences that spell an affix",
        "in how many ways an affix comes out",
        Compute::Aligned(|a: &Aligned| of(a.allomorph_bits, a.total.words))
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// 4 made and 2 wanted among 8 places: 1 hit by chance. 2 hits are a lift of 2.
    #[test]
    fn chance_has_a_lift_of_one() {
        let sums = |hit| Sums { hit, made: 4, wanted: 2, positions: 8, ..Sums::default() };
        assert_eq!((lift(&sums(1)).value, lift(&sums(2)).value), (Some(1.0), Some(2.0)));
        assert_eq!(lift(&Sums { wanted: 2, positions: 8, ..Sums::default() }).value, None);
    }

    /// 2 · 3/(6 + 4) = 0.6; nothing made: 0; nothing to find, nothing made: none.
    #[test]
    fn f1_by_hand() {
        assert_eq!(f1(3, 6, 4).value, Some(0.6));
        assert_eq!(f1(0, 0, 4).value, Some(0.0));
        assert_eq!(f1(0, 0, 0).value, None);
    }
}
