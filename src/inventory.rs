//! The entries of a vocabulary by id: the bytes that each stands for in a text, and what it is for.
//!
//! Tokenizers spell the same bytes in different ways: in GPT-2's alphabet, with SentencePiece's mark for a space, with
//! WordPiece's `##` for "no space before". Whoever compares vocabularies or carries rows from one to another has to do it on
//! bytes. A token of WordPiece that begins a word stands for its letters alone, as WordPiece drops the space.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::alphabet;
use crate::encode::{Encoder, foreign};
use crate::error::Result;
use crate::tokenizer::{Alphabet, Decoder, Model, Tokenizer};
use crate::vocab::Id;

/// What an entry of a vocabulary is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Text.
    Text,
    /// A control token.
    Special,
    /// What stands for anything unknown.
    Unknown,
    /// `<0x..>`: a byte of a character that the vocabulary lacks.
    Fallback,
    /// The id has no token.
    Hole,
}

/// The entries of a vocabulary, by id.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    bytes: Vec<u8>,
    entries: Vec<(u32, u32, u8)>,
    /// Ids that have a token, added tokens included.
    pub declared: u64,
    /// Whether there is an unknown token.
    pub has_unknown: bool,
    /// Whether there are byte-fallback tokens.
    pub has_fallback: bool,
    /// By id: tokens that begin a word and do not say so; empty where the model keeps the spaces of a text.
    spaceless: Vec<bool>,
}

const CLASSES: [Class; 5] = [Class::Text, Class::Special, Class::Unknown, Class::Fallback, Class::Hole];

impl Inventory {
    /// One more than the greatest id.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes that a token stands for inside a text; empty for a hole.
    pub fn bytes(&self, id: Id) -> &[u8] {
        self.entries.get(id as usize).map_or(&[], |&(from, to, _)| &self.bytes[from as usize..to as usize])
    }

    /// The same bytes as another kind of model would hold them: with the space that WordPiece drops before a word.
    pub fn canonical(&self, id: Id) -> Cow<'_, [u8]> {
        match self.spaceless.get(id as usize) {
            Some(true) => Cow::Owned([b" ", self.bytes(id)].concat()),
            _ => Cow::Borrowed(self.bytes(id)),
        }
    }

    /// What the entry is for.
    pub fn class(&self, id: Id) -> Class {
        self.entries.get(id as usize).map_or(Class::Hole, |&(_, _, class)| CLASSES[class as usize])
    }

    fn set(&mut self, id: Id, bytes: &[u8], class: Class) {
        let index = id as usize;
        if index >= self.entries.len() {
            self.entries.resize(index + 1, (0, 0, Class::Hole as u8));
        }
        if self.class(id) == Class::Hole {
            self.declared += 1;
        }
        self.has_unknown |= class == Class::Unknown;
        self.has_fallback |= class == Class::Fallback;
        self.entries[index] = (self.bytes.len() as u32, (self.bytes.len() + bytes.len()) as u32, class as u8);
        self.bytes.extend_from_slice(bytes);
    }

    /// Of a tokenizer and its fast form.
    ///
    /// # Errors
    /// Only where the `tokenizers` crate refuses a foreign model.
    pub fn new(tokenizer: &Tokenizer, encoder: &Encoder) -> Result<Inventory> {
        let mut inventory = Inventory::default();
        match &tokenizer.model {
            Model::Bpe(model) => {
                let falls_back = model.byte_fallback && tokenizer.decoders.contains(&Decoder::ByteFallback);
                for (id, token) in model.vocab.iter() {
                    let class = match model.alphabet {
                        _ if model.unk == Some(id) => Class::Unknown,
                        Alphabet::Chars if falls_back && is_fallback(token) => Class::Fallback,
                        _ => Class::Text,
                    };
                    inventory.set(id, encoder.token_bytes(id).unwrap_or_default(), class);
                }
            }
            Model::Foreign(json) => {
                let mut vocabulary: Vec<(String, u32)> = foreign::load(json)?.get_vocab(true).into_iter().collect();
                vocabulary.sort_unstable_by_key(|entry| entry.1);
                let file: Value = serde_json::from_str(json).unwrap_or_default();
                let byte_level = json.contains("\"ByteLevel\"");
                let drops_spaces = file["model"]["type"].as_str() == Some("WordPiece");
                for (token, id) in &vocabulary {
                    let class = match token.as_bytes() {
                        _ if is_unknown(&file["model"], token, *id) => Class::Unknown,
                        bytes if is_fallback(bytes) => Class::Fallback,
                        _ => Class::Text,
                    };
                    inventory.set(*id, &foreign_bytes(token, byte_level, class), class);
                    if drops_spaces {
                        inventory.spaceless.resize(inventory.len(), false);
                        inventory.spaceless[*id as usize] = class == Class::Text && !token.starts_with("##");
                    }
                }
            }
        }
        for token in &tokenizer.added {
            let unknown = inventory.class(token.id) == Class::Unknown;
            let class = match token.special {
                _ if unknown => Class::Unknown,
                true => Class::Special,
                false => Class::Text,
            };
            inventory.set(token.id, token.content.as_bytes(), class);
            if let Some(spaceless) = inventory.spaceless.get_mut(token.id as usize) {
                *spaceless = false;
            }
        }
        Ok(inventory)
    }
}

