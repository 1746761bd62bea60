//! The numbers in configurations that are ids, or the size of the vocabulary, brought to the new tokenizer.
//!
//! Whatever is called `*_token_id`, `*_token_ids`, `*_token_index` or is one of a few lists (`suppress_tokens`, ..) holds old
//! ids; each becomes the new id that has its row, by the text or the role of the token. `eos_token_id` may be a list, and every
//! member counts: a chat model that loses one of them does not stop. What has no counterpart becomes null, or leaves its list,
//! and is reported.

use serde::Serialize;
use serde_json::{Map, Value};

use super::matching::{Source, TokenMap};
use super::side::Side;
use super::special::ROLES;
use crate::vocab::Id;

/// Lists of ids that are not called so.
const LISTS: [&str; 4] = ["suppress_tokens", "begin_suppress_tokens", "bad_words_ids", "forced_decoder_ids"];

/// Parts of a configuration that hold no ids of the vocabulary.
const FOREIGN: [&str; 2] = ["quantization_config", "vision_config"];

/// One key that was changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changed {
    /// The file.
    pub file: String,
    /// The key, with the objects that it lies in.
    pub key: String,
    /// What it held.
    pub old: Value,
    /// What it holds now.
    pub new: Value,
    /// Old ids that nothing in the new tokenizer stands for.
    pub lost: Vec<Id>,
}

/// Brings ids to the new tokenizer.
pub struct Remap<'a> {
    map: rustc_hash::FxHashMap<Id, Id>,
    sources: &'a [Source],
    old: &'a Side,
    new: &'a Side,
    /// Rows of the old matrix or its stated size, and rows of the new one.
    sizes: (Option<usize>, usize),
}

impl<'a> Remap<'a> {
    /// By a map of tokens; `sizes` are the old `vocab_size` and the rows of the new matrix.
    pub fn new(map: &'a TokenMap, old: &'a Side, new: &'a Side, sizes: (Option<usize>, usize)) -> Remap<'a> {
        Remap { map: map.inverse(), sources: &map.sources, old, new, sizes }
    }

    /// Changes a configuration; `file` is its name in the report.
    pub fn apply(&self, file: &str, config: &mut Map<String, Value>) -> Vec<Changed> {
        let mut changes = Vec::new();
        self.object(file, "", config, &mut changes);
        changes
    }

    fn object(&self, file: &str, within: &str, object: &mut Map<String, Value>, changes: &mut Vec<Changed>) {
        for (key, value) in object.iter_mut() {
            let path = format!("{within}{key}");
            let mut lost = Vec::new();
            let new = match value {
                Value::Object(inner) if !FOREIGN.contains(&key.as_str()) => {
                    self.object(file, &format!("{path}."), inner, changes);
                    continue;
                }
                // A tower for sounds may have a vocabulary of its own.
                ref value if key == "vocab_size" && value.as_u64() == self.sizes.0.map(|size| size as u64) => {
                    Value::from(self.sizes.1)
                }
                _ if !is_ids(key) || value.is_null() => continue,
                ref value => self.value(key, value, &mut lost),
            };
            if new != *value || !lost.is_empty() {
                let old = std::mem::replace(value, new.clone());
                changes.push(Changed { file: file.to_owned(), key: path, old, new, lost });
            }
        }
    }

    fn value(&self, key: &str, value: &Value, lost: &mut Vec<Id>) -> Value {
        let role = ROLES.into_iter().find(|role| key == format!("{role}_token_id"));
        let Value::Array(list) = value else { return self.id(value, role, lost).map_or(Value::Null, Value::from) };
        let mut all: Vec<Value> = Vec::new();
        for item in list {
            let new = match item {
                Value::Array(phrase) => self.phrase(key, phrase, lost),
                item => self.id(item, role, lost).map(Value::from),
            };
            all.extend(new.filter(|new| !all.contains(new)));
        }
        if all.is_empty() {
            all.extend(role.and_then(|role| self.new.roles.get(role)).map(|&id| Value::from(id)));
        }
        if all.is_empty() { Value::Null } else { Value::Array(all) }
    }

    /// Ids that belong together: without one of them the others mean something else. In `forced_decoder_ids` they are a
    /// position and an id.
    fn phrase(&self, key: &str, phrase: &[Value], lost: &mut Vec<Id>) -> Option<Value> {
        let fixed = usize::from(key == "forced_decoder_ids");
        let ids = phrase.iter().enumerate().map(|(at, item)| match at < fixed {
            true => Some(item.clone()),
            false => self.id(item, None, lost).map(Value::from),
        });
        // All of them are looked at, so that all that is lost is reported.
        ids.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>().map(Value::Array)
    }

    /// The new id of an old one: that of the role if it has its row, else whichever has its row, else that of the same role.
    /// Several may have it, where one old token began and ended texts.
    fn id(&self, value: &Value, role: Option<&str>, lost: &mut Vec<Id>) -> Option<Id> {
        let id = as_id(value)?;
        let has_row = |new: &Id| self.sources.get(*new as usize).and_then(|source| source.copied()) == Some(id);
        let of_role = role.and_then(|role| self.new.roles.get(role).copied()).filter(has_row);
        let by_role = || {
            let roles = role.into_iter().chain(self.old.roles_of(id));
            roles.filter_map(|role| self.new.roles.get(role).copied()).next()
        };
        let found = of_role.or_else(|| self.map.get(&id).copied()).or_else(by_role);
        if found.is_none() {
            lost.push(id);
        }
        found
    }
}

/// The ids that a configuration gives to single tokens. Lists of tokens to suppress do not count: what is gone needs no
/// suppressing.
pub fn named_ids(config: &Map<String, Value>) -> Vec<Id> {
    let mut ids = Vec::new();
    for (key, value) in config {
        match value {
            Value::Object(inner) if !FOREIGN.contains(&key.as_str()) => ids.extend(named_ids(inner)),
            Value::Array(list) if names_ids(key) => ids.extend(list.iter().filter_map(as_id)),
            value if names_ids(key) => ids.extend(as_id(value)),
            _ => {}
        }
    }
    ids
}

fn as_id(value: &Value) -> Option<Id> {
    Id::try_from(value.as_u64()?).ok()
}

fn names_ids(key: &str) -> bool {
    ["_token_id", "_token_ids", "_token_index"].iter().any(|end| key.ends_with(end))
}

fn is_ids(key: &str) -> bool {
    names_ids(key) || LISTS.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_tokens_are_no_ids() {
        for key in ["eos_token_id", "image_token_index", "boi_token_id", "suppress_tokens", "forced_bos_token_id"] {
            assert!(is_ids(key), "{key}");
        }
        for key in ["max_new_tokens", "num_image_tokens", "vocab_size", "mm_tokens_per_image"] {
            assert!(!is_ids(key), "{key}");
        }
    }
}
