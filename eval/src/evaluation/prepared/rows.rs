//! Every row of the table against arithmetic by hand: what a row is called is what it computes, from the fields it names.
//!
//! How the sums come about has its tests where they are made. Here the sums are given, each number once, so that a row
//! that took its neighbour's field or its neighbour's name would come out otherwise; `text` goes from a text to the figure.

mod gold;
mod sample;
mod sums;
mod text;
mod tokens;

use super::*;
use crate::metric;

/// Holds figures against what they have to be, within a millionth.
fn hold(prepared: &Prepared, rows: &[(&str, f64)]) {
    hold_against(prepared, prepared, rows);
}

/// The same where `first` is the first tokenizer named.
fn hold_against(prepared: &Prepared, first: &Prepared, rows: &[(&str, f64)]) {
    for &(name, wanted) in rows {
        let row = metric::find(name).unwrap_or_else(|| panic!("no metric `{name}`"));
        let value = prepared.figures(row, first).0.value;
        let near = value.is_some_and(|value| (value - wanted).abs() <= 1e-6 * wanted.abs().max(1.0));
        assert!(near, "{name}: {value:?}, by hand {wanted}");
    }
}

/// No row is left out of these files.
#[test]
fn every_metric_has_a_figure_by_hand() {
    let files = [
        include_str!("rows/gold.rs"),
        include_str!("rows/sample.rs"),
        include_str!("rows/sums.rs"),
        include_str!("rows/text.rs"),
        include_str!("rows/tokens.rs"),
    ];
    let named = |name: &str| files.iter().any(|file| file.contains(&format!("(\"{name}\", ")));
    let missing: Vec<&str> = metric::all().map(|m| m.name).filter(|name| !named(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
