//! A smaller vocabulary with the same encodings.
//!
//! What any encoding uses of a vocabulary are the tokens that come out, and the merges that those tokens use when they
//! are merged alone (see `symbols`). So these are kept: the tokens that are not dropped, every token that is put together
//! on the way to one of them, the alphabet, and of the merges all those whose two parts and result are kept, in their
//! order. Merging takes the pair of lowest rank; taking away pairs that were never taken, and closing up the ranks,
//! changes no choice. Hence every text whose encoding had kept tokens only has the same encoding as before, by the map.
//! If only dead tokens go, that is every text. If tokens go that a corpus did not use, texts with one of them are encoded
//! otherwise than before, in more tokens; no text becomes unencodable, since the alphabet stays.
//!
//! A kept token may need a dead one on its way; then that one stays, too. O(symbols of all tokens).

use std::fmt::Write as _;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use serde_json::Value;

use crate::encode::{EncodeOptions, Encoder, Scratch};
use crate::error::{Error, Result};
use crate::formats::listing::escape;
use crate::tokenizer::{AddedToken, Bpe, Model, Post, Tokenizer};
use crate::vocab::{Id, Merge, Vocab};

use super::reach::Reach;
use super::symbols::Symbols;

/// What to drop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwanted<'a> {
    /// Tokens that are dead, as [`super::reachability`] says.
    pub reach: &'a [Reach],
    /// How often each id came out of some text; what has no count there goes. `None`: nothing goes for that.
    pub counts: Option<&'a [u64]>,
    /// Ids that stay whatever is said of them, as what a model's configuration names.
    pub keep: &'a [Id],
}

/// Old ids to new ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdMap {
    /// By old id, ascending: the new one, `None` where the token was removed, and the token's bytes.
    pub rows: Vec<(Id, Option<Id>, Vec<u8>)>,
}

impl IdMap {
    /// The new id of an old one; `None` where it was removed or never was.
    pub fn new_id(&self, old: Id) -> Option<Id> {
        let at = self.rows.binary_search_by_key(&old, |row| row.0).ok()?;
        self.rows[at].1
    }

    /// Number of tokens removed.
    pub fn removed(&self) -> usize {
        self.rows.iter().filter(|row| row.1.is_none()).count()
    }

    /// `old<TAB>new<TAB>token` lines under a header; an empty `new` is a removed token. Tokens are spelled as in
    /// [`crate::formats::listing`].
    pub fn tsv(&self) -> String {
        let mut out = String::from("old\tnew\ttoken\n");
        for (old, new, token) in &self.rows {
            let new = new.map(|id| id.to_string()).unwrap_or_default();
            let _ = writeln!(out, "{old}\t{new}\t{}", escape(token));
        }
        out
    }
}

/// A trimmed tokenizer.
#[derive(Debug, Clone, PartialEq)]
pub struct Trimmed {
    /// The smaller one.
    pub tokenizer: Tokenizer,
    /// Old ids to new ones.
    pub map: IdMap,
    /// Tokens that were to go for being dead, and did.
    pub dead: usize,
    /// Tokens that were to go for being unseen, and did.
    pub unseen: usize,
    /// Tokens that were to go and stay: the alphabet, and what a kept token is put together from.
    pub needed: usize,
    /// Merges removed.
    pub merges: usize,
}

