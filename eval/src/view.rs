//! What the counts of tokens say, independent of where they come from.

use toktool::vocab::Id;

use crate::compare::Strings;
use crate::information::unigram::Spectrum;
use crate::metric::{Figure, Traits};
use toktool::inventory::{Class, Inventory};

/// Bytes of a token from which on lengths are not told apart.
const LONGEST: usize = 4096;

/// Counts of tokens, summed up by what the tokens are.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Running tokens.
    pub tokens: u64,
    /// Different tokens.
    pub used: u64,
    /// Entries of the vocabulary; `None` where it is open.
    pub declared: Option<u64>,
    /// What the tokenizer has.
    pub traits: Traits,
    /// Running tokens of text: none that are special or unknown.
    pub text: u64,
    /// Running unknown tokens.
    pub unknown: u64,
    /// Running byte-fallback tokens.
    pub fallback: u64,
    /// Running tokens of text whose bytes are whole characters.
    pub complete: u64,
    /// Running tokens of text that hold a part of a character and something else.
    pub crossing: u64,
    /// Running tokens that are one letter, a space before it aside.
    pub single_letters: u64,
    /// Tokens that mostly serve one larger token; `None` where tokens are not merged from others.
    pub scaffolds: Option<u64>,
    /// Running tokens of text whose bytes the first tokenizer named has a token for; `None` where nobody asked.
    pub shared: Option<u64>,
    /// The counts of the tokens that came out.
    pub spectrum: Spectrum,
    /// Running tokens by their bytes.
    pub(crate) lengths: Vec<u64>,
}

impl View {
    /// Of a tokenizer: counts by id. `shared` says of each id whether its bytes are in the vocabulary of the first one.
    pub fn by_id(counts: &[u64], inventory: &Inventory, shared: Option<&[bool]>) -> View {
        let mut view = View {
            declared: Some(inventory.declared),
            traits: Traits { unknown: inventory.has_unknown, fallback: inventory.has_fallback },
            shared: shared.map(|_| 0),
            ..View::default()
        };
        view.spectrum = Spectrum::new(counts.iter().copied().filter(|&count| count > 0));
        for (id, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let known = shared.is_some_and(|shared| shared[id]);
            view.add(inventory.bytes(id as Id), inventory.class(id as Id), count, known);
        }
        view
    }

    /// Of a baseline: counts by bytes. `first` are the strings that its tokens are looked up in.
    pub fn by_bytes(counts: &[(Box<[u8]>, u64)], first: Option<&Strings<'_>>) -> View {
        let spectrum = Spectrum::new(counts.iter().map(|c| c.1));
        let mut view = View { spectrum, shared: first.map(|_| 0), ..View::default() };
        for (bytes, count) in counts {
            view.add(bytes, Class::Text, *count, first.is_some_and(|first| first.has(bytes)));
        }
        view
    }

    fn add(&mut self, bytes: &[u8], class: Class, count: u64, known: bool) {
        self.tokens += count;
        self.used += 1;
        let length = bytes.len().min(LONGEST);
        if length >= self.lengths.len() {
            self.lengths.resize(length + 1, 0);
        }
        self.lengths[length] += count;
        match class {
            Class::Unknown => self.unknown += count,
            Class::Special | Class::Hole => {}
            Class::Text | Class::Fallback => {
                self.text += count;
                if let Some(shared) = &mut self.shared {
                    *shared += if known { count } else { 0 };
                }
                self.fallback += if class == Class::Fallback { count } else { 0 };
                match std::str::from_utf8(bytes) {
                    Ok(text) => {
                        self.complete += count;
                        let mut chars = text.strip_prefix(' ').unwrap_or(text).chars();
                        let letter = chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none();
                        self.single_letters += if letter { count } else { 0 };
                    }
                    Err(_) => self.crossing += if is_part(bytes) { 0 } else { count },
                }
            }
        }
    }

    /// Running tokens by their bytes: `lengths()[bytes]`; the last of 4,096 stands for all longer ones.
    pub fn lengths(&self) -> &[u64] {
        &self.lengths
    }

    /// The bytes that a share of the running tokens do not exceed.
    pub fn length(&self, share: f64) -> Figure {
        let wanted = (self.tokens as f64 * share).ceil() as u64;
        let mut sum = 0;
        let found = self.lengths.iter().position(|count| {
            sum += count;
            sum >= wanted && sum > 0
        });
        Figure { value: found.map(|bytes| bytes as f64), n: self.tokens }
    }
}

/// Whether bytes that are not UTF-8 are a part of one character and nothing else.
fn is_part(bytes: &[u8]) -> bool {
    let lead = bytes.first().is_some_and(|&b| b >= 0xc0);
    let rest = &bytes[usize::from(lead)..];
    bytes.len() <= 3 && rest.iter().all(|b| b & 0xc0 == 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ` a` three times, `ev` twice, half of `ş` once, half of `ş` and `x` once: 7 tokens, 5 of them whole characters.
    #[test]
    fn tokens_are_summed_up_by_what_they_are() {
        let counts: [(Box<[u8]>, u64); 4] =
            [(b" a".as_slice().into(), 3), (b"ev".as_slice().into(), 2), ([0xc5].into(), 1), ([0x9f, b'x'].into(), 1)];
        let view = View::by_bytes(&counts, None);
        assert_eq!((view.tokens, view.used, view.text, view.complete, view.crossing), (7, 4, 7, 5, 1));
        assert_eq!((view.single_letters, view.declared), (3, None));
        // Lengths: one of 1 byte, six of 2.
        assert_eq!([0.1, 0.5, 1.0].map(|share| view.length(share).value), [Some(1.0), Some(2.0), Some(2.0)]);
        assert_eq!(View::default().length(0.5).value, None);
    }

    #[test]
    fn parts_of_characters() {
        for part in [&[0xe0, 0xa4][..], &[0x9f], &[0xa4, 0x95], &[0xf0, 0x9f, 0x98], &[0x9f, 0x98, 0x80]] {
            assert!(is_part(part), "{part:?}");
        }
        for more in [&[0xe0, 0xa4, b'a'][..], &[b' ', 0xe0], &[0x9f, 0xe0], &[0x80, 0x80, 0x80, 0x80]] {
            assert!(!is_part(more), "{more:?}");
        }
    }
}
