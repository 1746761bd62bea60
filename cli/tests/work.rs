//! The commands at work: what goes in comes back, and nothing depends on threads, memory or order.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, text};

fn trained() -> Bench {
    let b = bench();
    b.write("good.txt", text(120));
    b.good(&["train", "good.txt", "-o", "tok", "--vocab-size", "700", "--quiet"]);
    b
}

fn read(b: &Bench, name: &str) -> Vec<u8> {
    std::fs::read(b.path(name)).unwrap()
}

fn merges(b: &Bench, folder: &str) -> Vec<serde_json::Value> {
    let json: serde_json::Value = serde_json::from_slice(&read(b, &format!("{folder}/tokenizer.json"))).unwrap();
    json["model"]["merges"].as_array().unwrap().clone()
}

#[test]
fn a_folder_holds_all_that_the_contract_names() {
    let b = trained();
    for name in [
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "vocabulary.tsv",
        "recipe.toml",
        "report.json",
    ] {
        assert!(!read(&b, &format!("tok/{name}")).is_empty(), "{name}");
    }
    let report: serde_json::Value = serde_json::from_slice(&read(&b, "tok/report.json")).unwrap();
    assert_eq!((&report["schema"], &report["tokens"]), (&"toktool.train/1".into(), &700.into()));
}

#[test]
fn threads_memory_and_sizes_change_nothing() {
    let b = trained();
    b.good(&["train", "good.txt", "-o", "one", "--vocab-size", "700", "--threads", "1", "--quiet"]);
    b.good(&["train", "good.txt", "-o", "small", "--vocab-size", "700", "--max-memory", "64K", "--quiet"]);
    b.good(&["train", "good.txt", "-o", "many", "--vocab-size", "400,700", "--quiet"]);
    b.good(&["train", "good.txt", "-o", "less", "--vocab-size", "400", "--quiet"]);
    for other in ["one", "small", "many/700"] {
        assert_eq!(read(&b, &format!("{other}/tokenizer.json")), read(&b, "tok/tokenizer.json"), "{other}");
        assert_eq!(read(&b, &format!("{other}/vocabulary.tsv")), read(&b, "tok/vocabulary.tsv"), "{other}");
    }
    assert_eq!(read(&b, "many/400/tokenizer.json"), read(&b, "less/tokenizer.json"));
    b.good(&["train", "--recipe", "tok/recipe.toml", "-o", "again", "--quiet"]);
    for name in ["tokenizer.json", "recipe.toml", "report.json"] {
        assert_eq!(read(&b, &format!("again/{name}")), read(&b, &format!("tok/{name}")), "{name}");
    }
}

#[test]
fn counts_made_in_parts_train_the_same_merges() {
    let b = trained();
    let all = text(120);
    let cut = all[..all.len() / 2].rfind('\n').unwrap() + 1;
    b.write("a.txt", &all[..cut]);
    b.write("b.txt", &all[cut..]);
    for part in ["a", "b"] {
        b.good(&["count", &format!("{part}.txt"), "-o", &format!("{part}.parquet"), "--quiet"]);
    }
    b.good(&["count", "--merge", "b.parquet", "a.parquet", "-o", "ab.parquet", "--quiet"]);
    b.good(&["count", "good.txt", "-o", "whole.parquet", "--quiet", "--max-memory", "64K"]);
    for (n, parts) in
        [&["a.parquet", "b.parquet"][..], &["b.parquet", "a.parquet"], &["ab.parquet"], &["whole.parquet"]]
            .iter()
            .enumerate()
    {
        let out = format!("c{n}");
        let args = [&["train", "--vocab-size", "700", "--quiet", "-o", &out, "--counts"][..], parts].concat();
        b.good(&args);
        assert_eq!(merges(&b, &out), merges(&b, "tok"), "{parts:?}");
    }
    b.good(&["count", "a.txt", "-o", "other.parquet", "--pattern", "gpt2", "--quiet"]);
    b.bad(1, &["a.parquet", "other.parquet"], &["train", "-o", "x", "--counts", "a.parquet", "other.parquet"]);
    b.bad(2, &["--pattern"], &["train", "-o", "x", "--pattern", "gpt2", "--counts", "a.parquet"]);
}

#[test]
fn continuing_keeps_every_id() {
    let b = trained();
    b.write("more.txt", "yepyeni kelimeler yepyeni sözler yepyeni kelimelerimiz\n".repeat(50));
    b.good(&["train", "more.txt", "--from", "tok", "--vocab-size", "740", "-o", "longer", "--quiet"]);
    let (old, new) = (merges(&b, "tok"), merges(&b, "longer"));
    assert!(new.len() > old.len() && new[..old.len()] == old[..]);
    b.bad(2, &["--pattern"], &["train", "more.txt", "--from", "tok", "--pattern", "gpt2", "-o", "x"]);
}

