//! Layouts whose pieces are slices of the word.

use csv::{ReaderBuilder, Trim};

use super::GoldWord;
use super::rows::{Columns, Rows, cell, count, cuts, lines, owned};

/// Segmentations of a word, alternatives separated by a comma and a space, pieces by one space.
fn alternatives(word: &str, all: &str) -> Result<Vec<Vec<usize>>, String> {
    let mut found: Vec<Vec<usize>> = Vec::new();
    for one in all.split(", ") {
        let cuts = cuts(word, one.split(' '))?;
        if !found.contains(&cuts) {
            found.push(cuts);
        }
    }
    Ok(found)
}

/// A header names the word, its pieces and whatever else there is.
pub(super) fn segments(text: &str, rows: &mut Rows) {
    named(text, "segments", rows);
}

/// The same where the pieces are inflectional groups: boundaries of derivation only.
pub(super) fn inflectional_groups(text: &str, rows: &mut Rows) {
    named(text, "ig_segments", rows);
}

fn named(text: &str, pieces: &str, rows: &mut Rows) {
    let mut lines = lines(text);
    let Some((_, header)) = lines.next() else { return };
    let columns = Columns::new(header.split('\t'));
    let (word, pieces) = (columns.first(&["word"]), columns.first(&[pieces]));
    let (tags, lemma) = (columns.first(&["tags", "analysis"]), columns.first(&["lemma", "ud_lemma"]));
    let (features, frequency) = (columns.first(&["class", "feats", "ud_feats"]), columns.first(&["count"]));
    for (line, text) in lines {
        let row: Vec<&str> = text.split('\t').collect();
        // A word may be the character that elsewhere means nothing.
        let at = |column: Option<usize>| column.and_then(|n| row.get(n)).copied().unwrap_or_default();
        let parsed = || {
            let segmentations = alternatives(at(word), at(pieces))?;
            let pieces = segmentations.first().map_or(0, |cuts| cuts.len() + 1);
            let tags: Vec<String> =
                cell(&row, tags).map(|tags| tags.split(' ').map(str::to_owned).collect()).unwrap_or_default();
            Ok(GoldWord {
                word: at(word).to_owned(),
                segmentations,
                tags: if tags.len() == pieces { tags } else { Vec::new() },
                lemma: owned(cell(&row, lemma)),
                features: owned(cell(&row, features)),
                count: count(cell(&row, frequency))?,
                line,
                ..GoldWord::default()
            })
        };
        rows.add(line, at(word), parsed());
    }
}

/// No header: the word, a TAB, its pieces; further columns are passed over.
pub(super) fn pieces(text: &str, rows: &mut Rows) {
    for (line, text) in lines(text) {
        let mut columns = text.split('\t');
        let word = columns.next().unwrap_or_default();
        let mut parsed = || {
            let all = columns.next().ok_or_else(|| format!("`{word}` has no second column with its pieces"))?;
            let segmentations = alternatives(word, all)?;
            Ok(GoldWord { word: word.to_owned(), segmentations, count: 1, line, ..GoldWord::default() })
        };
        rows.add(line, word, parsed());
    }
}

/// A form split at the end of what it shares with its lemma.
pub(super) fn stem_rest(text: &str, rows: &mut Rows) {
    let mut lines = lines(text);
    let Some((_, header)) = lines.next() else { return };
    let columns = Columns::new(header.split('\t'));
    let [form, stem, rest, lemma, features, frequency] =
        ["form", "stem", "rest", "lemma", "upos", "count"].map(|name| columns.first(&[name]));
    for (line, text) in lines {
        let row: Vec<&str> = text.split('\t').collect();
        let at = |column: Option<usize>| column.and_then(|n| row.get(n)).copied().unwrap_or_default();
        let parsed = || {
            let pieces = [at(stem), at(rest)].into_iter().filter(|piece| !piece.is_empty());
            Ok(GoldWord {
                word: at(form).to_owned(),
                segmentations: vec![cuts(at(form), pieces)?],
                lemma: owned(cell(&row, lemma)),
                features: owned(cell(&row, features)),
                count: count(cell(&row, frequency))?,
                line,
                ..GoldWord::default()
            })
        };
        rows.add(line, at(form), parsed());
    }
}

/// Rows of a table separated by commas, or by TABs where the header has one.
pub(super) fn records(text: &str) -> impl Iterator<Item = (u64, Result<Vec<String>, String>)> {
    let tabs = text.lines().next().is_some_and(|line| line.contains('\t'));
    let mut reader = ReaderBuilder::new();
    reader.has_headers(false).flexible(true).trim(Trim::All).delimiter(if tabs { b'\t' } else { b',' });
    let mut line = 1;
    reader.from_reader(std::io::Cursor::new(text.to_owned())).into_records().map(move |record| match record {
        Ok(record) => {
            line = record.position().map_or(line, csv::Position::line);
            (line, Ok(record.iter().map(str::to_owned).collect()))
        }
        Err(e) => {
            line = e.position().map_or(line, csv::Position::line);
            (line, Err(e.to_string()))
        }
    })
}

/// MorphScore's first edition: the word, what stands before the boundary of interest, the rest.
pub(super) fn morphscore(text: &str, rows: &mut Rows) {
    table(text, "full_word", &["pt1", "rest"], 0, rows);
}

/// Its second edition: stem with what precedes and follows it.
pub(super) fn morphscore_v2(text: &str, rows: &mut Rows) {
    table(text, "wordform", &["preceding_part", "stem", "following_part"], 1, rows);
}

fn table(text: &str, word: &str, parts: &[&str], stem: usize, rows: &mut Rows) {
    let mut records = records(text);
    let Some((_, Ok(header))) = records.next() else { return };
    let columns = Columns::new(header.iter().map(String::as_str));
    let parts: Vec<Option<usize>> = parts.iter().map(|part| columns.first(&[part])).collect();
    let (word, lemma, features, frequency) = (
        columns.first(&[word]),
        columns.first(&["lemma"]),
        columns.first(&["upos", "pos"]),
        columns.first(&["count", "word_freq"]),
    );
    for (line, record) in records {
        let record = match record {
            Ok(record) => record,
            Err(why) => {
                rows.reject(line, "", why);
                continue;
            }
        };
        let row: Vec<&str> = record.iter().map(String::as_str).collect();
        let at = |column: Option<usize>| column.and_then(|n| row.get(n)).copied().unwrap_or_default();
        let parsed = || {
            let pieces = parts.iter().map(|&part| at(part)).filter(|piece| !piece.is_empty());
            let before = parts.iter().take(stem).filter(|&&part| !at(part).is_empty()).count();
            Ok(GoldWord {
                word: at(word).to_owned(),
                segmentations: vec![cuts(at(word), pieces)?],
                stem: before,
                lemma: owned(cell(&row, lemma)),
                features: owned(cell(&row, features)),
                count: whole(cell(&row, frequency))?,
                line,
                ..GoldWord::default()
            })
        };
        rows.add(line, at(word), parsed());
    }
}

/// A count that may be written as a decimal number, as data frames do.
fn whole(cell: Option<&str>) -> Result<u64, String> {
    match cell.map(|cell| (cell, cell.parse::<f64>())) {
        Some((_, Ok(number))) if number >= 0.0 && number.fract() == 0.0 && number < 9e15 => Ok(number as u64),
        Some((cell, _)) => Err(format!("`{cell}` is no count")),
        None => Ok(1),
    }
}
