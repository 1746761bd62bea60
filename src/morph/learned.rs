//! A segmenter that is learned from a list of words alone, for any language.
//!
//! The principle is minimum description length, as in Morfessor Baseline (Creutz and Lagus 2005; Virpioja et al. 2013):
//! those morphs are right which make lexicon and words together shortest. Training has four steps, each in a file:
//!
//! 1. `substrings`: every substring that is repeated gets a number.
//! 2. `baseline`: Morfessor Baseline's code and search.
//! 3. `sampler`: morphs get categories (prefix, stem, suffix), and the lexicon a letter model with context (`letters`);
//!    Gibbs sampling from the baseline's result.
//! 4. `refine`: the best path of each word under the summed samples; frequent chains of suffixes are taken apart; the
//!    counts of what remains are the model (`lexicon`, `file`).
//!
//! A word is cut by its best path through the lattice of known and newly spelled morphs (`best`); `several` gives
//! more than one, with probabilities.
//!
//! Deviations from Morfessor Baseline 2.0.6, each kept because it raised boundary F1 on every word list it was tried on,
//! English and Hungarian first (`benches/learned.py`; figures in `benches/RESULTS.md`):
//!
//! 1. categories; 2. letters in context; 3. sampling and sums instead of a single optimum; 4. chains of suffixes.
//!    Nothing is fitted to segmented words.
//! 5. Annotated words ([`GoldWord`]) are cut as annotated throughout, each counting as many times as there are
//!    unannotated words for an annotated one (the weight of Kohonen, Virpioja and Lagus 2010), and no chain in them is
//!    taken apart.
//! 6. No border inside an orthographic cluster, whatever the counts say.
//!
//! What was tried and not kept: letters with two letters of context (better in English and Hungarian, worse in Turkish
//! and Czech), separate letter models for each category, two or three categories of suffixes, chains of stems (worse in
//! English), a higher temperature at the start (worse in English), another corpus weight than 1 (F1 falls on both sides).
//! Reading capitals as lower case gains half a point in Hungarian and loses one in English and in Turkish, where `I` and
//! `i` are two letters; so text is read as it is, and folding is an option.
//!
//! Everything is computed in a fixed order with arithmetic that is the same on every machine (`numeric`): equal words,
//! options and seed give equal files, in whatever order the words come. Time is about linear in the number of substrings
//! of the words, memory about 16 bytes for each of them. Words of more than 64 characters are not learned from; any
//! string can be segmented, in time linear in its length.

use std::path::Path;

use super::{Analysis, Kind, Piece, Segmenter};
use crate::error::{Error, Result};
use crate::observe::{Event, Observer};
use crate::random::Random;

mod baseline;
mod best;
mod entries;
mod file;
mod gold;
mod grid;
mod letters;
mod lexicon;
#[cfg(test)]
mod naive;
mod numeric;
mod options;
mod refine;
mod sampler;
mod several;
mod substrings;
mod symbols;

pub use gold::{GoldWord, parse_gold};
pub use options::{Dampening, LearnOptions};

use lexicon::{Costs, Lexicon};
use substrings::Substrings;

/// A learned segmenter.
#[derive(Debug)]
pub struct Learned {
    lexicon: Lexicon,
    costs: Costs,
}

impl Learned {
    /// Learns from words with their counts, which may repeat and come in any order, and from annotated words, if any.
    /// The observer hears of passes over the words.
    ///
    /// # Errors
    /// [`Error::Config`] for an option out of range or an annotation that does not fit its word; [`Error::Input`] without
    /// a path where there is no word at all;
    /// [`Error::Unsupported`] for more words than numbers reach; [`Error::Interrupted`].
    pub fn train<'w>(
        words: impl IntoIterator<Item = (&'w str, u64)>,
        gold: &[GoldWord],
        options: &LearnOptions,
        observer: &dyn Observer,
    ) -> Result<Learned> {
        options.check()?;
        let entries = entries::entries(words, gold, options, observer)?;
        let mut random = Random::new(options.seed);
        let total = options.passes + options.sweeps;
        observer.event(Event::Stage { name: "learning morphs", total: Some(total as u64), unit: "passes" });
        let text = Substrings::new(&entries, &options.reading());
        let mut passes = 0;
        let mut done = || {
            passes += 1;
            observer.event(Event::Progress(passes));
        };
        let mut baseline = baseline::Baseline::new(&text, &entries, options.corpus_weight);
        baseline.search(options.threshold, options.passes, &mut random, observer, &mut done)?;
        let cuts = baseline.cuts(&entries);
        drop(baseline);
        let mut sampler = sampler::Sampler::new(&text, &entries, &cuts, options.corpus_weight);
        sampler.run(options.sweeps, &mut random, observer, &mut done)?;
        observer.event(Event::Progress(total as u64));
        let lexicon = refine::refine(sampler, options.reading(), options.corpus_weight, observer)?;
        Ok(Learned::new(lexicon))
    }

    fn new(lexicon: Lexicon) -> Self {
        Learned { costs: Costs::new(&lexicon), lexicon }
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Input`] with the line for a file that is no model, of another version, cut short or
    /// changed.
    pub fn read(path: &Path) -> Result<Learned> {
        let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
        Learned::from_bytes(&bytes).map_err(|e| e.in_file(path))
    }

    /// Reads the bytes of a model file. Errors are those of [`Learned::read`], without a file name.
    ///
    /// # Errors
    /// See [`Learned::read`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Learned> {
        file::read(bytes).map(Learned::new)
    }

    /// The bytes of a model file: UTF-8 text, a morph a line.
    pub fn to_bytes(&self) -> Vec<u8> {
        file::write(&self.lexicon)
    }

    /// How many distinct words the model was learned from.
    pub fn words(&self) -> u64 {
        self.lexicon.words
    }

    /// The morphs in byte order, each with how often it is a prefix, a stem and a suffix in the words learned from.
    pub fn morphs(&self) -> impl ExactSizeIterator<Item = (&str, [u64; 3])> {
        self.lexicon.morphs.iter().map(|(morph, counts)| (morph.as_str(), *counts))
    }
}

impl Segmenter for Learned {
    fn boundaries(&self, word: &str, cuts: &mut Vec<usize>) {
        let read = best::Read::new(word, &self.lexicon, &self.costs);
        let mut spans = best::best(&read, &self.costs);
        spans.pop();
        let mut bytes = word.char_indices();
        let mut next = 0;
        for span in spans.into_iter().rev() {
            cuts.extend(bytes.nth(span.from - next).map(|(byte, _)| byte));
            next = span.from + 1;
        }
    }

    fn analyses(&self, word: &str, n: usize) -> Vec<Analysis> {
        if n == 0 || word.is_empty() {
            return Vec::new();
        }
        let read = best::Read::new(word, &self.lexicon, &self.costs);
        let bytes: Vec<usize> = word.char_indices().map(|(byte, _)| byte).chain([word.len()]).collect();
        let piece = |span: &grid::Span| {
            let (kind, tag) = match span.category {
                grid::PREFIX => (Kind::Derivation, "prefix"),
                grid::STEM => (Kind::Stem, "stem"),
                _ => (Kind::Inflection, "suffix"),
            };
            Piece { end: bytes[span.to], kind, tag: tag.into(), canonical: None }
        };
        let found = several::several(&read, &self.costs, n).into_iter();
        let analysis = |found: several::Segmentation| Analysis {
            pieces: found.spans.iter().rev().map(piece).collect(),
            probability: found.probability,
        };
        found.map(analysis).collect()
    }
}

#[cfg(test)]
mod tests;
