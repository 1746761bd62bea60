//! What is fitted for one matrix: a map that all fresh rows share, a shift, and a correction of each row by itself.
//!
//! The map and the shift take steps of Adam (Kingma and Ba 2015); rows take steps of Adagrad (Duchi et al. 2011) with one
//! sum for each row, so that a token that occurs moves and one that is merely not predicted stays nearly where it is.
//!
//! Rates are free of the model's size: a map's is relative to the number of columns, since that many corrections of a
//! column point the same way; a head's is smaller by what a logit changes when its row does (the norm of a hidden state).

use candle_core::{D, DType, Device, Tensor};
use rustc_hash::FxHashMap;

use super::{Start, failed};
use crate::error::Result;
use crate::transplant::init::{Context, Part, learnt};
use crate::vocab::Id;

/// Rate of the map, times the number of columns.
const MAP: f64 = 0.2;
/// The shift learns so much faster, as it is one row for all.
const SHIFT: f64 = 5.0;
/// Rate of an input row, in norms of rows.
const ROW: f64 = 0.12;
/// Change of a logit that one step of the map, and of a row, may bring about.
const LOGIT: [f64; 2] = [40.0, 3.0];
/// What is added to a row's root of squares, in gradients of a token that occurs once in a batch.
const FLOOR: f64 = 0.03;
const BETA: [f64; 2] = [0.9, 0.98];
const EPSILON: f64 = 1e-12;

/// One matrix in the making.
pub(super) struct Fit {
    pub part: Part,
    /// All rows; fresh ones as they were last put in (see [`Fit::refresh`]).
    pub matrix: Tensor,
    fresh: Tensor,
    start: Tensor,
    features: Tensor,
    map: Moving,
    shift: Moving,
    rows: Tensor,
    /// Squares of the gradients of each row, `[fresh, 1]`.
    squares: Tensor,
    rates: [f64; 3],
    floor: f64,
    /// The mean norm of rows.
    norm: f64,
    /// Gradients of the head since its last update.
    pending: Option<Tensor>,
    steps: [i32; 2],
}

/// A parameter under Adam.
struct Moving {
    value: Tensor,
    first: Tensor,
    second: Tensor,
}

impl Moving {
    fn new(shape: (usize, usize)) -> candle_core::Result<Moving> {
        let zeros = Tensor::zeros(shape, DType::F32, &Device::Cpu)?;
        Ok(Moving { value: zeros.clone(), first: zeros.clone(), second: zeros })
    }

    fn step(&mut self, gradient: &Tensor, rate: f64, steps: i32) -> candle_core::Result<()> {
        self.first = ((&self.first * BETA[0])? + (gradient * (1.0 - BETA[0]))?)?;
        self.second = ((&self.second * BETA[1])? + (gradient.sqr()? * (1.0 - BETA[1]))?)?;
        let first = (&self.first / (1.0 - BETA[0].powi(steps)))?;
        let second = ((&self.second / (1.0 - BETA[1].powi(steps)))?.sqrt()? + EPSILON)?;
        self.value = (&self.value - (first.div(&second)? * rate)?)?;
        Ok(())
    }
}

impl Fit {
    pub fn new(start: Start<'_>, cx: &Context<'_>) -> Result<Fit> {
        let width = start.old.width();
        let wide = learnt::PARTS * width;
        let mean = &start.old.moments().mean;
        let mut features = vec![0.0; cx.fresh.len() * wide];
        for (index, out) in features.chunks_mut(wide).enumerate() {
            let pieces = cx.pieces.of(index);
            if !pieces.is_empty() {
                learnt::features(start.old, pieces, mean, out);
            }
        }
        let build = || {
            let features = Tensor::from_vec(features, (cx.fresh.len(), wide), &Device::Cpu)?;
            let fresh = Tensor::from_slice(cx.fresh, cx.fresh.len(), &Device::Cpu)?;
            let rows = start.matrix.index_select(&fresh, 0)?;
            let norm = rows.sqr()?.sum(D::Minus1)?.sqrt()?.mean_all()?.to_scalar::<f32>()?;
            Ok(Fit {
                part: start.part,
                matrix: start.matrix,
                fresh,
                features,
                map: Moving::new((wide, width))?,
                shift: Moving::new((1, width))?,
                squares: Tensor::zeros((rows.dim(0)?, 1), DType::F32, &Device::Cpu)?,
                rows: rows.zeros_like()?,
                start: rows,
                rates: [0.0; 3],
                floor: 0.0,
                norm: f64::from(norm).max(f64::MIN_POSITIVE),
                pending: None,
                steps: [0; 2],
            })
        };
        build().map_err(failed)
    }

    /// Sets how fast it learns, from the mean norm of hidden states.
    pub fn set_rates(&mut self, hidden: f64) {
        let columns = self.rows.dims()[1].max(1) as f64;
        self.rates = [MAP / columns, SHIFT * MAP / columns, ROW * self.norm];
        if self.part != Part::Input {
            let logit = (self.norm * hidden).max(1.0);
            self.rates =
                [self.rates[0] * LOGIT[0] / logit, self.rates[1] * LOGIT[0] / logit, LOGIT[1] / hidden.max(1.0)];
        }
    }

