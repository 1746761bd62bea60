//! toktool: tokenizers for languages that plain BPE serves badly.
#![deny(missing_docs)]

pub mod alphabet;
pub mod corpus;
pub mod count;
pub mod encode;
pub mod error;
pub mod formats;
pub mod observe;
pub mod runs;
pub mod samples;
pub mod text;
pub mod tokenizer;
pub mod train;
pub mod unicode;
pub mod vocab;
pub mod words;

pub use error::{Error, Result};
