//! The first search: Morfessor Baseline (Creutz and Lagus 2005, section 3; Virpioja et al. 2013, section 2), a two-part
//! code and recursive splitting.
//!
//! The lexicon is a set of morphs, a word is a sequence of them, and what is minimised is the length in nats of
//!
//! - the words: every morph token and every word end costs its share among all of them, and the counts themselves cost
//!   the logarithm of the number of ways to distribute the tokens over the types;
//! - the lexicon: every letter and every morph end costs its share, the letter counts cost likewise, and a lexicon of
//!   `n` morphs is saved `ln n!`, because their order says nothing.
//!
//! Each string of the search is one node: a morph, or split in two, for all words that hold it. A pass takes the words
//! in random order; it takes a string out, tries it whole and in every two parts, keeps what makes the code shortest,
//! and goes on inside the parts. The passes end when one of them saves less than a threshold for each word. A pass costs
//! a few times the number of places at which the words could be cut; adding or removing a morph is constant work.
//! Parts that nothing else holds forget how they were split, so a single step may lengthen the code.
//!
//! Deviation: forced cuts make separate strings beforehand, and words that carry an annotation take part as its pieces.

use super::numeric::{ln_factorial, n_ln_n};
use super::substrings::{Entry, Substrings};
use super::symbols::Border;
use crate::error::Result;
use crate::observe::{self, Observer};
use crate::random::Random;

/// The counts that the code length depends on, and their sums.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Code {
    /// How much the words count against the lexicon.
    pub weight: f64,
    /// Word ends.
    pub words: u64,
    tokens: u64,
    types: u64,
    /// The sum of `c ln c` over the counts of morphs.
    tokens_ln: f64,
    /// The count `c` of each letter in the lexicon, and `c ln c`.
    letters: Vec<(u64, f64)>,
    letter_tokens: u64,
    letter_types: u64,
    letters_ln: f64,
}

/// The logarithm of the number of ways in which `types` counts, none of them 0, sum up to `tokens`.
fn distribution(tokens: u64, types: u64) -> f64 {
    if types < 2 { 0.0 } else { ln_factorial(tokens - 1) - ln_factorial(types - 1) - ln_factorial(tokens - types) }
}

impl Code {
    pub(super) fn new(weight: f64, words: u64, symbols: usize) -> Self {
        Code { weight, words, letters: vec![(0, 0.0); symbols], ..Code::default() }
    }

    /// A morph occurs `new` times and no longer `old` times.
    pub(super) fn change(&mut self, morph: &[u32], old: u64, new: u64) {
        self.tokens = self.tokens - old + new;
        self.tokens_ln += n_ln_n(new) - n_ln_n(old);
        if (old == 0) == (new == 0) {
            return;
        }
        for &letter in morph {
            let (count, count_ln) = &mut self.letters[letter as usize];
            *count = if old == 0 { *count + 1 } else { *count - 1 };
            let changed = n_ln_n(*count);
            self.letters_ln += changed - *count_ln;
            *count_ln = changed;
            match (old, *count) {
                (0, 1) => self.letter_types += 1,
                (1.., 0) => self.letter_types -= 1,
                _ => {}
            }
        }
        let len = morph.len() as u64;
        if old == 0 {
            (self.types, self.letter_tokens) = (self.types + 1, self.letter_tokens + len);
        } else {
            (self.types, self.letter_tokens) = (self.types - 1, self.letter_tokens - len);
        }
    }

    /// The length of the code in nats.
    pub(super) fn length(&self) -> f64 {
        let words = n_ln_n(self.tokens + self.words) - n_ln_n(self.words) - self.tokens_ln
            + distribution(self.tokens, self.types);
        let lexicon = n_ln_n(self.letter_tokens + self.types) - n_ln_n(self.types) - self.letters_ln
            + distribution(self.letter_tokens, self.letter_types)
            - ln_factorial(self.types);
        self.weight * words + lexicon
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Node {
    /// How often it is a word or a part.
    count: u64,
    /// Length of its left part; 0 for a morph.
    split: u8,
}

/// A string that occurs in one word only and is split there.
#[derive(Debug, Clone, Copy)]
struct Single {
    place: u32,
    len: u8,
    split: u8,
}

/// What is searched on its own: a word between forced cuts.
#[derive(Debug, Clone, Copy)]
struct Unit {
    place: u32,
    len: u8,
    weight: u64,
}

/// The state of the search.
pub(super) struct Baseline<'t> {
    text: &'t Substrings,
    pub code: Code,
    nodes: Vec<Node>,
    units: Vec<Unit>,
    /// The splits of strings that occur once, by unit.
    singles: Vec<Vec<Single>>,
    /// Those of the unit at work.
    tree: Vec<Single>,
}

impl<'t> Baseline<'t> {
    /// Every word is one morph, but for forced cuts.
    pub(super) fn new(text: &'t Substrings, entries: &[Entry], weight: f64) -> Self {
        let mut units = Vec::with_capacity(entries.len());
        for (word, entry) in entries.iter().enumerate() {
            let range = text.word(word);
            let mut place = range.start;
            for at in range.start + 1..=range.end {
                let annotated = entry.annotated.first().is_some_and(|cuts| cuts >> (at - range.start) & 1 == 1);
                if at == range.end || annotated || text.borders[at] == Border::Always {
                    units.push(Unit { place: place as u32, len: (at - place) as u8, weight: entry.weight });
                    place = at;
                }
            }
        }
        let code = Code::new(weight, entries.iter().map(|entry| entry.weight).sum(), text.alphabet.len());
        let singles = vec![Vec::new(); units.len()];
        let mut this =
            Baseline { text, code, nodes: vec![Node::default(); text.count], units, singles, tree: Vec::new() };
        for unit in 0..this.units.len() {
            let Unit { place, len, weight } = this.units[unit];
            this.add(place as usize, len.into(), weight);
        }
        this
    }

