//! What checks found, for people and for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};
use toktool::formats::listing::escape;

use super::{CHECKS, Checked, Outcome, passes};
use crate::report::number::shown;
use crate::report::text::{WIDTH, fit, plain, printable, quoted, wrapped};

/// Columns of a note in the table.
const NOTE: usize = 38;

fn count(checked: &[Checked], outcome: Outcome) -> usize {
    checked.iter().filter(|one| one.finding.outcome == outcome).count()
}

/// An outcome in a narrow column.
fn short(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NotApplicable => "n/a",
        Outcome::CannotTell => "open",
        other => other.name(),
    }
}

/// A line a check, then what to do about those that did not pass; at most 100 columns wide.
pub fn table(name: &str, checked: &[Checked]) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}:", printable(name.as_bytes()));
    let row = |one: &Checked| {
        let finding = &one.finding;
        let n =
            if finding.n == 0 { String::new() } else { format!("{} {}", shown(Some(finding.n as f64)), one.check.of) };
        let value = finding.value.map_or(String::new(), |value| shown(Some(value)));
        let note = fit(&printable(finding.note.as_bytes()), NOTE);
        vec![short(finding.outcome).to_owned(), one.check.name.to_owned(), value, n, note]
    };
    let rows: Vec<Vec<String>> = checked.iter().map(row).collect();
    let _ = writeln!(out, "{}", plain(&["", "check", "figure", "of", ""], &rows, &[true, true, false, true, true]));
    for one in checked {
        let finding = &one.finding;
        if !matches!(finding.outcome, Outcome::Warn | Outcome::Fail | Outcome::CannotTell) {
            continue;
        }
        let figure = match (finding.value, one.check.figure) {
            (Some(value), what) if !what.is_empty() => format!(" ({what}: {})", shown(Some(value))),
            _ => String::new(),
        };
        let head =
            format!("{} {}: {}{figure}", finding.outcome.name(), one.check.name, printable(finding.note.as_bytes()));
        let _ = writeln!(out, "\n{}", wrapped(&head, 2));
        let _ = writeln!(out, "  {}", wrapped(&format!("checked: {}", one.check.meaning), 4));
        if let Some(example) = &finding.example {
            let _ = writeln!(out, "  example: {}", fit(&quoted(example), WIDTH - 12));
        }
        if finding.outcome != Outcome::CannotTell {
            let _ = writeln!(out, "  {}", wrapped(&format!("hint: {}", one.check.advice), 4));
        }
    }
    let part = |outcome: Outcome, words: &str| match count(checked, outcome) {
        0 => String::new(),
        n => format!(", {n} {words}"),
    };
    let _ = writeln!(
        out,
        "\n{} of {} checks passed{}{}{}{}",
        count(checked, Outcome::Pass),
        checked.len(),
        part(Outcome::Warn, "warned"),
        part(Outcome::Fail, "failed"),
        part(Outcome::NotApplicable, "not applicable"),
        part(Outcome::CannotTell, "cannot be told"),
    );
    out
}

/// The checks as a JSON document. All numbers are finite or null; examples are escaped as in `vocabulary.tsv`.
pub fn json(name: &str, checked: &[Checked], texts: usize, strict: bool, seed: u64) -> Value {
    let one = |one: &Checked| {
        let finding = &one.finding;
        json!({
            "name": one.check.name,
            "severity": one.check.severity.name(),
            "outcome": finding.outcome.name(),
            "n": finding.n,
            "of": one.check.of,
            "value": finding.value.filter(|value| value.is_finite()),
            "figure": one.check.figure,
            "note": finding.note,
            "example": finding.example.as_deref().map(escape),
            "meaning": one.check.meaning,
            "advice": one.check.advice,
        })
    };
    json!({
        "schema": "toktool.check/1",
        "toktool": env!("CARGO_PKG_VERSION"),
        "tokenizer": name,
        "seed": seed,
        "strict": strict,
        "passed": passes(checked, strict),
        "documents": texts,
        "warned": count(checked, Outcome::Warn),
        "failed": count(checked, Outcome::Fail),
        "checks": checked.iter().map(one).collect::<Vec<_>>(),
    })
}

/// The table of checks.
pub fn listing() -> String {
    let mut out = String::new();
    for check in CHECKS {
        let severity = check.severity.name();
        let _ = writeln!(out, "{} (at worst: {severity})", check.name);
        let _ = writeln!(out, "    {}", wrapped(check.meaning, 4));
        let _ = writeln!(out, "    {}", wrapped(&format!("otherwise: {}", check.advice), 4));
    }
    out
}
