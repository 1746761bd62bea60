//! A sample of documents which depends on nothing but the set of documents: not on order, threads or blocks.
//!
//! Every document gets a seeded hash; the sample is the documents of the smallest hashes, as many as fit. Equal
//! documents count once, so that boilerplate cannot fill it. The hash reads only the head, the end and the length of
//! a document: a few nanoseconds each, after which nearly all of them are turned away by one comparison. It is our own,
//! so that the sample stays the same across platforms and dependency versions.
//!
//! Cost: O(1) a document, O(log n) for the few that enter; memory: `cap_bytes` and what a set of as many strings needs.
//! Known limit: documents of the same head, end and length share a hash, so a family of them is sampled in text order.

use std::collections::BTreeSet;

use crate::random;

/// Documents are cut to at most this many bytes, so that a few long ones cannot fill the sample.
const MAX_DOCUMENT: usize = 4096;

/// How much of a document's head its hash reads, in bytes.
const HEAD: usize = 32;

/// Collects the sample; see the module for what it is.
#[derive(Debug, Clone)]
pub struct Sampler {
    seed: u64,
    cap_bytes: usize,
    bytes: usize,
    /// The smallest hash that was put out again for want of room: from it on nothing can be in the sample.
    limit: Option<(u64, String)>,
    kept: BTreeSet<(u64, String)>,
}

impl Sampler {
    /// An empty sample that will hold at most `cap_bytes` bytes of text.
    pub fn new(cap_bytes: usize, seed: u64) -> Self {
        Sampler { seed, cap_bytes, bytes: 0, limit: None, kept: BTreeSet::new() }
    }

    /// Considers one document. Empty ones are never sampled.
    pub fn offer(&mut self, document: &str) {
        if document.is_empty() {
            return;
        }
        let hash = hash(document.as_bytes(), self.seed);
        if self.limit.as_ref().is_some_and(|(limit, _)| hash > *limit) {
            return;
        }
        self.insert((hash, head(document).to_owned()));
        self.shrink();
    }

    /// Adds another thread's sample, taken with the same cap and seed: as if all its documents had been offered here.
    pub fn merge(&mut self, other: Sampler) {
        if let Some(limit) = other.limit {
            self.lower(limit);
        }
        for entry in other.kept {
            self.insert(entry);
        }
        // What was kept here may lie beyond the other's limit.
        while self.kept.last().is_some_and(|last| self.limit.as_ref().is_some_and(|limit| last >= limit)) {
            self.drop_last();
        }
        self.shrink();
    }

    /// The sampled documents, sorted by their bytes.
    pub fn into_texts(self) -> Vec<String> {
        let mut texts: Vec<String> = self.kept.into_iter().map(|(_, text)| text).collect();
        texts.sort_unstable();
        // Documents that differ behind the cut are equal here.
        texts.dedup();
        texts
    }

    fn insert(&mut self, entry: (u64, String)) {
        if self.limit.as_ref().is_some_and(|limit| entry >= *limit) {
            return;
        }
        let length = entry.1.len();
        if self.kept.insert(entry) {
            self.bytes += length;
        }
    }

    fn shrink(&mut self) {
        while self.bytes > self.cap_bytes {
            let Some(last) = self.drop_last() else { return };
            self.lower(last);
        }
    }

    fn drop_last(&mut self) -> Option<(u64, String)> {
        let last = self.kept.pop_last()?;
        self.bytes -= last.1.len();
        Some(last)
    }

    fn lower(&mut self, limit: (u64, String)) {
        if self.limit.as_ref().is_none_or(|known| limit < *known) {
            self.limit = Some(limit);
        }
    }
}

/// As much of a document as the sample keeps.
fn head(document: &str) -> &str {
    let mut end = MAX_DOCUMENT.min(document.len());
    while !document.is_char_boundary(end) {
        end -= 1;
    }
    document.get(..end).unwrap_or_default()
}

/// A 64-bit hash of the first [`HEAD`] and last eight bytes and the length of `bytes`: multiply and rotate for each
/// eight bytes, then a finaliser so that all bits count when hashes are compared.
fn hash(bytes: &[u8], seed: u64) -> u64 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |state: u64, word: [u8; 8]| (state ^ u64::from_le_bytes(word)).wrapping_mul(K).rotate_left(29);
    let (words, rest) = bytes.get(..HEAD).unwrap_or(bytes).as_chunks::<8>();
    let mut state = words.iter().fold(seed.wrapping_mul(K) ^ bytes.len() as u64, |state, word| mix(state, *word));
    let last = bytes.last_chunk::<8>().copied().unwrap_or_else(|| {
        let mut word = [0; 8];
        word.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        word
    });
    state = mix(state, last);
    random::mix(state)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sort everything, take what fits.
    fn naive(documents: &[String], cap: usize, seed: u64) -> Vec<String> {
        let all: BTreeSet<_> = documents
            .iter()
            .filter(|d| !d.is_empty())
            .map(|d| (hash(d.as_bytes(), seed), head(d).to_owned()))
            .collect();
        let (mut bytes, mut taken) = (0, BTreeSet::new());
        for (_, text) in all {
            bytes += text.len();
            if bytes > cap {
                break;
            }
            taken.insert(text);
        }
        taken.into_iter().collect()
    }

    proptest! {
        #[test]
        fn equals_the_naive_sample_in_any_order_and_split(
            documents in prop::collection::vec("[a-cğ]{0,12}", 0..80),
            cap in 0usize..200,
            seed in any::<u64>(),
            at in any::<prop::sample::Index>(),
        ) {
            let wanted = naive(&documents, cap, seed);
            let offer = |documents: &mut dyn Iterator<Item = &String>| {
                let mut sampler = Sampler::new(cap, seed);
                documents.for_each(|document| sampler.offer(document));
                sampler
            };
            prop_assert_eq!(&offer(&mut documents.iter()).into_texts(), &wanted);
            prop_assert_eq!(&offer(&mut documents.iter().rev()).into_texts(), &wanted);
            let (left, right) = documents.split_at(at.index(documents.len() + 1));
            let mut merged = offer(&mut left.iter());
            merged.merge(offer(&mut right.iter()));
            prop_assert_eq!(&merged.into_texts(), &wanted);
        }
    }

    #[test]
    fn long_documents_are_cut_at_a_character() {
        let mut sampler = Sampler::new(1 << 20, 0);
        sampler.offer(&"क".repeat(3000));
        assert_eq!(sampler.into_texts(), ["क".repeat(MAX_DOCUMENT / 3)]);
    }

    #[test]
    fn spreads_evenly_and_follows_the_seed() {
        let documents: Vec<String> = (0..10_000).map(|n| format!("document {n:05}")).collect();
        let take = |seed| {
            let mut sampler = Sampler::new(1000 * 14, seed);
            documents.iter().for_each(|document| sampler.offer(document));
            sampler.into_texts()
        };
        let first = take(1);
        assert_eq!(first.len(), 1000);
        let early = first.iter().filter(|text| text.as_str() < "document 05000").count();
        assert!((420..580).contains(&early), "{early}");
        assert_ne!(first, take(2));
    }

    #[test]
    fn the_hash_is_pinned() {
        assert_eq!(hash(b"merhaba", 1), 258_770_919_700_143_463);
    }
}
