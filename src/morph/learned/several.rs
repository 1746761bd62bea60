//! The `n` best segmentations of a word, and what share of all paths each has.
//!
//! The lattice of [`best`](super::best), with lists in place of the cheapest way: at each place and category the `n`
//! cheapest ways that cut differently. A way that cuts as a cheaper one does, with other categories, never ends up among
//! the best of another cut, so the lists lose nothing. A second run sums over all paths.

use rustc_hash::FxHashMap;

use super::best::{Read, references};
use super::grid::{CATEGORIES, END, Span};
use super::lexicon::Costs;
use super::numeric::{exp, ln};

/// A way to a place.
#[derive(Debug, Clone, Copy)]
struct Way {
    cost: f64,
    /// Where it is cut before the last piece, as a number.
    cut: u32,
    /// The last piece, in `Ways::pieces`; `u32::MAX` at the word's start.
    piece: u32,
}

/// A way whose last piece is being spelled.
#[derive(Debug, Clone, Copy)]
struct Open {
    way: Way,
    from: usize,
}

/// A piece and the number of the one before it.
#[derive(Debug, Clone, Copy)]
struct Piece {
    span: Span,
    before: u32,
}

struct Ways<'a> {
    n: usize,
    read: &'a Read,
    costs: &'a Costs,
    /// At each place, by the category of the last piece.
    reached: Vec<[Vec<Way>; CATEGORIES]>,
    pieces: Vec<Piece>,
    /// Numbers of cuts: of those before a piece and where the piece starts.
    cuts: FxHashMap<(u32, usize), u32>,
}

/// Keeps the `n` cheapest of what cuts differently, the cheapest first; of equal ones the first that came.
fn keep<T: Copy>(list: &mut Vec<T>, item: T, n: usize, cost: impl Fn(&T) -> f64, same: impl Fn(&T, &T) -> bool) {
    if cost(&item) == f64::INFINITY {
        return;
    }
    if let Some(at) = list.iter().position(|other| same(other, &item)) {
        if cost(&list[at]) <= cost(&item) {
            return;
        }
        list.remove(at);
    }
    let at = list.partition_point(|other| cost(other) <= cost(&item));
    if at < n {
        list.insert(at, item);
        list.truncate(n);
    }
}

impl Ways<'_> {
    /// The `n` best ways to go on from `from` with a piece of a category.
    fn leaving(&self, from: usize, after: usize) -> Vec<Way> {
        if from == 0 {
            return vec![Way { cost: self.costs.transitions[END][after], cut: 0, piece: u32::MAX }];
        }
        let mut list = Vec::new();
        for (before, ways) in self.reached[from].iter().enumerate() {
            for way in ways {
                let cost = way.cost + self.costs.transitions[before][after];
                keep(&mut list, Way { cost, ..*way }, self.n, |way| way.cost, |a, b| a.cut == b.cut);
            }
        }
        list
    }

    /// `way`, whose pieces end at `from`, has a further piece that makes the whole cost `cost`.
    fn reach(&mut self, way: Way, cost: f64, from: usize, to: usize, category: usize) {
        let next = self.cuts.len() as u32 + 1;
        let cut = *self.cuts.entry((way.cut, from)).or_insert(next);
        let piece = self.pieces.len() as u32;
        self.pieces.push(Piece { span: Span { from, to, category }, before: way.piece });
        let way = Way { cost, cut, piece };
        keep(&mut self.reached[to][category], way, self.n, |way| way.cost, |a, b| a.cut == b.cut);
    }

    fn run(&mut self) {
        let len = self.read.symbols.len();
        let mut open: [Vec<Open>; CATEGORIES] = Default::default();
        for from in 0..len {
            if from > 0 && !self.read.must_end(from) {
                let inner = self.costs.inner(self.read.symbols[from - 1], self.read.symbols[from]);
                open.iter_mut().flatten().for_each(|open| open.way.cost += inner);
            }
            for category in 0..CATEGORIES {
                let leave = if self.read.may_end(from) { self.leaving(from, category) } else { Vec::new() };
                let first = self.costs.open[self.read.symbols[from] as usize];
                for &way in &leave {
                    let way = Way { cost: way.cost + self.costs.spelled[category] + first, ..way };
                    let same = |a: &Open, b: &Open| (a.way.cut, a.from) == (b.way.cut, b.from);
                    keep(&mut open[category], Open { way, from }, self.n, |open| open.way.cost, same);
                }
                self.refer(&leave, from, category);
                if self.read.may_end(from + 1) {
                    let close = self.costs.close[self.read.symbols[from] as usize];
                    for Open { way, from: start } in open[category].clone() {
                        self.reach(way, way.cost + close, start, from + 1, category);
                    }
                }
            }
            if self.read.must_end(from + 1) {
                open = Default::default();
            }
        }
    }

    fn refer(&mut self, leave: &[Way], from: usize, category: usize) {
        references(self.read, self.costs, from, |morph, to| {
            for &way in leave {
                self.reach(way, way.cost + self.costs.morphs[morph][category], from, to, category);
            }
        });
    }

    fn trace(&self, mut piece: u32) -> Vec<Span> {
        let mut spans = Vec::new();
        while let Some(&Piece { span, before }) = self.pieces.get(piece as usize) {
            spans.push(span);
            piece = before;
        }
        spans
    }
}

