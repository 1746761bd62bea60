//! Fitting: what roots and suffixes cost, from raw text.
//!
//! The model is a weighted automaton: a word is a root, then suffixes each drawn given the state before it, then an end.
//! Expectation maximization over all strict analyses of the words of a text finds the probabilities (Baum 1972); nobody
//! says which analysis is right. Words count by the square root of their frequency: by frequency, a handful of function
//! words decides; by type, misspellings do.

use std::collections::{BTreeMap, BTreeSet};

use super::grammar::State;
use super::letters::{Word, is_letter, spell_all};
use super::lexicon::Lexicon;
use super::roots::{Form, Row, irregular};
use super::search::{Path, Search};
use super::suffix::Suffix;
use super::table::Table;
use crate::error::Result;
use crate::morph::{Kind, words};
use crate::observe::{self, Observer};

/// Rows of dictionaries, as root forms.
#[derive(Debug, Default)]
pub struct Dictionary {
    /// Each form with the occurrences that it is believed to have before any text is seen.
    forms: BTreeMap<Form, f64>,
}

impl Dictionary {
    /// A dictionary with the irregular words only.
    pub fn new() -> Dictionary {
        let forms = irregular().into_iter().map(|form| (form, 1.0)).collect();
        Dictionary { forms }
    }

    /// Adds the rows of a file in Zemberek's format. `prior` is what each form weighs before any text is seen: rare words
    /// and names should weigh less than everyday ones.
    ///
    /// # Errors
    /// [`crate::Error::Input`] naming the line of the first row that does not parse.
    pub fn add(&mut self, text: &str, prior: f64) -> Result<()> {
        for (n, line) in text.lines().enumerate() {
            if let Some(row) = Row::parse(line, n as u64 + 1)? {
                for form in row.forms() {
                    let weight = self.forms.entry(form).or_insert(prior);
                    *weight = weight.max(prior);
                }
            }
        }
        Ok(())
    }

    /// Adds names collected from text, but not those that are forms of pronouns: many such names are everyday words at
    /// the beginning of a sentence, and nothing is as everyday as a pronoun.
    ///
    /// # Errors
    /// As [`Dictionary::add`], and what building a lexicon reports.
    pub fn add_names(&mut self, text: &str, prior: f64) -> Result<()> {
        let mut names = Dictionary::default();
        names.add(text, prior)?;
        let lexicon = self.uniform()?;
        names.forms.retain(|form, _| !paths(&lexicon, form).iter().any(|path| path.start.state.tag() == "Pron"));
        for (form, prior) in names.forms {
            self.forms.entry(form).or_insert(prior);
        }
        Ok(())
    }

    /// The lexicon in which all roots cost the same.
    fn uniform(&self) -> Result<Lexicon> {
        let forms: Vec<(&Form, f64)> = self.forms.iter().map(|(form, &prior)| (form, prior)).collect();
        Costs::uniform(forms.len(), Table::get()).lexicon(&forms)
    }

    /// Drops names that are spelled like another word (`Kitap`), which would be exempt from its sound changes, and entries
    /// that the conventions cut where they can be cut: causatives of verbs that are in the dictionary
    /// (`yap tır`), and adverbs and postpositions that are cases of nouns (`iç i nde`, `yakın dan`). Other derivations
    /// that a dictionary lists stay whole.
    ///
    /// # Errors
    /// What building a lexicon reports.
    pub fn settled(mut self) -> Result<Dictionary> {
        let common: BTreeSet<Vec<u8>> =
            self.forms.keys().filter(|f| f.state != State::Proper).map(|f| f.letters.clone()).collect();
        self.forms.retain(|form, _| form.state != State::Proper || !common.contains(&form.letters));
        let lexicon = self.uniform()?;
        let transparent = |form: &Form| {
            paths(&lexicon, form).iter().any(|path| {
                let suffixes: Vec<Suffix> = path.edges[..path.len].iter().map(|&e| Table::get().suffix(e)).collect();
                match form.state {
                    State::VerbV | State::VerbP => is_causative(path.start.state, &suffixes),
                    State::Adv | State::Word => is_case(path.start.state, &suffixes),
                    _ => false,
                }
            })
        };
        let dropped: Vec<Form> = self.forms.keys().filter(|form| transparent(form)).cloned().collect();
        for form in dropped {
            self.forms.remove(&form);
        }
        Ok(self)
    }

    /// Number of forms.
    pub fn len(&self) -> usize {
        self.forms.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }
}

/// Every way to read a form as a word.
fn paths(lexicon: &Lexicon, form: &Form) -> Vec<Path> {
    let mut paths = Vec::new();
    if let Some(word) = Word::new(&spell_all(&form.letters)) {
        Search::new(lexicon, &word, &mut paths).roots();
    }
    paths
}

fn is_causative(root: State, suffixes: &[Suffix]) -> bool {
    let verb = matches!(root, State::VerbV | State::VerbA | State::VerbI | State::VerbP);
    verb && matches!(suffixes, [Suffix::CausT | Suffix::CausDIr])
}

/// A noun with a possessive and a case.
fn is_case(root: State, suffixes: &[Suffix]) -> bool {
    let nominal = matches!(root, State::Noun | State::Adj | State::Time);
    let cases = [Suffix::NDat, Suffix::NAcc, Suffix::NLoc, Suffix::NAbl, Suffix::Ins, Suffix::NGen];
    nominal && matches!(suffixes, [Suffix::P3sg, case] if cases.contains(case))
}

