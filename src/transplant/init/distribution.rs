//! Baselines that look at no token: the mean row, and draws around it. Seeded by token, so that any order gives the same.

use super::{EmbeddingInit, Origin, Part};
use crate::random::{self, mix};
use crate::transplant::rows::OldRows;

/// The mean row.
pub(super) struct Mean;

impl EmbeddingInit for Mean {
    fn row(&self, rows: &OldRows, _: Part, _: usize, out: &mut [f32]) -> Option<Origin> {
        out.copy_from_slice(&rows.moments().mean);
        Some(Origin::Mean)
    }
}

fn generator(seed: u64, part: Part, index: usize) -> random::Random {
    random::Random::new(mix(mix(seed).wrapping_add(part as u64)).wrapping_add(index as u64))
}

/// Every number by itself from one normal distribution.
pub(super) struct Random {
    pub seed: u64,
}

impl EmbeddingInit for Random {
    fn row(&self, rows: &OldRows, part: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        let (mean, deviation) = (rows.moments().scalar_mean, rows.moments().scalar_deviation);
        let mut random = generator(self.seed, part, index);
        out.iter_mut().for_each(|x| *x = mean + deviation * random.normal() as f32);
        Some(Origin::Drawn)
    }
}

/// Rows that a draw is put together from.
const DRAWN: usize = 256;

/// From the normal distribution with the mean and covariance of the rows.
///
/// The covariance is not formed: with `n` rows `x` drawn with replacement and standard normal `z`, the sum of `z · (x - mean)`
/// over `sqrt(n)` has exactly that covariance.
pub(super) struct Hewitt {
    pub seed: u64,
}

impl EmbeddingInit for Hewitt {
    fn row(&self, rows: &OldRows, part: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        let mut random = generator(self.seed, part, index);
        let scale = 1.0 / (DRAWN as f64).sqrt();
        let mut sum = 0.0;
        for _ in 0..DRAWN {
            let weight = (random.normal() * scale) as f32;
            rows.add(random.below(rows.len()) as u32, weight, out);
            sum += weight;
        }
        out.iter_mut().zip(&rows.moments().mean).for_each(|(x, mean)| *x += (1.0 - sum) * mean);
        Some(Origin::Drawn)
    }
}
