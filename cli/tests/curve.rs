//! `eval --curve`: points, and what cannot be one.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, stderr, text, trained};
use serde_json::Value;

fn report(b: &Bench, args: &[&str]) -> Value {
    let out = b.good(&[&["eval", "--format", "json", "--quiet"], args].concat());
    serde_json::from_slice(&out).unwrap()
}

fn value(report: &Value, tokenizer: &str, corpus: &str, metric: &str) -> f64 {
    let rows = report["measurements"].as_array().unwrap();
    let of = |r: &&Value| r["tokenizer"] == tokenizer && r["corpus"] == corpus && r["metric"] == metric;
    rows.iter().find(of).unwrap()["value"].as_f64().unwrap()
}

fn names(report: &Value) -> Vec<&str> {
    report["tokenizers"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect()
}

/// The vocabulary of 300 that `tok` holds is the one that a training with 300 makes.
#[test]
fn a_tokenizer_is_cut_to_what_it_would_have_been() {
    let b = trained();
    b.good(&["train", "good.txt", "-o", "small", "--vocab-size", "300", "--quiet"]);
    let args = ["small", "tok", "--lang", "tr", "--metrics", "compression,vocabulary", "--curve", "vocab=400,300"];
    let out = b.run(&[&["eval"], &args[..]].concat());
    assert_eq!(out.status.code(), Some(2), "{}", stderr(&out));
    assert!(stderr(&out).contains("`small`") && stderr(&out).contains("at most 300"), "{}", stderr(&out));
    let r =
        report(&b, &["tok", "small", "--lang", "tr", "--metrics", "compression,vocabulary", "--curve", "vocab=300"]);
    assert_eq!(names(&r)[..4], ["tok", "small", "tok@300", "small@300"]);
    for metric in ["tokens", "fertility", "vocabulary_used"] {
        let small = value(&r, "small", "sample-tr", metric);
        assert_eq!(value(&r, "tok@300", "sample-tr", metric), small);
        assert_eq!(value(&r, "small@300", "sample-tr", metric), small);
    }
    assert!(value(&r, "tok", "sample-tr", "tokens") < value(&r, "small", "sample-tr", "tokens"));
    let points: Vec<&Value> = r["tokenizers"].as_array().unwrap().iter().map(|t| &t["point"]).collect();
    assert_eq!(*points[2], serde_json::json!({"curve": "tok", "axis": "vocabulary", "x": 300}));
    assert!(points[0].is_null() && points.last().unwrap().is_null());
    assert_eq!(r["tokenizers"][2]["vocabulary"], 300);
}

/// Points change no figure of the tokenizers and baselines beside them, and take no part in what is won and compared.
#[test]
fn points_are_not_ranked() {
    let b = trained();
    let args = ["tok", "--lang", "tr", "--metrics", "compression,structure"];
    let (plain, with) = (report(&b, &args), report(&b, &[&args[..], &["--curve", "vocab=300,350"]].concat()));
    let rows = |r: &Value| {
        let rows = r["measurements"].as_array().unwrap().iter();
        rows.filter(|m| !m["tokenizer"].as_str().unwrap().contains('@')).cloned().collect::<Vec<_>>()
    };
    assert_eq!(rows(&plain), rows(&with));
    assert_eq!(plain["degenerate"], with["degenerate"]);
    assert!(with["differences"].as_array().unwrap().is_empty());
    // tok@300 needs more tokens than the gate allows; tok does not.
    let (tok, cut) = (value(&with, "tok", "sample-tr", "tokens"), value(&with, "tok@300", "sample-tr", "tokens"));
    let gate = format!("tokens={}", (tok + cut) / 2.0);
    b.good(&[&["eval", "--quiet", "--fail-under", &gate, "--curve", "vocab=300"], &args[..]].concat());
    let csv = b.said(&[&["eval", "--format", "csv", "--quiet", "--curve", "vocab=300"], &args[..]].concat());
    assert!(csv.lines().next().unwrap().ends_with(",reason,curve,axis,x"), "{csv}");
    assert!(csv.lines().any(|l| l.starts_with("tok@300,") && l.ends_with(",tok,vocabulary,300")), "{csv}");
    assert!(csv.lines().any(|l| l.starts_with("tok,") && l.ends_with(",,,")), "{csv}");
}

#[test]
fn trainings_grow_and_tables_show_them() {
    let b = trained();
    b.write("more.txt", text(120));
    let args = ["tok", "--lang", "tr", "--metrics", "compression", "--train", "more.txt"];
    let curve = ["--curve", "training=5k,20k,80k"];
    let r = report(&b, &[&args[..], &curve].concat());
    assert_eq!(names(&r)[1..4], ["training@5000", "training@20000", "training@80000"]);
    // As many tokens as `tok` has, unless said otherwise.
    assert_eq!(r["tokenizers"][3]["vocabulary"], 400);
    let other = report(&b, &[&args[..], &curve, &["--curve-vocab", "350"]].concat());
    assert_eq!(other["tokenizers"][3]["vocabulary"], 350);
    let alone = report(&b, &[&args[1..], &curve, &["--curve-vocab", "300"]].concat());
    assert_eq!(names(&alone)[0], "training@5000");
    let table = b.said(&[&["eval", "--quiet"], &args[..], &curve].concat());
    assert!(table.contains("curve on sample-tr (tr): by bytes of training text"), "{table}");
    assert!(table.lines().any(|l| ["5,000", "20,000", "80,000"].iter().all(|x| l.contains(x))), "{table}");
    let section = table.lines().skip_while(|l| !l.starts_with("curve on"));
    assert!(section.clone().count() > 4 && section.clone().all(|l| l.chars().count() <= 100), "{table}");
    let head = table.lines().find(|l| l.trim_start().starts_with("metric")).unwrap();
    assert!(!head.contains("training@"), "{head}");
}

#[test]
fn domains_are_judged_on_every_corpus() {
    let b = bench();
    b.write("tr.txt", text(60));
    b.write("digits.txt", (0..4000).map(|n| format!("{} {}\n", n * 7919, n % 97)).collect::<String>());
    b.write("tr-test.txt", text(5));
    b.write("digits-test.txt", "31676 14\n79190 3\n");
    let args = ["--curve", "domain", "--curve-vocab", "500", "--train", "words=tr.txt", "--train", "digits.txt"];
    let inputs = ["--input", "tr-test.txt", "--input", "digits-test.txt", "--metrics", "bytes_per_token"];
    let r = report(&b, &[&args[..], &inputs].concat());
    assert_eq!(names(&r)[..2], ["domain:words", "domain:digits"]);
    assert_eq!(r["tokenizers"][0]["point"], serde_json::json!({"curve": "domain", "axis": "domain", "x": "words"}));
    let at = |domain: &str, corpus: &str| value(&r, domain, corpus, "bytes_per_token");
    assert!(at("domain:words", "tr-test") > at("domain:digits", "tr-test"));
    assert!(at("domain:words", "digits-test") < at("domain:digits", "digits-test"));
    let table = b.said(&[&["eval", "--quiet"], &args[..], &inputs].concat());
    assert!(table.contains("by domain: trained on a row, judged on a column"), "{table}");
    assert!(table.lines().any(|l| l.contains("tr-test") && l.contains("digits-test")), "{table}");
}

#[test]
fn points_are_the_same_for_any_threads() {
    let b = trained();
    b.write("more.txt", text(60));
    let said = |threads| {
        let curves = ["--curve", "vocab=300,350", "--curve", "training=5k,20k", "--train", "more.txt"];
        let args =
            ["eval", "tok", "--lang", "tr", "--format", "csv", "--quiet", "--metrics", "compression,information"];
        b.said(&[&args[..], &curves, &["--threads", threads]].concat())
    };
    assert_eq!(said("1"), said("2"));
}

#[test]
fn what_is_no_curve_is_refused_with_the_reason() {
    let b = trained();
    let bad = |words: &[&str], args: &[&str]| b.bad(2, words, &[&["eval"], args].concat());
    bad(&["no point"], &["tok", "--curve", "vocab=0"]);
    bad(&["none of vocab, training, domain"], &["tok", "--curve", "size=1k"]);
    bad(&["no sizes"], &["tok", "--curve", "training"]);
    bad(&["`tok`", "larger than the tokenizer", "at most 400"], &["tok", "--lang", "tr", "--curve", "vocab=401"]);
    bad(&["before the first", "more than 257"], &["tok", "--lang", "tr", "--curve", "vocab=257"]);
    bad(&["text to train on", "--train PATH"], &["tok", "--curve", "training=1k"]);
    bad(&["two domains"], &["tok", "--curve", "domain", "--train", "good.txt"]);
    bad(&["tokenizer to cut"], &["--curve", "vocab=300"]);
    bad(&["no curve trains"], &["tok", "--curve", "vocab=300", "--train", "good.txt"]);
    bad(&["--curve"], &["tok", "--train", "good.txt"]);
    bad(&["judged on, too"], &["tok", "--curve", "training=1k", "--train", "good.txt", "--input", "good.txt"]);
    bad(&["judged on, too"], &["tok", "--curve", "training=1k", "--train", ".", "--input", "good.txt"]);
    bad(&["two domains are called `good`"], &["--curve", "domain", "--train", "good.txt", "--train", "good.txt"]);
    bad(&["standard input"], &["--curve", "training=1k", "--train", "-"]);
    bad(
        &["no merge", "256"],
        &["--lang", "tr", "--curve", "training=5k", "--train", "good.txt", "--curve-vocab", "256"],
    );
    b.bad(1, &["nope.txt"], &["eval", "tok", "--curve", "training=1k", "--train", "nope.txt"]);
    b.bad(
        1,
        &["good.txt", "not 9,000,000"],
        &["eval", "tok", "--lang", "tr", "--curve", "training=9m", "--train", "good.txt"],
    );
    b.write("empty.txt", "\n\n");
    b.bad(
        1,
        &["empty.txt", "no text"],
        &["eval", "tok", "--lang", "tr", "--curve", "training=1k", "--train", "empty.txt"],
    );
    // WordPiece has no merges.
    b.write(
        "piece.json",
        r###"{"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":{"type":"Whitespace"},"post_processor":null,
        "decoder":null,"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
        "max_input_chars_per_word":100,"vocab":{"[UNK]":0,"ev":1,"##de":2}}}"###,
    );
    b.bad(1, &["`piece`", "only BPE"], &["eval", "piece.json", "--lang", "tr", "--curve", "vocab=2"]);
}

/// Merges that put clusters together come first whatever the size, so that a vocabulary of such a training can't be cut freely.
#[test]
fn a_constrained_training_is_not_cut() {
    let b = trained();
    let args = ["train", "--lang", "hi", "-o", "marks", "--vocab-size", "1100", "--constrain", "mark", "--quiet"];
    b.good(&args);
    b.bad(
        1,
        &["marks", "--constrain mark", "--vocab-size"],
        &["eval", "marks", "--lang", "hi", "--curve", "vocab=1050"],
    );
}
