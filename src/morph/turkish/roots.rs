//! Roots: from a row of a dictionary to every form a root has in front of suffixes.
//!
//! Rows are in the format of Zemberek's text dictionaries: `lemma [P:pos; A:attribute, ...; Roots:a-b]`, `#` starting a
//! comment. A root has one form where nothing happens to it; softening (`kitap`, `kitab`), vowel drop (`ağız`, `ağz`),
//! doubling (`hak`, `hakk`), the loss of a verb's last vowel before `-Iyor` (`başla`, `başl`) and compounds with a
//! possessive of their own (`gözyaşı`, `gözyaş`) add another, and say which suffixes each form goes with.

use super::grammar::State;
use super::letters::{self, is_vowel, letter, letters};
use super::sound::Context;
use super::undo::{Undo, harden, without_last_vowel};
use crate::error::{Error, Place, Result};

/// One form of a root.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Form {
    pub letters: Vec<u8>,
    pub state: State,
    pub context: Context,
    /// Whether the last consonant is voiced for the lemma's voiceless one.
    pub softened: bool,
    pub undo: Undo,
}

impl Form {
    fn plain(letters: &[u8], state: State) -> Form {
        let context = Context::after(letters, Context::default());
        Form { letters: letters.to_vec(), state, context, softened: false, undo: Undo::Nothing }
    }

    /// The form before a consonant or at the end, where another stands before a vowel.
    fn before_consonant(self) -> Form {
        Form { context: Context(self.context.0 | Context::NO_VOWEL), ..self }
    }

    /// The form before a vowel. It ends in a voiced consonant, and its harmony is that of the lemma.
    fn before_vowel(&self, letters: Vec<u8>, softened: bool, undo: Undo) -> Form {
        let harmony = self.context.0 & (Context::FRONT | Context::ROUND);
        Form { letters, state: self.state, context: Context(harmony | Context::NEEDS_VOWEL), softened, undo }
    }
}

/// A dictionary row, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Row {
    lemma: String,
    class: String,
    second: String,
    attributes: Vec<String>,
    roots: Option<String>,
}

/// Word classes of the format.
const CLASSES: [&str; 14] =
    ["Noun", "Adj", "Adv", "Verb", "Num", "Pron", "Ques", "Postp", "Conj", "Interj", "Det", "Dup", "Abbrv", "Prop"];
/// Attributes of the format. Those that only concern tags, not forms, are read over.
const ATTRIBUTES: [&str; 20] = [
    "Voicing",
    "NoVoicing",
    "InverseHarmony",
    "Doubling",
    "LastVowelDrop",
    "CompoundP3sg",
    "NounConsInsert_n",
    "NoSuffix",
    "Aorist_A",
    "Aorist_I",
    "Reciprocal",
    "NonReciprocal",
    "Reflexive",
    "Plural",
    "ImplicitPlural",
    "ImplicitDative",
    "ImplicitP1sg",
    "ImplicitP2sg",
    "Informal",
    "Ext",
];

