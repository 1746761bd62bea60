//! The counts against a recount, and the lattice against the sum over all paths.

use proptest::prelude::*;

use super::super::grid::{Span, heaviest};
use super::super::naive;
use super::super::symbols::Reading;
use super::*;

fn entries(words: &std::collections::BTreeMap<String, u64>) -> Vec<Entry> {
    words.iter().map(|(word, &weight)| Entry { word: word.clone(), weight, annotated: Vec::new() }).collect()
}

fn reading() -> Reading {
    Reading { fold_case: false, cut_after: vec!['-'] }
}

/// Everything that a word's pieces say, counted from the paths.
#[derive(Default)]
struct Recount {
    types: std::collections::BTreeMap<(Vec<u32>, usize), f64>,
    transitions: Transitions,
}

fn recount(sampler: &Sampler<'_>, without: Option<usize>) -> Recount {
    let mut recount = Recount::default();
    for (word, path) in sampler.paths.iter().enumerate().filter(|&(word, _)| Some(word) != without) {
        let range = sampler.text.word(word);
        let by = sampler.entries[word].weight as f64;
        let mut before = END;
        for Span { from, to, category } in path.pieces(range.len()) {
            let morph = sampler.text.symbols[range.start + from..range.start + to].to_vec();
            *recount.types.entry((morph, category)).or_default() += by;
            recount.transitions.0[before][category] += by;
            before = category;
        }
        recount.transitions.0[before][END] += by;
    }
    recount
}

/// The number of a morph.
fn number(text: &Substrings, words: usize, morph: &[u32]) -> Option<usize> {
    let mut places =
        (0..words).map(|word| text.word(word)).flat_map(|range| range.clone().map(move |at| at..range.end));
    let place = places.find(|rest| text.symbols[rest.clone()].starts_with(morph)).unwrap();
    text.find(place.start, morph.len())
}

/// What the grid should give to a path of a word that is out of the counts: the definition times the lift.
fn weight(sampler: &Sampler<'_>, truth: &Recount, word: usize, path: impl Iterator<Item = (usize, usize)>) -> f64 {
    let range = sampler.text.word(word);
    let transitions = truth.transitions.probabilities();
    let types: Vec<Vec<u32>> = truth.types.keys().map(|(morph, _)| morph.clone()).collect();
    let (mut weight, mut from, mut before) = (sampler.weights.lift(&sampler.text.symbols[range.clone()]), 0, END);
    for (to, category) in path {
        let morph = sampler.text.symbols[range.start + from..range.start + to].to_vec();
        let spelled = naive::spelling(&types, sampler.text.alphabet.len(), &morph).powf(sampler.weights.power);
        let count = truth.types.get(&(morph, category)).copied().unwrap_or(0.0);
        let a = sampler.weights.concentration[category];
        weight *= transitions[before][category] * (count + a * spelled) / (sampler.weights.tokens[category] + a);
        (from, before) = (to, category);
    }
    weight * transitions[before][END]
}

