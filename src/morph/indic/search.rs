//! All ways to take a word apart that a grammar allows.
//!
//! From the end of the word leftwards, every chain of endings is followed to every place where a stem may end; what is
//! left of it is the stem, after a prefix or another stem perhaps. There are few: an ending is a handful of letters, and a
//! chain ends where no ending fits. O(chains x stems), with [`CHAINS`] as a bound for words that are all endings.

use super::Engine;
use super::grammar::{Grammar, slot};
use super::lexicon::Stem;
use super::script::{self, MAX, Word};
use super::table::Open;

/// Chains that are followed at most.
const CHAINS: usize = 512;
/// No chain, no ending.
pub(crate) const NONE: u16 = u16::MAX;
/// Clusters of an open stem that is not the whole word.
const SHORTEST: usize = 2;
/// Findings of a stem that may be a member of a compound.
const MEMBER: f32 = 3.0;

/// A chain of endings from a place in the word to its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Chain {
    /// Where it begins.
    pub(crate) from: u8,
    /// The state that it begins in.
    pub(crate) state: u8,
    /// Its first ending, `NONE` in the empty chain.
    pub(crate) ending: u16,
    /// The chain after that.
    pub(crate) next: u16,
    /// The log-probability of its choices.
    pub(crate) log: f32,
    /// Where it cuts the word: bits.
    pub(crate) cuts: u128,
}

/// What stands before the stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lead {
    Nothing,
    /// A prefix: an index into the openings of the grammar.
    Prefix(u16),
    /// Another stem.
    Member,
}

/// Where a stem begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Start {
    pub(crate) at: u8,
    pub(crate) lead: Lead,
    pub(crate) log: f32,
}

/// One way to take a word apart: a start, a stem, a chain of endings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parse {
    pub(crate) start: Start,
    pub(crate) class: u8,
    pub(crate) chain: u16,
    pub(crate) log: f32,
    pub(crate) cuts: u128,
}

/// What there is to say of a stretch of the word as a stem, whatever its class.
struct Span<'a> {
    known: Option<&'a Stem>,
    spelled: f32,
    clusters: usize,
    foreign: bool,
    /// Whether it may be an unlisted stem.
    free: bool,
}

/// Every chain of endings. `logs` are the log-probabilities of the choices.
pub(super) fn chains(grammar: &Grammar, word: &Word<'_>, logs: &[f32], found: &mut Vec<Chain>) {
    found.clear();
    let codes = word.codes();
    let sound = script::sound(script::context(codes));
    for &(state, stop) in &grammar.stops {
        let log = logs[slot(stop, sound)];
        found.push(Chain { from: codes.len() as u8, state, ending: NONE, next: NONE, log, cuts: 0 });
    }
    // Chains that begin at one place share the endings before it.
    let mut endings = Vec::with_capacity(64);
    let mut at_place = [None; MAX + 1];
    let mut at = 0;
    while at < found.len() && found.len() < CHAINS {
        let chain = found[at];
        let to = usize::from(chain.from);
        let (first, last) = *at_place[to].get_or_insert_with(|| {
            let first = endings.len();
            grammar.endings_at(codes, to, &mut endings);
            (first, endings.len())
        });
        for fit in endings[first..last].iter().filter(|fit| fit.to_state == chain.state) {
            let ending = &grammar.endings[usize::from(fit.ending)];
            let cut = ending.family.cut && fit.from < chain.from && word.is_legal(usize::from(fit.from));
            found.push(Chain {
                from: fit.from,
                state: ending.from,
                ending: fit.ending,
                next: at as u16,
                log: chain.log + logs[usize::from(fit.slot)],
                cuts: chain.cuts | u128::from(cut) << fit.from,
            });
        }
        at += 1;
    }
}

impl Engine {
    /// Appends every parse of `word` to `found`; `chains` becomes the chains that they refer to.
    pub(crate) fn parses(&self, word: &Word<'_>, chains: &mut Vec<Chain>, found: &mut Vec<Parse>) {
        self::chains(&self.grammar, word, &self.logs, chains);
        for (n, opening) in self.grammar.openings(word.codes()) {
            let at = opening.codes.len();
            if word.is_legal(at) {
                let start = Start { at: at as u8, lead: Lead::Prefix(n), log: self.logs[slot(opening.choice, 0)] };
                let before = found.len();
                self.stems(word, start, chains, found);
                if opening.prefix.firm && found.len() > before {
                    return;
                }
            }
        }
        let plain = Start { at: 0, lead: Lead::Nothing, log: self.logs[slot(self.grammar.plain, 0)] };
        self.stems(word, plain, chains, found);
        for at in (SHORTEST..word.codes().len()).filter(|&at| word.is_legal(at)) {
            let keys = &word.keys()[..at];
            let class = self.grammar.first;
            if let Some(member) = self.lexicon.known(keys).filter(|stem| stem.is_member(class))
                && script::clusters(&word.codes()[..at]) >= SHORTEST
            {
                let log = self.logs[slot(self.grammar.compound, 0)] + self.lexicon.log(Some(member), class, f32::MIN);
                self.stems(word, Start { at: at as u8, lead: Lead::Member, log }, chains, found);
            }
        }
    }

