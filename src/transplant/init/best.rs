//! What came out best by measurement.
//!
//! On Gemma 3 270M with a Turkish vocabulary, bits per byte of text that is not the text of any published figure say (RESULTS.md
//! has the ablation): the map learnt from the vocabulary makes better *inputs* than the mean of the pieces, and the mean makes
//! better *heads*, if it is drawn a little towards the mean of all rows. So
//!
//! 1. an input of its own is the learnt row;
//! 2. a head of its own is 0.85 of the mean of the pieces and 0.15 of the mean of all old rows: logits of guesses stay modest.
//!    Drawing it towards zero instead does the same for Turkish and ruins Hindi, where most logits are far below zero;
//! 3. a tied row has to be both: 0.7 of the mean and 0.3 of the learnt row.
//!
//! Pieces say how a token is spelled, vectors of tokens say where it stands in text, and each knows what the other does not:
//! where there are vectors, a part of each row is what FOCUS makes of them, and a head needs no drawing in any more.

use super::learnt::Learnt;
use super::neighbours;
use super::retok::ReTok;
use super::{Context, EmbeddingInit, Origin, Part};
use crate::error::Result;
use crate::observe::Observer;
use crate::transplant::rows::OldRows;

/// The share of the mean of all rows in a head, without vectors.
const HEAD: f32 = 0.15;
/// The share of the learnt row where one row is input and head.
const TIED: f32 = 0.3;
/// The share of what vectors say: of an input, a head, and a row that is both.
const NEAR: [f32; 3] = [0.45, 0.3, 0.35];

pub(super) struct Best<'a> {
    cx: Context<'a>,
    learnt: Learnt<'a>,
    /// What FOCUS makes, where there are vectors.
    near: Option<Box<dyn EmbeddingInit + 'a>>,
}

impl<'a> Best<'a> {
    pub(super) fn new(cx: Context<'a>) -> Result<Best<'a>> {
        let near = cx.auxiliary.map(|_| neighbours::focus(cx)).transpose()?;
        Ok(Best { cx, learnt: Learnt::new(cx), near })
    }

    /// What the pieces make.
    fn spelled(&self, rows: &OldRows, part: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        let origin = match part {
            Part::Input => return self.learnt.row(rows, part, index, out),
            Part::Head | Part::Tied => ReTok { cx: self.cx }.row(rows, part, index, out)?,
        };
        if part == Part::Tied {
            let mut learnt = vec![0.0; out.len()];
            self.learnt.row(rows, part, index, &mut learnt)?;
            mix(out, &learnt, TIED);
        }
        Some(origin)
    }
}

/// Gives `other` its share.
fn mix(row: &mut [f32], other: &[f32], share: f32) {
    row.iter_mut().zip(other).for_each(|(x, other)| *x = (1.0 - share) * *x + share * other);
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
        let mut near = vec![0.0; out.len()];
        let has_near = self.near.as_ref().and_then(|init| init.row(rows, part, index, &mut near));
        match (self.spelled(rows, part, index, out), has_near) {
            (Some(_), Some(_)) => {
                mix(out, &near, NEAR[part as usize]);
                Some(Origin::Mixed)
            }
            (None, Some(origin)) => {
                out.copy_from_slice(&near);
                Some(origin)
            }
            (origin, None) => {
                if part == Part::Head {
                    mix(out, &rows.moments().mean, HEAD);
                }
                origin
            }
        }
    }
}
