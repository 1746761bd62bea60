//! What came out best by measurement, among all that needs nothing but the checkpoint.
//!
//! On Gemma 3 270M with a Turkish vocabulary, bits per byte of text that is not the text of any published figure say (RESULTS.md
//! has the ablation): the map learnt from the vocabulary makes better *inputs* than the mean of the pieces, and the mean makes
//! better *heads*, if it is a little smaller than it is. So
//!
//! 1. an input of its own is the learnt row;
//! 2. a head of its own is the mean, times 0.85: smaller rows keep logits of guesses modest;
//! 3. a tied row has to be both: 0.7 of the mean and 0.3 of the learnt row.

use super::learnt::Learnt;
use super::retok::ReTok;
use super::{Context, EmbeddingInit, Origin, Part};
use crate::error::Result;
use crate::observe::Observer;
use crate::transplant::rows::OldRows;

/// What a head is smaller by.
const HEAD: f32 = 0.85;
/// The share of the learnt row where one row is input and head.
const TIED: f32 = 0.3;

pub(super) struct Best<'a> {
    cx: Context<'a>,
    learnt: Learnt<'a>,
}

impl<'a> Best<'a> {
    pub(super) fn new(cx: Context<'a>) -> Best<'a> {
        Best { cx, learnt: Learnt::new(cx) }
    }
}

impl EmbeddingInit for Best<'_> {
    fn fit(&mut self, rows: &OldRows, part: Part, observer: &dyn Observer) -> Result<()> {
        if part == Part::Head { Ok(()) } else { self.learnt.fit(rows, part, observer) }
    }

    fn row(&self, rows: &OldRows, part: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        // One piece spells the token: its row is the token's, whatever it is for.
        if let [one] = self.cx.pieces.of(index) {
            rows.row(*one, out);
            return Some(Origin::Pieces);
        }
        let share = match part {
            Part::Input => return self.learnt.row(rows, part, index, out),
            Part::Head => 0.0,
            Part::Tied => TIED,
        };
        let origin = ReTok { cx: self.cx }.row(rows, part, index, out)?;
        if part == Part::Head {
            out.iter_mut().for_each(|x| *x *= HEAD);
            return Some(origin);
        }
        let mut learnt = vec![0.0; out.len()];
        self.learnt.row(rows, part, index, &mut learnt)?;
        out.iter_mut().zip(learnt).for_each(|(x, learnt)| *x = (1.0 - share) * *x + share * learnt);
        Some(origin)
    }
}
