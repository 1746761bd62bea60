//! Tokens that are there twice, and tokens that mostly serve others.
//!
//! A scaffold is a token of which nearly every occurrence is inside one larger token (Chizhov et al., "BPE Gets Picky",
//! 2024: intersection over self). With `f` the counts of tokens in encoded text, the occurrences of `a`, those inside
//! larger tokens included, are `c(a) = f(a) + sum over k of n(a, k) c(k)`, where `n(a, k)` is how often `a` is one of the
//! two parts that `k` is merged from, and `IoS(a, k) = n(a, k) c(k) / c(a)`.
//!
//! Deviations: 1. counts are those of the finished vocabulary, not of the moment at which `k` was learned; 2. for
//! `k = aa` both parts count, so that the shares of `a` add up to one.
//!
//! O(symbols of all tokens, log of the longest).

use rustc_hash::FxHashMap;

use crate::tokenizer::{Bpe, Model, Tokenizer};
use crate::vocab::Id;

use super::symbols::Symbols;

/// Tokens with equal bytes, as groups of ids, ascending. Literals and tokens without bytes are left out, and so are
/// foreign models, whose vocabularies are maps from texts to ids. O(tokens).
pub fn duplicates(tokenizer: &Tokenizer) -> Vec<Vec<Id>> {
    let Model::Bpe(Bpe { vocab, .. }) = &tokenizer.model else { return Vec::new() };
    let mut groups: FxHashMap<&[u8], Vec<Id>> = FxHashMap::default();
    for (id, token) in vocab.iter().filter(|(id, token)| !vocab.is_literal(*id) && !token.is_empty()) {
        groups.entry(token).or_default().push(id);
    }
    let mut groups: Vec<Vec<Id>> = groups.into_values().filter(|ids| ids.len() > 1).collect();
    groups.sort_unstable();
    groups
}

/// A token that mostly serves another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scaffold {
    /// The token.
    pub id: Id,
    /// The larger token that it is a part of.
    pub into: Id,
    /// Its occurrences inside that token.
    pub inside: u64,
    /// All its occurrences.
    pub total: u64,
}

impl Scaffold {
    /// Intersection over self, 0 to 1.
    pub fn share(&self) -> f64 {
        self.inside as f64 / self.total as f64
    }
}

/// The scaffolds of a vocabulary at `share` (0.9 is usual): tokens made by merging of which at least that share of all
/// occurrences is inside one larger token. `counts` are how often each id came out of some encoded text; ids beyond its
/// end count 0. Tokens that do not occur are none. By id; where two larger tokens qualify, the one with more, then the
/// smaller id. Empty for a foreign model.
pub fn scaffold(tokenizer: &Tokenizer, counts: &[u64], share: f64) -> Vec<Scaffold> {
    let Model::Bpe(model) = &tokenizer.model else { return Vec::new() };
    let symbols = Symbols::new(model);
    let mut totals: Vec<u64> = (0..model.vocab.len()).map(|id| counts.get(id).copied().unwrap_or(0)).collect();
    // The merge that makes a token is the last one when its symbols are merged alone.
    let mut parts: Vec<(usize, Id, Id, Id)> = Vec::new();
    for (id, token) in model.vocab.iter().filter(|&(id, _)| !model.vocab.is_literal(id)) {
        for spelling in symbols.spellings(token).unwrap_or_default() {
            let mut last = None;
            if symbols.run(&spelling.ids, |rank| last = Some(rank)) == [id] {
                let merge = last.and_then(|rank| model.vocab.merges.get(rank as usize));
                parts.extend(merge.map(|m| (token.len(), id, m.left, m.right)));
                break;
            }
        }
    }
    // Larger tokens first: what is inside them is known when it is handed on.
    parts.sort_unstable_by_key(|&(len, id, ..)| (std::cmp::Reverse(len), id));
    let mut inside: FxHashMap<(Id, Id), u64> = FxHashMap::default();
    for &(_, id, left, right) in &parts {
        let total = totals[id as usize];
        for part in [left, right] {
            totals[part as usize] = totals[part as usize].saturating_add(total);
            let slot = inside.entry((part, id)).or_default();
            *slot = slot.saturating_add(total);
        }
    }
    let made: rustc_hash::FxHashSet<Id> = parts.iter().map(|part| part.1).collect();
    let mut found: Vec<Scaffold> = inside
        .into_iter()
        .map(|((id, into), inside)| Scaffold { id, into, inside, total: totals[id as usize] })
        .filter(|s| s.total > 0 && made.contains(&s.id) && s.share() >= share)
        .collect();
    found.sort_unstable_by_key(|s| (s.id, std::cmp::Reverse(s.inside), s.into));
    found.dedup_by_key(|s| s.id);
    found
}
