//! A lexicon that is a list in a file: one word a line, of which only what stands before the first TAB counts.
//!
//! The list of roots and suffixes that the paper (arXiv 2502.07057) publishes has this layout. Empty lines are passed
//! over, white space around a word does not count; there are no comments, since a word may begin with any character. O(1) a unit.

use std::path::Path;

use rustc_hash::FxHashSet;

use super::{Folding, Lexical, version};
use crate::error::{Error, Place, Result};

/// What the entries of a list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Entries {
    /// Roots, stems and suffixes: every entry is one morpheme, as the paper takes them.
    #[default]
    Morphemes,
    /// Words, inflected ones among them: which of them are morphemes is not known.
    Words,
}

/// The entries of a list.
#[derive(Debug)]
pub struct WordList {
    entries: FxHashSet<Box<str>>,
    kind: Entries,
    folding: Folding,
    name: String,
}

impl WordList {
    /// Reads a list.
    ///
    /// # Errors
    /// [`Error::Io`] where the file cannot be read; else as [`WordList::from_bytes`], naming the file.
    pub fn read(path: impl AsRef<Path>, kind: Entries, folding: Folding) -> Result<WordList> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
        let label = path.file_name().map_or_else(|| "list".into(), |name| name.to_string_lossy());
        WordList::from_bytes(&bytes, &label, kind, folding).map_err(|e| e.in_file(path))
    }

    /// The list in `bytes`, called `label` in reports.
    ///
    /// # Errors
    /// [`Error::Input`] with the byte that is not UTF-8, or where there is no entry.
    pub fn from_bytes(bytes: &[u8], label: &str, kind: Entries, folding: Folding) -> Result<WordList> {
        let text = std::str::from_utf8(bytes).map_err(|e| {
            Error::input("", "invalid UTF-8")
                .at(Place::Byte(e.valid_up_to() as u64))
                .with_hint("convert the list to UTF-8, for example with `iconv -t UTF-8`")
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let words = text.lines().filter_map(|line| line.split('\t').next()).map(str::trim);
        let entries: FxHashSet<Box<str>> =
            words.filter(|word| !word.is_empty()).map(|word| folding.fold(word).into()).collect();
        if entries.is_empty() {
            return Err(Error::input("", "the list has no entry").with_hint("a list has one word a line"));
        }
        let name = format!("{label}, {} entries, sha256 {}", entries.len(), version(bytes));
        Ok(WordList { entries, kind, folding, name })
    }

    /// Whether it has `unit`, folded.
    pub fn contains(&self, unit: &str) -> bool {
        self.entries.contains(&*self.folding.fold(unit))
    }

    /// Number of different entries, after folding.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no entry, which none that was read has.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Lexical for WordList {
    fn is_word(&self, unit: &str) -> bool {
        self.contains(unit)
    }

    fn is_morpheme(&self, unit: &str) -> bool {
        self.kind == Entries::Morphemes && self.contains(unit)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn knows_morphemes(&self) -> bool {
        self.kind == Entries::Morphemes
    }

    fn folding(&self) -> Folding {
        self.folding
    }
}
