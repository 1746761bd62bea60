//! The `added_tokens` section: tokens that are looked for in the text before anything else.
//!
//! The id that a file states is not what counts in the `tokenizers` crate: a token that the vocabulary has keeps the
//! vocabulary's id, any other gets the next number after the vocabulary's size. [`resolve`] follows that rule, since
//! ids must be those of the stock library. O(tokens).

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::json_error;
use crate::error::{Error, Place, Result};
use crate::tokenizer::AddedToken;
use crate::vocab::Id;

/// An entry as the file has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stated {
    pub id: i64,
    pub content: String,
    single_word: bool,
    lstrip: bool,
    rstrip: bool,
    normalized: bool,
    special: bool,
    /// An object of the keys that we do not know.
    #[serde(skip)]
    pub unknown: Option<String>,
}

impl Stated {
    /// The token under `id`.
    pub fn token(&self, id: Id) -> AddedToken {
        AddedToken {
            id,
            content: self.content.clone(),
            special: self.special,
            single_word: self.single_word,
            lstrip: self.lstrip,
            rstrip: self.rstrip,
            normalized: self.normalized,
        }
    }
}

const KEYS: [&str; 7] = ["id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"];

/// The entries of the section; a missing one has none.
///
/// # Errors
/// [`Error::Input`] when it is not a list of complete entries.
pub(super) fn parse(raw: Option<&str>) -> Result<Vec<Stated>> {
    let Some(raw) = raw else { return Ok(Vec::new()) };
    let place = |e: serde_json::Error| {
        let why = json_error(e);
        match why {
            Error::Input { why, .. } => Error::input("", why).at(Place::Entry("added_tokens".into())),
            other => other,
        }
    };
    // Almost every file has the seven known keys only; those with more take the slower way.
    if let Ok(stated) = serde_json::from_str(raw) {
        return Ok(stated);
    }
    let mut stated = Vec::new();
    for object in serde_json::from_str::<Vec<Map<String, Value>>>(raw).map_err(place)? {
        let (known, unknown): (Map<_, _>, Map<_, _>) =
            object.into_iter().partition(|(key, _)| KEYS.contains(&key.as_str()));
        let mut one: Stated = serde_json::from_value(Value::Object(known)).map_err(place)?;
        one.unknown = (!unknown.is_empty()).then(|| Value::Object(unknown).to_string());
        stated.push(one);
    }
    Ok(stated)
}

/// The tokens under the ids that the `tokenizers` crate gives them: `lookup` is the vocabulary, `size` its number of
/// entries, `taken` says whether it uses an id. Empty contents and exact repetitions are skipped, as the crate does.
///
/// # Errors
/// [`Error::Input`] naming the token: an id is negative, at least `limit`, or shared.
pub(super) fn resolve(
    stated: &[Stated],
    size: usize,
    limit: usize,
    lookup: impl Fn(&str) -> Option<Id>,
    taken: impl Fn(Id) -> bool,
) -> Result<Vec<AddedToken>> {
    let mut added: Vec<AddedToken> = Vec::with_capacity(stated.len());
    let (mut by_content, mut used) = (FxHashMap::<&str, &Stated>::default(), FxHashSet::default());
    let mut next = size as Id;
    for one in stated {
        let fault = |why: String| Err(Error::input("", why).at(Place::Entry(format!("added_tokens: {}", one.content))));
        if usize::try_from(one.id).map_or(true, |id| id >= limit.saturating_add(stated.len())) {
            return fault(format!("its id {} is negative or far beyond the vocabulary", one.id));
        }
        match by_content.insert(&one.content, one) {
            Some(before) if before == one => continue,
            Some(_) => return fault("it is added twice, in two ways".into()),
            None => {}
        }
        if !used.insert(one.id) {
            return fault(format!("its id {} is that of another added token", one.id));
        }
        if one.content.is_empty() {
            continue;
        }
        let id = match lookup(&one.content) {
            Some(id) => id,
            None if taken(next) => {
                return fault(format!(
                    "it is not in the vocabulary and stock libraries would give it id {next}, which another token has"
                ));
            }
            None => {
                next += 1;
                next - 1
            }
        };
        added.push(one.token(id));
    }
    Ok(added)
}

/// The entries that a list of tokens would be written as.
pub(super) fn stated(added: &[AddedToken]) -> Vec<Stated> {
    let entry = |a: &AddedToken| Stated {
        id: i64::from(a.id),
        content: a.content.clone(),
        single_word: a.single_word,
        lstrip: a.lstrip,
        rstrip: a.rstrip,
        normalized: a.normalized,
        special: a.special,
        unknown: None,
    };
    added.iter().map(entry).collect()
}
