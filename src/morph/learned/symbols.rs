//! Characters as numbers, and between which of them a word may be cut.

use rustc_hash::FxHashMap;

use crate::unicode::cluster;

/// What stands before the first and after the last symbol of a morph.
pub(super) const EDGE: u32 = 0;

/// What holds for the border before a character of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Border {
    /// A morph may end here.
    Free,
    /// None may: the border lies inside an orthographic cluster, or an annotation says so.
    Never,
    /// One must.
    Always,
}

/// How text becomes symbols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// Read upper case as lower case.
    pub fold_case: bool,
    /// Cut behind these characters.
    pub cut_after: Vec<char>,
}

impl Reading {
    /// A character as it is read: with case folding its lower-case form, where that is one character.
    pub(super) fn read(&self, c: char) -> char {
        if !self.fold_case {
            return c;
        }
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(lower), None) => lower,
            _ => c,
        }
    }

    /// Appends the border before each character of `word`, the first included.
    pub(super) fn borders(&self, word: &str, borders: &mut Vec<Border>) {
        let mut before = None;
        for (at, c) in word.char_indices() {
            borders.push(match before {
                None => Border::Always,
                Some(_) if !(c.is_ascii() && word.as_bytes()[at - 1].is_ascii()) && cluster::inside(word, at) => {
                    Border::Never
                }
                // A hyphen at the front cuts nothing off.
                Some((place, last)) if place > 0 && self.cut_after.contains(&last) => Border::Always,
                Some(_) => Border::Free,
            });
            before = Some((at, c));
        }
    }
}

/// The characters of the training words, numbered in code point order from 1.
#[derive(Debug, Clone, Default)]
pub(super) struct Alphabet {
    numbers: FxHashMap<char, u32>,
}

impl Alphabet {
    pub(super) fn new(characters: impl Iterator<Item = char>) -> Self {
        let mut characters: Vec<char> = characters.collect();
        characters.sort_unstable();
        characters.dedup();
        Alphabet { numbers: characters.into_iter().zip(1..).collect() }
    }

    /// How many numbers there are: one for each character, [`EDGE`], and one for every other character.
    pub(super) fn len(&self) -> usize {
        self.numbers.len() + 2
    }

    /// The number of a character; that of the others, which is the last, where it has none of its own.
    pub(super) fn number(&self, c: char) -> u32 {
        self.numbers.get(&c).copied().unwrap_or(self.numbers.len() as u32 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_spare_clusters_and_follow_hyphens() {
        let reading = Reading { fold_case: false, cut_after: vec!['-'] };
        let mut borders = Vec::new();
        reading.borders("-a-bकि", &mut borders);
        use Border::{Always, Free, Never};
        assert_eq!(borders, [Always, Free, Free, Always, Free, Never]);
    }

    #[test]
    fn folding_keeps_the_number_of_characters() {
        let reading = Reading { fold_case: true, cut_after: Vec::new() };
        let read: String = "ÉİA".chars().map(|c| reading.read(c)).collect();
        assert_eq!(read, "éİa");
    }
}
