//! Weights learnt from the vocabulary itself: what a row is, given the rows of its parts, is read off the old tokens, which
//! have both.
//!
//! Every old token of text that merging puts together has two parts, whose own parts can be taken in their place; so there are
//! as many examples of "a token and its pieces" as the vocabulary has merges, in the very matrix that needs rows. A linear map
//! from `[first piece, last piece, mean of all pieces]` to the row is fitted to them by ridge regression and applied to the
//! fresh tokens. It finds by itself which end of a token matters for which column, and how much smaller than a real row a
//! guess should be. This is ours; the nearest relatives are FVT, of which it is the weighted form, and hypernetworks.
//!
//! 1. Only old tokens of the scripts that fresh tokens have are examples: others would spend the map's capacity elsewhere.
//! 2. One example of two pieces, one of three or four: the longer part is split once more, as fresh tokens are.
//! 3. Where the vocabulary has fewer than twice as many examples as there are features, or the matrix is so wide that as many
//!    would take too long (above a width of about 2,100), there is no map and pieces are averaged.
//! 4. Rows are centred; the penalty is a share of the mean diagonal of the normal equations.
//!
//! The normal equations of width 3d are solved by conjugate gradients for all columns at once: O(examples · (3d)²).

use candle_core::{Device, Tensor};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Context, EmbeddingInit, Origin, Part};
use crate::error::{Error, Result};
use crate::inventory::Class;
use crate::observe::Observer;
use crate::random;
use crate::tokenizer::Model;
use crate::transplant::kinds::script;
use crate::transplant::rows::OldRows;
use crate::vocab::Id;

/// Examples at most; more of them change next to nothing.
const MOST: usize = 120_000;
/// Products at most that the normal equations are made of: half a minute on two cores. Wider matrices get fewer examples.
const PRODUCTS: usize = 500_000_000_000;
/// Examples whose products are added up at once.
const BLOCK: usize = 4096;
/// Steps of the solver.
const STEPS: usize = 60;
/// Parts of a row's features.
pub const PARTS: usize = 3;

fn failed(e: candle_core::Error) -> Error {
    Error::unsupported("learning how rows follow from their pieces", e.to_string())
}

/// Old tokens with pieces that spell them.
pub(super) fn examples(cx: &Context<'_>, rows: usize) -> Vec<(Id, Vec<Id>)> {
    let Model::Bpe(model) = &cx.old.tokenizer.model else { return Vec::new() };
    let scripts: FxHashSet<u8> = cx.fresh.iter().filter_map(|&id| script(&cx.new.inventory.canonical(id))).collect();
    let mut parts: FxHashMap<Id, (Id, Id)> = FxHashMap::default();
    for merge in &model.vocab.merges {
        parts.entry(merge.new).or_insert((merge.left, merge.right));
    }
    let usable = |id: Id| (id as usize) < rows && cx.old.inventory.class(id) == Class::Text;
    let mut all = Vec::new();
    for merge in &model.vocab.merges {
        let (id, pair) = (merge.new, [merge.left, merge.right]);
        let known = usable(id) && pair.iter().all(|&part| usable(part)) && parts.get(&id) == Some(&(pair[0], pair[1]));
        let of_script = script(cx.old.inventory.bytes(id)).is_some_and(|script| scripts.contains(&script));
        if !known || !of_script {
            continue;
        }
        all.push((id, pair.to_vec()));
        let length = |id: Id| cx.old.inventory.bytes(id).len();
        let longer = usize::from(length(pair[1]) > length(pair[0]));
        if let Some(&(left, right)) = parts.get(&pair[longer])
            && usable(left)
            && usable(right)
        {
            let other = pair[1 - longer];
            all.push((id, if longer == 0 { vec![left, right, other] } else { vec![other, left, right] }));
        }
    }
    all
}

/// How many examples a matrix of this width can be fitted to; `None` where they would be too few for its features.
fn affordable(examples: usize, width: usize) -> Option<usize> {
    let features = PARTS * width;
    let most = examples.min(MOST).min(PRODUCTS / (features * features).max(1));
    (most >= 2 * features).then_some(most)
}