    /// Passes over all words until one saves less than `threshold` nats a word.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`].
    pub(super) fn search(
        &mut self,
        threshold: f64,
        passes: usize,
        random: &mut Random,
        observer: &dyn Observer,
        mut done: impl FnMut(),
    ) -> Result<()> {
        let mut order: Vec<u32> = (0..self.units.len() as u32).collect();
        let mut length = self.code.length();
        for _ in 0..passes {
            random.shuffle(&mut order);
            for (n, &unit) in order.iter().enumerate() {
                if n % 256 == 0 {
                    observe::check(observer)?;
                }
                self.analyse(unit as usize);
            }
            done();
            let shorter = self.code.length();
            if length - shorter < threshold * self.code.words as f64 {
                break;
            }
            length = shorter;
        }
        Ok(())
    }

    /// Searches one unit anew.
    pub(super) fn analyse(&mut self, unit: usize) {
        let Unit { place, len, weight } = self.units[unit];
        self.tree = std::mem::take(&mut self.singles[unit]);
        self.split(place as usize, len.into(), weight);
        self.singles[unit] = std::mem::take(&mut self.tree);
    }

    /// Searches the best way to write a string, for all that hold it.
    fn split(&mut self, place: usize, len: usize, weight: u64) {
        if len < 2 {
            return;
        }
        let count = match self.text.find(place, len) {
            Some(number) => self.nodes[number].count,
            None => weight,
        };
        if count == 0 {
            return;
        }
        self.remove(place, len, count);
        self.add(place, len, count);
        let mut best = (self.code.length(), 0);
        self.remove(place, len, count);
        for left in 1..len {
            if self.text.borders[place + left] == Border::Never {
                continue;
            }
            self.add(place, left, count);
            self.add(place + left, len - left, count);
            let length = self.code.length();
            if length < best.0 {
                best = (length, left);
            }
            self.remove(place, left, count);
            self.remove(place + left, len - left, count);
        }
        let left = best.1;
        if left == 0 {
            self.add(place, len, count);
            return;
        }
        match self.text.find(place, len) {
            Some(number) => self.nodes[number] = Node { count, split: left as u8 },
            None => self.tree.push(Single { place: place as u32, len: len as u8, split: left as u8 }),
        }
        self.add(place, left, count);
        self.add(place + left, len - left, count);
        self.split(place, left, count);
        self.split(place + left, len - left, count);
    }

    /// A string occurs `by` times more, as it is written now.
    fn add(&mut self, place: usize, len: usize, by: u64) {
        let (old, left) = match self.text.find(place, len) {
            Some(number) => {
                let node = &mut self.nodes[number];
                node.count += by;
                (node.count - by, usize::from(node.split))
            }
            None => (0, 0),
        };
        if left == 0 {
            self.code.change(&self.text.symbols[place..place + len], old, old + by);
        } else {
            self.add(place, left, by);
            self.add(place + left, len - left, by);
        }
    }

    /// A string occurs `by` times less. One that can occur once only forgets how it was split.
    fn remove(&mut self, place: usize, len: usize, by: u64) {
        let (old, left) = match self.text.find(place, len) {
            Some(number) => {
                let node = &mut self.nodes[number];
                node.count -= by;
                let left = node.split;
                if node.count == 0 {
                    node.split = 0;
                }
                (node.count + by, usize::from(left))
            }
            None => (by, self.single(place, len).map_or(0, |at| usize::from(self.tree.swap_remove(at).split))),
        };
        if left == 0 {
            self.code.change(&self.text.symbols[place..place + len], old, old - by);
        } else {
            self.remove(place, left, by);
            self.remove(place + left, len - left, by);
        }
    }

    fn single(&self, place: usize, len: usize) -> Option<usize> {
        self.tree.iter().position(|single| (single.place as usize, usize::from(single.len)) == (place, len))
    }

    /// How each word is cut now, as sets of places between its symbols.
    pub(super) fn cuts(&mut self, entries: &[Entry]) -> Vec<u64> {
        let mut ends = vec![false; self.text.symbols.len() + 1];
        for unit in 0..self.units.len() {
            let Unit { place, len, .. } = self.units[unit];
            self.tree = std::mem::take(&mut self.singles[unit]);
            self.mark(place as usize, len.into(), &mut ends);
            self.singles[unit] = std::mem::take(&mut self.tree);
        }
        let cuts = |range: std::ops::Range<usize>| {
            (range.start + 1..range.end).filter(|&at| ends[at]).fold(0, |cuts, at| cuts | 1 << (at - range.start))
        };
        (0..entries.len()).map(|word| cuts(self.text.word(word))).collect()
    }

    fn mark(&self, place: usize, len: usize, ends: &mut [bool]) {
        let left = match self.text.find(place, len) {
            Some(number) => usize::from(self.nodes[number].split),
            None => self.single(place, len).map_or(0, |at| usize::from(self.tree[at].split)),
        };
        if left == 0 {
            ends[place + len] = true;
        } else {
            self.mark(place, left, ends);
            self.mark(place + left, len - left, ends);
        }
    }
}

#[cfg(test)]
mod tests;
