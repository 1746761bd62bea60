//! The keys of a `config.json`, each read with a check, so that whatever is wrong is said by the key's name.

use serde_json::{Map, Value};

use super::{Activation, Family};
use crate::error::{Error, Place, Result};
use crate::lm::rope::Rope;
use crate::vocab::Id;

/// No model comes near it, and a table of so many layers still fits everywhere.
const MOST_LAYERS: usize = 10_000;

/// The same for every other size; products of two fit 64 bits.
const MOST: usize = 1 << 31;

/// A value that makes no sense.
pub(super) fn wrong(key: &str, why: impl Into<String>) -> Error {
    Error::input("", why).at(Place::Entry(key.to_owned()))
}

/// `whole / parts`, which must be a whole number.
pub(super) fn divided(whole_key: &str, whole: usize, parts_key: &str, parts: usize) -> Result<usize> {
    if !whole.is_multiple_of(parts) {
        return Err(wrong(parts_key, format!("{parts} does not divide the {whole} of `{whole_key}`")));
    }
    Ok(whole / parts)
}

/// A configuration whose text part may be nested.
pub(super) struct Keys<'a> {
    file: &'a Map<String, Value>,
    text: Option<&'a Map<String, Value>>,
}

impl<'a> Keys<'a> {
    pub fn new(file: &'a Map<String, Value>) -> Result<Keys<'a>> {
        let text = match file.get("text_config") {
            None | Some(Value::Null) => None,
            Some(Value::Object(text)) => Some(text),
            Some(_) => return Err(wrong("text_config", "an object is needed")),
        };
        Ok(Keys { file, text })
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        let text = self.text.and_then(|text| text.get(key)).filter(|v| !v.is_null());
        text.or_else(|| self.file.get(key)).filter(|v| !v.is_null())
    }

    /// A null in the file is not the same as a key that is left out, where null is itself a value.
    fn is_null(&self, key: &str) -> bool {
        let map = self.text.filter(|text| text.contains_key(key)).unwrap_or(self.file);
        map.get(key).is_some_and(Value::is_null)
    }

    pub fn text(&self, key: &str) -> Result<&'a str> {
        let value = self.get(key).ok_or_else(|| wrong(key, "the key is missing"))?;
        value.as_str().ok_or_else(|| wrong(key, "a text is needed"))
    }

