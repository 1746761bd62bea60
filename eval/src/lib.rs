//! Judges tokenizers: every intrinsic metric of the field, on whole corpora, with intervals and baselines.

pub mod alignment;
pub mod blocks;
pub mod counts;
mod degenerate;
pub mod gold;
pub mod information;
pub mod page;
pub mod pass;
pub mod subject;
pub mod tally;
pub mod types;
