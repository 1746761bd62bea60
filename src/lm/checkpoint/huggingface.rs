//! A GGUF file as a Hugging Face folder.
//!
//! Numbers are read and written by blocks of rows, so memory does not grow with the model. F32 keeps every dequantised
//! number as the reference gives it: a product of a half-precision scale and an integer has up to 19 bits, which fit
//! neither F16 (11) nor BF16 (8). Of the two small types BF16 is the one to choose for running a model: transformers
//! computes in the type of the file, and activations of models trained in BF16 (Gemma's are known for it) leave the
//! range of F16. F16 is closer to the numbers of the file.

use serde_json::{Map, Value, json};

use super::{Checkpoint, Dtype, SafetensorsWriter, TensorSpec, file_order};
use crate::error::{Error, Place, Result};
use crate::formats;
use crate::formats::write::{OutputDir, folder_files};
use crate::tokenizer::{Model, Tokenizer};
use crate::vocab::Id;

/// Numbers that are in memory at once.
const BLOCK: usize = 1 << 22;

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Bytes of `model.safetensors`.
    pub bytes: u64,
    /// The tokenizer that was written beside it.
    pub tokenizer: Tokenizer,
    /// Tokens whose id has no row in the input matrix: a model cannot read them.
    pub without_row: Vec<(Id, String)>,
}

/// Writes the model in a GGUF file as a Hugging Face folder: `config.json`, `generation_config.json`,
/// `model.safetensors` with all numbers as `dtype`, and the tokenizer's files. `pattern` says how the tokenizer splits
/// text where the file does not ([`formats::read`]). The caller commits the folder.
///
/// # Errors
/// [`Error::Unsupported`] when the checkpoint is a folder already, when `dtype` cannot be written or a number does not
/// fit it; whatever reading tensors and tokenizer and writing files returns.
pub fn write_hf(checkpoint: &Checkpoint, out: &OutputDir, dtype: &Dtype, pattern: Option<&str>) -> Result<Written> {
    if !checkpoint.is_gguf() {
        let what = format!("writing `{}` as a Hugging Face folder", checkpoint.path.display());
        return Err(Error::unsupported(what, "it is one"));
    }
    let tokenizer = formats::read(&checkpoint.path, pattern)?;
    let bytes = write_tensors(checkpoint, out, dtype)?;
    let mut config = checkpoint.config.clone();
    config.insert("torch_dtype".into(), json!(torch_name(dtype)));
    let mut generation = Map::new();
    let mut roles = Vec::new();
    for role in ["bos", "eos", "pad", "unk"] {
        let key = format!("{role}_token_id");
        let Some(value) = config.get(&key).filter(|value| !value.is_null()) else { continue };
        if role != "unk" {
            generation.insert(key, value.clone());
        }
        let first = value.as_u64().or_else(|| value.get(0)?.as_u64());
        if let Some(text) = first.and_then(|id| text_of(&tokenizer, id as Id)) {
            roles.push((role.to_owned(), text));
        }
    }
    let text = |object: Map<String, Value>| format!("{:#}\n", Value::Object(object)).into_bytes();
    out.write("config.json", &text(config))?;
    out.write("generation_config.json", &text(generation))?;
    for (name, bytes) in folder_files(&tokenizer, &roles)? {
        out.write(name, &bytes)?;
    }
    if let Some(template) = &checkpoint.chat_template {
        out.write("chat_template.jinja", template.as_bytes())?;
    }
    let rows = checkpoint.info("model.embed_tokens.weight")?.rows();
    let without_row = ids(&tokenizer).into_iter().filter(|(id, _)| *id as usize >= rows).collect();
    Ok(Written { bytes, tokenizer, without_row })
}

fn write_tensors(checkpoint: &Checkpoint, out: &OutputDir, dtype: &Dtype) -> Result<u64> {
    let specs = checkpoint
        .tensors
        .iter()
        .map(|(name, info)| TensorSpec::new(name, dtype.clone(), info.shape.clone()))
        .collect::<Result<Vec<_>>>()?;
    let specs = file_order(specs);
    let metadata = [("format".to_owned(), "pt".to_owned())].into();
    let mut writer = SafetensorsWriter::create(&out.path().join("model.safetensors"), specs.clone(), &metadata)?;
    let mut bytes = Vec::new();
    for spec in specs {
        let info = checkpoint.info(&spec.name)?;
        if spec.bytes == 0 {
            continue;
        }
        let step = (BLOCK / info.columns().max(1)).max(1);
        for start in (0..info.rows()).step_by(step) {
            let values = checkpoint.rows(&spec.name, start..(start + step).min(info.rows()))?;
            bytes.clear();
            dtype.encode(&values, &mut bytes).map_err(|e| named(e, checkpoint, &spec.name))?;
            writer.write(&bytes)?;
        }
    }
    writer.finish()
}

/// The same error about a tensor.
fn named(error: Error, checkpoint: &Checkpoint, tensor: &str) -> Error {
    match error {
        Error::Unsupported { what, why, hint } => {
            let named = Error::input(&checkpoint.path, format!("{what}: {why}")).at(Place::Entry(tensor.to_owned()));
            if let Some(hint) = hint { named.with_hint(hint) } else { named }
        }
        other => other,
    }
}

fn torch_name(dtype: &Dtype) -> &'static str {
    match dtype {
        Dtype::F64 => "float64",
        Dtype::F16 => "float16",
        Dtype::BF16 => "bfloat16",
        _ => "float32",
    }
}

/// Ids with their text. A foreign tokenizer tells those of its added tokens only.
fn ids(tokenizer: &Tokenizer) -> Vec<(Id, String)> {
    let mut all: Vec<(Id, String)> = tokenizer.added.iter().map(|token| (token.id, token.content.clone())).collect();
    if let Model::Bpe(bpe) = &tokenizer.model {
        all.extend(bpe.vocab.iter().map(|(id, token)| (id, String::from_utf8_lossy(token).into_owned())));
    }
    all.sort();
    all.dedup_by_key(|(id, _)| *id);
    all
}

fn text_of(tokenizer: &Tokenizer, id: Id) -> Option<String> {
    tokenizer.added.iter().find(|token| token.id == id).map(|token| token.content.clone())
}
