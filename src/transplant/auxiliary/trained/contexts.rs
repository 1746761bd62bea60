//! Counting: tokens of several tokenizers, and the words of the text around each of them.

use std::ops::Range;

use rayon::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::corpus::{Block, Corpus, Raw};
use crate::encode::{EncodeOptions, Encoder, Scratch};
use crate::error::Result;
use crate::observe::{Event, Observer, check};
use crate::random::mix;
use crate::vocab::Id;

/// Columns that contexts are hashed to.
pub(super) const COLUMNS: usize = 1 << BITS;
const BITS: u32 = 15;
/// Words that count on each side.
const WINDOW: usize = 2;
/// Contexts of every occurrence: the words, and the two ends of its own word.
pub(super) const CONTEXTS: usize = 2 * WINDOW + 2;
/// Blocks of text that are counted before their counts are put together: fixed, so that threads change nothing.
const BATCH: usize = 8;
/// Pairs of a block that are collected before equal ones are counted together: 32 MB.
const COLLECTED: usize = 1 << 22;
/// No row is counted for the token.
const NONE: u32 = u32::MAX;

/// What a context is: contexts of different kinds share no column on purpose.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Before = 1,
    After,
    Left,
    Right,
    /// The token is white space and stands in no word.
    Gap,
}

/// The text edge, in the place of a word.
pub(super) const EDGE: u64 = 0;

/// FNV-1a, finished: the same on every machine.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    mix(bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)))
}

pub(super) fn column(kind: Kind, what: u64) -> u64 {
    mix(what ^ (kind as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)) >> (64 - BITS)
}

/// The words of a document: everything between its word borders (UAX 29) but white space, with the hash of its folded form.
struct Words<'t> {
    text: &'t str,
    ranges: Vec<Range<usize>>,
    hashes: Vec<u64>,
}

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Words<'t> {
        let mut words = Words { text, ranges: Vec::new(), hashes: Vec::new() };
        for (start, word) in text.split_word_bound_indices() {
            if !word.chars().all(char::is_whitespace) {
                words.ranges.push(start..start + word.len());
                words.hashes.push(hash(word.to_lowercase().as_bytes()));
            }
        }
        words
    }

    /// The columns of a token that stands for this range of bytes, which may cut words and characters.
    fn contexts(&self, token: Range<usize>) -> [u64; CONTEXTS] {
        // Words from `first` to `last`, exclusive, have a byte in the token.
        let first = self.ranges.partition_point(|word| word.end <= token.start);
        let last = self.ranges.partition_point(|word| word.start < token.end).max(first);
        let mut columns = [0; CONTEXTS];
        (columns[0], columns[1]) = if first == last {
            (column(Kind::Gap, EDGE), column(Kind::Gap, EDGE))
        } else {
            let (start, end) = (self.ranges[first].start, self.ranges[last - 1].end);
            let bytes = self.text.as_bytes();
            let before = &bytes[start..token.start.clamp(start, end)];
            let after = &bytes[token.end.clamp(start, end)..end];
            (column(Kind::Before, hash(before)), column(Kind::After, hash(after)))
        };
        for step in 0..WINDOW {
            let left = first.checked_sub(step + 1).map_or(EDGE, |at| self.hashes[at]);
            let right = self.hashes.get(last + step).copied().unwrap_or(EDGE);
            columns[2 + 2 * step] = column(Kind::Left, left);
            columns[3 + 2 * step] = column(Kind::Right, right);
        }
        columns
    }
}

/// How often rows and columns meet: keys ascend, `row << BITS | column`.
#[derive(Debug, Default, PartialEq)]
struct Pairs {
    keys: Vec<u64>,
    counts: Vec<u32>,
}

impl Pairs {
    /// Counts equal keys; `keys` is empty afterwards.
    fn take(keys: &mut Vec<u64>) -> Pairs {
        keys.sort_unstable();
        let mut pairs = Pairs::default();
        for key in keys.drain(..) {
            match (pairs.keys.last(), pairs.counts.last_mut()) {
                (Some(&last), Some(count)) if last == key => *count = count.saturating_add(1),
                _ => pairs.push(key, 1),
            }
        }
        pairs
    }

    fn push(&mut self, key: u64, count: u32) {
        self.keys.push(key);
        self.counts.push(count);
    }

