//! The lattice of one word: every substring as a prefix, a stem or a suffix, and the paths through it.
//!
//! A word is `(prefix* stem suffix*)+`: categories as in Creutz and Lagus (2007, Categories-MAP) and Grönroos et al.
//! (2014, FlatCat), without their fourth one for noise.

use super::substrings::LONGEST;
use super::symbols::Border;

pub(super) const PREFIX: usize = 0;
pub(super) const STEM: usize = 1;
pub(super) const SUFFIX: usize = 2;
/// Categories of morphs.
pub(super) const CATEGORIES: usize = 3;
/// The end of a word, and so the start of the next one: a category more, for transitions only.
pub(super) const END: usize = 3;

/// A number for each category.
pub(super) type PerCategory = [f64; CATEGORIES];

/// A number for each two categories, the first one before the second.
pub(super) type PerPair = [[f64; CATEGORIES + 1]; CATEGORIES + 1];

/// A piece of a word: from one symbol up to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub from: usize,
    pub to: usize,
    pub category: usize,
}

impl Span {
    pub(super) fn len(self) -> usize {
        self.to - self.from
    }
}

/// What may follow what: `MAY_FOLLOW[before][after]`.
pub(super) const MAY_FOLLOW: [[bool; CATEGORIES + 1]; CATEGORIES + 1] = {
    let mut may = [[false; CATEGORIES + 1]; CATEGORIES + 1];
    may[END] = [true, true, false, false];
    may[PREFIX] = [true, true, false, false];
    may[STEM] = [true, true, true, true];
    may[SUFFIX] = [false, true, true, true];
    may
};

/// How often which category follows which.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Transitions(pub PerPair);

impl Transitions {
    /// Their probabilities, each count taken one higher (Laplace's prior).
    pub(super) fn probabilities(&self) -> PerPair {
        let mut all = [[0.0; CATEGORIES + 1]; CATEGORIES + 1];
        for (before, row) in all.iter_mut().enumerate() {
            let may = MAY_FOLLOW[before];
            let count = |after: usize| if may[after] { self.0[before][after] + 1.0 } else { 0.0 };
            let scale = 1.0 / (0..=END).map(count).sum::<f64>();
            for (after, p) in row.iter_mut().enumerate() {
                *p = count(after) * scale;
            }
        }
        all
    }
}

/// How a word is cut and what its pieces are: sets of places between symbols, and of places where pieces start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Path {
    pub cuts: u64,
    stems: u64,
    suffixes: u64,
}

impl Path {
    /// Appends, from the right, a piece that starts at `from`.
    pub(super) fn prepend(&mut self, from: usize, category: usize) {
        if from > 0 {
            self.cuts |= 1 << from;
        }
        match category {
            STEM => self.stems |= 1 << from,
            SUFFIX => self.suffixes |= 1 << from,
            _ => {}
        }
    }

    /// The longest piece is the stem, the first of those that are equally long; prefixes are left of it, suffixes right.
    pub(super) fn around_longest(cuts: u64, len: usize) -> Self {
        let spans = Path { cuts, ..Path::default() };
        let mut longest = 0..0;
        for span in spans.pieces(len) {
            if span.len() > longest.len() {
                longest = span.from..span.to;
            }
        }
        let mut path = Path::default();
        for Span { from, .. } in spans.pieces(len) {
            path.prepend(from, STEM + usize::from(from > longest.start) - usize::from(from < longest.start));
        }
        path
    }

    /// Its pieces in a word of `len` symbols, left to right.
    pub(super) fn pieces(self, len: usize) -> impl Iterator<Item = Span> {
        let mut from = 0;
        std::iter::from_fn(move || {
            if from >= len {
                return None;
            }
            let later = self.cuts.checked_shr(from as u32 + 1).unwrap_or(0);
            let to = if later == 0 { len } else { from + 1 + later.trailing_zeros() as usize };
            let category = match (self.stems >> from & 1, self.suffixes >> from & 1) {
                (1, _) => STEM,
                (_, 1) => SUFFIX,
                _ => PREFIX,
            };
            let span = Span { from, to, category };
            from = to;
            Some(span)
        })
    }
}

