//! Grammars as tables.
//!
//! A word is `prefix? stem ending*`. The stem belongs to a [`Class`], which puts the word into a state; each ending leads
//! from a state to the next, and a word may end in some states. A language writes its endings as [`Family`] rows: forms
//! that attach to the same stems, mean the same and allow the same to follow.
//!
//! An ending that begins with a vowel has two spellings, a sign after a consonant (`करे`) and a letter after a vowel
//! (`जाए`). Tables list the letter; both are compiled from it.

use crate::morph::Kind;

/// Endings of one kind.
#[derive(Debug)]
pub(crate) struct Family {
    /// The state that it attaches in.
    pub(crate) from: &'static str,
    /// The state that it leads to.
    pub(crate) to: &'static str,
    pub(crate) kind: Kind,
    pub(crate) tag: &'static str,
    /// What may stand before it: flags of [`super::script::after`].
    pub(crate) after: u8,
    /// Whether it is a piece of its own. Vowels in which a stem only changes its shape are not.
    pub(crate) cut: bool,
    /// Separated by spaces; `-` is the empty form, and a form behind `^` keeps its vowel letter after a consonant.
    pub(crate) forms: &'static str,
}

/// An ending that makes a form of the same word.
pub(crate) const fn ending(
    from: &'static str,
    to: &'static str,
    tag: &'static str,
    after: u8,
    forms: &'static str,
) -> Family {
    Family { from, to, kind: Kind::Inflection, tag, after, cut: true, forms }
}

/// An ending that makes another word.
pub(crate) const fn derivation(
    from: &'static str,
    to: &'static str,
    tag: &'static str,
    after: u8,
    forms: &'static str,
) -> Family {
    Family { from, to, kind: Kind::Derivation, tag, after, cut: true, forms }
}

/// A word that is written together with its host.
pub(crate) const fn clitic(
    from: &'static str,
    to: &'static str,
    tag: &'static str,
    after: u8,
    forms: &'static str,
) -> Family {
    Family { from, to, kind: Kind::Clitic, tag, after, cut: true, forms }
}

/// A vowel that only gives the stem another shape.
pub(crate) const fn shape(
    from: &'static str,
    to: &'static str,
    tag: &'static str,
    after: u8,
    forms: &'static str,
) -> Family {
    Family { from, to, kind: Kind::Inflection, tag, after, cut: false, forms }
}

/// A class of stems.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) name: &'static str,
    pub(crate) tag: &'static str,
    /// The state of a word that has only a stem of this class so far.
    pub(crate) state: &'static str,
    pub(crate) open: Open,
    /// Whether its stems take prefixes.
    pub(crate) prefixes: bool,
}

/// Which unlisted stems belong to a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// None.
    No,
    /// Any of two or more clusters, and any word without ending.
    Yes,
    /// Digits and letters of other scripts, and they alone.
    Foreign,
}

/// A class whose stems take prefixes, unlisted ones too.
pub(crate) const fn nominal(name: &'static str, tag: &'static str, state: &'static str, open: Open) -> Class {
    Class { name, tag, state, open, prefixes: true }
}

/// A class whose stems take no prefix.
pub(crate) const fn class(name: &'static str, tag: &'static str, state: &'static str, open: Open) -> Class {
    Class { name, tag, state, open, prefixes: false }
}

/// What sound a prefix must meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meets {
    Any,
    Vowel,
    Consonant,
    /// Voiced consonants and semivowels, before which `-aḥ` becomes `-o`.
    Voiced,
}

impl Meets {
    pub(crate) fn admits(self, code: u8) -> bool {
        match self {
            Meets::Any => true,
            Meets::Vowel => matches!(code, 0x05..=0x14),
            Meets::Consonant => matches!(code, 0x15..=0x39),
            Meets::Voiced => {
                matches!(code, 0x17..=0x19 | 0x1C..=0x1E | 0x21..=0x23 | 0x26..=0x28 | 0x2C..=0x35 | 0x39)
            }
        }
    }
}

/// Prefixes, and first members of compounds that have another form alone.
#[derive(Debug)]
pub(crate) struct Prefix {
    pub(crate) kind: Kind,
    pub(crate) tag: &'static str,
    pub(crate) meets: Meets,
    /// Whether every word that begins so has this prefix. If not, what follows must be a known stem.
    pub(crate) firm: bool,
    /// How many clusters that stem has at least.
    pub(crate) clusters: usize,
    /// `surface` or `surface=canonical`, separated by spaces.
    pub(crate) forms: &'static str,
}

/// A prefix before a known stem of so many clusters.
pub(crate) const fn prefix(tag: &'static str, meets: Meets, clusters: usize, forms: &'static str) -> Prefix {
    Prefix { kind: Kind::Derivation, tag, meets, firm: false, clusters, forms }
}

/// Stems in -aḥ, which becomes -o before a voiced sound (visarga sandhi): मनः + रंजन is मनोरंजन. Both languages have them
/// from Sanskrit, and hardly anything else begins so.
pub(crate) const VISARGA: Prefix = Prefix {
    kind: Kind::Stem,
    tag: "Compound",
    meets: Meets::Voiced,
    firm: true,
    clusters: 2,
    forms: "मनो=मनः तपो=तपः यशो=यशः पयो=पयः सरो=सरः तमो=तमः रजो=रजः वयो=वयः तेजो=तेजः अधो=अधः पुरो=पुरः शिरो=शिरः तिरो=तिरः",
};

/// Stems known beforehand.
#[derive(Debug)]
pub(crate) struct Stems {
    pub(crate) class: &'static str,
    /// How much evidence each is worth, in findings of a rare word.
    pub(crate) weight: f32,
    /// `surface` or `surface=canonical`, separated by white space.
    pub(crate) words: &'static str,
    /// Vowel signs that a word of the list loses at its end to become the stem.
    pub(crate) vowels: &'static str,
}

/// Stems as they are listed.
pub(crate) const fn stems(class: &'static str, weight: f32, words: &'static str) -> Stems {
    Stems { class, weight, words, vowels: "" }
}

/// A language.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) lang: &'static str,
    /// States in which a word may end.
    pub(crate) finals: &'static [&'static str],
    pub(crate) classes: &'static [Class],
    pub(crate) families: &'static [&'static [Family]],
    pub(crate) prefixes: &'static [Prefix],
    pub(crate) stems: &'static [Stems],
    /// The class whose stems may be first members of compounds.
    pub(crate) compounds: &'static str,
    /// Classes of verbs, and the ends of their participles. A listed verb with one is no stem by itself.
    pub(crate) verbal: &'static [&'static str],
    pub(crate) participles: &'static str,
    /// Ends of verb forms that no unlisted stem has, as keys.
    pub(crate) verb_ends: &'static str,
}

impl Table {
    /// The number of a class.
    pub(crate) fn class(&self, name: &str) -> Option<u8> {
        self.classes.iter().position(|class| class.name == name).map(|n| n as u8)
    }
}

/// The two halves of `surface=canonical`.
pub(crate) fn listed(form: &'static str) -> (&'static str, &'static str) {
    form.split_once('=').unwrap_or((form, form))
}
