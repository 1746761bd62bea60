//! `eval`: figures, forms of the report, gates, and what is refused.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, stderr, trained};
use serde_json::Value;

fn report(b: &Bench, args: &[&str]) -> Value {
    let out = b.good(&[&["eval", "--format", "json", "--quiet"], args].concat());
    serde_json::from_slice(&out).unwrap()
}

fn value(report: &Value, tokenizer: &str, metric: &str) -> Option<f64> {
    let rows = report["measurements"].as_array().unwrap();
    let found: Vec<&Value> = rows.iter().filter(|r| r["tokenizer"] == tokenizer && r["metric"] == metric).collect();
    assert_eq!(found.len(), 1, "{tokenizer} {metric}");
    found[0]["value"].as_f64()
}

#[test]
fn with_no_input_the_embedded_sample_is_judged() {
    let b = trained();
    let tr = report(&b, &["tok", "--lang", "tr"]);
    assert_eq!(tr["schema"], "toktool.eval/1");
    assert_eq!(
        (tr["corpora"][0]["name"].as_str(), tr["corpora"][0]["language"].as_str()),
        (Some("sample-tr"), Some("tr"))
    );
    assert_eq!(value(&tr, "tok", "round_trip"), Some(1.0));
    assert!(value(&tr, "tok", "tokens") > value(&tr, "baseline:words", "tokens"));
    assert!(value(&tr, "tok", "tokens") < value(&tr, "baseline:bytes", "tokens"));
    let all = report(&b, &["tok"]);
    assert_eq!(all["corpora"].as_array().unwrap().len(), 5);
    b.bad(2, &["`xx`", "tr, hi, mr, en"], &["eval", "tok", "--lang", "xx"]);
}

/// The same number that `encode --count` prints, by another way.
#[test]
fn tokens_are_those_of_encode() {
    let b = trained();
    let r = report(&b, &["mine=tok", "--input", "news@tr=good.txt"]);
    let counted: f64 = b.said(&["encode", "-t", "tok", "good.txt", "--count", "--quiet"]).trim().parse().unwrap();
    assert_eq!(value(&r, "mine", "tokens"), Some(counted));
    assert_eq!((r["corpora"][0]["name"].as_str(), r["corpora"][0]["language"].as_str()), (Some("news"), Some("tr")));
}

#[test]
fn several_inputs_are_apart_and_standard_input_is_one() {
    let b = trained();
    b.write("a.jsonl", "{\"text\": \"ev\"}\n");
    let args =
        ["eval", "--format", "csv", "--quiet", "tok", "--input", "a.jsonl", "--input", "-", "--metrics", "tokens"];
    let csv = String::from_utf8(b.fed(&args, b"evde\nevler\n")).unwrap();
    for corpus in ["a", "stdin"] {
        assert!(csv.lines().any(|l| l.starts_with(&format!("tok,{corpus},,tokens,"))), "{csv}");
    }
    b.bad(2, &["once"], &["eval", "tok", "--input", "-", "--input", "x=-"]);
    b.bad(2, &["`a`", "name"], &["eval", "tok", "--input", "a.jsonl", "--input", "a.jsonl"]);
}

#[test]
fn every_form_is_written_where_it_is_told() {
    let b = trained();
    for (format, has) in [
        ("table", "fertility"),
        ("markdown", "| `fertility`"),
        ("latex", "\\toprule"),
        ("csv", "tok,sample-tr,tr,fertility"),
    ] {
        b.good(&["eval", "tok", "--lang", "tr", "--format", format, "-o", format, "--quiet"]);
        assert!(String::from_utf8(b.read(format)).unwrap().contains(has), "{format}");
    }
    b.bad(2, &["exists"], &["eval", "tok", "--lang", "tr", "-o", "csv"]);
}

#[test]
fn threads_do_not_change_a_report() {
    let b = trained();
    let one = b.good(&["eval", "tok", "--format", "json", "--threads", "1", "--quiet"]);
    assert_eq!(b.good(&["eval", "tok", "--format", "json", "--threads", "3", "--quiet"]), one);
}

