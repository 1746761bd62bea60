//! The `model` object of a `tokenizer.json`, read in one streaming pass.
//!
//! Such a file is megabytes of vocabulary and merges, so they are never held as JSON: the vocabulary becomes a look-up
//! table, and the parts of a merge are slices of the file, which [`resolve`] then turns into ids on all threads. Every
//! other key is kept as the raw text it was. Vocabulary and merges may come in any order.
//!
//! O(file). Memory: the file, 60 bytes per token and 60 per merge while reading.

use std::borrow::Cow;
use std::fmt;

use rayon::prelude::*;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::table::{self, Table};
use crate::error::{Error, Place};
use crate::vocab::{Id, Merge};

/// The two parts of a merge as the file spells them.
pub(super) type RawMerge<'a> = (Cow<'a, str>, Cow<'a, str>);

/// What the model object holds.
#[derive(Default)]
pub(super) struct ModelParts<'a> {
    /// Its keys in file order with their raw JSON; that of `vocab` and `merges` is empty.
    pub keys: Vec<(String, &'a str)>,
    /// The vocabulary, if it is a map from tokens to ids.
    pub table: Option<Table<'a>>,
    /// The merges as two texts each, if there is a list of them.
    pub merges: Option<Vec<RawMerge<'a>>>,
    /// Whether they stood as `"a b"`.
    pub merges_as_strings: bool,
}

impl<'a> ModelParts<'a> {
    /// The raw JSON of `key`.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.keys.iter().find(|(k, _)| k == key).map(|&(_, raw)| raw)
    }
}

/// A string, borrowed from the file where it holds no escapes.
pub(super) struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// Reads the model object.
pub(super) struct Model;

impl<'de> DeserializeSeed<'de> for Model {
    type Value = ModelParts<'de>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Model {
    type Value = ModelParts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a model object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut parts = ModelParts::default();
        while let Some(key) = map.next_key_seed(Text)? {
            if parts.keys.iter().any(|(k, _)| *k == key) {
                return Err(A::Error::custom(format!("the model has the key `{key}` twice")));
            }
            let raw = match &*key {
                "vocab" => {
                    parts.table = map.next_value_seed(VocabSeed)?;
                    ""
                }
                "merges" => {
                    let (merges, as_strings) = map.next_value_seed(Merges)?;
                    (parts.merges, parts.merges_as_strings) = (Some(merges), as_strings);
                    ""
                }
                _ => map.next_value::<&RawValue>()?.get(),
            };
            parts.keys.push((key.into_owned(), raw));
        }
        Ok(parts)
    }
}

struct VocabSeed;

impl<'de> DeserializeSeed<'de> for VocabSeed {
    type Value = Option<Table<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for VocabSeed {
    type Value = Option<Table<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a vocabulary: an object from tokens to ids")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(token) = map.next_key_seed(Text)? {
            let id = map.next_value_seed(Number { what: &token })?;
            entries.push((token, id));
        }
        let twice = |token: String| A::Error::custom(format!("the vocabulary has the token `{token}` twice"));
        Table::new(entries).map(Some).map_err(twice)
    }

    /// Unigram states its vocabulary as a list of pieces and scores: not ours to read.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// A token id.
struct Number<'t> {
    what: &'t str,
}

impl Number<'_> {
    fn fail<E: serde::de::Error>(&self, found: impl fmt::Display) -> E {
        E::custom(format!("the id of `{}` is {found}, but ids are whole numbers from 0 to 4294967295", self.what))
    }
}

impl<'de> DeserializeSeed<'de> for Number<'_> {
    type Value = Id;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Id, D::Error> {
        d.deserialize_u64(self)
    }
}

impl<'de> Visitor<'de> for Number<'_> {
    type Value = Id;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the id of `{}`", self.what)
    }

    fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Id, E> {
        Id::try_from(n).map_err(|_| self.fail(n))
    }

    fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<Id, E> {
        Err(self.fail(n))
    }

    fn visit_f64<E: serde::de::Error>(self, n: f64) -> Result<Id, E> {
        Err(self.fail(n))
    }
}

/// Reads the list of merges.
struct Merges;

