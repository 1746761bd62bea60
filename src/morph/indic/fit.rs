//! Fitting stems and endings to the words of raw text.
//!
//! The parses of a word share one unit of belief in proportion to their probability **without that word**: what it
//! contributed at the last visit is taken away first. A stem thus needs other words to be believed in, and one that is
//! known from a single word costs what its letters cost. That is collapsed variational Bayes of order zero (Asuncion et
//! al. 2009, "On smoothing and inference for topic models", section 3.4) for a process of Pitman and Yor over stems;
//! words as types and not as tokens follow Goldwater et al. 2006, "Interpolating between types and tokens".
//!
//! Deviations:
//! 1. A word weighs `1 + ln count`, between a type and its tokens: frequent words are hardly better examples of grammar
//!    than rare ones, but they are better witnesses of their stem.
//! 2. The discount is taken from the expected findings of a stem, as if each had been found at one table.
//! 3. The readiness of a class for new stems is set after each pass to its maximum likelihood under a Dirichlet process,
//!    given how many stems the class has (Antoniak 1974).
//!
//! Passes go through the words in a fixed order, so that the result depends on words and counts alone.
//! O(passes x parses).

use rustc_hash::{FxHashMap, FxHashSet};

use super::grammar::{Grammar, slot};
use super::lexicon::{CLASSES, DISCOUNT, Lexicon};
use super::model::{self, Found, group};
use super::script::{self, SOUNDS, Word};
use super::search::{Chain, Lead, Parse};
use super::spelling::Spelling;
use super::table::{Class, Open, Table};
use super::{Engine, pieces};

/// Settings of a fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// How often each word is visited.
    pub passes: usize,
}

impl Default for Fit {
    fn default() -> Self {
        Fit { passes: 15 }
    }
}

/// Readiness for new stems before anything is known.
const READINESS: f64 = 100.0;
const DISCOUNTED: f64 = DISCOUNT as f64;

/// One parse of a word.
struct Candidate {
    stem: u32,
    class: u8,
    /// The first member, where the word is a compound.
    member: Option<u32>,
    choices: Vec<u16>,
    /// The form that dictionaries list of the stem, if this parse is right, and how much it looks like one.
    citation: (usize, String),
    /// The share of belief it got last.
    share: f64,
}

struct Observed {
    weight: f64,
    candidates: Vec<Candidate>,
}

struct State {
    grammar: Grammar,
    keys: Vec<Box<[u8]>>,
    /// Findings, those of the grammar's lists included.
    stems: Vec<[f64; CLASSES]>,
    found: [f64; CLASSES],
    choices: Vec<f64>,
    groups: Vec<f64>,
    alpha: [f64; CLASSES],
    /// Probabilities of the letters of the stems.
    spelled: Vec<f64>,
    words: Vec<Observed>,
}

/// The choices that a parse makes.
fn choices(grammar: &Grammar, word: &Word<'_>, parse: &Parse, chains: &[Chain]) -> Vec<u16> {
    let first = match parse.start.lead {
        Lead::Nothing => grammar.plain,
        Lead::Prefix(n) => grammar.openings[usize::from(n)].choice,
        Lead::Member => grammar.compound,
    };
    let mut choices = vec![slot(first, 0) as u16];
    let mut chain = chains[usize::from(parse.chain)];
    loop {
        let sound = script::sound(script::context(&word.codes()[..usize::from(chain.from)]));
        let Some(ending) = grammar.endings.get(usize::from(chain.ending)) else {
            let stop = grammar.stops.iter().find(|stop| stop.0 == chain.state);
            choices.extend(stop.map(|stop| slot(stop.1, sound) as u16));
            return choices;
        };
        choices.push(slot(ending.choice, sound) as u16);
        chain = chains[usize::from(chain.next)];
    }
}

/// The stems of the parses of all words, numbered.
#[derive(Default)]
struct Keys {
    index: FxHashMap<Box<[u8]>, u32>,
    keys: Vec<Box<[u8]>>,
}

impl Keys {
    fn number(&mut self, keys: &[u8]) -> u32 {
        let next = self.keys.len() as u32;
        let n = *self.index.entry(keys.into()).or_insert(next);
        if n == next {
            self.keys.push(keys.into());
        }
        n
    }
}

/// Counts in the lexicon of `engine` in how many parses of the words each stem is, so that prefixes and compounds, which
/// need known stems, have some.
fn meet_stems(engine: &mut Engine, words: &[(&str, u64)]) {
    let (mut chains, mut parses) = (Vec::new(), Vec::new());
    for word in words.iter().filter_map(|(text, _)| Word::new(text)) {
        parses.clear();
        engine.parses(&word, &mut chains, &mut parses);
        for parse in &parses {
            let (from, to) = (usize::from(parse.start.at), usize::from(chains[usize::from(parse.chain)].from));
            engine.lexicon.add(&word.keys()[from..to], parse.class, 1.0);
        }
    }
}

