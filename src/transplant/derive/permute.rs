//! Another order of the same tokens: a list of old ids, one a line.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{Derivation, Derived, splice, verified};
use crate::alphabet;
use crate::encode::foreign;
use crate::error::{Error, Place, Result};
use crate::formats::hf;
use crate::repair::{IdMap, renumber, renumbered};
use crate::tokenizer::{Alphabet, Bpe, Model, Tokenizer};
use crate::transplant::side::Side;
use crate::vocab::{Id, Merge, Vocab};

/// A permutation of ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// By new id: the old one.
    old: Vec<Id>,
    /// By old id: the new one.
    new: Vec<Id>,
}

impl Order {
    /// Reads it: line `k`, counted from 0, holds the old id that becomes `k`. `bound` is one more than the greatest id; ids
    /// without a token have a line like all others.
    ///
    /// # Errors
    /// [`Error::Input`] without a path (see [`Error::in_file`]) that names the line: no number, beyond `bound`, there twice;
    /// too few lines, with an id that is missing.
    pub fn read(list: &[u8], bound: usize) -> Result<Order> {
        let mut order = Order { old: Vec::with_capacity(bound), new: vec![Id::MAX; bound] };
        let list = list.strip_suffix(b"\n").unwrap_or(list);
        for (at, line) in list.split(|&byte| byte == b'\n').enumerate() {
            let fault = |why: String| {
                Error::input("", why)
                    .at(Place::Line(at as u64 + 1))
                    .with_hint("line k, counted from 0, holds the old id that becomes id k: each id from 0 once")
            };
            let text = String::from_utf8_lossy(line);
            let id: Id = text.trim().parse().map_err(|_| fault(format!("`{}` is not an id", short(text.trim()))))?;
            match order.new.get_mut(id as usize) {
                None => return Err(fault(format!("id {id} is beyond the {bound} ids of the tokenizer"))),
                Some(new) if *new != Id::MAX => return Err(fault(format!("id {id} is on line {} already", *new + 1))),
                Some(new) => *new = at as Id,
            }
            order.old.push(id);
        }
        match order.new.iter().position(|&new| new == Id::MAX) {
            None => Ok(order),
            Some(missing) => {
                let lines = order.old.len();
                let why = format!("the list ends, but the tokenizer has {bound} ids: id {missing} is missing");
                Err(Error::input("", why).at(Place::Line(lines as u64 + 1)).with_hint("each id from 0 has a line"))
            }
        }
    }

