//! The bodies that read from left to right: Llama, Mistral, Qwen 2, Qwen 3, Gemma 3 and GPT-2.
//!
//! They are one shape. A layer adds to the state what attention makes of its norm, and then what the feed-forward layer
//! makes of its norm; in Gemma both results are normalized once more before they are added. What differs is data: the
//! kind of norm, the positions, the window of each layer. Gemma's factor of the embeddings belongs to the body, as the
//! rows in the file come without it.
//!
//! Written from the papers and configurations of the families, and held to the numbers that the `transformers` library
//! computes on small random models (`tests/golden/lm`).

use candle_core::Tensor;

use super::attention::{Attention, block};
use super::config::{Config, Family};
use super::layers::{Loader, Mlp, Norm};
use super::rope::Rotation;
use super::slots::{Cache, Masks, Padding, Slots};
use super::{Names, Weights, failed};
use crate::error::{Error, Result};

/// A decoder without its embeddings and its head.
#[derive(Debug)]
pub struct Decoder {
    layers: Vec<Layer>,
    norm: Norm,
    /// Learned positions, `[max_positions, hidden]`.
    positions: Option<Tensor>,
    frequencies: Option<Vec<f64>>,
    /// Those of layers with a window, where they have their own.
    local_frequencies: Option<Vec<f64>>,
    windows: Vec<Option<usize>>,
    heads: usize,
    hidden: usize,
    max_positions: usize,
    embedding_scale: f64,
    tensors: Vec<(String, Tensor)>,
}

#[derive(Debug)]
struct Layer {
    before_attention: Norm,
    attention: Attention,
    after_attention: Option<Norm>,
    before_mlp: Norm,
    mlp: Mlp,
    after_mlp: Option<Norm>,
}

impl Decoder {
    /// Takes the body's tensors out of a checkpoint, converted to f32.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a family that does not read from left to right; [`Error::Input`] with the tensor's
    /// name as its place where one is missing or has another shape; what reading reports.
    pub fn load(config: &Config, weights: &dyn Weights) -> Result<Decoder> {
        if !config.family.is_decoder() {
            let what = format!("`{}` as a causal model", config.model_type);
            return Err(Error::unsupported(what, "its tokens see those after them")
                .with_hint("this needs a model that predicts the next token"));
        }
        let names = Names::find(config, weights)?;
        let mut loader = Loader::new(weights, &names.prefix);
        let gpt2 = config.family == Family::Gpt2;
        let mut layers = Vec::new();
        for number in 0..config.layers {
            layers.push(if gpt2 {
                gpt2_layer(config, number, &mut loader)?
            } else {
                layer(config, number, &mut loader)?
            });
        }
        let norm = match gpt2 {
            true => loader.layer_norm("ln_f", config.hidden, config.norm_eps)?,
            false => loader.rms_norm("norm", config.hidden, config.norm_eps, config.family == Family::Gemma3)?,
        };
        let positions = match gpt2 {
            true => Some(loader.tensor("wpe.weight", &[config.max_positions, config.hidden])?),
            false => None,
        };
        Ok(Decoder {
            layers,
            norm,
            positions,
            frequencies: config.rope.as_ref().map(|rope| rope.frequencies(config.head_dim)),
            local_frequencies: config.local_rope.as_ref().map(|rope| rope.frequencies(config.head_dim)),
            windows: config.windows.clone(),
            heads: config.heads,
            hidden: config.hidden,
            max_positions: config.max_positions,
            embedding_scale: config.embedding_scale,
            tensors: loader.taken,
        })
    }

    /// The hidden states of all positions after the last norm, `[B, T, hidden]`, from the rows of their tokens,
    /// `[B, T, hidden]` as the input matrix holds them. With a cache the tokens follow those that it has seen. States
    /// of padding are finite and of no meaning.
    ///
    /// # Errors
    /// [`Error::Config`] where padding or cache do not fit the batch, [`Error::Unsupported`] for a sequence that is
    /// longer than a model with learned positions can read, and what the device reports.
    pub fn forward(&self, embeddings: &Tensor, padding: Padding<'_>, cache: Option<&mut Cache>) -> Result<Tensor> {
        self.run(embeddings, padding, cache, &mut |_| ())
    }

