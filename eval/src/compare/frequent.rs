//! The most frequent of many things in bounded memory: lossy counting (Manku and Motwani, "Approximate Frequency Counts
//! over Data Streams", 2002).
//!
//! Deviation: there are no buckets of fixed width; when the table is full, the rarer half of it goes. What went may come
//! back, so each count carries how often its thing may have been missed. As long as the table has never been full, counts
//! are exact. The result depends on the order of what is added, and on nothing else.

use std::hash::Hash;

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;

/// Counts of what came most often.
#[derive(Debug, Clone)]
pub struct Frequent<K> {
    counts: HashMap<K, (u64, u64), FxBuildHasher>,
    /// No thing outside the table came more often.
    floor: u64,
    most: usize,
}

/// A thing with its count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted<K> {
    /// The thing.
    pub key: K,
    /// How often it came, at least.
    pub count: u64,
    /// How often more it may have come.
    pub missed: u64,
}

impl<K: Hash + Ord + Clone> Frequent<K> {
    /// A table of at most `most` things.
    pub fn new(most: usize) -> Self {
        Frequent { counts: HashMap::default(), floor: 0, most: most.max(1) }
    }

    /// Adds `count` of a thing.
    pub fn add(&mut self, key: K, count: u64) {
        if let Some(known) = self.counts.get_mut(&key) {
            known.0 += count;
            return;
        }
        if self.counts.len() >= self.most {
            let mut bounds: Vec<u64> = self.counts.values().map(|(count, missed)| count + missed).collect();
            let middle = bounds.len() / 2;
            self.floor = self.floor.max(*bounds.select_nth_unstable(middle).1);
            self.counts.retain(|_, (count, missed)| *count + *missed > self.floor);
        }
        self.counts.insert(key, (count, self.floor));
    }

    /// The `n` most frequent, then in their own order.
    pub fn top(&self, n: usize) -> Vec<Counted<K>> {
        let mut all: Vec<(u64, &K, u64)> =
            self.counts.iter().map(|(key, &(count, missed))| (count, key, missed)).collect();
        all.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let counted = |(count, key, missed): (u64, &K, u64)| Counted { key: key.clone(), count, missed };
        all.into_iter().take(n).map(counted).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    /// Room for two. `a` 3, `b` 1; `c` finds the table full: the bounds are 1 and 3, and the middle one of the two, 3, is
    /// the floor, so both go, and whoever comes later may have come 3 times before.
    #[test]
    fn a_full_table_loses_its_rarer_half() {
        let mut frequent = Frequent::new(2);
        frequent.add("a", 3);
        frequent.add("b", 1);
        assert_eq!(frequent.top(1), [Counted { key: "a", count: 3, missed: 0 }]);
        frequent.add("c", 1);
        assert_eq!(frequent.top(9), [Counted { key: "c", count: 1, missed: 3 }]);
    }

    proptest! {
        #[test]
        fn counts_are_bounds(keys in proptest::collection::vec((0u8..40, 1u64..5), 0..300), most in 1usize..50) {
            let mut frequent = Frequent::new(most);
            let mut exact: BTreeMap<u8, u64> = BTreeMap::new();
            for &(key, count) in &keys {
                frequent.add(key, count);
                *exact.entry(key).or_default() += count;
            }
            let top = frequent.top(usize::MAX);
            prop_assert!(top.len() <= most);
            for counted in &top {
                let true_count = exact[&counted.key];
                prop_assert!(counted.count <= true_count && true_count <= counted.count + counted.missed);
            }
            for (key, &count) in exact.iter().filter(|(key, _)| !top.iter().any(|c| c.key == **key)) {
                prop_assert!(count <= frequent.floor, "{key}");
            }
            if exact.len() <= most {
                prop_assert!(top.len() == exact.len() && top.iter().all(|c| c.missed == 0));
            }
        }
    }
}
