//! Which old row, if any, each new token has: the map that every kind of transplantation is.
//!
//! Tokens are matched on canonical bytes ([`Inventory::canonical`]): `Ġthe`, `▁the` and WordPiece's `the` are one and the
//! same; raw strings would lose most of what two vocabularies share. Special tokens are matched apart from text: by what
//! the user says, by their own text, then by role. Where several old tokens have the bytes of a new one, the one of the same
//! id wins, so that a tokenizer matched with itself maps every id to itself; then an ordinary token before a byte-fallback
//! token, then the smallest id.
//!
//! A tokenizer that was made from the old one ([`Derived`]) is not matched: which old id each new one was is known.
//!
//! O(vocabularies). Source: the byte-level view of tokenkit; TokenAdapt (2505.09738) and mergekit compare raw strings.
//!
//! [`Inventory::canonical`]: crate::inventory::Inventory::canonical
//! [`Derived`]: super::derive::Derived

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::derive::Derived;
use super::side::Side;
use crate::error::{Error, Result};
use crate::inventory::{Class, spellings};
use crate::vocab::Id;

/// Where the row of a new token comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A token of text with the same bytes.
    Text(Id),
    /// A byte-fallback token, or a token of one byte, for one of these.
    Byte(Id),
    /// A special token of the same text.
    Name(Id),
    /// A special token of the same role.
    Role(Id),
    /// A token that the user named.
    User(Id),
    /// A special token that the old tokenizer has nothing for.
    Unmapped,
    /// A token of text that has to be given a row.
    New,
    /// An id without a token.
    Hole,
    /// An id without a token that keeps the row of this old id: a hole, or padding.
    Kept(Id),
}

impl Source {
    /// The old id whose row is copied.
    pub fn copied(self) -> Option<Id> {
        match self {
            Source::Text(id) | Source::Byte(id) | Source::Name(id) | Source::Role(id) | Source::User(id) => Some(id),
            Source::Kept(id) => Some(id),
            Source::Unmapped | Source::New | Source::Hole => None,
        }
    }

    /// Whether there is a token at all.
    pub fn is_token(self) -> bool {
        !matches!(self, Source::Hole | Source::Kept(_))
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Source::Text(_) => "same bytes",
            Source::Byte(_) => "same byte",
            Source::Name(_) => "same special token",
            Source::Role(_) => "same role",
            Source::User(_) => "named by the user",
            Source::Unmapped => "special token without a counterpart",
            Source::New => "new",
            Source::Hole => "no token",
            Source::Kept(_) => "no token, row kept",
        }
    }
}

/// How many new tokens have which source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// New ids that have a token.
    pub tokens: u64,
    /// Copied: tokens of text with the same bytes.
    pub text: u64,
    /// Copied: single bytes.
    pub bytes: u64,
    /// Copied: special tokens of the same text, of the same role, as the user said.
    pub special: u64,
    /// Special tokens without a counterpart.
    pub unmapped: u64,
    /// Tokens that have to be given a row.
    pub new: u64,
    /// For comparison: tokens whose raw strings are equal, which is what other tools match.
    pub raw: u64,
}

/// The map from new ids to old rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenMap {
    /// By new id; as long as the new tokenizer, or as the old matrix where its padding is kept.
    pub sources: Vec<Source>,
    /// Summed up.
    pub overlap: Overlap,
    /// Old special tokens that no row of the matrix belongs to.
    pub rowless: Vec<Id>,
}

/// What the user says of a special token: the old one's text, the new one's.
pub type Special = (String, String);

impl TokenMap {
    /// Matches two tokenizers. Old ids from `rows` on have no row and are not matched.
    ///
    /// # Errors
    /// [`Error::Input`] when the old tokenizer has tokens of text beyond the matrix: it is not this checkpoint's.
    /// [`Error::Config`] for a token in `named` that a tokenizer lacks.
    pub fn new(old: &Side, new: &Side, rows: usize, named: &[Special]) -> Result<TokenMap> {
        let rowless = rowless(old, rows)?;
        let index = Index::new(old, new, rows);
        let sources = (0..new.bound() as Id).map(|id| index.source(id)).collect();
        TokenMap::with(old, new, rows, named, sources, rowless)
    }

