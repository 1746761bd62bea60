//! A small generator of random numbers: SplitMix64 (Steele, Lea, Flood 2014). The same numbers on every machine.

/// Its state.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is not 0; the bias is below `n / 2^64`.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// A number from 0 up to 1, exclusive.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// `size` of the numbers below `n`, or all of them, ascending.
pub(super) fn sample(n: usize, size: usize, seed: u64) -> Vec<usize> {
    let mut all: Vec<usize> = (0..n).collect();
    if size < n {
        let mut random = Random::new(seed);
        for at in 0..size {
            let other = at + random.below((n - at) as u64) as usize;
            all.swap(at, other);
        }
        all.truncate(size);
        all.sort_unstable();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_published_generator() {
        // The first outputs for the seed 1234567, as other implementations list them.
        let mut random = Random::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn samples_are_distinct_and_ascend() {
        let some = sample(1000, 100, 7);
        assert!(some.len() == 100 && some.windows(2).all(|pair| pair[0] < pair[1]) && some[99] < 1000);
        assert_ne!(some, sample(1000, 100, 8));
        assert_eq!(sample(3, 5, 1), [0, 1, 2]);
        let unit = Random::new(3).unit();
        assert!((0.0..1.0).contains(&unit));
    }
}
