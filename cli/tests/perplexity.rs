//! `perplexity`: its figures on a real small model and on a random one, what it states, and what it refuses.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, stderr};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A random GPT-2 of 40 tokens with a tokenizer of letters, as the folder `m`.
fn random() -> Bench {
    let b = bench();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/lm");
    b.write("m/config.json", std::fs::read(golden.join("gpt2.json")).unwrap());
    b.write("m/model.safetensors", std::fs::read(golden.join("gpt2.safetensors")).unwrap());
    let letters = ('a'..='z').chain("0123456789 ".chars());
    let vocab: serde_json::Map<String, Value> =
        letters.enumerate().map(|(id, letter)| (letter.to_string(), id.into())).collect();
    let tokenizer = json!({"version": "1.0", "model": {"type": "BPE", "vocab": vocab, "merges": []}});
    b.write("m/tokenizer.json", tokenizer.to_string());
    b.write("t.txt", "hello world\n\nx\nthe quick brown fox jumps over the lazy dog\nhello world\n");
    b
}

fn scores(b: &Bench, args: &[&str]) -> Value {
    let said = b.good(&[&["perplexity", "m", "--format", "json", "--quiet"], args].concat());
    serde_json::from_slice(&said).unwrap()
}

fn close(a: &Value, b: &Value) -> bool {
    let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
    (a - b).abs() < 1e-5 * b.abs()
}

/// Takes the token for the beginning of sequences away.
fn without_bos(b: &Bench) {
    let config = String::from_utf8(b.read("m/config.json")).unwrap();
    b.write("m/config.json", config.replace("\"bos_token_id\": 1", "\"bos_token_id\": null"));
}

#[test]
fn figures_are_those_of_the_documents() {
    let b = random();
    let r = scores(&b, &["--input", "t.txt"]);
    assert_eq!(r["schema"], "toktool.perplexity/1");
    // The empty line is no document, and line feeds are no bytes.
    assert_eq!((&r["documents"], &r["bytes"], &r["tokens"]), (&json!(4), &json!(66), &json!(66)));
    assert_eq!((&r["bos"]["id"], &r["context"], &r["stride"]), (&json!(1), &json!(64), &json!(32)));
    let rows = r["per_document"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["index"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2, 3]);
    let sum: f64 = rows.iter().map(|row| row["nats"].as_f64().unwrap()).sum();
    assert!(close(&r["bits_per_byte"], &json!(sum / 2f64.ln() / 66.0)));
    assert!(close(&r["nats_per_token"], &json!(sum / 66.0)));
    assert!(close(&rows[0]["bits_per_byte"], &rows[3]["bits_per_byte"]));
    let (low, value, high) = (r["ci_low"].as_f64(), r["bits_per_byte"].as_f64(), r["ci_high"].as_f64());
    assert!(low < value && value < high, "{low:?} {value:?} {high:?}");
    // Company, threads and the form of the input change nothing.
    for more in [["--batch", "1"], ["--threads", "1"]] {
        assert!(close(&scores(&b, &[["--input", "t.txt"], more].concat())["bits_per_byte"], &r["bits_per_byte"]));
    }
    let again = b.fed(&["perplexity", "m", "--input", "-", "--format", "json"], &b.read("t.txt"));
    assert!(close(&serde_json::from_slice::<Value>(&again).unwrap()["bits_per_byte"], &r["bits_per_byte"]));
    b.write("t.jsonl", "{\"body\": \"hello world\"}\n{\"body\": \"x\"}\n");
    assert_eq!(scores(&b, &["--input", "t.jsonl", "--field", "body"])["documents"], 2);
    assert_eq!(scores(&b, &["--input", "t.txt", "--document", "blank"])["documents"], 2);
}

#[test]
fn without_a_beginning_the_first_token_is_not_scored() {
    let b = random();
    without_bos(&b);
    let r = scores(&b, &["--input", "t.txt"]);
    assert_eq!((&r["bytes"], &r["tokens"], &r["bos"]["id"]), (&json!(66), &json!(62), &Value::Null));
    // A document of one token: nothing to predict, no figure.
    assert_eq!(r["per_document"][1]["bits_per_byte"], Value::Null);
    assert!(
        b.said(&["perplexity", "m", "--input", "t.txt"]).contains("the first token of each document is not scored")
    );
}

