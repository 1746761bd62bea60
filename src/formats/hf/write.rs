//! [`Tokenizer`] back to the text of a `tokenizer.json`.
//!
//! A section that still says what the tokenizer holds is written as it was read; a changed one is written anew;
//! unknown sections and keys always survive, in their order. A tokenizer that never was a file becomes the complete
//! file that Hugging Face's own trainers write. Byte-level models and SentencePiece-like ones (`▁`, byte fallback)
//! come out in the layouts of GPT-2 and Llama. Token entries are written in id order, merges in the style they were
//! read in. What the format cannot say is refused. O(file).

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::section;
use super::spell::{decoder_value, normalizer_value, quote, splitter_value, text};
use super::vocab::{id_limit, spelling};
use super::{added, steps};
use crate::error::{Error, Result};
use crate::tokenizer::{AddedToken, Alphabet, Bpe, Model, Post, Tokenizer};
use crate::vocab::Id;

const ORDER: [&str; 9] = [
    "version",
    "truncation",
    "padding",
    "added_tokens",
    "normalizer",
    "pre_tokenizer",
    "post_processor",
    "decoder",
    "model",
];

const MODEL_ORDER: [&str; 10] = [
    "type",
    "dropout",
    "unk_token",
    "continuing_subword_prefix",
    "end_of_word_suffix",
    "fuse_unk",
    "byte_fallback",
    "ignore_merges",
    "vocab",
    "merges",
];

/// Writes the text of a `tokenizer.json` that reads back as `tokenizer`.
///
/// # Errors
/// [`Error::Unsupported`] naming what the format cannot say: an edited foreign model, an added token under an id
/// that stock libraries would not give it, a pre-tokenizer that has no spelling.
pub fn write_string(tokenizer: &Tokenizer) -> Result<String> {
    let bpe = match &tokenizer.model {
        Model::Bpe(bpe) => bpe,
        Model::Foreign(text) => {
            let same = super::read_str(text)? == *tokenizer;
            return if same { Ok(text.clone()) } else { Err(edited_foreign()) };
        }
    };
    check_added(tokenizer, bpe)?;
    let held = Held::new(tokenizer, bpe)?;
    let carried = &tokenizer.carried.sections;
    let mut sections: Vec<(&str, String)> = Vec::with_capacity(ORDER.len());
    let raw = |key: &str| carried.iter().find(|(k, _)| k == key).map(|(_, raw)| raw.as_str());
    for key in carried.iter().map(|(key, _)| key.as_str()) {
        sections.push((key, held.section(key, raw(key))?));
    }
    for (place, key) in ORDER.into_iter().enumerate() {
        if raw(key).is_some() {
            continue;
        }
        // A file that left a section out keeps leaving it out while there is nothing to say.
        let silent = matches!(key, "version" | "truncation" | "padding");
        if carried.is_empty() || key == "model" || (!silent && held.section(key, Some("null"))? != "null") {
            sections.insert(place.min(sections.len()), (key, held.section(key, None)?));
        }
    }
    let mut out = String::with_capacity(bpe.vocab.len() * 48);
    out.push('{');
    for (at, (key, text)) in sections.iter().enumerate() {
        out.push_str(if at == 0 { "\n  " } else { ",\n  " });
        quote(key, &mut out);
        out.push_str(": ");
        if *key == "model" { write_model(tokenizer, bpe, &mut out)? } else { out.push_str(text) }
    }
    out.push_str("\n}");
    Ok(out)
}

fn edited_foreign() -> Error {
    Error::unsupported(
        "writing this tokenizer",
        "it was changed, and a model of its kind is only carried as it was read",
    )
}

fn unsupported(why: impl Into<String>) -> Error {
    Error::unsupported("tokenizer.json", why)
}

/// The tokenizer in the form that sections are compared in.
struct Held<'t> {
    tokenizer: &'t Tokenizer,
    bpe: &'t Bpe,
    /// Both sections as read, when the byte level is where it should be.
    layout_kept: bool,
}

impl<'t> Held<'t> {
    fn new(tokenizer: &'t Tokenizer, bpe: &'t Bpe) -> Result<Self> {
        let sections = &tokenizer.carried.sections;
        let value = |key: &str| section(key, sections.iter().find(|(k, _)| k == key).map(|(_, raw)| raw.as_str()));
        let read = (steps::normalizer(&value("normalizer")?), steps::splitter(&value("pre_tokenizer")?));
        let layout_kept = match read {
            (Some(normal), Some(cuts)) => {
                normal.steps == tokenizer.normalizers
                    && cuts.splitter == tokenizer.splitter
                    && (normal.byte_level || cuts.byte_level) == (bpe.alphabet == Alphabet::Bytes)
            }
            _ => false,
        };
        Ok(Held { tokenizer, bpe, layout_kept })
    }

