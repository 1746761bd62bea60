//! How much of what a tokenizer makes of a text are words, and morphemes, of the language: %TR and %Pure.
//!
//! Source: Bayram et al. (arXiv 2502.07057), who judged the distinct tokens of a Turkish test text. `valid` and `pure` are
//! the verdicts of a [`Lexical`]; a figure is `100 x sum w(u) [verdict(u)] / sum w(u)` over the units of a text, where `w`
//! is 1 (distinct) or how often the unit came out (running). Deviations, the first six by choice and all of them printed:
//! 1. A **unit** is the bytes of a token without the space marker and Unicode white space at its ends; what is nothing then
//!    is counted apart and is in no denominator, as in the paper, whose service saw no white space.
//! 2. Units that fold alike ([`Folding`]: canonical equivalence, the case of the language) are one distinct unit, so `Ev`,
//!    `ev` and ` ev` are one. The paper merged ` ev` with `ev`, and kept case.
//! 3. Both denominators: distinct units reward a rich vocabulary and fall with the length of the text; running units say
//!    what a model gets to see.
//! 4. Three sets of units: `all`, as in the paper; `letters`, which leaves out digits, punctuation, mixtures and fragments
//!    of characters; `long`, letters of at least two clusters.
//! 5. The share of **single letters** stands beside them: nearly every letter of Turkish is a suffix or a root, so a
//!    tokenizer that cuts between all characters is nearly always right. That is the gaming case, and why baselines are
//!    printed.
//! 6. Verdicts are nested: pure units are valid.
//! 7. [`paper`] counts as the authors' programs did, with a list and perhaps a lexicon in the place of the services.
//!
//! Do not read %TR as a forecast of what a model will do: over the paper's own eight models it says next to nothing.
//!
//! Complexity: one verdict a distinct unit, in parallel; sorting them. Sums are integers: the same for any number of threads.

use std::borrow::Cow;

use rayon::prelude::*;
use toktool::morph::Lexical;
use toktool::morph::lexical::Folding;

mod hunspell;
mod open;
mod paper;
mod unit;

pub use hunspell::{Fault, Hunspell};
pub use open::{Source, open};
pub use paper::{Paper, paper, verdicts};
pub use unit::{Bucket, unit};

/// A part of a whole: `part` of `n`, of which the share is computed when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// How many; `None` where it cannot be known.
    pub part: Option<u64>,
    /// Of how many.
    pub n: u64,
}

impl Share {
    fn of(part: u64, n: u64) -> Share {
        Share { part: Some(part), n }
    }

    /// In percent; `None` where there is nothing to have a share of, or where the part is not known.
    pub fn percent(&self) -> Option<f64> {
        self.part.filter(|_| self.n > 0).map(|part| 100.0 * part as f64 / self.n as f64)
    }
}

/// Distinct units, and units as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shares {
    /// Every different unit counts once.
    pub distinct: Share,
    /// Every unit counts as often as it came out.
    pub running: Share,
}

/// %TR and %Pure over one set of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verdicts {
    /// Valid: words, morphemes and chains of suffixes.
    pub valid: Shares,
    /// Pure: one morpheme. Unknown where the lexicon does not tell morphemes from words.
    pub pure: Shares,
}

/// What a lexicon says of the units of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexicality {
    /// The lexicon with its version.
    pub lexicon: String,
    /// Which spellings are one unit.
    pub folding: Folding,
    /// Tokens, and how many different ones by their bytes.
    pub tokens: u64,
    /// Different tokens by their bytes.
    pub distinct_tokens: u64,
    /// Over all units that are not empty. Its figures go by the plain names `tr_distinct` and so on.
    pub all: Verdicts,
    /// Over units of letters.
    pub letters: Verdicts,
    /// Over units of letters, of at least two clusters.
    pub long: Verdicts,
    /// The share of units that are one letter, among all units that are not empty.
    pub single: Shares,
    /// What share of all units, empty ones included, each bucket has, in the order of [`Bucket::ALL`].
    pub buckets: [Shares; Bucket::ALL.len()],
}

impl Lexicality {
    /// Every figure under the name of its metric. All are in percent.
    pub fn figures(&self) -> Vec<(String, Share)> {
        let mut figures = Vec::new();
        let mut add = |name: &str, set: &str, shares: &Shares| {
            figures.push((format!("{name}_distinct{set}"), shares.distinct));
            figures.push((format!("{name}_running{set}"), shares.running));
        };
        for (set, verdicts) in [("", &self.all), ("_letters", &self.letters), ("_long", &self.long)] {
            add("tr", set, &verdicts.valid);
            add("pure", set, &verdicts.pure);
        }
        add("single_letters", "", &self.single);
        for (bucket, shares) in Bucket::ALL.iter().zip(&self.buckets) {
            add(&format!("units_{}", bucket.name()), "", shares);
        }
        figures
    }
}

/// A distinct unit under judgement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Unit {
    /// Folded; bytes as they are where they are no text.
    key: Vec<u8>,
    bucket: Bucket,
    single: bool,
    count: u64,
}

