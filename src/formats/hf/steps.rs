//! The small sections of a `tokenizer.json`, from JSON to our types.
//!
//! Each function answers `Some` only where our type means exactly what the file says. `None` sends the whole file to
//! the `tokenizers` crate, which then also judges whether the section is well formed. Keys that change nothing about
//! ids (`trim_offsets`) are not read; the raw section is carried, so they are not lost either.

use serde_json::Value;

use crate::text::{Behavior, Named, Pattern, Prepend, Rewrite, Split, Splitter};
use crate::tokenizer::{Decoder, Post};
use crate::unicode::Normalizer;

/// A normalizer section.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Normal {
    pub steps: Vec<Normalizer>,
    /// Whether its last step spells the text in the byte alphabet.
    pub byte_level: bool,
}

/// A pre-tokenizer section.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Cuts {
    pub splitter: Splitter,
    /// Whether its last step spells the text in the byte alphabet.
    pub byte_level: bool,
}

fn kind(v: &Value) -> Option<&str> {
    v.get("type")?.as_str()
}

fn text(v: &Value, key: &str) -> Option<String> {
    Some(v.get(key)?.as_str()?.to_owned())
}

fn flag(v: &Value, key: &str) -> Option<bool> {
    v.get(key)?.as_bool()
}

/// A flag that may be missing; one that is there must be a flag.
fn flag_or(v: &Value, key: &str, default: bool) -> Option<bool> {
    v.get(key).map_or(Some(default), Value::as_bool)
}

fn character(v: &Value, key: &str) -> Option<char> {
    let mut chars = v.get(key)?.as_str()?.chars();
    let c = chars.next()?;
    chars.next().is_none().then_some(c)
}

/// The members of a `Sequence`, or the step itself.
fn steps<'v>(v: &'v Value, key: &str) -> Option<Vec<&'v Value>> {
    match kind(v)? {
        "Sequence" => {
            let mut all = Vec::new();
            for member in v.get(key)?.as_array()? {
                all.extend(steps(member, key)?);
            }
            Some(all)
        }
        _ => Some(vec![v]),
    }
}

/// Whether `fancy-regex`, which the `tokenizers` crate runs here, takes the expression.
fn compiles(regex: &str) -> bool {
    fancy_regex::Regex::new(regex).is_ok()
}

pub(super) fn normalizer(v: &Value) -> Option<Normal> {
    let mut out = Normal::default();
    if v.is_null() {
        return Some(out);
    }
    for step in steps(v, "normalizers")? {
        if out.byte_level {
            return None; // a step that would see the byte alphabet
        }
        out.steps.push(match kind(step)? {
            "NFC" => Normalizer::Nfc,
            "NFD" => Normalizer::Nfd,
            "NFKC" => Normalizer::Nfkc,
            "NFKD" => Normalizer::Nfkd,
            "Lowercase" => Normalizer::Lowercase,
            "Strip" => Normalizer::Strip { left: flag(step, "strip_left")?, right: flag(step, "strip_right")? },
            "Prepend" => Normalizer::Prepend(text(step, "prepend")?),
            "Replace" => {
                let (from, regex) = pattern_text(step.get("pattern")?)?;
                Normalizer::Replace { from, regex, to: text(step, "content")? }
            }
            "ByteLevel" => {
                out.byte_level = true;
                continue;
            }
            _ => return None,
        });
    }
    Some(out)
}

/// `{"String": ..}` or `{"Regex": ..}`: the text, and whether it is a regular expression that compiles. An empty
/// string matches everywhere in ways of its own and is left to the crate.
fn pattern_text(v: &Value) -> Option<(String, bool)> {
    let object = v.as_object()?;
    if object.len() != 1 {
        return None;
    }
    let (kind, pattern) = object.iter().next()?;
    let pattern = pattern.as_str()?.to_owned();
    match kind.as_str() {
        "String" if !pattern.is_empty() => Some((pattern, false)),
        "Regex" if compiles(&pattern) => Some((pattern, true)),
        _ => None,
    }
}

/// The pattern of a `Split` step. A known expression needs no compiling.
fn pattern(v: &Value) -> Option<Pattern> {
    if let Some(known) = v.get("Regex").and_then(Value::as_str).map(Pattern::of_regex)
        && !matches!(known, Pattern::Regex(_))
        && v.as_object().is_some_and(|object| object.len() == 1)
    {
        return Some(known);
    }
    pattern_text(v).map(|(text, regex)| if regex { Pattern::Regex(text) } else { Pattern::Literal(text) })
}

