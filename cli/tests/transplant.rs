//! `transplant`: the files it leaves, what it says, and what it refuses without leaving anything.
#![allow(clippy::unwrap_used)]

mod common;

use common::bench;
use common::checkpoint::random;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[test]
fn the_folder_is_whole_and_the_model_works() {
    let b = random();
    b.good(&["transplant", "m", "--tokenizer", "t.json", "-o", "out", "--init", "retok"]);
    let config: Value = serde_json::from_slice(&b.read("out/config.json")).unwrap();
    assert_eq!(config["vocab_size"], 40);
    let report: Value = serde_json::from_slice(&b.read("out/transplant_report.json")).unwrap();
    assert_eq!(report["schema"], "toktool.transplant/1");
    assert_eq!((&report["overlap"]["text"], &report["overlap"]["new"]), (&json!(37), &json!(2)));
    // The configuration gives the role of the end to a letter: the new end has its row, and the letter is a letter.
    assert_eq!((&report["overlap"]["special"], &config["eos_token_id"]), (&json!(1), &json!(39)));
    b.write("t.txt", "the quick brown fox\n");
    let said = b.good(&["perplexity", "out", "--input", "t.txt", "--format", "json", "--quiet"]);
    let scores: Value = serde_json::from_slice(&said).unwrap();
    assert!(scores["bits_per_byte"].as_f64().unwrap() > 1.0);
    // There is something now, and it is not replaced unasked.
    b.bad(2, &["out", "--force"], &["transplant", "m", "--tokenizer", "t.json", "-o", "out"]);
}

#[test]
fn a_dry_run_says_what_it_would_do_and_writes_nothing() {
    let b = random();
    let plan = b.said(&["transplant", "m", "--tokenizer", "t.json", "--dry-run"]);
    for words in ["37 of text", "wte.weight", "[40, 32] -> [40, 32]", "rewrite\tmodel.safetensors"] {
        assert!(plan.contains(words), "{words}: {plan}");
    }
    let list = b.said(&["transplant", "--list"]);
    for words in ["best", "retok", "tokenadapt", "focus", "needs --aux", "2505.09738"] {
        assert!(list.contains(words), "{words}: {list}");
    }
    assert!(!b.path("out").exists());
}

#[test]
fn what_cannot_be_transplanted_is_said_and_nothing_is_left() {
    let b = random();
    let to = ["--tokenizer", "t.json", "-o", "out"];
    let bad = |code, words: &[&str], more: &[&str]| {
        b.bad(code, words, &[&["transplant", "m"][..], &to, more].concat());
        assert!(!b.path("out").exists(), "{words:?}");
    };
    bad(2, &["--init", "magic", "retok"], &["--init", "magic"]);
    bad(2, &["--init", "focus", "--aux"], &["--init", "focus"]);
    bad(2, &["--init-head", "--untie"], &["--init-head", "mean"]);
    bad(2, &["--special-map", "<x>"], &["--special-map", "<x>=</s>"]);
    bad(2, &["--pad-to-multiple"], &["--pad-to-multiple", "0"]);
    bad(1, &["nope.vec"], &["--aux", "nope.vec", "--init", "focus"]);
    b.write("v.vec", "t 1 0\nh 1 0 0\n");
    bad(1, &["v.vec", "line 2", "3 numbers"], &["--aux", "v.vec", "--init", "focus"]);
    b.bad(1, &["nope"], &[&["transplant", "nope"][..], &to].concat());
    b.bad(1, &["nope.json"], &["transplant", "m", "--tokenizer", "nope.json", "-o", "out"]);
    let config = String::from_utf8(b.read("m/config.json")).unwrap();
    b.write("m/config.json", "[");
    bad(1, &["config.json"], &[]);
    b.write("m/config.json", &config);
}

