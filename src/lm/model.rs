//! A whole causal model: rows of an input matrix, a body, a head.
//!
//! The head of a large vocabulary is the largest product of all, and its result the largest array: 262,144 logits for
//! each position. [`Head::nats`] therefore takes some positions at a time and keeps of each only what its target costs.

use candle_core::Tensor;
use rayon::prelude::*;

use super::layers::tensor;
use super::{Cache, Config, Decoder, Names, Padding, Weights, failed};
use crate::error::{Error, Place, Result};
use crate::vocab::Id;

/// Logits held at once, unless one position has more.
const MOST_LOGITS: usize = 1 << 24;

/// What turns hidden states into logits.
#[derive(Debug, Clone)]
pub struct Head {
    /// `[vocabulary, hidden]`.
    pub matrix: Tensor,
    /// `[vocabulary]`.
    pub bias: Option<Tensor>,
}

impl Head {
    /// The logits of `hidden`, `[..., hidden]`, as `[N, vocabulary]`. Carries gradients.
    ///
    /// # Errors
    /// Shapes that do not fit, and what the device reports.
    pub fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        let logits = || {
            let size = self.matrix.dim(1)?;
            let logits = hidden.reshape(((), size))?.matmul(&self.matrix.t()?)?;
            match &self.bias {
                Some(bias) => logits.broadcast_add(bias),
                None => Ok(logits),
            }
        };
        logits().map_err(failed("computing logits"))
    }

    /// What each target costs after its hidden state, in nats: `-ln p(target)`, from `[N, hidden]` and N targets. Not a
    /// number where a logit is none. Carries no gradients; memory is bounded, whatever N and the vocabulary are.
    ///
    /// # Errors
    /// [`Error::Config`] for a target that has no logit, and what [`Head::logits`] reports.
    pub fn nats(&self, hidden: &Tensor, targets: &[Id]) -> Result<Vec<f64>> {
        let rows = self.matrix.dim(0).map_err(failed("computing logits"))?;
        self.nats_in(hidden, targets, (MOST_LOGITS / rows.max(1)).max(1))
    }

    /// The same with so many positions at once.
    pub(super) fn nats_in(&self, hidden: &Tensor, targets: &[Id], step: usize) -> Result<Vec<f64>> {
        let read = failed("computing logits");
        let rows = self.matrix.dim(0).map_err(&read)?;
        if let Some(target) = targets.iter().find(|&&id| id as usize >= rows) {
            return Err(Error::config("targets", format!("token {target} has no row in a head of {rows}")));
        }
        let mut nats = Vec::with_capacity(targets.len());
        for (block, targets) in targets.chunks(step).enumerate() {
            let hidden = hidden.narrow(0, block * step, targets.len()).map_err(&read)?.detach();
            let logits =
                self.logits(&hidden)?.detach().flatten_all().and_then(|l| l.to_vec1::<f32>()).map_err(&read)?;
            let cost = |(logits, &target): (&[f32], &Id)| log_sum(logits) - f64::from(logits[target as usize]);
            nats.par_extend(logits.par_chunks_exact(rows).zip(targets).map(cost));
        }
        Ok(nats)
    }
}

/// ln Σ exp, of numbers that may be large; not a number where one of them is none or is infinitely large.
fn log_sum(logits: &[f32]) -> f64 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|&l| f64::from((l - most).exp())).sum();
    f64::from(most) + sum.ln()
}

/// A causal model.
#[derive(Debug)]
pub struct Model {
    /// Its shape.
    pub config: Config,
    /// What its rows are called.
    pub names: Names,
    /// What lies between rows and head.
    pub body: Decoder,
    /// The rows of all tokens, `[vocabulary, hidden]`.
    pub input: Tensor,
    /// The head; its matrix is `input` where they are tied.
    pub head: Head,
}

impl Model {
    /// Reads a model, as f32, onto the device that `weights` gives tensors of.
    ///
    /// # Errors
    /// As [`Decoder::load`].
    pub fn open(config: Config, weights: &dyn Weights) -> Result<Model> {
        let body = Decoder::load(&config, weights)?;
        let names = Names::find(&config, weights)?;
        let shape = [config.vocab_size, config.hidden];
        let input = tensor(weights, &names.input, &shape)?;
        let matrix = match &names.head {
            None => input.clone(),
            Some(name) => tensor(weights, name, &shape)?,
        };
        let mut bias = None;
        for name in names.head_bias {
            if bias.is_none() && weights.get(name)?.is_some() {
                bias = Some(tensor(weights, name, &[config.vocab_size])?);
            }
        }
        Ok(Model { config, names, body, input, head: Head { matrix, bias } })
    }

    /// The rows of `batch`, `[B, T, hidden]`, shorter ones padded on the right with the row of token 0.
    ///
    /// # Errors
    /// [`Error::Input`] with the token as its place where it has no row.
    pub fn embed(&self, batch: &[&[Id]]) -> Result<Tensor> {
        let len = batch.iter().map(|ids| ids.len()).max().unwrap_or(0);
        let mut all = Vec::with_capacity(batch.len() * len);
        for ids in batch {
            if let Some(id) = ids.iter().find(|&&id| id as usize >= self.config.vocab_size) {
                let why = format!("the matrix `{}` has {} rows only", self.names.input, self.config.vocab_size);
                return Err(Error::input("", why).at(Place::Entry(format!("token {id}"))));
            }
            all.extend_from_slice(ids);
            all.resize(all.len() + len - ids.len(), 0);
        }
        let rows = || {
            let ids = Tensor::from_vec(all, batch.len() * len, self.input.device())?;
            self.input.index_select(&ids, 0)?.reshape((batch.len(), len, self.config.hidden))
        };
        rows().map_err(failed("looking up embeddings"))
    }

    /// Hidden states of `batch` after the last norm, `[B, T, hidden]`, shorter rows padded on the right.
    ///
    /// # Errors
    /// As [`Model::embed`] and [`Decoder::forward`].
    pub fn hidden(&self, batch: &[&[Id]], cache: Option<&mut Cache>) -> Result<Tensor> {
        let lengths: Vec<usize> = batch.iter().map(|ids| ids.len()).collect();
        self.body.forward(&self.embed(batch)?, Padding::Right(&lengths), cache)
    }

    /// The first tensor, by name, that holds something that is not a finite number.
    ///
    /// # Errors
    /// What the device reports.
    pub fn not_finite(&self) -> Result<Option<String>> {
        let rows = [(&self.names.input, &self.input)];
        let head = self.names.head.as_ref().map(|name| (name, &self.head.matrix));
        let body = self.body.tensors().iter().map(|(name, tensor)| (name, tensor));
        for (name, tensor) in rows.into_iter().chain(head).chain(body) {
            // A sum is finite only if everything in it is; large but finite numbers may overflow it, so they are
            // scaled down by more than there can be of them.
            let sum = (tensor * 1e-9).and_then(|t| t.abs()?.sum_all()?.to_scalar::<f32>());
            if !sum.map_err(failed("looking through the weights"))?.is_finite() {
                return Ok(Some(name.clone()));
            }
        }
        Ok(None)
    }
}
