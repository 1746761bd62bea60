//! What a segmenter is asked about: the words of a text, and the word inside a pretoken.

use crate::unicode::class::{self, JOINER, LETTER, MARK, NUMBER};

const WORD: u8 = LETTER | MARK | NUMBER | JOINER;

fn is_word(c: char) -> bool {
    class::of(c) & WORD != 0
}

fn is_apostrophe(c: char) -> bool {
    c == '\'' || c == '\u{2019}'
}

/// The byte ranges of the words of `text`: runs of letters, marks, joiners and digits; an apostrophe between two of
/// them (U+0027, U+2019) belongs to the word, and one at its edge does not.
pub fn words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = chars.by_ref().find(|&(_, c)| is_word(c))?;
        let mut end = start + first.len_utf8();
        let mut apostrophe = false;
        while let Some(&(at, c)) = chars.peek() {
            if is_word(c) {
                end = at + c.len_utf8();
                apostrophe = false;
            } else if is_apostrophe(c) && !apostrophe {
                apostrophe = true;
            } else {
                break;
            }
            chars.next();
        }
        Some((start, end))
    })
}

/// The byte range of the word inside a pretoken: what is left without the white space and punctuation around it. An
/// apostrophe directly before the word stays with it, because pre-tokenization cuts `İstanbul'da` before it.
pub fn core(pretoken: &str) -> (usize, usize) {
    let mut starts = pretoken.char_indices();
    let Some((mut start, first)) = starts.find(|&(_, c)| is_word(c)) else { return (0, 0) };
    let mut end = start + first.len_utf8();
    if let Some((at, c)) = pretoken[..start].char_indices().next_back()
        && is_apostrophe(c)
    {
        start = at;
    }
    if let Some((at, c)) = pretoken.char_indices().rev().find(|&(_, c)| is_word(c)) {
        end = at + c.len_utf8();
    }
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_inner_apostrophes_marks_and_digits() {
        let text = "'Ev', İstanbul'da; हिन्दी 3'ü a''b don’t!";
        let found: Vec<&str> = words(text).map(|(start, end)| &text[start..end]).collect();
        assert_eq!(found, ["Ev", "İstanbul'da", "हिन्दी", "3'ü", "a", "b", "don’t"]);
        assert_eq!(words(" ..").next(), None);
    }

    #[test]
    fn a_pretoken_is_asked_about_without_what_surrounds_its_word() {
        for (pretoken, word) in [(" evde", "evde"), ("'da", "'da"), (" ('ev", "'ev"), ("evde.\n", "evde"), (" -", "")] {
            let (start, end) = core(pretoken);
            assert_eq!(&pretoken[start..end], word);
        }
    }
}
