//! New tokens as the old tokenizer would spell them: the pieces that most initialisers build a row from.
//!
//! Pieces are those of the token's bytes alone, wherever it will stand: the old tokenizer must not put a word mark before
//! them, strip their spaces or read them as special tokens, so it is taken without these steps. Bytes that are no text, and
//! characters that the old tokenizer does not know, become its tokens of single bytes where it has them; what is left then
//! has no pieces. A WordPiece model, which drops spaces, is replaced by what it does inside a word: the longest token first.
//!
//! Linear in the bytes of the new tokens. Works in parallel; the result does not depend on it.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde_json::Value;

use super::side::Side;
use crate::encode::{EncodeOptions, Encoder, Scratch};
use crate::error::Result;
use crate::inventory::Class;
use crate::text::{Prepend, Rewrite};
use crate::tokenizer::{Model, Post, Tokenizer};
use crate::unicode::Normalizer;
use crate::vocab::Id;

/// Old pieces of each of some byte strings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    ids: Vec<Id>,
    ends: Vec<u32>,
}

impl Pieces {
    /// The pieces of the string of this index; empty where it has none.
    pub fn of(&self, index: usize) -> &[Id] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.ids[start as usize..self.ends[index] as usize]
    }
}

/// Spells bytes in old tokens.
#[derive(Debug)]
pub struct Speller {
    way: Way,
    /// Tokens of single bytes.
    bytes: FxHashMap<u8, Id>,
    /// Ids that stand for nothing: unknown, or without a row.
    unknown: Vec<bool>,
}

#[derive(Debug)]
enum Way {
    Encoder(Box<Encoder>),
    /// Canonical bytes to ids, and the longest of them.
    Longest(FxHashMap<Vec<u8>, Id>, usize),
}

impl Speller {
    /// Of a tokenizer whose first `rows` ids have a row.
    ///
    /// # Errors
    /// What [`Encoder::new`] reports.
    pub fn new(old: &Side, rows: usize) -> Result<Speller> {
        let ids = || 0..old.bound().min(rows) as Id;
        let mut bytes = FxHashMap::default();
        for class in [Class::Text, Class::Fallback] {
            for id in ids().filter(|&id| old.inventory.class(id) == class) {
                if let [byte] = old.inventory.bytes(id) {
                    bytes.entry(*byte).or_insert(id);
                }
            }
        }
        let usable = |id: Id| (id as usize) < rows && !old.is_control(id);
        let unknown = (0..old.bound() as Id).map(|id| !usable(id)).collect();
        let way = if is_wordpiece(&old.tokenizer) {
            let mut all = FxHashMap::default();
            for id in ids().filter(|&id| old.inventory.class(id) == Class::Text) {
                all.entry(old.inventory.canonical(id).into_owned()).or_insert(id);
            }
            let longest = all.keys().map(Vec::len).max().unwrap_or(0);
            Way::Longest(all, longest)
        } else {
            Way::Encoder(Box::new(Encoder::new(&bare(&old.tokenizer))?))
        };
        Ok(Speller { way, bytes, unknown })
    }

    /// The pieces of many strings.
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn spell<S: AsRef<[u8]> + Sync>(&self, strings: &[S]) -> Result<Pieces> {
        let chunks: Vec<Vec<Vec<Id>>> = strings
            .par_chunks(256)
            .map(|chunk| {
                let mut scratch = Scratch::default();
                chunk.iter().map(|bytes| self.one(bytes.as_ref(), &mut scratch)).collect()
            })
            .collect::<Result<_>>()?;
        let mut pieces = Pieces::default();
        for ids in chunks.into_iter().flatten() {
            pieces.ids.extend(ids);
            pieces.ends.push(pieces.ids.len() as u32);
        }
        Ok(pieces)
    }

