//! What a pattern can match, as an automaton over classes of characters: to prove that a text is always cut.
//!
//! A regular expression is searched by priorities: of the threads of a match the first that succeeds wins. The states
//! of this automaton are the ordered lists of threads that any beginning of a match can leave behind, so a text that
//! kills every list lies inside no match at all. Look-around and possessive repetition are read as "maybe": such a
//! thread may go on, but its success cuts off no thread behind it. All of that errs on one side: what is said to be
//! impossible is.
//!
//! Characters that no class of the pattern tells apart are one class. A pattern with too many states, or with syntax
//! that is not read here (back references, atomic groups), proves nothing. A regular expression that gives up on a text,
//! which leaves the rest of that text uncut, is not considered.
//!
//! The construction of lists of threads is Thompson's and Pike's (Cox, "Regular Expression Matching: the Virtual
//! Machine Approach", 2009). States: dozens for the known patterns; a question costs states times characters.

use std::collections::BTreeMap;

use regex_syntax::hir::{Class, Hir, HirKind};
use rustc_hash::FxHashMap;

use super::partial::lefts;
use super::relax::relaxed;

/// Larger automata are given up.
const MOST_STATES: usize = 4096;

/// One step of the machine.
#[derive(Debug)]
enum Step {
    /// Any character of these ranges.
    Chars(usize, usize),
    /// The first is preferred.
    Either(Vec<usize>),
    /// Goes on, if something outside the automaton allows it.
    Maybe(usize),
    Match,
}

/// A thread: where it is, and whether it went through a "maybe".
type Thread = (usize, bool);

/// A list of threads, the preferred one first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Threads {
    waiting: Vec<Thread>,
    /// A thread has matched for certain.
    certain: bool,
    /// A thread has matched, for certain or maybe.
    matched: bool,
}

/// The compiled pattern.
#[derive(Debug)]
pub(super) struct Automaton {
    /// Starts of ranges of characters, ascending, with their class.
    ranges: Vec<(u32, u16)>,
    classes: usize,
    states: Vec<Threads>,
    /// By state and class.
    next: Vec<u32>,
}

/// A character of a text: the classes that it may be of. Characters of which only some bytes are known may be of several.
pub(super) type Item = Vec<u16>;

struct Machine {
    steps: Vec<Step>,
    /// Sets of characters as sorted ranges.
    sets: Vec<Vec<(u32, u32)>>,
}

impl Automaton {
    /// Compiles a regular expression, or `None` where it can't be followed or may match the empty string.
    pub(super) fn new(regex: &str) -> Option<Automaton> {
        let hir = regex_syntax::Parser::new().parse(&relaxed(regex)?).ok()?;
        let mut machine = Machine { steps: vec![Step::Match], sets: Vec::new() };
        let start = machine.compile(&hir, 0)?;
        let (ranges, members) = machine.classes();
        let classes = members.len();
        let mut first = Threads::default();
        machine.follow((start, false), &mut first);
        if first.matched {
            return None;
        }
        let mut automaton = Automaton { ranges, classes, states: vec![first.clone()], next: Vec::new() };
        let mut known = FxHashMap::from_iter([(first, 0u32)]);
        let mut at = 0;
        while at < automaton.states.len() {
            for sets in &members {
                let mut list = Threads::default();
                for &(step, maybe) in &automaton.states[at].waiting {
                    if let Step::Chars(set, to) = machine.steps[step]
                        && sets.contains(&set)
                    {
                        machine.follow((to, maybe), &mut list);
                        if list.certain {
                            break;
                        }
                    }
                }
                let fresh = automaton.states.len() as u32;
                let target = *known.entry(list.clone()).or_insert(fresh);
                if target == fresh {
                    automaton.states.push(list);
                }
                automaton.next.push(target);
            }
            if automaton.states.len() > MOST_STATES {
                return None;
            }
            at += 1;
        }
        Some(automaton)
    }

    fn class(&self, c: u32) -> u16 {
        let at = self.ranges.partition_point(|&(start, _)| start <= c);
        self.ranges[at.saturating_sub(1)].1
    }

