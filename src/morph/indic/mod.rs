//! The engine of the Hindi and the Marathi segmenter: a grammar that says which parses a word has, and a model of stems
//! and endings that says which one to believe.
//!
//! There is no free list of Hindi or Marathi roots, so whether `पानी` is a word or the root पा with the ending of an
//! infinitive cannot be looked up. But what stems a text has can be learned, given the endings: a stem is what other words
//! have as well, alone or with other endings. [`fit`] does that once; the result is a table of text ([`model`]).
//!
//! The probability of a parse is that of its start (bare, a prefix, another stem), times that of class and stem
//! ([`lexicon`], [`spelling`]), times that of each ending given state and sound before it. Parses with equal cuts are
//! added up: the cuts of a word are those with the largest sum.
//!
//! Cuts fall only where an ending, a stem or a clitic begins with a full letter: never before a dependent sign, never
//! after a virama, nowhere that [`crate::unicode::cluster::inside`] forbids. Where morphemes meet inside a cluster, their
//! piece stays whole, and its tag names both (`Noun+Obl`).
//!
//! Complexity: O(chains of endings x stems), some ten parses a word. Known limits: no sentence context, so a word with two
//! readings that are both common is always cut the same way; a stem is a string, so homographs are one; words of more than
//! [`script::MAX`] letters and words that begin with a sign stay whole.

mod fit;
mod grammar;
mod lexical;
mod lexicon;
mod model;
mod pieces;
mod sandhi;
pub(crate) mod script;
mod search;
mod spelling;
pub(crate) mod table;

use rustc_hash::FxHashMap;

pub use fit::Fit;
pub(crate) use lexical::Lexis;

use super::{Analysis, words};
use crate::error::{Error, Result};
use grammar::Grammar;
use lexicon::Lexicon;
use script::Word;
use search::{Chain, Parse};
use table::Table;

/// A grammar with probabilities.
#[derive(Debug)]
pub(crate) struct Engine {
    grammar: Grammar,
    lexicon: Lexicon,
    /// Log-probabilities of the choices of the grammar after each sound.
    logs: Vec<f32>,
}

impl Engine {
    /// A grammar with the findings of a table of text.
    ///
    /// # Errors
    /// [`Error::Input`] with the line of a row that is none, or that the grammar does not know.
    pub(crate) fn read(table: &'static Table, text: &str) -> Result<Engine> {
        model::read(table, text)
    }

    /// The same from a table that was packed with zstd.
    ///
    /// # Errors
    /// [`Error::Input`] besides where the bytes are not what they should be.
    pub(crate) fn unpack(table: &'static Table, packed: &[u8]) -> Result<Engine> {
        let text = zstd::decode_all(packed).map_err(|e| Error::input("", format!("not packed with zstd: {e}")))?;
        let text = String::from_utf8(text).map_err(|e| Error::input("", e.to_string()))?;
        Engine::read(table, &text)
    }

    /// What the words of texts say of the stems and endings of a grammar, as a table of text.
    pub(crate) fn fit(table: &'static Table, texts: &[&str], options: &Fit) -> String {
        let mut counts: FxHashMap<&str, u64> = FxHashMap::default();
        for text in texts {
            words(text).for_each(|(start, end)| *counts.entry(&text[start..end]).or_default() += 1);
        }
        fit::fit(table, &counts, options)
    }

    /// The sets of cuts of `word` with their probabilities, the most probable first, each with its best parse.
    fn ranked(&self, word: &Word<'_>, chains: &mut Vec<Chain>) -> Vec<(Parse, f64)> {
        let mut parses = Vec::with_capacity(64);
        self.parses(word, chains, &mut parses);
        parses.retain(|parse| parse.log.is_finite());
        let best = parses.iter().map(|parse| parse.log).fold(f32::NEG_INFINITY, f32::max);
        let mut ranked: Vec<(Parse, f64)> = Vec::new();
        for parse in parses {
            let share = f64::from(parse.log - best).exp();
            match ranked.iter_mut().find(|row| row.0.cuts == parse.cuts) {
                Some((likeliest, sum)) => {
                    *sum += share;
                    if parse.log > likeliest.log {
                        *likeliest = parse;
                    }
                }
                None => ranked.push((parse, share)),
            }
        }
        let all: f64 = ranked.iter().map(|row| row.1).sum();
        ranked.iter_mut().for_each(|row| row.1 /= all);
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cuts.cmp(&b.0.cuts)));
        ranked
    }

    /// See [`super::Segmenter::boundaries`].
    pub(crate) fn boundaries(&self, text: &str, cuts: &mut Vec<usize>) {
        let Some(word) = Word::new(text) else { return };
        if let Some((best, _)) = self.ranked(&word, &mut Vec::with_capacity(64)).first() {
            cuts.extend((1..word.codes().len()).filter(|at| best.cuts >> at & 1 == 1).map(|at| word.end(at)));
        }
    }

    /// See [`super::Segmenter::analyses`].
    pub(crate) fn analyses(&self, text: &str, n: usize) -> Vec<Analysis> {
        if n == 0 || text.is_empty() {
            return Vec::new();
        }
        let mut chains = Vec::new();
        let word = Word::new(text);
        let ranked = word.as_ref().map_or(Vec::new(), |word| self.ranked(word, &mut chains));
        let analysis = |(parse, probability): &(Parse, f64)| {
            let pieces = word.as_ref().map(|word| self.pieces(word, parse, &chains));
            Analysis { pieces: pieces.unwrap_or_default(), probability: *probability }
        };
        match ranked.len() {
            0 => vec![Analysis::from_cuts(text.len(), &[])],
            _ => ranked.iter().take(n).map(analysis).collect(),
        }
    }
}

#[cfg(test)]
mod silver;
#[cfg(test)]
mod tests;
