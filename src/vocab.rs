//! Tokens and merges: what training learns and encoding applies.
//!
//! [`Vocab::check`] states every invariant; [`Vocab::segment`] is the slow encoder that *defines* what a merge list
//! means. Everything fast is tested against it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::error::{Error, Result};

/// A token's number.
pub type Id = u32;

/// One learned merge: `left` followed by `right` becomes `new`. Its rank is its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Merge {
    /// The first part.
    pub left: Id,
    /// The second part.
    pub right: Id,
    /// The token they become.
    pub new: Id,
}

const HOLE: (u32, u32) = (u32::MAX, 0);

/// Tokens by id, and the ordered merges between them.
///
/// In a byte-level model a token is the bytes it stands for; in a character-level model it is UTF-8 text, with
/// `▁` and `<0x0A>` standing as they do in the file. Ids may have holes, as the ids of real files do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vocab {
    bytes: Vec<u8>,
    spans: Vec<(u32, u32)>,
    literals: FxHashSet<Id>,
    defined: usize,
    /// Merges by rank.
    pub merges: Vec<Merge>,
}

impl Vocab {
    /// An empty vocabulary.
    pub fn new() -> Self {
        Vocab::default()
    }

    /// Appends a token under the next free id and returns the id.
    pub fn push(&mut self, token: &[u8]) -> Id {
        let id = self.spans.len() as Id;
        self.set(id, token);
        id
    }

    /// Defines the token of `id`, leaving holes below it if need be. Redefining an id replaces its token.
    pub fn set(&mut self, id: Id, token: &[u8]) {
        let index = id as usize;
        if index >= self.spans.len() {
            self.spans.resize(index + 1, HOLE);
        }
        if self.spans[index] == HOLE {
            self.defined += 1;
        }
        self.spans[index] = (self.bytes.len() as u32, token.len() as u32);
        self.bytes.extend_from_slice(token);
    }

    /// Defines `id` as a literal: a token of a byte-level file that is not spelled in the byte alphabet, so that no
    /// merge reaches it and only an added token emits it.
    pub fn set_literal(&mut self, id: Id, token: &[u8]) {
        self.set(id, token);
        self.literals.insert(id);
    }

    /// The token of `id`, or `None` for a hole or an id past the end.
    pub fn token(&self, id: Id) -> Option<&[u8]> {
        let &(start, len) = self.spans.get(id as usize)?;
        if (start, len) == HOLE { None } else { self.bytes.get(start as usize..start as usize + len as usize) }
    }

    /// Whether `id` is a literal (see [`Vocab::set_literal`]).
    pub fn is_literal(&self, id: Id) -> bool {
        self.literals.contains(&id)
    }

    /// One more than the greatest id.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Number of ids that have a token: [`Vocab::len`] less the holes.
    pub fn defined(&self) -> usize {
        self.defined
    }

    /// Whether no id is defined.
    pub fn is_empty(&self) -> bool {
        self.defined == 0
    }

    /// (id, token) of every defined id, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (Id, &[u8])> {
        (0..self.spans.len() as Id).filter_map(|id| Some((id, self.token(id)?)))
    }

    /// Token to id, literals left out; where two ids have equal tokens the smaller wins.
    pub fn by_token(&self) -> FxHashMap<&[u8], Id> {
        let mut map = FxHashMap::with_capacity_and_hasher(self.defined, Default::default());
        for (id, token) in self.iter() {
            if !self.is_literal(id) {
                map.entry(token).or_insert(id);
            }
        }
        map
    }

    /// Every invariant of a usable merge list, in O(tokens + merges): parts and results are defined, a result is
    /// its parts joined, and no pair is merged twice.
    ///
    /// # Errors
    /// [`Error::Unsupported`] naming the first merge that breaks one.
    pub fn check(&self) -> Result<()> {
        let mut seen = FxHashSet::with_capacity_and_hasher(self.merges.len(), Default::default());
        for (rank, m) in self.merges.iter().enumerate() {
            let fail = |why: &str| Err(Error::unsupported(format!("merge {rank}"), why));
            let (Some(left), Some(right), Some(new)) = (self.token(m.left), self.token(m.right), self.token(m.new))
            else {
                return fail("names a token that the vocabulary does not define");
            };
            if new.len() != left.len() + right.len() || !new.starts_with(left) || !new.ends_with(right) {
                return fail("its result is not its two parts joined");
            }
            if !seen.insert((m.left, m.right)) {
                return fail("the same pair is merged twice");
            }
        }
        Ok(())
    }

    /// Replays the merge list on a sequence of ids: of all adjacent pairs the one of lowest rank is merged, leftmost
    /// first, until none is left. O(n^2); this is the definition that fast encoders are tested against.
    pub fn segment(&self, ids: &mut Vec<Id>) {
        let ranks: FxHashMap<(Id, Id), (usize, Id)> =
            self.merges.iter().enumerate().rev().map(|(rank, m)| ((m.left, m.right), (rank, m.new))).collect();
        loop {
            let best = ids
                .windows(2)
                .enumerate()
                .filter_map(|(at, pair)| ranks.get(&(pair[0], pair[1])).map(|&(rank, new)| (rank, at, new)))
                .min();
            let Some((_, at, new)) = best else { return };
            ids.splice(at..at + 2, [new]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abc() -> Vocab {
        let mut v = Vocab::new();
        for t in ["a", "b", "c", "ab", "abc"] {
            v.push(t.as_bytes());
        }
        v.merges = vec![Merge { left: 0, right: 1, new: 3 }, Merge { left: 3, right: 2, new: 4 }];
        v
    }

    #[test]
    fn segment_replays_merges_by_rank() {
        let v = abc();
        let mut ids = vec![0, 1, 0, 1, 2];
        v.segment(&mut ids);
        assert_eq!(ids, [3, 4]);
    }

    #[test]
    fn check_refuses_each_broken_merge() {
        assert!(abc().check().is_ok());
        for bad in [
            Merge { left: 0, right: 9, new: 3 },
            Merge { left: 0, right: 2, new: 3 },
            Merge { left: 0, right: 1, new: 3 },
        ] {
            let mut v = abc();
            v.merges.push(bad);
            assert!(v.check().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn holes_and_literals_are_kept_apart() {
        let mut v = Vocab::new();
        v.set(3, b"x");
        v.set_literal(1, b"x");
        assert_eq!((v.len(), v.defined(), v.token(0)), (4, 2, None));
        assert_eq!(v.by_token().get(&b"x"[..]), Some(&3));
    }
}