fn behavior(v: &Value) -> Option<Behavior> {
    Some(match v.as_str()? {
        "Removed" => Behavior::Removed,
        "Isolated" => Behavior::Isolated,
        "MergedWithPrevious" => Behavior::MergedWithPrevious,
        "MergedWithNext" => Behavior::MergedWithNext,
        "Contiguous" => Behavior::Contiguous,
        _ => return None,
    })
}

/// One digit, as Rust's `char::is_numeric` has it, which is what the `Digits` step asks. The compiler may know a newer
/// Unicode than the regex engine, so what `\p{N}` lacks is added to it.
fn digit() -> String {
    let known = fancy_regex::Regex::new(r"\p{N}");
    let lacks = |c: &char| {
        let found = known.as_ref().map(|r| r.is_match(c.encode_utf8(&mut [0; 4])));
        c.is_numeric() && !matches!(found, Ok(Ok(true)))
    };
    let more: String = ('\0'..=char::MAX).filter(lacks).collect();
    if more.is_empty() { r"\p{N}".to_owned() } else { format!(r"[\p{{N}}{more}]") }
}

pub(super) fn splitter(v: &Value) -> Option<Cuts> {
    let mut out = Cuts::default();
    if v.is_null() {
        return Some(out);
    }
    // A table of words may be there several times in a row; it is read once.
    let mut before: Option<(&Value, Pattern)> = None;
    for (at, step) in steps(v, "pretokenizers")?.into_iter().enumerate() {
        if out.byte_level {
            return None; // a cut that would see the byte alphabet
        }
        let (pattern, behavior, invert) = match kind(step)? {
            "Split" => {
                let section = step.get("pattern")?;
                let pattern = match before.take() {
                    Some((same, pattern)) if same == section => pattern,
                    _ => pattern(section)?,
                };
                before = Some((section, pattern.clone()));
                (pattern, behavior(step.get("behavior")?)?, flag(step, "invert")?)
            }
            "ByteLevel" => {
                out.byte_level = true;
                if flag(step, "add_prefix_space")? {
                    if at != 0 {
                        return None; // a space before every piece of the cuts before it
                    }
                    out.splitter.rewrite = Some(Rewrite::PrefixSpace);
                }
                if !flag_or(step, "use_regex", true)? {
                    continue;
                }
                (Pattern::Named(Named::Gpt2), Behavior::Isolated, false)
            }
            "Metaspace" => {
                if at != 0 {
                    return None; // the mark before every piece of the cuts before it
                }
                let mark = character(step, "replacement")?;
                out.splitter.rewrite = Some(Rewrite::Metaspace { mark, prepend: prepend(step)? });
                if !metaspace_splits(step)? {
                    continue;
                }
                (Pattern::Literal(mark.to_string()), Behavior::MergedWithNext, false)
            }
            "Digits" => {
                let alone = flag(step, "individual_digits")?;
                let behavior = if alone { Behavior::Isolated } else { Behavior::Contiguous };
                (Pattern::of_regex(&digit()), behavior, false)
            }
            "Whitespace" => (Pattern::of_regex(r"\w+|[^\w\s]+"), Behavior::Removed, true),
            "WhitespaceSplit" => (Pattern::of_regex(r"\s+"), Behavior::Removed, false),
            "CharDelimiterSplit" | "Delimiter" => return None,
            _ => return None,
        };
        out.splitter.splits.push(Split { pattern, behavior, invert });
    }
    Some(out)
}

fn metaspace_splits(v: &Value) -> Option<bool> {
    match v.get("split") {
        None | Some(Value::Null) => Some(true),
        Some(other) => other.as_bool(),
    }
}

/// Where a `Metaspace` step puts its mark; older files say it with `add_prefix_space`.
fn prepend(v: &Value) -> Option<Prepend> {
    let scheme = match v.get("prepend_scheme") {
        None => Prepend::Always,
        Some(s) => match s.as_str()? {
            "always" => Prepend::Always,
            "first" => Prepend::First,
            "never" => Prepend::Never,
            _ => return None,
        },
    };
    match v.get("add_prefix_space") {
        None | Some(Value::Null | Value::Bool(true)) => Some(scheme),
        Some(Value::Bool(false)) if scheme == Prepend::Never => Some(scheme),
        _ => None,
    }
}

