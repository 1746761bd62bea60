//! `count`, `train` and `export`: what decides the result and what must not, as far as `work.rs` leaves it open.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, stderr, text, trained};
use serde_json::Value;

fn json(b: &Bench, name: &str) -> Value {
    serde_json::from_slice(&b.read(name)).unwrap()
}

fn train(b: &Bench, to: &str, extra: &[&str]) {
    b.good(&[&["train", "good.txt", "-o", to, "--vocab-size", "400", "--quiet"], extra].concat());
}

#[test]
fn one_thread_and_two_write_the_same_bytes() {
    let b = bench();
    b.write("good.txt", text(300));
    for (threads, out) in [("1", "one"), ("2", "two")] {
        train(&b, out, &["--threads", threads]);
        let parquet = format!("{out}.parquet");
        b.good(&["count", "good.txt", "-o", &parquet, "--quiet", "--threads", threads]);
    }
    for name in ["tokenizer.json", "vocabulary.tsv", "report.json", "recipe.toml"] {
        assert_eq!(b.read(&format!("one/{name}")), b.read(&format!("two/{name}")), "{name}");
    }
    assert!(b.read("one.parquet") == b.read("two.parquet"));
}

#[test]
fn little_memory_writes_the_same_bytes() {
    let b = bench();
    b.write("good.txt", text(300));
    b.good(&["count", "good.txt", "-o", "much.parquet", "--quiet"]);
    b.good(&["count", "good.txt", "-o", "little.parquet", "--quiet", "--max-memory", "16K"]);
    assert!(b.read("much.parquet") == b.read("little.parquet"));
    b.good(&["count", "--merge", "much.parquet", "little.parquet", "-o", "m1.parquet", "--quiet"]);
    let args = ["count", "--merge", "little.parquet", "much.parquet", "-o", "m2.parquet", "--quiet"];
    b.good(&[&args[..], &["--max-memory", "16K"]].concat());
    assert!(b.read("m1.parquet") == b.read("m2.parquet"));
}

#[test]
fn several_sizes_are_as_separate_runs() {
    let b = bench();
    b.write("good.txt", text(60));
    b.good(&["train", "good.txt", "-o", "all", "--vocab-size", "600,300,450,300", "--quiet"]);
    let mut folders: Vec<_> =
        std::fs::read_dir(b.path("all")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort();
    assert_eq!(folders, ["300", "450", "600"]);
    for size in folders {
        b.good(&["train", "good.txt", "-o", &size, "--vocab-size", &size, "--quiet"]);
        for name in ["tokenizer.json", "vocabulary.tsv", "recipe.toml"] {
            assert_eq!(b.read(&format!("all/{size}/{name}")), b.read(&format!("{size}/{name}")), "{size}/{name}");
        }
    }
}

#[test]
fn a_recipe_by_hand_is_what_its_flags_are() {
    let b = bench();
    b.write("good.txt", text(20));
    train(&b, "flags", &["--pattern", "gpt2", "--min-frequency", "3", "--special", "pad=<pad>"]);
    b.write("r.toml", "vocab_size = [400]\npattern = \"gpt2\"\nmin_frequency = 3\nspecial = [\"pad=<pad>\"]\n");
    b.good(&["train", "--recipe", "r.toml", "good.txt", "-o", "file", "--quiet"]);
    for name in ["tokenizer.json", "recipe.toml", "tokenizer_config.json"] {
        assert_eq!(b.read(&format!("file/{name}")), b.read(&format!("flags/{name}")), "{name}");
    }
}

#[test]
fn a_recipe_whose_text_has_changed_warns() {
    let b = trained();
    let run = |to: &str| b.run(&["train", "--recipe", "tok/recipe.toml", "-o", to]);
    assert!(!stderr(&run("same")).contains("warning"));
    b.write("good.txt", text(21));
    let out = run("other");
    assert!(out.status.success(), "{}", stderr(&out));
    assert!(stderr(&out).contains("warning: `good.txt`"), "{}", stderr(&out));
}

#[test]
fn special_tokens_come_first_and_have_their_roles() {
    let b = bench();
    b.write("good.txt", text(20));
    train(&b, "out", &["--special", "bos=<s>", "--special", "eos=</s>", "--special", "<x>"]);
    let added = json(&b, "out/tokenizer.json")["added_tokens"].clone();
    let named: Vec<_> = added.as_array().unwrap().iter().map(|a| (a["id"].clone(), a["content"].clone())).collect();
    assert_eq!(named, [(0.into(), "<s>".into()), (1.into(), "</s>".into()), (2.into(), "<x>".into())]);
    let config = json(&b, "out/tokenizer_config.json");
    assert_eq!((&config["bos_token"], &config["eos_token"]), (&"<s>".into(), &"</s>".into()));
}

#[test]
fn a_vocabulary_is_filled_up_to_a_multiple() {
    let b = bench();
    b.write("good.txt", text(20));
    train(&b, "out", &["--pad-vocab-to-multiple", "64"]);
    assert_eq!(json(&b, "out/report.json")["tokens"], 448);
}

#[test]
fn ids_do_not_depend_on_the_format_they_are_read_from() {
    let b = trained();
    b.good(&["export", "tok", "--to", "hf", "-o", "hf", "--quiet"]);
    b.good(&["export", "tok", "--to", "hf", "-o", "one.json", "--quiet"]);
    let ids = b.good(&["encode", "-t", "tok", "good.txt"]);
    for tok in ["tok/tokenizer.json", "hf", "one.json", "name=tok"] {
        assert!(b.good(&["encode", "-t", tok, "good.txt"]) == ids, "{tok}");
    }
    assert_eq!(b.read("hf/tokenizer.json"), b.read("tok/tokenizer.json"));
}

#[test]
fn ranks_cut_text_as_their_tokenizer_does() {
    let b = trained();
    b.good(&["export", "tok", "--to", "tiktoken", "-o", "t.tiktoken", "--quiet"]);
    assert_eq!(b.read("t.tiktoken").split(|c| *c == b'\n').filter(|line| !line.is_empty()).count(), 399);
    let pieces = |args: &[&str]| {
        let cut = b.said(&[&["inspect"], args, &["--text", "evlerimizden İstanbul'da 123"]].concat());
        cut.lines().next().unwrap().to_owned()
    };
    assert_eq!(pieces(&["t.tiktoken", "--pattern", "unicode"]), pieces(&["tok"]));
}

#[test]
fn a_listing_has_a_row_for_every_token() {
    let b = trained();
    b.good(&["export", "tok", "--to", "listing", "-o", "l.tsv", "--quiet"]);
    let listing = String::from_utf8(b.read("l.tsv")).unwrap();
    let rows = listing.lines().filter(|line| line.split('\t').next().unwrap().parse::<u32>().is_ok());
    assert_eq!(rows.count(), 400);
}

#[test]
fn continuing_from_counts_that_were_cut_otherwise_is_refused() {
    let b = trained();
    b.good(&["count", "good.txt", "-o", "c.parquet", "--pattern", "gpt2", "--quiet"]);
    b.bad(1, &["c.parquet"], &["train", "--from", "tok", "--counts", "c.parquet", "-o", "x", "--vocab-size", "420"]);
}

#[test]
fn counts_and_text_at_once_are_refused() {
    let b = trained();
    b.good(&["count", "good.txt", "-o", "c.parquet", "--quiet"]);
    b.bad(2, &["--counts"], &["train", "good.txt", "-o", "x", "--counts", "c.parquet"]);
}
