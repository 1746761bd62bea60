//! What the embedded artefacts were made of: only what their licences allow, and nothing that they are judged by.

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// Licences that data in the program may have.
const ALLOWED: [&str; 3] = ["Apache-2.0", "MIT", "CC0-1.0"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_input_of_an_embedded_artefact_is_listed_with_a_licence_that_allows_it() {
    let mut lists = 0;
    for language in fs::read_dir(root().join("data")).unwrap() {
        let list = language.unwrap().path().join("inputs.tsv");
        let Ok(text) = fs::read_to_string(&list) else { continue };
        lists += 1;
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
        assert!(!rows.is_empty());
        for row in rows {
            let [kind, name, sha256, licence, source] = row[..] else { panic!("{}: {row:?}", list.display()) };
            assert!(["dictionary", "text", "sample"].contains(&kind), "{name}");
            assert!(ALLOWED.contains(&licence), "{name}: {licence}");
            assert!(sha256.len() == 64 && !source.is_empty(), "{name}");
            let judged_by = ["morph", "gold", "segments", "ud-", "morphscore", "unimorph", "sigmorphon", "sample-eval"];
            assert!(!judged_by.iter().any(|word| name.contains(word)), "{name} is what segmenters are judged by");
        }
    }
    assert!(lists >= 1);
}

#[test]
fn the_readme_names_the_bytes_that_are_there() {
    let readme = fs::read_to_string(root().join("data/README.md")).unwrap();
    let hash = |path: &str| format!("{:x}", Sha256::digest(fs::read(root().join("data").join(path)).unwrap()));
    let mut named = 0;
    for line in readme.lines().filter(|line| line.starts_with("| `") || line.starts_with("`tr/lexicon.bin`")) {
        let path = line.split('`').nth(1).unwrap();
        assert!(line.contains(&hash(path)), "{path} is not what the README says");
        named += 1;
    }
    assert!(named >= 9, "{named}");
}

#[test]
fn gold_rows_join_to_their_words() {
    for language in ["tr", "hi", "mr"] {
        let path = root().join("data/gold").join(language).with_extension("tsv");
        let text = fs::read_to_string(&path).unwrap();
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
        assert!(rows.len() >= if language == "tr" { 300 } else { 200 });
        for row in &rows {
            assert_eq!(row.len(), 4, "{row:?}");
            assert_eq!(row[1].replace(' ', ""), row[0]);
            assert!(!row[2].is_empty() && !row[3].is_empty(), "{row:?}");
        }
    }
}
