//! `config.json` from the metadata of a GGUF file.
//!
//! The keys are those that transformers reads for the class that is named. What GGUF does not hold is a constant of the
//! family: activation, Gemma's period of six layers of which the last sees everything, its local rotary base. Llama 3's
//! stretched rotary frequencies come as a tensor of divisors; they are turned into the rule that makes them, and refused
//! when no known parameters do.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::names::Architecture;
use crate::error::{Error, Place, Result};
use crate::formats::gguf::Metadata;

/// The metadata with typed access; `arch.` stands before the names of sizes.
pub(super) struct Keys<'a> {
    pub keys: &'a BTreeMap<String, Metadata>,
    pub arch: &'a str,
}

impl Keys<'_> {
    fn at(&self, name: &str) -> String {
        format!("{}.{name}", self.arch)
    }

    fn number(&self, key: &str) -> Option<f64> {
        if let Some(Metadata::Number(n)) = self.keys.get(key) { Some(*n) } else { None }
    }

    /// A size that has to be there, in `1..2^32`.
    pub fn size(&self, name: &str) -> Result<usize> {
        let key = self.at(name);
        self.optional_size(name)?.ok_or_else(|| Error::input("", "the metadata lacks this key").at(Place::Entry(key)))
    }

    /// A size that may be missing. A list with one value for all layers is that value.
    pub fn optional_size(&self, name: &str) -> Result<Option<usize>> {
        let key = self.at(name);
        let wrong = |why: &str| Error::input("", why).at(Place::Entry(key.clone()));
        let number = match self.keys.get(&key) {
            None => return Ok(None),
            Some(Metadata::Number(n)) => *n,
            Some(Metadata::Numbers(all)) if all.windows(2).all(|w| w[0] == w[1]) && !all.is_empty() => all[0],
            Some(Metadata::Numbers(_)) => return Err(wrong("layers differ, which is not supported")),
            Some(_) => return Err(wrong("a number is expected")),
        };
        if !(1.0..4_294_967_296.0).contains(&number) || number.fract() != 0.0 {
            return Err(wrong(&format!("{number} is no size")));
        }
        Ok(Some(number as usize))
    }

    /// A 32-bit float as the decimal number that it was meant to be.
    fn decimal(&self, name: &str) -> Option<f64> {
        let number = self.number(&self.at(name))?;
        format!("{}", number as f32).parse().ok().filter(|n: &f64| n.is_finite())
    }

    fn token(&self, name: &str) -> Option<u64> {
        self.number(&format!("tokenizer.ggml.{name}_token_id")).filter(|n| *n >= 0.0 && *n < 4e9).map(|n| n as u64)
    }
}

/// What the tensors say about the model.
pub(super) struct Facts {
    pub vocabulary: usize,
    pub has_head: bool,
    pub attention_bias: bool,
    /// The divisors of the rotary frequencies, where the file has them.
    pub rope_divisors: Option<Vec<f32>>,
}

/// The configuration.
pub(super) fn config(keys: &Keys<'_>, architecture: Architecture, facts: &Facts) -> Result<Map<String, Value>> {
    let (width, heads) = (keys.size("embedding_length")?, keys.size("attention.head_count")?);
    let (layers, head_dim) = (keys.size("block_count")?, head_dim(keys)?);
    let rope_theta = keys.decimal("rope.freq_base").unwrap_or(10_000.0);
    let (class, model_type) = match architecture {
        Architecture::Llama => ("LlamaForCausalLM", "llama"),
        Architecture::Qwen2 => ("Qwen2ForCausalLM", "qwen2"),
        Architecture::Qwen3 => ("Qwen3ForCausalLM", "qwen3"),
        Architecture::Gemma3 => ("Gemma3ForCausalLM", "gemma3_text"),
    };
    let mut config = Map::new();
    let mut set = |key: &str, value: Value| drop(config.insert(key.to_owned(), value));
    set("architectures", json!([class]));
    set("model_type", json!(model_type));
    set("vocab_size", json!(facts.vocabulary));
    set("hidden_size", json!(width));
    set("intermediate_size", json!(keys.size("feed_forward_length")?));
    set("num_hidden_layers", json!(layers));
    set("num_attention_heads", json!(heads));
    set("num_key_value_heads", json!(keys.optional_size("attention.head_count_kv")?.unwrap_or(heads)));
    set("head_dim", json!(head_dim));
    set("max_position_embeddings", json!(keys.size("context_length")?));
    set("rms_norm_eps", json!(keys.decimal("attention.layer_norm_rms_epsilon").unwrap_or(1e-6)));
    set("rope_theta", json!(rope_theta));
    set("rope_scaling", rope_scaling(keys, facts, rope_theta, head_dim)?);
    set("tie_word_embeddings", json!(!facts.has_head));
    set("attention_dropout", json!(0.0));
    match architecture {
        Architecture::Gemma3 => {
            set("hidden_activation", json!("gelu_pytorch_tanh"));
            set("attention_bias", json!(false));
            set("rope_local_base_freq", json!(10_000.0));
            set("sliding_window", json!(keys.optional_size("attention.sliding_window")?.unwrap_or(512)));
            let period = keys.optional_size("attention.sliding_window_pattern").ok().flatten().unwrap_or(6);
            let kind = |n: usize| if n.is_multiple_of(period) { "full_attention" } else { "sliding_attention" };
            set("layer_types", (1..=layers).map(kind).collect());
            // The largest of the family divides by its width per head, all others by the head's own.
            set("query_pre_attn_scalar", json!(if layers == 62 { width / heads } else { head_dim }));
            set("attn_logit_softcapping", Value::Null);
            set("final_logit_softcapping", Value::Null);
        }
        Architecture::Llama | Architecture::Qwen3 => {
            set("hidden_act", json!("silu"));
            set("attention_bias", json!(facts.attention_bias));
        }
        Architecture::Qwen2 => set("hidden_act", json!("silu")),
    }
    if architecture == Architecture::Llama {
        set("mlp_bias", json!(false));
    }
    for role in ["bos", "unk"] {
        set(&format!("{role}_token_id"), keys.token(role).or(keys.token(long(role))).map_or(Value::Null, Into::into));
    }
    set("pad_token_id", keys.token("padding").map_or(Value::Null, Into::into));
    set(
        "eos_token_id",
        match (keys.token("eos"), keys.token("eot")) {
            (Some(eos), Some(eot)) if eos != eot => json!([eos, eot]),
            (eos, eot) => eos.or(eot).map_or(Value::Null, Into::into),
        },
    );
    set("torch_dtype", json!("float32"));
    Ok(config)
}

