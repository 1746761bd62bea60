//! The best path of a word under a lexicon.
//!
//! A morph is a reference to the lexicon, found by walking the trie from each start, or a new spelling. Spellings are not
//! tried for each substring: what the cheapest spelled morph that reaches a symbol costs so far is carried along, and
//! closed at each border. So a word takes time in proportion to its length times the depth of the trie, whatever stands
//! in it, and every word has a path.

use super::grid::{CATEGORIES, END, PerCategory, Span};
use super::lexicon::{Costs, Lexicon};
use super::symbols::Border;

/// A word as symbols and borders.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub symbols: Vec<u32>,
    pub borders: Vec<Border>,
}

impl Read {
    pub(super) fn new(word: &str, lexicon: &Lexicon, costs: &Costs) -> Self {
        let mut read = Read { symbols: Vec::with_capacity(word.len()), borders: Vec::with_capacity(word.len()) };
        read.symbols.extend(word.chars().map(|c| costs.alphabet.number(lexicon.reading.read(c))));
        lexicon.reading.borders(word, &mut read.borders);
        read
    }

    /// Whether a morph may end before symbol `at`.
    pub(super) fn may_end(&self, at: usize) -> bool {
        self.borders.get(at).is_none_or(|&border| border != Border::Never)
    }

    /// Whether one must.
    pub(super) fn must_end(&self, at: usize) -> bool {
        self.borders.get(at).is_none_or(|&border| border == Border::Always)
    }
}

/// The cheapest way to a place with a piece of a category: its cost, where the piece starts, the category before it.
#[derive(Debug, Clone, Copy)]
struct Reached {
    cost: f64,
    from: u32,
    before: u8,
}

const UNREACHED: Reached = Reached { cost: f64::INFINITY, from: 0, before: END as u8 };

/// Takes a way if it is cheaper than the one known.
fn reach(to: &mut Reached, cost: f64, from: usize, before: u8) {
    if cost < to.cost {
        *to = Reached { cost, from: from as u32, before };
    }
}

/// The pieces of the best path, from the last to the first.
pub(super) fn best(read: &Read, costs: &Costs) -> Vec<Span> {
    let len = read.symbols.len();
    let mut reached = vec![[UNREACHED; CATEGORIES]; len + 1];
    let mut open = [UNREACHED; CATEGORIES];
    for from in 0..len {
        if read.may_end(from) {
            let (leave, before) = leaving(&reached[from], from, costs);
            start(&mut open, &leave, &before, from, read, costs);
            references(read, costs, from, |morph, to| {
                for category in 0..CATEGORIES {
                    let cost = leave[category] + costs.morphs[morph][category];
                    reach(&mut reached[to][category], cost, from, before[category]);
                }
            });
        } else {
            carry(&mut open, from, read, costs);
        }
        let to = from + 1;
        if read.may_end(to) {
            let close = costs.close[read.symbols[from] as usize];
            for (reached, open) in reached[to].iter_mut().zip(&open) {
                reach(reached, open.cost + close, open.from as usize, open.before);
            }
        }
        if read.must_end(to) {
            open = [UNREACHED; CATEGORIES];
        }
    }
    trace(&reached, costs)
}

/// What it costs to have reached a place and go on with each category, and the category before.
fn leaving(reached: &[Reached; CATEGORIES], from: usize, costs: &Costs) -> (PerCategory, [u8; CATEGORIES]) {
    let mut leave = [f64::INFINITY; CATEGORIES];
    let mut last = [END as u8; CATEGORIES];
    for after in 0..CATEGORIES {
        if from == 0 {
            leave[after] = costs.transitions[END][after];
            continue;
        }
        for (before, reached) in reached.iter().enumerate() {
            let cost = reached.cost + costs.transitions[before][after];
            if cost < leave[after] {
                (leave[after], last[after]) = (cost, before as u8);
            }
        }
    }
    (leave, last)
}

/// One symbol more of a spelled morph.
fn carry(open: &mut [Reached; CATEGORIES], at: usize, read: &Read, costs: &Costs) {
    if at > 0 && !read.must_end(at) {
        let inner = costs.inner(read.symbols[at - 1], read.symbols[at]);
        open.iter_mut().for_each(|open| open.cost += inner);
    }
}

/// Carries spelled morphs on to the symbol at `from`, or starts one there, whichever is cheaper.
fn start(
    open: &mut [Reached; CATEGORIES],
    leave: &PerCategory,
    before: &[u8; CATEGORIES],
    from: usize,
    read: &Read,
    costs: &Costs,
) {
    carry(open, from, read, costs);
    let first = costs.open[read.symbols[from] as usize];
    for category in 0..CATEGORIES {
        reach(&mut open[category], leave[category] + costs.spelled[category] + first, from, before[category]);
    }
}

/// Every morph that starts at `from`, by its number, and where it ends.
pub(super) fn references(read: &Read, costs: &Costs, from: usize, mut found: impl FnMut(usize, usize)) {
    let mut node = costs.trie.first(read.symbols[from]);
    let mut to = from + 1;
    while let Some(at) = node {
        if let Some(morph) = costs.trie.morph(at)
            && read.may_end(to)
        {
            found(morph, to);
        }
        if read.must_end(to) {
            break;
        }
        node = costs.trie.next(at, read.symbols[to]);
        to += 1;
    }
}

fn trace(reached: &[[Reached; CATEGORIES]], costs: &Costs) -> Vec<Span> {
    let mut to = reached.len() - 1;
    let mut pieces = Vec::new();
    let mut category = END;
    let mut least = f64::INFINITY;
    for (last, reached) in reached[to].iter().enumerate() {
        let cost = reached.cost + costs.transitions[last][END];
        if cost < least {
            (least, category) = (cost, last);
        }
    }
    while to > 0 && category < CATEGORIES {
        let Reached { from, before, .. } = reached[to][category];
        pieces.push(Span { from: from as usize, to, category });
        (to, category) = (from as usize, before.into());
    }
    pieces
}