/// The centred features of pieces, `PARTS` rows wide.
pub fn features(rows: &OldRows, pieces: &[Id], mean: &[f32], out: &mut [f32]) {
    let width = mean.len();
    let (first, rest) = out.split_at_mut(width);
    let (last, all) = rest.split_at_mut(width);
    rows.row(pieces[0], first);
    rows.row(pieces[pieces.len() - 1], last);
    all.fill(0.0);
    pieces.iter().for_each(|&id| rows.add(id, 1.0 / pieces.len() as f32, all));
    for part in [first, last, all] {
        part.iter_mut().zip(mean).for_each(|(x, mean)| *x -= mean);
    }
}

/// The map of one matrix: `[PARTS · width, width]`.
struct Map {
    weights: Vec<f32>,
    mean: Vec<f32>,
}

fn fit(rows: &OldRows, examples: &[&(Id, Vec<Id>)], penalty: f64) -> Result<Map> {
    let width = rows.width();
    let mean = rows.moments().mean.clone();
    let wide = PARTS * width;
    let zeros = |a, b| Tensor::zeros((a, b), candle_core::DType::F32, &Device::Cpu).map_err(failed);
    let (mut normal, mut right) = (zeros(wide, wide)?, zeros(wide, width)?);
    for block in examples.chunks(BLOCK) {
        let (mut x, mut y) = (vec![0.0; block.len() * wide], vec![0.0; block.len() * width]);
        for (&&(token, ref pieces), (x, y)) in block.iter().zip(x.chunks_mut(wide).zip(y.chunks_mut(width))) {
            features(rows, pieces, &mean, x);
            rows.row(token, y);
            y.iter_mut().zip(&mean).for_each(|(y, mean)| *y -= mean);
        }
        let x = Tensor::from_vec(x, (block.len(), wide), &Device::Cpu).map_err(failed)?;
        let y = Tensor::from_vec(y, (block.len(), width), &Device::Cpu).map_err(failed)?;
        let turned = x.t().and_then(|t| t.contiguous()).map_err(failed)?;
        normal = turned.matmul(&x).and_then(|part| normal + part).map_err(failed)?;
        right = turned.matmul(&y).and_then(|part| right + part).map_err(failed)?;
    }
    let solved = solve(&normal, &right, penalty).map_err(failed)?;
    Ok(Map { weights: solved.flatten_all().and_then(|w| w.to_vec1()).map_err(failed)?, mean })
}

/// Conjugate gradients on `(A + p · mean diagonal of A) X = B`, a column of `B` at a time and all of them at once.
fn solve(a: &Tensor, b: &Tensor, penalty: f64) -> candle_core::Result<Tensor> {
    let size = a.dim(0)?;
    let identity = Tensor::eye(size, a.dtype(), a.device())?;
    let trace = (a * &identity)?.sum_all()?.to_scalar::<f32>()?;
    let a = (a + (identity * (penalty * f64::from(trace) / size as f64))?)?;
    let mut x = b.zeros_like()?;
    let (mut residual, mut direction) = (b.clone(), b.clone());
    let mut square = residual.sqr()?.sum_keepdim(0)?;
    let tiny = 1e-30;
    for _ in 0..STEPS {
        let image = a.matmul(&direction)?;
        let step = (&square / ((&direction * &image)?.sum_keepdim(0)? + tiny)?)?;
        x = (x + direction.broadcast_mul(&step)?)?;
        residual = (residual - image.broadcast_mul(&step)?)?;
        let next = residual.sqr()?.sum_keepdim(0)?;
        let ratio = (&next / (&square + tiny)?)?;
        direction = (&residual + direction.broadcast_mul(&ratio)?)?;
        square = next;
    }
    Ok(x)
}

/// Rows by a map that is learnt for each matrix.
pub(super) struct Learnt<'a> {
    cx: Context<'a>,
    map: Option<Map>,
}