    pub fn optional_size(&self, key: &str) -> Result<Option<usize>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let size = value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| (1..=MOST).contains(n));
        size.map(Some).ok_or_else(|| wrong(key, format!("a whole number from 1 to {MOST} is needed, it is {value}")))
    }

    pub fn size(&self, key: &str, default: Option<usize>) -> Result<usize> {
        self.optional_size(key)?.or(default).ok_or_else(|| wrong(key, "the key is missing"))
    }

    pub fn layers(&self, key: &str) -> Result<usize> {
        let layers = self.size(key, None)?;
        if layers > MOST_LAYERS {
            return Err(wrong(key, format!("{layers} layers are no model")));
        }
        Ok(layers)
    }

    /// The size of a head: even, as its numbers are turned in pairs.
    pub fn head_dim(&self, hidden: usize, heads: usize, default: Option<usize>) -> Result<usize> {
        let head_dim = match self.optional_size("head_dim")?.or(default) {
            Some(size) => size,
            None => divided("hidden_size", hidden, "num_attention_heads", heads)?,
        };
        if !head_dim.is_multiple_of(2) {
            return Err(wrong("head_dim", format!("rotary positions need an even number, it is {head_dim}")));
        }
        Ok(head_dim)
    }

    pub fn positive(&self, key: &str, default: Option<f64>) -> Result<f64> {
        let Some(value) = self.get(key) else { return default.ok_or_else(|| wrong(key, "the key is missing")) };
        let number = value.as_f64().filter(|n| n.is_finite() && *n > 0.0);
        number.ok_or_else(|| wrong(key, format!("a number above 0 is needed, it is {value}")))
    }

    pub fn flag(&self, key: &str, default: bool) -> Result<bool> {
        let Some(value) = self.get(key) else { return Ok(default) };
        value.as_bool().ok_or_else(|| wrong(key, format!("true or false is needed, it is {value}")))
    }

    pub fn ids(&self, key: &str) -> Result<Vec<Id>> {
        let id = |v: &Value| v.as_u64().and_then(|n| Id::try_from(n).ok());
        let ids = match self.get(key) {
            None => Some(Vec::new()),
            Some(Value::Array(all)) => all.iter().map(id).collect(),
            // Older files write -1 for none.
            Some(value) if value.as_i64() == Some(-1) => Some(Vec::new()),
            Some(value) => id(value).map(|id| vec![id]),
        };
        ids.ok_or_else(|| wrong(key, "a token id is needed, or a list of them"))
    }

    /// One id: `default` where the key is left out, none where it is null.
    pub fn id(&self, key: &str, default: Option<Id>) -> Result<Option<Id>> {
        if self.get(key).is_none() {
            return Ok(if self.is_null(key) { None } else { default });
        }
        Ok(self.ids(key)?.first().copied())
    }

    pub fn refuse(&self, key: &str, when: impl Fn(&Value) -> bool) -> Result<()> {
        match self.get(key) {
            Some(value) if when(value) => {
                Err(Error::unsupported(format!("`{key}` = {value}"), "bodies do not compute it"))
            }
            _ => Ok(()),
        }
    }

    pub fn activation(&self, keys: &[&str], default: Activation) -> Result<Activation> {
        let Some(key) = keys.iter().find(|key| self.get(key).is_some()) else { return Ok(default) };
        match self.text(key)? {
            "silu" | "swish" => Ok(Activation::Silu),
            "gelu" => Ok(Activation::GeluErf),
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Ok(Activation::GeluTanh),
            "relu" => Ok(Activation::Relu),
            other => Err(Error::unsupported(format!("the activation `{other}`"), "it is not implemented")
                .with_hint("known are `silu`, `gelu`, `gelu_new`, `gelu_pytorch_tanh` and `relu`")),
        }
    }

    /// Rotary positions of layers that see everything, and of those with a window where these have their own. Newer
    /// files have all of it under `rope_parameters`, with a dictionary for each kind of layer where there are two.
    pub fn ropes(&self, theta: f64, two: bool) -> Result<(Rope, Option<Rope>)> {
        let dictionary = |key: &str| match self.get(key) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(_) => Err(wrong(key, "an object is needed")),
        };
        if self.get("partial_rotary_factor").and_then(Value::as_f64).is_some_and(|f| f != 1.0) {
            return Err(Error::unsupported("`partial_rotary_factor`", "only whole heads can be turned"));
        }
        let theta = self.positive("rope_theta", Some(theta))?;
        let local_theta = self.positive("rope_local_base_freq", Some(1e4))?;
        if let Some(parameters) = dictionary("rope_parameters")? {
            let kind = |name: &str| parameters.get(name).and_then(Value::as_object);
            if let (true, Some(global), Some(local)) = (two, kind("full_attention"), kind("sliding_attention")) {
                let global = Rope::read("rope_parameters.full_attention", Some(global), theta)?;
                let local = Rope::read("rope_parameters.sliding_attention", Some(local), local_theta)?;
                return Ok((global, Some(local)));
            }
            let global = Rope::read("rope_parameters", Some(parameters), theta)?;
            return Ok((global, if two { Some(Rope::read("", None, local_theta)?) } else { None }));
        }
        let global = Rope::read("rope_scaling", dictionary("rope_scaling")?, theta)?;
        Ok((global, if two { Some(Rope::read("", None, local_theta)?) } else { None }))
    }

    /// The window of each layer. A list of the layers' kinds wins over the rules that it came to replace.
    pub fn windows(&self, family: Family, layers: usize, default: Option<usize>) -> Result<Vec<Option<usize>>> {
        let window = || -> Result<Option<usize>> {
            match self.optional_size("sliding_window")? {
                Some(size) => Ok(Some(size)),
                None if self.is_null("sliding_window") => Ok(None),
                None => Ok(default),
            }
        };
        let qwen = matches!(family, Family::Qwen2 | Family::Qwen3);
        if family == Family::Llama || (qwen && !self.flag("use_sliding_window", false)?) {
            return Ok(vec![None; layers]);
        }
        let window = window()?;
        if let Some(kinds) = self.get("layer_types").filter(|_| family != Family::Mistral) {
            let kinds = kinds.as_array().filter(|kinds| kinds.len() == layers);
            let kinds = kinds.ok_or_else(|| wrong("layer_types", format!("a list of {layers} kinds is needed")))?;
            let kind = |kind: &Value| match kind.as_str() {
                Some("full_attention") => Ok(None),
                Some("sliding_attention") => match window {
                    Some(size) => Ok(Some(size)),
                    None => Err(wrong("sliding_window", "layers slide, but there is no window")),
                },
                _ => Err(Error::unsupported(format!("the kind of layer {kind}"), "it is not implemented")),
            };
            return kinds.iter().map(kind).collect();
        }
        match family {
            Family::Gemma3 => {
                let pattern =
                    self.size("sliding_window_pattern", Some(self.size("_sliding_window_pattern", Some(6))?))?;
                Ok((1..=layers).map(|layer| if layer.is_multiple_of(pattern) { None } else { window }).collect())
            }
            Family::Mistral => Ok(vec![window; layers]),
            _ => {
                let first = match self.get("max_window_layers") {
                    None => 28,
                    Some(n) => {
                        let n = n.as_u64().and_then(|n| usize::try_from(n).ok());
                        n.ok_or_else(|| wrong("max_window_layers", "a whole number is needed"))?
                    }
                };
                Ok((0..layers).map(|layer| if layer >= first { window } else { None }).collect())
            }
        }
    }
}
