//! Tokens that are recognised in the text itself, before the model sees it.
//!
//! As in the `tokenizers` crate: of overlapping tokens the leftmost longest is found; those that are not `normalized`
//! are looked for in the raw text, the others, in their normalized form, in what lies between, normalized.
//! A match that `single_word` rejects still uses up its text.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::error::{Error, Result};
use crate::tokenizer::AddedToken;
use crate::vocab::Id;

/// One set of added tokens, compiled.
#[derive(Debug)]
pub(super) struct Added {
    finder: AhoCorasick,
    word: fancy_regex::Regex,
    tokens: Vec<Found>,
}

#[derive(Debug)]
struct Found {
    id: Id,
    special: bool,
    single_word: bool,
    lstrip: bool,
    rstrip: bool,
}

/// A stretch of text: plain, or an added token.
pub(super) type Section = (Option<Id>, std::ops::Range<usize>);

impl Added {
    /// Compiles tokens with the text to look for; `None` where there are none.
    pub(super) fn new<'a>(tokens: impl Iterator<Item = (&'a AddedToken, String)>) -> Result<Option<Added>> {
        let (mut patterns, mut found) = (Vec::new(), Vec::new());
        for (token, pattern) in tokens.filter(|(_, pattern)| !pattern.is_empty()) {
            patterns.push(pattern);
            found.push(Found {
                id: token.id,
                special: token.special,
                single_word: token.single_word,
                lstrip: token.lstrip,
                rstrip: token.rstrip,
            });
        }
        if patterns.is_empty() {
            return Ok(None);
        }
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns)
            .map_err(|e| Error::unsupported("added tokens", e.to_string()))?;
        let word = fancy_regex::Regex::new(r"^\w").map_err(|e| Error::unsupported("added tokens", e.to_string()))?;
        Ok(Some(Added { finder, word, tokens: found }))
    }

    /// Calls `emit` for every section of `text` in order. With `plain_specials`, special tokens count as text.
    pub(super) fn sections(
        &self,
        text: &str,
        plain_specials: bool,
        mut emit: impl FnMut(Section) -> Result<()>,
    ) -> Result<()> {
        let mut done = 0;
        for found in self.finder.find_iter(text) {
            let token = &self.tokens[found.pattern().as_usize()];
            let (mut start, mut end) = (found.start(), found.end());
            if plain_specials && token.special {
                continue;
            }
            if token.single_word && (self.ends_in_word(&text[..start]) || self.begins_with_word(&text[end..])) {
                continue;
            }
            if token.lstrip {
                start = text[..start].trim_end().len().max(done);
            }
            if token.rstrip {
                end += text[end..].len() - text[end..].trim_start().len();
            }
            if done < start {
                emit((None, done..start))?;
            }
            // A token of white space may have been swallowed whole by the token before it.
            if start < end {
                emit((Some(token.id), start..end))?;
            }
            done = end;
        }
        if done < text.len() { emit((None, done..text.len())) } else { Ok(()) }
    }

    fn begins_with_word(&self, text: &str) -> bool {
        self.word.is_match(text).unwrap_or(false)
    }

    fn ends_in_word(&self, text: &str) -> bool {
        text.char_indices().next_back().is_some_and(|(at, _)| self.begins_with_word(&text[at..]))
    }
}
