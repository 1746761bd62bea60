//! The report as one page of HTML: no script, no network, light and dark, fit to be printed.
//!
//! What stands where is in `templates/report.html`, how it looks in `templates/report.css`; here is what goes into it.

mod charts;
mod draw;
mod scale;
mod sentences;

use askama::Template;
use toktool::{Error, Result};

use super::number::{content, lossy, shown};
use crate::evaluation::Evaluation;
use crate::evidence::WorstDocument;
use crate::metric::{Better, Metric, Place};

use charts::{Chart, charts, class};
use draw::with_interval;
use sentences::{Sentence, sentences};

/// Figures that come first, where they were asked for: one or two of each family.
const HEADLINE: [&str; 20] = [
    "bits_per_byte_best",
    "bytes_per_token",
    "fertility",
    "compressed_zstd_bits_per_byte",
    "renyi_2.5_vocab",
    "tr_running",
    "pure_running",
    "cluster_splits",
    "utf8_complete",
    "round_trip",
    "vocabulary_used_share",
    "boundary_f1",
    "boundary_f1_multi",
    "morphscore_v2_f1",
    "stem_integrity",
    "gini",
    "cost_max_min",
    "parity",
    "unreachable",
    "duplicate_entries",
];

/// Figures shown first where none of those was asked for.
const OTHERS: usize = 8;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'e> {
    style: &'static str,
    version: &'static str,
    seed: u64,
    subjects: Vec<SubjectView<'e>>,
    sections: Vec<Section<'e>>,
    families: Vec<(&'static str, Vec<&'e Metric<'e>>)>,
}

struct SubjectView<'e> {
    name: &'e str,
    class: String,
    baseline: bool,
    entries: String,
    lossless: bool,
}

/// A corpus.
struct Section<'e> {
    name: &'e str,
    language: Option<&'e str>,
    content: String,
    lossy: Option<String>,
    overview: Overview<'e>,
    charts: Vec<Chart>,
    sentences: Vec<Sentence>,
    worst: Vec<(&'e str, Vec<Costly<'e>>)>,
    table: Vec<(&'static str, Vec<Figures<'e>>)>,
}

/// The tokenizers in order of the first figure.
struct Overview<'e> {
    /// With their names as they may be broken.
    metrics: Vec<(&'e Metric<'e>, String)>,
    rows: Vec<(&'e str, String, Vec<Cell>)>,
}

struct Cell {
    text: String,
    interval: String,
    rank: Option<usize>,
    best: bool,
}

struct Costly<'e> {
    document: &'e WorstDocument,
    bytes_per_token: String,
    cut: bool,
}

/// A metric in the full table.
struct Figures<'e> {
    metric: &'e Metric<'e>,
    won: bool,
    cells: Vec<Cell>,
}

/// The evaluation as a page.
///
/// # Errors
/// [`Error::Unsupported`] where the template fails, which it does not in memory.
pub fn html(evaluation: &Evaluation) -> Result<String> {
    let subjects = evaluation.subjects.iter().enumerate().map(|(s, subject)| SubjectView {
        name: &subject.name,
        class: class(evaluation, s),
        baseline: subject.baseline,
        entries: subject.declared.map_or("open".to_owned(), |n| shown(Some(n as f64))),
        lossless: subject.lossless,
    });
    let page = Page {
        style: include_str!("../../../templates/report.css"),
        version: env!("CARGO_PKG_VERSION"),
        seed: evaluation.seed,
        subjects: subjects.collect(),
        sections: evaluation.measured_corpora().map(|(c, _)| section(evaluation, c)).collect(),
        families: by_family(evaluation.metrics.iter().map(|metric| (metric.family, *metric))),
    };
    page.render().map_err(|e| Error::unsupported("writing the report", e.to_string()))
}

/// The metrics that come first on a corpus.
fn headline(evaluation: &Evaluation, corpus: usize) -> Vec<usize> {
    let metrics = || (0..evaluation.metrics.len()).filter(|&m| evaluation.measures(corpus, m));
    let known = HEADLINE.iter().filter_map(|name| metrics().find(|&m| evaluation.metrics[m].name == *name));
    let any = |m: &usize| (0..evaluation.subjects.len()).any(|s| evaluation.value(corpus, s, *m).is_some());
    let chosen: Vec<usize> = known.filter(any).collect();
    if chosen.is_empty() { metrics().filter(any).take(OTHERS).collect() } else { chosen }
}

