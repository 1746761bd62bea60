//! An evaluation as people and programs read it.

mod curves;
mod html;
mod json;
mod latex;
mod markdown;
pub(crate) mod number;
mod parquet;
mod rows;
mod table;
pub(crate) mod text;

pub use html::html;
pub use json::json;
pub use latex::latex;
pub use markdown::markdown;
pub(crate) use number::shown;
pub use parquet::parquet;
pub use rows::{Row, csv, rows};
pub use table::table;

#[cfg(test)]
mod tests;
