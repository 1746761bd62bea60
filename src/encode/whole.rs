//! Tokens by their bytes, for models in which a piece that is a token stays whole (`ignore_merges`).

use hashbrown::HashTable;
use prefetch_index::prefetch_index;

use crate::packed::{self, Packed, hash_bytes};
use crate::vocab::{Id, Vocab};

/// Ids by token. Short tokens are open-addressed and at most half full, so that a look-up is one read, which can be
/// called for before it is needed.
#[derive(Debug)]
pub(super) struct Whole {
    short: Vec<(Packed, Id)>,
    long: HashTable<Id>,
}

impl Whole {
    /// Of two ids with equal tokens the smaller is kept.
    pub(super) fn new(vocab: &Vocab) -> Whole {
        let size = (vocab.defined() * 2).max(2).next_power_of_two();
        let mut whole = Whole { short: vec![(Packed::default(), 0); size], long: HashTable::new() };
        for (id, token) in vocab.iter() {
            if vocab.is_literal(id) || token.is_empty() {
                continue;
            }
            if token.len() <= packed::LONGEST {
                let key = Packed::of(token, 0, token.len());
                let place = whole.place(key);
                if whole.short[place].0.is_empty() {
                    whole.short[place] = (key, id);
                }
            } else if whole.find(token, vocab).is_none() {
                let hash = |&id: &Id| hash_bytes(vocab.token(id).unwrap_or_default());
                whole.long.insert_unique(hash(&id), id, hash);
            }
        }
        whole
    }

    fn first(&self, key: Packed) -> usize {
        key.hash() as usize & (self.short.len() - 1)
    }

    /// Where a key is, or would be.
    fn place(&self, key: Packed) -> usize {
        let mut place = self.first(key);
        while !self.short[place].0.is_empty() && self.short[place].0 != key {
            place = (place + 1) & (self.short.len() - 1);
        }
        place
    }

    /// Calls for the memory that [`Whole::find`] will read.
    pub(super) fn prefetch(&self, piece: &[u8]) {
        if piece.len() <= packed::LONGEST {
            prefetch_index(&self.short, self.first(Packed::of(piece, 0, piece.len())));
        }
    }

    /// The id of a token of `vocab`, which must be the one that this was made of.
    pub(super) fn find(&self, piece: &[u8], vocab: &Vocab) -> Option<Id> {
        if piece.is_empty() {
            return None;
        }
        if piece.len() <= packed::LONGEST {
            let (key, id) = self.short[self.place(Packed::of(piece, 0, piece.len()))];
            return (!key.is_empty()).then_some(id);
        }
        self.long.find(hash_bytes(piece), |&id| vocab.token(id) == Some(piece)).copied()
    }
}
