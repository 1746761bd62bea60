//! What pieces were encoded to before. Text repeats its words, so most pieces never reach the merge loop.
//!
//! Pieces of at most 15 bytes are one 128-bit integer in a table of two-entry buckets, one cache line each, with up to
//! three ids inside the entry; the newer entry displaces the older one. There are two such tables. The small one is in
//! front, fits the second-level cache and few enough pages for the processor to know all of them, and answers for four
//! of five pieces; the large one behind it is bounded only so that memory is. Longer pieces go to a hash table. All are
//! emptied when the ids outside of entries outgrow their room.

use std::ops::Range;

use hashbrown::HashTable;

use crate::packed::{self, Packed, hash_bytes};
use crate::vocab::Id;

/// Buckets of the small table, as a power of two: 128 kB.
const FRONT_BITS: u32 = 11;
/// Buckets of the large one at first and at most: 64 kB, and 16 MB.
const FIRST_BITS: u32 = 10;
const MOST_BITS: u32 = 18;
/// Ids inside an entry.
pub(super) const INLINE: usize = 3;
/// Ids kept outside of entries.
const SPILL: usize = 1 << 20;
/// Bytes of long pieces kept, and the longest piece that is kept.
const LONG_BYTES: usize = 1 << 23;
const LONGEST: usize = 256;

/// A piece and its ids, or where they lie among those outside.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Entry {
    key: Packed,
    ids: [Id; INLINE],
    count: u32,
}

/// Two entries in one cache line; the newer one first.
#[derive(Clone, Copy, Default, Debug)]
#[repr(align(64))]
struct Bucket([Entry; 2]);

/// Pieces looked up together, so that their cache misses overlap.
pub(super) const BATCH: usize = 64;
/// No place.
const NOWHERE: u32 = u32::MAX;

/// Up to [`BATCH`] pieces of a text: their keys, and where [`PieceCache::find`] found them.
pub(super) struct Pieces {
    len: usize,
    spans: [(usize, usize); BATCH],
    keys: [Packed; BATCH],
    hashes: [u64; BATCH],
    places: [u32; BATCH],
    /// Those that were not in the small table.
    missed: [u8; BATCH],
    misses: usize,
}

impl Pieces {
    pub(super) fn new() -> Pieces {
        Pieces {
            len: 0,
            spans: [(0, 0); BATCH],
            keys: [Packed::NONE; BATCH],
            hashes: [0; BATCH],
            places: [NOWHERE; BATCH],
            missed: [0; BATCH],
            misses: 0,
        }
    }

    /// Adds `text[start..end]`; returns whether there is no room for another.
    #[inline]
    pub(super) fn push(&mut self, text: &[u8], start: usize, end: usize) -> bool {
        let n = self.len % BATCH;
        // The key of a long piece is never found.
        let key = if end - start <= packed::LONGEST { Packed::of(text, start, end) } else { Packed::NONE };
        self.spans[n] = (start, end);
        self.keys[n] = key;
        self.hashes[n] = key.hash();
        self.len = n + 1;
        self.len == BATCH
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn span(&self, n: usize) -> Range<usize> {
        let (start, end) = self.spans[n];
        start..end
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }
}

#[derive(Debug)]
struct Long {
    hash: u64,
    start: u32,
    len: u32,
    ids: u32,
    count: u32,
}

/// A cache of encoded pieces. Not shared: every worker has its own.
#[derive(Debug)]
pub(super) struct PieceCache {
    /// The small table, and behind it the large one.
    buckets: Vec<Bucket>,
    bits: u32,
    puts: usize,
    long: HashTable<Long>,
    long_bytes: Vec<u8>,
    spilled: Vec<Id>,
}

fn front(hash: u64) -> usize {
    (hash >> (64 - FRONT_BITS)) as usize
}

impl Entry {
    /// The ids and their number, which may be more than are here.
    #[inline]
    pub(super) fn inline(&self) -> ([Id; INLINE], usize) {
        (self.ids, self.count as usize)
    }
}

impl PieceCache {
    pub(super) fn new() -> PieceCache {
        PieceCache {
            buckets: vec![Bucket::default(); (1 << FRONT_BITS) + (1 << FIRST_BITS)],
            bits: FIRST_BITS,
            puts: 0,
            long: HashTable::new(),
            long_bytes: Vec::new(),
            spilled: Vec::new(),
        }
    }

    /// Looks pieces up, first all in the small table, then the rest in the large one. Neither loop branches on what it
    /// finds, so the reads of many look-ups are under way at once.
    #[inline]
    pub(super) fn find(&self, pieces: &mut Pieces) {
        let Pieces { len, keys, hashes, places, missed, misses, .. } = pieces;
        *misses = 0;
        for (n, ((&key, &hash), to)) in keys.iter().zip(hashes.iter()).zip(&mut *places).take(*len).enumerate() {
            let (place, hit) = self.find_at(front(hash), key);
            *to = place;
            missed[*misses % BATCH] = n as u8;
            *misses += usize::from(!hit);
        }
        for &n in &missed[..*misses] {
            let n = n as usize % BATCH;
            let (place, hit) = self.find_at(self.large(hashes[n]), keys[n]);
            places[n] = if hit { place } else { NOWHERE };
        }
    }

