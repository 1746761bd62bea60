//! Morphology: what the words to train on become, and what it costs.

use std::sync::Arc;

use serde_json::{Value, json};
use toktool::morph::{self, Segmenter};
use toktool::text::Split;
use toktool::tokenizer::Tokenizer;
use toktool::train::morphemes::{self, Compiled, Morph};
use toktool::train::recipe::Recipe;
use toktool::train::{TrainInput, Trainer, assemble};
use toktool::words::WordCounts;
use toktool::{Encoder, Result};

use crate::progress::Progress;
use crate::segmenters;
use crate::ui::Ui;

use super::plan::Plan;
use super::tally::Tally;

/// Words as the trainer sees them.
pub struct Morphology {
    pub words: WordCounts,
    /// What `hard` puts into the pre-tokenizer.
    compiled: Option<Compiled>,
}

/// Where the recipe takes morphemes from, if it wants any.
pub fn segmenter(recipe: &Recipe, ui: Ui) -> Result<Option<Arc<dyn Segmenter>>> {
    let lang = recipe.lang.as_deref();
    Ok(match (recipe.morph, &recipe.model, &recipe.lookup) {
        (Morph::None, ..) => None,
        (_, Some(path), _) => Some(segmenters::model(path)?),
        (_, _, Some(path)) => Some(segmenters::lookup(path, lang, ui)?),
        _ => Some(morph::segmenter(lang.unwrap_or_default())?),
    })
}

impl Morphology {
    /// The words cut by `segmenter`, as the recipe wants.
    pub fn new(
        recipe: &Recipe,
        segmenter: &dyn Segmenter,
        words: &WordCounts,
        progress: &Progress,
    ) -> Result<Morphology> {
        if recipe.morph != Morph::Hard {
            return Ok(Morphology { words: morphemes::pieces(words, segmenter, progress)?, compiled: None });
        }
        let compiled = morphemes::compile(words, segmenter, recipe.morph_words, progress)?;
        Ok(Morphology { words: compiled.pieces(words, progress)?, compiled: Some(compiled) })
    }

    /// Cuts to be made at encoding.
    pub fn splits(&self) -> &[Split] {
        self.compiled.as_ref().map_or(&[], |compiled| &compiled.splits)
    }

    /// Shares in percent of running boundaries, and of running words with a boundary, that hold at encoding.
    fn kept(&self) -> Option<(f64, f64)> {
        let share = |kept: u64, all: u64| if all == 0 { 100.0 } else { 100.0 * kept as f64 / all as f64 };
        self.compiled.as_ref().map(|c| (share(c.kept_boundaries, c.boundaries), share(c.kept_words, c.words)))
    }

    /// For `report.json`.
    pub fn report(&self, inflation: f64) -> Value {
        let kept = self.kept();
        json!({
            "words": self.compiled.as_ref().map(|c| c.rows),
            "boundaries_kept_percent": kept.map(|k| k.0),
            "words_kept_percent": kept.map(|k| k.1),
            "tokens_over_plain_percent": inflation,
        })
    }

    /// For the summary.
    pub fn summary(&self, inflation: f64) -> String {
        let held = match (&self.compiled, self.kept()) {
            (Some(compiled), Some((boundaries, words))) => format!(
                "boundaries of {} words hold at encoding: {boundaries:.1} % of running boundaries, {words:.1} % of running \
                 words with one",
                crate::describe::grouped(compiled.rows as u64)
            ),
            _ => "no merge was learned across a boundary; encoding is plain BPE".to_owned(),
        };
        format!("morphology: {held}; {inflation:+.1} % tokens against plain BPE of the same size")
    }
}

/// The tokenizers that plain BPE would have made of the same text, one for each size.
pub fn plain(plan: &Plan, tally: &Tally, progress: &Progress) -> Result<Vec<Tokenizer>> {
    let trained = plan.trainer()?.train(TrainInput { words: &tally.words, start: None, observer: progress })?;
    let frame = plan.frame()?;
    Ok(plan.recipe.vocab_size.iter().map(|&size| assemble(trained.truncated(size), &frame, None)).collect())
}

/// How many more tokens, in percent, `tokenizer` needs for the texts than `plain` does.
pub fn inflation(tokenizer: &Tokenizer, plain: &Tokenizer, texts: &[String]) -> Result<f64> {
    let tokens = |tokenizer: &Tokenizer| -> Result<usize> {
        let encoder = Encoder::new(tokenizer)?;
        texts.iter().map(|text| encoder.encode(text).map(|ids| ids.len())).sum()
    };
    Ok(100.0 * (tokens(tokenizer)? as f64 / tokens(plain)?.max(1) as f64 - 1.0))
}
