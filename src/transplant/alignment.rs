//! Which old tokens a new token is a translation of, from a file that an aligner made.
//!
//! A row a line, its columns parted by tabs; empty lines are skipped:
//!
//! ```text
//! new token     old token     weight
//! new word      old word      weight     word
//! ```
//!
//! The weight is a count or a probability: only its share among the rows of a new token matters, and rows of the same pair
//! add up. Tokens are written as `tokenizer.json` spells them (`Ġev`, `▁ev`), or as their text where that is no spelling. A
//! row of words counts for their tokens: each token of the new word gives half of the weight to all tokens of the old
//! word alike, and half to those at the same place of it, from its beginning to its end; words are taken as they stand in
//! a sentence, after a space. The split is that of trans-tokenizers (2408.04303), which aligns words, too.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use rustc_hash::FxHashMap;

use super::pieces::Speller;
use super::side::Side;
use crate::error::{Error, Place, Result};
use crate::inventory::{Class, spellings};
use crate::vocab::Id;

/// A line that is longer is of another kind of file.
const LONGEST: u64 = 1 << 20;

/// Rows of words that are spelled together.
const WORDS: usize = 8192;

/// New tokens with old ones and their weights.
#[derive(Debug, Default)]
pub struct Alignment {
    /// By new id: old ids, ascending and each once, with the sum of their weights.
    rows: FxHashMap<Id, Vec<(Id, f64)>>,
}

/// Tokens of one tokenizer by what a file may call them.
struct Names<'s> {
    side: &'s Side,
    rows: usize,
    which: &'static str,
    spelled: FxHashMap<String, Id>,
    texts: FxHashMap<Vec<u8>, Id>,
    speller: Speller,
}

impl<'s> Names<'s> {
    fn new(side: &'s Side, rows: usize, which: &'static str) -> Result<Names<'s>> {
        let rows = rows.min(side.bound());
        let mut spelled = FxHashMap::default();
        for (id, text) in spellings(&side.tokenizer)? {
            spelled.entry(text).or_insert(id);
        }
        let mut texts = FxHashMap::default();
        for id in (0..rows as Id).filter(|&id| side.inventory.class(id) == Class::Text) {
            texts.entry(side.inventory.canonical(id).into_owned()).or_insert(id);
        }
        Ok(Names { side, rows, which, spelled, texts, speller: Speller::new(side, rows)? })
    }

    fn token(&self, name: &str) -> Result<Id, (String, &'static str)> {
        let id = self.spelled.get(name).or_else(|| self.texts.get(name.as_bytes()));
        match id {
            Some(&id) if (id as usize) < self.rows && self.side.inventory.class(id) != Class::Hole => Ok(id),
            Some(id) => Err((
                format!("the {} token `{name}` of id {id} has no row", self.which),
                "leave out rows of tokens beyond the model's matrix",
            )),
            None => Err((
                format!("the {} tokenizer has no token `{name}`", self.which),
                "the columns are new token, old token, weight; spell tokens as tokenizer.json does, and end rows of words with a fourth column, `word`",
            )),
        }
    }

    /// The tokens of words after a space, each with where it begins and ends in its word, from 0 to 1.
    fn words<'w>(&self, words: impl Iterator<Item = &'w str>) -> Result<Vec<Vec<Spelled>>> {
        let texts: Vec<String> = words.map(|word| format!(" {word}")).collect();
        let pieces = self.speller.spell(&texts)?;
        let places = (0..texts.len()).map(|word| {
            let mut at = 0.0;
            let mut places = Vec::new();
            for &id in pieces.of(word) {
                let start = at;
                at += self.side.inventory.canonical(id).len() as f64;
                places.push((id, start, at));
            }
            places.iter_mut().for_each(|(_, start, end)| (*start, *end) = (*start / at, *end / at));
            places
        });
        Ok(places.collect())
    }
}

/// A token of a word, with where it begins and ends.
type Spelled = (Id, f64, f64);

/// Rows of words that are waiting to be spelled together.
#[derive(Default)]
struct Words {
    pairs: Vec<(String, String)>,
    weights: Vec<f64>,
}

impl Words {
    /// Spells them and shares their weights among their tokens.
    fn settle(&mut self, news: &Names<'_>, olds: &Names<'_>, sums: &mut FxHashMap<(Id, Id), f64>) -> Result<()> {
        let new = news.words(self.pairs.iter().map(|pair| pair.0.as_str()))?;
        let old = olds.words(self.pairs.iter().map(|pair| pair.1.as_str()))?;
        for ((new, old), weight) in new.iter().zip(&old).zip(&self.weights) {
            share(new, old, *weight, sums);
        }
        self.pairs.clear();
        self.weights.clear();
        Ok(())
    }
}

