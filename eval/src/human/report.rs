//! What ratings say, as people and programs read it.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use serde_json::{Value, json};
use toktool::{Error, Result};

use super::key::Key;
use super::score::{Agreement, CARELESS, Figure, Scores};
use crate::report::shown;

/// What each figure is, by its name.
const DEFINITIONS: [(&str, &str); 6] = [
    (
        "human_mean",
        "mean over words of the mean rating, 1 to 5, of the tokenizer's segmentation; 95 % interval by bootstrap over words",
    ),
    ("human_win", "mean over words of the share of annotators who rate it above the other tokenizer"),
    ("human_tie", "the same of those who rate both alike, because both cut alike among others"),
    ("human_loss", "the same of those who rate it below the other"),
    (
        "krippendorff_alpha",
        "agreement of annotators beyond chance, over items that a tokenizer made; n are ratings that can be compared",
    ),
    ("krippendorff_alpha_all", "the same over all items, those that baselines alone made included"),
];

/// Why a figure is missing.
const UNRATED: &str = "nobody rated it";
const UNPAIRED: &str = "nobody rated both";
const ALONE: &str = "no item has ratings by two annotators, or all ratings are the same";

/// A row of the flat list.
#[derive(Debug, Clone, Serialize)]
struct Row<'a> {
    measure: String,
    tokenizer: Option<&'a str>,
    against: Option<&'a str>,
    band: Option<usize>,
    annotator: Option<&'a str>,
    value: Option<f64>,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    n: u64,
    flags: Option<String>,
    reason: Option<&'a str>,
}

impl Row<'_> {
    fn new(measure: impl Into<String>, figure: Figure, why: &'static str) -> Self {
        let (value, interval) = (figure.value, figure.interval);
        let (ci_low, ci_high) = (interval.map(|i| i.0), interval.map(|i| i.1));
        let (tokenizer, against, band, annotator, flags) = (None, None, None, None, None);
        let (measure, n, reason) = (measure.into(), figure.n, value.is_none().then_some(why));
        Row { measure, tokenizer, against, band, annotator, value, ci_low, ci_high, n, flags, reason }
    }
}

fn rows(scores: &Scores) -> Vec<Row<'_>> {
    let name = |t: usize| Some(scores.tokenizers[t].named.name.as_str());
    let mut rows = Vec::new();
    for (t, rated) in scores.tokenizers.iter().enumerate() {
        rows.push(Row { tokenizer: name(t), ..Row::new("human_mean", rated.mean, UNRATED) });
        for (band, figure) in rated.bands.iter().enumerate() {
            rows.push(Row { tokenizer: name(t), band: Some(band + 1), ..Row::new("human_mean", *figure, UNRATED) });
        }
    }
    for pair in &scores.pairs {
        for (measure, figure) in ["human_win", "human_tie", "human_loss"].into_iter().zip(pair.outcomes) {
            rows.push(Row {
                tokenizer: name(pair.first),
                against: name(pair.second),
                ..Row::new(measure, figure, UNPAIRED)
            });
        }
    }
    for Agreement { level, tokenizers, all } in &scores.agreement {
        rows.push(Row::new(format!("krippendorff_alpha_{}", level.name()), *tokenizers, ALONE));
        rows.push(Row::new(format!("krippendorff_alpha_{}_all", level.name()), *all, ALONE));
    }
    for a in &scores.annotators {
        let figure = |value, n| Figure { value, interval: None, n };
        let row = |measure, value, n| Row {
            annotator: Some(a.name.as_str()),
            ..Row::new(measure, figure(value, n), "rated none of them")
        };
        rows.push(row("annotator_mean", a.mean, a.rated));
        let flags = (!a.flags.is_empty()).then(|| a.flags.join("; "));
        rows.push(Row { flags, ..row("annotator_check", a.check, a.checks) });
    }
    rows
}

