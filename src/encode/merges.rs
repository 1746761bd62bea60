//! The merge list as a table, and merging with it: short sequences by scanning, long ones by buckets of ranks.
//!
//! Both do exactly what [`crate::vocab::Vocab::segment`] defines: of all adjacent pairs the one of lowest rank is
//! merged, leftmost first. A short sequence keeps the rank of every pair in an array and looks for the smallest; that
//! is quadratic, but in a handful of machine words. A long one keeps the positions of every rank in a bucket of its
//! own and a heap of the ranks that have one: every position enters a bucket once per pair it takes part in, so the
//! cost is linear in the length but for the heap of distinct ranks.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use crate::vocab::{Id, Merge};

/// No merge.
const NONE: u32 = u32::MAX;
/// Sequences up to this length are merged by scanning.
const SHORT: usize = 64;

#[derive(Clone, Copy)]
struct Slot {
    pair: u64,
    rank: u32,
    new: Id,
}

const EMPTY: Slot = Slot { pair: u64::MAX, rank: NONE, new: 0 };

/// (left, right) to (rank, new), in one open-addressing table.
///
/// Most pairs that are asked for are not there, and the table of a large vocabulary fits no near cache. So a small bit
/// set answers first; and pairs of bytes, which every piece begins with, have a dense table of their own.
#[derive(Debug)]
pub(super) struct MergeTable {
    slots: Vec<Slot>,
    shift: u32,
    /// One bit a hash: whether any pair has it.
    filter: Vec<u64>,
    filter_shift: u32,
    /// By byte pair, for a byte-level model.
    bytes: Vec<(u32, Id)>,
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}->{}", self.pair, self.new)
    }
}

/// Buffers for merging, kept between calls.
#[derive(Debug)]
pub(super) struct Work {
    /// Of a short sequence: rank and position of every pair in one number, so that the leftmost of the lowest is the
    /// least number, and what the pair becomes.
    ranked: [u64; SHORT],
    news: [Id; SHORT],
    previous: Vec<u32>,
    next: Vec<u32>,
    buckets: FxHashMap<u32, Vec<u32>>,
    queue: BinaryHeap<Reverse<u32>>,
}

impl Default for Work {
    fn default() -> Work {
        Work {
            ranked: [u64::MAX; SHORT],
            news: [0; SHORT],
            previous: Vec::new(),
            next: Vec::new(),
            buckets: FxHashMap::default(),
            queue: BinaryHeap::new(),
        }
    }
}

impl Work {
    #[inline]
    fn set(&mut self, at: usize, (rank, new): (u32, Id)) {
        let number = u64::from(rank) * SHORT as u64 + at as u64;
        self.ranked[at] = if rank == NONE { u64::MAX } else { number };
        self.news[at] = new;
    }
}

