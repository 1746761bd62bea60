//! `toktool trim` as users run it: what goes, what stays, what is written, what is refused.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, stderr, text};
use serde_json::{Value, json};

/// A byte-level file with one more token that no merge makes whole (`abc`) and one that GPT-2's pattern cuts (`x1`).
fn with_dead_tokens(b: &Bench, folder: &str) {
    let mut vocab: Vec<String> = (0..=255u8).map(|n| toktool::alphabet::spell(&[n])).collect();
    vocab.extend(["ab", "bc", "abc", "x1", "Ġa"].map(str::to_owned));
    let ids: serde_json::Map<String, Value> = vocab.iter().enumerate().map(|(id, t)| (t.clone(), id.into())).collect();
    let byte_level = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    let file = json!({
        "version": "1.0",
        "added_tokens": [{"id": 261, "content": "<eos>", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true}],
        "pre_tokenizer": byte_level, "decoder": byte_level,
        "model": {"type": "BPE", "vocab": ids,
            "merges": [["b", "c"], ["a", "b"], ["ab", "c"], ["x", "1"], ["Ġ", "a"]]},
    });
    b.write(&format!("{folder}/tokenizer.json"), file.to_string());
    b.write(&format!("{folder}/special_tokens_map.json"), r#"{"eos_token": "<eos>"}"#);
}

fn map(b: &Bench, file: &str) -> Vec<(usize, Option<usize>)> {
    let text = String::from_utf8(b.read(file)).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("old\tnew\ttoken"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(cells.len(), 3, "{line}");
        (cells[0].parse().unwrap(), cells[1].parse().ok())
    };
    lines.map(row).collect()
}

fn ids(b: &Bench, tok: &str, file: &str) -> Vec<Vec<usize>> {
    let rows = b.said(&["encode", "-t", tok, file]);
    rows.lines().map(|line| line.split_whitespace().map(|id| id.parse().unwrap()).collect()).collect()
}

#[test]
fn dead_tokens_go_and_every_text_keeps_its_encoding() {
    let b = bench();
    with_dead_tokens(&b, "tok");
    let dry = b.run(&["trim", "tok", "--dry-run"]);
    assert!(dry.status.success(), "{}", stderr(&dry));
    let listed = String::from_utf8(dry.stdout).unwrap();
    assert_eq!(listed, "id\treason\ttoken\n258\tshadowed-by-merges\tabc\n259\tsplit-by-pretokenizer\tx1\n");
    assert!(!b.path("out").exists());
    let out = b.run(&["trim", "tok", "-o", "out"]);
    let said = stderr(&out);
    assert!(out.status.success() && out.stdout.is_empty(), "{said}");
    for words in ["262 -> 260 tokens, 2 merges fewer", "removed: 2 dead", "13 invalid-utf8", "identical in tokenizers"]
    {
        assert!(said.contains(words), "{words:?} is not in {said}");
    }
    assert!(!said.contains("warning"), "{said}");
    for file in ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocabulary.tsv"] {
        assert!(b.path(&format!("out/{file}")).is_file(), "{file}");
    }
    let rows = map(&b, "out/id_map.tsv");
    assert_eq!(
        rows[256..],
        [(256, Some(256)), (257, Some(257)), (258, None), (259, None), (260, Some(258)), (261, Some(259))]
    );
    b.write("a.txt", "abc ab bc x1 abcabc a<eos>b\n\nİstanbul'da x12\n");
    let mapped = |rows: &[Vec<usize>], map: &[(usize, Option<usize>)]| -> Vec<Vec<usize>> {
        rows.iter().map(|row| row.iter().map(|&id| map[id].1.unwrap()).collect()).collect()
    };
    assert_eq!(mapped(&ids(&b, "tok", "a.txt"), &rows), ids(&b, "out", "a.txt"));
    let report: Value = serde_json::from_slice(&b.read("out/report.json")).unwrap();
    assert_eq!((&report["schema"], &report["removed_dead"]), (&"toktool.trim/1".into(), &2.into()));
    assert_eq!((&report["unseen"], &report["reachability"]["self"]), (&Value::Null, &131.into()));
    let roles: Value = serde_json::from_slice(&b.read("out/special_tokens_map.json")).unwrap();
    assert_eq!(roles["eos_token"], "<eos>");
    // Once is enough.
    let again = b.run(&["trim", "out", "--dry-run", "--quiet"]);
    assert_eq!((String::from_utf8(again.stdout).unwrap().as_str(), again.stderr.len()), ("id\treason\ttoken\n", 0));
}

