//! Vectors trained here, on a corpus: old and fresh tokens by the words that stand around them.
//!
//! A vector says in what company a token is found. WECHSEL and FOCUS take fastText for it, once for each vocabulary or for
//! words alone, and have two spaces to bring together then. Here there is one space from the start: every document is encoded
//! by both tokenizers, and what is counted for a token is words of the *text*, which are the same for both. The counts become
//! positive pointwise mutual information with a smoothed distribution of contexts (Levy, Goldberg and Dagan 2015, "Improving
//! distributional similarity"), and a truncated singular value decomposition of it (Halko, Martinsson and Tropp 2011,
//! 0909.4061), fitted to old and fresh rows together, makes vectors of them: `U · S^0.5`, which that study finds best.
//!
//! Deviations from the papers of the methods that use it:
//! 1. No fastText: on subword tokens it ended in NaN at its defaults, what it learns depends on the order of its threads, and
//!    two spaces would have to be aligned. Counts and a decomposition have none of these faults.
//! 2. Contexts are no tokens, but: the words before and after (two on each side, case folded, sides told apart), and what
//!    the token's own word has before and after the token. The last two say whether a token is a stem, an ending or a word.
//! 3. Contexts are hashed to 2^15 columns; which frequent ones share a column is the same for both vocabularies.
//!
//! A token that is seen fewer than [`LEAST`] times has no vector. Memory: 12 bytes for each pair of token and context, of which
//! [`PAIRS`] are kept at most (twice that while two lists are merged); beyond it the rarest pairs go, and how often everything
//! occurs stays exact. Results are the same bits for any number of threads: counts are integers, and sums of reals run over
//! blocks whose size does not depend on threads.

mod contexts;
mod factor;
#[cfg(test)]
mod tests;

use std::path::Path;

use self::contexts::{Reader, Table};
use super::{Auxiliary, Vectors};
use crate::corpus::{Corpus, Options, Source};
use crate::encode::Encoder;
use crate::error::{Error, Result};
use crate::inventory::Class;
use crate::observe::{Event, Observer};
use crate::transplant::init::Context;
use crate::vocab::Id;

/// A token seen fewer times has no vector.
const LEAST: u64 = 5;
/// Pairs of token and context that are kept at most: 768 MB while they are merged.
const PAIRS: usize = 1 << 25;
/// Numbers of a vector.
const WIDTH: usize = 128;

/// Vectors of all old tokens of text below `rows` and of all fresh ones, from the text under `path`.
///
/// Time is that of encoding the text twice, O(its tokens), and of the decomposition: O(distinct pairs · [`WIDTH`]).
///
/// # Errors
/// What reading the corpus reports; [`Error::Input`] when not one fresh token occurs [`LEAST`] times in it;
/// [`Error::Interrupted`].
pub(super) fn vectors(path: &Path, cx: &Context<'_>, rows: usize, observer: &dyn Observer) -> Result<Auxiliary> {
    let sources = [Source { group: None, path: path.to_path_buf() }];
    let corpus = Corpus::open(&sources, Options::default())?;
    let encoders = [Encoder::new(&cx.old.tokenizer)?, Encoder::new(&cx.new.tokenizer)?];
    let olds: Vec<Id> = (0..rows.min(cx.old.bound()) as Id).collect();
    let is_text = |id: &Id| cx.old.inventory.class(*id) == Class::Text;
    let mut reader = Reader::default();
    let wanted: Vec<Id> = olds.iter().copied().filter(is_text).collect();
    reader.add(&encoders[0], &wanted);
    reader.add(&encoders[1], cx.fresh);
    let table = reader.read(&corpus, PAIRS, observer)?;
    let trained = Trained::of(&table, cx.settings.seed, observer)?;
    let (mut old, mut fresh) = (Vectors::new(WIDTH), Vectors::new(WIDTH));
    let mut next = 0..wanted.len();
    olds.iter().for_each(|id| old.push(if is_text(id) { next.next().and_then(|row| trained.get(row)) } else { None }));
    (wanted.len()..wanted.len() + cx.fresh.len()).for_each(|row| fresh.push(trained.get(row)));
    let auxiliary = Auxiliary { name: format!("trained on {}", path.display()), old, fresh };
    if !cx.fresh.is_empty() && auxiliary.known().1 == 0 {
        return Err(Error::input(path, format!("no token that needs a row occurs {LEAST} times in it"))
            .with_hint("give more text, in the language of the new tokenizer"));
    }
    Ok(auxiliary)
}

/// Vectors by row of a table.
struct Trained {
    /// Where each row's vector is.
    places: Vec<Option<usize>>,
    numbers: Vec<f32>,
}

impl Trained {
    fn of(table: &Table, seed: u64, observer: &dyn Observer) -> Result<Trained> {
        let (matrix, rows) = factor::Sparse::of(table, LEAST);
        observer.event(Event::Stage { name: "making vectors of tokens", total: None, unit: "products" });
        let numbers = matrix.vectors(WIDTH, seed, observer)?;
        let mut places = vec![None; table.rows()];
        rows.into_iter().enumerate().for_each(|(place, row)| places[row as usize] = Some(place));
        Ok(Trained { places, numbers })
    }

    fn get(&self, row: usize) -> Option<&[f32]> {
        let place = self.places.get(row).copied().flatten()?;
        Some(&self.numbers[place * WIDTH..][..WIDTH])
    }
}
