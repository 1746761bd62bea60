//! `config.json` as plain data: what a body has to know to be built.
//!
//! Every family has its own keys and its own defaults for those that a file may leave out; the defaults are those of
//! the `transformers` library, which leaves them out of the files that it writes. What a body here cannot compute exactly
//! (an unknown rotary scaling, soft-capped logits, relative positions) is refused when the configuration is read, by
//! the name of its key, and not when the figures are already wrong.

use std::num::NonZeroUsize;

use serde_json::{Map, Value};

use super::rope::Rope;
use crate::error::{Error, Result};
use crate::vocab::Id;

mod keys;
#[cfg(test)]
mod tests;

use keys::Keys;

/// The architectures that there are bodies for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Llama 1 to 3 and what has its layers.
    Llama,
    /// Mistral: Llama with a sliding window.
    Mistral,
    /// Qwen 2 and 2.5: Llama with biases of queries, keys and values.
    Qwen2,
    /// Qwen 3: norms of queries and keys.
    Qwen3,
    /// The text model of Gemma 3.
    Gemma3,
    /// GPT-2: learned positions.
    Gpt2,
    /// BERT and its distillates with the same layers (MiniLM).
    Bert,
    /// RoBERTa.
    Roberta,
    /// XLM-RoBERTa.
    XlmRoberta,
}

/// `model_type` of `config.json`, and the family it means.
pub const FAMILIES: [(&str, Family); 10] = [
    ("llama", Family::Llama),
    ("mistral", Family::Mistral),
    ("qwen2", Family::Qwen2),
    ("qwen3", Family::Qwen3),
    ("gemma3", Family::Gemma3),
    ("gemma3_text", Family::Gemma3),
    ("gpt2", Family::Gpt2),
    ("bert", Family::Bert),
    ("roberta", Family::Roberta),
    ("xlm-roberta", Family::XlmRoberta),
];

impl Family {
    /// Whether its body reads from left to right and predicts the next token.
    pub fn is_decoder(self) -> bool {
        !matches!(self, Family::Bert | Family::Roberta | Family::XlmRoberta)
    }
}

/// The function between the two halves of a feed-forward layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// x · sigmoid(x).
    Silu,
    /// x · Φ(x), by the error function.
    GeluErf,
    /// The same by Hendrycks and Gimpel's tangent approximation (`gelu_new`).
    GeluTanh,
    /// max(x, 0).
    Relu,
}

/// Which projections of a layer have a bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Biases {
    /// Queries, keys and values.
    pub qkv: bool,
    /// The output of attention.
    pub output: bool,
    /// The feed-forward layer.
    pub mlp: bool,
}

/// The shape of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The architecture.
    pub family: Family,
    /// Its name in the file.
    pub model_type: String,
    /// Rows of the input matrix and the head.
    pub vocab_size: usize,
    /// Numbers of a hidden state.
    pub hidden: usize,
    /// Layers.
    pub layers: usize,
    /// Heads of queries.
    pub heads: usize,
    /// Heads of keys and values, a divisor of `heads`.
    pub kv_heads: usize,
    /// Numbers of a head.
    pub head_dim: usize,
    /// Numbers between the halves of the feed-forward layer.
    pub inner: usize,
    /// The function there.
    pub activation: Activation,
    /// What norms add to the variance.
    pub norm_eps: f64,
    /// Which projections have a bias.
    pub biases: Biases,
    /// Whether queries and keys have norms of their own.
    pub qk_norm: bool,
    /// The factor of attention scores.
    pub scale: f64,
    /// The factor of embeddings: the root of `hidden` in Gemma, else 1.
    pub embedding_scale: f64,
    /// Rotary positions of layers that see everything; `None` where positions are learned.
    pub rope: Option<Rope>,
    /// Those of layers with a window, where they differ.
    pub local_rope: Option<Rope>,
    /// For each layer how many positions a token sees, itself included; `None` is all before it.
    pub windows: Vec<Option<usize>>,
    /// The most positions a sequence may have.
    pub max_positions: usize,
    /// Rows of the table of learned positions before the first that is used (RoBERTa).
    pub position_offset: usize,
    /// Rows of the table of token types; 0 where there is none.
    pub token_types: usize,
    /// Whether the input matrix is the head, too.
    pub tied: bool,
    /// The token that begins a sequence.
    pub bos: Option<Id>,
    /// The tokens that end one.
    pub eos: Vec<Id>,
    /// The token that fills short rows up.
    pub pad: Option<Id>,
}

