//! Which pairs occur how often, and where: the data structure that trainers share.
//!
//! Most pairs of a corpus are rare and never merged, yet they would fill the tables. So only pairs with a count of at
//! least `floor` are tracked. Counts of existing pairs only fall, and a pair that a merge creates starts with its
//! greatest count, so an untracked pair stays below the floor and the best tracked pair is the best of all as long as
//! it is not below the floor itself. Then the array is scanned anew with a lower floor: an *epoch*, of which a training
//! has a handful. (Pairs whose count rises are the exception: see [`PairIndex::add`].)
//!
//! Positions of a pair are one ascending run of `u32` in a shared pool. They are not updated when a neighbour's merge
//! destroys an occurrence; whoever visits a position checks the two slots there.
//!
//! Ties: higher count, then smaller (left id, right id), as in Hugging Face's trainer.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::vocab::Id;

use super::arena::{Arena, Part, Slot};

/// How far below the best count an epoch reaches.
const REACH: u64 = 16;
/// The most buckets that the filter has which keeps rare pairs out of the exact count, as a power of two.
const MOST_BUCKET_BITS: u32 = 20;

/// (left, right) as one integer that sorts like the pair.
pub(crate) fn key(left: Id, right: Id) -> u64 {
    u64::from(left) << 32 | u64::from(right)
}

/// The pair behind a key.
pub(crate) fn pair(key: u64) -> (Id, Id) {
    ((key >> 32) as Id, key as Id)
}

/// The buckets of the filter: as many as there are slots, within bounds.
#[derive(Clone, Copy)]
struct Buckets {
    bits: u32,
}

impl Buckets {
    fn of(slots: usize) -> Buckets {
        Buckets { bits: (usize::BITS - slots.leading_zeros()).clamp(4, MOST_BUCKET_BITS) }
    }

    fn len(self) -> usize {
        1 << self.bits
    }

    fn of_key(self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - self.bits)) as usize
    }
}

#[derive(Clone, Copy)]
struct Tracked {
    count: u64,
    start: usize,
    len: usize,
    /// Positions were added after others, so they are no longer ascending.
    extended: bool,
}

/// Tracked pairs, best first.
pub(crate) struct PairIndex {
    numbers: FxHashMap<u64, u32>,
    tracked: Vec<Tracked>,
    pool: Vec<u32>,
    queue: BinaryHeap<(u64, Reverse<u64>, u32)>,
    /// Pairs that begin with this count are tracked.
    entry: u64,
    /// Untracked pairs have a smaller count than this; `entry` unless untracked pairs gained occurrences.
    floor: u64,
    /// Least count that a merge may have.
    least: u64,
    /// What pairs without a number gained since the scan, see [`PairIndex::add`].
    gained: FxHashMap<u64, u64>,
}

impl PairIndex {
    /// An index that has not scanned anything; `least` is the smallest count that may be merged.
    pub fn new(least: u64) -> Self {
        PairIndex {
            numbers: FxHashMap::default(),
            tracked: Vec::new(),
            pool: Vec::new(),
            queue: BinaryHeap::new(),
            entry: u64::MAX,
            floor: u64::MAX,
            least: least.max(1),
            gained: FxHashMap::default(),
        }
    }

    /// Whether an epoch with a lower floor could bring up further pairs.
    pub fn can_sink(&self) -> bool {
        self.floor > self.least
    }

