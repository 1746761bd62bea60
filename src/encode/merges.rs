//! The merge list as a table.

use prefetch_index::prefetch_index;
use rustc_hash::FxHashMap;

use crate::vocab::{Id, Merge};

/// No merge.
pub(super) const NONE: u32 = u32::MAX;

/// Bits of an id and of a rank in a slot.
pub(super) const ID_BITS: u32 = 21;
const RANK_BITS: u32 = 22;
const EMPTY: u64 = u64::MAX;

/// (left, right) to rank, in one open-addressing table.
///
/// Most pairs that are asked for are not there, and the table of a large vocabulary fits no near cache. So a small bit
/// set answers first; pairs of bytes, which every piece begins with, have a dense table of their own; and a slot is one
/// machine word, which holds the pair and its rank. A vocabulary of two million tokens or four million merges would
/// not fit: what is beyond goes to an ordinary map.
#[derive(Debug)]
pub(super) struct MergeTable {
    slots: Vec<u64>,
    shift: u32,
    /// One bit a hash: whether any pair has it.
    filter: Vec<u64>,
    filter_shift: u32,
    /// Pairs too large for a slot.
    beyond: FxHashMap<(Id, Id), u32>,
    /// Ranks by byte pair, for a byte-level model.
    bytes: Vec<u32>,
    /// What the pair of each rank becomes.
    news: Vec<Id>,
}

/// A pair on its way to its rank.
#[derive(Clone, Copy, Debug)]
pub(super) enum Query {
    Known(u32),
    Slot { pair: u64, place: u32 },
}

/// A pair as one number, if a slot has room for it.
#[inline]
fn packed(left: Id, right: Id) -> Option<u64> {
    // Not all ones, so that no slot looks empty.
    let fits = (left | right) >> ID_BITS == 0 && (left & right) != (1 << ID_BITS) - 1;
    fits.then(|| u64::from(left) << ID_BITS | u64::from(right))
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
            beyond: FxHashMap::default(),
            bytes: Vec::new(),
            news: merges.iter().map(|merge| merge.new).collect(),
        };
        for (rank, merge) in merges.iter().enumerate() {
            table.insert(merge.left, merge.right, rank as u32);
        }
        for &left in bytes.into_iter().flatten() {
            for &right in bytes.into_iter().flatten() {
                table.bytes.push(table.rank(left, right));
            }
        }
        table
    }

    fn insert(&mut self, left: Id, right: Id, rank: u32) {
        let (Some(pair), 0) = (packed(left, right), rank >> RANK_BITS) else {
            self.beyond.insert((left, right), rank);
            return;
        };
        let hash = mix(pair);
        let mut place = (hash >> self.shift) as usize;
        while self.slots[place] != EMPTY && self.slots[place] >> RANK_BITS != pair {
            place = (place + 1) & (self.slots.len() - 1);
        }
        self.slots[place] = pair << RANK_BITS | u64::from(rank);
        let bit = (hash >> self.filter_shift) as usize;
        self.filter[bit / 64] |= 1 << (bit % 64);
    }

    /// The rank of a pair, `u32::MAX` where it has none.
    #[inline]
    pub(super) fn rank(&self, left: Id, right: Id) -> u32 {
        self.look(left, right).map_or(NONE, |query| self.answer(query))
    }

    /// Begins to look a pair up, if it may have a rank, and calls for the memory that [`MergeTable::answer`] will read.
    #[inline]
    pub(super) fn ask(&self, left: Id, right: Id) -> Option<Query> {
        let query = self.look(left, right)?;
        if let Query::Slot { place, .. } = query {
            prefetch_index(&self.slots, place as usize);
        }
        Some(query)
    }

    #[inline]
    fn look(&self, left: Id, right: Id) -> Option<Query> {
        if !self.beyond.is_empty()
            && let Some(&rank) = self.beyond.get(&(left, right))
        {
            return Some(Query::Known(rank));
        }
        let pair = packed(left, right)?;
        let hash = mix(pair);
        let bit = (hash >> self.filter_shift) as usize;
        let may = self.filter[bit / 64] >> (bit % 64) & 1 != 0;
        may.then_some(Query::Slot { pair, place: (hash >> self.shift) as u32 })
    }

    /// The rank that was asked for, `u32::MAX` if there is none.
    #[inline]
    pub(super) fn answer(&self, query: Query) -> u32 {
        let (pair, place) = match query {
            Query::Known(rank) => return rank,
            Query::Slot { pair, place } => (pair, place),
        };
        let mut place = place as usize;
        loop {
            let slot = self.slots[place];
            if slot >> RANK_BITS == pair {
                return slot as u32 & ((1 << RANK_BITS) - 1);
            }
            if slot == EMPTY {
                return NONE;
            }
            place = (place + 1) & (self.slots.len() - 1);
        }
    }

    /// Number of merges.
    pub(super) fn len(&self) -> usize {
        self.news.len()
    }

    /// What the pair of a rank becomes.
    #[inline]
    pub(super) fn new_of(&self, rank: usize) -> Id {
        self.news[rank]
    }

    /// Calls for the memory that [`MergeTable::new_of`] will read.
    #[inline]
    pub(super) fn prefetch_new(&self, rank: usize) {
        prefetch_index(&self.news, rank);
    }

    /// The rank of a pair of bytes; the table must be prepared for bytes.
    #[inline]
    pub(super) fn rank_of_bytes(&self, left: u8, right: u8) -> u32 {
        self.bytes[usize::from(left) << 8 | usize::from(right)]
    }
}
