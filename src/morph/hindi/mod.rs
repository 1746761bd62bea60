//! Hindi: verb endings, plurals, pronouns with their postposition, derivation, prefixes and compounds.
//!
//! The grammar and its lists of verbs and closed words were written for this project; which stems there are besides, and
//! how likely each ending is, was fitted to free text (`data/hi/inputs.tsv`). How a parse is found and weighed stands in
//! the engine, `morph/indic`.
//!
//! Conventions:
//! 1. A cut falls before a full letter only: `नदि|यों`, `जा|एगा`, but `लोगों`, `करेगा`. A stem keeps the shape it has:
//!    `नदि` is नदी, `कि` of किया is कर.
//! 2. एगा, ऊँगा, इए and the like are one piece; the causative -वा- is one of its own (`कर|वा|ना`).
//! 3. Derivations are cut where the word without them is alive (`सुंदर|ता`), also where dictionaries list them.
//! 4. Vowels that melt into each other at the boundary of a compound (`विद्यालय`) are no cut; the members are said beside it.
//!
//! Known limits: those of the engine; nouns in -ना and -ती that are also forms of a known verb are listed by name, and one
//! that is not listed is cut as the verb.

mod grammar;
mod lists;

use std::sync::{Arc, LazyLock};

use super::indic::Engine;
pub use super::indic::Fit;
use super::indic::Lexis;
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

/// The words and morphemes that the embedded stems and the grammar know.
///
/// # Errors
/// As [`Hindi::new`].
pub(super) fn lexis() -> Result<Lexis> {
    Ok(Lexis::new(Hindi::new()?.engine, "Hindi", EMBEDDED))
}

impl Segmenter for Hindi {
    fn boundaries(&self, word: &str, cuts: &mut Vec<usize>) {
        self.engine.boundaries(word, cuts);
    }

    fn analyses(&self, word: &str, n: usize) -> Vec<Analysis> {
        self.engine.analyses(word, n)
    }
}

/// The grammar, for the tests of the engine.
#[cfg(test)]
pub(super) fn table() -> &'static super::indic::table::Table {
    &grammar::TABLE
}

#[cfg(test)]
mod tests;
