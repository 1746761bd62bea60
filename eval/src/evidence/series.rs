//! Curves: how long tokens are, how many different ones a text of any length has, how unequally languages pay.
//!
//! Rarefaction (Hurlbert 1971) is the number of different tokens to expect among `m` running tokens drawn from the text
//! without putting back: `sum over types of 1 - C(n - f, m) / C(n, m)`, with `f` the type's count and `n` all tokens. It
//! makes vocabularies comparable on texts of unequal length, where the plain number of used tokens is not. Drawing is by
//! tokens, not by documents, so the curve is a little above that of a shorter text of the same kind, whose words repeat.

use crate::information::unigram::Spectrum;

/// What a curve shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plot {
    /// Share of running tokens (y) by their bytes (x).
    Lengths,
    /// Different tokens (y) to expect among so many running ones (x).
    Rarefaction,
    /// Share of all tokens (y) that the cheapest share of the languages (x) takes.
    Lorenz,
}

impl Plot {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Plot::Lengths => "token_lengths",
            Plot::Rarefaction => "rarefaction",
            Plot::Lorenz => "lorenz",
        }
    }
}

/// The curve of a tokenizer on a corpus.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Index of the corpus.
    pub corpus: usize,
    /// Index of the tokenizer.
    pub subject: usize,
    /// What it shows.
    pub plot: Plot,
    /// Points by rising x.
    pub points: Vec<(f64, f64)>,
}

/// Shares of running tokens by their bytes, `counts[bytes]`, from the shortest to the longest that came out.
pub fn lengths(counts: &[u64]) -> Vec<(f64, f64)> {
    let all = counts.iter().sum::<u64>() as f64;
    let first = counts.iter().position(|&count| count > 0).unwrap_or(0);
    let share = |(bytes, &count): (usize, &u64)| (bytes as f64, count as f64 / all);
    counts.iter().enumerate().skip(first).map(share).collect()
}

/// The natural logarithm of `C(n - f, m) / C(n, m)`, for `m <= n - f`.
fn log_absent(n: u64, f: u64, m: u64) -> f64 {
    if f <= 64 {
        // A product of few factors is exact where gamma functions of large numbers cancel.
        return (0..f).map(|i| libm::log1p(-(m as f64) / (n - i) as f64)).sum();
    }
    let gamma = |x: u64| libm::lgamma(x as f64 + 1.0);
    gamma(n - f) - gamma(n - f - m) + gamma(n - m) - gamma(n)
}

/// Different tokens to expect among `m` of the tokens; `None` where there are not so many. O(distinct counts).
pub fn expected(spectrum: &Spectrum, m: u64) -> Option<f64> {
    let n = spectrum.tokens();
    let seen = |&(f, types): &(u64, u64)| match m <= n - f {
        true => types as f64 * -libm::expm1(log_absent(n, f, m)),
        false => types as f64,
    };
    (m <= n).then(|| spectrum.counts().iter().map(seen).sum())
}

/// Different tokens to expect among 1, 2, 5, 10, 20, 50 ... of the tokens, and all of them.
pub fn rarefaction(spectrum: &Spectrum) -> Vec<(f64, f64)> {
    let n = spectrum.tokens();
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|step| step * 10u64.pow(power))).take_while(|&m| m < n);
    let point = |m| Some((m as f64, expected(spectrum, m)?));
    steps.chain((n > 0).then_some(n)).filter_map(point).collect()
}

/// The Lorenz curve of costs: from (0, 0) to (1, 1). Empty where nothing costs anything.
pub fn lorenz(costs: &[u64]) -> Vec<(f64, f64)> {
    let mut sorted = costs.to_vec();
    sorted.sort_unstable();
    let all: u64 = sorted.iter().sum();
    if all == 0 {
        return Vec::new();
    }
    let mut sum = 0;
    let points = sorted.iter().enumerate().map(|(n, cost)| {
        sum += cost;
        ((n + 1) as f64 / sorted.len() as f64, sum as f64 / all as f64)
    });
    std::iter::once((0.0, 0.0)).chain(points).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Two tokens of 1 byte, none of 2, six of 3.
    #[test]
    fn lengths_are_shares() {
        assert_eq!(lengths(&[0, 2, 0, 6]), [(1.0, 0.25), (2.0, 0.0), (3.0, 0.75)]);
        assert!(lengths(&[]).is_empty());
    }

    /// `a a b c`: of two drawn tokens, of the 6 pairs only `aa` has one type, so 11/6 are to be expected. Of three, the 4
    /// triples leave out one token each: leaving out an `a` gives `abc`, 3 types (twice), the others 2 types: 10/4.
    #[test]
    fn rarefaction_by_hand() {
        let spectrum = Spectrum::new([2, 1, 1]);
        let near = |m, value: f64| assert!((expected(&spectrum, m).unwrap() - value).abs() < 1e-12, "{m}");
        near(0, 0.0);
        near(1, 1.0);
        near(2, 11.0 / 6.0);
        near(3, 2.5);
        near(4, 3.0);
        assert_eq!(expected(&spectrum, 5), None);
        assert_eq!(rarefaction(&spectrum).iter().map(|p| p.0).collect::<Vec<_>>(), [1.0, 2.0, 4.0]);
        assert!(rarefaction(&Spectrum::default()).is_empty());
    }

    /// Costs 1, 1, 2 of 4: the cheapest third takes a quarter, two thirds take half.
    #[test]
    fn lorenz_by_hand() {
        assert_eq!(lorenz(&[2, 1, 1]), [(0.0, 0.0), (1.0 / 3.0, 0.25), (2.0 / 3.0, 0.5), (1.0, 1.0)]);
        assert!(lorenz(&[0, 0]).is_empty() && lorenz(&[]).is_empty());
    }

    proptest! {
        /// The naive twin: 1 - the product over draws of the chance not to draw the type.
        #[test]
        fn rarefaction_is_the_chance_to_be_drawn(counts in prop::collection::vec(1u64..200, 1..12), share in 0.0..1.0f64) {
            let spectrum = Spectrum::new(counts.iter().copied());
            let n: u64 = counts.iter().sum();
            let m = (n as f64 * share) as u64;
            let absent = |f: u64| (0..m).map(|i| (n - f).saturating_sub(i) as f64 / (n - i) as f64).product::<f64>();
            let naive: f64 = counts.iter().map(|&f| 1.0 - absent(f)).sum();
            let fast = expected(&spectrum, m).unwrap();
            prop_assert!((fast - naive).abs() < 1e-8 * naive.max(1.0), "{fast} {naive}");
        }
    }
}