#[test]
fn every_format_comes_back_byte_for_byte() {
    let b = trained();
    let input = "ilk satır\n\nüçüncü  satır\tsekme\nson 👍🏽 satır\n";
    b.write("in.txt", input);
    for format in ["ids", "jsonl"] {
        let ids = b.good(&["encode", "-t", "tok", "in.txt", "--format", format]);
        assert_eq!(String::from_utf8_lossy(&ids).lines().count(), 4, "{format}");
        b.write("ids", &ids);
        assert_eq!(
            String::from_utf8(b.good(&["decode", "-t", "tok", "ids", "--format", format])).unwrap(),
            input,
            "{format}"
        );
    }
    for format in ["bin", "npy"] {
        let file = format!("out.{format}");
        b.good(&["encode", "-t", "tok", "in.txt", "--format", format, "-o", &file]);
        assert_eq!(String::from_utf8(b.good(&["decode", "-t", "tok", &file])).unwrap(), input, "{format}");
    }
    let ids = read(&b, "out.bin");
    let ends: Vec<u64> = read(&b, "out.bin.idx").chunks(8).map(|c| u64::from_le_bytes(c.try_into().unwrap())).collect();
    assert_eq!((ends.len(), *ends.last().unwrap() * 2), (4, ids.len() as u64));
    assert_eq!(ends[0], ends[1], "an empty line is an empty document");
    b.bad(2, &["-o"], &["encode", "-t", "tok", "in.txt", "--format", "bin"]);
}

#[test]
fn encode_options_do_what_they_say() {
    let b = trained();
    b.write("in.txt", "evler<|endoftext|>\n");
    let lines =
        |args: &[&str]| String::from_utf8(b.good(&[&["encode", "-t", "tok", "in.txt"], args].concat())).unwrap();
    assert!(lines(&[]).trim_end().ends_with(" 0"));
    assert!(lines(&["--append-eos"]).trim_end().ends_with(" 0 0"));
    assert!(!lines(&["--no-parse-special"]).trim_end().ends_with(" 0"));
    let count: usize = lines(&["--count"]).trim().parse().unwrap();
    assert_eq!(count, lines(&[]).split_whitespace().count());
    let row: serde_json::Value = serde_json::from_str(&lines(&["--format", "jsonl", "--offsets", "--tokens"])).unwrap();
    assert_eq!(row["ids"].as_array().unwrap().len(), count);
    assert_eq!(row["offsets"].as_array().unwrap().len(), count);
    assert_eq!(row["tokens"].as_array().unwrap().len(), count);
}

#[test]
fn inspect_export_completions_and_manual() {
    let b = trained();
    assert!(String::from_utf8(b.good(&["inspect", "tok"])).unwrap().contains("700"));
    assert!(
        String::from_utf8(b.good(&["inspect", "tok", "--text", "evler", "--color", "never"])).unwrap().contains("ev")
    );
    b.good(&["inspect", "tok", "--token", "300"]);
    b.good(&["export", "tok", "--to", "tiktoken", "-o", "t.tiktoken", "--quiet"]);
    b.good(&["export", "tok", "--to", "listing", "-o", "t.tsv", "--quiet"]);
    b.good(&["export", "tok", "--to", "hf", "-o", "hf", "--quiet"]);
    assert_eq!(merges(&b, "hf"), merges(&b, "tok"));
    b.write("in.txt", "evlerimizden İstanbul'da\n");
    let native = b.good(&["encode", "-t", "tok", "in.txt"]);
    let ranks = b.good(&["encode", "-t", "t.tiktoken", "--pattern", "unicode", "in.txt"]);
    assert_eq!(
        String::from_utf8_lossy(&native).split_whitespace().count(),
        String::from_utf8_lossy(&ranks).split_whitespace().count()
    );
    for shell in ["bash", "zsh", "fish"] {
        assert!(!b.good(&["completions", shell]).is_empty());
    }
    b.good(&["man", "pages"]);
    assert!(b.path("pages").read_dir().unwrap().count() >= 8);
    assert_eq!(b.run(&[]).status.code(), Some(2));
    assert_eq!(b.run(&["--help"]).status.code(), Some(0));
}

#[test]
fn the_embedded_sample_of_every_language_trains() {
    let b = bench();
    for lang in ["tr", "hi", "mr", "en"] {
        let said = String::from_utf8(b.good(&["train", "--lang", lang, "-o", lang, "--vocab-size", "1000"])).unwrap();
        assert!(said.contains("verified") && said.contains("1,000 tokens"), "{said}");
    }
}
