//! Arithmetic that gives the same bits on every machine: logarithms and the digamma function by `libm` and a series,
//! compensated sums.
//!
//! Sources: Neumaier 1974 for the sum; Abramowitz and Stegun 6.3.5 and 6.3.18 for digamma.

/// The natural logarithm of two.
pub(super) const LN_2: f64 = std::f64::consts::LN_2;

/// The binary logarithm.
pub(super) fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// `x log2 x`, and 0 for 0.
pub(super) fn x_log2_x(count: u64) -> f64 {
    if count < 2 { 0.0 } else { count as f64 * log2(count as f64) }
}

/// The logarithmic derivative of the gamma function, within 1e-14 for `x > 0`.
///
/// Below 10 by `psi(x) = psi(x + 1) - 1 / x`, from 10 on by the asymptotic series, whose first term left out is below
/// 1e-15 there.
pub(super) fn digamma(mut x: f64) -> f64 {
    let mut shift = 0.0;
    while x < 10.0 {
        shift -= 1.0 / x;
        x += 1.0;
    }
    // B_2k / 2k for k = 1 to 7.
    const TERMS: [f64; 7] =
        [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32760.0, 1.0 / 12.0];
    let inverse_square = 1.0 / (x * x);
    let series = TERMS.iter().rev().fold(0.0, |sum, term| (sum + term) * inverse_square);
    shift + libm::log(x) - 0.5 / x - series
}

/// A sum that carries its rounding error along.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    pub(super) fn add(&mut self, x: f64) {
        let next = self.total + x;
        self.lost += if self.total.abs() >= x.abs() { (self.total - next) + x } else { (x - next) + self.total };
        self.total = next;
    }

    pub(super) fn value(self) -> f64 {
        self.total + self.lost
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(terms: I) -> Self {
        let mut sum = Sum::default();
        terms.into_iter().for_each(|x| sum.add(x));
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digamma_has_its_known_values() {
        // psi(1) = -gamma; psi(1/2) = -gamma - 2 ln 2; psi(10) = 1 + 1/2 + .. + 1/9 - gamma; psi(100) likewise.
        let gamma = 0.577_215_664_901_532_9;
        let harmonic = |n: u32| (1..=n).map(|i| 1.0 / f64::from(i)).sum::<f64>();
        assert!((digamma(1.0) + gamma).abs() < 1e-14);
        assert!((digamma(0.5) + gamma + 2.0 * LN_2).abs() < 1e-14);
        assert!((digamma(10.0) - (harmonic(9) - gamma)).abs() < 1e-14);
        assert!((digamma(100.0) - (harmonic(99) - gamma)).abs() < 1e-14);
        // psi(1/4) = -gamma - pi/2 - 3 ln 2.
        assert!((digamma(0.25) + gamma + std::f64::consts::FRAC_PI_2 + 3.0 * LN_2).abs() < 1e-14);
    }

    #[test]
    fn a_sum_keeps_what_rounding_would_lose() {
        // 1 + 1e100 - 1e100 is 1; the plain sum is 0.
        let sum: Sum = [1.0, 1e100, 1.0, -1e100].into_iter().collect();
        assert_eq!(sum.value(), 2.0);
        assert_eq!([1.0, 1e100, 1.0, -1e100].iter().sum::<f64>(), 0.0);
    }
}
