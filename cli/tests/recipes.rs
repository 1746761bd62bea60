//! What goes into a training: inputs of every kind, recipes, special tokens, patterns and alphabets.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, stderr, text};
use std::io::Write as _;
use std::process::Stdio;

fn read(b: &Bench, name: &str) -> String {
    std::fs::read_to_string(b.path(name)).unwrap()
}

fn json(b: &Bench, name: &str) -> serde_json::Value {
    serde_json::from_str(&read(b, name)).unwrap()
}

/// Runs with something on standard input; returns standard output.
fn fed(b: &Bench, args: &[&str], input: &str) -> String {
    let mut child = b.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{args:?}");
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn every_kind_of_input_gives_the_same_tokenizer() {
    let b = bench();
    let text = text(4);
    let rows: String = text.lines().map(|l| format!("{}\n", serde_json::json!({"text": l, "other": 1}))).collect();
    let gzip = |bytes: &str| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(bytes.as_bytes()).unwrap();
        out.finish().unwrap()
    };
    let zstd = |bytes: &str| zstd::encode_all(bytes.as_bytes(), 1).unwrap();
    b.write("a.txt", &text);
    b.write("b.unknown", &text);
    b.write("c.txt.gz", gzip(&text));
    b.write("d.txt.zst", zstd(&text));
    b.write("e.jsonl", &rows);
    b.write("f.jsonl.gz", gzip(&rows));
    b.write("g.jsonl.zst", zstd(&rows));
    b.write("crlf.txt", text.replace('\n', "\r\n"));
    b.write("blank.txt", text.replace('\n', "\n\n"));
    b.write("folder/x.txt", &text);
    let train = |input: &str, out: &str| {
        fed(&b, &["train", input, "-o", out, "--vocab-size", "300", "--quiet"], &text);
        read(&b, &format!("{out}/tokenizer.json"))
    };
    let first = train("a.txt", "first");
    for (n, input) in [
        "b.unknown",
        "c.txt.gz",
        "d.txt.zst",
        "e.jsonl",
        "f.jsonl.gz",
        "g.jsonl.zst",
        "crlf.txt",
        "blank.txt",
        "folder",
        "-",
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(train(input, &format!("o{n}")), first, "{input}");
    }
}

#[test]
fn parquet_is_read_by_its_column() {
    let b = bench();
    b.write("a.txt", text(40));
    b.good(&["count", "a.txt", "-o", "t.parquet"]);
    b.good(&["train", "t.parquet", "--field", "word", "-o", "twin", "--vocab-size", "270", "--quiet"]);
    b.bad(1, &["t.parquet", "text"], &["train", "t.parquet", "-o", "out"]);
    b.bad(1, &["t.parquet"], &["train", "t.parquet", "--field", "count", "-o", "out"]);
    let bytes = std::fs::read(b.path("t.parquet")).unwrap();
    for cut in [4, bytes.len() / 2, bytes.len() - 1] {
        b.write("cut.parquet", &bytes[..cut]);
        b.bad(1, &["cut.parquet"], &["train", "cut.parquet", "--field", "word", "-o", "out"]);
        b.bad(1, &["cut.parquet"], &["train", "--counts", "cut.parquet", "-o", "out"]);
    }
}

#[test]
fn a_recipe_repeats_its_run() {
    let b = bench();
    b.write("a.txt", text(8));
    b.good(&[
        "train",
        "tr=a.txt",
        "-o",
        "first",
        "--vocab-size",
        "290",
        "--pattern",
        r"\p{L}+|[^\p{L}]+",
        "--min-frequency",
        "2",
        "--normalize",
        "nfc",
        "--special",
        "bos=<s>",
        "--special",
        "eos=</s>",
        "--special",
        "<x y>",
        "--pad-vocab-to-multiple",
        "64",
        "--quiet",
    ]);
    let again = b.run(&["train", "--recipe", "first/recipe.toml", "-o", "second"]);
    assert!(again.status.success() && !stderr(&again).contains("warning"), "{}", stderr(&again));
    for name in ["tokenizer.json", "tokenizer_config.json", "vocabulary.tsv", "recipe.toml", "report.json"] {
        assert_eq!(read(&b, &format!("first/{name}")), read(&b, &format!("second/{name}")), "{name}");
    }
    let recipe = read(&b, "first/recipe.toml");
    assert!(recipe.contains("sha256 = \"") && recipe.contains("group = \"tr\""), "{recipe}");
    assert_eq!(json(&b, "first/report.json")["tokens"], 320);
    // Flags go over the file, and a changed input is noticed.
    b.write("a.txt", text(9));
    let third = b.run(&["train", "--recipe", "first/recipe.toml", "-o", "third", "--vocab-size", "280"]);
    assert!(stderr(&third).contains("is not what it was"), "{}", stderr(&third));
    assert_eq!(json(&b, "third/report.json")["vocab_size_asked"], 280);
}

#[test]
fn recipes_that_are_none() {
    let b = bench();
    b.write("a.txt", text(2));
    for (file, word) in [("vocabsize = 5", "vocabsize"), ("= 5", "recipe.toml"), ("special = [\"\"]", "empty")] {
        b.write("recipe.toml", file);
        b.bad(1, &["recipe.toml", word], &["train", "a.txt", "--recipe", "recipe.toml", "-o", "out"]);
    }
    b.bad(1, &["missing.toml"], &["train", "a.txt", "--recipe", "missing.toml", "-o", "out"]);
    b.bad(2, &["none-such", "bpe"], &["train", "a.txt", "--preset", "none-such", "-o", "out"]);
    let list = String::from_utf8(b.good(&["train", "--list"])).unwrap();
    assert!(list.starts_with("bpe "), "{list}");
}

