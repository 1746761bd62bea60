//! The tokenizer inside a `.gguf` model file.
//!
//! Only the metadata is read, never the tensors, and only its `tokenizer.` keys are kept; `header` reads the rest for
//! whoever wants the model as well. `tokenizer.ggml.model` says the kind: `gpt2` is byte-level BPE whose
//! pattern `tokenizer.ggml.pre` names; `llama` is SentencePiece BPE by scores; `bert` is WordPiece, left to the
//! `tokenizers` crate. Control tokens become special added tokens, user-defined ones added tokens.

mod metadata;

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::{Value as Json, json};

use self::metadata::Value;
#[cfg(feature = "models")]
pub(crate) use self::metadata::{Listed, Value as Metadata, header};
use super::pieces::{Kind, Piece, Pieces};
use super::{byte_level_splitter, hf};
use crate::error::{Error, Place, Result};
use crate::text::{Behavior, Named, Pattern, Split, Splitter};
use crate::tokenizer::{Carried, Model, Post, Tokenizer};
use crate::vocab::Id;

/// Typed access to the metadata.
struct Keys(BTreeMap<String, Value>);

impl Keys {
    fn text(&self, key: &str) -> Option<&str> {
        if let Some(Value::Text(s)) = self.0.get(key) { Some(s) } else { None }
    }

    fn texts(&self, key: &str) -> Option<&[String]> {
        if let Some(Value::Texts(all)) = self.0.get(key) { Some(all) } else { None }
    }

    fn numbers(&self, key: &str) -> &[f64] {
        if let Some(Value::Numbers(all)) = self.0.get(key) { all } else { &[] }
    }

    fn id(&self, key: &str) -> Option<Id> {
        match self.0.get(key) {
            Some(Value::Number(n)) if *n >= 0.0 && *n < f64::from(u32::MAX) => Some(*n as Id),
            _ => None,
        }
    }

    fn flag(&self, key: &str, default: bool) -> bool {
        if let Some(Value::Flag(on)) = self.0.get(key) { *on } else { default }
    }

    /// The kind of a token; those that the file does not type are normal.
    fn kind(&self, id: usize) -> Kind {
        let number = self.numbers("ggml.token_type").get(id).copied().unwrap_or(1.0);
        Kind::from_number(number as u64).unwrap_or(Kind::Normal)
    }

    fn post(&self, bos: bool) -> Post {
        let one = |flag: &str, key: &str, default: bool| {
            if self.flag(flag, default) { self.id(key).into_iter().collect() } else { Vec::new() }
        };
        Post {
            before: one("ggml.add_bos_token", "ggml.bos_token_id", bos),
            after: one("ggml.add_eos_token", "ggml.eos_token_id", false),
        }
    }
}

/// Reads the tokenizer of a GGUF file of `size` bytes. `pattern` overrides the one that the file names.
///
/// # Errors
/// [`Error::Input`] without a path that names the byte or key; [`Error::Config`] when the file names a pattern that is
/// not known; [`Error::Unsupported`] for other kinds of tokenizer.
pub fn read(input: impl Read, size: u64, pattern: Option<&str>) -> Result<Tokenizer> {
    let keys = Keys(metadata::of_tokenizer(input, size)?);
    let no =
        |what: &str| Error::input("", "the file holds no tokenizer: the key is missing").at(Place::Entry(what.into()));
    let tokens = keys.texts("ggml.tokens").ok_or_else(|| no("tokenizer.ggml.tokens"))?;
    match keys.text("ggml.model").ok_or_else(|| no("tokenizer.ggml.model"))? {
        "gpt2" => byte_level(&keys, tokens, pattern),
        "llama" => sentencepiece(&keys, tokens),
        "bert" => word_piece(&keys, tokens),
        other => {
            Err(Error::unsupported(format!("a GGUF tokenizer of kind `{other}`"), "gpt2, llama and bert can be read"))
        }
    }
}

/// The splitter behind a `tokenizer.ggml.pre`.
fn splitter_of(pre: &str) -> Option<Splitter> {
    let named = match pre {
        "gpt-2" | "mpt" | "olmo" | "jais" | "phi-2" | "roberta-bpe" | "jina-es" | "jina-de" | "jina-v2-es"
        | "jina-v2-de" | "jina-v2-code" | "gigachat" | "a.x-4.0" | "mellum" => "gpt2",
        "llama3" | "llama-v3" | "llama-bpe" | "falcon3" | "dbrx" | "smaug-bpe" | "glm4" | "chatglm-bpe" | "pixtral" => {
            "llama3"
        }
        "qwen2" | "stablelm2" | "deepseek-r1-qwen" | "megrez" => "qwen2",
        "gpt-4o" | "llama4" => "o200k",
        "deepseek-v3" => "deepseek",
        "starcoder" | "refact" | "command-r" | "smollm" | "codeshell" | "exaone" | "minerva-7b" => {
            let split = |pattern| Split { pattern, behavior: Behavior::Isolated, invert: false };
            let digit = split(Pattern::of_regex(r"\p{N}"));
            return Some(Splitter { rewrite: None, splits: vec![digit, split(Pattern::Named(Named::Gpt2))] });
        }
        _ => return None,
    };
    byte_level_splitter(named).ok()
}

