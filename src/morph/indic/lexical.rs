//! Which units are words of a language with a grammar of this engine, and which are one morpheme.
//!
//! The engine analyses any word: what it does not know it coins as a stem. So a word counts here only where one of its
//! parses has no coined stem, which is a stem that the grammar lists or that free text gave evidence for: more than one
//! rare word. A morpheme is such a stem, an ending or a prefix of the grammar. Conventions:
//! 1. Endings count in both spellings, `ओं` and `ों`: that a token tears a sign off its letter is not a matter of the
//!    lexicon, and is counted elsewhere. A vowel that only changes the shape of a stem belongs to the stem, as in the
//!    segmenter: `मुला` is a form of मूल, and the vowel by itself no ending.
//! 2. A chain of endings that may follow some stem is a word (`तल्याला` of `घरातल्याला`), and no morpheme.
//! 3. Digits take the endings of numerals (`5वां`); by themselves they are no word.
//! 4. Spelling is as lenient as the engine: short and long i and u are one in stems.
//!
//! Complexity: an analysis, and one more for each kind of sound that may stand before a chain.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Engine;
use super::grammar::Match;
use super::script::{self, Word};
use super::search::{self, Parse};
use super::table::Open;
use crate::morph::lexical::{Lexical, version};

/// One letter or two for each sound that an ending may ask for.
const BEFORE: [&str; 6] = ["क", "का", "कि", "के", "कं", "काय"];

/// The words and morphemes that an engine knows.
#[derive(Debug)]
pub(crate) struct Lexis {
    engine: Arc<Engine>,
    /// Endings and prefixes, as codes.
    affixes: FxHashSet<Vec<u8>>,
    /// Endings, the vowels that only change a shape among them.
    endings: FxHashSet<Vec<u8>>,
    name: String,
}

impl Lexis {
    /// Those of the engine that `packed` holds.
    pub(crate) fn new(engine: Arc<Engine>, language: &str, packed: &[u8]) -> Lexis {
        let grammar = &engine.grammar;
        let endings = grammar.endings.iter().filter(|ending| ending.family.cut).map(|ending| &ending.codes);
        let prefixes = grammar.openings.iter().map(|opening| &opening.codes);
        let affixes = endings.chain(prefixes).filter(|codes| !codes.is_empty()).cloned().collect();
        let all = grammar.endings.iter().map(|ending| ending.codes.clone());
        let endings = all.filter(|codes| !codes.is_empty()).collect();
        Lexis { affixes, endings, name: format!("{language} grammar, stems sha256 {}", version(packed)), engine }
    }

    /// Whether there is evidence for the first `to` letters as a stem of a class that is wanted.
    fn is_known(&self, word: &Word<'_>, to: usize, wanted: impl Fn(u8) -> bool) -> bool {
        let stem = self.engine.lexicon.known(&word.keys()[..to]);
        let classes = 0..self.engine.grammar.entries.len() as u8;
        stem.is_some_and(|stem| classes.filter(|&class| wanted(class)).any(|class| stem.is_evident(class)))
    }

    /// Whether the word is a stem, as it is or in the shape that a vowel gives it.
    fn is_stem(&self, word: &Word<'_>) -> bool {
        let (grammar, end) = (&self.engine.grammar, word.codes().len());
        let mut endings = Vec::new();
        grammar.endings_at(word.codes(), end, &mut endings);
        let shapes = |fit: &Match| {
            let ending = &grammar.endings[usize::from(fit.ending)];
            let wanted = |class: u8| grammar.entries[usize::from(class)] == ending.from;
            !ending.family.cut && self.is_known(word, usize::from(fit.from), wanted)
        };
        self.is_known(word, end, |_| true) || endings.iter().any(shapes)
    }

    /// Whether a parse has no coined stem.
    fn is_evident(&self, word: &Word<'_>, parse: &Parse, chains: &[search::Chain]) -> bool {
        let chain = &chains[usize::from(parse.chain)];
        let (from, to) = (usize::from(parse.start.at), usize::from(chain.from));
        match self.engine.grammar.table.classes[usize::from(parse.class)].open {
            Open::Foreign => {
                chain.ending != search::NONE && word.codes()[from..to].iter().all(|&c| script::is_digit(c))
            }
            _ => self.engine.lexicon.known(&word.keys()[from..to]).is_some_and(|stem| stem.is_evident(parse.class)),
        }
    }

    /// Whether `codes` can be parted into endings, whatever their order: what is no chain mostly fails here already.
    fn may_be_chain(&self, codes: &[u8]) -> bool {
        let mut reached = vec![false; codes.len() + 1];
        reached[0] = true;
        for at in 0..codes.len() {
            if reached[at] {
                let ends = (at + 1..=codes.len()).filter(|&end| self.endings.contains(&codes[at..end]));
                ends.collect::<Vec<_>>().into_iter().for_each(|end| reached[end] = true);
            }
        }
        reached[codes.len()]
    }

    /// Whether endings are all there is after `before`, in an order in which they may follow a stem.
    fn is_chain(&self, before: &str, unit: &str, chains: &mut Vec<search::Chain>) -> bool {
        let (whole, stem) = (format!("{before}{unit}"), script::codes(before).len());
        let Some(word) = Word::new(&whole) else { return false };
        search::chains(&self.engine.grammar, &word, &self.engine.logs, chains);
        let starts = |chain: &search::Chain| usize::from(chain.from) == stem && chain.ending != search::NONE;
        chains.iter().any(|chain| starts(chain) && self.engine.grammar.entries.contains(&chain.state))
    }
}

impl Lexical for Lexis {
    fn is_word(&self, unit: &str) -> bool {
        if self.is_morpheme(unit) {
            return true;
        }
        let (mut chains, mut parses) = (Vec::new(), Vec::new());
        if let Some(word) = Word::new(unit) {
            self.engine.parses(&word, &mut chains, &mut parses);
            if parses.iter().any(|parse| self.is_evident(&word, parse, &chains)) {
                return true;
            }
        }
        let behind = format!("{}{unit}", BEFORE[0]);
        let made_of_endings = Word::new(&behind).is_some_and(|word| self.may_be_chain(&word.codes()[1..]));
        !unit.is_empty() && made_of_endings && BEFORE.iter().any(|before| self.is_chain(before, unit, &mut chains))
    }

    fn is_morpheme(&self, unit: &str) -> bool {
        // An ending may begin with a sign, which no word does: it is read behind a letter.
        let behind = format!("{}{unit}", BEFORE[0]);
        let is_affix = Word::new(&behind).is_some_and(|word| self.affixes.contains(&word.codes()[1..]));
        is_affix || Word::new(unit).is_some_and(|word| self.is_stem(&word))
    }

    fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests;