#[test]
fn long_documents_are_read_in_windows_and_the_table_says_so() {
    let b = random();
    b.write("long.txt", "abc defg ".repeat(30));
    let r = scores(&b, &["--input", "long.txt", "--context", "40", "--stride", "10"]);
    assert_eq!((&r["tokens"], &r["context"], &r["stride"]), (&json!(270), &json!(40), &json!(10)));
    assert_eq!((&r["windows"], &r["ci_low"]), (&json!(25), &Value::Null));
    let table = b.said(&["perplexity", "m", "--input", "long.txt", "--input", "t.txt"]);
    for words in [
        "bits per byte",
        "95 % interval",
        "token 1 (`b`) before each",
        "64 tokens, a new one every 32",
        "1 of the documents",
    ] {
        assert!(table.contains(words), "{words}: {table}");
    }
    b.good(&["perplexity", "m", "--input", "long.txt", "-o", "out.txt"]);
    assert!(String::from_utf8(b.read("out.txt")).unwrap().contains("bits per byte"));
    b.bad(2, &["out.txt", "--force"], &["perplexity", "m", "--input", "long.txt", "-o", "out.txt"]);
}

#[test]
fn what_cannot_be_scored_is_said() {
    let b = random();
    let bad = |code, words: &[&str], more: &[&str]| {
        b.bad(code, words, &[&["perplexity", "m", "--input", "t.txt"], more].concat());
    };
    bad(2, &["--context", "64"], &["--context", "65"]);
    bad(2, &["--stride"], &["--stride", "64"]);
    b.bad(1, &["nope.txt", "hint:"], &["perplexity", "m", "--input", "nope.txt"]);
    b.bad(1, &["nope", "hint:"], &["perplexity", "nope", "--input", "t.txt"]);
    b.bad(1, &["t.txt", "not a checkpoint"], &["perplexity", "t.txt", "--input", "t.txt"]);
    b.write("empty.txt", "\n\n");
    b.bad(1, &["empty.txt", "no document"], &["perplexity", "m", "--input", "empty.txt"]);
    // A tokenizer with more tokens than the model has rows.
    let tokenizer = String::from_utf8(b.read("m/tokenizer.json")).unwrap();
    b.write("other.json", tokenizer.replace("\"x\":23", "\"x\":77"));
    bad(1, &["`m`, `token 77`: document 2 has the token `x`", "rows for 40", "hint:"], &["-t", "other.json"]);
    let config = String::from_utf8(b.read("m/config.json")).unwrap();
    let weights = b.read("m/model.safetensors");
    for (from, to, words) in [
        ("\"gpt2\"", "\"mamba\"", ["mamba", "`llama`", "hint:"]),
        ("\"n_head\": 4", "\"n_head\": 0", ["config.json", "`n_head`", "0"]),
        ("\"n_embd\": 32", "\"n_embd\": 64", ["`m`", "[32, 96]", "[64, 192]"]),
        ("{", "[", ["config.json", "", ""]),
    ] {
        b.write("m/config.json", config.replacen(from, to, 1));
        bad(1, &words, &[]);
    }
    b.write("m/config.json", &config);
    b.write("m/model.safetensors", &weights[..weights.len() / 2]);
    bad(1, &["model.safetensors"], &[]);
    std::fs::remove_file(b.path("m/model.safetensors")).unwrap();
    bad(1, &["`m`", "hint:"], &[]);
}

/// The loss that the model's README names, over its 44 predictions.
#[test]
fn a_real_model_has_its_known_loss() {
    let Some(data) = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from) else {
        eprintln!("skipped: `TOKTOOL_DATA` is not set");
        return;
    };
    let b = bench();
    let model = data.join("../models/stories260K");
    let text = "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. \
                One day, she saw a big, red ball.\n";
    b.write("t.txt", text);
    let out = b.run(&["perplexity", model.to_str().unwrap(), "--input", "t.txt", "--format", "json"]);
    assert!(out.status.success(), "{}", stderr(&out));
    let r: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&r["tokens"], &r["bytes"]), (&json!(44), &json!(text.len() - 1)));
    assert!((r["nats_per_token"].as_f64().unwrap() - 0.324).abs() < 5e-4, "{r}");
}
