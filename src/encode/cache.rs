//! What pieces were encoded to before. Text repeats its words, so most pieces never reach the merge loop.
//!
//! Pieces of at most 15 bytes are one 128-bit integer in a table of two-entry buckets, one cache line each, with up to
//! three ids inside the entry; the newer entry displaces the older one. Longer pieces go to a hash table of bounded
//! size. Both are emptied when the ids outside of entries outgrow their room, so memory is bounded whatever the text.

use hashbrown::HashTable;

use crate::packed::{Packed, hash_bytes};
use crate::vocab::Id;

/// Buckets at first and at most, as powers of two: 64 kB, and 16 MB.
const FIRST_BITS: u32 = 10;
const MOST_BITS: u32 = 18;
const INLINE: usize = 3;
/// Ids kept outside of entries.
const SPILL: usize = 1 << 20;
/// Bytes of long pieces kept, and the longest piece that is kept.
const LONG_BYTES: usize = 1 << 23;
const LONGEST: usize = 256;

#[derive(Clone, Copy, Default, Debug)]
struct Entry {
    key: Packed,
    ids: [Id; INLINE],
    count: u32,
}

#[derive(Debug)]
struct Long {
    hash: u64,
    start: u32,
    len: u32,
    ids: u32,
    count: u32,
}

/// Where a key was found.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Found {
    pub(super) place: u32,
    pub(super) hit: bool,
}

/// A cache of encoded pieces. Not shared: every worker has its own.
#[derive(Debug)]
pub(super) struct PieceCache {
    short: Vec<[Entry; 2]>,
    bits: u32,
    puts: usize,
    long: HashTable<Long>,
    long_bytes: Vec<u8>,
    spilled: Vec<Id>,
}

impl PieceCache {
    pub(super) fn new() -> PieceCache {
        PieceCache {
            short: vec![[Entry::default(); 2]; 1 << FIRST_BITS],
            bits: FIRST_BITS,
            puts: 0,
            long: HashTable::new(),
            long_bytes: Vec::new(),
            spilled: Vec::new(),
        }
    }

    /// Where the entry of a key lies, if it does. Good until the next [`PieceCache::put`].
    #[inline]
    pub(super) fn bucket(&self, key: Packed) -> usize {
        (key.hash() >> (64 - self.bits)) as usize
    }

    /// Looks a key up without a branch on what it finds, so that the reads of many look-ups overlap: where its entry
    /// lies, and whether it lies there at all. Good until the next [`PieceCache::put`].
    #[inline]
    pub(super) fn find(&self, bucket: usize, key: Packed) -> Found {
        let [first, second] = &self.short[bucket];
        let (in_first, in_second) = (first.key == key, second.key == key);
        Found { place: (bucket * 2) as u32 + u32::from(!in_first), hit: in_first | in_second }
    }

    /// Appends the ids of a piece that was found.
    #[inline]
    pub(super) fn append(&self, place: u32, out: &mut Vec<Id>) {
        let entry = &self.short[place as usize / 2][place as usize % 2];
        let count = entry.count as usize;
        if count <= INLINE {
            // Always all of them, and then back: cheaper than to find out how many.
            out.extend_from_slice(&entry.ids);
            out.truncate(out.len() + count - INLINE);
        } else {
            let start = entry.ids[0] as usize;
            out.extend_from_slice(self.spilled.get(start..start + count).unwrap_or_default());
        }
    }

    /// Remembers the ids of a short piece.
    pub(super) fn put(&mut self, key: Packed, ids: &[Id]) {
        let mut entry = Entry { key, ids: [0; INLINE], count: ids.len() as u32 };
        match entry.ids.get_mut(..ids.len()) {
            Some(inline) => inline.copy_from_slice(ids),
            None => entry.ids[0] = self.spill(ids),
        }
        self.puts += 1;
        if self.puts > self.short.len() && self.bits < MOST_BITS {
            self.grow();
        }
        self.place(entry);
    }

    fn place(&mut self, entry: Entry) {
        let bucket = self.bucket(entry.key);
        let [first, second] = &mut self.short[bucket];
        *second = *first;
        *first = entry;
    }

    /// Takes eight times the room: a short text never pays for a large table.
    fn grow(&mut self) {
        self.bits = (self.bits + 3).min(MOST_BITS);
        let old = std::mem::replace(&mut self.short, vec![[Entry::default(); 2]; 1 << self.bits]);
        for entry in old.into_iter().flat_map(|[first, second]| [second, first]).filter(|e| e.count > 0) {
            self.place(entry);
        }
    }

    /// The ids of a piece longer than a key holds.
    pub(super) fn get_long(&self, piece: &[u8]) -> Option<&[Id]> {
        if piece.len() > LONGEST {
            return None;
        }
        let hash = hash_bytes(piece);
        let found = self.long.find(hash, |e| e.hash == hash && self.piece(e) == piece)?;
        self.spilled.get(found.ids as usize..(found.ids + found.count) as usize)
    }

    /// Remembers the ids of a long piece, unless it is very long.
    pub(super) fn put_long(&mut self, piece: &[u8], ids: &[Id]) {
        if piece.len() > LONGEST {
            return;
        }
        if self.long_bytes.len() + piece.len() > LONG_BYTES {
            self.clear();
        }
        let spilled = self.spill(ids);
        let hash = hash_bytes(piece);
        let entry = Long {
            hash,
            start: self.long_bytes.len() as u32,
            len: piece.len() as u32,
            ids: spilled,
            count: ids.len() as u32,
        };
        self.long_bytes.extend_from_slice(piece);
        self.long.insert_unique(hash, entry, |e| e.hash);
    }

    fn piece(&self, entry: &Long) -> &[u8] {
        &self.long_bytes[entry.start as usize..(entry.start + entry.len) as usize]
    }

    fn spill(&mut self, ids: &[Id]) -> u32 {
        if self.spilled.len() + ids.len() > SPILL {
            self.clear();
        }
        self.spilled.extend_from_slice(ids);
        (self.spilled.len() - ids.len()) as u32
    }

    fn clear(&mut self) {
        self.short.fill([Entry::default(); 2]);
        self.long.clear();
        self.long_bytes.clear();
        self.spilled.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_until_displaced_and_never_mixes_up() {
        let mut cache = PieceCache::new();
        let mut found = 0;
        for n in 0..400_000u32 {
            let piece = format!("{n}");
            let ids: Vec<Id> = (0..n % 7).collect();
            let k = Packed::of(piece.as_bytes(), 0, piece.len());
            cache.put(k, &ids);
            let get = |cache: &PieceCache, key| {
                let found = cache.find(cache.bucket(key), key);
                let mut ids = Vec::new();
                cache.append(found.place, &mut ids);
                found.hit.then_some(ids)
            };
            assert_eq!(get(&cache, k).as_ref(), Some(&ids));
            let long = format!("a long piece number {n}");
            assert_eq!(cache.get_long(long.as_bytes()), None);
            cache.put_long(long.as_bytes(), &[n, n]);
            assert_eq!(cache.get_long(long.as_bytes()), Some(&[n, n][..]));
            let earlier = format!("{}", n / 2);
            let k = Packed::of(earlier.as_bytes(), 0, earlier.len());
            if let Some(ids) = get(&cache, k) {
                assert_eq!(ids.len() as u32, n / 2 % 7);
                found += 1;
            }
        }
        assert!(found > 50_000);
    }
}
