//! One counts file, read row by row.

use std::collections::BTreeSet;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::corpus::pages;
use crate::error::{Error, Place, Result};
use crate::runs::Rows;

use super::{KEY, Meta, SCHEMA, no_row};

/// Groups are numbered by 16 bits.
const MOST_GROUPS: usize = u16::MAX as usize;
/// Rows taken at a time.
const STEP: usize = 4096;

/// An open counts file.
pub(super) struct Part {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    word: usize,
    count: usize,
    signed: bool,
    group: Option<usize>,
}

fn damaged(path: &Path, why: &str) -> Error {
    Error::input(path, format!("damaged or unsupported Parquet file: {why}"))
        .with_hint("check that the file is complete, or count again")
}

/// The `parquet` crate asserts some properties of its input instead of checking them: a damaged file can make it panic.
fn guarded<T>(path: &Path, call: impl FnOnce() -> std::result::Result<T, ParquetError>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(done) => done.map_err(|e| damaged(path, &e.to_string())),
        Err(_) => Err(damaged(path, "its pages contradict each other")),
    }
}

fn is_integer(converted: ConvertedType) -> bool {
    use ConvertedType as C;
    let signed = [C::NONE, C::INT_8, C::INT_16, C::INT_32, C::INT_64];
    signed.contains(&converted) || [C::UINT_8, C::UINT_16, C::UINT_32, C::UINT_64].contains(&converted)
}

impl Part {
    pub(super) fn open(path: &Path) -> Result<Part> {
        let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
        let reader = guarded(path, || SerializedFileReader::new(file))?;
        let columns = reader.metadata().file_metadata().schema_descr().columns().to_vec();
        let names = || columns.iter().map(|c| format!("`{}`", c.path().string())).collect::<Vec<_>>().join(", ");
        let find = |name: &str| columns.iter().position(|c| c.path().string() == name);
        let need = |name: &str| {
            find(name).ok_or_else(|| {
                Error::input(path, format!("there is no column `{name}`; there are {}", names()))
                    .at(Place::Entry(name.to_owned()))
                    .with_hint("a counts file has the columns `word` and `count`")
            })
        };
        let wrong = |name: &str, want: &str| {
            Error::input(path, format!("the column `{name}` does not hold {want}")).at(Place::Entry(name.to_owned()))
        };
        let (word, count, group) = (need("word")?, need("count")?, find("group"));
        let bytes = |c: usize| matches!(columns[c].physical_type(), Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY);
        if !bytes(word) || columns[word].max_rep_level() > 0 {
            return Err(wrong("word", "byte strings"));
        }
        if group.is_some_and(|g| !bytes(g) || columns[g].max_rep_level() > 0) {
            return Err(wrong("group", "strings"));
        }
        let converted = columns[count].converted_type();
        // Times in nanoseconds have a logical type alone, integers of old writers neither.
        let whole = matches!(columns[count].physical_type(), Type::INT32 | Type::INT64)
            && match columns[count].logical_type_ref() {
                Some(LogicalType::Integer(_)) => true,
                Some(_) => false,
                None => is_integer(converted),
            };
        if !whole || columns[count].max_rep_level() > 0 {
            return Err(wrong("count", "integers"));
        }
        let unsigned = [ConvertedType::UINT_8, ConvertedType::UINT_16, ConvertedType::UINT_32, ConvertedType::UINT_64];
        Ok(Part { path: path.to_owned(), reader, word, count, signed: !unsigned.contains(&converted), group })
    }

    /// What the file says of its cut; `None` where another program wrote it.
    pub(super) fn meta(&self) -> Result<Option<Meta>> {
        let metadata = self.reader.metadata().file_metadata();
        let entry = metadata.key_value_metadata().and_then(|all| all.iter().find(|kv| kv.key == KEY));
        let Some(json) = entry.and_then(|kv| kv.value.as_deref()) else { return Ok(None) };
        let meta: Meta = serde_json::from_str(json).map_err(|e| {
            Error::input(&self.path, format!("its metadata cannot be read: {e}")).at(Place::Entry(KEY.into()))
        })?;
        if meta.schema != SCHEMA {
            return Err(Error::input(&self.path, format!("its schema is `{}`, not `{SCHEMA}`", meta.schema)));
        }
        Ok(Some(meta))
    }

