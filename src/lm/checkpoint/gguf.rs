//! A GGUF file as if it were a Hugging Face checkpoint.
//!
//! The header is read by [`crate::formats::gguf`], which reads tokenizers from the same files. Here its tensors get
//! their Hugging Face names, shapes and, on reading, values ([`names`]), and its metadata becomes a configuration
//! ([`config`]). A tensor that is not understood is refused rather than dropped, since the model would be another one
//! without it.

pub(super) mod config;
pub(super) mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use self::config::{Facts, Keys};
use self::names::{Architecture, Change};
use super::dtype::Dtype;
use super::{BlockType, Checkpoint, Shard, TensorInfo};
use crate::error::{Error, Place, Result};
use crate::formats::gguf::{Listed, Metadata, header};

/// Divisors of Llama 3's rotary frequencies: part of the configuration.
const ROPE_FREQS: &str = "rope_freqs.weight";

/// Whether the file starts as GGUF files do.
pub(super) fn is_gguf(path: &Path) -> Result<bool> {
    use std::io::Read as _;
    let io = |e| Error::io("read", path, e);
    let mut start = Vec::new();
    File::open(path).map_err(io)?.take(4).read_to_end(&mut start).map_err(io)?;
    Ok(start == b"GGUF")
}

/// Opens the file: its header only.
pub(super) fn open(path: &Path) -> Result<Checkpoint> {
    read(path).map_err(|e| e.in_file(path))
}

fn read(path: &Path) -> Result<Checkpoint> {
    let io = |e| Error::io("read", path, e);
    let file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let of_token = |key: &str| key.starts_with("tokenizer.") && key.ends_with("_token_id");
    let wanted = |key: &str| !key.starts_with("tokenizer.") || of_token(key) || key == "tokenizer.chat_template";
    let header = header(BufReader::with_capacity(1 << 16, file), size, wanted)?;
    let arch = match header.keys.get("general.architecture") {
        Some(Metadata::Text(name)) => name.clone(),
        _ => {
            return Err(
                Error::input("", "the metadata does not say what model this is").at(entry("general.architecture"))
            );
        }
    };
    let architecture = Architecture::of_name(&arch)?;
    let keys = Keys { keys: &header.keys, arch: &arch };
    let heads = keys.size("attention.head_count")?;
    let key_heads = keys.optional_size("attention.head_count_kv")?.unwrap_or(heads);

    let (mut tensors, mut changes, mut rope) = (BTreeMap::new(), BTreeMap::new(), None);
    for listed in &header.tensors {
        let info = located(listed, header.data, size).map_err(|e| e.at(entry(&listed.name)))?;
        if listed.name == ROPE_FREQS {
            rope = Some(info);
            continue;
        }
        let (name, change) = architecture.tensor(&listed.name, heads, key_heads).ok_or_else(|| {
            Error::input("", format!("a tensor of an `{arch}` model that is not understood"))
                .at(entry(&listed.name))
                .with_hint("use the model's Hugging Face folder")
        })?;
        if let Change::Paired { heads } = change
            && (info.rows() == 0 || info.rows() % (2 * heads) != 0)
        {
            let why = format!("{} rows are not {heads} heads of pairs", info.rows());
            return Err(Error::input("", why).at(entry(&listed.name)));
        }
        changes.insert(name.clone(), change);
        if tensors.insert(name, info).is_some() {
            return Err(Error::input("", "the file lists this tensor twice").at(entry(&listed.name)));
        }
    }
    no_overlap(&tensors)?;
    same_layers(&tensors, keys.size("block_count")?)?;
    let embedding = tensors.get("model.embed_tokens.weight").filter(|info| info.shape.len() == 2);
    let embedding =
        embedding.ok_or_else(|| Error::input("", "the file has no such matrix").at(entry("token_embd.weight")))?;
    let vocabulary = embedding.rows();
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let shard = Shard { path: path.to_path_buf(), name, header_len: 0, metadata: BTreeMap::new(), size };
    let files = vec![File::open(path).map_err(io)?];
    let mut checkpoint = Checkpoint {
        path: path.to_path_buf(),
        config: serde_json::Map::new(),
        tensors,
        shards: vec![shard],
        index: None,
        files,
        changes,
        chat_template: match header.keys.get("tokenizer.chat_template") {
            Some(Metadata::Text(text)) => Some(text.clone()),
            _ => None,
        },
        from_gguf: true,
    };
    let has = |name: &str| checkpoint.tensors.contains_key(name);
    let any = |end: &str| checkpoint.tensors.keys().any(|name| name.ends_with(end));
    if architecture != Architecture::Qwen2 && any("q_proj.bias") != any("o_proj.bias") || any("mlp.up_proj.bias") {
        return Err(Error::unsupported(
            "biases on some of the layers' matrices only",
            format!("the configuration of an `{arch}` model cannot say so"),
        )
        .with_hint("use the model's Hugging Face folder"));
    }
    let facts = Facts {
        vocabulary,
        has_head: has("lm_head.weight"),
        attention_bias: any("o_proj.bias"),
        rope_divisors: match &rope {
            Some(info) => Some(checkpoint.decode(ROPE_FREQS, info, &checkpoint.read(info, 0..info.bytes())?)?),
            None => None,
        },
    };
    checkpoint.config = config::config(&keys, architecture, &facts)?;
    Ok(checkpoint)
}

