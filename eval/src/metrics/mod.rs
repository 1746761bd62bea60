//! The metrics, a file a family.

use crate::metric::Metric;

mod compression;
mod coverage;
mod structure;
mod vocabulary;

/// All tables, in the order of reports.
pub const TABLES: &[&[Metric]] = &[compression::ROWS, vocabulary::ROWS, coverage::ROWS, structure::ROWS];
