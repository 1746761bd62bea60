//! Our steps as the JSON sections of a `tokenizer.json`: the way back of [`super::steps`].

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::text::{Behavior, Named, Pattern, Prepend, Rewrite, Split, Splitter};
use crate::tokenizer::{Alphabet, Decoder};
use crate::unicode::Normalizer;

pub(super) fn text(value: &Value) -> String {
    // Two spaces further in, as the section stands inside the file.
    format!("{value:#}").replace('\n', "\n  ")
}

pub(super) fn quote(s: &str, out: &mut String) {
    // A `&str` always serialises.
    out.push_str(&serde_json::to_string(s).unwrap_or_default());
}

fn one_or_sequence(mut steps: Vec<Value>, key: &str) -> Value {
    match steps.len() {
        0 => Value::Null,
        1 => steps.remove(0),
        _ => json!({"type": "Sequence", key: steps}),
    }
}

fn pattern_value(regex: bool, pattern: &str) -> Value {
    if regex { json!({"Regex": pattern}) } else { json!({"String": pattern}) }
}

pub(super) fn normalizer_value(steps: &[Normalizer]) -> Value {
    let value = |step: &Normalizer| match step {
        Normalizer::Nfc => json!({"type": "NFC"}),
        Normalizer::Nfd => json!({"type": "NFD"}),
        Normalizer::Nfkc => json!({"type": "NFKC"}),
        Normalizer::Nfkd => json!({"type": "NFKD"}),
        Normalizer::Lowercase => json!({"type": "Lowercase"}),
        Normalizer::Strip { left, right } => json!({"type": "Strip", "strip_left": left, "strip_right": right}),
        Normalizer::Prepend(prefix) => json!({"type": "Prepend", "prepend": prefix}),
        Normalizer::Replace { from, regex, to } => {
            json!({"type": "Replace", "pattern": pattern_value(*regex, from), "content": to})
        }
    };
    one_or_sequence(steps.iter().map(value).collect(), "normalizers")
}

pub(super) fn splitter_value(splitter: &Splitter, alphabet: Alphabet) -> Result<Value> {
    let mut splits = splitter.splits.as_slice();
    let mut steps = Vec::new();
    let bytes = alphabet == Alphabet::Bytes;
    if let Some(Rewrite::Metaspace { mark, prepend }) = splitter.rewrite {
        let on_mark =
            Split { pattern: Pattern::Literal(mark.to_string()), behavior: Behavior::MergedWithNext, invert: false };
        let split = splits.first() == Some(&on_mark);
        splits = splits.get(usize::from(split)..).unwrap_or_default();
        let scheme = match prepend {
            Prepend::Always => "always",
            Prepend::First => "first",
            Prepend::Never => "never",
        };
        steps.push(json!({"type": "Metaspace", "replacement": mark, "prepend_scheme": scheme, "split": split}));
    }
    let gpt2 = Split { pattern: Pattern::Named(Named::Gpt2), behavior: Behavior::Isolated, invert: false };
    let own_regex = bytes && splits.last() == Some(&gpt2);
    if own_regex {
        splits = splits.get(..splits.len() - 1).unwrap_or_default();
    }
    let prefix = splitter.rewrite == Some(Rewrite::PrefixSpace);
    if prefix && (!bytes || !splits.is_empty()) {
        return Err(Error::unsupported(
            "tokenizer.json",
            "a space before the text goes only with byte-level models that split by GPT-2's pattern",
        ));
    }
    for split in splits {
        let pattern = match &split.pattern {
            Pattern::Named(named) => pattern_value(true, named.regex()),
            Pattern::Regex(regex) => pattern_value(true, regex),
            Pattern::Heads(heads) => pattern_value(true, &heads.regex()),
            Pattern::Literal(text) => pattern_value(false, text),
        };
        let behavior = format!("{:?}", split.behavior);
        steps.push(json!({"type": "Split", "pattern": pattern, "behavior": behavior, "invert": split.invert}));
    }
    if bytes {
        steps.push(
            json!({"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": true, "use_regex": own_regex}),
        );
    }
    Ok(one_or_sequence(steps, "pretokenizers"))
}

pub(super) fn decoder_value(steps: &[Decoder], alphabet: Alphabet) -> Value {
    if alphabet == Alphabet::Bytes {
        return json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true});
    }
    let value = |step: &Decoder| match step {
        Decoder::ByteLevel => {
            json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true})
        }
        Decoder::Replace { from, to } => json!({"type": "Replace", "pattern": {"String": from}, "content": to}),
        Decoder::ByteFallback => json!({"type": "ByteFallback"}),
        Decoder::Fuse => json!({"type": "Fuse"}),
        Decoder::Strip { content, start, stop } => {
            json!({"type": "Strip", "content": content, "start": start, "stop": stop})
        }
        Decoder::Metaspace { mark, prepended } => {
            let scheme = if *prepended { "always" } else { "never" };
            json!({"type": "Metaspace", "replacement": mark, "prepend_scheme": scheme, "split": true})
        }
    };
    one_or_sequence(steps.iter().map(value).collect(), "decoders")
}
