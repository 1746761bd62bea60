//! Text before the model sees it: how it is rewritten and where it is cut.
//!
//! A [`Splitter`] is plain data that survives inside `tokenizer.json`; [`Cutter`] is its compiled, fast form. Cuts are
//! byte ranges of the text, never copies.

mod cutter;
mod heads;
mod pattern;
mod scan;

pub use cutter::Cutter;
pub use heads::Heads;
pub(crate) use heads::is_plain;
pub use pattern::{NAMES, Named};

use serde::{Deserialize, Serialize};

/// Where to look for cuts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// A known pattern with a hand-written scanner.
    Named(Named),
    /// Any regular expression, in the syntax of the `fancy-regex` crate.
    Regex(String),
    /// A fixed string.
    Literal(String),
    /// The first pieces of the words of a table.
    Heads(Heads),
}

impl Pattern {
    /// The pattern of a regular expression: by its scanner or its table where it is a known one.
    pub fn of_regex(regex: &str) -> Pattern {
        match (Named::recognise(regex), Heads::recognise(regex)) {
            (Some(named), _) => Pattern::Named(named),
            (None, Some(heads)) => Pattern::Heads(heads),
            (None, None) => Pattern::Regex(regex.to_owned()),
        }
    }
}

/// What becomes of a match, in Hugging Face's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Behavior {
    /// Matches and the text between them are pieces.
    #[default]
    Isolated,
    /// Matches are dropped.
    Removed,
    /// A match joins the piece before it.
    MergedWithPrevious,
    /// A match joins the piece after it.
    MergedWithNext,
    /// Adjacent matches become one piece.
    Contiguous,
}

/// One cut of every piece that the cuts before it left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Where.
    pub pattern: Pattern,
    /// What becomes of a match.
    pub behavior: Behavior,
    /// Whether matches and the text between them change roles.
    pub invert: bool,
}

/// Where SentencePiece's word mark is put before text that has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prepend {
    /// Before every section of text between added tokens.
    Always,
    /// Only at the start of the document.
    First,
    /// Nowhere.
    Never,
}

/// How text is changed before it is cut; the model sees the changed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rewrite {
    /// A space goes before text that does not start with one (`ByteLevel` with `add_prefix_space`).
    PrefixSpace,
    /// Spaces become `mark`, and `prepend` says where one is added.
    Metaspace {
        /// Usually U+2581.
        mark: char,
        /// Where one is added.
        prepend: Prepend,
    },
}

/// A pre-tokenizer: an optional rewriting, then cuts applied one after the other. Empty: the text is one piece.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Splitter {
    /// The rewriting.
    pub rewrite: Option<Rewrite>,
    /// The cuts.
    pub splits: Vec<Split>,
}
