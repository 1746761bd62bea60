//! Marathi.

mod grammar;
mod lists;

use std::sync::{Arc, LazyLock};

use super::indic::{Engine, Fit};
use super::{Analysis, Segmenter};
use crate::error::{Error, Result};

static EMBEDDED: &[u8] = include_bytes!("../../../data/mr/stems.tsv.zst");
static ENGINE: LazyLock<Result<Arc<Engine>>> =
    LazyLock::new(|| Engine::unpack(&grammar::TABLE, EMBEDDED).map(Arc::new));

/// The Marathi segmenter.
#[derive(Debug, Clone)]
pub struct Marathi {
    engine: Arc<Engine>,
}

impl Marathi {
    /// The segmenter with its embedded stems.
    ///
    /// # Errors
    /// [`Error::Input`] where the embedded stems belong to another version of the grammar, which a test excludes.
    pub fn new() -> Result<Marathi> {
        match &*ENGINE {
            Ok(engine) => Ok(Marathi { engine: Arc::clone(engine) }),
            Err(e) => Err(Error::input("data/mr/stems.tsv.zst", e.to_string())),
        }
    }

    /// The segmenter with stems that [`Marathi::fit`] made.
    ///
    /// # Errors
    /// [`Error::Input`] with the line of a row that is none, or that belongs to another version of the grammar.
    pub fn with_stems(text: &str) -> Result<Marathi> {
        Ok(Marathi { engine: Arc::new(Engine::read(&grammar::TABLE, text)?) })
    }

    /// What the words of `texts` say of stems and endings: a table of text, one row a line.
    pub fn fit(texts: &[&str], options: &Fit) -> String {
        Engine::fit(&grammar::TABLE, texts, options)
    }
}

impl Segmenter for Marathi {
    fn boundaries(&self, word: &str, cuts: &mut Vec<usize>) {
        self.engine.boundaries(word, cuts);
    }

    fn analyses(&self, word: &str, n: usize) -> Vec<Analysis> {
        self.engine.analyses(word, n)
    }
}

#[cfg(test)]
mod tests;
