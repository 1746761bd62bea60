//! Words with their first piece: a table that survives in `tokenizer.json` as a regular expression.
//!
//! A segmenter cannot be written into a tokenizer file, but what it says about the words of a text can. [`Heads`] lists
//! words and where the first piece of each ends; spelled as one expression it is a trie of the pieces, each with a trie of
//! what may come after it as a look-ahead, so that an engine which knows nothing of morphology cuts the same words at the
//! same places. Several tables in a row cut several times.
//!
//! Reading such an expression back gives the table, and a table is a hash lookup instead of a search.
//!
//! The expression holds only what `fancy-regex` and Oniguruma read alike: literals, groups, `?`, `|`, `(?=)`, `\A`, `\z`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::unicode::class::{self, JOINER, LETTER, MARK, NUMBER};

/// What may stand before a word of a table that allows it: one character that no word has.
const BEFORE: &str = r"[^\p{L}\p{M}\p{N}]?";
/// Deeper tries are not read back; no word is so long.
const DEEPEST: usize = 512;

/// Words and where the first piece of each ends.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Heads {
    /// Whether one character that is no letter, mark or number may stand before the word, as the space does that
    /// pre-tokenization leaves there.
    pub marked: bool,
    /// Words of letters, marks and joiners, each with the byte offset of its cut: inside it, at a character border.
    pub rows: BTreeMap<String, u32>,
}

#[derive(Default)]
struct Trie {
    next: BTreeMap<char, Trie>,
    /// A word ends here.
    end: bool,
    /// What may follow a piece that ends here.
    after: Option<Box<Trie>>,
}

impl Trie {
    fn descend(&mut self, text: &str) -> &mut Trie {
        text.chars().fold(self, |node, c| node.next.entry(c).or_default())
    }

    /// The alternatives of a piece that goes on here.
    fn write_head(&self, out: &mut String) {
        let alternatives = self.next.len() + usize::from(self.after.is_some());
        if alternatives > 1 {
            out.push_str("(?:");
        }
        let mut first = true;
        if let Some(after) = &self.after {
            out.push_str("(?=");
            after.write_tail(out);
            out.push_str(r"\z)");
            first = false;
        }
        for (&c, node) in &self.next {
            if !std::mem::take(&mut first) {
                out.push('|');
            }
            write_char(c, out);
            node.write_head(out);
        }
        if alternatives > 1 {
            out.push(')');
        }
    }

    /// What may follow from here to the end of the word.
    fn write_tail(&self, out: &mut String) {
        if self.next.is_empty() {
            return;
        }
        let group = self.next.len() > 1 || self.end;
        if group {
            out.push_str("(?:");
        }
        for (n, (&c, node)) in self.next.iter().enumerate() {
            if n > 0 {
                out.push('|');
            }
            write_char(c, out);
            node.write_tail(out);
        }
        if group {
            out.push(')');
        }
        if self.end {
            out.push('?');
        }
    }
}

fn write_char(c: char, out: &mut String) {
    if class::of(c) & JOINER != 0 {
        // Nobody sees a joiner in a file. Writing to a string cannot fail.
        let _ = write!(out, r"\x{{{:X}}}", c as u32);
    } else {
        out.push(c);
    }
}

/// Whether a table can hold the word: it starts with a letter, and has nothing but letters, marks and joiners.
pub(crate) fn is_plain(word: &str) -> bool {
    let starts = word.chars().next().is_some_and(|c| class::of(c) & LETTER != 0);
    starts && word.chars().all(|c| class::of(c) & (LETTER | MARK | JOINER) != 0)
}

impl Heads {
    /// The table as a regular expression that matches the first piece of its words, at the start of the text.
    pub fn regex(&self) -> String {
        let mut root = Trie::default();
        for (word, &cut) in &self.rows {
            let (piece, rest) = word.split_at(cut as usize);
            root.descend(piece).after.get_or_insert_default().descend(rest).end = true;
        }
        let mut out = String::from(r"\A");
        if self.marked {
            out.push_str(BEFORE);
        }
        root.write_head(&mut out);
        out
    }

    /// The table that a regular expression spells, if it spells one.
    pub fn recognise(regex: &str) -> Option<Heads> {
        let rest = regex.strip_prefix(r"\A")?;
        let (marked, rest) = rest.strip_prefix(BEFORE).map_or((false, rest), |rest| (true, rest));
        let mut reader = Reader { rest, piece: String::new(), word: String::new(), rows: BTreeMap::new() };
        reader.head(0)?;
        let heads = Heads { marked, rows: reader.rows };
        (reader.rest.is_empty() && heads.regex() == regex).then_some(heads)
    }
}

/// Reads an expression that [`Heads::regex`] wrote; anything else ends it somewhere.
struct Reader<'a> {
    rest: &'a str,
    piece: String,
    word: String,
    rows: BTreeMap<String, u32>,
}

