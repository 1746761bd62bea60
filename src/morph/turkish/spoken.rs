//! How what stands before an apostrophe is read aloud, which is what the suffix after it harmonizes with.
//!
//! `TBMM'ye` is read letter by letter, `1992'de` as a number, `NATO'nun` as a word; a foreign name may be read as nobody
//! can tell from its spelling (`Shakespeare'in`). So several readings are tried, the likelier first.

use super::letters::{Word, is_letter, is_vowel, letters, spell};
use super::sound::Context;

/// The contexts in which the suffix after `stem` may stand. Every possible one comes at the end, at a higher cost.
pub(super) fn readings(stem: &Word, before: usize, capitals: bool) -> Vec<(Context, f32)> {
    let letters = &stem.letters()[..before];
    let mut found = Vec::new();
    let digits = letters.iter().rev().take_while(|l| l.is_ascii_digit()).count();
    if digits > 0 {
        found.push((number(&letters[before - digits..]), 0.0));
    } else {
        if capitals {
            found.extend(letters.last().and_then(|&last| name_of(last)).map(|context| (context, 0.0)));
        }
        if letters.iter().any(|&l| is_vowel(l)) {
            found.push((Context::after(letters, Context::default()), 0.0));
        }
    }
    const UNSAID: f32 = 4.0;
    found.extend((0..Context::KINDS as u8).map(|kind| (Context(kind), UNSAID)));
    found
}

fn read(text: &str) -> Context {
    Context::after(&letters(text), Context::default())
}

/// The name of a letter: a vowel names itself, a consonant takes an e.
fn name_of(letter: u8) -> Option<Context> {
    if !is_letter(letter) {
        return None;
    }
    let name: String = if is_vowel(letter) { spell(letter).into() } else { [spell(letter), 'e'].iter().collect() };
    Some(read(&name))
}

/// A number: its last word decides.
fn number(digits: &[u8]) -> Context {
    const UNITS: [&str; 10] = ["sıfır", "bir", "iki", "üç", "dört", "beş", "altı", "yedi", "sekiz", "dokuz"];
    const TENS: [&str; 10] = ["", "on", "yirmi", "otuz", "kırk", "elli", "altmış", "yetmiş", "seksen", "doksan"];
    let zeros = digits.iter().rev().take_while(|&&d| d == b'0').count();
    let digit = |at: usize| digits.len().checked_sub(at + 1).map_or(0, |n| (digits[n] - b'0') as usize);
    read(match zeros {
        _ if zeros == digits.len() => "sıfır",
        0 => UNITS[digit(0)],
        1 => TENS[digit(1)],
        2 => "yüz",
        3..=5 => "bin",
        6..=8 => "milyon",
        9..=11 => "milyar",
        _ => "trilyon",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(stem: &str, capitals: bool) -> Context {
        let word = Word::new(stem).unwrap();
        readings(&word, word.len(), capitals)[0].0
    }

    #[test]
    fn numbers_are_read_by_their_last_word() {
        for (digits, word) in [
            ("3", "üç"),
            ("1992", "iki"),
            ("10", "on"),
            ("40", "kırk"),
            ("100", "yüz"),
            ("2000", "bin"),
            ("0", "sıfır"),
        ] {
            assert_eq!(first(digits, false), read(word), "{digits}");
        }
        assert_eq!(first("5000000", false), read("milyon"));
    }

    #[test]
    fn acronyms_are_read_letter_by_letter_and_names_as_words() {
        assert_eq!(first("TBMM", true), read("me"));
        assert_eq!(first("AB", true), read("be"));
        assert_eq!(first("ABD'A", true), read("a"));
        assert_eq!(first("Ankara", false), read("ankara"));
    }
}