fn long(role: &str) -> &str {
    if role == "unk" { "unknown" } else { role }
}

/// Numbers in a head.
pub(super) fn head_dim(keys: &Keys<'_>) -> Result<usize> {
    let (width, heads) = (keys.size("embedding_length")?, keys.size("attention.head_count")?);
    let key = keys.optional_size("attention.key_length")?;
    let value = keys.optional_size("attention.value_length")?;
    let (key, value) = (key.unwrap_or(width / heads), value.unwrap_or(width / heads));
    if key != value || key % 2 != 0 || key == 0 {
        return Err(Error::input("", format!("heads of {key} numbers for keys and {value} for values"))
            .at(Place::Entry(keys.at("attention.key_length"))));
    }
    Ok(key)
}

fn rope_scaling(keys: &Keys<'_>, facts: &Facts, theta: f64, head_dim: usize) -> Result<Value> {
    let refuse = |what: &str| {
        Err(Error::unsupported(
            format!("the rotary scaling of this file ({what})"),
            "it has no exact twin in config.json",
        )
        .with_hint("use the model's Hugging Face folder"))
    };
    if let Some(divisors) = &facts.rope_divisors {
        let factor = divisors.iter().copied().fold(1.0f32, f32::max);
        let rule = |old: f64| {
            json!({"rope_type": "llama3", "factor": f64::from(factor), "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": old as u64})
        };
        let is_close = |old: f64| {
            let expected = llama3_divisors(theta, head_dim, f64::from(factor), old);
            divisors.len() == expected.len()
                && divisors.iter().zip(expected).all(|(&a, b)| (f64::from(a) - b).abs() <= 1e-4 * b)
        };
        return if is_close(8192.0) { Ok(rule(8192.0)) } else { refuse("the tensor `rope_freqs.weight`") };
    }
    let kind = match keys.keys.get(&keys.at("rope.scaling.type")) {
        Some(Metadata::Text(kind)) => kind.as_str(),
        _ => "none",
    };
    match (kind, keys.decimal("rope.scaling.factor")) {
        ("none", _) => Ok(Value::Null),
        ("linear", Some(factor)) => Ok(json!({"rope_type": "linear", "factor": factor})),
        (other, _) => refuse(other),
    }
}

/// By what Llama 3.1 and later divide each rotary frequency: not at all where a turn is short against the context that
/// the model was first trained on (`old`), by `factor` where it is long, smoothly between.
fn llama3_divisors(theta: f64, head_dim: usize, factor: f64, old: f64) -> Vec<f64> {
    let (low, high) = (1.0, 4.0);
    (0..head_dim / 2)
        .map(|pair| {
            let turn = std::f64::consts::TAU * theta.powf(2.0 * pair as f64 / head_dim as f64);
            if turn < old / high {
                1.0
            } else if turn > old / low {
                factor
            } else {
                let smooth = (old / turn - low) / (high - low);
                1.0 / ((1.0 - smooth) / factor + smooth)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_divisors_of_llama_3_2_become_its_rule() {
        // The smooth part as transformers computes it for a base of 500,000, heads of 64 and a factor of 32.
        let smooth = [1.651_329_2, 3.292_262_6, 9.666_73];
        let mut divisors = vec![1f32; 15];
        divisors.extend(smooth);
        divisors.resize(32, 32.0);
        let (none, text) = (BTreeMap::new(), |kind: &str| Metadata::Text(kind.to_owned()));
        let scaling = |keys: &BTreeMap<String, Metadata>, rope_divisors: Option<Vec<f32>>| {
            let facts = Facts { vocabulary: 1, has_head: false, attention_bias: false, rope_divisors };
            rope_scaling(&Keys { keys, arch: "llama" }, &facts, 500_000.0, 64).map_err(|e| e.to_string())
        };
        let rule = scaling(&none, Some(divisors.clone())).unwrap();
        assert_eq!((&rule["rope_type"], &rule["factor"]), (&"llama3".into(), &32.0.into()));
        divisors[16] = 3.0;
        assert!(scaling(&none, Some(divisors)).unwrap_err().contains("rope_freqs.weight"));
        assert_eq!(scaling(&none, None).unwrap(), Value::Null);
        let key = |name: &str| format!("llama.rope.scaling.{name}");
        let mut keys = BTreeMap::from([(key("type"), text("linear")), (key("factor"), Metadata::Number(8.0))]);
        assert_eq!(scaling(&keys, None).unwrap(), json!({"rope_type": "linear", "factor": 8.0}));
        keys.insert(key("type"), text("yarn"));
        assert!(scaling(&keys, None).unwrap_err().contains("yarn"));
    }
}
