//! `train --constrain`: what it makes, and where it is refused.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, text};
use serde_json::Value;

/// Trains on the embedded Hindi sample.
fn hindi(b: &Bench, to: &str, extra: &[&str]) {
    b.good(&[&["train", "--lang", "hi", "-o", to, "--quiet"], extra].concat());
}

fn report(b: &Bench, folder: &str) -> Value {
    serde_json::from_slice(&b.read(&format!("{folder}/report.json"))).unwrap()
}

/// The tokens of `folder` as its listing spells them.
fn tokens(b: &Bench, folder: &str) -> Vec<String> {
    let listing = String::from_utf8(b.read(&format!("{folder}/vocabulary.tsv"))).unwrap();
    listing.lines().skip(1).map(|row| row.split('\t').nth(1).unwrap().to_owned()).collect()
}

fn is_sign(c: char) -> bool {
    toktool::unicode::cluster::is_sign(c)
}

#[test]
fn the_preset_makes_no_token_that_starts_with_a_sign() {
    let b = bench();
    hindi(&b, "plain", &[]);
    hindi(&b, "cbpe", &["--preset", "cbpe"]);
    let torn = |folder| tokens(&b, folder).iter().filter(|token| token.starts_with(is_sign)).count();
    assert!(torn("plain") > 100);
    assert_eq!(torn("cbpe"), 0);
    assert_eq!(report(&b, "plain")["constrained"], Value::Null);
    let said = &report(&b, "cbpe")["constrained"];
    assert_eq!((said["by"].as_str(), said["probe_violations"].as_u64()), (Some("mark"), Some(0)));
    assert!(said["attachment_merges"].as_u64().unwrap() > 200 && said["probe_tokens"].as_u64().unwrap() > 1000);
}

#[test]
fn every_constraint_goes_with_every_other_option() {
    let b = bench();
    for constraint in ["mark", "grapheme", "akshara", "utf8"] {
        let options: [&[&str]; 5] = [
            &["--byte-fallback", "--limit-alphabet", "70"],
            &["--min-frequency", "2"],
            &["--normalize", "nfd"],
            &["--morph", "train-only"],
            &["--morph", "hard"],
        ];
        for extra in options {
            hindi(&b, "t", &[&["--force", "--constrain", constraint], extra].concat());
            let said = report(&b, "t");
            assert_eq!(said["constrained"]["by"], constraint);
            if extra[0] != "--byte-fallback" {
                assert_eq!(said["constrained"]["probe_violations"], 0, "{constraint} {extra:?}");
            }
        }
    }
    hindi(&b, "long", &["--constrain", "mark", "--max-token-length", "20"]);
    assert!(tokens(&b, "long").iter().all(|token| token == "<|endoftext|>" || token.len() < 24));
}

#[test]
fn threads_sizes_and_a_recipe_change_nothing() {
    let b = bench();
    hindi(&b, "one", &["--preset", "cbpe", "--threads", "1", "--vocab-size", "2k,3k"]);
    hindi(&b, "two", &["--preset", "cbpe", "--threads", "2", "--vocab-size", "2k"]);
    b.good(&["train", "--recipe", "two/recipe.toml", "-o", "again", "--quiet"]);
    for name in ["tokenizer.json", "vocabulary.tsv", "report.json", "recipe.toml"] {
        assert_eq!(b.read(&format!("one/2000/{name}")), b.read(&format!("two/{name}")), "{name}");
        assert_eq!(b.read(&format!("again/{name}")), b.read(&format!("two/{name}")), "{name}");
    }
    assert!(String::from_utf8(b.read("two/recipe.toml")).unwrap().contains("constrain = \"mark\""));
}

#[test]
fn a_pattern_that_cuts_signs_off_is_refused() {
    let b = bench();
    b.write("good.txt", text(4));
    for pattern in ["gpt2", "cl100k", "llama3", "qwen2", r"\p{L}+|\P{L}+"] {
        let args = ["train", "good.txt", "-o", "t", "--constrain", "mark", "--pattern", pattern];
        b.bad(2, &["--constrain", "--pattern unicode"], &args);
    }
    b.good(&["count", "good.txt", "-o", "c.parquet", "--pattern", "gpt2", "--quiet"]);
    let args = ["train", "--counts", "c.parquet", "-o", "t", "--vocab-size", "300", "--constrain"];
    b.bad(2, &["--constrain", "--pattern unicode"], &[&args[..], &["akshara"]].concat());
    b.good(&[&args[..], &["utf8", "--quiet"]].concat());
}

#[test]
fn what_leaves_no_room_for_clusters_is_refused() {
    let b = bench();
    let args = ["train", "--lang", "hi", "-o", "t", "--constrain", "mark"];
    b.bad(2, &["--vocab-size", "clusters alone", "hint"], &[&args[..], &["--vocab-size", "400"]].concat());
    b.bad(2, &["--vocab-size", "more than 400"], &[&args[..], &["--vocab-size", "400,4k"]].concat());
    b.bad(2, &["--max-token-length", "allow"], &[&args[..], &["--max-token-length", "4"]].concat());
    b.bad(2, &["no constraint `marks`", "akshara"], &["train", "--lang", "hi", "-o", "t", "--constrain", "marks"]);
    let recipe = b.write("r.toml", "constrain = \"marks\"\n");
    b.bad(1, &["r.toml", "akshara"], &["train", "--lang", "hi", "-o", "t", "--recipe", recipe.to_str().unwrap()]);
}

#[test]
fn a_continued_tokenizer_keeps_its_own_constraint() {
    let b = bench();
    hindi(&b, "plain", &["--vocab-size", "1k"]);
    hindi(&b, "cbpe", &["--preset", "cbpe", "--vocab-size", "2k"]);
    let more = |from: &'static str, extra: &[&'static str]| {
        [&["train", "--lang", "mr", "-o", "t", "--vocab-size", "3k", "--from", from], extra].concat()
    };
    b.bad(2, &["not known to be made with `mark`", "hint"], &more("plain", &["--constrain", "mark"]));
    b.bad(2, &["made with `mark`, not with `akshara`"], &more("cbpe", &["--constrain", "akshara"]));
    b.bad(2, &["made with `mark`, not with `none`"], &more("cbpe", &["--constrain", "none"]));
    b.good(&[&more("cbpe", &[])[..], &["--quiet"]].concat());
    let said = report(&b, "t");
    assert_eq!((&said["constrained"]["by"], &said["constrained"]["probe_violations"]), (&"mark".into(), &0.into()));
    assert!(tokens(&b, "t").iter().all(|token| !token.starts_with(is_sign)));
}
