//! Rows on their way to words: lines, cells, boundaries, and the merging of equal rows.

use rustc_hash::FxHashMap;

use super::{GoldWord, Rejected};

/// What makes two rows one; see the rules in the module's description.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    word: String,
    language: Option<String>,
    segmentations: Vec<Vec<usize>>,
    morphemes: Vec<String>,
    lemma: Option<String>,
    features: Option<String>,
}

/// Words so far.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) words: Vec<GoldWord>,
    pub(super) kept: u64,
    pub(super) rejected: Vec<Rejected>,
    seen: FxHashMap<Key, usize>,
}

impl Rows {
    /// Adds a row.
    pub(super) fn keep(&mut self, word: GoldWord) {
        self.kept += 1;
        let known = !word.segmentations.is_empty();
        let key = Key {
            word: word.word.clone(),
            language: word.language.clone(),
            segmentations: word.segmentations.clone(),
            morphemes: if known { Vec::new() } else { word.morphemes.clone() },
            lemma: word.lemma.clone().filter(|_| !known),
            features: word.features.clone().filter(|_| !known),
        };
        match self.seen.get(&key) {
            Some(&at) => self.words[at].count = self.words[at].count.saturating_add(word.count),
            None => {
                self.seen.insert(key, self.words.len());
                self.words.push(word);
            }
        }
    }

    /// Names a row that cannot be used.
    pub(super) fn reject(&mut self, line: u64, word: &str, why: impl Into<String>) {
        self.rejected.push(Rejected { line, word: word.to_owned(), why: why.into() });
    }

    /// Adds a row or names it.
    pub(super) fn add(&mut self, line: u64, word: &str, row: Result<GoldWord, String>) {
        match row {
            Ok(row) => self.keep(row),
            Err(why) => self.reject(line, word, why),
        }
    }
}

/// Lines that are not empty, without their ends, with their numbers from 1.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let lines = (1..).zip(text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)));
    lines.filter(|(_, line)| !line.trim().is_empty())
}

/// A table with a header: rows by the names of their columns.
#[derive(Debug)]
pub(super) struct Columns(Vec<String>);

impl Columns {
    pub(super) fn new<'a>(header: impl IntoIterator<Item = &'a str>) -> Columns {
        Columns(header.into_iter().map(|cell| cell.trim().trim_matches('"').to_lowercase()).collect())
    }

    /// Whether all of these columns are there.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.0.iter().any(|own| own == name))
    }

    /// The first of some columns that is there.
    pub(super) fn first(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.0.iter().position(|own| own == name))
    }
}

/// The cell of a row, if it says something: UD writes `_` where there is nothing.
pub(super) fn cell<'t>(row: &[&'t str], column: Option<usize>) -> Option<&'t str> {
    row.get(column?).copied().filter(|cell| !cell.is_empty() && *cell != "_")
}

/// A count.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn count(cell: Option<&str>) -> Result<u64, String> {
    match cell {
        None => Ok(1),
        Some(cell) => cell.trim().parse().map_err(|_| format!("`{cell}` is no count")),
    }
}

/// The inner boundaries of pieces.
///
/// # Errors
/// Why they are no segmentation of the word.
pub(super) fn cuts<'p>(word: &str, pieces: impl IntoIterator<Item = &'p str>) -> Result<Vec<usize>, String> {
    if word.is_empty() {
        return Err("the row has no word".into());
    }
    let mut rest = word;
    let mut cuts = Vec::new();
    for piece in pieces {
        if piece.is_empty() {
            return Err(format!("one of the pieces of `{word}` is empty"));
        }
        let after = rest.strip_prefix(piece);
        rest = after.ok_or_else(|| format!("the pieces of `{word}` do not join to it: no `{piece}` at `{rest}`"))?;
        cuts.push(word.len() - rest.len());
    }
    if !rest.is_empty() {
        return Err(format!("the pieces of `{word}` do not join to it: `{rest}` is left"));
    }
    cuts.pop();
    Ok(cuts)
}

/// Text that is there.
pub(super) fn owned(cell: Option<&str>) -> Option<String> {
    cell.map(str::to_owned)
}