    /// The classes of the characters `from..=to`.
    fn between(&self, from: u32, to: u32) -> Item {
        let mut all = vec![self.class(from)];
        all.extend(self.ranges.iter().filter(|&&(start, _)| (from..=to).contains(&start)).map(|r| r.1));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Text, the ends of which may lie inside a character.
    pub(super) fn items(&self, bytes: &[u8]) -> Vec<Item> {
        let mut items = Vec::new();
        for chunk in bytes.utf8_chunks() {
            items.extend(chunk.valid().chars().map(|c| vec![self.class(c as u32)]));
            match chunk.invalid() {
                [] => {}
                // The end of some character: one of those that end so, or, without an end of its own, any but ASCII.
                [byte, ..] if items.is_empty() && matches!(byte, 0x80..=0xBF) => {
                    let end = bytes.iter().take_while(|b| matches!(b, 0x80..=0xBF)).count();
                    let whole =
                        |left: Vec<u8>| {
                            Some(self.class(
                                std::str::from_utf8(&[&left, &bytes[..end]].concat()).ok()?.chars().next()? as u32,
                            ))
                        };
                    let mut item = match end < bytes.len() {
                        true => lefts(bytes).filter_map(whole).collect(),
                        false => self.between(0x80, 0x10FFFF),
                    };
                    item.sort_unstable();
                    item.dedup();
                    items.push(item);
                }
                // One more byte of it.
                [byte, ..] if items.len() == 1 && matches!(byte, 0x80..=0xBF) => {}
                start => {
                    let (from, to) = completions(start);
                    items.push(self.between(from, to));
                }
            }
        }
        items
    }

    /// Whether some match may have the text inside it.
    pub(super) fn may_hold(&self, items: &[Item]) -> bool {
        !self.after(items, (0..self.states.len() as u32).collect()).is_empty()
    }

    /// Whether some match may begin with the text.
    pub(super) fn may_begin(&self, items: &[Item]) -> bool {
        !self.after(items, vec![0]).is_empty()
    }

    /// Whether some match may end with the text.
    pub(super) fn may_end(&self, items: &[Item]) -> bool {
        let after = self.after(items, (0..self.states.len() as u32).collect());
        after.into_iter().any(|state| self.states[state as usize].matched)
    }

    /// The states that are left after a text.
    fn after(&self, items: &[Item], mut states: Vec<u32>) -> Vec<u32> {
        for item in items {
            let step = |&state: &u32| item.iter().map(move |&class| self.step(state, class));
            let mut after: Vec<u32> = states.iter().flat_map(step).filter(|&s| self.lives(s)).collect();
            after.sort_unstable();
            after.dedup();
            states = after;
        }
        states
    }

    /// Whether a match certainly begins inside the text, wherever the text stands.
    pub(super) fn is_found_in(&self, items: &[Item]) -> bool {
        (0..items.len()).any(|start| {
            let mut state = 0;
            for item in &items[start..] {
                let [class] = item[..] else { return false };
                state = self.step(state, class);
                if self.states[state as usize].certain {
                    return true;
                }
            }
            false
        })
    }

    fn step(&self, state: u32, class: u16) -> u32 {
        self.next[state as usize * self.classes + class as usize]
    }

    fn lives(&self, state: u32) -> bool {
        let state = &self.states[state as usize];
        state.matched || !state.waiting.is_empty()
    }
}

impl Machine {
    fn add(&mut self, step: Step) -> Option<usize> {
        self.steps.push(step);
        (self.steps.len() <= MOST_STATES).then_some(self.steps.len() - 1)
    }

    fn chars(&mut self, ranges: Vec<(u32, u32)>, then: usize) -> Option<usize> {
        let set = self.sets.iter().position(|known| *known == ranges).unwrap_or(self.sets.len());
        if set == self.sets.len() {
            self.sets.push(ranges);
        }
        self.add(Step::Chars(set, then))
    }

    /// The steps of an expression that goes on at `then`; returns the first.
    fn compile(&mut self, hir: &Hir, then: usize) -> Option<usize> {
        match hir.kind() {
            HirKind::Empty => Some(then),
            HirKind::Look(_) => self.add(Step::Maybe(then)),
            HirKind::Capture(capture) => self.compile(&capture.sub, then),
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).ok()?;
                text.chars().rev().try_fold(then, |then, c| self.chars(vec![(c as u32, c as u32)], then))
            }
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class.ranges().iter().map(|r| (r.start() as u32, r.end() as u32)).collect();
                self.chars(ranges, then)
            }
            HirKind::Class(Class::Bytes(class)) => {
                let ranges: Vec<_> =
                    class.ranges().iter().map(|r| (u32::from(r.start()), u32::from(r.end()))).collect();
                if ranges.iter().any(|r| r.1 > 0x7F) { None } else { self.chars(ranges, then) }
            }
            HirKind::Concat(parts) => parts.iter().rev().try_fold(then, |then, part| self.compile(part, then)),
            HirKind::Alternation(parts) => {
                let starts = parts.iter().map(|part| self.compile(part, then)).collect::<Option<_>>()?;
                self.add(Step::Either(starts))
            }
            HirKind::Repetition(repeat) => {
                let either =
                    |inner, then| Step::Either(if repeat.greedy { vec![inner, then] } else { vec![then, inner] });
                let mut start = then;
                match repeat.max {
                    None => {
                        let fork = self.add(Step::Either(Vec::new()))?;
                        let inner = self.compile(&repeat.sub, fork)?;
                        self.steps[fork] = either(inner, then);
                        start = fork;
                    }
                    Some(max) => {
                        for _ in repeat.min..max {
                            let inner = self.compile(&repeat.sub, start)?;
                            start = self.add(either(inner, then))?;
                        }
                    }
                }
                (0..repeat.min).try_fold(start, |start, _| self.compile(&repeat.sub, start))
            }
        }
    }

    /// Adds what a thread waits for, in order of preference, unless a thread before it has matched.
    fn follow(&self, thread: Thread, list: &mut Threads) {
        let (mut open, mut passed) = (vec![thread], Vec::new());
        while let Some((step, maybe)) = open.pop() {
            if list.certain {
                return;
            }
            // A thread that is certain does all that the same thread with a "maybe" would do after it.
            if passed.contains(&(step, maybe)) || passed.contains(&(step, false)) {
                continue;
            }
            passed.push((step, maybe));
            match &self.steps[step] {
                Step::Chars(..) => {
                    if !list.waiting.contains(&(step, maybe)) && !list.waiting.contains(&(step, false)) {
                        list.waiting.push((step, maybe));
                    }
                }
                Step::Either(starts) => open.extend(starts.iter().rev().map(|&start| (start, maybe))),
                Step::Maybe(then) => open.push((*then, true)),
                Step::Match => {
                    list.matched = true;
                    list.certain |= !maybe;
                }
            }
        }
    }

    /// Ranges of characters with their class, and for each class the sets that have it.
    fn classes(&self) -> (Vec<(u32, u16)>, Vec<Vec<usize>>) {
        let mut starts: Vec<u32> =
            self.sets.iter().flatten().flat_map(|&(from, to)| [from, to + 1]).chain([0]).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut known: BTreeMap<Vec<usize>, u16> = BTreeMap::new();
        let mut members = Vec::new();
        let mut ranges = Vec::with_capacity(starts.len());
        for start in starts {
            let has = |set: &[(u32, u32)]| {
                let at = set.partition_point(|r| r.1 < start);
                set.get(at).is_some_and(|r| r.0 <= start)
            };
            let sets: Vec<usize> = (0..self.sets.len()).filter(|&n| has(&self.sets[n])).collect();
            let fresh = members.len() as u16;
            let class = *known.entry(sets.clone()).or_insert(fresh);
            if class == fresh {
                members.push(sets);
            }
            ranges.push((start, class));
        }
        (ranges, members)
    }
}