/// The parses of the words.
fn observe(engine: &Engine, words: &[(&str, u64)]) -> (Keys, Vec<Observed>) {
    let (mut chains, mut parses) = (Vec::new(), Vec::new());
    let mut keys = Keys::default();
    let mut observed = Vec::with_capacity(words.len());
    for &(text, count) in words {
        parses.clear();
        let Some(word) = Word::new(text) else { continue };
        engine.parses(&word, &mut chains, &mut parses);
        let candidate = |parse: &Parse| {
            let (from, to) = (usize::from(parse.start.at), usize::from(chains[usize::from(parse.chain)].from));
            Candidate {
                stem: keys.number(&word.keys()[from..to]),
                class: parse.class,
                member: (parse.start.lead == Lead::Member).then(|| keys.number(&word.keys()[..from])),
                choices: choices(&engine.grammar, &word, parse, &chains),
                citation: pieces::citation(&engine.grammar, &word, parse, &chains),
                share: 0.0,
            }
        };
        let candidates = parses.iter().map(candidate).collect();
        observed.push(Observed { weight: 1.0 + (count as f64).ln(), candidates });
    }
    (keys, observed)
}

impl State {
    fn new(table: &'static Table, words: &[(&str, u64)]) -> State {
        let grammar = Grammar::new(table);
        let mut lexicon = Lexicon::listed(table);
        for (class, alpha) in table.classes.iter().zip(&mut lexicon.alpha) {
            *alpha = if class.open == Open::Yes { READINESS } else { 0.0 };
        }
        lexicon.finish();
        let alpha = lexicon.alpha;
        let logs = vec![0.0; grammar.choices.len() * SOUNDS];
        let mut engine = Engine { grammar, lexicon, logs };
        meet_stems(&mut engine, words);
        let (keys, words) = observe(&engine, words);
        let listed = Lexicon::listed(table);
        let of_lists = |key: &[u8]| listed.known(key).map(|stem| stem.found.map(f64::from)).unwrap_or_default();
        let stems: Vec<_> = keys.keys.iter().map(|key| of_lists(key)).collect();
        let mut found = [0.0; CLASSES];
        stems.iter().for_each(|row| row.iter().zip(&mut found).for_each(|(n, sum)| *sum += n));
        let grammar = engine.grammar;
        let choices = vec![model::SMOOTHING; grammar.choices.len() * SOUNDS];
        let mut groups = vec![0.0; grammar.states.len() * SOUNDS];
        (0..choices.len()).for_each(|n| groups[group(&grammar, n)] += model::SMOOTHING);
        let spelled = Vec::new();
        let mut state = State { grammar, keys: keys.keys, stems, found, choices, groups, alpha, spelled, words };
        state.spell(|_| 1.0);
        state
    }

    /// Fits the spelling of stems to those that have a weight.
    fn spell(&mut self, weight: impl Fn(&[f64; CLASSES]) -> f64) {
        let rows = self.keys.iter().zip(&self.stems).map(|(key, row)| (&**key, weight(row)));
        let spelling = Spelling::of(rows.filter(|row| row.1 > 0.01));
        self.spelled = self.keys.iter().map(|key| f64::from(spelling.stem(key)).exp()).collect();
    }

    /// Adds `weight` times the share of each candidate to the findings.
    fn count(&mut self, candidates: &[Candidate], weight: f64) {
        for candidate in candidates {
            let n = weight * candidate.share;
            let first = candidate.member.map(|stem| (stem, self.grammar.first));
            for (stem, class) in [(candidate.stem, candidate.class)].into_iter().chain(first) {
                self.stems[stem as usize][usize::from(class)] += n;
                self.found[usize::from(class)] += n;
            }
            for &choice in &candidate.choices {
                self.choices[usize::from(choice)] += n;
                self.groups[group(&self.grammar, usize::from(choice))] += n;
            }
        }
    }

    fn probability(&self, candidate: &Candidate) -> f64 {
        let found = |stem: u32, class: u8| (self.stems[stem as usize][usize::from(class)] - DISCOUNTED).max(0.0);
        let all = self.found.iter().sum::<f64>() + self.alpha.iter().sum::<f64>();
        let class = usize::from(candidate.class);
        let stem = found(candidate.stem, candidate.class) + self.alpha[class] * self.spelled[candidate.stem as usize];
        let member = candidate.member.map_or(1.0, |stem| found(stem, self.grammar.first) / all);
        let choice = |&n: &u16| self.choices[usize::from(n)] / self.groups[group(&self.grammar, usize::from(n))];
        stem / all * member * candidate.choices.iter().map(choice).product::<f64>()
    }

