//! How much of the vocabulary a text needs.

use crate::evidence;
use crate::metric::{Better, Compute, Figure, Metric};
use crate::view::View;

const FAMILY: &str = "vocabulary";

macro_rules! entries {
    ($name:literal, $better:ident, $detail:literal, $source:literal, $definition:literal, $field:ident) => {
        Metric {
            name: $name,
            family: FAMILY,
            unit: "tokens",
            better: Better::$better,
            aggregation: "count of entries",
            definition: $definition,
            source: $source,
            missing: "a baseline has no vocabulary of its own",
            detail: $detail,
            compute: Compute::Entries(|e| Figure { value: Some(e.$field as f64), n: e.entries }),
        }
    };
}

/// Of the vocabulary alone.
pub const ENTRIES: &[Metric] = &[
    entries!(
        "unreachable",
        Lower,
        false,
        "Land and Bartolo 2024 (2405.05417), with proofs in place of samples",
        "entries that are proved to come out of no text",
        unreachable
    ),
    entries!(
        "undecidable",
        Lower,
        false,
        "beside unreachable",
        "entries that were found in no text and are not proved to be in none",
        undecidable
    ),
    entries!(
        "context_only",
        Neither,
        false,
        "beside unreachable",
        "entries that come out only where more text than their own stands around them",
        context
    ),
    entries!(
        "duplicate_entries",
        Lower,
        false,
        "vocabulary integrity",
        "entries whose bytes another entry has too",
        duplicates
    ),
];

/// Different tokens to expect in so many.
fn rarefied(view: &View, tokens: u64) -> Figure {
    Figure { value: evidence::expected(&view.spectrum, tokens), n: view.tokens }
}

macro_rules! rarefied {
    ($name:literal, $tokens:literal, $definition:literal) => {
        Metric {
            name: $name,
            family: FAMILY,
            unit: "tokens",
            better: Better::Neither,
            aggregation: "expectation over draws without putting back",
            definition: $definition,
            source: "rarefaction, Hurlbert 1971",
            missing: "the text has fewer tokens, or more than four million different ones",
            detail: false,
            compute: Compute::Extent(|v| rarefied(v, $tokens)),
        }
    };
}

/// Of two vocabularies.
pub const OVERLAP: &[Metric] = &[Metric {
    name: "vocabulary_overlap",
    family: FAMILY,
    unit: "share",
    better: Better::Neither,
    aggregation: "share of distinct byte strings",
    definition: "byte strings that both this and the first tokenizer named have a token for, over those that either has; special and unknown tokens left out (Jaccard)",
    source: "common; on bytes, so that marks of spaces and continuations do not matter",
    missing: "a baseline has no vocabulary of its own",
    detail: false,
    compute: Compute::Overlap(|o| Figure::ratio(o.both, o.either)),
}];

/// The rows.
pub const ROWS: &[Metric] = &[
    Metric {
        name: "vocabulary_used",
        family: FAMILY,
        unit: "tokens",
        better: Better::Neither,
        aggregation: "set union",
        definition: "different tokens that came out",
        source: "common; grows with the text",
        missing: "more than four million different tokens",
        detail: false,
        compute: Compute::Extent(|v| Figure { value: Some(v.used as f64), n: v.tokens }),
    },
    Metric {
        name: "vocabulary_used_share",
        family: FAMILY,
        unit: "share",
        better: Better::Higher,
        aggregation: "share of entries",
        definition: "vocabulary_used over the entries of the vocabulary, added tokens included",
        source: "vocabulary utilization; grows with the text",
        missing: "the vocabulary is open",
        detail: false,
        compute: Compute::Extent(|v| v.declared.map_or(Figure::NONE, |declared| Figure::ratio(v.used, declared))),
    },
    rarefied!(
        "vocabulary_used_10k",
        10_000,
        "different tokens to expect among 10,000 running ones: comparable between texts of any length"
    ),
    rarefied!(
        "vocabulary_used_1m",
        1_000_000,
        "different tokens to expect among a million running ones: comparable between texts of any length"
    ),
    Metric {
        name: "scaffold_tokens",
        family: FAMILY,
        unit: "tokens",
        better: Better::Lower,
        aggregation: "count of entries",
        definition: "entries that came out, but are nine times of ten a part of one and the same larger token",
        source: "Chizhov et al. 2024 (2409.04599): intersection over self of 0.9",
        missing: "the model does not merge pairs",
        detail: false,
        compute: Compute::Extent(|v| v.scaffolds.map_or(Figure::NONE, |n| Figure { value: Some(n as f64), n: v.used })),
    },
    Metric {
        name: "vocabulary_overlap_running",
        family: FAMILY,
        unit: "share",
        better: Better::Neither,
        aggregation: "share of running tokens of text",
        definition: "running tokens of text whose bytes the first tokenizer named has a token for",
        source: "vocabulary overlap, weighted by frequency; says how many rows a transplant can keep",
        missing: "no token, or more than four million different ones",
        detail: false,
        compute: Compute::Tokens(|v| v.shared.map_or(Figure::NONE, |shared| Figure::ratio(shared, v.text))),
    },
    Metric {
        name: "single_letter_tokens",
        family: FAMILY,
        unit: "share",
        better: Better::Neither,
        aggregation: "share of running tokens",
        definition: "running tokens that are one letter, a space before it aside",
        source: "beside tr_distinct and pure_distinct, which single letters raise",
        missing: "no token, or more than four million different ones",
        detail: false,
        compute: Compute::Tokens(|v| Figure::ratio(v.single_letters, v.tokens)),
    },
];
