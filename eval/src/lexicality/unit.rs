//! A unit: a token without the space around it, and what it is made of.

use toktool::morph;
use toktool::unicode::cluster;

/// What a unit is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Bucket {
    /// Letters, marks and joiners, with apostrophes before letters: what may be a word or part of one.
    Letters,
    /// Numbers.
    Digits,
    /// Neither letters nor numbers: punctuation, symbols, controls.
    Punctuation,
    /// Anything else that is text: letters with digits or punctuation, words with a space between them.
    Mixed,
    /// No text: it begins or ends inside a character.
    Fragment,
    /// White space alone.
    Empty,
}

impl Bucket {
    /// Every bucket, in the order of their numbers.
    pub const ALL: [Bucket; 6] =
        [Bucket::Letters, Bucket::Digits, Bucket::Punctuation, Bucket::Mixed, Bucket::Fragment, Bucket::Empty];

    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Bucket::Letters => "letters",
            Bucket::Digits => "digits",
            Bucket::Punctuation => "punctuation",
            Bucket::Mixed => "mixed",
            Bucket::Fragment => "fragments",
            Bucket::Empty => "empty",
        }
    }
}

/// White space, and the mark that SentencePiece writes for a space.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{2581}'
}

/// A token without white space and space markers at its ends, and its bucket. O(n).
pub fn unit(token: &[u8]) -> (&[u8], Bucket) {
    if let Ok(text) = std::str::from_utf8(token) {
        let text = text.trim_matches(is_space);
        return (text.as_bytes(), bucket(text));
    }
    // What is no text may still have text at its ends.
    let (mut from, mut to) = (0, token.len());
    if let Some(first) = token.utf8_chunks().next() {
        from = first.valid().len() - first.valid().trim_start_matches(is_space).len();
    }
    if let Some(last) = token.utf8_chunks().last().filter(|chunk| chunk.invalid().is_empty()) {
        to -= last.valid().len() - last.valid().trim_end_matches(is_space).len();
    }
    (&token[from..to], Bucket::Fragment)
}

pub(super) fn bucket(text: &str) -> Bucket {
    let word = text.strip_prefix(['\'', '\u{2019}']).unwrap_or(text);
    if text.is_empty() {
        Bucket::Empty
    } else if text.chars().all(char::is_numeric) {
        Bucket::Digits
    } else {
        match morph::words(word).next() {
            None => Bucket::Punctuation,
            Some(whole) if whole == (0, word.len()) && !word.contains(char::is_numeric) => Bucket::Letters,
            Some(_) => Bucket::Mixed,
        }
    }
}

/// Whether a unit of letters is one letter: one orthographic cluster, an apostrophe before it apart.
pub(super) fn is_single(text: &str) -> bool {
    cluster::aksharas(text.trim_start_matches(['\'', '\u{2019}'])).nth(1).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_and_space_markers_go() {
        for (token, stripped) in [
            (" ev", "ev"),
            ("\u{2581}ev", "ev"),
            ("\u{2581}\u{2581} ev\n", "ev"),
            ("\u{a0}ev\u{3000}", "ev"),
            ("ev de", "ev de"),
            (" \t\n", ""),
            ("", ""),
        ] {
            assert_eq!(unit(token.as_bytes()).0, stripped.as_bytes(), "{token:?}");
        }
        // A fragment of ş (C5 9F) with spaces around it, and with text.
        assert_eq!(unit(b" \xc5"), (&b"\xc5"[..], Bucket::Fragment));
        assert_eq!(unit(b"\x9f \xe2\x96\x81"), (&b"\x9f"[..], Bucket::Fragment));
        assert_eq!(unit(b" a \xc5"), (&b"a \xc5"[..], Bucket::Fragment));
        assert_eq!(unit(b"\xc5 \xc5"), (&b"\xc5 \xc5"[..], Bucket::Fragment));
    }

    #[test]
    fn every_unit_has_one_bucket() {
        for (bucket, units) in [
            (
                Bucket::Letters,
                &["ev", "İstanbul'da", "'da", "’nın", "हिन्दी", "ों", "क्\u{200d}", "don't", "中文", "é"][..],
            ),
            (Bucket::Digits, &["3", "1992", "५", "½"]),
            (Bucket::Punctuation, &[".", "...", "'", "€", "🙂", "\u{feff}", "।"]),
            (Bucket::Mixed, &["3'ü", "ev.", "(ev", "a1", "ev de", "ev'", "''da", "3,5"]),
            (Bucket::Empty, &["", " ", "\u{2581}\n"]),
        ] {
            for text in units {
                assert_eq!(unit(text.as_bytes()).1, bucket, "{text}");
            }
        }
        for (n, bucket) in Bucket::ALL.iter().enumerate() {
            assert_eq!(*bucket as usize, n);
        }
    }

    #[test]
    fn a_letter_is_a_cluster() {
        for text in ["e", "'e", "ş", "s\u{327}", "कि", "क्षि", "ी"] {
            assert!(is_single(text), "{text}");
        }
        for text in ["ev", "'da", "लोग"] {
            assert!(!is_single(text), "{text}");
        }
    }
}
