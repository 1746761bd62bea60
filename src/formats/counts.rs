//! Word counts as Parquet: what `count` writes, `count --merge` merges and `train --counts` reads.
//!
//! Columns `word` (bytes), `count` (unsigned 64 bits) and, where the corpus has groups, `group` (UTF-8), sorted by word
//! and group. The file's metadata says how the text was cut; parts that were cut differently do not belong together.
//! Other writers are welcome: any integer type, strings as words, any order of rows and columns. Parquet's column
//! readers are used as they are, since below the types of Arrow all of these are four kinds of columns.
//!
//! Memory: some thousand rows a part, at most 64 parts open; rows that come unsorted are sorted through runs on disk.

mod part;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Place, Result};
use crate::observe::{self, Observer};
use crate::runs::{self, Emit, Opener, Sorter};
use crate::text::Splitter;
use crate::unicode::{self, Normalizer};
use crate::words::WordCounts;

use part::Part;

/// The key of the metadata.
const KEY: &str = "toktool";
const SCHEMA: &str = "toktool.count/1";
/// A row group is written at so many rows or bytes of words.
const GROUP_ROWS: usize = 1 << 20;
const GROUP_BYTES: usize = 64 << 20;

/// How the counted text was cut, and how much of it there was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// `toktool.count/1`.
    pub schema: String,
    /// The pre-tokenizer.
    pub splitter: Splitter,
    /// What was done to the text before.
    pub normalizers: Vec<Normalizer>,
    /// The Unicode version of the patterns.
    pub unicode_version: String,
    /// SHA-256 of the three, in hexadecimal: parts with different ones are refused together.
    pub hash: String,
    /// Documents read.
    pub documents: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Meta {
    /// Describes counts made by this version.
    pub fn new(splitter: Splitter, normalizers: Vec<Normalizer>, documents: u64, bytes: u64) -> Meta {
        let unicode_version = unicode::VERSION.to_owned();
        let cut = serde_json::to_vec(&(&splitter, &normalizers, &unicode_version)).unwrap_or_default();
        let hash = Sha256::digest(&cut).iter().map(|b| format!("{b:02x}")).collect();
        Meta { schema: SCHEMA.to_owned(), splitter, normalizers, unicode_version, hash, documents, bytes }
    }
}

/// Writes counts row by row.
pub struct CountsWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    groups: Vec<String>,
    words: Vec<ByteArray>,
    counts: Vec<i64>,
    names: Vec<ByteArray>,
    held: usize,
}

fn failed(e: parquet::errors::ParquetError) -> Error {
    match e {
        parquet::errors::ParquetError::External(e) => match e.downcast::<std::io::Error>() {
            Ok(e) => Error::io("write", "", *e),
            Err(e) => Error::unsupported("writing Parquet", e.to_string()),
        },
        other => Error::unsupported("writing Parquet", other.to_string()),
    }
}

impl<W: Write + Send> CountsWriter<W> {
    /// Begins a file. `groups` are the names that rows refer to by number, empty for none.
    ///
    /// # Errors
    /// [`Error::Io`] of `out`.
    pub fn create(out: W, groups: &[String], meta: &Meta) -> Result<Self> {
        let group = if groups.is_empty() { "" } else { "required binary group (UTF8);" };
        let schema =
            format!("message counts {{ required binary word; required int64 count (INTEGER(64,false)); {group} }}");
        let schema = Arc::new(parse_message_type(&schema).map_err(failed)?);
        let json = serde_json::to_string(meta).map_err(|e| Error::unsupported("writing counts", e.to_string()))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(failed)?))
            .set_dictionary_enabled(false)
            .set_column_dictionary_enabled("group".into(), true)
            .set_key_value_metadata(Some(vec![KeyValue::new(KEY.to_owned(), json)]))
            .build();
        let file = SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(failed)?;
        let (words, counts, names) = (Vec::new(), Vec::new(), Vec::new());
        Ok(CountsWriter { file, groups: groups.to_vec(), words, counts, names, held: 0 })
    }

    /// Appends a row; rows come sorted by word and group.
    ///
    /// # Errors
    /// [`Error::Io`] of the output.
    pub fn push(&mut self, word: &[u8], group: u16, count: u64) -> Result<()> {
        self.words.push(ByteArray::from(word.to_vec()));
        // Parquet stores an unsigned number in the signed one of the same bits.
        self.counts.push(count.cast_signed());
        if let Some(name) = self.groups.get(group as usize) {
            self.names.push(ByteArray::from(name.as_bytes().to_vec()));
        }
        self.held += word.len();
        if self.words.len() >= GROUP_ROWS || self.held >= GROUP_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let mut group = self.file.next_row_group().map_err(failed)?;
        let mut number = 0;
        while let Some(mut column) = group.next_column().map_err(failed)? {
            match number {
                0 => column.typed::<ByteArrayType>().write_batch(&self.words, None, None).map_err(failed)?,
                1 => column.typed::<Int64Type>().write_batch(&self.counts, None, None).map_err(failed)?,
                _ => column.typed::<ByteArrayType>().write_batch(&self.names, None, None).map_err(failed)?,
            };
            column.close().map_err(failed)?;
            number += 1;
        }
        group.close().map_err(failed)?;
        self.words.clear();
        self.counts.clear();
        self.names.clear();
        self.held = 0;
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`Error::Io`] of the output.
    pub fn finish(mut self) -> Result<()> {
        if !self.words.is_empty() {
            self.flush()?;
        }
        self.file.close().map_err(failed)?;
        Ok(())
    }
}

