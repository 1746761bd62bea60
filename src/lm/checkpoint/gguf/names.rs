//! Names of GGUF tensors as Hugging Face names, and what the converter did to their numbers.
//!
//! Two changes have to be undone. Llama's query and key rows are stored for interleaved rotary pairs: within a head of
//! `w` rows, row `2i + s` of the file is row `s w/2 + i` of Hugging Face (s: 0 or 1). Gemma's normalisation weights
//! are stored with 1 added, since its network multiplies by 1 + w.

use crate::error::{Error, Result};

/// How the numbers of a tensor differ from those of Hugging Face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Change {
    /// Not at all.
    None,
    /// 1 was added to each.
    PlusOne,
    /// The rows of each of so many heads were paired.
    Paired { heads: usize },
}

/// The architectures that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Architecture {
    Llama,
    Qwen2,
    Qwen3,
    Gemma3,
}

impl Architecture {
    /// By `general.architecture`.
    pub fn of_name(name: &str) -> Result<Architecture> {
        match name {
            "llama" => Ok(Architecture::Llama),
            "qwen2" => Ok(Architecture::Qwen2),
            "qwen3" => Ok(Architecture::Qwen3),
            "gemma3" => Ok(Architecture::Gemma3),
            other => Err(Error::unsupported(
                format!("a GGUF model of architecture `{other}`"),
                "llama, qwen2, qwen3 and gemma3 can be read",
            )
            .with_hint("use the model's Hugging Face folder")),
        }
    }

    /// The Hugging Face name of a tensor and its change; `None` for a name that is not understood.
    pub fn tensor(self, name: &str, heads: usize, key_heads: usize) -> Option<(String, Change)> {
        let (stem, end) = name.rsplit_once('.').filter(|(_, end)| ["weight", "bias"].contains(end))?;
        let (place, part) = match stem.strip_prefix("blk.").and_then(|rest| rest.split_once('.')) {
            Some((layer, part)) if !layer.is_empty() && layer.bytes().all(|b| b.is_ascii_digit()) => {
                (format!("model.layers.{layer}."), self.of_layer(part)?)
            }
            Some(_) => return None,
            None => match stem {
                "token_embd" => ("model.".into(), "embed_tokens"),
                "output_norm" => ("model.".into(), "norm"),
                "output" => (String::new(), "lm_head"),
                _ => return None,
            },
        };
        let change = match part {
            "self_attn.q_proj" if self == Architecture::Llama => Change::Paired { heads },
            "self_attn.k_proj" if self == Architecture::Llama => Change::Paired { heads: key_heads },
            _ if self == Architecture::Gemma3 && part.ends_with("norm") => Change::PlusOne,
            _ => Change::None,
        };
        Some((format!("{place}{part}.{end}"), change))
    }

    fn of_layer(self, part: &str) -> Option<&'static str> {
        Some(match part {
            "attn_norm" => "input_layernorm",
            "attn_q" => "self_attn.q_proj",
            "attn_k" => "self_attn.k_proj",
            "attn_v" => "self_attn.v_proj",
            "attn_output" => "self_attn.o_proj",
            "attn_q_norm" if self.norms_heads() => "self_attn.q_norm",
            "attn_k_norm" if self.norms_heads() => "self_attn.k_norm",
            "ffn_gate" => "mlp.gate_proj",
            "ffn_up" => "mlp.up_proj",
            "ffn_down" => "mlp.down_proj",
            "ffn_norm" if self == Architecture::Gemma3 => "pre_feedforward_layernorm",
            "ffn_norm" => "post_attention_layernorm",
            "post_attention_norm" if self == Architecture::Gemma3 => "post_attention_layernorm",
            "post_ffw_norm" if self == Architecture::Gemma3 => "post_feedforward_layernorm",
            _ => return None,
        })
    }

    fn norms_heads(self) -> bool {
        matches!(self, Architecture::Qwen3 | Architecture::Gemma3)
    }
}

/// Rows in pairs back in halves: `values` are whole heads of `head` rows of `columns` numbers.
pub(in super::super) fn unpaired(values: &[f32], head: usize, columns: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(values.len());
    for rows in values.chunks((head * columns).max(1)) {
        for n in 0..head {
            let (half, pair) = (n / (head / 2), n % (head / 2));
            let from = (2 * pair + half) * columns;
            out.extend_from_slice(&rows[from..from + columns]);
        }
    }
    out
}
