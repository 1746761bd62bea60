//! How much of the vocabulary a text needs.

use crate::metric::{Better, Compute, Figure, Metric};

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