    fn merge(&self, other: &Pairs) -> Pairs {
        let size = self.keys.len() + other.keys.len();
        let mut merged = Pairs { keys: Vec::with_capacity(size), counts: Vec::with_capacity(size) };
        let (mut a, mut b) = (0, 0);
        loop {
            match (self.keys.get(a), other.keys.get(b)) {
                (Some(x), Some(y)) if x == y => {
                    merged.push(*x, self.counts[a].saturating_add(other.counts[b]));
                    (a, b) = (a + 1, b + 1);
                }
                (Some(x), y) if y.is_none_or(|y| x < y) => {
                    merged.push(*x, self.counts[a]);
                    a += 1;
                }
                (_, Some(y)) => {
                    merged.push(*y, other.counts[b]);
                    b += 1;
                }
                (_, None) => return merged,
            }
        }
    }
}

/// What was counted.
#[derive(Debug, PartialEq)]
pub(super) struct Table {
    pairs: Pairs,
    /// Contexts of each row, all of them, whatever was dropped.
    by_row: Vec<u64>,
    /// The same of each column.
    by_column: Vec<u64>,
    /// Pairs that occur so often or less were dropped.
    dropped: u32,
}

impl Table {
    fn new(rows: usize) -> Table {
        Table { pairs: Pairs::default(), by_row: vec![0; rows], by_column: vec![0; COLUMNS], dropped: 0 }
    }

    /// Rows that were asked for.
    pub(super) fn rows(&self) -> usize {
        self.by_row.len()
    }

    /// How often a token was seen.
    pub(super) fn seen(&self, row: usize) -> u64 {
        self.by_row[row] / CONTEXTS as u64
    }

    /// Contexts of a token, all of them.
    pub(super) fn of_row(&self, row: usize) -> u64 {
        self.by_row[row]
    }

    /// How often each column was met.
    pub(super) fn columns(&self) -> &[u64] {
        &self.by_column
    }

    /// Every pair, ascending by row and column: row, column, count.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, usize, u32)> + '_ {
        let both = self.pairs.keys.iter().zip(&self.pairs.counts);
        both.map(|(&key, &count)| ((key >> BITS) as usize, (key as usize) % COLUMNS, count))
    }

    /// The rows below `at` of this table, and the others of another.
    #[cfg(test)]
    pub(super) fn splice(&self, other: &Table, at: usize) -> Table {
        let mut table = Table::new(self.rows());
        for (from, rows) in [(self, 0..at), (other, at..self.rows())] {
            let mut pairs = Pairs::default();
            for (row, column, count) in from.iter().filter(|(row, ..)| rows.contains(row)) {
                pairs.push((row as u64) << BITS | column as u64, count);
            }
            table.add(&pairs, usize::MAX);
        }
        table
    }

    /// Adds counts; the rarest pairs go until no more than `limit` are left.
    fn add(&mut self, more: &Pairs, limit: usize) {
        for (&key, &count) in more.keys.iter().zip(&more.counts) {
            self.by_row[(key >> BITS) as usize] += u64::from(count);
            self.by_column[key as usize % COLUMNS] += u64::from(count);
        }
        self.pairs = self.pairs.merge(more);
        while self.pairs.keys.len() > limit {
            self.dropped += 1;
            let mut kept = self.pairs.counts.iter();
            let dropped = self.dropped;
            self.pairs.keys.retain(|_| kept.next().is_some_and(|&count| count > dropped));
            self.pairs.counts.retain(|&count| count > dropped);
        }
    }
}

/// Tokenizers with the tokens that are counted.
#[derive(Default)]
pub(super) struct Reader<'e> {
    /// The row of each id, or [`NONE`].
    sides: Vec<(&'e Encoder, Vec<u32>)>,
    rows: u32,
}

impl<'e> Reader<'e> {
    /// Counts these tokens, in the rows after those that there are.
    pub(super) fn add(&mut self, encoder: &'e Encoder, ids: &[Id]) {
        let mut rows = Vec::new();
        for (row, &id) in (self.rows..).zip(ids) {
            if rows.len() <= id as usize {
                rows.resize(id as usize + 1, NONE);
            }
            rows[id as usize] = row;
        }
        self.rows += ids.len() as u32;
        self.sides.push((encoder, rows));
    }

