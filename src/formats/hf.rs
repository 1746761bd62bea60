//! `tokenizer.json`, Hugging Face's format, from text to [`Tokenizer`].
//!
//! Every BPE file whose parts we can represent exactly is read natively: one pass over the text, in which the model
//! streams through `model` and the other sections are kept raw and understood by `steps`.
//! Anything else (WordPiece, Unigram, dropout, affixes, unknown or unusual steps) becomes [`Model::Foreign`]: the text
//! as it is, after the `tokenizers` crate has accepted it.
//!
//! Where we differ from `tokenizers` 0.23 on purpose, because the file cannot be used: two vocabulary entries with
//! one id, one token listed twice, ids far beyond the number of tokens, two added tokens with one id, an added token
//! whose id by the crate's rule belongs to another token. As in the crate, the id of an added token is its
//! vocabulary entry's, or else the next free one after the vocabulary's *size*, whatever the file states; and of a
//! pair that is merged twice the later merge counts (the earlier one is dropped on writing).
//!
//! O(file); see `model` for memory.

mod added;
mod model;
mod spell;
mod steps;
mod table;
mod vocab;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::encode::foreign;
use crate::error::{Error, Place, Result};
use crate::tokenizer::{Alphabet, Bpe, Carried, Decoder, Model, Tokenizer};
use crate::vocab::Id;
use added::Stated;
use model::{Model as ModelSeed, ModelParts, Text};
pub(super) use vocab::id_limit;
use vocab::{ids_in_order, joins_are_whole, last_of_each_pair, unknowns_are_plain, vocabulary};
pub use write::write_string;

/// Reads the text of a `tokenizer.json`.
///
/// # Errors
/// [`Error::Input`] without a path (see [`Error::in_file`]) that names the line or the entry.
pub fn read_str(text: &str) -> Result<Tokenizer> {
    let mut json = serde_json::Deserializer::from_str(text);
    let file = json.deserialize_map(File).and_then(|file| json.end().map(|()| file)).map_err(json_error)?;
    let Some(parts) = &file.model else {
        return Err(Error::input("", "it has no `model`").with_hint("is it a tokenizer.json?"));
    };
    let values = Sections::parse(&file)?;
    if let Some(parts) = is_bpe(parts).then_some(parts)
        && let Some(tokenizer) = native(&file, parts, &values)?
    {
        return Ok(tokenizer);
    }
    left_to_the_crate(text, &values)
}

