//! One step: the cost of a batch, and its gradients at the rows that made it.
//!
//! The head is differentiated by hand, blockwise: logits of a large vocabulary are the largest array of all, and nothing of
//! them has to be kept. What comes down from it goes through the body by candle's own backward pass, to the rows that went
//! in.

use candle_core::{Device, Tensor, Var};
use rayon::prelude::*;

use super::failed;
use super::fit::{Fit, places};
use super::text::Batch;
use crate::error::Result;
use crate::lm::{Decoder, Head, Padding};
use crate::observe::{Observer, check};
use crate::transplant::init::{Context, Part};

/// Logits held at once.
const MOST_LOGITS: usize = 1 << 23;

/// Runs batches through a body.
pub(super) struct Runner<'a> {
    body: &'a Decoder,
    /// By id: the index among fresh tokens.
    places: Vec<Option<u32>>,
}

/// What some batches cost.
pub(super) struct Cost {
    pub nats: f64,
    /// The mean norm of a hidden state.
    pub hidden: f64,
}

/// A batch, laid out.
struct Laid {
    shape: (usize, usize),
    lengths: Vec<usize>,
    ids: Tensor,
    /// Slots of fresh tokens, and which they are.
    slots: Vec<u32>,
    fresh: Vec<u32>,
    /// Slots whose state predicts, and what.
    from: Tensor,
    targets: Vec<u32>,
}

impl<'a> Runner<'a> {
    pub fn new(body: &'a Decoder, cx: &Context<'_>) -> Runner<'a> {
        Runner { body, places: places(cx) }
    }

    fn lay(&self, batch: &Batch) -> Result<Laid> {
        let longest = batch.windows.iter().map(Vec::len).max().unwrap_or(0);
        let (mut ids, mut slots, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
        let (mut from, mut targets) = (Vec::new(), Vec::new());
        for window in &batch.windows {
            let first = ids.len() as u32;
            for (slot, &id) in (first..).zip(window) {
                if let Some(index) = self.places[id as usize] {
                    slots.push(slot);
                    fresh.push(index);
                }
            }
            from.extend(first..(first + window.len() as u32).saturating_sub(1).max(first));
            targets.extend_from_slice(&window[window.len().min(1)..]);
            ids.extend_from_slice(window);
            ids.resize(first as usize + longest, 0);
        }
        let (rows, count) = (batch.windows.len(), targets.len());
        let all = rows * longest;
        Ok(Laid {
            shape: (rows, longest),
            lengths: batch.windows.iter().map(Vec::len).collect(),
            ids: Tensor::from_vec(ids, all, &Device::Cpu).map_err(failed)?,
            slots,
            fresh,
            from: Tensor::from_vec(from, count, &Device::Cpu).map_err(failed)?,
            targets,
        })
    }

    /// The rows of a batch, `[slots, width]`.
    fn rows(&self, laid: &Laid, input: &Fit) -> Result<Tensor> {
        let rows = input.matrix.index_select(&laid.ids, 0).map_err(failed)?;
        if laid.fresh.is_empty() {
            return Ok(rows);
        }
        let places = Tensor::from_slice(&laid.fresh, laid.fresh.len(), &Device::Cpu).map_err(failed)?;
        let slots = Tensor::from_slice(&laid.slots, laid.slots.len(), &Device::Cpu).map_err(failed)?;
        let current = input.some(&places)?;
        let put = || {
            let stale = rows.index_select(&slots, 0)?;
            rows.index_add(&slots, &(current - stale)?, 0)
        };
        put().map_err(failed)
    }

    /// Hidden states that predict, `[N, width]`, of rows `[slots, width]`.
    fn states(&self, laid: &Laid, rows: &Tensor) -> Result<Tensor> {
        let (batch, len) = laid.shape;
        let rows = rows.reshape((batch, len, ())).map_err(failed)?;
        let states = self.body.forward(&rows, Padding::Right(&laid.lengths), None)?;
        states.flatten_to(1).and_then(|states| states.index_select(&laid.from, 0)).map_err(failed)
    }

    /// What batches cost.
    pub fn cost(&self, fits: &[Fit], batches: &[Batch], observer: &dyn Observer) -> Result<Cost> {
        let (mut nats, mut norms, mut count) = (0.0, 0.0, 0);
        let Some((input, head)) = fits.first().zip(fits.last()) else { return Ok(Cost { nats, hidden: 1.0 }) };
        let head = Head { matrix: head.matrix.clone(), bias: None };
        for batch in batches {
            check(observer)?;
            let laid = self.lay(batch)?;
            let states = self.states(&laid, &self.rows(&laid, input)?)?;
            nats += head.nats(&states, &laid.targets)?.iter().sum::<f64>();
            let norm = || states.sqr()?.sum(1)?.sqrt()?.sum_all()?.to_scalar::<f32>();
            norms += f64::from(norm().map_err(failed)?);
            count += laid.targets.len();
        }
        Ok(Cost { nats, hidden: norms / count.max(1) as f64 })
    }

    /// Learns from a batch; the head is updated where `update` says so.
    pub fn step(&self, fits: &mut [Fit], batch: &Batch, rate: f64, update: bool) -> Result<()> {
        let laid = self.lay(batch)?;
        if laid.targets.is_empty() {
            return Ok(());
        }
        let Some((input, head)) = fits.first().zip(fits.last()) else { return Ok(()) };
        let rows = Var::from_tensor(&self.rows(&laid, input)?).map_err(failed)?;
        let states = self.states(&laid, rows.as_tensor())?;
        let (below, at_head) = gradients(&head.matrix, &states.detach(), &laid.targets).map_err(failed)?;
        let down = || {
            let grads = (states * below)?.sum_all()?.backward()?;
            let slots = Tensor::from_slice(&laid.slots, laid.slots.len(), &Device::Cpu)?;
            match grads.get(rows.as_tensor()) {
                Some(gradient) => gradient.index_select(&slots, 0).map(Some),
                None => Ok(None),
            }
        };
        let below = down().map_err(failed)?;
        let tied = input.part == Part::Tied;
        if let Some(gradient) = below.filter(|_| !laid.fresh.is_empty()) {
            let input = &mut fits[0];
            match tied {
                // One row is both, and learns from both.
                true => return learn_tied(input, &laid, &gradient, &at_head, rate, update),
                false => input.learn_input(&laid.fresh, &gradient, rate)?,
            }
        }
        match fits.last_mut() {
            Some(head) => head.learn_head(&at_head, rate, update),
            None => Ok(()),
        }
    }
}

