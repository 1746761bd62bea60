//! Bad input: what is wrong, where, what to do next; and nothing written, nothing lost.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, binary, stderr, text};
use std::io::Write as _;
use std::process::Command;

fn with_text() -> Bench {
    let b = bench();
    b.write("good.txt", text(20));
    b
}

#[test]
fn inputs_that_are_not_there_or_hold_nothing() {
    let b = with_text();
    b.write("empty.txt", "");
    b.write("blank.txt", "\n \n\t\n\r\n");
    b.write("folder/picture.png", "x");
    b.bad(1, &["nope.txt", "hint:"], &["train", "nope.txt", "-o", "out"]);
    b.bad(1, &["empty.txt"], &["train", "empty.txt", "-o", "out"]);
    b.bad(1, &["blank.txt"], &["train", "blank.txt", "-o", "out"]);
    b.bad(1, &["folder"], &["train", "folder", "-o", "out"]);
    b.bad(1, &["nope.txt"], &["count", "nope.txt", "-o", "out.parquet"]);
    b.bad(1, &["empty.txt"], &["count", "empty.txt", "-o", "out.parquet"]);
    b.bad(2, &["--lang"], &["train", "-o", "out"]);
    b.bad(2, &["xx", "tr, hi, mr, en"], &["train", "--lang", "xx", "-o", "out"]);
}

#[test]
fn invalid_utf8_names_its_byte_and_can_be_replaced() {
    let b = bench();
    let mut bytes = text(20).into_bytes();
    let at = bytes.len();
    bytes.extend(b"x\xff\xfe y\n");
    b.write("bad.txt", bytes);
    b.bad(1, &["bad.txt", &format!("byte {}", at + 1), "--lossy"], &["train", "bad.txt", "-o", "out"]);
    b.bad(1, &["bad.txt", "--lossy"], &["count", "bad.txt", "-o", "c.parquet"]);
    let out = b.run(&["train", "bad.txt", "-o", "out", "--lossy", "--vocab-size", "300"]);
    assert!(out.status.success() && stderr(&out).contains("2 invalid"), "{}", stderr(&out));
}

