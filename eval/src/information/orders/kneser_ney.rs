//! Interpolated modified Kneser-Ney smoothing (Chen and Goodman 1999, section 4).
//!
//! With `c` the count of a k-gram (how often it occurs, at the highest order; how many different tokens stand before it,
//! below), the probability of a token after a context is
//!
//! ```text
//! (max(c - D(c), 0) + (D1 N1 + D2 N2 + D3 N3+) lower) / sum c
//! ```
//!
//! where `N1`, `N2`, `N3+` are how many tokens follow the context once, twice, more often, the sum runs over all tokens
//! that follow, and `lower` is the probability after the context without its first token; after the empty context it is
//! `1 / V`. A context that never occurs hands over to `lower` as it is.
//!
//! Where counts of counts do not give discounts with `0 < Dj <= j`, they are 1/2, 1 and 3/2.

use rayon::prelude::*;

/// `D1`, `D2`, `D3+`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Discounts(pub [f64; 3]);

impl Discounts {
    /// With `Y = n1 / (n1 + 2 n2)`: `D1 = 1 - 2 Y n2 / n1`, `D2 = 2 - 3 Y n3 / n2`, `D3+ = 3 - 4 Y n4 / n3`, where `nj`
    /// is how many k-grams have count `j`.
    pub(super) fn new([n1, n2, n3, n4]: [u64; 4]) -> Self {
        let [n1, n2, n3, n4] = [n1 as f64, n2 as f64, n3 as f64, n4 as f64];
        let y = n1 / (n1 + 2.0 * n2);
        let found = [1.0 - 2.0 * y * n2 / n1, 2.0 - 3.0 * y * n3 / n2, 3.0 - 4.0 * y * n4 / n3];
        // A quotient by zero is not finite, and so not inside.
        let inside = found.iter().zip([1.0, 2.0, 3.0]).all(|(&d, most)| d > 0.0 && d <= most);
        Discounts(if inside { found } else { [0.5, 1.0, 1.5] })
    }

    fn of(self, count: u32) -> f64 {
        match count {
            0 => 0.0,
            1 => self.0[0],
            2 => self.0[1],
            _ => self.0[2],
        }
    }
}

/// The k-grams of one length with their counts, ready to be asked.
#[derive(Debug)]
pub(super) struct Model<'a> {
    counts: &'a [u32],
    pub discounts: Discounts,
    /// Per context: the sum of counts, and what is taken off them in total.
    totals: Vec<u32>,
    freed: Vec<f64>,
}

impl<'a> Model<'a> {
    /// `ends`: one past each context's last k-gram; `counts` by k-gram.
    pub(super) fn new(ends: &[u32], counts: &'a [u32]) -> Self {
        let of_count = counts
            .par_chunks(1 << 16)
            .map(|chunk| {
                let mut of_count = [0u64; 4];
                chunk.iter().filter(|&&c| (1..=4).contains(&c)).for_each(|&c| of_count[c as usize - 1] += 1);
                of_count
            })
            .reduce(|| [0; 4], |a, b| std::array::from_fn(|i| a[i] + b[i]));
        let discounts = Discounts::new(of_count);
        let context = |at: usize| {
            let begin = if at == 0 { 0 } else { ends[at - 1] };
            let (mut total, mut followers) = (0u32, [0u32; 3]);
            for &count in &counts[begin as usize..ends[at] as usize] {
                total += count;
                if count > 0 {
                    followers[count.min(3) as usize - 1] += 1;
                }
            }
            let freed = discounts.0.iter().zip(followers).map(|(d, n)| d * f64::from(n)).sum::<f64>();
            (total, freed)
        };
        let (mut totals, mut freed) = (Vec::new(), Vec::new());
        (0..ends.len()).into_par_iter().with_min_len(1 << 12).map(context).unzip_into_vecs(&mut totals, &mut freed);
        Model { counts, discounts, totals, freed }
    }

    /// Whether the context was followed by anything in training.
    pub(super) fn knows(&self, context: usize) -> bool {
        self.totals[context] > 0
    }

    /// The probability of the last token of k-gram `name` after its context.
    pub(super) fn probability(&self, context: usize, name: usize, lower: f64) -> f64 {
        let total = self.totals[context];
        if total == 0 {
            return lower;
        }
        let count = self.counts[name];
        (f64::from(count) - self.discounts.of(count) + self.freed[context] * lower) / f64::from(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discounts_by_hand() {
        // n = 8, 4, 2, 1: Y = 8/16 = 1/2; D1 = 1 - 2/2 * 4/8 = 1/2; D2 = 2 - 3/2 * 2/4 = 5/4; D3 = 3 - 4/2 * 1/2 = 2.
        assert_eq!(Discounts::new([8, 4, 2, 1]).0, [0.5, 1.25, 2.0]);
        // No gram with count 3, no grams at all, and D2 = 2 - 3/2 * 8/4 < 0.
        for counts in [[8, 4, 0, 1], [0; 4], [8, 4, 8, 1]] {
            assert_eq!(Discounts::new(counts).0, [0.5, 1.0, 1.5]);
        }
    }

    #[test]
    fn probabilities_by_hand() {
        // One context with counts 3, 1, 0 and another with nothing; discounts 1/2, 1, 3/2 (too few counts).
        // Freed 1/2 + 3/2 = 2 of 4. After a lower 1/3: (3 - 3/2 + 2/3) / 4, (1 - 1/2 + 2/3) / 4, (2/3) / 4: sum 1.
        let model = Model::new(&[3, 3], &[3, 1, 0]);
        let p: Vec<f64> = (0..3).map(|name| model.probability(0, name, 1.0 / 3.0)).collect();
        for (found, expected) in p.iter().zip([13.0 / 24.0, 7.0 / 24.0, 4.0 / 24.0]) {
            assert!((found - expected).abs() < 1e-15);
        }
        assert!(model.knows(0) && !model.knows(1));
        assert_eq!(model.probability(1, 0, 0.25), 0.25);
    }
}