fn learn_tied(fit: &mut Fit, laid: &Laid, input: &Tensor, head: &Tensor, rate: f64, update: bool) -> Result<()> {
    let both = || {
        let ids = Tensor::from_slice(&laid.slots, laid.slots.len(), &Device::Cpu)?;
        head.index_add(&laid.ids.index_select(&ids, 0)?, input, 0)
    };
    let both = both().map_err(failed)?;
    fit.learn_head(&both, rate, update)
}

/// The gradients of the mean cost of targets: at the states, `[N, width]`, and at the head, `[rows, width]`.
fn gradients(head: &Tensor, states: &Tensor, targets: &[u32]) -> candle_core::Result<(Tensor, Tensor)> {
    let rows = head.dim(0)?;
    let step = (MOST_LOGITS / rows.max(1)).max(1);
    let (mut below, mut at_head) = (Vec::new(), head.zeros_like()?);
    let turned = head.t()?;
    for (block, some) in targets.chunks(step).enumerate() {
        let states = states.narrow(0, block * step, some.len())?.contiguous()?;
        let mut logits: Vec<f32> = states.matmul(&turned)?.flatten_all()?.to_vec1()?;
        logits.par_chunks_exact_mut(rows).zip(some).for_each(|(logits, &target)| {
            let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            logits.iter_mut().for_each(|x| *x = (*x - most).exp());
            let sum: f64 = logits.iter().map(|&x| f64::from(x)).sum();
            let scale = (1.0 / sum / targets.len() as f64) as f32;
            logits.iter_mut().for_each(|x| *x *= scale);
            logits[target as usize] -= 1.0 / targets.len() as f32;
        });
        let logits = Tensor::from_vec(logits, (some.len(), rows), &Device::Cpu)?;
        below.push(logits.matmul(head)?);
        at_head = (at_head + logits.t()?.matmul(&states)?)?;
    }
    Ok((Tensor::cat(&below, 0)?, at_head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    /// Against the differences of what [`Head::nats`] says.
    #[test]
    fn the_gradients_of_the_head_are_slopes() {
        let random = |shape: (usize, usize)| Tensor::randn(0f32, 1.0, shape, &Device::Cpu).unwrap();
        let (head, states, targets) = (random((7, 4)), random((5, 4)), [0u32, 6, 3, 3, 1]);
        let cost = |head: &Tensor, states: &Tensor| {
            let head = Head { matrix: head.clone(), bias: None };
            head.nats(states, &targets).unwrap().iter().sum::<f64>() / targets.len() as f64
        };
        let (below, at_head) = gradients(&head, &states, &targets).unwrap();
        let nudged = |tensor: &Tensor, at: usize, by: f32| {
            let mut all = numbers(tensor);
            all[at] += by;
            Tensor::from_vec(all, tensor.dims2().unwrap(), &Device::Cpu).unwrap()
        };
        let step = 1e-2;
        for (at, &slope) in numbers(&below).iter().enumerate() {
            let rise = cost(&head, &nudged(&states, at, step)) - cost(&head, &nudged(&states, at, -step));
            assert!((rise / f64::from(2.0 * step) - f64::from(slope)).abs() < 1e-3, "state {at}");
        }
        for (at, &slope) in numbers(&at_head).iter().enumerate() {
            let rise = cost(&nudged(&head, at, step), &states) - cost(&nudged(&head, at, -step), &states);
            assert!((rise / f64::from(2.0 * step) - f64::from(slope)).abs() < 1e-3, "head {at}");
        }
    }
}
