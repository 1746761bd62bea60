//! Merging a long sequence.
//!
//! The positions of every rank are kept in a bucket of its own, and the ranks that have one in a heap: every position
//! enters a bucket once per pair it takes part in, so the cost is linear in the length but for the heap of distinct
//! ranks.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use crate::vocab::Id;

use super::merges::{MergeTable, NONE};

/// Buffers for merging, kept between calls.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    previous: Vec<u32>,
    next: Vec<u32>,
    buckets: FxHashMap<u32, Vec<u32>>,
    queue: BinaryHeap<Reverse<u32>>,
}

impl Buckets {
    /// Merges `ids` in place.
    pub(super) fn merge(&mut self, table: &MergeTable, ids: &mut Vec<Id>) {
        let len = ids.len();
        let Buckets { previous, next, buckets, queue } = self;
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
            let rank = table.rank(pair[0], pair[1]);
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
                if table.rank(ids[at], ids[right]) != rank {
                    continue;
                }
                let new = table.new_of(rank as usize);
                let after = next[right] as usize;
                ids[at] = new;
                next[at] = after as u32;
                next[right] = right as u32;
                let mut lower = false;
                if after < len {
                    previous[after] = at as u32;
                    let rank_after = table.rank(new, ids[after]);
                    if rank_after != NONE {
                        note(rank_after, at as u32, queue, buckets);
                        lower |= rank_after < rank;
                    }
                }
                let before = previous[at] as usize;
                if at > 0 {
                    let rank_before = table.rank(ids[before], new);
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
