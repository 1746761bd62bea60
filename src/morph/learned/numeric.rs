//! Arithmetic that gives the same bits on every machine.
//!
//! The four operations and the square root are exact to the last bit wherever IEEE 754 holds; logarithms and powers come
//! from the system's library and are not. A model must be the same file for the same words and seed everywhere, so the
//! few functions that training needs are written out here. Their error is a few units in the last place.

const LN_2: f64 = std::f64::consts::LN_2;
/// The upper bits of `LN_2`: times any exponent of an `f64` it is exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// Points between 1 and 2 whose logarithms are tabulated, less one.
const POINTS: usize = 128;

/// One over each point, and its logarithm.
static TABLE: [(f64, f64); POINTS + 1] = {
    let mut table = [(1.0, 0.0); POINTS + 1];
    let mut at = 1;
    while at <= POINTS {
        let point = 1.0 + at as f64 / POINTS as f64;
        table[at] = (1.0 / point, ln_by_series(point));
        at += 1;
    }
    table
};

/// `2 atanh((x - 1) / (x + 1))` by its series, for `x` from 1 to 2.
const fn ln_by_series(x: f64) -> f64 {
    let s = (x - 1.0) / (x + 1.0);
    let mut sum = 0.0;
    let mut k = 20;
    while k > 0 {
        k -= 1;
        sum = sum * s * s + 1.0 / (2 * k + 1) as f64;
    }
    2.0 * s * sum
}

/// The natural logarithm; minus infinity for anything that is not positive. The absolute error is below 4e-16 times the
/// greater of 1 and the result.
///
/// `x = m * 2^e` with `m` from 1 to 2; the logarithm of the nearest tabulated point, and a series for the rest, which is
/// at most 1/256.
pub(super) fn ln(x: f64) -> f64 {
    if x <= 0.0 || x.is_nan() {
        return f64::NEG_INFINITY;
    }
    if x == f64::INFINITY {
        return x;
    }
    let (x, shift) = if x < f64::MIN_POSITIVE { (x * (1u64 << 54) as f64, 54) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = ((bits >> 52) as i64 - 1023 - shift) as f64;
    let mantissa = f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
    let at = ((mantissa - 1.0) * POINTS as f64 + 0.5) as usize;
    let (inverse, known) = TABLE[at];
    let r = (mantissa - (1.0 + at as f64 / POINTS as f64)) * inverse;
    let series = r - r * r * (1.0 / 2.0 - r * (1.0 / 3.0 - r * (1.0 / 4.0 - r * (1.0 / 5.0 - r * (1.0 / 6.0)))));
    exponent * LN_2_HIGH + (exponent * LN_2_LOW + known + series)
}

/// The exponential function: Taylor's series on what is left after the power of two is taken out.
pub(super) fn exp(x: f64) -> f64 {
    if x.is_nan() || x < -745.0 {
        return 0.0;
    }
    if x > 709.0 {
        return f64::INFINITY;
    }
    let power = (x / LN_2).round();
    let rest = (x - power * LN_2_HIGH) - power * LN_2_LOW;
    let mut sum = 1.0;
    for k in (1..15).rev() {
        sum = 1.0 + sum * rest / f64::from(k);
    }
    // Two steps, for a result below the smallest normal number.
    let half = (power / 2.0).floor();
    sum * power_of_two(half as i64) * power_of_two((power - half) as i64)
}

fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
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

/// A stream of random numbers that a seed determines: SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 to 1, 1 excluded.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Puts `items` in random order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = (u128::from(self.next()) * (last as u128 + 1)) >> 64;
            items.swap(last, other as usize);
        }
    }

    /// An index, drawn with probability in proportion to its weight; the last of positive weight where rounding leaves
    /// a rest.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut rest = self.unit() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (index, weight) in weights.enumerate() {
            if weight > 0.0 {
                last = index;
                rest -= weight;
                if rest < 0.0 {
                    break;
                }
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_and_exponential_are_those_of_the_system() {
        let mut x: f64 = 1e-320;
        while x < 1e308 {
            assert!((ln(x) - x.ln()).abs() <= 4e-16 * x.ln().abs().max(1.0), "ln {x}");
            x *= 1.37;
        }
        for n in -7000..7000 {
            let x = f64::from(n) * 0.1;
            assert!((exp(x) - x.exp()).abs() <= 2e-15 * x.exp(), "exp {x}");
        }
        assert_eq!((ln(1.0), exp(0.0), ln(0.0), exp(-800.0)), (0.0, 1.0, f64::NEG_INFINITY, 0.0));
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

    #[test]
    fn draws_follow_their_weights() {
        let mut random = Random::new(7);
        let mut hits = [0; 3];
        for _ in 0..30_000 {
            hits[random.weighted([1.0, 0.0, 2.0].into_iter())] += 1;
        }
        assert!(hits[1] == 0 && (9_500..10_500).contains(&hits[0]), "{hits:?}");
        let mut items: Vec<u32> = (0..50).collect();
        random.shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