/// Vectors are trained on the spot, on a file or a folder; a text without the tokens that need a row is no good.
#[test]
fn vectors_are_trained_on_a_corpus() {
    let b = random();
    b.write("text/a.txt", "then the thin moth sat with them\nthe other path is the length of both\n".repeat(5));
    let to = ["transplant", "m", "--tokenizer", "t.json", "--init", "focus"];
    b.good(&[&to[..], &["-o", "out", "--aux", "train:text"]].concat());
    let report: Value = serde_json::from_slice(&b.read("out/transplant_report.json")).unwrap();
    assert_eq!((&report["options"]["aux"]["trained"], &report["aux"]["fresh"]), (&json!("text"), &json!(2)));
    assert_eq!(report["matrices"][0]["origins"], json!({"neighbours": 2}));
    b.good(&[&to[..], &["-o", "one", "--aux", "train:text/a.txt", "--threads", "1"]].concat());
    assert_eq!(b.read("one/model.safetensors"), b.read("out/model.safetensors"));
    b.write("poor.txt", "a b c\n");
    b.bad(1, &["poor.txt", "5 times", "hint:"], &[&to[..], &["-o", "no", "--aux", "train:poor.txt"]].concat());
    b.bad(1, &["nope.txt"], &[&to[..], &["-o", "no", "--aux", "train:nope.txt"]].concat());
    b.write("bad.txt", b"the \xff the\n");
    b.bad(1, &["bad.txt", "UTF-8"], &[&to[..], &["-o", "no", "--aux", "train:bad.txt"]].concat());
}

/// A donor is a model with the very tokenizer that is wanted; another one, or one that nobody looks at, is refused.
#[test]
fn rows_are_put_together_as_a_donor_does() {
    let b = random();
    b.write("d/config.json", b.read("m/config.json"));
    b.write("d/model.safetensors", b.read("m/model.safetensors"));
    b.write("d/tokenizer.json", b.read("t.json"));
    let to = ["transplant", "m", "--tokenizer", "t.json", "--init", "omp"];
    b.good(&[&to[..], &["-o", "out", "--donor", "d", "--atoms", "6"]].concat());
    let report: Value = serde_json::from_slice(&b.read("out/transplant_report.json")).unwrap();
    assert_eq!(report["matrices"][0]["origins"], json!({"donor": 2}));
    assert_eq!((&report["options"]["donor"], &report["options"]["settings"]["atoms"]), (&json!("d"), &json!(6)));
    b.good(&[&to[..], &["-o", "raw", "--donor", "d", "--atoms", "6", "--formula", "exact", "--threads", "1"]].concat());
    assert_ne!(b.read("raw/model.safetensors"), b.read("out/model.safetensors"));

    // A donor whose `the` is 256 times as large (half-precision numbers have their exponent at bit 10) makes a row that stands
    // out.
    assert_eq!(report["matrices"][0]["outliers"]["large"], json!(0));
    let mut weights = b.read("d/model.safetensors");
    let length = u64::from_le_bytes(*weights.first_chunk::<8>().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&weights[8..8 + length]).unwrap();
    let name = report["matrices"][0]["name"].as_str().unwrap();
    let start = 8 + length + header[name]["data_offsets"][0].as_u64().unwrap() as usize + 38 * 32 * 2;
    for bytes in weights[start..start + 32 * 2].as_chunks_mut::<2>().0 {
        *bytes = (u16::from_le_bytes(*bytes) + (8 << 10)).to_le_bytes();
    }
    b.write("d/model.safetensors", weights);
    let out = b.run(&[&to[..], &["-o", "large", "--donor", "d"]].concat());
    let said = common::stderr(&out);
    assert!(out.status.success() && said.contains("far larger") && said.contains("`the`"), "{said}");
    let report: Value = serde_json::from_slice(&b.read("large/transplant_report.json")).unwrap();
    assert_eq!(report["matrices"][0]["outliers"]["examples"][0]["id"], json!(38));

    let bad = |code, words: &[&str], more: &[&str]| b.bad(code, words, &[&to[..], &["-o", "no"], more].concat());
    bad(2, &["`omp`", "--donor", "hint:"], &[]);
    bad(1, &["another tokenizer", "id 0", "`a`", "hint:"], &["--donor", "m"]);
    bad(1, &["nope"], &["--donor", "nope"]);
    bad(2, &["--atoms"], &["--donor", "d", "--atoms", "0"]);
    let other = ["transplant", "m", "--tokenizer", "t.json", "--init", "retok", "-o", "no", "--donor", "d"];
    b.bad(2, &["--donor", "`retok`", "--init omp"], &other);
}