fn entry(name: &str) -> Place {
    Place::Entry(name.to_owned())
}

fn located(listed: &Listed, data: u64, size: u64) -> Result<TensorInfo> {
    let dtype = dtype(listed.kind)?;
    let shape = listed.shape.iter().map(|&n| usize::try_from(n)).collect::<std::result::Result<Vec<_>, _>>();
    let shape = shape.map_err(|_| Error::input("", format!("the shape {:?} is too large", listed.shape)))?;
    let bytes = dtype.size_of(&shape)?.unwrap_or(u64::MAX);
    let start = data.checked_add(listed.offset);
    let end = start.and_then(|start| start.checked_add(bytes));
    match (start, end) {
        (Some(start), Some(end)) if end <= size => Ok(TensorInfo { dtype, shape, shard: 0, start, end }),
        _ => Err(Error::input("", format!("its {bytes} bytes go beyond the file, which has {size}"))
            .with_hint("the file is incomplete: fetch it again")),
    }
}

fn no_overlap(tensors: &BTreeMap<String, TensorInfo>) -> Result<()> {
    let mut order: Vec<_> = tensors.iter().collect();
    order.sort_by_key(|(_, info)| (info.start, info.end));
    for pair in order.windows(2) {
        if pair[1].1.start < pair[0].1.end {
            return Err(Error::input("", format!("its bytes overlap those of `{}`", pair[0].0)).at(entry(pair[1].0)));
        }
    }
    Ok(())
}

/// Every layer has the tensors that the first has, and there are as many layers as the metadata says.
fn same_layers(tensors: &BTreeMap<String, TensorInfo>, count: usize) -> Result<()> {
    let mut layers: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for name in tensors.keys() {
        let place = name.strip_prefix("model.layers.").and_then(|rest| rest.split_once('.'));
        if let Some((layer, part)) = place.and_then(|(layer, part)| Some((layer.parse().ok()?, part))) {
            layers.entry(layer).or_default().insert(part);
        }
    }
    let lacking = |why: String| Err(Error::input("", why).with_hint("the file is incomplete: fetch it again"));
    if layers.len() != count || layers.keys().last().is_none_or(|last| last + 1 != count) {
        return lacking(format!("the metadata says {count} layers, but there are tensors of {}", layers.len()));
    }
    let first = layers.values().next().cloned().unwrap_or_default();
    for (layer, parts) in &layers {
        if let Some(part) = first.symmetric_difference(parts).next() {
            return lacking(format!("`{part}` is in layer 0 or in layer {layer}, but not in both"));
        }
    }
    Ok(())
}

/// The type with that number in a GGUF file.
fn dtype(number: u32) -> Result<Dtype> {
    let block = |block| Ok(Dtype::Block(block));
    let name = match number {
        0 => return Ok(Dtype::F32),
        1 => return Ok(Dtype::F16),
        2 => return block(BlockType::Q4_0),
        3 => return block(BlockType::Q4_1),
        6 => return block(BlockType::Q5_0),
        7 => return block(BlockType::Q5_1),
        8 => return block(BlockType::Q8_0),
        10 => return block(BlockType::Q2K),
        11 => return block(BlockType::Q3K),
        12 => return block(BlockType::Q4K),
        13 => return block(BlockType::Q5K),
        14 => return block(BlockType::Q6K),
        28 => return Ok(Dtype::F64),
        30 => return Ok(Dtype::BF16),
        9 => "Q8_1",
        15 => "Q8_K",
        16 => "IQ2_XXS",
        17 => "IQ2_XS",
        18 => "IQ3_XXS",
        19 => "IQ1_S",
        20 => "IQ4_NL",
        21 => "IQ3_S",
        22 => "IQ2_S",
        23 => "IQ4_XS",
        24 => "I8",
        25 => "I16",
        26 => "I32",
        27 => "I64",
        29 => "IQ1_M",
        34 => "TQ1_0",
        35 => "TQ2_0",
        39 => "MXFP4",
        _ => "unknown",
    };
    Err(Error::input("", format!("numbers of type {name} (number {number} of GGUF) are not read"))
        .with_hint("use a file in F16, BF16, Q8_0 or Q4_K_M"))
}

#[cfg(test)]
mod tests;
