use std::path::PathBuf;

use super::*;
use crate::encode::foreign;
use crate::formats::hf;

fn text(s: &str) -> Vec<u8> {
    [&(s.len() as u64).to_le_bytes()[..], s.as_bytes()].concat()
}

fn key(name: &str, kind: u32, value: Vec<u8>) -> Vec<u8> {
    [text(name), kind.to_le_bytes().to_vec(), value].concat()
}

fn texts(all: &[&str]) -> Vec<u8> {
    let mut out = [&8u32.to_le_bytes()[..], &(all.len() as u64).to_le_bytes()].concat();
    all.iter().for_each(|s| out.extend(text(s)));
    out
}

fn file(keys: &[Vec<u8>]) -> Vec<u8> {
    let head = [&b"GGUF"[..], &3u32.to_le_bytes(), &0u64.to_le_bytes(), &(keys.len() as u64).to_le_bytes()].concat();
    [head, keys.concat()].concat()
}

fn parse(bytes: &[u8], pattern: Option<&str>) -> Result<Tokenizer> {
    read(bytes, bytes.len() as u64, pattern)
}

fn small(pre: &str) -> Vec<u8> {
    file(&[
        key("general.name", 8, text("x")),
        key("tokenizer.ggml.model", 8, text("gpt2")),
        key("tokenizer.ggml.pre", 8, text(pre)),
        key("tokenizer.ggml.tokens", 9, texts(&["a", "b", "ab", "<end>"])),
        key(
            "tokenizer.ggml.token_type",
            9,
            [&5u32.to_le_bytes()[..], &4u64.to_le_bytes(), &[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0]].concat(),
        ),
        key("tokenizer.ggml.merges", 9, texts(&["a b"])),
        key("tokenizer.ggml.bos_token_id", 4, 3u32.to_le_bytes().to_vec()),
        key("tokenizer.ggml.add_bos_token", 7, vec![1]),
    ])
}

#[test]
fn a_byte_level_file_is_read() {
    let t = parse(&small("llama-bpe"), None).unwrap();
    assert_eq!(t.splitter, byte_level_splitter("llama3").unwrap());
    assert_eq!((t.post.before.as_slice(), t.added[0].id, t.added[0].special), (&[3][..], 3, true));
    let Model::Bpe(bpe) = &t.model else { panic!() };
    assert_eq!((bpe.vocab.merges.len(), bpe.ignore_merges), (1, true));
    let error = parse(&small("unheard-of"), None).unwrap_err();
    assert!(error.to_string().contains("unheard-of") && error.hint().unwrap().contains("--pattern"));
    assert!(parse(&small("unheard-of"), Some("gpt2")).is_ok());
}

#[test]
fn lying_lengths_cost_nothing() {
    let huge = u64::MAX.to_le_bytes().to_vec();
    let list = |len: u64| [&8u32.to_le_bytes()[..], &len.to_le_bytes()].concat();
    for keys in [
        vec![huge.clone()],
        vec![key("a", 8, huge)],
        vec![key("a", 9, list(u64::MAX))],
        vec![key("a", 9, list(1 << 20))],
        vec![key("a", 99, vec![])],
        vec![key("tokenizer.ggml.model", 8, text("gpt2"))],
        vec![key("tokenizer.ggml.model", 8, text("rwkv")), key("tokenizer.ggml.tokens", 9, texts(&[]))],
    ] {
        assert!(parse(&file(&keys), None).is_err());
    }
    let good = small("gpt-2");
    for end in 0..good.len() {
        assert!(parse(&good[..end], None).is_err());
        // The size is right, but the file ends early.
        assert!(read(&good[..end], good.len() as u64, None).is_err());
    }
    let mut version = good;
    version[4] = 9;
    assert!(parse(&version, None).unwrap_err().to_string().contains("version 9"));
    let nested =
        (0..50).fold(vec![], |inner: Vec<u8>, _| [&9u32.to_le_bytes()[..], &1u64.to_le_bytes(), &inner].concat());
    assert!(parse(&file(&[key("a", 9, nested)]), None).is_err());
}

#[test]
fn real_files_encode_as_their_test_vectors_say() {
    let Some(folder) = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from) else {
        eprintln!("skipped: `TOKTOOL_DATA` is not set");
        return;
    };
    for name in ["gpt-2", "starcoder", "phi-3", "bert-bge"] {
        let path = folder.join(format!("tokenizers-gguf/ggml-vocab-{name}.gguf"));
        let tokenizer = crate::formats::read(&path, None).unwrap();
        let stock = foreign::load(&hf::write_string(&tokenizer).unwrap()).unwrap();
        let beside = |ext: &str| std::fs::read_to_string(path.with_extension(format!("gguf.{ext}"))).unwrap();
        let (inputs, outputs) = (beside("inp"), beside("out"));
        let inputs: Vec<&str> = inputs.split("\n__ggml_vocab_test__\n").collect();
        let outputs: Vec<&str> = outputs.lines().collect();
        assert!(outputs.len() >= inputs.len() - 1, "{name}");
        let mut differ = Vec::new();
        for (input, output) in inputs.iter().zip(outputs) {
            let expected: Vec<u32> = output.split_whitespace().map(|n| n.parse().unwrap()).collect();
            let ids = stock.encode(*input, false).unwrap().get_ids().to_vec();
            if ids != expected {
                differ.push((*input, ids, expected));
            }
        }
        assert!(differ.is_empty(), "{name}: {differ:?}");
    }
}
