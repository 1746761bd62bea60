//! The compiled splitter.

/// The compiled form of a [`super::Splitter`].
#[derive(Debug)]
pub struct Cutter {}
