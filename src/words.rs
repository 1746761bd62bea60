//! The table between counting and training: distinct pretokens and how often each occurs.

use crate::error::{Error, Result};

/// Distinct words with their counts: a struct of arrays, so that ten million rows cost three allocations.
///
/// A word is any byte string; a count is its number of occurrences. Where the corpus was given in named groups
/// (languages, domains) each row also belongs to one of them, and the same word may stand once per group.
/// Row order carries no meaning for training; [`WordCounts::sort`] brings the canonical one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordCounts {
    bytes: Vec<u8>,
    ends: Vec<u64>,
    counts: Vec<u64>,
    groups: Vec<u16>,
    group_names: Vec<String>,
}

impl WordCounts {
    /// An empty table with room for `rows` words of together `bytes` bytes.
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        WordCounts {
            bytes: Vec::with_capacity(bytes),
            ends: Vec::with_capacity(rows),
            counts: Vec::with_capacity(rows),
            ..WordCounts::default()
        }
    }

    /// An empty table whose rows belong to the named groups.
    pub fn with_groups(names: Vec<String>) -> Self {
        WordCounts { group_names: names, ..WordCounts::default() }
    }

    /// Appends a row of an ungrouped table.
    pub fn push(&mut self, word: &[u8], count: u64) {
        self.push_in(word, count, 0);
    }

    /// Appends a row that belongs to group number `group` (ignored when the table has no groups).
    pub fn push_in(&mut self, word: &[u8], count: u64, group: u16) {
        self.bytes.extend_from_slice(word);
        self.ends.push(self.bytes.len() as u64);
        self.counts.push(count);
        if !self.group_names.is_empty() {
            self.groups.push(group);
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The word of a row.
    pub fn word(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.bytes[start..self.ends[row] as usize]
    }

    /// The count of a row.
    pub fn count(&self, row: usize) -> u64 {
        self.counts[row]
    }

    /// The group number of a row, 0 in an ungrouped table.
    pub fn group(&self, row: usize) -> u16 {
        self.groups.get(row).copied().unwrap_or(0)
    }

    /// Names of the groups; empty when the corpus was not given in groups.
    pub fn group_names(&self) -> &[String] {
        &self.group_names
    }

    /// All rows as (word, count).
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], u64)> {
        (0..self.len()).map(|row| (self.word(row), self.count(row)))
    }

    /// Bytes of all words together, each counted once.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Occurrences of all words together, or an error where the sum passes 2^64.
    pub fn total(&self) -> Result<u64> {
        self.counts.iter().try_fold(0u64, |sum, &n| sum.checked_add(n)).ok_or_else(|| {
            Error::unsupported("word counts", "their sum passes 2^64").with_hint("train on a sample of the corpus")
        })
    }

    /// The same rows in canonical order: by word bytes, then group.
    pub fn sort(&mut self) {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| {
            let (a, b) = (a as usize, b as usize);
            self.word(a).cmp(self.word(b)).then(self.group(a).cmp(&self.group(b)))
        });
        let mut sorted = WordCounts::with_capacity(self.len(), self.bytes.len());
        sorted.group_names = std::mem::take(&mut self.group_names);
        for row in order {
            sorted.push_in(self.word(row as usize), self.count(row as usize), self.group(row as usize));
        }
        *self = sorted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_canonical_order() {
        let mut words = WordCounts::with_groups(vec!["tr".into(), "hi".into()]);
        words.push_in(b"b", 2, 1);
        words.push_in(b"", 1, 0);
        words.push_in(b"b", 3, 0);
        words.sort();
        let rows: Vec<_> = (0..3).map(|r| (words.word(r).to_vec(), words.count(r), words.group(r))).collect();
        assert_eq!(rows, [(vec![], 1, 0), (b"b".to_vec(), 3, 0), (b"b".to_vec(), 2, 1)]);
        assert_eq!(words.total().unwrap(), 6);
    }

    #[test]
    fn a_sum_past_64_bits_is_an_error() {
        let mut words = WordCounts::default();
        words.push(b"a", u64::MAX);
        words.push(b"b", 1);
        assert!(words.total().is_err());
    }
}
