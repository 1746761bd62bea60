//! Words whose morphemes are known, read from every layout in use.
//!
//! Gold segmentations come in a dozen layouts, none of which names itself. [`LAYOUTS`] is the table of those that can be
//! read: a row has a detector, which looks at the first lines, and a parser. The first detector that agrees decides, so
//! layouts that name their columns come before those that are told by what their cells look like.
//!
//! What a layout says differs, and [`Report::coverage`] keeps it apart: all boundaries of a word, some of them (so that a
//! precision against them is a lower bound), or none (words with lemma and features, for measures of consistency).
//! Canonical morphemes, spelled as dictionaries list them, need not join to the word; where they do, its boundaries are
//! known, and where they do not the word is kept without boundaries and counted.
//!
//! Rules of all layouts:
//! 1. Boundaries are byte offsets in the word as it is written. They may fall anywhere between two characters, also before
//!    a dependent vowel sign, where some silver data puts them.
//! 2. A row that cannot be used is named in [`Report::rejected`] with the reason. Nothing is dropped in silence.
//! 3. Rows with the same word and the same boundaries are one; their counts are added, what else they say is the first
//!    one's. Without boundaries they are one where word, morphemes, lemma and features are the same.
//! 4. Several segmentations of a word are alternatives only where one row lists them. Otherwise they are several words.
//!
//! Complexity: linear in the file, which is held in memory.

mod canonical;
mod conllu;
mod layouts;
mod lemma;
mod morphtok;
mod rows;
mod surface;

use std::path::Path;

use toktool::{Error, Result};

use crate::packed;
pub use layouts::{LAYOUTS, Layout};
use rows::Rows;

/// A word and what is known of its morphemes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoldWord {
    /// The word as it is written.
    pub word: String,
    /// The ways in which it may be cut, each as the ascending byte offsets of the inner boundaries. A word that is one
    /// morpheme has one empty segmentation; where boundaries are not known there is no segmentation at all.
    pub segmentations: Vec<Vec<usize>>,
    /// Which piece of a segmentation is the stem, counted from 0: the first unless a layout lists a prefix.
    pub stem: usize,
    /// Its morphemes spelled canonically, where the layout has them; otherwise empty.
    pub morphemes: Vec<String>,
    /// A tag for each piece of the first segmentation, where the layout has them; otherwise empty.
    pub tags: Vec<String>,
    /// Its dictionary form.
    pub lemma: Option<String>,
    /// Part of speech and features, or the class of the row, as the layout spells them.
    pub features: Option<String>,
    /// The language that the row names.
    pub language: Option<String>,
    /// How often it occurs, 1 where the layout does not say.
    pub count: u64,
    /// The line of its first row, counted from 1.
    pub line: u64,
}

impl GoldWord {
    /// The pieces of a segmentation; none where there is no such segmentation.
    pub fn pieces(&self, alternative: usize) -> Vec<&str> {
        let Some(cuts) = self.segmentations.get(alternative) else { return Vec::new() };
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain([self.word.len()]);
        starts.zip(ends).map(|(start, end)| self.word.get(start..end).unwrap_or_default()).collect()
    }

    /// Whether it has two or more pieces in every way of cutting it.
    pub fn is_multi(&self) -> bool {
        !self.segmentations.is_empty() && self.segmentations.iter().all(|cuts| !cuts.is_empty())
    }
}

/// Which boundaries of its words a layout knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// All of them.
    All,
    /// Some: a boundary that is not listed may yet be one, so recall is meaningful and precision a lower bound.
    Some,
    /// None: the words have lemmas and features.
    None,
}

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its line, counted from 1.
    pub line: u64,
    /// Its word, or what stands in the place of one.
    pub word: String,
    /// Why it could not be used.
    pub why: String,
}

/// What became of the rows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The name of the layout.
    pub layout: &'static str,
    /// Which boundaries it knows.
    pub coverage: Coverage,
    /// Rows that hold a word. Each was kept or rejected.
    pub rows: u64,
    /// Rows that were kept, equal ones included.
    pub kept: u64,
    /// Of the distinct words kept, those whose boundaries are not known.
    pub without_boundaries: u64,
    /// The rows that could not be used, in their order.
    pub rejected: Vec<Rejected>,
}

/// The words of a file in the order of their first rows, and what became of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gold {
    /// The distinct words.
    pub words: Vec<GoldWord>,
    /// What became of the rows.
    pub report: Report,
}

/// Reads a file of gold segmentations in any of the [`LAYOUTS`], plain or packed by gzip or Zstandard.
///
/// # Errors
/// [`Error::Io`]; [`Error::Input`] for damaged packing, invalid UTF-8, an unknown layout (the hint lists the known ones) and
/// a file of which no row can be used.
pub fn read(path: impl AsRef<Path>) -> Result<Gold> {
    let path = path.as_ref();
    parse(&packed::text(path)?).map_err(|e| e.in_file(path))
}

/// The same of the text of a file; errors have no path.
///
/// # Errors
/// [`Error::Input`] for an unknown layout and where no row can be used.
pub fn parse(text: &str) -> Result<Gold> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let layout = layouts::detect(text)?;
    let mut rows = Rows::default();
    (layout.parse)(text, &mut rows);
    if rows.words.is_empty() {
        return Err(match rows.rejected.first() {
            Some(first) => Error::input("", format!("no row can be used; the first: {}", first.why))
                .at(toktool::error::Place::Line(first.line))
                .with_hint(format!("it was read as {}: {}", layout.name, layout.description)),
            None => Error::input("", "there is no row below the header").with_hint("name a file with words"),
        });
    }
    let without_boundaries = rows.words.iter().filter(|word| word.segmentations.is_empty()).count() as u64;
    let report = Report {
        layout: layout.name,
        coverage: layout.coverage,
        rows: rows.kept + rows.rejected.len() as u64,
        kept: rows.kept,
        without_boundaries,
        rejected: rows.rejected,
    };
    Ok(Gold { words: rows.words, report })
}

#[cfg(test)]
mod tests;