    /// Begins a new epoch: forgets everything and scans `arena`. `wanted` merges are still
    /// to be learned; `allowed` says which pairs may ever be merged.
    ///
    /// Two passes: sums per hash bucket bound every pair's count from above; pairs in buckets that reach the floor are
    /// counted exactly and their places noted. Those that reach it themselves are tracked.
    pub fn scan<S: Slot>(&mut self, arena: &Arena<S>, widths: &[u32], wanted: usize, allowed: &dyn Fn(Id, Id) -> bool) {
        let parts = arena.parts(rayon::current_num_threads());
        let buckets = Buckets::of(arena.slots.len());
        let sums = bucket_sums(arena, &parts, widths, buckets);
        let floor = self.next_floor(&sums, wanted);
        let chains: Vec<u32> = sums.iter().map(|&sum| if sum >= floor { EMPTY } else { BELOW }).collect();
        drop(sums);

        let censuses: Vec<Census> =
            parts.par_iter().map(|part| Census::take(arena, part.clone(), widths, buckets, chains.clone())).collect();

        (self.entry, self.floor) = (floor, floor);
        self.numbers.clear();
        self.tracked.clear();
        self.gained.clear();
        for census in &censuses {
            for &(key, count, occurrences) in &census.pairs {
                let number = *self.numbers.entry(key).or_insert_with(|| {
                    self.tracked.push(Tracked { count: 0, start: 0, len: 0, extended: false });
                    self.tracked.len() as u32 - 1
                });
                let tracked = &mut self.tracked[number as usize];
                tracked.count += count;
                tracked.len += occurrences;
            }
        }
        let mut queue = Vec::new();
        let mut end = 0;
        self.numbers.retain(|&key, &mut number| {
            let (left, right) = pair(key);
            let tracked = &mut self.tracked[number as usize];
            let keep = tracked.count >= floor && allowed(left, right);
            let occurrences = std::mem::take(&mut tracked.len);
            if keep {
                tracked.start = end;
                end += occurrences;
                queue.push((tracked.count, Reverse(key), number));
            } else {
                tracked.start = usize::MAX;
            }
            keep
        });
        self.queue = BinaryHeap::from(queue);
        self.pool.clear();
        self.pool.resize(end, 0);
        for census in censuses {
            let numbers: Vec<u32> =
                census.pairs.iter().map(|(key, ..)| self.numbers.get(key).copied().unwrap_or(u32::MAX)).collect();
            for (local, at) in census.places {
                let number = numbers[local as usize];
                if number != u32::MAX {
                    let tracked = &mut self.tracked[number as usize];
                    self.pool[tracked.start + tracked.len] = at;
                    tracked.len += 1;
                }
            }
        }
    }

    /// The floor reaches down by a fixed factor, but not below the count that the last of the `wanted` merges will have
    /// at least roughly: about as many pairs stand above it now. A wrong guess costs a scan, never a wrong merge.
    fn next_floor(&self, sums: &[u64], wanted: usize) -> u64 {
        let top = sums.iter().copied().max().unwrap_or(0).min(self.floor - 1);
        let mut floor = top / REACH;
        if wanted < sums.len() {
            let mut sums = sums.to_vec();
            let (_, &mut last, _) = sums.select_nth_unstable_by(wanted, |a, b| b.cmp(a));
            floor = floor.max(last.min(top / 2));
        }
        floor.max(self.least)
    }

    /// Removes the best pair and returns it with its count and positions, or `None` where this epoch has no pair left
    /// that is certainly the best.
    pub fn pop(&mut self) -> Option<((Id, Id), u64, std::ops::Range<usize>)> {
        loop {
            let (count, Reverse(key), number) = self.queue.pop()?;
            let now = self.tracked[number as usize];
            if now.count == count {
                if count < self.floor {
                    return None;
                }
                self.numbers.remove(&key);
                let range = now.start..now.start + now.len;
                if now.extended {
                    self.pool[range.clone()].sort_unstable();
                }
                return Some((pair(key), count, range));
            }
            if now.count >= self.floor {
                self.queue.push((now.count, Reverse(key), number));
            }
        }
    }

    /// Positions handed out by [`PairIndex::pop`].
    pub fn positions(&self, range: std::ops::Range<usize>) -> &[u32] {
        &self.pool[range]
    }

    /// Takes `count` occurrences from a pair. An untracked pair needs no bookkeeping.
    pub fn lose(&mut self, key: u64, count: u64) {
        if let Some(&number) = self.numbers.get(&key) {
            let tracked = &mut self.tracked[number as usize];
            tracked.count = tracked.count.saturating_sub(count);
        }
    }

