//! Parts of a tokenizer in words.

use serde_json::Value;
use toktool::formats::listing::escape;
use toktool::text::{Behavior, NAMES, Pattern, Splitter};
use toktool::tokenizer::{AddedToken, Alphabet, Bpe, Model, Tokenizer};
use toktool::unicode::Normalizer;

/// A plain enum's name as files spell it.
fn name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        Ok(Value::Object(map)) => {
            map.into_iter().map(|(key, value)| format!("{key} {value}")).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    }
}

/// How a splitter cuts.
pub fn splitter(splitter: &Splitter) -> String {
    let mut parts: Vec<String> = splitter.rewrite.iter().map(name).collect();
    for split in &splitter.splits {
        let mut text = match &split.pattern {
            Pattern::Named(named) => name(named),
            Pattern::Regex(regex) => format!("/{regex}/"),
            Pattern::Literal(text) => format!("{text:?}"),
            Pattern::Heads(heads) => format!("first pieces of {} words", heads.rows.len()),
        };
        if split.behavior != Behavior::Isolated {
            text.push_str(&format!(" {}", name(&split.behavior).to_lowercase()));
        }
        if split.invert {
            text.push_str(" inverted");
        }
        parts.push(text);
    }
    if parts.is_empty() { "none: a text is one piece".to_owned() } else { parts.join(", then ") }
}

/// What `--pattern` would take for a splitter: a name, or its one regular expression.
pub fn pattern_name(splitter: &Splitter) -> Option<String> {
    if let Some(name) = NAMES.iter().find(|name| Splitter::named(name).is_ok_and(|s| s == *splitter)) {
        return Some((*name).to_owned());
    }
    match splitter.splits.as_slice() {
        [one] => match &one.pattern {
            Pattern::Regex(regex) if Splitter::named(regex).is_ok_and(|s| s == *splitter) => Some(regex.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// How normalizers change text.
pub fn normalizers(normalizers: &[Normalizer]) -> String {
    if normalizers.is_empty() {
        return "none".to_owned();
    }
    normalizers.iter().map(name).collect::<Vec<_>>().join(", then ")
}

/// What a model is.
pub fn kind(tokenizer: &Tokenizer) -> String {
    match &tokenizer.model {
        Model::Bpe(Bpe { alphabet: Alphabet::Bytes, ignore_merges, .. }) => {
            format!("byte-level BPE{}", if *ignore_merges { ", whole tokens before merges" } else { "" })
        }
        Model::Bpe(Bpe { byte_fallback, .. }) => {
            format!("character-level BPE{}", if *byte_fallback { " with byte fallback" } else { "" })
        }
        Model::Foreign(json) => {
            let model: Option<Value> = serde_json::from_str(json).ok();
            let kind = model.as_ref().and_then(|v| v.get("model")?.get("type")?.as_str());
            format!("{}, run by the `tokenizers` crate", kind.unwrap_or("of unknown kind"))
        }
    }
}

/// An added token with its flags.
pub fn added(token: &AddedToken) -> String {
    let flags = [
        ("special", token.special),
        ("single word", token.single_word),
        ("lstrip", token.lstrip),
        ("rstrip", token.rstrip),
        ("normalized", token.normalized),
    ];
    let flags: Vec<&str> = flags.iter().filter(|f| f.1).map(|f| f.0).collect();
    let flags = if flags.is_empty() { String::new() } else { format!(" ({})", flags.join(", ")) };
    format!("{} {}{flags}", token.id, escape(token.content.as_bytes()))
}

/// A count with thousands set apart: `32,000`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_in_threes() {
        let all: Vec<String> = [0, 12, 999, 1000, 12_345, 1_234_567].map(grouped).into();
        assert_eq!(all, ["0", "12", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn patterns_are_found_by_what_they_do() {
        // Two names may stand for one pattern, so what counts is what they do.
        for pattern in NAMES.into_iter().chain([r"[a-z]+|[^a-z]+"]) {
            let splitter = Splitter::named(pattern).unwrap();
            assert_eq!(Splitter::named(&pattern_name(&splitter).unwrap()).unwrap(), splitter, "{pattern}");
        }
    }

    #[test]
    fn parts_are_named_as_files_name_them() {
        assert_eq!(normalizers(&[Normalizer::Nfc, Normalizer::Lowercase]), "nfc, then lowercase");
        assert_eq!(splitter(&Splitter::default()), "none: a text is one piece");
    }
}
