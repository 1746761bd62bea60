//! Two tokenizers side by side: what their vocabularies have in common, where they cut the same text, what it costs, and
//! the documents and words where they differ most.
//!
//! Everything is compared on bytes, as the entries of a vocabulary stand for them in a text, never on their spelling in a
//! file. Text is read once, by any number of threads with the same result; memory is bounded ([`frequent`], [`Blocks`]).
//! Intervals are paired: a replicate of the bootstrap draws the same documents for both.
//!
//! [`Blocks`]: crate::blocks::Blocks

pub mod frequent;
mod json;
mod sections;
mod strings;
mod texts;
mod vocabulary;

pub use json::json;
pub use sections::{markdown, table};
pub use strings::{Overlap, Strings, is_text};
pub use texts::{Compared, Far, OnlyOne, Pair, WordCut};
pub use vocabulary::{Moved, Row, Vocabulary};

use toktool::corpus::Corpus;
use toktool::observe::{Event, Observer};
use toktool::{Error, Result};

use crate::evaluation::Input;
use crate::subject::{Judged, Subject};

/// What to look at, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Of every random choice.
    pub seed: u64,
    /// Threads to read with.
    pub threads: usize,
    /// Documents to show in which one tokenizer needs most more tokens than the other, in each direction.
    pub documents: usize,
    /// Tokens and words to show of each kind.
    pub examples: usize,
}

/// A tokenizer of the two.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Its name.
    pub name: String,
    /// Entries of its vocabulary.
    pub declared: u64,
    /// Whether every text comes back byte for byte, by construction.
    pub lossless: bool,
}

/// How two tokenizers differ.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The first and the second.
    pub sides: [Side; 2],
    /// Their vocabularies.
    pub vocabulary: Vocabulary,
    /// What they do to text, corpus by corpus.
    pub corpora: Vec<Compared>,
    /// The seed.
    pub seed: u64,
}

impl Comparison {
    /// Whether every document has the same ids under both.
    pub fn same_ids(&self) -> bool {
        self.corpora.iter().all(|corpus| corpus.sums.same_ids == corpus.sums.documents)
    }

    /// Whether nothing differs at all: neither vocabularies nor ids.
    pub fn identical(&self) -> bool {
        self.vocabulary.identical && self.same_ids()
    }
}

fn judged(subject: &Subject) -> Result<&Judged> {
    subject.judged().ok_or_else(|| Error::config("TOK", format!("`{}` is no tokenizer", subject.name)))
}

/// Compares two tokenizers on texts.
///
/// # Errors
/// [`Error::Input`] for a corpus without text; [`Error::Config`] for two corpora of one name; what reading and encoding
/// report; [`Error::Interrupted`].
pub fn compare(
    subjects: [&Subject; 2],
    corpora: &[Input<'_>],
    options: &Options,
    observer: &dyn Observer,
) -> Result<Comparison> {
    let pair = [judged(subjects[0])?, judged(subjects[1])?];
    let mut names: Vec<&str> = corpora.iter().map(|input| input.name.as_str()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Error::config("--input", format!("two corpora are called `{}`", twice[0]))
            .with_hint("name them: `name=PATH`"));
    }
    let mut compared = Vec::new();
    for input in corpora {
        let corpus: Corpus = (input.open)()?;
        observer.event(Event::Stage { name: "comparing", total: corpus.total_bytes(), unit: "bytes" });
        let one = texts::read(pair, &corpus, options, observer)?;
        if one.stats.bytes == 0 {
            let path = corpus.files().next().map(|(path, _)| path.to_path_buf()).unwrap_or_default();
            return Err(Error::input(path, "there is no text in it").with_hint("is it the right file?"));
        }
        compared.push(Compared {
            name: input.name.clone(),
            language: input.language.clone(),
            embedded: input.embedded,
            ..one
        });
    }
    let side = |n: usize| Side {
        name: subjects[n].name.clone(),
        declared: pair[n].inventory.declared,
        lossless: pair[n].tokenizer.is_lossless(),
    };
    Ok(Comparison {
        sides: [side(0), side(1)],
        vocabulary: Vocabulary::new(&pair[0].inventory, &pair[1].inventory, options.examples),
        corpora: compared,
        seed: options.seed,
    })
}

#[cfg(test)]
pub(crate) mod tests;
