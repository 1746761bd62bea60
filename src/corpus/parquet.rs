//! Parquet: one column of byte strings, row after row.
//!
//! The column reader is used directly rather than record batches: values are slices of the unpacked page (nothing is
//! copied under the lock), the amount taken at a time can follow the size of the texts, no Arrow array can overflow
//! its offsets, and whatever Arrow type a writer noted (plain, large, view, dictionary) is the same column of bytes.
//!
//! Memory: the current page of the column, and a block of rows. Pages are unpacked by one thread at a time.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parquet::basic::{ConvertedType, Type};
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::pages;
use super::text::push_lossy;
use super::{Found, Piece, Tally, not_utf8};
use crate::error::{Error, Place, Result};

/// The value of one row, if it has one.
pub(super) type Row = Option<ByteArray>;

/// The most rows taken between two looks at their size. Every block starts with one row and doubles from there, so
/// that long texts are noticed early.
const STEP: usize = 256;

/// The most rows in a block, so that a column of empty or null values does not become one block.
const MAX_ROWS: usize = 1 << 16;

/// An open file and where reading stands in it.
pub(super) struct Table {
    reader: SerializedFileReader<File>,
    column: usize,
    max_def: i16,
    block: usize,
    /// The next row group, and the open column of the one before.
    group: usize,
    open: Option<ColumnReaderImpl<ByteArrayType>>,
    /// The number of the next row, and how many rows and stored bytes there are.
    row: u64,
    rows: u64,
    size: u64,
    read: Arc<AtomicU64>,
    credited: u64,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("row", &self.row).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Table {
    /// Finds the column `field` in `file`, which messages call `path`; `read` grows by `size` while rows are taken.
    pub(super) fn open(
        file: File,
        size: u64,
        path: &Path,
        field: &str,
        block: usize,
        read: Arc<AtomicU64>,
    ) -> Result<Self> {
        let reader = guarded(|| SerializedFileReader::new(file)).map_err(|why| damaged(path, &why))?;
        let about = reader.metadata().file_metadata();
        let columns = about.schema_descr().columns();
        let found = columns.iter().enumerate().find(|(_, column)| column.path().string() == field);
        let Some((index, column)) = found else {
            let names: Vec<String> = columns.iter().map(|column| format!("`{}`", column.path().string())).collect();
            return Err(Error::input(path, format!("there is no column `{field}`; there are {}", names.join(", ")))
                .at(Place::Entry(field.to_owned()))
                .with_hint("name the column of text with `--field`"));
        };
        if !is_text(column) {
            let (physical, converted) = (column.physical_type(), column.converted_type());
            let nested = if column.max_rep_level() > 0 { ", in a list" } else { "" };
            let why = format!("the column `{field}` is not text ({physical}, {converted}{nested})");
            return Err(Error::input(path, why)
                .at(Place::Entry(field.to_owned()))
                .with_hint("name a column of strings with `--field`"));
        }
        let (max_def, rows) = (column.max_def_level(), u64::try_from(about.num_rows()).unwrap_or(0));
        Ok(Table { reader, column: index, max_def, block, group: 0, open: None, row: 0, rows, size, read, credited: 0 })
    }

    /// The next rows, `None` at the end.
    pub(super) fn next(&mut self, path: &Path) -> Result<Option<Piece>> {
        let mut rows = Vec::new();
        let taken = guarded(|| self.take(&mut rows));
        let first = self.row;
        taken.map_err(|why| damaged(path, &why).at(Place::Row(first + rows.len() as u64)))?;
        if rows.is_empty() {
            // A file cut and mended badly may hold fewer rows than it says.
            if first != self.rows {
                let why = format!("the file says it has {} rows but holds {first}", self.rows);
                return Err(damaged(path, &why));
            }
            self.read.fetch_add(self.size - self.credited, Relaxed);
            return Ok(None);
        }
        self.row += rows.len() as u64;
        // Reading jumps about in the file, so progress is told by rows.
        let share = u128::from(self.size) * u128::from(self.row.min(self.rows)) / u128::from(self.rows.max(1));
        let share = u64::try_from(share).unwrap_or(self.size);
        self.read.fetch_add(share.saturating_sub(self.credited), Relaxed);
        self.credited = share.max(self.credited);
        Ok(Some(Piece::Rows { rows, first }))
    }

    /// Adds rows until they fill a block or the file ends.
    fn take(&mut self, rows: &mut Vec<Row>) -> Result<(), ParquetError> {
        let (mut bytes, mut step) = (0, 1);
        let (mut values, mut levels) = (Vec::new(), Vec::new());
        while bytes < self.block && rows.len() < MAX_ROWS {
            let column = match &mut self.open {
                Some(column) => column,
                closed => {
                    if self.group >= self.reader.num_row_groups() {
                        return Ok(());
                    }
                    let reader = pages::column(&self.reader, self.group, self.column)?;
                    let parquet::column::reader::ColumnReader::ByteArrayColumnReader(reader) = reader else {
                        return Err(ParquetError::General("the column changes its type".to_owned()));
                    };
                    self.group += 1;
                    closed.insert(reader)
                }
            };
            let (records, _, _) = column.read_records(step, Some(&mut levels), None, &mut values)?;
            if records == 0 {
                self.open = None;
                continue;
            }
            let mut present = values.drain(..);
            for index in 0..records {
                // Without optional parts there are no levels, and every row has a value.
                let null = self.max_def > 0 && levels.get(index).is_none_or(|&level| level < self.max_def);
                let value = if null { None } else { present.next() };
                if value.is_none() && !null {
                    return Err(ParquetError::General("a row has lost its value".to_owned()));
                }
                bytes += value.as_ref().map_or(0, ByteArray::len);
                rows.push(value);
            }
            drop(present);
            levels.clear();
            step = (step * 2).min(STEP);
        }
        Ok(())
    }
}

/// Whether a column holds one string a row. Columns of plain bytes are taken as text, too: many writers leave the
/// note out.
fn is_text(column: &ColumnDescriptor) -> bool {
    column.physical_type() == Type::BYTE_ARRAY
        && column.max_rep_level() == 0
        && matches!(
            column.converted_type(),
            ConvertedType::NONE | ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON
        )
}

/// Runs `call`; what it returns as error, or panics with, as a message. The `parquet` crate asserts some properties of
/// its input instead of checking them, so a damaged file can make it panic; the file is given up in that case.
fn guarded<T>(call: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(done) => done.map_err(|error| match error {
            ParquetError::General(why) | ParquetError::EOF(why) => why,
            other => other.to_string(),
        }),
        Err(cause) => Err(match (cause.downcast_ref::<String>(), cause.downcast_ref::<&str>()) {
            (Some(why), _) => why.clone(),
            (None, Some(why)) => (*why).to_owned(),
            (None, None) => "unreadable".to_owned(),
        }),
    }
}

