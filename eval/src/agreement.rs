//! Where two tokenizers cut the same text, as sets of byte positions.
//!
//! A border is a place inside a document where a token ends. Bytes that no token stands for (a pre-tokenizer may drop
//! spaces) go with the token after them; tokens that share one character make one border. The sets are bits, so that one
//! is built and looked up without a branch for each token. Agreement is the F1 of the two sets, which is the same from
//! either side.

use toktool::encode::Token;

/// The borders of a document. Kept from document to document, so that it is allocated once.
#[derive(Debug, Clone, Default)]
pub struct Cuts {
    bits: Vec<u64>,
}

impl Cuts {
    /// Takes in the borders of a document of `bytes` bytes. Linear.
    pub fn read(&mut self, bytes: usize, tokens: &[Token]) {
        self.bits.clear();
        self.bits.resize(bytes / 64 + 1, 0);
        inner(bytes, tokens, |at| self.bits[at / 64] |= 1 << (at % 64));
    }

    /// 1 where there is a border, 0 where there is none.
    pub fn at(&self, at: usize) -> u64 {
        self.bits.get(at / 64).map_or(0, |word| word >> (at % 64) & 1)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.bits.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// How many both have.
    pub fn shared(&self, other: &Cuts) -> u64 {
        self.bits.iter().zip(&other.bits).map(|(a, b)| u64::from((a & b).count_ones())).sum()
    }

    /// How many are between characters.
    pub fn between_chars(&self, text: &str) -> u64 {
        text.char_indices().skip(1).map(|(at, _)| self.at(at)).sum()
    }

    /// Those inside a range, relative to its start.
    pub fn within(&self, start: usize, end: usize) -> impl Iterator<Item = usize> {
        (start + 1..end).filter(|&at| self.at(at) == 1).map(move |at| at - start)
    }

    /// Whether both have the same borders inside a range.
    pub fn agree_within(&self, other: &Cuts, start: usize, end: usize) -> bool {
        (start + 1..end).all(|at| self.at(at) == other.at(at))
    }
}

/// Calls `each` with every border of a document, ascending.
pub fn inner(bytes: usize, tokens: &[Token], mut each: impl FnMut(usize)) {
    let mut last = 0;
    for token in tokens {
        if token.end > last && token.end < bytes {
            each(token.end);
            last = token.end;
        }
    }
}

/// The F1 of two sets from their sizes and what they share; `None` where both are empty.
pub fn f1(shared: u64, a: u64, b: u64) -> Option<f64> {
    (a + b > 0).then(|| 2.0 * shared as f64 / (a + b) as f64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tally::tests::tokens;
    use proptest::prelude::*;

    fn cuts(bytes: usize, tokens: &[Token]) -> Cuts {
        let mut cuts = Cuts::default();
        cuts.read(200, &[Token { id: 0, start: 0, end: 150 }]);
        cuts.read(bytes, tokens);
        cuts
    }

    /// `evlerden` as `ev|ler|den` and as `evler|den`: borders {2, 5} and {5}; one is shared, F1 = 2·1/(2 + 1).
    #[test]
    fn agreement_by_hand() {
        let (a, b) = (cuts(8, &tokens(&[2, 5, 8])), cuts(8, &tokens(&[5, 8])));
        assert_eq!((a.count(), b.count(), a.shared(&b)), (2, 1, 1));
        assert_eq!(f1(1, 2, 1), Some(2.0 / 3.0));
        assert_eq!(f1(0, 0, 0), None);
        assert!(!a.agree_within(&b, 0, 8) && a.agree_within(&b, 2, 8));
        assert_eq!(a.within(1, 8).collect::<Vec<_>>(), [1, 4]);
    }

    /// `a b` without its space: the space goes with `b`, as where a token ` b` has it. Two tokens on one `ş` (bytes 0, 1)
    /// make one border.
    #[test]
    fn gaps_and_shared_characters() {
        let gap = [Token { id: 0, start: 0, end: 1 }, Token { id: 0, start: 2, end: 3 }];
        assert_eq!(cuts(3, &gap).within(0, 3).collect::<Vec<_>>(), [1]);
        let twice =
            [Token { id: 0, start: 0, end: 2 }, Token { id: 1, start: 0, end: 2 }, Token { id: 2, start: 2, end: 4 }];
        assert_eq!(cuts(4, &twice).within(0, 4).collect::<Vec<_>>(), [2]);
    }

    proptest! {
        /// Bits against sets of numbers.
        #[test]
        fn bits_are_sets(
            bytes in 0usize..200,
            a in proptest::collection::vec(0usize..220, 0..40),
            b in proptest::collection::vec(0usize..220, 0..40),
        ) {
            let set = |ends: &[usize]| -> BTreeSet<usize> { ends.iter().copied().filter(|&e| e > 0 && e < bytes).collect() };
            let sorted = |mut ends: Vec<usize>| { ends.sort_unstable(); tokens(&ends) };
            let (slow_a, slow_b) = (set(&a), set(&b));
            let (a, b) = (cuts(bytes, &sorted(a)), cuts(bytes, &sorted(b)));
            prop_assert_eq!(a.count(), slow_a.len() as u64);
            prop_assert_eq!(a.shared(&b), slow_a.intersection(&slow_b).count() as u64);
            prop_assert!(a.within(0, bytes).eq(slow_a.iter().copied()));
            prop_assert_eq!(a.agree_within(&b, 0, bytes), slow_a == slow_b);
        }

        #[test]
        fn borders_between_characters(text in "(a|ş|क|😀){0,30}", ends in proptest::collection::vec(0usize..100, 0..30)) {
            let mut ends = ends;
            ends.sort_unstable();
            let cuts = cuts(text.len(), &tokens(&ends));
            let slow = cuts.within(0, text.len()).filter(|&at| text.is_char_boundary(at)).count() as u64;
            prop_assert_eq!(cuts.between_chars(&text), slow);
        }
    }
}
