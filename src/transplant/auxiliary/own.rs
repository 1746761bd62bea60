//! The model's own rows as a space: an old token is its row, a fresh one the mean of its pieces' rows.

use super::{Auxiliary, Vectors};
use crate::transplant::init::Context;
use crate::transplant::rows::OldRows;
use crate::vocab::Id;

pub(super) fn vectors(cx: &Context<'_>, rows: &OldRows) -> Auxiliary {
    let (mut old, mut fresh) = (Vectors::new(rows.width()), Vectors::new(rows.width()));
    let mut row = vec![0.0; rows.width()];
    for id in 0..rows.len().min(cx.old.bound()) as Id {
        rows.row(id, &mut row);
        old.push(Some(&row).filter(|_| !cx.old.is_control(id)).map(Vec::as_slice));
    }
    for index in 0..cx.fresh.len() {
        row.fill(0.0);
        cx.pieces.of(index).iter().for_each(|&id| rows.add(id, 1.0, &mut row));
        fresh.push(Some(&row));
    }
    Auxiliary { name: "the model's own rows".to_owned(), old, fresh }
}
