//! Which files of a Hugging Face folder hold the weights.
//!
//! As `transformers` looks: `model.safetensors`, else the shards that `model.safetensors.index.json` names, else the
//! only variant there is (`model.fp16.safetensors`). Weights in Python pickles are refused: reading one runs the
//! program in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use super::{Index, Shard, TensorInfo, header};
use crate::error::{Error, Place, Result};

const CONVERT: &str = "convert it in Python: load the folder with `AutoModel...from_pretrained` of transformers and call \
                       `save_pretrained(NEW_FOLDER, safe_serialization=True)`";

/// What the weight files of a folder hold.
#[derive(Debug)]
pub(super) struct Weights {
    pub shards: Vec<Shard>,
    pub tensors: BTreeMap<String, TensorInfo>,
    pub index: Option<Index>,
}

/// A JSON file that holds an object.
pub(super) fn object(path: &Path) -> Result<Map<String, Value>> {
    let bytes = fs::read(path).map_err(|e| Error::io("read", path, e))?;
    let value = serde_json::from_slice(&bytes)
        .map_err(|e| Error::input(path, format!("not readable as JSON: {e}")).at(Place::Line(e.line() as u64)))?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Error::input(path, "it has to be a JSON object")),
    }
}

/// `config.json` of the folder.
pub(super) fn config(folder: &Path) -> Result<Map<String, Value>> {
    let path = folder.join("config.json");
    if !path.is_file() {
        return Err(Error::input(folder, "the folder holds no `config.json`")
            .with_hint("name the folder of a Hugging Face checkpoint, or a `.gguf` file"));
    }
    object(&path)
}

/// The weights of the folder: headers only.
pub(super) fn weights(folder: &Path) -> Result<Weights> {
    let names = file_names(folder)?;
    let has = |name: &str| names.contains(name);
    if has("model.safetensors") {
        return single(folder, "model.safetensors");
    }
    if has("model.safetensors.index.json") {
        return sharded(folder, "model.safetensors.index.json");
    }
    let is_shard = |name: &str| name.contains("-of-");
    let variants: Vec<&String> = names
        .iter()
        .filter(|n| n.starts_with("model.") && !is_shard(n))
        .filter(|n| n.ends_with(".safetensors") || n.ends_with(".safetensors.index.json"))
        .collect();
    match variants[..] {
        [] => Err(nothing(folder, &names)),
        [only] if only.ends_with(".json") => sharded(folder, only),
        [only] => single(folder, only),
        _ => {
            let list: Vec<_> = variants.iter().map(|n| format!("`{n}`")).collect();
            Err(Error::input(folder, format!("several variants of the weights and no plain one: {}", list.join(", ")))
                .with_hint("rename the one that is meant to `model.safetensors`"))
        }
    }
}

fn file_names(folder: &Path) -> Result<BTreeSet<String>> {
    let io = |e| Error::io("read", folder, e);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        names.insert(entry.map_err(io)?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Why a folder without readable weights has none.
fn nothing(folder: &Path, names: &BTreeSet<String>) -> Error {
    let ends = |ends: &[&str]| names.iter().find(|name| ends.iter().any(|end| name.ends_with(end)));
    if let Some(name) = names.iter().find(|n| n.starts_with("adapter_model.")) {
        return Error::input(folder, format!("`{name}` is an adapter, not a model"))
            .with_hint("merge it into its base model first (`merge_and_unload` of peft)");
    }
    if let Some(name) = ends(&[".bin", ".bin.index.json", ".pt", ".pth", ".ckpt"]) {
        return Error::input(folder, format!("its weights are a Python pickle (`{name}`), which is not read"))
            .with_hint(CONVERT);
    }
    if let Some(name) = ends(&[".msgpack", ".h5"]) {
        return Error::input(folder, format!("its weights are of another framework (`{name}`)")).with_hint(CONVERT);
    }
    if let Some(name) = ends(&[".gguf"]) {
        return Error::input(folder, format!("the folder holds `{name}`")).with_hint("name the `.gguf` file itself");
    }
    let why = match ends(&[".safetensors"]) {
        Some(name) => format!("neither `model.safetensors` nor its index is there, only `{name}`"),
        None => "the folder holds no weights".into(),
    };
    Error::input(folder, why).with_hint("a checkpoint holds `model.safetensors` or `model.safetensors.index.json`")
}

fn single(folder: &Path, name: &str) -> Result<Weights> {
    let (shard, tensors) = header::read(&folder.join(name), 0)?;
    Ok(Weights { shards: vec![shard], tensors, index: None })
}

fn sharded(folder: &Path, index_name: &str) -> Result<Weights> {
    let path = folder.join(index_name);
    let json = object(&path)?;
    let Some(Value::Object(map)) = json.get("weight_map") else {
        return Err(Error::input(&path, "it has to be an object of file names").at(Place::Entry("weight_map".into())));
    };
    let mut by_file: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (tensor, file) in map {
        let fault = |why: String| Error::input(&path, why).at(Place::Entry(tensor.clone()));
        let file = file.as_str().ok_or_else(|| fault("it has to name a file".into()))?;
        if file.is_empty() || file.contains(['/', '\\']) || file == "." || file == ".." {
            return Err(fault(format!("`{file}` does not name a file of the folder")));
        }
        by_file.entry(file).or_default().push(tensor);
    }
    if by_file.is_empty() {
        return Err(Error::input(&path, "it names no tensor").at(Place::Entry("weight_map".into())));
    }
    let mut all = Weights { shards: Vec::new(), tensors: BTreeMap::new(), index: None };
    for (file, tensors) in by_file {
        let place = folder.join(file);
        if !place.is_file() {
            let first = tensors.first().copied().unwrap_or_default();
            return Err(Error::input(
                &place,
                format!("the file is missing; `{index_name}` says that it holds `{first}`"),
            )
            .with_hint("the checkpoint is incomplete: fetch the missing file"));
        }
        let number = all.shards.len();
        let (shard, found) = header::read(&place, number)?;
        if let Some(missing) = tensors.iter().find(|name| !found.contains_key(**name)) {
            return Err(Error::input(
                &place,
                format!("`{index_name}` says that it holds this tensor, but it does not"),
            )
            .at(Place::Entry((*missing).to_owned())));
        }
        all.shards.push(shard);
        for (name, info) in found {
            if let Some(other) = all.tensors.insert(name.clone(), info) {
                let other = &all.shards[other.shard].name;
                return Err(Error::input(&place, format!("`{other}` holds this tensor as well")).at(Place::Entry(name)));
            }
        }
    }
    all.index = Some(Index { name: index_name.to_owned(), json });
    Ok(all)
}
