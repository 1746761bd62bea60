//! The table for a terminal: at most 100 columns wide.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::curves::curves;
use super::number::{content, lossy, shown};
use crate::evaluation::Evaluation;
use crate::subject::BASELINE;

/// Columns of the terminal.
pub(super) const WIDTH: u16 = 100;
/// Tokenizers beside each other.
pub(super) const BESIDE: usize = 6;

/// A block for each corpus; where there are many tokenizers, they stand in several tables below each other.
pub fn table(evaluation: &Evaluation) -> String {
    let mut out = String::new();
    for (c, corpus) in evaluation.measured_corpora() {
        let language = corpus.language.as_ref().map_or(String::new(), |l| format!(" ({l})"));
        let _ = writeln!(out, "{}{language}: {}", corpus.name, content(&corpus.content));
        // Points of curves have a place of their own.
        let subjects = (0..evaluation.subjects.len()).filter(|&s| evaluation.subjects[s].point.is_none());
        let subjects: Vec<usize> = subjects.collect();
        for beside in subjects.chunks(BESIDE) {
            let _ = writeln!(out, "{}", part(evaluation, c, beside));
        }
        let shown = |m: &usize| !evaluation.metrics[*m].detail && !evaluation.won(c, *m).is_empty();
        let won = (0..evaluation.metrics.len()).filter(shown);
        let won: Vec<String> = won
            .map(|m| {
                let names = evaluation.won(c, m).iter().map(|&s| short(&evaluation.subjects[s].name));
                format!("{} ({})", evaluation.metrics[m].name, names.collect::<Vec<_>>().join(", "))
            })
            .collect();
        if !won.is_empty() {
            out.push_str("† at least as good without knowing anything, so read them together with others:\n");
            fill(&mut out, &won.join(", "));
        }
        for reason in missing(evaluation, c) {
            fill(&mut out, &reason);
        }
        if let Some(note) = lossy(evaluation, c) {
            fill(&mut out, &note);
        }
        out.push('\n');
    }
    out + &curves(evaluation)
}

/// Why metrics have no figure of any tokenizer, each reason once with its metrics.
fn missing(evaluation: &Evaluation, corpus: usize) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    let tokenizers: Vec<usize> =
        (0..evaluation.subjects.len()).filter(|&s| evaluation.subjects[s].is_named()).collect();
    for (m, metric) in evaluation.metrics.iter().enumerate().filter(|(m, _)| evaluation.measures(corpus, *m)) {
        if metric.detail || tokenizers.iter().any(|&s| evaluation.value(corpus, s, m).is_some()) {
            continue;
        }
        match reasons.iter_mut().find(|(reason, _)| *reason == metric.missing) {
            Some((_, names)) => names.push(metric.name),
            None => reasons.push((metric.missing, vec![metric.name])),
        }
    }
    reasons.into_iter().map(|(reason, names)| format!("- {}: {reason}", names.join(", "))).collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix(BASELINE).unwrap_or(name)
}

fn part(evaluation: &Evaluation, corpus: usize, subjects: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    let mut header = vec!["metric".to_owned()];
    header.extend(subjects.iter().map(|&s| match evaluation.subjects[s].baseline {
        true => format!("[{}]", short(&evaluation.subjects[s].name)),
        false => evaluation.subjects[s].name.clone(),
    }));
    table.set_header(header);
    let mut family = "";
    // Details are left out, unless nothing else was asked for.
    let measured = evaluation.metrics.iter().enumerate().filter(|(m, _)| evaluation.measures(corpus, *m));
    let all = measured.clone().all(|(_, metric)| metric.detail);
    for (m, metric) in measured.filter(|(_, metric)| all || !metric.detail) {
        if metric.family != family {
            family = metric.family;
            table.add_row([format!("{family}:")]);
        }
        let dagger = if evaluation.won(corpus, m).is_empty() { "" } else { " †" };
        let mut row = vec![format!("  {}{dagger}", metric.name)];
        row.extend(subjects.iter().map(|&s| shown(evaluation.value(corpus, s, m))));
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Words in lines of [`WIDTH`] columns.
fn fill(out: &mut String, text: &str) {
    let mut column = 0;
    for word in text.split(' ') {
        let width = word.chars().count() + 1;
        if column + width > usize::from(WIDTH) {
            out.push('\n');
            column = 0;
        }
        let _ = write!(out, "{}{word}", if column == 0 { "  " } else { " " });
        column += width + if column == 0 { 1 } else { 0 };
    }
    out.push('\n');
}
