//! `transplant` on files that are not what they should be, and cut short: a clear error, the source as it was, no half output.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::checkpoint::{big, contents, random, zeros};
use common::{Bench, binary, stderr};
use serde_json::{Value, json};

/// The rows of the model that most tests damage.
const ROWS: &str = "transformer.wte.weight";

const TO: [&str; 4] = ["--tokenizer", "t.json", "-o", "out"];

/// It is refused with these words, and every file is as it was.
fn refused(b: &Bench, words: &[&str], model: &str, more: &[&str]) {
    let before = contents(&b.path(model));
    b.bad(1, &[&["hint:"], words].concat(), &[&["transplant", model][..], &TO, more].concat());
    assert!(contents(&b.path(model)) == before, "{words:?} changed the source");
    assert!(!b.path("out").exists(), "{words:?}");
}

/// A safetensors file with another header.
fn with_header(file: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let (length, rest) = file.split_first_chunk::<8>().unwrap();
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut header: Value = serde_json::from_slice(header).unwrap();
    change(&mut header);
    let mut header = header.to_string();
    header.push_str(&" ".repeat(header.len().next_multiple_of(8) - header.len()));
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

#[test]
fn weights_in_pickles_are_refused_with_what_to_do() {
    let b = random();
    std::fs::rename(b.path("m/model.safetensors"), b.path("m/pytorch_model.bin")).unwrap();
    refused(&b, &["pytorch_model.bin", "save_pretrained"], "m", &[]);
    b.write("m/pytorch_model.bin.index.json", "{\"weight_map\": {}}");
    std::fs::rename(b.path("m/pytorch_model.bin"), b.path("m/pytorch_model-00001-of-00001.bin")).unwrap();
    refused(&b, &["pytorch_model", "save_pretrained"], "m", &[]);
}

#[test]
fn damaged_safetensors_name_file_and_tensor() {
    let b = random();
    let good = b.read("m/model.safetensors");
    let header = u64::from_le_bytes(*good.first_chunk().unwrap()) as usize;
    for cut in [0, 7, 8, header / 2, header + 8, good.len() / 2, good.len() - 1] {
        b.write("m/model.safetensors", &good[..cut]);
        refused(&b, &["model.safetensors"], "m", &[]);
    }
    // The first bytes of one tensor are those of another one, too.
    let moved = |header: &mut Value| header[ROWS]["data_offsets"] = json!([4, 4 + 40 * 32 * 2]);
    b.write("m/model.safetensors", with_header(&good, moved));
    b.bad(1, &["model.safetensors", "overlap"], &[&["transplant", "m"][..], &TO].concat());
    let shape = |header: &mut Value| header[ROWS]["shape"] = json!([41, 32]);
    b.write("m/model.safetensors", with_header(&good, shape));
    b.bad(1, &[ROWS, "bytes"], &[&["transplant", "m"][..], &TO].concat());
    b.write("m/model.safetensors", [&u64::MAX.to_le_bytes()[..], b"{}"].concat());
    refused(&b, &["model.safetensors", "header"], "m", &[]);
}

/// Shards that an index names and that are not there, or do not hold what it says.
#[test]
fn shards_have_to_be_there() {
    let b = random();
    big(&b, 1);
    let index = |map: Value| json!({"metadata": {"total_size": 0}, "weight_map": map}).to_string();
    std::fs::remove_file(b.path("big/model.safetensors")).unwrap();
    zeros(&b.path("big/model-00001-of-00002.safetensors"), &[("model.embed_tokens.weight", &[40, 8])]);
    let map = json!({"model.embed_tokens.weight": "model-00001-of-00002.safetensors",
        "model.norm.weight": "model-00002-of-00002.safetensors"});
    b.write("big/model.safetensors.index.json", index(map));
    b.bad(1, &["model-00002-of-00002.safetensors"], &[&["transplant", "big"][..], &TO].concat());
    zeros(&b.path("big/model-00002-of-00002.safetensors"), &[("model.other.weight", &[8])]);
    b.bad(1, &["model-00002-of-00002.safetensors", "`model.norm.weight`"], &[&["transplant", "big"][..], &TO].concat());
    zeros(&b.path("big/model-00002-of-00002.safetensors"), &[("model.norm.weight", &[8])]);
    b.good(&[&["transplant", "big"][..], &TO].concat());
}

#[test]
fn tensors_of_the_vocabulary_that_nobody_claims_are_named() {
    let b = random();
    big(&b, 1);
    let tensors: [(&str, &[usize]); 3] = [
        ("model.embed_tokens.weight", &[40, 8]),
        ("model.norm.weight", &[8]),
        ("model.extra_embeddings.weight", &[40, 3]),
    ];
    zeros(&b.path("big/model.safetensors"), &tensors);
    refused(&b, &["`model.extra_embeddings.weight`", "size of the vocabulary"], "big", &[]);
}

#[test]
fn a_tokenizer_that_is_not_the_models_is_refused() {
    let b = random();
    let own = String::from_utf8(b.read("m/tokenizer.json")).unwrap();
    b.write("m/tokenizer.json", own.replace("\"x\":23", "\"x\":77"));
    refused(&b, &["`x`", "id 77", "40 rows", "--old-tokenizer"], "m", &[]);
    b.write("m/tokenizer.json", "{");
    b.bad(1, &["tokenizer.json"], &[&["transplant", "m"][..], &TO].concat());
    std::fs::remove_file(b.path("m/tokenizer.json")).unwrap();
    refused(&b, &["`m`", "tokenizer.json"], "m", &[]);
}

#[test]
fn rows_that_are_no_numbers_are_named() {
    let b = random();
    let good = b.read("m/model.safetensors");
    let (length, rest) = good.split_first_chunk::<8>().unwrap();
    let length = u64::from_le_bytes(*length) as usize;
    let header: Value = serde_json::from_slice(&rest[..length]).unwrap();
    // Numbers are of half precision, 32 in a row.
    let start = 8 + length + header[ROWS]["data_offsets"][0].as_u64().unwrap() as usize;
    for bad in [0x7e00_u16, 0x7c00] {
        let mut file = good.clone();
        file[start + 5 * 32 * 2..][..2].copy_from_slice(&bad.to_le_bytes());
        b.write("m/model.safetensors", file);
        for init in ["retok", "mean", "random", "best"] {
            refused(&b, &[ROWS, "row 5", "not finite"], "m", &["--init", init]);
        }
    }
}

/// Vectors of tokens have one width: lines of a text, a matrix in NumPy's format.
#[test]
fn vectors_of_another_width_are_refused() {
    let b = random();
    let to = ["--init", "focus", "--aux"];
    b.write("v.vec", "t 1 0\nh 1 0 0\n");
    b.bad(1, &["v.vec", "line 2", "3 numbers"], &[&["transplant", "m"][..], &TO, &to, &["v.vec"]].concat());
    b.write("v.tokens", "t\nh\n");
    let npy = |shape: &str| {
        let text = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
        let text = format!("{text:<117}\n");
        [&b"\x93NUMPY\x01\x00"[..], &(text.len() as u16).to_le_bytes(), text.as_bytes(), &[0; 24]].concat()
    };
    for shape in ["(6,)", "(2, 3, 1)", "(7, 3)"] {
        b.write("v.npy", npy(shape));
        b.bad(1, &["v.npy"], &[&["transplant", "m"][..], &TO, &to, &["v.npy"]].concat());
    }
}

/// The message names the folder that was asked for, wherever it was written meanwhile.
#[test]
fn a_full_disk_names_the_target() {
    let b = random();
    big(&b, 4);
    let before = b.listing();
    let source = contents(&b.path("big"));
    for (limit, more) in [(0, ""), (1, ""), (2000, ""), (0, "--copy"), (2000, "--copy")] {
        let run = format!("transplant big --tokenizer t.json -o deep/out {more}");
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec {} {run}", binary().display());
        let out = Command::new("sh").args(["-c", &script]).current_dir(b.path("")).output().unwrap();
        let said = stderr(&out);
        assert_eq!(out.status.code(), Some(1), "{limit} {more}: {said}");
        assert!(said.contains("cannot write `deep/out/") && said.contains("hint: free some space"), "{limit}: {said}");
        assert!(!said.contains(".toktool-") && !said.contains("panicked"), "{limit}: {said}");
        std::fs::remove_dir(b.path("deep")).unwrap();
        assert_eq!(b.listing(), before, "{limit}");
    }
    assert!(source == contents(&b.path("big")));
}

/// A disk that is really full, where a small one can be mounted.
#[test]
fn a_disk_without_space_is_left_empty() {
    let b = random();
    big(&b, 4);
    std::fs::create_dir(b.path("disk")).unwrap();
    let inner = format!(
        "mount -t tmpfs -o size=2m none disk || exit 77; {} transplant big --tokenizer t.json -o disk/out; code=$?; ls -A disk; exit $code",
        binary().display()
    );
    let run = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", &inner])
        .current_dir(b.path(""))
        .output();
    let out = match run {
        Ok(out) if out.status.code() != Some(77) && !stderr(&out).contains("unshare") => out,
        _ => return eprintln!("skipped: no disk can be mounted here"),
    };
    let said = stderr(&out);
    assert_eq!(out.status.code(), Some(1), "{said}");
    assert!(said.contains("`disk/out/model.safetensors`") && said.contains("hint: free some space"), "{said}");
    assert!(out.stdout.is_empty(), "it left {}", String::from_utf8_lossy(&out.stdout));
}

/// Killed at any moment: the target is whole or not there, the source is what it was, and the next run is not in the way.
#[test]
fn a_kill_leaves_no_half_checkpoint() {
    let b = random();
    big(&b, 64);
    let args = [&["transplant", "big"][..], &TO, &["--quiet"]].concat();
    let start = Instant::now();
    b.good(&args);
    let whole = start.elapsed();
    let expected = contents(&b.path("out"));
    let source = contents(&b.path("big"));
    let names = |all: &[(std::path::PathBuf, Vec<u8>)]| all.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    std::fs::remove_dir_all(b.path("out")).unwrap();
    let mut killed = 0;
    for tenth in [1, 3, 5, 7, 9] {
        let mut child = b.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * tenth / 10);
        let _ = child.kill();
        let status = child.wait().unwrap();
        killed += u32::from(status.signal() == Some(9));
        if b.path("out").exists() {
            assert_eq!(names(&contents(&b.path("out"))), names(&expected), "at {tenth}/10");
            assert!(contents(&b.path("out")) == expected, "at {tenth}/10");
            std::fs::remove_dir_all(b.path("out")).unwrap();
        } else {
            assert!(status.code() != Some(0), "at {tenth}/10: done, and nothing there");
        }
    }
    assert!(killed > 0 || whole < Duration::from_millis(20));
    assert!(contents(&b.path("big")) == source);
    b.good(&args);
    assert!(contents(&b.path("out")) == expected);
}