#[test]
fn a_gate_fails_what_is_worse_or_unknown_and_spares_baselines() {
    let b = trained();
    let eval = |gate: &str| {
        b.run(&["eval", "tok", "--lang", "tr", "--metrics", "round_trip", "--fail-under", gate, "--format", "csv"])
    };
    for passes in ["round_trip=1", "tokens=99999999", "cluster_splits=1", "vocabulary_used_share=0.01"] {
        let out = eval(passes);
        assert_eq!(
            out.status.code(),
            Some(if passes.starts_with("cluster") { 1 } else { 0 }),
            "{passes} {}",
            stderr(&out)
        );
    }
    for (fails, why) in
        [("bytes_per_token=50", "not 50"), ("tokens=10", "not 10"), ("unknown_bytes=1", "cannot be measured")]
    {
        let out = eval(fails);
        assert_eq!(out.status.code(), Some(1), "{fails}");
        assert!(stderr(&out).contains(why) && stderr(&out).contains("`tok` on `sample-tr`"), "{}", stderr(&out));
    }
    // A gate on what is not there is no gate that is passed.
    let out = eval("boundary_f1=0.1");
    assert_eq!(out.status.code(), Some(1));
    assert!(stderr(&out).contains("boundary_f1 is not measured"), "{}", stderr(&out));
    for bad in ["nope=1", "tokens", "tokens=x", "tokens=nan", "vocabulary_used=1"] {
        b.bad(2, &[bad], &["eval", "tok", "--fail-under", bad]);
    }
}

#[test]
fn metrics_are_chosen_by_name_and_family_and_listed() {
    let b = trained();
    let r = report(&b, &["tok", "--lang", "tr", "--metrics", "coverage,tokens"]);
    let mut names: Vec<&str> =
        r["measurements"].as_array().unwrap().iter().map(|m| m["metric"].as_str().unwrap()).collect();
    names.dedup();
    assert!(names.contains(&"tokens") && names.contains(&"round_trip") && !names.contains(&"fertility"), "{names:?}");
    b.bad(2, &["`fertlity`"], &["eval", "tok", "--metrics", "fertlity"]);
    b.bad(2, &["--metrics", "--gold"], &["eval", "tok", "--metrics", "morphology"]);
    let list = b.said(&["eval", "--list"]);
    assert!(["fertility", "source:", "cluster_splits"].iter().all(|t| list.contains(t)), "{list}");
}

#[test]
fn bad_input_is_refused_by_name() {
    let b = trained();
    b.bad(1, &["nope"], &["eval", "nope"]);
    b.bad(1, &["nope.txt"], &["eval", "tok", "--input", "nope.txt"]);
    b.write("empty.txt", "\n\n");
    b.bad(1, &["empty.txt", "no text"], &["eval", "tok", "--input", "empty.txt"]);
    b.write("bad.txt", b"ev\n\xff\n");
    b.bad(1, &["bad.txt", "byte 3"], &["eval", "tok", "--input", "bad.txt"]);
    b.write("broken.json", "{\"model\": ");
    b.bad(1, &["broken.json"], &["eval", "broken.json"]);
    b.bad(2, &["baseline:words"], &["eval", "baseline:words=tok"]);
    b.bad(2, &["two tokenizers", "`tok`"], &["eval", "tok", "tok"]);
    let nothing = bench();
    nothing.bad(2, &["TOK"], &["eval"]);
}

/// Gold `ev de`, `ev`: characters cut `e|v|d|e` and `e|v`, 4 borders, of which one is right: P 1/4, R 1, F1 2·1/(4 + 1).
#[test]
fn gold_words_are_a_corpus_of_their_own() {
    let b = trained();
    b.write("g.tsv", "word\tsegments\nevde\tev de\nev\tev\nevin\tev im\n");
    let r = report(&b, &["tok", "--lang", "tr", "--gold", "g.tsv"]);
    let corpora = r["corpora"].as_array().unwrap();
    assert_eq!((corpora[1]["name"].as_str(), corpora[2]["name"].as_str()), (Some("g"), Some("vocabulary")));
    assert_eq!(corpora[1]["content"]["rejected"][0]["word"], "evin");
    assert_eq!(value(&r, "baseline:characters", "boundary_precision"), Some(0.25));
    assert_eq!(value(&r, "baseline:characters", "boundary_f1"), Some(0.4));
    assert_eq!(value(&r, "baseline:words", "boundary_f1"), Some(0.0));
    let rows = r["measurements"].as_array().unwrap();
    assert!(rows.iter().all(|m| m["metric"] != "fertility" || m["corpus"] == "sample-tr"));
    assert!(rows.iter().all(|m| m["metric"] != "boundary_f1" || m["corpus"] == "g"));
    // The bytes C0, C1 and F5 to FF are in no UTF-8.
    assert_eq!(value(&r, "tok", "unreachable"), Some(13.0));
    assert_eq!(value(&r, "baseline:words", "unreachable"), None);
    let out = b.run(&["eval", "tok", "--lang", "tr", "--gold", "g.tsv", "--metrics", "boundary_f1"]);
    let said = stderr(&out);
    assert!(out.status.success() && ["g.tsv", "1 of 3", "line 4", "`evin`"].iter().all(|w| said.contains(w)), "{said}");
    b.write("odd.txt", "\u{1}\u{2}\n;;;;\n");
    b.bad(1, &["odd.txt"], &["eval", "tok", "--gold", "odd.txt"]);
    b.bad(1, &["none.tsv"], &["eval", "tok", "--gold", "none.tsv"]);
}