/// The penalty of the ridge, as a share of the mean diagonal.
const PENALTY: f64 = 0.1;

impl<'a> Learnt<'a> {
    pub(super) fn new(cx: Context<'a>) -> Learnt<'a> {
        Learnt { cx, map: None }
    }
}

impl EmbeddingInit for Learnt<'_> {
    fn fit(&mut self, rows: &OldRows, _: Part, _: &dyn Observer) -> Result<()> {
        let all = examples(&self.cx, rows.len());
        self.map = None;
        if let Some(most) = affordable(all.len(), rows.width()) {
            let some: Vec<_> =
                random::sample(all.len(), most, self.cx.settings.seed).into_iter().map(|n| &all[n]).collect();
            self.map = Some(fit(rows, &some, PENALTY)?);
        }
        Ok(())
    }

    fn row(&self, rows: &OldRows, _: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        let pieces = self.cx.pieces.of(index);
        match (&self.map, pieces) {
            (_, []) => return None,
            (_, [one]) => rows.row(*one, out),
            (None, pieces) => pieces.iter().for_each(|&id| rows.add(id, 1.0 / pieces.len() as f32, out)),
            (Some(map), pieces) => {
                let mut x = vec![0.0; PARTS * rows.width()];
                features(rows, pieces, &map.mean, &mut x);
                out.copy_from_slice(&map.mean);
                for (x, weights) in x.iter().zip(map.weights.chunks(rows.width())) {
                    out.iter_mut().zip(weights).for_each(|(out, weight)| *out += x * weight);
                }
            }
        }
        Some(Origin::Pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn tensor(rows: usize, columns: usize, numbers: impl FnMut() -> f64) -> Tensor {
        let numbers: Vec<f32> = std::iter::repeat_with(numbers).take(rows * columns).map(|x| x as f32).collect();
        Tensor::from_vec(numbers, (rows, columns), &Device::Cpu).unwrap()
    }

    /// `[[4, 1], [1, 3]] x = [1, 2]` has the solution (1/11, 7/11); with half of the mean diagonal, 3.5, added, `[[5.75, 1], [1,
    /// 4.75]]` has (2.75, 10.5)/26.3125.
    #[test]
    fn the_solver_by_hand() {
        let a = Tensor::new(&[[4f32, 1.0], [1.0, 3.0]], &Device::Cpu).unwrap();
        let b = Tensor::new(&[[1f32], [2.0]], &Device::Cpu).unwrap();
        for (penalty, wanted) in [(0.0, [1.0 / 11.0, 7.0 / 11.0]), (0.5, [2.75 / 26.3125, 10.5 / 26.3125])] {
            let x = solve(&a, &b, penalty).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            assert!(x.iter().zip(wanted).all(|(x, wanted)| (f64::from(*x) - wanted).abs() < 1e-6), "{x:?}");
        }
    }

    #[test]
    fn a_linear_truth_is_found() {
        let mut random = Random::new(3);
        let (x, truth) = (tensor(400, 30, || random.normal()), tensor(30, 10, || 0.5));
        let y = x.matmul(&truth).unwrap();
        let turned = x.t().unwrap().contiguous().unwrap();
        let found = solve(&turned.matmul(&x).unwrap(), &turned.matmul(&y).unwrap(), 1e-9).unwrap();
        let apart = (found - truth).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(apart < 1e-4, "{apart}");
    }

    /// 64 columns have 192 features and want 384 examples; 2,048 columns would take longer than is allowed.
    #[test]
    fn small_vocabularies_and_wide_matrices_have_no_map() {
        assert_eq!(affordable(383, 64), None);
        assert_eq!(affordable(384, 64), Some(384));
        assert_eq!(affordable(1_000_000, 640), Some(MOST));
        assert_eq!(affordable(1_000_000, 1024), Some(52_981));
        assert_eq!(affordable(1_000_000, 2048), Some(13_245));
        assert_eq!(affordable(1_000_000, 4096), None);
    }
}
