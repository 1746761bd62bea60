//! Arithmetic that gives the same bits on every machine.
//!
//! The four operations and the square root are exact to the last bit wherever IEEE 754 holds; logarithms and powers come
//! from the system's library and are not. A model must be the same file for the same words and seed everywhere, so they
//! are those of the crate `libm`, which computes them by these operations alone.

/// The natural logarithm; minus infinity for anything that is not positive.
pub(super) fn ln(x: f64) -> f64 {
    if x > 0.0 { libm::log(x) } else { f64::NEG_INFINITY }
}

/// The exponential function.
pub(super) fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// `n ln n`, and 0 for 0.
pub(super) fn n_ln_n(n: u64) -> f64 {
    if n < 2 { 0.0 } else { n as f64 * ln(n as f64) }
}

/// The logarithm of `n!` by Stirling's series, within 1e-5 from 2 on.
pub(super) fn ln_factorial(n: u64) -> f64 {
    if n < 2 {
        return 0.0;
    }
    let n = n as f64;
    let ln_root_two_pi = 0.918_938_533_204_672_8;
    (n + 0.5) * ln(n) - n + ln_root_two_pi + 1.0 / (12.0 * n) - 1.0 / (360.0 * n * n * n)
}

/// The binary logarithm of `n + 1`, rounded, computed in integers.
pub(super) fn rounded_log2_of_next(n: u64) -> u64 {
    // round(log2 x) = floor(log2(2 x^2) / 2), and 2 x^2 must fit.
    let next = u128::from(n.min(1 << 62)) + 1;
    u64::from((127 - (2 * next * next).leading_zeros()) / 2)
}

/// The concentration at which a Dirichlet process that has drawn `tokens` is expected to have shown `types` (Antoniak
/// 1974: `types = a ln(1 + tokens / a)`), by iteration; 1 where there are none.
pub(super) fn concentration(types: f64, tokens: f64) -> f64 {
    if types <= 0.0 {
        return 1.0;
    }
    (0..20).fold(types, |a, _| types / ln(1.0 + tokens / a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_positive_has_the_logarithm_of_zero() {
        assert_eq!(
            (ln(1.0), ln(0.0), ln(-1.0), ln(f64::NAN)),
            (0.0, f64::NEG_INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY)
        );
    }

    #[test]
    fn factorials_and_binary_logarithms_are_right() {
        let mut sum = 0.0;
        for n in 1..200u64 {
            sum += (n as f64).ln();
            assert!((ln_factorial(n) - sum).abs() < 1e-4, "{n}");
            assert_eq!(rounded_log2_of_next(n), ((n + 1) as f64).log2().round() as u64, "{n}");
        }
        assert_eq!(rounded_log2_of_next(u64::MAX), 62);
        assert!((n_ln_n(10) - 23.025_850_929_940_457).abs() < 1e-12);
    }
}
