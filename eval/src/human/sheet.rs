//! Makes a sheet: words drawn from a corpus, as tokenizers cut them.

use std::collections::BTreeMap;

use toktool::observe::Observer;
use toktool::random::Random;
use toktool::{Error, Result};

use super::cuts::{self, Cuts, shown};
use super::key::{Item, Key, Named, SCHEMA, Stratum, sha256};
use super::{html, rubric, words};
use crate::evaluation::Input;
use crate::subject::{Baseline, Subject};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// Words to draw.
    pub words: usize,
    /// Of every random choice.
    pub seed: u64,
    /// Threads to read with.
    pub threads: usize,
    /// Whether characters and random cuts are among what is rated.
    pub baselines: bool,
}

/// A sheet with its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What is in it, and who made it.
    pub key: Key,
    /// Distinct words that could have been drawn.
    pub distinct: usize,
    /// Words that were drawn.
    pub words: usize,
}

impl Sheet {
    /// The files to write: for the annotators, and `key.json`, which is not for them.
    pub fn files(&self) -> Vec<(&'static str, String)> {
        vec![
            ("sheet.csv", self.key.csv()),
            ("sheet.html", html::page(&self.key)),
            ("RUBRIC.md", rubric::markdown()),
            ("key.json", format!("{:#}\n", serde_json::json!(self.key))),
        ]
    }
}

/// Draws words from a corpus and lets every tokenizer cut them.
///
/// # Errors
/// [`Error::Config`] for no word, no tokenizer, two of one name, or a corpus that can be read only once;
/// [`Error::Input`] for a corpus without a word; what reading and encoding report; [`Error::Interrupted`].
pub fn sheet(tokenizers: &[Subject], input: &Input<'_>, request: &Request, observer: &dyn Observer) -> Result<Sheet> {
    if tokenizers.is_empty() {
        return Err(Error::config("TOK", "there is no tokenizer to judge"));
    }
    for (n, tokenizer) in tokenizers.iter().enumerate() {
        if tokenizers[..n].iter().any(|other| other.name == tokenizer.name) {
            return Err(Error::config("TOK", format!("two tokenizers are called `{}`", tokenizer.name))
                .with_hint("name them: `name=PATH`"));
        }
    }
    if request.words == 0 {
        return Err(Error::config("--human-sample", "0 words are no sample").with_hint("100 is usual"));
    }
    if !input.again {
        return Err(Error::config("--input", "standard input can be read only once, and a sheet needs its text twice")
            .with_hint("store the text in a file"));
    }
    let corpus = (input.open)()?;
    let counted = words::count(&corpus, request.threads, observer)?;
    if counted.is_empty() {
        let path = corpus.files().next().map(|(path, _)| path.to_path_buf()).unwrap_or_default();
        return Err(Error::input(path, "there is no word with a letter in it").with_hint("is it the right file?"));
    }
    let mut random = Random::new(request.seed);
    let (chosen, bands) = words::choose(&counted, request.words, &mut random);
    let mut all = cuts::in_text(tokenizers, &chosen, &(input.open)()?, request.threads, observer)?;
    let mut names: Vec<Named> = tokenizers.iter().map(|t| Named { name: t.name.clone(), baseline: false }).collect();
    let rate = cuts::rate(&chosen, &all);
    if request.baselines {
        for baseline in [Baseline::Characters, Baseline::Random { rate, seed: request.seed }] {
            names.push(Named { name: baseline.name(), baseline: true });
            all.push(chosen.iter().map(|word| by_itself(baseline, &word.word)).collect());
        }
    }
    let width = chosen.len().to_string().len().max(3);
    let mut items = Vec::new();
    for (w, word) in chosen.iter().enumerate() {
        let mut ways: BTreeMap<&Cuts, Vec<String>> = BTreeMap::new();
        for (named, cuts) in names.iter().zip(&all) {
            ways.entry(&cuts[w]).or_default().push(named.name.clone());
        }
        let mut ways: Vec<(&Cuts, Vec<String>)> = ways.into_iter().collect();
        random.shuffle(&mut ways);
        for (way, (cuts, tokenizers)) in ways.into_iter().enumerate() {
            items.push(Item {
                item: format!("w{:0width$}{}", w + 1, letters(way)),
                word: word.word.clone(),
                segmentation: shown(&word.word, cuts),
                cuts: cuts.clone(),
                frequency: word.count,
                band: word.band + 1,
                tokenizers,
            });
        }
    }
    let stratum = |(n, band): (usize, &words::Band)| Stratum {
        band: n + 1,
        words: band.words,
        running: band.running,
        sampled: band.chosen,
    };
    let mut key = Key {
        schema: SCHEMA.to_owned(),
        toktool: env!("CARGO_PKG_VERSION").to_owned(),
        corpus: input.name.clone(),
        language: input.language.clone(),
        seed: request.seed,
        random_rate: request.baselines.then_some(rate),
        sheet_sha256: String::new(),
        tokenizers: names,
        bands: bands.iter().enumerate().map(stratum).collect(),
        items,
    };
    key.sheet_sha256 = sha256(key.csv().as_bytes());
    Ok(Sheet { key, distinct: counted.len(), words: chosen.len() })
}

/// The inner boundaries of a word that a baseline makes.
fn by_itself(baseline: Baseline, word: &str) -> Cuts {
    let mut ends = Vec::new();
    baseline.ends(word, &mut ends);
    ends.pop();
    ends.into_iter().map(|end| end as usize).collect()
}

/// `a` to `z`, `aa` and so on.
fn letters(mut n: usize) -> String {
    let mut out = String::new();
    loop {
        out.insert(0, char::from(b'a' + (n % 26) as u8));
        if n < 26 {
            return out;
        }
        n = n / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_on() {
        assert_eq!([0, 25, 26, 27, 701, 702].map(letters), ["a", "z", "aa", "ab", "zz", "aaa"]);
    }
}
