//! Training: from distinct words and their counts to a vocabulary.
//!
//! One algorithm per file. They share `symbols` (what merging starts from), `arena` (the words as one flat array)
//! and `pairs` (counted pairs and where they occur); each shows its own loop. [`naive`] is the textbook trainer that
//! recounts everything after every merge, and the oracle of the fast ones.

mod arena;
pub mod bpe;
mod build;
pub mod constrain;
pub mod morphemes;
pub mod naive;
mod pairs;
pub mod recipe;
mod symbols;
mod trained;

#[cfg(test)]
mod tests;

pub use bpe::BpeTrainer;
pub use build::{Frame, assemble};
pub use constrain::Constraint;
pub use symbols::Symbols;
pub use trained::Trained;

use crate::error::Result;
use crate::observe::Observer;
use crate::tokenizer::Tokenizer;
use crate::words::WordCounts;

/// What a trainer may draw on.
#[derive(Clone, Copy)]
pub struct TrainInput<'a> {
    /// Distinct words with their counts.
    pub words: &'a WordCounts,
    /// A tokenizer to continue: its tokens keep their ids and its merges stay the beginning of the list.
    pub start: Option<&'a Tokenizer>,
    /// Hears of progress and may stop the work.
    pub observer: &'a dyn Observer,
}

/// A training algorithm.
pub trait Trainer {
    /// Learns a vocabulary.
    ///
    /// # Errors
    /// [`crate::Error::Config`] where the options do not fit the words, [`crate::Error::Interrupted`] where the
    /// observer asked to stop.
    fn train(&self, input: TrainInput<'_>) -> Result<Trained>;
}
