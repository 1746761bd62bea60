//! %TR and %Pure as the programs of Bayram et al. (arXiv 2502.07057) count them.
//!
//! They look every distinct decoded string up in a list of roots and suffixes, as it is: case, spaces and everything
//! count, nothing is left out. A string that is in the list is one key, valid and pure. The others go, joined by spaces,
//! to two services on the net: what comes back are the words between white space, and these are the keys. So a string
//! with a space in front and the string without it become one key, a string of several words becomes several, and white
//! space alone becomes none. Both figures are shares of the distinct keys.
//!
//! Deviations: the services are not here. In their place stands the list once more, or a lexicon given besides it, by
//! whose name the figures have to be called. Theirs judged purity by the roots of a whole batch, which nobody can repeat.

use std::collections::BTreeMap;
use std::path::Path;

use toktool::Result;
use toktool::morph::Lexical;
use toktool::morph::lexical::{Entries, Folding, WordList};

use super::Share;
use crate::packed;

/// What came of the count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// What gave the verdicts.
    pub lexicon: String,
    /// Different decoded strings.
    pub strings: u64,
    /// Valid keys among all: %TR.
    pub valid: Share,
    /// Pure keys among all: %Pure. Unknown where what stands in for the services knows no morphemes.
    pub pure: Share,
}

/// Reads a list of verdicts, one string a line and perhaps packed, whose entries stand for themselves alone: as in the paper,
/// nothing is folded.
///
/// # Errors
/// [`toktool::Error::Io`]; [`toktool::Error::Input`] for damaged packing, invalid UTF-8, or no entry.
pub fn verdicts(path: &Path) -> Result<WordList> {
    let label = path.file_name().map_or_else(|| "list".into(), |name| name.to_string_lossy());
    WordList::from_bytes(&packed::bytes(path)?, &label, Entries::Morphemes, Folding::NONE).map_err(|e| e.in_file(path))
}

/// Counts as the paper does. `tokens` are the bytes of every id that came out, control tokens included, since the paper's
/// encoders put them in; bytes that are no text decode to U+FFFD. `list` must not fold if figures are to be the paper's.
pub fn paper<B: AsRef<[u8]>>(
    tokens: impl IntoIterator<Item = B>,
    list: &WordList,
    services: Option<&dyn Lexical>,
) -> Paper {
    let mut strings: Vec<String> =
        tokens.into_iter().map(|bytes| String::from_utf8_lossy(bytes.as_ref()).into_owned()).collect();
    strings.sort_unstable();
    strings.dedup();
    let asked = |key: &str| match services {
        None => (list.contains(key), list.contains(key)),
        Some(lexicon) => (lexicon.is_word(key), lexicon.is_morpheme(key)),
    };
    // What the list says of a key stands above what is asked, whichever of its strings comes first.
    let mut keys: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    for string in &strings {
        if list.contains(string) {
            keys.insert(string, (true, true));
        } else {
            for key in string.split_whitespace() {
                keys.entry(key).or_insert_with(|| asked(key));
            }
        }
    }
    let n = keys.len() as u64;
    let count = |passes: fn(&(bool, bool)) -> bool| keys.values().filter(|verdict| passes(verdict)).count() as u64;
    let knows = services.is_none_or(|lexicon| lexicon.knows_morphemes());
    Paper {
        lexicon: match services {
            None => list.name().to_owned(),
            Some(lexicon) => format!("{}; then {}", list.name(), lexicon.name()),
        },
        strings: strings.len() as u64,
        valid: Share::of(count(|verdict| verdict.0), n),
        pure: Share { part: knows.then(|| count(|verdict| verdict.1)), n },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use toktool::morph::lexical::lexical;

    fn list(entries: &str) -> WordList {
        WordList::from_bytes(entries.as_bytes(), "list", Entries::Morphemes, Folding::NONE).unwrap()
    }

    #[test]
    fn keys_are_strings_of_the_list_and_words_of_the_rest() {
        let list = list("ev\nEv\nya da\nlar\n");
        // Strings: "ev", " ev", "Ev", "EV", "ya da", " ya da", "lar\n", "  ", "." , "\u{FFFD}" (twice) and "3": 11 different.
        // In the list as they are: ev, Ev, "ya da". The others in words: ev, EV, ya, da, lar, ".", "\u{FFFD}", "3".
        // Keys: ev Ev "ya da" EV ya da lar . \u{FFFD} 3 = 10, in the list: ev, Ev, "ya da", lar = 4.
        let tokens: [&[u8]; 13] =
            [b"ev", b" ev", b"Ev", b"EV", b"ya da", b" ya da", b"lar\n", b"  ", b".", b"\xc5", b"\x9f", b"3", b"ev"];
        let paper = paper(tokens, &list, None);
        assert_eq!(paper.strings, 11);
        assert_eq!((paper.valid, paper.pure), (Share::of(4, 10), Share::of(4, 10)));
        assert_eq!(paper.valid.percent(), Some(40.0));
        assert_eq!(paper.lexicon, list.name());
    }

    #[test]
    fn what_stands_in_for_the_services_judges_what_the_list_has_not() {
        let list = list("qqq\n");
        let turkish = lexical("tr").unwrap();
        // qqq is pure by the list; evlerden is valid, ev and EV pure, xyzq neither: 4 of 5 valid, 3 of 5 pure.
        let tokens = ["qqq", " evlerden", "ev", "EV", "xyzq"];
        let paper = paper(tokens, &list, Some(&*turkish));
        assert_eq!((paper.valid, paper.pure), (Share::of(4, 5), Share::of(3, 5)));
        let words = WordList::from_bytes(b"ev\n", "words", Entries::Words, Folding::NONE).unwrap();
        let paper = super::paper(tokens, &list, Some(&words));
        assert_eq!((paper.valid, paper.pure), (Share::of(2, 5), Share { part: None, n: 5 }));
    }

    #[test]
    fn no_token_has_no_share() {
        let paper = paper(["", " "], &list("ev\n"), None);
        assert_eq!((paper.strings, paper.valid.percent(), paper.pure.percent()), (2, None, None));
    }
}
