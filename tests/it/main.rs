//! Tests of the library as a whole.
#![allow(clippy::unwrap_used)]

mod constrained;
mod embedded;
mod layering;
mod seeds;
