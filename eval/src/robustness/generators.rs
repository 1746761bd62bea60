//! The disturbances, but for typing errors.

use toktool::random::Random;
use toktool::unicode::{Normalizer, Normalizing};
use unicode_segmentation::UnicodeSegmentation as _;

use super::Edited;

/// Whether a language tells a dotted from a dotless i.
pub(super) fn is_turkic(language: Option<&str>) -> bool {
    language.is_some_and(|lang| matches!(lang.split(['-', '_']).next(), Some("tr" | "az")))
}

/// Everything in capitals; in Turkish and Azerbaijani `i` becomes `İ`.
pub(super) fn case(text: &str, language: Option<&str>) -> Edited {
    let (mut edited, dotted) = (Edited::default(), is_turkic(language));
    let (mut upper, mut buffer) = (String::new(), [0; 4]);
    for c in text.chars() {
        let old: &str = c.encode_utf8(&mut buffer);
        if !c.is_lowercase() {
            edited.keep(old);
            continue;
        }
        upper.clear();
        if dotted && c == 'i' {
            upper.push('İ')
        } else {
            upper.extend(c.to_uppercase())
        }
        edited.replace(old, &upper);
    }
    edited
}

/// A combining mark that is no letter's own part in Latin, Greek and Cyrillic: U+0300 to U+036F.
fn is_diacritic(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// A letter of Latin, Greek or Cyrillic, composed ones included.
fn takes_diacritics(c: char) -> bool {
    let scripts = matches!(c, '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}');
    (c.is_ascii_alphabetic() || scripts) && c.is_alphabetic()
}

/// Letters of Latin, Greek and Cyrillic without their marks; marks of other scripts are vowels, and stay.
pub(super) fn diacritics(text: &str) -> Edited {
    let mut edited = Edited::default();
    if text.is_ascii() {
        edited.keep(text);
        return edited;
    }
    let nfd = canonical();
    let mut bare = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut end = c.len_utf8();
        if !takes_diacritics(c) {
            edited.keep(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        end += rest[end..].chars().take_while(|&mark| is_diacritic(mark)).map(char::len_utf8).sum::<usize>();
        let (letter, others) = rest.split_at(end);
        if letter.is_ascii() {
            edited.keep(letter);
        } else {
            bare.clear();
            bare.extend(nfd.apply(letter).chars().filter(|&mark| !is_diacritic(mark)));
            edited.replace(letter, &bare);
        }
        rest = others;
    }
    edited
}

/// Canonical decomposition.
fn canonical() -> Normalizing {
    // It has no regular expression, which alone could fail to compile.
    Normalizing::new(&[Normalizer::Nfd]).unwrap_or_else(|_| unreachable!("a normal form compiles"))
}

/// Canonical decomposition, an edit a grapheme: no mark moves out of one.
pub(super) fn nfd(text: &str) -> Edited {
    let mut edited = Edited::default();
    if text.is_ascii() {
        edited.keep(text);
        return edited;
    }
    let nfd = canonical();
    for grapheme in text.graphemes(true) {
        edited.replace(grapheme, &nfd.apply(grapheme));
    }
    edited
}

const ZWJ: char = '\u{200d}';
const ZWNJ: char = '\u{200c}';

/// The viramas of the scripts of India and Sri Lanka.
fn is_virama(c: char) -> bool {
    matches!(
        c,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
            | '\u{dca}'
    )
}

/// In some conjuncts (virama and letter) a joiner or non-joiner is put in; in some that have one it is taken out.
pub(super) fn zwj(text: &str, rate: f64, random: &mut Random) -> Edited {
    let mut edited = Edited::default();
    let (mut done, mut buffer) = (0, [0; 4]);
    for (at, virama) in text.char_indices().filter(|(_, c)| is_virama(*c)) {
        let after = at + virama.len_utf8();
        let rest = &text[after..];
        let joiner = rest.chars().next().filter(|c| matches!(*c, ZWJ | ZWNJ)).map_or(0, char::len_utf8);
        // A letter of the same script: the scripts of India have a block of 128 each.
        let next = rest[joiner..].chars().next();
        let joins = next.is_some_and(|c| c.is_alphabetic() && c as u32 / 0x80 == virama as u32 / 0x80);
        if !joins || random.unit() >= rate {
            continue;
        }
        edited.keep(&text[done..after]);
        let put = if random.below(2) == 0 { ZWJ } else { ZWNJ };
        let new: &str = if joiner > 0 { "" } else { put.encode_utf8(&mut buffer) };
        edited.replace(&rest[..joiner], new);
        done = after + joiner;
    }
    edited.keep(&text[done..]);
    edited
}

/// Some spaces are doubled, or become a tab or a no-break space.
pub(super) fn spaces(text: &str, rate: f64, random: &mut Random) -> Edited {
    const OTHERS: [&str; 3] = ["  ", "\t", "\u{a0}"];
    let (mut edited, mut done) = (Edited::default(), 0);
    for (at, space) in text.match_indices(' ') {
        if random.unit() < rate {
            edited.keep(&text[done..at]);
            edited.replace(space, OTHERS[random.below(OTHERS.len())]);
            done = at + space.len();
        }
    }
    edited.keep(&text[done..]);
    edited
}
