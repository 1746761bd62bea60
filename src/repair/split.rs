//! Which texts every pre-tokenization cuts.
//!
//! A piece of one split is cut by the next, so a text that any of the splits always cuts is in no piece. A fixed
//! character is exact by looking at neighbours; a pattern is followed by its [`Automaton`]: pieces are its matches and
//! the stretches between them, so a text that no match can have inside it and in which a match certainly begins is always
//! cut. Tables of words and patterns that join pieces prove nothing.

use crate::text::{Behavior, Pattern, Split, Splitter};

use super::automaton::Automaton;

/// What is known about the splits of a tokenizer.
#[derive(Debug)]
pub(super) struct Cuts {
    known: Vec<Cut>,
    /// Whether there is one split, and it is known: then its pieces are the pieces.
    only: bool,
}

#[derive(Debug)]
enum Cut {
    Char {
        mark: char,
        behavior: Behavior,
        invert: bool,
    },
    /// Pieces are matches, stretches between them, or both.
    Pattern {
        automaton: Automaton,
        matches: bool,
        between: bool,
    },
}

impl Cuts {
    pub(super) fn new(splitter: &Splitter) -> Cuts {
        let known: Vec<Cut> = splitter.splits.iter().filter_map(Cut::new).collect();
        Cuts { only: splitter.splits.len() == 1 && known.len() == 1, known }
    }

    /// Whether it is proved that no piece of any text has `bytes` in it, which may begin or end inside a character.
    pub(super) fn always_cut(&self, bytes: &[u8]) -> bool {
        self.known.iter().any(|cut| cut.always(bytes))
    }

    /// Whether it is proved that no piece begins with `bytes`, and that none ends with them.
    pub(super) fn never_at_ends(&self, bytes: &[u8]) -> (bool, bool) {
        match &self.known[..] {
            [Cut::Pattern { automaton, matches: true, between }] if self.only => {
                let items = automaton.items(bytes);
                let inside = !between || automaton.is_found_in(&items);
                (inside && !automaton.may_begin(&items), inside && !automaton.may_end(&items))
            }
            _ => (false, false),
        }
    }
}

impl Cut {
    fn new(split: &Split) -> Option<Cut> {
        let pattern = match &split.pattern {
            Pattern::Literal(text) => {
                let mut chars = text.chars();
                return match (chars.next(), chars.next()) {
                    (Some(mark), None) => Some(Cut::Char { mark, behavior: split.behavior, invert: split.invert }),
                    _ => None,
                };
            }
            Pattern::Named(named) => named.regex(),
            Pattern::Regex(regex) => regex,
            Pattern::Heads(_) => return None,
        };
        let (matches, between) = match (split.behavior, split.invert) {
            (Behavior::Isolated, _) => (true, true),
            (Behavior::Removed, false) => (false, true),
            (Behavior::Removed, true) => (true, false),
            _ => return None,
        };
        Some(Cut::Pattern { automaton: Automaton::new(pattern)?, matches, between })
    }

    fn always(&self, bytes: &[u8]) -> bool {
        match self {
            Cut::Pattern { automaton, matches, between } => {
                let items = automaton.items(bytes);
                (!matches || !automaton.may_hold(&items)) && (!between || automaton.is_found_in(&items))
            }
            Cut::Char { mark, behavior, invert } => {
                // A character that is cut off at an end of the text is not followed: `None`.
                let mut neighbours: Vec<Option<bool>> = Vec::new();
                for chunk in bytes.utf8_chunks() {
                    neighbours.extend(chunk.valid().chars().map(|c| Some(c == *mark)));
                    if !chunk.invalid().is_empty() {
                        neighbours.push(None);
                    }
                }
                let dropped = *behavior == Behavior::Removed && neighbours.contains(&Some(!*invert));
                dropped
                    || neighbours.windows(2).any(|pair| match *pair {
                        [Some(a), Some(b)] => (a || b) && cuts(*behavior, a != *invert, b != *invert),
                        _ => false,
                    })
            }
        }
    }
}

/// Whether there is a cut between two segments, each of them a match or not.
fn cuts(behavior: Behavior, before: bool, after: bool) -> bool {
    match behavior {
        Behavior::Isolated | Behavior::Removed => true,
        Behavior::Contiguous => before != after,
        Behavior::MergedWithPrevious => !after || before,
        Behavior::MergedWithNext => !before || after,
    }
}
