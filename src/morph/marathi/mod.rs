//! Marathi: oblique stems with cases and postpositions, stacked, clitics, verb endings, derivation, prefixes and compounds.
//!
//! The grammar and its lists of verbs and closed words were written for this project; which stems there are besides, and
//! how likely each ending is, was fitted to free text (`data/mr/inputs.tsv`). How a parse is found and weighed stands in
//! the engine, `morph/indic`.
//!
//! Conventions:
//! 1. A cut falls before a full letter only: `घरा|त`, `जा|ऊन`, but `करून`, `म्हणाला`. The vowel that makes a shape of a
//!    noun belongs to the stem: `मुला|ला`, `मुलां|ना`, with मूल beside both.
//! 2. तील, तल्या, तून, वरून, मधील and the like are one piece; so are णारा, लेला, तोस, यला. A case or a postposition after
//!    one of them is a piece of its own: `घरा|तल्या|ला`, `कर|ण्या|साठी`.
//! 3. Derivations are cut where the word without them is alive (`आवश्यक|ता`), also where dictionaries list them.
//!
//! Known limits: those of the engine; a noun that is a listed verb with -त, -ल or -ण is cut as the verb unless it is
//! listed; the free text is for the most part translated and technical, so everyday nouns are often unknown stems.

mod grammar;
mod lists;

use std::sync::{Arc, LazyLock};

use super::indic::Engine;
pub use super::indic::Fit;
use super::indic::Lexis;
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

/// The words and morphemes that the embedded stems and the grammar know.
///
/// # Errors
/// As [`Marathi::new`].
pub(super) fn lexis() -> Result<Lexis> {
    Ok(Lexis::new(Marathi::new()?.engine, "Marathi", EMBEDDED))
}

impl Segmenter for Marathi {
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