fn mix(pair: u64) -> u64 {
    let a = pair.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (a ^ a >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

impl MergeTable {
    /// The table of a merge list; a pair that is listed twice has its last rank, as in the `tokenizers` crate. `bytes`
    /// are the symbols of bytes, if pieces are made of these.
    pub(super) fn new(merges: &[Merge], bytes: Option<&[Id; 256]>) -> MergeTable {
        let bits = (merges.len() * 3 / 2).max(8).next_power_of_two().trailing_zeros();
        // Eight bits a merge.
        let filter_bits = (bits + 2).max(6);
        let mut table = MergeTable {
            slots: vec![EMPTY; 1 << bits],
            shift: 64 - bits,
            filter: vec![0; (1 << filter_bits) / 64],
            filter_shift: 64 - filter_bits,
            bytes: Vec::new(),
        };
        for (rank, merge) in merges.iter().enumerate() {
            let pair = u64::from(merge.left) << 32 | u64::from(merge.right);
            let mut place = table.place(pair);
            while table.slots[place].pair != u64::MAX && table.slots[place].pair != pair {
                place = (place + 1) & (table.slots.len() - 1);
            }
            table.slots[place] = Slot { pair, rank: rank as u32, new: merge.new };
            let bit = (mix(pair) >> table.filter_shift) as usize;
            table.filter[bit / 64] |= 1 << (bit % 64);
        }
        for &left in bytes.into_iter().flatten() {
            for &right in bytes.into_iter().flatten() {
                let pair = table.get(left, right);
                table.bytes.push(pair);
            }
        }
        table
    }

    fn place(&self, pair: u64) -> usize {
        (mix(pair) >> self.shift) as usize
    }

    /// Rank and result of a pair; the rank is `u32::MAX` where it has none.
    #[inline]
    fn get(&self, left: Id, right: Id) -> (u32, Id) {
        let pair = u64::from(left) << 32 | u64::from(right);
        let bit = (mix(pair) >> self.filter_shift) as usize;
        if self.filter[bit / 64] >> (bit % 64) & 1 == 0 {
            return (NONE, 0);
        }
        let mut place = self.place(pair);
        loop {
            let slot = &self.slots[place];
            if slot.pair == pair || slot.pair == u64::MAX {
                return (slot.rank, slot.new);
            }
            place = (place + 1) & (self.slots.len() - 1);
        }
    }

    /// Merges `ids` in place.
    pub(super) fn merge(&self, ids: &mut Vec<Id>, work: &mut Work) {
        if ids.len() <= SHORT { self.merge_short(ids, work) } else { self.merge_long(ids, work) }
    }

    /// Merges `ids`, which are the symbols of `piece` byte by byte. The table must be prepared for bytes.
    pub(super) fn merge_bytes(&self, piece: &[u8], ids: &mut Vec<Id>, work: &mut Work) {
        if ids.len() > SHORT || self.bytes.is_empty() {
            return self.merge(ids, work);
        }
        for (at, pair) in piece.windows(2).enumerate() {
            work.set(at, self.bytes[usize::from(pair[0]) << 8 | usize::from(pair[1])]);
        }
        self.merge_ranked(ids, work);
    }

    /// At most [`SHORT`] symbols.
    fn merge_short(&self, ids: &mut Vec<Id>, work: &mut Work) {
        for (at, pair) in ids.windows(2).enumerate() {
            work.set(at, self.get(pair[0], pair[1]));
        }
        self.merge_ranked(ids, work);
    }

    /// Merges at most [`SHORT`] symbols with the ranks of their pairs at hand. A symbol that was merged into the one
    /// before it leaves a gap: which positions still hold one is a bit set, so nothing moves until the end.
    fn merge_ranked(&self, ids: &mut Vec<Id>, work: &mut Work) {
        let Some(pairs) = ids.len().checked_sub(1) else { return };
        let mut held = u64::MAX >> (SHORT - ids.len());
        loop {
            let least = work.ranked[..pairs].iter().copied().fold(u64::MAX, u64::min);
            if least == u64::MAX {
                break;
            }
            let at = least as usize % SHORT;
            // There is a pair at this position, so a symbol comes after it.
            let right = at + 1 + (held >> (at + 1)).trailing_zeros() as usize;
            ids[at] = work.news[at];
            held &= !(1 << right);
            if right < pairs {
                work.ranked[right] = u64::MAX;
            }
            let before = held & ((1 << at) - 1);
            if before != 0 {
                let left = before.ilog2() as usize;
                work.set(left, self.get(ids[left], ids[at]));
            }
            let after = (held >> at) >> 1;
            if after != 0 {
                let next = at + 1 + after.trailing_zeros() as usize;
                work.set(at, self.get(ids[at], ids[next]));
            } else {
                work.ranked[at] = u64::MAX;
            }
        }
        let mut kept = 0;
        while held != 0 {
            ids[kept] = ids[held.trailing_zeros() as usize];
            held &= held - 1;
            kept += 1;
        }
        ids.truncate(kept);
    }

    fn merge_long(&self, ids: &mut Vec<Id>, work: &mut Work) {
        let len = ids.len();
        let Work { previous, next, buckets, queue, .. } = work;
        previous.clear();
        next.clear();
        previous.extend((0..len as u32).map(|n| n.wrapping_sub(1)));
        next.extend(1..=len as u32);
        queue.clear();
        buckets.clear();
        let note =
            |rank: u32, at: u32, queue: &mut BinaryHeap<Reverse<u32>>, buckets: &mut FxHashMap<u32, Vec<u32>>| {
                let bucket = buckets.entry(rank).or_default();
                if bucket.is_empty() {
                    queue.push(Reverse(rank));
                }
                bucket.push(at);
            };
        for (at, pair) in ids.windows(2).enumerate() {
            let (rank, _) = self.get(pair[0], pair[1]);
            if rank != NONE {
                note(rank, at as u32, queue, buckets);
            }
        }
        // A position that was merged into the one before it has itself as `next`.
        while let Some(Reverse(rank)) = queue.pop() {
            let Some(mut bucket) = buckets.remove(&rank) else { continue };
            bucket.sort_unstable();
            for n in 0..bucket.len() {
                let at = bucket[n] as usize;
                let right = next[at] as usize;
                if right == at || right >= len {
                    continue;
                }
                let (now, new) = self.get(ids[at], ids[right]);
                if now != rank {
                    continue;
                }
                let after = next[right] as usize;
                ids[at] = new;
                next[at] = after as u32;
                next[right] = right as u32;
                let mut lower = false;
                if after < len {
                    previous[after] = at as u32;
                    let (rank_after, _) = self.get(new, ids[after]);
                    if rank_after != NONE {
                        note(rank_after, at as u32, queue, buckets);
                        lower |= rank_after < rank;
                    }
                }
                let before = previous[at] as usize;
                if at > 0 {
                    let (rank_before, _) = self.get(ids[before], new);
                    if rank_before != NONE {
                        note(rank_before, before as u32, queue, buckets);
                        lower |= rank_before < rank;
                    }
                }
                if lower && n + 1 < bucket.len() {
                    // Only a merge list that was not learned in order gets here: the new pair goes first.
                    for &rest in &bucket[n + 1..] {
                        note(rank, rest, queue, buckets);
                    }
                    break;
                }
            }
        }
        let mut kept = 0;
        for at in 0..len {
            if next[at] as usize != at {
                ids[kept] = ids[at];
                kept += 1;
            }
        }
        ids.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::Vocab;
    use proptest::prelude::*;

    /// A vocabulary over `a`..`d` with merges in any order, learnable or not.
    fn vocab(pairs: &[(usize, usize)]) -> Vocab {
        let mut vocab = Vocab::new();
        for token in ["a", "b", "c", "d"] {
            vocab.push(token.as_bytes());
        }
        let mut seen = std::collections::BTreeSet::new();
        for &(left, right) in pairs {
            let (left, right) = ((left % vocab.len()) as Id, (right % vocab.len()) as Id);
            let joined = [vocab.token(left).unwrap(), vocab.token(right).unwrap()].concat();
            if joined.len() < 12 && seen.insert((left, right)) {
                let known = vocab.by_token().get(&joined[..]).copied();
                let new = known.unwrap_or_else(|| vocab.push(&joined));
                vocab.merges.push(Merge { left, right, new });
            }
        }
        vocab
    }

    proptest! {
        #[test]
        fn both_ways_are_the_definition(
            pairs in prop::collection::vec((0usize..40, 0usize..40), 0..30),
            backwards in any::<bool>(),
            ids in prop_oneof![
                prop::collection::vec(0u32..4, 0..70),
                prop::collection::vec(0u32..4, 60..200),
            ],
        ) {
            let mut vocab = vocab(&pairs);
            if backwards {
                vocab.merges.reverse();
            }
            let table = MergeTable::new(&vocab.merges, Some(&std::array::from_fn(|byte| byte as Id)));
            let mut expected = ids.clone();
            vocab.segment(&mut expected);
            let (mut short, mut long, mut bytes) = (ids.clone(), ids.clone(), ids.clone());
            let piece: Vec<u8> = ids.iter().map(|&id| id as u8).collect();
            table.merge_bytes(&piece, &mut bytes, &mut Work::default());
            prop_assert_eq!(&bytes, &expected);
            table.merge(&mut short, &mut Work::default());
            table.merge_long(&mut long, &mut Work::default());
            prop_assert_eq!(&short, &expected);
            prop_assert_eq!(&long, &expected);
        }
    }
}
