//! Lexicality: whether a stretch of text is a word of a language, and whether it is one morpheme of it.
//!
//! A segmenter cuts what is a word; a [`Lexical`] says whether something is one. It is what the shares of valid and of
//! pure tokens (%TR and %Pure of Bayram et al., arXiv 2502.07057) are asked of. Deviations from that paper:
//! 1. No service on the net: a lexicon with a grammar answers, always the same, and says its version in its name.
//! 2. The verdicts are nested: every morpheme is a word. In the paper they came from different services, and some
//!    tokenizers had more pure tokens than valid ones.
//! 3. "Word" is wide, because tokens are mostly less than words: a root, a bound form of a root (`kitab`), a suffix
//!    (`ler`), suffixes that may follow each other after some root (`lerinden`), or a word that the grammar accepts.
//!    A morpheme is a root, a form of a root, or one suffix; `lerinden` is none.
//! 4. For other languages a list of words or a Hunspell dictionary takes the place of the grammar ([`WordList`]).
//!
//! Known limit: single letters are roots or suffixes more often than not, so a tokenizer that cuts everywhere is nearly
//! always right. The figures mean something beside those of that baseline only.

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use unicode_normalization_alignments::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use super::LANGUAGES;
use crate::error::{Error, Result};

mod list;

pub use list::{Entries, WordList};

/// Knows the words and the morphemes of a language.
pub trait Lexical: Debug + Send + Sync {
    /// Whether `unit` is a word, a morpheme, or a chain of suffixes.
    fn is_word(&self, unit: &str) -> bool;

    /// Whether `unit` is one morpheme: a root, a form of a root, or one suffix as it is written after some stem. Implies
    /// [`Lexical::is_word`].
    fn is_morpheme(&self, unit: &str) -> bool;

    /// What it is, with its version: figures of two versions do not compare.
    fn name(&self) -> &str;

    /// Whether it tells morphemes from words. Where it does not, [`Lexical::is_morpheme`] is never true and means nothing.
    fn knows_morphemes(&self) -> bool {
        true
    }

    /// Which spellings are one unit to it: units that fold alike get the same verdict.
    fn folding(&self) -> Folding {
        Folding::default()
    }
}

/// The lexicon of a language that has a grammar here.
///
/// # Errors
/// [`Error::Config`] for any other language, saying what is needed instead.
pub fn lexical(code: &str) -> Result<Arc<dyn Lexical>> {
    match LANGUAGES.iter().find(|language| language.code == code) {
        Some(language) => (language.lexical)(),
        None => {
            let known: Vec<&str> = LANGUAGES.iter().map(|language| language.code).collect();
            Err(Error::config("--lang", format!("there is no lexicon for `{code}`")).with_hint(format!(
                "give one with `--lexicon FILE`: a list with one word a line, or a Hunspell dictionary (a .dic with its .aff \
                 beside it); languages with a lexicon of their own: {}",
                known.join(", ")
            )))
        }
    }
}

/// What becomes of the case of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Case {
    /// It stays.
    Keep,
    /// Lower case, as in most languages.
    #[default]
    Lower,
    /// Lower case as in Turkish and Azerbaijani: `İ` is i and `I` is ı.
    Turkic,
}

/// Which spellings are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Folding {
    /// Whether canonically equivalent spellings are one: everything in NFC.
    pub compose: bool,
    /// What becomes of case.
    pub case: Case,
    /// Whether lower-case â, î and û are a, i and u, as many write them in Turkish.
    pub circumflex: bool,
}

impl Default for Folding {
    /// NFC and lower case.
    fn default() -> Folding {
        Folding { compose: true, case: Case::Lower, circumflex: false }
    }
}

impl Folding {
    /// Nothing is folded.
    pub const NONE: Folding = Folding { compose: false, case: Case::Keep, circumflex: false };

    /// What is usual in a language: NFC, and its lower case.
    pub fn of(lang: &str) -> Folding {
        let case = if matches!(lang, "tr" | "az") { Case::Turkic } else { Case::Lower };
        Folding { case, ..Folding::default() }
    }

    /// The folded spelling; borrowed where nothing changes. Folding it again changes nothing. O(n).
    pub fn fold<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
            return Cow::Borrowed(text);
        }
        let composed = self.composed(Cow::Borrowed(text));
        let mut folded = String::with_capacity(composed.len());
        for c in composed.chars() {
            match self.case {
                Case::Keep => self.push(&mut folded, c),
                Case::Turkic if c == 'I' => folded.push('ı'),
                Case::Turkic if c == 'İ' => folded.push('i'),
                Case::Lower | Case::Turkic => c.to_lowercase().for_each(|c| self.push(&mut folded, c)),
            }
        }
        // A lower-case letter may compose where its capital does not: ǰ.
        match self.composed(Cow::Owned(folded)) {
            folded if folded == text => Cow::Borrowed(text),
            folded => folded,
        }
    }

    /// Puts a character of the right case behind `folded`.
    fn push(&self, folded: &mut String, c: char) {
        match c {
            'â' if self.circumflex => folded.push('a'),
            'î' if self.circumflex => folded.push('i'),
            'û' if self.circumflex => folded.push('u'),
            '\u{302}' if self.circumflex && folded.ends_with(['a', 'i', 'u']) => {}
            // The dot that stays behind when `İ` is lowered without regard to the language, or spelled apart.
            '\u{307}' if self.case == Case::Turkic && folded.ends_with('i') => {}
            '\u{307}' if self.case == Case::Turkic && folded.ends_with('ı') => {
                folded.pop();
                folded.push('i');
            }
            c => folded.push(c),
        }
    }

    fn composed<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        match self.compose && !text.is_ascii() && is_nfc_quick(text.chars()) != IsNormalized::Yes {
            true => Cow::Owned(text.nfc().map(|(c, _)| c).collect()),
            false => text,
        }
    }
}

/// The beginning of the SHA-256 of a lexicon, enough to tell its versions apart.
pub fn version(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))[..12].to_owned()
}

#[cfg(test)]
mod tests;
