//! Cuts for text that has no pre-tokenizer: between two characters that no merge ever joins.
//!
//! Llama 2 and Gemma hand a whole document to the merge loop. But merges are local: if no merge of the list has a left
//! part that ends with character `a` and a right part that begins with `b`, then no token ever spans `a|b`, and the
//! text may be cut there without changing a single id. A document falls into words again, and words repeat.

use rustc_hash::FxHashSet;

use crate::tokenizer::{Alphabet, Bpe};

use super::base::Base;

/// Pairs of neighbours that some merge joins.
#[derive(Debug)]
pub(super) enum Bridge {
    /// Of a byte-level model: one bit per pair of bytes.
    Bytes(Box<[[bool; 256]; 256]>),
    /// Of a character-level model.
    Chars {
        /// ASCII pairs.
        ascii: Box<[[bool; 128]; 128]>,
        /// Other pairs.
        wide: FxHashSet<(char, char)>,
        /// Whether two unknown characters must stay together.
        fuses: bool,
    },
}

impl Bridge {
    /// The bridges of a merge list, or `None` where cutting is not known to be exact: where merges take part in byte
    /// fallback, or where unknown characters vanish.
    pub(super) fn new(model: &Bpe, base: &Base) -> Option<Bridge> {
        if base.drops() {
            return None;
        }
        let vocab = &model.vocab;
        let ends = |m: &crate::vocab::Merge| Some((vocab.token(m.left)?, vocab.token(m.right)?));
        match model.alphabet {
            Alphabet::Bytes => {
                if model.unk.is_some() {
                    return None;
                }
                let mut table = Box::new([[false; 256]; 256]);
                for merge in &vocab.merges {
                    let (left, right) = ends(merge)?;
                    table[*left.last()? as usize][*right.first()? as usize] = true;
                }
                Some(Bridge::Bytes(table))
            }
            Alphabet::Chars => {
                let fallback = |token: &[u8]| token.len() == 6 && token.starts_with(b"<0x") && token.ends_with(b">");
                let mut ascii = Box::new([[false; 128]; 128]);
                let mut wide = FxHashSet::default();
                for merge in &vocab.merges {
                    let (left, right) = ends(merge)?;
                    if model.byte_fallback && (fallback(left) || fallback(right)) {
                        return None;
                    }
                    let a = std::str::from_utf8(left).ok()?.chars().next_back()?;
                    let b = std::str::from_utf8(right).ok()?.chars().next()?;
                    if a.is_ascii() && b.is_ascii() {
                        ascii[a as usize][b as usize] = true;
                    } else {
                        wide.insert((a, b));
                    }
                }
                Some(Bridge::Chars { ascii, wide, fuses: base.fuses() })
            }
        }
    }

    /// Calls `emit(start, end)` for every stretch of `text` between two cuts.
    pub(super) fn cut(&self, text: &str, base: &Base, mut emit: impl FnMut(usize, usize)) {
        let mut start = 0;
        match self {
            Bridge::Bytes(table) => {
                for (at, pair) in text.as_bytes().windows(2).enumerate() {
                    if !table[pair[0] as usize][pair[1] as usize] {
                        emit(start, at + 1);
                        start = at + 1;
                    }
                }
            }
            Bridge::Chars { ascii, wide, fuses } => {
                let mut previous = '\0';
                for (at, c) in text.char_indices() {
                    let joined = if at == 0 {
                        true
                    } else if previous.is_ascii() && c.is_ascii() {
                        ascii[previous as usize][c as usize]
                    } else {
                        wide.contains(&(previous, c))
                    };
                    let kept = joined || (*fuses && base.char(previous).is_none() && base.char(c).is_none());
                    if !kept {
                        emit(start, at);
                        start = at;
                    }
                    previous = c;
                }
            }
        }
        if start < text.len() {
            emit(start, text.len());
        }
    }
}
