//! Turkish: a finite-state analyser whose readings are weighed, not taken longest first.
//!
//! A lexicon of root forms (`lexicon`) and a grammar of suffixes (`grammar`) give every strict analysis of a word
//! (`search`); the most probable segmentation wins, under a model of roots and of suffixes given what they follow, fitted
//! by expectation maximization on raw text (`fit`). After an apostrophe the suffixes of names, acronyms and numbers are
//! read in the same grammar, whatever stands before it (`spoken`). A word that the lexicon cannot analyse gets the most
//! probable of: an unknown noun with suffixes, an unknown word as a whole.
//!
//! Source: the two-level tradition of Turkish morphology (Oflazer 1994) in the conventions of Zemberek, whose dictionary
//! (Apache-2.0) is the lexicon. Deviations: only what cuts differently is told apart; the model is ours.
//!
//! Complexity: O(length of the word x readings); about two readings a word. Known limits: no sentence context, so a word
//! with two readings that are both common is always cut the same way; words of more than 63 letters stay whole.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use super::{Analysis, Kind, Piece, Segmenter};
use crate::error::Result;

mod added;
mod fit;
mod grammar;
mod letters;
mod lexical;
mod lexicon;
mod numerals;
mod roots;
mod search;
mod sound;
mod spoken;
mod suffix;
mod table;
mod undo;

pub use fit::{Dictionary, Fit, fit};
pub use lexical::Lexis;

use grammar::State;
use letters::{Word, is_letter, is_vowel, spell_all};
use lexicon::{Lexicon, Record};
use search::{Path, Search, Segmentation, Start, segmentations};
use sound::Context;
use table::Table;

static EMBEDDED: &[u8] = include_bytes!("../../../data/tr/lexicon.bin");
static LEXICON: LazyLock<Result<Lexicon>> = LazyLock::new(|| Lexicon::read(Cow::Borrowed(EMBEDDED)));

/// The Turkish segmenter.
#[derive(Debug, Clone)]
pub struct Turkish {
    lexicon: Lexicons,
    /// Roots that the user added.
    added: Option<Arc<Lexicon>>,
    /// Whether words that the lexicon cannot analyse are guessed at.
    guess: bool,
}

#[derive(Debug, Clone)]
enum Lexicons {
    Embedded(&'static Lexicon),
    Own(Arc<Lexicon>),
}

/// Cost of a letter of an unknown root, in nats.
const UNKNOWN_LETTER: f32 = 2.9;
/// Cost of meeting an unknown root at all.
const UNKNOWN: f32 = 9.0;
/// What an unknown root with suffixes costs beyond an unknown word without.
const UNKNOWN_INFLECTED: f32 = 2.0;
/// What an unknown verb costs beyond an unknown noun.
const UNKNOWN_VERB: f32 = 2.0;
/// Letters of the shortest unknown root.
const SHORTEST_UNKNOWN: usize = 3;

impl Turkish {
    /// The analyser with its embedded lexicon.
    ///
    /// # Errors
    /// [`crate::Error::Input`] where the embedded lexicon belongs to another version of the grammar, which a test excludes.
    pub fn new() -> Result<Turkish> {
        match &*LEXICON {
            Ok(lexicon) => Ok(Turkish::of(Lexicons::Embedded(lexicon))),
            Err(e) => Err(crate::Error::input("data/tr/lexicon.bin", e.to_string())),
        }
    }

    /// The analyser with a lexicon that [`fit`] made.
    ///
    /// # Errors
    /// [`crate::Error::Input`] where the bytes are no such lexicon.
    pub fn with_lexicon(bytes: Vec<u8>) -> Result<Turkish> {
        let lexicon = Lexicon::read(Cow::Owned(bytes))?;
        Ok(Turkish::of(Lexicons::Own(Arc::new(lexicon))))
    }

    fn of(lexicon: Lexicons) -> Turkish {
        Turkish { lexicon, added: None, guess: true }
    }

