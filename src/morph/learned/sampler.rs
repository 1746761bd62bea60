//! The second search: Gibbs sampling over whole words, with categories.
//!
//! Each category draws its morphs from a Dirichlet process (Goldwater, Griffiths and Johnson 2009, without the pairs of
//! words): a morph that occurred `c` times among `n` of its category comes again with probability
//! `(c + a p) / (n + a)`, where `p` is what the letter model gives to its spelling. Read as a code, that is the
//! baseline's two parts in one: the first occurrence pays for the spelling, the others for a reference. Categories follow
//! each other with counted probabilities. `a` is set before each sweep so that the expected number of types (Antoniak
//! 1974) is the present one.
//!
//! A sweep takes the words one by one: a word leaves the counts, all its paths are weighed by the forward algorithm, one
//! is drawn from the last symbol back, and the word joins the counts again (Mochihashi, Yamada and Ueda 2009). The start
//! is the baseline's result with the longest piece of each word as its stem: from whole words, sampling ends in worse
//! places. In the last quarter of the sweeps weights are squared, which is half the temperature. The counts of the last
//! fifth are summed: what a single sample has by chance goes away, and boundaries become more precise.
//!
//! Each weight is divided by the chance of its letters without context. That changes nothing, as it is the same for all
//! paths of a word, and keeps the products of long words within the range of numbers. A sweep costs one lookup for each
//! substring of each word.

use super::grid::{CATEGORIES, END, Grid, Path, PerCategory, Transitions, annotated};
use super::letters::{Letters, Pairs};
use super::numeric::{concentration, exp, ln};
use super::substrings::{Entry, Substrings};
use super::symbols::{Border, EDGE};
use crate::error::Result;
use crate::observe::{self, Observer};
use crate::random::Random;

/// What weighs a substring: the letter model at the places of the text, and the present counts.
#[derive(Debug)]
pub(super) struct Weights {
    letters: Letters,
    /// The number of the pair of each symbol of the text and the one before it.
    inner: Vec<u32>,
    /// The numbers of the pairs of each symbol with a morph's start and end.
    open: Vec<u32>,
    close: Vec<u32>,
    /// One over the chance of each symbol without context.
    lift: Vec<f64>,
    /// What the chance of a spelling is raised to: one over the corpus weight.
    power: f64,
    /// Morph types of each category.
    types: PerCategory,
    pub tokens: PerCategory,
    pub concentration: PerCategory,
}

impl Weights {
    fn new(text: &Substrings, corpus_weight: f64) -> Self {
        let size = text.alphabet.len();
        let mut pairs = Pairs::default();
        let symbols = 0..size as u32;
        let open = symbols.clone().map(|symbol| pairs.insert(EDGE, symbol)).collect();
        let close = symbols.map(|symbol| pairs.insert(symbol, EDGE)).collect();
        let before = [EDGE].iter().chain(&text.symbols);
        let inner = before.zip(&text.symbols).map(|(&first, &second)| pairs.insert(first, second)).collect();
        Weights {
            letters: Letters::new(size, pairs.len()),
            inner,
            open,
            close,
            lift: vec![1.0; size],
            power: 1.0 / corpus_weight,
            types: [0.0; CATEGORIES],
            tokens: [0.0; CATEGORIES],
            concentration: [1.0; CATEGORIES],
        }
    }

    /// The substring of `len` symbols at `place` becomes a type of a category (`by` = 1) or is none any more (-1).
    fn change(&mut self, text: &Substrings, place: usize, len: usize, category: usize, by: f64) {
        self.types[category] += by;
        let morph = &text.symbols[place..place + len];
        self.letters.change(self.open[morph[0] as usize], EDGE, morph[0], by);
        for at in 1..len {
            self.letters.change(self.inner[place + at], morph[at - 1], morph[at], by);
        }
        let last = morph[len - 1];
        self.letters.change(self.close[last as usize], last, EDGE, by);
    }

    /// Adapts what is fixed during a sweep.
    fn refresh(&mut self) {
        for category in 0..CATEGORIES {
            self.concentration[category] = concentration(self.types[category], self.tokens[category]);
        }
        for (symbol, lift) in self.lift.iter_mut().enumerate() {
            *lift = 1.0 / self.letters.alone(symbol as u32);
        }
    }