/// What a file of one family says differently from the others.
struct Defaults {
    heads: Option<usize>,
    kv_heads: Option<usize>,
    head_dim: Option<usize>,
    vocab_size: Option<usize>,
    max_positions: Option<usize>,
    theta: f64,
    window: Option<usize>,
    tied: bool,
    bos: Option<Id>,
}

impl Config {
    /// Reads a configuration; keys under `text_config` win over those beside it.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a family or a feature that there is no body for, [`Error::Input`] with the key as its
    /// place for a value that is missing or makes no sense. Neither names a file: see [`Error::in_file`].
    pub fn read(file: &Map<String, Value>) -> Result<Config> {
        let keys = Keys::new(file)?;
        let model_type = keys.text("model_type")?;
        let Some(&(_, family)) = FAMILIES.iter().find(|(name, _)| *name == model_type) else {
            let known: Vec<String> = FAMILIES.iter().map(|(name, _)| format!("`{name}`")).collect();
            return Err(Error::unsupported(format!("the model type `{model_type}`"), "there is no body for it")
                .with_hint(format!("known are {}", known.join(", "))));
        };
        match family {
            Family::Gpt2 => gpt2(&keys, model_type),
            Family::Bert | Family::Roberta | Family::XlmRoberta => encoder(&keys, model_type, family),
            _ => llama(&keys, model_type, family),
        }
    }
}

/// The families whose layers descend from Llama's.
fn llama(keys: &Keys<'_>, model_type: &str, family: Family) -> Result<Config> {
    let gemma = family == Family::Gemma3;
    let known = match family {
        // Of Gemma's configurations only what differs from these is written to files.
        Family::Gemma3 => Defaults {
            heads: Some(8),
            kv_heads: Some(4),
            head_dim: Some(256),
            vocab_size: Some(262_208),
            max_positions: Some(131_072),
            theta: 1e6,
            window: Some(4096),
            tied: true,
            bos: Some(2),
        },
        _ => Defaults {
            heads: None,
            kv_heads: None,
            head_dim: (family == Family::Qwen3).then_some(128),
            vocab_size: None,
            max_positions: None,
            theta: 1e4,
            window: Some(4096),
            tied: false,
            bos: None,
        },
    };
    for capped in ["final_logit_softcapping", "attn_logit_softcapping"] {
        keys.refuse(capped, |v| !v.is_null())?;
    }
    keys.refuse("use_bidirectional_attention", |v| v.as_bool() != Some(false) && !v.is_null())?;
    let (hidden, layers) = (keys.size("hidden_size", None)?, keys.layers("num_hidden_layers")?);
    let heads = keys.size("num_attention_heads", known.heads)?;
    let kv_heads = keys.size("num_key_value_heads", Some(known.kv_heads.unwrap_or(heads)))?;
    if !heads.is_multiple_of(kv_heads) {
        let why = format!("{kv_heads} does not divide the {heads} of `num_attention_heads`");
        return Err(keys::wrong("num_key_value_heads", why));
    }
    let head_dim = keys.head_dim(hidden, heads, known.head_dim)?;
    let bias = keys.flag("attention_bias", false)?;
    let biases = Biases {
        qkv: family == Family::Qwen2 || (bias && family != Family::Mistral),
        output: bias && !matches!(family, Family::Qwen2 | Family::Mistral),
        mlp: family == Family::Llama && keys.flag("mlp_bias", false)?,
    };
    let (rope, local_rope) = keys.ropes(known.theta, gemma)?;
    let divisor = match gemma {
        true => keys.positive("query_pre_attn_scalar", Some(256.0))?,
        false => head_dim as f64,
    };
    Ok(Config {
        family,
        model_type: model_type.to_owned(),
        vocab_size: keys.size("vocab_size", known.vocab_size)?,
        hidden,
        layers,
        heads,
        kv_heads,
        head_dim,
        inner: keys.size("intermediate_size", None)?,
        activation: keys.activation(
            if gemma { &["hidden_activation", "hidden_act"] } else { &["hidden_act"] },
            if gemma { Activation::GeluTanh } else { Activation::Silu },
        )?,
        norm_eps: keys.positive("rms_norm_eps", Some(1e-6))?,
        biases,
        qk_norm: matches!(family, Family::Qwen3 | Family::Gemma3),
        scale: divisor.powf(-0.5),
        embedding_scale: if gemma { (hidden as f64).sqrt() } else { 1.0 },
        rope: Some(rope),
        local_rope,
        windows: keys.windows(family, layers, known.window)?,
        max_positions: keys.size("max_position_embeddings", known.max_positions)?,
        position_offset: 0,
        token_types: 0,
        tied: keys.flag("tie_word_embeddings", known.tied)?,
        bos: keys.id("bos_token_id", known.bos)?,
        eos: keys.ids("eos_token_id")?,
        pad: keys.id("pad_token_id", None)?,
    })
}

