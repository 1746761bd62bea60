//! Rows over sums of documents and of parallel lines, and of the vocabulary alone.

use super::*;

fn counts() -> Counts {
    Counts {
        documents: 10,
        bytes: 1000,
        chars: 800,
        tokens: 200,
        words: 100,
        word_tokens: 150,
        continued_words: 40,
        space_words: 125,
        unknown_bytes: 30,
        fallback_bytes: 70,
        wide_chars: 90,
        split_chars: 9,
        clusters: 50,
        split_clusters: 22,
        digit_groups: 6,
        digit_cuts: 10,
        digit_hits: 4,
        identifiers: 16,
        split_identifiers: 12,
        indents: 5,
        indent_tokens: 11,
        cuts: 192,
        shared_cuts: 60,
        round_trips: 4,
        normalized_trips: 3,
        spaced_trips: 2,
    }
}

/// 1000/200 bytes and 800/200 characters a token; 150/100 and 200/125 tokens a word; 40 of 100 words continued, 100 - 40
/// not; 30 and 70 of 1000 bytes unknown and fallen back; 9/90 characters, 22/50 clusters, 12/16 identifiers split; 2 · 4/(6 + 10)
/// of the digit groups; 11/5 tokens an indentation; of 10 documents 4, 3, 2, and 10 - 4 - 3 - 2 = 1.
#[test]
fn of_documents() {
    let traits = Traits { unknown: true, fallback: true };
    let prepared = Prepared { total: counts(), traits, ..Prepared::default() };
    let rows = [
        ("tokens", 200.0),
        ("bytes_per_token", 5.0),
        ("chars_per_token", 4.0),
        ("fertility", 1.5),
        ("tokens_per_whitespace_word", 1.6),
        ("continued_words", 0.4),
        ("single_token_words", 0.6),
        ("unknown_bytes", 0.03),
        ("fallback_bytes", 0.07),
        ("split_characters", 0.1),
        ("cluster_splits", 0.44),
        ("digit_grouping_f1", 0.5),
        ("split_identifiers", 0.75),
        ("indent_tokens", 2.2),
        ("round_trip", 0.4),
        ("round_trip_normalizer", 0.3),
        ("round_trip_spaces", 0.2),
        ("round_trip_other", 0.1),
    ];
    hold(&prepared, &rows);
    let without = Prepared { total: counts(), ..Prepared::default() };
    for name in ["unknown_bytes", "fallback_bytes"] {
        assert_eq!(without.figures(metric::find(name).unwrap(), &without).0, Figure::NONE, "{name}");
    }
}

/// 200 of the first one's 250 tokens; 60 borders in common of 192 and 108: 2 · 60/300.
#[test]
fn against_the_first() {
    let first = Prepared { total: Counts { tokens: 250, cuts: 108, ..counts() }, ..Prepared::default() };
    let prepared = Prepared { total: counts(), ..Prepared::default() };
    hold_against(&prepared, &first, &[("normalized_length", 0.8), ("boundary_agreement", 0.4)]);
}

/// Counts of entries as they are; 30 strings of both vocabularies among 120 of either.
#[test]
fn of_the_vocabulary_alone() {
    let entries = Entries { entries: 100, unreachable: 7, undecidable: 3, context: 11, duplicates: 5 };
    let overlap = Overlap { both: 30, either: 120 };
    let prepared = Prepared { entries: Some(entries), overlap: Some(overlap), ..Prepared::default() };
    let rows = [
        ("unreachable", 7.0),
        ("undecidable", 3.0),
        ("context_only", 11.0),
        ("duplicate_entries", 5.0),
        ("vocabulary_overlap", 0.25),
    ];
    hold(&prepared, &rows);
}

/// Four lines of 20, 30, 40 tokens, the first language the pivot. The second: ratios of the lines 6.4/4, of the totals 30/20,
/// 30/4 tokens a line. All: 2 · (10 + 20 + 10)/(2 · 3 · 90) = 80/540; 40/20; mean 30, deviations 10, 0, 10:
/// sqrt(200/3)/30.
#[test]
fn of_parallel_lines() {
    let total = Costs { pivot: 0, lines: 4, tokens: vec![20, 30, 40], ratios: vec![4.0, 6.4, 8.0] };
    let lines = |language| Some(Lines { total: total.clone(), language, drawn: Vec::new() });
    let second = Prepared { lines: lines(Some(1)), ..Prepared::default() };
    hold(&second, &[("parity", 1.6), ("parity_totals", 1.5), ("tokens_per_line", 7.5)]);
    let all = Prepared { lines: lines(None), ..Prepared::default() };
    hold(&all, &[("gini", 0.148_148_1), ("cost_max_min", 2.0), ("cost_variation", 0.272_165_5)]);
}
