//! Ctrl-C and a kill, one command and one moment at a time: a result is whole or not there.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{Bench, bench, text};

fn signal(name: &str, child: &Child) {
    Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status().unwrap();
}

/// Waits, but not for ever. The code is what a shell says: 128 and the signal for a process that a signal ended, as Ctrl-C
/// ends one that has only begun.
fn end(child: &mut Child) -> Option<i32> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().or(status.signal().map(|signal| 128 + signal));
        }
        if start.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("it did not stop");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn leftovers(b: &Bench) -> Vec<PathBuf> {
    let left = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(".toktool-");
    b.listing().into_iter().filter(left).collect()
}

/// Sends the signal at moments spread over a run. What `output` holds then is what a whole run makes, or nothing.
fn at_every_moment(b: &Bench, name: &str, output: &str, args: &[&str]) {
    let start = Instant::now();
    b.good(args);
    let whole = start.elapsed();
    let expected = b.read(output);
    let target = b.path(output.split('/').next().unwrap());
    let clear = || if target.is_dir() { std::fs::remove_dir_all(&target) } else { std::fs::remove_file(&target) };
    clear().unwrap();
    for tenth in [1, 4, 7, 9] {
        let mut child = b.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * tenth / 10);
        signal(name, &child);
        let code = end(&mut child);
        if target.exists() {
            assert_eq!(b.read(output), expected, "{args:?} at {tenth}/10");
            clear().unwrap();
        } else {
            assert_eq!(code, Some(if name == "INT" { 130 } else { 137 }), "{args:?} at {tenth}/10");
        }
        let left = leftovers(b);
        assert!(name == "KILL" || left.is_empty(), "{args:?} at {tenth}/10: {left:?}");
        for path in left {
            if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
        }
    }
    // What a kill left behind is in nobody's way.
    b.good(args);
    assert_eq!(b.read(output), expected);
}

fn with_text(kilobytes: usize) -> Bench {
    let b = bench();
    b.write("good.txt", text(kilobytes));
    b
}

const TRAIN: [&str; 7] = ["train", "good.txt", "-o", "out", "--vocab-size", "2000", "--quiet"];

#[test]
fn ctrl_c_while_training() {
    at_every_moment(&with_text(1500), "INT", "out/tokenizer.json", &TRAIN);
}

#[test]
fn a_kill_while_training() {
    at_every_moment(&with_text(1500), "KILL", "out/tokenizer.json", &TRAIN);
}

#[test]
fn ctrl_c_while_counting() {
    let b = with_text(3000);
    at_every_moment(&b, "INT", "c.parquet", &["count", "good.txt", "-o", "c.parquet", "--quiet"]);
}

#[test]
fn ctrl_c_and_a_kill_while_learning_a_segmenter() {
    let b = with_text(50);
    for name in ["INT", "KILL"] {
        at_every_moment(&b, name, "m.seg", &["segment", "--train", "good.txt", "-o", "m.seg", "--quiet"]);
        std::fs::remove_file(b.path("m.seg")).unwrap();
    }
}

#[test]
fn a_kill_while_counting() {
    let b = with_text(3000);
    at_every_moment(&b, "KILL", "c.parquet", &["count", "good.txt", "-o", "c.parquet", "--quiet"]);
}

#[test]
fn ctrl_c_and_a_kill_while_encoding() {
    let b = with_text(100);
    b.good(&["train", "good.txt", "-o", "tok", "--vocab-size", "400", "--quiet"]);
    b.write("more.txt", text(8000));
    for name in ["INT", "KILL"] {
        at_every_moment(&b, name, "o.ids", &["encode", "-t", "tok", "more.txt", "-o", "o.ids", "--quiet"]);
        std::fs::remove_file(b.path("o.ids")).unwrap();
    }
}

/// Counting, learning, writing: work is left soon after Ctrl-C in each. What was done by then is whole.
#[test]
fn long_work_stops_soon() {
    let b = with_text(20_000);
    let args = ["train", "good.txt", "-o", "out", "--vocab-size", "30k", "--quiet"];
    let mut stopped = 0;
    for wait in [50, 200, 400, 800] {
        let mut child = b.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        signal("INT", &child);
        let start = Instant::now();
        match end(&mut child) {
            Some(0) => {
                assert!(b.path("out/tokenizer.json").exists(), "after {wait} ms");
                std::fs::remove_dir_all(b.path("out")).unwrap();
            }
            code => {
                assert_eq!(code, Some(130), "after {wait} ms");
                assert!(start.elapsed() < Duration::from_secs(5), "after {wait} ms: {:?}", start.elapsed());
                stopped += 1;
            }
        }
        assert!(!b.path("out").exists() && leftovers(&b).is_empty());
    }
    assert!(stopped > 0);
}

/// A target that was empty stays as it was, and one that is written over with `--force` keeps what it held.
#[test]
fn what_was_there_survives_ctrl_c() {
    let b = with_text(1500);
    b.write("out/mine.txt", "mine");
    let args = [&TRAIN[..], &["--force"]].concat();
    let mut child = b.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    signal("INT", &child);
    let ended = end(&mut child);
    assert_eq!(b.read("out/mine.txt"), b"mine");
    // A fast machine may have been done before the signal came.
    if ended != Some(0) {
        assert_eq!(ended, Some(130));
        assert_eq!(std::fs::read_dir(b.path("out")).unwrap().count(), 1);
    }
}