    /// The map of a tokenizer that was made from the old one: nothing is matched. Old ids without a token keep their rows,
    /// and so does padding after the tokenizer, where the derivation leaves them in place.
    ///
    /// # Errors
    /// As [`TokenMap::new`].
    pub fn of_derived(old: &Side, derived: &Derived, rows: usize, named: &[Special]) -> Result<TokenMap> {
        let rowless = rowless(old, rows)?;
        let (new, mut origins) = (&derived.side, derived.origins.clone());
        if derived.keeps_padding() {
            origins.extend((origins.len()..rows).map(|id| Some(id as Id)));
        }
        let source = |(id, origin): (usize, &Option<Id>)| match (new.inventory.class(id as Id), *origin) {
            (class, Some(old)) if (old as usize) < rows => match class {
                Class::Hole => Source::Kept(old),
                Class::Text => Source::Text(old),
                Class::Fallback => Source::Byte(old),
                Class::Special | Class::Unknown => Source::Name(old),
            },
            (Class::Hole, _) => Source::Hole,
            // Old tokens of text have rows, or the tokenizer would not be the checkpoint's.
            (Class::Text | Class::Fallback, _) => Source::New,
            (Class::Special | Class::Unknown, _) => Source::Unmapped,
        };
        let sources = origins.iter().enumerate().map(source).collect();
        TokenMap::with(old, new, rows, named, sources, rowless)
    }

    fn with(
        old: &Side,
        new: &Side,
        rows: usize,
        named: &[Special],
        mut sources: Vec<Source>,
        rowless: Vec<Id>,
    ) -> Result<TokenMap> {
        for (from, to) in named {
            let missing = |which: &str, token: &str| {
                Error::config("--special-map", format!("the {which} tokenizer has no special token `{token}`"))
                    .with_hint("write `--special-map OLD=NEW` with the tokens as `toktool inspect` lists them")
            };
            let source = old.special(from).filter(|&id| (id as usize) < rows).ok_or_else(|| missing("old", from))?;
            let target = new.special(to).ok_or_else(|| missing("new", to))?;
            sources[target as usize] = Source::User(source);
        }
        let overlap = overlap(old, new, &sources)?;
        Ok(TokenMap { sources, overlap, rowless })
    }

    /// New ids that have to be given a row, ascending.
    pub fn fresh(&self) -> impl Iterator<Item = Id> {
        self.sources.iter().enumerate().filter(|(_, source)| **source == Source::New).map(|(id, _)| id as Id)
    }

    /// Whether every id keeps its row and no old token with a row is left out.
    pub fn is_identity(&self, old: &Side, rows: usize) -> bool {
        let same = |(id, source): (usize, &Source)| match source {
            Source::Hole => old.inventory.class(id as Id) == Class::Hole,
            source => source.copied() == Some(id as Id) || (id >= rows && self.rowless.contains(&(id as Id))),
        };
        let lengths = [old.bound(), old.bound().max(rows)];
        lengths.contains(&self.sources.len()) && self.sources.iter().enumerate().all(same)
    }

    /// Old ids to new ones: the first new id that copies each.
    pub fn inverse(&self) -> FxHashMap<Id, Id> {
        let mut inverse = FxHashMap::default();
        for (id, source) in self.sources.iter().enumerate() {
            if let Some(old) = source.copied() {
                inverse.entry(old).or_insert(id as Id);
            }
        }
        inverse
    }
}

