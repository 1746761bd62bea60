//! The attachment merges of a byte-level vocabulary: what must come before everything that is learned.
//!
//! Every character of a word becomes a *unit*: its bytes, without the lead byte where the character before took it, and
//! with the lead byte of the next one where that is tied to it. The merges make units, in an order in which none gets in
//! the way of another:
//! 1. tails of signs and of openers (a virama, U+200D): only bytes inside a character join;
//! 2. an opener's tail takes the lead byte of what comes, whatever it is;
//! 3. of all other characters that stand where a sign might, the first two bytes join;
//! 4. letters that bear signs, and tails of letters that follow openers;
//! 5. a letter or tail takes the lead byte of a sign: by 3 and 4 no other is free.
//!
//! Signs and letters that are in no cluster of the vocabulary are left in parts, which is byte fallback. Openers are made
//! for every script that the words have a letter of: what one joins would otherwise be a token of its own.
//!
//! Complexity: two passes over the words find the units, of which the merges are a few hundred; a third encodes the words and
//! counts, since a merge that was made for one unit can also occur at the border of two others.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::error::Result;
use crate::train::Symbols;
use crate::unicode::cluster::{self, PICTOGRAPH, SIGN, ZWJ};
use crate::vocab::{Id, Merge, Vocab};
use crate::words::WordCounts;

use super::Constraint;
use super::clusters::{BLOCK, texts};

/// Conjuncts of Tamil: what stands before the pulli, and what after it. All else that a pulli follows ends there, so
/// this is a merge of complete parts, and the only one.
const TAMIL: [(&str, &str); 3] = [("க்", "ஷ"), ("ஸ்", "ரீ"), ("ஶ்", "ரீ")];

/// The only grapheme of ASCII.
const LINE_BREAK: &[u8] = b"\r\n";

/// Appends the merges that make the units of `clusters` to a vocabulary whose bytes have the ids `bytes`.
pub(in crate::train) fn attach(
    constraint: Constraint,
    clusters: &WordCounts,
    words: &WordCounts,
    vocab: &mut Vocab,
    bytes: &[Id; 256],
) {
    let seen = characters(words);
    let tamil: Vec<_> = if constraint == Constraint::Akshara { tamil(&seen) } else { Vec::new() };
    let mut clusters = clusters.clone();
    tamil.iter().for_each(|(before, after)| clusters.push([*before, *after].concat().as_bytes(), 1));
    let ties = Ties::new(constraint, &clusters, words, &seen);
    let makes = |unit: &Unit| unit.is_tied() && (unit.starts_inside() || !constraint.is_never_whole(unit.c));
    let tied: Vec<Unit> = ties.units(&clusters).into_iter().map(|(unit, _)| unit).filter(makes).collect();

    let mut builder = Builder::new(vocab, bytes);
    if constraint.opens() != 0 {
        builder.build(LINE_BREAK);
    }
    for &c in &ties.tailed {
        builder.build(Unit::new(c, true, None).bytes());
    }
    for &(opener, lead) in &ties.taken {
        builder.build(Unit::new(opener, true, Some(lead)).bytes());
    }
    for prefix in ties.prefixes(&tied, words, &builder) {
        builder.build(&prefix);
    }
    for unit in &tied {
        builder.build(unit.character());
    }
    for unit in &tied {
        builder.build(unit.bytes());
    }
    for (before, after) in &tamil {
        // Where a sign follows, the letter after the pulli is a head.
        let heads = tied.iter().filter(|unit| after.chars().eq([unit.c]) && !unit.starts_inside());
        for after in std::iter::once(after.as_bytes()).chain(heads.map(Unit::bytes)) {
            builder.build(before.as_bytes());
            builder.build(after);
            builder.build(&[before.as_bytes(), after].concat());
        }
    }
}

