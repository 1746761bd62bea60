//! More ways to be cut short: while waiting for input, and when the disk is full.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, binary, stderr, text};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

fn trained() -> Bench {
    let b = bench();
    b.good(&["train", "--lang", "tr", "-o", "tok", "--vocab-size", "600", "--quiet"]);
    b
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// Waits, but not for ever.
#[track_caller]
fn wait(child: &mut Child) -> ExitStatus {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if started.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("still running");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn ctrl_c_ends_every_command_that_waits_for_input() {
    let b = trained();
    let before = b.listing();
    for args in [
        &["train", "-", "-o", "out"][..],
        &["encode", "-t", "tok"],
        &["encode", "-t", "tok", "-o", "out.ids"],
        &["decode", "-t", "tok"],
        &["decode", "-t", "tok", "-o", "out.txt"],
        &["inspect", "tok", "--text", "-"],
    ] {
        let mut command = b.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // It stays open, so that nothing but the signal ends the run.
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"1 2 3\n").unwrap();
        std::thread::sleep(Duration::from_millis(300));
        interrupt(&child);
        let status = wait(&mut child);
        assert!(status.code() == Some(130) || status.signal() == Some(2), "{args:?}: {status:?}");
        assert_eq!(b.listing(), before, "{args:?}");
    }
}

#[test]
fn a_full_disk_in_other_places() {
    let b = trained();
    b.write("long.txt", text(400));
    let before = b.listing();
    for (args, word) in [
        ("train long.txt -o sizes --vocab-size 300,2k", "sizes"),
        ("train long.txt -o out --max-memory 64K", "temporary file"),
        ("encode -t tok long.txt --format npy -o out.npy", "out.npy"),
        ("encode -t tok long.txt -o out.ids", "out.ids"),
        ("man pages", "pages"),
    ] {
        let script = format!("trap '' XFSZ; ulimit -f 4; exec {} {args} --quiet", binary().display());
        let out = Command::new("sh").args(["-c", &script]).current_dir(b.path("")).output().unwrap();
        assert_eq!(out.status.code(), Some(1), "{args}: {}", stderr(&out));
        assert!(stderr(&out).contains(word) && stderr(&out).contains("hint: "), "{args}: {}", stderr(&out));
        assert_eq!(b.listing(), before, "{args}");
    }
}
