//! Sources with known entropy, for tests.

use toktool::random::Random;

/// Draws from a Zipf distribution with exponent 1 over `types` types, ids in order of falling probability.
pub(super) struct Zipf {
    cumulative: Vec<f64>,
    random: Random,
}

impl Zipf {
    pub(super) fn new(types: usize, seed: u64) -> Self {
        let mut total = 0.0;
        let cumulative = (1..=types)
            .map(|rank| {
                total += 1.0 / rank as f64;
                total
            })
            .collect();
        Zipf { cumulative, random: Random::new(seed) }
    }

    pub(super) fn draw(&mut self) -> u32 {
        let total = self.cumulative.last().copied().unwrap_or(0.0);
        let point = self.unit() * total;
        self.cumulative.partition_point(|&c| c <= point).min(self.cumulative.len() - 1) as u32
    }

    /// A number from 0 to 1, 1 excluded.
    pub(super) fn unit(&mut self) -> f64 {
        self.random.unit()
    }

    pub(super) fn draws(&mut self, n: usize) -> Vec<u32> {
        (0..n).map(|_| self.draw()).collect()
    }
}

/// How often each of `types` ids occurs.
pub(super) fn counts(ids: &[u32], types: usize) -> Vec<u64> {
    let mut counts = vec![0; types];
    ids.iter().for_each(|&id| counts[id as usize] += 1);
    counts
}
