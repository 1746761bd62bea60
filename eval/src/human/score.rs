//! What ratings say of tokenizers, and of the annotators.
//!
//! - **Mean**: over words, of the mean rating that annotators gave to the tokenizer's segmentation of the word. Words nobody rated
//!   are in no mean. Overall and by band of frequency.
//! - **Wins, ties, losses** of two tokenizers: an annotator who rated both segmentations of a word prefers one, the other or
//!   neither; a word counts the shares of its annotators, and the figure is the mean over words. So a strict
//!   annotator and a mild one weigh the same. Where both cut alike it is a tie.
//! - **Alpha** ([`super::agreement`]) of the items that some tokenizer made, and of all items. The second is the higher one mostly:
//!   that characters are bad is easily agreed on.
//! - **Attention**: items that baselines alone made and that have three pieces or more should be rated badly. Whose mean
//!   on them is above [`CARELESS`] is named, and so is who gave everything the same rating. Nobody is left out.
//!
//! Intervals are 95 % percentile intervals of a bootstrap over words, with the same draws for everything, so that differences
//! are paired. Sums go over words in the order of the sheet: the same for any number of threads.

use std::collections::BTreeMap;

use rayon::prelude::*;
use toktool::stats::{REPLICATES, draw, percentile_interval};

use super::agreement::{Coincidences, Level, SCALE};
use super::import::Ratings;
use super::key::{Item, Key, Named};

/// Half-way from "hardly" to "partly".
pub const CARELESS: f64 = 2.5;

/// From how many ratings on it is odd if all are the same.
const MANY: u64 = 10;

/// A figure over words.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figure {
    /// The figure; `None` where there is nothing to compute it from.
    pub value: Option<f64>,
    /// Its 95 % interval, where it has one.
    pub interval: Option<(f64, f64)>,
    /// Words that are in it; of an alpha, ratings.
    pub n: u64,
}

/// What annotators think of a tokenizer.
#[derive(Debug, Clone, PartialEq)]
pub struct Rated {
    /// Who.
    pub named: Named,
    /// Ratings of its segmentations.
    pub ratings: u64,
    /// Its mean rating.
    pub mean: Figure,
    /// The same by band, the most frequent words first.
    pub bands: Vec<Figure>,
}

/// Two tokenizers, compared word by word.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Index of the first tokenizer.
    pub first: usize,
    /// Index of the other one.
    pub second: usize,
    /// How often the first is preferred, both are rated alike, the other is preferred.
    pub outcomes: [Figure; 3],
}

/// Krippendorff's alpha at a level of measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The level.
    pub level: Level,
    /// Over items that a tokenizer made.
    pub tokenizers: Figure,
    /// Over all items.
    pub all: Figure,
}

/// What is said of an annotator.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotator {
    /// The name.
    pub name: String,
    /// Items rated.
    pub rated: u64,
    /// Items not rated.
    pub missing: u64,
    /// The mean rating of items that tokenizers made.
    pub mean: Option<f64>,
    /// The mean rating of the items that should be rated badly.
    pub check: Option<f64>,
    /// How many of those were rated.
    pub checks: u64,
    /// What is odd.
    pub flags: Vec<String>,
}

/// Everything that ratings say.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Words of the sheet.
    pub words: usize,
    /// Items of the sheet.
    pub items: usize,
    /// As in the key.
    pub tokenizers: Vec<Rated>,
    /// Every tokenizer with every later one.
    pub pairs: Vec<Pair>,
    /// At each level.
    pub agreement: Vec<Agreement>,
    /// In the order of their names.
    pub annotators: Vec<Annotator>,
    /// Of the draws.
    pub seed: u64,
}

/// A word of the sheet, with what is to be summed over words.
struct Word {
    band: usize,
    /// By tokenizer: the mean rating.
    means: Vec<Option<f64>>,
    /// By pair: shares of annotators.
    pairs: Vec<Option<[f64; 3]>>,
    /// Of items that a tokenizer made, and of all.
    coincidences: [Coincidences; 2],
}

