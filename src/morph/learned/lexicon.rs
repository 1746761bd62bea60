//! What a model is: morphs with their counts, and what follows from them.
//!
//! A [`Lexicon`] is what a file holds. [`Costs`] are computed from it, the same on every machine: the letter model of its
//! morphs, the concentrations, and in nats what each morph and each new spelling costs. Morphs lie in a trie.

use rustc_hash::FxHashMap;

use super::grid::{CATEGORIES, END, PerCategory, PerPair, Transitions};
use super::letters::{Letters, Pairs};
use super::numeric::{concentration, exp, ln};
use super::symbols::{Alphabet, EDGE, Reading};

/// Occurrences as prefix, stem and suffix.
pub(super) type Counts = [u64; CATEGORIES];

/// A learned lexicon.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lexicon {
    pub reading: Reading,
    pub corpus_weight: f64,
    /// How many distinct words it was learned from.
    pub words: u64,
    /// In byte order, each with a count above 0.
    pub morphs: Vec<(String, Counts)>,
    /// How often a category follows another; the last is the word's end.
    pub transitions: [[u64; CATEGORIES + 1]; CATEGORIES + 1],
}

/// No morph ends at a node.
const NONE: u32 = u32::MAX;

/// The morphs as a tree of symbols; the children of a node are consecutive nodes in the order of their symbols.
#[derive(Debug, Default)]
pub(super) struct Trie {
    /// The children of the root, by symbol: a node, or 0.
    roots: Vec<u32>,
    /// Where each node's children begin; the next entry is where they end.
    children: Vec<u32>,
    symbols: Vec<u32>,
    morphs: Vec<u32>,
}

impl Trie {
    /// `morphs` are sorted and none is empty or twice there.
    fn new(morphs: &[Vec<u32>], symbols: usize) -> Self {
        let mut trie = Trie { roots: vec![0; symbols], children: vec![1], symbols: vec![EDGE], morphs: vec![NONE] };
        // Nodes get their children in the order in which they were made themselves: level by level.
        let mut level = vec![(0, morphs.len())];
        let mut depth = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for (mut from, to) in level {
                from += usize::from(depth > 0 && morphs[from].len() == depth);
                while from < to {
                    let symbol = morphs[from][depth];
                    let end = from + morphs[from..to].partition_point(|morph| morph[depth] <= symbol);
                    trie.symbols.push(symbol);
                    trie.morphs.push(if morphs[from].len() == depth + 1 { from as u32 } else { NONE });
                    next.push((from, end));
                    from = end;
                }
                trie.children.push(trie.symbols.len() as u32);
            }
            (level, depth) = (next, depth + 1);
        }
        for node in 1..trie.children[1] {
            trie.roots[trie.symbols[node as usize] as usize] = node;
        }
        trie
    }

    /// The node of a first symbol.
    pub(super) fn first(&self, symbol: u32) -> Option<u32> {
        Some(self.roots[symbol as usize]).filter(|&node| node > 0)
    }

    /// The node one symbol below another.
    pub(super) fn next(&self, node: u32, symbol: u32) -> Option<u32> {
        let (from, to) = (self.children[node as usize], self.children[node as usize + 1]);
        let children = &self.symbols[from as usize..to as usize];
        let at = if children.len() < 9 {
            children.iter().position(|&child| child == symbol)
        } else {
            children.binary_search(&symbol).ok()
        };
        at.map(|at| from + at as u32)
    }

    /// The morph that ends at a node.
    pub(super) fn morph(&self, node: u32) -> Option<usize> {
        Some(self.morphs[node as usize]).filter(|&morph| morph != NONE).map(|morph| morph as usize)
    }
}

/// Costs in nats.
#[derive(Debug)]
pub(super) struct Costs {
    pub alphabet: Alphabet,
    pub trie: Trie,
    /// Of each morph, whether as a reference or spelled.
    pub morphs: Vec<PerCategory>,
    /// Of each morph as a reference alone; infinite where it never occurs in the category.
    pub references: Vec<PerCategory>,
    pub transitions: PerPair,
    /// Of saying that a morph is spelled.
    pub spelled: PerCategory,
    /// Of the first symbol and of the end after the last one.
    pub open: Vec<f64>,
    pub close: Vec<f64>,
    /// Of pairs that occur; of the others in two parts, for the first symbol and for the second.
    inner: FxHashMap<(u32, u32), f64>,
    rare: Vec<f64>,
    alone: Vec<f64>,
}

