//! A short word as two machine words: what both hash tables over text are keyed by.
//!
//! Most words of most text have at most 15 bytes. Packed, such a word is compared and hashed in a few instructions,
//! without following a pointer and without a branch on its length.

use std::hash::Hasher as _;

use rustc_hash::FxHasher;

/// A word of at most 15 bytes: its bytes from the lowest on, its length in the top byte. The default is no word.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Packed {
    low: u64,
    high: u64,
}

/// Bytes of the longest word that can be packed.
pub(crate) const LONGEST: usize = 15;

/// `MASKS[n]` keeps `n` bytes.
const MASKS: [u128; 16] = {
    let mut masks = [0u128; 16];
    let mut n = 1;
    while n < 16 {
        masks[n] = (1u128 << (8 * n)) - 1;
        n += 1;
    }
    masks
};

impl Packed {
    /// Equal to no word and not to the default.
    pub(crate) const NONE: Packed = Packed { low: u64::MAX, high: u64::MAX };

    /// Packs `text[start..end]`, which must be 1 to [`LONGEST`] bytes long. Reads past its end where there is text: one
    /// load of fixed size and a mask are cheaper than a copy of any length.
    #[inline]
    pub(crate) fn of(text: &[u8], start: usize, end: usize) -> Packed {
        match text.get(start..start + 16).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()) {
            Some(bytes) => {
                let len = end - start;
                let word = u128::from_le_bytes(bytes) & MASKS[len & 15];
                Packed { low: word as u64, high: (word >> 64) as u64 | (len as u64) << 56 }
            }
            None => Packed::alone(&text[start..end]),
        }
    }

    /// Packs a word of at most [`LONGEST`] bytes; the first and the last half, which may overlap, are read at once.
    #[inline]
    fn alone(word: &[u8]) -> Packed {
        let len = word.len();
        let (low, high) = match (word.first_chunk(), word.last_chunk()) {
            (Some(&first), Some(&last)) => {
                (u64::from_le_bytes(first), (u64::from_le_bytes(last) as u128 >> (8 * (16 - len))) as u64)
            }
            _ => match (word.first_chunk(), word.last_chunk()) {
                (Some(&first), Some(&last)) => {
                    let last = u64::from(u32::from_le_bytes(last)) << (8 * len.saturating_sub(4));
                    (u64::from(u32::from_le_bytes(first)) | last, 0)
                }
                _ => (word.iter().rev().fold(0, |packed, &b| packed << 8 | u64::from(b)), 0),
            },
        };
        Packed { low, high: high | (len as u64) << 56 }
    }

    /// A word of any length: packed, or, where it is too long, a hash that no packed word equals.
    #[inline]
    pub(crate) fn or_hash(word: &[u8]) -> Packed {
        if word.len() <= LONGEST { Packed::alone(word) } else { Packed { low: hash_bytes(word), high: 0xFF << 56 } }
    }

    /// Whether this is only the hash of a word.
    #[inline]
    pub(crate) fn is_hash(self) -> bool {
        self.high >> 56 == 0xFF
    }

    /// Whether there is no word in it.
    pub(crate) fn is_empty(self) -> bool {
        self.high == 0
    }

    /// A hash with good bits at both ends: the product of both halves, folded.
    #[inline]
    pub(crate) fn hash(self) -> u64 {
        let low = u128::from(self.low ^ 0x9E37_79B9_7F4A_7C15);
        let product = low * u128::from(self.high ^ 0xC2B2_AE3D_27D4_EB4F);
        product as u64 ^ (product >> 64) as u64
    }

    /// Calls `f` with the bytes of the word.
    pub(crate) fn with_bytes<R>(self, f: impl FnOnce(&[u8]) -> R) -> R {
        let bytes = (u128::from(self.low) | u128::from(self.high) << 64).to_le_bytes();
        f(&bytes[..((self.high >> 56) as usize).min(LONGEST)])
    }
}

impl PartialEq for Packed {
    /// Both halves at once: a branch between them would be mispredicted, and stop the reads that follow.
    #[inline]
    fn eq(&self, other: &Packed) -> bool {
        (self.low ^ other.low) | (self.high ^ other.high) == 0
    }
}

/// The hash of a word of any length, for the tables of those that cannot be packed.
pub(crate) fn hash_bytes(word: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(word);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_are_packed_one_to_one(
            a in prop::collection::vec(any::<u8>(), 1..16),
            b in prop::collection::vec(any::<u8>(), 1..16),
            tail in 0usize..20,
        ) {
            let followed = |word: &[u8]| [word, &vec![7u8; tail]].concat();
            let (x, y) = (Packed::of(&followed(&a), 0, a.len()), Packed::of(&b, 0, b.len()));
            prop_assert!(x == Packed::of(&a, 0, a.len()) && !x.is_empty() && x != Packed::NONE);
            prop_assert_eq!(x == y, a == b);
            prop_assert!(x != y || x.hash() == y.hash());
            prop_assert!(x.with_bytes(|bytes| bytes == a));
            prop_assert!(x == Packed::or_hash(&a) && !x.is_hash());
            prop_assert!(Packed::or_hash(&followed(&[7; 16])).is_hash());
        }
    }
}
