//! `encode` and `decode`: every format, every kind of line, and the options, as scripts use them.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, stderr, trained};

/// Encodes `input` in `format` and decodes what came out.
fn back(b: &Bench, format: &str, input: &str, encode: &[&str]) -> String {
    b.write("in.txt", input);
    let file = format!("out.{format}");
    b.good(&[&["encode", "-t", "tok", "in.txt", "--format", format, "-o", &file, "--force"], encode].concat());
    b.said(&["decode", "-t", "tok", &file, "--format", format])
}

const FORMATS: [&str; 5] = ["ids", "tokens", "jsonl", "npy", "bin"];

#[test]
fn lines_come_back_in_every_format() {
    let b = trained();
    for format in FORMATS {
        let input = "ev  evler\tgöz\n\n\n👍🏽 İstanbul'da\u{a0}\n नमस्ते \n";
        assert_eq!(back(&b, format, input, &[]), input, "{format}");
    }
}

#[test]
fn empty_lines_at_both_ends_come_back_in_every_format() {
    let b = trained();
    for format in FORMATS {
        for input in ["\n\nev\n\n\n", "\n", "\n\n", "ev\n\n"] {
            assert_eq!(back(&b, format, input, &[]), input, "{format}");
        }
    }
}

#[test]
fn no_text_is_no_document_in_every_format() {
    let b = trained();
    for format in FORMATS {
        assert_eq!(back(&b, format, "", &[]), "", "{format}");
    }
}

/// Line ends are no part of documents: each comes back as a line feed.
#[test]
fn line_ends_of_any_kind_come_back_as_line_feeds() {
    let b = trained();
    for format in FORMATS {
        assert_eq!(back(&b, format, "ev\r\n\r\ngöz\r\n", &[]), "ev\n\ngöz\n", "{format}");
        assert_eq!(back(&b, format, "ev\ngöz", &[]), "ev\ngöz\n", "{format}");
        assert_eq!(back(&b, format, "e\rv\n", &[]), "e\rv\n", "{format}: alone, it ends no line");
    }
}

/// A file as one document keeps its line ends, whatever they are.
#[test]
fn a_whole_file_comes_back_with_its_line_ends() {
    let b = trained();
    for format in ["npy", "bin"] {
        for input in ["ev\r\n\r\ngöz\r\n", "ev\n\n", "\n\nev\n"] {
            assert_eq!(back(&b, format, input, &["--document", "file"]), input, "{format}");
        }
    }
}

#[test]
fn documents_end_where_the_index_says() {
    let b = trained();
    b.write("in.txt", "ev\n\ngöz kitap\n");
    b.good(&["encode", "-t", "tok", "in.txt", "--format", "bin", "-o", "o.bin"]);
    let counts = b.said(&["encode", "-t", "tok", "in.txt", "--count"]);
    let mut sum = 0;
    let expected: Vec<u8> = counts
        .lines()
        .flat_map(|n| {
            sum += n.parse::<u64>().unwrap();
            sum.to_le_bytes()
        })
        .collect();
    assert_eq!(b.read("o.bin.idx"), expected);
    let bin = b.read("o.bin");
    let ids: Vec<String> = bin.chunks(2).map(|id| u16::from_le_bytes(id.try_into().unwrap()).to_string()).collect();
    assert_eq!(ids, b.said(&["encode", "-t", "tok", "in.txt"]).split_whitespace().collect::<Vec<_>>());
    b.good(&["encode", "-t", "tok", "in.txt", "--format", "npy", "-o", "o.npy"]);
    let npy = b.read("o.npy");
    assert!(npy.starts_with(b"\x93NUMPY\x01\x00") && npy.ends_with(&bin) && npy.len() == 128 + bin.len());
    assert_eq!(b.read("o.npy.idx"), expected);
}

#[test]
fn without_its_index_a_token_file_is_one_document() {
    let b = trained();
    b.write("in.txt", "ev\ngöz\n");
    for format in ["bin", "npy"] {
        let file = format!("o.{format}");
        b.good(&["encode", "-t", "tok", "in.txt", "--format", format, "-o", &file]);
        std::fs::remove_file(b.path(&format!("{file}.idx"))).unwrap();
        assert_eq!(b.said(&["decode", "-t", "tok", &file]), "evgöz", "{format}");
    }
}

