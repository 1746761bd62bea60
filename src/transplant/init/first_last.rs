//! The ends of a token: what comes after it is said by its last piece, and it is predicted where its first piece would be.
//!
//! Source: transplant-vocab (input: the last piece alone; head: the first pieces, each further one weighing `decay` times
//! less), which unties every model for it; AdaptiVocab (2503.19693) weighs all pieces. Ours also serves tied models, where one
//! row has to do both: weights fall by `decay` from both ends.

use super::{Context, EmbeddingInit, Origin, Part, Weights, combine};
use crate::transplant::rows::OldRows;
use crate::vocab::Id;

pub(super) struct FirstLast<'a> {
    pub cx: Context<'a>,
}

fn weights(pieces: &[Id], part: Part, decay: f64) -> Weights {
    let last = pieces.len() - 1;
    let falling = |at: usize| decay.powi(at as i32);
    let weight = |at: usize| match part {
        Part::Input => f64::from(u8::from(at == last)),
        Part::Head => falling(at),
        Part::Tied => falling(at) + falling(last - at),
    };
    let sum: f64 = (0..pieces.len()).map(weight).sum();
    pieces.iter().enumerate().map(|(at, &id)| (id, (weight(at) / sum) as f32)).collect()
}

impl EmbeddingInit for FirstLast<'_> {
    fn row(&self, rows: &OldRows, part: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        let pieces = self.cx.pieces.of(index);
        if pieces.is_empty() {
            return None;
        }
        combine(rows, &weights(pieces, part, self.cx.settings.decay), out);
        Some(Origin::Pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three pieces, decay 1/2. Input: the last. Head: 1, 1/2, 1/4 over 7/4. Tied: 5/4, 1, 5/4 over 7/2.
    #[test]
    fn by_hand() {
        let of = |part| weights(&[7, 8, 9], part, 0.5).iter().map(|w| w.1).collect::<Vec<_>>();
        assert_eq!(of(Part::Input), [0.0, 0.0, 1.0]);
        assert_eq!(of(Part::Head), [4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0]);
        assert_eq!(of(Part::Tied), [5.0 / 14.0, 4.0 / 14.0, 5.0 / 14.0]);
    }
}
