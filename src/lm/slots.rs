//! Where the tokens of a batch stand and what each of them sees.
//!
//! A batch is a rectangle of *slots*; shorter rows are padded on the right (as encoders are used to) or on the left (so
//! that the last slot of every row is its last token). A token's *position* is the number of tokens before it in its
//! row, wherever the padding is, so that a row gives the same states in any batch. Keys of earlier calls stay in a
//! [`Cache`], with the padding that lies between them.
//!
//! What is not seen gets a large negative score and not minus infinity: a row of padding that sees nothing stays
//! finite, and nobody reads it.

use std::ops::Range;

use candle_core::{Device, Tensor};

use crate::error::{Error, Result};

/// A score that no softmax lets through.
const UNSEEN: f32 = -1e30;

/// Which slots of a batch hold no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Padding<'a> {
    /// All hold one.
    #[default]
    None,
    /// Each row has so many tokens, at its end.
    Left(&'a [usize]),
    /// Each row has so many tokens, at its beginning.
    Right(&'a [usize]),
}

/// Keys and values of the slots that a decoder has read so far. A fresh one (`Cache::default()`) begins a batch; after
/// an error it is of no use.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    /// For each layer `[B, kv_heads, T, head_dim]`, keys and values.
    pub(super) layers: Vec<Option<(Tensor, Tensor)>>,
    /// For each row the position of each slot's token, `None` for padding.
    rows: Vec<Vec<Option<usize>>>,
}

impl Cache {
    /// Slots read so far.
    pub fn len(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    /// Whether nothing was read yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The slots of a batch, those in the cache included.
#[derive(Debug)]
pub(super) struct Slots {
    /// As in [`Cache`]; one row stands for all where they are the same.
    rows: Vec<Vec<Option<usize>>>,
    /// Slots that were there before.
    past: usize,
    /// Whether a slot sees only those before it.
    causal: bool,
}

/// Scores to add, for each kind of window.
type Ready = Vec<(Option<usize>, Option<Tensor>)>;

/// Makes the scores to add to attention, for some slots at a time.
#[derive(Debug)]
pub(super) struct Masks<'a> {
    slots: &'a Slots,
    device: &'a Device,
    /// Whole masks, one for each kind of window, where they are small enough to be made once for all layers.
    ready: Ready,
}

impl Slots {
    /// The slots of `batch` rows of `len` new ones, which are added to the cache.
    pub fn new(
        batch: usize,
        len: usize,
        padding: Padding<'_>,
        causal: bool,
        cache: Option<&mut Cache>,
    ) -> Result<Slots> {
        if batch == 0 || len == 0 {
            return Err(Error::config("embeddings", "there is no token to read"));
        }
        let (lengths, left) = match padding {
            Padding::None => (None, false),
            Padding::Left(lengths) => (Some(lengths), true),
            Padding::Right(lengths) => (Some(lengths), false),
        };
        if let Some(lengths) = lengths
            && (lengths.len() != batch || lengths.iter().any(|&n| n > len))
        {
            let why = format!("lengths {lengths:?} do not fit {batch} rows of {len}");
            return Err(Error::config("padding", why));
        }
        // To the left of a token stands no padding that is on the right, unless it is kept for later calls.
        let lengths = if causal && !left && cache.is_none() { None } else { lengths };
        let row = |number: usize, before: usize| {
            let tokens = lengths.map_or(len, |lengths| lengths[number]);
            let first = if left { len - tokens } else { 0 };
            (0..len).map(move |slot| (first..first + tokens).contains(&slot).then(|| before + slot - first))
        };
        let mut slots = Slots { rows: Vec::new(), past: 0, causal };
        match cache {
            None => slots.rows = (0..batch).map(|number| row(number, 0).collect()).collect(),
            Some(cache) => {
                slots.past = cache.len();
                if slots.past == 0 {
                    cache.rows = vec![Vec::new(); batch];
                } else if cache.rows.len() != batch {
                    let why = format!("it holds {} rows, the batch has {batch}", cache.rows.len());
                    return Err(Error::config("cache", why));
                }
                for (number, all) in cache.rows.iter_mut().enumerate() {
                    let before = all.iter().flatten().count();
                    all.extend(row(number, before));
                }
                slots.rows.clone_from(&cache.rows);
            }
        }
        if slots.rows.windows(2).all(|two| two[0] == two[1]) {
            slots.rows.truncate(1);
        }
        Ok(slots)
    }

    /// All slots of a row.
    pub fn len(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    /// The position of each new slot, 0 for padding, in each row; one row where they are the same.
    pub fn positions(&self) -> Vec<Vec<usize>> {
        self.rows.iter().map(|row| row[self.past..].iter().map(|p| p.unwrap_or(0)).collect()).collect()
    }

    /// An error where a position is beyond the `most` that a model has.
    pub fn within(&self, most: usize) -> Result<()> {
        match self.rows.iter().flatten().flatten().max() {
            Some(&last) if last >= most => {
                let why = format!("it reaches {} positions, the model has {most}", last + 1);
                Err(Error::unsupported("the sequence", why).with_hint("shorten it, or read it in windows"))
            }
            _ => Ok(()),
        }
    }

    /// Scores to add for the new slots in `range`: `[rows, 1, range, all slots]`, or `None` where everything is seen.
    fn mask(&self, window: Option<usize>, range: Range<usize>, device: &Device) -> candle_core::Result<Option<Tensor>> {
        let all = self.len();
        let mut scores = vec![0f32; self.rows.len() * range.len() * all];
        let mut hidden = false;
        for ((row, query), scores) in self
            .rows
            .iter()
            .flat_map(|row| range.clone().map(move |q| (row, q)))
            .zip(scores.chunks_exact_mut(all.max(1)))
        {
            let query = self.past + query;
            let position = row[query].unwrap_or(0);
            for (slot, (key, score)) in row.iter().zip(scores).enumerate() {
                let before = !self.causal || slot <= query;
                let near = |key: usize| window.is_none_or(|window| position < key.saturating_add(window));
                if !(before && key.is_some_and(near)) {
                    *score = UNSEEN;
                    hidden = true;
                }
            }
        }
        if !hidden {
            return Ok(None);
        }
        Tensor::from_vec(scores, (self.rows.len(), 1, range.len(), all), device).map(Some)
    }
}

impl<'a> Masks<'a> {
    /// The masks of `slots` under the windows of all layers; `whole` makes each once, for all its slots.
    pub fn new(
        slots: &'a Slots,
        windows: &[Option<usize>],
        whole: bool,
        device: &'a Device,
    ) -> candle_core::Result<Masks<'a>> {
        let mut ready: Ready = Vec::new();
        let new = slots.len() - slots.past;
        for &window in windows {
            if whole && ready.iter().all(|(known, _)| *known != window) {
                ready.push((window, slots.mask(window, 0..new, device)?));
            }
        }
        Ok(Masks { slots, device, ready })
    }

    /// Scores to add for the new slots in `range`.
    pub fn get(&self, window: Option<usize>, range: Range<usize>) -> candle_core::Result<Option<Tensor>> {
        match self.ready.iter().find(|(known, _)| *known == window) {
            Some((_, Some(mask))) => mask.narrow(2, range.start, range.len()).map(Some),
            Some((_, None)) => Ok(None),
            None => self.slots.mask(window, range, self.device),
        }
    }
}
