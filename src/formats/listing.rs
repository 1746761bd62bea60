//! `vocabulary.tsv`: the vocabulary for people and for `grep`.
//!
//! One line per token: id, token, the two tokens it was merged from, how often it was counted. A token stays on its
//! line whatever it holds: valid UTF-8 is shown as it is, apart from control characters, tabs, line feeds and the
//! backslash; every other byte is `\xNN`. O(tokens).

use std::borrow::Cow;
use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use crate::error::Result;
use crate::tokenizer::{Model, Tokenizer};
use crate::vocab::{Id, Merge};

/// The first line.
pub const HEADER: &str = "id\ttoken\tparents\tcount\n";

/// `token` on one line: printable UTF-8 as it is, `\t`, `\n`, `\r` and `\\` escaped, other bytes as `\xNN`.
pub fn escape(token: &[u8]) -> String {
    let mut out = String::with_capacity(token.len());
    for chunk in token.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\t' => out.push_str("\\t"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\\' => out.push_str("\\\\"),
                // Line and paragraph separators end lines in some viewers.
                c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                    push_bytes(c.encode_utf8(&mut [0; 4]).as_bytes(), &mut out);
                }
                c => out.push(c),
            }
        }
        push_bytes(chunk.invalid(), &mut out);
    }
    out
}

fn push_bytes(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        // Writing into a string cannot fail.
        let _ = write!(out, "\\x{byte:02X}");
    }
}

/// Writes the listing: vocabulary and added tokens by id. `parents` are the first merge that makes the token, `count`
/// gives a token's count where there is one. Tokens of a foreign model are shown as its file spells them.
///
/// # Errors
/// [`crate::Error::Input`] when a foreign model does not load.
pub fn write(tokenizer: &Tokenizer, count: impl Fn(Id) -> Option<u64>) -> Result<String> {
    let mut rows: Vec<(Id, Cow<'_, [u8]>)> = Vec::new();
    let mut parents: FxHashMap<Id, Merge> = FxHashMap::default();
    match &tokenizer.model {
        Model::Bpe(bpe) => {
            rows.extend(bpe.vocab.iter().map(|(id, token)| (id, Cow::Borrowed(token))));
            for merge in &bpe.vocab.merges {
                parents.entry(merge.new).or_insert(*merge);
            }
        }
        Model::Foreign(text) => {
            let vocab = crate::encode::foreign::load(text)?.get_vocab(false);
            rows.extend(vocab.into_iter().map(|(token, id)| (id, Cow::Owned(token.into_bytes()))));
            rows.sort_unstable();
        }
    }
    let defined = rows.len();
    for added in &tokenizer.added {
        if rows[..defined].binary_search_by_key(&added.id, |r| r.0).is_err() {
            rows.push((added.id, Cow::Borrowed(added.content.as_bytes())));
        }
    }
    rows.sort_by_key(|r| r.0);
    let mut out = String::from(HEADER);
    for (id, token) in rows {
        let _ = write!(out, "{id}\t{}\t", escape(&token));
        if let Some(m) = parents.get(&id) {
            let _ = write!(out, "{}+{}", m.left, m.right);
        }
        out.push('\t');
        if let Some(n) = count(id) {
            let _ = write!(out, "{n}");
        }
        out.push('\n');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenizer::{AddedToken, Bpe};

    #[test]
    fn a_token_stays_on_its_line_and_can_be_told_apart() {
        assert_eq!(escape("ağ\t\n\\ \u{7f}".as_bytes()), "ağ\\t\\n\\\\ \\x7F");
        assert_eq!(escape(b"\xC4a\xFF"), "\\xC4a\\xFF");
        assert_eq!(escape("\u{2028}".as_bytes()), "\\xE2\\x80\\xA8");
    }

    #[test]
    fn rows_are_by_id_with_parents_and_counts() {
        let mut bpe = Bpe::default();
        for token in [&b"a"[..], b"b", b"ab"] {
            bpe.vocab.push(token);
        }
        bpe.vocab.merges.push(Merge { left: 0, right: 1, new: 2 });
        let added = [(9, "<end>"), (0, "a")].map(|(id, c)| AddedToken { id, content: c.into(), ..Default::default() });
        let tokenizer = Tokenizer { model: Model::Bpe(bpe), added: added.into(), ..Default::default() };
        let text = write(&tokenizer, |id| (id == 2).then_some(7)).unwrap();
        assert_eq!(text, "id\ttoken\tparents\tcount\n0\ta\t\t\n1\tb\t\t\n2\tab\t0+1\t7\n9\t<end>\t\t\n");
    }

    #[test]
    fn a_foreign_model_is_listed_too() {
        let json = r#"{"model": {"type": "WordPiece", "unk_token": "u", "continuing_subword_prefix": "\u0023#",
            "max_input_chars_per_word": 100, "vocab": {"u": 0, "b": 1}}}"#;
        let tokenizer = super::super::hf::read_str(json).unwrap();
        assert!(matches!(tokenizer.model, Model::Foreign(_)));
        assert_eq!(write(&tokenizer, |_| None).unwrap(), "id\ttoken\tparents\tcount\n0\tu\t\t\n1\tb\t\t\n");
    }
}