    /// What goes into each layer, and last what [`Decoder::forward`] gives: `layers + 1` times `[B, T, hidden]`.
    ///
    /// # Errors
    /// As [`Decoder::forward`].
    pub fn states(&self, embeddings: &Tensor, padding: Padding<'_>) -> Result<Vec<Tensor>> {
        let mut states = Vec::with_capacity(self.layers.len() + 1);
        let last = self.run(embeddings, padding, None, &mut |state| states.push(state.clone()))?;
        states.push(last);
        Ok(states)
    }

    /// Every tensor of the body as it is used, by its name in the checkpoint.
    pub fn tensors(&self) -> &[(String, Tensor)] {
        &self.tensors
    }

    /// Numbers of a hidden state.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    fn run(
        &self,
        embeddings: &Tensor,
        padding: Padding<'_>,
        mut cache: Option<&mut Cache>,
        see: &mut dyn FnMut(&Tensor),
    ) -> Result<Tensor> {
        let running = failed("running the model");
        let (batch, len, _) = embeddings.dims3().map_err(&running)?;
        let slots = Slots::new(batch, len, padding, true, cache.as_deref_mut())?;
        if self.positions.is_some() {
            slots.within(self.max_positions)?;
        }
        if let Some(cache) = cache.as_deref_mut() {
            cache.layers.resize(self.layers.len(), None);
        }
        self.through(embeddings, &slots, cache, see).map_err(&running)
    }

    fn through(
        &self,
        embeddings: &Tensor,
        slots: &Slots,
        mut cache: Option<&mut Cache>,
        see: &mut dyn FnMut(&Tensor),
    ) -> candle_core::Result<Tensor> {
        let (batch, len, _) = embeddings.dims3()?;
        let device = embeddings.device();
        let positions = slots.positions();
        let rotation = |frequencies: &Option<Vec<f64>>| {
            frequencies.as_ref().map(|f| Rotation::new(f, &positions, device)).transpose()
        };
        let (global, local) = (rotation(&self.frequencies)?, rotation(&self.local_frequencies)?);
        let whole = block(batch, self.heads, len, slots.len()) == len;
        let masks = Masks::new(slots, &self.windows, whole, device)?;
        let mut x = if self.embedding_scale == 1.0 { embeddings.clone() } else { (embeddings * self.embedding_scale)? };
        if let Some(table) = &self.positions {
            x = x.broadcast_add(&learned(table, &positions, 0)?)?;
        }
        for (number, layer) in self.layers.iter().enumerate() {
            see(&x);
            let windowed = layer.attention.window.is_some();
            let rotation = if windowed { local.as_ref().or(global.as_ref()) } else { global.as_ref() };
            let past = cache.as_deref_mut().and_then(|cache| cache.layers.get_mut(number));
            let y = layer.attention.forward(&layer.before_attention.forward(&x)?, rotation, &masks, past)?;
            x = (x + after(&layer.after_attention, y)?)?;
            let y = layer.mlp.forward(&layer.before_mlp.forward(&x)?)?;
            x = (x + after(&layer.after_mlp, y)?)?;
        }
        self.norm.forward(&x)
    }
}

fn after(norm: &Option<Norm>, x: Tensor) -> candle_core::Result<Tensor> {
    norm.as_ref().map_or(Ok(x.clone()), |norm| norm.forward(&x))
}

/// Rows of a table of learned positions, `[rows, T, hidden]`, `offset` rows further on.
pub(super) fn learned(table: &Tensor, positions: &[Vec<usize>], offset: usize) -> candle_core::Result<Tensor> {
    let (rows, len) = (positions.len(), positions.first().map_or(0, Vec::len));
    let ids: Vec<u32> = positions.iter().flatten().map(|&p| (p + offset) as u32).collect();
    let ids = Tensor::from_vec(ids, rows * len, table.device())?;
    table.index_select(&ids, 0)?.reshape((rows, len, ()))
}