/// What ratings of the sheet of a key say.
pub fn scores(key: &Key, ratings: &Ratings, seed: u64) -> Scores {
    let words = words(key, ratings);
    let drawn = replicates(words.len(), seed);
    let rated = |t: usize| {
        let mean = |words: &[&Word], drawn: &[Vec<usize>]| mean(words, drawn, |word| word.means[t]);
        let name = &key.tokenizers[t].name;
        let own = |(n, item): (usize, &Item)| item.tokenizers.contains(name).then_some(n);
        let own: Vec<usize> = key.items.iter().enumerate().filter_map(own).collect();
        let band = |stratum: &super::Stratum| {
            let words: Vec<&Word> = words.iter().filter(|word| word.band == stratum.band).collect();
            mean(&words, &replicates(words.len(), seed))
        };
        Rated {
            named: key.tokenizers[t].clone(),
            ratings: own.iter().map(|&n| ratings.annotators.values().filter(|of| of[n].is_some()).count() as u64).sum(),
            mean: mean(&words.iter().collect::<Vec<_>>(), &drawn),
            bands: key.bands.iter().map(band).collect(),
        }
    };
    let all: Vec<&Word> = words.iter().collect();
    let pairs = pairs(key.tokenizers.len()).enumerate().map(|(p, (first, second))| {
        let outcome = |o: usize| mean(&all, &drawn, |word| word.pairs[p].map(|shares| shares[o]));
        Pair { first, second, outcomes: [0, 1, 2].map(outcome) }
    });
    let alpha = |level: Level, set: usize| {
        let sum = |chosen: &mut dyn Iterator<Item = usize>| {
            let mut sum = Coincidences::default();
            chosen.for_each(|word| sum.add(&words[word].coincidences[set]));
            sum
        };
        let whole = sum(&mut (0..words.len()));
        let value = whole.alpha(level);
        let replicated: Vec<Option<f64>> =
            drawn.iter().map(|words| sum(&mut words.iter().copied()).alpha(level)).collect();
        Figure { value, interval: value.and_then(|_| percentile_interval(&replicated)), n: whole.pairable() }
    };
    Scores {
        words: words.len(),
        items: key.items.len(),
        tokenizers: (0..key.tokenizers.len()).map(rated).collect(),
        pairs: pairs.collect(),
        agreement: Level::ALL
            .map(|level| Agreement { level, tokenizers: alpha(level, 0), all: alpha(level, 1) })
            .to_vec(),
        annotators: ratings.annotators.iter().map(|(name, own)| annotator(key, name, own)).collect(),
        seed,
    }
}

/// The words that each replicate draws; none where there are too few to draw from.
fn replicates(words: usize, seed: u64) -> Vec<Vec<usize>> {
    let replicates = if words < 2 { 0 } else { REPLICATES };
    (0..replicates).map(|replicate| draw(words, seed, replicate).collect()).collect()
}

/// Every tokenizer with every later one.
fn pairs(tokenizers: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..tokenizers).flat_map(move |first| (first + 1..tokenizers).map(move |second| (first, second)))
}

/// The mean over the words that have a value.
fn mean(words: &[&Word], drawn: &[Vec<usize>], value: impl Fn(&Word) -> Option<f64> + Sync) -> Figure {
    let values: Vec<Option<f64>> = words.iter().map(|word| value(word)).collect();
    let over = |chosen: &mut dyn Iterator<Item = usize>| {
        let (mut sum, mut n) = (0.0, 0u64);
        for value in chosen.filter_map(|word| values[word]) {
            (sum, n) = (sum + value, n + 1);
        }
        ((n > 0).then(|| sum / n as f64), n)
    };
    let (value, n) = over(&mut (0..values.len()));
    let replicated: Vec<Option<f64>> = drawn.par_iter().map(|words| over(&mut words.iter().copied()).0).collect();
    Figure { value, interval: value.and_then(|_| percentile_interval(&replicated)), n }
}

