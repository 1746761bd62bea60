//! Pages of a Parquet file whose dictionaries are no larger than they can be.
//!
//! The `parquet` crate makes room for as many values as a dictionary page says it holds before it looks at them, and a
//! damaged page may say four thousand million. No value takes less than a byte, which is checked here first.

use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{FileReader, SerializedFileReader};

/// A reader of pages that refuses impossible ones.
struct Checked(Box<dyn PageReader>);

impl PageReader for Checked {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.0.get_next_page()?;
        match &page {
            Some(Page::DictionaryPage { buf, num_values, .. }) if *num_values as usize > buf.len() => {
                Err(ParquetError::General(format!("a dictionary of {num_values} values in {} bytes", buf.len())))
            }
            _ => Ok(page),
        }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.0.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.0.at_record_boundary()
    }
}

impl Iterator for Checked {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

/// One column of one row group.
///
/// # Errors
/// What the `parquet` crate reports.
pub(crate) fn column(
    file: &SerializedFileReader<std::fs::File>,
    row_group: usize,
    column: usize,
) -> Result<ColumnReader> {
    let group = file.get_row_group(row_group)?;
    let pages = Checked(group.get_column_page_reader(column)?);
    Ok(get_column_reader(group.metadata().column(column).column_descr_ptr(), Box::new(pages)))
}