    /// The chance of a pair of symbols, as the corpus weight bends it.
    #[inline]
    fn bent(&self, pair: u32, first: u32, second: u32) -> f64 {
        let p = self.letters.after(Some(pair), first, second);
        if self.power == 1.0 { p } else { exp(self.power * ln(p)) }
    }

    /// What one over the letters' chances makes of a substring.
    pub(super) fn lift(&self, morph: &[u32]) -> f64 {
        morph.iter().map(|&symbol| self.lift[symbol as usize]).product()
    }

    /// The chance of a spelling.
    pub(super) fn spelling(&self, text: &Substrings, place: usize, len: usize) -> f64 {
        let morph = &text.symbols[place..place + len];
        let inner: f64 = (1..len).map(|at| self.bent(self.inner[place + at], morph[at - 1], morph[at])).product();
        let last = morph[len - 1];
        self.bent(self.open[morph[0] as usize], EDGE, morph[0])
            * inner
            * self.bent(self.close[last as usize], last, EDGE)
    }

    /// Weighs the substrings that start at `place`, the shortest first; `counts` are those of the repeated ones.
    pub(super) fn weigh(&self, text: &Substrings, place: usize, counts: &[PerCategory], row: &mut [PerCategory]) {
        let scale: PerCategory = std::array::from_fn(|c| 1.0 / (self.tokens[c] + self.concentration[c]));
        let symbols = &text.symbols[place..place + row.len()];
        let (mut spelling, mut lift, mut before) = (1.0, 1.0, EDGE);
        let mut numbers = text.numbers(place).iter();
        for (at, (&symbol, weights)) in symbols.iter().zip(row).enumerate() {
            let pair = if at == 0 { self.open[symbol as usize] } else { self.inner[place + at] };
            spelling *= self.bent(pair, before, symbol) * self.lift[symbol as usize];
            lift *= self.lift[symbol as usize];
            before = symbol;
            let whole = spelling * self.bent(self.close[symbol as usize], symbol, EDGE);
            match numbers.next() {
                Some(&number) => {
                    let counts = &counts[number as usize];
                    *weights = std::array::from_fn(|c| (counts[c] * lift + self.concentration[c] * whole) * scale[c]);
                }
                None => *weights = std::array::from_fn(|c| self.concentration[c] * whole * scale[c]),
            }
        }
    }
}

/// The sums over the last samples.
#[derive(Debug)]
pub(super) struct Sums {
    /// How many samples were summed.
    pub samples: f64,
    /// By number of the substring.
    pub counts: Vec<PerCategory>,
    /// Of substrings that occur once: the key of [`single`] and the count, sorted.
    pub singles: Vec<(u64, f64)>,
}

/// A substring and a category in one integer, in the order of places.
pub(super) fn single(place: usize, len: usize, category: usize) -> u64 {
    (place as u64) << 16 | (len as u64) << 8 | category as u64
}

/// The state of the search.
pub(super) struct Sampler<'t> {
    pub text: &'t Substrings,
    pub entries: &'t [Entry],
    pub weights: Weights,
    /// By number of the substring.
    counts: Vec<PerCategory>,
    pub transitions: Transitions,
    pub paths: Vec<Path>,
    pub sums: Sums,
    grid: Grid,
    borders: Vec<Border>,
}

impl<'t> Sampler<'t> {
    /// Starts from words cut at `cuts`; annotated words are cut as their first annotation says.
    pub(super) fn new(text: &'t Substrings, entries: &'t [Entry], cuts: &[u64], corpus_weight: f64) -> Self {
        let path = |(word, &cuts): (usize, &u64)| {
            let cuts = entries[word].annotated.first().copied().unwrap_or(cuts);
            Path::around_longest(cuts, text.word(word).len())
        };
        let mut this = Sampler {
            text,
            entries,
            weights: Weights::new(text, corpus_weight),
            counts: vec![[0.0; CATEGORIES]; text.count],
            transitions: Transitions::default(),
            paths: cuts.iter().enumerate().map(path).collect(),
            sums: Sums { samples: 0.0, counts: vec![[0.0; CATEGORIES]; text.count], singles: Vec::new() },
            grid: Grid::new(),
            borders: Vec::new(),
        };
        for word in 0..entries.len() {
            this.count(word, 1.0);
        }
        this
    }

