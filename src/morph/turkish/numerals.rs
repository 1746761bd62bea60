//! Numbers written as one word: `onsekiz`, `bindokuzyüzotuzbir`.
//!
//! Each number word is a root of its own, and the last one takes the suffixes. The spelling was the rule until 2005; it
//! is still that of cheques.

use std::sync::LazyLock;

use super::letters::letters;

/// Number words; none is the beginning of another that could be meant, if the longer ones are tried first.
const WORDS: [&str; 25] = [
    "katrilyon",
    "trilyon",
    "milyon",
    "milyar",
    "altmış",
    "yetmiş",
    "seksen",
    "doksan",
    "sekiz",
    "dokuz",
    "yirmi",
    "sıfır",
    "dört",
    "altı",
    "yedi",
    "otuz",
    "kırk",
    "elli",
    "bir",
    "iki",
    "beş",
    "yüz",
    "bin",
    "üç",
    "on",
];

static SPELLED: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| WORDS.iter().map(|word| letters(word)).collect());

/// The ends of the number words that a word begins with, in letters.
pub(super) fn ends(word: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    while let Some(found) = SPELLED.iter().find(|number| word[at..].starts_with(number)) {
        at += found.len();
        ends.push(at);
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_word_by_word() {
        let read = |text: &str| ends(&letters(text));
        assert_eq!(read("onsekiz"), [2, 7]);
        assert_eq!(read("bindokuzyüzotuzbirde"), [3, 8, 11, 15, 18]);
        assert_eq!(read("sekizinci"), [5]);
        assert!(read("araba").is_empty());
    }
}
