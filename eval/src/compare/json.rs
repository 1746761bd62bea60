//! A comparison for programs. All numbers are finite or null; tokens and cuts are escaped as in `vocabulary.tsv`.

use serde_json::{Value, json};
use toktool::formats::listing::escape;

use super::{Compared, Comparison, Far, OnlyOne, Row};
use crate::compare::frequent::Counted;
use crate::compare::texts::WordCut;

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn row(row: &Row) -> Value {
    json!({
        "class": row.class,
        "entries": {"a": row.entries[0], "b": row.entries[1]},
        "strings": {"a": row.strings[0], "b": row.strings[1]},
        "both": row.overlap.both,
        "only_a": row.strings[0] - row.overlap.both,
        "only_b": row.strings[1] - row.overlap.both,
        "jaccard": row.overlap.jaccard(),
    })
}

fn only(one: &OnlyOne) -> Value {
    json!({"id": one.id, "token": escape(&one.bytes), "count": one.count})
}

fn word(counted: &Counted<WordCut>) -> Value {
    let cut = |side| counted.key.pieces(side).map(escape).collect::<Vec<_>>();
    json!({
        "word": escape(counted.key.word.as_bytes()),
        "a": cut(0),
        "b": cut(1),
        "count": counted.count,
        "count_may_miss": counted.missed,
    })
}

fn far(far: &Far) -> Value {
    let [a, b] = far.tokens;
    let text = &far.text;
    json!({"document": far.document, "bytes": far.bytes, "tokens": {"a": a, "b": b}, "text": text,
        "text_is_shortened": (text.len() as u64) < far.bytes})
}

fn corpus(corpus: &Compared) -> Value {
    let sums = &corpus.sums;
    let per = |tokens: u64| share(sums.bytes, tokens);
    let running = |side: usize| {
        let (text, shared) = corpus.running[side];
        json!({"text_tokens": text, "other_has": shared, "share": share(shared, text)})
    };
    json!({
        "name": corpus.name,
        "language": corpus.language,
        "embedded_sample": corpus.embedded,
        "documents": sums.documents,
        "bytes": sums.bytes,
        "cost": {
            "tokens": {"a": sums.a_tokens, "b": sums.b_tokens},
            "bytes_per_token": {"a": per(sums.a_tokens), "b": per(sums.b_tokens)},
            "ratio": corpus.ratio(),
            "ci_low": corpus.ratio_interval.map(|i| i.0),
            "ci_high": corpus.ratio_interval.map(|i| i.1),
        },
        "running_tokens": {"a": running(0), "b": running(1)},
        "boundaries": {
            "a": sums.a_cuts,
            "b": sums.b_cuts,
            "both": sums.shared_cuts,
            "precision": share(sums.shared_cuts, sums.b_cuts),
            "recall": share(sums.shared_cuts, sums.a_cuts),
            "f1": corpus.f1(),
            "ci_low": corpus.f1_interval.map(|i| i.0),
            "ci_high": corpus.f1_interval.map(|i| i.1),
        },
        "documents_cut_identically": sums.same_cuts,
        "documents_with_the_same_ids": sums.same_ids,
        "words": sums.words,
        "words_cut_differently": sums.words_differ,
        "only_a": corpus.only[0].iter().map(only).collect::<Vec<_>>(),
        "only_b": corpus.only[1].iter().map(only).collect::<Vec<_>>(),
        "differing_words": corpus.words.iter().map(word).collect::<Vec<_>>(),
        "a_needs_more": corpus.far[0].iter().map(far).collect::<Vec<_>>(),
        "b_needs_more": corpus.far[1].iter().map(far).collect::<Vec<_>>(),
    })
}

/// The comparison as a JSON document. Precision is the share of the second tokenizer's borders that the first has.
pub fn json(comparison: &Comparison) -> Value {
    let side = |n: usize| {
        let side = &comparison.sides[n];
        json!({"name": side.name, "vocabulary": side.declared, "lossless": side.lossless})
    };
    let vocabulary = &comparison.vocabulary;
    let moved = vocabulary.moved_examples.iter();
    let moved = moved.map(|m| json!({"token": escape(&m.bytes), "a": m.ids[0], "b": m.ids[1]}));
    json!({
        "schema": "toktool.diff/1",
        "toktool": env!("CARGO_PKG_VERSION"),
        "seed": comparison.seed,
        "a": side(0),
        "b": side(1),
        "identical": comparison.identical(),
        "same_ids": comparison.same_ids(),
        "vocabulary": {
            "identical": vocabulary.identical,
            "classes": vocabulary.rows.iter().map(row).collect::<Vec<_>>(),
            "other_id": vocabulary.moved,
            "other_id_first": moved.collect::<Vec<_>>(),
            "special_only_a": vocabulary.special_only[0],
            "special_only_b": vocabulary.special_only[1],
        },
        "corpora": comparison.corpora.iter().map(corpus).collect::<Vec<_>>(),
    })
}
