//! Language models: where their weights lie, and bodies that take embeddings and give hidden states.
//!
//! Both transplantation and dynamic tokenization need a model whose embedding rows are not its own, so no body here
//! looks up an embedding by itself: it reads rows of numbers and returns the hidden state of every position. [`Model`]
//! puts rows and a head around a body, and [`Scorer`] judges text with it.
//!
//! | file | what it is |
//! |---|---|
//! | `checkpoint` | folders and GGUF files: where every tensor lies, rows of it as numbers, writing them |
//! | `config` | `config.json` as plain data, for the families of [`config::FAMILIES`] |
//! | `names` | which tensors of a checkpoint are the input matrix, the head and its bias |
//! | `decoder`, `encoder` | the bodies; `attention`, `rope`, `layers` are what they are made of |
//! | `slots` | which position a token has, and which positions it sees: padding, windows, cache |
//! | `model`, `scoring` | embeddings, body and head together; nats of documents |
//! | `memory` | weights that are held in memory |
//!
//! Everything is candle on whatever device the weights are on, in f32, and everything carries gradients (candle's fused
//! normalisation, softmax and rotary kernels do not, and say nothing: they are not used).

use crate::error::{Error, Result};
pub use candle_core::{Device, Tensor};

mod attention;
pub mod checkpoint;
pub mod config;
mod decoder;
mod encoder;
mod layers;
mod memory;
mod model;
mod names;
mod rope;
mod scoring;
mod slots;

pub use config::{Config, Family};
pub use decoder::Decoder;
pub use encoder::Encoder;
pub use memory::Memory;
pub use model::{Head, Model};
pub use names::Names;
pub use rope::{Rope, Scaling};
pub use scoring::{DocumentScore, Scorer, Scores, Scoring};
pub use slots::{Cache, Padding};

/// Where a body finds its weights, by their names in a Hugging Face checkpoint.
pub trait Weights {
    /// The tensor called `name`, or `None` where the checkpoint has none of that name.
    ///
    /// # Errors
    /// The file cannot be read, or the tensor's numbers have a type that is not understood.
    fn get(&self, name: &str) -> Result<Option<Tensor>>;
}

/// A failure inside candle, while `what` was done.
fn failed(what: &'static str) -> impl Fn(candle_core::Error) -> Error {
    move |e| Error::unsupported(what, e.to_string())
}

#[cfg(test)]
mod tests;