/// `th` is made of two rows by a file, `the` of its pieces; a file is read to its last line or refused by it.
#[test]
fn rows_follow_an_alignment() {
    let b = random();
    let to = ["transplant", "m", "--tokenizer", "t.json", "--init", "transtokenizer", "-o"];
    b.write("a.tsv", "th\tt\t3\r\n\nth\th\t1\n");
    b.good(&[&to[..], &["out", "--alignment", "a.tsv"]].concat());
    let report: Value = serde_json::from_slice(&b.read("out/transplant_report.json")).unwrap();
    assert_eq!(report["matrices"][0]["origins"], json!({"aligned": 1, "pieces": 1}));
    b.write("w.tsv", "the\tdet\t3\tword\n");
    b.good(&[&to[..], &["words", "--alignment", "w.tsv"]].concat());

    b.bad(2, &["`transtokenizer`", "--alignment", "hint:"], &[&to[..], &["no"]].concat());
    b.bad(1, &["nope.tsv"], &[&to[..], &["no", "--alignment", "nope.tsv"]].concat());
    for (lines, words) in [
        ("th\tt\t1\nth\tt\n", ["line 2", "2 columns", "tabs"]),
        ("th\tt\t1\tmore\n", ["line 1", "4 columns", "word"]),
        ("th\tt\t-1\n", ["line 1", "`-1`", "hint:"]),
        ("th\tt\tinf\n", ["line 1", "`inf`", "hint:"]),
        ("\n\nth\tzz\t1\n", ["line 3", "old tokenizer has no token `zz`", "word"]),
        ("zz\tt\t1\n", ["line 1", "new tokenizer has no token `zz`", "hint:"]),
        ("\tt\t1\tword\n", ["line 1", "empty", "hint:"]),
        ("\n", ["a.tsv", "aligns nothing", "hint:"]),
    ] {
        b.write("a.tsv", lines);
        b.bad(1, &words, &[&to[..], &["no", "--alignment", "a.tsv"]].concat());
    }
    b.write("a.tsv", b"th\t\xff\t1\n");
    b.bad(1, &["line 1", "UTF-8"], &[&to[..], &["no", "--alignment", "a.tsv"]].concat());
    b.write("a.tsv", "a\tb\t1\n");
    b.bad(2, &["--alignment", "not one token", "hint:"], &[&to[..], &["no", "--alignment", "a.tsv"]].concat());
}

