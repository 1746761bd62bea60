//! A segmenter that looks words up in a user's table.
//!
//! The table has the layout of MorphTok's data (arXiv 2504.10335): CSV with the columns `word`, `segmentation` and
//! `language` in any order, the morphemes of a segmentation joined by `+`. Its morphemes are **canonical**: they are spelled
//! as dictionaries list them, so joined they need not be the word (`विद्या+आलय` of विद्यालय). MorphTok puts them into the
//! place of the word; here they are aligned with it (`lookup/align.rs`), the word is cut where they meet, and they are said beside
//! the pieces. A row whose morphemes cannot be aligned, or meet inside a cluster, leaves its word whole and is reported.
//!
//! A file whose first line has a TAB is a table of surface pieces instead: the word, a TAB, its pieces separated by spaces;
//! a header with the names above may come first, and further columns are passed over.
//!
//! Words that are not in the table stay whole; case and spelling are exact. O(1) a word.

mod align;
mod table;

use std::path::Path;

use rustc_hash::FxHashMap;

use super::{Analysis, Segmenter};
use crate::error::{Error, Place, Result};
use align::{Alignment, align};
use table::Row;

/// The cuts of a word, and its morphemes as the table has them.
#[derive(Debug)]
struct Entry {
    cuts: Vec<u32>,
    canonical: Vec<String>,
}

/// A row that could not be aligned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unaligned {
    /// Its line in the file, counted from 1.
    pub line: u64,
    /// Its word.
    pub word: String,
    /// Its morphemes.
    pub segmentation: String,
    /// Why it could not be aligned.
    pub why: String,
}

/// What became of the rows of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows of the language that was asked for. Each is in one of the four groups below.
    pub rows: usize,
    /// Rows whose morphemes joined are the word.
    pub direct: usize,
    /// Rows whose morphemes could be aligned with the word.
    pub sandhi: usize,
    /// Rows whose word an earlier row has: the earlier one counts.
    pub repeated: usize,
    /// Rows whose words stay whole.
    pub unaligned: Vec<Unaligned>,
}

/// The segmenter.
#[derive(Debug)]
pub struct Lookup {
    entries: FxHashMap<String, Entry>,
    report: Report,
}

impl Lookup {
    /// Reads a table, of which the rows of one language count, or all.
    ///
    /// # Errors
    /// [`Error::Io`] where the file cannot be read; else as [`Lookup::from_csv`].
    pub fn read(path: impl AsRef<Path>, lang: Option<&str>) -> Result<Lookup> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|e| Error::input(path, "invalid UTF-8").at(Place::Byte(e.valid_up_to() as u64)))?;
        Lookup::from_csv(text, lang).map_err(|e| e.in_file(path))
    }

    /// The same of the text of a table. `lang` is compared with the column `language`, as an ISO 639-1 code or as an English
    /// name; a table without that column has one language.
    ///
    /// # Errors
    /// [`Error::Input`] with the line, where a column is missing or a row does not parse; [`Error::Config`] where no row is
    /// in the language.
    pub fn from_csv(text: &str, lang: Option<&str>) -> Result<Lookup> {
        let rows = table::rows(text)?;
        let mut lookup = Lookup { entries: FxHashMap::default(), report: Report::default() };
        for row in rows.iter().filter(|row| lang.is_none_or(|lang| row.is_in(lang))) {
            lookup.add(row);
        }
        match lang {
            Some(lang) if lookup.report.rows == 0 && !rows.is_empty() => {
                let mut known: Vec<&str> = rows.iter().filter_map(|row| row.language.as_deref()).collect();
                known.sort_unstable();
                known.dedup();
                Err(Error::config("--lang", format!("the table has no row in `{lang}`"))
                    .with_hint(format!("its languages: {}", known.join(", "))))
            }
            _ => Ok(lookup),
        }
    }

    /// What became of the rows.
    pub fn report(&self) -> &Report {
        &self.report
    }

    fn add(&mut self, row: &Row) {
        self.report.rows += 1;
        if self.entries.contains_key(&row.word) {
            self.report.repeated += 1;
            return;
        }
        let cuts = match align(&row.word, &row.morphemes) {
            Ok(Alignment::Direct(cuts)) => {
                self.report.direct += 1;
                cuts
            }
            Ok(Alignment::Sandhi(cuts)) => {
                self.report.sandhi += 1;
                cuts
            }
            Err(why) => {
                let (word, segmentation) = (row.word.clone(), row.morphemes.join("+"));
                self.report.unaligned.push(Unaligned { line: row.line, word, segmentation, why });
                return;
            }
        };
        let cuts = cuts.into_iter().map(|at| at as u32).collect();
        self.entries.insert(row.word.clone(), Entry { cuts, canonical: row.morphemes.clone() });
    }
}

impl Segmenter for Lookup {
    fn boundaries(&self, word: &str, cuts: &mut Vec<usize>) {
        if let Some(entry) = self.entries.get(word) {
            cuts.extend(entry.cuts.iter().map(|&at| at as usize));
        }
    }

    fn analyses(&self, word: &str, n: usize) -> Vec<Analysis> {
        if n == 0 || word.is_empty() {
            return Vec::new();
        }
        let mut cuts = Vec::new();
        self.boundaries(word, &mut cuts);
        let mut analysis = Analysis::from_cuts(word.len(), &cuts);
        if let Some(entry) = self.entries.get(word) {
            for (piece, canonical) in analysis.pieces.iter_mut().zip(&entry.canonical) {
                piece.canonical = Some(canonical.clone());
            }
        }
        vec![analysis]
    }
}

#[cfg(test)]
mod tests;
