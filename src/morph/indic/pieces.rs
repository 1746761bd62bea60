//! From a parse to the pieces of a word, with their kinds, tags and canonical forms.

use std::borrow::Cow;

use super::Engine;
use super::grammar::{Ending, Grammar};
use super::sandhi;
use super::script::Word;
use super::search::{Chain, Lead, Parse};
use crate::morph::{Kind, Piece};

/// The endings of a chain, each with where it begins and ends.
fn endings<'a>(
    grammar: &'a Grammar,
    chains: &'a [Chain],
    first: Chain,
) -> impl Iterator<Item = (usize, usize, &'a Ending)> {
    let mut chain = first;
    std::iter::from_fn(move || {
        let ending = grammar.endings.get(usize::from(chain.ending))?;
        let from = usize::from(chain.from);
        chain = chains[usize::from(chain.next)];
        Some((from, usize::from(chain.from), ending))
    })
}

/// The form of its stem that a word gives if a parse of it is right, and how far that is from the form that dictionaries
/// list: the word itself if it has no more than a shape without a tag, shapes that grammars list first being nearer;
/// else what stands before its endings.
pub(super) fn citation(grammar: &Grammar, word: &Word<'_>, parse: &Parse, chains: &[Chain]) -> (usize, String) {
    let chain = chains[usize::from(parse.chain)];
    let from = usize::from(parse.start.at);
    let mut rank = 0;
    for (_, _, ending) in endings(grammar, chains, chain) {
        if ending.family.cut || !ending.family.tag.is_empty() {
            return (usize::MAX, word.slice(from, usize::from(chain.from)).to_owned());
        }
        rank = rank.max(usize::from(ending.choice));
    }
    (rank, word.slice(from, word.codes().len()).to_owned())
}

impl Engine {
    /// The pieces of a word by a parse of it.
    pub(super) fn pieces(&self, word: &Word<'_>, parse: &Parse, chains: &[Chain]) -> Vec<Piece> {
        let chain = chains[usize::from(parse.chain)];
        let (from, to) = (usize::from(parse.start.at), usize::from(chain.from));
        let tag = |class: u8| self.grammar.table.classes[usize::from(class)].tag;
        let mut pieces = Vec::new();
        let mut push = |end: usize, kind: Kind, tag: &'static str, canonical: Option<String>| {
            pieces.push(Piece { end: word.end(end), kind, tag: Cow::Borrowed(tag), canonical });
        };
        match parse.start.lead {
            Lead::Nothing => {}
            Lead::Prefix(n) => {
                let opening = &self.grammar.openings[usize::from(n)];
                push(from, opening.prefix.kind, opening.prefix.tag, Some(opening.canonical.to_owned()));
            }
            Lead::Member => {
                let class = self.grammar.first;
                let canonical = self.lexicon.citation(&word.keys()[..from], class).map(str::to_owned);
                push(from, Kind::Stem, tag(class), canonical);
            }
        }
        push(to, Kind::Stem, tag(parse.class), self.canonical(word, from, to, parse.class));
        for (from, to, ending) in endings(&self.grammar, chains, chain) {
            if parse.cuts >> from & 1 == 1 && from < to {
                pieces.push(Piece {
                    end: word.end(to),
                    kind: ending.family.kind,
                    tag: Cow::Borrowed(ending.family.tag),
                    canonical: Some(ending.form.to_owned()),
                });
            } else if let Some(piece) = pieces.last_mut() {
                piece.end = word.end(to);
                if !ending.family.tag.is_empty() {
                    let plus = if piece.tag.is_empty() { "" } else { "+" };
                    piece.tag = Cow::Owned(format!("{}{plus}{}", piece.tag, ending.family.tag));
                }
            }
        }
        pieces
    }

    /// The form under which dictionaries list a stem; of a compound whose members have melted into each other, both.
    fn canonical(&self, word: &Word<'_>, from: usize, to: usize, class: u8) -> Option<String> {
        let citation = self.lexicon.citation(&word.keys()[from..to], class);
        let first = self.grammar.first;
        if class == first {
            let stem = citation.unwrap_or(word.slice(from, to));
            let known = |left: &str| self.lexicon.known(&super::script::keys(left)).is_some_and(|s| s.is_member(first));
            if let Some((left, right)) = sandhi::part(stem, known) {
                return Some(format!("{left}+{right}"));
            }
        }
        citation.map(str::to_owned)
    }
}
