//! `check`: health of a tokenizer, exit codes, what the files beside it say, and what is refused.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, stderr, trained};
use serde_json::{Value, json};

fn checks(b: &Bench, code: i32, args: &[&str]) -> Value {
    let out = b.run(&[&["check", "--format", "json", "--quiet"], args].concat());
    assert_eq!(out.status.code(), Some(code), "{args:?}: {}", stderr(&out));
    serde_json::from_slice(&out.stdout).unwrap()
}

fn outcome<'r>(report: &'r Value, name: &str) -> &'r str {
    let found = report["checks"].as_array().unwrap().iter().find(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("{name}"))["outcome"].as_str().unwrap()
}

/// Merges, special tokens and the file's other parts, without the bytes named.
fn byte_level(b: &Bench, folder: &str, without: &[u8]) {
    let bytes = (0..=255u8).filter(|byte| !without.contains(byte));
    let vocab: serde_json::Map<String, Value> =
        bytes.enumerate().map(|(id, byte)| (toktool::alphabet::spell(&[byte]), id.into())).collect();
    let part = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    let file = json!({"version": "1.0", "added_tokens": [], "pre_tokenizer": part, "decoder": part,
        "model": {"type": "BPE", "vocab": vocab, "merges": []}});
    b.write(&format!("{folder}/tokenizer.json"), file.to_string());
}

#[test]
fn what_train_makes_passes() {
    let b = trained();
    let run = b.run(&["check", "tok"]);
    let said = String::from_utf8(run.stdout.clone()).unwrap();
    assert!(run.status.success(), "{said}{}", stderr(&run));
    assert!(said.lines().all(|line| line.chars().count() <= 100) && said.contains("of 18 checks passed"), "{said}");
    let r = checks(&b, 0, &["tok", "--lang", "tr"]);
    assert_eq!((r["schema"].as_str(), &r["passed"], &r["failed"]), (Some("toktool.check/1"), &true.into(), &0.into()));
    for name in ["bytes", "byte_alphabet", "text_loss", "marks", "white_space", "deterministic", "special_tokens"] {
        assert_eq!(outcome(&r, name), "pass", "{name}");
    }
    assert_eq!(outcome(&r, "stock_tokenizers"), "pass");
    assert_eq!(outcome(&r, "unknown_by_script"), "not applicable");
    // Decomposed text costs more, and numbers are cut as they were merged.
    assert_eq!(outcome(&r, "normal_forms"), "warn");
    assert_eq!(checks(&b, 1, &["tok", "--lang", "tr", "--strict"])["passed"], false);
    assert_eq!(r, checks(&b, 0, &["tok", "--lang", "tr", "--threads", "1"]));
}

#[test]
fn a_missing_byte_fails_and_says_what_to_do() {
    let b = bench();
    byte_level(&b, "all", &[]);
    byte_level(&b, "some", b"q");
    assert_eq!(outcome(&checks(&b, 0, &["all", "--lang", "tr"]), "byte_alphabet"), "pass");
    let r = checks(&b, 1, &["some", "--lang", "tr"]);
    assert_eq!((outcome(&r, "byte_alphabet"), outcome(&r, "bytes")), ("fail", "fail"));
    let table = String::from_utf8(b.run(&["check", "some"]).stdout).unwrap();
    assert!(table.contains("fail byte_alphabet: 1 are missing") && table.contains("hint: "), "{table}");
}

#[test]
fn the_files_beside_it_are_held_against_it() {
    let b = trained();
    let rows = |n: usize| b.write("tok/config.json", json!({"vocab_size": n}).to_string());
    rows(400);
    assert_eq!(outcome(&checks(&b, 0, &["tok", "--lang", "tr"]), "vocabulary"), "pass");
    rows(399);
    assert_eq!(outcome(&checks(&b, 1, &["tok", "--lang", "tr"]), "vocabulary"), "fail");
    rows(512);
    b.write("tok/special_tokens_map.json", r#"{"bos_token": "<nowhere>"}"#);
    assert_eq!(outcome(&checks(&b, 1, &["tok/tokenizer.json", "--lang", "tr"]), "special_tokens"), "fail");
    // Another file of the folder is not theirs.
    std::fs::rename(b.path("tok/tokenizer.json"), b.path("tok/mine.json")).unwrap();
    assert_eq!(outcome(&checks(&b, 0, &["tok/mine.json", "--lang", "tr"]), "special_tokens"), "pass");
}

#[test]
fn text_of_ones_own_and_places() {
    let b = bench();
    byte_level(&b, "some", b"q");
    b.write("a.txt", "evde\nqırx\n");
    let r = checks(&b, 1, &["some", "--input", "a.txt"]);
    assert_eq!((outcome(&r, "text_loss"), &r["documents"]), ("fail", &2.into()));
    b.run(&["check", "some", "--format", "json", "-o", "h.json"]);
    let report: Value = serde_json::from_slice(&b.read("h.json")).unwrap();
    assert_eq!(report["passed"], false);
    b.bad(2, &["h.json", "--force"], &["check", "some", "-o", "h.json"]);
    let list = b.said(&["check", "--list"]);
    assert!(list.contains("byte_alphabet (at worst: fail)") && list.contains("otherwise: "), "{list}");
}

#[test]
fn what_is_refused() {
    let b = trained();
    b.write("empty.txt", "");
    b.write("no.json", "[]");
    b.bad(1, &["none.json"], &["check", "none.json"]);
    b.bad(1, &["no.json"], &["check", "no.json"]);
    b.bad(1, &["empty.txt", "no text"], &["check", "tok", "--input", "empty.txt"]);
    b.bad(1, &["nowhere"], &["check", "tok", "--input", "nowhere"]);
    b.bad(2, &["`xx`"], &["check", "tok", "--lang", "xx"]);
}