/// How often each merge of `symbols` occurs in `words`.
///
/// How a token comes about does not depend on what is around it: a merge across its border would be part of a token that
/// lies across it. So the words are encoded, and merges are followed in each of the few distinct tokens, once.
///
/// # Errors
/// What building an encoder reports.
pub(in crate::train) fn occurrences(symbols: &Symbols, words: &WordCounts) -> Result<Vec<u64>> {
    let encoder = symbols.encoder()?;
    let vocab = &symbols.vocab;
    let add = |mut tally: Vec<u64>, row: usize| {
        let mut ids = Vec::new();
        symbols.spell(words.word(row), &mut ids);
        encoder.merge_symbols(&mut ids);
        ids.iter().for_each(|&id| tally[id as usize] = tally[id as usize].saturating_add(words.count(row)));
        tally
    };
    let sum = |mut a: Vec<u64>, b: Vec<u64>| {
        a.iter_mut().zip(b).for_each(|(a, b)| *a = a.saturating_add(b));
        a
    };
    let none = || vec![0u64; vocab.len()];
    let tally = (0..words.len()).into_par_iter().with_min_len(1 << 12).fold(none, add).reduce(none, sum);
    let merges = vocab.merges.iter().enumerate();
    let ranks = Ranks(merges.map(|(rank, merge)| ((merge.left, merge.right), rank)).collect());
    let mut counts = vec![0u64; vocab.merges.len()];
    for (id, &n) in tally.iter().enumerate().filter(|(_, n)| **n > 0) {
        let mut parts = Vec::new();
        symbols.spell(vocab.token(id as Id).unwrap_or_default(), &mut parts);
        ranks.apply(&vocab.merges, &mut parts, |rank| counts[rank] = counts[rank].saturating_add(n));
    }
    Ok(counts)
}

/// The characters of the words that are not ASCII, with their counts.
fn characters(words: &WordCounts) -> FxHashMap<char, u64> {
    let mut seen: FxHashMap<char, u64> = FxHashMap::default();
    for (text, count) in texts(words) {
        for c in text.chars().filter(|c| !c.is_ascii()) {
            let n = seen.entry(c).or_default();
            *n = n.saturating_add(count);
        }
    }
    seen
}

/// The conjuncts of Tamil that the words have all letters of.
fn tamil(seen: &FxHashMap<char, u64>) -> Vec<(&'static str, &'static str)> {
    let has = |text: &str| text.chars().all(|c| seen.contains_key(&c));
    TAMIL.into_iter().filter(|(before, after)| has(before) && has(after)).collect()
}

/// Which characters are tied to their neighbours, found in the words.
struct Ties {
    /// Followers and openers whose tails are made, the most frequent first.
    tailed: Vec<char>,
    /// The same as a set.
    is_tailed: FxHashSet<char>,
    /// (opener, lead byte that it takes), sorted.
    taken: Vec<(char, u8)>,
    constraint: Constraint,
}

impl Ties {
    fn new(constraint: Constraint, clusters: &WordCounts, words: &WordCounts, seen: &FxHashMap<char, u64>) -> Ties {
        let mut taken: FxHashSet<(char, u8)> = FxHashSet::default();
        for (text, _) in texts(words) {
            for (at, c) in text.char_indices().filter(|(_, c)| !c.is_ascii()) {
                let before = text[..at].chars().next_back();
                if let Some(opener) = before.filter(|&b| constraint.is_opener(b) && constraint.forbids(text, at)) {
                    taken.insert((opener, lead(c)));
                }
            }
        }
        let mut tailed: FxHashMap<char, u64> = FxHashMap::default();
        for c in texts(clusters).flat_map(|(cluster, _)| cluster.chars()).filter(|&c| constraint.is_follower(c)) {
            tailed.insert(c, seen.get(&c).copied().unwrap_or(0));
        }
        for opener in openers(constraint, seen) {
            taken.insert((opener, lead(opener)));
        }
        if constraint.is_opener(ZWJ) {
            let pictographs = seen.keys().filter(|&&c| cluster::of(c) & PICTOGRAPH != 0).map(|&c| lead(c));
            let joined: Vec<u8> = taken.iter().filter(|(c, _)| cluster::of(*c) & SIGN != 0).map(|t| t.1).collect();
            taken.extend(pictographs.chain(joined).map(|lead| (ZWJ, lead)));
        }
        for (opener, _) in &taken {
            tailed.insert(*opener, seen.get(opener).copied().unwrap_or(0));
        }
        let mut taken: Vec<_> = taken.into_iter().collect();
        taken.sort_unstable();
        let mut order: Vec<(char, u64)> = tailed.into_iter().collect();
        order.sort_unstable_by_key(|&(c, n)| (std::cmp::Reverse(n), c));
        let tailed: Vec<char> = order.into_iter().map(|(c, _)| c).collect();
        let is_tailed = tailed.iter().copied().collect();
        Ties { tailed, is_tailed, taken, constraint }
    }

