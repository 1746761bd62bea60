//! Attention with heads of queries in groups that share keys and values (Vaswani et al. 2017; Ainslie et al. 2023).
//!
//! Scores are made for a block of queries at a time: what they take is bounded whatever the length of the sequence.
//! Heads of one group are laid one below the other and multiplied as one matrix, so keys and values are never repeated.

use candle_core::{D, Tensor};

use super::layers::{Linear, Norm};
use super::rope::Rotation;
use super::slots::Masks;

/// Scores held at once, unless one query of each row and head has more.
const MOST_SCORES: usize = 1 << 23;

/// The attention of a layer.
#[derive(Debug)]
pub(super) struct Attention {
    pub query: Linear,
    pub key: Linear,
    pub value: Linear,
    pub output: Linear,
    /// Norms of each head of queries and keys.
    pub norms: Option<(Norm, Norm)>,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub scale: f64,
    pub window: Option<usize>,
}

/// How many queries of a batch are scored at once.
pub(super) fn block(batch: usize, heads: usize, queries: usize, keys: usize) -> usize {
    (MOST_SCORES / (batch * heads * keys).max(1)).clamp(1, queries.max(1))
}

impl Attention {
    /// Of `x`, `[B, T, hidden]`; keys and values are added to `past`.
    pub fn forward(
        &self,
        x: &Tensor,
        rotation: Option<&Rotation>,
        masks: &Masks<'_>,
        past: Option<&mut Option<(Tensor, Tensor)>>,
    ) -> candle_core::Result<Tensor> {
        let (batch, len, _) = x.dims3()?;
        let split = |linear: &Linear, heads: usize, norm: Option<&Norm>, turn: Option<&Rotation>| {
            let y = linear.forward(x)?.reshape((batch, len, heads, self.head_dim))?;
            let y = match norm {
                Some(norm) => norm.forward(&y)?,
                None => y,
            };
            let y = y.transpose(1, 2)?.contiguous()?;
            match turn {
                Some(rotation) => rotation.apply(&y),
                None => Ok(y),
            }
        };
        let (query_norm, key_norm) = (self.norms.as_ref().map(|n| &n.0), self.norms.as_ref().map(|n| &n.1));
        let query = split(&self.query, self.heads, query_norm, rotation)?;
        let mut key = split(&self.key, self.kv_heads, key_norm, rotation)?;
        let mut value = split(&self.value, self.kv_heads, None, None)?;
        if let Some(past) = past {
            if let Some((old_key, old_value)) = past.take() {
                key = Tensor::cat(&[&old_key, &key], 2)?;
                value = Tensor::cat(&[&old_value, &value], 2)?;
            }
            *past = Some((key.clone(), value.clone()));
        }
        let query = (query * self.scale)?;
        let keys = key.dim(2)?;
        let key = key.transpose(2, 3)?.contiguous()?;
        let step = block(batch, self.heads, len, keys);
        let mut blocks = Vec::with_capacity(len.div_ceil(step));
        for from in (0..len).step_by(step) {
            let queries = step.min(len - from);
            let group = self.heads / self.kv_heads * queries;
            let query = query.narrow(2, from, queries)?.reshape((batch, self.kv_heads, group, self.head_dim))?;
            let scores = query.matmul(&key)?;
            let scores = match masks.get(self.window, from..from + queries)? {
                Some(mask) => scores.reshape((batch, self.heads, queries, keys))?.broadcast_add(&mask)?,
                None => scores,
            };
            let shares = candle_nn::ops::softmax(&scores, D::Minus1)?;
            let shares = shares.reshape((batch, self.kv_heads, group, keys))?;
            blocks.push(shares.matmul(&value)?.reshape((batch, self.heads, queries, self.head_dim))?);
        }
        let mixed = if blocks.len() == 1 { blocks.remove(0) } else { Tensor::cat(&blocks, 2)? };
        self.output.forward(&mixed.transpose(1, 2)?.reshape((batch, len, self.heads * self.head_dim))?)
    }
}
