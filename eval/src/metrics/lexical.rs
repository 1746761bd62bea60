//! %TR and %Pure: how much of what comes out are words and morphemes of the language.

use crate::lexicality::{Paper, Share};
use crate::metric::{Better, Compute, Figure, Metric};

const FAMILY: &str = "lexicality";
const PAPER: &str = "Bayram et al. 2025 (2502.07057); here offline, folded, with spaces stripped";

fn percent(share: Share) -> Figure {
    Figure { value: share.percent(), n: share.n }
}

macro_rules! row {
    ($name:literal, $detail:literal, $aggregation:literal, $definition:literal, $($at:ident).+) => {
        Metric {
            name: $name,
            family: FAMILY,
            unit: "%",
            better: Better::Higher,
            aggregation: $aggregation,
            definition: $definition,
            source: PAPER,
            missing: "no lexicon: name the language of the text (tr, hi, mr have one) or give `--lexicon FILE`; a mere list of words knows no morphemes",
            detail: $detail,
            compute: Compute::Lexicon(|l| percent(l.$($at).+)),
        }
    };
}

macro_rules! paper {
    ($name:literal, $definition:literal, $share:expr) => {
        Metric {
            name: $name,
            family: FAMILY,
            unit: "%",
            better: Better::Higher,
            aggregation: "share of distinct strings",
            definition: $definition,
            source: "Bayram et al. 2025 (2502.07057), as their programs count; their own figures also need a text and two services that are not to be had",
            missing: "no list of verdicts: give `--paper LIST`",
            detail: false,
            compute: Compute::Paper($share),
        }
    };
}

/// The rows.
pub const ROWS: &[Metric] = &[
    row!(
        "tr_distinct",
        false,
        "share of distinct units",
        "%TR: different tokens, spaces stripped, that are words or morphemes of the language; single letters mostly are",
        all.valid.distinct
    ),
    row!("tr_running", false, "share of running units", "%TR over tokens as they come", all.valid.running),
    row!(
        "pure_distinct",
        false,
        "share of distinct units",
        "%Pure: different tokens, spaces stripped, that are one morpheme: a root, its variant, or a suffix",
        all.pure.distinct
    ),
    row!("pure_running", false, "share of running units", "%Pure over tokens as they come", all.pure.running),
    row!(
        "tr_distinct_letters",
        true,
        "share of distinct units",
        "%TR over units of letters alone",
        letters.valid.distinct
    ),
    row!(
        "tr_running_letters",
        true,
        "share of running units",
        "the same over tokens as they come",
        letters.valid.running
    ),
    row!(
        "pure_distinct_letters",
        true,
        "share of distinct units",
        "%Pure over units of letters alone",
        letters.pure.distinct
    ),
    row!(
        "pure_running_letters",
        true,
        "share of running units",
        "the same over tokens as they come",
        letters.pure.running
    ),
    row!(
        "tr_distinct_long",
        false,
        "share of distinct units",
        "%TR over units of two letters or more",
        long.valid.distinct
    ),
    row!("tr_running_long", false, "share of running units", "the same over tokens as they come", long.valid.running),
    row!(
        "pure_distinct_long",
        false,
        "share of distinct units",
        "%Pure over units of two letters or more",
        long.pure.distinct
    ),
    row!("pure_running_long", false, "share of running units", "the same over tokens as they come", long.pure.running),
    paper!(
        "tr_paper",
        "%TR of the paper: different decoded strings that are in the list as they stand, nothing folded; what is not is cut at white space and looked up once more, in the place of the services",
        |p: &Paper| percent(p.valid)
    ),
    paper!(
        "pure_paper",
        "%Pure of the paper by the list alone: whatever is in it counts as one morpheme, so this is tr_paper again",
        |p: &Paper| percent(p.pure)
    ),
];
