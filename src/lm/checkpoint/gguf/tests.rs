use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::super::tests::bits;
use super::super::{Dtype, write_hf};
use super::*;
use crate::formats::write::OutputDir;

fn text(s: &str) -> Vec<u8> {
    [&(s.len() as u64).to_le_bytes()[..], s.as_bytes()].concat()
}

fn key(name: &str, kind: u32, value: &[u8]) -> Vec<u8> {
    [&text(name), &kind.to_le_bytes()[..], value].concat()
}

fn size(name: &str, n: u32) -> Vec<u8> {
    key(name, 4, &n.to_le_bytes())
}

fn texts(name: &str, all: &[String]) -> Vec<u8> {
    let list = all.iter().flat_map(|s| text(s));
    let head = [&8u32.to_le_bytes()[..], &(all.len() as u64).to_le_bytes()].concat();
    key(name, 9, &head.into_iter().chain(list).collect::<Vec<u8>>())
}

/// The bytes of a GGUF file; tensors are (name, dimensions outermost first, type, bytes).
fn file(keys: &[Vec<u8>], tensors: &[(String, Vec<u64>, u32, Vec<u8>)]) -> Vec<u8> {
    let counts = [(tensors.len() as u64).to_le_bytes(), (keys.len() as u64).to_le_bytes()].concat();
    let mut out = [&b"GGUF"[..], &3u32.to_le_bytes(), &counts, &keys.concat()].concat();
    let mut data: Vec<u8> = Vec::new();
    for (name, shape, kind, bytes) in tensors {
        out.extend(text(name));
        out.extend((shape.len() as u32).to_le_bytes());
        shape.iter().rev().for_each(|n| out.extend(n.to_le_bytes()));
        out.extend(kind.to_le_bytes());
        out.extend((data.len() as u64).to_le_bytes());
        data.extend(bytes);
        data.resize(data.len().next_multiple_of(32), 0);
    }
    out.resize(out.len().next_multiple_of(32), 0);
    [out, data].concat()
}

fn floats(name: &str, shape: &[u64]) -> (String, Vec<u64>, u32, Vec<u8>) {
    let count: u64 = shape.iter().product();
    (name.into(), shape.to_vec(), 0, (0..count).flat_map(|n| (n as f32).to_le_bytes()).collect())
}

const WIDTH: u64 = 8;

/// A model of one layer with two heads of four numbers, one of them for keys.
fn model(arch: &str, extra: Vec<(String, Vec<u64>, u32, Vec<u8>)>) -> Vec<u8> {
    let at = |name: &str| format!("{arch}.{name}");
    let letters: Vec<String> = (0..16u8).map(|n| char::from(b'a' + n).to_string()).collect();
    let keys = [
        key("general.architecture", 8, &text(arch)),
        size(&at("embedding_length"), WIDTH as u32),
        size(&at("block_count"), 1),
        size(&at("feed_forward_length"), 12),
        size(&at("attention.head_count"), 2),
        size(&at("attention.head_count_kv"), 1),
        size(&at("context_length"), 64),
        key(&at("attention.layer_norm_rms_epsilon"), 6, &1e-6f32.to_le_bytes()),
        key("tokenizer.ggml.model", 8, &text("gpt2")),
        key("tokenizer.ggml.pre", 8, &text("qwen2")),
        texts("tokenizer.ggml.tokens", &letters),
        texts("tokenizer.ggml.merges", &[]),
        size("tokenizer.ggml.eos_token_id", 3),
        key("tokenizer.chat_template", 8, &text("{{ hello }}")),
    ];
    let mut tensors = vec![
        floats("token_embd.weight", &[14, WIDTH]),
        floats("output_norm.weight", &[WIDTH]),
        floats("blk.0.attn_norm.weight", &[WIDTH]),
        floats("blk.0.attn_q.weight", &[8, WIDTH]),
        floats("blk.0.attn_k.weight", &[4, WIDTH]),
        floats("blk.0.attn_v.weight", &[4, WIDTH]),
        floats("blk.0.attn_output.weight", &[WIDTH, 8]),
        floats("blk.0.ffn_norm.weight", &[WIDTH]),
    ];
    tensors.extend(extra);
    file(&keys, &tensors)
}

fn opened(bytes: &[u8]) -> (tempfile::TempDir, PathBuf, Result<Checkpoint>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    fs::write(&path, bytes).unwrap();
    let opened = Checkpoint::open(&path);
    (folder, path, opened)
}

fn error(bytes: &[u8]) -> String {
    opened(bytes).2.unwrap_err().to_string()
}

