//! JSONL: one object a line, of which one string is the document.
//!
//! Only the wanted key is built; everything else is skipped by the parser, and a text without escapes is copied
//! straight from the line. Where a key stands twice, the last one counts, as in other JSON readers.
//!
//! JSON can spell what no text holds: half a surrogate pair (`"\ud800"`), which writers that cut UTF-16 in the middle
//! leave behind. It is an error, or U+FFFD with [`Options::lossy`](super::Options::lossy).

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use memchr::memchr;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Found;
use crate::error::{Error, Place, Result};

/// The texts of all rows of `text` from byte `from` on, one after the other. `line` is the number of the first line.
/// With `replaced`, unpaired surrogates are replaced and counted there.
pub(super) fn rows(
    text: &str,
    from: usize,
    line: u64,
    field: &str,
    replaced: Option<&AtomicU64>,
    path: &Path,
    out: &mut Found,
) -> Result<String> {
    // Unescaping never makes a string longer.
    let mut texts = String::with_capacity(text.len());
    let mut rest = text.get(from..).unwrap_or_default();
    let mut number = line;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let row = rest.get(..end).unwrap_or_default();
        rest = rest.get(end + 1..).unwrap_or_default();
        if !row.trim_ascii().is_empty() {
            let start = texts.len();
            match (pick(row, field), replaced) {
                (Ok(found), _) => texts.push_str(&found),
                // Only now, since it is rare and every row would pay for the search.
                (Err(Fault::Json(_)), Some(replaced)) => {
                    let (row, mended) = mend(row);
                    texts.push_str(&pick(&row, field).map_err(|fault| fault.error(path, number, field))?);
                    replaced.fetch_add(mended, Relaxed);
                }
                (Err(fault), _) => return Err(fault.error(path, number, field)),
            }
            out.add(start, texts.len());
        }
        number += 1;
    }
    Ok(texts)
}

/// What is wrong with a row.
enum Fault {
    Json(serde_json::Error),
    Missing,
    Type(&'static str),
}

impl Fault {
    fn error(self, path: &Path, line: u64, field: &str) -> Error {
        let (why, hint) = match self {
            Fault::Json(error) => {
                let message = error.to_string();
                // The parser sees one line only, so its own line number would mislead.
                let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
                let why = format!("invalid JSON in column {}: {message}", error.column());
                // What the parser says of half a pair depends on what follows it.
                let hint = if message.contains("hex escape") {
                    "where it is half a surrogate pair, `--lossy` reads it as U+FFFD"
                } else {
                    "a `.jsonl` file holds one JSON object on each line"
                };
                (why, hint.to_owned())
            }
            Fault::Missing => (format!("the row has no field `{field}`"), "name the field with `--field`".to_owned()),
            Fault::Type(kind) => {
                (format!("the field `{field}` is {kind}, not a string"), "name a text field with `--field`".to_owned())
            }
        };
        Error::input(path, why).at(Place::Line(line)).with_hint(hint)
    }
}

/// The row with every unpaired surrogate spelt U+FFFD, and how many there were. Only escapes are looked at: outside of
/// strings a backslash is an error either way.
fn mend(row: &str) -> (String, u64) {
    let unit = |at: usize| {
        let digits = row.get(at..at + 6)?.strip_prefix("\\u")?;
        if digits.starts_with('+') { None } else { u16::from_str_radix(digits, 16).ok() }
    };
    let (mut mended, mut count, mut copied, mut at) = (String::with_capacity(row.len()), 0, 0, 0);
    while let Some(found) = row.get(at..).and_then(|rest| memchr(b'\\', rest.as_bytes())) {
        at += found;
        at = match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => at + 12,
            Some(0xd800..=0xdfff) => {
                mended.push_str(row.get(copied..at).unwrap_or_default());
                mended.push_str("\\ufffd");
                copied = at + 6;
                count += 1;
                copied
            }
            Some(_) => at + 6,
            // Behind it may stand any character: the next search starts at its first byte unless it is a backslash.
            None => at + 1 + usize::from(row.as_bytes().get(at + 1) == Some(&b'\\')),
        };
    }
    mended.push_str(row.get(copied..).unwrap_or_default());
    (mended, count)
}

fn pick<'t>(row: &'t str, field: &str) -> Result<Cow<'t, str>, Fault> {
    let mut parser = serde_json::Deserializer::from_str(row);
    let value = parser.deserialize_map(Pick(field)).and_then(|value| parser.end().map(|()| value));
    match value.map_err(Fault::Json)? {
        Some(Value::Text(text)) => Ok(text),
        Some(Value::Other(kind)) => Err(Fault::Type(kind)),
        None => Err(Fault::Missing),
    }
}

/// Reads an object and keeps the value of one key.
struct Pick<'f>(&'f str);

