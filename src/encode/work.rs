//! Merging a sequence of any length: what [`crate::vocab::Vocab::segment`] defines, faster.
//!
//! Of all adjacent pairs the one of lowest rank is merged, leftmost first.

use crate::vocab::Id;

use super::buckets::Buckets;
use super::lanes::{Lanes, SHORT};
use super::merges::MergeTable;

/// Buffers for merging, kept between calls.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Short sequences.
    pub(super) lanes: Lanes,
    /// Long ones.
    pub(super) long: Buckets,
}

impl Work {
    /// Adds a sequence of at most [`SHORT`] symbols to those that are merged side by side.
    pub(super) fn push(&mut self, table: &MergeTable, ids: &mut Vec<Id>) {
        if Lanes::fit(table) {
            let ranks = ids.windows(2).map(|pair| table.rank(pair[0], pair[1]));
            self.lanes.push(ids.iter().copied(), ranks);
        } else {
            self.long.merge(table, ids);
            self.lanes.push(ids.iter().copied(), std::iter::empty());
        }
    }

    /// Merges `ids` in place. Takes the place of what was pushed before.
    pub(super) fn merge(&mut self, table: &MergeTable, ids: &mut Vec<Id>) {
        if ids.len() > SHORT {
            return self.long.merge(table, ids);
        }
        self.lanes.clear();
        self.push(table, ids);
        self.lanes.run(table);
        ids.clear();
        ids.extend(self.lanes.ids(0));
    }
}

#[cfg(test)]
mod tests {
    use super::super::merges::ID_BITS;
    use super::*;
    use crate::vocab::{Merge, Vocab};
    use proptest::prelude::*;

    /// A vocabulary over `a`..`d` with merges in any order, learnable or not.
    fn vocab(pairs: &[(usize, usize)]) -> Vocab {
        let mut vocab = Vocab::new();
        for token in ["a", "b", "c", "d"] {
            vocab.push(token.as_bytes());
        }
        let mut seen = std::collections::BTreeSet::new();
        for &(left, right) in pairs {
            let (left, right) = ((left % vocab.len()) as Id, (right % vocab.len()) as Id);
            let joined = [vocab.token(left).unwrap(), vocab.token(right).unwrap()].concat();
            if joined.len() < 12 && seen.insert((left, right)) {
                let known = vocab.by_token().get(&joined[..]).copied();
                let new = known.unwrap_or_else(|| vocab.push(&joined));
                vocab.merges.push(Merge { left, right, new });
            }
        }
        vocab
    }

    proptest! {
        #[test]
        fn both_ways_are_the_definition(
            pairs in prop::collection::vec((0usize..40, 0usize..40), 0..30),
            backwards in any::<bool>(),
            large in any::<bool>(),
            ids in prop_oneof![
                prop::collection::vec(0u32..4, 0..70),
                prop::collection::vec(0u32..4, 60..200),
            ],
        ) {
            let mut vocab = vocab(&pairs);
            if backwards {
                vocab.merges.reverse();
            }
            // Ids around the largest that a slot holds.
            let base = if large { (1 << ID_BITS) - 8 } else { 0 };
            let up = |id: Id| id + base;
            let raised = |merge: &Merge| Merge { left: up(merge.left), right: up(merge.right), new: up(merge.new) };
            let merges: Vec<Merge> = vocab.merges.iter().map(raised).collect();
            let table = MergeTable::new(&merges, Some(&std::array::from_fn(|byte| up(byte as Id))));
            let mut expected = ids.clone();
            vocab.segment(&mut expected);
            let expected: Vec<Id> = expected.into_iter().map(up).collect();
            let lowered = ids.clone();
            let ids: Vec<Id> = ids.into_iter().map(up).collect();
            let mut long = ids.clone();
            Buckets::default().merge(&table, &mut long);
            prop_assert_eq!(&long, &expected);
            let mut either = ids.clone();
            Work::default().merge(&table, &mut either);
            prop_assert_eq!(&either, &expected);
            // Side by side, every beginning of the sequence at once.
            let mut lanes = Lanes::default();
            for len in 0..=ids.len().min(SHORT) {
                let pairs = ids[..len].windows(2);
                lanes.push(ids[..len].iter().copied(), pairs.map(|pair| table.rank(pair[0], pair[1])));
            }
            lanes.run(&table);
            for len in 0..=ids.len().min(SHORT) {
                let mut expected = lowered[..len].to_vec();
                vocab.segment(&mut expected);
                prop_assert_eq!(lanes.ids(len).collect::<Vec<_>>(), expected.into_iter().map(up).collect::<Vec<_>>());
            }
        }
    }
}