impl Unit {
    fn of(token: &[u8], count: u64, folding: Folding) -> Unit {
        let (stripped, bucket) = unit(token);
        match std::str::from_utf8(stripped) {
            Ok(text) => {
                let folded = folding.fold(text);
                // Of the folded spelling, so that units which are one have one bucket.
                let bucket = unit::bucket(&folded);
                let single = bucket == Bucket::Letters && unit::is_single(&folded);
                Unit { single, key: Cow::into_owned(folded).into_bytes(), bucket, count }
            }
            Err(_) => Unit { key: stripped.to_vec(), bucket, single: false, count },
        }
    }
}

/// Distinct and running units, of which some pass.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    distinct: u64,
    running: u64,
}

impl Sum {
    fn add(&mut self, count: u64) {
        self.distinct += 1;
        self.running += count;
    }

    fn join(self, other: Sum) -> Sum {
        Sum { distinct: self.distinct + other.distinct, running: self.running + other.running }
    }

    fn of(self, whole: Sum) -> Shares {
        Shares { distinct: Share::of(self.distinct, whole.distinct), running: Share::of(self.running, whole.running) }
    }

    fn unknown(whole: Sum) -> Shares {
        let share = |n| Share { part: None, n };
        Shares { distinct: share(whole.distinct), running: share(whole.running) }
    }
}

/// What is added up over units: for each of the three sets how many, how many valid, how many pure; then single letters
/// and buckets.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    sets: [[Sum; 3]; 3],
    single: Sum,
    buckets: [Sum; Bucket::ALL.len()],
}

impl Sums {
    fn add(mut self, unit: &Unit, lexicon: &dyn Lexical) -> Sums {
        self.buckets[unit.bucket as usize].add(unit.count);
        if unit.bucket == Bucket::Empty {
            return self;
        }
        let text = std::str::from_utf8(&unit.key).ok();
        let pure = text.is_some_and(|text| lexicon.is_morpheme(text));
        let valid = pure || text.is_some_and(|text| lexicon.is_word(text));
        let letters = unit.bucket == Bucket::Letters;
        for (set, _) in self.sets.iter_mut().zip([true, letters, letters && !unit.single]).filter(|(_, in_it)| *in_it) {
            for (sum, _) in set.iter_mut().zip([true, valid, pure]).filter(|(_, counts)| *counts) {
                sum.add(unit.count);
            }
        }
        if unit.single {
            self.single.add(unit.count);
        }
        self
    }

    fn join(self, other: Sums) -> Sums {
        let add = |n: usize, m: usize| self.sets[n][m].join(other.sets[n][m]);
        Sums {
            sets: std::array::from_fn(|n| std::array::from_fn(|m| add(n, m))),
            single: self.single.join(other.single),
            buckets: std::array::from_fn(|n| self.buckets[n].join(other.buckets[n])),
        }
    }
}

/// What `lexicon` says of `tokens`: different tokens by their bytes in a text, the space before them included, each with
/// how often it came out. A token that comes twice counts as the sum. Leave control tokens out: they are no text.
///
/// `folding` is usually [`Lexical::folding`] of the lexicon; verdicts are asked of the folded spelling.
pub fn measure<B: AsRef<[u8]>>(
    tokens: impl IntoIterator<Item = (B, u64)>,
    lexicon: &dyn Lexical,
    folding: Folding,
) -> Lexicality {
    let mut tokens: Vec<(Vec<u8>, u64)> =
        tokens.into_iter().filter(|(_, count)| *count > 0).map(|(b, count)| (b.as_ref().to_vec(), count)).collect();
    tokens.par_sort_unstable();
    tokens.dedup_by(|later, first| {
        later.0 == first.0 && {
            first.1 += later.1;
            true
        }
    });
    let mut units: Vec<Unit> = tokens.par_iter().map(|(token, count)| Unit::of(token, *count, folding)).collect();
    units.par_sort_unstable();
    units.dedup_by(|later, first| {
        later.key == first.key && {
            first.count += later.count;
            true
        }
    });
    let sums = units.par_iter().fold(Sums::default, |sums, unit| sums.add(unit, lexicon));
    let sums = sums.reduce(Sums::default, Sums::join);

    let verdicts = |[n, valid, pure]: [Sum; 3]| Verdicts {
        valid: valid.of(n),
        pure: if lexicon.knows_morphemes() { pure.of(n) } else { Sum::unknown(n) },
    };
    let whole = sums.buckets.into_iter().reduce(Sum::join).unwrap_or_default();
    Lexicality {
        lexicon: lexicon.name().to_owned(),
        folding,
        tokens: whole.running,
        distinct_tokens: tokens.len() as u64,
        all: verdicts(sums.sets[0]),
        letters: verdicts(sums.sets[1]),
        long: verdicts(sums.sets[2]),
        single: sums.single.of(sums.sets[0][0]),
        buckets: sums.buckets.map(|bucket| bucket.of(whole)),
    }
}

#[cfg(test)]
mod real;
#[cfg(test)]
mod tests;