/// Removes tokens and closes the gaps: ids are dense, in their old order; added tokens that are not in the vocabulary come
/// after it, where stock libraries put them. Added tokens always stay.
///
/// # Errors
/// [`Error::Unsupported`] for a foreign model, of which only the text of its file is known.
pub fn trim(tokenizer: &Tokenizer, unwanted: Unwanted<'_>) -> Result<Trimmed> {
    let Model::Bpe(model) = &tokenizer.model else {
        return Err(Error::unsupported(
            "trimming this tokenizer",
            "only BPE models can be trimmed exactly; this one is run by the `tokenizers` library and carried as it is",
        ));
    };
    let dead: FxHashSet<Id> = unwanted.reach.iter().filter(|r| r.class.is_dead()).map(|r| r.id).collect();
    let unseen = |id: Id| unwanted.counts.is_some_and(|counts| counts.get(id as usize).is_none_or(|&n| n == 0));
    let wanted = |id: Id| !dead.contains(&id) && !unseen(id);
    let kept = kept(tokenizer, model, |id| wanted(id) || unwanted.keep.contains(&id));
    let mut trimmed =
        Trimmed { tokenizer: Tokenizer::default(), map: IdMap::default(), dead: 0, unseen: 0, needed: 0, merges: 0 };
    let mut vocab = Vocab::new();
    for (id, token) in model.vocab.iter() {
        let new = kept[id as usize].then(|| match model.vocab.is_literal(id) {
            false => vocab.push(token),
            true => {
                let new = vocab.len() as Id;
                vocab.set_literal(new, token);
                new
            }
        });
        let added = tokenizer.added.iter().any(|a| a.id == id);
        match (new, dead.contains(&id)) {
            (None, true) => trimmed.dead += 1,
            (None, false) => trimmed.unseen += 1,
            (Some(_), is_dead) => trimmed.needed += usize::from(!added && (is_dead || unseen(id))),
        }
        trimmed.map.rows.push((id, new, token.to_vec()));
    }
    let mut next = vocab.len() as Id;
    for token in &tokenizer.added {
        if model.vocab.token(token.id).is_none() {
            trimmed.map.rows.push((token.id, Some(next), token.content.clone().into_bytes()));
            next += 1;
        }
    }
    trimmed.map.rows.sort_unstable_by_key(|row| row.0);
    let map = |id: Id| trimmed.map.new_id(id);
    let merge = |m: &Merge| Some(Merge { left: map(m.left)?, right: map(m.right)?, new: map(m.new)? });
    vocab.merges = model.vocab.merges.iter().filter_map(merge).collect();
    trimmed.merges = model.vocab.merges.len() - vocab.merges.len();
    let unk = model.unk.and_then(map);
    trimmed.tokenizer = renumbered(tokenizer, Bpe { vocab, unk, ..model.without_vocab() }, map)?;
    Ok(trimmed)
}