/// Reads the pair of files that GPT-2 and its kin were published as: `vocab.json` and `merges.txt`. The pattern is
/// GPT-2's; a token `<|endoftext|>`, if there is one, becomes a special token.
///
/// # Errors
/// [`Error::Input`] without a path that names the line or the entry.
pub fn from_vocab_and_merges(vocab_json: &str, merges_txt: &str) -> Result<Tokenizer> {
    let vocab: &RawValue = serde_json::from_str(vocab_json).map_err(json_error)?;
    let mut merges = Vec::new();
    for (at, line) in merges_txt.lines().enumerate() {
        let line = line.trim_end_matches('\r');
        if line.is_empty() || (at == 0 && line.starts_with("#version")) {
            continue;
        }
        match line.split_once(' ') {
            Some((left, right)) if !right.contains(' ') => merges.push((left, right)),
            _ => {
                let fault = Error::input("", format!("`{line}` is not two tokens with one space"));
                return Err(fault.at(Place::Line(at as u64 + 1)));
            }
        }
    }
    let merges = serde_json::to_string(&merges).map_err(json_error)?;
    let model = format!(r#"{{"type":"BPE","vocab":{},"merges":{merges}}}"#, vocab.get());
    let byte_level = r#"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}"#;
    let text = format!(r#"{{"pre_tokenizer":{byte_level},"decoder":{byte_level},"model":{model}}}"#);
    let mut tokenizer = read_str(&text)?;
    if let Model::Bpe(bpe) = &tokenizer.model {
        let end = "<|endoftext|>";
        if let Some((id, _)) = bpe.vocab.iter().find(|(_, token)| *token == end.as_bytes()) {
            tokenizer.added.push(crate::tokenizer::AddedToken {
                id,
                content: end.to_owned(),
                special: true,
                ..Default::default()
            });
        }
    }
    tokenizer.carried = Carried::default();
    Ok(tokenizer)
}

/// The fault with its line; serde's own suffix becomes the place.
pub(super) fn json_error(e: serde_json::Error) -> Error {
    let message = e.to_string();
    let why = message.rsplit_once(" at line ").map_or(message.as_str(), |(why, _)| why);
    match e.line() {
        0 => Error::input("", why),
        line => Error::input("", format!("{why} (column {})", e.column())).at(Place::Line(line as u64)),
    }
}

/// The top level as it stands in the file.
struct FileParts<'a> {
    sections: Vec<(String, &'a str)>,
    model: Option<ModelParts<'a>>,
}

struct File;

impl<'de> Visitor<'de> for File {
    type Value = FileParts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tokenizer.json object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut file = FileParts { sections: Vec::new(), model: None };
        while let Some(key) = map.next_key_seed(Text)? {
            if file.sections.iter().any(|(k, _)| *k == key) {
                return Err(A::Error::custom(format!("the file has the key `{key}` twice")));
            }
            let raw = if key == "model" {
                file.model = Some(map.next_value_seed(ModelSeed)?);
                ""
            } else {
                map.next_value::<&RawValue>()?.get()
            };
            file.sections.push((key.into_owned(), raw));
        }
        Ok(file)
    }
}

/// The small sections as values; missing ones are null.
struct Sections {
    normalizer: Value,
    pre_tokenizer: Value,
    post_processor: Value,
    decoder: Value,
    stated: Vec<Stated>,
}

impl Sections {
    fn parse(file: &FileParts<'_>) -> Result<Sections> {
        let raw = |key: &str| file.sections.iter().find(|(k, _)| k == key).map(|&(_, raw)| raw);
        if raw("version").is_some_and(|v| v != "\"1.0\"") {
            return Err(Error::input("", "only version \"1.0\" is known").at(Place::Entry("version".into())));
        }
        for key in ["truncation", "padding"] {
            if raw(key).is_some_and(|v| v != "null" && !v.starts_with('{')) {
                return Err(Error::input("", "it is neither null nor an object").at(Place::Entry(key.into())));
            }
        }
        Ok(Sections {
            normalizer: section("normalizer", raw("normalizer"))?,
            pre_tokenizer: section("pre_tokenizer", raw("pre_tokenizer"))?,
            post_processor: section("post_processor", raw("post_processor"))?,
            decoder: section("decoder", raw("decoder"))?,
            stated: added::parse(raw("added_tokens"))?,
        })
    }
}

/// A section as a value; a missing one is null.
pub(super) fn section(key: &str, raw: Option<&str>) -> Result<Value> {
    let Some(raw) = raw else { return Ok(Value::Null) };
    serde_json::from_str(raw).map_err(|e| json_error(e).at(Place::Entry(key.into())))
}

fn is_bpe(parts: &ModelParts<'_>) -> bool {
    match parts.get("type") {
        Some(kind) => kind == "\"BPE\"",
        None => parts.table.is_some() && parts.merges.is_some(),
    }
}

/// The options of the model, or `None` where it has one that we do not apply.
struct Options {
    unk: Option<String>,
    fuse_unk: bool,
    byte_fallback: bool,
    ignore_merges: bool,
}

impl Options {
    fn read(parts: &ModelParts<'_>) -> Option<Options> {
        let value = |key: &str| match parts.get(key) {
            Some(raw) => serde_json::from_str(raw).ok(),
            None => Some(Value::Null),
        };
        let flag = |key: &str| match value(key)? {
            Value::Null => Some(false),
            other => other.as_bool(),
        };
        if !matches!(value("dropout")?, Value::Null) && value("dropout")?.as_f64()? != 0.0 {
            return None;
        }
        for affix in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if !matches!(value(affix)?, Value::Null) && !value(affix)?.as_str()?.is_empty() {
                return None;
            }
        }
        let unk = match value("unk_token")? {
            Value::Null => None,
            other => Some(other.as_str()?.to_owned()),
        };
        Some(Options {
            unk,
            fuse_unk: flag("fuse_unk")?,
            byte_fallback: flag("byte_fallback")?,
            ignore_merges: flag("ignore_merges")?,
        })
    }
}