    fn new_id(&self, old: Id) -> Option<Id> {
        self.new.get(old as usize).copied()
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

impl Derived {
    /// The same tokens in another order. Added tokens that the vocabulary does not hold, and that stock libraries number
    /// themselves, become entries of it where they would have another id otherwise; no merge makes them.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for models whose ids are places in a list that cannot hold what the order asks for;
    /// [`Error::Verify`].
    pub fn permuted(old: &Side, order: &Order) -> Result<Derived> {
        let tokenizer = match &old.tokenizer.model {
            Model::Bpe(bpe) => native(&old.tokenizer, bpe, order)?,
            Model::Foreign(text) => foreign_file(text, order)?,
        };
        let bytes = |id: Id| old.inventory.bytes(id).to_vec();
        let map = IdMap { rows: (0..).zip(&order.new).map(|(id, &new)| (id, Some(new), bytes(id))).collect() };
        let verified = verified(&old.tokenizer, &tokenizer, Some(&map), Vec::new())?;
        let side = old.derive(tokenizer, |id| order.new_id(id))?;
        let moved = (0..).zip(&order.old).filter(|(new, old)| *new != **old).count();
        Ok(Derived {
            origins: order.old.iter().copied().map(Some).collect(),
            derivation: Derivation::Permuted { tokens: old.inventory.declared as usize, moved },
            side,
            verified: Some(verified),
        })
    }
}

/// Whether ids outside of a vocabulary of `size` tokens are those that follow it, as stock libraries would number them.
fn follow(ids: impl Iterator<Item = Id>, size: usize) -> bool {
    let mut ids: Vec<Id> = ids.collect();
    ids.sort_unstable();
    ids.iter().zip(size as Id..).all(|(id, next)| *id == next)
}

fn native(tokenizer: &Tokenizer, bpe: &Bpe, order: &Order) -> Result<Tokenizer> {
    let outside = || tokenizer.added.iter().filter(|token| bpe.vocab.token(token.id).is_none());
    let inside = !follow(outside().filter_map(|token| order.new_id(token.id)), bpe.vocab.defined());
    let mut vocab = Vocab::new();
    for (new, &old) in (0..).zip(&order.old) {
        if let Some(token) = bpe.vocab.token(old) {
            if bpe.vocab.is_literal(old) { vocab.set_literal(new, token) } else { vocab.set(new, token) }
        } else if inside && let Some(token) = outside().find(|token| token.id == old) {
            match alphabet::unspell(&token.content) {
                _ if bpe.alphabet == Alphabet::Chars => vocab.set(new, token.content.as_bytes()),
                // What reads as if it were spelled in the alphabet will be read so.
                Some(bytes) => vocab.set(new, &bytes),
                None => vocab.set_literal(new, token.content.as_bytes()),
            }
        }
    }
    let map = |id: Id| order.new_id(id);
    let merge = |merge: &Merge| {
        let [left, right, new] = [merge.left, merge.right, merge.new].map(map);
        Some(Merge { left: left?, right: right?, new: new? })
    };
    vocab.merges = bpe.vocab.merges.iter().filter_map(merge).collect();
    let unk = bpe.unk.and_then(map);
    let mut tokenizer = renumbered(tokenizer, Bpe { vocab, unk, ..bpe.without_vocab() }, map)?;
    // Stock libraries number those outside of the vocabulary as they come.
    tokenizer.added.sort_by_key(|token| token.id);
    Ok(tokenizer)
}

/// A file that the `tokenizers` crate runs, with other ids.
fn foreign_file(text: &str, order: &Order) -> Result<Tokenizer> {
    let map = |id: Id| order.new_id(id);
    let mapped = |value: &Value| value.as_u64().and_then(|id| map(Id::try_from(id).ok()?));
    let id_of = |token: &Value| token["id"].as_u64().map_or(Id::MAX, |id| id as Id);
    let content = |token: &Value| token["content"].as_str().unwrap_or_default().to_owned();
    let own = foreign::load(text)?.get_vocab(false);
    let parts = splice::parts(text)?;
    let mut new = Vec::new();
    let mut added: Vec<Value> = parts.added_tokens.map_or(Ok(Vec::new()), splice::value)?;
    for token in &mut added {
        // Where the list and the vocabulary disagree, the vocabulary is right.
        let id = own.get(&content(token)).copied().and_then(map).or_else(|| mapped(&token["id"]));
        token["id"] = Value::from(id);
    }
    added.sort_by_key(id_of);
    let outside: Vec<&Value> = added.iter().filter(|token| !own.contains_key(&content(token))).collect();
    let follows = follow(outside.iter().map(|token| id_of(token)), own.len());
    let vocab = parts.model.vocab;
    if let Ok(entries) = splice::value::<Map<String, Value>>(vocab) {
        let mut entries: Vec<(String, Id)> =
            entries.iter().map(|(token, id)| (token.clone(), mapped(id).unwrap_or(Id::MAX))).collect();
        if !follows {
            entries.extend(outside.iter().map(|token| (content(token), id_of(token))));
        }
        entries.sort_by_key(|entry| entry.1);
        let entries: Map<String, Value> = entries.into_iter().map(|(token, id)| (token, id.into())).collect();
        new.push((vocab, Value::Object(entries).to_string()));
    } else if follows {
        let pieces: Vec<&RawValue> = splice::value(vocab)?;
        let places = order.old.iter().take(pieces.len());
        let pieces: Vec<&str> = places.filter_map(|&id| Some(pieces.get(id as usize)?.get())).collect();
        new.push((vocab, format!("[{}]", pieces.join(","))));
    } else {
        return Err(Error::unsupported(
            "permuting this tokenizer",
            "its pieces are a list and have the first ids, but the order puts an added token among them",
        )
        .with_hint("leave added tokens behind the pieces, in any order"));
    }
    if let Some(part) = parts.model.unk_id
        && let Some(id) = mapped(&splice::value(part)?)
    {
        new.push((part, id.to_string()));
    }
    if let Some(part) = parts.added_tokens {
        new.push((part, Value::Array(added.clone()).to_string()));
    }
    for (name, part) in [("post_processor", parts.post_processor), ("padding", parts.padding)] {
        let Some(part) = part else { continue };
        let mut value: Value = splice::value(part)?;
        if !renumber(&mut value, &map) {
            return Err(Error::unsupported("permuting this tokenizer", format!("its `{name}` names unknown ids")));
        }
        new.push((part, value.to_string()));
    }
    hf::read_str(&splice::replaced(text, new))
}
