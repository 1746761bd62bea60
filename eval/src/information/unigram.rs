//! How evenly tokens are used: entropies of the counts of single tokens, each estimator with its bias named.
//!
//! [`Spectrum`] is the idea: nothing below needs to know which token has which count, only how many types have each
//! count. A corpus of any size becomes a short sorted list, and every sum runs over it in one order.
//!
//! Notation: `n` tokens, `U` used types, `f` the count of a type, `p = f / n`, `V` the declared vocabulary. All
//! entropies are in bits per token.
//!
//! Sources: Miller 1955; Grassberger 2003 (arXiv physics/0307138); Chao and Shen 2003; Renyi 1961 and, on tokens, Zouhar
//! et al. 2023 (Renyi efficiency); Gowda and May 2020 (percentile frequency). The check values of the package
//! tokenization-scorer are among the tests. Erdogan et al. 2026 (arXiv 2601.09039) call `H1 / log2 V` capacity
//! utilization.
//!
//! Where we differ:
//! 1. Efficiency takes its denominator as an argument: papers divide by the declared vocabulary, the scorer by the types
//!    seen, and the two rank tokenizers differently.
//! 2. The scorer negates its "bits" so that more is better; [`Spectrum::fixed_bits`] is a cost and positive.
//! 3. Chao and Shen's coverage is 0 when every type is seen once; as usual, one singleton is then taken off.
//!
//! Cost: building is one pass; an estimator takes time in the number of distinct counts, at most `sqrt(2 n)`.

mod shape;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::numeric::{LN_2, Sum, digamma, log2, x_log2_x};
pub use shape::{ZipfFit, zipf_entropy};

/// How many types have each count.
///
/// ```
/// use toktool_eval::information::unigram::Spectrum;
///
/// // Two types seen once, one type seen twice: 4 tokens, p = 1/4, 1/4, 1/2, so 1.5 bits.
/// let spectrum = Spectrum::new([1, 2, 0, 1]);
/// assert_eq!(spectrum.counts(), [(1, 2), (2, 1)]);
/// assert_eq!(spectrum.entropy_plugin(), Some(1.5));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spectrum {
    counts: Vec<(u64, u64)>,
    tokens: u64,
    types: u64,
}

/// A spectrum in the making: takes counts one at a time.
#[derive(Debug)]
pub(super) struct Tally {
    small: Vec<u64>,
    large: BTreeMap<u64, u64>,
}

impl Default for Tally {
    fn default() -> Self {
        Tally { small: vec![0; 1 << 12], large: BTreeMap::new() }
    }
}

impl Tally {
    pub(super) fn add(&mut self, count: u64) {
        match usize::try_from(count).ok().and_then(|c| self.small.get_mut(c)) {
            Some(types) => *types += 1,
            None => *self.large.entry(count).or_default() += 1,
        }
    }

    pub(super) fn into_spectrum(self) -> Spectrum {
        let small = self.small.into_iter().zip(0u64..).skip(1).filter(|&(types, _)| types > 0);
        let counts: Vec<(u64, u64)> = small.map(|(types, count)| (count, types)).chain(self.large).collect();
        let tokens = counts.iter().fold(0u64, |sum, &(count, types)| sum.saturating_add(count.saturating_mul(types)));
        let types = counts.iter().map(|&(_, types)| types).sum();
        Spectrum { counts, tokens, types }
    }
}

impl Spectrum {
    /// The spectrum of the counts of types in any order. Zeros are types not seen and are left out.
    pub fn new(counts: impl IntoIterator<Item = u64>) -> Self {
        let mut tally = Tally::default();
        counts.into_iter().for_each(|count| tally.add(count));
        tally.into_spectrum()
    }

    /// The spectrum of a stream of ids below `vocabulary`; ids from there on are left out.
    pub fn of_ids(ids: impl IntoIterator<Item = u32>, vocabulary: usize) -> Self {
        let mut counts = vec![0u64; vocabulary];
        for id in ids {
            if let Some(count) = counts.get_mut(id as usize) {
                *count += 1;
            }
        }
        Spectrum::new(counts)
    }

    /// `(count, number of types with it)`, by rising count.
    pub fn counts(&self) -> &[(u64, u64)] {
        &self.counts
    }

