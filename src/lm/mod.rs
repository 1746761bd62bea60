//! Language models: where their weights lie, and bodies that take embeddings and give hidden states.
//!
//! Both transplantation and dynamic tokenization need a model whose embedding rows are not its own, so nothing here
//! looks up an embedding by itself: a body reads rows of numbers and returns the hidden state of every position.
//! Everything is candle on whatever device it is given, and everything carries gradients (candle's fused normalisation,
//! softmax and rotary kernels do not, and say nothing: they are not used).

pub mod checkpoint;

use crate::Result;
use candle_core::Tensor;

/// Where a body finds its weights, by their names in a Hugging Face checkpoint.
pub trait Weights {
    /// The tensor called `name`, or `None` where the checkpoint has none of that name.
    ///
    /// # Errors
    /// The file cannot be read, or the tensor's numbers have a type that is not understood.
    fn get(&self, name: &str) -> Result<Option<Tensor>>;
}
