//! Curves: the same figures over the size of the vocabulary, the amount of training text and the domain that it is
//! from, as in Erdogan et al. 2026 (2601.09039), figures 4 and 8.
//!
//! A point of a curve is a tokenizer like any other, so that every metric is measured on it; it is a [`Subject`] that
//! knows what it is a [`Point`] of. Points are judged beside the tokenizers that were named, but not ranked with them.
//!
//! Deviations from the paper: training text is a seeded sample of documents, in bytes, where theirs is the beginning of
//! a stream, in characters; a smaller sample is contained in the larger ones, as there. Vocabulary sizes are cut from
//! one training ([`cut()`]), which for a greedy trainer is the same as training each of them.

mod cut;
mod training;

use std::fmt;

use serde::Serialize;
use toktool::Result;

pub use cut::cut;
pub use training::{LONGEST, Settings, sample, smaller, train};

use crate::subject::Subject;

/// What changes along a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Axis {
    /// Entries of the vocabulary.
    Vocabulary,
    /// Bytes of training text.
    Training,
    /// What the training text is about.
    Domain,
}

impl Axis {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Axis::Vocabulary => "vocabulary",
            Axis::Training => "training",
            Axis::Domain => "domain",
        }
    }
}

/// Where a point lies on its axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum At {
    /// A number.
    Size(u64),
    /// A name.
    Name(String),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Size(size) => write!(f, "{size}"),
            At::Name(name) => f.write_str(name),
        }
    }
}

/// A place on a curve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    /// The curve: the tokenizer that is cut, `training` or `domain`.
    pub curve: String,
    /// What changes along it.
    pub axis: Axis,
    /// How much of it there is here.
    pub x: At,
}

/// A tokenizer with its own first merges alone, up to so many tokens: `NAME@SIZE`.
///
/// # Errors
/// As [`cut()`], and what making an encoder reports.
pub fn vocabulary(name: &str, tokenizer: &toktool::Tokenizer, size: usize) -> Result<Subject> {
    let point = Point { curve: name.to_owned(), axis: Axis::Vocabulary, x: At::Size(size as u64) };
    Ok(Subject::new(&format!("{name}@{size}"), cut(tokenizer, size)?)?.on(point))
}

/// A tokenizer trained on so many bytes: `training@BYTES`.
///
/// # Errors
/// What making an encoder reports.
pub fn trained(tokenizer: toktool::Tokenizer, bytes: usize) -> Result<Subject> {
    let axis = Axis::Training;
    let point = Point { curve: axis.name().to_owned(), axis, x: At::Size(bytes as u64) };
    Ok(Subject::new(&format!("{}@{bytes}", axis.name()), tokenizer)?.on(point))
}

/// A tokenizer trained on a domain: `domain:NAME`.
///
/// # Errors
/// What making an encoder reports.
pub fn domain(tokenizer: toktool::Tokenizer, name: &str) -> Result<Subject> {
    let axis = Axis::Domain;
    let point = Point { curve: axis.name().to_owned(), axis, x: At::Name(name.to_owned()) };
    Ok(Subject::new(&format!("{}:{name}", axis.name()), tokenizer)?.on(point))
}
