//! Tokens that are near to each other in an auxiliary space, and the two methods that are nothing else: WECHSEL and FOCUS.
//!
//! WECHSEL (Minixhofer et al. 2022, 2112.06598): the ten old tokens of the greatest cosine, softmax of temperature 0.1.
//! FOCUS (Dobler and de Melo 2023, 2305.14481): sparsemax of the cosines to all tokens that both vocabularies have, so that most
//! weights are exactly 0. Their own vectors are fastText's, by word or by token; here they are whatever `--aux` names.
//!
//! Vectors of words say little about tokens of a script that they were not made for, and a sentence encoder finds an ellipsis
//! near to everything. `same_script` leaves only neighbours of a token's own sort ([`Kind`]). None of the papers does that, so
//! it has to be asked for.
//!
//! O(fresh · old · width), as products of blocks of rows.

use std::borrow::Cow;

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use super::{Context, EmbeddingInit, Origin, Part, Weights, auxiliary, combine};
use crate::error::{Error, Result};
use crate::transplant::auxiliary::Auxiliary;
use crate::transplant::kinds::Kind;
use crate::transplant::rows::OldRows;
use crate::vocab::Id;

/// Fresh tokens whose cosines are computed at once: a block of them times 100,000 old tokens takes 100 MB.
const BLOCK: usize = 256;

fn failed(e: candle_core::Error) -> Error {
    Error::unsupported("comparing vectors of tokens", e.to_string())
}

/// Old tokens to look for neighbours among.
pub(super) struct Nearest {
    ids: Vec<Id>,
    /// `[width, ids]`, columns of unit length.
    columns: Tensor,
    /// The sorts of these and of the fresh tokens, where they have to be the same.
    kinds: Option<[Vec<Kind>; 2]>,
}

impl Nearest {
    /// Those old tokens that have a vector and are wanted.
    pub(super) fn new(cx: &Context<'_>, vectors: &Auxiliary, wanted: impl Fn(Id) -> bool) -> Result<Nearest> {
        let known = |id: &Id| vectors.old(*id).is_some() && wanted(*id);
        let ids: Vec<Id> = (0..vectors.old_len() as Id).filter(known).collect();
        if ids.is_empty() {
            return Err(Error::config("--aux", "no old token has a vector there")
                .with_hint("vectors are looked up by the text of a token: are they of this language and this model?"));
        }
        let rows: Vec<f32> = ids.iter().filter_map(|&id| vectors.old(id)).flat_map(unit).collect();
        let columns = Tensor::from_vec(rows, (ids.len(), vectors.width()), &Device::Cpu)
            .and_then(|rows| rows.t())
            .map_err(failed)?;
        let kinds = cx.settings.same_script.then(|| {
            let old = ids.iter().map(|&id| Kind::of(&cx.old.inventory.canonical(id))).collect();
            [old, cx.fresh.iter().map(|&id| Kind::of(&cx.new.inventory.canonical(id))).collect()]
        });
        Ok(Nearest { ids, columns, kinds })
    }

    /// The cosines of the fresh token of this index; those to tokens that are no candidates are below all.
    fn masked<'c>(&self, cosines: &'c [f32], index: usize) -> Cow<'c, [f32]> {
        let Some([old, fresh]) = &self.kinds else { return Cow::Borrowed(cosines) };
        let masked = |(&cosine, kind): (&f32, &Kind)| if *kind == fresh[index] { cosine } else { f32::NEG_INFINITY };
        Cow::Owned(cosines.iter().zip(old).map(masked).collect())
    }

    /// Hands the cosines of each fresh token that has a vector to `take`.
    fn each<R: Send + Clone>(&self, vectors: &Auxiliary, none: R, take: impl Fn(&[f32]) -> R + Sync) -> Result<Vec<R>> {
        let known: Vec<usize> = (0..vectors.fresh_len()).filter(|&index| vectors.fresh(index).is_some()).collect();
        let mut all = vec![none; vectors.fresh_len()];
        for block in known.chunks(BLOCK) {
            let rows: Vec<f32> = block.iter().filter_map(|&index| vectors.fresh(index)).flat_map(unit).collect();
            let cosines = Tensor::from_vec(rows, (block.len(), vectors.width()), &Device::Cpu)
                .and_then(|rows| rows.matmul(&self.columns))
                .and_then(|cosines| cosines.flatten_all()?.to_vec1::<f32>())
                .map_err(failed)?;
            let rows = cosines.par_chunks(self.ids.len()).zip(block);
            let taken: Vec<R> = rows.map(|(row, &index)| take(&self.masked(row, index))).collect();
            block.iter().zip(taken).for_each(|(&index, taken)| all[index] = taken);
        }
        Ok(all)
    }

    /// The `k` old tokens of the greatest cosine for each fresh token, with their cosines; of equals the smaller id.
    pub(super) fn top(&self, vectors: &Auxiliary, k: usize) -> Result<Vec<Weights>> {
        self.each(vectors, Weights::new(), |cosines| {
            let mut order: Vec<u32> = (0..cosines.len() as u32).collect();
            let by_cosine = |a: &u32, b: &u32| cosines[*b as usize].total_cmp(&cosines[*a as usize]).then(a.cmp(b));
            let k = k.min(order.len());
            if k < order.len() {
                order.select_nth_unstable_by(k, by_cosine);
                order.truncate(k);
            }
            order.sort_unstable_by(by_cosine);
            let near = order.into_iter().map(|at| (self.ids[at as usize], cosines[at as usize]));
            near.filter(|near| near.1.is_finite()).collect()
        })
    }

    /// Sparsemax of the cosines.
    fn sparse(&self, vectors: &Auxiliary) -> Result<Vec<Weights>> {
        self.each(vectors, Weights::new(), |cosines| {
            let threshold = sparsemax_threshold(cosines);
            let weight = |(at, &x): (usize, &f32)| (x > threshold).then(|| (self.ids[at], x - threshold));
            cosines.iter().enumerate().filter_map(weight).collect()
        })
    }
}