impl Costs {
    pub(super) fn new(lexicon: &Lexicon) -> Self {
        let alphabet = Alphabet::new(lexicon.morphs.iter().flat_map(|(morph, _)| morph.chars()));
        let morphs: Vec<Vec<u32>> =
            lexicon.morphs.iter().map(|(morph, _)| morph.chars().map(|c| alphabet.number(c)).collect()).collect();
        let (mut pairs, mut letters) = (Pairs::default(), Letters::new(alphabet.len(), 0));
        let (mut types, mut tokens) = ([0.0; CATEGORIES], [0.0; CATEGORIES]);
        for (morph, (_, counts)) in morphs.iter().zip(&lexicon.morphs) {
            for category in (0..CATEGORIES).filter(|&category| counts[category] > 0) {
                letters.learn(&mut pairs, morph);
                types[category] += 1.0;
                tokens[category] += counts[category] as f64;
            }
        }
        let a: PerCategory = std::array::from_fn(|category| concentration(types[category], tokens[category]));
        let all: PerCategory = std::array::from_fn(|category| ln(tokens[category] + a[category]));
        let power = 1.0 / lexicon.corpus_weight;
        let symbols = 0..alphabet.len() as u32;
        let cost = |first, second| -power * ln(letters.after(pairs.get(first, second), first, second));
        let mut costs = Costs {
            trie: Trie::new(&morphs, alphabet.len()),
            morphs: Vec::with_capacity(morphs.len()),
            references: Vec::with_capacity(morphs.len()),
            transitions: transitions(&lexicon.transitions),
            spelled: std::array::from_fn(|category| all[category] - ln(a[category])),
            open: symbols.clone().map(|symbol| cost(EDGE, symbol)).collect(),
            close: symbols.clone().map(|symbol| cost(symbol, EDGE)).collect(),
            inner: pairs.iter().map(|(first, second)| ((first, second), cost(first, second))).collect(),
            rare: symbols.clone().map(|symbol| -power * ln(letters.fallback(symbol))).collect(),
            alone: symbols.map(|symbol| -power * ln(letters.alone(symbol))).collect(),
            alphabet,
        };
        for (morph, (_, counts)) in morphs.iter().zip(&lexicon.morphs) {
            let spelling = exp(-costs.spelling(morph));
            let cost = |category: usize, spelling: f64| all[category] - ln(counts[category] as f64 + spelling);
            costs.morphs.push(std::array::from_fn(|category| cost(category, a[category] * spelling)));
            costs.references.push(std::array::from_fn(|category| cost(category, 0.0)));
        }
        costs
    }

    /// The cost of a symbol after another one inside a morph.
    pub(super) fn inner(&self, first: u32, second: u32) -> f64 {
        match self.inner.get(&(first, second)) {
            Some(&cost) => cost,
            None => self.rare[first as usize] + self.alone[second as usize],
        }
    }

    /// The cost of a morph's letters.
    fn spelling(&self, morph: &[u32]) -> f64 {
        let inner: f64 = morph.windows(2).map(|pair| self.inner(pair[0], pair[1])).sum();
        self.open[morph[0] as usize] + inner + self.close[morph[morph.len() - 1] as usize]
    }
}

/// The costs of transitions, infinite where there is none.
fn transitions(counts: &[[u64; CATEGORIES + 1]; CATEGORIES + 1]) -> PerPair {
    let counts = Transitions(counts.map(|row| row.map(|count| count as f64)));
    let mut costs = counts.probabilities().map(|row| row.map(|p| -ln(p)));
    costs[END][END] = f64::INFINITY;
    costs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trie_finds_what_it_holds() {
        let morphs: Vec<Vec<u32>> = [&[1][..], &[1, 2, 3], &[1, 3], &[2, 1], &[4]].iter().map(|m| m.to_vec()).collect();
        let trie = Trie::new(&morphs, 6);
        let find = |morph: &[u32]| {
            let mut node = trie.first(morph[0])?;
            for &symbol in &morph[1..] {
                node = trie.next(node, symbol)?;
            }
            trie.morph(node)
        };
        for (number, morph) in morphs.iter().enumerate() {
            assert_eq!(find(morph), Some(number), "{morph:?}");
        }
        for other in [&[1, 2][..], &[2], &[3], &[4, 4], &[1, 2, 3, 1], &[5]] {
            assert_eq!(find(other), None, "{other:?}");
        }
        assert_eq!(Trie::new(&[], 2).first(1), None);
    }
}
