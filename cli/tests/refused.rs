//! What each command refuses, one fault at a time: see `bad_input.rs` for `train` in general.
#![allow(clippy::unwrap_used)]

mod common;

use std::process::Command;

use common::{Bench, bench, binary, stderr, text, trained};

fn with_text() -> Bench {
    let b = bench();
    b.write("good.txt", text(5));
    b
}

const TRAIN: [&str; 6] = ["train", "good.txt", "-o", "out", "--vocab-size", "300"];

#[test]
fn invalid_utf8_stops_encoding_with_its_byte() {
    let b = trained();
    b.write("bad.txt", b"ev\ng\xf6z\n");
    b.bad(1, &["bad.txt", "byte 4", "--lossy"], &["encode", "-t", "tok", "bad.txt", "-o", "out"]);
}

#[test]
fn invalid_utf8_is_replaced_and_counted_when_encoding() {
    let b = trained();
    b.write("bad.txt", b"ev\ng\xf6z \xff\xff\n");
    b.write("as.txt", "ev\ng\u{fffd}z \u{fffd}\u{fffd}\n");
    let out = b.run(&["encode", "-t", "tok", "bad.txt", "--lossy"]);
    assert!(out.status.success() && stderr(&out).contains("3 invalid"), "{}", stderr(&out));
    assert_eq!(out.stdout, b.good(&["encode", "-t", "tok", "as.txt"]));
}

#[test]
fn invalid_utf8_is_replaced_and_counted_when_counting() {
    let b = bench();
    b.write("bad.txt", b"ev g\xf6z\n");
    let out = b.run(&["count", "bad.txt", "-o", "c.parquet", "--lossy"]);
    assert!(out.status.success() && stderr(&out).contains("1 invalid"), "{}", stderr(&out));
    assert!(b.path("c.parquet").is_file());
}

#[test]
fn invalid_utf8_behind_gzip_is_placed_in_the_unpacked_text() {
    let b = bench();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gz, b"ev\n\xff\n").unwrap();
    b.write("bad.txt.gz", gz.finish().unwrap());
    b.bad(1, &["bad.txt.gz", "byte 3"], &["train", "bad.txt.gz", "-o", "out"]);
}

#[test]
fn a_parquet_cut_anywhere_is_refused() {
    let b = with_text();
    b.good(&["count", "good.txt", "-o", "whole.parquet", "--quiet"]);
    let whole = b.read("whole.parquet");
    for cut in [0, 3, 4, whole.len() / 2, whole.len() - 9, whole.len() - 4, whole.len() - 1] {
        b.write("cut.parquet", &whole[..cut]);
        b.bad(1, &["cut.parquet"], &["train", "--counts", "cut.parquet", "-o", "out"]);
        b.bad(1, &["cut.parquet"], &["count", "--merge", "cut.parquet", "-o", "out.parquet"]);
        b.bad(1, &["cut.parquet"], &["train", "cut.parquet", "-o", "out"]);
    }
}

#[test]
fn a_parquet_without_the_column_is_refused_by_name() {
    let b = with_text();
    b.good(&["count", "good.txt", "-o", "c.parquet", "--quiet"]);
    b.bad(1, &["c.parquet", "text"], &["train", "c.parquet", "-o", "out"]);
    b.bad(1, &["c.parquet", "count"], &["train", "c.parquet", "--field", "count", "-o", "out"]);
}

#[test]
fn packed_text_cut_short_is_refused_by_every_reader() {
    let b = trained();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gz, text(50).as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let zst = zstd::encode_all(text(50).as_bytes(), 3).unwrap();
    for (file, bytes) in [("cut.txt.gz", &gz), ("cut.txt.zst", &zst)] {
        for cut in [5, bytes.len() / 2, bytes.len() - 1] {
            b.write(file, &bytes[..cut]);
            b.bad(1, &[file], &["count", file, "-o", "out.parquet"]);
            b.bad(1, &[file], &["encode", "-t", "tok", file, "-o", "out.ids"]);
        }
    }
}

