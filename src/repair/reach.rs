//! The class of every token, by witness or proof. O(vocabulary) encodings of short texts, spread over all threads.

use rayon::prelude::*;

use crate::encode::Encoder;
use crate::error::Result;
use crate::tokenizer::{AddedToken, Alphabet, Bpe, Model, Tokenizer};
use crate::vocab::Id;

use super::fold::Fold;
use super::foreign;
use super::partial::{ends, lefts, rights};
use super::search::{Buffers, Search};
use super::split::Cuts;
use super::symbols::{Spelling, Symbols};

/// What is known about a token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// Its own text becomes this one token.
    Own,
    /// It comes out of a text that has more in it than its own.
    Context,
    /// It begins or ends inside a character, and comes out of a text that completes it.
    PartialCharacter,
    /// An added token, which is found in the text as such.
    Added,
    /// Dead: its symbols merge into other tokens, which are these.
    ShadowedByMerges(Vec<Id>),
    /// Dead: what must stand beside it in any piece merges with it.
    ShadowedByNeighbours,
    /// Dead: a better segmentation into these pieces wins wherever it stands (Unigram).
    ShadowedByScore(Vec<Id>),
    /// Dead: a byte-fallback token for a byte that only characters of the vocabulary have.
    ShadowedByCharacters,
    /// Dead: the pre-tokenizer cuts it wherever it stands.
    SplitByPretokenizer,
    /// Dead: normalizers leave no text with its characters.
    FoldedByNormalizer,
    /// Dead: no UTF-8 text has its bytes. (A single byte still stands for itself in input that is not UTF-8.)
    InvalidUtf8,
    /// Dead: the model has no symbols that spell it.
    Unspellable,
    /// Neither found in a text nor proved dead.
    Undecidable(String),
}

impl Class {
    /// The names of all classes, reachable ones first.
    pub const NAMES: [&'static str; 13] = [
        "self",
        "context",
        "partial-character",
        "added",
        "shadowed-by-merges",
        "shadowed-by-neighbours",
        "shadowed-by-score",
        "shadowed-by-characters",
        "split-by-pretokenizer",
        "folded-by-normalizer",
        "invalid-utf8",
        "unspellable",
        "undecidable",
    ];

    /// Its place in [`Class::NAMES`].
    pub fn index(&self) -> usize {
        match self {
            Class::Own => 0,
            Class::Context => 1,
            Class::PartialCharacter => 2,
            Class::Added => 3,
            Class::ShadowedByMerges(_) => 4,
            Class::ShadowedByNeighbours => 5,
            Class::ShadowedByScore(_) => 6,
            Class::ShadowedByCharacters => 7,
            Class::SplitByPretokenizer => 8,
            Class::FoldedByNormalizer => 9,
            Class::InvalidUtf8 => 10,
            Class::Unspellable => 11,
            Class::Undecidable(_) => 12,
        }
    }

    /// Its name, stable.
    pub fn name(&self) -> &'static str {
        Class::NAMES[self.index()]
    }

    /// Whether some text has it: there is a witness.
    pub fn is_reachable(&self) -> bool {
        self.index() < 4
    }

    /// Whether it is proved that no text has it.
    pub fn is_dead(&self) -> bool {
        !self.is_reachable() && !matches!(self, Class::Undecidable(_))
    }
}

/// One token's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The token.
    pub id: Id,
    /// What is known about it.
    pub class: Class,
    /// A text whose encoding has it, for every reachable class: it was encoded.
    pub witness: Option<String>,
}

/// The answer for every token of the vocabulary and every added token, by id.
///
/// # Errors
/// What [`Encoder::new`] reports, and [`crate::Error::Input`] for a foreign model that does not load.
pub fn reachability(tokenizer: &Tokenizer) -> Result<Vec<Reach>> {
    let encoder = Encoder::new(tokenizer)?;
    let mut all = match &tokenizer.model {
        Model::Bpe(model) => native(tokenizer, model, &encoder)?,
        Model::Foreign(json) => foreign::classify(tokenizer, json, &encoder)?,
    };
    all.sort_unstable_by_key(|reach| reach.id);
    Ok(all)
}

fn native(tokenizer: &Tokenizer, model: &Bpe, encoder: &Encoder) -> Result<Vec<Reach>> {
    let judge = Judge {
        model,
        symbols: Symbols::new(model),
        search: Search::new(encoder, tokenizer),
        fold: Fold::new(&tokenizer.normalizers, tokenizer.splitter.rewrite)?,
        cuts: Cuts::new(&tokenizer.splitter),
    };
    let is_added = |id: Id| tokenizer.added.iter().any(|a| a.id == id);
    let ids: Vec<Id> = model.vocab.iter().map(|(id, _)| id).filter(|&id| !is_added(id)).collect();
    let mut all = added(&tokenizer.added, &judge.search);
    let vocabulary = ids.par_iter().map_init(Buffers::default, |buffers, &id| {
        let (class, witness) = judge.class(id, buffers);
        Reach { id, class, witness }
    });
    all.par_extend(vocabulary);
    // What is still open takes a look at the whole vocabulary each.
    all.par_iter_mut().filter(|r| !is_added(r.id) && matches!(r.class, Class::Undecidable(_))).for_each(|r| {
        if let Some((class, witness)) = judge.with_neighbours(r.id, &mut Buffers::default()) {
            (r.class, r.witness) = (class, witness);
        }
    });
    Ok(all)
}