/// The characters whose first bytes these are, as far as the bytes say.
fn completions(start: &[u8]) -> (u32, u32) {
    let (bits, missing, least) = match start[0] {
        b @ 0xC0..=0xDF => (u32::from(b & 0x1F), 1, 0x80),
        b @ 0xE0..=0xEF => (u32::from(b & 0x0F), 2, 0x800),
        b => (u32::from(b & 0x07), 3, 0x1_0000),
    };
    let known = start[1..].iter().fold(bits, |bits, b| (bits << 6) | u32::from(b & 0x3F));
    let missing = 6 * (missing + 1 - start.len().min(missing + 1));
    ((known << missing).max(least), ((known + 1) << missing) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Named;

    const ALL: [Named; 10] = [
        Named::Unicode,
        Named::Gpt2,
        Named::Cl100k,
        Named::Cl100kTiktoken,
        Named::O200k,
        Named::Qwen2,
        Named::DeepSeek,
        Named::Digits3,
        Named::Cjk,
        Named::Whitespace,
    ];

    #[test]
    fn every_known_pattern_is_followed() {
        for named in ALL {
            let states = Automaton::new(named.regex()).unwrap_or_else(|| panic!("{named:?}")).states.len();
            println!("{named:?}: {states} states");
            assert!(states < 200, "{named:?}: {states}");
        }
        for not in ["a*", "(a)\\1", "(?>a)", "(?x) a", "[]a]", "("] {
            assert!(Automaton::new(not).is_none(), "{not}");
        }
    }

    #[test]
    fn a_beginning_stands_for_its_characters() {
        assert_eq!(completions(b"\xC3"), (0xC0, 0xFF));
        assert_eq!((completions(b"\xE0"), completions(b"\xE2\x80")), ((0x800, 0xFFF), (0x2000, 0x203F)));
        assert_eq!((completions(b"\xF0"), completions(b"\xF0\x9F\x98")), ((0x1_0000, 0x3_FFFF), (0x1_F600, 0x1_F63F)));
    }

    #[test]
    fn priorities_and_ends_are_those_of_the_search() {
        // `'s` wins over the letters after an apostrophe, so nothing goes on after it.
        let automaton = Automaton::new(Named::Cl100k.regex()).unwrap();
        let holds = |text: &str| automaton.may_hold(&automaton.items(text.as_bytes()));
        assert!(holds("'s") && holds("'xa") && holds("sa") && !holds("'sa") && !holds("a'") && !holds("1234"));
        let automaton = Automaton::new(Named::O200k.regex()).unwrap();
        let items = automaton.items(b"a'");
        assert!(automaton.may_hold(&items) && automaton.may_begin(&items) && !automaton.may_end(&items));
        assert!(automaton.is_found_in(&items) && !automaton.may_hold(&automaton.items(b"a'x")));
        // A possessive mark may keep a thread from its match, so nothing is cut off behind it.
        let automaton = Automaton::new("a++a|a+b|.").unwrap();
        assert!(automaton.may_hold(&automaton.items(b"aab")));
    }
}
