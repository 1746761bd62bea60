//! What pieces were encoded to before. Text repeats its words, so most pieces never reach the merge loop.
//!
//! Pieces of at most 15 bytes are one 128-bit integer in a table of two-entry buckets, one cache line each, with up to
//! three ids inside the entry; the newer entry displaces the older one, which may move to the bucket beside. There are
//! two such tables. The small one is in front, fits the second-level cache, and answers for five of six pieces; the
//! large one behind it, most of which is far away, is called for early. Longer pieces go to a hash table. All are emptied
//! when the ids outside of entries outgrow their room, so that memory is bounded.

use hashbrown::HashTable;
use prefetch_index::prefetch_index;

use crate::packed::{self, Packed, hash_bytes};
use crate::vocab::Id;

/// Buckets of the small table, as a power of two: 256 kB.
const FRONT_BITS: u32 = 12;
/// Buckets of the large one at first and at most: 64 kB, and 16 MB.
const FIRST_BITS: u32 = 10;
const MOST_BITS: u32 = 18;
/// Ids inside an entry.
pub(super) const INLINE: usize = 3;
/// Ids kept outside of entries: 16 MB.
const SPILL: usize = 1 << 22;
/// Bytes of long pieces kept, and the longest piece that is kept.
const LONG_BYTES: usize = 1 << 23;
const LONGEST: usize = 256;

/// A piece and its ids, or where they lie among those outside.
#[derive(Clone, Copy, Default, Debug)]
struct Entry {
    key: Packed,
    ids: [Id; INLINE],
    count: u32,
}

/// Two entries in one cache line; the newer one first.
#[derive(Clone, Copy, Default, Debug)]
#[repr(align(64))]
struct Bucket([Entry; 2]);

/// Pieces looked up together, so that their cache misses overlap.
pub(super) const BATCH: usize = 128;
/// No place.
const NOWHERE: u32 = u32::MAX;
/// A place among the ids outside of entries: that of a number of ids, which follow it.
const OUTSIDE: u32 = 1 << 31;

/// Found in the large table, remembered in the small one: so many of a batch.
const PROMOTED: usize = 8;

