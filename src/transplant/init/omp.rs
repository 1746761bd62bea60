//! Orthogonal matching pursuit: a fresh token is put together from tokens in common as a donor model puts it together
//! (Goddard and Fernandes Neto 2025, 2506.06607; `mergekit-tokensurgeon`).
//!
//! The donor has the new tokenizer. Its row `y` of a fresh token is approximated by `k` of its rows of tokens that both
//! vocabularies have, and the same combination of the *old* model's rows of these tokens is the new row:
//!
//! ```text
//! r = y; S = {}
//! k times: i = the row most like r, |<row i, r>| / |row i|;  S += i;  c = least squares of y on the rows of S;  r = y - S c
//! new row = sum of c_i · old row of the same token
//! ```
//!
//! Input and head are done apart, a head with the donor's head.
//! 1. Published programs compare raw inner products, which favours rows of great norm; `exact` does that. Otherwise rows
//!    are compared by direction, as matching pursuit is defined (Pati, Rezaiifar and Krishnaprasad 1993).
//! 2. The pursuit ends early when nothing is left to explain or the next row depends on those before it.
//!
//! Coefficients are applied in a space that the donor knows nothing of, so a row which is harmless there may be large here
//! (2601.00065): outliers are reported. A donor has to be trusted as much as the model.
//!
//! Cost: `2 k · anchors · width` operations a token, as products of blocks with all anchors; the least squares are Cholesky
//! factors that grow by a row each step (Rubinstein, Zibulevsky and Elad 2008), next to nothing beside it. Memory: the donor's
//! matrix in its own type, and a block. Blocks have a fixed size, so threads change nothing.

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use super::{Context, EmbeddingInit, Origin, Part, Weights, combine};
use crate::error::{Error, Result};
use crate::observe::{Event, Observer, check};
use crate::transplant::matching::Source;
use crate::transplant::rows::OldRows;
use crate::transplant::sources::Donor;
use crate::vocab::Id;

/// Fresh tokens worked on at once.
const BLOCK: usize = 256;
/// Anchors compared at once.
const CHUNK: usize = 8192;
/// What is left of a row, in shares of its norm, when it counts as explained.
const EXPLAINED: f64 = 1e-6;
/// What of an anchor is new, in shares of its squared norm, when it counts as dependent.
const DEPENDENT: f64 = 1e-9;

/// A token in common: its row in the old matrix, its row in the donor's, and what products with the latter are scaled by.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    old: Id,
    new: Id,
    scale: f32,
}

/// Rows by a donor's.
pub(super) struct Omp<'a> {
    cx: Context<'a>,
    donor: &'a Donor,
    /// Of which of the donor's tensors the weights are.
    tensor: String,
    weights: Vec<Weights>,
}

pub(super) fn build<'a>(cx: Context<'a>) -> Result<Box<dyn EmbeddingInit + 'a>> {
    let Some(donor) = &cx.sources.donor else {
        return Err(Error::config("--init", "`omp` has no donor").with_hint("name one with `--donor CHECKPOINT`"));
    };
    if cx.settings.atoms == 0 {
        return Err(Error::config("--atoms", "a row is made of one other at least").with_hint("64 is usual"));
    }
    Ok(Box::new(Omp { cx, donor, tensor: String::new(), weights: Vec::new() }))
}

impl EmbeddingInit for Omp<'_> {
    fn fit(&mut self, _: &OldRows, part: Part, observer: &dyn Observer) -> Result<()> {
        let (tensor, settings) = (self.donor.tensor(part), self.cx.settings);
        if self.tensor != tensor {
            let rows = self.donor.rows(part)?;
            let anchors = anchors(&self.cx, &rows, settings.exact);
            if anchors.is_empty() && !self.cx.fresh.is_empty() {
                return Err(Error::config("--donor", "the old and the new tokenizer have no token in common")
                    .with_hint("`--init omp` puts rows together from tokens in common; choose another method"));
            }
            self.weights = pursue(&rows, &anchors, self.cx.fresh, settings.atoms, observer)?;
            tensor.clone_into(&mut self.tensor);
        }
        Ok(())
    }

    fn row(&self, rows: &OldRows, _: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        let weights = self.weights.get(index).filter(|weights| !weights.is_empty())?;
        combine(rows, weights, out);
        Some(Origin::Donor)
    }
}

/// Tokens of text in common, but those whose donor row is 0.
fn anchors(cx: &Context<'_>, donor: &OldRows, raw: bool) -> Vec<Anchor> {
    let shared = (0..).zip(&cx.map.sources).filter_map(|(new, source)| match source {
        Source::Text(old) | Source::Byte(old) => Some((*old, new)),
        _ => None,
    });
    let shared: Vec<(Id, Id)> = shared.collect();
    let anchor = |&(old, new): &(Id, Id)| {
        let mut row = vec![0.0; donor.width()];
        donor.row(new, &mut row);
        let norm = dot(&row, &row).sqrt();
        (norm > 0.0).then(|| Anchor { old, new, scale: if raw { 1.0 } else { (1.0 / norm) as f32 } })
    };
    shared.par_iter().filter_map(anchor).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
}

/// One token on its way.
struct Pursuit {
    target: Vec<f32>,
    residual: Vec<f32>,
    chosen: Vec<Anchor>,
    /// Their indices.
    indices: Vec<u32>,
    /// The Cholesky factor of the products of chosen rows, row after row of the lower triangle.
    factor: Vec<f64>,
    /// Products of chosen rows with the target.
    products: Vec<f64>,
    weights: Vec<f64>,
    done: bool,
}

