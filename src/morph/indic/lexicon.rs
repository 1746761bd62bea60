//! Known stems, with how often each was found in each class.
//!
//! The stems of all classes come from one process of the kind of Pitman and Yor: a stem with `n` findings in a class has
//! the weight `n - d`, and any stem at all, known or not, has the weight `α P(spelling)` besides if the class is open.
//! `α` says how ready a class is to have new members: large for nouns, small for verbs. The discount `d` is what one rare
//! word can do for a stem, so that a stem is believed in when a second word has it.

use rustc_hash::FxHashMap;

use super::script;
use super::spelling::Spelling;
use super::table::{Table, listed};

/// How many classes a language may have.
pub(crate) const CLASSES: usize = 16;
/// How much of the findings of a stem does not count.
pub(crate) const DISCOUNT: f32 = 1.0;

/// A stem.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stem {
    /// Findings in each class.
    pub(crate) found: [f32; CLASSES],
    /// The classes that list it: bits.
    pub(crate) listed: u16,
}

/// The stems of a language.
#[derive(Debug)]
pub(crate) struct Lexicon {
    pub(crate) stems: Vec<Stem>,
    index: FxHashMap<Box<[u8]>, u32>,
    /// The form under which dictionaries list a stem of a class.
    citations: FxHashMap<(u32, u8), Box<str>>,
    /// Readiness for new stems, by class; 0 for closed ones.
    pub(crate) alpha: [f64; CLASSES],
    pub(crate) spelling: Spelling,
    log_total: f32,
}

impl Lexicon {
    /// What the lists of a grammar say. `add` what was fitted, then `finish`.
    pub(crate) fn listed(table: &'static Table) -> Lexicon {
        let mut lexicon = Lexicon {
            stems: Vec::new(),
            index: FxHashMap::default(),
            citations: FxHashMap::default(),
            alpha: [0.0; CLASSES],
            spelling: Spelling::of([]),
            log_total: 0.0,
        };
        for stems in table.stems {
            let Some(class) = table.class(stems.class) else { continue };
            for (surface, canonical) in stems.words.split_whitespace().map(listed) {
                let stem = surface.trim_end_matches(|c| stems.vowels.contains(c));
                let n = lexicon.add(&script::keys(stem), class, 0.0);
                let stem = &mut lexicon.stems[n as usize];
                stem.listed |= 1 << class;
                stem.found[usize::from(class)] = stem.found[usize::from(class)].max(stems.weight);
                lexicon.cite(n, class, canonical);
            }
        }
        lexicon
    }

    /// Adds findings of a stem.
    pub(crate) fn add(&mut self, keys: &[u8], class: u8, found: f32) -> u32 {
        let next = self.stems.len() as u32;
        let n = *self.index.entry(keys.into()).or_insert(next);
        if n == next {
            self.stems.push(Stem::default());
        }
        self.stems[n as usize].found[usize::from(class)] += found;
        n
    }

    /// Says under which form dictionaries list a stem, unless that was said before.
    pub(crate) fn cite(&mut self, stem: u32, class: u8, form: &str) {
        self.citations.entry((stem, class)).or_insert_with(|| form.into());
    }

    /// Computes what follows from the stems.
    pub(crate) fn finish(&mut self) {
        let weight = |n: u32| f64::from(self.stems[n as usize].found.iter().sum::<f32>() - DISCOUNT).clamp(0.0, 1.0);
        let mut keys: Vec<_> = self.index.iter().map(|(keys, &n)| (&**keys, weight(n))).collect();
        keys.sort_unstable_by_key(|row| row.0);
        self.spelling = Spelling::of(keys);
        let found: f64 = self.stems.iter().flat_map(|stem| stem.found).map(f64::from).sum();
        self.log_total = (found + self.alpha.iter().sum::<f64>()).ln() as f32;
    }

    /// The entry of a stem.
    pub(crate) fn known(&self, keys: &[u8]) -> Option<&Stem> {
        self.index.get(keys).map(|&n| &self.stems[n as usize])
    }

    /// The form under which dictionaries list a stem of a class.
    pub(crate) fn citation(&self, keys: &[u8], class: u8) -> Option<&str> {
        self.index.get(keys).and_then(|&n| self.citations.get(&(n, class))).map(|form| &**form)
    }

    /// The log-probability of class and stem; `spelled` is the log-probability of its letters.
    pub(crate) fn log(&self, known: Option<&Stem>, class: u8, spelled: f32) -> f32 {
        let class = usize::from(class);
        let found = known.map_or(0.0, |stem| (stem.found[class] - DISCOUNT).max(0.0));
        let alpha = self.alpha[class] as f32;
        // The letters of a long stem are less likely than the smallest number.
        let log = if found > 0.0 { (found + alpha * spelled.exp()).ln() } else { alpha.ln() + spelled };
        log - self.log_total
    }
}