/// Every token as its file spells it, ascending by id; added tokens by their text.
///
/// # Errors
/// Only where the `tokenizers` crate refuses a foreign model.
pub fn spellings(tokenizer: &Tokenizer) -> Result<Vec<(Id, String)>> {
    let mut all = BTreeMap::new();
    match &tokenizer.model {
        Model::Bpe(bpe) => all.extend(bpe.vocab.iter().map(|(id, token)| match bpe.alphabet {
            Alphabet::Bytes if !bpe.vocab.is_literal(id) => (id, alphabet::spell(token)),
            _ => (id, String::from_utf8_lossy(token).into_owned()),
        })),
        Model::Foreign(json) => {
            all.extend(foreign::load(json)?.get_vocab(true).into_iter().map(|(text, id)| (id, text)))
        }
    }
    all.extend(tokenizer.added.iter().map(|added| (added.id, added.content.clone())));
    Ok(all.into_iter().collect())
}

/// Whether a foreign model names a token as what is unknown: by its text (WordPiece, WordLevel) or its id (Unigram).
fn is_unknown(model: &Value, token: &str, id: Id) -> bool {
    model["unk_token"].as_str() == Some(token) || model["unk_id"].as_u64() == Some(u64::from(id))
}

/// Whether a token is spelled `<0xNN>`.
fn is_fallback(token: &[u8]) -> bool {
    token.len() == 6 && token.starts_with(b"<0x") && token[5] == b'>' && token[3..5].iter().all(u8::is_ascii_hexdigit)
}

/// What a token of a foreign model stands for: its mark of a word's start is a space, that of a continuation nothing.
fn foreign_bytes<'t>(token: &'t str, byte_level: bool, class: Class) -> Cow<'t, [u8]> {
    if class == Class::Fallback {
        let digits = &token[3..5];
        return Cow::Owned(vec![u8::from_str_radix(digits, 16).unwrap_or_default()]);
    }
    if byte_level && let Some(bytes) = alphabet::unspell(token) {
        return Cow::Owned(bytes);
    }
    match token.strip_prefix("##") {
        Some(rest) if !rest.is_empty() => Cow::Borrowed(rest.as_bytes()),
        _ if token.contains('▁') => Cow::Owned(token.replace('▁', " ").into_bytes()),
        _ => Cow::Borrowed(token.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fallback_tokens_are_bytes_in_angle_brackets() {
        assert!(is_fallback(b"<0x0A>") && !is_fallback(b"<0xZZ>") && !is_fallback(b"<0x0A") && !is_fallback(b"<unk>"));
    }

    /// `ev` begins a word, `##ler` goes on with one, and a control token is what it is.
    #[test]
    fn wordpiece_has_its_spaces_back() {
        let json = r#"{"added_tokens": [{"id": 0, "content": "[UNK]", "special": true, "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false}], "model": {"type": "WordPiece", "unk_token": "[UNK]",
            "continuing_subword_prefix": "\u0023\u0023", "max_input_chars_per_word": 100,
            "vocab": {"[UNK]": 0, "ev": 1, "\u0023\u0023ler": 2}}}"#;
        let tokenizer = crate::formats::hf::read_str(json).unwrap();
        let inventory = Inventory::new(&tokenizer, &Encoder::new(&tokenizer).unwrap()).unwrap();
        let all: Vec<_> = (0..3).map(|id| (inventory.canonical(id).into_owned(), inventory.class(id))).collect();
        let text = |bytes: &[u8]| (bytes.to_vec(), Class::Text);
        assert_eq!(all, [(b"[UNK]".to_vec(), Class::Unknown), text(b" ev"), text(b"ler")]);
        assert_eq!(inventory.bytes(1), b"ev");
    }
}