impl Row {
    /// Parses a line; `None` for an empty line, a comment and a row of punctuation.
    ///
    /// # Errors
    /// [`Error::Input`] at `line` saying what is wrong.
    pub fn parse(text: &str, line: u64) -> Result<Option<Row>> {
        let wrong = |why: String| {
            Err(Error::input("", why)
                .at(Place::Line(line))
                .with_hint("a row is `lemma` or `lemma [P:Noun; A:NoVoicing, LastVowelDrop]`"))
        };
        let text = text.trim();
        if text.is_empty() || text.starts_with("##") || text.starts_with("# ") {
            return Ok(None);
        }
        let (lemma, data) = match text.rsplit_once('[') {
            Some((lemma, rest)) => match rest.strip_suffix(']') {
                Some(data) => (lemma.trim(), data),
                None => return wrong(format!("`{text}`: the bracket is not closed")),
            },
            None => (text, ""),
        };
        let mut row = Row { lemma: lemma.to_owned(), ..Row::default() };
        for part in data.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((key, value)) = part.split_once(':') else { return wrong(format!("`{part}` is not `key:value`")) };
            let mut values = value.split(',').map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
            match key.trim() {
                "P" => {
                    row.class = values.next().unwrap_or_default();
                    row.second = values.next().unwrap_or_default();
                }
                "A" => row.attributes = values.filter(|v| v != "NoQuote").collect(),
                "Roots" => row.roots = Some(value.trim().to_owned()),
                "Index" | "Ref" | "Pr" | "S" | "Suffix" => {}
                other => return wrong(format!("there is no key `{other}`")),
            }
        }
        if row.class == "Punc" {
            return Ok(None);
        }
        if lemma.is_empty() || lemma.contains(char::is_whitespace) {
            return wrong(format!("`{lemma}` is not one word"));
        }
        if letters(lemma).len() > letters::LONGEST {
            return wrong(format!("`{lemma}` has more than {} letters", letters::LONGEST));
        }
        if !row.class.is_empty() && !CLASSES.contains(&row.class.as_str()) {
            return wrong(format!("`{}` is not a word class; they are {}", row.class, CLASSES.join(", ")));
        }
        if let Some(unknown) = row.attributes.iter().find(|a| !ATTRIBUTES.contains(&a.as_str())) {
            return wrong(format!("`{unknown}` is not an attribute; they are {}", ATTRIBUTES.join(", ")));
        }
        Ok(Some(row))
    }

    fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|a| a == attribute)
    }

    fn is_proper(&self) -> bool {
        self.second == "Prop"
            || self.class == "Prop"
            || (self.class.is_empty() && self.lemma.starts_with(char::is_uppercase))
    }

    fn is_verb(&self) -> bool {
        self.class == "Verb" && self.lemma != "değil"
            || self.class.is_empty()
                && !self.is_proper()
                && (self.lemma.ends_with("mak") || self.lemma.ends_with("mek"))
    }

    /// Why the row gives no root that could be met in a text, where it gives none.
    pub fn objection(&self) -> Option<String> {
        let lemma = letters(&self.lemma);
        let infinitive = lemma.ends_with(&letters("mak")) || lemma.ends_with(&letters("mek"));
        if self.is_verb() && !infinitive {
            return Some(format!("`{}` is no verb: verbs are listed in -mak or -mek", self.lemma));
        }
        let forms = self.forms();
        let foreign = |l: &u8| *l == letters::OTHER || *l == letter('\'');
        if lemma.iter().any(foreign) || forms.iter().any(|form| form.letters.iter().any(foreign)) {
            return Some(format!("`{}` is not of Turkish letters, q, w, x, digits and hyphens", self.lemma));
        }
        if forms.is_empty() {
            let why = if self.class == "Pron" { "such pronouns are built in" } else { "no root is left of it" };
            return Some(format!("`{}`: {why}", self.lemma));
        }
        None
    }

    /// Every form of the root. Personal and demonstrative pronouns have none: they are irregular and listed apart.
    pub fn forms(&self) -> Vec<Form> {
        let lemma = letters(&self.lemma);
        if lemma.contains(&letters::OTHER) {
            return Vec::new();
        }
        if self.is_verb() {
            return self.verb(&lemma[..lemma.len().saturating_sub(3)]);
        }
        if self.has("CompoundP3sg") {
            return self.compound(&lemma);
        }
        let state = match (self.class.as_str(), self.second.as_str()) {
            ("Pron", "Pers" | "Demons" | "Reflex") => return Vec::new(),
            ("Pron", _) if lemma.last().is_some_and(|&l| is_vowel(l)) && ends_in_possessive(&self.lemma) => {
                State::PronP3
            }
            ("Noun", "Time") => State::Time,
            ("Adj", _) => State::Adj,
            ("Adv" | "Dup", _) => State::Adv,
            ("Num", _) => State::Num,
            ("Ques", _) => State::Ques,
            ("Postp", _) => State::Adv,
            ("Conj" | "Interj" | "Det" | "Abbrv", _) => State::Word,
            ("Verb", _) => State::Pred,
            _ if self.is_proper() => State::Proper,
            _ => State::Noun,
        };
        let state = if self.has("NounConsInsert_n") { State::Comp } else { state };
        let state = if self.has("NoSuffix") { State::Word } else { state };
        self.nominal(&lemma, state)
    }

    /// A noun or what is declined like one.
    fn nominal(&self, lemma: &[u8], state: State) -> Vec<Form> {
        let mut plain = Form::plain(lemma, state);
        if self.has("InverseHarmony") {
            plain.context.0 |= Context::FRONT;
        }
        if matches!(state, State::Word | State::Proper | State::Adv | State::Ques | State::Pred) {
            return vec![plain];
        }
        let softened = self.softened(lemma);
        let soft = softened.is_some();
        let stem = softened.unwrap_or_else(|| lemma.to_vec());
        let changed = if self.has("Doubling") {
            let doubled = [&stem[..], &stem[stem.len() - 1..]].concat();
            Some(plain.before_vowel(doubled, soft, Undo::Double))
        } else if self.has("LastVowelDrop") {
            without_last_vowel(&stem).map(|(dropped, undo)| plain.before_vowel(dropped, soft, undo))
        } else {
            soft.then(|| plain.before_vowel(stem, true, Undo::Nothing))
        };
        match changed {
            None => vec![plain],
            Some(changed) => vec![plain.before_consonant(), changed],
        }
    }

    /// The stem before a vowel where its last consonant softens.
    fn softened(&self, stem: &[u8]) -> Option<Vec<u8>> {
        let [.., before, last] = *stem else { return None };
        let long = stem.iter().filter(|&&l| is_vowel(l)).count() > 1 && !self.has("InverseHarmony");
        let loan = [before, last] == [letter('n'), letter('k')] || [before, last] == [letter('o'), letter('g')];
        let wanted = self.has("Voicing") || ((long || loan) && !self.is_verb() && !self.has("NoVoicing"));
        let soft = match letters::spell(last) {
            'p' => 'b',
            'ç' => 'c',
            't' => 'd',
            'k' if before == letter('n') => 'g',
            'k' => 'ğ',
            'g' if before == letter('o') => 'ğ',
            _ => return None,
        };
        wanted.then(|| [&stem[..stem.len() - 1], &[letter(soft)]].concat())
    }

    /// A compound whose lemma ends in a possessive: `gözyaşı`, plural `gözyaş lar ı`.
    fn compound(&self, lemma: &[u8]) -> Vec<Form> {
        let mut forms = vec![Form::plain(lemma, State::Comp)];
        let bare = match &self.roots {
            Some(roots) => letters(&roots.replace('-', "")),
            None => bare_of(lemma),
        };
        if !bare.is_empty() && shares_beginning(lemma, &bare) {
            let attributes = self.attributes.iter().filter(|a| *a != "CompoundP3sg").cloned().collect();
            forms.extend(Row { attributes, ..self.clone() }.nominal(&bare, State::CompBare));
        }
        forms
    }

    fn verb(&self, root: &[u8]) -> Vec<Form> {
        let Some((&last, narrow)) = root.split_last() else { return Vec::new() };
        let long = root.iter().filter(|&&l| is_vowel(l)).count() > 1;
        let state = match (is_vowel(last), long) {
            (true, _) => State::VerbV,
            _ if self.has("Aorist_A") => State::VerbA,
            (false, true) => State::VerbP,
            _ if self.has("Aorist_I") => State::VerbI,
            (false, false) => State::VerbA,
        };
        let plain = Form::plain(root, state);
        let mut forms = Vec::new();
        if self.has("LastVowelDrop")
            && let Some((letters, undo)) = without_last_vowel(root)
        {
            forms.push(Form { state: State::VerbSyncope, ..plain.before_vowel(letters, false, undo) });
        }
        if root == letters("de") || root == letters("ye") {
            let raised = [narrow, &[letter('i')]].concat();
            forms.push(Form { undo: Undo::Raised, ..Form::plain(&raised, State::VerbDi) });
        } else if is_vowel(last) {
            let undo = Undo::of_last(last);
            forms.push(Form { undo, ..Form::plain(narrow, State::VerbDrop) });
        }
        match self.has("Voicing").then(|| self.softened(root)).flatten() {
            Some(soft) => forms.extend([plain.before_vowel(soft, true, Undo::Nothing), plain.before_consonant()]),
            None => forms.push(plain),
        }
        forms
    }
}

