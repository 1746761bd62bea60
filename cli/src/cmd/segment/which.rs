//! Which segmenter is meant, and what it is made of.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use toktool::morph::turkish::Turkish;
use toktool::morph::{self, Segmenter};
use toktool::{Error, Result};

use crate::segmenters;
use crate::ui::Ui;

/// Which segmenter to use.
#[derive(Debug, Args)]
#[group(id = "which", required = true, multiple = true, args = ["lang", "lookup", "model", "train"])]
pub struct Which {
    /// The segmenter of a language; `list` shows those there are. With `--lookup`: the language of the rows that count
    #[arg(long, value_name = "CODE")]
    lang: Option<String>,

    /// A table of words and their morphemes: CSV with the columns word, segmentation (`a+b`) and language, or the word, a
    /// tab, and its pieces; words that are not in it stay whole
    #[arg(long, value_name = "FILE")]
    lookup: Option<PathBuf>,

    /// A model that `--train` made
    #[arg(long, value_name = "FILE", conflicts_with_all = ["lang", "lookup"])]
    model: Option<PathBuf>,

    /// With `--lang tr`: more roots, as rows of a Zemberek dictionary (`lemma [P:Noun; A:NoVoicing]`)
    #[arg(long, value_name = "FILE")]
    lexicon: Option<PathBuf>,

    /// With `--lang tr`: leave words whole that the lexicon cannot analyse
    #[arg(long)]
    no_guess: bool,
}

impl Which {
    /// Whether only the list of languages is wanted.
    pub fn lists(&self) -> bool {
        self.lang.as_deref() == Some("list")
    }

    /// Makes the segmenter.
    pub fn segmenter(&self, ui: Ui) -> Result<Arc<dyn Segmenter>> {
        let lang = self.lang.as_deref();
        if lang == Some("tr") && self.lookup.is_none() {
            return self.turkish();
        }
        let options = [("--lexicon", self.lexicon.is_some()), ("--no-guess", self.no_guess)];
        if let Some((option, _)) = options.iter().find(|(_, given)| *given) {
            return Err(Error::config(*option, "only the Turkish segmenter has it")
                .with_hint("use it with `--lang tr` and without another segmenter"));
        }
        match (&self.model, &self.lookup) {
            (Some(path), _) => segmenters::model(path),
            (_, Some(path)) => segmenters::lookup(path, lang, ui),
            _ => morph::segmenter(lang.unwrap_or_default()),
        }
    }

    fn turkish(&self) -> Result<Arc<dyn Segmenter>> {
        let mut turkish = Turkish::new()?.guessing(!self.no_guess);
        if let Some(path) = &self.lexicon {
            turkish = turkish.with_roots(&segmenters::read(path)?).map_err(|e| e.in_file(path))?;
        }
        Ok(Arc::new(turkish))
    }
}
