//! Models that the `tokenizers` crate runs: texts are tried, and of Unigram pieces it can be proved that they never win.
//!
//! If the pieces of another segmentation of a piece's own text add up to a higher score, that segmentation can take the
//! piece's place in any text and is better there, so the best segmentation never has the piece. Scores are added in
//! another order than the crate adds them; a difference below one in 10^9 proves nothing.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::alphabet;
use crate::encode::{Encoder, foreign};
use crate::error::Result;
use crate::tokenizer::Tokenizer;
use crate::vocab::Id;

use super::reach::{Class, Reach, added};
use super::search::{Buffers, Search};

/// As many words are tried as the beginning of one that a continuing piece goes on with.
const BEGINNINGS: usize = 96;

pub(super) fn classify(tokenizer: &Tokenizer, json: &str, encoder: &Encoder) -> Result<Vec<Reach>> {
    let loaded = foreign::load(json)?;
    let mut vocabulary: Vec<(Id, String)> = loaded.get_vocab(false).into_iter().map(|(text, id)| (id, text)).collect();
    vocabulary.sort_unstable();
    vocabulary.retain(|(id, _)| !tokenizer.added.iter().any(|a| a.id == *id));
    let model: Value = serde_json::from_str(json).unwrap_or(Value::Null);
    let model = model.get("model").unwrap_or(&Value::Null);
    if model.get("dropout").and_then(Value::as_f64).is_some_and(|p| p > 0.0) {
        let why = "the model drops merges at random, so one text has many encodings";
        let open = |(id, _)| Reach { id, class: Class::Undecidable(why.to_owned()), witness: None };
        return Ok(vocabulary.into_iter().map(open).collect());
    }
    let search = Search::foreign(encoder);
    let prefix = model.get("continuing_subword_prefix").and_then(Value::as_str).unwrap_or_default();
    let mut beginnings: Vec<String> = vocabulary
        .iter()
        .map(|(_, token)| token.clone())
        .filter(|token| token.chars().count() == 1 && token.chars().all(char::is_alphanumeric))
        .collect();
    // Letters that are used everywhere come first.
    beginnings.sort_by_key(|token| token.chars().next());
    beginnings.truncate(BEGINNINGS);
    let scores = Scores::new(model);
    let mut all = added(&tokenizer.added, &search);
    let rest = vocabulary.par_iter().map_init(Buffers::default, |buffers, (id, token)| {
        let continues = if prefix.is_empty() { None } else { token.strip_prefix(prefix) };
        let found = match continues {
            Some(rest) => search.between(&beginnings, rest, *id, buffers).map(|witness| (Class::Context, witness)),
            None => spelled(token, *id, &search, buffers),
        };
        match (found, scores.as_ref().and_then(|scores| scores.better(token))) {
            (Some((class, witness)), _) => Reach { id: *id, class, witness: Some(witness) },
            (None, Some(pieces)) => Reach { id: *id, class: Class::ShadowedByScore(pieces), witness: None },
            (None, None) => {
                let why = "it was not found in any text tried, and this kind of model is not proved on".to_owned();
                Reach { id: *id, class: Class::Undecidable(why), witness: None }
            }
        }
    });
    all.par_extend(rest);
    Ok(all)
}

/// A token as it is spelled, or as it is spelled in bytes.
fn spelled(token: &str, id: Id, search: &Search<'_>, buffers: &mut Buffers) -> Option<(Class, String)> {
    let bytes: Option<Vec<u8>> = token.chars().map(alphabet::byte_of).collect();
    let unspelled = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|text| text != token);
    for text in [Some(token.to_owned()), unspelled].into_iter().flatten() {
        if let Some(witness) = search.own(&text, id, buffers) {
            return Some((Class::Own, witness));
        }
        if let Some(witness) = search.context(&text, id, buffers) {
            return Some((Class::Context, witness));
        }
    }
    None
}

/// The pieces of a Unigram model with their scores.
struct Scores {
    pieces: FxHashMap<String, (Id, f64)>,
    /// Bytes of the longest piece.
    longest: usize,
}

impl Scores {
    fn new(model: &Value) -> Option<Scores> {
        if model.get("type")?.as_str()? != "Unigram" {
            return None;
        }
        let unk = model.get("unk_id").and_then(Value::as_u64);
        let mut pieces = FxHashMap::default();
        for (id, entry) in model.get("vocab")?.as_array()?.iter().enumerate() {
            let (piece, score) = (entry.get(0)?.as_str()?, entry.get(1)?.as_f64()?);
            // The unknown piece is not found by its text; of equal pieces none is relied on.
            let twice = pieces.insert(piece.to_owned(), (id as Id, score)).is_some();
            if unk == Some(id as u64) || twice {
                pieces.insert(piece.to_owned(), (id as Id, f64::NEG_INFINITY));
            }
        }
        let longest = pieces.keys().map(String::len).max().unwrap_or(0);
        Some(Scores { pieces, longest })
    }

    /// A segmentation of a piece's text into others that has a higher score than the piece.
    fn better(&self, token: &str) -> Option<Vec<Id>> {
        let own = self.pieces.get(token)?.1;
        let ends: Vec<usize> = token.char_indices().map(|(at, _)| at).skip(1).chain([token.len()]).collect();
        // By end: the best score so far, where its last piece begins, and that piece.
        let mut best: FxHashMap<usize, (f64, usize, Id)> = FxHashMap::from_iter([(0, (0.0, 0, 0))]);
        for &end in &ends {
            for start in std::iter::once(0).chain(ends.iter().copied()).filter(|&s| s < end && end - s <= self.longest)
            {
                if (start, end) == (0, token.len()) {
                    continue;
                }
                let Some((before, ..)) = best.get(&start) else { continue };
                let Some(&(id, score)) = self.pieces.get(&token[start..end]) else { continue };
                let total = before + score;
                if score.is_finite() && best.get(&end).is_none_or(|(known, ..)| total > *known) {
                    best.insert(end, (total, start, id));
                }
            }
        }
        let (total, ..) = *best.get(&token.len()).filter(|_| !token.is_empty())?;
        if !own.is_finite() || total - own <= 1e-9 * own.abs().max(1.0) {
            return None;
        }
        let (mut pieces, mut at) = (Vec::new(), token.len());
        while at > 0 {
            let &(_, start, id) = best.get(&at)?;
            pieces.push(id);
            at = start;
        }
        pieces.reverse();
        Some(pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ab` at -5 loses to `a`, `b` at -2 - 2 = -4; `bc` at -3 wins over -2 - 2; `abc` at -5 loses to `a`, `bc` at -5 + 0
    /// only if that is more, which it is not.
    #[test]
    fn a_piece_is_dead_where_others_are_better_and_not_where_they_are_as_good() {
        let json = serde_json::json!({"type": "Unigram", "unk_id": 0, "vocab":
            [["<unk>", 0.0], ["a", -2.0], ["b", -2.0], ["c", -2.0], ["ab", -5.0], ["bc", -3.0], ["abc", -5.0]]});
        let scores = Scores::new(&json).unwrap();
        assert_eq!(scores.better("ab"), Some(vec![1, 2]));
        for alive in ["a", "bc", "abc", "<unk>", "none"] {
            assert_eq!(scores.better(alive), None, "{alive}");
        }
    }
}