impl<'t> Visitor<'t> for Pick<'_> {
    type Value = Option<Value<'t>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(wanted) = map.next_key_seed(IsKey(self.0))? {
            if wanted {
                found = Some(map.next_value_seed(AnyValue)?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Compares a key without building it.
struct IsKey<'f>(&'f str);

impl<'t> DeserializeSeed<'t> for IsKey<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsKey<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

/// The value of the wanted key: its text, or what it is instead.
enum Value<'t> {
    Text(Cow<'t, str>),
    Other(&'static str),
}

struct AnyValue;

impl<'t> DeserializeSeed<'t> for AnyValue {
    type Value = Value<'t>;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Value<'t>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for AnyValue {
    type Value = Value<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'t str) -> Result<Value<'t>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value<'t>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Value<'t>, E> {
        Ok(Value::Other("a truth value"))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Value<'t>, E> {
        Ok(Value::Other("a number"))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Value<'t>, E> {
        Ok(Value::Other("a number"))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Value<'t>, E> {
        Ok(Value::Other("a number"))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value<'t>, E> {
        Ok(Value::Other("null"))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut list: A) -> Result<Value<'t>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other("a list"))
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Value<'t>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Other("an object"))
    }
}

#[cfg(test)]
mod tests {
    use crate::corpus::tests::{drain, gz, input_error, sample, source};
    use crate::corpus::{Corpus, Options};
    use crate::error::{Place, Result};

    fn read(bytes: &[u8], field: &str, block: usize) -> Result<Vec<String>> {
        let file = sample("a.jsonl", bytes);
        let options = Options { field: field.to_owned(), keep_empty: true, ..Options::default() };
        let mut corpus = Corpus::open(&[source(&file.path)], options)?;
        corpus.block = block;
        drain(&corpus)
    }

    #[test]
    fn takes_the_field_and_nothing_else() {
        let rows = concat!(
            "\u{feff}{\"id\": 1, \"text\": \"bir\", \"meta\": {\"text\": \"no\", \"x\": [1, [2]]}}\r\n",
            "\n  \n",
            "{\"te\\u0078t\": \"a\\n\\u00e7\\ud83d\\ude00\"}\n",
            "{\"text\": 3, \"text\": \"last\"}\n{\"text\":\"\"}"
        );
        for block in [1, 7, 1 << 20] {
            assert_eq!(read(rows.as_bytes(), "text", block).unwrap(), ["bir", "a\nç😀", "last", ""]);
        }
        assert_eq!(read(b"{\"a.b\":\"x\",\"text\":null}\n", "a.b", 9).unwrap(), ["x"]);
    }

    #[test]
    fn every_fault_names_its_line() {
        let good = "{\"text\":\"x\"}\n";
        for (bad, message) in [
            ("{\"text\":\"x\"", "invalid JSON in column 11"),
            ("{\"text\":\"x\"} y", "trailing characters"),
            ("[\"text\"]", "expected an object"),
            ("\"text\"", "expected an object"),
            ("{\"body\":\"x\"}", "has no field `text`"),
            ("{\"text\":null}", "`text` is null"),
            ("{\"text\":7}", "`text` is a number"),
            ("{\"text\":-7.5}", "`text` is a number"),
            ("{\"text\":true}", "`text` is a truth value"),
            ("{\"text\":[\"x\"]}", "`text` is a list"),
            ("{\"text\":{\"a\":1}}", "`text` is an object"),
            ("{\"text\":\"\\ud800\"}", "invalid JSON"),
        ] {
            for block in [1, 30, 1 << 20] {
                let rows = format!("{}\n{good}{bad}\n{good}", good.repeat(3));
                let (path, at, why, hint) = input_error(read(rows.as_bytes(), "text", block));
                assert!(path.ends_with("a.jsonl"));
                assert_eq!(at, Place::Line(6), "{bad}");
                assert!(why.contains(message) && !why.contains(" line ") && !hint.is_empty(), "{why}");
            }
        }
        let at = input_error(read(b"{\"text\":\"x\"}\n{\"text\":\"\xff\"}\n", "text", 1)).1;
        assert_eq!(at, Place::Byte(22));
    }

    #[test]
    fn half_a_surrogate_pair_is_replaced_on_request_wherever_it_stands() {
        let row = r#"{"\udfff":"\ud800","x":"\\ud800","text":"a\ud83d\ude00\ud83d\\\u00e7\udc00\ud83dç\uD83D"}"#;
        assert!(input_error(read(row.as_bytes(), "text", 99)).3.contains("--lossy"));
        let file = sample("a.jsonl", row.as_bytes());
        let corpus = Corpus::open(&[source(&file.path)], Options { lossy: true, ..Options::default() }).unwrap();
        assert_eq!(drain(&corpus).unwrap(), ["a😀\u{fffd}\\ç\u{fffd}\u{fffd}ç\u{fffd}"]);
        assert_eq!(corpus.stats().replaced, 6);
        // Whole pairs and escaped backslashes are left alone, and a broken end is no reason to panic.
        for same in [r#"\ud83d\ude00"#, r#"\\ud800"#, r#"\"#, r#"\ud8"#, r#"\u+800"#, r#"\uç"#, r#"\ç\n"#] {
            assert_eq!(super::mend(same), (same.to_owned(), 0));
        }
    }

    #[test]
    fn damage_never_panics() {
        let rows: Vec<u8> =
            (0..50).flat_map(|n| format!("{{\"n\":{n},\"text\":\"s\\u0131r ç {n}\"}}\n").into_bytes()).collect();
        for at in 0..rows.len() {
            let _ = read(&rows[..at], "text", 256);
            let mut broken = rows.clone();
            broken[at] ^= 1 << (at % 8);
            let _ = read(&broken, "text", 256);
        }
        let deep = format!("{{\"x\":{}", "[".repeat(100_000));
        assert_eq!(input_error(read(deep.as_bytes(), "text", 64)).1, Place::Line(1));
        assert_eq!(input_error(read(deep.replace('x', "text").as_bytes(), "text", 64)).1, Place::Line(1));
    }

    #[test]
    fn may_be_packed() {
        let file = sample("a.jsonl.gz", &gz(b"{\"text\":\"x\"}\n"));
        let corpus = Corpus::open(&[source(&file.path)], Options::default()).unwrap();
        assert_eq!(drain(&corpus).unwrap(), ["x"]);
    }
}
