//! The table of metrics: one row says what a figure is called, what it is, where it comes from, and how it is computed.
//!
//! Reports, `--list`, `--metrics`, `--fail-under` and the tests all read this table; a new metric is a row.

use crate::aligned::{Aligned, Sums};
use crate::compare::Overlap;
use crate::counts::Counts;
use crate::entries::Entries;
use crate::information::compress::Sizes;
use crate::information::orders::Orders;
use crate::lexicality::{Lexicality, Paper};
use crate::metrics;
use crate::parallel::Costs;
use crate::robustness;
use crate::speed::Speed;
use crate::view::View;

/// Which direction is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: it describes.
    Neither,
}

impl Better {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Better::Higher => "higher",
            Better::Lower => "lower",
            Better::Neither => "neither",
        }
    }

    /// Whether `a` is strictly better than `b`; never where neither direction is good.
    pub fn prefers(self, a: f64, b: f64) -> bool {
        match self {
            Better::Higher => a > b,
            Better::Lower => a < b,
            Better::Neither => false,
        }
    }
}

/// A figure and what it was computed from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The figure; `None` where there is nothing to compute it from.
    pub value: Option<f64>,
    /// The denominator's size, in what the metric counts.
    pub n: u64,
}

impl Figure {
    /// `part / whole`; no figure where the whole is 0.
    pub fn ratio(part: u64, whole: u64) -> Figure {
        Figure { value: (whole > 0).then(|| part as f64 / whole as f64), n: whole }
    }

    /// A number that is its own count.
    pub fn count(count: u64) -> Figure {
        Figure { value: Some(count as f64), n: count }
    }

    /// No figure.
    pub const NONE: Figure = Figure { value: None, n: 0 };
}

/// What a tokenizer has at all, so that its absence is not taken for a good figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traits {
    /// An unknown token.
    pub unknown: bool,
    /// Byte-fallback tokens.
    pub fallback: bool,
}

/// How a figure is computed, and from what.
#[derive(Debug, Clone, Copy)]
pub enum Compute {
    /// From sums over documents; intervals by bootstrap over blocks of documents.
    Counts(fn(&Counts, Traits) -> Figure),
    /// From those sums and those of the first tokenizer named; intervals by the same bootstrap.
    Against(fn(&Counts, &Counts) -> Figure),
    /// From how often each token came out; intervals by jackknife over groups of documents.
    Tokens(fn(&View) -> Figure),
    /// The Renyi efficiency of this order from the same, over the tokens that came out where true, else over the vocabulary.
    Renyi(f64, bool),
    /// From such counts without an interval: what grows with the text, or leaps.
    Extent(fn(&View) -> Figure),
    /// From what a lexicon says of the tokens.
    Lexicon(fn(&Lexicality) -> Figure),
    /// From what a list of verdicts says of the tokens, counted as in the paper.
    Paper(fn(&Paper) -> Figure),
    /// From entropies of the document sample.
    Orders(fn(&Orders) -> Figure),
    /// Bits of unseen documents of the sample at an order, 0 for the best one: a token, or a byte where true; intervals by
    /// bootstrap over the documents.
    HeldOut(usize, bool),
    /// From compressors on the document sample.
    Sizes(fn(&Sizes) -> Figure),
    /// From sums over the documents of the sample that the disturbance of this index changes; intervals by bootstrap over
    /// those documents.
    Robust(usize, fn(&robustness::Sums) -> Figure),
    /// From the clock.
    Speed(fn(&Speed) -> Figure),
    /// From sums over gold words; intervals by bootstrap over words.
    Words(fn(&Sums) -> Figure),
    /// From gold words as a whole.
    Aligned(fn(&Aligned) -> Figure),
    /// From parallel lines, for the language of this index; intervals by bootstrap over lines.
    Language(fn(&Costs, usize) -> Figure),
    /// From parallel lines, over all languages; intervals by bootstrap over lines.
    Languages(fn(&Costs) -> Figure),
    /// From the vocabulary alone.
    Entries(fn(&Entries) -> Figure),
    /// From the vocabulary and that of the first tokenizer named.
    Overlap(fn(&Overlap) -> Figure),
}

/// What a metric is measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// Documents.
    #[default]
    Text,
    /// Gold words.
    Gold,
    /// One language of parallel text.
    Language,
    /// All languages of parallel text together.
    Languages,
    /// No text at all.
    Vocabulary,
}

impl Compute {
    /// What it is measured on.
    pub fn place(self) -> Place {
        match self {
            Compute::Words(_) | Compute::Aligned(_) => Place::Gold,
            Compute::Language(_) => Place::Language,
            Compute::Languages(_) => Place::Languages,
            Compute::Entries(_) | Compute::Overlap(_) => Place::Vocabulary,
            _ => Place::Text,
        }
    }
}

