//! Words as Turkish letters: one byte a letter, lower case, with the way back to the text.
//!
//! Lower case is Turkish (`I` is `ı`, `İ` is `i`), a circumflex is dropped because writers drop it too (`rüzgâr`,
//! `rüzgar`), and a letter spelled with a combining mark is the letter. Upper and lower case differ in length in UTF-8
//! (`İ` has two bytes, `i` one), so every letter remembers where it ends in the text.

/// A longer word is not analysed: positions in a word are bits of a `u64`.
pub(super) const LONGEST: usize = 63;
/// What is not a Turkish letter, a digit, an apostrophe or a hyphen.
pub(super) const OTHER: u8 = 0xFF;

const CEDILLA_C: u8 = 0x80;
const SOFT_G: u8 = 0x81;
const DOTLESS_I: u8 = 0x82;
const UMLAUT_O: u8 = 0x83;
const CEDILLA_S: u8 = 0x84;
const UMLAUT_U: u8 = 0x85;

/// Letters outside ASCII, and what stands for each.
const NATIVE: [(char, u8); 6] =
    [('ç', CEDILLA_C), ('ğ', SOFT_G), ('ı', DOTLESS_I), ('ö', UMLAUT_O), ('ş', CEDILLA_S), ('ü', UMLAUT_U)];

/// The letter of a character.
pub(super) const fn letter(c: char) -> u8 {
    match c {
        'I' => DOTLESS_I,
        'A'..='Z' => c as u8 + 32,
        'a'..='z' | '0'..='9' | '-' | '\'' => c as u8,
        '\u{2019}' => b'\'',
        'ç' | 'Ç' => CEDILLA_C,
        'ğ' | 'Ğ' => SOFT_G,
        'ı' => DOTLESS_I,
        'İ' => b'i',
        'ö' | 'Ö' => UMLAUT_O,
        'ş' | 'Ş' => CEDILLA_S,
        'ü' | 'Ü' => UMLAUT_U,
        'â' | 'Â' => b'a',
        'î' | 'Î' => b'i',
        'û' | 'Û' => b'u',
        _ => OTHER,
    }
}

/// The letter that `base` is with a combining mark on it.
const fn with_mark(base: u8, mark: char) -> Option<u8> {
    Some(match (mark, base) {
        ('\u{327}', b'c') => CEDILLA_C,
        ('\u{327}', b's') => CEDILLA_S,
        ('\u{306}', b'g') => SOFT_G,
        ('\u{308}', b'o') => UMLAUT_O,
        ('\u{308}', b'u') => UMLAUT_U,
        ('\u{302}', b'a' | b'u' | b'i') => base,
        // A capital I with a dot, or the dotted i that a naive lower-casing of `İ` leaves.
        ('\u{307}', DOTLESS_I | b'i') => b'i',
        ('\u{302}', DOTLESS_I) => b'i',
        _ => return None,
    })
}

/// The letter as text.
pub(super) fn spell(letter: u8) -> char {
    NATIVE.iter().find(|(_, l)| *l == letter).map_or(if letter < 0x80 { letter as char } else { '\u{FFFD}' }, |n| n.0)
}

/// Letters as text.
pub(super) fn spell_all(letters: &[u8]) -> String {
    letters.iter().map(|&l| spell(l)).collect()
}

/// Text as letters, of any length.
pub(super) fn letters(text: &str) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    for c in text.chars() {
        match out.last().copied().and_then(|base| with_mark(base, c)) {
            Some(joined) => *out.last_mut().unwrap_or(&mut 0) = joined,
            None => out.push(letter(c)),
        }
    }
    out
}

/// Whether a letter is a vowel.
pub(super) const fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | DOTLESS_I | UMLAUT_O | UMLAUT_U)
}

/// Whether a vowel is front: e i ö ü.
pub(super) const fn is_front(vowel: u8) -> bool {
    matches!(vowel, b'e' | b'i' | UMLAUT_O | UMLAUT_U)
}

/// Whether a vowel is rounded: o ö u ü.
pub(super) const fn is_round(vowel: u8) -> bool {
    matches!(vowel, b'o' | b'u' | UMLAUT_O | UMLAUT_U)
}

/// Whether a consonant is voiceless: f s t k ç ş h p.
pub(super) const fn is_voiceless(letter: u8) -> bool {
    matches!(letter, b'f' | b's' | b't' | b'k' | CEDILLA_C | CEDILLA_S | b'h' | b'p')
}

/// Whether this is a letter of the Turkish alphabet, or one of q, w, x.
pub(super) const fn is_letter(letter: u8) -> bool {
    letter.is_ascii_lowercase() || (letter >= CEDILLA_C && letter <= UMLAUT_U)
}

/// A word as letters, with the byte at which each of them ends.
pub(super) struct Word {
    /// Zeros past the end, so that eight letters can be read from anywhere.
    letters: [u8; LONGEST + 9],
    ends: [u16; LONGEST + 1],
    len: usize,
}

impl Word {
    /// The letters of `text`; `None` where there are none or more than [`LONGEST`].
    pub fn new(text: &str) -> Option<Word> {
        let mut word = Word { letters: [0; LONGEST + 9], ends: [0; LONGEST + 1], len: 0 };
        for (at, c) in text.char_indices() {
            let end = u16::try_from(at + c.len_utf8()).ok()?;
            if word.len > 0
                && let Some(joined) = with_mark(word.letters[word.len - 1], c)
            {
                word.letters[word.len - 1] = joined;
                word.ends[word.len - 1] = end;
                continue;
            }
            if word.len == LONGEST {
                return None;
            }
            word.letters[word.len] = letter(c);
            word.ends[word.len] = end;
            word.len += 1;
        }
        (word.len > 0).then_some(word)
    }

    /// Its letters.
    pub fn letters(&self) -> &[u8] {
        &self.letters[..self.len]
    }

    /// Number of letters.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Eight letters from `at` on, the first in the lowest byte, zeros past the end.
    pub fn eight(&self, at: usize) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.letters[at..at + 8]);
        u64::from_le_bytes(bytes)
    }

    /// The byte of the text at which the first `letters` letters end.
    pub fn byte(&self, letters: usize) -> usize {
        if letters == 0 { 0 } else { self.ends[letters - 1] as usize }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_and_dotless_i_fold_apart_and_keep_their_place() {
        let word = Word::new("İSTANBUL'DA").unwrap();
        assert_eq!(spell_all(word.letters()), "istanbul'da");
        assert_eq!((word.byte(1), word.byte(8)), (2, 9));
        assert_eq!(spell_all(&letters("IĞDIR")), "ığdır");
        assert_eq!(spell_all(&letters("i\u{307}stanbul")), "istanbul", "what a naive lower-casing leaves");
    }

    #[test]
    fn a_decomposed_letter_is_the_letter() {
        let word = Word::new("go\u{308}g\u{306}u\u{308}s").unwrap();
        assert_eq!(spell_all(word.letters()), "göğüs");
        assert_eq!(word.byte(2), 4);
        assert_eq!(word.byte(word.len()), "go\u{308}g\u{306}u\u{308}s".len());
    }

    #[test]
    fn a_circumflex_is_dropped() {
        assert_eq!(spell_all(&letters("rüzgâr hikâyeÎ")), spell_all(&letters("rüzgar hikayei")));
    }

    #[test]
    fn words_past_the_limit_have_no_letters() {
        assert!(Word::new(&"a".repeat(LONGEST)).is_some());
        assert!(Word::new(&"a".repeat(LONGEST + 1)).is_none());
        assert!(Word::new("").is_none());
    }
}
