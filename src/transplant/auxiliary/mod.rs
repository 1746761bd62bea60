//! Auxiliary spaces: vectors of tokens that say which are alike, whatever language model they come from.
//!
//! An initialiser that looks for neighbours needs a vector of every old token that may be one, and of every fresh token. Both
//! are made here once, from one of:
//!
//! | `--aux` | vectors |
//! |---|---|
//! | `own` | the model's own input rows; a fresh token has the mean of its pieces' |
//! | a file | word2vec text, `.npy` or `.safetensors` with a list of tokens: whatever somebody has computed |
//! | a folder | a sentence encoder, which reads each token as a text |
//! | `train:PATH` | trained here, on the text under a path, for both vocabularies at once |
//!
//! Vectors are looked up by a token's canonical bytes, and where these are not there without the space before a word, as
//! lists of words have none.

mod encoder;
mod file;
mod own;
mod trained;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use self::file::read;
use super::init::Context;
use super::rows::OldRows;
use crate::error::Result;
use crate::observe::Observer;
use crate::vocab::Id;

/// Where vectors come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    /// The model's own input matrix.
    Own,
    /// A file of vectors.
    File(PathBuf),
    /// The folder of a sentence encoder.
    Encoder(PathBuf),
    /// Trained on the text of a file or folder, as [`crate::corpus::Corpus`] reads it.
    Trained(PathBuf),
}

impl Space {
    /// Of what `--aux` says.
    pub fn parse(text: &str) -> Space {
        match (text, text.split_once(':')) {
            ("own", _) => Space::Own,
            (_, Some(("train", path))) => Space::Trained(PathBuf::from(path)),
            (path, _) if Path::new(path).is_dir() => Space::Encoder(PathBuf::from(path)),
            _ => Space::File(PathBuf::from(text)),
        }
    }

    /// Vectors of all old tokens below `rows` and of all fresh ones.
    ///
    /// # Errors
    /// What the space reports; [`crate::Error::Interrupted`].
    pub fn vectors(&self, cx: &Context<'_>, own: &OldRows, observer: &dyn Observer) -> Result<Auxiliary> {
        match self {
            Space::Own => Ok(own::vectors(cx, own)),
            Space::File(path) => read(path, cx, own.len()),
            Space::Encoder(folder) => encoder::vectors(folder, cx, own.len(), observer),
            Space::Trained(path) => trained::vectors(path, cx, own.len(), observer),
        }
    }
}

/// Some vectors of one width, by index; those that are not known are left out.
#[derive(Debug, Clone, Default)]
pub(super) struct Vectors {
    width: usize,
    numbers: Vec<f32>,
    known: Vec<bool>,
}

impl Vectors {
    fn new(width: usize) -> Vectors {
        Vectors { width, ..Vectors::default() }
    }

    /// Appends one; without direction it is not known.
    fn push(&mut self, vector: Option<&[f32]>) {
        let vector = vector.filter(|v| v.iter().all(|x| x.is_finite()) && v.iter().any(|&x| x != 0.0));
        self.known.push(vector.is_some());
        match vector {
            Some(vector) => self.numbers.extend_from_slice(vector),
            None => self.numbers.resize(self.numbers.len() + self.width, 0.0),
        }
    }

    fn get(&self, index: usize) -> Option<&[f32]> {
        self.known.get(index).filter(|known| **known)?;
        Some(&self.numbers[index * self.width..][..self.width])
    }
}

/// Vectors of old tokens by id and of fresh tokens by index.
#[derive(Debug)]
pub struct Auxiliary {
    /// What they are, in words.
    pub name: String,
    old: Vectors,
    fresh: Vectors,
}

impl Auxiliary {
    /// Numbers in a vector.
    pub fn width(&self) -> usize {
        self.old.width
    }

    /// The vector of an old token; `None` where there is none.
    pub fn old(&self, id: Id) -> Option<&[f32]> {
        self.old.get(id as usize)
    }

    /// The vector of the fresh token of this index.
    pub fn fresh(&self, index: usize) -> Option<&[f32]> {
        self.fresh.get(index)
    }

    /// Old ids that were asked for.
    pub fn old_len(&self) -> usize {
        self.old.known.len()
    }

    /// Fresh tokens.
    pub fn fresh_len(&self) -> usize {
        self.fresh.known.len()
    }

    /// How many old and fresh tokens have a vector.
    pub fn known(&self) -> (usize, usize) {
        let count = |vectors: &Vectors| vectors.known.iter().filter(|known| **known).count();
        (count(&self.old), count(&self.fresh))
    }
}

/// The cosine of two vectors; `None` where one has no direction.
pub fn cosine(a: &[f32], b: &[f32]) -> Option<f64> {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    let norms = (dot(a, a) * dot(b, b)).sqrt();
    (norms > 0.0).then(|| dot(a, b) / norms)
}
