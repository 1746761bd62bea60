//! What the vocabulary cannot spell, and what does not come back.

use crate::metric::{Better, Compute, Figure, Metric};

const FAMILY: &str = "coverage";

/// The rows.
pub const ROWS: &[Metric] = &[
    Metric {
        name: "unknown_tokens",
        family: FAMILY,
        unit: "share",
        better: Better::Lower,
        aggregation: "share of running tokens",
        definition: "running tokens that are the unknown token",
        source: "common",
        missing: "the model has no unknown token",
        detail: false,
        compute: Compute::Tokens(|v| if v.traits.unknown { Figure::ratio(v.unknown, v.tokens) } else { Figure::NONE }),
    },
    Metric {
        name: "unknown_bytes",
        family: FAMILY,
        unit: "share",
        better: Better::Lower,
        aggregation: "share of bytes",
        definition: "bytes of text under the unknown token",
        source: "the honest cost of unknown_tokens",
        missing: "the model has no unknown token",
        detail: false,
        compute: Compute::Counts(|c, t| if t.unknown { Figure::ratio(c.unknown_bytes, c.bytes) } else { Figure::NONE }),
    },
    Metric {
        name: "fallback_tokens",
        family: FAMILY,
        unit: "share",
        better: Better::Lower,
        aggregation: "share of running tokens",
        definition: "running tokens that are a single byte in angle brackets",
        source: "common",
        missing: "the model has no byte fallback",
        detail: false,
        compute: Compute::Tokens(
            |v| {
                if v.traits.fallback { Figure::ratio(v.fallback, v.tokens) } else { Figure::NONE }
            },
        ),
    },
    Metric {
        name: "fallback_bytes",
        family: FAMILY,
        unit: "share",
        better: Better::Lower,
        aggregation: "share of bytes",
        definition: "bytes of text under byte-fallback tokens",
        source: "common",
        missing: "the model has no byte fallback",
        detail: false,
        compute: Compute::Counts(
            |c, t| {
                if t.fallback { Figure::ratio(c.fallback_bytes, c.bytes) } else { Figure::NONE }
            },
        ),
    },
    Metric {
        name: "round_trip",
        family: FAMILY,
        unit: "share",
        better: Better::Higher,
        aggregation: "share of documents",
        definition: "documents that come back from their ids byte for byte",
        source: "losslessness",
        missing: "no document",
        detail: false,
        compute: Compute::Counts(|c, _| Figure::ratio(c.round_trips, c.documents)),
    },
    Metric {
        name: "round_trip_normalizer",
        family: FAMILY,
        unit: "share",
        better: Better::Lower,
        aggregation: "share of documents",
        definition: "documents that come back as the tokenizer's normalizer leaves them, which is not as they were",
        source: "a cause of loss, and a declared one",
        missing: "no document",
        detail: false,
        compute: Compute::Counts(|c, _| Figure::ratio(c.normalized_trips, c.documents)),
    },
    Metric {
        name: "round_trip_spaces",
        family: FAMILY,
        unit: "share",
        better: Better::Lower,
        aggregation: "share of documents",
        definition: "documents of which only white space comes back otherwise, the normalizer's work aside",
        source: "a cause of loss",
        missing: "no document",
        detail: false,
        compute: Compute::Counts(|c, _| Figure::ratio(c.spaced_trips, c.documents)),
    },
    Metric {
        name: "round_trip_other",
        family: FAMILY,
        unit: "share",
        better: Better::Lower,
        aggregation: "share of documents",
        definition: "documents that lose more than that: unknown characters, replaced bytes",
        source: "a cause of loss",
        missing: "no document",
        detail: false,
        compute: Compute::Counts(|c, _| {
            Figure::ratio(c.documents - c.round_trips - c.normalized_trips - c.spaced_trips, c.documents)
        }),
    },
];
