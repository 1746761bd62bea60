//! Judges tokenizers: every intrinsic metric of the field, on whole corpora, with intervals and baselines.

pub mod alignment;
pub mod gold;
pub mod information;
