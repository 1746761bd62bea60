//! The `tokenizers` crate as a backend: for models that we do not encode ourselves, and as the witness of exports.
//!
//! Truncation and padding that a file states are switched off, as they are in `transformers`: a tokenizer here never
//! shortens a document. Known limit: the crate may panic on hostile files; that is caught and becomes an error, but
//! the process's panic hook still sees it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokenizers::{NormalizedString, Normalizer as _};

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
    fn truncation_is_switched_off() {
        let json = r#"{"truncation": {"direction": "Right", "max_length": 1, "strategy": "LongestFirst", "stride": 0},
            "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#;
        let ids = load(json).unwrap().encode("aaa", false).unwrap().get_ids().to_vec();
        assert_eq!(ids, [0, 0, 0]);
    }
}
