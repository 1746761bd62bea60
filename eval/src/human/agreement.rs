//! Krippendorff's alpha: how far annotators agree beyond chance.
//!
//! Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011). Each unit (here an item of a sheet) that at
//! least two annotators rated adds its pairs of ratings to a coincidence matrix: a pair of different annotators with the
//! values c and k counts 1/(m - 1), where m is the number of ratings of the unit, so that every rating weighs 1 in all.
//! With n_c, the sums of its rows, and n, the sum of all,
//!
//! alpha = 1 - (n - 1) sum o(c,k) d(c,k) / sum n_c n_k d(c,k), over c < k,
//!
//! where d is the squared distance of the level of measurement. Missing ratings need no care: they are in no pair.
//! Matrices of units add up, so a bootstrap over units needs no second look at the ratings. Linear in the items.

/// Ratings go from 1 to this.
pub const SCALE: usize = 5;

/// What the numbers of a scale mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Names: they differ or they do not.
    Nominal,
    /// An order: two ratings are as far apart as there are ratings between them.
    Ordinal,
    /// Numbers with equal steps.
    Interval,
}

impl Level {
    /// All, the one for a rubric first.
    pub const ALL: [Level; 3] = [Level::Ordinal, Level::Interval, Level::Nominal];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Level::Nominal => "nominal",
            Level::Ordinal => "ordinal",
            Level::Interval => "interval",
        }
    }

    /// The squared distance of two ratings, each less 1, under sums of the coincidence matrix' rows.
    fn distance(self, c: usize, k: usize, rows: &[f64; SCALE]) -> f64 {
        let (c, k) = (c.min(k), c.max(k));
        match self {
            Level::Nominal => f64::from(u8::from(c != k)),
            Level::Interval => ((k - c) * (k - c)) as f64,
            Level::Ordinal => {
                let between: f64 = rows[c..=k].iter().sum::<f64>() - (rows[c] + rows[k]) / 2.0;
                between * between
            }
        }
    }
}

/// Pairs of ratings of a unit, or of many.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Coincidences([[f64; SCALE]; SCALE]);

impl Coincidences {
    /// Of one unit: how many gave it each rating.
    pub fn of(counts: &[u32; SCALE]) -> Coincidences {
        let mut matrix = Coincidences::default();
        let m: u32 = counts.iter().sum();
        if m >= 2 {
            for c in 0..SCALE {
                for k in 0..SCALE {
                    let pairs = f64::from(counts[c]) * (f64::from(counts[k]) - f64::from(u8::from(c == k)));
                    matrix.0[c][k] = pairs / f64::from(m - 1);
                }
            }
        }
        matrix
    }

    /// Adds other units.
    pub fn add(&mut self, other: &Coincidences) {
        for (row, more) in self.0.iter_mut().zip(&other.0) {
            row.iter_mut().zip(more).for_each(|(sum, pairs)| *sum += pairs);
        }
    }

    /// Ratings that are in a pair.
    pub fn pairable(&self) -> u64 {
        self.0.iter().flatten().sum::<f64>().round() as u64
    }