impl Pursuit {
    fn new(donor: &OldRows, id: Id) -> Pursuit {
        let mut target = vec![0.0; donor.width()];
        donor.row(id, &mut target);
        let done = target.iter().all(|&x| x == 0.0);
        let (chosen, indices, factor) = (Vec::new(), Vec::new(), Vec::new());
        let (products, weights) = (Vec::new(), Vec::new());
        Pursuit { residual: target.clone(), target, chosen, indices, factor, products, weights, done }
    }

    /// Takes an anchor in and fits anew.
    fn take(&mut self, donor: &OldRows, anchor: Anchor, index: u32) {
        let mut row = vec![0.0; donor.width()];
        donor.row(anchor.new, &mut row);
        let mut other = vec![0.0; donor.width()];
        let size = self.chosen.len();
        let mut line: Vec<f64> = Vec::with_capacity(size + 1);
        for (n, chosen) in self.chosen.iter().enumerate() {
            donor.row(chosen.new, &mut other);
            let own = &self.factor[n * (n + 1) / 2..][..=n];
            let sum: f64 = own.iter().zip(&line).map(|(a, b)| a * b).sum();
            line.push((dot(&row, &other) - sum) / own[n]);
        }
        let square = dot(&row, &row);
        let pivot = square - line.iter().map(|x| x * x).sum::<f64>();
        if pivot <= square * DEPENDENT {
            self.done = true;
            return;
        }
        line.push(pivot.sqrt());
        self.factor.extend(line);
        self.chosen.push(anchor);
        self.indices.push(index);
        self.products.push(dot(&row, &self.target));
        self.weights = solve(&self.factor, &self.products);
        self.residual.copy_from_slice(&self.target);
        for (chosen, weight) in self.chosen.iter().zip(&self.weights) {
            donor.add(chosen.new, -*weight as f32, &mut self.residual);
        }
        let (left, all) = (dot(&self.residual, &self.residual), dot(&self.target, &self.target));
        self.done = left <= all * EXPLAINED * EXPLAINED;
    }
}

/// `L L' x = b`, with the rows of `L` one after the other.
fn solve(factor: &[f64], b: &[f64]) -> Vec<f64> {
    let at = |row: usize, column: usize| factor[row * (row + 1) / 2 + column];
    let mut x = b.to_vec();
    for row in 0..x.len() {
        let sum: f64 = (0..row).map(|column| at(row, column) * x[column]).sum();
        x[row] = (x[row] - sum) / at(row, row);
    }
    for row in (0..x.len()).rev() {
        let sum: f64 = (row + 1..x.len()).map(|below| at(below, row) * x[below]).sum();
        x[row] = (x[row] - sum) / at(row, row);
    }
    x
}

fn failed(e: candle_core::Error) -> Error {
    Error::unsupported("comparing a donor's rows", e.to_string())
}

/// Old ids with weights for each of the fresh tokens; none for one whose donor row is 0.
fn pursue(
    donor: &OldRows,
    anchors: &[Anchor],
    fresh: &[Id],
    k: usize,
    observer: &dyn Observer,
) -> Result<Vec<Weights>> {
    observer.event(Event::Stage {
        name: "putting rows together as the donor does",
        total: Some(fresh.len() as u64),
        unit: "tokens",
    });
    let mut all = Vec::new();
    for block in fresh.chunks(BLOCK) {
        let mut pursuits: Vec<Pursuit> = block.par_iter().map(|&id| Pursuit::new(donor, id)).collect();
        for _ in 0..k.min(anchors.len()) {
            check(observer)?;
            let mut active: Vec<&mut Pursuit> = pursuits.iter_mut().filter(|pursuit| !pursuit.done).collect();
            if active.is_empty() {
                break;
            }
            let best = best(donor, anchors, &active, observer)?;
            active.par_iter_mut().zip(best).for_each(|(pursuit, best)| match best {
                Some(index) => pursuit.take(donor, anchors[index as usize], index),
                None => pursuit.done = true,
            });
        }
        all.extend(pursuits.into_iter().map(|pursuit| {
            let weighted = pursuit.chosen.iter().zip(pursuit.weights);
            weighted.map(|(anchor, weight)| (anchor.old, weight as f32)).collect::<Weights>()
        }));
        observer.event(Event::Progress(all.len() as u64));
    }
    Ok(all)
}

/// For each token the anchor that is most like what is left of it, of those that it has not; of equals the first.
fn best(
    donor: &OldRows,
    anchors: &[Anchor],
    active: &[&mut Pursuit],
    observer: &dyn Observer,
) -> Result<Vec<Option<u32>>> {
    let width = donor.width();
    let left: Vec<f32> = active.iter().flat_map(|pursuit| pursuit.residual.iter().copied()).collect();
    let left = Tensor::from_vec(left, (active.len(), width), &Device::Cpu).map_err(failed)?;
    let mut found: Vec<(f32, Option<u32>)> = vec![(0.0, None); active.len()];
    for (start, chunk) in (0..).step_by(CHUNK).zip(anchors.chunks(CHUNK)) {
        check(observer)?;
        let mut rows = vec![0.0; chunk.len() * width];
        rows.par_chunks_mut(width.max(1)).zip(chunk).for_each(|(row, anchor)| donor.add(anchor.new, anchor.scale, row));
        let products = Tensor::from_vec(rows, (chunk.len(), width), &Device::Cpu)
            .and_then(|rows| left.matmul(&rows.t()?)?.flatten_all()?.to_vec1::<f32>())
            .map_err(failed)?;
        let products = products.par_chunks(chunk.len());
        products.zip(active).zip(&mut found).for_each(|((products, pursuit), found)| {
            for (index, product) in (start..).zip(products) {
                if product.abs() > found.0 && !pursuit.indices.contains(&index) {
                    *found = (product.abs(), Some(index));
                }
            }
        });
    }
    Ok(found.into_iter().map(|found| found.1).collect())
}

#[cfg(test)]
mod tests;
