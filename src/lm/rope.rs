//! Rotary positions (Su et al. 2021, "RoFormer"): pairs of numbers of a query or key are turned by an angle that grows
//! with the position, so that their product depends on the distance alone.
//!
//! Numbers `n` and `n + d/2` of a head form a pair, as in Hugging Face checkpoints. Angles are computed in f64 and
//! rounded once. Two ways to stretch a model's reach are known: `linear`, which divides all positions (Chen et al.
//! 2023), and `llama3`, which slows down the slow pairs only; others are refused.

use candle_core::{D, Device, Tensor};
use serde_json::{Map, Value};

use crate::error::{Error, Place, Result};

/// How positions become angles.
#[derive(Debug, Clone, PartialEq)]
pub struct Rope {
    /// The base of the geometric sequence of frequencies.
    pub theta: f64,
    /// How the reach was stretched.
    pub scaling: Scaling,
}

/// How the frequencies of a trained model were changed to reach further.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Scaling {
    /// Not at all.
    None,
    /// All of them are divided by `factor`.
    Linear {
        /// The divisor.
        factor: f64,
    },
    /// Waves longer than `original / low` are divided by `factor`, those shorter than `original / high` stay, and
    /// between the two one rule passes into the other.
    Llama3 {
        /// The divisor of the slow ones.
        factor: f64,
        /// Turns within `original` positions below which a pair is slow.
        low: f64,
        /// Turns above which it is fast.
        high: f64,
        /// The context that the model was trained on.
        original: f64,
    },
}

impl Rope {
    /// Reads a dictionary such as `rope_scaling` or `rope_parameters`, found under `key`; a `rope_theta` in it wins
    /// over `theta`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a scaling that is not known, [`Error::Input`] for a missing or senseless number.
    pub(super) fn read(key: &str, dictionary: Option<&Map<String, Value>>, theta: f64) -> Result<Rope> {
        let get = |name: &str| dictionary.and_then(|d| d.get(name)).filter(|v| !v.is_null());
        let positive = |name: &str| -> Result<f64> {
            let number = get(name).and_then(Value::as_f64).filter(|n| n.is_finite() && *n > 0.0);
            number
                .ok_or_else(|| Error::input("", "a number above 0 is needed").at(Place::Entry(format!("{key}.{name}"))))
        };
        let theta = if get("rope_theta").is_some() { positive("rope_theta")? } else { theta };
        if get("partial_rotary_factor").and_then(Value::as_f64).is_some_and(|f| f != 1.0) {
            return Err(Error::unsupported("`partial_rotary_factor`", "only whole heads can be turned"));
        }
        let kind = get("rope_type").or_else(|| get("type")).map_or(Some("default"), Value::as_str);
        let scaling = match kind {
            Some("default") => Scaling::None,
            Some("linear") => Scaling::Linear { factor: positive("factor")? },
            Some("llama3") => {
                let (low, high) = (positive("low_freq_factor")?, positive("high_freq_factor")?);
                if low >= high {
                    return Err(Error::input("", "must be less than `high_freq_factor`")
                        .at(Place::Entry(format!("{key}.low_freq_factor"))));
                }
                let original = positive("original_max_position_embeddings")?;
                Scaling::Llama3 { factor: positive("factor")?, low, high, original }
            }
            other => {
                let other = other.unwrap_or("no text");
                return Err(Error::unsupported(format!("the rotary scaling `{other}`"), "it is not implemented")
                    .with_hint("known are `default`, `linear` and `llama3`"));
            }
        };
        Ok(Rope { theta, scaling })
    }

    /// The angle by which one position turns each of the `head_dim / 2` pairs.
    pub fn frequencies(&self, head_dim: usize) -> Vec<f64> {
        let plain = (0..head_dim / 2).map(|pair| self.theta.powf(-((2 * pair) as f64) / head_dim as f64));
        plain.map(|frequency| self.scaling.apply(frequency)).collect()
    }
}

impl Scaling {
    fn apply(&self, frequency: f64) -> f64 {
        match *self {
            Scaling::None => frequency,
            Scaling::Linear { factor } => frequency / factor,
            Scaling::Llama3 { factor, low, high, original } => {
                let turns = original * frequency / std::f64::consts::TAU;
                let fast = ((turns - low) / (high - low)).clamp(0.0, 1.0);
                fast * frequency + (1.0 - fast) * frequency / factor
            }
        }
    }
}

/// Cosines and sines of the positions of a batch.
#[derive(Debug)]
pub(super) struct Rotation {
    /// `[rows, 1, T, head_dim]`, the second half repeating the first; `rows` is 1 where all have the same positions.
    cos: Tensor,
    sin: Tensor,
}

impl Rotation {
    /// Of `positions[row][t]`, all rows equally long.
    pub fn new(frequencies: &[f64], positions: &[Vec<usize>], device: &Device) -> candle_core::Result<Rotation> {
        let shape = (positions.len(), 1, positions.first().map_or(0, Vec::len), 2 * frequencies.len());
        let table = |turn: fn(f64) -> f64| {
            let both = |p: usize| (0..2).flat_map(move |_| frequencies.iter().map(move |f| turn(p as f64 * f) as f32));
            Tensor::from_vec(positions.iter().flatten().flat_map(|&p| both(p)).collect::<Vec<f32>>(), shape, device)
        };
        Ok(Rotation { cos: table(f64::cos)?, sin: table(f64::sin)? })
    }

    /// Turns the heads `x`, `[B, heads, T, head_dim]`.
    pub fn apply(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let half = x.dim(D::Minus1)? / 2;
        let (first, second) = (x.narrow(D::Minus1, 0, half)?, x.narrow(D::Minus1, half, half)?);
        let crossed = Tensor::cat(&[second.neg()?, first], D::Minus1)?;
        x.contiguous()?.broadcast_mul(&self.cos)? + crossed.broadcast_mul(&self.sin)?
    }
}
