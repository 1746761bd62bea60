//! The other files of the new folder: those of the tokenizer, of the model, and what must not come along.
//!
//! Exactly one set of tokenizer files is written, the new tokenizer's: stale `tokenizer.model`, `vocab.json` or `merges.txt` of
//! the old one would be picked up by slow loaders. What belongs to the model and not to the tokenizer follows the model: the
//! greatest length, and whether a text begins with BOS, which a model was trained with or was not.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::side::Side;
use crate::error::{Error, Result};
use crate::formats::write::folder_files;
use crate::tokenizer::{Model, Tokenizer};

/// Which chat template goes into the new folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatTemplate {
    /// The model's, if each of its control tokens is one token of the new tokenizer; else the tokenizer's; else none.
    #[default]
    Auto,
    /// The model's, whatever becomes of its control tokens.
    Model,
    /// The tokenizer's.
    Tokenizer,
    /// None.
    None,
}

/// What became of the chat template.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Template {
    /// Whose it is; `None` where there is none.
    pub taken_from: Option<&'static str>,
    /// Control tokens of the model's template that the new tokenizer lacks.
    pub missing: Vec<String>,
}

/// Files that are about a tokenizer: never taken over from the model.
const OF_TOKENIZERS: [&str; 14] = [
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
    "chat_template.jinja",
    "chat_template.json",
    "tekken.json",
    "vocabulary.tsv",
];

/// Endings of files that hold weights, or an index of them.
const OF_WEIGHTS: [&str; 10] =
    [".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".gguf", ".index.json"];

/// Whether a file is about a tokenizer.
pub fn of_tokenizer(name: &str) -> bool {
    OF_TOKENIZERS.contains(&name)
}

/// Whether a file of the old folder is neither weights nor tokenizer nor made anew, so that it comes along.
pub fn comes_along(name: &str) -> bool {
    let made = ["config.json", "generation_config.json", "README.md", "transplant_report.json", "MODEL_CARD.md"];
    let weights = OF_WEIGHTS.iter().any(|end| name.ends_with(end));
    !weights && !of_tokenizer(name) && !made.contains(&name) && !name.starts_with('.')
}

/// The files of the tokenizer, by name.
pub struct TokenizerFiles {
    /// Name and contents.
    pub files: Vec<(String, Vec<u8>)>,
    /// What became of the chat template.
    pub template: Template,
    /// Whether BOS was put before texts, as the model wants it and the tokenizer had not.
    pub bos_added: bool,
}

/// Makes the tokenizer's files. `templates` are the chat templates of the model and of the tokenizer.
///
/// # Errors
/// What writing `tokenizer.json` reports.
pub fn tokenizer_files(
    old: &Side,
    new: &Side,
    templates: [Option<String>; 2],
    policy: ChatTemplate,
    max_length: Option<u64>,
) -> Result<TokenizerFiles> {
    let mut tokenizer = new.tokenizer.clone();
    let bos_added = follow_bos(old, new, &mut tokenizer);
    let roles: Vec<(String, String)> = super::special::ROLES
        .iter()
        .filter_map(|role| {
            let id = new.roles.get(*role)?;
            let token = new.tokenizer.added.iter().find(|added| added.id == *id)?;
            Some(((*role).to_owned(), token.content.clone()))
        })
        .collect();
    let mut files: Vec<(String, Vec<u8>)> =
        folder_files(&tokenizer, &roles)?.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
    let (template, text) = choose(old, new, templates, policy);
    if let Some(text) = text {
        files.push(("chat_template.jinja".to_owned(), text.into_bytes()));
    }
    for (name, bytes) in &mut files {
        if name == "tokenizer_config.json"
            && let Ok(Value::Object(mut config)) = serde_json::from_slice(bytes)
        {
            if let Some(length) = max_length {
                config.insert("model_max_length".to_owned(), json!(length));
            }
            *bytes = pretty(&config)?;
        }
    }
    Ok(TokenizerFiles { files, template, bos_added })
}

/// A model that was trained with BOS before every text gets it from its new tokenizer, too.
fn follow_bos(old: &Side, new: &Side, tokenizer: &mut Tokenizer) -> bool {
    let (Some(&bos), Some(old_bos)) = (new.roles.get("bos"), old.roles.get("bos")) else { return false };
    let wanted = old.tokenizer.post.before.first() == Some(old_bos) && tokenizer.post.before.is_empty();
    // What goes around texts can be said anew for models that are written by us.
    let plain = tokenizer.post.after.is_empty() && matches!(tokenizer.model, Model::Bpe(_));
    if wanted && plain {
        tokenizer.post.before.push(bos);
    }
    wanted && plain
}

fn choose(
    old: &Side,
    new: &Side,
    [of_model, of_tokenizer]: [Option<String>; 2],
    policy: ChatTemplate,
) -> (Template, Option<String>) {
    let missing: Vec<String> = of_model.iter().flat_map(|text| missing(old, new, text)).collect();
    let take_model = match policy {
        ChatTemplate::Auto => missing.is_empty() && of_model.is_some(),
        ChatTemplate::Model => true,
        ChatTemplate::Tokenizer | ChatTemplate::None => false,
    };
    let (taken_from, text) = match policy {
        ChatTemplate::None => (None, None),
        _ if take_model => ("model".into(), of_model),
        _ => ("tokenizer".into(), of_tokenizer),
    };
    (Template { taken_from: taken_from.filter(|_| text.is_some()), missing }, text)
}

/// Control tokens that a template writes and the new tokenizer does not have as one token.
fn missing(old: &Side, new: &Side, template: &str) -> Vec<String> {
    let special = old.tokenizer.added.iter().filter(|added| added.special && template.contains(&added.content));
    special.filter(|added| new.special(&added.content).is_none()).map(|added| added.content.clone()).collect()
}

/// The chat template of a folder: a file of its own, or a key of `tokenizer_config.json`, of which a list has one by the name
/// `default`.
pub(super) fn template(folder: &Path) -> Option<String> {
    if let Ok(text) = std::fs::read_to_string(folder.join("chat_template.jinja")) {
        return Some(text);
    }
    let config: Value = serde_json::from_slice(&std::fs::read(folder.join("tokenizer_config.json")).ok()?).ok()?;
    let template = config.get("chat_template")?;
    let named = |list: &Vec<Value>| list.iter().find(|entry| entry["name"] == "default").cloned();
    let text = template.as_str().map(str::to_owned);
    text.or_else(|| Some(named(template.as_array()?)?["template"].as_str()?.to_owned()))
}

/// JSON for people, with a line feed at the end.
pub(super) fn pretty(object: &Map<String, Value>) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(object).map_err(|e| Error::Verify { why: e.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}