    /// Runs all sweeps.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`].
    pub(super) fn run(
        &mut self,
        sweeps: usize,
        random: &mut Random,
        observer: &dyn Observer,
        mut done: impl FnMut(),
    ) -> Result<()> {
        for sweep in 1..=sweeps {
            self.sweep(4 * sweep > 3 * sweeps, random, observer)?;
            if 5 * sweep > 4 * sweeps {
                self.sum();
            }
            done();
        }
        self.sums.singles.sort_unstable_by_key(|&(key, _)| key);
        self.sums.singles.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 += later.1;
            }
            same
        });
        Ok(())
    }

    /// Draws every word anew.
    pub(super) fn sweep(&mut self, sharp: bool, random: &mut Random, observer: &dyn Observer) -> Result<()> {
        self.weights.refresh();
        for word in 0..self.entries.len() {
            if word % 256 == 0 {
                observe::check(observer)?;
            }
            self.count(word, -1.0);
            self.draw(word, sharp, random);
            self.count(word, 1.0);
        }
        Ok(())
    }

    /// Draws a word, which the counts do not contain. One whose weights leave the range of numbers stays as it is.
    fn draw(&mut self, word: usize, sharp: bool, random: &mut Random) {
        let range = self.text.word(word);
        let (start, len) = (range.start, range.len());
        self.grid.start(len);
        for from in 0..len {
            let row = self.grid.row(from);
            self.weights.weigh(self.text, start + from, &self.counts, row);
            if sharp {
                row.iter_mut().for_each(|weights| *weights = weights.map(|weight| weight * weight));
            }
        }
        let mut transitions = self.transitions.probabilities();
        if sharp {
            transitions = transitions.map(|row| row.map(|p| p * p));
        }
        self.borders.clear();
        self.borders.extend_from_slice(&self.text.borders[range]);
        let annotations = &self.entries[word].annotated;
        if annotations.len() > 1 {
            let mut weights = Vec::with_capacity(annotations.len());
            for &cuts in annotations {
                annotated(cuts, len, &mut self.borders);
                weights.push(self.grid.forward(&self.borders, &transitions, false));
            }
            annotated(annotations[random.weighted(weights.into_iter())], len, &mut self.borders);
        } else if let Some(&cuts) = annotations.first() {
            annotated(cuts, len, &mut self.borders);
        }
        let total = self.grid.forward(&self.borders, &transitions, false);
        if total > 0.0 && total.is_finite() {
            self.paths[word] =
                self.grid.path(&self.borders, &transitions, |weights| random.weighted(weights.iter().copied()));
        }
    }

    /// Puts a word into the counts (`sign` = 1) or takes it out (-1).
    pub(super) fn count(&mut self, word: usize, sign: f64) {
        let by = sign * self.entries[word].weight as f64;
        let range = self.text.word(word);
        let mut before = END;
        for span in self.paths[word].pieces(range.len()) {
            let (place, category) = (range.start + span.from, span.category);
            let changed = match self.text.find(place, span.len()) {
                Some(number) => {
                    let count = &mut self.counts[number][category];
                    let old = *count;
                    *count += by;
                    old == 0.0 || *count == 0.0
                }
                None => true,
            };
            if changed {
                self.weights.change(self.text, place, span.len(), category, sign);
            }
            self.weights.tokens[category] += by;
            self.transitions.0[before][category] += by;
            before = category;
        }
        self.transitions.0[before][END] += by;
    }

    fn sum(&mut self) {
        self.sums.samples += 1.0;
        for (sum, count) in self.sums.counts.iter_mut().zip(&self.counts) {
            for category in 0..CATEGORIES {
                sum[category] += count[category];
            }
        }
        for (word, path) in self.paths.iter().enumerate() {
            let range = self.text.word(word);
            for span in path.pieces(range.len()) {
                if self.text.find(range.start + span.from, span.len()).is_none() {
                    let key = single(range.start + span.from, span.len(), span.category);
                    self.sums.singles.push((key, self.entries[word].weight as f64));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
