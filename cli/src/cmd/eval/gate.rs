//! `--fail-under`: what a tokenizer has to reach.

use std::str::FromStr;

use toktool_eval::evaluation::Evaluation;
use toktool_eval::metric::{self, Better, Renyi};

/// A metric and the figure that it may not be worse than.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The metric's name.
    pub metric: String,
    /// The worst figure that passes.
    pub value: f64,
}

impl FromStr for Gate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("write it as METRIC=VALUE")?;
        let row = metric::find(name).map(|metric| metric.better);
        let better = row.or_else(|| Renyi::named(name).map(|renyi| renyi.metric().better));
        let better = better.ok_or(format!("there is no metric `{name}`; `toktool eval --list` shows all"))?;
        if better == Better::Neither {
            return Err(format!("`{name}` has no better direction"));
        }
        let value: f64 = value.parse().map_err(|_| format!("`{value}` is not a number"))?;
        if !value.is_finite() {
            return Err(format!("`{value}` is not a finite number"));
        }
        Ok(Gate { metric: name.to_owned(), value })
    }
}

impl Gate {
    /// A line for each tokenizer that was named and corpus that does not pass. Baselines and points of curves need not.
    pub fn failures(&self, evaluation: &Evaluation) -> Vec<String> {
        let Some(m) = evaluation.metrics.iter().position(|m| m.name == self.metric) else { return Vec::new() };
        let better = evaluation.metrics[m].better;
        let mut failures = Vec::new();
        if !(0..evaluation.corpora.len()).any(|c| evaluation.measures(c, m)) {
            failures.push(format!("{} is not measured: there is nothing to measure it on", self.metric));
        }
        for (c, corpus) in evaluation.corpora.iter().enumerate().filter(|(c, _)| evaluation.measures(*c, m)) {
            for (s, subject) in evaluation.subjects.iter().enumerate().filter(|(_, s)| s.is_named()) {
                let found = match evaluation.value(c, s, m) {
                    Some(value) if !better.prefers(self.value, value) => continue,
                    Some(value) => format!("is {value}"),
                    None => format!("cannot be measured ({})", evaluation.metrics[m].missing),
                };
                let (metric, wanted) = (&self.metric, self.value);
                failures.push(format!("`{}` on `{}`: {metric} {found}, not {wanted}", subject.name, corpus.name));
            }
        }
        failures
    }
}