#[test]
fn one_broken_file_of_a_folder_is_named() {
    let b = bench();
    b.write("folder/a.txt", text(2));
    b.write("folder/deep/b.txt", b"ok\n\xff\n");
    b.bad(1, &["b.txt", "byte 3"], &["train", "folder", "-o", "out"]);
}

#[test]
fn an_empty_folder_has_nothing_to_read() {
    let b = trained();
    std::fs::create_dir(b.path("void")).unwrap();
    b.bad(1, &["void"], &["train", "void", "-o", "out"]);
    b.bad(1, &["void"], &["count", "void", "-o", "out.parquet"]);
    b.bad(1, &["void"], &["encode", "-t", "tok", "void", "-o", "out.ids"]);
}

#[test]
fn files_of_other_kinds_in_a_folder_are_skipped_and_counted() {
    let b = bench();
    b.write("folder/a.txt", text(2));
    b.write("folder/b.png", b"\xff");
    b.write("folder/c.pdf", b"\xff");
    let out = b.run(&["count", "folder", "-o", "c.parquet"]);
    assert!(out.status.success() && stderr(&out).contains("2 files of other kinds"), "{}", stderr(&out));
}

#[test]
fn no_text_on_standard_input_is_an_error() {
    let b = bench();
    b.bad(1, &["-"], &["train", "-", "-o", "out"]);
    b.bad(1, &["-"], &["count", "-", "-o", "out.parquet"]);
}

#[test]
fn a_vocabulary_smaller_than_its_alphabet() {
    let b = with_text();
    for size in ["1", "255", "256"] {
        b.bad(2, &["--vocab-size"], &["train", "good.txt", "-o", "out", "--vocab-size", size]);
    }
    b.bad(2, &["--vocab-size"], &["train", "good.txt", "-o", "out", "--vocab-size", "0"]);
    b.bad(2, &["--vocab-size"], &["train", "good.txt", "-o", "out", "--vocab-size=-1"]);
    b.bad(2, &["--vocab-size"], &["train", "good.txt", "-o", "out", "--vocab-size", "many"]);
    b.bad(2, &["--vocab-size"], &["train", "good.txt", "-o", "out", "--vocab-size", "99999999999"]);
}

#[test]
fn one_size_of_several_without_room_for_a_merge_writes_none() {
    let b = with_text();
    b.bad(1, &["257"], &["train", "good.txt", "-o", "out", "--vocab-size", "257,400"]);
}

#[test]
fn a_frequency_that_no_pair_reaches_leaves_no_merge() {
    let b = with_text();
    b.bad(1, &["good.txt", "--min-frequency"], &[&TRAIN[..], &["--min-frequency", "1000000000"]].concat());
}

#[test]
fn a_pattern_that_matches_the_empty_string_only_is_refused() {
    let b = with_text();
    for pattern in ["", "(?=a)", r"\b", "^"] {
        b.bad(2, &["empty string"], &[&TRAIN[..], &["--pattern", pattern]].concat());
        b.bad(2, &["empty string"], &["count", "good.txt", "-o", "c.parquet", "--pattern", pattern]);
    }
}

#[test]
fn a_pattern_that_does_not_compile_is_shown() {
    let b = with_text();
    for pattern in ["(", "[a", r"\p{Nope}", "a{5,2}", "(?<x"] {
        b.bad(2, &[pattern], &[&TRAIN[..], &["--pattern", pattern]].concat());
    }
}