fn byte_level(keys: &Keys, tokens: &[String], pattern: Option<&str>) -> Result<Tokenizer> {
    let pre = keys.text("ggml.pre").unwrap_or("default");
    let splitter = match pattern {
        Some(pattern) => byte_level_splitter(pattern)?,
        None => splitter_of(pre).ok_or_else(|| {
            Error::config("--pattern", format!("the file names the pattern `{pre}`, which is not known here"))
                .with_hint("say how it splits text, as in `--pattern llama3`")
        })?,
    };
    let merges = keys.texts("ggml.merges").unwrap_or_default();
    let vocab: serde_json::Map<String, Json> =
        tokens.iter().enumerate().map(|(id, t)| (t.clone(), json!(id))).collect();
    if vocab.len() != tokens.len() {
        return Err(
            Error::input("", "a token stands in the vocabulary twice").at(Place::Entry("tokenizer.ggml.tokens".into()))
        );
    }
    let step = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false});
    let whole_pieces = matches!(pre, "llama3" | "llama-v3" | "llama-bpe" | "falcon3" | "pixtral");
    let file = json!({
        "added_tokens": added(keys, tokens),
        "pre_tokenizer": step, "decoder": step,
        "model": {"type": "BPE", "ignore_merges": whole_pieces, "vocab": vocab, "merges": merges},
    });
    let mut tokenizer = hf::read_str(&file.to_string())?;
    tokenizer.splitter = splitter;
    tokenizer.post = keys.post(whole_pieces && pre != "falcon3");
    tokenizer.carried = Carried::default();
    Ok(tokenizer)
}

/// Entries for the tokens that are not ordinary text.
fn added(keys: &Keys, tokens: &[String]) -> Vec<Json> {
    let mut out = Vec::new();
    for (id, content) in tokens.iter().enumerate() {
        let kind = keys.kind(id);
        if matches!(kind, Kind::Control | Kind::Unknown | Kind::UserDefined) && !content.is_empty() {
            out.push(json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": kind != Kind::UserDefined}));
        }
    }
    out
}

fn sentencepiece(keys: &Keys, tokens: &[String]) -> Result<Tokenizer> {
    let scores = keys.numbers("ggml.scores");
    if scores.len() != tokens.len() {
        let why = format!("{} scores for {} tokens", scores.len(), tokens.len());
        return Err(Error::input("", why).at(Place::Entry("tokenizer.ggml.scores".into())));
    }
    let piece = |(id, text): (usize, &String)| {
        let kind = match keys.kind(id) {
            // Only one token is the unknown one; the others so marked are placeholders.
            Kind::Unknown if keys.id("ggml.unknown_token_id") != Some(id as Id) => Kind::Control,
            Kind::Control if keys.id("ggml.unknown_token_id") == Some(id as Id) => Kind::Unknown,
            other => other,
        };
        Piece { text: text.clone(), score: scores.get(id).copied().unwrap_or_default() as f32, kind }
    };
    let pieces: Vec<Piece> = tokens.iter().enumerate().map(piece).collect();
    Pieces {
        byte_fallback: pieces.iter().any(|p| p.kind == Kind::Byte),
        pieces,
        add_dummy_prefix: keys.flag("ggml.add_space_prefix", true),
        remove_extra_whitespaces: keys.flag("ggml.remove_extra_whitespaces", false),
        post: keys.post(true),
        ..Pieces::default()
    }
    .tokenizer()
}

/// WordPiece: the file marks the start of a word with `▁` where BERT marks its continuation with `##`.
fn word_piece(keys: &Keys, tokens: &[String]) -> Result<Tokenizer> {
    let mut vocab = serde_json::Map::new();
    for (id, token) in tokens.iter().enumerate() {
        let bracketed = token.starts_with('[') && token.ends_with(']') && token.len() > 2;
        let text = match token.strip_prefix('▁') {
            Some(word) => word.to_owned(),
            None if bracketed || keys.kind(id) != Kind::Normal => token.clone(),
            None => format!("##{token}"),
        };
        if let Some(other) = vocab.insert(text.clone(), json!(id)) {
            return Err(Error::input("", format!("ids {other} and {id} are one token")).at(Place::Entry(text)));
        }
    }
    let unk = keys.id("ggml.unknown_token_id").and_then(|id| tokens.get(id as usize)).map_or("[UNK]", String::as_str);
    let special = |key: &str| {
        let id = keys.id(key)?;
        Some(json!([tokens.get(id as usize)?, id]))
    };
    // The first writers of these files misspelt the key.
    let sep = special("ggml.seperator_token_id").or_else(|| special("ggml.separator_token_id"));
    let post = match (special("ggml.cls_token_id").or_else(|| special("ggml.bos_token_id")), sep) {
        (Some(cls), Some(sep)) => json!({"type": "BertProcessing", "sep": sep, "cls": cls}),
        _ => Json::Null,
    };
    let file = json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": added(keys, tokens),
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": keys.flag("ggml.normalizer.lowercase", true)},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": post,
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": false},
        "model": {"type": "WordPiece", "unk_token": unk, "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocab},
    });
    let tokenizer = hf::read_str(&file.to_string())?;
    debug_assert!(matches!(tokenizer.model, Model::Foreign(_)));
    Ok(tokenizer)
}

#[cfg(test)]
mod tests;
