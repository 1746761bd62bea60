//! Hindi.

mod grammar;
mod lists;

use std::sync::{Arc, LazyLock};

use super::indic::{Engine, Fit};
use super::{Analysis, Segmenter};
use crate::error::{Error, Result};

static EMBEDDED: &[u8] = include_bytes!("../../../data/hi/stems.tsv.zst");
static ENGINE: LazyLock<Result<Arc<Engine>>> =
    LazyLock::new(|| Engine::unpack(&grammar::TABLE, EMBEDDED).map(Arc::new));

/// The Hindi segmenter.
#[derive(Debug, Clone)]
pub struct Hindi {
    engine: Arc<Engine>,
}

impl Hindi {
    /// The segmenter with its embedded stems.
    ///
    /// # Errors
    /// [`Error::Input`] where the embedded stems belong to another version of the grammar, which a test excludes.
    pub fn new() -> Result<Hindi> {
        match &*ENGINE {
            Ok(engine) => Ok(Hindi { engine: Arc::clone(engine) }),
            Err(e) => Err(Error::input("data/hi/stems.tsv.zst", e.to_string())),
        }
    }

    /// The segmenter with stems that [`Hindi::fit`] made.
    ///
    /// # Errors
    /// [`Error::Input`] with the line of a row that is none, or that belongs to another version of the grammar.
    pub fn with_stems(text: &str) -> Result<Hindi> {
        Ok(Hindi { engine: Arc::new(Engine::read(&grammar::TABLE, text)?) })
    }

    /// What the words of `texts` say of stems and endings: a table of text, one row a line.
    pub fn fit(texts: &[&str], options: &Fit) -> String {
        Engine::fit(&grammar::TABLE, texts, options)
    }
}

impl Segmenter for Hindi {
    fn boundaries(&self, word: &str, cuts: &mut Vec<usize>) {
        self.engine.boundaries(word, cuts);
    }

    fn analyses(&self, word: &str, n: usize) -> Vec<Analysis> {
        self.engine.analyses(word, n)
    }
}

#[cfg(test)]
mod tests;
