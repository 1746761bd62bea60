//! The rows of a table of segmentations: CSV with named columns, or words and pieces parted by a TAB.

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::error::{Error, Place, Result};

/// A row.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    /// Its line in the file, counted from 1.
    pub(super) line: u64,
    pub(super) word: String,
    /// At least one, none of them empty.
    pub(super) morphemes: Vec<String>,
    pub(super) language: Option<String>,
}

/// Languages that tables name by code or by name.
const NAMES: [(&str, &str); 12] = [
    ("as", "assamese"),
    ("bn", "bengali"),
    ("gu", "gujarati"),
    ("hi", "hindi"),
    ("kn", "kannada"),
    ("ml", "malayalam"),
    ("mr", "marathi"),
    ("pa", "punjabi"),
    ("sa", "sanskrit"),
    ("ta", "tamil"),
    ("te", "telugu"),
    ("tr", "turkish"),
];

/// Columns by what they are called.
const WORD: &[&str] = &["word"];
const SEGMENTS: &[&str] = &["segmentation", "segments"];
const LANGUAGE: &[&str] = &["language", "lang"];

impl Row {
    /// Whether the row is in a language; a row that names none is in any.
    pub(super) fn is_in(&self, lang: &str) -> bool {
        let code = |text: &str| {
            let text = text.to_lowercase();
            NAMES.iter().find(|row| row.1 == text).map_or(text.clone(), |row| row.0.to_owned())
        };
        self.language.as_deref().is_none_or(|own| code(own) == code(lang))
    }
}

/// Which columns hold what.
struct Columns {
    word: usize,
    segments: usize,
    language: Option<usize>,
    /// What stands between morphemes.
    separator: char,
}

fn wrong(line: u64, why: impl Into<String>) -> Error {
    Error::input("", why).at(Place::Line(line))
}

fn column(header: &StringRecord, names: &[&str]) -> Option<usize> {
    header.iter().position(|cell| names.contains(&bare(cell).to_lowercase().as_str()))
}

/// The cell without the quotation marks that a space before them kept from being read as such.
fn bare(cell: &str) -> &str {
    cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell).trim()
}

impl Columns {
    fn row(&self, line: u64, record: &StringRecord) -> Result<Row> {
        let cell = |n: usize| record.get(n).map(bare).filter(|cell| !cell.is_empty());
        let word = cell(self.word).ok_or_else(|| wrong(line, "a row without a word"))?;
        let segments = cell(self.segments).ok_or_else(|| wrong(line, format!("no segmentation for `{word}`")))?;
        let morphemes: Vec<String> = match self.separator {
            ' ' => segments.split_whitespace().map(str::to_owned).collect(),
            separator => segments.split(separator).map(|morpheme| morpheme.trim().to_owned()).collect(),
        };
        if morphemes.iter().any(String::is_empty) {
            return Err(wrong(line, format!("an empty morpheme in `{segments}`"))
                .with_hint("morphemes are joined by one `+` each"));
        }
        let language = self.language.and_then(cell).map(str::to_owned);
        Ok(Row { line, word: word.to_owned(), morphemes, language })
    }
}

/// The rows of a table. Empty lines are passed over.
///
/// # Errors
/// [`Error::Input`] with the line, where a column is missing, a row has another number of cells than the header, or a cell
/// is empty.
pub(super) fn rows(text: &str) -> Result<Vec<Row>> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let tabs = text.lines().next().is_some_and(|line| line.contains('\t'));
    let mut reader = ReaderBuilder::new();
    reader.has_headers(false).trim(Trim::All);
    if tabs {
        reader.delimiter(b'\t').quoting(false).flexible(true);
    }
    let mut columns: Option<Columns> = None;
    let mut rows = Vec::new();
    for record in reader.from_reader(text.as_bytes()).records() {
        let record = record.map_err(|e| {
            let line = e.position().map_or(1, csv::Position::line);
            wrong(line, e.to_string()).with_hint("write every cell that holds a comma or a quotation mark in quotes")
        })?;
        let line = record.position().map_or(1, csv::Position::line);
        match &columns {
            Some(columns) => rows.push(columns.row(line, &record)?),
            None => {
                let (found, is_header) = header(&record, tabs)?;
                if !is_header {
                    rows.push(found.row(line, &record)?);
                }
                columns = Some(found);
            }
        }
    }
    Ok(rows)
}

/// The columns by the first row, and whether that row is a header.
fn header(record: &StringRecord, tabs: bool) -> Result<(Columns, bool)> {
    let separator = if tabs { ' ' } else { '+' };
    let language = column(record, LANGUAGE);
    match (column(record, WORD), column(record, SEGMENTS)) {
        (Some(word), Some(segments)) => Ok((Columns { word, segments, language, separator }, true)),
        _ if tabs => Ok((Columns { word: 0, segments: 1, language: None, separator }, false)),
        (word, _) => {
            let missing = if word.is_none() { "word" } else { "segmentation" };
            Err(wrong(1, format!("no column `{missing}`"))
                .with_hint("the first line names the columns: `word,segmentation,language`"))
        }
    }
}