/// Options of fitting.
#[derive(Debug, Clone, Copy)]
pub struct Fit {
    /// Passes over the words.
    pub rounds: usize,
    /// Occurrences that every edge is believed to have before any text is seen.
    pub edge_prior: f64,
    /// Words count by their frequency to this power.
    pub power: f64,
    /// Nats that every derivation costs beyond its probability.
    pub derivation: f64,
    /// Nats that every other suffix costs beyond its probability.
    pub inflection: f64,
}

impl Default for Fit {
    fn default() -> Self {
        Fit { rounds: 30, edge_prior: 0.5, power: 0.3, derivation: 1.0, inflection: 0.5 }
    }
}

/// The lexicon of a dictionary with costs fitted to `texts`, as a file.
///
/// # Errors
/// [`crate::Error::Interrupted`]; what building the transducer reports.
pub fn fit(dictionary: &Dictionary, texts: &[&str], options: &Fit, observer: &dyn Observer) -> Result<Vec<u8>> {
    let words = counted(texts);
    let forms: Vec<(&Form, f64)> = dictionary.forms.iter().map(|(form, &prior)| (form, prior)).collect();
    let table = Table::get();
    let mut costs = Costs::uniform(forms.len(), table);
    for _ in 0..options.rounds {
        observe::check(observer)?;
        let lexicon = costs.lexicon(&forms)?;
        let mut counts = Counts::new(&forms, table, options.edge_prior);
        for (word, count) in &words {
            counts.add(&lexicon, word, (*count as f64).powf(options.power));
        }
        costs = counts.costs(table, options);
    }
    costs.bytes(&forms)
}

/// The distinct words of letters only, in a fixed order.
fn counted(texts: &[&str]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for text in texts {
        for (start, end) in words(text) {
            if let Some(word) = Word::new(&text[start..end])
                && word.letters().iter().all(|&l| is_letter(l))
            {
                *counts.entry(spell_all(word.letters())).or_default() += 1;
            }
        }
    }
    counts
}

struct Costs {
    roots: Vec<f64>,
    edges: Vec<f32>,
    ends: Vec<f32>,
}

impl Costs {
    fn uniform(forms: usize, table: &Table) -> Costs {
        let mut edges = vec![0.0; table.edges()];
        let mut ends = vec![0.0; State::ALL.len()];
        for &state in State::ALL {
            let range = table.edges_of(state);
            let cost = ((range.len() + 1) as f32).ln();
            ends[state as usize] = cost;
            edges[range].fill(cost);
        }
        Costs { roots: vec![(forms as f64).ln(); forms], edges, ends }
    }

    fn bytes(&self, forms: &[(&Form, f64)]) -> Result<Vec<u8>> {
        let forms = forms.iter().zip(&self.roots).map(|((form, _), &cost)| ((*form).clone(), cost as f32)).collect();
        Lexicon::build(forms, &self.edges, &self.ends)
    }

    fn lexicon(&self, forms: &[(&Form, f64)]) -> Result<Lexicon> {
        Lexicon::read(self.bytes(forms)?.into())
    }
}

/// Expected occurrences.
struct Counts {
    roots: Vec<f64>,
    edges: Vec<f64>,
    ends: Vec<f64>,
}

impl Counts {
    fn new(forms: &[(&Form, f64)], table: &Table, edge_prior: f64) -> Counts {
        Counts {
            roots: forms.iter().map(|&(_, prior)| prior).collect(),
            edges: vec![edge_prior; table.edges()],
            ends: State::ALL.iter().map(|state| if state.is_final() { edge_prior } else { 0.0 }).collect(),
        }
    }

    /// Adds the analyses of a word, each by its share of belief.
    fn add(&mut self, lexicon: &Lexicon, word: &str, weight: f64) {
        let Some(word) = Word::new(word) else { return };
        let mut paths = Vec::new();
        Search::new(lexicon, &word, &mut paths).roots();
        let Some(all) = paths.iter().map(|path| f64::from(path.cost)).reduce(super::search::add) else { return };
        for path in &paths {
            let share = weight * (all - f64::from(path.cost)).exp();
            if let Some(root) = path.start.root {
                self.roots[root as usize] += share;
            }
            let mut state = path.start.state;
            for &edge in &path.edges[..path.len] {
                self.edges[edge as usize] += share;
                state = Table::get().target(edge);
            }
            self.ends[state as usize] += share;
        }
    }

    fn costs(&self, table: &Table, options: &Fit) -> Costs {
        let total: f64 = self.roots.iter().sum();
        let mut edges = vec![0.0; table.edges()];
        let mut ends = vec![0.0; State::ALL.len()];
        for &state in State::ALL {
            let range = table.edges_of(state);
            let sum: f64 = self.edges[range.clone()].iter().sum::<f64>() + self.ends[state as usize];
            ends[state as usize] = -((self.ends[state as usize] / sum).max(1e-12).ln()) as f32;
            for edge in range {
                let derives = table.suffix(edge as u16).kind() == Kind::Derivation;
                let extra = if derives { options.derivation } else { options.inflection };
                edges[edge] = (extra - (self.edges[edge] / sum).ln()) as f32;
            }
        }
        Costs { roots: self.roots.iter().map(|count| -(count / total).ln()).collect(), edges, ends }
    }
}
