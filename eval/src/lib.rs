//! Judges tokenizers: every intrinsic metric of the field, on whole corpora, with intervals and baselines.

pub mod aligned;
pub mod alignment;
pub mod blocks;
pub mod counts;
mod degenerate;
pub mod entries;
pub mod evaluation;
pub mod evidence;
pub mod gold;
pub mod html;
pub mod human;
pub mod information;
pub mod lexicality;
pub mod metric;
mod metrics;
mod packed;
pub mod page;
pub mod parallel;
pub mod pass;
pub mod report;
pub mod sampled;
pub mod subject;
pub mod tally;
pub mod types;
pub mod view;
pub mod words;
