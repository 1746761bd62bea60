//! What Unicode says about characters: classes, normal forms, case.

mod class;
mod normalize;

pub use normalize::{Alignment, Normalizer, Normalizing};
