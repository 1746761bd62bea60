//! What a document has in it, whatever tokenizer reads it: found once, used for all of them.

use toktool::unicode::cluster;

use crate::words::words;

/// A byte range of the document.
pub type Span = (u32, u32);

/// One document. Spans of each list ascend and do not overlap. Kept from document to document, so that its lists are
/// allocated once.
#[derive(Debug, Default)]
pub struct Page {
    /// Unicode scalar values.
    pub chars: u64,
    /// Characters of more than one byte.
    pub wide_chars: u64,
    /// Stretches between white space.
    pub space_words: u64,
    /// UAX 29 words with a letter or digit.
    pub words: Vec<Span>,
    /// Clusters of more than one character.
    pub clusters: Vec<Span>,
    /// Runs of more than three digits, all of one length in bytes.
    pub numbers: Vec<Number>,
    /// Identifiers in snake_case or camelCase: those that prose does not have.
    pub identifiers: Vec<Span>,
    /// White space at the start, in bytes.
    pub indent: u32,
}

/// A run of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// Where it is.
    pub span: Span,
    /// Bytes of a digit.
    pub width: u32,
}

impl Page {
    /// Reads a document, which is shorter than 4 GiB. Linear.
    pub fn read(&mut self, text: &str) {
        self.words.clear();
        self.clusters.clear();
        self.numbers.clear();
        self.identifiers.clear();
        words(text, &mut self.words);
        self.space_words = text.split_whitespace().count() as u64;
        self.indent = (text.len() - text.trim_start().len()) as u32;
        self.identifiers(text.as_bytes());
        self.chars = text.chars().count() as u64;
        self.wide_chars = self.chars - text.bytes().filter(u8::is_ascii).count() as u64;
        // Below U+0300, where the first mark is, the only cluster is the pair of carriage return and line feed.
        if text.bytes().all(|b| b < 0xcc) {
            for (at, _) in text.match_indices("\r\n") {
                self.clusters.push((at as u32, at as u32 + 2));
            }
        } else {
            let mut at = 0;
            for akshara in cluster::aksharas(text) {
                let end = at + akshara.len();
                if akshara.chars().nth(1).is_some() {
                    self.clusters.push((at as u32, end as u32));
                }
                at = end;
            }
        }
        self.numbers(text);
    }

    fn numbers(&mut self, text: &str) {
        let mut close = |start: usize, end: usize, digits: u32, even: bool| {
            if digits > 3 && even {
                let span = (start as u32, end as u32);
                self.numbers.push(Number { span, width: (span.1 - span.0) / digits });
            }
        };
        let (mut start, mut digits, mut width, mut even) = (0, 0, 0, true);
        for (at, c) in text.char_indices() {
            if c.is_ascii_digit() || (!c.is_ascii() && is_decimal(c)) {
                if digits == 0 {
                    (start, width, even) = (at, c.len_utf8(), true);
                }
                even &= c.len_utf8() == width;
                digits += 1;
            } else if digits > 0 {
                close(start, at, digits, even);
                digits = 0;
            }
        }
        if digits > 0 {
            close(start, text.len(), digits, even);
        }
    }

    fn identifiers(&mut self, bytes: &[u8]) {
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80;
        let mut at = 0;
        while at < bytes.len() {
            if !is_part(bytes[at]) {
                at += 1;
                continue;
            }
            let start = at;
            while at < bytes.len() && is_part(bytes[at]) {
                at += 1;
            }
            let name = &bytes[start..at];
            let camel = name.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
            let snake = name.windows(3).any(|w| w[1] == b'_' && w[0] != b'_' && w[2] != b'_');
            let plain = name.is_ascii() && !name[0].is_ascii_digit();
            if plain && (camel || snake) {
                self.identifiers.push((start as u32, at as u32));
            }
        }
    }
}

/// Digits of other scripts come in blocks of ten behind their zeros. These are the scripts in everyday use, not all of
/// General_Category Nd.
fn is_decimal(c: char) -> bool {
    const ZEROS: [u32; 17] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20,
        0x1040, 0xff10,
    ];
    ZEROS.iter().any(|&zero| (zero..zero + 10).contains(&(c as u32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        let mut page = Page::default();
        page.read("x_y 12345 left over");
        page.read(text);
        page
    }

    fn cut<'t>(text: &'t str, spans: &[Span]) -> Vec<&'t str> {
        spans.iter().map(|&(a, b)| &text[a as usize..b as usize]).collect()
    }

    #[test]
    fn words_are_those_of_uax_29_with_a_letter_or_digit() {
        let text = "  Ankara'da 3,5 kedi... var!";
        let page = page(text);
        assert_eq!(cut(text, &page.words), ["Ankara'da", "3,5", "kedi", "var"]);
        assert_eq!((page.chars, page.space_words, page.indent), (28, 4, 2));
    }

    #[test]
    fn clusters_are_aksharas_of_more_than_one_character() {
        let text = "क्षि a\u{301} ok";
        let page = page(text);
        assert_eq!(cut(text, &page.clusters), ["क्षि", "a\u{301}"]);
        assert_eq!((page.chars, page.wide_chars), (10, 5));
    }

    #[test]
    fn numbers_are_runs_of_more_than_three_digits_of_a_kind() {
        let text = "123 4567 १२३४५ 12\u{966}4 99999";
        let page = page(text);
        let spans: Vec<Span> = page.numbers.iter().map(|n| n.span).collect();
        assert_eq!(cut(text, &spans), ["4567", "१२३४५", "99999"]);
        assert_eq!(page.numbers.iter().map(|n| n.width).collect::<Vec<_>>(), [1, 3, 1]);
    }

    #[test]
    fn identifiers_have_an_inner_underscore_or_a_hump() {
        let text = "snake_case camelCase Plain WORD _x __init__ don't 3d_x iş_yeri x1_y2";
        assert_eq!(cut(text, &page(text).identifiers), ["snake_case", "camelCase", "x1_y2"]);
    }
}
