//! A table of a grammar, compiled into what search needs: endings by their letters, and the choices of each state.

use rustc_hash::FxHashMap;

use super::script::{self, SOUNDS, after};
use super::table::{Family, Prefix, Table, listed};

/// The number of a state.
pub(crate) type State = u8;
/// A word before its stem.
pub(crate) const START: State = 0;
/// The choice to begin with another stem.
const COMPOUND: &str = "+";

/// An ending in one spelling.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) family: &'static Family,
    pub(crate) from: State,
    to: State,
    pub(crate) form: &'static str,
    pub(crate) codes: Vec<u8>,
    after: u8,
    /// An index into the choices of the grammar; both spellings have one.
    pub(crate) choice: u16,
}

#[cfg(test)]
impl Ending {
    pub(crate) fn codes(&self) -> &[u8] {
        &self.codes
    }

    pub(crate) fn fits(&self, context: u8) -> bool {
        self.after & context != 0
    }

    pub(crate) fn leads_to(&self) -> State {
        self.to
    }
}

/// An ending that fits somewhere in a word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Match {
    pub(crate) ending: u16,
    /// Where it begins.
    pub(crate) from: u8,
    /// The state that it leads to.
    pub(crate) to_state: State,
    /// The index of its choice after the sound before it.
    pub(crate) slot: u16,
}

/// A prefix in one form.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) prefix: &'static Prefix,
    pub(crate) codes: Vec<u8>,
    pub(crate) canonical: &'static str,
    pub(crate) choice: u16,
}

/// What a word may do in a state: take an ending, or stop.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Choice {
    pub(crate) state: State,
    /// Empty for the choice to stop.
    pub(crate) form: &'static str,
    pub(crate) tag: &'static str,
}

const NONE: u16 = u16::MAX;

#[derive(Debug)]
struct Node {
    children: [u16; 128],
    endings: Vec<u16>,
}

impl Default for Node {
    fn default() -> Self {
        Node { children: [NONE; 128], endings: Vec::new() }
    }
}

/// A table, compiled.
#[derive(Debug)]
pub(crate) struct Grammar {
    pub(crate) table: &'static Table,
    pub(crate) states: Vec<&'static str>,
    pub(crate) endings: Vec<Ending>,
    pub(crate) openings: Vec<Opening>,
    pub(crate) choices: Vec<Choice>,
    /// The choice to begin with the stem, and the choice to begin with another stem before it.
    pub(crate) plain: u16,
    pub(crate) compound: u16,
    /// States in which a word may end, with the choice to do so.
    pub(crate) stops: Vec<(State, u16)>,
    /// The state of each class, and the class of first members.
    pub(crate) entries: Vec<State>,
    pub(crate) first: u8,
    /// The classes of verbs as bits, and the ends of their participles as codes.
    pub(crate) verbal: u16,
    pub(crate) participles: Vec<Vec<u8>>,
    pub(crate) verb_ends: Vec<Vec<u8>>,
    /// Endings by their codes, last code first.
    trie: Vec<Node>,
}

/// The index of a choice after a sound, among the choices of a grammar after each.
pub(crate) fn slot(choice: u16, sound: usize) -> usize {
    usize::from(choice) * SOUNDS + sound
}

impl Grammar {
    pub(crate) fn new(table: &'static Table) -> Grammar {
        let class = |name: &&str| table.class(name);
        let mut grammar = Grammar {
            table,
            states: vec!["start"],
            endings: Vec::new(),
            openings: Vec::new(),
            choices: Vec::new(),
            plain: 0,
            compound: 0,
            stops: Vec::new(),
            entries: Vec::new(),
            first: class(&table.compounds).unwrap_or(0),
            verbal: table.verbal.iter().filter_map(class).fold(0, |bits, class| bits | 1 << class),
            participles: table.participles.split_whitespace().map(script::codes).collect(),
            verb_ends: table.verb_ends.split_whitespace().map(script::codes).collect(),
            trie: vec![Node::default()],
        };
        let mut known = FxHashMap::default();
        grammar.plain = grammar.choice(&mut known, Choice { state: START, form: "", tag: "" });
        grammar.compound = grammar.choice(&mut known, Choice { state: START, form: COMPOUND, tag: "" });
        grammar.entries = table.classes.iter().map(|class| grammar.state(class.state)).collect();
        for name in table.finals {
            let state = grammar.state(name);
            let stop = grammar.choice(&mut known, Choice { state, form: "", tag: "" });
            grammar.stops.push((state, stop));
        }
        for family in table.families.iter().copied().flatten() {
            let (state, to) = (grammar.state(family.from), grammar.state(family.to));
            for form in family.forms.split_whitespace() {
                let (form, letter) = form.strip_prefix('^').map_or((form, false), |form| (form, true));
                let choice = grammar.choice(&mut known, Choice { state, form, tag: family.tag });
                grammar.spell(family, (state, to), form, letter, choice);
            }
        }
        for prefix in table.prefixes {
            for (form, canonical) in prefix.forms.split_whitespace().map(listed) {
                let choice = grammar.choice(&mut known, Choice { state: START, form, tag: prefix.tag });
                grammar.openings.push(Opening { prefix, codes: script::codes(form), canonical, choice });
            }
        }
        grammar
    }

