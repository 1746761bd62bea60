//! Which segmenter is meant, and what it is made of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use toktool::error::Place;
use toktool::morph::turkish::Turkish;
use toktool::morph::{self, Segmenter};
use toktool::{Error, Result};

/// Which segmenter to use.
#[derive(Debug, Args)]
pub struct Which {
    /// The segmenter of a language; `list` shows those there are
    #[arg(long, value_name = "CODE", group = "segmenter", required = true)]
    lang: Option<String>,

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
    pub fn segmenter(&self) -> Result<Arc<dyn Segmenter>> {
        let code = self.lang.as_deref().unwrap_or_default();
        if code == "tr" {
            return self.turkish();
        }
        let segmenter = morph::segmenter(code)?;
        let only_turkish = [("--lexicon", self.lexicon.is_some()), ("--no-guess", self.no_guess)];
        match only_turkish.iter().find(|(_, given)| *given) {
            Some((option, _)) => {
                Err(Error::config(*option, "only the Turkish segmenter has it").with_hint("use `--lang tr`"))
            }
            None => Ok(segmenter),
        }
    }

    fn turkish(&self) -> Result<Arc<dyn Segmenter>> {
        let mut turkish = Turkish::new()?.guessing(!self.no_guess);
        if let Some(path) = &self.lexicon {
            turkish = turkish.with_roots(&read(path)?).map_err(|e| e.in_file(path))?;
        }
        Ok(Arc::new(turkish))
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
