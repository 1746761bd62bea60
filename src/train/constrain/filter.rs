//! Which pairs may be merged, after the attachment merges.
//!
//! In a byte-level vocabulary a token says by its bytes what it is (see `mod.rs`): it is *whole* if it starts and ends
//! with a character, and whole tokens join. What starts inside a character joins what it completes: the lead byte at the
//! end of a head or tail, or other bytes of the same character, but not into a character that must never be whole.
//!
//! In a vocabulary of characters, pairs inside a cluster are for the first stage, all others for the second; nothing
//! joins a sign that stands alone to what follows it.

use crate::tokenizer::Alphabet;
use crate::unicode::cluster::{self, JOINS};
use crate::vocab::{Id, Vocab};

use super::Constraint;

/// What is being learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::train) enum Stage {
    /// Clusters, from their parts.
    Attach,
    /// Everything else.
    Join,
}

/// How a token begins and ends.
#[derive(Debug, Clone, Copy, Default)]
struct Shape {
    /// Bytes at the start that belong to a character which began before.
    front: u8,
    /// Bytes that the character at the end lacks.
    missing: u8,
    /// It has only the lead byte of that character, and something before it.
    leads_on: bool,
    /// It consists of nothing but bytes inside a character.
    is_inner: bool,
    /// It is the beginning of that character, and nothing else.
    is_beginning: bool,
}

impl Shape {
    fn of(token: &[u8]) -> Shape {
        let front = token.iter().take_while(|&&b| is_inner(b)).count();
        let start = token.iter().rposition(|&b| !is_inner(b));
        let last = start.map_or(0, |start| token.len() - start);
        let missing = start.map_or(0, |start| length(token[start]).saturating_sub(last));
        Shape {
            front: front.min(4) as u8,
            missing: missing as u8,
            leads_on: missing > 0 && last == 1 && token.len() > 1,
            is_inner: front == token.len(),
            is_beginning: missing > 0 && start == Some(0),
        }
    }

    fn is_whole(self) -> bool {
        self.front == 0 && self.missing == 0
    }
}

fn is_inner(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// How many bytes a character has that begins with `lead`.
fn length(lead: u8) -> usize {
    match lead {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
        _ => 1,
    }
}

/// Says which pairs may be merged.
pub(in crate::train) struct Filter {
    constraint: Constraint,
    alphabet: Alphabet,
    stage: Stage,
    /// No letters are made that an opener, unknown to the tokenizer that is continued, might stand before.
    continues: bool,
    shapes: Vec<Shape>,
}

impl Filter {
    /// A filter for the tokens of `vocab`. `continues` says that an earlier training made the first merges.
    pub fn new(constraint: Constraint, stage: Stage, alphabet: Alphabet, continues: bool, vocab: &Vocab) -> Filter {
        // Characters are whole in their own alphabet.
        let constraint = match (constraint, alphabet) {
            (Constraint::Utf8, Alphabet::Chars) => Constraint::None,
            (constraint, _) => constraint,
        };
        let shapes = (0..vocab.len() as Id).map(|id| Shape::of(vocab.token(id).unwrap_or_default())).collect();
        Filter { constraint, stage, alphabet, continues, shapes }
    }

    /// Takes in the token of the next id.
    pub fn push(&mut self, token: &[u8]) {
        self.shapes.push(Shape::of(token));
    }

    /// Whether two tokens of `vocab` may become one.
    pub fn allows(&self, vocab: &Vocab, left: Id, right: Id) -> bool {
        if self.constraint == Constraint::None {
            return true;
        }
        let token = |id| vocab.token(id).unwrap_or_default();
        match self.alphabet {
            Alphabet::Bytes => {
                let shape = |id: Id| self.shapes[id as usize];
                self.allows_bytes((shape(left), token(left)), (shape(right), token(right)))
            }
            Alphabet::Chars => self.allows_chars(token(left), token(right)),
        }
    }

    fn allows_bytes(&self, (l, left): (Shape, &[u8]), (r, right): (Shape, &[u8])) -> bool {
        if self.stage == Stage::Attach {
            return l.leads_on && r.front == l.missing;
        }
        if r.front == 0 {
            return l.is_whole() && r.is_whole();
        }
        if l.leads_on {
            return r.front == l.missing;
        }
        if l.is_inner && r.is_inner {
            return left.len() + right.len() < 4;
        }
        l.is_beginning
            && r.is_inner
            && (r.front < l.missing || r.front == l.missing && !self.must_stay_parted(left, right))
    }

    /// Whether the character that two tokens make up is one that must not be whole.
    fn must_stay_parted(&self, left: &[u8], right: &[u8]) -> bool {
        let joined = [left, right].concat();
        let Some(c) = std::str::from_utf8(&joined).ok().and_then(|text| text.chars().next()) else { return true };
        self.constraint.is_never_whole(c)
            || self.continues && self.constraint.opens() != 0 && cluster::of(c) & JOINS != 0
    }

    fn allows_chars(&self, left: &[u8], right: &[u8]) -> bool {
        let joined = [left, right].concat();
        let Ok(text) = std::str::from_utf8(&joined) else { return false };
        let is_torn = text.starts_with(|c| self.constraint.is_follower(c));
        // Between broken characters there is no border to ask about; a vocabulary of characters has none.
        let inside = text.is_char_boundary(left.len()) && self.constraint.forbids(text, left.len());
        !is_torn && inside == (self.stage == Stage::Attach)
    }
}

/// Which pairs may be merged: what a constraint says, and the length of tokens.
pub(in crate::train) struct Rule<'a> {
    widths: &'a [u32],
    max_width: usize,
    filter: &'a Filter,
    vocab: &'a Vocab,
}

impl<'a> Rule<'a> {
    /// The rule for the tokens of `vocab`, which have these widths; a merged one has less than `max_width`.
    pub fn new(widths: &'a [u32], max_width: usize, filter: &'a Filter, vocab: &'a Vocab) -> Rule<'a> {
        Rule { widths, max_width, filter, vocab }
    }

    /// Whether two tokens may become one. Base symbols are never too long, as in Hugging Face's trainer.
    pub fn allows(&self, left: Id, right: Id) -> bool {
        let joined = self.widths[left as usize] as usize + self.widths[right as usize] as usize;
        (joined == 2 || joined < self.max_width) && self.filter.allows(self.vocab, left, right)
    }
}