    /// The same analyser with more roots: rows in Zemberek's format (`lemma [P:Noun; A:NoVoicing]`), one a line, in place
    /// of those added before. A form that the lexicon has stays as it is; the others cost what is usual in their word
    /// class.
    ///
    /// # Errors
    /// [`crate::Error::Input`] without a path, naming the line of the first row that does not parse or gives no root.
    pub fn with_roots(mut self, rows: &str) -> Result<Turkish> {
        self.added = Some(Arc::new(added::lexicon(self.lexicon(), rows)?));
        Ok(self)
    }

    /// The same analyser with guesses at unknown words, or without: then they stay whole.
    #[must_use]
    pub fn guessing(mut self, guess: bool) -> Turkish {
        self.guess = guess;
        self
    }

    /// Whether the lexicon and the grammar know an analysis of the word, guesses apart.
    pub fn knows(&self, word: &str) -> bool {
        Word::new(word).is_some_and(|letters| !self.strict(word, &letters).is_empty())
    }

    fn lexicon(&self) -> &Lexicon {
        match &self.lexicon {
            Lexicons::Embedded(lexicon) => lexicon,
            Lexicons::Own(lexicon) => lexicon,
        }
    }

    /// The record of a root, in the lexicon or among the roots added.
    fn record(&self, number: u32) -> Record {
        let lexicon = self.lexicon();
        match (number.checked_sub(lexicon.len() as u32), &self.added) {
            (Some(number), Some(added)) => added.record(number),
            _ => lexicon.record(number),
        }
    }

    /// All paths through a word.
    fn paths(&self, text: &str, word: &Word) -> Vec<Path> {
        let mut paths = self.strict(text, word);
        if paths.is_empty() && self.guess {
            self.guess(word, &mut paths);
        }
        paths
    }

    /// All paths that the lexicon and the grammar know.
    fn strict(&self, text: &str, word: &Word) -> Vec<Path> {
        let mut paths = Vec::new();
        let letters = word.letters();
        let mut search = Search::new(self.lexicon(), word, &mut paths).with(self.added.as_deref());
        match letters.iter().rposition(|&l| l == b'\'') {
            Some(at) if at + 1 < letters.len() => {
                let capitals = at > 1 && text[..word.byte(at)].chars().all(|c| !c.is_lowercase());
                let cuts = if at > 0 { 1 << at } else { 0 };
                for (context, cost) in spoken::readings(word, at, capitals) {
                    search.from(Start { at: at + 1, state: State::Noun, context, cost, cuts, root: None });
                }
            }
            Some(_) => {}
            None => {
                search.roots();
                let mut cuts = 0;
                for end in numerals::ends(letters) {
                    cuts |= 1 << end;
                    search.roots_at(end, cuts, |state| state == State::Num);
                }
            }
        }
        paths
    }

    /// Every unknown noun or verb that the word may be a form of.
    fn guess(&self, word: &Word, paths: &mut Vec<Path>) {
        let letters = word.letters();
        if !letters.iter().all(|&l| is_letter(l)) {
            return;
        }
        let mut search = Search::new(self.lexicon(), word, paths);
        let mut start = |at: usize, state: State, context: Context, cost: f32| {
            let cost = UNKNOWN + UNKNOWN_LETTER * at as f32 + cost;
            search.from(Start { at, state, context, cost, cuts: 0, root: None });
        };
        for at in SHORTEST_UNKNOWN..letters.len() {
            let (stem, last) = (&letters[..at], letters[at - 1]);
            if !stem.iter().any(|&l| is_vowel(l)) {
                continue;
            }
            let context = Context::after(stem, Context::default());
            start(at, State::Noun, context, UNKNOWN_INFLECTED);
            // A verb that ends in a vowel loses it before `-Iyor`, which then cannot be told from a consonant's.
            let verb = if is_vowel(last) { State::VerbV } else { State::VerbP };
            start(at, verb, context, UNKNOWN_INFLECTED + UNKNOWN_VERB);
        }
        start(letters.len(), State::Noun, Context::default(), 0.0);
    }