    /// Appends the parses whose stem begins at `start`.
    fn stems(&self, word: &Word<'_>, start: Start, chains: &[Chain], found: &mut Vec<Parse>) {
        let from = usize::from(start.at);
        let mut spelled = [0.0; MAX + 1];
        let mut before = None;
        for (at, &code) in word.keys().iter().enumerate().skip(from) {
            spelled[at + 1] = spelled[at] + self.lexicon.spelling.step(before, Some(code));
            before = Some(code);
        }
        let mut last: Option<(usize, Span<'_>)> = None;
        for (n, chain) in chains.iter().enumerate() {
            let to = usize::from(chain.from);
            if to <= from || (to < word.codes().len() && word.codes()[to - 1] == script::VIRAMA) {
                continue;
            }
            let span = match last.take() {
                Some((end, span)) if end == to => span,
                _ => self.span(word, from, to, spelled[to]),
            };
            for (class, &state) in self.grammar.entries.iter().enumerate() {
                if state == chain.state
                    && let Some(log) = self.stem_log(word, start, to, &span, class as u8)
                {
                    let lead = if from == 0 { 0 } else { 1 << from };
                    let log = start.log + chain.log + log;
                    let cuts = chain.cuts | lead;
                    found.push(Parse { start, class: class as u8, chain: n as u16, log, cuts });
                }
            }
            last = Some((to, span));
        }
    }

    fn span(&self, word: &Word<'_>, from: usize, to: usize, spelled: f32) -> Span<'_> {
        let (codes, keys) = (&word.codes()[from..to], &word.keys()[from..to]);
        let end = self.lexicon.spelling.step(keys.last().copied(), None) + self.lexicon.spelling.length(keys.len());
        Span {
            known: self.lexicon.known(keys),
            spelled: spelled + end,
            clusters: script::clusters(codes),
            foreign: codes.iter().all(|&code| script::is_foreign(code)),
            free: !self.is_verb_form(keys),
        }
    }

    /// The log-probability of the stem from `start` to `to` in a class; `None` where it cannot belong to it.
    fn stem_log(&self, word: &Word<'_>, start: Start, to: usize, span: &Span<'_>, class: u8) -> Option<f32> {
        let row = &self.grammar.table.classes[usize::from(class)];
        let listed = span.known.is_some_and(|stem| stem.is_listed(class));
        let whole = start.at == 0 && to == word.codes().len();
        let admitted = match row.open {
            Open::No => listed,
            Open::Yes => listed || ((whole || span.clusters >= SHORTEST) && !span.foreign && span.free),
            Open::Foreign => span.foreign,
        };
        let fits = match start.lead {
            Lead::Nothing => true,
            Lead::Prefix(n) => {
                let prefix = self.grammar.openings[usize::from(n)].prefix;
                let known = span.known.is_some_and(|stem| stem.is_known(class));
                row.prefixes && span.clusters >= prefix.clusters && (known || prefix.firm)
            }
            Lead::Member => {
                row.prefixes && span.clusters >= SHORTEST && span.known.is_some_and(|stem| stem.is_member(class))
            }
        };
        match row.open {
            _ if !(admitted && fits) => None,
            Open::Foreign => Some(0.0),
            _ => Some(self.lexicon.log(span.known, class, span.spelled)),
        }
    }

    /// [`Engine::stem_log`] of a span that was not looked up before.
    #[cfg(test)]
    pub(super) fn stem_log_of(&self, word: &Word<'_>, start: Start, to: usize, class: u8) -> Option<f32> {
        let from = usize::from(start.at);
        let keys = &word.keys()[from..to];
        let spelling = &self.lexicon.spelling;
        let edge = spelling.step(keys.last().copied(), None) + spelling.length(keys.len());
        let span = self.span(word, from, to, spelling.stem(keys) - edge);
        self.stem_log(word, start, to, &span, class)
    }

    /// Whether a stem is a listed verb with a participle's ending, or ends as only verbs do.
    fn is_verb_form(&self, keys: &[u8]) -> bool {
        let ends = |end: &Vec<u8>| keys.len() > end.len() && keys.ends_with(end);
        self.grammar.verb_ends.iter().any(ends)
            || self.grammar.participles.iter().any(|ending| {
                let verb = keys.strip_suffix(ending.as_slice()).and_then(|verb| self.lexicon.known(verb));
                verb.is_some_and(|stem| stem.listed & self.grammar.verbal != 0)
            })
    }
}

impl Stem {
    fn is_listed(&self, class: u8) -> bool {
        self.listed >> class & 1 == 1
    }

    /// Whether it is no invention: listed, or found in more than one rare word.
    pub(super) fn is_evident(&self, class: u8) -> bool {
        self.is_listed(class) || self.is_known(class)
    }

    /// Whether a prefix may stand before it.
    fn is_known(&self, class: u8) -> bool {
        self.found[usize::from(class)] > super::lexicon::DISCOUNT
    }

    /// Whether it may be a member of a compound.
    pub(super) fn is_member(&self, class: u8) -> bool {
        self.found[usize::from(class)] >= MEMBER
    }
}