#[test]
fn standard_input_and_a_file_give_the_same() {
    let b = trained();
    let file = b.good(&["encode", "-t", "tok", "good.txt"]);
    let text = b.read("good.txt");
    assert_eq!(b.fed(&["encode", "-t", "tok"], &text), file);
    assert_eq!(b.fed(&["encode", "-t", "tok", "-"], &text), file);
    assert_eq!(b.fed(&["decode", "-t", "tok"], &file), text);
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let b = trained();
    let one = b.good(&["encode", "-t", "tok", "good.txt", "--threads", "1"]);
    for threads in ["2", "5"] {
        assert!(b.good(&["encode", "-t", "tok", "good.txt", "--threads", threads]) == one, "{threads}");
    }
}

#[test]
fn several_inputs_are_read_in_their_order() {
    let b = trained();
    b.write("a.txt", "ev\n");
    b.write("b.txt", "göz\n");
    let each = [b.said(&["encode", "-t", "tok", "a.txt"]), b.said(&["encode", "-t", "tok", "b.txt"])];
    assert_eq!(b.said(&["encode", "-t", "tok", "b.txt", "a.txt"]), format!("{}{}", each[1], each[0]));
}

#[test]
fn counts_are_per_document_and_quietly_their_sum() {
    let b = trained();
    b.write("in.txt", "ev göz\n\nkitap\n");
    let each: Vec<usize> =
        b.said(&["encode", "-t", "tok", "in.txt", "--count"]).lines().map(|n| n.parse().unwrap()).collect();
    let sum = b.said(&["encode", "-t", "tok", "in.txt", "--count", "--quiet"]);
    assert_eq!((each.len(), each[1]), (3, 0));
    assert_eq!(sum, format!("{}\n", each.iter().sum::<usize>()));
}

#[test]
fn rows_hold_the_keys_that_were_asked_for() {
    let b = trained();
    let text = "ev İstanbul'da 👍🏽";
    b.write("in.txt", format!("{text}\n"));
    let row = |extra: &[&str]| -> serde_json::Value {
        let args = [&["encode", "-t", "tok", "in.txt", "--format", "jsonl"], extra].concat();
        serde_json::from_str(&b.said(&args)).unwrap()
    };
    let keys = |row: &serde_json::Value| row.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&row(&[])), ["ids"]);
    let full = row(&["--offsets", "--tokens"]);
    assert_eq!(keys(&full), ["ids", "offsets", "tokens"]);
    let offsets: Vec<(usize, usize)> = serde_json::from_value(full["offsets"].clone()).unwrap();
    assert_eq!((offsets[0].0, offsets.last().unwrap().1), (0, text.len()));
    assert!(offsets.windows(2).all(|w| w[0].1 == w[1].0), "byte ranges meet: {offsets:?}");
    assert_eq!(full["tokens"].as_array().unwrap().len(), full["ids"].as_array().unwrap().len());
}

#[test]
fn rows_have_no_place_in_other_formats() {
    let b = trained();
    b.bad(2, &["--offsets", "jsonl"], &["encode", "-t", "tok", "good.txt", "--offsets"]);
    b.bad(2, &["--tokens", "jsonl"], &["encode", "-t", "tok", "good.txt", "--tokens"]);
}

#[test]
fn flat_formats_need_a_file() {
    let b = trained();
    b.bad(2, &["`bin`", "-o"], &["encode", "-t", "tok", "good.txt", "--format", "bin"]);
    b.bad(2, &["`npy`", "-o"], &["encode", "-t", "tok", "good.txt", "--format", "npy"]);
}

#[test]
fn the_end_of_text_token_ends_every_document() {
    let b = trained();
    b.write("in.txt", "ev\n\ngöz\n");
    let ids = b.said(&["encode", "-t", "tok", "in.txt", "--append-eos"]);
    assert!(ids.lines().all(|line| line == "0" || line.ends_with(" 0")) && ids.lines().count() == 3, "{ids}");
    b.write("ids", &ids);
    assert_eq!(b.said(&["decode", "-t", "tok", "ids", "--skip-special-tokens"]), "ev\n\ngöz\n");
    assert_eq!(b.said(&["decode", "-t", "tok", "ids"]), "ev<|endoftext|>\n<|endoftext|>\ngöz<|endoftext|>\n");
}

#[test]
fn skipped_special_tokens_leave_the_lines_of_a_token_file() {
    let b = trained();
    b.write("in.txt", "ev\n\n");
    b.good(&["encode", "-t", "tok", "in.txt", "--append-eos", "--format", "bin", "-o", "o.bin"]);
    assert_eq!(b.said(&["decode", "-t", "tok", "o.bin", "--skip-special-tokens"]), "ev\n\n");
}

