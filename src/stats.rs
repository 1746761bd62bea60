//! Intervals: how far a figure would move if the documents had been others.
//!
//! Two ways, both seeded and independent of threads. The *bootstrap* (Efron 1979) draws as many blocks of documents as
//! there are, with replacement, and takes percentiles of the figure over many draws; the same draws serve every tokenizer,
//! so that differences are paired. The *jackknife* leaves out one group of documents after the other; it serves figures
//! that need the counts of a whole vocabulary, of which a few dozen fit into memory and thousands do not.

use crate::random::Random;

/// Draws of a bootstrap.
pub const REPLICATES: usize = 1000;

/// The blocks that replicate number `replicate` draws out of `blocks`, each as often as it is drawn.
pub fn draw(blocks: usize, seed: u64, replicate: usize) -> impl Iterator<Item = usize> {
    let mut random = Random::new(Random::new(seed ^ (replicate as u64 + 1)).bits());
    (0..blocks).map(move |_| random.below(blocks))
}

/// The 95 % percentile interval of replicated figures. `None` where fewer than half of the replicates have a figure.
pub fn percentile_interval(replicates: &[Option<f64>]) -> Option<(f64, f64)> {
    let mut values: Vec<f64> = replicates.iter().copied().flatten().collect();
    if values.is_empty() || values.len() * 2 < replicates.len() {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    Some((at(0.025), at(0.975)))
}

/// Quantiles at 97.5 % of Student's t distribution with 1 to 30 degrees of freedom.
const T: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/// The 95 % interval of `whole` from the figures without one of g groups each: whole ± t(g - 1) times
/// sqrt((g - 1)/g · sum of squared deviations from their mean). `None` below two groups, or where a figure is missing.
pub fn jackknife_interval(whole: f64, without: &[Option<f64>]) -> Option<(f64, f64)> {
    let values: Vec<f64> = without.iter().copied().collect::<Option<_>>()?;
    let g = values.len();
    if g < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / g as f64;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let error = ((g - 1) as f64 / g as f64 * squares).sqrt();
    let half = T.get(g - 2).copied().unwrap_or(1.96) * error;
    Some((whole - half, whole + half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_repeat_and_stay_in_range() {
        let drawn: Vec<usize> = draw(7, 3, 5).collect();
        assert_eq!(drawn, draw(7, 3, 5).collect::<Vec<_>>());
        assert!(drawn.len() == 7 && drawn.iter().all(|&b| b < 7) && drawn != draw(7, 3, 6).collect::<Vec<_>>());
    }

    /// 0, 1, ..., 1000: ranks 0.025 · 1000 = 25 and 975.
    #[test]
    fn percentiles_are_ranks() {
        let values: Vec<Option<f64>> = (0..=1000).rev().map(|v| Some(f64::from(v))).collect();
        assert_eq!(percentile_interval(&values), Some((25.0, 975.0)));
        assert_eq!(percentile_interval(&[None, None, Some(1.0)]), None);
        assert_eq!(percentile_interval(&[]), None);
    }

    /// For a mean the jackknife's error is the standard error: 1, 2, 3, 4 have s² = 5/3, so s/sqrt(4) = 0.6455, and
    /// t(3) = 3.182 makes 2.5 ± 2.054.
    #[test]
    fn the_jackknife_of_a_mean_is_its_standard_error() {
        let without: Vec<Option<f64>> = [1.0, 2.0, 3.0, 4.0].map(|v| Some((10.0 - v) / 3.0)).to_vec();
        let (low, high) = jackknife_interval(2.5, &without).unwrap();
        assert!((low - 0.446).abs() < 1e-3 && (high - 4.554).abs() < 1e-3, "{low} {high}");
        assert_eq!(jackknife_interval(2.5, &without[..1]), None);
        assert_eq!(jackknife_interval(2.5, &[None, Some(1.0)]), None);
    }

    /// Ten blocks of one document each with the figures 0..10: the interval of the mean lies around 4.5 and is about
    /// 1.96 · 2.87/sqrt(10) = 1.8 to each side.
    #[test]
    fn the_bootstrap_of_a_mean() {
        let mean = |r| draw(10, 1, r).map(|b| b as f64).sum::<f64>() / 10.0;
        let (low, high) = percentile_interval(&(0..REPLICATES).map(|r| Some(mean(r))).collect::<Vec<_>>()).unwrap();
        assert!((low - 2.7).abs() < 0.3 && (high - 6.3).abs() < 0.3, "{low} {high}");
    }
}