/// Added tokens. One that others always win over (a longer one, a neighbour that swallows it) is left open.
pub(super) fn added(tokens: &[AddedToken], search: &Search<'_>) -> Vec<Reach> {
    let mut buffers = Buffers::default();
    let mut answer = |token: &AddedToken| {
        let found = search.own(&token.content, token.id, &mut buffers);
        let witness = found.or_else(|| search.context(&token.content, token.id, &mut buffers));
        let why = || Class::Undecidable("an added token that was not found in any text tried".to_owned());
        Reach { id: token.id, class: witness.as_ref().map_or_else(why, |_| Class::Added), witness }
    };
    tokens.iter().map(&mut answer).collect()
}

/// As many neighbours that a token survives are tried in a text.
const NEIGHBOURS: usize = 64;

struct Judge<'a> {
    model: &'a Bpe,
    symbols: Symbols<'a>,
    search: Search<'a>,
    fold: Fold,
    cuts: Cuts,
}

type Answer = (Class, Option<String>);

fn open(why: &str) -> Answer {
    (Class::Undecidable(why.to_owned()), None)
}

impl Judge<'_> {
    fn class(&self, id: Id, buffers: &mut Buffers) -> Answer {
        let token = self.model.vocab.token(id).unwrap_or_default();
        if token.is_empty() || self.model.vocab.is_literal(id) {
            return (Class::Unspellable, None);
        }
        // Most tokens are their own text.
        if let Ok(text) = std::str::from_utf8(token)
            && let Some(witness) = self.search.own(text, id, buffers)
        {
            return (Class::Own, Some(witness));
        }
        let Some(spellings) = self.symbols.spellings(token) else { return open("there are too many ways to spell it") };
        let merges: Vec<Vec<Id>> = spellings.iter().map(|s| self.symbols.merged(&s.ids)).collect();
        let whole = self.model.ignore_merges && self.symbols.whole.get(token) == Some(&id);
        if let Some(byte) = self.symbols.fallback_byte(id) {
            // Its name may also be put together from characters, as that of any other token.
            let named = |s: &&Spelling| s.bytes == token;
            let made =
                |(s, merged): (&Spelling, &Vec<Id>)| s.ids.len() > 1 && (whole || *merged == [id]) && !self.is_dead(s);
            let spelled = spellings.iter().zip(&merges).filter(|(s, _)| named(s)).any(made);
            return self.fallback(byte, id, spelled, buffers);
        }
        // The spellings that some text may bring out as this token: by merging, or as a piece of its own.
        let own_text = |s: &Spelling| whole && s.bytes == token;
        let mut live: Vec<&Spelling> = spellings
            .iter()
            .zip(&merges)
            .filter(|&(s, merged)| *merged == [id] || own_text(s))
            .map(|(s, _)| s)
            .collect();
        let unspelled = Spelling { ids: Vec::new(), bytes: token.to_vec(), unknown: false };
        if whole && !live.iter().any(|s| s.bytes == token) {
            live.push(&unspelled);
        }
        if live.is_empty() {
            return match merges.into_iter().next() {
                None => (Class::Unspellable, None),
                Some(pieces) => (Class::ShadowedByMerges(pieces), None),
            };
        }
        if let Some(dead) = self.dead(&live) {
            return (dead, None);
        }
        for spelling in &live {
            let (class, witness) = match (std::str::from_utf8(&spelling.bytes), ends(&spelling.bytes)) {
                (Ok(text), _) => {
                    let own = self.search.own(text, id, buffers).map(|witness| (Class::Own, witness));
                    let found = || self.search.context(text, id, buffers).map(|witness| (Class::Context, witness));
                    match own.or_else(found) {
                        Some(found) => found,
                        None => continue,
                    }
                }
                (Err(_), Some(cut)) => match self.search.completed(&spelling.bytes, cut, id, &self.symbols, buffers) {
                    Some(witness) => (Class::PartialCharacter, witness),
                    None => continue,
                },
                (Err(_), None) => continue,
            };
            return (class, Some(witness));
        }
        open("its symbols merge into it, but it was not found in any text tried")
    }

    /// The first proof that holds for every way to bring the token out.
    fn dead(&self, live: &[&Spelling]) -> Option<Class> {
        // What vanishes may stand between, and what is unknown may be anything.
        if self.symbols.drops || live.iter().any(|s| s.unknown) {
            return None;
        }
        if live.iter().all(|s| ends(&s.bytes).is_none()) {
            Some(Class::InvalidUtf8)
        } else if live.iter().all(|s| ends(&s.bytes).is_none() || self.is_folded(&s.bytes)) {
            Some(Class::FoldedByNormalizer)
        } else {
            live.iter().all(|s| self.is_dead(s)).then_some(Class::SplitByPretokenizer)
        }
    }

    fn is_folded(&self, bytes: &[u8]) -> bool {
        bytes.utf8_chunks().any(|chunk| self.fold.excludes(chunk.valid()))
    }

    fn is_dead(&self, s: &Spelling) -> bool {
        let sure = !self.symbols.drops && !s.unknown;
        sure && (ends(&s.bytes).is_none() || self.is_folded(&s.bytes) || self.cuts.always_cut(&s.bytes))
    }

    /// A token of a byte-level model that was neither found nor proved dead: what may be before it and after it?
    ///
    /// Where it ends inside a character, or where no piece ends with it, some token must follow it in its piece. By
    /// locality the two must stay as they are when they are merged together; if no token of the vocabulary does, it is
    /// dead. The same for the other side. Tokens that do are tried. O(vocabulary).
    fn with_neighbours(&self, id: Id, buffers: &mut Buffers) -> Option<Answer> {
        if self.model.alphabet != Alphabet::Bytes || self.symbols.drops || self.model.vocab.is_literal(id) {
            return None;
        }
        let token = self.model.vocab.token(id)?;
        let spelled = self.symbols.of_bytes(token)?;
        let text = std::str::from_utf8(token);
        if self.symbols.merged(&spelled) != [id] {
            return None;
        }
        let part = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok_and(|text| self.fold.excludes(text));
        let first = token.iter().take_while(|b| matches!(b, 0x80..=0xBF)).count();
        let last = token.iter().rposition(|b| !matches!(b, 0x80..=0xBF)).unwrap_or(0);
        let cut = (first > 0, std::str::from_utf8(&token[last..]).is_err());
        if text.is_err() && first < token.len() {
            let begin = || lefts(token).all(|left| part(&[&left, &token[..first]].concat()));
            let end = || rights(token).all(|right| part(&[&token[last..], &right].concat()));
            if (cut.0 && begin()) || (cut.1 && end()) {
                return Some((Class::FoldedByNormalizer, None));
            }
        }
        let inside = self.cuts.never_at_ends(token);
        for (needed, after) in [(cut.1 || inside.1, true), (cut.0 || inside.0, false)] {
            if !needed {
                continue;
            }
            let mut found = false;
            let mut tries = NEIGHBOURS;
            for (other, bytes) in
                self.model.vocab.iter().filter(|&(other, b)| !b.is_empty() && !self.model.vocab.is_literal(other))
            {
                let Some(symbols) = self.symbols.of_bytes(bytes) else { continue };
                let (joined, ids, pair) = match after {
                    true => ([token, bytes].concat(), [&spelled[..], &symbols].concat(), [id, other]),
                    false => ([bytes, token].concat(), [&symbols[..], &spelled].concat(), [other, id]),
                };
                let possible = || ends(&joined).is_some() && !self.is_folded(&joined) && !self.cuts.always_cut(&joined);
                if self.symbols.merged(&ids) != pair || !possible() {
                    continue;
                }
                found = true;
                if let Some(witness) = self.search.around(&joined, id, buffers) {
                    let class = if text.is_ok() { Class::Context } else { Class::PartialCharacter };
                    return Some((class, Some(witness)));
                }
                tries -= 1;
                if tries == 0 {
                    break;
                }
            }
            if !found {
                return Some((Class::ShadowedByNeighbours, None));
            }
        }
        None
    }

    /// A byte-fallback token: it takes a character that has the byte and no symbol.
    fn fallback(&self, byte: u8, id: Id, spelled: bool, buffers: &mut Buffers) -> Answer {
        let last = if byte.is_ascii() { byte as char } else { char::MAX };
        let with_byte = |c: &char| c.encode_utf8(&mut [0; 4]).bytes().any(|b| b == byte);
        let falls = |c: &char| self.symbols.falls_back(*c);
        let first = if byte.is_ascii() { last } else { '\0' };
        let mut falling = (first..=last).filter(with_byte).filter(falls).peekable();
        let any = falling.peek().is_some();
        let mut open_to = falling.filter(|c| !self.fold.excludes(c.encode_utf8(&mut [0; 4]))).peekable();
        let folded = any && open_to.peek().is_none();
        for c in open_to.take(64) {
            if let Some(witness) = self.search.own(&c.to_string(), id, buffers) {
                return (Class::Own, Some(witness));
            }
            if let Some(witness) = self.search.context(&c.to_string(), id, buffers) {
                let class = if c.is_ascii() { Class::Context } else { Class::PartialCharacter };
                return (class, Some(witness));
            }
        }
        match byte {
            _ if spelled || self.symbols.drops || (any && !folded) => {
                open("no text was found that comes out as this byte")
            }
            _ if folded => (Class::FoldedByNormalizer, None),
            0xC0 | 0xC1 | 0xF5.. => (Class::InvalidUtf8, None),
            _ => (Class::ShadowedByCharacters, None),
        }
    }
}
