//! More tokens: a list of them, one a line.

use rustc_hash::FxHashSet;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Derivation, Derived, splice, verified};
use crate::encode::foreign;
use crate::error::{Error, Place, Result};
use crate::formats::hf;
use crate::inventory::{Class, spellings};
use crate::tokenizer::{AddedToken, Model, Tokenizer};
use crate::transplant::side::Side;
use crate::vocab::Id;

/// Tokens whose surroundings are part of the check; it would take long for all of a long list.
const PROBED: usize = 2000;

/// What became of the lines of a list of tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Extension {
    /// Lines whose token was added.
    pub added: usize,
    /// Lines passed over: nothing in them.
    pub empty: usize,
    /// Lines passed over: the same as a line before.
    pub repeated: usize,
    /// Lines passed over: the tokenizer has a token of this spelling, or of these bytes.
    pub known: usize,
}

impl Derived {
    /// Adds the tokens of a list, a line each, white space at its ends included. Old ids stay; new ones follow the greatest,
    /// in the order of the lines. They are ordinary added tokens: looked for in the normalized text, before it is cut.
    ///
    /// # Errors
    /// [`Error::Input`] without a path (see [`Error::in_file`]): a line that is not UTF-8, or no token that is new;
    /// [`Error::Unsupported`] where stock libraries would give a new token the id of an old one; [`Error::Verify`].
    pub fn extended(old: &Side, list: &[u8]) -> Result<Derived> {
        let (tokens, lines) = new_tokens(old, list)?;
        let first = next_id(old)?;
        if (first as usize) < old.bound() {
            let why = format!(
                "its ids have gaps: stock libraries would give the first added token id {first}, but ids go up to {}",
                old.bound() - 1
            );
            return Err(Error::unsupported("extending this tokenizer", why)
                .with_hint("give the tokenizer dense ids first, as `toktool trim` does"));
        }
        let added: Vec<AddedToken> = (first..)
            .zip(&tokens)
            .map(|(id, content)| AddedToken { id, content: content.clone(), normalized: true, ..Default::default() })
            .collect();
        let tokenizer = with_added(&old.tokenizer, &added)?;
        let probes = added.iter().take(PROBED).flat_map(|token| {
            let content = &token.content;
            [content.clone(), format!("a{content}b {content} {content}{content}.")]
        });
        let verified = verified(&old.tokenizer, &tokenizer, None, probes.collect())?;
        same_ids(&tokenizer, &added)?;
        let side = old.derive(tokenizer, Some)?;
        let mut origins: Vec<Option<Id>> = (0..old.bound() as Id).map(Some).collect();
        origins.resize(side.bound(), None);
        let before = old.inventory.declared as usize;
        let derivation = Derivation::Extended { tokens_before: before, tokens_after: before + added.len(), lines };
        Ok(Derived { side, origins, derivation, verified: Some(verified) })
    }
}

fn new_tokens(old: &Side, list: &[u8]) -> Result<(Vec<String>, Extension)> {
    let spelled: FxHashSet<String> = spellings(&old.tokenizer)?.into_iter().map(|(_, text)| text).collect();
    let ids = 0..old.bound() as Id;
    let bytes: FxHashSet<_> =
        ids.filter(|&id| old.inventory.class(id) == Class::Text).map(|id| old.inventory.canonical(id)).collect();
    let (mut tokens, mut seen, mut lines) = (Vec::new(), FxHashSet::default(), Extension::default());
    let list = list.strip_prefix("\u{feff}".as_bytes()).unwrap_or(list);
    let list = list.strip_suffix(b"\n").unwrap_or(list);
    for (number, line) in (1..).zip(list.split(|&byte| byte == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line).map_err(|_| {
            Error::input("", "not valid UTF-8").at(Place::Line(number)).with_hint("write one token a line, in UTF-8")
        })?;
        if text.is_empty() {
            lines.empty += 1;
        } else if !seen.insert(text) {
            lines.repeated += 1;
        } else if spelled.contains(text) || bytes.contains(text.as_bytes()) {
            lines.known += 1;
        } else {
            tokens.push(text.to_owned());
        }
    }
    lines.added = tokens.len();
    if tokens.is_empty() {
        let why = format!("no token in it is new: {} lines are empty, {} are tokens already", lines.empty, lines.known);
        return Err(Error::input("", why).with_hint("write one token a line that the tokenizer does not have"));
    }
    Ok((tokens, lines))
}

/// The id that stock libraries give to the next added token: after the vocabulary's size come those outside of it.
fn next_id(old: &Side) -> Result<Id> {
    let added = &old.tokenizer.added;
    Ok(match &old.tokenizer.model {
        Model::Bpe(bpe) => {
            let outside = added.iter().filter(|token| bpe.vocab.token(token.id).is_none());
            (bpe.vocab.defined() + outside.count()) as Id
        }
        Model::Foreign(json) => {
            let own = foreign::load(json)?.get_vocab(false);
            let outside = added.iter().filter(|token| !own.contains_key(&token.content));
            (own.len() + outside.count()) as Id
        }
    })
}

fn with_added(tokenizer: &Tokenizer, added: &[AddedToken]) -> Result<Tokenizer> {
    let Model::Foreign(text) = &tokenizer.model else {
        let mut tokenizer = tokenizer.clone();
        tokenizer.added.extend(added.iter().cloned());
        return Ok(tokenizer);
    };
    let entry = |token: &AddedToken| {
        json!({"id": token.id, "content": token.content, "single_word": token.single_word, "lstrip": token.lstrip,
            "rstrip": token.rstrip, "normalized": token.normalized, "special": token.special})
    };
    let new = added.iter().map(entry);
    let longer = match splice::parts(text)?.added_tokens {
        Some(part) => {
            let all: Vec<Value> = splice::value::<Vec<Value>>(part)?.into_iter().chain(new).collect();
            splice::replaced(text, vec![(part, json!(all).to_string())])
        }
        None => text.replacen('{', &format!("{{\"added_tokens\": {},", json!(new.collect::<Vec<_>>())), 1),
    };
    hf::read_str(&longer)
}

/// Whether the file gives the new tokens the ids that they have here, as the `tokenizers` crate reads it.
fn same_ids(tokenizer: &Tokenizer, added: &[AddedToken]) -> Result<()> {
    let stock = foreign::load(&hf::write_string(tokenizer)?)?;
    match added.iter().find(|token| stock.token_to_id(&token.content) != Some(token.id)) {
        None => Ok(()),
        Some(token) => Err(Error::Verify {
            why: format!(
                "the `tokenizers` crate gives `{}` the id {:?} instead of {}",
                token.content,
                stock.token_to_id(&token.content),
                token.id
            ),
        }),
    }
}
