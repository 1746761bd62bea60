//! The curves of an evaluation for a terminal: a few figures at each of their points.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::number::shown;
use super::table::{BESIDE, WIDTH};
use crate::curve::{At, Axis, Point};
use crate::evaluation::Evaluation;

/// Figures that are shown, where they were asked for.
const HEADLINES: [&str; 8] = [
    "bytes_per_token",
    "fertility",
    "single_token_words",
    "capacity_utilization",
    "renyi_2.5_vocab",
    "bits_per_byte_best",
    "compressed_zstd_bits_per_byte",
    "boundary_f1",
];

/// Figures at most, where none of those was asked for.
const OTHERS: usize = 6;

/// A table for each curve and corpus; of domains one for each figure, with the corpora beside each other.
pub fn curves(evaluation: &Evaluation) -> String {
    let mut out = String::new();
    let mut names: Vec<(&str, Axis)> = Vec::new();
    for point in evaluation.subjects.iter().filter_map(|s| s.point.as_ref()) {
        if !names.contains(&(&point.curve, point.axis)) {
            names.push((&point.curve, point.axis));
        }
    }
    for (curve, axis) in names {
        let on = |point: &Point| (point.curve.as_str(), point.axis) == (curve, axis);
        let points = 0..evaluation.subjects.len();
        let points: Vec<usize> = points.filter(|&s| evaluation.subjects[s].point.as_ref().is_some_and(on)).collect();
        match axis {
            Axis::Domain => domains(&mut out, evaluation, &points),
            Axis::Vocabulary => {
                along(&mut out, evaluation, &points, &format!("{curve}, by the size of its vocabulary"))
            }
            Axis::Training => along(&mut out, evaluation, &points, "by bytes of training text"),
        }
    }
    if !out.is_empty() {
        out.push_str("All figures of these points: `--format csv` or `--format json`.\n");
    }
    out
}

/// Which of the metrics that were measured on a corpus to show.
fn headlines(evaluation: &Evaluation, corpus: usize) -> Vec<usize> {
    let measured = (0..evaluation.metrics.len()).filter(|&m| evaluation.measures(corpus, m));
    let (best, others): (Vec<usize>, Vec<usize>) =
        measured.partition(|&m| HEADLINES.contains(&evaluation.metrics[m].name));
    if best.is_empty() { others.into_iter().take(OTHERS).collect() } else { best }
}

fn empty(header: Vec<String>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(header);
    table
}

fn finish(out: &mut String, mut table: Table) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let _ = writeln!(out, "{table}");
}

fn x(evaluation: &Evaluation, subject: usize) -> String {
    match evaluation.subjects[subject].point.as_ref().map(|point| &point.x) {
        Some(At::Size(size)) => shown(Some(*size as f64)),
        Some(At::Name(name)) => name.clone(),
        None => String::new(),
    }
}

/// Points beside each other, a row a figure.
fn along(out: &mut String, evaluation: &Evaluation, points: &[usize], title: &str) {
    for (c, corpus) in evaluation.measured_corpora() {
        let language = corpus.language.as_ref().map_or(String::new(), |l| format!(" ({l})"));
        let _ = writeln!(out, "curve on {}{language}: {title}", corpus.name);
        for beside in points.chunks(BESIDE) {
            let header = std::iter::once("metric".to_owned()).chain(beside.iter().map(|&s| x(evaluation, s)));
            let mut table = empty(header.collect());
            for m in headlines(evaluation, c) {
                let mut row = vec![format!("  {}", evaluation.metrics[m].name)];
                row.extend(beside.iter().map(|&s| shown(evaluation.value(c, s, m))));
                table.add_row(row);
            }
            finish(out, table);
        }
        out.push('\n');
    }
}

/// What was trained on below each other, what it is judged on beside each other.
fn domains(out: &mut String, evaluation: &Evaluation, points: &[usize]) {
    let corpora: Vec<usize> = evaluation.measured_corpora().map(|(c, _)| c).collect();
    let mut metrics: Vec<usize> = corpora.iter().flat_map(|&c| headlines(evaluation, c)).collect();
    metrics.sort_unstable();
    metrics.dedup();
    for m in metrics {
        let metric = evaluation.metrics[m];
        let on: Vec<usize> = corpora.iter().copied().filter(|&c| evaluation.measures(c, m)).collect();
        let _ = writeln!(out, "{} ({}) by domain: trained on a row, judged on a column", metric.name, metric.unit);
        for beside in on.chunks(BESIDE) {
            let header = std::iter::once("domain".to_owned());
            let mut table = empty(header.chain(beside.iter().map(|&c| evaluation.corpora[c].name.clone())).collect());
            for &s in points {
                let mut row = vec![format!("  {}", x(evaluation, s))];
                row.extend(beside.iter().map(|&c| shown(evaluation.value(c, s, m))));
                table.add_row(row);
            }
            finish(out, table);
        }
        out.push('\n');
    }
}