#[test]
fn unseen_tokens_go_and_the_texts_keep_their_encodings() {
    let b = bench();
    b.good(&["train", "--lang", "tr", "-o", "tok", "--vocab-size", "900", "--quiet"]);
    b.write("a.txt", text(8));
    b.write("more.jsonl", "{\"body\": \"göz göze\"}\n");
    let run = b.run(&["trim", "tok", "-o", "out", "--unseen", "a.txt", "more.jsonl", "--field", "body"]);
    let said = stderr(&run);
    assert!(run.status.success() && said.contains("warning: ") && said.contains("mostly more tokens"), "{said}");
    let rows = map(&b, "out/id_map.tsv");
    let removed = rows.iter().filter(|row| row.1.is_none()).count();
    assert!(removed > 200 && rows.iter().filter_map(|row| row.1).eq(0..rows.len() - removed), "{removed}");
    let (old, new) = (ids(&b, "tok", "a.txt"), ids(&b, "out", "a.txt"));
    assert!(old.iter().flatten().map(|&id| rows[id].1.unwrap()).eq(new.into_iter().flatten()));
    // Standard input and pipes are read twice, too, and threads change nothing.
    b.fed(
        &["trim", "tok", "-o", "fed", "--unseen", "-", "more.jsonl", "--field", "body", "--threads", "1"],
        text(8).as_bytes(),
    );
    assert_eq!(b.read("fed/id_map.tsv"), b.read("out/id_map.tsv"));
    assert_eq!(b.read("fed/tokenizer.json"), b.read("out/tokenizer.json"));
    // The texts of the tokenizer itself still come back.
    b.write("other.txt", "bambaşka bir metin, hiç görülmemiş 🙂\n");
    b.good(&["encode", "-t", "out", "other.txt", "--format", "bin", "-o", "x.bin"]);
    assert_eq!(b.read("other.txt"), b.good(&["decode", "-t", "out", "x.bin"]));
}

#[test]
fn what_is_refused() {
    let b = bench();
    with_dead_tokens(&b, "tok");
    b.write("empty.txt", "");
    b.write("blank.txt", "\n\n\n");
    b.write("full/mine.txt", "mine");
    b.write(
        "word.json",
        json!({"model": {"type": "WordPiece", "unk_token": "u", "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100, "vocab": {"u": 0, "a": 1}}})
        .to_string(),
    );
    b.bad(1, &["nope", "hint:"], &["trim", "nope", "-o", "out"]);
    b.bad(1, &["only BPE models"], &["trim", "word.json", "-o", "out"]);
    b.bad(1, &["only BPE models"], &["trim", "word.json", "--dry-run", "--unseen", "empty.txt"]);
    b.bad(2, &["full", "--force"], &["trim", "tok", "-o", "full"]);
    b.bad(2, &["not a folder"], &["trim", "tok", "-o", "empty.txt"]);
    b.bad(1, &["none.txt"], &["trim", "tok", "-o", "out", "--unseen", "none.txt"]);
    for empty in ["empty.txt", "blank.txt"] {
        b.bad(1, &[empty, "no text", "hint:"], &["trim", "tok", "-o", "out", "--unseen", empty]);
    }
    let out = b.run(&["trim", "tok"]);
    assert!(out.status.code() == Some(2) && stderr(&out).contains("--output"), "{}", stderr(&out));
    b.good(&["trim", "tok", "-o", "full", "--force", "--quiet"]);
    assert_eq!(b.read("full/mine.txt"), b"mine");
}
