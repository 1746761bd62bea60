//! `transplant --trim`, `--extend` and `--permute`: the checkpoint's own tokenizer, changed.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::PathBuf;

use common::checkpoint::random;
use common::{Bench, bench, stderr};
use serde_json::{Value, json};

fn json_of(b: &Bench, name: &str) -> Value {
    serde_json::from_slice(&b.read(name)).unwrap()
}

#[test]
fn one_tokenizer_is_asked_for() {
    let b = random();
    b.write("a.txt", "the\n");
    for two in [["--trim", "a.txt", "--extend", "a.txt"], ["--permute", "a.txt", "--tokenizer", "t.json"]] {
        let out = b.run(&[&["transplant", "m", "-o", "out"][..], &two].concat());
        assert!(out.status.code() == Some(2) && stderr(&out).contains("cannot be used with"), "{}", stderr(&out));
    }
    let out = b.run(&["transplant", "m", "-o", "out"]);
    assert!(out.status.code() == Some(2) && stderr(&out).contains("--tokenizer"), "{}", stderr(&out));
}

#[test]
fn tokens_are_added_and_removed_again() {
    let b = random();
    b.write("new.txt", "the\nquick brown\n\nthe\na\n");
    let run = b.run(&["transplant", "m", "--extend", "new.txt", "-o", "more", "--init", "retok"]);
    let said = stderr(&run);
    assert!(run.status.success(), "{said}");
    for words in ["37 -> 39 tokens", "1 empty, 1 repeated, 1 that are tokens already", "identical in tokenizers"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // 37 and 38 are rows that the matrix had to spare.
    let report = json_of(&b, "more/transplant_report.json");
    assert_eq!((&report["rows_after"], &report["bytes_saved"]), (&json!(40), &json!(0)));
    assert_eq!(report["derivation"]["lines"], json!({"added": 2, "empty": 1, "repeated": 1, "known": 1}));
    assert_eq!(report["provenance"]["old"].as_array().unwrap().len(), 40);
    let file = json_of(&b, "more/tokenizer.json");
    let added = json!([{"id": 37, "content": "the", "single_word": false, "lstrip": false, "rstrip": false, "normalized": true,
        "special": false}, {"id": 38, "content": "quick brown", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": true, "special": false}]);
    assert_eq!(file["added_tokens"], added);
    b.write("t.txt", "the quick brown fox\n");
    assert_eq!(b.said(&["encode", "-t", "more", "t.txt"]).split_whitespace().count(), 7);
    b.good(&["perplexity", "more", "--input", "t.txt", "--quiet"]);
}

#[test]
fn lists_say_where_they_are_wrong() {
    let b = random();
    let before = b.read("m/model.safetensors");
    for (file, content, option, words) in [
        ("e.txt", &b"\n\n"[..], "--extend", &["e.txt", "no token in it is new", "hint:"][..]),
        ("e.txt", b"good\n\xff\xfe\n", "--extend", &["e.txt", "line 2", "UTF-8"]),
        ("p.txt", b"0\n1\n99\n", "--permute", &["p.txt", "line 3", "id 99", "37 ids", "hint:"]),
        ("p.txt", b"0\n1\n1\n", "--permute", &["p.txt", "line 3", "id 1", "line 2"]),
        ("p.txt", b"0\n2\n1\n", "--permute", &["p.txt", "line 4", "id 3 is missing"]),
        ("p.txt", b"", "--permute", &["p.txt", "line 1"]),
        ("t.txt", b"", "--trim", &["t.txt", "no text in it", "hint:"]),
    ] {
        b.write(file, content);
        b.bad(1, words, &["transplant", "m", option, file, "-o", "out"]);
    }
    b.bad(1, &["nope.txt"], &["transplant", "m", "--extend", "nope.txt", "-o", "out"]);
    b.bad(1, &["nope.txt"], &["transplant", "m", "--trim", "nope.txt", "-o", "out"]);
    assert!(b.read("m/model.safetensors") == before);
}

/// A tokenizer with merges: what the texts do not use goes, what the configuration names stays.
#[test]
fn unseen_tokens_go_and_named_ones_stay() {
    let b = random();
    let mut file = json_of(&b, "t.json");
    file["added_tokens"] = json!([]);
    b.write("m/tokenizer.json", file.to_string());
    b.write("a.txt", "a thin thing\n");
    let config = json_of(&b, "m/config.json");
    let args = ["transplant", "m", "--trim", "a.txt", "-o", "less"];
    let run = b.run(&args);
    let said = stderr(&run);
    assert!(run.status.success(), "{said}");
    for words in ["40 -> 38 tokens", "saved: ", "encoded as before", "warning: "] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let report = json_of(&b, "less/transplant_report.json");
    let derivation = &report["derivation"];
    assert_eq!((&derivation["kind"], &derivation["tokens_after"]), (&json!("trimmed"), &json!(38)));
    // Two rows of 32 numbers of half precision, in the input that the head is tied to.
    assert_eq!(report["bytes_saved"], json!(2 * 32 * 2));
    assert_eq!(json_of(&b, "less/config.json")["vocab_size"], 38);
    assert_eq!(json_of(&b, "less/config.json")["eos_token_id"], config["eos_token_id"]);
    assert_eq!(b.said(&["encode", "-t", "less", "a.txt"]), b.said(&["encode", "-t", "m", "a.txt"]));
    // Once is enough: all that is left is in use.
    b.good(&["transplant", "less", "--trim", "a.txt", "-o", "same", "--quiet"]);
    assert_eq!(b.read("same/model.safetensors"), b.read("less/model.safetensors"));
    // A dry run writes nothing, and standard input will do.
    b.fed(&["transplant", "m", "--trim", "-", "-o", "fed", "--quiet"], b"a thin thing\n");
    assert_eq!(b.read("fed/model.safetensors"), b.read("less/model.safetensors"));
    let plan = b.said(&["transplant", "m", "--trim", "a.txt", "--dry-run"]);
    assert!(plan.contains("[40, 32] -> [38, 32]"), "{plan}");
}

/// What bits per byte are before and after, on a real model.
#[test]
fn a_real_model_keeps_its_bits_per_byte() {
    let Some(data) = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from) else {
        return eprintln!("skipped: `TOKTOOL_DATA` is not set");
    };
    let (b, model) = (bench(), data.join("../models/stories260K"));
    let model = model.to_str().unwrap();
    let text = std::fs::read_to_string(data.join("bpe-reference/tinystories_sample.txt")).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.len() > 20).take(20).collect();
    b.write("s.txt", lines.join("\n"));
    let bits = |folder: &str| {
        let said = b.good(&["perplexity", folder, "--input", "s.txt", "--format", "json", "--quiet"]);
        let scores: Value = serde_json::from_slice(&said).unwrap();
        (scores["bits_per_byte"].as_f64().unwrap(), scores["tokens"].as_u64().unwrap())
    };
    let before = bits(model);
    let order: Vec<String> = (0..512).map(|id| ((id * 7 + 3) % 512).to_string()).collect();
    b.write("order.txt", order.join("\n"));
    b.good(&["transplant", model, "--permute", "order.txt", "-o", "turned"]);
    let turned = bits("turned");
    // The softmax adds up in another order, which a last digit may show; it shows in none of those that are printed.
    assert!((turned.0 - before.0).abs() < 1e-6 && turned.1 == before.1, "{before:?} {turned:?}");
    b.good(&["transplant", model, "--trim", "s.txt", "-o", "less"]);
    let less = bits("less");
    // The same tokens; what removed ones got is shared out.
    assert!(less.0 <= before.0 && less.0 > 0.99 * before.0 && less.1 == before.1, "{before:?} {less:?}");
    eprintln!("bits per byte: {} before, {} permuted, {} trimmed", before.0, turned.0, less.0);
}