    /// Visits every word once.
    fn pass(&mut self) {
        for n in 0..self.words.len() {
            let mut candidates = std::mem::take(&mut self.words[n].candidates);
            let weight = self.words[n].weight;
            self.count(&candidates, -weight);
            candidates.iter_mut().for_each(|candidate| candidate.share = self.probability(candidate));
            let all: f64 = candidates.iter().map(|candidate| candidate.share).sum();
            candidates.iter_mut().for_each(|candidate| candidate.share /= all.max(f64::MIN_POSITIVE));
            self.count(&candidates, weight);
            self.words[n].candidates = candidates;
        }
    }

    /// The maximum of the likelihood of `types` stems among `found` findings: `types = α (ψ(α + found) - ψ(α))`, the
    /// difference being taken as `ln(1 + found / α)`.
    fn ready(&mut self) {
        let open = |(n, class): (usize, &Class)| (class.open == Open::Yes).then_some(n);
        for n in self.grammar.table.classes.iter().enumerate().filter_map(open) {
            let types: f64 = self.stems.iter().map(|row| row[n].clamp(0.0, 1.0)).sum();
            let found = self.found[n].max(types);
            for _ in 0..50 {
                self.alpha[n] = (types / (1.0 + found / self.alpha[n]).ln()).max(1.0);
            }
        }
    }

    /// The most frequent form of each stem that looks most like the one dictionaries list.
    fn citations(&self) -> FxHashMap<(u32, u8), &str> {
        let mut best: FxHashMap<(u32, u8), (usize, f64, &str)> = FxHashMap::default();
        for word in &self.words {
            let Some(candidate) = word.candidates.iter().max_by(|a, b| a.share.total_cmp(&b.share)) else { continue };
            let (rank, form) = (&candidate.citation.0, candidate.citation.1.as_str());
            let entry = best.entry((candidate.stem, candidate.class)).or_insert((*rank, word.weight, form));
            if (*rank, -word.weight, form) < (entry.0, -entry.1, entry.2) {
                *entry = (*rank, word.weight, form);
            }
        }
        best.into_iter().map(|(key, (_, _, form))| (key, form)).collect()
    }

    fn table(&self) -> String {
        let listed = Lexicon::listed(self.grammar.table);
        let citations = self.citations();
        let mut stems = Vec::new();
        for (n, (key, row)) in self.keys.iter().zip(&self.stems).enumerate() {
            let known = listed.known(key).map(|stem| stem.found).unwrap_or_default();
            for (class, (found, known)) in row.iter().zip(known).enumerate() {
                let (class, found) = (class as u8, found - f64::from(known));
                // What is found less often than the discount says nothing.
                if found + f64::from(known) > DISCOUNTED + 0.05 && found >= 0.05 {
                    let key = script::text(key);
                    let citation = citations.get(&(n as u32, class)).map_or(key.clone(), |&form| form.to_owned());
                    stems.push(Found { key, class, found, citation });
                }
            }
        }
        stems.sort_by(|a, b| (a.class, &a.key).cmp(&(b.class, &b.key)));
        let choices: Vec<f64> = self.choices.iter().map(|n| (n - model::SMOOTHING).max(0.0)).collect();
        model::write(&self.grammar, &self.alpha, &choices, &stems)
    }
}

/// What was fitted to words with counts, as the text that [`model::read`] takes. Words in other scripts are passed over,
/// and of two spellings of one word the more frequent is taken.
pub(crate) fn fit(table: &'static Table, words: &FxHashMap<&str, u64>, options: &Fit) -> String {
    let mut words: Vec<(&str, u64)> = words.iter().map(|(text, count)| (*text, *count)).collect();
    words.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let mut seen: FxHashSet<Vec<u8>> = FxHashSet::default();
    words.retain(|(text, _)| {
        Word::new(text).is_some_and(|word| {
            !word.codes().iter().any(|&code| script::is_foreign(code)) && seen.insert(word.codes().to_vec())
        })
    });
    let mut state = State::new(table, &words);
    for _ in 0..options.passes {
        state.pass();
        state.ready();
        state.spell(|row| (row.iter().sum::<f64>() - DISCOUNTED).clamp(0.0, 1.0));
    }
    state.table()
}
