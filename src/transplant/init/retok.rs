//! The mean of the pieces: FVT (Gee et al. 2022, 2402.09977) and ReTok (Gu et al. 2024, 2410.04335).

use super::{Context, EmbeddingInit, Origin, Part};
use crate::transplant::rows::OldRows;

pub(super) struct ReTok<'a> {
    pub cx: Context<'a>,
}

impl EmbeddingInit for ReTok<'_> {
    fn row(&self, rows: &OldRows, _: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        let pieces = self.cx.pieces.of(index);
        let weight = 1.0 / pieces.len() as f32;
        pieces.iter().for_each(|&id| rows.add(id, weight, out));
        (!pieces.is_empty()).then_some(Origin::Pieces)
    }
}