#[test]
fn languages_are_compared_line_by_line() {
    let b = trained();
    b.write("en", "house\nthe houses\n\n");
    b.write("tr", "ev\nevler bunlar\nx\n");
    let args = ["tok", "--lang", "tr", "--metrics", "fairness", "--parallel", "en=en", "--parallel", "tr=tr"];
    let r = report(&b, &args);
    let of = |language: Option<&str>, metric: &str| {
        let rows = r["measurements"].as_array().unwrap();
        let found = |row: &&Value| {
            row["tokenizer"] == "baseline:characters" && row["metric"] == metric && row["language"].as_str() == language
        };
        rows.iter().find(found).unwrap()["value"].as_f64().unwrap()
    };
    // Characters: 5 and 10, 2 and 12; the third line is empty in English. (2/5 + 12/10)/2 = 0.8; (1 + 1)/(2 · 2 · 29).
    assert_eq!(of(Some("en"), "parity"), 1.0);
    assert!((of(Some("tr"), "parity") - 0.8).abs() < 1e-12);
    assert!((of(None, "gini") - 2.0 / 116.0).abs() < 1e-12);
    b.write("tr", "ev\n");
    b.bad(2, &["en 3", "tr 1"], &["eval", "tok", "--parallel", "en=en", "--parallel", "tr=tr"]);
    b.bad(2, &["`de`"], &["eval", "tok", "--parallel", "en=en", "--parallel", "tr=en", "--pivot", "de"]);
    b.bad(1, &["none"], &["eval", "tok", "--parallel", "en=none", "--parallel", "tr=tr"]);
}

/// Single letters are suffixes and roots: characters win %TR, and the report says so.
#[test]
fn lexicality_is_there_for_baselines_too_and_says_who_wins_it() {
    let b = trained();
    let r = report(&b, &["tok", "--lang", "tr", "--metrics", "lexicality"]);
    for name in ["tok", "baseline:characters", "baseline:words"] {
        for metric in ["tr_distinct", "tr_running", "pure_distinct", "pure_running"] {
            let v = value(&r, name, metric).unwrap();
            assert!((0.0..=100.0).contains(&v), "{name} {metric} {v}");
        }
    }
    let won = r["degenerate"].as_array().unwrap();
    assert!(
        won.iter().any(|d| d["metric"] == "pure_running" && d["won_by"].to_string().contains("characters")),
        "{won:?}"
    );
    let en = report(&b, &["tok", "--lang", "en", "--metrics", "tr_distinct"]);
    let row = &en["measurements"][0];
    assert!(row["value"].is_null() && row["reason"].as_str().unwrap().contains("--lexicon"), "{row}");
    b.write("words.txt", "the\nhouse\n");
    let listed =
        report(&b, &["tok", "--lang", "en", "--metrics", "tr_distinct,pure_distinct", "--lexicon", "words.txt"]);
    assert!(value(&listed, "baseline:words", "tr_distinct").unwrap() > 0.0);
    b.write("none.txt", "\n");
    b.bad(1, &["none.txt"], &["eval", "tok", "--lexicon", "none.txt"]);
}

#[test]
fn one_run_writes_several_forms_and_names_say_which() {
    let b = trained();
    let metrics = ["--lang", "tr", "--metrics", "tokens,bytes_per_token", "--quiet"];
    let all =
        ["-o", "r.html", "-o", "r.json", "-o", "r.csv", "-o", "r.parquet", "-o", "r.md", "-o", "r.tex", "-o", "r.txt"];
    b.good(&[&["eval", "tok"][..], &metrics, &all].concat());
    let starts = [
        ("r.html", "<!doctype html>"),
        ("r.json", "{"),
        ("r.csv", "tokenizer,corpus,"),
        ("r.parquet", "PAR1"),
        ("r.md", "## sample-tr"),
        ("r.tex", "% needs"),
        ("r.txt", "sample-tr (tr): "),
    ];
    for (name, start) in starts {
        let bytes = std::fs::read(b.path(name)).unwrap();
        assert!(
            bytes.starts_with(start.as_bytes()),
            "{name}: {}",
            String::from_utf8_lossy(&bytes[..40.min(bytes.len())])
        );
    }
    // One that exists spoils all, before anything is measured.
    b.bad(2, &["`r.csv`", "--force"], &[&["eval", "tok"][..], &metrics, &["-o", "new.html", "-o", "r.csv"]].concat());
    assert!(!b.path("new.html").exists());
    b.bad(
        2,
        &["several files", "leave it out"],
        &[&["eval", "tok"][..], &metrics, &["-o", "a.md", "-o", "b.md", "--format", "csv"]].concat(),
    );
    b.bad(2, &["Parquet is not for a terminal"], &[&["eval", "tok"][..], &metrics, &["--format", "parquet"]].concat());
}