/// A random BERT of 40 pieces reads tokens as texts; a model that reads from left to right is no encoder.
#[test]
fn vectors_are_those_of_a_sentence_encoder() {
    let b = random();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/lm");
    b.write("e/config.json", std::fs::read(golden.join("bert.json")).unwrap());
    b.write(
        "e/model.safetensors",
        common::checkpoint::weights(&std::fs::read(golden.join("bert.safetensors")).unwrap()),
    );
    let mut vocab = serde_json::Map::new();
    for (id, piece) in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "t", "h", "e", "a", "##h", "##e"].into_iter().enumerate() {
        vocab.insert(piece.to_owned(), id.into());
    }
    let special = |id: usize, content: &str| {
        json!({"id": id, "content": content, "special": true, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false})
    };
    let file = json!({"version": "1.0", "added_tokens": [special(0, "[PAD]"), special(1, "[UNK]"), special(2, "[CLS]"), special(3, "[SEP]")],
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}], "pair": [],
            "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
        "model": {"type": "WordPiece", "vocab": vocab, "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100}});
    b.write("e/tokenizer.json", file.to_string());
    let to = ["transplant", "m", "--tokenizer", "t.json", "--init", "tokenadapt", "-o"];
    b.good(&[&to[..], &["out", "--aux", "e"]].concat());
    let report: Value = serde_json::from_slice(&b.read("out/transplant_report.json")).unwrap();
    // Of 37 letters it knows four; of `th` and `the` both.
    assert_eq!((&report["aux"]["old"], &report["aux"]["fresh"]), (&json!(4), &json!(2)));
    let mixed = &report["matrices"][0]["origins"]["mixed"];
    assert_eq!(mixed, &json!(2), "{report}");

    b.bad(1, &["as an encoder", "hint:"], &[&to[..], &["no", "--aux", "m"]].concat());
    std::fs::create_dir(b.path("empty")).unwrap();
    b.bad(1, &["`empty", "hint:"], &[&to[..], &["no", "--aux", "empty"]].concat());
    assert!(!b.path("no").exists());
}

/// New rows get better on text that they were not fitted to; nothing else moves, whatever the number of threads.
#[test]
fn rows_are_calibrated_on_a_text() {
    let b = random();
    let text: String = (0..400).map(|n| format!("the {n} other thing that they then gather in the north\n")).collect();
    b.write("c.txt", text);
    let to = ["transplant", "m", "--tokenizer", "t.json", "--init", "retok", "-o"];
    b.good(&[&to[..], &["plain"]].concat());
    let calibrated = ["--calibrate", "c.txt", "--calibrate-tokens", "6000"];
    b.good(&[&to[..], &["one", "--threads", "1"], &calibrated].concat());
    b.good(&[&to[..], &["two", "--threads", "2"], &calibrated].concat());
    let [plain, one, two] = ["plain", "one", "two"].map(|name| b.read(&format!("{name}/model.safetensors")));
    assert_eq!(one, two);
    let differing = plain.iter().zip(&one).filter(|(a, b)| a != b).count();
    let report: Value = serde_json::from_slice(&b.read("one/transplant_report.json")).unwrap();
    let width = report["matrices"][0]["shape"][1].as_u64().unwrap() as usize;
    // Two rows of f32 are new.
    assert!(plain.len() == one.len() && (1..=2 * width * 4).contains(&differing), "{differing} bytes differ");
    let (before, after) = (&report["calibration"]["before"], &report["calibration"]["after"]);
    assert!(after.as_f64().unwrap() < before.as_f64().unwrap(), "{before} -> {after}");

    b.write("little.txt", "the\n");
    b.bad(1, &["little.txt", "too few", "hint:"], &[&to[..], &["no", "--calibrate", "little.txt"]].concat());
    b.bad(1, &["none.txt"], &[&to[..], &["no", "--calibrate", "none.txt"]].concat());
    b.bad(
        2,
        &["--calibrate-minutes"],
        &[&to[..], &["no", "--calibrate", "c.txt", "--calibrate-minutes", "0"]].concat(),
    );
    assert!(!b.path("no").exists());
}

/// A model's own tokenizer changes nothing: the file of weights is the same file.
#[test]
fn a_real_model_keeps_its_rows() {
    let Some(data) = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from) else {
        return eprintln!("skipped: `TOKTOOL_DATA` is not set");
    };
    let model = data.join("../models/stories260K");
    let (b, model) = (bench(), model.to_str().unwrap());
    b.good(&["transplant", model, "--tokenizer", model, "-o", "same", "--copy"]);
    let weights = std::fs::read(Path::new(model).join("model.safetensors")).unwrap();
    assert_eq!(b.read("same/model.safetensors"), weights);
    assert_eq!(b.read("same/tokenizer.json"), std::fs::read(Path::new(model).join("tokenizer.json")).unwrap());
}