/// A segmentation.
pub(super) struct Segmentation {
    /// Its pieces, from the last to the first.
    pub spans: Vec<Span>,
    /// The share that its best path has among all paths of the word.
    pub probability: f64,
}

/// The `n` best segmentations, the best first.
pub(super) fn several(read: &Read, costs: &Costs, n: usize) -> Vec<Segmentation> {
    let len = read.symbols.len();
    let reached = (0..=len).map(|_| Default::default()).collect();
    let mut ways = Ways { n, read, costs, reached, pieces: Vec::new(), cuts: FxHashMap::default() };
    ways.run();
    let mut ends = Vec::new();
    for (category, reached) in ways.reached[len].iter().enumerate() {
        for way in reached {
            let cost = way.cost + costs.transitions[category][END];
            keep(&mut ends, Way { cost, ..*way }, n, |way| way.cost, |a, b| a.cut == b.cut);
        }
    }
    let all = total(read, costs);
    let segmentation =
        |way: &Way| Segmentation { spans: ways.trace(way.piece), probability: exp(all - way.cost).min(1.0) };
    ends.iter().map(segmentation).collect()
}

/// `-ln(e^-a + e^-b)`.
fn either(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if high == f64::INFINITY { low } else { low - ln(1.0 + exp(low - high)) }
}

/// The cost that all paths have together.
fn total(read: &Read, costs: &Costs) -> f64 {
    let len = read.symbols.len();
    let mut reached = vec![[f64::INFINITY; CATEGORIES]; len + 1];
    let mut open = [f64::INFINITY; CATEGORIES];
    for from in 0..len {
        if from > 0 && !read.must_end(from) {
            let inner = costs.inner(read.symbols[from - 1], read.symbols[from]);
            open.iter_mut().for_each(|open| *open += inner);
        }
        if read.may_end(from) {
            let leave: [f64; CATEGORIES] = std::array::from_fn(|after| match from {
                0 => costs.transitions[END][after],
                _ => {
                    (0..CATEGORIES).map(|c| reached[from][c] + costs.transitions[c][after]).fold(f64::INFINITY, either)
                }
            });
            let first = costs.open[read.symbols[from] as usize];
            for category in 0..CATEGORIES {
                open[category] = either(open[category], leave[category] + costs.spelled[category] + first);
            }
            references(read, costs, from, |morph, to| {
                for category in 0..CATEGORIES {
                    let cost = leave[category] + costs.references[morph][category];
                    reached[to][category] = either(reached[to][category], cost);
                }
            });
        }
        if read.may_end(from + 1) {
            let close = costs.close[read.symbols[from] as usize];
            for category in 0..CATEGORIES {
                reached[from + 1][category] = either(reached[from + 1][category], open[category] + close);
            }
        }
        if read.must_end(from + 1) {
            open = [f64::INFINITY; CATEGORIES];
        }
    }
    (0..CATEGORIES)
        .map(|category| reached[len][category] + costs.transitions[category][END])
        .fold(f64::INFINITY, either)
}