fn section<'e>(evaluation: &'e Evaluation<'_>, c: usize) -> Section<'e> {
    let corpus = &evaluation.corpora[c];
    let named = |s: usize| evaluation.subjects[s].is_named();
    let worst = evaluation.evidence.worst.iter().filter(|(corpus, s, _)| *corpus == c && named(*s));
    let costly = |document| Costly {
        document,
        bytes_per_token: shown(Some(document.bytes as f64 / document.tokens.max(1) as f64)),
        cut: document.bytes > document.text.len() as u64,
    };
    let figures = |(m, metric): (usize, &&'e Metric<'e>)| {
        let cells = (0..evaluation.subjects.len()).map(|s| cell(evaluation, c, s, m)).collect();
        (metric.family, Figures { metric, won: !evaluation.won(c, m).is_empty(), cells })
    };
    let measured = evaluation.metrics.iter().enumerate().filter(|(m, _)| evaluation.measures(c, *m));
    Section {
        name: &corpus.name,
        language: corpus.language.as_deref(),
        content: content(&corpus.content),
        lossy: lossy(evaluation, c),
        overview: overview(evaluation, c),
        charts: if corpus.place() == Place::Vocabulary { Vec::new() } else { charts(evaluation, c) },
        sentences: sentences(evaluation, c),
        worst: worst
            .map(|(_, s, documents)| (evaluation.subjects[*s].name.as_str(), documents.iter().map(costly).collect()))
            .collect(),
        table: by_family(measured.map(figures)),
    }
}

fn overview<'e>(evaluation: &'e Evaluation<'_>, c: usize) -> Overview<'e> {
    let metrics = headline(evaluation, c);
    let mut subjects: Vec<usize> =
        (0..evaluation.subjects.len()).filter(|&s| evaluation.subjects[s].point.is_none()).collect();
    if let Some(&first) = metrics.iter().find(|&&m| evaluation.metrics[m].better != Better::Neither) {
        let place =
            |s: usize| (!evaluation.ranks(c, s, first), evaluation.subjects[s].baseline, rank(evaluation, c, s, first));
        subjects.sort_by_key(|&s| (place(s).0, place(s).1, place(s).2.unwrap_or(usize::MAX), s));
    }
    let row = |s: usize| {
        let cells = metrics.iter().map(|&m| cell(evaluation, c, s, m)).collect();
        (evaluation.subjects[s].name.as_str(), class(evaluation, s), cells)
    };
    Overview {
        rows: subjects.into_iter().map(row).collect(),
        metrics: metrics.iter().map(|&m| (evaluation.metrics[m], broken(evaluation.metrics[m].name))).collect(),
    }
}

/// A name with a place to break it after each underscore.
fn broken(name: &str) -> String {
    name.replace('_', "_\u{200b}")
}

/// 1 and how many ranked tokenizers are better; `None` for what is not ranked, and where there is only one.
fn rank(evaluation: &Evaluation, c: usize, s: usize, m: usize) -> Option<usize> {
    let better = evaluation.metrics[m].better;
    let ranked = || (0..evaluation.subjects.len()).filter(|&other| evaluation.ranks(c, other, m));
    let value = evaluation.value(c, s, m).filter(|_| evaluation.ranks(c, s, m) && better != Better::Neither)?;
    let ahead = |&other: &usize| evaluation.value(c, other, m).is_some_and(|v| better.prefers(v, value));
    (ranked().count() > 1).then(|| 1 + ranked().filter(ahead).count())
}

fn cell(evaluation: &Evaluation, c: usize, s: usize, m: usize) -> Cell {
    let value = evaluation.value(c, s, m);
    let interval = evaluation.find(c, s, m).and_then(|found| found.interval);
    let rank = rank(evaluation, c, s, m);
    Cell {
        text: shown(value),
        interval: match value {
            Some(value) => with_interval(value, interval),
            None => evaluation.metrics[m].missing.to_owned(),
        },
        rank,
        best: rank == Some(1),
    }
}

/// Rows under their families, which come one after the other.
fn by_family<T>(rows: impl Iterator<Item = (&'static str, T)>) -> Vec<(&'static str, Vec<T>)> {
    let mut families: Vec<(&'static str, Vec<T>)> = Vec::new();
    for (family, row) in rows {
        match families.last_mut().filter(|(last, _)| *last == family) {
            Some((_, rows)) => rows.push(row),
            None => families.push((family, vec![row])),
        }
    }
    families
}

#[cfg(test)]
mod tests;
