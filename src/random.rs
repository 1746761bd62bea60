//! Random numbers that are part of results: a seed gives the same sequence on every machine and in every version.
//!
//! SplitMix64 (Steele, Lea and Flood 2014): a counter in steps of the golden ratio, and a finaliser that makes a number of it.

/// The step of the counter.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser: a bijection under which one changed bit changes about half of all.
pub fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A sequence of random numbers.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number below `bound`, 0 for 0, by multiplication; its bias is below `bound / 2^64`.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    /// A number from 0 to 1, 1 excluded.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number from the standard normal distribution (Box and Muller 1958); computed alike on every machine.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// Puts `items` in random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }

    /// An index, drawn with probability in proportion to its weight; the last of positive weight where rounding leaves
    /// a rest.
    pub fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
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

/// `size` of the numbers below `n`, or all of them, ascending.
pub fn sample(n: usize, size: usize, seed: u64) -> Vec<usize> {
    let mut all: Vec<usize> = (0..n).collect();
    if size < n {
        let mut random = Random::new(seed);
        for at in 0..size {
            let other = at + random.below(n - at);
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

    /// The first outputs for the seeds 0 and 1234567, as other implementations list them.
    #[test]
    fn the_generator_is_the_published_one() {
        let mut random = Random::new(0);
        assert_eq!([random.bits(), random.bits()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
        let mut random = Random::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_shuffle_keeps_the_items() {
        let mut items: Vec<u32> = (0..100).collect();
        Random::new(5).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
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

    #[test]
    fn draws_follow_their_weights() {
        let mut random = Random::new(7);
        let mut hits = [0; 3];
        for _ in 0..30_000 {
            hits[random.weighted([1.0, 0.0, 2.0].into_iter())] += 1;
        }
        assert!(hits[1] == 0 && (9_500..10_500).contains(&hits[0]), "{hits:?}");
    }
}