fn damaged(path: &Path, why: &str) -> Error {
    Error::input(path, format!("damaged or unsupported Parquet file: {why}"))
        .with_hint("check that the file is complete, or write it again")
}

/// The texts of `rows`, one after the other; `first` is the number of the first row.
pub(super) fn text(
    rows: &[Row],
    first: u64,
    lossy: bool,
    path: &Path,
    tally: &Tally,
    out: &mut Found,
) -> Result<String> {
    let total = rows.iter().flatten().map(ByteArray::len).sum();
    let mut text = String::with_capacity(total);
    let mut nulls = 0;
    for (index, row) in rows.iter().enumerate() {
        let Some(value) = row else {
            nulls += 1;
            continue;
        };
        let (start, place) = (text.len(), Place::Row(first + index as u64));
        match std::str::from_utf8(value.data()) {
            Ok(value) => text.push_str(value),
            Err(_) if lossy => {
                tally.replaced.fetch_add(push_lossy(value.data(), &mut text), Relaxed);
            }
            Err(_) => return Err(not_utf8(path, place)),
        }
        if u32::try_from(text.len()).is_err() {
            return Err(Error::input(path, "the texts up to this row are longer than 4 GiB")
                .at(place)
                .with_hint("split the long texts into several rows"));
        }
        out.add(start, text.len());
    }
    tally.null_rows.fetch_add(nulls, Relaxed);
    Ok(text)
}

#[cfg(test)]
mod tests;