    /// Current rows of some fresh tokens, `[N, width]`.
    pub fn some(&self, fresh: &Tensor) -> Result<Tensor> {
        let some = || {
            let mapped = self.features.index_select(fresh, 0)?.matmul(&self.map.value)?;
            let own = (self.start.index_select(fresh, 0)? + self.rows.index_select(fresh, 0)?)?;
            (own + mapped)?.broadcast_add(&self.shift.value)
        };
        some().map_err(failed)
    }

    /// Takes the gradient of an input, `[N, width]`, at the places of the fresh tokens `fresh`.
    pub fn learn_input(&mut self, fresh: &[u32], gradient: &Tensor, rate: f64) -> Result<()> {
        let mut learn = || {
            let places = Tensor::from_slice(fresh, fresh.len(), &Device::Cpu)?;
            let features = self.features.index_select(&places, 0)?.t()?.contiguous()?;
            let (map, shift) = (features.matmul(gradient)?, gradient.sum_keepdim(0)?);
            self.move_shared(&map, &shift, rate)?;
            // The gradients of one token are one.
            let mut number: FxHashMap<u32, u32> = FxHashMap::default();
            let mut once: Vec<u32> = Vec::new();
            let slots: Vec<u32> = fresh
                .iter()
                .map(|&index| {
                    *number.entry(index).or_insert_with(|| {
                        once.push(index);
                        once.len() as u32 - 1
                    })
                })
                .collect();
            let slots = Tensor::from_vec(slots, fresh.len(), &Device::Cpu)?;
            let width = gradient.dim(1)?;
            let gradient =
                Tensor::zeros((once.len(), width), DType::F32, &Device::Cpu)?.index_add(&slots, gradient, 0)?;
            let once = Tensor::from_slice(&once, once.len(), &Device::Cpu)?;
            let square = gradient.sqr()?.sum_keepdim(1)?;
            self.set_floor(&square)?;
            self.squares = self.squares.index_add(&once, &square, 0)?;
            let size = (self.squares.index_select(&once, 0)?.sqrt()? + self.floor)?;
            let change = (gradient.broadcast_div(&size)? * (-self.rates[2] * rate))?;
            self.rows = self.rows.index_add(&once, &change, 0)?;
            Ok(())
        };
        learn().map_err(failed)
    }

    /// Takes the gradient of a head, `[rows, width]`; it is acted on when `update` says so.
    pub fn learn_head(&mut self, gradient: &Tensor, rate: f64, update: bool) -> Result<()> {
        let mut learn = || {
            let own = gradient.index_select(&self.fresh, 0)?;
            let sum = match self.pending.take() {
                Some(pending) => (pending + own)?,
                None => own,
            };
            if !update {
                self.pending = Some(sum);
                return Ok(());
            }
            let features = self.features.t()?;
            let (map, shift) = (features.matmul(&sum)?, sum.sum_keepdim(0)?);
            self.move_shared(&map, &shift, rate)?;
            let square = sum.sqr()?.sum_keepdim(1)?;
            self.set_floor(&square)?;
            self.squares = (&self.squares + &square)?;
            let size = (self.squares.sqrt()? + self.floor)?;
            self.rows = (&self.rows - (sum.broadcast_div(&size)? * (self.rates[2] * rate))?)?;
            Ok(())
        };
        learn().map_err(failed)?;
        if update { self.refresh() } else { Ok(()) }
    }

    fn move_shared(&mut self, map: &Tensor, shift: &Tensor, rate: f64) -> candle_core::Result<()> {
        self.steps[0] += 1;
        self.map.step(map, self.rates[0] * rate, self.steps[0])?;
        self.shift.step(shift, self.rates[1] * rate, self.steps[0])
    }

    /// The floor, from the first gradients: a share of the greatest.
    fn set_floor(&mut self, squares: &Tensor) -> candle_core::Result<()> {
        if self.floor == 0.0 {
            self.floor = FLOOR * f64::from(squares.max_all()?.to_scalar::<f32>()?).sqrt();
        }
        Ok(())
    }

    /// Puts the current fresh rows into the matrix.
    pub fn refresh(&mut self) -> Result<()> {
        let rows = self.current()?;
        let put = || {
            let old = self.matrix.index_select(&self.fresh, 0)?;
            self.matrix.index_add(&self.fresh, &(rows - old)?, 0)
        };
        self.matrix = put().map_err(failed)?;
        Ok(())
    }

    fn current(&self) -> Result<Tensor> {
        let mapped = self.features.matmul(&self.map.value);
        mapped
            .and_then(|mapped| ((&self.start + &self.rows)? + mapped)?.broadcast_add(&self.shift.value))
            .map_err(failed)
    }

    /// The current fresh rows, row after row.
    pub fn rows(&self) -> Result<Vec<f32>> {
        self.current()?.flatten_all().and_then(|rows| rows.to_vec1()).map_err(failed)
    }
}

/// By id: the index among fresh tokens.
pub(super) fn places(cx: &Context<'_>) -> Vec<Option<u32>> {
    let mut places = vec![None; cx.new.bound()];
    cx.fresh.iter().enumerate().for_each(|(index, &id): (usize, &Id)| places[id as usize] = Some(index as u32));
    places
}
