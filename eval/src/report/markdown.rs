//! Tables for a README or an issue.

use std::fmt::Write as _;

use super::number::shown;
use crate::evaluation::Evaluation;

/// A section for each corpus: a row for each metric, a column for each tokenizer, the best tokenizer's figure in bold, and
/// a dagger where a baseline is at least as good.
pub fn markdown(evaluation: &Evaluation) -> String {
    let mut out = String::new();
    let cell = |text: &str| text.replace('|', "\\|");
    for (c, corpus) in evaluation.measured_corpora() {
        let language = corpus.language.as_ref().map_or(String::new(), |l| format!(" ({l})"));
        let _ = writeln!(out, "## {}{language}\n", corpus.name);
        let _ = writeln!(out, "{}.\n", super::number::content(&corpus.content));
        let names = evaluation.subjects.iter().map(|s| format!(" {} |", cell(&s.name))).collect::<String>();
        let rules = "---:|".repeat(evaluation.subjects.len());
        let _ = writeln!(out, "| metric | unit | better |{names}\n|---|---|---|{rules}");
        for (m, metric) in evaluation.metrics.iter().enumerate().filter(|(m, _)| evaluation.measures(c, *m)) {
            let dagger = if evaluation.won(c, m).is_empty() { "" } else { " †" };
            let _ = write!(out, "| `{}`{dagger} | {} | {} |", metric.name, metric.unit, metric.better.name());
            let best = evaluation.best(c, m);
            for s in 0..evaluation.subjects.len() {
                let value = evaluation.value(c, s, m);
                let text = shown(value);
                let bold = value.is_some() && value == best && evaluation.ranks(c, s, m);
                let _ = if bold { write!(out, " **{text}** |") } else { write!(out, " {text} |") };
            }
            out.push('\n');
        }
        out.push('\n');
        if let Some(note) = super::number::lossy(evaluation, c) {
            let _ = writeln!(out, "{note}\n");
        }
    }
    out.push_str(
        "† A baseline that knows nothing is at least as good as every tokenizer: read it beside the others.\n",
    );
    out
}
