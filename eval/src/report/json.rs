//! One document with everything: what was judged, on what, and the flat list of measurements.

use serde_json::{Value, json};

use super::rows::rows;
use crate::evaluation::{Content, Evaluation};

fn content(content: &Content) -> Value {
    match content {
        Content::Text { embedded, stats, sample } => json!({
            "kind": "text",
            "embedded_sample": embedded,
            "documents": stats.documents,
            "empty_documents": stats.empty,
            "bytes": stats.bytes,
            "sample_documents": sample.0,
            "sample_bytes": sample.1,
        }),
        Content::Vocabulary => json!({"kind": "vocabulary"}),
        Content::Parallel { lines, pivot, languages } => json!({
            "kind": "parallel",
            "lines": lines,
            "pivot": pivot,
            "languages": languages,
        }),
        Content::Gold(report) => json!({
            "kind": "gold",
            "layout": report.layout,
            "rows": report.rows,
            "kept": report.kept,
            "without_boundaries": report.without_boundaries,
            "rejected": report.rejected.iter().map(|r| json!({"line": r.line, "word": r.word, "why": r.why})).collect::<Vec<_>>(),
        }),
    }
}

/// The evaluation as a JSON document. All numbers are finite or null.
pub fn json(evaluation: &Evaluation) -> Value {
    let name = |subject: usize| evaluation.subjects[subject].name.as_str();
    let corpus = |corpus: usize| evaluation.corpora[corpus].name.as_str();
    let metric = |metric: usize| evaluation.metrics[metric].name;
    let tokenizers = evaluation.subjects.iter().map(|s| {
        json!({
            "name": s.name,
            "baseline": s.baseline,
            "vocabulary": s.declared,
            "lossless": s.lossless,
            "point": s.point,
        })
    });
    let corpora = evaluation.corpora.iter().map(|c| {
        json!({
            "name": c.name,
            "language": c.language,
            "random_rate": c.random_rate,
            "content": content(&c.content),
        })
    });
    let differences = evaluation.differences.iter().map(|d| {
        json!({
            "tokenizer": name(d.subject),
            "against": name(0),
            "corpus": corpus(d.corpus),
            "metric": metric(d.metric),
            "difference": d.value,
            "ci_low": d.interval.map(|i| i.0),
            "ci_high": d.interval.map(|i| i.1),
        })
    });
    let degenerate = evaluation.degenerate.iter().map(|d| {
        json!({
            "corpus": corpus(d.corpus),
            "metric": metric(d.metric),
            "won_by": d.subjects.iter().map(|&s| name(s)).collect::<Vec<_>>(),
        })
    });
    let lossy = evaluation.lossy.iter().map(|&(c, s)| json!({"corpus": corpus(c), "tokenizer": name(s)}));
    let curves = evaluation.evidence.series.iter().map(|s| {
        json!({
            "corpus": corpus(s.corpus),
            "tokenizer": name(s.subject),
            "curve": s.plot.name(),
            "points": s.points,
        })
    });
    let worst = evaluation
        .evidence
        .worst
        .iter()
        .map(|(c, s, documents)| json!({"corpus": corpus(*c), "tokenizer": name(*s), "documents": documents}));
    json!({
        "schema": "toktool.eval/1",
        "toktool": env!("CARGO_PKG_VERSION"),
        "seed": evaluation.seed,
        "tokenizers": tokenizers.collect::<Vec<_>>(),
        "corpora": corpora.collect::<Vec<_>>(),
        "measurements": rows(evaluation),
        "differences": differences.collect::<Vec<_>>(),
        "degenerate": degenerate.collect::<Vec<_>>(),
        "lossy": lossy.collect::<Vec<_>>(),
        "curves": curves.collect::<Vec<_>>(),
        "worst_documents": worst.collect::<Vec<_>>(),
    })
}
