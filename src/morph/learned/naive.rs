//! The definitions, written down once more from scratch: what the fast paths are compared with.

use std::collections::BTreeMap;

use super::grid::{CATEGORIES, END, MAY_FOLLOW};
use super::lexicon::Lexicon;
use super::symbols::{Alphabet, EDGE};

/// `ln C(n, k)`, summed factor by factor.
fn ln_choose(n: u64, k: u64) -> f64 {
    (0..k).map(|i| ((n - i) as f64 / (i + 1) as f64).ln()).sum()
}

/// The length in nats of the baseline's code for words written as `tokens`, morphs with repetitions.
pub(super) fn code_length(tokens: &[(&[u32], u64)], words: u64, weight: f64) -> f64 {
    let mut morphs: BTreeMap<&[u32], u64> = BTreeMap::new();
    for &(morph, count) in tokens {
        *morphs.entry(morph).or_default() += count;
    }
    let mut letters: BTreeMap<u32, u64> = BTreeMap::new();
    for letter in morphs.keys().copied().flatten() {
        *letters.entry(*letter).or_default() += 1;
    }
    // Each token costs its share; the counts cost the number of ways to have them.
    let part = |counts: &[u64], ends: u64| {
        let all: u64 = counts.iter().sum();
        let share = |n: u64| -(n as f64) * (n as f64 / (all + ends) as f64).ln();
        let tokens: f64 = counts.iter().map(|&n| share(n)).sum::<f64>() + share(ends);
        let ways = if counts.len() < 2 { 0.0 } else { ln_choose(all - 1, counts.len() as u64 - 1) };
        tokens + ways
    };
    let morph_counts: Vec<u64> = morphs.values().copied().collect();
    let letter_counts: Vec<u64> = letters.values().copied().collect();
    let types = morphs.len() as u64;
    let order: f64 = (1..=types).map(|n| (n as f64).ln()).sum();
    weight * part(&morph_counts, words) + part(&letter_counts, types) - order
}

/// The letter model: the chance of `morph` when `types` were learned, out of `size` symbols.
pub(super) fn spelling(types: &[Vec<u32>], size: usize, morph: &[u32]) -> f64 {
    let pairs_of = |morph: &[u32]| -> Vec<(u32, u32)> {
        let all: Vec<u32> = [&[EDGE], morph, &[EDGE]].concat();
        all.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let seen: Vec<(u32, u32)> = types.iter().flat_map(|morph| pairs_of(morph)).collect();
    let distinct = |symbols: Vec<u32>| symbols.into_iter().collect::<std::collections::BTreeSet<_>>().len() as f64;
    let mut chance = 1.0;
    for (first, second) in pairs_of(morph) {
        let all_distinct = distinct(seen.iter().map(|pair| pair.1).collect());
        let single = seen.iter().filter(|pair| pair.1 == second).count() as f64;
        let alone = (single + (all_distinct + 1.0) / size as f64) / (seen.len() as f64 + all_distinct + 1.0);
        let after: Vec<u32> = seen.iter().filter(|pair| pair.0 == first).map(|pair| pair.1).collect();
        let both = after.iter().filter(|&&symbol| symbol == second).count() as f64;
        let (total, after_distinct) = (after.len() as f64, distinct(after));
        chance *= (both + (after_distinct + 1.0) * alone) / (total + after_distinct + 1.0);
    }
    chance
}

/// The concentration for so many types and tokens: `types = a ln(1 + tokens / a)`, as far as 20 steps come.
pub(super) fn concentration(types: f64, tokens: f64) -> f64 {
    let mut a = if types > 0.0 { types } else { 1.0 };
    for _ in 0..if types > 0.0 { 20 } else { 0 } {
        a = types / (1.0 + tokens / a).ln();
    }
    a
}

/// All ways to cut `len` symbols at `allowed` places, each as ends of pieces.
pub(super) fn segmentations(len: usize, allowed: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for at in 1..len {
        if allowed(at) {
            all.extend(all.clone().into_iter().map(|mut ends: Vec<usize>| {
                ends.push(at);
                ends
            }));
        }
    }
    all.iter_mut().for_each(|ends| ends.push(len));
    all
}

/// All categories that `n` pieces may have.
pub(super) fn categories(n: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..n {
        let longer = |chain: &Vec<usize>| {
            let before = chain.last().copied().unwrap_or(END);
            let next = (0..CATEGORIES).filter(move |&after| MAY_FOLLOW[before][after]);
            let chain = chain.clone();
            next.map(move |after| [&chain[..], &[after]].concat()).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all.retain(|chain| MAY_FOLLOW[chain.last().copied().unwrap_or(END)][END]);
    all
}

/// The chance of a category after another.
fn transition(counts: &[[u64; CATEGORIES + 1]; CATEGORIES + 1], before: usize, after: usize) -> f64 {
    let may: Vec<usize> = (0..=END).filter(|&after| MAY_FOLLOW[before][after]).collect();
    let all: u64 = may.iter().map(|&after| counts[before][after] + 1).sum();
    (counts[before][after] + 1) as f64 / all as f64
}

/// The chance of a word's path under a lexicon: `word` in pieces with categories.
pub(super) fn chance(lexicon: &Lexicon, word: &str, ends: &[usize], chain: &[usize]) -> f64 {
    let alphabet = Alphabet::new(lexicon.morphs.iter().flat_map(|(morph, _)| morph.chars()));
    let symbols = |text: &str| -> Vec<u32> { text.chars().map(|c| alphabet.number(c)).collect() };
    let mut types = Vec::new();
    for (morph, counts) in &lexicon.morphs {
        types.extend(counts.iter().filter(|&&count| count > 0).map(|_| symbols(morph)));
    }
    let characters: Vec<char> = word.chars().map(|c| lexicon.reading.read(c)).collect();
    let (mut all, mut from, mut before) = (1.0, 0, END);
    for (&to, &category) in ends.iter().zip(chain) {
        let piece: String = characters[from..to].iter().collect();
        let of = |morph: &str| lexicon.morphs.iter().find(|row| row.0 == morph).map_or(0, |row| row.1[category]) as f64;
        let tokens: f64 = lexicon.morphs.iter().map(|row| row.1[category] as f64).sum();
        let kinds = lexicon.morphs.iter().filter(|row| row.1[category] > 0).count() as f64;
        let a = concentration(kinds, tokens);
        let spelled = spelling(&types, alphabet.len(), &symbols(&piece)).powf(1.0 / lexicon.corpus_weight);
        all *= transition(&lexicon.transitions, before, category) * (of(&piece) + a * spelled) / (tokens + a);
        (from, before) = (to, category);
    }
    all * transition(&lexicon.transitions, before, END)
}