    /// Whether the merges tie `c` to the character `before`.
    fn tie(&self, before: char, c: char) -> bool {
        let follows = self.constraint.is_follower(c) && self.is_tailed.contains(&c);
        follows || self.taken.binary_search(&(before, lead(c))).is_ok()
    }

    /// Calls `f(unit, the character before, count)` for every character of the words.
    fn for_each_unit(&self, words: &WordCounts, mut f: impl FnMut(Unit, Option<char>, u64)) {
        for (text, count) in texts(words) {
            let (mut before, mut tied) = (None, false);
            let mut chars = text.chars().peekable();
            while let Some(c) = chars.next() {
                let next = chars.peek().filter(|&&next| self.tie(c, next));
                f(Unit::new(c, tied, next.map(|&next| lead(next))), before, count);
                (before, tied) = (Some(c), next.is_some());
            }
        }
    }

    /// Every unit of the words with its count, but ASCII characters without ties; the most frequent first.
    fn units(&self, words: &WordCounts) -> Vec<(Unit, u64)> {
        let mut counts: FxHashMap<Unit, u64> = FxHashMap::default();
        self.for_each_unit(words, |unit, _, count| {
            if !unit.c.is_ascii() || unit.is_tied() {
                let n = counts.entry(unit).or_default();
                *n = n.saturating_add(count);
            }
        });
        let mut units: Vec<(Unit, u64)> = counts.into_iter().collect();
        units.sort_unstable_by_key(|&(unit, n)| (std::cmp::Reverse(n), unit));
        units
    }

    /// The first two symbols of characters whose lead byte a unit before them would take for that of a sign.
    fn prefixes(&self, tied: &[Unit], words: &WordCounts, builder: &Builder<'_>) -> Vec<Vec<u8>> {
        let takers: FxHashSet<(char, u8)> = tied.iter().filter_map(|unit| Some((unit.c, unit.takes()?))).collect();
        let mut exposed: FxHashMap<Unit, u64> = FxHashMap::default();
        self.for_each_unit(words, |unit, before, count| {
            let is_exposed = before.is_some_and(|before| takers.contains(&(before, lead(unit.c))));
            if is_exposed && !unit.starts_inside() {
                let n = exposed.entry(unit).or_default();
                *n = n.saturating_add(count);
            }
        });
        let mut counts: FxHashMap<Vec<u8>, u64> = FxHashMap::default();
        for (unit, n) in exposed {
            let symbols = builder.symbols(unit.bytes());
            let first = |n: usize| builder.vocab.token(symbols[n]).unwrap_or_default();
            if symbols.len() > 1 && first(0).len() == 1 {
                let count = counts.entry([first(0), first(1)].concat()).or_default();
                *count = count.saturating_add(n);
            }
        }
        let mut order: Vec<(Vec<u8>, u64)> = counts.into_iter().collect();
        order.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        order.into_iter().map(|(prefix, _)| prefix).collect()
    }
}

/// The signs that open in every block that the words have a letter of a Brahmic script in, seen or not.
fn openers(constraint: Constraint, seen: &FxHashMap<char, u64>) -> Vec<char> {
    let blocks: FxHashSet<u32> =
        seen.keys().filter(|&&c| cluster::of(c) & cluster::JOINS != 0).map(|&c| c as u32 / BLOCK).collect();
    let of_block = |block: u32| (block * BLOCK..(block + 1) * BLOCK).filter_map(char::from_u32);
    let opens = |c: &char| cluster::of(*c) & SIGN != 0 && constraint.is_opener(*c);
    blocks.into_iter().flat_map(of_block).filter(opens).collect()
}