/// Up to [`BATCH`] pieces of a text: their keys, and where they are in the cache.
pub(super) struct Pieces {
    len: usize,
    spans: [(usize, usize); BATCH],
    keys: [(Packed, u64); BATCH],
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
            keys: [(Packed::NONE, 0); BATCH],
            places: [NOWHERE; BATCH],
            missed: [0; BATCH],
            misses: 0,
        }
    }

    /// The pieces' ranges.
    pub(super) fn spans(&self) -> &[(usize, usize)] {
        &self.spans[..self.len]
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

    /// Takes at most [`BATCH`] pieces of `text`, looks them up in the small table, and calls for the memory in which the
    /// large one may have the others. No loop branches on what it finds, so many reads are under way at once.
    #[inline]
    pub(super) fn seek(&self, text: &[u8], spans: &[(usize, usize)], pieces: &mut Pieces) {
        let Pieces { len, spans: held, keys, places, missed, misses } = pieces;
        *len = spans.len();
        for ((to, held), &(start, end)) in keys.iter_mut().zip(held).zip(spans) {
            // The key of a long piece is never found.
            let key = if end - start <= packed::LONGEST { Packed::of(text, start, end) } else { Packed::NONE };
            *to = (key, key.hash());
            *held = (start, end);
        }
        let mut count = 0;
        for (n, (&(key, hash), to)) in keys.iter().zip(&mut *places).take(spans.len()).enumerate() {
            let (place, hit) = self.find_at(front(hash), key);
            *to = place;
            missed[count % BATCH] = n as u8;
            count += usize::from(!hit);
        }
        for &n in &missed[..count] {
            prefetch_index(&self.buckets, self.large(keys[n as usize % BATCH].1));
        }
        *misses = count;
    }

    /// Looks into the large table for what the small one does not have. The cache must not have changed since
    /// [`PieceCache::seek`], nor change while [`PieceCache::inline`] and [`PieceCache::ids`] are asked.
    #[inline]
    pub(super) fn find(&self, text: &[u8], pieces: &mut Pieces) {
        let Pieces { spans, keys, places, missed, misses, .. } = pieces;
        for &n in &missed[..*misses] {
            let n = n as usize % BATCH;
            let (start, end) = spans[n];
            if end - start > packed::LONGEST {
                places[n] = self.find_long(&text[start..end]);
                continue;
            }
            let (key, hash) = keys[n];
            let bucket = self.large(hash);
            places[n] = match self.find_at(bucket, key) {
                (place, true) => place,
                _ => match self.find_at(bucket ^ 1, key) {
                    (place, true) => place,
                    _ => NOWHERE,
                },
            };
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

    /// The ids of the `n`th piece and their number, if it was found and they are few. What is behind them is no id.
    #[inline]
    pub(super) fn inline(&self, pieces: &Pieces, n: usize) -> Option<([Id; INLINE], usize)> {
        let entry = self.entry(pieces.places[n % BATCH])?;
        let count = entry.count as usize;
        (count <= INLINE).then_some((entry.ids, count))
    }

    #[inline]
    fn entry(&self, place: u32) -> Option<&Entry> {
        (place < OUTSIDE).then(|| &self.buckets[place as usize / 2].0[place as usize % 2])
    }

    /// The ids of the `n`th piece, if it was found.
    pub(super) fn ids(&self, pieces: &Pieces, n: usize) -> Option<&[Id]> {
        let place = pieces.places[n % BATCH];
        if place == NOWHERE {
            return None;
        }
        let start = match self.entry(place) {
            Some(entry) if entry.count as usize <= INLINE => return entry.ids.get(..entry.count as usize),
            Some(entry) => entry.ids[0] as usize,
            None => (place & !OUTSIDE) as usize,
        };
        let count = *self.spilled.get(start)? as usize;
        self.spilled.get(start + 1..start + 1 + count)
    }

    /// The pieces that were not found, in their order.
    pub(super) fn unknown(pieces: &Pieces) -> impl Iterator<Item = (usize, usize)> + Clone {
        let missed = pieces.missed[..pieces.misses].iter().map(|&n| n as usize % BATCH);
        missed.filter(|&n| pieces.places[n] == NOWHERE).map(|n| pieces.spans[n])
    }

    /// Remembers in the small table some of what was found in the large one: the frequent will be among them soon, and
    /// the others do not displace much. What was found before moves.
    pub(super) fn promote(&mut self, pieces: &Pieces) {
        for &n in pieces.missed[..pieces.misses].iter().take(PROMOTED) {
            let n = n as usize % BATCH;
            if let Some(&entry) = self.entry(pieces.places[n]) {
                self.put_at(front(pieces.keys[n].1), entry);
            }
        }
    }

    /// Remembers the ids of the `n`th piece of `text`, unless it is very long. What was found before moves.
    pub(super) fn put(&mut self, pieces: &Pieces, n: usize, text: &[u8], ids: &[Id]) {
        let ((key, hash), (start, end)) = (pieces.keys[n], pieces.spans[n]);
        if end - start > packed::LONGEST {
            return self.put_long(&text[start..end], ids);
        }
        // A piece may be twice in one batch.
        let bucket = self.large(hash);
        if self.find_at(bucket, key).1 || self.find_at(bucket ^ 1, key).1 {
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
        self.put_large(entry, hash);
        self.put_at(front(hash), entry);
    }

    /// Puts an entry first in its bucket and returns the one that leaves it.
    fn put_at(&mut self, bucket: usize, entry: Entry) -> Entry {
        let Bucket([first, second]) = &mut self.buckets[bucket];
        std::mem::replace(second, std::mem::replace(first, entry))
    }

    /// Puts an entry into the large table. What leaves its bucket takes the neighbour's last place, if that is free.
    fn put_large(&mut self, entry: Entry, hash: u64) {
        let bucket = self.large(hash);
        let left = self.put_at(bucket, entry);
        let Bucket([_, last]) = &mut self.buckets[bucket ^ 1];
        if last.key.is_empty() {
            *last = left;
        }
    }

    /// Takes eight times the room: a short text never pays for a large table.
    fn grow(&mut self) {
        self.bits = (self.bits + 3).min(MOST_BITS);
        let grown = vec![Bucket::default(); (1 << FRONT_BITS) + (1 << self.bits)];
        let old = std::mem::replace(&mut self.buckets, grown);
        self.buckets[..1 << FRONT_BITS].copy_from_slice(&old[..1 << FRONT_BITS]);
        for entry in old.into_iter().skip(1 << FRONT_BITS).flat_map(|Bucket([first, second])| [second, first]) {
            if !entry.key.is_empty() {
                self.put_large(entry, entry.key.hash());
            }
        }
    }

    /// The place of a piece longer than a key holds.
    fn find_long(&self, piece: &[u8]) -> u32 {
        if piece.len() > LONGEST {
            return NOWHERE;
        }
        let hash = hash_bytes(piece);
        self.long.find(hash, |e| e.hash == hash && self.piece(e) == piece).map_or(NOWHERE, |found| OUTSIDE | found.ids)
    }

    fn put_long(&mut self, piece: &[u8], ids: &[Id]) {
        if piece.len() > LONGEST || self.find_long(piece) != NOWHERE {
            return;
        }
        if self.long_bytes.len() + piece.len() > LONG_BYTES {
            self.clear();
        }
        let spilled = self.spill(ids);
        let hash = hash_bytes(piece);
        let entry = Long { hash, start: self.long_bytes.len() as u32, len: piece.len() as u32, ids: spilled };
        self.long_bytes.extend_from_slice(piece);
        self.long.insert_unique(hash, entry, |e| e.hash);
    }

    fn piece(&self, entry: &Long) -> &[u8] {
        &self.long_bytes[entry.start as usize..(entry.start + entry.len) as usize]
    }

    fn spill(&mut self, ids: &[Id]) -> u32 {
        if self.spilled.len() + ids.len() >= SPILL {
            self.clear();
        }
        let start = self.spilled.len();
        self.spilled.push(ids.len() as Id);
        self.spilled.extend_from_slice(ids);
        start as u32
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
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
            cache.seek(piece.as_bytes(), &[(0, piece.len())], &mut pieces);
            cache.find(piece.as_bytes(), &mut pieces);
            let ids = cache.ids(&pieces, 0).map(<[Id]>::to_vec);
            let few = cache.inline(&pieces, 0);
            assert!(few.is_none_or(|(few, count)| Some(&few[..count]) == ids.as_deref()));
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