fn words(key: &Key, ratings: &Ratings) -> Vec<Word> {
    let tokenizers: BTreeMap<&str, usize> =
        key.tokenizers.iter().enumerate().map(|(n, named)| (named.name.as_str(), n)).collect();
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for (n, item) in key.items.iter().enumerate() {
        let items = places.entry(&item.word).or_default();
        if items.is_empty() {
            order.push(&item.word);
        }
        items.push(n);
    }
    let word = |word: &&str| {
        let mut items: Vec<Option<usize>> = vec![None; key.tokenizers.len()];
        let mut coincidences = [Coincidences::default(); 2];
        for &n in &places[word] {
            for name in &key.items[n].tokenizers {
                items[tokenizers[name.as_str()]] = Some(n);
            }
            let mut counts = [0; SCALE];
            ratings.annotators.values().filter_map(|of| of[n]).for_each(|rating| counts[usize::from(rating) - 1] += 1);
            let own = Coincidences::of(&counts);
            coincidences[1].add(&own);
            if !baselines_alone(key, &key.items[n]) {
                coincidences[0].add(&own);
            }
        }
        let average = |item: &Option<usize>| {
            let own: Vec<f64> = ratings.annotators.values().filter_map(|of| of[(*item)?].map(f64::from)).collect();
            (!own.is_empty()).then(|| own.iter().sum::<f64>() / own.len() as f64)
        };
        let compared = |(a, b): (usize, usize)| {
            let (a, b) = (items[a]?, items[b]?);
            let mut counts = [0.0; 3];
            for of in ratings.annotators.values() {
                if let (Some(a), Some(b)) = (of[a], of[b]) {
                    counts[usize::from(a <= b) + usize::from(a < b)] += 1.0;
                }
            }
            let n: f64 = counts.iter().sum();
            (n > 0.0).then(|| counts.map(|count| count / n))
        };
        Word {
            band: key.items[places[word][0]].band,
            means: items.iter().map(average).collect(),
            pairs: pairs(items.len()).map(compared).collect(),
            coincidences,
        }
    };
    order.iter().map(word).collect()
}

/// Whether no tokenizer made an item.
fn baselines_alone(key: &Key, item: &Item) -> bool {
    let is_baseline = |name: &String| key.tokenizers.iter().any(|t| t.baseline && t.name == *name);
    item.tokenizers.iter().all(is_baseline)
}

fn annotator(key: &Key, name: &str, own: &[Option<u8>]) -> Annotator {
    let rated: Vec<(&Item, u8)> = key.items.iter().zip(own).filter_map(|(item, r)| Some((item, (*r)?))).collect();
    let mean = |of: &dyn Fn(&Item) -> bool| {
        let own: Vec<f64> = rated.iter().filter(|(item, _)| of(item)).map(|(_, rating)| f64::from(*rating)).collect();
        ((!own.is_empty()).then(|| own.iter().sum::<f64>() / own.len() as f64), own.len() as u64)
    };
    let alone = |item: &Item| baselines_alone(key, item);
    let (check, checks) = mean(&|item| alone(item) && item.cuts.len() >= 2);
    let mut flags = Vec::new();
    if let Some(check) = check.filter(|&check| check > CARELESS) {
        flags.push(format!("rates what baselines cut {check:.2} on average, above {CARELESS}"));
    }
    if let Some(&(_, first)) = rated.first()
        && rated.len() as u64 >= MANY
        && rated.iter().all(|&(_, rating)| rating == first)
    {
        flags.push(format!("gives every item a {first}"));
    }
    Annotator {
        name: name.to_owned(),
        rated: rated.len() as u64,
        missing: (own.len() - rated.len()) as u64,
        mean: mean(&|item| !alone(item)).0,
        check,
        checks,
        flags,
    }
}
