//! Morphology: where a word falls into morphemes.
//!
//! A [`Segmenter`] says at which bytes of a word its morphemes meet. It never changes the word: pieces are slices of the
//! text they were found in, so joining them is the identity by construction, and what a morpheme looks like elsewhere
//! (`kitab` is `kitap`) is said beside the piece, not put into its place.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};

pub mod hindi;
mod indic;
pub mod learned;
pub mod lexical;
pub mod lookup;
pub mod marathi;
pub mod turkish;
mod words;

pub use lexical::{Lexical, lexical};
pub use words::{core, words};

/// A language with a segmenter of its own.
#[derive(Debug, Clone, Copy)]
pub struct Language {
    /// Its ISO 639-1 code.
    pub code: &'static str,
    /// Its English name, and what the segmenter is, in one line.
    pub about: &'static str,
    /// Makes the segmenter.
    pub segmenter: fn() -> Result<Arc<dyn Segmenter>>,
    /// Makes the lexicon.
    pub lexical: fn() -> Result<Arc<dyn Lexical>>,
}

/// Every language with a segmenter of its own.
pub const LANGUAGES: &[Language] = &[
    Language {
        code: "hi",
        about: "Hindi: a grammar of endings, and stems weighed by how common they are",
        segmenter: || Ok(Arc::new(hindi::Hindi::new()?)),
        lexical: || Ok(Arc::new(hindi::lexis()?)),
    },
    Language {
        code: "mr",
        about: "Marathi: the same, with case markers and postpositions on oblique stems",
        segmenter: || Ok(Arc::new(marathi::Marathi::new()?)),
        lexical: || Ok(Arc::new(marathi::lexis()?)),
    },
    Language {
        code: "tr",
        about: "Turkish: a finite-state analyser with weighed readings",
        segmenter: || Ok(Arc::new(turkish::Turkish::new()?)),
        lexical: || Ok(Arc::new(turkish::Lexis::new(turkish::Turkish::new()?))),
    },
];

/// The row of a language.
///
/// # Errors
/// [`Error::Config`] naming the languages there are.
pub fn language(code: &str) -> Result<&'static Language> {
    LANGUAGES.iter().find(|language| language.code == code).ok_or_else(|| {
        let known: Vec<&str> = LANGUAGES.iter().map(|language| language.code).collect();
        Error::config("--lang", format!("there is no segmenter for `{code}`")).with_hint(format!(
            "languages: {}; for another one, learn a segmenter with `toktool segment --train` and give it with `--model`, or a \
             table of its words with `--lookup`",
            known.join(", ")
        ))
    })
}

/// The segmenter of a language.
///
/// # Errors
/// As [`language`].
pub fn segmenter(code: &str) -> Result<Arc<dyn Segmenter>> {
    (language(code)?.segmenter)()
}

/// What a piece is in its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// A root, or a whole word that is not cut.
    #[default]
    Stem,
    /// An affix that makes another word: `-lık`, `-pan`.
    Derivation,
    /// An affix that makes a form of the same word: number, case, person, tense.
    Inflection,
    /// A word of its own by grammar that is written together with its host.
    Clitic,
    /// What only joins its neighbours: an apostrophe, a linking letter that stands alone.
    Buffer,
}

impl Kind {
    /// Its name in output files.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Stem => "stem",
            Kind::Derivation => "derivation",
            Kind::Inflection => "inflection",
            Kind::Clitic => "clitic",
            Kind::Buffer => "buffer",
        }
    }
}

/// One morpheme of an analysis. It starts where the piece before it ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Piece {
    /// Byte offset in the word where it ends.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// The segmenter's own name for it: `Noun`, `Abl`; empty where it has none.
    pub tag: Cow<'static, str>,
    /// The form under which dictionaries and grammars list it, where that is known: `kitap` for `kitab`, `-DAn` for `den`.
    pub canonical: Option<String>,
}

/// One way to take a word apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// Its morphemes, left to right; the last ends where the word ends.
    pub pieces: Vec<Piece>,
    /// The share of belief it has among all analyses of the word; 1 where the segmenter does not weigh.
    pub probability: f64,
}

impl Analysis {
    /// The pieces of a word of `len` bytes that is cut at `cuts`: a stem, and inflections after it.
    pub fn from_cuts(len: usize, cuts: &[usize]) -> Analysis {
        let kinds = std::iter::once(Kind::Stem).chain(std::iter::repeat(Kind::Inflection));
        let ends = cuts.iter().copied().chain([len]);
        let pieces = ends.zip(kinds).map(|(end, kind)| Piece { end, kind, ..Piece::default() }).collect();
        Analysis { pieces, probability: 1.0 }
    }

    /// Byte offsets of the inner boundaries.
    pub fn cuts(&self) -> impl Iterator<Item = usize> {
        self.pieces.iter().take(self.pieces.len().saturating_sub(1)).map(|piece| piece.end)
    }
}

/// Something that takes words apart.
pub trait Segmenter: fmt::Debug + Send + Sync {
    /// Appends the inner boundaries of `word` to `cuts`: ascending byte offsets, at character borders, none of them 0 or
    /// the length of the word. Any text may come; what the segmenter cannot analyse it leaves whole.
    fn boundaries(&self, word: &str, cuts: &mut Vec<usize>);

    /// Up to `n` analyses, the most probable first; that one has the boundaries of [`Segmenter::boundaries`]. A word that
    /// is not empty has at least one.
    fn analyses(&self, word: &str, n: usize) -> Vec<Analysis> {
        if n == 0 || word.is_empty() {
            return Vec::new();
        }
        let mut cuts = Vec::new();
        self.boundaries(word, &mut cuts);
        vec![Analysis::from_cuts(word.len(), &cuts)]
    }
}
