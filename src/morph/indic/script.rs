//! A Devanagari word as an array of small numbers.
//!
//! Spelling varies where morphology does not: a nukta is one character with its letter or two, a nasal vowel has an
//! anusvara or a candrabindu, Marathi writes its eyelash r in two ways, and joiners come and go. A [`Word`] holds the
//! letters after these differences are gone, together with the byte at which each ends in the text, so that whatever is
//! found in it can be said of the text itself.
//!
//! Codes are the last seven bits of the character; [`FOREIGN`] stands for anything outside the block. `keys` are codes in
//! which long and short i and u are one: stems shorten these vowels before endings (लड़की and लड़कियाँ, मूल and मुलाला).

use crate::unicode::cluster;

/// A letter of another script.
pub(crate) const FOREIGN: u8 = 0x80;
/// Words with more codes than this are left whole.
pub(crate) const MAX: usize = 96;

const ANUSVARA: u8 = 0x02;
const NUKTA: u8 = 0x3C;
pub(crate) const VIRAMA: u8 = 0x4D;
const VISARGA: u8 = 0x03;
const RA: u8 = 0x30;
const YA: u8 = 0x2F;

/// Letters that are one character with their nukta: the character, the letter.
const WITH_NUKTA: [(char, char); 11] = [
    ('\u{929}', '\u{928}'),
    ('\u{931}', '\u{930}'),
    ('\u{934}', '\u{933}'),
    ('\u{958}', '\u{915}'),
    ('\u{959}', '\u{916}'),
    ('\u{95A}', '\u{917}'),
    ('\u{95B}', '\u{91C}'),
    ('\u{95C}', '\u{921}'),
    ('\u{95D}', '\u{922}'),
    ('\u{95E}', '\u{92B}'),
    ('\u{95F}', '\u{92F}'),
];

/// What stands before an ending: sets of flags.
pub(crate) mod after {
    /// A consonant with its inherent vowel.
    pub(crate) const CONSONANT: u8 = 1;
    /// A vowel that is written out, not nasal.
    pub(crate) const VOWEL: u8 = 2;
    /// A nasal vowel.
    pub(crate) const NASAL: u8 = 4;
    /// Digits and letters of other scripts.
    pub(crate) const FOREIGN: u8 = 8;
    /// A vowel i of either length.
    pub(crate) const I: u8 = 16;
    /// A vowel ā.
    pub(crate) const A: u8 = 32;
    /// A consonant other than a y after a vowel, which is the glide of an ending.
    pub(crate) const PLAIN: u8 = 64;
    /// A vowel that is no common sign: a letter, or one of the rare ones.
    pub(crate) const LETTER: u8 = 128;
    /// Whatever may end a word.
    pub(crate) const ANY: u8 = CONSONANT | VOWEL | NASAL | FOREIGN;
    /// Whatever an independent vowel may follow.
    pub(crate) const OPEN: u8 = VOWEL | NASAL | FOREIGN;
}

/// Whether a sign is written on the letter before it.
pub(crate) fn is_dependent(code: u8) -> bool {
    matches!(code, 0x00..=0x03 | 0x3A..=0x3F | 0x40..=0x4F | 0x51..=0x57 | 0x62 | 0x63)
}

/// Whether a code is a vowel, as a letter or as a sign.
fn is_vowel(code: u8) -> bool {
    matches!(code, 0x04..=0x14 | 0x3A | 0x3B | 0x3E..=0x4C | 0x4E | 0x4F | 0x55..=0x57 | 0x60..=0x63 | 0x72..=0x77)
}

pub(crate) fn is_foreign(code: u8) -> bool {
    code == FOREIGN || is_digit(code)
}

pub(crate) fn is_digit(code: u8) -> bool {
    matches!(code, 0x66..=0x6F)
}

/// The sign of an independent vowel; `None` for the inherent one and for what is no vowel.
pub(crate) fn sign(code: u8) -> Option<u8> {
    matches!(code, 0x06..=0x14).then(|| code + 0x38)
}

/// The flags of `after` that hold at the end of `codes`; none after a virama.
pub(crate) fn context(codes: &[u8]) -> u8 {
    let Some((&last, before)) = codes.split_last() else { return 0 };
    match last {
        VIRAMA => 0,
        ANUSVARA => after::NASAL,
        VISARGA => after::VOWEL,
        0x07 | 0x08 => after::VOWEL | after::I | after::LETTER,
        0x3F | 0x40 => after::VOWEL | after::I,
        0x06 => after::VOWEL | after::A | after::LETTER,
        0x3E => after::VOWEL | after::A,
        0x41 | 0x42 | 0x47 | 0x4B => after::VOWEL,
        _ if is_vowel(last) => after::VOWEL | after::LETTER,
        _ if is_foreign(last) => after::FOREIGN,
        _ if last == NUKTA => context(before),
        YA if before.last().is_some_and(|&code| is_vowel(code)) => after::CONSONANT,
        _ => after::CONSONANT | after::PLAIN,
    }
}

