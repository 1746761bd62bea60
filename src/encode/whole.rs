//! Tokens by their bytes, for models in which a piece that is a token stays whole (`ignore_merges`).

use hashbrown::HashTable;

use crate::packed::{self, Packed, hash_bytes};
use crate::vocab::{Id, Vocab};

/// Ids by token; short tokens beside their ids, so that finding one touches the table alone.
#[derive(Debug)]
pub(super) struct Whole {
    short: HashTable<(Packed, Id)>,
    long: HashTable<Id>,
}

impl Whole {
    /// Of two ids with equal tokens the smaller is kept.
    pub(super) fn new(vocab: &Vocab) -> Whole {
        let mut whole = Whole { short: HashTable::with_capacity(vocab.defined()), long: HashTable::new() };
        for (id, token) in vocab.iter() {
            if vocab.is_literal(id) || token.is_empty() || whole.find(token, vocab).is_some() {
                continue;
            }
            if token.len() <= packed::LONGEST {
                let key = Packed::of(token, 0, token.len());
                whole.short.insert_unique(key.hash(), (key, id), |(key, _)| key.hash());
            } else {
                let hash = |&id: &Id| hash_bytes(vocab.token(id).unwrap_or_default());
                whole.long.insert_unique(hash(&id), id, hash);
            }
        }
        whole
    }

    /// The id of a token of `vocab`, which must be the one that this was made of.
    pub(super) fn find(&self, piece: &[u8], vocab: &Vocab) -> Option<Id> {
        if piece.is_empty() {
            return None;
        }
        if piece.len() <= packed::LONGEST {
            let key = Packed::of(piece, 0, piece.len());
            return self.short.find(key.hash(), |&(other, _)| other == key).map(|&(_, id)| id);
        }
        self.long.find(hash_bytes(piece), |&id| vocab.token(id) == Some(piece)).copied()
    }
}
