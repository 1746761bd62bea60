//! What Unicode says about characters: classes, normal forms, case.

pub(crate) mod class;
mod normalize;
mod table;

pub use normalize::{Alignment, Normalizer, Normalizing};
