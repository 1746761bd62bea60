//! Which tensors of a checkpoint are its rows: the input matrix, the head that turns hidden states into logits, and
//! the head's bias.
//!
//! A family's tensors carry a prefix that depends on the class that saved them: a bare body has none, a model inside a
//! multimodal one has two. Which prefix a checkpoint has is found by a small tensor that every body has.

use super::Weights;
use super::config::{Config, Family};
use crate::error::{Error, Place, Result};

/// The names of the rows of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// What stands before the names of the body's tensors: `model.`.
    pub prefix: String,
    /// The input matrix, `[vocabulary, hidden]`.
    pub input: String,
    /// The head, `[vocabulary, hidden]`; `None` where the input matrix serves (tied).
    pub head: Option<String>,
    /// The head's bias, `[vocabulary]`: of masked language models alone. Either name may stand in a file, or both.
    pub head_bias: &'static [&'static str],
}

/// Prefix of the body, and name of the head under it.
const LLAMA: &[(&str, &str)] = &[
    ("model.", "lm_head.weight"),
    ("", "lm_head.weight"),
    ("language_model.model.", "language_model.lm_head.weight"),
    ("model.language_model.", "lm_head.weight"),
];
const GPT2: &[(&str, &str)] = &[("transformer.", "lm_head.weight"), ("", "lm_head.weight")];
const BERT: &[(&str, &str)] = &[("bert.", "cls.predictions.decoder.weight"), ("", "cls.predictions.decoder.weight")];
const ROBERTA: &[(&str, &str)] = &[("roberta.", "lm_head.decoder.weight"), ("", "lm_head.decoder.weight")];

impl Names {
    /// The names in the checkpoint of a model with this configuration.
    ///
    /// # Errors
    /// [`Error::Input`] where the checkpoint has no body of the family, and what reading reports.
    pub fn find(config: &Config, weights: &dyn Weights) -> Result<Names> {
        let (prefixes, probe, input, head_bias): (_, _, _, &[&str]) = match config.family {
            Family::Llama | Family::Mistral | Family::Qwen2 | Family::Qwen3 | Family::Gemma3 => {
                (LLAMA, "norm.weight", "embed_tokens.weight", &[])
            }
            Family::Gpt2 => (GPT2, "ln_f.weight", "wte.weight", &[]),
            Family::Bert => {
                let bias: &[&str] = &["cls.predictions.bias", "cls.predictions.decoder.bias"];
                (BERT, "embeddings.LayerNorm.weight", "embeddings.word_embeddings.weight", bias)
            }
            Family::Roberta | Family::XlmRoberta => {
                let bias: &[&str] = &["lm_head.bias", "lm_head.decoder.bias"];
                (ROBERTA, "embeddings.LayerNorm.weight", "embeddings.word_embeddings.weight", bias)
            }
        };
        for (prefix, head) in prefixes {
            if weights.get(&format!("{prefix}{probe}"))?.is_some() {
                let head = (!config.tied).then(|| (*head).to_owned());
                return Ok(Names { prefix: (*prefix).to_owned(), input: format!("{prefix}{input}"), head, head_bias });
            }
        }
        let tried: Vec<String> = prefixes.iter().map(|(prefix, _)| format!("`{prefix}{probe}`")).collect();
        Err(Error::input("", format!("there is no `{}` model in it", config.model_type))
            .at(Place::Entry(format!("{}{probe}", prefixes[0].0)))
            .with_hint(format!("the weights must hold one of {}", tried.join(", "))))
    }
}