    pub(super) fn has_groups(&self) -> bool {
        self.group.is_some()
    }

    /// Adds the names in the group column.
    pub(super) fn group_names(&self, names: &mut BTreeSet<String>) -> Result<()> {
        let Some(column) = self.group else { return Ok(()) };
        let mut row = 0;
        for group in 0..self.reader.num_row_groups() {
            let mut cells = Cells::open(self, group, column)?;
            while let Some(values) = cells.bytes(self, row)? {
                for value in values {
                    let name = std::str::from_utf8(value.data())
                        .map_err(|_| no_row(&self.path, row, "the group is not valid UTF-8"))?;
                    if !names.contains(name) {
                        names.insert(name.to_owned());
                    }
                    // At once: a column of something else would fill memory first.
                    if names.len() > MOST_GROUPS {
                        let why = format!("there are more than {MOST_GROUPS} different groups");
                        return Err(no_row(&self.path, row, why).with_hint("is the column `group` that of the corpus?"));
                    }
                    row += 1;
                }
            }
        }
        Ok(())
    }

    /// The rows of the file; `groups` are all group names, sorted. With `sorted`, rows out of order are an error.
    pub(super) fn rows(self, groups: Vec<String>, sorted: bool) -> PartRows {
        PartRows {
            part: self,
            groups,
            sorted,
            row_group: 0,
            open: None,
            words: Vec::new(),
            counts: Vec::new(),
            names: Vec::new(),
            at: 0,
            first: 0,
            word: Vec::new(),
            group: 0,
            count: 0,
            last: None,
        }
    }
}

/// The cells of one column in one row group.
struct Cells(ColumnReader, i16);

impl Cells {
    fn open(part: &Part, row_group: usize, column: usize) -> Result<Cells> {
        let levels = part.reader.metadata().file_metadata().schema_descr().column(column).max_def_level();
        let reader = guarded(&part.path, || pages::column(&part.reader, row_group, column))?;
        Ok(Cells(reader, levels))
    }

    /// The next cells of a column of bytes; `None` at the end. `row` is the number of the first.
    fn bytes(&mut self, part: &Part, row: u64) -> Result<Option<Vec<ByteArray>>> {
        match &mut self.0 {
            ColumnReader::ByteArrayColumnReader(reader) => take(reader, self.1, part, row),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                Ok(take(reader, self.1, part, row)?.map(|values| values.into_iter().map(ByteArray::from).collect()))
            }
            _ => Err(damaged(&part.path, "a column changes its type")),
        }
    }

    /// The next cells of a column of integers.
    fn integers(&mut self, part: &Part, row: u64) -> Result<Option<Vec<u64>>> {
        let check = |n: i64, at: usize| {
            u64::try_from(n).map_err(|_| no_row(&part.path, row + at as u64, format!("the count {n} is negative")))
        };
        match &mut self.0 {
            ColumnReader::Int32ColumnReader(reader) => take(reader, self.1, part, row)?
                .map(|values| {
                    let wide = |n: i32| if part.signed { i64::from(n) } else { i64::from(n.cast_unsigned()) };
                    values.into_iter().enumerate().map(|(at, n)| check(wide(n), at)).collect()
                })
                .transpose(),
            ColumnReader::Int64ColumnReader(reader) => take(reader, self.1, part, row)?
                .map(|values| {
                    let read = |(at, n): (usize, i64)| if part.signed { check(n, at) } else { Ok(n.cast_unsigned()) };
                    values.into_iter().enumerate().map(read).collect()
                })
                .transpose(),
            _ => Err(damaged(&part.path, "a column changes its type")),
        }
    }
}