/// How many sounds [`sound`] tells apart.
pub(crate) const SOUNDS: usize = 4;
/// Their names in files.
pub(crate) const SOUND_NAMES: [&str; SOUNDS] = ["consonant", "vowel", "nasal", "foreign"];

/// The kind of sound that flags of `after` stand for, as an index.
pub(crate) fn sound(context: u8) -> usize {
    (context & after::ANY).trailing_zeros() as usize % SOUNDS
}

/// Long i and u made short.
pub(crate) fn key(code: u8) -> u8 {
    match code {
        0x08 | 0x0A | 0x40 | 0x42 => code - 1,
        _ => code,
    }
}

/// Orthographic clusters that begin in `codes`.
pub(crate) fn clusters(codes: &[u8]) -> usize {
    let begins = |at: usize| !is_dependent(codes[at]) && (at == 0 || codes[at - 1] != VIRAMA);
    (0..codes.len()).filter(|&at| begins(at)).count()
}

/// A word, folded.
#[derive(Debug)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    codes: [u8; MAX],
    keys: [u8; MAX],
    ends: [u16; MAX],
    len: usize,
    legal: u128,
}

impl<'a> Word<'a> {
    /// `None` for a word that is too long or begins with a sign.
    pub(crate) fn new(text: &'a str) -> Option<Word<'a>> {
        let mut word = Word { text, codes: [0; MAX], keys: [0; MAX], ends: [0; MAX], len: 0, legal: 0 };
        if text.len() > usize::from(u16::MAX) {
            return None;
        }
        for (at, c) in text.char_indices() {
            let end = (at + c.len_utf8()) as u16;
            if matches!(c, '\u{200C}' | '\u{200D}') {
                word.join(c, end)?;
                continue;
            }
            let (letter, nukta) = fold(c);
            word.push(letter, end)?;
            if nukta {
                word.push(NUKTA, end)?;
            }
        }
        if word.len == 0 || is_dependent(word.codes[0]) {
            return None;
        }
        word.find_legal();
        Some(word)
    }

    fn push(&mut self, code: u8, end: u16) -> Option<()> {
        if self.len == MAX {
            return None;
        }
        (self.codes[self.len], self.keys[self.len], self.ends[self.len]) = (code, key(code), end);
        self.len += 1;
        Some(())
    }

    /// A joiner belongs to what stands before it. After r and virama it makes the eyelash r, which is ऱ elsewhere.
    fn join(&mut self, c: char, end: u16) -> Option<()> {
        let last = self.len.checked_sub(1)?;
        if c == '\u{200D}' && last > 0 && self.codes[last - 1..=last] == [RA, VIRAMA] {
            (self.codes[last], self.keys[last]) = (NUKTA, NUKTA);
            return self.push(VIRAMA, end);
        }
        self.ends[last] = end;
        Some(())
    }

    fn find_legal(&mut self) {
        for at in 1..self.len {
            let letter = !is_dependent(self.codes[at]) && self.codes[at - 1] != VIRAMA;
            if letter && !cluster::inside(self.text, self.end(at)) {
                self.legal |= 1 << at;
            }
        }
    }

    pub(crate) fn codes(&self) -> &[u8] {
        &self.codes[..self.len]
    }

    pub(crate) fn keys(&self) -> &[u8] {
        &self.keys[..self.len]
    }

    /// The byte at which the first `at` codes end.
    pub(crate) fn end(&self, at: usize) -> usize {
        if at == 0 { 0 } else { usize::from(self.ends[at - 1]) }
    }

    /// The text of a range of codes.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &'a str {
        &self.text[self.end(from)..self.end(to)]
    }

    /// Whether the word may be cut before code `at`.
    pub(crate) fn is_legal(&self, at: usize) -> bool {
        self.legal >> at & 1 == 1
    }
}

/// The code of a character, and whether it has a nukta in it.
fn fold(c: char) -> (u8, bool) {
    match c {
        '\u{900}' | '\u{901}' => (ANUSVARA, false),
        '\u{902}'..='\u{97F}' => match WITH_NUKTA.binary_search_by_key(&c, |row| row.0) {
            Ok(row) => (WITH_NUKTA[row].1 as u8 & 0x7f, true),
            Err(_) => (c as u8 & 0x7f, false),
        },
        '0'..='9' => (0x66 + (c as u8 - b'0'), false),
        _ => (FOREIGN, false),
    }
}

/// The codes of a form that a grammar lists. It may begin with a sign, and has no joiners.
pub(crate) fn codes(form: &str) -> Vec<u8> {
    form.chars().map(fold).flat_map(|(code, nukta)| [Some(code), nukta.then_some(NUKTA)]).flatten().collect()
}

/// The keys of a form.
pub(crate) fn keys(form: &str) -> Vec<u8> {
    codes(form).into_iter().map(key).collect()
}

/// The characters of `codes`.
pub(crate) fn text(codes: &[u8]) -> String {
    codes.iter().filter_map(|&code| char::from_u32(0x900 + u32::from(code))).collect()
}
