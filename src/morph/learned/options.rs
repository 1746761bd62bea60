//! What training may be told, and what it refuses.

use std::str::FromStr;

use super::numeric;
use super::symbols::Reading;
use crate::error::{Error, Result};

/// How often a word counts that stands in the list `n` times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dampening {
    /// Once. Best for finding morphemes.
    #[default]
    Types,
    /// `log2(n + 1)` times, rounded.
    Log,
    /// `n` times: frequent words stay whole.
    Tokens,
}

impl Dampening {
    /// All of them with their names.
    pub const ALL: [(&'static str, Dampening); 3] =
        [("types", Dampening::Types), ("log", Dampening::Log), ("tokens", Dampening::Tokens)];

    pub(super) fn weight(self, count: u64) -> u64 {
        match self {
            Dampening::Types => 1,
            Dampening::Log => numeric::rounded_log2_of_next(count),
            Dampening::Tokens => count,
        }
    }
}

impl FromStr for Dampening {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Dampening::ALL.iter().find(|(known, _)| *known == name).map(|&(_, dampening)| dampening).ok_or_else(|| {
            Error::config("dampening", format!("`{name}` is none")).with_hint("one of types, log, tokens")
        })
    }
}

/// What training may be told.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnOptions {
    /// Of all random choices.
    pub seed: u64,
    /// What repeated words count.
    pub dampening: Dampening,
    /// The weight of the words against the lexicon, Morfessor's alpha: above 1 fewer cuts, below 1 more.
    pub corpus_weight: f64,
    /// How many times an annotated word counts, Morfessor's beta; `None`: as often as there are unannotated words for
    /// each annotated one.
    pub annotation_weight: Option<u64>,
    /// The first search ends with a pass that saves less than this, in nats a word.
    pub threshold: f64,
    /// Its passes at most.
    pub passes: usize,
    /// Sweeps of the second search.
    pub sweeps: usize,
    /// Reads upper case as lower case, character by character: a letter whose lower case is two characters stays.
    pub fold_case: bool,
    /// A word is always cut behind one of these characters that is not its first. By default behind a hyphen.
    pub cut_after: Vec<char>,
}

impl Default for LearnOptions {
    fn default() -> Self {
        LearnOptions {
            seed: 0,
            dampening: Dampening::Types,
            corpus_weight: 1.0,
            annotation_weight: None,
            threshold: 0.005,
            passes: 4,
            sweeps: 40,
            fold_case: false,
            cut_after: vec!['-'],
        }
    }
}

pub(super) fn fits_corpus_weight(weight: f64) -> bool {
    (0.01..=100.0).contains(&weight)
}

impl LearnOptions {
    /// Whether training takes these options, which it asks before it begins.
    ///
    /// # Errors
    /// [`Error::Config`] for the first that is out of range.
    pub fn check(&self) -> Result<()> {
        if !fits_corpus_weight(self.corpus_weight) {
            return Err(Error::config(
                "--corpus-weight",
                format!("{} is not between 0.01 and 100", self.corpus_weight),
            ));
        }
        if self.threshold.is_nan() || self.threshold < 0.0 {
            return Err(Error::config("threshold", format!("{} is not a number from 0 on", self.threshold)));
        }
        if self.annotation_weight == Some(0) {
            return Err(Error::config("annotation weight", "0 would ignore the annotated words"));
        }
        if self.sweeps == 0 {
            return Err(Error::config("sweeps", "at least one is needed"));
        }
        Ok(())
    }

    pub(super) fn reading(&self) -> Reading {
        Reading { fold_case: self.fold_case, cut_after: self.cut_after.clone() }
    }
}