#[test]
fn llama_rows_are_put_back_in_halves() {
    let bias = floats("blk.0.attn_q.bias", &[8]);
    let (_folder, _, checkpoint) = opened(&model("llama", vec![bias, floats("blk.0.attn_output.bias", &[WIDTH])]));
    let checkpoint = checkpoint.unwrap();
    let first = |name: &str, range: std::ops::Range<usize>| -> Vec<f32> {
        checkpoint.rows(name, range).unwrap().iter().step_by(WIDTH as usize).map(|v| v / WIDTH as f32).collect()
    };
    // Within a head of four rows the file has the order 0 2 1 3.
    let query = "model.layers.0.self_attn.q_proj.weight";
    assert_eq!(first(query, 0..8), [0.0, 2.0, 1.0, 3.0, 4.0, 6.0, 5.0, 7.0]);
    assert_eq!(first(query, 2..6), [1.0, 3.0, 4.0, 6.0]);
    assert_eq!(first(query, 5..5), [0f32; 0]);
    assert_eq!(first("model.layers.0.self_attn.k_proj.weight", 1..3), [2.0, 1.0]);
    assert_eq!(first("model.layers.0.self_attn.v_proj.weight", 0..4), [0.0, 1.0, 2.0, 3.0]);
    let bias = checkpoint.tensor_f32("model.layers.0.self_attn.q_proj.bias").unwrap();
    assert_eq!(bias, [0.0, 2.0, 1.0, 3.0, 4.0, 6.0, 5.0, 7.0]);
    assert!(checkpoint.rows(query, 7..9).is_err());
    assert!(checkpoint.raw_rows(query, 0..1).unwrap_err().to_string().contains("converter"));
    assert!(checkpoint.raw_rows("model.embed_tokens.weight", 0..1).is_ok());
    let config = &checkpoint.config;
    assert_eq!(config["architectures"][0], "LlamaForCausalLM");
    assert_eq!(
        (&config["vocab_size"], &config["head_dim"], &config["attention_bias"]),
        (&14.into(), &4.into(), &true.into())
    );
    assert_eq!((&config["rms_norm_eps"], &config["tie_word_embeddings"]), (&1e-6.into(), &true.into()));
}

#[test]
fn gemma_norms_lose_their_one_and_its_four_norms_their_names() {
    let extra = ["post_attention_norm", "post_ffw_norm", "attn_q_norm", "attn_k_norm"];
    let extra = extra.iter().map(|name| floats(&format!("blk.0.{name}.weight"), &[4])).collect();
    let checkpoint = opened(&model("gemma3", extra)).2.unwrap();
    let norm = |name: &str| checkpoint.rows(&format!("model.layers.0.{name}.weight"), 0..3).unwrap();
    for name in [
        "input_layernorm",
        "post_attention_layernorm",
        "pre_feedforward_layernorm",
        "post_feedforward_layernorm",
        "self_attn.q_norm",
        "self_attn.k_norm",
    ] {
        assert_eq!(norm(name), [-1.0, 0.0, 1.0], "{name}");
    }
    assert_eq!(checkpoint.rows("model.norm.weight", 1..2).unwrap(), [0.0]);
    let config = &checkpoint.config;
    assert_eq!(
        (&config["model_type"], &config["layer_types"][0]),
        (&"gemma3_text".into(), &"sliding_attention".into())
    );
    assert!(checkpoint.vocabulary().unwrap().tied);
}

#[test]
fn qwen_is_taken_as_it_is_and_written_as_a_folder() {
    let head = floats("output.weight", &[14, WIDTH]);
    let (folder, path, checkpoint) = opened(&model("qwen2", vec![head, floats("blk.0.attn_q.bias", &[8])]));
    let checkpoint = checkpoint.unwrap();
    let query = checkpoint.tensor_f32("model.layers.0.self_attn.q_proj.weight").unwrap();
    assert!(query.iter().enumerate().all(|(n, &v)| v == n as f32));
    let vocabulary = checkpoint.vocabulary().unwrap();
    assert_eq!((vocabulary.head.len(), vocabulary.tied, vocabulary.rows), (1, false, 14));
    let target = folder.path().join("hf");
    let out = OutputDir::new(&target, false).unwrap();
    let written = write_hf(&checkpoint, &out, &Dtype::F32, None).unwrap();
    out.commit().unwrap();
    // The vocabulary has sixteen letters, the matrix fourteen rows.
    assert_eq!(written.without_row, [(14, "o".to_owned()), (15, "p".to_owned())]);
    let again = Checkpoint::open(&target).unwrap();
    assert_eq!(again.tensors.keys().collect::<Vec<_>>(), checkpoint.tensors.keys().collect::<Vec<_>>());
    for name in again.tensors.keys() {
        assert_eq!(bits(&again.tensor_f32(name).unwrap()), bits(&checkpoint.tensor_f32(name).unwrap()), "{name}");
    }
    assert_eq!(again.config, checkpoint.config);
    assert_eq!(fs::read_to_string(target.join("chat_template.jinja")).unwrap(), "{{ hello }}");
    assert_eq!(crate::formats::read(&target, None).unwrap().model, crate::formats::read(&path, None).unwrap().model);
    assert!(write_hf(&again, &OutputDir::new(&folder.path().join("x"), false).unwrap(), &Dtype::F32, None).is_err());
    let narrow = OutputDir::new(&folder.path().join("y"), false).unwrap();
    assert!(write_hf(&checkpoint, &narrow, &Dtype::of_name("I8"), None).is_err());
}

