//! The same values by the textbook, one hash map per order: the twin of the fast path.

use std::collections::{BTreeMap, BTreeSet};

use super::kneser_ney::Discounts;
use super::{Document, Options, Part, part};

type Counts = BTreeMap<Vec<u32>, u64>;

/// The smoothed model of training documents.
pub(super) struct Naive {
    vocabulary: usize,
    /// By length: counts, and counts of different tokens before.
    raw: Vec<Counts>,
    continuation: Vec<Counts>,
}

impl Naive {
    pub(super) fn new(documents: &[Document<'_>], options: &Options) -> Self {
        let mut raw = vec![Counts::new(); options.orders + 1];
        let mut before: Vec<BTreeMap<Vec<u32>, BTreeSet<Option<u32>>>> = vec![BTreeMap::new(); options.orders + 1];
        for document in documents.iter().filter(|d| part(d.hash, options.seed) == Part::Train) {
            for length in 1..=options.orders {
                for (at, gram) in document.ids.windows(length).enumerate() {
                    *raw[length].entry(gram.to_vec()).or_default() += 1;
                    let left = at.checked_sub(1).map(|left| document.ids[left]);
                    before[length].entry(gram.to_vec()).or_default().insert(left);
                }
            }
        }
        let size = |(gram, left): (Vec<u32>, BTreeSet<Option<u32>>)| (gram, left.len() as u64);
        let continuation = before.into_iter().map(|grams| grams.into_iter().map(size).collect()).collect();
        Naive { vocabulary: options.vocabulary, raw, continuation }
    }

    /// The probability of `gram`'s last token after the others.
    pub(super) fn probability(&self, gram: &[u32], highest: bool) -> f64 {
        let Some((_, context)) = gram.split_last() else { return 1.0 / self.vocabulary as f64 };
        let counts = &if highest { &self.raw } else { &self.continuation }[gram.len()];
        let lower = self.probability(&gram[1..], false);
        let of_count = |wanted: u64| counts.values().filter(|&&c| c == wanted).count() as u64;
        let Discounts(discounts) = Discounts::new([1, 2, 3, 4].map(of_count));
        let follow: Vec<u64> =
            counts.iter().filter(|(key, _)| key.starts_with(context)).map(|(_, &count)| count).collect();
        let total = follow.iter().sum::<u64>() as f64;
        if follow.is_empty() {
            return lower;
        }
        let discount = |count: u64| if count == 0 { 0.0 } else { discounts[count.min(3) as usize - 1] };
        let freed: f64 = follow.iter().map(|&c| discount(c)).sum();
        let count = counts.get(gram).copied().unwrap_or(0);
        (count as f64 - discount(count)).max(0.0) / total + freed / total * lower
    }

    /// Bits of a document at an order.
    pub(super) fn bits(&self, ids: &[u32], order: usize) -> f64 {
        let gram = |at: usize| &ids[(at + 1).saturating_sub(order)..=at];
        (0..ids.len()).map(|at| -self.probability(gram(at), true).log2()).sum()
    }
}

/// Plug-in conditional entropy, and the shares of contexts and of grams that occur once.
pub(super) fn plugin(documents: &[Document<'_>], order: usize) -> Option<(f64, f64, f64)> {
    let mut grams = Counts::new();
    let mut contexts = Counts::new();
    for gram in documents.iter().flat_map(|d| d.ids.windows(order)) {
        *grams.entry(gram.to_vec()).or_default() += 1;
        *contexts.entry(gram[..order - 1].to_vec()).or_default() += 1;
    }
    let n: u64 = grams.values().sum();
    let once = |counts: &Counts| counts.values().filter(|&&c| c == 1).count() as f64 / n as f64;
    let surprise = |(gram, &count): (&Vec<u32>, &u64)| -> f64 {
        let context = contexts[&gram[..order - 1]];
        count as f64 * (context as f64 / count as f64).log2()
    };
    let unseen_contexts = if order == 1 { 0.0 } else { once(&contexts) };
    (n > 0).then(|| (grams.iter().map(surprise).sum::<f64>() / n as f64, unseen_contexts, once(&grams)))
}