    /// Gives `count` occurrences at `positions` other places to a pair, and returns where in the pool to write these
    /// places, ascending; `None` where the pair is not tracked. `fresh` says that the pair contains a token that did
    /// not exist before this merge.
    ///
    /// A token can be learned twice by different merges ("ab"+"c", "a"+"bc"). Then pairs that exist gain occurrences,
    /// which no scan foresaw: a tracked one gets its positions extended; for an untracked one the floor rises by what
    /// it gained, so that the next epoch comes before it could have become the best.
    pub fn add(&mut self, key: u64, count: u64, positions: usize, fresh: bool) -> Option<usize> {
        if let Some(&number) = self.numbers.get(&key) {
            let old = self.tracked[number as usize];
            let start = self.pool.len();
            self.pool.extend_from_within(old.start..old.start + old.len);
            self.pool.resize(start + old.len + positions, 0);
            let len = old.len + positions;
            self.tracked[number as usize] = Tracked { count: old.count + count, start, len, extended: true };
            self.queue.push((old.count + count, Reverse(key), number));
            return Some(start + old.len);
        }
        if !fresh {
            let gained = self.gained.entry(key).or_default();
            *gained += count;
            self.floor = self.floor.max(self.entry.saturating_add(*gained));
            return None;
        }
        if count < self.entry {
            return None;
        }
        let number = self.tracked.len() as u32;
        let start = self.pool.len();
        self.pool.resize(start + positions, 0);
        self.tracked.push(Tracked { count, start, len: positions, extended: false });
        self.numbers.insert(key, number);
        self.queue.push((count, Reverse(key), number));
        Some(start)
    }

    /// The pool from `start` on, to write positions into.
    pub fn pool_mut(&mut self) -> &mut [u32] {
        &mut self.pool
    }
}

/// The pairs of one part of the array that may reach the floor, in a table chained by filter bucket.
struct Census {
    buckets: Buckets,
    /// By bucket: [`BELOW`], [`EMPTY`], or the number of its latest pair.
    chains: Vec<u32>,
    /// By pair: the pair before it in its bucket, or [`EMPTY`].
    nexts: Vec<u32>,
    /// (key, count, occurrences).
    pairs: Vec<(u64, u64, usize)>,
    /// (number in `pairs`, position), ascending.
    places: Vec<(u32, u32)>,
}

/// A bucket of the filter whose pairs stay below the floor, and one that has no pair yet.
const BELOW: u32 = u32::MAX;
const EMPTY: u32 = u32::MAX - 1;
/// Pairs looked up together, so that their cache misses overlap.
const BATCH: usize = 256;

impl Census {
    fn take<S: Slot>(arena: &Arena<S>, part: Part, widths: &[u32], buckets: Buckets, chains: Vec<u32>) -> Census {
        let mut census = Census { buckets, chains, nexts: Vec::new(), pairs: Vec::new(), places: Vec::new() };
        let mut batch = [(0u64, 0u64, 0u32); BATCH];
        let mut filled = 0;
        arena.for_each_pair(part, widths, |at, left, right, count| {
            let key = key(left, right);
            batch[filled] = (key, count, at as u32);
            filled += usize::from(census.chains[buckets.of_key(key)] != BELOW);
            if filled == BATCH {
                census.note(&batch);
                filled = 0;
            }
        });
        census.note(&batch[..filled]);
        census
    }

    fn note(&mut self, batch: &[(u64, u64, u32)]) {
        for &(key, count, at) in batch {
            let chain = &mut self.chains[self.buckets.of_key(key)];
            let mut number = *chain;
            while number != EMPTY && self.pairs[number as usize].0 != key {
                number = self.nexts[number as usize];
            }
            if number == EMPTY {
                number = self.pairs.len() as u32;
                self.pairs.push((key, 0, 0));
                self.nexts.push(*chain);
                *chain = number;
            }
            let pair = &mut self.pairs[number as usize];
            pair.1 += count;
            pair.2 += 1;
            self.places.push((number, at));
        }
    }
}

/// Weighted pair counts summed per hash bucket: an upper bound for every pair in it.
fn bucket_sums<S: Slot>(arena: &Arena<S>, parts: &[Part], widths: &[u32], buckets: Buckets) -> Vec<u64> {
    parts
        .par_iter()
        .map(|part| {
            let mut sums = vec![0u64; buckets.len()];
            arena.for_each_pair(part.clone(), widths, |_, left, right, count| {
                sums[buckets.of_key(key(left, right))] += count
            });
            sums
        })
        .reduce_with(|mut a, b| {
            a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
            a
        })
        .unwrap_or_default()
}