pub(super) fn post(v: &Value) -> Option<Post> {
    let mut out = Post::default();
    if v.is_null() {
        return Some(out);
    }
    for step in steps(v, "processors")? {
        let one = match kind(step)? {
            "ByteLevel" => continue,
            "BertProcessing" | "RobertaProcessing" => {
                let id = |key: &str| match step.get(key)?.as_array()?.as_slice() {
                    [name, id] if name.is_string() => u32::try_from(id.as_u64()?).ok(),
                    _ => None,
                };
                Post { before: vec![id("cls")?], after: vec![id("sep")?] }
            }
            "TemplateProcessing" => template(step)?,
            _ => return None,
        };
        // What a later processor adds goes around what the earlier ones added.
        out.before.splice(0..0, one.before);
        out.after.extend(one.after);
    }
    Some(out)
}

fn template(v: &Value) -> Option<Post> {
    let mut out = Post::default();
    let mut passed = false;
    for piece in v.get("single")?.as_array()? {
        let object = piece.as_object()?;
        if object.len() != 1 {
            return None;
        }
        if let Some(sequence) = object.get("Sequence") {
            if passed || sequence.get("id")?.as_str()? != "A" {
                return None;
            }
            passed = true;
            continue;
        }
        let name = object.get("SpecialToken")?.get("id")?.as_str()?;
        let side = if passed { &mut out.after } else { &mut out.before };
        for id in v.get("special_tokens")?.get(name)?.get("ids")?.as_array()? {
            side.push(u32::try_from(id.as_u64()?).ok()?);
        }
    }
    passed.then_some(out)
}

pub(super) fn decoders(v: &Value) -> Option<Vec<Decoder>> {
    if v.is_null() {
        return Some(Vec::new());
    }
    steps(v, "decoders")?.into_iter().map(decoder).collect()
}

fn decoder(v: &Value) -> Option<Decoder> {
    Some(match kind(v)? {
        "ByteLevel" => Decoder::ByteLevel,
        "ByteFallback" => Decoder::ByteFallback,
        "Fuse" => Decoder::Fuse,
        "Replace" => match pattern_text(v.get("pattern")?)? {
            (from, false) => Decoder::Replace { from, to: text(v, "content")? },
            (_, true) => return None,
        },
        "Strip" => {
            let count = |key: &str| usize::try_from(v.get(key)?.as_u64()?).ok();
            Decoder::Strip { content: character(v, "content")?, start: count("start")?, stop: count("stop")? }
        }
        "Metaspace" => {
            metaspace_splits(v)?;
            Decoder::Metaspace { mark: character(v, "replacement")?, prepended: prepend(v)? != Prepend::Never }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_digit_class_is_rusts() {
        let class = regex_syntax::parse(&digit()).unwrap();
        let regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class)) = class.kind() else {
            panic!("not a class")
        };
        let in_class = |c: char| class.ranges().iter().any(|r| (r.start()..=r.end()).contains(&c));
        let differ: Vec<char> =
            (0..=0x10FFFFu32).filter_map(char::from_u32).filter(|&c| c.is_numeric() != in_class(c)).collect();
        assert!(differ.is_empty(), "{differ:?}");
    }

    #[test]
    fn later_processors_go_around_earlier_ones() {
        let bert = |cls: u32, sep: u32| json!({"type": "BertProcessing", "cls": ["c", cls], "sep": ["s", sep]});
        let both = json!({"type": "Sequence", "processors": [bert(1, 2), bert(3, 4)]});
        assert_eq!(post(&both), Some(Post { before: vec![3, 1], after: vec![2, 4] }));
    }

    #[test]
    fn what_would_see_the_byte_alphabet_is_left_to_the_crate() {
        let byte_level = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true});
        let digits = json!({"type": "Digits", "individual_digits": true});
        assert!(splitter(&json!({"type": "Sequence", "pretokenizers": [digits, byte_level]})).is_some());
        assert!(splitter(&json!({"type": "Sequence", "pretokenizers": [byte_level, digits]})).is_none());
        let prefix = json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true});
        assert!(splitter(&json!({"type": "Sequence", "pretokenizers": [digits, prefix]})).is_none());
    }
}
