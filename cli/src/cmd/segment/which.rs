//! Which segmenter is meant, and what it is made of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use toktool::error::Place;
use toktool::morph::turkish::Turkish;
use toktool::morph::{self, Segmenter};
use toktool::{Error, Result};

use crate::segmenters;
use crate::ui::Ui;

/// Which segmenter to use.
#[derive(Debug, Args)]
#[group(id = "which", required = true, multiple = true, args = ["lang", "lookup"])]
pub struct Which {
    /// The segmenter of a language; `list` shows those there are. With `--lookup`: the language of the rows that count
    #[arg(long, value_name = "CODE")]
    lang: Option<String>,

    /// A table of words and their morphemes: CSV with the columns word, segmentation (`a+b`) and language, or the word, a
    /// tab, and its pieces; words that are not in it stay whole
    #[arg(long, value_name = "FILE")]
    lookup: Option<PathBuf>,

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
        match (&self.lookup, self.lang.as_deref()) {
            (None, Some("tr")) => self.turkish(),
            (Some(path), lang) => {
                self.no_turkish_option()?;
                segmenters::lookup(path, lang, ui)
            }
            (None, code) => {
                let segmenter = morph::segmenter(code.unwrap_or_default())?;
                self.no_turkish_option()?;
                Ok(segmenter)
            }
        }
    }

    fn turkish(&self) -> Result<Arc<dyn Segmenter>> {
        let mut turkish = Turkish::new()?.guessing(!self.no_guess);
        if let Some(path) = &self.lexicon {
            turkish = turkish.with_roots(&read(path)?).map_err(|e| e.in_file(path))?;
        }
        Ok(Arc::new(turkish))
    }

    fn no_turkish_option(&self) -> Result<()> {
        let options = [("--lexicon", self.lexicon.is_some()), ("--no-guess", self.no_guess)];
        match options.iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(Error::config(*option, "only the Turkish segmenter has it")
                .with_hint("use it with `--lang tr` and without another segmenter")),
            None => Ok(()),
        }
    }
}

/// A small text file as a whole.
fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to() as u64;
        Error::input(path, "invalid UTF-8").at(Place::Byte(at)).with_hint("convert the file to UTF-8")
    })
}
