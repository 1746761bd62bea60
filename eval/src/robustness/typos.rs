//! Typing errors: in some of the words with letters one of four slips (Damerau 1964, with doubling as the insertion).
//!
//! Where a slip cannot be made in a word (two equal letters cannot change places, a word of one letter cannot lose it),
//! the letter is doubled. The neighbour of a letter is one beside it on a keyboard, Turkish Q for Turkish and
//! Azerbaijani, else QWERTY; letters that are on neither have the letter before or after them in the order of their
//! script as neighbour.

use toktool::random::Random;

use super::Edited;
use super::generators::is_turkic;
use crate::words::words;

const QWERTY: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
const TURKISH_Q: [&str; 3] = ["qwertyuıopğü", "asdfghjklşi", "zxcvbnmöç"];

/// How far in the order of a script a neighbour is looked for.
const REACH: u32 = 4;

/// A text with a slip in a share of its words.
pub(super) fn typos(text: &str, language: Option<&str>, rate: f64, random: &mut Random) -> Edited {
    let mut spans = Vec::new();
    words(text, &mut spans);
    let turkic = is_turkic(language);
    let (mut edited, mut done) = (Edited::default(), 0);
    for (start, end) in spans {
        let (start, end) = (start as usize, end as usize);
        if random.unit() >= rate {
            continue;
        }
        let word = &text[start..end];
        let letters: Vec<(usize, char)> = word.char_indices().filter(|(_, c)| c.is_alphabetic()).collect();
        if letters.is_empty() {
            continue;
        }
        edited.keep(&text[done..start]);
        slip(word, &letters, turkic, random, &mut edited);
        done = end;
    }
    edited.keep(&text[done..]);
    edited
}

/// Appends a word with one slip in it, at one of its letters.
fn slip(word: &str, letters: &[(usize, char)], turkic: bool, random: &mut Random, edited: &mut Edited) {
    let n = random.below(letters.len());
    let (at, letter) = letters[n];
    let end = at + letter.len_utf8();
    let next = letters.get(n + 1).filter(|next| next.0 == end && next.1 != letter);
    let neighbour = neighbour(letter, turkic, random);
    let (end, new) = match (random.below(4), next, neighbour) {
        (0, Some(&(_, next)), _) => (end + next.len_utf8(), format!("{next}{letter}")),
        (1, ..) if letters.len() > 1 => (end, String::new()),
        (2, _, Some(other)) => (end, other.to_string()),
        _ => (end, format!("{letter}{letter}")),
    };
    edited.keep(&word[..at]);
    edited.replace(&word[at..end], &new);
    edited.keep(&word[end..]);
}

/// A letter in lower case, where that is one letter.
fn lower(c: char, turkic: bool) -> Option<char> {
    match c {
        'I' if turkic => Some('ı'),
        'İ' if turkic => Some('i'),
        _ => single(c.to_lowercase()),
    }
}

/// A letter in upper case, where that is one letter.
fn upper(c: char, turkic: bool) -> Option<char> {
    if turkic && c == 'i' { Some('İ') } else { single(c.to_uppercase()) }
}

fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    chars.next().filter(|_| chars.next().is_none())
}

/// A letter beside this one.
fn neighbour(letter: char, turkic: bool, random: &mut Random) -> Option<char> {
    let first = random.below(2) == 0;
    let small = lower(letter, turkic);
    for row in if turkic { &TURKISH_Q } else { &QWERTY } {
        let Some(at) = row.chars().position(|key| Some(key) == small) else { continue };
        let (before, after) = (at.checked_sub(1).and_then(|n| row.chars().nth(n)), row.chars().nth(at + 1));
        let key = if first { before.or(after) } else { after.or(before) }?;
        return if letter.is_lowercase() { Some(key) } else { upper(key, turkic) };
    }
    let like = |c: &char| {
        let case = (c.is_lowercase(), c.is_uppercase()) == (letter.is_lowercase(), letter.is_uppercase());
        c.is_alphabetic() && case && *c as u32 / 0x80 == letter as u32 / 0x80
    };
    let near = |step: &dyn Fn(u32) -> Option<u32>| (1..=REACH).filter_map(step).filter_map(char::from_u32).find(like);
    let (before, after) = (near(&|n| (letter as u32).checked_sub(n)), near(&|n| (letter as u32).checked_add(n)));
    if first { before.or(after) } else { after.or(before) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_beside_a_letter_and_of_its_case() {
        let all = |letter, turkic| {
            let found = (0..50).filter_map(|seed| neighbour(letter, turkic, &mut Random::new(seed)));
            let mut found: Vec<char> = found.collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        assert_eq!(all('s', false), ['a', 'd']);
        assert_eq!(all('Q', false), ['W']);
        assert_eq!(all('ş', true), ['i', 'l']);
        assert_eq!(all('İ', true), ['Ş']);
        // Neither keyboard has it: its neighbours are those in the order of the script.
        assert_eq!(all('ख', false), ['क', 'ग']);
        assert!(all('1', false).iter().all(|c| c.is_alphabetic()));
    }

    /// `ab` slips to `ba`, `a`, `b`, a neighbour of either, or a double of either.
    #[test]
    fn every_slip_is_one_of_four() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..300 {
            let edited = typos("ab", None, 1.0, &mut Random::new(seed));
            assert_eq!(edited.edits.len(), 1);
            seen.insert(edited.text);
        }
        let wanted = ["a", "aab", "abb", "an", "av", "b", "ba", "sb"];
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), wanted);
    }
}
