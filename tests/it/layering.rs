//! Who imports whom: the line of ARCHITECTURE.md, held.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules from left to right; modules of one row do not import each other. Nothing imports what stands below it.
const LAYERS: [&[&str]; 16] = [
    &["error"],
    &["alphabet", "observe", "packed", "vocab", "words", "samples", "random"],
    &["stats"],
    &["unicode"],
    &["morph"],
    &["text", "corpus", "runs"],
    &["tokenizer"],
    &["encode"],
    &["formats"],
    &["inventory"],
    &["repair"],
    &["count"],
    &["train"],
    &["lm"],
    &["transplant"],
    &["lib"],
];

/// Files that may have `unsafe` code: none so far.
const UNSAFE_FILES: [&str; 0] = [];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn library() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut read: Vec<_> = files
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            let module = name.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
            (module, name, fs::read_to_string(path).unwrap())
        })
        .collect();
    read.sort();
    read
}

/// The top-level modules that a source text names as `crate::module` or inside `crate::{...}`.
fn imports(source: &str) -> Vec<String> {
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut names = Vec::new();
    for after in code.split("crate::").skip(1) {
        if let Some(group) = after.strip_prefix('{') {
            let mut depth = 1;
            let mut name = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 || (depth == 1 && c == ',') {
                    names.push(std::mem::take(&mut name));
                } else if depth == 1 {
                    name.push(c);
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            names.push(after.to_owned());
        }
    }
    let word = |name: String| name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    names.into_iter().map(word).filter(|name| name.starts_with(char::is_lowercase)).collect()
}

#[test]
fn no_module_imports_one_to_its_right() {
    let rank: BTreeMap<&str, usize> =
        LAYERS.iter().enumerate().flat_map(|(n, row)| row.iter().map(move |name| (*name, n))).collect();
    let mut wrong = Vec::new();
    for (module, file, source) in library() {
        let own =
            rank.get(module.as_str()).unwrap_or_else(|| panic!("`{file}`: no layer for `{module}`; name it in LAYERS"));
        // Tests may reach anywhere: they compare a module with its witnesses.
        let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        if file.ends_with("tests.rs") {
            continue;
        }
        for name in imports(code) {
            match rank.get(name.as_str()) {
                Some(other) if *other < *own || name == module => {}
                Some(_) => wrong.push(format!("{file} imports {name}")),
                None if name == "Error" || name == "Result" => {}
                None => wrong.push(format!("{file} imports unknown module {name}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn unsafe_code_stays_in_the_files_that_may_have_it() {
    for (_, file, source) in library() {
        let says = source.lines().any(|line| line.contains("unsafe {") || line.contains("allow(unsafe_code)"));
        assert!(!says || UNSAFE_FILES.contains(&file.as_str()), "`{file}` has unsafe code");
    }
}

#[test]
fn files_stay_short_enough_to_read() {
    for (_, file, source) in library() {
        let lines = source.lines().count();
        let generated = source.starts_with("//! Generated");
        assert!(generated || lines <= 400, "`{file}` has {lines} lines: split it");
    }
}

#[test]
fn the_parser_of_this_test_sees_groups_and_paths() {
    let source = "use crate::{text::{a, b}, vocab::Id};\nlet x = crate::words::WordCounts::new(); // crate::train";
    let found = imports(source);
    assert!(found.starts_with(&["text".into(), "vocab".into(), "words".into()]), "{found:?}");
}
