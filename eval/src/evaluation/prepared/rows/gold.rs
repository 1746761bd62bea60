//! Rows over gold words.

use super::*;
use crate::alignment::Prf;
use crate::alignment::consistency::{Consistency, FirstToken};
use crate::alignment::emma::Emma;
use crate::alignment::morphscore::V2;
use crate::alignment::sequence::SequenceRates;
use crate::alignment::stem::AffixRates;

fn sums() -> Sums {
    Sums {
        words: 100,
        hit: 30,
        made: 50,
        wanted: 40,
        positions: 400,
        exact: 20,
        whole: 35,
        multi_words: 60,
        multi_hit: 28,
        multi_made: 42,
        multi_wanted: 70,
        multi_exact: 18,
        weighted_hit: 270,
        weighted_made: 500,
        weighted_wanted: 1000,
        stems: 80,
        whole_stems: 22,
        inflected: 64,
        straddled: 8,
        scored: 45,
        first_hit: 36,
    }
}

/// Precision, recall and F1 that end in 1, 2 and 3.
fn prf(tenths: f64) -> Prf {
    let at = |n: f64| Some(tenths / 10.0 + n / 100.0);
    Prf { precision: at(1.0), recall: at(2.0), f1: at(3.0) }
}

fn aligned() -> Aligned {
    let consistency =
        |tenths| Consistency { prf: prf(tenths), both: 1, tokens: 2, morphemes: 3, pairs: 4, sampled: false };
    Aligned {
        total: sums(),
        blocks: Vec::new(),
        macro_average: prf(1.0),
        morphscore: V2 { mean: prf(2.0), ..V2::default() },
        affixes: AffixRates { atomicity: Some(0.31), affixes: Vec::new() },
        sequence: SequenceRates { lcs: prf(4.0), distance: Some(4.5), edits: Some(4.6), words: 7 },
        emma: Emma { mean: prf(5.0), words: 8, of: 9 },
        consistency: consistency(6.0),
        consistency_letters: consistency(7.0),
        first_token: FirstToken { share: Some(0.84), lemmas: 10 },
        allomorph_bits: Some(9.1),
    }
}

/// 30 hits of 50 made and 40 wanted: 30/50, 30/40, 60/90; by chance 50 · 40/400 = 5, so 6 times that; (50 - 30)/60 too many
/// and (40 - 30)/60 too few of the 60 made or wanted. Of words with boundaries 28/42, 28/70, 56/112 and 18/60 exact; with
/// frequencies 540/1500. 20 and 35 of 100 words exact and whole; 22/80 stems, 8/64 straddled; 36/45 first boundaries. Means
/// as they stand: precision, recall and F1 of the nth average are n.1, n.2 and n.3 tenths.
#[test]
fn of_gold_words() {
    let rows = [
        ("boundary_precision", 0.6),
        ("boundary_recall", 0.75),
        ("boundary_f1", 0.666_666_7),
        ("boundary_lift", 6.0),
        ("boundary_precision_multi", 0.666_666_7),
        ("boundary_recall_multi", 0.4),
        ("boundary_f1_multi", 0.5),
        ("boundary_exact_multi", 0.3),
        ("boundary_f1_macro", 0.13),
        ("boundary_f1_weighted", 0.36),
        ("over_segmentation", 0.333_333_3),
        ("under_segmentation", 0.166_666_7),
        ("words_exact", 0.2),
        ("words_whole", 0.35),
        ("stem_integrity", 0.275),
        ("stem_straddled", 0.125),
        ("affix_atomicity", 0.31),
        ("morphscore_v1", 0.8),
        ("morphscore_v2_precision", 0.21),
        ("morphscore_v2_recall", 0.22),
        ("morphscore_v2_f1", 0.23),
        ("lcs_f1", 0.43),
        ("morph_distance", 4.5),
        ("emma2_f1", 0.53),
        ("consistency_f1", 0.63),
        ("consistency_f1_letters_apart", 0.73),
        ("lemma_first_token", 0.84),
        ("allomorph_bits", 9.1),
    ];
    hold(&Prepared { aligned: Some(aligned()), ..Prepared::default() }, &rows);
}
