//! The metrics, a file a family.

use crate::metric::Metric;

mod compression;
mod coverage;
mod fairness;
mod information;
mod lexical;
mod morphology;
mod structure;
mod vocabulary;

/// All tables, in the order of reports.
pub const TABLES: &[&[Metric]] = &[
    compression::ROWS,
    vocabulary::ROWS,
    vocabulary::ENTRIES,
    information::ROWS,
    information::ENTROPIES,
    information::COMPRESSORS,
    coverage::ROWS,
    structure::ROWS,
    lexical::ROWS,
    morphology::ROWS,
    fairness::ROWS,
];
