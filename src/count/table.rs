//! A hash table from words to counts, made for text: most words are short, and most occurrences are of few words.
//!
//! A word of at most 15 bytes is packed (see `packed.rs`) and lies in the table
//! itself; longer words lie in an arena. Occurrences are collected in batches: first the table is read at the place of
//! every word of the batch, with no branch in between, so that cache misses overlap; then hits are counted, and what
//! did not hit takes the slow way. One miss at a time would cost three times as much on a corpus whose words do not
//! fit the caches.

use hashbrown::HashTable;

use crate::packed::{self, Packed, hash_bytes};

const BATCH: usize = 128;
const FIRST_BITS: u32 = 14;

#[derive(Clone, Copy, Default)]
struct Short {
    word: Packed,
    count: u64,
}

struct Long {
    start: usize,
    len: u32,
    hash: u32,
    count: u64,
}

/// Words and their counts.
pub(super) struct CountTable {
    short: Vec<Short>,
    short_len: usize,
    long: HashTable<Long>,
    arena: Vec<u8>,
    batch: Vec<Packed>,
}

impl CountTable {
    pub(super) fn new() -> Self {
        CountTable {
            short: vec![Short::default(); 1 << FIRST_BITS],
            short_len: 0,
            long: HashTable::new(),
            arena: Vec::new(),
            batch: Vec::with_capacity(BATCH),
        }
    }

    /// Counts one occurrence of `text[start..end]`. The text around a short word is read along with it.
    #[inline]
    pub(super) fn add(&mut self, text: &[u8], start: usize, end: usize) {
        if end - start > packed::LONGEST {
            return self.add_long(&text[start..end], 1);
        }
        self.batch.push(Packed::of(text, start, end));
        if self.batch.len() == BATCH {
            self.flush();
        }
    }

    /// Counts what [`CountTable::add`] has only noted so far.
    pub(super) fn flush(&mut self) {
        let mut places = [0u32; BATCH];
        let mut hits = [false; BATCH];
        let shift = 64 - self.short.len().trailing_zeros();
        for (n, &word) in self.batch.iter().enumerate().take(BATCH) {
            let place = (word.hash() >> shift) as u32;
            let entry = &self.short[place as usize];
            hits[n] = entry.word == word;
            places[n] = place;
        }
        let mut missed = 0;
        for n in 0..self.batch.len().min(BATCH) {
            if hits[n] {
                self.short[places[n] as usize].count += 1;
            } else {
                self.batch[missed] = self.batch[n];
                missed += 1;
            }
        }
        for n in 0..missed {
            self.add_short(self.batch[n], 1);
        }
        self.batch.clear();
    }

    fn add_short(&mut self, word: Packed, count: u64) {
        let mask = self.short.len() - 1;
        let mut place = (word.hash() >> (64 - self.short.len().trailing_zeros())) as usize;
        loop {
            let entry = &mut self.short[place];
            if entry.word == word {
                entry.count += count;
                return;
            }
            if entry.word.is_empty() {
                *entry = Short { word, count };
                break;
            }
            place = (place + 1) & mask;
        }
        self.short_len += 1;
        if self.short_len * 3 > self.short.len() * 2 {
            self.grow(self.short.len() * 2);
        }
    }

    fn grow(&mut self, places: usize) {
        let old = std::mem::replace(&mut self.short, vec![Short::default(); places]);
        self.short_len = 0;
        for entry in old.into_iter().filter(|e| !e.word.is_empty()) {
            self.add_short(entry.word, entry.count);
        }
    }

    fn add_long(&mut self, word: &[u8], count: u64) {
        let hash = hash_bytes(word);
        let arena = &self.arena;
        let same = |e: &Long| e.hash == hash as u32 && arena[e.start..e.start + e.len as usize] == *word;
        if let Some(entry) = self.long.find_mut(hash, same) {
            entry.count += count;
            return;
        }
        let entry = Long { start: self.arena.len(), len: word.len() as u32, hash: hash as u32, count };
        self.arena.extend_from_slice(word);
        let arena = &self.arena;
        self.long.insert_unique(hash, entry, |e| hash_bytes(&arena[e.start..e.start + e.len as usize]));
    }

    /// Adds everything that `other` counted.
    ///
    /// Its words come in the order of their hashes. A table that only grows on the way would put them all at its
    /// front, in ever longer runs: so the larger table takes up the smaller one, and room for both is made beforehand.
    pub(super) fn absorb(&mut self, mut other: CountTable) {
        self.flush();
        other.flush();
        if other.short.len() > self.short.len() {
            std::mem::swap(self, &mut other);
        }
        let places = ((self.short_len + other.short_len) * 3 / 2 + 1).next_power_of_two();
        if places > self.short.len() {
            self.grow(places);
        }
        for entry in other.short.iter().filter(|e| !e.word.is_empty()) {
            self.add_short(entry.word, entry.count);
        }
        for entry in &other.long {
            self.add_long(&other.arena[entry.start..entry.start + entry.len as usize], entry.count);
        }
    }

    /// Distinct words. Exact after [`CountTable::flush`].
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.short_len + self.long.len()
    }

    /// Bytes held by the table, about.
    pub(super) fn memory(&self) -> usize {
        self.short.len() * size_of::<Short>() + self.arena.capacity() + self.long.capacity() * (size_of::<Long>() + 1)
    }

    /// Every word with its count, in no particular order. Exact after [`CountTable::flush`].
    pub(super) fn for_each(&self, mut f: impl FnMut(&[u8], u64)) {
        for entry in self.short.iter().filter(|e| !e.word.is_empty()) {
            entry.word.with_bytes(|bytes| f(bytes, entry.count));
        }
        for entry in &self.long {
            f(&self.arena[entry.start..entry.start + entry.len as usize], entry.count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn rows(table: &CountTable) -> BTreeMap<Vec<u8>, u64> {
        let mut rows = BTreeMap::new();
        table.for_each(|word, count| assert!(rows.insert(word.to_vec(), count).is_none(), "{word:?} twice"));
        rows
    }

    proptest! {
        #[test]
        fn counts_as_a_map_does(words in prop::collection::vec("[ab\u{0}é]{1,20}", 1..400), cut in 0usize..400) {
            let mut expected: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
            let (mut one, mut two) = (CountTable::new(), CountTable::new());
            let text: String = words.concat();
            let mut start = 0;
            for (n, word) in words.iter().enumerate() {
                let table = if n < cut { &mut one } else { &mut two };
                table.add(text.as_bytes(), start, start + word.len());
                start += word.len();
                *expected.entry(word.clone().into_bytes()).or_default() += 1;
            }
            one.absorb(two);
            prop_assert_eq!(one.len(), expected.len());
            prop_assert_eq!(rows(&one), expected);
        }
    }

    #[test]
    fn grows_past_its_first_size() {
        let mut table = CountTable::new();
        for n in 0..100_000u32 {
            let word = format!("{n}");
            table.add(word.as_bytes(), 0, word.len());
        }
        table.flush();
        assert_eq!(table.len(), 100_000);
        assert!(rows(&table).values().all(|&n| n == 1));
    }
}