/// A row of the table.
#[derive(Debug)]
pub struct Metric<'a> {
    /// Its name, stable and unique.
    pub name: &'a str,
    /// The family it is listed under.
    pub family: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Which direction is good.
    pub better: Better,
    /// How it is put together over a corpus.
    pub aggregation: &'static str,
    /// What it is, in a sentence.
    pub definition: &'a str,
    /// Where the definition comes from.
    pub source: &'static str,
    /// Why it has no value where it has none.
    pub missing: &'static str,
    /// Whether it is left out where space is short, unless asked for by name.
    pub detail: bool,
    /// How it is computed.
    pub compute: Compute,
}

impl Metric<'_> {
    /// Whether it asks how little a tokenizer needs for a text: one that loses a part of the text would win for nothing.
    pub fn needs_all_text(&self) -> bool {
        ["compression", "information", "entropy", "compressors"].contains(&self.family)
    }

    /// Whether it is measured only where it is asked for by its name or family: what a clock says is different each time.
    pub fn on_request(&self) -> bool {
        matches!(self.compute, Compute::Speed(_))
    }
}

/// Every metric, family by family.
pub fn all() -> impl Iterator<Item = &'static Metric<'static>> {
    metrics::TABLES.iter().flat_map(|table| table.iter())
}

/// The metric of this name.
pub fn find(name: &str) -> Option<&'static Metric<'static>> {
    all().find(|metric| metric.name == name)
}

/// The family that Renyi efficiencies are in.
pub const RENYI: &str = "information";

/// A Renyi efficiency of any order: a metric that is no row of the table until somebody names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Renyi {
    name: String,
    definition: String,
    alpha: f64,
    used: bool,
}

impl Renyi {
    /// The greatest order: beyond it the most frequent token alone decides.
    pub const MOST: f64 = 100.0;

    /// Of `renyi_ALPHA_vocab` or `renyi_ALPHA_used` with an order above 0, in decimal digits. Its own name has the order as short
    /// as it can be written: `renyi_3_used` for `renyi_3.0_used`.
    pub fn named(name: &str) -> Option<Renyi> {
        let rest = name.strip_prefix("renyi_")?;
        let (order, used) = match (rest.strip_suffix("_used"), rest.strip_suffix("_vocab")) {
            (Some(order), _) => (order, true),
            (_, order) => (order?, false),
        };
        let decimal = order.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let alpha: f64 = order.parse().ok().filter(|&alpha| decimal && 0.0 < alpha && alpha <= Renyi::MOST)?;
        let (short, whole) = match used {
            true => ("used", "the different tokens that came out"),
            false => ("vocab", "the declared vocabulary"),
        };
        let definition = format!("Renyi entropy of order {alpha} over log2 of {whole}");
        Some(Renyi { name: format!("renyi_{alpha}_{short}"), definition, alpha, used })
    }

    /// Its row.
    pub fn metric(&self) -> Metric<'_> {
        metrics::renyi(&self.name, &self.definition, Compute::Renyi(self.alpha, self.used))
    }

    /// Its own name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_has_a_name() {
        let name = |name: &str| Renyi::named(name).map(|renyi| renyi.metric().name.to_owned());
        assert_eq!(name("renyi_3.0_used").as_deref(), Some("renyi_3_used"));
        assert_eq!(name("renyi_0.75_vocab").as_deref(), Some("renyi_0.75_vocab"));
        for bad in [
            "renyi_0_used",
            "renyi_-1_used",
            "renyi_x_used",
            "renyi_101_used",
            "renyi_1e1_used",
            "renyi__used",
            "renyi_2",
            "renyi_nan_vocab",
        ] {
            assert_eq!(name(bad), None, "{bad}");
        }
        // A fixed row and the same by its name say the same of themselves.
        for row in all().filter(|m| m.name.starts_with("renyi_")) {
            let renyi = Renyi::named(row.name).unwrap();
            let own = renyi.metric();
            assert_eq!((own.name, own.family, own.unit, own.better), (row.name, row.family, row.unit, row.better));
            assert!(row.definition.starts_with(own.definition), "{}", row.definition);
        }
    }

    #[test]
    fn names_are_unique_and_every_row_is_filled_in() {
        let mut names: Vec<&str> = all().map(|m| m.name).collect();
        let rows = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rows);
        for m in all() {
            let snake = m.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.".contains(c));
            assert!(snake, "{}", m.name);
            for text in [m.family, m.unit, m.aggregation, m.definition, m.source, m.missing] {
                assert!(!text.is_empty(), "{}", m.name);
            }
        }
    }
}
