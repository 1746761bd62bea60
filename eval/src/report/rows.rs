//! The flat list of measurements: one row for each tokenizer, corpus and metric.

use serde::Serialize;
use toktool::{Error, Result};

use crate::curve::At;
use crate::evaluation::Evaluation;

/// A row as csv, json and parquet have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row<'e> {
    /// The tokenizer.
    pub tokenizer: &'e str,
    /// The corpus.
    pub corpus: &'e str,
    /// Its language.
    pub language: Option<&'e str>,
    /// The metric.
    pub metric: &'e str,
    /// The figure.
    pub value: Option<f64>,
    /// Lower end of its 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
    /// Its unit.
    pub unit: &'e str,
    /// Which direction is good.
    pub better: &'e str,
    /// The denominator's size.
    pub n: u64,
    /// How it is put together.
    pub aggregation: &'e str,
    /// What it is.
    pub definition: &'e str,
    /// Why there is no figure.
    pub reason: Option<&'e str>,
    /// The curve that the tokenizer is a point of.
    pub curve: Option<&'e str>,
    /// What changes along it.
    pub axis: Option<&'e str>,
    /// Where on it the tokenizer is.
    pub x: Option<&'e At>,
}

/// All rows: by corpus, then tokenizer, then metric. What is not a finite number is none.
pub fn rows<'e>(evaluation: &'e Evaluation<'_>) -> Vec<Row<'e>> {
    let row = |m: &crate::evaluation::Measurement| {
        let (metric, corpus) = (evaluation.metrics[m.metric], &evaluation.corpora[m.corpus]);
        let point = evaluation.subjects[m.subject].point.as_ref();
        let value = m.figure.value.filter(|v| v.is_finite());
        let interval = m.interval.filter(|(low, high)| low.is_finite() && high.is_finite());
        Row {
            tokenizer: &evaluation.subjects[m.subject].name,
            corpus: &corpus.name,
            language: corpus.language.as_deref(),
            metric: metric.name,
            value,
            ci_low: interval.map(|i| i.0),
            ci_high: interval.map(|i| i.1),
            unit: metric.unit,
            better: metric.better.name(),
            n: m.figure.n,
            aggregation: metric.aggregation,
            definition: metric.definition,
            reason: value.is_none().then_some(metric.missing),
            curve: point.map(|p| p.curve.as_str()),
            axis: point.map(|p| p.axis.name()),
            x: point.map(|p| &p.x),
        }
    };
    evaluation.measurements.iter().map(row).collect()
}

/// The rows as comma-separated values with a header.
///
/// # Errors
/// [`Error::Unsupported`] where the writer fails, which it does not in memory.
pub fn csv(evaluation: &Evaluation) -> Result<String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let failed = |e: String| Error::unsupported("writing csv", e);
    for row in rows(evaluation) {
        out.serialize(row).map_err(|e| failed(e.to_string()))?;
    }
    let bytes = out.into_inner().map_err(|e| failed(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| failed(e.to_string()))
}
