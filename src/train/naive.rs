//! The textbook trainer: count every pair, merge the best one everywhere, start over.
//!
//! O(merges x symbols). It exists to be obviously right: the fast trainers are tested against it. The order of ties is
//! a parameter, because reference runs elsewhere break them differently; the product always uses [`Ties::SmallerIds`].

use std::collections::BTreeMap;

use crate::vocab::{Id, Merge, Vocab};
use crate::words::WordCounts;

use super::Symbols;

/// Which of several pairs with the same count is merged first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ties {
    /// The smaller (left id, right id), as Hugging Face does.
    SmallerIds,
    /// The greater (left bytes, right bytes).
    GreaterBytes,
}

/// Learns merges until the vocabulary has `vocab_size` tokens or no pair occurs `min_frequency` times. Merges that
/// `symbols` have are applied first, and `may` says of two tokens whether they may become one.
pub fn train(
    symbols: &Symbols,
    words: &WordCounts,
    vocab_size: usize,
    min_frequency: u64,
    max_token_length: Option<usize>,
    ties: Ties,
    may: &dyn Fn(&[u8], &[u8]) -> bool,
) -> Vocab {
    let mut vocab = symbols.vocab.clone();
    let mut spelled: Vec<(Vec<Id>, u64)> = Vec::new();
    for (word, count) in words.iter() {
        let mut ids = Vec::new();
        symbols.spell(word, &mut ids);
        vocab.segment(&mut ids);
        spelled.extend(ids.split(|&id| symbols.is_fallback(id)).map(|run| (run.to_vec(), count)));
    }
    let mut width: Vec<usize> = (0..vocab.len() as Id).map(|id| symbols.width(id)).collect();
    while vocab.len() < vocab_size {
        let mut counts: BTreeMap<(Id, Id), u64> = BTreeMap::new();
        for (ids, count) in &spelled {
            for pair in ids.windows(2) {
                *counts.entry((pair[0], pair[1])).or_default() += count;
            }
        }
        let token = |id: Id| vocab.token(id).unwrap_or_default();
        let allowed = |(l, r): (Id, Id)| {
            let joined = width[l as usize] + width[r as usize];
            (joined == 2 || max_token_length.is_none_or(|max| joined < max)) && may(token(l), token(r))
        };
        let best = counts.into_iter().filter(|&(pair, _)| allowed(pair)).max_by(|a, b| {
            a.1.cmp(&b.1).then_with(|| match ties {
                Ties::SmallerIds => b.0.cmp(&a.0),
                Ties::GreaterBytes => (token(a.0.0), token(a.0.1)).cmp(&(token(b.0.0), token(b.0.1))),
            })
        });
        let Some(((left, right), count)) = best else { break };
        if count < min_frequency.max(1) {
            break;
        }
        let joined = [token(left), token(right)].concat();
        let known = vocab.by_token().get(&joined[..]).copied();
        let new = known.unwrap_or_else(|| {
            width.push(width[left as usize] + width[right as usize]);
            vocab.push(&joined)
        });
        vocab.merges.push(Merge { left, right, new });
        for (ids, _) in &mut spelled {
            let mut at = 0;
            while at + 1 < ids.len() {
                if (ids[at], ids[at + 1]) == (left, right) {
                    ids.splice(at..at + 2, [new]);
                }
                at += 1;
            }
        }
    }
    vocab
}
