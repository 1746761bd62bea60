//! How often each token came out: over all documents, and over groups of them for the jackknife.
//!
//! A tokenizer's tokens are counted by id. A baseline's vocabulary is open, so its tokens are counted by their bytes, up
//! to [`MOST_PIECES`] different ones; beyond them what needs a vocabulary is not measured.

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use toktool::vocab::Id;

/// Groups that documents are dealt into in turn.
pub const GROUPS: usize = 20;

/// Different tokens of a baseline that are kept, per thread.
pub const MOST_PIECES: usize = 4_000_000;

/// Counts by id.
#[derive(Debug, Clone)]
pub struct ById {
    groups: Vec<Vec<u64>>,
    documents: u64,
}

impl ById {
    /// Counts of `ids` ids, all 0.
    pub fn new(ids: usize) -> Self {
        ById { groups: vec![vec![0; ids]; GROUPS], documents: 0 }
    }

    /// The next document.
    pub fn push(&mut self, ids: &[Id]) {
        let group = &mut self.groups[(self.documents % GROUPS as u64) as usize];
        for &id in ids {
            // Every id of an encoder has an entry.
            if let Some(count) = group.get_mut(id as usize) {
                *count += 1;
            }
        }
        self.documents += 1;
    }

    /// Counts over all documents, by id.
    pub fn total(&self) -> Vec<u64> {
        let mut sum = self.groups[0].clone();
        for group in &self.groups[1..] {
            sum.iter_mut().zip(group).for_each(|(s, g)| *s += g);
        }
        sum
    }

    /// Groups that hold a document.
    pub fn groups(&self) -> usize {
        GROUPS.min(self.documents as usize)
    }

    /// `total` without one group.
    pub fn without(&self, total: &[u64], group: usize) -> Vec<u64> {
        total.iter().zip(&self.groups[group]).map(|(t, g)| t - g).collect()
    }
}

/// Counts by bytes, of one thread. Characters and bytes have tables of their own, because they are many.
#[derive(Debug, Default)]
pub struct Pieces {
    map: HashMap<Box<[u8]>, u64, FxBuildHasher>,
    chars: Vec<u64>,
    full: bool,
}

impl Pieces {
    /// One more token.
    pub fn add(&mut self, piece: &[u8]) {
        self.add_many(piece, 1);
    }

    fn add_many(&mut self, piece: &[u8], count: u64) {
        if self.full {
            return;
        }
        if let Some(known) = self.map.get_mut(piece) {
            *known += count;
        } else if self.map.len() == MOST_PIECES {
            self.full = true;
            self.map = HashMap::default();
        } else {
            self.map.insert(piece.into(), count);
        }
    }

    /// Every character of a text.
    pub fn add_chars(&mut self, text: &str) {
        for c in text.chars() {
            let code = c as usize;
            if code >= self.chars.len() {
                self.chars.resize((code + 1).next_power_of_two(), 0);
            }
            self.chars[code] += 1;
        }
    }

    /// Every byte of a text.
    pub fn add_bytes(&mut self, text: &str) {
        let mut counts = [0u64; 256];
        text.bytes().for_each(|b| counts[usize::from(b)] += 1);
        for (byte, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            self.add_many(&[byte as u8], count);
        }
    }

    /// Adds what another thread counted.
    pub fn merge(&mut self, other: Pieces) {
        if other.chars.len() > self.chars.len() {
            self.chars.resize(other.chars.len(), 0);
        }
        self.chars.iter_mut().zip(&other.chars).for_each(|(a, b)| *a += b);
        if other.full {
            (self.full, self.map) = (true, HashMap::default());
        }
        other.map.iter().for_each(|(piece, &count)| self.add_many(piece, count));
    }

    /// Tokens with their counts, in byte order; `None` where there were too many.
    pub fn sorted(self) -> Option<Vec<(Box<[u8]>, u64)>> {
        if self.full {
            return None;
        }
        let chars = self.chars.iter().enumerate().filter(|(_, count)| **count > 0);
        let spelled = |(code, &count): (usize, &u64)| {
            let text = char::from_u32(code as u32).map(String::from).unwrap_or_default();
            (text.into_bytes().into_boxed_slice(), count)
        };
        let mut all: Vec<(Box<[u8]>, u64)> = chars.map(spelled).chain(self.map).collect();
        all.sort_unstable();
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_take_turns_and_leave_one_out() {
        let mut counts = ById::new(3);
        for n in 0..45 {
            counts.push(&[n % 3, 2]);
        }
        let total = counts.total();
        assert_eq!(total, [15, 15, 60]);
        // Documents 0, 20 and 40 are in group 0: ids 0, 2 and 1, and three times 2.
        assert_eq!(counts.without(&total, 0), [14, 14, 56]);
        assert_eq!(counts.groups(), 20);
    }

    #[test]
    fn pieces_of_several_threads_are_one_sorted_list() {
        let (mut a, mut b) = (Pieces::default(), Pieces::default());
        a.add(b"ev");
        a.add_chars("aş");
        b.add(b"ev");
        b.add_chars("aa");
        b.add_bytes("\n");
        a.merge(b);
        let sorted = a.sorted().unwrap();
        let shown: Vec<(&[u8], u64)> = sorted.iter().map(|(p, c)| (&**p, *c)).collect();
        assert_eq!(shown, [(&b"\n"[..], 1), (b"a", 3), (b"ev", 2), ("ş".as_bytes(), 1)]);
    }
}