    /// The number of a state, new or not.
    fn state(&mut self, name: &'static str) -> State {
        let n = self.states.iter().position(|state| *state == name).unwrap_or(self.states.len());
        if n == self.states.len() {
            self.states.push(name);
        }
        n as State
    }

    fn choice(&mut self, known: &mut FxHashMap<Choice, u16>, choice: Choice) -> u16 {
        *known.entry(choice.clone()).or_insert_with(|| {
            self.choices.push(choice);
            (self.choices.len() - 1) as u16
        })
    }

    /// Adds the spellings of an ending: one only if it keeps its `letter`.
    fn spell(
        &mut self,
        family: &'static Family,
        (from, to): (State, State),
        form: &'static str,
        letter: bool,
        choice: u16,
    ) {
        let codes = if form == "-" { Vec::new() } else { script::codes(form) };
        let closed = after::CONSONANT | after::PLAIN;
        let spellings = match codes.split_first().and_then(|(&first, rest)| Some((script::sign(first)?, rest))) {
            Some((sign, rest)) if !letter => {
                vec![([&[sign], rest].concat(), family.after & closed), (codes, family.after & !closed)]
            }
            _ => vec![(codes, family.after)],
        };
        for (codes, after) in spellings.into_iter().filter(|row| row.1 != 0) {
            self.insert(Ending { family, from, to, form, codes, after, choice });
        }
    }

    fn insert(&mut self, ending: Ending) {
        let mut node = 0;
        for &code in ending.codes.iter().rev() {
            let code = usize::from(code);
            if self.trie[node].children[code] == NONE {
                self.trie[node].children[code] = self.trie.len() as u16;
                self.trie.push(Node::default());
            }
            node = usize::from(self.trie[node].children[code]);
        }
        self.trie[node].endings.push(self.endings.len() as u16);
        self.endings.push(ending);
    }

    /// Appends every ending whose codes end at `to` in `codes` and that may stand where it does, whatever its state.
    pub(crate) fn endings_at(&self, codes: &[u8], to: usize, found: &mut Vec<Match>) {
        let (mut node, mut from) = (0, to);
        loop {
            if !self.trie[node].endings.is_empty() {
                let context = script::context(&codes[..from]);
                for &n in &self.trie[node].endings {
                    let ending = &self.endings[usize::from(n)];
                    if ending.after & context != 0 {
                        let slot = slot(ending.choice, script::sound(context)) as u16;
                        found.push(Match { ending: n, from: from as u8, to_state: ending.to, slot });
                    }
                }
            }
            if from <= 1 || codes[from - 1] >= 128 {
                return;
            }
            match self.trie[node].children[usize::from(codes[from - 1])] {
                NONE => return,
                child => (node, from) = (usize::from(child), from - 1),
            }
        }
    }

    /// The prefixes that `codes` begin with and whose sound is right.
    pub(crate) fn openings<'a>(&'a self, codes: &'a [u8]) -> impl Iterator<Item = (u16, &'a Opening)> {
        self.openings.iter().enumerate().map(|(n, opening)| (n as u16, opening)).filter(|(_, opening)| {
            let rest = codes.strip_prefix(opening.codes.as_slice());
            rest.and_then(|rest| rest.first()).is_some_and(|&next| opening.prefix.meets.admits(next))
        })
    }
}
