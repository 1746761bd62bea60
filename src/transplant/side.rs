//! One of the two tokenizers of a transplantation, with what its special tokens are for.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::special::{self, ROLES};
use crate::encode::Encoder;
use crate::error::Result;
use crate::inventory::{Class, Inventory};
use crate::tokenizer::Tokenizer;
use crate::vocab::Id;

/// A tokenizer, ready to be matched.
#[derive(Debug)]
pub struct Side {
    /// The artefact.
    pub tokenizer: Tokenizer,
    /// Its entries by id.
    pub inventory: Inventory,
    /// Special tokens by role: those that files beside the tokenizer state, then those that a table knows by name.
    pub roles: BTreeMap<String, Id>,
}

impl Side {
    /// Prepares a tokenizer; `folder` is where `tokenizer_config.json` and `special_tokens_map.json` may lie.
    ///
    /// # Errors
    /// What [`Encoder::new`] reports.
    pub fn new(tokenizer: Tokenizer, folder: Option<&Path>) -> Result<Side> {
        let encoder = Encoder::new(&tokenizer)?;
        let inventory = Inventory::new(&tokenizer, &encoder)?;
        let mut side = Side { tokenizer, inventory, roles: BTreeMap::new() };
        for name in ["tokenizer_config.json", "special_tokens_map.json"] {
            let Some(stated) = folder.and_then(|folder| object(&folder.join(name))) else { continue };
            for role in ROLES {
                let id = text(stated.get(&format!("{role}_token"))).and_then(|content| side.special(content));
                if let Some(id) = id {
                    side.roles.entry(role.to_owned()).or_insert(id);
                }
            }
        }
        for (role, names) in special::KNOWN {
            let known = || names.iter().find_map(|name| side.special(name));
            if !side.roles.contains_key(*role)
                && let Some(id) = known()
            {
                side.roles.insert((*role).to_owned(), id);
            }
        }
        Ok(side)
    }

    /// Prepares a tokenizer that was made from this one: roles go where `new_id` takes their ids.
    ///
    /// # Errors
    /// What [`Encoder::new`] reports.
    pub(super) fn derive(&self, tokenizer: Tokenizer, new_id: impl Fn(Id) -> Option<Id>) -> Result<Side> {
        let mut side = Side::new(tokenizer, None)?;
        side.roles = self.roles.iter().filter_map(|(role, &id)| Some((role.clone(), new_id(id)?))).collect();
        Ok(side)
    }

    /// Takes the ids that a checkpoint's configuration gives to roles, which go before everything else.
    pub fn take_roles(&mut self, config: &Map<String, Value>) {
        for role in ROLES {
            let value = config.get(&format!("{role}_token_id"));
            let first = value.and_then(|value| value.as_array().map_or(Some(value), |list| list.first()));
            let id = first.and_then(Value::as_u64).and_then(|id| Id::try_from(id).ok());
            if let Some(id) = id.filter(|&id| self.inventory.class(id) != Class::Hole) {
                self.roles.insert(role.to_owned(), id);
            }
        }
    }

    /// The id of an added token by its text.
    pub fn special(&self, content: &str) -> Option<Id> {
        self.tokenizer.added.iter().find(|added| added.content == content).map(|added| added.id)
    }

    /// The roles of an id.
    pub fn roles_of(&self, id: Id) -> impl Iterator<Item = &str> {
        self.roles.iter().filter(move |(_, of)| **of == id).map(|(role, _)| role.as_str())
    }

    /// One more than the greatest id.
    pub fn bound(&self) -> usize {
        self.inventory.len()
    }

    /// Whether an id is a control token: special, or what stands for anything unknown.
    pub fn is_control(&self, id: Id) -> bool {
        matches!(self.inventory.class(id), Class::Special | Class::Unknown)
    }

    /// A token for people: its text, or its bytes where it has none.
    pub fn shown(&self, id: Id) -> String {
        crate::formats::listing::escape(self.inventory.bytes(id))
    }
}

fn object(path: &Path) -> Option<Map<String, Value>> {
    match serde_json::from_slice(&std::fs::read(path).ok()?).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// A token as these files state it: a string, or an object with its content.
fn text(value: Option<&Value>) -> Option<&str> {
    let value = value?;
    value.as_str().or_else(|| value.get("content")?.as_str())
}