    fn one(&self, bytes: &[u8], scratch: &mut Scratch) -> Result<Vec<Id>> {
        let mut ids = Vec::new();
        match &self.way {
            Way::Longest(all, longest) => self.longest_first(all, *longest, bytes, &mut ids),
            Way::Encoder(encoder) => {
                for chunk in bytes.utf8_chunks() {
                    if !chunk.valid().is_empty() {
                        let start = ids.len();
                        encoder.encode_into(chunk.valid(), EncodeOptions::default(), scratch, &mut ids)?;
                        if ids[start..].iter().any(|&id| self.unknown.get(id as usize) != Some(&false)) {
                            self.character_by_character(encoder, chunk.valid(), start, scratch, &mut ids)?;
                        }
                    }
                    ids.extend(chunk.invalid().iter().filter_map(|byte| self.bytes.get(byte)));
                }
            }
        }
        Ok(ids)
    }

    /// Where something is unknown: what is known of the characters, and the bytes of the others.
    fn character_by_character(
        &self,
        encoder: &Encoder,
        text: &str,
        start: usize,
        scratch: &mut Scratch,
        ids: &mut Vec<Id>,
    ) -> Result<()> {
        ids.truncate(start);
        let mut buffer = [0; 4];
        for c in text.chars() {
            let before = ids.len();
            encoder.encode_into(c.encode_utf8(&mut buffer), EncodeOptions::default(), scratch, ids)?;
            if ids[before..].iter().any(|&id| self.unknown.get(id as usize) != Some(&false)) {
                ids.truncate(before);
                ids.extend(c.encode_utf8(&mut buffer).bytes().filter_map(|byte| self.bytes.get(&byte)));
            }
        }
        Ok(())
    }

    fn longest_first(&self, all: &FxHashMap<Vec<u8>, Id>, longest: usize, bytes: &[u8], ids: &mut Vec<Id>) {
        let mut at = 0;
        while at < bytes.len() {
            let most = longest.min(bytes.len() - at);
            match (1..=most).rev().find_map(|n| Some((n, *all.get(&bytes[at..at + n])?))) {
                Some((n, id)) => {
                    ids.push(id);
                    at += n;
                }
                None => {
                    ids.extend(self.bytes.get(&bytes[at]));
                    at += 1;
                }
            }
        }
    }
}

fn is_wordpiece(tokenizer: &Tokenizer) -> bool {
    let Model::Foreign(json) = &tokenizer.model else { return false };
    let file: Value = serde_json::from_str(json).unwrap_or_default();
    file["model"]["type"].as_str() == Some("WordPiece")
}

/// The tokenizer without what it does to the ends of a text and to special tokens in it.
fn bare(tokenizer: &Tokenizer) -> Tokenizer {
    let mut bare = tokenizer.clone();
    bare.added.clear();
    bare.post = Post::default();
    bare.normalizers.retain(|step| !matches!(step, Normalizer::Prepend(_) | Normalizer::Strip { .. }));
    match &mut bare.splitter.rewrite {
        Some(Rewrite::Metaspace { prepend, .. }) => *prepend = Prepend::Never,
        Some(Rewrite::PrefixSpace) => bare.splitter.rewrite = None,
        None => {}
    }
    if let Model::Foreign(json) = &mut bare.model
        && let Ok(mut file) = serde_json::from_str::<Value>(json)
    {
        for section in ["normalizer", "pre_tokenizer"] {
            if let Some(step) = file.get_mut(section) {
                soften(step);
            }
        }
        file["added_tokens"] = Value::Array(Vec::new());
        file["post_processor"] = Value::Null;
        *json = file.to_string();
    }
    bare
}

/// The same in the JSON of a foreign tokenizer.
fn soften(step: &mut Value) {
    let Value::Object(object) = step else { return };
    for (key, value) in [("prepend_scheme", Value::from("never")), ("add_prefix_space", Value::from(false))] {
        if object.contains_key(key) {
            object.insert(key.to_owned(), value);
        }
    }
    for list in ["normalizers", "pretokenizers"] {
        if let Some(Value::Array(steps)) = object.get_mut(list) {
            steps.retain(|step| !matches!(step["type"].as_str(), Some("Prepend" | "Strip")));
            steps.iter_mut().for_each(soften);
        }
    }
    if matches!(object.get("type").and_then(Value::as_str), Some("Prepend" | "Strip")) {
        *step = Value::Null;
    }
}