/// The lemma of a compound without its possessive.
fn bare_of(lemma: &[u8]) -> Vec<u8> {
    match lemma {
        [stem @ .., before, s, vowel] if *s == letter('s') && is_vowel(*vowel) && is_vowel(*before) => {
            [stem, &[*before]].concat()
        }
        [stem @ .., vowel] if is_vowel(*vowel) => {
            let mut bare = stem.to_vec();
            if bare.last() == Some(&letter('ğ')) || bare.last() == Some(&letter('b')) {
                harden(&mut bare);
            }
            bare
        }
        _ => Vec::new(),
    }
}

/// Whether the bare compound is the beginning of the lemma, but for its last two letters.
fn shares_beginning(lemma: &[u8], bare: &[u8]) -> bool {
    let common = lemma.iter().zip(bare).take_while(|(a, b)| a == b).count();
    common + 2 >= bare.len()
}

/// Whether a pronoun ends in a possessive of its own: `biri`, `hepsi`.
fn ends_in_possessive(lemma: &str) -> bool {
    lemma.ends_with(['ı', 'i', 'u', 'ü'])
        && !matches!(lemma, "kimi" | "öteki" | "beriki" | "öbürkü" | "benimki" | "bizimki" | "aşağı" | "yukarı")
}

/// Irregular words, which are few: state, forms.
pub(super) fn irregular() -> Vec<Form> {
    let rows: [(&str, State, Undo); 20] = [
        ("ben", State::Ben, Undo::Nothing),
        ("sen", State::Sen, Undo::Nothing),
        ("biz", State::Biz, Undo::Nothing),
        ("siz", State::Siz, Undo::Nothing),
        ("ban", State::BanSan, Undo::Raised),
        ("san", State::BanSan, Undo::Raised),
        ("o", State::Dem, Undo::Nothing),
        ("bu", State::Dem, Undo::Nothing),
        ("şu", State::Dem, Undo::Nothing),
        ("kendi", State::Kendi, Undo::Nothing),
        ("ne", State::Ne, Undo::Nothing),
        ("su", State::Su, Undo::Nothing),
        ("akarsu", State::Su, Undo::Nothing),
        ("bura", State::Noun, Undo::Nothing),
        ("şura", State::Noun, Undo::Nothing),
        ("ora", State::Noun, Undo::Nothing),
        ("nere", State::Noun, Undo::Nothing),
        ("hep", State::Noun, Undo::Nothing),
        ("birbir", State::Kendi, Undo::Nothing),
        ("i", State::ToBe, Undo::Nothing),
    ];
    let form = |&(text, state, undo): &(&str, State, Undo)| Form { undo, ..Form::plain(&letters(text), state) };
    rows.iter().map(form).collect()
}
