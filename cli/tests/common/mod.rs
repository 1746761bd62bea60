//! What the tests of the binary share: running it, and small inputs.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part")]

pub mod checkpoint;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder of its own for a test.
pub struct Bench {
    folder: TempDir,
}

pub fn bench() -> Bench {
    Bench { folder: tempfile::tempdir().unwrap() }
}

/// A folder with a text `good.txt` and a tokenizer `tok` made from it.
pub fn trained() -> Bench {
    let b = bench();
    b.write("good.txt", text(20));
    b.good(&["train", "good.txt", "-o", "tok", "--vocab-size", "400", "--quiet"]);
    b
}

impl Bench {
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Runs `toktool` in the folder.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Runs `toktool`, which must succeed.
    pub fn good(&self, args: &[&str]) -> Vec<u8> {
        let out = self.run(args);
        assert!(out.status.success(), "{args:?}: {}", stderr(&out));
        out.stdout
    }

    /// Runs `toktool`, which must fail with `code` and say `words`.
    pub fn bad(&self, code: i32, words: &[&str], args: &[&str]) {
        let before = self.listing();
        let out = self.run(args);
        let said = stderr(&out);
        assert_eq!(out.status.code(), Some(code), "{args:?}: {said}");
        for word in words {
            assert!(said.contains(word), "{args:?} does not say {word:?}: {said}");
        }
        assert!(said.starts_with("error: ") || said.contains("\nerror: "), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        assert!(out.stdout.is_empty(), "{args:?} printed a result");
        assert_eq!(self.listing(), before, "{args:?} left something behind");
    }

    /// The content of a file.
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// What `toktool`, which must succeed, prints.
    pub fn said(&self, args: &[&str]) -> String {
        String::from_utf8(self.good(args)).unwrap()
    }

    /// Runs `toktool` with `input` on standard input; it must succeed.
    pub fn fed(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child =
            self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feeder = std::thread::spawn(move || stdin.write_all(&input));
        let out = child.wait_with_output().unwrap();
        feeder.join().unwrap().unwrap();
        assert!(out.status.success(), "{args:?}: {}", stderr(&out));
        out.stdout
    }

    /// Everything in the folder.
    pub fn listing(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        walk(self.folder.path(), &mut found);
        found.sort();
        found
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        }
        found.push(path);
    }
}

pub fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_toktool"))
}

pub fn stderr(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

/// Turkish-looking text of about so many kilobytes, with many distinct words.
pub fn text(kilobytes: usize) -> String {
    let stems = ["ev", "göz", "kitap", "İstanbul", "yol", "deniz", "kar", "gül", "söz", "dağ"];
    let ends = ["ler", "de", "den", "imiz", "lik", "ci", "'da", "e", "i", "siz"];
    let mut out = String::new();
    let mut seed = 7u32;
    let mut next = |n: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) as usize % n
    };
    while out.len() < kilobytes * 1024 {
        for _ in 0..12 {
            out.push_str(stems[next(10)]);
            for _ in 0..next(4) {
                out.push_str(ends[next(10)]);
            }
            out.push_str(&next(2000).to_string());
            out.push(' ');
        }
        out.push('\n');
    }
    out
}
