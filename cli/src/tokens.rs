//! Tokens as their file spells them, and which ids there are.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;
use toktool::inventory::spellings;
use toktool::tokenizer::{Model, Tokenizer};
use toktool::train::recipe::ROLES;
use toktool::vocab::Id;
use toktool::{Error, Result};

/// The spelling of every token.
pub struct Tokens {
    spelled: Vec<Option<String>>,
}

impl Tokens {
    /// Collects them: O(vocabulary).
    pub fn new(tokenizer: &Tokenizer) -> Result<Tokens> {
        let mut tokens = Tokens { spelled: Vec::new() };
        for (id, text) in spellings(tokenizer)? {
            tokens.spelled.resize(id as usize, None);
            tokens.spelled.push(Some(text));
        }
        Ok(tokens)
    }

    /// One more than the greatest id.
    pub fn bound(&self) -> usize {
        self.spelled.len()
    }

    /// The spelling of an id, or `None` where the vocabulary has no such id.
    pub fn get(&self, id: Id) -> Option<&str> {
        self.spelled.get(id as usize)?.as_deref()
    }

    /// Ids by spelling as [`one_word`] writes it; the smallest id where two are spelled alike.
    pub fn by_word(&self) -> HashMap<String, Id> {
        let mut map = HashMap::with_capacity(self.spelled.len());
        for (id, text) in self.spelled.iter().enumerate() {
            if let Some(text) = text {
                map.entry(one_word(text)).or_insert(id as Id);
            }
        }
        map
    }
}

/// One more than the greatest id of a tokenizer, without spelling out its tokens.
pub fn bound(tokenizer: &Tokenizer) -> Result<usize> {
    let model = match &tokenizer.model {
        Model::Bpe(bpe) => bpe.vocab.len(),
        Model::Foreign(_) => return Ok(Tokens::new(tokenizer)?.bound()),
    };
    Ok(tokenizer.added.iter().map(|a| a.id as usize + 1).max().unwrap_or(0).max(model))
}

/// A token's spelling as a word: white space, which only added tokens hold, as `\u{20}`.
pub fn one_word(text: &str) -> String {
    if text.contains(char::is_whitespace) {
        let escape = |c: char| if c.is_whitespace() { c.escape_unicode().to_string() } else { c.to_string() };
        return text.chars().map(escape).collect();
    }
    text.to_owned()
}

/// Names that an end-of-text token goes by, where no file beside the tokenizer says which one it is.
const KNOWN_ENDS: [&str; 8] =
    ["<|endoftext|>", "</s>", "<|end_of_text|>", "<eos>", "<|im_end|>", "<|eot_id|>", "<｜end▁of▁sentence｜>", "<EOT>"];

/// The id of the end-of-text token: what `given` names, else what the files beside the tokenizer say, else a known name.
pub fn end_of_text(tokenizer: &Tokenizer, path: &Path, given: Option<&str>) -> Result<Id> {
    let tokens = Tokens::new(tokenizer)?;
    let find = |text: &str| (0..tokens.bound() as Id).rev().find(|&id| tokens.get(id) == Some(text));
    if let Some(text) = given {
        return find(text).ok_or_else(|| {
            Error::config("--eos", format!("`{text}` is not in the vocabulary of `{}`", path.display()))
        });
    }
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    for name in CONFIGS {
        if let Some(id) = role_in(&folder.join(name), "eos").and_then(|text| find(&text)) {
            return Ok(id);
        }
    }
    let known = KNOWN_ENDS.iter().find_map(|name| tokenizer.added.iter().find(|a| a.content == *name));
    known.map(|a| a.id).ok_or_else(|| {
        Error::config("--append-eos", format!("no end-of-text token is known for `{}`", path.display()))
            .with_hint("name it with `--eos TOKEN`")
    })
}

/// Roles of special tokens, from the files beside the tokenizer: those whose token it has.
pub fn roles(path: &Path, tokenizer: &Tokenizer) -> Vec<(String, String)> {
    let mut roles = stated_roles(path);
    roles.retain(|(_, text)| tokenizer.added.iter().any(|a| a.content == *text));
    roles
}

/// Roles of special tokens as the files beside the tokenizer state them.
pub fn stated_roles(path: &Path) -> Vec<(String, String)> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    let role = |role: &str| CONFIGS.iter().find_map(|name| role_in(&folder.join(name), role));
    ROLES.iter().filter_map(|name| Some(((*name).to_owned(), role(name)?))).collect()
}

/// Files beside a `tokenizer.json` that say which token has which role.
const CONFIGS: [&str; 2] = ["tokenizer_config.json", "special_tokens_map.json"];

fn role_in(path: &Path, role: &str) -> Option<String> {
    let value: Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    let token = value.get(format!("{role}_token"))?;
    let text = token.as_str().or_else(|| token.get("content")?.as_str())?;
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hold_no_white_space() {
        assert_eq!(one_word("Ġa"), "Ġa");
        assert_eq!(one_word("<a b>\n"), "<a\\u{20}b>\\u{a}");
    }
}