/// A layer of a family that descends from Llama's.
fn layer(config: &Config, number: usize, loader: &mut Loader<'_>) -> Result<Layer> {
    let c = config;
    let gemma = c.family == Family::Gemma3;
    let at = |name: &str| format!("layers.{number}.{name}");
    let (queries, keys) = (c.heads * c.head_dim, c.kv_heads * c.head_dim);
    let mut norm = |name: &str, size| loader.rms_norm(&at(name), size, c.norm_eps, gemma);
    let before_attention = norm("input_layernorm", c.hidden)?;
    let second = norm("post_attention_layernorm", c.hidden)?;
    let (after_attention, before_mlp, after_mlp) = match gemma {
        true => {
            let before_mlp = norm("pre_feedforward_layernorm", c.hidden)?;
            (Some(second), before_mlp, Some(norm("post_feedforward_layernorm", c.hidden)?))
        }
        false => (None, second, None),
    };
    let norms = match c.qk_norm {
        true => Some((norm("self_attn.q_norm", c.head_dim)?, norm("self_attn.k_norm", c.head_dim)?)),
        false => None,
    };
    let attention = Attention {
        query: loader.linear(&at("self_attn.q_proj"), c.hidden, queries, c.biases.qkv)?,
        key: loader.linear(&at("self_attn.k_proj"), c.hidden, keys, c.biases.qkv)?,
        value: loader.linear(&at("self_attn.v_proj"), c.hidden, keys, c.biases.qkv)?,
        output: loader.linear(&at("self_attn.o_proj"), queries, c.hidden, c.biases.output)?,
        norms,
        heads: c.heads,
        kv_heads: c.kv_heads,
        head_dim: c.head_dim,
        scale: c.scale,
        window: c.windows[number],
    };
    let mlp = Mlp {
        gate: Some(loader.linear(&at("mlp.gate_proj"), c.hidden, c.inner, c.biases.mlp)?),
        up: loader.linear(&at("mlp.up_proj"), c.hidden, c.inner, c.biases.mlp)?,
        down: loader.linear(&at("mlp.down_proj"), c.inner, c.hidden, c.biases.mlp)?,
        activation: c.activation,
    };
    Ok(Layer { before_attention, attention, after_attention, before_mlp, mlp, after_mlp })
}

/// A layer of GPT-2, whose queries, keys and values are columns of one matrix.
fn gpt2_layer(config: &Config, number: usize, loader: &mut Loader<'_>) -> Result<Layer> {
    let c = config;
    let at = |name: &str| format!("h.{number}.{name}");
    let all = loader.transposed(&at("attn.c_attn"), c.hidden, 3 * c.hidden)?;
    let attention = Attention {
        query: all.columns(0, c.hidden)?,
        key: all.columns(c.hidden, c.hidden)?,
        value: all.columns(2 * c.hidden, c.hidden)?,
        output: loader.transposed(&at("attn.c_proj"), c.hidden, c.hidden)?,
        norms: None,
        heads: c.heads,
        kv_heads: c.kv_heads,
        head_dim: c.head_dim,
        scale: c.scale,
        window: None,
    };
    let mlp = Mlp {
        gate: None,
        up: loader.transposed(&at("mlp.c_fc"), c.hidden, c.inner)?,
        down: loader.transposed(&at("mlp.c_proj"), c.inner, c.hidden)?,
        activation: c.activation,
    };
    Ok(Layer {
        before_attention: loader.layer_norm(&at("ln_1"), c.hidden, c.norm_eps)?,
        attention,
        after_attention: None,
        before_mlp: loader.layer_norm(&at("ln_2"), c.hidden, c.norm_eps)?,
        mlp,
        after_mlp: None,
    })
}
