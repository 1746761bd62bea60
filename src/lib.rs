#![doc = include_str!("../README.md")]
//!
//! # The modules, in the order of the pipeline
//!
//! [`corpus`] reads text, [`text`] cuts it, [`morph`] finds the morphemes of its words, [`count`] counts the pieces into [`words`], [`train`] learns a [`vocab`] from
//! them, and [`tokenizer`] is what comes out; [`encode`] puts it to work, [`formats`] reads, writes and verifies it, and [`repair`] finds what is dead in it and
//! removes it.
//! [`error`] and [`observe`] are how all of them speak.

pub mod alphabet;
pub mod corpus;
pub mod count;
pub mod encode;
pub mod error;
pub mod formats;
pub mod inventory;
#[cfg(feature = "models")]
pub mod lm;
pub mod morph;
pub mod observe;
mod packed;
pub mod random;
pub mod repair;
pub mod runs;
pub mod samples;
pub mod stats;
pub mod text;
pub mod tokenizer;
pub mod train;
#[cfg(feature = "models")]
pub mod transplant;
pub mod unicode;
pub mod vocab;
pub mod words;

pub use encode::Encoder;
pub use error::{Error, Result};
pub use tokenizer::Tokenizer;
