//! Distinct words as one flat array of slots, rewritten in place while merges are learned.
//!
//! Every base symbol has one slot; words are separated by [`SEPARATOR`]. A token that spans several slots has its id in
//! the first and the last of them and [`HOLE`] between, so that the token before and the token after any position are
//! found by one read each, without lists or scans. Words stand in order of falling count: the count at a position is
//! then a step function with few steps, and positions visited in ascending order walk along it.
//!
//! Slots are `u16` while ids fit, which keeps the array of a 200 MB corpus inside a level-three cache.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::observe::{self, Observer};
use crate::vocab::Id;
use crate::words::WordCounts;

use super::Symbols;

/// A slot's integer.
pub(crate) trait Slot: Copy + Eq + Send + Sync + 'static {
    /// Marks the border of a word.
    const SEPARATOR: Self;
    /// Marks the inside of a token.
    const HOLE: Self;
    /// The slot that holds `id`.
    fn of(id: Id) -> Self;
    /// The id it holds.
    fn id(self) -> Id;
}

impl Slot for u16 {
    const SEPARATOR: Self = u16::MAX;
    const HOLE: Self = u16::MAX - 1;
    fn of(id: Id) -> Self {
        id as u16
    }
    fn id(self) -> Id {
        Id::from(self)
    }
}

impl Slot for u32 {
    const SEPARATOR: Self = u32::MAX;
    const HOLE: Self = u32::MAX - 1;
    fn of(id: Id) -> Self {
        id
    }
    fn id(self) -> Id {
        self
    }
}

/// Ids below this fit into `u16` slots beside the two marks.
pub(crate) const NARROW: usize = u16::MAX as usize - 1;

/// A range of slots between two word borders, and the number of the step that its first word stands in.
pub(crate) type Part = (Range<usize>, usize);

/// Turns the base symbols of a word into the tokens to start from.
pub(crate) type Resegment<'a> = dyn Fn(&mut Vec<Id>) + 'a;

/// Words as slots, and the counts along them.
pub(crate) struct Arena<S> {
    /// The slots; the first and the last are separators.
    pub slots: Vec<S>,
    /// (end position, count) of each run of words with equal counts.
    pub steps: Vec<(u32, u64)>,
}

impl<S: Slot> Arena<S> {
    /// Lays out `words`. `tokens` turns the base symbols of a word into the (token, width) sequence to start from, or
    /// leaves the symbols as they are when it is `None`.
    pub fn new(
        words: &WordCounts,
        symbols: &Symbols,
        tokens: Option<&Resegment<'_>>,
        observer: &dyn Observer,
    ) -> Result<Arena<S>> {
        let mut order: Vec<(u64, u32)> = (0..words.len()).map(|row| (words.count(row), row as u32)).collect();
        order.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut slots = Vec::with_capacity(words.bytes() + words.len() + 1);
        slots.push(S::SEPARATOR);
        let mut steps: Vec<(u32, u64)> = Vec::new();
        let mut spelled = Vec::new();
        let mut weight: u128 = 0;
        let fallback: Vec<bool> = (0..symbols.vocab.len() as Id).map(|id| symbols.is_fallback(id)).collect();
        for (n, &(count, row)) in order.iter().enumerate() {
            if count == 0 {
                break;
            }
            if n.is_multiple_of(65_536) {
                observe::check(observer)?;
            }
            spelled.clear();
            symbols.spell(words.word(row as usize), &mut spelled);
            if let Some(tokens) = tokens {
                tokens(&mut spelled);
            }
            if spelled.len() < 2 {
                continue;
            }
            for &id in &spelled {
                if fallback.get(id as usize).is_some_and(|&is| is) {
                    slots.push(S::SEPARATOR);
                    continue;
                }
                push_token(&mut slots, id, if tokens.is_some() { symbols.width(id) } else { 1 });
            }
            slots.push(S::SEPARATOR);
            weight += u128::from(count) * spelled.len() as u128;
            let end = u32::try_from(slots.len()).ok().filter(|&end| end < u32::MAX).ok_or_else(|| {
                Error::unsupported("training", "the distinct words hold more than four billion symbols")
                    .with_hint("train on a sample, or with a pattern that cuts the text into shorter pieces")
            })?;
            match steps.last_mut() {
                Some(step) if step.1 == count => step.0 = end,
                _ => steps.push((end, count)),
            }
        }
        if weight > u128::from(u64::MAX) {
            return Err(Error::unsupported("training", "the counts of the words add up to more than 2^64")
                .with_hint("divide the counts, or train on a sample"));
        }
        Ok(Arena { slots, steps })
    }

    /// Cuts the array into about `parts` ranges that begin and end at word borders, each with the number of its first
    /// step.
    pub fn parts(&self, parts: usize) -> Vec<Part> {
        let last = self.slots.len() - 1;
        let mut ranges = Vec::new();
        let mut start = 0;
        for n in 1..=parts {
            let mut end = (last * n / parts).max(start);
            while end < last && self.slots[end] != S::SEPARATOR {
                end += 1;
            }
            if end > start {
                let step = self.steps.partition_point(|&(border, _)| border as usize <= start + 1);
                ranges.push((start..end, step));
            }
            start = end;
        }
        ranges
    }

    /// Calls `f(position, left id, right id, count)` for every adjacent pair of tokens inside `range`.
    pub fn for_each_pair(&self, (range, mut step): Part, widths: &[u32], mut f: impl FnMut(usize, Id, Id, u64)) {
        let slots = &self.slots[..range.end.min(self.slots.len())];
        let mut at = range.start;
        while at < slots.len() {
            if slots[at] == S::SEPARATOR {
                at += 1;
                continue;
            }
            while step < self.steps.len() && self.steps[step].0 as usize <= at {
                step += 1;
            }
            let count = self.steps.get(step).map_or(0, |s| s.1);
            let mut left = slots[at];
            let mut next = at + widths[left.id() as usize] as usize;
            while next < slots.len() && slots[next] != S::SEPARATOR {
                let right = slots[next];
                f(at, left.id(), right.id(), count);
                at = next;
                left = right;
                next = at + widths[left.id() as usize] as usize;
            }
            at = next;
        }
    }
}

fn push_token<S: Slot>(slots: &mut Vec<S>, id: Id, width: usize) {
    slots.push(S::of(id));
    if width > 1 {
        slots.resize(slots.len() + width - 2, S::HOLE);
        slots.push(S::of(id));
    }
}
