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

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use super::{Analysis, Kind, Piece, Segmenter};
use crate::error::{Error, Result};
use crate::observe::{Event, Observer};

mod baseline;
mod best;
mod file;
mod gold;
mod grid;
mod letters;
mod lexicon;
#[cfg(test)]
mod naive;
mod numeric;
mod refine;
mod sampler;
mod several;
mod substrings;
mod symbols;

pub use gold::{GoldWord, parse_gold};

use lexicon::{Costs, Lexicon};
use substrings::{Entry, LONGEST, Substrings};
use symbols::Reading;

/// How often a word counts that stands in the list `n` times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dampening {
    /// Once. Best for finding morphemes.
    #[default]
    Types,
    /// `log2(n + 1)` times, rounded.
    Log,
    /// `n` times: frequent words stay whole.
    Tokens,
}

impl Dampening {
    /// All of them with their names.
    pub const ALL: [(&'static str, Dampening); 3] =
        [("types", Dampening::Types), ("log", Dampening::Log), ("tokens", Dampening::Tokens)];

    fn weight(self, count: u64) -> u64 {
        match self {
            Dampening::Types => 1,
            Dampening::Log => numeric::rounded_log2_of_next(count),
            Dampening::Tokens => count,
        }
    }
}

impl FromStr for Dampening {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Dampening::ALL.iter().find(|(known, _)| *known == name).map(|&(_, dampening)| dampening).ok_or_else(|| {
            Error::config("dampening", format!("`{name}` is none")).with_hint("one of types, log, tokens")
        })
    }
}

/// What training may be told.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnOptions {
    /// Of all random choices.
    pub seed: u64,
    /// What repeated words count.
    pub dampening: Dampening,
    /// The weight of the words against the lexicon, Morfessor's alpha: above 1 fewer cuts, below 1 more.
    pub corpus_weight: f64,
    /// How many times an annotated word counts, Morfessor's beta; `None`: as often as there are unannotated words for
    /// each annotated one.
    pub annotation_weight: Option<u64>,
    /// The first search ends with a pass that saves less than this, in nats a word.
    pub threshold: f64,
    /// Its passes at most.
    pub passes: usize,
    /// Sweeps of the second search.
    pub sweeps: usize,
    /// Reads upper case as lower case, character by character: a letter whose lower case is two characters stays.
    pub fold_case: bool,
    /// A word is always cut behind one of these characters that is not its first. By default behind a hyphen.
    pub cut_after: Vec<char>,
}

impl Default for LearnOptions {
    fn default() -> Self {
        LearnOptions {
            seed: 0,
            dampening: Dampening::Types,
            corpus_weight: 1.0,
            annotation_weight: None,
            threshold: 0.005,
            passes: 4,
            sweeps: 40,
            fold_case: false,
            cut_after: vec!['-'],
        }
    }
}

fn fits_corpus_weight(weight: f64) -> bool {
    (0.01..=100.0).contains(&weight)
}

impl LearnOptions {
    /// Whether training takes these options, which it asks before it begins.
    ///
    /// # Errors
    /// [`Error::Config`] for the first that is out of range.
    pub fn check(&self) -> Result<()> {
        if !fits_corpus_weight(self.corpus_weight) {
            return Err(Error::config(
                "--corpus-weight",
                format!("{} is not between 0.01 and 100", self.corpus_weight),
            ));
        }
        if self.threshold.is_nan() || self.threshold < 0.0 {
            return Err(Error::config("threshold", format!("{} is not a number from 0 on", self.threshold)));
        }
        if self.annotation_weight == Some(0) {
            return Err(Error::config("annotation weight", "0 would ignore the annotated words"));
        }
        if self.sweeps == 0 {
            return Err(Error::config("sweeps", "at least one is needed"));
        }
        Ok(())
    }

    fn reading(&self) -> Reading {
        Reading { fold_case: self.fold_case, cut_after: self.cut_after.clone() }
    }
}

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
        let entries = entries(words, gold, options, observer)?;
        let mut random = numeric::Random::new(options.seed);
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

/// The distinct words to learn from as they are read, in byte order, with their weights.
fn entries<'w>(
    words: impl IntoIterator<Item = (&'w str, u64)>,
    gold: &[GoldWord],
    options: &LearnOptions,
    observer: &dyn Observer,
) -> Result<Vec<Entry>> {
    let reading = options.reading();
    let read = |word: &str| -> String { word.chars().map(|c| reading.read(c)).collect() };
    let mut table: BTreeMap<String, (u64, Vec<u64>)> = BTreeMap::new();
    let mut long = 0;
    for (word, count) in words {
        if word.chars().nth(LONGEST).is_some() {
            long += 1;
        } else if !word.is_empty() && count > 0 {
            let row = table.entry(read(word)).or_default();
            row.0 = row.0.saturating_add(count);
        }
    }
    for GoldWord { word, segmentations } in gold {
        let fault = |why: String| Error::config("annotated words", why);
        if word.is_empty() || segmentations.is_empty() {
            return Err(fault(format!("`{word}` is empty or has no segmentation")));
        }
        if word.chars().nth(LONGEST).is_some() {
            long += 1;
            continue;
        }
        let row = table.entry(read(word)).or_default();
        for cuts in segmentations {
            gold::check(word, cuts).map_err(fault)?;
            let places = word.char_indices().enumerate().filter(|(_, (byte, _))| cuts.contains(byte));
            let cuts = places.fold(0, |set, (place, _)| set | 1 << place);
            if !row.1.contains(&cuts) {
                row.1.push(cuts);
            }
        }
    }
    if long > 0 {
        let note = format!("{long} words of more than {LONGEST} characters are not learned from");
        observer.event(Event::Note(&note));
    }
    weigh(table, options)
}

fn weigh(table: BTreeMap<String, (u64, Vec<u64>)>, options: &LearnOptions) -> Result<Vec<Entry>> {
    let annotated = table.values().filter(|(_, annotated)| !annotated.is_empty()).count();
    let automatic = (table.len() - annotated).checked_div(annotated).unwrap_or(1).max(1) as u64;
    let factor = options.annotation_weight.unwrap_or(automatic);
    let (mut entries, mut total, mut substrings) = (Vec::with_capacity(table.len()), 0u64, 0u64);
    for (word, (count, mut annotated)) in table {
        let mut weight = options.dampening.weight(count.max(1));
        if !annotated.is_empty() {
            annotated.sort_unstable();
            weight = weight.saturating_mul(factor);
        }
        let len = word.chars().count() as u64;
        total = total.saturating_add(weight.saturating_mul(len));
        substrings += len * (len + 1) / 2;
        entries.push(Entry { word, weight, annotated });
    }
    if entries.is_empty() {
        return Err(Error::input("", "there is no word to learn from").with_hint("is it the right file?"));
    }
    if total > file::MOST || substrings > u64::from(u32::MAX) {
        let why = format!("{} words with {substrings} substrings, or their counts, are too many", entries.len());
        return Err(Error::unsupported("learning", why)
            .with_hint("learn from the most frequent words; rare ones add little and are segmented all the same"));
    }
    Ok(entries)
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
