//! From the tokens of a `tokenizer.json` to a [`Vocab`]: the checks that make a file usable.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::table::Table;
use crate::alphabet::{byte_of, spell};
use crate::error::{Error, Place, Result};
use crate::tokenizer::{Alphabet, Bpe};
use crate::vocab::{Id, Merge, Vocab};

/// One more than the greatest id that a file with so many tokens may use: holes are allowed, but a single absurd id
/// must not cost gigabytes.
pub(in crate::formats) fn id_limit(tokens: usize) -> usize {
    (tokens.saturating_mul(16)).saturating_add(1 << 20).min(u32::MAX as usize)
}

/// Place in the table by id, `u32::MAX` for a hole.
pub(super) fn ids_in_order(table: &Table<'_>) -> Result<Vec<u32>> {
    let limit = id_limit(table.entries.len());
    let mut by_id: Vec<u32> = vec![u32::MAX; table.entries.len()];
    for (at, (token, id)) in table.entries.iter().enumerate() {
        let fault = |why: String| Err(Error::input("", why).at(Place::Entry(token.to_string())));
        let index = *id as usize;
        if index >= limit {
            return fault(format!("its id {id} is far beyond the {} tokens of the vocabulary", table.entries.len()));
        }
        if index >= by_id.len() {
            by_id.resize(index + 1, u32::MAX);
        }
        match by_id.get_mut(index) {
            Some(slot) if *slot == u32::MAX => *slot = at as u32,
            Some(slot) => {
                let other = table.entries.get(*slot as usize).map_or("", |e| &e.0);
                return fault(format!("its id {id} is that of `{other}` too"));
            }
            None => {}
        }
    }
    Ok(by_id)
}

pub(super) fn vocabulary(table: &Table<'_>, by_id: &[u32], alphabet: Alphabet) -> Vocab {
    let mut vocab = Vocab::new();
    let mut bytes = Vec::new();
    for (id, &at) in by_id.iter().enumerate() {
        let Some((token, _)) = table.entries.get(at as usize) else { continue };
        bytes.clear();
        match alphabet {
            Alphabet::Bytes if unspell_into(token, &mut bytes) => vocab.set(id as Id, &bytes),
            Alphabet::Bytes => vocab.set_literal(id as Id, token.as_bytes()),
            Alphabet::Chars => vocab.set(id as Id, token.as_bytes()),
        }
    }
    vocab
}

/// Appends the bytes that `token` spells; `false` when a character is outside the alphabet.
fn unspell_into(token: &str, bytes: &mut Vec<u8>) -> bool {
    for c in token.chars() {
        match byte_of(c) {
            Some(byte) => bytes.push(byte),
            None => return false,
        }
    }
    true
}

/// The merges without those that a later merge of the same pair replaces.
pub(super) fn last_of_each_pair(merges: Vec<Merge>) -> Vec<Merge> {
    let key = |m: &Merge| (u64::from(m.left) << 32) | u64::from(m.right);
    // A repeated pair has the same result. Where results come in ascending order, as in most files, it is nearby.
    let mut run_keys = Vec::new();
    let mut run_is_unique = |run: &[Merge]| {
        run_keys.clear();
        run_keys.extend(run.iter().map(key));
        run_keys.sort_unstable();
        run_keys.is_sorted_by(|a, b| a < b)
    };
    if merges.is_sorted_by_key(|m| m.new) && merges.chunk_by(|a, b| a.new == b.new).all(&mut run_is_unique) {
        return merges;
    }
    let mut seen = FxHashSet::with_capacity_and_hasher(merges.len(), Default::default());
    if merges.iter().all(|m| seen.insert(key(m))) {
        return merges;
    }
    seen.clear();
    let mut kept: Vec<Merge> = merges.iter().rev().filter(|m| seen.insert(key(m))).copied().collect();
    kept.reverse();
    kept
}

/// Whether results are their parts joined also after the byte alphabet is undone, which a merge between a literal
/// and a byte string is not.
pub(super) fn joins_are_whole(vocab: &Vocab) -> bool {
    vocab.merges.iter().all(|m| {
        let literal = [m.left, m.right, m.new].map(|id| vocab.is_literal(id));
        literal == [false; 3] || literal == [true; 3]
    })
}

/// Whether what happens to characters outside the vocabulary is one of the plain cases that our type describes.
pub(super) fn unknowns_are_plain(bpe: &Bpe, names_unk: bool, table: &Table<'_>) -> bool {
    // Every byte falls back, or is a character of the vocabulary itself, or never occurs in UTF-8.
    let byte_tokens = || {
        (0..=255u8).all(|b| {
            let own = b.is_ascii() && table.id(&[b]).is_some();
            own || matches!(b, 0xC0 | 0xC1 | 0xF5..) || table.id(format!("<0x{b:02X}>").as_bytes()).is_some()
        })
    };
    match bpe.alphabet {
        // With all 256 bytes nothing is ever unknown.
        Alphabet::Bytes => {
            let mut seen = [false; 256];
            for (id, token) in bpe.vocab.iter() {
                if let ([byte], false) = (token, bpe.vocab.is_literal(id)) {
                    seen[*byte as usize] = true;
                }
            }
            seen == [true; 256] || (!bpe.byte_fallback && (bpe.unk.is_some() || !names_unk))
        }
        Alphabet::Chars if bpe.byte_fallback && names_unk => byte_tokens(),
        Alphabet::Chars => bpe.unk.is_some() || !names_unk,
    }
}

/// The spelling of a token in the file.
///
/// # Errors
/// [`Error::Unsupported`] for a token that is not UTF-8 where the alphabet is characters.
pub(super) fn spelling(bpe: &Bpe, id: Id) -> Result<Cow<'_, str>> {
    let token = bpe.vocab.token(id).unwrap_or_default();
    if bpe.alphabet == Alphabet::Bytes && !bpe.vocab.is_literal(id) {
        return Ok(Cow::Owned(spell(token)));
    }
    let not_text = |_| Error::unsupported(format!("token {id}"), "it is not UTF-8, which a character model needs");
    std::str::from_utf8(token).map(Cow::Borrowed).map_err(not_text)
}