/// By id: which tokens of the vocabulary stay.
fn kept(tokenizer: &Tokenizer, model: &Bpe, wanted: impl Fn(Id) -> bool) -> Vec<bool> {
    let symbols = Symbols::new(model);
    let mut kept = vec![false; model.vocab.len()];
    let mut keep = |id: Id| kept.get_mut(id as usize).map(|slot| *slot = true);
    let around = tokenizer.post.before.iter().chain(&tokenizer.post.after).copied();
    for id in tokenizer.added.iter().map(|a| a.id).chain(around).chain(model.unk) {
        keep(id);
    }
    for (id, token) in model.vocab.iter() {
        let base = !model.vocab.is_literal(id) && symbols.is_base(id);
        if !base && !wanted(id) {
            continue;
        }
        keep(id);
        match symbols.spellings(token) {
            Some(spellings) => {
                for spelling in spellings {
                    let mut used = Vec::new();
                    if symbols.run(&spelling.ids, |rank| used.push(rank)) == [id] {
                        used.iter().filter_map(|&rank| model.vocab.merges.get(rank as usize)).for_each(|m| {
                            keep(m.new);
                        });
                    }
                }
            }
            // Not every spelling was looked at: keep whatever may be a part of it.
            None => {
                let part = |m: &&Merge| model.vocab.token(m.new).is_some_and(|new| contains(token, new));
                model.vocab.merges.iter().filter(part).for_each(|m| {
                    keep(m.new);
                });
            }
        }
    }
    kept
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// The tokenizer with another model and every id in it mapped, in the parts of its file that are carried, too.
pub(crate) fn renumbered(old: &Tokenizer, model: Bpe, map: impl Fn(Id) -> Option<Id>) -> Result<Tokenizer> {
    let lost = |id: Id| Error::unsupported("renumbering this tokenizer", format!("id {id} is in use but has no token"));
    let all = |ids: &[Id]| ids.iter().map(|&id| map(id).ok_or_else(|| lost(id))).collect::<Result<Vec<Id>>>();
    let added = old.added.iter().map(|a| Ok(AddedToken { id: map(a.id).ok_or_else(|| lost(a.id))?, ..a.clone() }));
    let mut carried = old.carried.clone();
    carried.added = old.carried.added.iter().filter_map(|(&id, raw)| Some((map(id)?, raw.clone()))).collect();
    for (key, raw) in &mut carried.sections {
        match key.as_str() {
            // Its ids are stated, but do not count: what is read from it would still be right. So it is taken out.
            "added_tokens" => *raw = "[]".to_owned(),
            "post_processor" | "padding" => {
                let parsed: Option<Value> = serde_json::from_str(raw).ok();
                if let Some(mut value) = parsed.filter(|v| !v.is_null()) {
                    // One that can't be mapped is written anew from what is understood of it.
                    *raw = if renumber(&mut value, &map) { value.to_string() } else { "null".to_owned() };
                }
            }
            _ => {}
        }
    }
    Ok(Tokenizer {
        model: Model::Bpe(model),
        added: added.collect::<Result<_>>()?,
        post: Post { before: all(&old.post.before)?, after: all(&old.post.after)? },
        carried,
        ..old.clone()
    })
}

/// Maps the ids of a post-processor or of padding in place; `false` where one has no new id.
pub(crate) fn renumber(value: &mut Value, map: &impl Fn(Id) -> Option<Id>) -> bool {
    let one = |id: &mut Value| {
        let new = id.as_u64().and_then(|id| map(Id::try_from(id).ok()?));
        new.map(|new| *id = new.into()).is_some()
    };
    match value {
        Value::Array(all) => all.iter_mut().all(|value| renumber(value, map)),
        Value::Object(object) => object.iter_mut().all(|(key, value)| match (key.as_str(), value) {
            ("ids", Value::Array(ids)) => ids.iter_mut().all(one),
            ("pad_id", id) => one(id),
            // Bert and Roberta: the token and its id.
            ("sep" | "cls", Value::Array(pair)) if pair.len() == 2 => one(&mut pair[1]),
            (_, value) => renumber(value, map),
        }),
        _ => true,
    }
}

/// Compares the encodings of two tokenizers, ids of the first mapped: (texts that are the same, texts that have a removed
/// token, of which nothing is asked).
///
/// # Errors
/// [`Error::Verify`] with the first text that differs.
pub fn identical(
    old: &Encoder,
    new: &Encoder,
    map: &IdMap,
    texts: &[impl AsRef<str> + Sync],
) -> Result<(usize, usize)> {
    let compare = |(scratches, a, b): &mut (Box<(Scratch, Scratch)>, Vec<Id>, Vec<Id>), text: &str| -> Result<bool> {
        a.clear();
        b.clear();
        old.encode_into(text, EncodeOptions::default(), &mut scratches.0, a)?;
        let Some(mapped) = a.iter().map(|&id| map.new_id(id)).collect::<Option<Vec<Id>>>() else { return Ok(false) };
        new.encode_into(text, EncodeOptions::default(), &mut scratches.1, b)?;
        if mapped == *b {
            return Ok(true);
        }
        let short: String = text.chars().take(60).collect();
        let at = mapped.iter().zip(&*b).take_while(|(a, b)| a == b).count();
        Err(Error::Verify {
            why: format!(
                "trimmed, it encodes {short:?} otherwise: at token {at} {:?} instead of {:?}",
                b.get(at),
                mapped.get(at)
            ),
        })
    };
    texts
        .par_iter()
        .map_init(Default::default, |state, text| {
            compare(state, text.as_ref()).map(|same| (usize::from(same), usize::from(!same)))
        })
        .try_reduce(|| (0, 0), |a, b| Ok((a.0 + b.0, a.1 + b.1)))
}