/// The first byte of a character's UTF-8.
fn lead(c: char) -> u8 {
    c.encode_utf8(&mut [0; 4]).as_bytes()[0]
}

/// A character as the merges make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Unit {
    c: char,
    /// Its bytes, a lead byte after them, zeros.
    bytes: [u8; 6],
    start: u8,
    /// Where the character ends, and where the unit does.
    character_end: u8,
    end: u8,
}

impl Unit {
    fn new(c: char, starts_inside: bool, takes: Option<u8>) -> Unit {
        let mut bytes = [0; 6];
        let len = c.encode_utf8(&mut bytes).len();
        if let Some(lead) = takes {
            bytes[len] = lead;
        }
        let end = len + usize::from(takes.is_some());
        Unit { c, bytes, start: u8::from(starts_inside), character_end: len as u8, end: end as u8 }
    }

    fn starts_inside(&self) -> bool {
        self.start > 0
    }

    fn is_tied(&self) -> bool {
        self.starts_inside() || self.takes().is_some()
    }

    /// The lead byte of the next character, if it has that.
    fn takes(&self) -> Option<u8> {
        (self.end > self.character_end).then(|| self.bytes[usize::from(self.character_end)])
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[self.start.into()..self.end.into()]
    }

    /// What of it belongs to the character.
    fn character(&self) -> &[u8] {
        &self.bytes[self.start.into()..self.character_end.into()]
    }
}

/// A merge list that grows.
struct Builder<'a> {
    vocab: &'a mut Vocab,
    bytes: &'a [Id; 256],
    known: FxHashMap<Vec<u8>, Id>,
    ranks: Ranks,
}

impl<'a> Builder<'a> {
    fn new(vocab: &'a mut Vocab, bytes: &'a [Id; 256]) -> Self {
        let known = vocab.by_token().into_iter().map(|(token, id)| (token.to_vec(), id)).collect();
        Builder { vocab, bytes, known, ranks: Ranks::default() }
    }

    /// Adds the merges that are missing to make one token of `text`, from the left.
    fn build(&mut self, text: &[u8]) {
        loop {
            let symbols = self.symbols(text);
            let &[left, right, ..] = &symbols[..] else { return };
            let token =
                [self.vocab.token(left).unwrap_or_default(), self.vocab.token(right).unwrap_or_default()].concat();
            let new = self.known.get(&token).copied().unwrap_or_else(|| self.vocab.push(&token));
            self.known.insert(token, new);
            self.ranks.0.insert((left, right), self.vocab.merges.len());
            self.vocab.merges.push(Merge { left, right, new });
        }
    }

    /// What the merges make of `text`.
    fn symbols(&self, text: &[u8]) -> Vec<Id> {
        let mut symbols: Vec<Id> = text.iter().map(|&b| self.bytes[usize::from(b)]).collect();
        self.ranks.apply(&self.vocab.merges, &mut symbols, |_| ());
        symbols
    }
}

/// The ranks of merges by what they join.
#[derive(Default)]
struct Ranks(FxHashMap<(Id, Id), usize>);

impl Ranks {
    /// Merges `symbols`, the lowest rank first and of two equal ones the left one, and calls `merged` with each rank.
    fn apply(&self, merges: &[Merge], symbols: &mut Vec<Id>, mut merged: impl FnMut(usize)) {
        let rank = |pair: &[Id]| self.0.get(&(pair[0], pair[1])).copied();
        while let Some((rank, at)) =
            symbols.windows(2).enumerate().filter_map(|(at, pair)| Some((rank(pair)?, at))).min()
        {
            symbols.splice(at..at + 2, [merges[rank].new]);
            merged(rank);
        }
    }
}