    /// The text of a section whose raw form was `raw`.
    fn section(&self, key: &str, raw: Option<&str>) -> Result<String> {
        let t = self.tokenizer;
        if key == "model" {
            return Ok(String::new());
        }
        let value = section(key, raw)?;
        let keep = match key {
            "version" if raw.is_none() => return Ok("\"1.0\"".into()),
            "added_tokens" => raw.is_some() && self.added_kept(raw)?,
            "normalizer" => {
                let read = steps::normalizer(&value);
                self.layout_kept || read.is_some_and(|n| n.steps == t.normalizers && !n.byte_level)
            }
            "pre_tokenizer" => {
                let bytes = self.bpe.alphabet == Alphabet::Bytes;
                let read = steps::splitter(&value);
                self.layout_kept || read.is_some_and(|c| c.splitter == t.splitter && c.byte_level == bytes)
            }
            "post_processor" => steps::post(&value).as_ref() == Some(&t.post),
            "decoder" if t.carried.sections.is_empty() => false,
            "decoder" => steps::decoders(&value).as_ref() == Some(&t.decoders),
            _ => true,
        };
        if keep {
            return Ok(raw.unwrap_or("null").to_owned());
        }
        Ok(match key {
            "added_tokens" => self.added_text(),
            "normalizer" => text(&normalizer_value(&t.normalizers)),
            "pre_tokenizer" => text(&splitter_value(&t.splitter, self.bpe.alphabet)?),
            "post_processor" => text(&self.post_value(&t.post)?),
            "decoder" => text(&decoder_value(&t.decoders, self.bpe.alphabet)),
            _ => "null".into(),
        })
    }

    fn added_kept(&self, raw: Option<&str>) -> Result<bool> {
        let stated = added::parse(raw.filter(|&r| r != "null"))?;
        Ok(resolve(&stated, self.bpe).is_ok_and(|added| added == self.tokenizer.added))
    }

    /// One token a line, with the keys that we do not know.
    fn added_text(&self) -> String {
        let mut lines = Vec::with_capacity(self.tokenizer.added.len());
        for a in &self.tokenizer.added {
            let mut entry = json!({"id": a.id, "content": a.content, "single_word": a.single_word, "lstrip": a.lstrip,
                "rstrip": a.rstrip, "normalized": a.normalized, "special": a.special});
            let unknown = self.tokenizer.carried.added.get(&a.id).and_then(|raw| serde_json::from_str(raw).ok());
            if let (Some(Value::Object(unknown)), Value::Object(entry)) = (unknown, &mut entry) {
                entry.extend(unknown);
            }
            lines.push(format!("\n    {entry}"));
        }
        if lines.is_empty() { "[]".into() } else { format!("[{}\n  ]", lines.join(",")) }
    }

    /// The text of a token that is added or in the vocabulary.
    fn name(&self, id: Id) -> Result<String> {
        match self.tokenizer.added.iter().find(|a| a.id == id) {
            Some(added) => Ok(added.content.clone()),
            None if self.bpe.vocab.token(id).is_some() => Ok(spelling(self.bpe, id)?.into_owned()),
            None => Err(unsupported(format!("the post-processor puts id {id}, which has no token"))),
        }
    }

    fn post_value(&self, post: &Post) -> Result<Value> {
        if *post == Post::default() {
            return Ok(Value::Null);
        }
        let mut tokens = serde_json::Map::new();
        for &id in post.before.iter().chain(&post.after) {
            let name = self.name(id)?;
            tokens.insert(name.clone(), json!({"id": name, "ids": [id], "tokens": [name]}));
        }
        let side = |ids: &[Id], kind: u32| -> Result<Vec<Value>> {
            ids.iter().map(|&id| Ok(json!({"SpecialToken": {"id": self.name(id)?, "type_id": kind}}))).collect()
        };
        let around = |sequence: &str, kind: u32| -> Result<Vec<Value>> {
            let mut all = side(&post.before, kind)?;
            all.push(json!({"Sequence": {"id": sequence, "type_id": kind}}));
            all.extend(side(&post.after, kind)?);
            Ok(all)
        };
        let (single, mut pair) = (around("A", 0)?, around("A", 0)?);
        pair.extend(around("B", 1)?);
        Ok(json!({"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": tokens}))
    }
}

fn resolve(stated: &[added::Stated], bpe: &Bpe) -> Result<Vec<AddedToken>> {
    // Only the few added contents are looked up, so the table holds only those.
    let mut by_spelling: FxHashMap<Vec<u8>, Id> = FxHashMap::default();
    for one in stated {
        by_spelling.insert(one.content.clone().into_bytes(), Id::MAX);
    }
    for (id, token) in bpe.vocab.iter() {
        let slot = if bpe.alphabet == Alphabet::Bytes && !bpe.vocab.is_literal(id) {
            by_spelling.get_mut(crate::alphabet::spell(token).as_bytes())
        } else {
            by_spelling.get_mut(token)
        };
        if let Some(slot) = slot {
            *slot = id;
        }
    }
    let defined = bpe.vocab.defined();
    let lookup = |text: &str| by_spelling.get(text.as_bytes()).copied().filter(|&id| id != Id::MAX);
    added::resolve(stated, defined, id_limit(defined), lookup, |id| bpe.vocab.token(id).is_some())
}

