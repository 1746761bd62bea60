//! The incremental code length against the definition, and what a search must keep.

use proptest::prelude::*;

use super::super::naive;
use super::super::symbols::Reading;
use super::*;

fn entries(words: &[(String, u64)]) -> Vec<Entry> {
    let mut words = words.to_vec();
    words.sort();
    words.dedup_by(|a, b| a.0 == b.0);
    words.into_iter().map(|(word, weight)| Entry { word, weight, annotated: Vec::new() }).collect()
}

fn reading() -> Reading {
    Reading { fold_case: false, cut_after: vec!['-'] }
}

/// The length of the code from the cuts alone.
fn from_scratch(baseline: &mut Baseline<'_>, entries: &[Entry]) -> f64 {
    let text = baseline.text;
    let mut tokens = Vec::new();
    for (word, cuts) in baseline.cuts(entries).into_iter().enumerate() {
        let range = text.word(word);
        let mut from = range.start;
        for at in range.start + 1..=range.end {
            if at == range.end || cuts >> (at - range.start) & 1 == 1 {
                tokens.push((&text.symbols[from..at], entries[word].weight));
                from = at;
            }
        }
    }
    naive::code_length(&tokens, baseline.code.words, baseline.code.weight)
}

fn close(a: f64, b: f64) -> bool {
    // Stirling's series is within 1e-4 of a factorial of 2; a dozen of them are summed.
    (a - b).abs() < 2e-3 + 1e-9 * b.abs()
}

proptest! {
    #[test]
    fn the_incremental_length_is_the_defined_one(
        words in proptest::collection::vec(("[abcd]{1,8}(-[ab]{1,3})?", 1u64..5), 1..20),
        visits in proptest::collection::vec(0usize..1000, 0..40),
        weight in prop_oneof![Just(1.0), 0.3f64..3.0],
    ) {
        let entries = entries(&words);
        let text = Substrings::new(&entries, &reading());
        let mut baseline = Baseline::new(&text, &entries, weight);
        let length = from_scratch(&mut baseline, &entries);
        prop_assert!(close(baseline.code.length(), length), "at first {} is {length}", baseline.code.length());
        for visit in visits {
            let units = baseline.units.len();
            baseline.analyse(visit % units);
            let length = from_scratch(&mut baseline, &entries);
            prop_assert!(close(baseline.code.length(), length), "{} is {length}", baseline.code.length());
        }
    }

    #[test]
    fn what_is_taken_out_and_put_back_changes_nothing(
        words in proptest::collection::vec(("[abc]{2,6}", 1u64..4), 2..12),
        places in proptest::collection::vec((0usize..100, 1usize..6, 1u64..5), 1..20),
    ) {
        let entries = entries(&words);
        let text = Substrings::new(&entries, &reading());
        let mut baseline = Baseline::new(&text, &entries, 1.0);
        for unit in 0..baseline.units.len() {
            baseline.analyse(unit);
        }
        let before = (baseline.code.length(), baseline.cuts(&entries));
        for &(word, len, by) in &places {
            let range = text.word(word % entries.len());
            let len = len.min(range.len());
            // A string that occurs once is in the counts or not; adding it on top has no meaning.
            if text.find(range.start, len).is_some() {
                baseline.add(range.start, len, by);
                baseline.remove(range.start, len, by);
            }
        }
        prop_assert!((baseline.code.length() - before.0).abs() < 1e-8 * before.0.abs());
        prop_assert_eq!(baseline.cuts(&entries), before.1);
    }
}

#[test]
fn a_search_finds_planted_parts_and_obeys_borders() {
    let stems = ["walk", "talk", "jump", "look", "open", "kick", "play", "turn"];
    let mut words = Vec::new();
    for stem in stems {
        words.extend(["", "ed", "ing", "s"].map(|suffix| (format!("{stem}{suffix}"), 1)));
    }
    words.push(("well-known".into(), 1));
    let entries = entries(&words);
    let text = Substrings::new(&entries, &reading());
    let mut baseline = Baseline::new(&text, &entries, 1.0);
    let mut passes = 0;
    baseline.search(0.005, 10, &mut Random::new(1), &(), || passes += 1).unwrap();
    assert!((1..=10).contains(&passes));
    for (entry, cuts) in entries.iter().zip(baseline.cuts(&entries)) {
        match entry.word.as_str() {
            "walking" | "talking" | "jumping" => assert_eq!(cuts, 1 << 4, "{}", entry.word),
            "walk" => assert_eq!(cuts, 0),
            "well-known" => assert_eq!(cuts >> 5 & 1, 1, "behind the hyphen"),
            _ => {}
        }
    }
}

#[test]
fn a_cluster_is_never_cut() {
    let words: Vec<(String, u64)> = ["कि", "किक", "कीक", "मिक", "मि"].iter().map(|w| (w.to_string(), 9)).collect();
    let entries = entries(&words);
    let text = Substrings::new(&entries, &reading());
    let mut baseline = Baseline::new(&text, &entries, 0.1);
    baseline.search(0.0, 5, &mut Random::new(1), &(), || {}).unwrap();
    for (word, cuts) in baseline.cuts(&entries).into_iter().enumerate() {
        for (at, border) in text.borders[text.word(word)].iter().enumerate() {
            assert!(*border != Border::Never || cuts >> at & 1 == 0);
        }
    }
}
