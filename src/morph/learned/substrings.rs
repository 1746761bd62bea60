//! The training words as one array of symbols, and a number for every substring that occurs twice or more.
//!
//! Both searches ask, for every place of every word and every length, how often that substring is a morph now. Hashing
//! them anew each time would dominate; instead each repeated substring gets a number once, from the sorted suffixes:
//! what a suffix shares with its neighbour before it has a number already, what it shares only with the one after it
//! gets the next ones. A substring that occurs once needs no number: only its own word can hold it.
//!
//! `O(n log n)` comparisons for `n` symbols, and a number (4 bytes) for every place and length that is repeated: about
//! five for each symbol of ordinary word lists. The numbers of one place and growing lengths lie beside each other, and
//! mostly are successive.

use super::symbols::{Alphabet, Border, Reading};

/// Words of more symbols are not learned from: a set of places fits 64 bits, and nothing longer is a word.
pub(super) const LONGEST: usize = 64;

/// A word to learn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its characters as they are read.
    pub word: String,
    /// How many times it counts.
    pub weight: u64,
    /// Its annotated segmentations, each a set of places between symbols; empty where it has none.
    pub annotated: Vec<u64>,
}

/// The words of a training.
#[derive(Debug)]
pub(super) struct Substrings {
    pub alphabet: Alphabet,
    /// The symbols of all words, one word after the other.
    pub symbols: Vec<u32>,
    /// The border before each symbol.
    pub borders: Vec<Border>,
    /// Where each word starts, and the end.
    starts: Vec<u32>,
    /// Where the numbers of the substrings that start at each symbol begin in `numbers`, and the end.
    from: Vec<u32>,
    numbers: Vec<u32>,
    /// How many numbers there are.
    pub count: usize,
}

impl Substrings {
    pub(super) fn new(entries: &[Entry], reading: &Reading) -> Self {
        let alphabet = Alphabet::new(entries.iter().flat_map(|entry| entry.word.chars()));
        let (mut symbols, mut borders, mut starts) = (Vec::new(), Vec::new(), vec![0]);
        for entry in entries {
            symbols.extend(entry.word.chars().map(|c| alphabet.number(c)));
            reading.borders(&entry.word, &mut borders);
            starts.push(symbols.len() as u32);
        }
        let mut this =
            Substrings { alphabet, symbols, borders, starts, from: Vec::new(), numbers: Vec::new(), count: 0 };
        this.number();
        this
    }

    /// The places of a word's symbols.
    pub(super) fn word(&self, word: usize) -> std::ops::Range<usize> {
        self.starts[word] as usize..self.starts[word + 1] as usize
    }

    /// The numbers of the repeated substrings that start at `place`, the shortest first.
    pub(super) fn numbers(&self, place: usize) -> &[u32] {
        &self.numbers[self.from[place] as usize..self.from[place + 1] as usize]
    }

    /// The number of the substring of `len` symbols at `place`, if it occurs elsewhere as well.
    pub(super) fn find(&self, place: usize, len: usize) -> Option<usize> {
        self.numbers(place).get(len - 1).map(|&number| number as usize)
    }

    fn number(&mut self) {
        let (places, shared) = self.sorted_suffixes();
        // Repeated lengths at each place: what it shares with either neighbour.
        self.from = vec![0; self.symbols.len() + 1];
        for (rank, &place) in places.iter().enumerate() {
            self.from[place as usize + 1] = u32::from(shared[rank].max(shared[rank + 1]));
        }
        for place in 0..self.symbols.len() {
            self.from[place + 1] += self.from[place];
        }
        self.numbers = vec![0; self.from[self.symbols.len()] as usize];
        let mut prefixes: Vec<u32> = Vec::with_capacity(LONGEST);
        let mut next = 0;
        for (rank, &place) in places.iter().enumerate() {
            prefixes.truncate(usize::from(shared[rank]));
            while prefixes.len() < usize::from(shared[rank + 1]) {
                prefixes.push(next);
                next += 1;
            }
            let (from, to) = (self.from[place as usize] as usize, self.from[place as usize + 1] as usize);
            self.numbers[from..to].copy_from_slice(&prefixes[..to - from]);
        }
        self.count = next as usize;
    }

    /// The suffixes of all words in order, each by its place; and how many symbols each shares with the one before it.
    fn sorted_suffixes(&self) -> (Vec<u32>, Vec<u8>) {
        let mut ends = Vec::with_capacity(self.symbols.len());
        for pair in self.starts.windows(2) {
            ends.resize(pair[1] as usize, pair[1]);
        }
        let suffix = |place: u32| &self.symbols[place as usize..ends[place as usize] as usize];
        // The first four symbols as one integer settle most comparisons.
        let key = |place: u32| {
            let head = suffix(place).iter().copied().chain(std::iter::repeat(0)).take(4);
            head.fold(0, |key, symbol| key << 16 | u64::from(symbol.min(0xffff)))
        };
        let mut suffixes: Vec<(u64, u32)> = (0..self.symbols.len() as u32).map(|place| (key(place), place)).collect();
        suffixes.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| suffix(a.1).cmp(suffix(b.1))).then(a.1.cmp(&b.1)));
        let mut shared = vec![0; suffixes.len() + 1];
        for (rank, pair) in suffixes.windows(2).enumerate() {
            let common = suffix(pair[0].1).iter().zip(suffix(pair[1].1)).take_while(|(a, b)| a == b).count();
            shared[rank + 1] = common as u8;
        }
        (suffixes.into_iter().map(|(_, place)| place).collect(), shared)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn equal_substrings_have_equal_numbers_and_single_ones_none(words in proptest::collection::btree_set("[abcé]{1,9}", 1..12)) {
            let entries: Vec<Entry> =
                words.iter().map(|w| Entry { word: w.clone(), weight: 1, annotated: Vec::new() }).collect();
            let text = Substrings::new(&entries, &Reading { fold_case: false, cut_after: Vec::new() });
            let mut places: BTreeMap<&[u32], Vec<(usize, usize)>> = BTreeMap::new();
            for word in 0..entries.len() {
                let range = text.word(word);
                for from in range.clone() {
                    for to in from + 1..=range.end {
                        places.entry(&text.symbols[from..to]).or_default().push((from, to - from));
                    }
                }
            }
            let mut seen = std::collections::BTreeSet::new();
            for occurrences in places.values() {
                let numbers: Vec<_> = occurrences.iter().map(|&(from, len)| text.find(from, len)).collect();
                prop_assert!(numbers.iter().all(|n| *n == numbers[0] && n.is_some() == (occurrences.len() > 1)));
                if let Some(number) = numbers[0] {
                    prop_assert!(number < text.count && seen.insert(number));
                }
            }
            prop_assert_eq!(seen.len(), text.count);
        }
    }
}
