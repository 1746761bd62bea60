//! Merging short sequences, many side by side.
//!
//! A short sequence keeps the rank of every pair in an array and looks for the smallest; that is quadratic, but in a
//! handful of machine words. What takes time is memory: each merge asks the table for two more pairs, and most of a
//! large table is in no near cache. But sequences do not depend on one another. So those of a batch take turns: one asks
//! for what its next merge needs, and the others have their turn until it has come.

use crate::vocab::Id;

use super::merges::{MergeTable, NONE, Query};

/// Symbols of a sequence at most.
pub(super) const SHORT: usize = 64;
/// Ranks that are compared at once; a sequence's length is rounded up to it.
const STEP: usize = 16;
/// No pair to merge.
const DONE: i32 = i32::MAX;

/// One sequence.
#[derive(Clone, Copy, Debug)]
struct Lane {
    ids: [Id; SHORT],
    /// Rank and position of every pair in one number, so that the leftmost of the lowest is the least.
    ranked: [i32; SHORT],
    width: usize,
    /// Positions that hold a symbol: one that was merged into the one before it leaves a gap, so nothing ever moves.
    held: u64,
    least: i32,
    asked: [(usize, Query); 2],
    asking: usize,
}

/// Sequences to be merged, and merged.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    used: usize,
    active: Vec<usize>,
}

impl Lanes {
    /// Whether the ranks of a table fit beside positions: up to 33 million merges.
    pub(super) fn fit(table: &MergeTable) -> bool {
        table.len() < i32::MAX as usize / SHORT
    }

    pub(super) fn clear(&mut self) {
        self.used = 0;
    }

    /// Adds a sequence of at most [`SHORT`] symbols; `ranks` are those of its pairs, or none of them if it is merged.
    pub(super) fn push(&mut self, ids: impl Iterator<Item = Id>, ranks: impl Iterator<Item = u32>) {
        if self.used == self.lanes.len() {
            self.lanes.push(Lane::EMPTY);
        }
        let lane = &mut self.lanes[self.used];
        self.used += 1;
        let mut len = 0;
        for (slot, id) in lane.ids.iter_mut().zip(ids) {
            *slot = id;
            len += 1;
        }
        lane.held = if len == 0 { 0 } else { u64::MAX >> (SHORT - len) };
        lane.width = len.next_multiple_of(STEP);
        lane.ranked[..lane.width].fill(DONE);
        for (at, rank) in ranks.enumerate() {
            lane.set(at, rank);
        }
        lane.asking = 0;
    }

    /// Merges all sequences.
    pub(super) fn run(&mut self, table: &MergeTable) {
        let Lanes { lanes, used, active } = self;
        active.clear();
        active.extend(0..*used);
        while !active.is_empty() {
            active.retain(|&lane| lanes[lane].choose(table));
            for &lane in &*active {
                lanes[lane].merge(table);
            }
        }
    }

    /// The ids of the `n`th sequence.
    pub(super) fn ids(&self, n: usize) -> impl Iterator<Item = Id> {
        let lane = &self.lanes[n];
        let mut held = lane.held;
        std::iter::from_fn(move || {
            let at = (held != 0).then(|| held.trailing_zeros() as usize)?;
            held &= held - 1;
            Some(lane.ids[at])
        })
    }
}

impl Lane {
    const EMPTY: Lane = Lane {
        ids: [0; SHORT],
        ranked: [DONE; SHORT],
        width: 0,
        held: 0,
        least: DONE,
        asked: [(0, Query::Known(NONE)); 2],
        asking: 0,
    };

    #[inline]
    fn set(&mut self, at: usize, rank: u32) {
        self.ranked[at] = if rank == NONE { DONE } else { rank as i32 * SHORT as i32 + at as i32 };
    }

    /// Takes in what was asked for and chooses the next merge, if there is one.
    #[inline]
    fn choose(&mut self, table: &MergeTable) -> bool {
        for n in 0..self.asking {
            let (at, query) = self.asked[n];
            self.set(at, table.answer(query));
        }
        self.asking = 0;
        let steps = self.ranked[..self.width].chunks_exact(STEP);
        self.least = steps.map(|step| step.iter().copied().fold(DONE, i32::min)).fold(DONE, i32::min);
        if self.least != DONE {
            table.prefetch_new(self.least as usize / SHORT);
        }
        self.least != DONE
    }

    /// Carries the chosen merge out and asks for the ranks of the pairs that it makes.
    #[inline]
    fn merge(&mut self, table: &MergeTable) {
        let at = self.least as usize % SHORT;
        // There is a pair at this position, so a symbol comes after it.
        let right = at + 1 + (self.held >> (at + 1)).trailing_zeros() as usize;
        self.ids[at] = table.new_of(self.least as usize / SHORT);
        self.held &= !(1 << right);
        self.ranked[right] = DONE;
        self.ranked[at] = DONE;
        let before = self.held & ((1 << at) - 1);
        if before != 0 {
            let left = before.ilog2() as usize;
            self.ranked[left] = DONE;
            self.ask(table, left, at);
        }
        let after = self.held >> (at + 1);
        if after != 0 {
            self.ask(table, at, at + 1 + after.trailing_zeros() as usize);
        }
    }

    #[inline]
    fn ask(&mut self, table: &MergeTable, left: usize, right: usize) {
        if let Some(query) = table.ask(self.ids[left], self.ids[right]) {
            self.asked[self.asking] = (left, query);
            self.asking += 1;
        }
    }
}
