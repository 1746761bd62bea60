//! What tokens do to characters, clusters, numbers and names.

use crate::counts::Counts;
use crate::metric::{Better, Compute, Figure, Metric};

const FAMILY: &str = "structure";

fn digit_f1(c: &Counts) -> Figure {
    // No cut is worth 0 where there was one to make.
    Figure::ratio(2 * c.digit_hits, if c.digit_groups == 0 { 0 } else { c.digit_groups + c.digit_cuts })
}

/// The rows.
pub const ROWS: &[Metric] = &[
    Metric {
        name: "utf8_complete",
        family: FAMILY,
        unit: "share",
        better: Better::Higher,
        aggregation: "share of running tokens",
        definition: "running tokens of text whose bytes are whole characters",
        source: "UTF-8 completeness of TokEval",
        missing: "no token of text, or more than four million different ones",
        detail: false,
        compute: Compute::Tokens(|v| Figure::ratio(v.complete, v.text)),
    },
    Metric {
        name: "crossing_tokens",
        family: FAMILY,
        unit: "share",
        better: Better::Lower,
        aggregation: "share of running tokens",
        definition: "running tokens of text that hold a part of a character and something else",
        source: "boundary-crossing tokens: not to be mended from the neighbours",
        missing: "no token of text, or more than four million different ones",
        detail: false,
        compute: Compute::Tokens(|v| Figure::ratio(v.crossing, v.text)),
    },
    Metric {
        name: "split_characters",
        family: FAMILY,
        unit: "share",
        better: Better::Lower,
        aggregation: "share of characters",
        definition: "characters of more than one byte that more than one token spells",
        source: "character split rate of TokEval",
        missing: "no character of more than one byte",
        detail: false,
        compute: Compute::Counts(|c, _| Figure::ratio(c.split_chars, c.wide_chars)),
    },
    Metric {
        name: "cluster_splits",
        family: FAMILY,
        unit: "share",
        better: Better::Lower,
        aggregation: "share of clusters",
        definition: "clusters of more than one character (aksharas; graphemes in other scripts) with a token border inside",
        source: "Constrained BPE, MorphTok (2504.10335), for every Brahmic script",
        missing: "no cluster of more than one character",
        detail: false,
        compute: Compute::Counts(|c, _| Figure::ratio(c.split_clusters, c.clusters)),
    },
    Metric {
        name: "digit_grouping_f1",
        family: FAMILY,
        unit: "F1",
        better: Better::Higher,
        aggregation: "micro",
        definition: "token borders inside runs of more than three digits against groups of three from the right",
        source: "Singh and Strouse 2024",
        missing: "no run of more than three digits",
        detail: false,
        compute: Compute::Counts(|c, _| digit_f1(c)),
    },
    Metric {
        name: "split_identifiers",
        family: FAMILY,
        unit: "share",
        better: Better::Lower,
        aggregation: "share of identifiers",
        definition: "identifiers in snake_case or camelCase of more than one token",
        source: "identifier fragmentation",
        missing: "no such identifier",
        detail: false,
        compute: Compute::Counts(|c, _| Figure::ratio(c.split_identifiers, c.identifiers)),
    },
    Metric {
        name: "indent_tokens",
        family: FAMILY,
        unit: "tokens",
        better: Better::Lower,
        aggregation: "mean over documents that start with white space",
        definition: "tokens that reach into the white space at the start",
        source: "indentation cost",
        missing: "no document starts with white space",
        detail: false,
        compute: Compute::Counts(|c, _| Figure::ratio(c.indent_tokens, c.indents)),
    },
    Metric {
        name: "boundary_agreement",
        family: FAMILY,
        unit: "share",
        better: Better::Neither,
        aggregation: "F1 over all borders",
        definition: "F1 of the token borders inside documents with those of the first tokenizer named; bytes that no token stands for go with the token after them",
        source: "boundary F1 of two tokenizers on the same bytes",
        missing: "no border",
        detail: false,
        compute: Compute::Against(|c, first| Figure::ratio(2 * c.shared_cuts, c.cuts + first.cuts)),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Two groups, three cuts, one hit: 2·1/(2 + 3) = 0.4. No cut at all: 0. No group: nothing to judge.
    #[test]
    fn digit_grouping() {
        let counts =
            |digit_groups, digit_cuts, digit_hits| Counts { digit_groups, digit_cuts, digit_hits, ..Counts::default() };
        assert_eq!(digit_f1(&counts(2, 3, 1)).value, Some(0.4));
        assert_eq!(digit_f1(&counts(2, 0, 0)).value, Some(0.0));
        assert_eq!(digit_f1(&counts(0, 0, 0)).value, None);
    }
}