    /// Counts a whole corpus; the table has no more than `limit` pairs after each batch of blocks.
    pub(super) fn read(&self, corpus: &Corpus, limit: usize, observer: &dyn Observer) -> Result<Table> {
        observer.event(Event::Stage {
            name: "counting contexts of tokens",
            total: corpus.total_bytes(),
            unit: "bytes",
        });
        let mut table = Table::new(self.rows as usize);
        loop {
            check(observer)?;
            let mut batch = Vec::new();
            while batch.len() < BATCH
                && let Some(raw) = corpus.next()?
            {
                batch.push(raw);
            }
            if batch.is_empty() {
                return Ok(table);
            }
            let count = |raw: Raw| self.block(&raw.decode(corpus)?, observer);
            let counted: Vec<Result<Pairs>> = batch.into_par_iter().map(count).collect();
            let mut together = Pairs::default();
            for pairs in counted {
                together = together.merge(&pairs?);
            }
            table.add(&together, limit);
            observer.event(Event::Progress(corpus.stats().read));
        }
    }

    fn block(&self, block: &Block, observer: &dyn Observer) -> Result<Pairs> {
        let mut scratches: Vec<Scratch> = self.sides.iter().map(|_| Scratch::default()).collect();
        let (mut keys, mut pairs) = (Vec::new(), Pairs::default());
        for document in block.documents() {
            check(observer)?;
            let words = Words::of(document);
            for ((encoder, rows), scratch) in self.sides.iter().zip(&mut scratches) {
                for token in encoder.encode_offsets(document, EncodeOptions::default(), scratch)? {
                    let row = rows.get(token.id as usize).copied().unwrap_or(NONE);
                    if row != NONE {
                        let columns = words.contexts(token.start..token.end);
                        keys.extend(columns.map(|column| u64::from(row) << BITS | column));
                    }
                    if keys.len() >= COLLECTED {
                        pairs = pairs.merge(&Pairs::take(&mut keys));
                    }
                }
            }
        }
        Ok(pairs.merge(&Pairs::take(&mut keys)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `evde` is cut into ` ev` and `de`; the second has `ev` before it in its word, and the same words around it.
    #[test]
    fn contexts_by_hand() {
        let words = Words::of("Bu evde, sen");
        assert_eq!(words.ranges, [0..2, 3..7, 7..8, 9..12]);
        let of = |kind, word: &str| column(kind, hash(word.as_bytes()));
        let around = [of(Kind::Left, "bu"), of(Kind::Right, ","), column(Kind::Left, EDGE), of(Kind::Right, "sen")];
        let both = |before, after| [&[of(Kind::Before, before), of(Kind::After, after)][..], &around].concat();
        assert_eq!(words.contexts(2..5).to_vec(), both("", "de"));
        assert_eq!(words.contexts(5..7).to_vec(), both("ev", ""));
        // A space alone stands between two words.
        assert_eq!(words.contexts(2..3)[0], column(Kind::Gap, EDGE));
        assert_eq!(words.contexts(2..3)[2..4], [of(Kind::Left, "bu"), of(Kind::Right, "evde")]);
        // Over the end of the text, and nowhere.
        assert_eq!(words.contexts(9..99)[3], column(Kind::Right, EDGE));
        assert_eq!(words.contexts(Range { start: 99, end: 50 })[3], column(Kind::Right, EDGE));
        assert_eq!(Words::of("").contexts(0..0)[2], column(Kind::Left, EDGE));
    }

    #[test]
    fn the_rarest_pairs_go_and_totals_stay() {
        let pairs = |rows: &[(u64, u32)]| {
            let mut pairs = Pairs::default();
            rows.iter().for_each(|&(key, count)| pairs.push(key, count));
            pairs
        };
        let mut table = Table::new(2);
        table.add(&pairs(&[(1, 1), (2, 5), (1 << BITS, 2)]), 10);
        table.add(&pairs(&[(0, 1), (1, 1), (1 << BITS, 3)]), 2);
        assert_eq!(table.pairs, pairs(&[(2, 5), (1 << BITS, 5)]));
        assert_eq!((table.dropped, &table.by_row[..], &table.by_column[..3]), (2, &[8, 5][..], &[6, 2, 5][..]));
        table.add(&pairs(&[(2, 1)]), 0);
        assert_eq!((table.pairs.keys.len(), table.by_row[0]), (0, 9));
    }

    #[test]
    fn equal_keys_are_counted() {
        let mut keys = vec![5, 3, 5, 5, 3, 9];
        let pairs = Pairs::take(&mut keys);
        assert_eq!((pairs.keys, pairs.counts, keys.len()), (vec![3, 5, 9], vec![2, 3, 1], 0));
    }
}