/// The flat list as comma-separated values.
///
/// # Errors
/// [`Error::Unsupported`] where the writer fails, which it does not in memory.
pub fn csv(scores: &Scores) -> Result<String> {
    let failed = |e: String| Error::unsupported("writing csv", e);
    let mut out = csv::Writer::from_writer(Vec::new());
    rows(scores).into_iter().try_for_each(|row| out.serialize(row)).map_err(|e| failed(e.to_string()))?;
    let bytes = out.into_inner().map_err(|e| failed(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| failed(e.to_string()))
}

fn figure(figure: &Figure, why: &str) -> Value {
    json!({
        "value": figure.value,
        "ci_low": figure.interval.map(|i| i.0),
        "ci_high": figure.interval.map(|i| i.1),
        "n": figure.n,
        "reason": figure.value.is_none().then_some(why),
    })
}

/// Everything in one document. All numbers are finite or null.
pub fn json(key: &Key, scores: &Scores) -> Value {
    let name = |t: usize| scores.tokenizers[t].named.name.as_str();
    let tokenizers = scores.tokenizers.iter().map(|rated| {
        let bands = key
            .bands
            .iter()
            .zip(&rated.bands)
            .map(|(stratum, mean)| json!({"band": stratum.band, "mean": figure(mean, UNRATED)}));
        json!({
            "name": rated.named.name,
            "baseline": rated.named.baseline,
            "ratings": rated.ratings,
            "mean": figure(&rated.mean, UNRATED),
            "bands": bands.collect::<Vec<_>>(),
        })
    });
    let pairs = scores.pairs.iter().map(|pair| {
        let [win, tie, loss] = pair.outcomes.each_ref().map(|outcome| figure(outcome, UNPAIRED));
        json!({"tokenizer": name(pair.first), "against": name(pair.second), "win": win, "tie": tie, "loss": loss})
    });
    let agreement = scores.agreement.iter().map(
        |a| json!({"level": a.level.name(), "tokenizers": figure(&a.tokenizers, ALONE), "all": figure(&a.all, ALONE)}),
    );
    let annotators = scores.annotators.iter().map(|a| {
        json!({
            "name": a.name,
            "rated": a.rated,
            "missing": a.missing,
            "mean": a.mean,
            "check_mean": a.check,
            "check_items": a.checks,
            "flags": a.flags,
        })
    });
    json!({
        "schema": "toktool.human/1",
        "toktool": env!("CARGO_PKG_VERSION"),
        "seed": scores.seed,
        "corpus": key.corpus,
        "language": key.language,
        "sheet_sha256": key.sheet_sha256,
        "words": scores.words,
        "items": scores.items,
        "bands": key.bands,
        "check_threshold": CARELESS,
        "definitions": DEFINITIONS.iter().map(|(name, text)| (*name, *text)).collect::<std::collections::BTreeMap<_, _>>(),
        "tokenizers": tokenizers.collect::<Vec<_>>(),
        "pairs": pairs.collect::<Vec<_>>(),
        "agreement": agreement.collect::<Vec<_>>(),
        "annotators": annotators.collect::<Vec<_>>(),
    })
}

/// A figure with its interval.
fn with_interval(figure: &Figure) -> String {
    let digits = |v: f64| format!("{v:.2}");
    match (figure.value, figure.interval) {
        (None, _) => "-".to_owned(),
        (Some(value), None) => digits(value),
        (Some(value), Some((low, high))) => format!("{} [{}, {}]", digits(value), digits(low), digits(high)),
    }
}

/// A table of cells with a title and a line below it.
struct Part {
    title: &'static str,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    note: &'static str,
}

fn parts(key: &Key, scores: &Scores) -> Vec<Part> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let n = |n: u64| shown(Some(n as f64));
    let mut header = texts(&["tokenizer", "words", "ratings", "mean [95 %]"]);
    header.extend(key.bands.iter().map(|stratum| format!("band {}", stratum.band)));
    let tokenizers = scores.tokenizers.iter().map(|rated| {
        let mut row = vec![rated.named.name.clone(), n(rated.mean.n), n(rated.ratings), with_interval(&rated.mean)];
        row.extend(rated.bands.iter().map(|band| with_interval(&Figure { interval: None, ..*band })));
        row
    });
    let name = |t: usize| scores.tokenizers[t].named.name.clone();
    let pairs = scores.pairs.iter().map(|pair| {
        let mut row = vec![name(pair.first), name(pair.second), n(pair.outcomes[0].n)];
        row.extend(pair.outcomes.iter().map(with_interval));
        row
    });
    let agreement = scores.agreement.iter().map(|a| {
        vec![
            a.level.name().to_owned(),
            with_interval(&a.tokenizers),
            n(a.tokenizers.n),
            with_interval(&a.all),
            n(a.all.n),
        ]
    });
    let plain = |value| with_interval(&Figure { value, interval: None, n: 0 });
    let annotators = scores.annotators.iter().map(|a| {
        let flags = if a.flags.is_empty() { "-".to_owned() } else { a.flags.join("; ") };
        vec![a.name.clone(), n(a.rated), n(a.missing), plain(a.mean), plain(a.check), n(a.checks), flags]
    });
    vec![
        Part {
            title: "Ratings from 1 to 5",
            header,
            rows: tokenizers.collect(),
            note: "Means over words. Band 1 are the most frequent words.",
        },
        Part {
            title: "Word by word",
            header: texts(&["tokenizer", "against", "words", "wins", "ties", "losses"]),
            rows: pairs.collect(),
            note: "Shares of annotators who rated both, averaged over words.",
        },
        Part {
            title: "Agreement: Krippendorff's alpha",
            header: texts(&["level", "of tokenizers", "n", "of all items", "n"]),
            rows: agreement.collect(),
            note: "1 is full agreement, 0 what chance would give; ordinal is the level of this scale. It takes two annotators who rated the same.",
        },
        Part {
            title: "Annotators",
            header: texts(&["annotator", "rated", "missing", "mean", "checks", "n", "odd"]),
            rows: annotators.collect(),
            note: "Checks are segmentations by baselines alone, of three pieces or more: a high mean is careless. Nobody is left out.",
        },
    ]
}

/// For a terminal.
pub fn table(key: &Key, scores: &Scores) -> String {
    let mut out = String::new();
    for part in parts(key, scores) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(part.header).add_rows(part.rows);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let _ = writeln!(out, "{}\n{table}\n{}\n", part.title, part.note);
    }
    out
}

/// For a README or an issue.
pub fn markdown(key: &Key, scores: &Scores) -> String {
    let mut out = String::new();
    let cell = |text: &String| format!(" {} |", text.replace('|', "\\|"));
    for part in parts(key, scores) {
        let rule = "---|".repeat(part.header.len());
        let header: String = part.header.iter().map(cell).collect();
        let _ = writeln!(out, "## {}\n\n|{header}\n|{rule}", part.title);
        for row in &part.rows {
            let _ = writeln!(out, "|{}", row.iter().map(cell).collect::<String>());
        }
        let _ = writeln!(out, "\n{}\n", part.note);
    }
    out
}
