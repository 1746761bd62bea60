//! Sheets that come back: ratings of items, by annotator.
//!
//! A file has the columns of `sheet.csv`, in any order and with any others beside them. It holds the ratings of one annotator,
//! called by the file, unless it has a column `annotator`. Spreadsheet programs write semicolons or tabs where commas
//! were, put a byte order mark in front and sort rows as they like: all of this is read. Word and segmentation of a row must be those
//! of its item in the key, so that ratings of another sheet are not taken for ratings of this one. An empty rating is missing; anything
//! else but 1 to 5 is an error that names the line, and so is a second rating of an item by the same annotator.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use csv::{ReaderBuilder, StringRecord};
use rustc_hash::FxHashMap;
use toktool::error::Place;
use toktool::{Error, Result};

use super::agreement::SCALE;
use super::key::{Item, Key};
use crate::packed;

/// Ratings of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ratings {
    /// By annotator in the order of their names: for each item of the key its rating, from 1.
    pub annotators: BTreeMap<String, Vec<Option<u8>>>,
    /// Where each annotator named an item first: file and line.
    pub(super) places: BTreeMap<(String, usize), (PathBuf, u64)>,
}

impl Ratings {
    /// Reads files, each with the name of its annotator where one is given.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Input`] with the line that is wrong.
    pub fn read(files: &[(Option<String>, PathBuf)], key: &Key) -> Result<Ratings> {
        let mut ratings = Ratings::default();
        for (name, path) in files {
            let own = || path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            let name = name.clone().unwrap_or_else(own);
            let text = packed::text(path)?;
            ratings.add(&text, &name, path, key)?;
        }
        Ok(ratings)
    }

    /// Adds the text of a file whose ratings are those of `name`, unless its rows say otherwise.
    ///
    /// # Errors
    /// [`Error::Input`] with the line that is wrong.
    pub fn add(&mut self, text: &str, name: &str, path: &Path, key: &Key) -> Result<()> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim().is_empty() {
            return Err(Error::input(path, "the file is empty").with_hint("give a sheet that was filled in"));
        }
        let numbers: FxHashMap<&str, usize> = key.items.iter().enumerate().map(|(n, i)| (i.item.as_str(), n)).collect();
        let header = text.lines().next().unwrap_or_default();
        let delimiter = [',', ';', '\t'].into_iter().max_by_key(|&d| (header.matches(d).count(), d == ','));
        let delimiter = delimiter.map_or(b',', |d| d as u8);
        let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
        let broken = |e: csv::Error| Error::input(path, format!("it is no table: {e}"));
        let header = reader.headers().map_err(broken)?.clone();
        let columns =
            Columns::of(&header).map_err(|why| Error::input(path, why).with_hint("give sheet.csv as it was saved"))?;
        let mut rows = 0;
        for record in reader.into_records() {
            let record = record.map_err(broken)?;
            let line = record.position().map_or(0, csv::Position::line);
            let wrong = |why: String| Error::input(path, why).at(Place::Line(line));
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            rows += 1;
            let cell = |column: usize| record.get(column).unwrap_or_default().trim();
            let named = cell(columns.item);
            let Some(&item) = numbers.get(named) else {
                return Err(
                    wrong(format!("there is no item `{named}` in the key")).with_hint("is it the key of this sheet?")
                );
            };
            same(&key.items[item], cell(columns.word), cell(columns.segmentation)).map_err(|why| {
                wrong(format!("item `{named}`: {why}"))
                    .with_hint("is it the key of this sheet? a spreadsheet program may have changed the cell, too")
            })?;
            let rating = match cell(columns.rating) {
                "" => None,
                text => match text.parse::<u8>() {
                    Ok(rating) if (1..=SCALE).contains(&usize::from(rating)) => Some(rating),
                    _ => {
                        return Err(wrong(format!("item `{named}`: the rating `{text}` is not 1, 2, 3, 4 or 5"))
                            .with_hint("leave it empty where there is none"));
                    }
                },
            };
            let annotator = match columns.annotator.map(cell) {
                Some("") => return Err(wrong(format!("item `{named}`: the row names no annotator"))),
                Some(annotator) => annotator,
                None => name,
            };
            let place = (path.to_path_buf(), line);
            if let Some((file, line)) = self.places.insert((annotator.to_owned(), item), place) {
                let first = format!("line {line} of `{}`", file.display());
                return Err(wrong(format!("item `{named}` is a duplicate: `{annotator}` has it in {first}"))
                    .with_hint("an annotator has one row an item; name the annotators of files: `name=FILE`"));
            }
            let own = self.annotators.entry(annotator.to_owned()).or_insert_with(|| vec![None; key.items.len()]);
            own[item] = rating;
        }
        if rows == 0 {
            return Err(Error::input(path, "there is no row in it").with_hint("give a sheet that was filled in"));
        }
        Ok(())
    }
}

/// Where the columns are.
struct Columns {
    item: usize,
    word: usize,
    segmentation: usize,
    rating: usize,
    annotator: Option<usize>,
}

impl Columns {
    fn of(header: &StringRecord) -> Result<Columns, String> {
        let find = |name: &str| {
            let mut found = header.iter().enumerate().filter(|(_, cell)| cell.trim().eq_ignore_ascii_case(name));
            match (found.next(), found.next()) {
                (Some(_), Some(_)) => Err(format!("there are two columns `{name}`")),
                (first, _) => Ok(first.map(|(n, _)| n)),
            }
        };
        let need = |name: &str| find(name)?.ok_or(format!("it has no column `{name}`"));
        Ok(Columns {
            item: need("item")?,
            word: need("word")?,
            segmentation: need("segmentation")?,
            rating: need("rating")?,
            annotator: find("annotator")?,
        })
    }
}

/// Whether a row is that of an item.
fn same(item: &Item, word: &str, segmentation: &str) -> Result<(), String> {
    let differ =
        |found: &str, what: &str, key: &str| Err(format!("its {what} is `{found}` here and `{key}` in the key"));
    if word != item.word {
        return differ(word, "word", &item.word);
    }
    if segmentation != item.segmentation {
        return differ(segmentation, "segmentation", &item.segmentation);
    }
    Ok(())
}