fn rowless(old: &Side, rows: usize) -> Result<Vec<Id>> {
    let beyond: Vec<Id> =
        (rows as Id..old.bound() as Id).filter(|&id| old.inventory.class(id) != Class::Hole).collect();
    if let Some(&id) = beyond.iter().find(|&&id| !old.is_control(id)) {
        let why = format!("its token `{}` has id {id}, but the matrix has {rows} rows", old.shown(id));
        return Err(Error::input("tokenizer.json", why).with_hint(
            "this is not the checkpoint's own tokenizer: put that one into the folder, or name it with `--old-tokenizer`",
        ));
    }
    Ok(beyond)
}

/// Old tokens by what they are matched on.
struct Index<'s> {
    old: &'s Side,
    new: &'s Side,
    rows: usize,
    text: FxHashMap<Cow<'s, [u8]>, Vec<Id>>,
    fallback: FxHashMap<u8, Id>,
}

impl<'s> Index<'s> {
    fn new(old: &'s Side, new: &'s Side, rows: usize) -> Index<'s> {
        let mut index = Index { old, new, rows, text: FxHashMap::default(), fallback: FxHashMap::default() };
        for id in 0..old.bound().min(rows) as Id {
            match old.inventory.class(id) {
                Class::Text => index.text.entry(old.inventory.canonical(id)).or_default().push(id),
                Class::Fallback => {
                    if let [byte] = old.inventory.bytes(id) {
                        index.fallback.entry(*byte).or_insert(id);
                    }
                }
                Class::Special | Class::Unknown | Class::Hole => {}
            }
        }
        index
    }

    fn source(&self, id: Id) -> Source {
        let same = |ids: &Vec<Id>| if ids.contains(&id) { id } else { ids[0] };
        let bytes = self.new.inventory.canonical(id);
        let text = || self.text.get(&bytes).map(same);
        let byte = || if let [byte] = *bytes { self.fallback.get(&byte).copied() } else { None };
        match self.new.inventory.class(id) {
            Class::Hole => Source::Hole,
            Class::Text => text().map(Source::Text).or_else(|| byte().map(Source::Byte)).unwrap_or(Source::New),
            // A single byte may be an ordinary token over there; its own kind is nearer.
            Class::Fallback => byte().or_else(text).map_or(Source::New, Source::Byte),
            Class::Special | Class::Unknown => self.control(id),
        }
    }

    fn control(&self, id: Id) -> Source {
        let is_control = |id: &Id| (*id as usize) < self.rows && self.old.is_control(*id);
        let content = self.new.inventory.bytes(id);
        let named = |id: &Id| is_control(id) && self.old.inventory.bytes(*id) == content;
        // The same id first, as two special tokens may have one text.
        let by_name = Some(id).filter(named).or_else(|| (0..self.old.bound() as Id).find(named));
        if let Some(old) = by_name {
            return Source::Name(old);
        }
        let has_row = |id: &Id| (*id as usize) < self.rows;
        let by_role = self.new.roles_of(id).find_map(|role| self.old.roles.get(role).copied().filter(has_row));
        by_role.map_or(Source::Unmapped, Source::Role)
    }
}

fn overlap(old: &Side, new: &Side, sources: &[Source]) -> Result<Overlap> {
    let mut overlap = Overlap::default();
    for source in sources {
        overlap.tokens += u64::from(source.is_token());
        match source {
            Source::Text(_) => overlap.text += 1,
            Source::Byte(_) => overlap.bytes += 1,
            Source::Name(_) | Source::Role(_) | Source::User(_) => overlap.special += 1,
            Source::Unmapped => overlap.unmapped += 1,
            Source::New => overlap.new += 1,
            Source::Hole | Source::Kept(_) => {}
        }
    }
    let (old, new) = (spellings(&old.tokenizer)?, spellings(&new.tokenizer)?);
    let known: FxHashSet<&str> = old.iter().map(|(_, text)| text.as_str()).collect();
    overlap.raw = new.iter().filter(|(_, text)| known.contains(text.as_str())).count() as u64;
    Ok(overlap)
}
