//! An adaptive range coder over ids: what an arithmetic coder makes of tokens when it has to learn their frequencies on
//! the way.
//!
//! The model is integers only, so that the decoder walks in step on any machine. Before each id, the unit interval of
//! 2^28 parts is shared out: to the followers of the id before (orders 0 and 1 mixed; `T1` of them in `d1` types) the
//! share `T1 / (T1 + d1)`; of the rest, to the ids seen so far (`n` of `d` types) `n / (n + d)`; what is left to all `V`
//! ids equally. These are the weights of Witten and Bell 1991 (their method C); each id has at least one part. Ids are
//! laid out by number in each share, and the interval of an id is where the sums of the three begin and end.
//!
//! The bits are written by the range coder of the crate `constriction` (Martin 1979), after the number of ids in LEB128.
//!
//! Cost per id: `O(log V)`, and with order 1 the types that have followed the id before, as one scan.

#[cfg(test)]
mod tests;

use std::borrow::Borrow;
use std::num::NonZeroU32;

use constriction::stream::Encode;
use constriction::stream::model::{EncoderModel, EntropyModel};
use constriction::stream::queue::DefaultRangeEncoder;
use toktool::{Error, Result};

use super::serialise::push_leb128;

/// The interval has 2 to this parts. The coder keeps 32 to 64 bits of its range: with 28 here it loses 0.002 bits an id by
/// rounding (0.018 with 31), and an id that has never been seen cannot cost more than 28 bits.
const PRECISION: usize = 28;
const PARTS: u64 = 1 << PRECISION;

/// What has followed one id.
#[derive(Debug, Clone, Default)]
struct Context {
    /// Rising.
    ids: Vec<u32>,
    counts: Vec<u32>,
    total: u64,
}

impl Context {
    /// How many of its ids are below `id`, with their counts.
    fn before(&self, id: u32) -> u64 {
        let place = self.ids.partition_point(|&seen| seen < id);
        self.counts[..place].iter().map(|&count| u64::from(count)).sum()
    }

    fn add(&mut self, id: u32) {
        match self.ids.binary_search(&id) {
            Ok(place) => self.counts[place] += 1,
            Err(place) => {
                self.ids.insert(place, id);
                self.counts.insert(place, 1);
            }
        }
        self.total += 1;
    }
}

/// The model: the same in coder and decoder after the same ids.
#[derive(Debug)]
struct Model {
    vocabulary: u64,
    /// Counts as a Fenwick tree, from 1.
    tree: Vec<u32>,
    tokens: u64,
    counts: Vec<u32>,
    types: u64,
    /// By the id before; empty without order 1.
    contexts: Vec<Context>,
    last: Option<u32>,
}

impl Model {
    fn new(vocabulary: usize, contexts: bool) -> Self {
        Model {
            vocabulary: vocabulary as u64,
            tree: vec![0; vocabulary + 1],
            tokens: 0,
            counts: vec![0; vocabulary],
            types: 0,
            contexts: vec![Context::default(); if contexts { vocabulary } else { 0 }],
            last: None,
        }
    }

    fn context(&self) -> Option<&Context> {
        self.contexts.get(self.last? as usize)
    }

    /// How many ids below `id` have been seen, with their counts.
    fn before(&self, id: u32) -> u64 {
        let (mut at, mut sum) = (id as usize, 0);
        while at > 0 {
            sum += u64::from(self.tree[at]);
            at &= at - 1;
        }
        sum
    }

    /// Where the interval of `id` begins; that of the id after the last ends at [`PARTS`].
    fn begin(&self, id: u32) -> u64 {
        let context = self.context().filter(|context| context.total > 0);
        let share = |whole: u64, seen: u64, types: u64| whole * seen / (seen + types).max(1);
        let mut follow = context.map_or(0, |c| share(PARTS, c.total, c.ids.len() as u64));
        let mut seen = share(PARTS - follow, self.tokens, self.types);
        let mut rest = PARTS - follow - seen;
        // Every id must keep a part of its own.
        let mut missing = self.vocabulary.saturating_sub(rest);
        rest += missing;
        let from_seen = missing.min(seen);
        seen -= from_seen;
        missing -= from_seen;
        follow -= missing;
        context.map_or(0, |c| c.before(id) * follow / c.total)
            + self.before(id) * seen / self.tokens.max(1)
            + u64::from(id) * rest / self.vocabulary
    }

    fn add(&mut self, id: u32) {
        if let Some(context) = self.last.and_then(|last| self.contexts.get_mut(last as usize)) {
            context.add(id);
        }
        self.last = Some(id);
        let count = &mut self.counts[id as usize];
        self.types += u64::from(*count == 0);
        *count += 1;
        self.tokens += 1;
        let mut at = id as usize + 1;
        while let Some(sum) = self.tree.get_mut(at) {
            *sum += 1;
            at += at & at.wrapping_neg();
        }
    }
}

impl EntropyModel<PRECISION> for Model {
    type Symbol = u32;
    type Probability = u32;
}

impl EncoderModel<PRECISION> for Model {
    fn left_cumulative_and_probability(&self, symbol: impl Borrow<u32>) -> Option<(u32, NonZeroU32)> {
        let id = *symbol.borrow();
        if u64::from(id) >= self.vocabulary {
            return None;
        }
        let (begin, end) = (self.begin(id), self.begin(id + 1));
        Some((begin as u32, NonZeroU32::new((end - begin) as u32)?))
    }
}

/// The coded bytes of ids below `vocabulary`; with `contexts` the model looks at the id before.
pub(super) fn encode(ids: &[u32], vocabulary: usize, contexts: bool) -> Result<Vec<u8>> {
    if vocabulary as u64 > PARTS / 2 || ids.len() as u64 >= u64::from(u32::MAX) {
        let what = format!("coding {} ids of {vocabulary}", ids.len());
        return Err(
            Error::unsupported(what, "the range coder counts up to two billion").with_hint("measure on a sample")
        );
    }
    let mut model = Model::new(vocabulary, contexts);
    let mut encoder = DefaultRangeEncoder::new();
    for &id in ids {
        encoder.encode_symbol(id, &model).map_err(|_| {
            let what = format!("coding id {id} of {vocabulary}");
            Error::unsupported(what, "it is not in the vocabulary").with_hint("give added tokens as well")
        })?;
        model.add(id);
    }
    let mut bytes = Vec::new();
    push_leb128(&mut bytes, ids.len() as u64);
    for word in encoder.iter_compressed() {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    Ok(bytes)
}