    #[inline]
    fn find_at(&self, bucket: usize, key: Packed) -> (u32, bool) {
        let Bucket([first, second]) = &self.buckets[bucket];
        let (in_first, in_second) = (first.key == key, second.key == key);
        ((bucket * 2) as u32 + u32::from(in_second), in_first | in_second)
    }

    #[inline]
    fn large(&self, hash: u64) -> usize {
        (1 << FRONT_BITS) + (hash >> (64 - self.bits)) as usize
    }

    /// The entry of the `n`th piece, if it was found.
    #[inline]
    pub(super) fn entry(&self, pieces: &Pieces, n: usize) -> Option<&Entry> {
        let place = pieces.places[n % BATCH];
        (place != NOWHERE).then(|| &self.buckets[place as usize / 2].0[place as usize % 2])
    }

    /// Remembers in the small table what was found in the large one. What was found before moves.
    pub(super) fn promote(&mut self, pieces: &Pieces) {
        for &n in &pieces.missed[..pieces.misses] {
            let place = pieces.places[n as usize % BATCH];
            if place != NOWHERE {
                let entry = self.buckets[place as usize / 2].0[place as usize % 2];
                self.put_at(front(pieces.hashes[n as usize % BATCH]), entry);
            }
        }
    }

    /// All ids of an entry.
    pub(super) fn ids<'e>(&'e self, entry: &'e Entry) -> &'e [Id] {
        let count = entry.count as usize;
        entry.ids.get(..count).unwrap_or_else(|| {
            let start = entry.ids[0] as usize;
            self.spilled.get(start..start + count).unwrap_or_default()
        })
    }

    /// Remembers the ids of the `n`th piece of `text`, unless it is very long. What was found before moves.
    pub(super) fn put(&mut self, pieces: &Pieces, n: usize, text: &[u8], ids: &[Id]) {
        let (key, hash) = (pieces.keys[n], pieces.hashes[n]);
        if pieces.span(n).len() > packed::LONGEST {
            return self.put_long(&text[pieces.span(n)], ids);
        }
        // A piece may be twice in one batch.
        if self.find_at(self.large(hash), key).1 {
            return;
        }
        let mut entry = Entry { key, ids: [0; INLINE], count: ids.len() as u32 };
        match entry.ids.get_mut(..ids.len()) {
            Some(inline) => inline.copy_from_slice(ids),
            None => entry.ids[0] = self.spill(ids),
        }
        self.puts += 1;
        if self.puts > 1 << self.bits && self.bits < MOST_BITS {
            self.grow();
        }
        self.put_at(self.large(hash), entry);
        self.put_at(front(hash), entry);
    }

    fn put_at(&mut self, bucket: usize, entry: Entry) {
        let Bucket([first, second]) = &mut self.buckets[bucket];
        *second = *first;
        *first = entry;
    }

    /// Takes eight times the room: a short text never pays for a large table.
    fn grow(&mut self) {
        self.bits = (self.bits + 3).min(MOST_BITS);
        let grown = vec![Bucket::default(); (1 << FRONT_BITS) + (1 << self.bits)];
        let old = std::mem::replace(&mut self.buckets, grown);
        self.buckets[..1 << FRONT_BITS].copy_from_slice(&old[..1 << FRONT_BITS]);
        for entry in old.into_iter().skip(1 << FRONT_BITS).flat_map(|Bucket([first, second])| [second, first]) {
            if entry.count > 0 {
                self.put_at(self.large(entry.key.hash()), entry);
            }
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

    fn put_long(&mut self, piece: &[u8], ids: &[Id]) {
        if piece.len() > LONGEST || self.get_long(piece).is_some() {
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
        self.buckets.fill(Bucket::default());
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
        let get = |cache: &mut PieceCache, piece: &str| {
            let mut pieces = Pieces::new();
            pieces.push(piece.as_bytes(), 0, piece.len());
            cache.find(&mut pieces);
            let ids = match cache.entry(&pieces, 0) {
                Some(entry) => Some(cache.ids(entry).to_vec()),
                None => cache.get_long(piece.as_bytes()).map(<[Id]>::to_vec),
            };
            cache.promote(&pieces);
            (pieces, ids)
        };
        let mut found = 0;
        for n in 0..400_000u32 {
            for piece in [format!("{n}"), format!("a long piece number {n}")] {
                let ids: Vec<Id> = (0..n % 7).collect();
                let (pieces, before) = get(&mut cache, &piece);
                assert_eq!(before, None);
                cache.put(&pieces, 0, piece.as_bytes(), &ids);
                cache.put(&pieces, 0, piece.as_bytes(), &ids);
                assert_eq!(get(&mut cache, &piece).1, Some(ids));
            }
            if let Some(ids) = get(&mut cache, &format!("{}", n / 2)).1 {
                assert_eq!(ids.len() as u32, n / 2 % 7);
                found += 1;
            }
        }
        assert!(found > 50_000);
    }
}
