//! The metrics, a file a family.

use crate::metric::Metric;

/// A row of the table, but for details.
macro_rules! row {
    ($family:expr, $name:literal, $unit:literal, $better:ident, $aggregation:expr, $missing:expr, $source:expr,
        $definition:expr, $compute:expr) => {
        Metric {
            name: $name,
            family: $family,
            unit: $unit,
            better: Better::$better,
            aggregation: $aggregation,
            definition: $definition,
            source: $source,
            missing: $missing,
            detail: false,
            compute: $compute,
        }
    };
}

mod compression;
mod coverage;
mod fairness;
mod information;
mod lexical;
mod morphology;
mod robustness;
mod speed;
mod structure;
mod vocabulary;

pub use information::{renyi, renyi_figure};

/// All tables, in the order of reports.
pub const TABLES: &[&[Metric<'static>]] = &[
    compression::ROWS,
    vocabulary::ROWS,
    vocabulary::ENTRIES,
    vocabulary::OVERLAP,
    information::ROWS,
    information::ENTROPIES,
    information::COMPRESSORS,
    coverage::ROWS,
    structure::ROWS,
    lexical::ROWS,
    morphology::ROWS,
    fairness::ROWS,
    robustness::ROWS,
    speed::ROWS,
];
