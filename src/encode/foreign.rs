//! The `tokenizers` crate: what runs models that we do not encode ourselves, and the witness of exports.
//!
//! Truncation and padding that a file states are switched off, as they are in `transformers`: a tokenizer here never
//! shortens a document. Known limit: the crate may panic on hostile files; that is caught and becomes an error, but
//! the process's panic hook still sees it.

use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use tokenizers::{NormalizedString, Normalizer as _};

use super::EncodeOptions;
use crate::error::{Error, Result};

/// Loads the text of a `tokenizer.json` with the `tokenizers` crate, without truncation and padding.
///
/// # Errors
/// [`Error::Input`] without a path (see [`Error::in_file`]) with the crate's own message.
pub fn load(json: &str) -> Result<tokenizers::Tokenizer> {
    let loaded = catch_unwind(AssertUnwindSafe(|| json.parse::<tokenizers::Tokenizer>()));
    let mut tokenizer = match loaded {
        Ok(Ok(tokenizer)) => tokenizer,
        Ok(Err(e)) => return Err(Error::input("", format!("the `tokenizers` library refuses it: {e}"))),
        Err(_) => return Err(Error::input("", "the `tokenizers` library fails on it")),
    };
    tokenizer.with_padding(None);
    if let Err(e) = tokenizer.with_truncation(None) {
        return Err(Error::input("", format!("the `tokenizers` library refuses it: {e}")));
    }
    Ok(tokenizer)
}

/// What the normalizer of a loaded tokenizer makes of a text; `None` where it has none.
///
/// # Errors
/// [`Error::Unsupported`] where the normalizer fails on the text.
pub fn normalize(tokenizer: &tokenizers::Tokenizer, text: &str) -> Result<Option<String>> {
    let Some(normalizer) = tokenizer.get_normalizer() else { return Ok(None) };
    let failed = |why: String| Error::unsupported("normalizing with this model", why);
    let mut normalized = NormalizedString::from(text);
    match catch_unwind(AssertUnwindSafe(|| normalizer.normalize(&mut normalized).map(|()| normalized.get().to_owned())))
    {
        Ok(done) => done.map(Some).map_err(|e| failed(e.to_string())),
        Err(_) => Err(failed("the `tokenizers` crate fails on it".to_owned())),
    }
}

/// A model that the crate runs.
#[derive(Debug)]
pub(super) struct Foreign {
    own: tokenizers::Tokenizer,
    /// The same with special tokens in a text read the other way: a setting of the whole tokenizer, which is large.
    other: OnceLock<tokenizers::Tokenizer>,
}

impl Deref for Foreign {
    type Target = tokenizers::Tokenizer;

    fn deref(&self) -> &tokenizers::Tokenizer {
        &self.own
    }
}

impl Foreign {
    pub fn new(json: &str) -> Result<Foreign> {
        Ok(Foreign { own: load(json)?, other: OnceLock::new() })
    }

    pub fn encode(&self, text: &str, options: EncodeOptions) -> Result<tokenizers::Encoding> {
        let tokenizer = match options.plain_specials == self.own.get_encode_special_tokens() {
            true => &self.own,
            false => self.other.get_or_init(|| {
                let mut other = self.own.clone();
                other.set_encode_special_tokens(options.plain_specials);
                other
            }),
        };
        guarded(|| tokenizer.encode(text, options.special_tokens))
    }
}

/// Calls the crate, which panics on some models that it has loaded (a damaged character map, say).
pub(super) fn guarded<T>(call: impl FnOnce() -> tokenizers::Result<T>) -> Result<T> {
    let failed = |why: String| Error::unsupported("encoding with this model", why);
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(done) => done.map_err(|e| failed(e.to_string())),
        Err(_) => Err(failed("the `tokenizers` crate fails on it".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_crate_refuses_is_an_error_with_its_words() {
        let error = load(r#"{"model": {"type": "BPE", "vocab": {}}}"#).unwrap_err().to_string();
        assert!(error.contains("refuses"), "{error}");
    }

    #[test]
    fn a_normalizer_is_applied_by_itself() {
        let json = |normalizer: &str| {
            format!(r#"{{"normalizer": {normalizer}, "model": {{"type": "BPE", "vocab": {{"a": 0}}, "merges": []}}}}"#)
        };
        let with = load(&json(r#"{"type": "Lowercase"}"#)).unwrap();
        assert_eq!(normalize(&with, "İSTANBUL A").unwrap().as_deref(), Some("i\u{307}stanbul a"));
        assert_eq!(normalize(&load(&json("null")).unwrap(), "A").unwrap(), None);
    }

    #[test]
    fn truncation_and_padding_are_switched_off() {
        let json = r#"{"truncation": {"direction": "Right", "max_length": 1, "strategy": "LongestFirst", "stride": 0},
            "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
            "pad_type_id": 0, "pad_token": "a"},
            "model": {"type": "WordPiece", "vocab": {"a": 0, "@@a": 1, "[UNK]": 2}, "unk_token": "[UNK]",
            "continuing_subword_prefix": "@@", "max_input_chars_per_word": 100}}"#;
        assert_eq!(load(json).unwrap().encode("aaa", false).unwrap().get_ids(), [0, 1, 1]);
        let options = EncodeOptions { special_tokens: true, plain_specials: true };
        for options in [EncodeOptions::default(), options] {
            assert_eq!(Foreign::new(json).unwrap().encode("aaa", options).unwrap().get_ids(), [0, 1, 1]);
        }
    }
}
