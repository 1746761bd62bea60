//! One document under one tokenizer: its borders against what the document has in it.

use toktool::encode::Token;
use toktool::unicode::Normalizing;

use crate::counts::Counts;
use crate::page::{Page, Span};
use crate::subject::Judged;
use toktool::inventory::Class;

/// Adds up a document. `tokens` are in order; their spans may repeat where a tokenizer places several tokens on one
/// character. Linear in the document.
pub fn observe(text: &str, page: &Page, tokens: &[Token], counts: &mut Counts) {
    counts.documents += 1;
    counts.bytes += text.len() as u64;
    counts.chars += page.chars;
    counts.wide_chars += page.wide_chars;
    counts.tokens += tokens.len() as u64;
    counts.space_words += page.space_words;
    counts.words += page.words.len() as u64;
    reach(&page.words, tokens, |reaching| {
        counts.word_tokens += reaching;
        counts.continued_words += u64::from(reaching > 1);
    });
    counts.identifiers += page.identifiers.len() as u64;
    reach(&page.identifiers, tokens, |reaching| counts.split_identifiers += u64::from(reaching > 1));
    counts.clusters += page.clusters.len() as u64;
    reach(&page.clusters, tokens, |reaching| counts.split_clusters += u64::from(reaching > 1));
    if page.indent > 0 {
        counts.indents += 1;
        reach(&[(0, page.indent)], tokens, |reaching| counts.indent_tokens += reaching);
    }
    if page.wide_chars > 0 {
        counts.split_chars += split_chars(text, tokens);
    }
    let mut first = 0;
    for number in &page.numbers {
        let (start, end) = (number.span.0 as usize, number.span.1 as usize);
        let group = 3 * number.width as usize;
        counts.digit_groups += ((end - start - 1) / group) as u64;
        first += tokens[first..].partition_point(|t| t.start <= start);
        let mut last = start;
        for token in tokens[first..].iter().take_while(|t| t.start < end) {
            if token.start > last {
                counts.digit_cuts += 1;
                counts.digit_hits += u64::from((end - token.start) % group == 0);
                last = token.start;
            }
        }
    }
}

/// How many tokens reach into each span, in order: tokens that share at least one byte with it.
fn reach(spans: &[Span], tokens: &[Token], mut each: impl FnMut(u64)) {
    let mut first = 0;
    for &(start, end) in spans {
        let (start, end) = (start as usize, end as usize);
        while tokens.get(first).is_some_and(|t| t.end <= start) {
            first += 1;
        }
        let reaching = tokens[first..].iter().take_while(|t| t.start < end).filter(|t| t.end > start).count();
        each(reaching as u64);
    }
}

/// Characters of several bytes that more than one token spells.
fn split_chars(text: &str, tokens: &[Token]) -> u64 {
    let (mut split, mut last) = (0, usize::MAX);
    let mut before = (usize::MAX, 0);
    for token in tokens {
        let span = (token.start, token.end);
        // A border inside a character, or a second token on the very same character.
        if token.start < token.end && (!text.is_char_boundary(token.start) || span == before) {
            let start = text.floor_char_boundary(token.start);
            if start != last && text.as_bytes()[start] >= 0x80 {
                split += 1;
                last = start;
            }
        }
        before = span;
    }
    split
}

/// Bytes under tokens that stand for nothing of their own.
pub fn cover(judged: &Judged, tokens: &[Token], counts: &mut Counts) {
    if !judged.inventory.has_unknown && !judged.inventory.has_fallback {
        return;
    }
    // Several tokens may lie on one character: it counts once.
    let mut covered = 0;
    for token in tokens {
        let fresh = token.end.saturating_sub(token.start.max(covered)) as u64;
        match judged.inventory.class(token.id) {
            Class::Unknown => counts.unknown_bytes += fresh,
            Class::Fallback => counts.fallback_bytes += fresh,
            _ => {}
        }
        covered = covered.max(token.end);
    }
}

