//! The grammar as the search reads it: for a state, a context and the next letter, the suffixes that may come.

use std::sync::LazyLock;

use super::grammar::State;
use super::letters::is_letter;
use super::sound::{Context, Spelled, When, spell_out};
use super::suffix::Suffix;

/// Letters as the table tells them apart.
const LETTERS: usize = 32;

/// One spelled suffix that may follow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// How it is spelled, and what it leaves.
    pub spelled: Spelled,
    /// What it leads to.
    pub to: State,
    /// What the letter before must be.
    pub when: When,
    /// The number of the edge, over all states.
    pub edge: u16,
}

/// All of them.
pub(super) struct Table {
    steps: Vec<Step>,
    /// Where the steps of a state, a context and a letter begin; one more at the end.
    starts: Vec<u32>,
    /// The suffix of every edge, and what it leads to.
    suffixes: Vec<(Suffix, State)>,
    /// The first edge of every state; one more at the end.
    first_edges: Vec<usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

fn class(letter: u8) -> usize {
    letter as usize % LETTERS
}

impl Table {
    /// The table of the grammar.
    pub fn get() -> &'static Table {
        &TABLE
    }

    fn new() -> Table {
        let ways: Vec<Vec<[Spelled; Context::KINDS]>> = Suffix::ALL.iter().map(|s| spell_out(s.template())).collect();
        let mut table = Table { steps: Vec::new(), starts: Vec::new(), suffixes: Vec::new(), first_edges: Vec::new() };
        for &state in State::ALL {
            let edges = state.edges();
            let first = table.suffixes.len();
            table.first_edges.push(first);
            table.suffixes.extend(edges.iter().map(|edge| (edge.suffix, edge.to)));
            for kind in 0..Context::KINDS {
                let mut rows: Vec<Vec<Step>> = vec![Vec::new(); LETTERS];
                for (n, edge) in edges.iter().enumerate() {
                    for way in &ways[edge.suffix as usize] {
                        let spelled = way[kind];
                        if let Some(letter) = spelled.first() {
                            let edge = Step { spelled, to: edge.to, when: edge.when, edge: (first + n) as u16 };
                            rows[class(letter)].push(edge);
                        }
                    }
                }
                for row in rows {
                    table.starts.push(table.steps.len() as u32);
                    table.steps.extend(row);
                }
            }
        }
        table.first_edges.push(table.suffixes.len());
        table.starts.push(table.steps.len() as u32);
        table
    }

    /// The steps out of `state` in `context` whose first letter may be `letter`; the others are no match for sure.
    #[inline]
    pub fn steps(&self, state: State, context: Context, letter: u8) -> &[Step] {
        if !is_letter(letter) {
            return &[];
        }
        let at = (state as usize * Context::KINDS + context.kind()) * LETTERS + class(letter);
        &self.steps[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The suffix of an edge.
    pub fn suffix(&self, edge: u16) -> Suffix {
        self.suffixes[edge as usize].0
    }

    /// What an edge leads to.
    pub fn target(&self, edge: u16) -> State {
        self.suffixes[edge as usize].1
    }

    /// Number of edges of all states.
    pub fn edges(&self) -> usize {
        self.suffixes.len()
    }

    /// The edges of a state.
    pub fn edges_of(&self, state: State) -> std::ops::Range<usize> {
        self.first_edges[state as usize]..self.first_edges[state as usize + 1]
    }
}