/// Whether stock libraries give the added tokens the ids that they have here.
fn check_added(tokenizer: &Tokenizer, bpe: &Bpe) -> Result<()> {
    let resolved = resolve(&added::stated(&tokenizer.added), bpe)?;
    if resolved.len() != tokenizer.added.len() {
        return Err(unsupported("an added token is empty or stands there twice"));
    }
    match resolved.iter().zip(&tokenizer.added).find(|(theirs, ours)| theirs.id != ours.id) {
        Some((theirs, ours)) => Err(unsupported(format!(
            "added token `{}` has id {}, but stock libraries would give it {}",
            ours.content, ours.id, theirs.id
        ))),
        None => Ok(()),
    }
}

fn write_model(tokenizer: &Tokenizer, bpe: &Bpe, out: &mut String) -> Result<()> {
    let carried = &tokenizer.carried.model;
    let mut keys: Vec<(&str, Option<&str>)> = carried.iter().map(|(k, raw)| (k.as_str(), Some(raw.as_str()))).collect();
    let flags = [
        ("fuse_unk", bpe.fuse_unk),
        ("byte_fallback", bpe.byte_fallback),
        ("ignore_merges", bpe.ignore_merges),
        ("unk_token", bpe.unk.is_some()),
    ];
    for key in MODEL_ORDER {
        let said = flags.iter().any(|&(name, on)| name == key && on) || matches!(key, "vocab" | "merges");
        if (carried.is_empty() || said) && !keys.iter().any(|(k, _)| *k == key) {
            keys.push((key, None));
        }
    }
    for (at, (key, raw)) in keys.into_iter().enumerate() {
        out.push_str(if at == 0 { "{\n    " } else { ",\n    " });
        quote(key, out);
        out.push_str(": ");
        match key {
            "vocab" => write_vocab(bpe, out)?,
            "merges" => write_merges(bpe, tokenizer.carried.merges_as_strings, out)?,
            "unk_token" => write_unk(bpe, raw, out)?,
            _ => match flags.iter().find(|(name, _)| *name == key) {
                Some(&(_, on)) if on || raw != Some("null") => out.push_str(if on { "true" } else { "false" }),
                _ if key == "type" && raw.is_none() => out.push_str("\"BPE\""),
                _ => out.push_str(raw.unwrap_or("null")),
            },
        }
    }
    out.push_str("\n  }");
    Ok(())
}

fn write_unk(bpe: &Bpe, raw: Option<&str>, out: &mut String) -> Result<()> {
    match bpe.unk {
        Some(id) => quote(&spelling(bpe, id)?, out),
        // A token that the vocabulary lacks says nothing, but it is what the file said.
        None => {
            let named: Option<String> = raw.and_then(|r| serde_json::from_str(r).ok());
            let lacking =
                named.is_some_and(|n| !bpe.vocab.iter().any(|(id, _)| spelling(bpe, id).is_ok_and(|s| s == n)));
            out.push_str(raw.filter(|_| lacking).unwrap_or("null"));
        }
    }
    Ok(())
}

fn write_vocab(bpe: &Bpe, out: &mut String) -> Result<()> {
    out.push('{');
    for (at, (id, _)) in bpe.vocab.iter().enumerate() {
        out.push_str(if at == 0 { "\n      " } else { ",\n      " });
        quote(&spelling(bpe, id)?, out);
        out.push_str(": ");
        out.push_str(&id.to_string());
    }
    out.push_str(if bpe.vocab.is_empty() { "}" } else { "\n    }" });
    Ok(())
}

fn write_merges(bpe: &Bpe, as_strings: bool, out: &mut String) -> Result<()> {
    let merges = &bpe.vocab.merges;
    let spaced = |id: Id| spelling(bpe, id).is_ok_and(|s| s.contains(' '));
    let as_strings = as_strings && !merges.iter().any(|m| spaced(m.left) || spaced(m.right));
    out.push('[');
    for (at, m) in merges.iter().enumerate() {
        out.push_str(if at == 0 { "\n      " } else { ",\n      " });
        let (left, right) = (spelling(bpe, m.left)?, spelling(bpe, m.right)?);
        if as_strings {
            quote(&format!("{left} {right}"), out);
        } else {
            out.push('[');
            quote(&left, out);
            out.push_str(", ");
            quote(&right, out);
            out.push(']');
        }
    }
    out.push_str(if merges.is_empty() { "]" } else { "\n    ]" });
    Ok(())
}