/// Counts files that belong together.
#[derive(Debug)]
pub struct Parts {
    paths: Vec<PathBuf>,
    groups: Vec<String>,
    meta: Meta,
    sorted: Vec<bool>,
}

impl Parts {
    /// Looks into counts files: how they were cut, which groups they have. `assume` stands in for the metadata of parts
    /// that have none. A folder stands for the `.parquet` files in it, in byte order, as distributed engines write them;
    /// their notes beside them (names that begin with `_` or `.`) are passed over.
    ///
    /// # Errors
    /// [`Error::Input`] for a file that is no counts file, for parts that were cut differently, for parts with and
    /// without groups, and for a part without metadata when nothing is assumed.
    pub fn open(paths: &[PathBuf], assume: Option<&Meta>) -> Result<Parts> {
        let paths = &expand(paths)?;
        let mut meta: Option<(Meta, &Path)> = None;
        let mut names: BTreeSet<String> = BTreeSet::new();
        let mut sorted = Vec::new();
        let mut grouped: Option<(bool, &Path)> = None;
        for path in paths {
            let part = Part::open(path)?;
            let own = part.meta()?;
            sorted.push(own.is_some());
            let Some(own) = own.or_else(|| assume.cloned()) else {
                return Err(Error::input(path, "the file does not say how its text was cut")
                    .with_hint("name the pattern with `--assume-pattern NAME`"));
            };
            match &mut meta {
                None => meta = Some((own, path)),
                Some((first, _)) if first.hash == own.hash => {
                    first.documents = first.documents.saturating_add(own.documents);
                    first.bytes = first.bytes.saturating_add(own.bytes);
                }
                Some((_, other)) => {
                    return Err(Error::input(
                        path,
                        format!("its text was cut differently than that of `{}`", other.display()),
                    )
                    .with_hint("count all parts with the same pattern, normalizers and version"));
                }
            }
            match grouped {
                Some((has, other)) if has != part.has_groups() => {
                    let why = format!("only one of it and `{}` has groups", other.display());
                    return Err(Error::input(path, why).with_hint("count all parts with groups, or none"));
                }
                _ => grouped = Some((part.has_groups(), path)),
            }
            part.group_names(&mut names)?;
        }
        let Some((meta, _)) = meta else {
            return Err(Error::config("--counts", "no counts file is given"));
        };
        Ok(Parts { paths: paths.to_vec(), groups: names.into_iter().collect(), meta, sorted })
    }

    /// The files, those of folders one by one.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// How the text of all parts was cut, with their documents and bytes added up.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Names of the groups, sorted.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// Calls `emit` once for every (word, group), in ascending order, with the sum of its counts over all parts. The
    /// result does not depend on the order of the parts.
    ///
    /// # Errors
    /// [`Error::Input`] naming file and row; [`Error::Io`] of runs; whatever `emit` returns.
    pub fn for_each(&self, max_memory: usize, temp_dir: &Path, emit: &mut Emit<'_>) -> Result<()> {
        let mut sources: Vec<Opener> = Vec::new();
        let mut sorter = Sorter::new(temp_dir, max_memory);
        let mut unsorted = false;
        for (path, &sorted) in self.paths.iter().zip(&self.sorted) {
            if sorted {
                let (path, groups) = (path.clone(), self.groups.clone());
                sources.push(Box::new(move || Ok(Box::new(Part::open(&path)?.rows(groups, true)))));
                continue;
            }
            unsorted = true;
            let mut rows = Part::open(path)?.rows(self.groups.clone(), false);
            while rows.next_row()? {
                let (word, group, count) = rows.row();
                sorter.push(word, group, count)?;
            }
        }
        if unsorted {
            let runs = sorter.into_runs()?;
            sources.extend(runs.into_iter().map(runs::opener));
        }
        runs::merge_rows(sources, temp_dir, emit)
    }

    /// All rows in memory; what has to be sorted first spills at `max_memory` bytes into `temp_dir`.
    ///
    /// # Errors
    /// Those of [`Parts::for_each`]; [`Error::Interrupted`].
    pub fn words(&self, max_memory: usize, temp_dir: &Path, observer: &dyn Observer) -> Result<WordCounts> {
        let mut words = WordCounts::with_groups(self.groups.clone());
        self.for_each(max_memory, temp_dir, &mut |word, group, count| {
            if words.len().is_multiple_of(65_536) {
                observe::check(observer)?;
            }
            words.push_in(word, count, group);
            Ok(())
        })?;
        Ok(words)
    }
}

/// The files behind `paths`.
fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let refused = |e| Error::io("read", path, e);
        let mut found = Vec::new();
        for entry in std::fs::read_dir(path).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            if name.ends_with(b".parquet") && !name.starts_with(b"_") && !name.starts_with(b".") {
                found.push(entry.path());
            }
        }
        if found.is_empty() {
            return Err(Error::input(path, "the folder holds no `.parquet` file").with_hint("name the counts files"));
        }
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
}

fn no_row(path: &Path, row: u64, why: impl Into<String>) -> Error {
    Error::input(path, why).at(Place::Row(row))
}

#[cfg(test)]
mod tests;