#[test]
fn an_end_of_text_token_that_is_not_there_is_refused() {
    let b = trained();
    b.good(&["train", "good.txt", "-o", "bare", "--no-special", "--vocab-size", "300", "--quiet"]);
    b.bad(2, &["--append-eos", "bare", "--eos"], &["encode", "-t", "bare", "good.txt", "--append-eos"]);
    b.bad(2, &["--eos", "<nope>"], &["encode", "-t", "tok", "good.txt", "--append-eos", "--eos", "<nope>"]);
}

#[test]
fn special_tokens_in_text_are_parsed_unless_told_otherwise() {
    let b = trained();
    let text = "ev<|endoftext|>göz";
    b.write("in.txt", format!("{text}\n"));
    let parsed = b.said(&["encode", "-t", "tok", "in.txt"]);
    let plain = b.said(&["encode", "-t", "tok", "in.txt", "--no-parse-special"]);
    assert!(parsed.split_whitespace().any(|id| id == "0") && !plain.split_whitespace().any(|id| id == "0"));
    b.write("ids", &plain);
    assert_eq!(b.said(&["decode", "-t", "tok", "ids", "--skip-special-tokens"]), format!("{text}\n"));
}

#[test]
fn special_tokens_are_put_around_a_document_only_when_asked() {
    let b = trained();
    let mut json: serde_json::Value = serde_json::from_slice(&b.read("tok/tokenizer.json")).unwrap();
    json["post_processor"] = serde_json::json!({
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [0], "tokens": ["<|endoftext|>"]}}
    });
    b.write("template.json", json.to_string());
    b.write("in.txt", "ev\n");
    let bare = b.said(&["encode", "-t", "template.json", "in.txt"]);
    assert_eq!(b.said(&["encode", "-t", "template.json", "in.txt", "--special-tokens"]), format!("0 {bare}"));
    assert_eq!(bare, b.said(&["encode", "-t", "tok", "in.txt"]));
}

#[test]
fn ids_that_are_none_are_refused_with_their_line() {
    let b = trained();
    for (name, rows, line) in [
        ("a.ids", "1 2\n3 x\n", "line 2"),
        ("b.ids", "1\n\n99999\n", "line 3"),
        ("c.ids", "-1\n", "line 1"),
        ("d.ids", "99999999999999999999999\n", "line 1"),
        ("e.jsonl", "{\"ids\":[1]}\n{\"ids\":[-1]}\n", "line 2"),
        ("f.jsonl", "{\"ids\":[1]}\n{\"id\":[1]}\n", "line 2"),
        ("g.jsonl", "{\"ids\":[1\n", "line 1"),
        ("h.tokens", "zzzzz\n", "line 1"),
    ] {
        b.write(name, rows);
        let format = name.split('.').nth(1).unwrap();
        b.write("t", "");
        let out = b.run(&["decode", "-t", "tok", name, "--format", format, "-o", "out"]);
        let said = stderr(&out);
        assert_eq!(out.status.code(), Some(1), "{name}: {said}");
        assert!(said.contains(name) && said.contains(line), "{name}: {said}");
        assert!(!b.path("out").exists(), "{name}");
    }
}

#[test]
fn damaged_token_files_are_refused() {
    let b = trained();
    b.write("in.txt", "ev göz kitap\n");
    b.good(&["encode", "-t", "tok", "in.txt", "--format", "bin", "-o", "o.bin"]);
    b.good(&["encode", "-t", "tok", "in.txt", "--format", "npy", "-o", "o.npy"]);
    for file in ["o.bin", "o.npy"] {
        let (whole, index) = (b.read(file), b.read(&format!("{file}.idx")));
        let decode = ["decode", "-t", "tok", file, "-o", "out"];
        for cut in [whole.len() - 1, whole.len() - 2] {
            b.write(file, &whole[..cut]);
            b.bad(1, &[file], &decode);
        }
        b.write(file, [&whole[..], &[0, 0]].concat());
        b.bad(1, &[file], &decode);
        b.write(file, &whole);
        b.write(&format!("{file}.idx"), &index[..index.len() - 1]);
        b.bad(1, &[file], &decode);
        b.write(&format!("{file}.idx"), [&[0xff; 8][..], &[0; 8]].concat());
        b.bad(1, &[file], &decode);
        b.write(&format!("{file}.idx"), &index);
        b.good(&decode);
        std::fs::remove_file(b.path("out")).unwrap();
    }
    b.write("x.npy", b"\x93NUMPY\x01\x00");
    b.bad(1, &["x.npy"], &["decode", "-t", "tok", "x.npy", "-o", "out"]);
    b.write("what", "hello world");
    b.bad(1, &["what", "--format"], &["decode", "-t", "tok", "what", "-o", "out"]);
    b.bad(1, &["nowhere"], &["decode", "-t", "tok", "nowhere", "-o", "out"]);
}
