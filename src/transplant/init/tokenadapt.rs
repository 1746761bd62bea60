//! TokenAdapt (2505.09738): pieces weighted by length and similarity (local), nearest old tokens (global), and both (hybrid).
//!
//! With vectors `f` of a token and `f_j` of its `m` pieces, `a_j = cos(f, f_j)`, `l_j` the length of a piece over that of the
//! token, temperature `t`, global weight `g`:
//!
//! ```text
//! s = softmax(a)        c = (s + l) / 2        w = softmax(c / t)        local = sum of w_j · row(piece j)
//! N = the k old tokens of the greatest cosine   v = softmax(cos / t)     global = sum of v_l · row(token l)
//! hybrid = (1 - g) · local + g · global         where one of them says nothing: the other
//! ```
//!
//! Both modes are this formula. `exact` follows the published program: lengths in characters of decoded strings (a part of a
//! character decodes to U+FFFD, of one character), pieces without a vector dropped, and vectors a must. Otherwise
//! 1. lengths are bytes, so that they add up to the token whatever it is cut into,
//! 2. a piece without a vector counts with the mean similarity of the others, instead of vanishing,
//! 3. without any vectors `s` is even, and length decides alone.

use super::neighbours::{Nearest, softmax};
use super::{Context, EmbeddingInit, Origin, Part, Weights, auxiliary, combine};
use crate::error::{Error, Result};
use crate::transplant::auxiliary::{Auxiliary, cosine};
use crate::transplant::rows::OldRows;

/// Which part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Local,
    Global,
    Hybrid,
}

struct TokenAdapt<'a> {
    cx: Context<'a>,
    local: bool,
    /// By fresh index; empty without neighbours.
    global: Vec<Weights>,
}

pub(super) fn build<'a>(cx: Context<'a>, which: Which) -> Result<Box<dyn EmbeddingInit + 'a>> {
    let name = match which {
        Which::Local => "tokenadapt-local",
        Which::Global => "tokenadapt-global",
        Which::Hybrid => "tokenadapt",
    };
    if cx.settings.exact && cx.auxiliary.is_none() {
        let why = format!("the published formula of `{name}` weighs by vectors, and there are none");
        return Err(
            Error::config("--formula", why).with_hint("give vectors of tokens with `--aux`, or leave `--formula` out")
        );
    }
    let vectors = match which {
        Which::Local => None,
        Which::Global => Some(auxiliary(&cx, name)?),
        Which::Hybrid => cx.auxiliary,
    };
    let global = vectors.map(|vectors| nearest(&cx, vectors)).transpose()?.unwrap_or_default();
    Ok(Box::new(TokenAdapt { cx, local: which != Which::Global, global }))
}

fn nearest(cx: &Context<'_>, vectors: &Auxiliary) -> Result<Vec<Weights>> {
    let settings = cx.settings;
    let all = Nearest::new(cx, vectors, |_| true)?.top(vectors, settings.neighbours)?;
    let weigh = |near: Weights| {
        let mut near: Weights =
            near.into_iter().filter(|&(_, cosine)| f64::from(cosine) >= settings.threshold).collect();
        softmax(&mut near, settings.temperature);
        near
    };
    Ok(all.into_iter().map(weigh).collect())
}

impl TokenAdapt<'_> {
    /// Weights of the pieces.
    fn local(&self, index: usize) -> Weights {
        let (cx, settings) = (&self.cx, self.cx.settings);
        let length = |bytes: &[u8]| match settings.exact {
            true => String::from_utf8_lossy(bytes).chars().count() as f64,
            false => bytes.len() as f64,
        };
        let whole = length(&cx.new.inventory.canonical(cx.fresh[index])).max(1.0);
        let vectors = cx.auxiliary;
        let similarity = |id| vectors.and_then(|v| cosine(v.fresh(index)?, v.old(id)?));
        let mut pieces: Vec<(u32, Option<f64>)> = cx.pieces.of(index).iter().map(|&id| (id, similarity(id))).collect();
        if settings.exact {
            pieces.retain(|piece| piece.1.is_some());
        }
        let known: Vec<f64> = pieces.iter().filter_map(|piece| piece.1).collect();
        let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
        let mut similar: Weights = pieces.iter().map(|&(id, a)| (id, a.unwrap_or(mean) as f32)).collect();
        softmax(&mut similar, 1.0);
        let mut weights: Weights = similar
            .into_iter()
            .map(|(id, s)| (id, (f64::from(s) + length(&cx.old.inventory.canonical(id)) / whole) as f32 / 2.0))
            .collect();
        softmax(&mut weights, settings.temperature);
        weights
    }
}

impl EmbeddingInit for TokenAdapt<'_> {
    fn row(&self, rows: &OldRows, _: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        let mut local = if self.local { self.local(index) } else { Weights::new() };
        let mut global = self.global.get(index).cloned().unwrap_or_default();
        let origin = match (local.is_empty(), global.is_empty()) {
            (true, true) => return None,
            (false, true) => Origin::Pieces,
            (true, false) => Origin::Neighbours,
            (false, false) => {
                let share = self.cx.settings.global_weight as f32;
                local.iter_mut().for_each(|w| w.1 *= 1.0 - share);
                global.iter_mut().for_each(|w| w.1 *= share);
                Origin::Mixed
            }
        };
        combine(rows, &local, out);
        combine(rows, &global, out);
        Some(origin)
    }
}
