//! The flat list of measurements as a Parquet file, for data frames of any kind.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use toktool::{Error, Result};

use super::rows::{Row, rows};
use crate::evaluation::Evaluation;

/// The columns of [`Row`], in its order.
const SCHEMA: &str = "message measurements {
    required binary tokenizer (UTF8);
    required binary corpus (UTF8);
    optional binary language (UTF8);
    required binary metric (UTF8);
    optional double value;
    optional double ci_low;
    optional double ci_high;
    required binary unit (UTF8);
    required binary better (UTF8);
    required int64 n (INTEGER(64,false));
    required binary aggregation (UTF8);
    required binary definition (UTF8);
    optional binary reason (UTF8);
    optional binary curve (UTF8);
    optional binary axis (UTF8);
    optional binary x (UTF8);
}";

/// The values of a column.
enum Column {
    Text(Vec<Option<ByteArray>>),
    Real(Vec<Option<f64>>),
    Count(Vec<i64>),
}

fn columns(rows: &[Row<'_>]) -> Vec<Column> {
    type Of<T> = for<'r> fn(&'r Row<'_>) -> T;
    let text = |of: for<'r> fn(&'r Row<'_>) -> Option<&'r str>| {
        Column::Text(rows.iter().map(|row| of(row).map(|text| ByteArray::from(text.as_bytes().to_vec()))).collect())
    };
    let real = |of: Of<Option<f64>>| Column::Real(rows.iter().map(of).collect());
    vec![
        text(|row| Some(row.tokenizer)),
        text(|row| Some(row.corpus)),
        text(|row| row.language),
        text(|row| Some(row.metric)),
        real(|row| row.value),
        real(|row| row.ci_low),
        real(|row| row.ci_high),
        text(|row| Some(row.unit)),
        text(|row| Some(row.better)),
        // Parquet stores an unsigned number in the signed one of the same bits.
        Column::Count(rows.iter().map(|row| row.n.cast_signed()).collect()),
        text(|row| Some(row.aggregation)),
        text(|row| Some(row.definition)),
        text(|row| row.reason),
        text(|row| row.curve),
        text(|row| row.axis),
        // Sizes are spelled out, as domains are.
        Column::Text(rows.iter().map(|row| row.x.map(|x| ByteArray::from(x.to_string().into_bytes()))).collect()),
    ]
}

/// The rows as a Parquet file.
///
/// # Errors
/// [`Error::Unsupported`] where the writer fails, which it does not in memory.
pub fn parquet(evaluation: &Evaluation) -> Result<Vec<u8>> {
    written(&rows(evaluation)).map_err(|e| Error::unsupported("writing Parquet", e.to_string()))
}

fn written(rows: &[Row<'_>]) -> std::result::Result<Vec<u8>, ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(Default::default())).build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    let mut columns = columns(rows).into_iter();
    while let (Some(mut out), Some(column)) = (group.next_column()?, columns.next()) {
        // A level of 1 says that an optional value is there; required columns have none to say.
        match column {
            Column::Text(values) => {
                let levels: Vec<i16> = values.iter().map(|v| i16::from(v.is_some())).collect();
                let values: Vec<ByteArray> = values.into_iter().flatten().collect();
                out.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?
            }
            Column::Real(values) => {
                let levels: Vec<i16> = values.iter().map(|v| i16::from(v.is_some())).collect();
                let values: Vec<f64> = values.into_iter().flatten().collect();
                out.typed::<DoubleType>().write_batch(&values, Some(&levels), None)?
            }
            Column::Count(values) => out.typed::<Int64Type>().write_batch(&values, None, None)?,
        };
        out.close()?;
    }
    group.close()?;
    file.into_inner()
}