impl Alignment {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Input`] naming the line for a row that has not three columns, or four of which the last is
    /// `word`; for a token that its tokenizer lacks; for a weight that is not a positive number; for bytes that are no UTF-8;
    /// and for a file without a row.
    pub fn read(path: &Path, old: &Side, new: &Side, rows: usize) -> Result<Alignment> {
        let (olds, news) = (Names::new(old, rows, "old")?, Names::new(new, new.bound(), "new")?);
        let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
        let mut reader = BufReader::new(file);
        let mut sums: FxHashMap<(Id, Id), f64> = FxHashMap::default();
        let (mut words, mut line) = (Words::default(), Vec::new());
        for number in 1.. {
            line.clear();
            let limited = &mut std::io::Read::take(&mut reader, LONGEST);
            if limited.read_until(b'\n', &mut line).map_err(|e| Error::io("read", path, e))? == 0 {
                break;
            }
            let fault = |why: &str, hint: &str| Error::input(path, why).at(Place::Line(number)).with_hint(hint);
            if line.len() as u64 == LONGEST {
                return Err(fault("the line is longer than a mebibyte", "is this a file of aligned tokens?"));
            }
            let text = std::str::from_utf8(&line).map_err(|_| fault("invalid UTF-8", "convert the file to UTF-8"))?;
            let text = text.strip_suffix('\n').unwrap_or(text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            if text.is_empty() {
                continue;
            }
            let columns: Vec<&str> = text.split('\t').collect();
            let (names, weight, word) = match columns[..] {
                [new, old, weight] => ([new, old], weight, false),
                [new, old, weight, "word"] => ([new, old], weight, true),
                _ => {
                    let why = format!("{} columns, not new token, old token and weight", columns.len());
                    return Err(fault(&why, "part the columns by tabs; a row of words has a fourth, `word`"));
                }
            };
            let weight: f64 = match weight.parse() {
                Ok(number) if f64::is_finite(number) && number > 0.0 => number,
                _ => return Err(fault(&format!("`{weight}` is no positive number"), "give a count or a probability")),
            };
            if word {
                if names.contains(&"") {
                    return Err(fault("a word is empty", "part the columns by one tab each"));
                }
                words.pairs.push((names[0].to_owned(), names[1].to_owned()));
                words.weights.push(weight);
                if words.pairs.len() == WORDS {
                    words.settle(&news, &olds, &mut sums)?;
                }
            } else {
                let new = news.token(names[0]).map_err(|(why, hint)| fault(&why, hint))?;
                let old = olds.token(names[1]).map_err(|(why, hint)| fault(&why, hint))?;
                *sums.entry((new, old)).or_default() += weight;
            }
        }
        words.settle(&news, &olds, &mut sums)?;
        if sums.is_empty() {
            return Err(Error::input(path, "it aligns nothing")
                .with_hint("a row a line: new token, old token, weight, parted by tabs"));
        }
        let mut pairs: Vec<((Id, Id), f64)> = sums.into_iter().collect();
        pairs.sort_unstable_by_key(|pair| pair.0);
        let mut alignment = Alignment::default();
        for ((new, old), weight) in pairs {
            alignment.rows.entry(new).or_default().push((old, weight));
        }
        Ok(alignment)
    }

    /// Old tokens with their weights, which add up to 1; `None` for a new token that no row is about.
    pub fn of(&self, new: Id) -> Option<impl Iterator<Item = (Id, f32)> + '_> {
        let row = self.rows.get(&new)?;
        let sum: f64 = row.iter().map(|pair| pair.1).sum();
        Some(row.iter().map(move |&(id, weight)| (id, (weight / sum) as f32)))
    }
}

/// Adds the weight of two words to the pairs of their tokens.
fn share(new: &[Spelled], old: &[Spelled], weight: f64, sums: &mut FxHashMap<(Id, Id), f64>) {
    for &(token, start, end) in new {
        for &(other, from, to) in old {
            let common = (end.min(to) - start.max(from)).max(0.0) / (end - start);
            let part = 0.5 / old.len() as f64 + 0.5 * common;
            if part.is_finite() {
                *sums.entry((token, other)).or_default() += weight * part;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first token covers two thirds of its word, of which 3/4 lie on the first old token: half of 1/2 and half of 3/4 of
    /// the weight go there.
    #[test]
    fn words_are_shared_by_hand() {
        let mut sums = FxHashMap::default();
        share(&[(1, 0.0, 2.0 / 3.0), (2, 2.0 / 3.0, 1.0)], &[(8, 0.0, 0.5), (9, 0.5, 1.0)], 4.0, &mut sums);
        for (pair, expected) in [((1, 8), 2.5), ((1, 9), 1.5), ((2, 8), 1.0), ((2, 9), 3.0)] {
            assert!((sums[&pair] - expected).abs() < 1e-9, "{pair:?} {sums:?}");
        }
    }
}