    /// `n`: tokens.
    pub fn tokens(&self) -> u64 {
        self.tokens
    }

    /// `U`: types seen at least once.
    pub fn types(&self) -> u64 {
        self.types
    }

    /// The number of types with exactly this count.
    pub fn types_with(&self, count: u64) -> u64 {
        self.counts.binary_search_by_key(&count, |&(c, _)| c).map_or(0, |at| self.counts[at].1)
    }

    /// `f1 / n`, the probability that the next token is of a type not seen so far (Good and Turing).
    pub fn unseen_mass(&self) -> Option<f64> {
        self.measured(|n| self.types_with(1) as f64 / n)
    }

    /// The plug-in (maximum likelihood) entropy `log2 n - (1/n) sum f log2 f`. Always too low on average.
    pub fn entropy_plugin(&self) -> Option<f64> {
        self.measured(|n| (log2(n) - self.sum(|f| x_log2_x(f) / n)).max(0.0))
    }

    /// Miller and Madow's entropy: plug-in `+ (U - 1) / (2 n ln 2)`, the first term of the bias.
    pub fn entropy_miller_madow(&self) -> Option<f64> {
        let plugin = self.entropy_plugin()?;
        Some(plugin + (self.types - 1) as f64 / (2.0 * self.tokens as f64 * LN_2))
    }

    /// Grassberger's entropy of 2003: `(ln n - (1/n) sum f G(f)) / ln 2` with
    /// `G(f) = psi(f) + (-1)^f / 2 (psi((f + 1) / 2) - psi(f / 2))`.
    pub fn entropy_grassberger(&self) -> Option<f64> {
        self.measured(|n| (libm::log(n) - self.sum(|f| f as f64 * grassberger(f) / n)) / LN_2)
    }

    /// Chao and Shen's entropy: `C = 1 - f1 / n`, `p' = C p`, `- sum p' log2 p' / (1 - (1 - p')^n)`. Strong on tiny
    /// samples, may overshoot on Zipfian ones.
    pub fn entropy_chao_shen(&self) -> Option<f64> {
        self.measured(|n| {
            let singletons = self.types_with(1).min(self.tokens - 1) as f64;
            // With a single token nothing is known of the rest: its coverage is taken as 1.
            let coverage = 1.0 - singletons / n;
            self.sum(|f| {
                let p = coverage * f as f64 / n;
                let seen = -libm::expm1(n * libm::log1p(-p));
                -p * log2(p) / seen
            })
        })
    }

    /// The Renyi entropy `log2(sum p^alpha) / (1 - alpha)` of any order from 0 to infinity, plug-in.
    ///
    /// Order 0 is `log2 U`, order 1 is Shannon's (the limit), order 2 the collision entropy, infinity `-log2 max p`.
    /// `None` for a negative order and without tokens.
    pub fn renyi(&self, alpha: f64) -> Option<f64> {
        if alpha.is_nan() || alpha < 0.0 {
            return None;
        }
        let &(most, _) = self.counts.last()?;
        let n = self.tokens as f64;
        let least_surprise = log2(n) - log2(most as f64);
        let value = if alpha == f64::INFINITY {
            least_surprise
        } else if alpha == 1.0 {
            return self.entropy_plugin();
        } else if (alpha - 1.0).abs() < 0.25 {
            // sum p^a = 1 + sum p (p^(a - 1) - 1): no digits are lost near order 1.
            let excess = self.sum(|f| {
                let p = f as f64 / n;
                p * libm::expm1((alpha - 1.0) * libm::log(p))
            });
            libm::log1p(excess) / ((1.0 - alpha) * LN_2)
        } else {
            // Powers of p / max p: no overflow at large orders.
            let powers = self.sum(|f| libm::pow(f as f64 / most as f64, alpha));
            (log2(powers) - alpha * least_surprise) / (1.0 - alpha)
        };
        Some(value.max(0.0))
    }

    /// The collision entropy from the unbiased estimate of the collision probability:
    /// `-log2 (sum f (f - 1) / (n (n - 1)))`. `None` when no type is seen twice.
    pub fn collision_unbiased(&self) -> Option<f64> {
        let n = u128::from(self.tokens);
        let pairs = |f: u128| f * f.saturating_sub(1);
        let repeated: u128 = self.counts.iter().map(|&(f, types)| u128::from(types) * pairs(u128::from(f))).sum();
        (repeated > 0).then(|| log2(pairs(n) as f64) - log2(repeated as f64))
    }