fn gpt2(keys: &Keys<'_>, model_type: &str) -> Result<Config> {
    keys.refuse("scale_attn_by_inverse_layer_idx", |v| v.as_bool() == Some(true))?;
    keys.refuse("add_cross_attention", |v| v.as_bool() == Some(true))?;
    let (hidden, layers, heads) = (keys.size("n_embd", None)?, keys.layers("n_layer")?, keys.size("n_head", None)?);
    let head_dim = keys::divided("n_embd", hidden, "n_head", heads)?;
    let scaled = keys.flag("scale_attn_weights", true)?;
    Ok(Config {
        family: Family::Gpt2,
        model_type: model_type.to_owned(),
        vocab_size: keys.size("vocab_size", None)?,
        hidden,
        layers,
        heads,
        kv_heads: heads,
        head_dim,
        inner: keys.size("n_inner", Some(4 * hidden))?,
        activation: keys.activation(&["activation_function"], Activation::GeluTanh)?,
        norm_eps: keys.positive("layer_norm_epsilon", Some(1e-5))?,
        biases: Biases { qkv: true, output: true, mlp: true },
        qk_norm: false,
        scale: if scaled { (head_dim as f64).powf(-0.5) } else { 1.0 },
        embedding_scale: 1.0,
        rope: None,
        local_rope: None,
        windows: vec![None; layers],
        max_positions: keys.size("n_positions", keys.optional_size("n_ctx")?)?,
        position_offset: 0,
        token_types: 0,
        tied: keys.flag("tie_word_embeddings", true)?,
        bos: keys.id("bos_token_id", None)?,
        eos: keys.ids("eos_token_id")?,
        pad: keys.id("pad_token_id", None)?,
    })
}

fn encoder(keys: &Keys<'_>, model_type: &str, family: Family) -> Result<Config> {
    keys.refuse("position_embedding_type", |v| v.as_str() != Some("absolute") && !v.is_null())?;
    keys.refuse("is_decoder", |v| v.as_bool() == Some(true))?;
    let (hidden, layers) = (keys.size("hidden_size", None)?, keys.layers("num_hidden_layers")?);
    let heads = keys.size("num_attention_heads", None)?;
    let head_dim = keys::divided("hidden_size", hidden, "num_attention_heads", heads)?;
    let pad = keys.id("pad_token_id", Some(if family == Family::Bert { 0 } else { 1 }))?;
    // RoBERTa numbers positions from the id after its padding's; the rows before that are never used.
    let position_offset = if family == Family::Bert { 0 } else { pad.unwrap_or(1) as usize + 1 };
    let rows = keys.size("max_position_embeddings", None)?;
    let Some(max_positions) = rows.checked_sub(position_offset).and_then(NonZeroUsize::new) else {
        let why = format!("{rows} rows leave no position after the {position_offset} that padding takes");
        return Err(keys::wrong("max_position_embeddings", why));
    };
    Ok(Config {
        family,
        model_type: model_type.to_owned(),
        vocab_size: keys.size("vocab_size", None)?,
        hidden,
        layers,
        heads,
        kv_heads: heads,
        head_dim,
        inner: keys.size("intermediate_size", None)?,
        activation: keys.activation(&["hidden_act"], Activation::GeluErf)?,
        norm_eps: keys.positive("layer_norm_eps", Some(1e-12))?,
        biases: Biases { qkv: true, output: true, mlp: true },
        qk_norm: false,
        scale: (head_dim as f64).powf(-0.5),
        embedding_scale: 1.0,
        rope: None,
        local_rope: None,
        windows: vec![None; layers],
        max_positions: max_positions.get(),
        position_offset,
        token_types: keys.size("type_vocab_size", Some(if family == Family::Bert { 2 } else { 1 }))?,
        tied: keys.flag("tie_word_embeddings", true)?,
        bos: keys.id("bos_token_id", None)?,
        eos: keys.ids("eos_token_id")?,
        pad,
    })
}
