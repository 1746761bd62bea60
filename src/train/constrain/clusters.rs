//! Which clusters get a token of their own.
//!
//! Those that the training words have, but the rarest, which together are [`TAIL`] of all; and those that text of another
//! kind will have. A cluster that training never saw falls apart, and there are more of these than one would think:
//! 0.3 % of the clusters of Hindi stories, 1.7 % of those of Marathi classics, after a training on newer prose. Most are
//! common signs on letters that the training text hardly has: loan letters with a nukta, letters of older words.
//!
//! They are predicted by *types*, as in the smoothing of Kneser and Ney: a letter that was seen with many signs will be
//! seen with others, and a sign on many letters with others. Of `T` clusters of a script, a letter being in `l` and a run
//! of signs in `s`, the two are expected together `l s / T` times. [`EXPECTED`] is enough, and no more than half as many
//! are made as were seen. Counts of occurrences predict far worse: a frequent letter has been seen with all that it ever
//! bears. `benches/clusters.py` measures what that is worth.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::tokenizer::Alphabet;
use crate::unicode::cluster;
use crate::words::WordCounts;

use super::Constraint;

/// The share of all clusters that the rarest ones make up which get no token: one in so many.
const TAIL: u64 = 50_000;

/// A cluster that was not seen must be expected so many thousandths of one time.
const EXPECTED: u64 = 120;

/// Characters of one script lie in one or two blocks of so many.
pub(super) const BLOCK: u32 = 128;

/// Clusters of several characters as words, with their counts, the most frequent first.
pub(in crate::train) fn clusters(constraint: Constraint, alphabet: Alphabet, words: &WordCounts) -> WordCounts {
    let mut seen = counted(constraint, words);
    let total: u128 = seen.iter().map(|&(_, n)| u128::from(n)).sum();
    // A character that is left out of a vocabulary of characters would be a sign on its own, not bytes.
    let mut spare = if alphabet == Alphabet::Chars { 0 } else { total / u128::from(TAIL) };
    while let Some(&(_, n)) = seen.last().filter(|&&(_, n)| u128::from(n) <= spare) {
        spare -= u128::from(n);
        seen.pop();
    }
    let mut table = WordCounts::default();
    seen.iter().for_each(|(cluster, n)| table.push(cluster.as_bytes(), *n));
    expected(&seen).iter().for_each(|cluster| table.push(cluster.as_bytes(), 1));
    table
}

/// Every cluster of several characters with its count, the most frequent first.
pub(super) fn counted(constraint: Constraint, words: &WordCounts) -> Vec<(&str, u64)> {
    let mut counts: FxHashMap<&str, u64> = FxHashMap::default();
    for (text, count) in texts(words) {
        for cluster in parts(constraint, text).filter(|part| part.chars().nth(1).is_some()) {
            let n = counts.entry(cluster).or_default();
            *n = n.saturating_add(count);
        }
    }
    let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|&(cluster, n)| (std::cmp::Reverse(n), cluster));
    counts
}

/// Clusters that are not among `seen` and should be, the likeliest first. There are at most 9 pairs of letter and run for
/// every cluster that was seen.
fn expected(seen: &[(&str, u64)]) -> Vec<String> {
    /// The letters and the runs of signs of one script, each with the number of clusters that it is in.
    #[derive(Default)]
    struct Script<'a> {
        clusters: u64,
        letters: FxHashMap<&'a str, u64>,
        runs: FxHashMap<&'a str, u64>,
    }
    let mut scripts: FxHashMap<u32, Script<'_>> = FxHashMap::default();
    for (letter, run) in seen.iter().filter_map(|(cluster, _)| split(cluster)) {
        let script = scripts.entry(block(run)).or_default();
        script.clusters += 1;
        *script.letters.entry(letter).or_default() += 1;
        *script.runs.entry(run).or_default() += 1;
    }
    let known: FxHashSet<&str> = seen.iter().map(|&(cluster, _)| cluster).collect();
    let mut expected: Vec<(u64, String)> = Vec::new();
    for script in scripts.values() {
        let mut runs: Vec<(&str, u64)> = script.runs.iter().map(|(&run, &s)| (run, s)).collect();
        runs.sort_unstable_by_key(|&(_, s)| std::cmp::Reverse(s));
        for (letter, l) in &script.letters {
            let together = runs.iter().map(|(run, s)| (l * s * 1000 / script.clusters, run));
            let likely = together.take_while(|&(thousandths, _)| thousandths >= EXPECTED);
            let clusters = likely.map(|(thousandths, run)| (thousandths, [*letter, run].concat()));
            expected.extend(clusters.filter(|(_, cluster)| !known.contains(&cluster[..])));
        }
    }
    expected.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    expected.truncate(seen.len() / 2);
    expected.into_iter().map(|(_, cluster)| cluster).collect()
}

/// A cluster as its letters with nuktas and the signs after them, where both are of one script.
fn split(cluster: &str) -> Option<(&str, &str)> {
    let is_run = |c: char| cluster::is_sign(c) && !is_nukta(c);
    let (letter, run) = cluster.split_at(cluster.trim_end_matches(is_run).len());
    (!letter.is_empty() && !run.is_empty() && block(letter) == block(run)).then_some((letter, run))
}

fn block(text: &str) -> u32 {
    text.chars().next().map_or(0, |c| c as u32 / BLOCK)
}

/// The dot that makes another letter of a letter; it has the same place in the block of every script that has one.
fn is_nukta(c: char) -> bool {
    ('\u{900}'..='\u{cff}').contains(&c) && c as u32 % BLOCK == 0x3c
}

/// The pieces that a constraint cuts a text into where it may.
fn parts(constraint: Constraint, text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    let ends = text.char_indices().skip(1).map(|(at, _)| at).filter(move |&at| !constraint.forbids(text, at));
    ends.chain([text.len()]).map(move |end| {
        let part = &text[start..end];
        start = end;
        part
    })
}

/// Words that are text and may have clusters, with their counts.
pub(super) fn texts(words: &WordCounts) -> impl Iterator<Item = (&str, u64)> {
    let may = |word: &[u8]| !word.is_ascii() || word.contains(&b'\r');
    let text = |(word, count)| std::str::from_utf8(word).ok().map(|text| (text, count));
    words.iter().filter(move |&(word, count)| count > 0 && may(word)).filter_map(text)
}