proptest! {
    #[test]
    fn sweeps_keep_the_counts_right(
        words in proptest::collection::btree_map("[abc]{1,7}(-[ab]{1,3})?", 1u64..4, 1..15),
        seed: u64,
        sharp: bool,
    ) {
        let entries = entries(&words);
        let text = Substrings::new(&entries, &reading());
        let mut sampler = Sampler::new(&text, &entries, &vec![0; entries.len()], 1.0);
        let mut random = Random::new(seed);
        for _ in 0..3 {
            sampler.sweep(sharp, &mut random, &()).unwrap();
        }
        let truth = recount(&sampler, None);
        prop_assert_eq!(sampler.transitions, truth.transitions);
        let mut letters = Letters::new(text.alphabet.len(), 0);
        let mut pairs = Pairs::default();
        for ((morph, category), count) in &truth.types {
            letters.learn(&mut pairs, morph);
            if let Some(number) = number(&text, entries.len(), morph) {
                prop_assert_eq!(sampler.counts[number][*category], *count);
            }
        }
        let listed = sampler.counts.iter().flatten().filter(|&&count| count > 0.0).count();
        let repeated = truth.types.keys().filter(|(morph, _)| number(&text, entries.len(), morph).is_some()).count();
        prop_assert_eq!(listed, repeated);
        for category in 0..CATEGORIES {
            let of = |key: &(Vec<u32>, usize)| key.1 == category;
            let tokens: f64 = truth.types.iter().filter(|(key, _)| of(key)).map(|(_, count)| count).sum();
            prop_assert_eq!(sampler.weights.tokens[category], tokens);
            prop_assert_eq!(sampler.weights.types[category], truth.types.keys().filter(|key| of(key)).count() as f64);
        }
        for first in 0..text.alphabet.len() as u32 {
            for second in 0..text.alphabet.len() as u32 {
                let ours = match (first, second) {
                    (EDGE, EDGE) => continue,
                    (EDGE, _) => sampler.weights.open[second as usize],
                    (_, EDGE) => sampler.weights.close[first as usize],
                    _ => match (1..text.symbols.len()).find(|&at| text.symbols[at - 1..=at] == [first, second]) {
                        Some(at) => sampler.weights.inner[at],
                        None => continue,
                    },
                };
                let theirs = letters.after(pairs.get(first, second), first, second);
                let ours = sampler.weights.letters.after(Some(ours), first, second);
                prop_assert!((ours - theirs).abs() < 1e-12, "{first} {second}: {ours} is {theirs}");
            }
        }
    }

    #[test]
    fn the_lattice_sums_all_paths_and_finds_the_heaviest(
        words in proptest::collection::btree_map("[ab]{1,5}(-[ab]{1,2})?", 1u64..4, 2..8),
        seed: u64,
        corpus_weight in prop_oneof![Just(1.0), 0.5f64..2.0],
    ) {
        let entries = entries(&words);
        let text = Substrings::new(&entries, &reading());
        let mut sampler = Sampler::new(&text, &entries, &vec![0; entries.len()], corpus_weight);
        sampler.sweep(false, &mut Random::new(seed), &()).unwrap();
        sampler.weights.refresh();
        for word in 0..entries.len() {
            let range = text.word(word);
            let borders = text.borders[range.clone()].to_vec();
            sampler.count(word, -1.0);
            let truth = recount(&sampler, Some(word));
            let transitions = truth.transitions.probabilities();
            let (mut sum, mut most) = (0.0, 0.0f64);
            for ends in naive::segmentations(range.len(), |_| true) {
                let forced = |at: &usize| borders[*at] == Border::Always;
                if !(1..range.len()).filter(forced).all(|at| ends.contains(&at)) {
                    continue;
                }
                for chain in naive::categories(ends.len()) {
                    let weight = weight(&sampler, &truth, word, ends.iter().copied().zip(chain));
                    sum += weight;
                    most = most.max(weight);
                }
            }
            let mut grid = Grid::new();
            grid.start(range.len());
            for from in 0..range.len() {
                sampler.weights.weigh(&text, range.start + from, &sampler.counts, grid.row(from));
            }
            let total = grid.forward(&borders, &transitions, false);
            prop_assert!((total / sum - 1.0).abs() < 1e-9, "{total} is {sum}");
            let best = grid.forward(&borders, &transitions, true);
            prop_assert!((best / most - 1.0).abs() < 1e-9, "{best} is {most}");
            let path = grid.path(&borders, &transitions, heaviest);
            let pieces = path.pieces(range.len()).map(|span| (span.to, span.category));
            prop_assert!((weight(&sampler, &truth, word, pieces) / most - 1.0).abs() < 1e-9);
            sampler.count(word, 1.0);
        }
    }

    #[test]
    fn pieces_come_back_as_they_were_put_in(pieces in proptest::collection::vec((1usize..9, 0usize..3), 1..7)) {
        let mut ends = Vec::new();
        for (len, category) in pieces {
            ends.push((ends.last().map_or(0, |&(to, _)| to) + len, category));
        }
        let len = ends[ends.len() - 1].0;
        let mut path = Path::default();
        for n in (0..ends.len()).rev() {
            path.prepend(if n == 0 { 0 } else { ends[n - 1].0 }, ends[n].1);
        }
        prop_assert_eq!(path.pieces(len).map(|span| (span.to, span.category)).collect::<Vec<_>>(), ends);
    }
}

#[test]
fn annotated_words_stay_as_annotated() {
    let words = ["evler", "evlerde", "kitaplar", "kitaplarda", "okullar", "okulda"];
    let mut entries: Vec<Entry> =
        words.iter().map(|w| Entry { word: w.to_string(), weight: 1, annotated: Vec::new() }).collect();
    entries[0].annotated = vec![1 << 3];
    entries[1].annotated = vec![1 << 1, 1 << 2 | 1 << 5];
    let text = Substrings::new(&entries, &reading());
    let mut sampler = Sampler::new(&text, &entries, &[0; 6], 1.0);
    let mut random = Random::new(3);
    for _ in 0..20 {
        sampler.sweep(false, &mut random, &()).unwrap();
        assert_eq!(sampler.paths[0].cuts, 1 << 3);
        assert!(entries[1].annotated.contains(&sampler.paths[1].cuts));
    }
}

#[test]
fn the_longest_piece_becomes_the_stem() {
    let pieces = |cuts: u64, len: usize| -> Vec<(usize, usize)> {
        Path::around_longest(cuts, len).pieces(len).map(|span| (span.to, span.category)).collect()
    };
    assert_eq!(pieces(1 << 2 | 1 << 5, 8), [(2, 0), (5, 1), (8, 2)]);
    assert_eq!(pieces(0, 64), [(64, 1)]);
    assert_eq!(pieces(1 << 63, 64), [(63, 1), (64, 2)]);
}
