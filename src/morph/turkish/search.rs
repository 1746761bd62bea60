//! All ways to take a word apart, and what each costs.
//!
//! From every root that the word begins with, the grammar is followed suffix by suffix to the end of the word. A path
//! costs the sum of its parts; paths that cut at the same places are one segmentation, whose probability is the sum of
//! theirs. Paths that cost [`MARGIN`] more than the best one known so far are given up. A word of n letters has few
//! paths (two on average); a made-up one may have very many, so the search ends after [`MOST_STEPS`] steps and keeps
//! what it found.

use super::grammar::State;
use super::letters::Word;
use super::lexicon::Lexicon;
use super::sound::Context;
use super::table::Table;

/// Nats above the best path within which paths count.
pub(super) const MARGIN: f32 = 9.0;
/// Suffixes tried for a word.
const MOST_STEPS: u32 = 20_000;
/// Suffixes of a word.
pub(super) const DEEPEST: usize = 24;

/// Where a path begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// Letters before the first suffix.
    pub at: usize,
    pub state: State,
    pub context: Context,
    pub cost: f32,
    /// Cuts inside what stands before the first suffix: bit n is one after n letters.
    pub cuts: u64,
    /// The number of the root's record, where it is in the lexicon.
    pub root: Option<u32>,
}

/// One path to the end of the word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    pub start: Start,
    /// Edges taken.
    pub edges: [u16; DEEPEST],
    /// Letters before each of them.
    pub at: [u8; DEEPEST],
    pub len: usize,
    pub cost: f32,
}

impl Path {
    /// The places of the cuts: bit n is a cut after n letters.
    pub fn cuts(&self) -> u64 {
        self.at[..self.len].iter().fold(self.start.cuts, |bits, &at| bits | 1 << at)
    }
}

/// The search over one word.
pub(super) struct Search<'a> {
    table: &'static Table,
    lexicon: &'a Lexicon,
    /// Roots that the user added; their records are numbered on from those of `lexicon`.
    added: Option<&'a Lexicon>,
    word: &'a Word,
    end: usize,
    path: Path,
    best: f32,
    steps: u32,
    paths: &'a mut Vec<Path>,
}

impl<'a> Search<'a> {
    /// A search that appends to `paths`.
    pub fn new(lexicon: &'a Lexicon, word: &'a Word, paths: &'a mut Vec<Path>) -> Self {
        let start = Start { at: 0, state: State::Word, context: Context::default(), cost: 0.0, cuts: 0, root: None };
        let path = Path { start, edges: [0; DEEPEST], at: [0; DEEPEST], len: 0, cost: 0.0 };
        Search {
            table: Table::get(),
            lexicon,
            added: None,
            word,
            end: word.len(),
            path,
            best: f32::INFINITY,
            steps: 0,
            paths,
        }
    }

    /// The same search over the roots of two lexicons, whose suffixes cost the same.
    pub fn with(self, added: Option<&'a Lexicon>) -> Self {
        Search { added, ..self }
    }

    /// Follows every root of the lexicon that stands at the beginning of the word.
    pub fn roots(&mut self) {
        self.roots_at(0, 0, |_| true);
    }

    /// Follows every root after the first `from` letters whose class is wanted; `cuts` are those before it.
    pub fn roots_at(&mut self, from: usize, cuts: u64, wanted: impl Fn(State) -> bool) {
        self.roots_of(self.lexicon, 0, from, cuts, &wanted);
        if let Some(added) = self.added {
            self.roots_of(added, self.lexicon.len() as u32, from, cuts, &wanted);
        }
    }

    /// The same for one lexicon, whose records are numbered from `first` on.
    fn roots_of(&mut self, lexicon: &Lexicon, first: u32, from: usize, cuts: u64, wanted: &impl Fn(State) -> bool) {
        let word = self.word;
        lexicon.prefixes(&word.letters()[from..], |len, number| {
            let record = lexicon.record(number);
            let (at, state, context, cost) = (from + len, record.state(), record.context(), record.cost());
            if wanted(state) {
                self.from(Start { at, state, context, cost, cuts, root: Some(first + number) });
            }
        });
    }

    /// Follows one start.
    pub fn from(&mut self, start: Start) {
        self.path.start = start;
        self.path.len = 0;
        self.walk(start.at, start.state, start.context, start.cost);
    }

    fn walk(&mut self, at: usize, state: State, context: Context, cost: f32) {
        if cost > self.best + MARGIN {
            return;
        }
        if at == self.end {
            if context.may_end() && state.is_final() {
                self.path.cost = cost + self.lexicon.ends[state as usize];
                self.best = self.best.min(self.path.cost);
                self.paths.push(self.path);
            }
            return;
        }
        if self.path.len == DEEPEST || at == 0 {
            return;
        }
        let letters = self.word.letters();
        let (last, next) = (letters[at - 1], letters[at]);
        let eight = self.word.eight(at);
        for step in self.table.steps(state, context, next) {
            if !step.spelled.matches(eight)
                || !context.admits(step.spelled.vowel_first)
                || !step.when.holds(last, context)
            {
                continue;
            }
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return;
            }
            let depth = self.path.len;
            self.path.edges[depth] = step.edge;
            self.path.at[depth] = at as u8;
            self.path.len = depth + 1;
            let cost = cost + self.lexicon.edges[step.edge as usize];
            self.walk(at + step.spelled.len as usize, step.to, step.spelled.after, cost);
            self.path.len = depth;
        }
    }
}

/// A segmentation: where it cuts, what it costs (all its paths together), and its cheapest path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segmentation {
    pub cuts: u64,
    pub cost: f64,
    /// Index of the cheapest path.
    pub path: usize,
}

/// The segmentations of `paths`, the cheapest first; of equals the one with fewer cuts, then the earlier cut.
pub(super) fn segmentations(paths: &[Path]) -> Vec<Segmentation> {
    let mut found: Vec<Segmentation> = Vec::with_capacity(paths.len());
    for (n, path) in paths.iter().enumerate() {
        let cuts = path.cuts();
        let cost = f64::from(path.cost);
        match found.iter_mut().find(|s| s.cuts == cuts) {
            None => found.push(Segmentation { cuts, cost, path: n }),
            Some(s) => {
                s.cost = add(s.cost, cost);
                if path.cost < paths[s.path].cost {
                    s.path = n;
                }
            }
        }
    }
    found.sort_by(|a, b| {
        a.cost.total_cmp(&b.cost).then(a.cuts.count_ones().cmp(&b.cuts.count_ones())).then(a.cuts.cmp(&b.cuts))
    });
    found
}

/// The cost of either of two events.
pub(super) fn add(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    low - (low - high).exp().ln_1p()
}
