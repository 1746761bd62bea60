//! What languages cost beside each other.

use crate::metric::{Better, Compute, Figure, Metric};

const FAMILY: &str = "fairness";
const LINES: &str = "no line has tokens in every language";

/// The rows.
pub const ROWS: &[Metric] = &[
    row!(
        FAMILY,
        "parity",
        "ratio",
        Lower,
        "mean over lines",
        LINES,
        "Petrov et al. 2023 (2305.15425)",
        "tokens of a line over those of the same line in the pivot language: 1 is parity",
        Compute::Language(|c, n| Figure { value: (c.lines > 0).then(|| c.ratios[n] / c.lines as f64), n: c.lines })
    ),
    row!(
        FAMILY,
        "parity_totals",
        "ratio",
        Lower,
        "ratio of totals",
        LINES,
        "Petrov et al. 2023 (2305.15425)",
        "tokens of all lines over those of the pivot language",
        Compute::Language(|c, n| Figure { n: c.lines, ..Figure::ratio(c.tokens[n], c.tokens[c.pivot]) })
    ),
    row!(
        FAMILY,
        "tokens_per_line",
        "tokens/line",
        Lower,
        "mean over lines",
        LINES,
        "common",
        "tokens of a line that has tokens in every language",
        Compute::Language(|c, n| Figure::ratio(c.tokens[n], c.lines))
    ),
    row!(
        FAMILY,
        "gini",
        "ratio",
        Lower,
        "over languages",
        LINES,
        "tokenizer fairness Gini, TokEval: on lines, as the text is parallel",
        "inequality of the languages' tokens: 0 is equal",
        Compute::Languages(|c| Figure { value: c.gini(), n: c.lines })
    ),
    row!(
        FAMILY,
        "cost_max_min",
        "ratio",
        Lower,
        "over languages",
        LINES,
        "Petrov et al. 2023 (2305.15425)",
        "tokens of the dearest language over those of the cheapest",
        Compute::Languages(|c| Figure { value: c.max_over_min(), n: c.lines })
    ),
    row!(
        FAMILY,
        "cost_variation",
        "ratio",
        Lower,
        "over languages",
        LINES,
        "coefficient of variation",
        "standard deviation of the languages' tokens over their mean",
        Compute::Languages(|c| Figure { value: c.variation(), n: c.lines })
    ),
];
