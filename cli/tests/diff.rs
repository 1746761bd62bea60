//! `diff`: two tokenizers side by side, exit codes, forms of the report, and what is refused.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, stderr, text, trained};
use serde_json::Value;

/// `tok` of 400 tokens and `small` of 300, both from `good.txt`.
fn two() -> Bench {
    let b = trained();
    b.good(&["train", "good.txt", "-o", "small", "--vocab-size", "300", "--quiet"]);
    b
}

fn report(b: &Bench, args: &[&str]) -> Value {
    serde_json::from_slice(&b.good(&[&["diff", "--format", "json", "--quiet"], args].concat())).unwrap()
}

#[test]
fn two_tokenizers_on_a_text() {
    let b = two();
    b.write("news.txt", text(4));
    let r = report(&b, &["tok", "other=small", "--input", "n@tr=news.txt", "--documents", "2"]);
    assert_eq!((r["schema"].as_str(), r["a"]["name"].as_str()), (Some("toktool.diff/1"), Some("tok")));
    assert_eq!((r["b"]["name"].as_str(), &r["identical"]), (Some("other"), &false.into()));
    let corpus = &r["corpora"][0];
    assert_eq!((corpus["name"].as_str(), corpus["language"].as_str()), (Some("n"), Some("tr")));
    // The numbers that `encode --count` prints, by another way.
    for (side, tok) in [("a", "tok"), ("b", "small")] {
        let counted: f64 = b.said(&["encode", "-t", tok, "news.txt", "--count", "--quiet"]).trim().parse().unwrap();
        assert_eq!(corpus["cost"]["tokens"][side].as_f64(), Some(counted), "{tok}");
    }
    let cost = &corpus["cost"];
    let (low, ratio, high) = (&cost["ci_low"], &cost["ratio"], &cost["ci_high"]);
    assert!(low.as_f64() <= ratio.as_f64() && ratio.as_f64() <= high.as_f64() && ratio.as_f64() > Some(1.0), "{cost}");
    // The smaller vocabulary is the beginning of the larger one.
    assert_eq!(r["vocabulary"]["classes"][0]["only_b"], 0);
    assert_eq!(r["vocabulary"]["classes"][0]["only_a"], 100);
    assert_eq!(corpus["running_tokens"]["b"]["share"], 1.0);
    // Every border of the coarser one is a border of the finer one.
    assert_eq!(corpus["boundaries"]["recall"], 1.0);
    assert_eq!(corpus["b_needs_more"].as_array().unwrap().len(), 2);
    assert!(!corpus["only_a"].as_array().unwrap().is_empty() && corpus["only_b"].as_array().unwrap().is_empty());
    let again = report(&b, &["tok", "other=small", "--input", "n@tr=news.txt", "--documents", "2", "--threads", "1"]);
    assert_eq!(r, again);
}

#[test]
fn a_tokenizer_and_itself() {
    let b = trained();
    let run = b.run(&["diff", "tok", "tok", "--lang", "tr", "--exit-code"]);
    let said = String::from_utf8(run.stdout.clone()).unwrap();
    assert!(run.status.success() && said.contains("identical: the same vocabulary"), "{said}{}", stderr(&run));
    assert!(said.lines().all(|line| line.chars().count() <= 100), "{said}");
}

#[test]
fn exit_code_tells_whether_ids_differ() {
    let b = two();
    let code = |args: &[&str]| b.run(&[&["diff", "tok", "small", "--quiet"], args].concat()).status.code();
    assert_eq!(code(&["--lang", "tr"]), Some(0));
    assert_eq!(code(&["--lang", "tr", "--exit-code"]), Some(1));
    // Bytes alone are the same tokens in both.
    b.write("bytes.txt", "~ ~ ~\n");
    assert_eq!(code(&["--input", "bytes.txt", "--exit-code"]), Some(0));
}

#[test]
fn forms_and_places() {
    let b = two();
    let table = b.said(&["diff", "tok", "small"]);
    for words in ["A: tok, 400 tokens", "B: small, 300 tokens", "Jaccard", "sample-tr (tr)", "sample-hi (hi)", "B/A"] {
        assert!(table.contains(words), "{words} is not in {table}");
    }
    let markdown = b.said(&["diff", "tok", "small", "--lang", "hi", "--format", "markdown"]);
    assert!(markdown.contains("## sample-hi (hi)") && markdown.contains("| tokens |"), "{markdown}");
    b.good(&["diff", "tok", "small", "--lang", "tr", "--format", "json", "-o", "d.json"]);
    let first = b.read("d.json");
    b.bad(2, &["d.json", "--force"], &["diff", "tok", "small", "-o", "d.json"]);
    assert_eq!(b.read("d.json"), first);
    b.good(&["diff", "tok", "small", "--lang", "en", "--format", "json", "-o", "d.json", "--force"]);
    assert_ne!(b.read("d.json"), first);
    let fed = b.fed(&["diff", "tok", "small", "--input", "-", "--format", "json"], "evler\nevde\n".as_bytes());
    let fed: Value = serde_json::from_slice(&fed).unwrap();
    assert_eq!((fed["corpora"][0]["name"].as_str(), &fed["corpora"][0]["documents"]), (Some("stdin"), &2.into()));
}

#[test]
fn what_is_refused() {
    let b = bench();
    b.good(&["train", "--lang", "tr", "-o", "tok", "--vocab-size", "300", "--quiet"]);
    b.write("empty.txt", "\n\n");
    b.write("bad.txt", b"ev\xff\n");
    b.write("no.json", "{");
    b.bad(1, &["none.json"], &["diff", "tok", "none.json"]);
    b.bad(1, &["no.json"], &["diff", "tok", "no.json"]);
    b.bad(1, &["empty.txt", "no text", "hint"], &["diff", "tok", "tok", "--input", "empty.txt"]);
    b.bad(1, &["bad.txt"], &["diff", "tok", "tok", "--input", "bad.txt"]);
    b.bad(1, &["nowhere.txt"], &["diff", "tok", "tok", "--input", "nowhere.txt"]);
    b.bad(2, &["`xx`", "tr, hi, mr, en"], &["diff", "tok", "tok", "--lang", "xx"]);
    b.bad(
        2,
        &["two corpora are called `good`", "hint"],
        &["diff", "tok", "tok", "--input", "good=bad.txt", "--input", "good=bad.txt"],
    );
}
