//! The words of a text: those of UAX #29 that have a letter or digit in them.
//!
//! `unicode-segmentation` finds them for any script, a character at a time. Most text is words of Latin letters between
//! spaces, for which the rules come to little: letters, digits and underscores stay together, and so do letters around one
//! `'`, `.`, `:` or middle dot, and digits around one `'`, `.`, `,` or `;`. No word reaches over white space. So text is cut
//! at ASCII white space, and only stretches with other characters in them are given to the library. A property test holds
//! that the result is the library's.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::page::Span;

/// What a byte of Latin text is to the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    /// Joins everything.
    Underscore,
    /// Joins two letters.
    MidLetter,
    /// Joins two digits.
    MidNumber,
    /// Joins either.
    MidBoth,
    Other,
}

fn kind(c: char) -> Option<Kind> {
    Some(match c {
        'a'..='z' | 'A'..='Z' => Kind::Letter,
        '0'..='9' => Kind::Digit,
        '_' => Kind::Underscore,
        ':' => Kind::MidLetter,
        ',' | ';' => Kind::MidNumber,
        '.' | '\'' => Kind::MidBoth,
        _ if c.is_ascii() => Kind::Other,
        // Letters of Latin-1 and Latin Extended-A and -B; the two signs between them are none.
        '\u{c0}'..='\u{24f}' if c != '\u{d7}' && c != '\u{f7}' => Kind::Letter,
        _ => return None,
    })
}

/// Appends the words of `text`, ascending.
pub fn words(text: &str, found: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    // Where the stretch before ended: a mark belongs to the white space before it, if it begins a stretch.
    let (mut at, mut before) = (0, 0);
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() || bytes[at] == 0x0b {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && !bytes[at].is_ascii_whitespace() && bytes[at] != 0x0b {
            at += 1;
        }
        let kept = found.len();
        if !simple(&text[start..at], start, found) {
            found.truncate(kept);
            let words = text[before..at].unicode_word_indices();
            found.extend(words.map(|(n, word)| ((before + n) as u32, (before + n + word.len()) as u32)));
        }
        before = at;
    }
}

/// Appends the words of a stretch of Latin letters, digits and ASCII; `false` where there is something else in it.
fn simple(stretch: &str, offset: usize, found: &mut Vec<Span>) -> bool {
    let mut open: Option<usize> = None;
    let mut worth = false;
    let mut last = Kind::Other;
    let mut chars = stretch.char_indices().peekable();
    let mut close = |open: &mut Option<usize>, end: usize, worth: bool| {
        if let Some(start) = open.take().filter(|_| worth) {
            found.push(((offset + start) as u32, (offset + end) as u32));
        }
    };
    while let Some((at, c)) = chars.next() {
        let Some(this) = kind(c) else { return false };
        let next = match chars.peek() {
            None => Kind::Other,
            Some(&(_, c)) => match kind(c) {
                None => return false,
                Some(kind) => kind,
            },
        };
        let joins = match this {
            Kind::Letter | Kind::Digit | Kind::Underscore => true,
            Kind::MidLetter => last == Kind::Letter && next == Kind::Letter,
            Kind::MidNumber => last == Kind::Digit && next == Kind::Digit,
            Kind::MidBoth => last == next && matches!(last, Kind::Letter | Kind::Digit),
            Kind::Other => false,
        };
        if joins {
            if open.is_none() {
                (open, worth) = (Some(at), false);
            }
            worth |= matches!(this, Kind::Letter | Kind::Digit);
        } else {
            close(&mut open, at, worth);
        }
        last = this;
    }
    close(&mut open, stretch.len(), worth);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<&str> {
        let mut spans = Vec::new();
        words(text, &mut spans);
        spans.iter().map(|&(a, b)| &text[a as usize..b as usize]).collect()
    }

    #[test]
    fn words_by_hand() {
        assert_eq!(
            found("Ankara'da 3,5 kedi... var! a.b 1.a _x_ __"),
            ["Ankara'da", "3,5", "kedi", "var", "a.b", "1", "a", "_x_"]
        );
        assert_eq!(found("can't: x:y şöyle×böyle"), ["can't", "x:y", "şöyle", "böyle"]);
        assert!(found(" \u{b}\n").is_empty());
    }

    proptest! {
        #[test]
        fn words_are_those_of_the_library(
            text in "([a-cşÇ×÷ªµ 0-2_'.,:;·\\-\"\\u{301}\\u{200d}\\u{ad}\\u{600}\\r\\n\\t\\u{b}\\u{85}\\u{a0}\\u{2028}]|क|ा|中|א|カ|🙂|’){0,24}"
        ) {
            let theirs: Vec<&str> = text.unicode_words().collect();
            prop_assert_eq!(found(&text), theirs);
        }

        #[test]
        fn words_of_any_text(text in "\\PC{0,40}") {
            let theirs: Vec<&str> = text.unicode_words().collect();
            prop_assert_eq!(found(&text), theirs);
        }
    }
}
