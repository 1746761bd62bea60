//! Checkpoints to transplant.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Bench, bench};

/// The weights of a fixture without the tensors that say what has to come out.
pub fn weights(file: &[u8]) -> Vec<u8> {
    let (length, rest) = file.split_first_chunk::<8>().unwrap();
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let header: serde_json::Map<String, Value> = serde_json::from_slice(header).unwrap();
    let (mut kept, mut numbers) = (serde_json::Map::new(), Vec::new());
    for (name, mut tensor) in header {
        if name.starts_with("expected.") || name == "__metadata__" {
            continue;
        }
        let at = |n: usize| tensor["data_offsets"][n].as_u64().unwrap() as usize;
        let (start, end) = (numbers.len(), at(0)..at(1));
        numbers.extend_from_slice(&data[end]);
        tensor["data_offsets"] = json!([start, numbers.len()]);
        kept.insert(name, tensor);
    }
    let mut header = Value::Object(kept).to_string();
    header.push_str(&" ".repeat(header.len().next_multiple_of(8) - header.len()));
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &numbers].concat()
}

/// A random GPT-2 of 40 rows with a tokenizer of 37 letters as the folder `m`, and another tokenizer as `t.json`: the letters
/// backwards, `th`, `the`, and an end of text.
pub fn random() -> Bench {
    let b = bench();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/lm");
    b.write("m/config.json", std::fs::read(golden.join("gpt2.json")).unwrap());
    b.write("m/model.safetensors", weights(&std::fs::read(golden.join("gpt2.safetensors")).unwrap()));
    let letters: Vec<char> = ('a'..='z').chain("0123456789 ".chars()).collect();
    let file = |vocab: Vec<String>, merges: Value, added: Value| {
        let vocab: serde_json::Map<String, Value> =
            vocab.into_iter().enumerate().map(|(id, token)| (token, id.into())).collect();
        json!({"version": "1.0", "added_tokens": added, "model": {"type": "BPE", "vocab": vocab, "merges": merges}})
    };
    let own: Vec<String> = letters.iter().map(char::to_string).collect();
    let mut new: Vec<String> = own.iter().rev().cloned().collect();
    new.extend(["th", "the", "</s>"].map(str::to_owned));
    b.write("m/tokenizer.json", file(own, json!([]), json!([])).to_string());
    let end = json!([{"id": 39, "content": "</s>", "special": true, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false}]);
    b.write("t.json", file(new, json!([["t", "h"], ["th", "e"]]), end).to_string());
    b
}

/// A safetensors file of tensors with these shapes, of F32: a header, and zeros that take no room on the disk.
pub fn zeros(path: &Path, tensors: &[(&str, &[usize])]) {
    let (mut header, mut end) = (serde_json::Map::new(), 0);
    for (name, shape) in tensors {
        let start = end;
        end += 4 * shape.iter().product::<usize>();
        header.insert((*name).to_owned(), json!({"dtype": "F32", "shape": shape, "data_offsets": [start, end]}));
    }
    let mut header = Value::Object(header).to_string();
    header.push_str(&" ".repeat(header.len().next_multiple_of(8) - header.len()));
    let mut file = File::create(path).unwrap();
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    file.set_len(8 + header.len() as u64 + end as u64).unwrap();
}

/// The folder `big`: the tokenizer of [`random`], and rows in one file with a body of so many megabytes.
pub fn big(b: &Bench, megabytes: usize) {
    let config = json!({"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 40, "hidden_size": 8,
        "tie_word_embeddings": true});
    b.write("big/config.json", config.to_string());
    b.write("big/tokenizer.json", b.read("m/tokenizer.json"));
    let body = [megabytes, 1 << 18];
    let tensors: [(&str, &[usize]); 2] =
        [("model.embed_tokens.weight", &[40, 8]), ("model.layers.0.mlp.up_proj.weight", &body)];
    zeros(&b.path("big/model.safetensors"), &tensors);
}

/// Every file of a folder with its contents.
pub fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}