fn unit(vector: &[f32]) -> impl Iterator<Item = f32> + '_ {
    let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.iter().map(move |x| x / norm)
}

/// Softmax of the weights over a temperature, in place.
pub(super) fn softmax(weights: &mut Weights, temperature: f64) {
    let most = weights.iter().map(|w| w.1).fold(f32::NEG_INFINITY, f32::max);
    weights.iter_mut().for_each(|w| w.1 = (f64::from(w.1 - most) / temperature).exp() as f32);
    let sum: f32 = weights.iter().map(|w| w.1).sum();
    weights.iter_mut().for_each(|w| w.1 /= sum);
}

/// The `t` with `sum of max(0, x - t) = 1` (Martins and Astudillo 2016).
fn sparsemax_threshold(numbers: &[f32]) -> f32 {
    let mut sorted: Vec<f64> = numbers.iter().map(|&x| f64::from(x)).collect();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let (mut sum, mut threshold) = (0.0, f64::INFINITY);
    for (k, x) in (1..).zip(sorted) {
        sum += x;
        if 1.0 + f64::from(k) * x <= sum {
            break;
        }
        threshold = (sum - 1.0) / f64::from(k);
    }
    threshold as f32
}

/// Old rows by weights that are known beforehand.
struct Weighted {
    weights: Vec<Weights>,
}

impl EmbeddingInit for Weighted {
    fn row(&self, rows: &OldRows, _: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        let weights = &self.weights[index];
        combine(rows, weights, out);
        (!weights.is_empty()).then_some(Origin::Neighbours)
    }
}

pub(super) fn wechsel<'a>(cx: Context<'a>) -> Result<Box<dyn EmbeddingInit + 'a>> {
    let vectors = auxiliary(&cx, "wechsel")?;
    let mut weights = Nearest::new(&cx, vectors, |_| true)?.top(vectors, 10)?;
    weights.iter_mut().for_each(|near| softmax(near, 0.1));
    Ok(Box::new(Weighted { weights }))
}

pub(super) fn focus<'a>(cx: Context<'a>) -> Result<Box<dyn EmbeddingInit + 'a>> {
    let vectors = auxiliary(&cx, "focus")?;
    let shared = cx.map.inverse();
    let weights =
        Nearest::new(&cx, vectors, |id| shared.contains_key(&id) && !cx.old.is_control(id))?.sparse(vectors)?;
    Ok(Box::new(Weighted { weights }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0.9, 0.5, 0.1: with two in, t = (1.4 - 1)/2 = 0.2, and 0.1 is below. Equal numbers share evenly.
    #[test]
    fn sparsemax_by_hand() {
        assert!((sparsemax_threshold(&[0.5, 0.9, 0.1]) - 0.2).abs() < 1e-6);
        assert!((sparsemax_threshold(&[0.3; 4]) - 0.05).abs() < 1e-6);
        assert!((sparsemax_threshold(&[2.0, 0.0]) - 1.0).abs() < 1e-6);
        // Numbers that are no candidates have no part in it.
        let none = f32::NEG_INFINITY;
        assert!((sparsemax_threshold(&[none, 0.5, none, 0.9]) - 0.2).abs() < 1e-6);
        assert_eq!(sparsemax_threshold(&[none; 3]), f32::INFINITY);
    }

    /// Differences of ln 2 times the temperature halve the weight.
    #[test]
    fn softmax_by_hand() {
        let mut weights = vec![(1, 0.0), (2, (0.1 * std::f64::consts::LN_2) as f32)];
        softmax(&mut weights, 0.1);
        assert!((weights[0].1 - 1.0 / 3.0).abs() < 1e-5 && (weights[1].1 - 2.0 / 3.0).abs() < 1e-5, "{weights:?}");
    }
}
