//! An evaluation as people and programs read it.

mod json;
mod latex;
mod markdown;
mod number;
mod rows;
mod table;

pub use json::json;
pub use latex::latex;
pub use markdown::markdown;
pub use rows::{Row, csv, rows};
pub use table::table;

#[cfg(test)]
mod tests;
