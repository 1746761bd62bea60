//! Token files in detail: what each format holds.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, text};

/// Documents that are hard to carry through a format of lines.
const HARD: &str = "bir iki\n\n  baştan boşluk\n\tsekme\u{a0}\u{2028}x\nİstanbul'da 🙂👩‍👩‍👧 e\u{301}\n\
    <|endoftext|> 1234567\n\u{0}\u{7f}\nson\n";

fn trained() -> Bench {
    let b = bench();
    b.good(&["train", "--lang", "tr", "-o", "tok", "--vocab-size", "600", "--quiet"]);
    b.write("hard.txt", HARD);
    b
}

fn said(b: &Bench, args: &[&str]) -> String {
    String::from_utf8(b.good(args)).unwrap()
}

fn rows(b: &Bench) -> Vec<Vec<u16>> {
    let ids = said(b, &["encode", "-t", "tok", "hard.txt"]);
    ids.lines().map(|line| line.split_whitespace().map(|w| w.parse().unwrap()).collect()).collect()
}

#[test]
fn hard_text_comes_back_from_every_format() {
    let b = trained();
    for format in ["ids", "tokens", "jsonl", "npy", "bin"] {
        for threads in ["1", "3"] {
            let file = format!("{threads}.{format}");
            b.good(&["encode", "-t", "tok", "hard.txt", "--format", format, "-o", &file, "--threads", threads]);
            assert_eq!(said(&b, &["decode", "-t", "tok", &file, "--format", format]), HARD, "{format}");
            if format != "tokens" {
                assert_eq!(said(&b, &["decode", "-t", "tok", &file]), HARD, "{format} by its name and content");
            }
        }
    }
    b.good(&["decode", "-t", "tok", "1.bin", "-o", "back.txt"]);
    assert_eq!(std::fs::read_to_string(b.path("back.txt")).unwrap(), HARD);
}

#[test]
fn formats_hold_the_same_ids() {
    let b = trained();
    let rows = rows(&b);
    assert_eq!(rows.len(), HARD.lines().count());
    assert!(rows[1].is_empty(), "an empty document is an empty line");

    let json = said(&b, &["encode", "-t", "tok", "hard.txt", "--format", "jsonl", "--offsets", "--tokens"]);
    for ((line, row), document) in json.lines().zip(&rows).zip(HARD.split('\n')) {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["ids"], serde_json::json!(row));
        assert_eq!(value["tokens"].as_array().unwrap().len(), row.len());
        let offsets: Vec<(usize, usize)> = serde_json::from_value(value["offsets"].clone()).unwrap();
        let covered: Vec<u8> = offsets.iter().flat_map(|&(a, b)| document.as_bytes()[a..b].to_vec()).collect();
        assert_eq!(covered, document.as_bytes());
    }

    let flat: Vec<u8> = rows.concat().iter().flat_map(|id| id.to_le_bytes()).collect();
    let mut total = 0;
    let ends: Vec<u8> = rows
        .iter()
        .flat_map(|row| {
            total += row.len() as u64;
            total.to_le_bytes()
        })
        .collect();
    for (format, header) in [("bin", 0), ("npy", 128)] {
        let file = format!("x.{format}");
        b.good(&["encode", "-t", "tok", "hard.txt", "--format", format, "-o", &file]);
        assert_eq!(std::fs::read(b.path(&file)).unwrap()[header..], flat, "{format}");
        assert_eq!(std::fs::read(b.path(&format!("{file}.idx"))).unwrap(), ends, "{format}");
    }
    let npy = std::fs::read(b.path("x.npy")).unwrap();
    let shape = format!("'descr': '<u2', 'fortran_order': False, 'shape': ({total},)");
    assert!(npy.starts_with(b"\x93NUMPY\x01\x00") && String::from_utf8_lossy(&npy[..128]).contains(&shape));

    let counts = said(&b, &["encode", "-t", "tok", "hard.txt", "--count"]);
    assert!(counts.lines().map(|l| l.parse::<usize>().unwrap()).eq(rows.iter().map(Vec::len)));
    assert_eq!(said(&b, &["encode", "-t", "tok", "hard.txt", "--count", "--quiet"]), format!("{total}\n"));
}

#[test]
fn wide_vocabularies_take_four_bytes_a_token() {
    let b = bench();
    b.write("a.txt", text(2));
    // Padding is the cheapest way past 65,536.
    b.good(&["train", "a.txt", "-o", "tok", "--vocab-size", "300", "--pad-vocab-to-multiple", "70000", "--quiet"]);
    b.good(&["encode", "-t", "tok", "a.txt", "--format", "bin", "-o", "x.bin"]);
    let tokens: usize = said(&b, &["encode", "-t", "tok", "a.txt", "--count", "--quiet"]).trim().parse().unwrap();
    assert_eq!(std::fs::read(b.path("x.bin")).unwrap().len(), 4 * tokens);
    assert_eq!(said(&b, &["decode", "-t", "tok", "x.bin"]), text(2));
}

#[test]
fn documents_are_lines_paragraphs_files_or_fields() {
    let b = trained();
    b.write("a.txt", "bir\niki\n\nüç\n");
    let lines = |args: &[&str]| said(&b, &[&["encode", "-t", "tok"], args].concat()).lines().count();
    assert_eq!(lines(&["a.txt"]), 4);
    assert_eq!(lines(&["a.txt", "--document", "blank"]), 2);
    assert_eq!(lines(&["a.txt", "--document", "file"]), 1);
    b.good(&["encode", "-t", "tok", "a.txt", "--document", "file", "--format", "bin", "-o", "x.bin"]);
    assert_eq!(said(&b, &["decode", "-t", "tok", "x.bin"]), "bir\niki\n\nüç\n");
    b.write("a.jsonl", "{\"body\": \"bir\"}\n{\"body\": \"\"}\n{\"body\": \"iki\\nüç\"}\n");
    assert_eq!(lines(&["a.jsonl", "--field", "body"]), 3);
    b.bad(1, &["a.jsonl", "line 1"], &["encode", "-t", "tok", "a.jsonl"]);
}

#[test]
fn inspecting_a_token_and_a_text() {
    let b = trained();
    let value = |args: &[&str]| -> serde_json::Value {
        serde_json::from_str(&said(&b, &[&["inspect", "tok", "--format", "json"], args].concat())).unwrap()
    };
    let overview = value(&[]);
    assert_eq!((&overview["schema"], &overview["merges"]), (&"toktool.inspect/1".into(), &343.into()));
    let token = value(&["--token", "599"]);
    assert_eq!((&token["merge"]["rank"], &token["reachable"]), (&342.into(), &true.into()));
    let spelled = token["token"].as_str().unwrap();
    assert!(said(&b, &["inspect", "tok", "--token", spelled]).starts_with("id           599\n"));
    b.bad(1, &["no such token"], &["inspect", "tok", "--token", "no such token"]);
    let plain = said(&b, &["inspect", "tok", "--text", "bir gün"]);
    let pieces = plain.lines().next().unwrap();
    assert!(pieces.contains('|') && pieces.replace('|', "") == "bir gün", "{plain}");
    let colored = said(&b, &["inspect", "tok", "--text", "bir gün", "--color", "always"]);
    assert!(colored.contains("\u{1b}[") && !colored.lines().next().unwrap().contains('|'), "{colored}");
}