    /// The pieces of a path.
    fn pieces(&self, word: &Word, path: &Path) -> Vec<Piece> {
        let mut pieces = self.before_suffixes(word, path);
        let ends = path.at[..path.len].iter().skip(1).map(|&at| at as usize).chain([word.len()]);
        pieces.extend(path.edges[..path.len].iter().zip(ends).map(|(&edge, end)| {
            let suffix = Table::get().suffix(edge);
            let canonical = Some(format!("-{}", suffix.template()));
            Piece { end: word.byte(end), kind: suffix.kind(), tag: Cow::Borrowed(suffix.tag()), canonical }
        }));
        pieces
    }

    /// The pieces before the first suffix: a root, number words before it, a name and its apostrophe.
    fn before_suffixes(&self, word: &Word, path: &Path) -> Vec<Piece> {
        let end = path.start.at;
        let mut pieces = Vec::new();
        let mut from = 0;
        for at in (1..end).filter(|at| path.start.cuts >> at & 1 == 1) {
            let (kind, tag) = if path.start.root.is_some() { (Kind::Stem, "Num") } else { (Kind::Stem, "Prop") };
            pieces.push(Piece { end: word.byte(at), kind, tag: Cow::Borrowed(tag), canonical: None });
            from = at;
        }
        let letters = &word.letters()[from..end];
        let (kind, tag, canonical) = match path.start.root {
            Some(number) => {
                let record = self.record(number);
                (Kind::Stem, record.state().tag(), Some(spell_all(&record.lemma(letters))))
            }
            None if letters == b"'" => (Kind::Buffer, "Apos", None),
            None => (Kind::Stem, "Unknown", None),
        };
        pieces.push(Piece { end: word.byte(end), kind, tag: Cow::Borrowed(tag), canonical });
        pieces
    }

    /// A word that nothing is known of: whole, but for its apostrophe.
    fn unknown(text: &str, word: Option<&Word>) -> Analysis {
        let cuts = word.map_or(Vec::new(), apostrophe_cuts);
        let mut analysis = Analysis::from_cuts(text.len(), &cuts);
        for piece in &mut analysis.pieces {
            let start_of_mark = word.is_some() && cuts.len() == 2 && piece.end == cuts[1];
            piece.kind = if start_of_mark { Kind::Buffer } else { Kind::Stem };
        }
        analysis
    }
}

/// Where a word without analysis is cut: around an apostrophe inside it, after one at its beginning.
fn apostrophe_cuts(word: &Word) -> Vec<usize> {
    match word.letters().iter().rposition(|&l| l == b'\'') {
        Some(0) if word.len() > 1 => vec![word.byte(1)],
        Some(at) if at > 0 && at + 1 < word.len() => vec![word.byte(at), word.byte(at + 1)],
        _ => Vec::new(),
    }
}

impl Segmenter for Turkish {
    fn boundaries(&self, text: &str, cuts: &mut Vec<usize>) {
        let Some(word) = Word::new(text) else { return };
        let paths = self.paths(text, &word);
        match segmentations(&paths).first() {
            Some(best) => {
                cuts.extend((1..word.len()).filter(|at| best.cuts >> at & 1 == 1).map(|at| word.byte(at)));
            }
            None => cuts.extend(apostrophe_cuts(&word)),
        }
    }

    fn analyses(&self, text: &str, n: usize) -> Vec<Analysis> {
        if n == 0 || text.is_empty() {
            return Vec::new();
        }
        let Some(word) = Word::new(text) else { return vec![Turkish::unknown(text, None)] };
        let paths = self.paths(text, &word);
        let found = segmentations(&paths);
        let Some(all) = found.iter().map(|s| s.cost).reduce(search::add) else {
            return vec![Turkish::unknown(text, Some(&word))];
        };
        let analysis = |s: &Segmentation| Analysis {
            pieces: self.pieces(&word, &paths[s.path]),
            probability: (all - s.cost).exp(),
        };
        found.iter().take(n).map(analysis).collect()
    }
}

#[cfg(test)]
mod tests;