#[test]
fn what_is_not_understood_is_refused_by_name() {
    assert!(error(&model("mamba", vec![])).contains("architecture `mamba`"));
    let odd = error(&model("llama", vec![floats("blk.0.ffn_gate_exps.weight", &[2, 2])]));
    assert!(odd.contains("`blk.0.ffn_gate_exps.weight`"), "{odd}");
    assert!(error(&model("llama", vec![floats("blk.x.attn_q.weight", &[2, 2])])).contains("`blk.x.attn_q.weight`"));
    assert!(error(&model("llama", vec![floats("rope_freqs.weight", &[2])])).contains("rope_freqs.weight"));
    let quantised =
        |kind: u32, shape: &[u64], bytes: usize| ("output.weight".into(), shape.to_vec(), kind, vec![0; bytes]);
    assert!(error(&model("llama", vec![quantised(23, &[1, 256], 136)])).contains("IQ4_XS"));
    assert!(error(&model("llama", vec![quantised(8, &[1, 33], 34)])).contains("whole blocks of 32"));
    let good = model("llama", vec![]);
    for end in 0..good.len() - 32 {
        assert!(opened(&good[..end]).2.is_err(), "{end}");
    }
    let second = error(&model("llama", vec![floats("blk.1.attn_norm.weight", &[WIDTH])]));
    assert!(second.contains("1 layers, but there are tensors of 2"), "{second}");
    let twice = model("llama", vec![floats("output_norm.weight", &[WIDTH])]);
    assert!(error(&twice).contains("twice"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_file_makes_it_panic(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = model("llama", vec![]);
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(checkpoint) = opened(&bytes).2 {
            for (name, info) in &checkpoint.tensors {
                let _ = checkpoint.rows(name, 0..info.rows().min(9));
                let _ = checkpoint.tensor_f32(name);
            }
            let _ = checkpoint.vocabulary();
        }
    }
}

/// A check by hand on a real file: `TOKTOOL_GGUF` names it, `TOKTOOL_GGUF_OUT` a folder to keep what is written.
#[test]
fn a_real_file_becomes_a_folder() {
    let Some(path) = std::env::var_os("TOKTOOL_GGUF").map(PathBuf::from) else {
        eprintln!("skipped: `TOKTOOL_GGUF` does not name a GGUF file");
        return;
    };
    let start = std::time::Instant::now();
    let checkpoint = Checkpoint::open(&path).unwrap();
    eprintln!("header: {:?}", start.elapsed());
    let vocabulary = checkpoint.vocabulary().unwrap();
    eprintln!("{vocabulary:?}");
    let (start, mut numbers) = (std::time::Instant::now(), 0);
    for first in (0..vocabulary.rows).step_by(4096) {
        numbers += checkpoint.rows(&vocabulary.input[0], first..(first + 4096).min(vocabulary.rows)).unwrap().len();
    }
    eprintln!("input matrix: {numbers} numbers in {:?}", start.elapsed());
    let folder = tempfile::tempdir().unwrap();
    let target = std::env::var_os("TOKTOOL_GGUF_OUT").map_or(folder.path().join("hf"), PathBuf::from);
    let out = OutputDir::new(&target, false).unwrap();
    let start = std::time::Instant::now();
    let written = write_hf(&checkpoint, &out, &Dtype::F32, None).unwrap();
    eprintln!("{} bytes written in {:?}; without a row: {:?}", written.bytes, start.elapsed(), written.without_row);
    out.commit().unwrap();
    let again = Checkpoint::open(&target).unwrap();
    assert_eq!(again.vocabulary().unwrap().rows, vocabulary.rows);
    for (name, info) in &again.tensors {
        let last = info.rows() - 1..info.rows();
        assert_eq!(
            bits(&again.rows(name, last.clone()).unwrap()),
            bits(&checkpoint.rows(name, last).unwrap()),
            "{name}"
        );
    }
}