impl Reader<'_> {
    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn character(&mut self) -> Option<char> {
        if self.take(r"\x{") {
            let (digits, rest) = self.rest.split_once('}')?;
            self.rest = rest;
            return char::from_u32(u32::from_str_radix(digits, 16).ok()?);
        }
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        (class::of(c) & (LETTER | MARK) != 0).then_some(c)
    }

    fn head(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        if !self.take("(?:") {
            return self.head_alternative(depth);
        }
        loop {
            self.head_alternative(depth)?;
            if self.take(")") {
                return Some(());
            }
            if !self.take("|") {
                return None;
            }
        }
    }

    fn head_alternative(&mut self, depth: usize) -> Option<()> {
        if self.take("(?=") {
            self.word.clone_from(&self.piece);
            self.tail(depth)?;
            return self.take(r"\z)").then_some(());
        }
        let c = self.character()?;
        self.piece.push(c);
        self.head(depth + 1)?;
        self.piece.pop();
        Some(())
    }

    fn tail(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let ends = |reader: &mut Self| reader.rows.insert(reader.word.clone(), reader.piece.len() as u32);
        if self.rest.starts_with([')', '|']) || self.rest.starts_with(r"\z") {
            ends(self);
            return Some(());
        }
        if !self.take("(?:") {
            return self.tail_alternative(depth);
        }
        loop {
            self.tail_alternative(depth)?;
            if self.take(")") {
                break;
            }
            if !self.take("|") {
                return None;
            }
        }
        if self.take("?") {
            ends(self);
        }
        Some(())
    }

    fn tail_alternative(&mut self, depth: usize) -> Option<()> {
        let c = self.character()?;
        self.word.push(c);
        self.tail(depth + 1)?;
        self.word.pop();
        Some(())
    }
}

/// The fast form of a table.
#[derive(Debug)]
pub(super) struct Lookup {
    marked: bool,
    rows: FxHashMap<Box<str>, u32>,
    /// Bytes of the longest word.
    longest: usize,
}

impl Lookup {
    pub fn new(heads: &Heads) -> Lookup {
        Lookup {
            marked: heads.marked,
            rows: heads.rows.iter().map(|(word, &cut)| (word.as_str().into(), cut)).collect(),
            longest: heads.rows.keys().map(String::len).max().unwrap_or(0),
        }
    }

    /// Where the first piece of `text` ends, if it is a word of the table.
    pub fn cut(&self, text: &str) -> Option<usize> {
        let before = match text.chars().next()? {
            c if self.marked && class::of(c) & (LETTER | MARK | NUMBER) == 0 => c.len_utf8(),
            _ => 0,
        };
        let word = &text[before..];
        if word.len() > self.longest {
            return None;
        }
        self.rows.get(word).map(|&cut| before + cut as usize)
    }
}

#[cfg(test)]
mod tests {
    use fancy_regex::Regex;
    use proptest::prelude::*;

    use super::*;

    fn heads(marked: bool, rows: &[(&str, u32)]) -> Heads {
        Heads { marked, rows: rows.iter().map(|&(word, cut)| (word.to_owned(), cut)).collect() }
    }

    #[test]
    fn a_table_is_spelled_as_a_trie() {
        let table = heads(true, &[("evler", 2), ("evde", 2), ("evdeki", 2), ("ata", 2)]);
        assert_eq!(table.regex(), r"\A[^\p{L}\p{M}\p{N}]?(?:at(?=a\z)|ev(?=(?:de(?:ki)?|ler)\z))");
    }

    #[test]
    fn one_character_may_stand_before_a_marked_word() {
        let lookup = Lookup::new(&heads(true, &[("evler", 2)]));
        let cuts = ["evler", " evler", "(evler", "  evler", "levler", "evlerx", "ev", ""].map(|text| lookup.cut(text));
        assert_eq!(cuts, [Some(2), Some(3), Some(3), None, None, None, None, None]);
        assert_eq!(Lookup::new(&heads(false, &[("ler", 1)])).cut(" ler"), None);
    }

    #[test]
    fn what_is_no_table_is_not_recognised() {
        let deep = format!(r"\A{}(?=a\z)", "a".repeat(DEEPEST + 10));
        for regex in [r"\A", r"\Aa", r"\A(?=a\z)b", r"a(?=b\z)", r"\A.(?=b\z)", r"\A(?:a(?=b\z))", r"\Aa(?=b)", &deep] {
            assert_eq!(Heads::recognise(regex), None, "{regex}");
        }
    }

    proptest! {
        #[test]
        fn a_table_reads_back_and_its_regex_cuts_like_it(
            marked: bool,
            words in prop::collection::btree_map("[abक][abक\u{93f}\u{200d}]{1,5}", any::<u32>(), 1..20),
            texts in prop::collection::vec("[ (1]?[abक\u{93f}\u{200d}]{0,6}", 1..20),
        ) {
            let rows = words.into_iter().map(|(word, n)| {
                let borders: Vec<usize> = word.char_indices().map(|(at, _)| at).skip(1).collect();
                let cut = borders[n as usize % borders.len()] as u32;
                (word, cut)
            });
            let table = Heads { marked, rows: rows.collect() };
            let regex = table.regex();
            prop_assert_eq!(Heads::recognise(&regex), Some(table.clone()));
            let (compiled, lookup) = (Regex::new(&regex).unwrap(), Lookup::new(&table));
            for text in texts.iter().chain(table.rows.keys()) {
                let found = compiled.find(text).unwrap().map(|m| m.end());
                prop_assert_eq!(lookup.cut(text), found, "{:?} in {}", text, regex);
            }
        }
    }
}