    /// `H1 / log2 V` with the plug-in entropy: capacity utilization, Shannon efficiency over the declared vocabulary.
    /// `None` for a vocabulary below two.
    pub fn capacity_utilization(&self, vocabulary: u64) -> Option<f64> {
        efficiency(self.entropy_plugin()?, vocabulary)
    }

    /// The Renyi efficiency: [`Spectrum::renyi`] over `log2 size`, where `size` is `V` or `U`.
    pub fn renyi_efficiency(&self, alpha: f64, size: u64) -> Option<f64> {
        efficiency(self.renyi(alpha)?, size)
    }

    /// `log2 V - H1`: bits per token that ids of fixed length waste.
    pub fn slack(&self, vocabulary: u64) -> Option<f64> {
        let entropy = self.entropy_plugin()?;
        (vocabulary > 0).then(|| log2(vocabulary as f64) - entropy)
    }

    /// `2^H1`: how many equally likely types would carry as much.
    pub fn effective_vocabulary(&self) -> Option<f64> {
        self.entropy_plugin().map(libm::exp2)
    }

    /// `1 / sum p^2`: the same by collisions.
    pub fn effective_vocabulary_collision(&self) -> Option<f64> {
        self.measured(|n| 1.0 / self.sum(|f| (f as f64 / n) * (f as f64 / n)))
    }

    /// `n log2 U` bits: the cost of the text at one equal length for every type seen.
    pub fn fixed_bits(&self) -> Option<f64> {
        self.measured(|n| n * log2(self.types as f64))
    }

    /// `n ceil(log2 V)` bits: the cost of the text in ids of whole bits.
    pub fn fixed_width_bits(&self, vocabulary: u64) -> Option<f64> {
        let width = vocabulary.checked_sub(1).map(|last| u64::BITS - last.leading_zeros())?;
        self.measured(|n| n * f64::from(width))
    }

    /// `U / n`.
    pub fn type_token_ratio(&self) -> Option<f64> {
        self.measured(|n| self.types as f64 / n)
    }

    /// The code length in bits of the sequence under an adaptive order-0 coder: before each token, a type seen `f` times
    /// among `i` tokens has probability `(f + alpha) / (i + alpha V)`.
    ///
    /// In closed form `- log2 [ G(alpha V) / G(n + alpha V) prod G(f + alpha) / G(alpha) ]`, `G` the gamma function;
    /// `alpha = 1/2` is the coder of Krichevsky and Trofimov. It includes the cost of learning and needs no split.
    /// `None` when `V < U` or `alpha` is not positive and finite.
    pub fn adaptive_bits(&self, vocabulary: u64, alpha: f64) -> Option<f64> {
        if vocabulary < self.types || !(alpha > 0.0 && alpha.is_finite()) {
            return None;
        }
        let prior = alpha * vocabulary as f64;
        self.measured(|n| {
            let types = self.sum(|f| libm::lgamma(f as f64 + alpha) - libm::lgamma(alpha));
            ((libm::lgamma(n + prior) - libm::lgamma(prior) - types) / LN_2).max(0.0)
        })
    }

    /// `sum over types of term(f)`, by rising count.
    fn sum(&self, term: impl Fn(u64) -> f64) -> f64 {
        self.counts.iter().map(|&(f, types)| types as f64 * term(f)).collect::<Sum>().value()
    }

    fn measured(&self, value: impl FnOnce(f64) -> f64) -> Option<f64> {
        (self.tokens > 0).then(|| value(self.tokens as f64))
    }
}

/// `entropy / log2 size`; `None` for a size below two, where the quotient has no meaning.
pub fn efficiency(entropy: f64, size: u64) -> Option<f64> {
    (size >= 2).then(|| entropy / log2(size as f64))
}

/// Grassberger's `G(f)` for `f >= 1`.
fn grassberger(f: u64) -> f64 {
    let x = f as f64;
    let half = 0.5 * (digamma((x + 1.0) / 2.0) - digamma(x / 2.0));
    digamma(x) + if f.is_multiple_of(2) { half } else { -half }
}
