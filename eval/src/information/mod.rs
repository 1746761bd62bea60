//! Tokenizers as sources and as compressors: entropies that say how far they can be trusted, and real coders.
//!
//! Everything here is a pure function from slices to plain structs: no file is read and nothing is printed.
//!
//! | module | question |
//! |---|---|
//! | [`unigram`] | how evenly is the vocabulary used? |
//! | [`orders`] | how many bits does the next token carry, once the tokens before it are known? |
//! | [`compress`] | how small does the text become in coders that people use? |
//!
//! Sums of floating-point numbers run over sorted counts or in the order of documents, and logarithms come from `libm`:
//! the same input gives the same bits on every machine and for any number of threads.

pub mod compress;
mod numeric;
pub mod orders;
#[cfg(test)]
mod simulate;
pub mod unigram;