    /// Alpha: 1 where all agree, 0 where they agree as by chance. `None` where no two ratings can be compared, or all are the
    /// same, so that chance could not disagree either.
    pub fn alpha(&self, level: Level) -> Option<f64> {
        let rows: [f64; SCALE] = std::array::from_fn(|c| self.0[c].iter().sum());
        let n: f64 = rows.iter().sum();
        let (mut observed, mut expected) = (0.0, 0.0);
        for c in 0..SCALE {
            for k in c + 1..SCALE {
                let distance = level.distance(c, k, &rows);
                observed += self.0[c][k] * distance;
                expected += rows[c] * rows[k] * distance;
            }
        }
        (expected > 0.0).then(|| 1.0 - (n - 1.0) * observed / expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn alpha(units: &[Vec<u8>], level: Level) -> Option<f64> {
        let mut sum = Coincidences::default();
        for unit in units {
            let mut counts = [0; SCALE];
            unit.iter().for_each(|&rating| counts[usize::from(rating) - 1] += 1);
            sum.add(&Coincidences::of(&counts));
        }
        sum.alpha(level)
    }

    /// Section D of the source: observers A to D, twelve units, `0` where an observer gave no value. The twelfth unit has one
    /// value and so no pair; n is 40. Published: nominal 0.743, ordinal 0.815, interval 0.849.
    #[test]
    fn the_published_example() {
        let observers: [[u8; 12]; 4] = [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
            [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
        ];
        let units: Vec<Vec<u8>> =
            (0..12).map(|u| observers.iter().map(|o| o[u]).filter(|&value| value > 0).collect()).collect();
        for (level, published) in [(Level::Nominal, 0.743), (Level::Ordinal, 0.815), (Level::Interval, 0.849)] {
            let alpha = alpha(&units, level).unwrap();
            assert!((alpha - published).abs() < 5e-4, "{level:?} {alpha}");
        }
    }

    /// Two units, two annotators: 1 1 and 1 2. o(1,1) = 2, o(1,2) = o(2,1) = 1; n_1 = 3, n_2 = 1, n = 4.
    /// Nominal: 1 - 3 · 1 / (3 · 1) = 0. All the same, or none to compare: nothing to say.
    #[test]
    fn small_cases_by_hand() {
        assert_eq!(alpha(&[vec![1, 1], vec![1, 2]], Level::Nominal), Some(0.0));
        assert_eq!(alpha(&[vec![1, 1], vec![2, 2]], Level::Ordinal), Some(1.0));
        assert_eq!(alpha(&[vec![3, 3], vec![3, 3]], Level::Interval), None);
        assert_eq!(alpha(&[vec![1], vec![2]], Level::Nominal), None);
        assert_eq!(alpha(&[], Level::Nominal), None);
    }

    /// The definition by pairs: mean distance of two ratings of a unit against that of any two ratings.
    fn naive(units: &[Vec<u8>], level: Level) -> Option<f64> {
        let units: Vec<&Vec<u8>> = units.iter().filter(|unit| unit.len() > 1).collect();
        let all: Vec<u8> = units.iter().flat_map(|unit| unit.iter().copied()).collect();
        let n = all.len() as f64;
        let distance = |a: u8, b: u8| match level {
            Level::Nominal => f64::from(u8::from(a != b)),
            Level::Interval => (f64::from(a) - f64::from(b)).powi(2),
            Level::Ordinal => {
                let (low, high) = (a.min(b), a.max(b));
                let ends = all.iter().filter(|&&v| v == low).count() + all.iter().filter(|&&v| v == high).count();
                let within = all.iter().filter(|&&v| low <= v && v <= high).count();
                (within as f64 - ends as f64 / 2.0).powi(2)
            }
        };
        // Of one rating with itself this is no distance, in the ordinal case too: n_c less half of n_c twice.
        let pairs = |values: &[u8]| {
            let mut sum = 0.0;
            for (i, &a) in values.iter().enumerate() {
                for (j, &b) in values.iter().enumerate() {
                    sum += if i == j || a == b { 0.0 } else { distance(a, b) };
                }
            }
            sum
        };
        let observed: f64 = units.iter().map(|unit| pairs(unit) / (unit.len() - 1) as f64).sum::<f64>() / n;
        let expected = pairs(&all) / (n * (n - 1.0));
        (n > 0.0 && expected > 0.0).then(|| 1.0 - observed / expected)
    }

    proptest! {
        #[test]
        fn the_matrix_is_the_definition(units in prop::collection::vec(prop::collection::vec(1u8..=5, 0..5), 0..12)) {
            for level in Level::ALL {
                match (alpha(&units, level), naive(&units, level)) {
                    (Some(fast), Some(slow)) => prop_assert!((fast - slow).abs() < 1e-9, "{fast} {slow}"),
                    (fast, slow) => prop_assert_eq!(fast, slow),
                }
            }
        }
    }
}