#[test]
fn special_tokens_that_clash() {
    let b = with_text();
    let with = |extra: &[&'static str]| [&TRAIN[..], extra].concat();
    b.bad(2, &["<a>", "twice"], &with(&["--special", "bos=<a>", "--special", "bos=<a>"]));
    b.bad(2, &["bos"], &with(&["--special", "bos=<a>", "--special", "bos=<b>"]));
    b.bad(2, &["empty"], &with(&["--special", "pad="]));
    b.bad(2, &["--no-special"], &with(&["--no-special", "--special", "<a>"]));
}

#[test]
fn a_recipe_that_is_none() {
    let b = with_text();
    b.write("r.toml", "vocabsize = 5\n");
    b.bad(1, &["r.toml", "vocabsize"], &["train", "--recipe", "r.toml", "good.txt", "-o", "out"]);
    b.write("r.toml", b"\xff\xfe");
    b.bad(1, &["r.toml"], &["train", "--recipe", "r.toml", "good.txt", "-o", "out"]);
    b.bad(1, &["nope.toml"], &["train", "--recipe", "nope.toml", "good.txt", "-o", "out"]);
    b.bad(2, &["nope"], &["train", "--preset", "nope", "good.txt", "-o", "out"]);
}

#[test]
fn an_output_file_that_exists_is_kept_unless_forced() {
    let b = trained();
    b.good(&["encode", "-t", "tok", "good.txt", "-o", "ids", "--quiet"]);
    for args in [
        &["count", "good.txt", "-o", "old"][..],
        &["encode", "-t", "tok", "good.txt", "-o", "old"],
        &["decode", "-t", "tok", "ids", "-o", "old"],
        &["export", "tok", "--to", "tiktoken", "-o", "old"],
        &["export", "tok", "--to", "listing", "-o", "old"],
    ] {
        b.write("old", "mine");
        b.bad(2, &["old", "--force"], args);
        assert_eq!(b.read("old"), b"mine", "{args:?}");
        b.good(&[args, &["--force"]].concat());
        assert_ne!(b.read("old"), b"mine", "{args:?}");
    }
}

/// Giving the file its name would take the device's place.
#[cfg(unix)]
#[test]
fn a_device_is_not_replaced_by_force() {
    let b = with_text();
    std::os::unix::fs::symlink("/dev/null", b.path("null")).unwrap();
    for args in ["count good.txt -o null", "segment --train good.txt -o null", "segment --lang tr good.txt -o null"] {
        let args: Vec<&str> = args.split(' ').chain(["--force"]).collect();
        b.bad(2, &["`null`", "device"], &args);
        assert!(b.path("null").symlink_metadata().unwrap().is_symlink());
    }
}

#[test]
fn an_index_that_exists_is_kept_unless_forced() {
    let b = trained();
    b.write("o.bin.idx", "mine");
    let args = ["encode", "-t", "tok", "good.txt", "--format", "bin", "-o", "o.bin"];
    b.bad(2, &["o.bin.idx", "--force"], &args);
    b.good(&[&args[..], &["--force"]].concat());
    assert_ne!(b.read("o.bin.idx"), b"mine");
}

#[test]
fn a_folder_with_something_in_it_is_kept_unless_forced() {
    let b = trained();
    for args in [&["export", "tok", "--to", "hf", "-o", "old"][..], &["man", "old"]] {
        b.write("old/mine.txt", "mine");
        b.bad(2, &["old", "--force"], args);
        b.good(&[args, &["--force"]].concat());
        assert_eq!(b.read("old/mine.txt"), b"mine", "{args:?}");
        std::fs::remove_dir_all(b.path("old")).unwrap();
        std::fs::create_dir(b.path("old")).unwrap();
        b.good(args);
        std::fs::remove_dir_all(b.path("old")).unwrap();
    }
}

#[test]
fn a_place_below_a_file_cannot_be_written() {
    let b = trained();
    b.good(&["encode", "-t", "tok", "good.txt", "-o", "ids", "--quiet"]);
    for args in [
        &["count", "good.txt", "-o", "good.txt/x"][..],
        &["train", "good.txt", "-o", "good.txt/x"],
        &["encode", "-t", "tok", "good.txt", "-o", "good.txt/x"],
        &["decode", "-t", "tok", "ids", "-o", "good.txt/x"],
        &["export", "tok", "--to", "hf", "-o", "good.txt/x"],
        &["export", "tok", "--to", "listing", "-o", "good.txt/x"],
        &["man", "good.txt/x"],
    ] {
        b.bad(1, &["good.txt/x"], args);
    }
}

#[test]
fn hostile_results_of_merges_and_added_tokens() {
    let b = with_text();
    let added = |id: &str| {
        format!(
            r#"{{"added_tokens":[{{"id":{id},"content":"<x>","special":true}}],
            "model":{{"type":"BPE","vocab":{{"a":0}},"merges":[]}}}}"#
        )
    };
    let nested = format!("{{\"model\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000));
    for (name, json) in [
        ("added-huge.json", added("4294967295")),
        ("added-past.json", added("18446744073709551616")),
        ("added-negative.json", added("-1")),
        ("three.json", r#"{"model":{"type":"BPE","vocab":{"a":0},"merges":["a a a"]}}"#.to_owned()),
        ("numbers.json", r#"{"model":{"type":"BPE","vocab":{"a":0},"merges":[1,2]}}"#.to_owned()),
        ("no-vocab.json", r#"{"model":{"type":"BPE","merges":[]}}"#.to_owned()),
        ("no-merges.json", r#"{"model":{"type":"BPE","vocab":{"a":0}}}"#.to_owned()),
        ("kind.json", r#"{"model":{"type":"Nope","vocab":{"a":0},"merges":[]}}"#.to_owned()),
        ("nested.json", nested),
    ] {
        b.write(name, json);
        b.bad(1, &[name], &["encode", "-t", name, "good.txt"]);
        b.bad(1, &[name], &["train", "good.txt", "--from", name, "-o", "out"]);
    }
}

/// A real tokenizer.json, cut: refused at every length, whoever reads it.
#[test]
fn a_tokenizer_cut_anywhere_is_refused() {
    let b = trained();
    let whole = b.read("tok/tokenizer.json");
    for tenth in 0..10 {
        b.write("cut.json", &whole[..whole.len() * tenth / 10]);
        b.bad(1, &["cut.json"], &["encode", "-t", "cut.json", "good.txt"]);
    }
}

#[test]
fn a_folder_without_a_tokenizer() {
    let b = with_text();
    b.write("void/readme.md", "nothing here");
    b.bad(1, &["void", "tokenizer.json"], &["inspect", "void"]);
}

#[test]
fn a_token_or_a_text_that_is_not_there() {
    let b = trained();
    b.bad(1, &["zzzz"], &["inspect", "tok", "--token", "zzzz"]);
    b.bad(2, &["--token"], &["inspect", "tok", "--token", "1", "--text", "a"]);
}

#[test]
fn ranks_need_their_pattern() {
    let b = trained();
    b.good(&["export", "tok", "--to", "tiktoken", "-o", "t.tiktoken", "--quiet"]);
    let out = b.run(&["inspect", "t.tiktoken"]);
    assert!(!out.status.success() && stderr(&out).contains("--pattern"), "{}", stderr(&out));
}

/// A full disk, for one command at a time and at several sizes.
fn full_disk(args: &str, blocks: &[u32]) {
    let b = bench();
    b.write("good.txt", text(300));
    b.good(&["train", "good.txt", "-o", "tok", "--vocab-size", "2000", "--quiet"]);
    let before = b.listing();
    for limit in blocks {
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec {} {args}", binary().display());
        let out = Command::new("sh").args(["-c", &script]).current_dir(b.path("")).output().unwrap();
        let said = stderr(&out);
        assert_eq!(out.status.code(), Some(1), "{limit}: {said}");
        assert!(said.contains("error:") && said.contains("out") && !said.contains("panicked"), "{limit}: {said}");
        assert!(out.stdout.is_empty());
        assert_eq!(b.listing(), before, "{limit}");
    }
}

#[test]
fn a_full_disk_during_train() {
    full_disk("train good.txt -o out --vocab-size 2000", &[0, 8, 40]);
}

#[test]
fn a_full_disk_during_count() {
    full_disk("count good.txt -o out.parquet", &[0, 8]);
}

#[test]
fn a_full_disk_during_encode() {
    full_disk("encode -t tok good.txt -o out.ids", &[0, 8, 100]);
    full_disk("encode -t tok good.txt --format npy -o out.npy", &[0, 8]);
}

#[test]
fn a_full_disk_during_export() {
    full_disk("export tok --to hf -o out", &[0, 8]);
    full_disk("export tok --to listing -o out.tsv", &[0, 8]);
}
