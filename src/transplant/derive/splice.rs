//! Parts of a `tokenizer.json` that is only carried, exchanged in its text: all else stays byte for byte, numbers included.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// The parts of a file that hold ids, as they stand in its text.
#[derive(Deserialize)]
pub(super) struct Parts<'t> {
    #[serde(borrow, default)]
    pub added_tokens: Option<&'t RawValue>,
    #[serde(borrow, default)]
    pub post_processor: Option<&'t RawValue>,
    #[serde(borrow, default)]
    pub padding: Option<&'t RawValue>,
    #[serde(borrow)]
    pub model: ModelParts<'t>,
}

/// Those of its model.
#[derive(Deserialize)]
pub(super) struct ModelParts<'t> {
    #[serde(borrow)]
    pub vocab: &'t RawValue,
    #[serde(borrow, default)]
    pub unk_id: Option<&'t RawValue>,
}

/// Finds the parts.
pub(super) fn parts(text: &str) -> Result<Parts<'_>> {
    serde_json::from_str(text).map_err(json_error)
}

/// A part as a value.
pub(super) fn value<'t, T: Deserialize<'t>>(part: &'t RawValue) -> Result<T> {
    serde_json::from_str(part.get()).map_err(json_error)
}

fn json_error(e: serde_json::Error) -> Error {
    Error::input("", e.to_string())
}

/// The text with parts of it replaced.
pub(super) fn replaced(text: &str, mut new: Vec<(&RawValue, String)>) -> String {
    // A part is a piece of the text, so where it lies is known.
    let start = |part: &RawValue| (part.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    new.sort_by_key(|(part, _)| start(part));
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (part, replacement) in new {
        out.push_str(text.get(at..start(part)).unwrap_or_default());
        out.push_str(&replacement);
        at = start(part) + part.get().len();
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