/// What becomes of a document on its way through ids and back.
pub fn round_trip(text: &str, decoded: &[u8], normalizing: &Normalizing, counts: &mut Counts) {
    if decoded == text.as_bytes() {
        counts.round_trips += 1;
        return;
    }
    let normal = normalizing.apply(text);
    if decoded == normal.as_bytes() {
        counts.normalized_trips += 1;
    } else if std::str::from_utf8(decoded).is_ok_and(|d| {
        let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '▁').collect::<String>();
        bare(d) == bare(&normal)
    }) {
        counts.spaced_trips += 1;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Tokens that end there and begin where the last one ends.
    pub(crate) fn tokens(ends: &[usize]) -> Vec<Token> {
        let mut start = 0;
        let token = |&end: &usize| {
            let token = Token { id: 0, start, end };
            start = end;
            token
        };
        ends.iter().map(token).collect()
    }

    fn counted(text: &str, tokens: &[Token]) -> Counts {
        let (mut page, mut counts) = (Page::default(), Counts::default());
        page.read(text);
        observe(text, &page, tokens, &mut counts);
        counts
    }

    /// `ev`, ` de`, ` ki|tap`: three words, of which the last is read as two tokens; four tokens reach into words.
    #[test]
    fn words_are_read_in_context() {
        let counts = counted("ev de kitap", &tokens(&[2, 5, 8, 11]));
        assert_eq!((counts.words, counts.word_tokens, counts.continued_words), (3, 4, 1));
        assert_eq!((counts.tokens, counts.bytes, counts.chars, counts.space_words), (4, 11, 11, 3));
    }

    /// One token over two words reaches into both.
    #[test]
    fn a_token_over_two_words_counts_for_both() {
        let counts = counted("ev de", &tokens(&[5]));
        assert_eq!((counts.words, counts.word_tokens, counts.continued_words), (2, 2, 0));
    }

    /// `ş` is bytes 0 and 1, `ğ` 2 and 3: a border at 1 splits the first; `ğ` stays whole.
    #[test]
    fn characters_are_split_by_inner_borders() {
        let counts = counted("şğ", &tokens(&[1, 4]));
        assert_eq!((counts.wide_chars, counts.split_chars), (2, 1));
        let same =
            [Token { id: 0, start: 0, end: 2 }, Token { id: 1, start: 0, end: 2 }, Token { id: 2, start: 2, end: 4 }];
        assert_eq!(counted("şğ", &same).split_chars, 1);
        assert_eq!(counted("şğ", &tokens(&[2, 4])).split_chars, 0);
    }

    /// `कि` (6 bytes) cut at 3 is a split cluster; at 6 it is not.
    #[test]
    fn clusters_are_split_between_their_characters() {
        assert_eq!(counted("किन", &tokens(&[3, 9])).split_clusters, 1);
        assert_eq!(counted("किन", &tokens(&[6, 9])).split_clusters, 0);
    }

    /// 1234567 groups as 1 234 567, borders at 1 and 4. Cut as 123 456 7, at 3 and 6: no hit. As 1 234567: one.
    #[test]
    fn digits_are_grouped_from_the_right() {
        let left = counted("1234567", &tokens(&[3, 6, 7]));
        assert_eq!((left.digit_groups, left.digit_cuts, left.digit_hits), (2, 2, 0));
        let right = counted("x 1234567 y", &tokens(&[2, 3, 9, 11]));
        assert_eq!((right.digit_groups, right.digit_cuts, right.digit_hits), (2, 1, 1));
        // १२३४ has 4 digits of 3 bytes; the border of the group of three is at byte 3.
        let hindi = counted("१२३४", &tokens(&[3, 12]));
        assert_eq!((hindi.digit_groups, hindi.digit_cuts, hindi.digit_hits), (1, 1, 1));
    }

    #[test]
    fn causes_of_a_lost_document() {
        let lower = Normalizing::new(&[toktool::unicode::Normalizer::Lowercase]).unwrap();
        let mut counts = Counts::default();
        for decoded in ["Ev de", "ev de", "ev  de", "xx"] {
            round_trip("Ev de", decoded.as_bytes(), &lower, &mut counts);
        }
        assert_eq!((counts.round_trips, counts.normalized_trips, counts.spaced_trips), (1, 1, 1));
    }
}
