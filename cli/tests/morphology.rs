//! `train --morph`: boundaries while learning, boundaries at encoding, and what is refused.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench};
use serde_json::Value;

/// Pieces of a text as tokens, `|` between them.
fn tokens(b: &Bench, tok: &str, text: &str) -> String {
    b.write("in.txt", format!("{text}\n"));
    let printed = b.said(&["encode", "-t", tok, "in.txt", "--format", "tokens"]);
    printed.trim_end().replace('Ġ', "_").replace(' ', "|")
}

fn report(b: &Bench, name: &str) -> Value {
    serde_json::from_slice(&b.read(name)).unwrap()
}

/// A text in which `evlerde` is so frequent that plain BPE makes one token of it.
fn text() -> String {
    "evlerde evlerde masada evden evler evlerde kitaplar evlerde\n".repeat(50)
}

#[test]
fn plain_bpe_crosses_boundaries_that_hard_keeps_also_when_the_file_is_read_again() {
    let b = bench();
    b.write("good.txt", text());
    let train = |to: &str, morph: &str| {
        b.good(&["train", "good.txt", "-o", to, "--lang", "tr", "--morph", morph, "--vocab-size", "320", "--quiet"])
    };
    train("none", "none");
    train("hard", "hard");
    train("soft", "train-only");
    assert_eq!(tokens(&b, "none", "evlerde masada"), "evlerde|_masada");
    assert_eq!(tokens(&b, "hard", "evlerde masada"), "ev|ler|de|_masa|da");
    assert_eq!(tokens(&b, "soft", "evlerde masada"), "ev|ler|de|_masa|da");
    let hard = report(&b, "hard/report.json");
    assert_eq!(hard["morph"], "hard");
    assert_eq!(hard["morphology"]["boundaries_kept_percent"], 100.0);
    assert!(hard["morphology"]["tokens_over_plain_percent"].as_f64().unwrap() > 50.0);
    assert!(report(&b, "soft/report.json")["morphology"]["words"].is_null());
    assert!(report(&b, "none/report.json")["morphology"].is_null());
    // The tables are in the file, as regular expressions, and nothing else is needed.
    let file = String::from_utf8(b.read("hard/tokenizer.json")).unwrap();
    assert!(file.contains(r"\\A[^\\p{L}\\p{M}\\p{N}]?(?:"), "{file}");
    b.good(&["export", "hard", "--to", "hf", "-o", "again", "--quiet"]);
    assert_eq!(tokens(&b, "again", "evlerde masada"), "ev|ler|de|_masa|da");
}

#[test]
fn a_merge_is_not_learned_across_a_boundary_but_may_happen_there() {
    let b = bench();
    // `rd` is learned inside `kardeş`, and comes together again in `evlerde`.
    b.write("good.txt", "kardeş kardeş kardeş evlerde\n".repeat(40));
    let args =
        ["train", "good.txt", "-o", "soft", "--preset", "morphbpe", "--lang", "tr", "--vocab-size", "258", "--quiet"];
    b.good(&args);
    assert!(!tokens(&b, "soft", "kardeş").contains("rde"));
    assert_eq!(report(&b, "soft/report.json")["preset"], "morphbpe");
}

#[test]
fn morphology_is_the_same_for_any_number_of_threads_and_from_counts() {
    let b = bench();
    b.write("good.txt", text());
    let common = ["--lang", "tr", "--preset", "morphtok", "--vocab-size", "300", "--quiet"];
    b.good(&[&["train", "good.txt", "-o", "one", "--threads", "1"], &common[..]].concat());
    b.good(&[&["train", "good.txt", "-o", "two", "--threads", "2"], &common[..]].concat());
    b.good(&["count", "good.txt", "-o", "part.parquet", "--quiet"]);
    b.good(&[&["train", "--counts", "part.parquet", "-o", "counts"], &common[..]].concat());
    for name in ["tokenizer.json", "report.json"] {
        assert_eq!(b.read(&format!("one/{name}")), b.read(&format!("two/{name}")), "{name}");
    }
    assert_eq!(b.read("one/tokenizer.json"), b.read("counts/tokenizer.json"));
    b.good(&["train", "--recipe", "one/recipe.toml", "-o", "again", "--quiet"]);
    assert_eq!(b.read("one/tokenizer.json"), b.read("again/tokenizer.json"));
}

#[test]
fn several_sizes_keep_their_boundaries() {
    let b = bench();
    b.write("good.txt", text());
    let args =
        ["train", "good.txt", "-o", "all", "--lang", "tr", "--morph", "hard", "--vocab-size", "280,320", "--quiet"];
    b.good(&args);
    assert_eq!(tokens(&b, "all/320", "evlerde"), "ev|ler|de");
    let inflation = |size: &str| {
        let report = report(&b, &format!("all/{size}/report.json"));
        report["morphology"]["tokens_over_plain_percent"].as_f64().unwrap()
    };
    assert!(inflation("280") < inflation("320"));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let b = bench();
    b.write("good.txt", text());
    let train = ["train", "good.txt", "-o", "out"];
    let bad = |code: i32, words: &[&str], extra: &[&str]| b.bad(code, words, &[&train[..], extra].concat());
    bad(2, &["nothing says where morphemes are", "--lookup"], &["--morph", "hard"]);
    bad(2, &["no segmenter for `xx`", "tr"], &["--morph", "hard", "--lang", "xx"]);
    bad(2, &["`soft` is none of none, train-only, hard"], &["--morph", "soft", "--lang", "tr"]);
    bad(2, &["nothing is done with morphemes"], &["--lookup", "m.csv"]);
    bad(2, &["nothing is done with morphemes"], &["--model", "m.seg"]);
    bad(2, &["--lookup", "--model"], &["--morph", "hard", "--model", "m.seg", "--lookup", "m.csv"]);
    bad(1, &["cannot read `m.seg`", "check the spelling"], &["--morph", "hard", "--model", "m.seg"]);
    b.write("m.seg", "toktool segmenter 9\n");
    bad(1, &["`m.seg`, line 1", "version `9`", "segment --train"], &["--morph", "hard", "--model", "m.seg"]);
    bad(1, &["cannot read `m.csv`", "check the spelling"], &["--morph", "hard", "--lookup", "m.csv"]);
    bad(2, &["no word would keep"], &["--morph", "hard", "--lang", "tr", "--morph-words", "0"]);
    b.good(&["train", "good.txt", "-o", "tok", "--vocab-size", "300", "--quiet"]);
    bad(2, &["`--morph`", "--from"], &["--from", "tok", "--morph", "hard", "--lang", "tr"]);
}