fn take<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    max_def: i16,
    part: &Part,
    row: u64,
) -> Result<Option<Vec<T::T>>> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let (records, _, _) =
        guarded(&part.path, || reader.read_records(STEP, (max_def > 0).then_some(&mut levels), None, &mut values))?;
    if let Some(at) = levels.iter().position(|&level| level < max_def) {
        return Err(no_row(&part.path, row + at as u64, "a value is missing"));
    }
    if values.len() != records {
        return Err(damaged(&part.path, "a column has lost values"));
    }
    Ok((records > 0).then_some(values))
}

/// The rows of a part, one at a time.
pub(super) struct PartRows {
    part: Part,
    groups: Vec<String>,
    sorted: bool,
    row_group: usize,
    open: Option<(Cells, Cells, Option<Cells>)>,
    words: Vec<ByteArray>,
    counts: Vec<u64>,
    names: Vec<ByteArray>,
    /// The next of the rows taken, and the number of the first of them.
    at: usize,
    first: u64,
    word: Vec<u8>,
    group: u16,
    count: u64,
    last: Option<(Vec<u8>, u16)>,
}

impl PartRows {
    /// Moves to the next row; false at the end.
    pub(super) fn next_row(&mut self) -> Result<bool> {
        while self.at >= self.words.len() {
            if !self.fill()? {
                return Ok(false);
            }
        }
        let row = self.first + self.at as u64;
        self.word.clear();
        self.word.extend_from_slice(self.words[self.at].data());
        self.count = self.counts[self.at];
        if let Some(name) = self.names.get(self.at) {
            let number = self.groups.binary_search_by(|known| known.as_bytes().cmp(name.data()));
            let changed = || damaged(&self.part.path, "its groups changed while it was read");
            self.group = number.ok().and_then(|n| u16::try_from(n).ok()).ok_or_else(changed)?;
        }
        self.at += 1;
        if self.sorted {
            let (last, group) = self.last.get_or_insert_default();
            if row > 0 && (last.as_slice(), *group) > (self.word.as_slice(), self.group) {
                return Err(no_row(&self.part.path, row, "rows are not sorted by word and group")
                    .with_hint("sort the file by `word` and `group`, or drop its metadata to have it sorted here"));
            }
            last.clear();
            last.extend_from_slice(&self.word);
            *group = self.group;
        }
        Ok(true)
    }

    pub(super) fn row(&self) -> (&[u8], u16, u64) {
        (&self.word, self.group, self.count)
    }

    /// Takes the next rows; false at the end of the file.
    fn fill(&mut self) -> Result<bool> {
        self.first += self.words.len() as u64;
        self.at = 0;
        self.words.clear();
        loop {
            let part = &self.part;
            if self.open.is_none() {
                if self.row_group >= part.reader.num_row_groups() {
                    // A damaged file may hold fewer rows than it says, and lose counts without another sign.
                    let said = part.reader.metadata().file_metadata().num_rows();
                    if u64::try_from(said).ok() != Some(self.first) {
                        let why = format!("it says it has {said} rows but holds {}", self.first);
                        return Err(damaged(&part.path, &why));
                    }
                    return Ok(false);
                }
                let cells = |column| Cells::open(part, self.row_group, column);
                self.open = Some((cells(part.word)?, cells(part.count)?, part.group.map(cells).transpose()?));
                self.row_group += 1;
            }
            let Some((words, counts, names)) = &mut self.open else { continue };
            let Some(taken) = words.bytes(part, self.first)? else {
                self.open = None;
                continue;
            };
            let lost = || damaged(&part.path, "its columns differ in length");
            self.counts = counts.integers(part, self.first)?.filter(|c| c.len() == taken.len()).ok_or_else(lost)?;
            if let Some(names) = names {
                self.names = names.bytes(part, self.first)?.filter(|n| n.len() == taken.len()).ok_or_else(lost)?;
            }
            self.words = taken;
            return Ok(true);
        }
    }
}

impl Rows for PartRows {
    fn advance(&mut self) -> Result<bool> {
        self.next_row()
    }

    fn word(&mut self) -> &mut Vec<u8> {
        &mut self.word
    }

    fn rest(&self) -> (u16, u64) {
        (self.group, self.count)
    }
}