impl<'de> DeserializeSeed<'de> for Merges {
    type Value = (Vec<RawMerge<'de>>, bool);

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Merges {
    type Value = (Vec<RawMerge<'de>>, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of merges")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let (mut merges, mut style) = (Vec::new(), None);
        let mut rank = 0usize;
        while let Some((merge, as_string)) = seq.next_element_seed(OneMerge { rank })? {
            if *style.get_or_insert(as_string) != as_string {
                return Err(A::Error::custom(format!("merge {rank}: strings and pairs are mixed in one list")));
            }
            merges.extend(merge);
            rank += 1;
        }
        Ok((merges, style.unwrap_or(false)))
    }
}

/// One merge, and whether it stood as a string; a `#version` line yields none.
struct OneMerge {
    rank: usize,
}

impl OneMerge {
    /// The two sides of the only space in `text`.
    fn cut<'t, E: serde::de::Error>(&self, text: &'t str) -> Result<(&'t str, &'t str), E> {
        match text.split_once(' ') {
            Some((left, right)) if !right.contains(' ') => Ok((left, right)),
            _ => Err(E::custom(format!("merge {}: `{text}` is not two tokens with one space", self.rank))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for OneMerge {
    type Value = (Option<RawMerge<'de>>, bool);

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OneMerge {
    type Value = (Option<RawMerge<'de>>, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "merge {}: two tokens, as `\"a b\"` or as `[\"a\", \"b\"]`", self.rank)
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        if text.starts_with("#version") {
            return Ok((None, true));
        }
        let (left, right) = self.cut(text)?;
        Ok((Some((Cow::Borrowed(left), Cow::Borrowed(right))), true))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let (left, right) = self.cut(text)?;
        Ok((Some((Cow::Owned(left.to_owned()), Cow::Owned(right.to_owned()))), true))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let short = || A::Error::custom(format!("merge {}: a pair has two tokens", self.rank));
        let left = seq.next_element_seed(Text)?.ok_or_else(short)?;
        let right = seq.next_element_seed(Text)?.ok_or_else(short)?;
        match seq.next_element::<IgnoredAny>()? {
            None => Ok((Some((left, right)), false)),
            Some(_) => Err(short()),
        }
    }
}

/// The merges in ids. Looking a part up is a cache miss or two, so the work is spread over all threads.
///
/// # Errors
/// [`Error::Input`] naming the first merge with an empty part, or with a part or result that is no token.
pub(super) fn resolve(merges: &[RawMerge<'_>], table: &Table<'_>) -> crate::error::Result<Vec<Merge>> {
    const CHUNK: usize = 1 << 14;
    let chunk = |(chunk, merges): (usize, &[RawMerge<'_>])| -> crate::error::Result<Vec<Merge>> {
        let (mut out, mut joined, mut last) = (Vec::with_capacity(merges.len()), Vec::new(), 0);
        let mut found = [None; table::BATCH];
        for (batch, merges) in merges.chunks(table::BATCH / 2).enumerate() {
            let mut parts = [&b""[..]; table::BATCH];
            for (pair, (left, right)) in parts.chunks_exact_mut(2).zip(merges) {
                pair.copy_from_slice(&[left.as_bytes(), right.as_bytes()]);
            }
            table.ids(&parts[..merges.len() * 2], &mut found);
            for (at, ((left, right), ids)) in merges.iter().zip(found.chunks_exact(2)).enumerate() {
                let fault = |why: String| {
                    let rank = chunk * CHUNK + batch * table::BATCH / 2 + at;
                    Error::input("", format!("merge {rank}: {why}")).at(Place::Entry(format!("merges[{rank}]")))
                };
                if left.is_empty() || right.is_empty() {
                    return Err(fault("a part is empty".into()));
                }
                let known =
                    |id: Option<Id>, text: &str| id.ok_or_else(|| fault(format!("`{text}` is not in the vocabulary")));
                let (left_id, right_id) = (known(ids[0], left)?, known(ids[1], right)?);
                joined.clear();
                joined.extend_from_slice(left.as_bytes());
                joined.extend_from_slice(right.as_bytes());
                // Results come mostly in the order of the vocabulary.
                let Some((new, place)) = table.find_near(&joined, last) else {
                    return Err(fault(format!("its result `{left}{right}` is not in the vocabulary")));
                };
                last = place;
                out.push(Merge { left: left_id, right: right_id, new });
            }
        }
        Ok(out)
    };
    let chunks: Vec<_> = merges.par_chunks(CHUNK).enumerate().map(chunk).collect();
    let mut all = Vec::with_capacity(merges.len());
    for chunk in chunks {
        all.extend(chunk?);
    }
    Ok(all)
}
