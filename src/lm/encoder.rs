//! The bodies whose tokens see each other: BERT with its distillates, RoBERTa and XLM-RoBERTa.
//!
//! The body begins after the word embeddings: positions, token types and the norm of their sum belong to it. A layer
//! normalizes after each addition. RoBERTa's positions begin behind the row of its padding token, and count tokens and
//! not slots; so do BERT's here, which is the same wherever padding is on the right, as it always is there.

use candle_core::Tensor;

use super::attention::{Attention, block};
use super::config::Config;
use super::decoder::learned;
use super::layers::{Loader, Mlp, Norm};
use super::slots::{Masks, Padding, Slots};
use super::{Names, Weights, failed};
use crate::error::{Error, Result};

/// An encoder without its word embeddings and its head.
#[derive(Debug)]
pub struct Encoder {
    positions: Tensor,
    /// The row of the first token type, `[hidden]`: texts are not compared in pairs here.
    token_type: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
    max_positions: usize,
    position_offset: usize,
    tensors: Vec<(String, Tensor)>,
}

#[derive(Debug)]
struct Layer {
    attention: Attention,
    after_attention: Norm,
    mlp: Mlp,
    after_mlp: Norm,
}

impl Encoder {
    /// Takes the body's tensors out of a checkpoint, converted to f32.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a family that reads from left to right; [`Error::Input`] with the tensor's name as
    /// its place where one is missing or has another shape; what reading reports.
    pub fn load(config: &Config, weights: &dyn Weights) -> Result<Encoder> {
        if config.family.is_decoder() {
            let what = format!("`{}` as an encoder", config.model_type);
            return Err(Error::unsupported(what, "its tokens see only those before them"));
        }
        let (c, names) = (config, Names::find(config, weights)?);
        let mut loader = Loader::new(weights, &names.prefix);
        let rows = c.max_positions + c.position_offset;
        let positions = loader.tensor("embeddings.position_embeddings.weight", &[rows, c.hidden])?;
        let types = loader.tensor("embeddings.token_type_embeddings.weight", &[c.token_types, c.hidden])?;
        let token_type = types.get(0).map_err(failed("loading a model"))?;
        let norm = loader.layer_norm("embeddings.LayerNorm", c.hidden, c.norm_eps)?;
        let layers = (0..c.layers).map(|number| layer(c, number, &mut loader)).collect::<Result<_>>()?;
        Ok(Encoder {
            positions,
            token_type,
            norm,
            layers,
            heads: c.heads,
            max_positions: c.max_positions,
            position_offset: c.position_offset,
            tensors: loader.taken,
        })
    }

    /// The hidden states of all positions, `[B, T, hidden]`, from the rows of their tokens, `[B, T, hidden]`. States of
    /// padding are finite and of no meaning.
    ///
    /// # Errors
    /// [`Error::Config`] where padding does not fit the batch, [`Error::Unsupported`] for a sequence that is longer
    /// than the model can read, and what the device reports.
    pub fn forward(&self, embeddings: &Tensor, padding: Padding<'_>) -> Result<Tensor> {
        self.run(embeddings, padding, &mut |_| ())
    }

    /// What goes into each layer, and last what [`Encoder::forward`] gives: `layers + 1` times `[B, T, hidden]`.
    ///
    /// # Errors
    /// As [`Encoder::forward`].
    pub fn states(&self, embeddings: &Tensor, padding: Padding<'_>) -> Result<Vec<Tensor>> {
        let mut states = Vec::with_capacity(self.layers.len() + 1);
        let last = self.run(embeddings, padding, &mut |state| states.push(state.clone()))?;
        states.push(last);
        Ok(states)
    }

    /// Every tensor of the body as it is used, by its name in the checkpoint.
    pub fn tensors(&self) -> &[(String, Tensor)] {
        &self.tensors
    }

    fn run(&self, embeddings: &Tensor, padding: Padding<'_>, see: &mut dyn FnMut(&Tensor)) -> Result<Tensor> {
        let running = failed("running the model");
        let (batch, len, _) = embeddings.dims3().map_err(&running)?;
        let slots = Slots::new(batch, len, padding, false, None)?;
        slots.within(self.max_positions)?;
        self.through(embeddings, &slots, see).map_err(&running)
    }

    fn through(&self, embeddings: &Tensor, slots: &Slots, see: &mut dyn FnMut(&Tensor)) -> candle_core::Result<Tensor> {
        let (batch, len, _) = embeddings.dims3()?;
        let whole = block(batch, self.heads, len, len) == len;
        let masks = Masks::new(slots, &[None], whole, embeddings.device())?;
        let positions = learned(&self.positions, &slots.positions(), self.position_offset)?;
        let sum = embeddings.broadcast_add(&positions)?.broadcast_add(&self.token_type)?;
        let mut x = self.norm.forward(&sum)?;
        for layer in &self.layers {
            see(&x);
            let y = layer.attention.forward(&x, None, &masks, None)?;
            x = layer.after_attention.forward(&(x + y)?)?;
            let y = layer.mlp.forward(&x)?;
            x = layer.after_mlp.forward(&(x + y)?)?;
        }
        Ok(x)
    }
}

fn layer(config: &Config, number: usize, loader: &mut Loader<'_>) -> Result<Layer> {
    let c = config;
    let at = |name: &str| format!("encoder.layer.{number}.{name}");
    let attention = Attention {
        query: loader.linear(&at("attention.self.query"), c.hidden, c.hidden, c.biases.qkv)?,
        key: loader.linear(&at("attention.self.key"), c.hidden, c.hidden, c.biases.qkv)?,
        value: loader.linear(&at("attention.self.value"), c.hidden, c.hidden, c.biases.qkv)?,
        output: loader.linear(&at("attention.output.dense"), c.hidden, c.hidden, c.biases.output)?,
        norms: None,
        heads: c.heads,
        kv_heads: c.kv_heads,
        head_dim: c.head_dim,
        scale: c.scale,
        window: None,
    };
    let mlp = Mlp {
        gate: None,
        up: loader.linear(&at("intermediate.dense"), c.hidden, c.inner, c.biases.mlp)?,
        down: loader.linear(&at("output.dense"), c.inner, c.hidden, c.biases.mlp)?,
        activation: c.activation,
    };
    Ok(Layer {
        attention,
        after_attention: loader.layer_norm(&at("attention.output.LayerNorm"), c.hidden, c.norm_eps)?,
        mlp,
        after_mlp: loader.layer_norm(&at("output.LayerNorm"), c.hidden, c.norm_eps)?,
    })
}