/// The tokenizer, or `None` where some part of it is not exactly representable.
fn native(file: &FileParts<'_>, parts: &ModelParts<'_>, values: &Sections) -> Result<Option<Tokenizer>> {
    let missing = |what: &str| Error::input("", format!("the model has no `{what}`")).at(Place::Entry("model".into()));
    let table = parts.table.as_ref().ok_or_else(|| missing("vocab"))?;
    let merges = model::resolve(parts.merges.as_ref().ok_or_else(|| missing("merges"))?, table)?;
    let by_id = ids_in_order(table)?;
    let limit = id_limit(table.entries.len());
    let added = added::resolve(
        &values.stated,
        table.entries.len(),
        limit,
        |text| table.id(text.as_bytes()),
        |id| by_id.get(id as usize).is_some_and(|&at| at != u32::MAX),
    )?;
    let steps = (
        Options::read(parts),
        steps::normalizer(&values.normalizer),
        steps::splitter(&values.pre_tokenizer),
        steps::post(&values.post_processor),
        steps::decoders(&values.decoder),
    );
    let (Some(options), Some(normal), Some(cuts), Some(post), Some(decoders)) = steps else { return Ok(None) };
    if normal.byte_level && cuts != steps::Cuts::default() {
        return Ok(None); // cuts in text that is already spelled in bytes
    }
    let alphabet = if normal.byte_level || cuts.byte_level { Alphabet::Bytes } else { Alphabet::Chars };
    let decodes = match alphabet {
        Alphabet::Bytes => decoders.is_empty() || decoders == [Decoder::ByteLevel],
        Alphabet::Chars => !decoders.contains(&Decoder::ByteLevel),
    };
    if !decodes {
        return Ok(None);
    }
    let mut vocab = vocabulary(table, &by_id, alphabet);
    vocab.merges = last_of_each_pair(merges);
    if !joins_are_whole(&vocab) {
        return Ok(None);
    }
    let unk = options.unk.as_deref().and_then(|text| table.id(text.as_bytes()));
    let mut bpe = Bpe {
        vocab,
        alphabet,
        byte_fallback: options.byte_fallback,
        ignore_merges: options.ignore_merges,
        unk,
        fuse_unk: options.fuse_unk,
    };
    if !unknowns_are_plain(&bpe, options.unk.is_some(), table) {
        return Ok(None);
    }
    bpe.vocab.merges.shrink_to_fit();
    let carried = Carried {
        sections: file.sections.iter().map(|(k, raw)| (k.clone(), (*raw).to_owned())).collect(),
        model: parts.keys.iter().map(|(k, raw)| (k.clone(), (*raw).to_owned())).collect(),
        added: unknown_keys(&values.stated, &added),
        merges_as_strings: parts.merges_as_strings,
    };
    Ok(Some(Tokenizer {
        normalizers: normal.steps,
        splitter: cuts.splitter,
        model: Model::Bpe(bpe),
        added,
        post,
        decoders,
        carried,
    }))
}

fn unknown_keys(stated: &[Stated], added: &[crate::tokenizer::AddedToken]) -> BTreeMap<Id, String> {
    let ids: FxHashMap<&str, Id> = added.iter().map(|a| (a.content.as_str(), a.id)).collect();
    let known = |s: &Stated| Some((*ids.get(s.content.as_str())?, s.unknown.clone()?));
    stated.iter().filter_map(known).collect()
}

/// The whole text as a foreign model, once the crate accepts it.
fn left_to_the_crate(text: &str, values: &Sections) -> Result<Tokenizer> {
    let loaded = foreign::load(text)?;
    let mut seen = FxHashSet::default();
    let added = values.stated.iter().filter(|s| !s.content.is_empty() && seen.insert(s.content.as_str()));
    Ok(Tokenizer {
        added: added.filter_map(|s| Some(s.token(loaded.token_to_id(&s.content)?))).collect(),
        post: steps::post(&values.post_processor).unwrap_or_default(),
        model: Model::Foreign(text.to_owned()),
        ..Tokenizer::default()
    })
}

#[cfg(test)]
mod tests;