#[test]
fn broken_containers_name_file_and_place() {
    let b = bench();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(text(200).as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    b.write("cut.txt.gz", &gz[..gz.len() / 2]);
    let mut flipped = gz.clone();
    let middle = gz.len() / 2;
    flipped[middle] ^= 0xff;
    b.write("flipped.txt.gz", &flipped);
    let zst = zstd::encode_all(text(200).as_bytes(), 3).unwrap();
    b.write("cut.txt.zst", &zst[..zst.len() / 2]);
    b.write("bad.parquet", b"PAR1garbagePAR1");
    b.write("x.jsonl", "{\"text\":\"a b c\"}\n{\"txt\":\"no field\"}\n");
    b.write("y.jsonl", "{\"text\":\"a b c\"}\n\n{\"text\":7}\n");
    b.write("z.jsonl", "{\"text\":\"a b c\"}\n{\"text\":\n");
    for file in ["cut.txt.gz", "flipped.txt.gz", "cut.txt.zst", "bad.parquet"] {
        b.bad(1, &[file], &["train", file, "-o", "out"]);
    }
    b.bad(1, &["x.jsonl", "line 2", "text"], &["train", "x.jsonl", "-o", "out"]);
    b.bad(1, &["y.jsonl", "line 3"], &["train", "y.jsonl", "-o", "out"]);
    b.bad(1, &["z.jsonl", "line 2"], &["train", "z.jsonl", "-o", "out"]);
    b.bad(1, &["bad.parquet"], &["train", "--counts", "bad.parquet", "-o", "out"]);
}

#[test]
fn options_that_make_no_sense() {
    let b = with_text();
    let train = |extra: &[&'static str]| [&["train", "good.txt", "-o", "out"], extra].concat();
    b.bad(2, &["--vocab-size", "257"], &train(&["--vocab-size", "3"]));
    b.bad(1, &["--vocab-size", "257"], &train(&["--vocab-size", "257"]));
    b.bad(2, &["no-such", "unicode"], &train(&["--pattern", "no-such"]));
    b.bad(2, &["("], &train(&["--pattern", "("]));
    b.bad(2, &["empty string"], &train(&["--pattern", "(?=a)"]));
    b.bad(2, &["<a>", "twice"], &train(&["--special", "<a>", "--special", "<a>"]));
    b.bad(2, &["empty"], &train(&["--special", ""]));
    b.bad(2, &["nfx"], &train(&["--normalize", "nfx"]));
    b.bad(2, &["tokenizer"], &["encode", "good.txt"]);
}

#[test]
fn no_merge_at_all_is_an_error_and_fewer_than_asked_a_warning() {
    let b = bench();
    b.write("a.txt", "a\nb\nc\n");
    b.bad(1, &["a.txt", "merge"], &["train", "a.txt", "-o", "out"]);
    b.write("b.txt", "abab abab\n");
    let out = b.run(&["train", "b.txt", "-o", "out"]);
    assert!(out.status.success() && stderr(&out).contains("warning"), "{}", stderr(&out));
}

#[test]
fn what_exists_is_kept_unless_forced() {
    let b = with_text();
    b.write("keep/mine.txt", "mine");
    b.write("file", "mine");
    b.write("c.parquet", "mine");
    for (target, code) in [("keep", [1, 2]), ("file", [1, 2])] {
        let before = b.listing();
        let out = b.run(&["train", "good.txt", "-o", target, "--vocab-size", "300"]);
        assert!(code.contains(&out.status.code().unwrap()), "{}", stderr(&out));
        assert!(stderr(&out).contains(target) && b.listing() == before, "{}", stderr(&out));
    }
    let out = b.run(&["count", "good.txt", "-o", "c.parquet"]);
    assert!(!out.status.success() && std::fs::read(b.path("c.parquet")).unwrap() == b"mine");
    b.good(&["train", "good.txt", "-o", "keep", "--vocab-size", "300", "--force"]);
    assert_eq!(std::fs::read(b.path("keep/mine.txt")).unwrap(), b"mine");
    assert!(b.path("keep/tokenizer.json").exists());
    std::fs::create_dir(b.path("empty")).unwrap();
    b.good(&["train", "good.txt", "-o", "empty", "--vocab-size", "300"]);
    assert!(b.path("empty/tokenizer.json").exists());
}

#[test]
fn a_place_that_cannot_be_written_is_refused_before_the_work() {
    let b = with_text();
    for target in ["good.txt/sub", "/proc/nowhere/out"] {
        let before = b.listing();
        let out = b.run(&["train", "good.txt", "-o", target]);
        let said = stderr(&out);
        assert!(matches!(out.status.code(), Some(1 | 2)) && said.contains(target.split('/').next().unwrap()), "{said}");
        assert_eq!(b.listing(), before);
    }
}

#[test]
fn hostile_tokenizer_files() {
    let b = with_text();
    let deep = "{\"a\":".repeat(20_000);
    let cases: [(&str, &[u8]); 16] = [
        ("empty.json", b""),
        ("open.json", b"{"),
        ("list.json", b"[]"),
        ("null.json", b"{\"model\":null}"),
        ("huge.json", br#"{"model":{"type":"BPE","vocab":{"a":0,"b":4294967295},"merges":[]}}"#),
        ("negative.json", br#"{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}"#),
        ("fraction.json", br#"{"model":{"type":"BPE","vocab":{"a":0.5},"merges":[]}}"#),
        ("missing.json", br#"{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a","zz"]]}}"#),
        ("result.json", br#"{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}}"#),
        ("cyclic.json", br#"{"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":[["ab","b"],["a","b"]]}}"#),
        ("shared.json", br#"{"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}}"#),
        ("twice.json", br#"{"model":{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}}"#),
        ("cut.json", br#"{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a"#),
        ("deep.json", deep.as_bytes()),
        ("bytes.json", &[0xff, 0xfe, 0, 1, 2]),
        ("noise.bin", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ];
    for (name, bytes) in cases {
        b.write(name, bytes);
        b.bad(1, &[name], &["encode", "-t", name, "good.txt"]);
        b.bad(1, &[name], &["inspect", name]);
        b.bad(1, &[name], &["export", name, "--to", "hf", "-o", "out"]);
    }
    b.bad(1, &["nowhere"], &["encode", "-t", "nowhere", "good.txt"]);
}

/// A full disk, played by a limit on the size of files: needs no root.
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let b = bench();
    b.write("good.txt", text(400));
    b.good(&["train", "good.txt", "-o", "tok", "--vocab-size", "2000", "--quiet"]);
    let before = b.listing();
    let tool = binary();
    for args in [
        "train good.txt -o out --vocab-size 4000 --quiet",
        "count good.txt -o out.parquet --quiet",
        "encode -t tok good.txt --format bin -o out.bin --quiet",
        "export tok --to hf -o out --quiet",
        "export tok --to tiktoken -o out.tiktoken --quiet",
    ] {
        let script = format!("trap '' XFSZ; ulimit -f 4; exec {} {args}", tool.display());
        let out = Command::new("sh").args(["-c", &script]).current_dir(b.path("")).output().unwrap();
        assert_eq!(out.status.code(), Some(1), "{args}: {}", stderr(&out));
        assert!(stderr(&out).contains("error:") && !stderr(&out).contains("panicked"), "{args}: {}", stderr(&out));
        assert_eq!(b.listing(), before, "{args}");
    }
}
