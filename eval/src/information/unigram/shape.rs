//! The shape of the frequencies: inequality, the mass of the middle, and how close they are to Zipf's law.

use super::Spectrum;
use crate::information::numeric::{Sum, log2, x_log2_x};

/// Zipf's law fitted to frequencies by rank: `log f = a - s log r`.
///
/// Least squares over the ranks `round(10^(j / 10))`, `j = 0, 1, ..`, up to `U`: ten points a decade, so that the long
/// tail does not outvote the head. Frequencies of equal types keep the order of their ranks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ZipfFit {
    /// `s`, positive where frequency falls with rank.
    pub exponent: f64,
    /// The share of the variance of `log f` that the line explains; `None` when all frequencies are equal.
    pub r_squared: Option<f64>,
    /// The coefficient of `(ln r)^2` in a quadratic fit over the same ranks: negative where the tail falls faster than
    /// the law; `None` below three ranks.
    pub curvature: Option<f64>,
    /// The largest difference between the cumulative distribution over ranks and that of a Zipf distribution with
    /// exponent `s` over `U` types (Kolmogorov and Smirnov).
    pub ks_distance: f64,
}

/// The entropy in bits of a Zipf source, `p_r` proportional to `r^-exponent`, over `types` types.
///
/// The reference for capacity utilization: with exponent 1 over 16,000 types it is 9.938 bits, an
/// [`efficiency`](super::efficiency) of 0.712 without any tokenizer. `None` without types. Time in `types`.
pub fn zipf_entropy(types: u32, exponent: f64) -> Option<f64> {
    if types == 0 || !exponent.is_finite() {
        return None;
    }
    // H = log2 Z + (s / Z) sum r^-s log2 r.
    let (mut mass, mut logs) = (Sum::default(), Sum::default());
    for rank in 1..=types {
        let weight = libm::pow(f64::from(rank), -exponent);
        mass.add(weight);
        logs.add(weight * log2(f64::from(rank)));
    }
    let entropy = log2(mass.value()) + exponent * logs.value() / mass.value();
    entropy.is_finite().then_some(entropy)
}

impl Spectrum {
    /// The Gini coefficient of the frequencies of `vocabulary` types, those not seen counting as 0: 0 when all are used
    /// equally, near 1 when a few take everything.
    ///
    /// `(2 sum i f_i - (V + 1) n) / (V n)` over rising frequencies, `i` from 1. `None` when `vocabulary` is less than
    /// the types seen. Give `types()` for the coefficient over used types.
    pub fn gini(&self, vocabulary: u64) -> Option<f64> {
        if vocabulary < self.types || self.tokens == 0 {
            return None;
        }
        let mut before = u128::from(vocabulary - self.types);
        let mut ranked = 0u128;
        for &(count, types) in &self.counts {
            let types = u128::from(types);
            // Twice the sum of the ranks before + 1 .. before + types.
            ranked += u128::from(count) * types * (2 * before + types + 1);
            before += types;
        }
        let (size, n) = (u128::from(vocabulary), u128::from(self.tokens));
        Some((ranked - (size + 1) * n) as f64 / (size as f64 * n as f64))
    }

    /// Gowda and May's percentile frequency: the share of tokens whose type stands from `floor(start U)` (counted from
    /// 0, falling frequency) to `floor(end U)`, excluded. The usual bounds are 0.03 and 0.83.
    pub fn percentile_frequency(&self, start: f64, end: f64) -> Option<f64> {
        if !(0.0..=1.0).contains(&start) || !(start..=1.0).contains(&end) {
            return None;
        }
        let index = |share: f64| (self.types as f64 * share) as u64;
        let (from, to) = (index(start), index(end));
        let (mut rank, mut mass) = (0u64, 0u64);
        for &(count, types) in self.counts.iter().rev() {
            let inside = to.min(rank + types).saturating_sub(from.max(rank));
            mass += inside * count;
            rank += types;
        }
        self.measured(|n| mass as f64 / n)
    }

    /// Zipf's law fitted to these frequencies; `None` below two types.
    pub fn zipf_fit(&self) -> Option<ZipfFit> {
        let points: Vec<(f64, f64)> = self
            .fit_ranks()
            .into_iter()
            .map(|(rank, count)| (libm::log(rank as f64), libm::log(count as f64)))
            .collect();
        if points.len() < 2 {
            return None;
        }
        let m = points.len() as f64;
        let mean =
            |value: &dyn Fn(f64, f64) -> f64| points.iter().map(|&(x, y)| value(x, y)).collect::<Sum>().value() / m;
        let (mean_x, mean_y) = (mean(&|x, _| x), mean(&|_, y| y));
        let xx = mean(&|x, _| (x - mean_x) * (x - mean_x));
        let xy = mean(&|x, y| (x - mean_x) * (y - mean_y));
        let yy = mean(&|_, y| (y - mean_y) * (y - mean_y));
        let exponent = -xy / xx;
        // The part of the square that is orthogonal to the line.
        let square = |x: f64| (x - mean_x) * (x - mean_x) - xx;
        let slope = mean(&|x, _| square(x) * (x - mean_x)) / xx;
        let part = |x: f64| square(x) - slope * (x - mean_x);
        let parts = mean(&|x, _| part(x) * part(x));
        let curvature = (points.len() > 2 && parts > 1e-12).then(|| mean(&|x, y| part(x) * (y - mean_y)) / parts);
        let r_squared = (yy > 0.0).then(|| xy * xy / (xx * yy));
        Some(ZipfFit { exponent, r_squared, curvature, ks_distance: self.zipf_distance(exponent) })
    }

    /// The ranks of the fit and their frequencies.
    fn fit_ranks(&self) -> Vec<(u64, u64)> {
        let mut points: Vec<(u64, u64)> = Vec::new();
        let mut runs = self.counts.iter().rev();
        let (mut last, mut current) = (0u64, 0u64);
        for tenth in 0u32.. {
            let rank = libm::round(libm::pow(10.0, f64::from(tenth) / 10.0)) as u64;
            if rank > self.types {
                break;
            }
            while last < rank {
                let Some(&(count, types)) = runs.next() else { break };
                current = count;
                last += types;
            }
            if points.last().is_none_or(|&(before, _)| before < rank) {
                points.push((rank, current));
            }
        }
        points
    }

    fn zipf_distance(&self, exponent: f64) -> f64 {
        let weight = |rank: u64| libm::pow(rank as f64, -exponent);
        let mass: f64 = (1..=self.types).map(weight).collect::<Sum>().value();
        let (mut rank, mut seen, mut fitted, mut distance) = (0u64, 0u64, 0.0f64, 0.0f64);
        for &(count, types) in self.counts.iter().rev() {
            for _ in 0..types {
                rank += 1;
                seen += count;
                fitted += weight(rank) / mass;
                distance = distance.max((seen as f64 / self.tokens as f64 - fitted).abs());
            }
        }
        distance
    }

    /// `sum f log2 f`, from which entropies of joined counts are made.
    pub(in crate::information) fn sum_x_log2_x(&self) -> f64 {
        self.sum(x_log2_x)
    }
}
