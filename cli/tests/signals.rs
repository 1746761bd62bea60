//! Ctrl-C, a kill, and a reader that goes away.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use common::{bench, binary, stderr, text};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn signal(name: &str, pid: u32) {
    Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().unwrap();
}

#[test]
fn an_interrupted_training_leaves_everything_or_nothing() {
    let b = bench();
    b.write("good.txt", text(3000));
    let args = ["train", "good.txt", "-o", "out", "--vocab-size", "3000", "--quiet"];
    let start = Instant::now();
    b.good(&args);
    let whole = start.elapsed();
    std::fs::rename(b.path("out"), b.path("full")).unwrap();
    let expected = std::fs::read(b.path("full/tokenizer.json")).unwrap();
    let files = std::fs::read_dir(b.path("full")).unwrap().count();
    // Counting, learning, verifying and writing, as far as time can tell them apart.
    for (n, name) in ["INT", "KILL"].into_iter().cycle().take(12).enumerate() {
        let mut child = b.command(&args).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64((n + 1) as f64 / 12.0));
        signal(name, child.id());
        let status = child.wait().unwrap();
        if b.path("out").exists() {
            assert_eq!(std::fs::read(b.path("out/tokenizer.json")).unwrap(), expected);
            assert_eq!(std::fs::read_dir(b.path("out")).unwrap().count(), files);
            std::fs::remove_dir_all(b.path("out")).unwrap();
        } else if name == "INT" {
            assert_eq!(status.code(), Some(130), "at {n}");
        }
        for path in b.listing() {
            // Only a kill may leave its working folder; Ctrl-C cleans up.
            if path.file_name().unwrap().to_string_lossy().starts_with(".toktool-") {
                assert_eq!(name, "KILL", "{path:?}");
                if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
            }
        }
    }
}

#[test]
fn counting_encoding_and_segmenting_stop_at_once_and_leave_no_file() {
    let b = bench();
    b.write("good.txt", text(200));
    b.good(&["train", "good.txt", "-o", "tok", "--vocab-size", "400", "--quiet"]);
    let before = b.listing();
    for args in [
        &["count", "-", "-o", "c.parquet"][..],
        &["encode", "-t", "tok", "-", "--format", "bin", "-o", "o.bin"],
        &["segment", "--lang", "tr", "-", "-o", "o.txt"],
    ] {
        // Standard input stays open, so the work cannot end by itself.
        let mut child = b.command(args).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(400));
        signal("INT", child.id());
        let start = Instant::now();
        while child.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let status = child.try_wait().unwrap();
        if status.is_none() {
            child.kill().unwrap();
        }
        assert_eq!(status.and_then(|s| s.code()), Some(130), "{args:?}");
        assert_eq!(b.listing(), before, "{args:?}");
    }
}

#[test]
fn a_closed_pipe_is_success() {
    let b = bench();
    b.write("good.txt", text(800));
    b.good(&["train", "good.txt", "-o", "tok", "--vocab-size", "400", "--quiet"]);
    for args in ["encode -t tok good.txt", "encode -t tok good.txt --format jsonl", "inspect tok --text good"] {
        let script = format!("{} {args} | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}", binary().display());
        let out = Command::new("bash").args(["-c", &script]).current_dir(b.path("")).output().unwrap();
        assert_eq!((out.status.code(), stderr(&out).as_str()), (Some(0), ""), "{args}");
    }
}
