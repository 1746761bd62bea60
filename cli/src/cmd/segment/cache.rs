//! Rows by word: a text repeats its words, and a row is cheaper to copy than to make.
//!
//! A word and its row lie side by side in one buffer, and a hash table says where. Once either is full, everything is
//! forgotten and the cache begins anew: the words that matter are back within a block, and nothing has to be kept in
//! order of use. A hit costs one hash and two memory accesses. Whether it hits or not never changes a row.

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;
use toktool::Result;

/// Where a word lies in the buffer, its row behind it.
struct Entry {
    at: u32,
    row: u32,
    word: u8,
}

/// Rows of words met so far.
pub struct Cache {
    table: HashTable<Entry>,
    bytes: Vec<u8>,
    limits: Limits,
}

/// When everything is forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Words held.
    pub words: usize,
    /// Bytes of words and rows; less than 4 GiB.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { words: 1 << 20, bytes: 64 << 20 }
    }
}

fn hash(word: &[u8]) -> u64 {
    FxBuildHasher.hash_one(word)
}

impl Entry {
    fn word<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.at as usize..][..usize::from(self.word)]
    }

    fn row<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.at as usize + usize::from(self.word)..][..self.row as usize]
    }
}

impl Cache {
    /// An empty cache.
    pub fn new(limits: Limits) -> Cache {
        Cache { table: HashTable::new(), bytes: Vec::new(), limits }
    }

    /// Appends the row of `word` to `out`, which `make` does where it is not known.
    pub fn append(
        &mut self,
        word: &str,
        out: &mut Vec<u8>,
        make: impl FnOnce(&mut Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        let key = word.as_bytes();
        // Longer words do not come again.
        let Ok(length) = u8::try_from(key.len()) else { return make(out) };
        let hash_of_key = hash(key);
        if let Some(entry) = self.table.find(hash_of_key, |entry| entry.word(&self.bytes) == key) {
            out.extend_from_slice(entry.row(&self.bytes));
            return Ok(());
        }
        let start = out.len();
        make(out)?;
        let row = &out[start..];
        if key.len() + row.len() > self.limits.bytes {
            return Ok(());
        }
        if self.table.len() >= self.limits.words || self.bytes.len() + key.len() + row.len() > self.limits.bytes {
            self.table.clear();
            self.bytes.clear();
        }
        let entry = Entry { at: self.bytes.len() as u32, row: row.len() as u32, word: length };
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(row);
        let bytes = &self.bytes;
        self.table.insert_unique(hash_of_key, entry, |entry| hash(entry.word(bytes)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of many words, some of them again and again, as a cache of such limits gives them; and how many were made.
    fn rows(limits: Limits) -> (Vec<u8>, usize) {
        let (mut cache, mut out, mut made) = (Cache::new(limits), Vec::new(), 0);
        for n in 0..5000usize {
            let word =
                if n % 3 == 0 { "ev".to_owned() } else { format!("{}{}", "söz".repeat(n % 700 % 130), n % 700) };
            let make = |out: &mut Vec<u8>| {
                made += 1;
                out.extend_from_slice(format!("<{word}>").as_bytes());
                Ok(())
            };
            cache.append(&word, &mut out, make).unwrap();
        }
        (out, made)
    }

    #[test]
    fn limits_change_what_is_made_and_not_what_comes_out() {
        let (none, all) = rows(Limits { words: 0, bytes: 0 });
        assert_eq!(all, 5000);
        let (wide, few) = rows(Limits::default());
        assert!(wide == none && few < all / 2, "{few}");
        for limits in
            [Limits { words: 1, bytes: 1 << 20 }, Limits { words: 50, bytes: 300 }, Limits { words: 9, bytes: 900 }]
        {
            let (tight, made) = rows(limits);
            assert!(tight == none && made < all && made > few, "{limits:?}: {made}");
        }
    }

    #[test]
    fn what_cannot_be_made_is_not_kept() {
        let mut cache = Cache::new(Limits::default());
        let mut out = Vec::new();
        let refused = || Err(toktool::Error::unsupported("x", "y"));
        assert!(cache.append("ev", &mut out, |_| refused()).is_err());
        let made = |out: &mut Vec<u8>| {
            out.push(b'x');
            Ok(())
        };
        cache.append("ev", &mut out, made).unwrap();
        assert_eq!(out, b"x");
    }

    #[test]
    fn words_of_more_than_255_bytes_are_made_each_time() {
        let mut cache = Cache::new(Limits::default());
        for (length, times) in [(255, 1), (256, 2)] {
            let mut made = 0;
            for _ in 0..2 {
                let make = |_: &mut Vec<u8>| {
                    made += 1;
                    Ok(())
                };
                cache.append(&"a".repeat(length), &mut Vec::new(), make).unwrap();
            }
            assert_eq!(made, times);
        }
    }
}