/// Borders of a word that is to be cut at `cuts` and nowhere else.
pub(super) fn annotated(cuts: u64, len: usize, borders: &mut Vec<Border>) {
    borders.clear();
    borders.extend((0..len).map(|at| if at == 0 || cuts >> at & 1 == 1 { Border::Always } else { Border::Never }));
}

/// Room for one word's lattice.
#[derive(Debug)]
pub(super) struct Grid {
    len: usize,
    /// The weight of each substring in each category, by start and last symbol.
    emissions: Vec<PerCategory>,
    /// The weight of all paths that reach a place with a piece of a category.
    reach: [PerCategory; LONGEST + 1],
    /// The weight of all paths that may go on from a place with a piece of a category.
    leave: [PerCategory; LONGEST + 1],
}

impl Grid {
    pub(super) fn new() -> Self {
        Grid {
            len: 0,
            emissions: vec![[0.0; CATEGORIES]; LONGEST * LONGEST],
            reach: [[0.0; CATEGORIES]; LONGEST + 1],
            leave: [[0.0; CATEGORIES]; LONGEST + 1],
        }
    }

    /// Starts a word of `len` symbols.
    pub(super) fn start(&mut self, len: usize) {
        self.len = len;
    }

    /// The weights of the substrings that start at `from`, the shortest first.
    pub(super) fn row(&mut self, from: usize) -> &mut [PerCategory] {
        &mut self.emissions[from * LONGEST + from..from * LONGEST + self.len]
    }

    /// The weight of all paths together or, with `best`, of the heaviest one.
    pub(super) fn forward(&mut self, borders: &[Border], transitions: &PerPair, best: bool) -> f64 {
        let join = |sum: &mut f64, more: f64| if best { *sum = sum.max(more) } else { *sum += more };
        self.reach[..=self.len].fill([0.0; CATEGORIES]);
        for from in 0..self.len {
            let mut leave = [0.0; CATEGORIES];
            if from == 0 {
                leave.copy_from_slice(&transitions[END][..CATEGORIES]);
            } else if borders[from] != Border::Never {
                for (reach, transitions) in self.reach[from].iter().zip(transitions) {
                    for (leave, transition) in leave.iter_mut().zip(transitions) {
                        join(leave, reach * transition);
                    }
                }
            }
            self.leave[from] = leave;
            if from > 0 && borders[from] == Border::Never {
                continue;
            }
            let emissions = &self.emissions[from * LONGEST + from..from * LONGEST + self.len];
            for (to, emissions) in (from + 1..).zip(emissions) {
                let border = borders.get(to).copied().unwrap_or(Border::Always);
                if border == Border::Never {
                    continue;
                }
                for category in 0..CATEGORIES {
                    join(&mut self.reach[to][category], leave[category] * emissions[category]);
                }
                if border == Border::Always {
                    break;
                }
            }
        }
        let mut total = 0.0;
        for (reach, transitions) in self.reach[self.len].iter().zip(transitions) {
            join(&mut total, reach * transitions[END]);
        }
        total
    }

    /// A path, from its end to its start; `choose` picks one of several weights. Goes with the last
    /// [`Grid::forward`], which found a weight that is positive and finite.
    pub(super) fn path(
        &self,
        borders: &[Border],
        transitions: &PerPair,
        mut choose: impl FnMut(&[f64]) -> usize,
    ) -> Path {
        let (mut path, mut to, mut after) = (Path::default(), self.len, END);
        let mut weights = [0.0; LONGEST];
        while to > 0 {
            for (weight, (reach, transitions)) in weights.iter_mut().zip(self.reach[to].iter().zip(transitions)) {
                *weight = reach * transitions[after];
            }
            let category = choose(&weights[..CATEGORIES]);
            let forced = (0..to).rev().find(|&at| borders[at] == Border::Always).unwrap_or(0);
            for from in forced..to {
                weights[from - forced] = self.leave[from][category] * self.emissions[from * LONGEST + to - 1][category];
            }
            let from = forced + choose(&weights[..to - forced]);
            path.prepend(from, category);
            (to, after) = (from, category);
        }
        path
    }
}

/// The first of the greatest weights.
pub(super) fn heaviest(weights: &[f64]) -> usize {
    let mut best = 0;
    for (index, weight) in weights.iter().enumerate() {
        if *weight > weights[best] {
            best = index;
        }
    }
    best
}
