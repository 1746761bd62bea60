//! What Unicode says about characters: classes, normal forms, case.

mod blocks;
pub(crate) mod class;
pub mod cluster;
mod normalize;
mod table;

pub use normalize::{Alignment, Normalizer, Normalizing};

/// The Unicode version of the character classes and of regular expressions.
pub const VERSION: &str = "16.0.0";