#[test]
fn special_tokens_have_roles_and_the_first_ids() {
    let b = bench();
    b.write("a.txt", text(2));
    let train = |out: &str, extra: &[&str]| {
        b.good(&[&["train", "a.txt", "-o", out, "--vocab-size", "280", "--quiet"], extra].concat());
        let added = json(&b, &format!("{out}/tokenizer.json"))["added_tokens"].as_array().unwrap().clone();
        added.iter().map(|t| t["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let given = ["--special", "bos=<s>", "--special", "eos=</s>", "--special", "pad=</s>", "--special", "<mask>"];
    assert_eq!(train("out", &given), [0, 1, 2]);
    let map = json(&b, "out/special_tokens_map.json");
    let role = |name: &str| map[name].as_str().unwrap().to_owned();
    assert_eq!([role("bos_token"), role("eos_token"), role("pad_token")], ["<s>", "</s>", "</s>"]);
    let encoded = fed(&b, &["encode", "-t", "out", "--append-eos"], "<s>bir");
    let ids: Vec<&str> = encoded.split_whitespace().collect();
    assert_eq!((ids[0], ids[ids.len() - 1]), ("0", "1"));
    assert_eq!(train("default", &[]), [0]);
    assert_eq!(json(&b, "default/special_tokens_map.json")["eos_token"], "<|endoftext|>");
    assert!(train("none", &["--no-special"]).is_empty());
    let rivals = ["train", "a.txt", "-o", "x", "--special", "eos=<a>", "--special", "eos=<b>"];
    b.bad(2, &["`eos`"], &rivals);
}

#[test]
fn character_level_with_byte_fallback() {
    let b = bench();
    b.write("a.txt", text(8));
    for (out, options) in [
        ("metaspace", &["--pattern", "metaspace"][..]),
        ("fallback", &["--byte-fallback"]),
        ("limited", &["--byte-fallback", "--limit-alphabet", "12", "--initial-alphabet", "xyz"]),
    ] {
        b.good(&[&["train", "a.txt", "-o", out, "--vocab-size", "320", "--quiet"], options].concat());
        assert_eq!(json(&b, &format!("{out}/tokenizer.json"))["model"]["byte_fallback"], true, "{out}");
        // Word marks cannot tell one space at the start from none.
        let text = format!("{}İstanbul'da 🙂  bir\tgün \n", if out == "metaspace" { "" } else { "  " });
        let ids = fed(&b, &["encode", "-t", out], &text);
        assert_eq!(fed(&b, &["decode", "-t", out], &ids), text, "{out}");
    }
    b.bad(2, &["--limit-alphabet", "--byte-fallback"], &["train", "a.txt", "-o", "x", "--limit-alphabet", "5"]);
}

#[test]
fn a_pattern_that_matches_nothing() {
    let b = bench();
    b.write("a.txt", text(2));
    for pattern in ["x{50}", r"\bq", "", "$^"] {
        b.bad(2, &["--pattern"], &["train", "a.txt", "-o", "out", "--vocab-size", "260", "--pattern", pattern]);
        b.bad(2, &["--pattern"], &["count", "a.txt", "-o", "out.parquet", "--pattern", pattern]);
    }
    // What it does not match is still a piece: one match is enough, and every text comes back.
    b.good(&["train", "a.txt", "-o", "twin", "--vocab-size", "260", "--pattern", "deniz+", "--quiet"]);
    let ids = fed(&b, &["encode", "-t", "twin"], "bir iki");
    assert_eq!(fed(&b, &["decode", "-t", "twin"], &ids), "bir iki\n");
}

#[test]
fn a_recipe_says_how_counted_text_was_cut() {
    let b = bench();
    b.write("a.txt", text(8));
    b.good(&["count", "a.txt", "-o", "a.parquet", "--pattern", "gpt2"]);
    b.good(&["train", "-o", "out", "--vocab-size", "300", "--quiet", "--counts", "a.parquet"]);
    let recipe = read(&b, "out/recipe.toml");
    assert!(recipe.contains("pattern = \"gpt2\"") && recipe.contains("[[counts]]"), "{recipe}");
    b.good(&["train", "--recipe", "out/recipe.toml", "-o", "again", "--quiet"]);
    for name in ["tokenizer.json", "recipe.toml", "report.json"] {
        assert_eq!(read(&b, &format!("out/{name}")), read(&b, &format!("again/{name}")), "{name}");
    }
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    let b = bench();
    b.write("a.txt", text(2));
    for (size, code) in [("0", 2), ("8kk", 2), ("99999999999", 2), ("300,3", 1)] {
        b.bad(code, &["--vocab-size"], &["train", "a.txt", "-o", "out", "--vocab-size", size]);
    }
    let rare = ["train", "a.txt", "-o", "out", "--vocab-size", "300", "--min-frequency", "100000"];
    b.bad(1, &["a.txt", "--min-frequency"], &rare);
}
