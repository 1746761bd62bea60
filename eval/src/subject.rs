//! What is judged: a tokenizer, or one of the degenerate baselines that every figure has to be read beside.

use toktool::Result;
use toktool::encode::{EncodeOptions, Encoder, Scratch, Token};
use toktool::inventory::Inventory;
use toktool::random::Random;
use toktool::tokenizer::{Alphabet, Model, Tokenizer};
use toktool::unicode::Normalizing;
use toktool::vocab::Id;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::curve::Point;
use crate::sampled::fnv;

/// What every baseline's name begins with.
pub const BASELINE: &str = "baseline:";

/// A way to cut text without having learned anything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Baseline {
    /// A token a character.
    Characters,
    /// A token a byte.
    Bytes,
    /// A token a word: UAX 29's, white space before it included.
    Words,
    /// A border between any two characters with this probability.
    Random {
        /// The probability.
        rate: f64,
        /// Of the draws, which depend on it and on the text.
        seed: u64,
    },
}

impl Baseline {
    /// Its name in reports.
    pub fn name(self) -> String {
        let name = match self {
            Baseline::Characters => "characters",
            Baseline::Bytes => "bytes",
            Baseline::Words => "words",
            Baseline::Random { .. } => "random",
        };
        format!("{BASELINE}{name}")
    }

    /// Ends of its tokens in a text, in bytes, ascending.
    pub fn ends(self, text: &str, ends: &mut Vec<u32>) {
        ends.clear();
        match self {
            Baseline::Bytes => ends.extend(1..=text.len() as u32),
            Baseline::Characters => ends.extend(text.char_indices().skip(1).map(|(at, _)| at as u32)),
            Baseline::Words => {
                let mut open = false;
                for (at, word) in text.split_word_bound_indices() {
                    let space = word.chars().all(char::is_whitespace);
                    // White space belongs to what follows it.
                    if at > 0 && !open {
                        ends.push(at as u32);
                    }
                    open = space;
                }
            }
            Baseline::Random { rate, seed } => {
                let mut random = Random::new(fnv(text, seed));
                ends.extend(text.char_indices().skip(1).filter(|_| random.unit() < rate).map(|(at, _)| at as u32));
            }
        }
        if !text.is_empty() && ends.last() != Some(&(text.len() as u32)) {
            ends.push(text.len() as u32);
        }
    }
}

/// A tokenizer under judgement.
#[derive(Debug)]
pub struct Judged {
    /// Its fast form.
    pub encoder: Encoder,
    /// Its vocabulary.
    pub inventory: Inventory,
    /// What it does to text before anything else.
    pub normalizing: Normalizing,
    /// The artefact itself.
    pub tokenizer: Tokenizer,
    /// Whether tokens lie in a text as they are spelled, one after the other.
    tiles: bool,
}

impl Judged {
    /// The tokens of a document with their byte ranges.
    pub(crate) fn tokens(&self, text: &str, scratch: &mut Scratch) -> Result<Vec<Token>> {
        if self.tiles {
            let mut ids = Vec::with_capacity(text.len() / 3);
            self.encoder.encode_into(text, EncodeOptions::default(), scratch, &mut ids)?;
            let mut end = 0;
            let token = |id: Id| {
                let start = end;
                end += self.inventory.bytes(id).len();
                Token { id, start, end }
            };
            return Ok(ids.into_iter().map(token).collect());
        }
        self.encoder.encode_offsets(text, EncodeOptions::default(), scratch)
    }
}

/// What cuts text.
#[derive(Debug)]
pub enum Kind {
    /// A tokenizer.
    Tokenizer(Box<Judged>),
    /// A baseline.
    Baseline(Baseline),
}

/// A tokenizer or baseline with its name in the report.
#[derive(Debug)]
pub struct Subject {
    /// Unique in a report.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where it lies on a curve, if it is a point of one.
    pub point: Option<Point>,
}

impl Subject {
    /// Makes a tokenizer ready to be judged.
    ///
    /// # Errors
    /// What [`Encoder::new`] reports.
    pub fn new(name: &str, tokenizer: Tokenizer) -> Result<Subject> {
        let encoder = Encoder::new(&tokenizer)?;
        let inventory = Inventory::new(&tokenizer, &encoder)?;
        let normalizing = Normalizing::new(&tokenizer.normalizers)?;
        // Where nothing is changed and every byte is spelled, spans follow from the tokens.
        let bytes = matches!(&tokenizer.model, Model::Bpe(model) if model.alphabet == Alphabet::Bytes);
        let tiles = bytes && tokenizer.is_lossless();
        let judged = Judged { encoder, inventory, normalizing, tokenizer, tiles };
        Ok(Subject { name: name.to_owned(), kind: Kind::Tokenizer(Box::new(judged)), point: None })
    }

    /// A baseline under its own name.
    pub fn baseline(baseline: Baseline) -> Subject {
        Subject { name: baseline.name(), kind: Kind::Baseline(baseline), point: None }
    }

    /// The same as a point of a curve.
    #[must_use]
    pub fn on(self, point: Point) -> Subject {
        Subject { point: Some(point), ..self }
    }

    /// The tokenizer, if it is one.
    pub fn judged(&self) -> Option<&Judged> {
        match &self.kind {
            Kind::Tokenizer(judged) => Some(judged),
            Kind::Baseline(_) => None,
        }
    }

    /// Whether it is a baseline.
    pub fn is_baseline(&self) -> bool {
        matches!(self.kind, Kind::Baseline(_))
    }

    /// The tokens of a document with their byte ranges. A baseline's ids are 0: its tokens are their bytes.
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn tokens(&self, text: &str, scratch: &mut Scratch, ends: &mut Vec<u32>) -> Result<Vec<Token>> {
        match &self.kind {
            Kind::Tokenizer(judged) => judged.tokens(text, scratch),
            Kind::Baseline(baseline) => {
                baseline.ends(text, ends);
                let mut start = 0;
                let token = |&end: &u32| {
                    let token = Token { id: 0, start, end: end as usize };
                    start = token.end;
                    token
                };
                Ok(ends.iter().map(token).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(baseline: Baseline, text: &str) -> Vec<String> {
        let subject = Subject::baseline(baseline);
        let tokens = subject.tokens(text, &mut Scratch::default(), &mut Vec::new()).unwrap();
        tokens.iter().map(|t| String::from_utf8_lossy(&text.as_bytes()[t.start..t.end]).into_owned()).collect()
    }

    #[test]
    fn baselines_tile_the_text() {
        assert_eq!(pieces(Baseline::Characters, "aş b"), ["a", "ş", " ", "b"]);
        assert_eq!(pieces(Baseline::Bytes, "aş").len(), 3);
        assert_eq!(pieces(Baseline::Words, "  evde kal, gel"), ["  evde", " kal", ",", " gel"]);
        assert!(pieces(Baseline::Words, "").is_empty());
        let random = Baseline::Random { rate: 0.5, seed: 3 };
        let text = "bir varmış bir yokmuş".repeat(20);
        let cut = pieces(random, &text);
        assert_eq!(cut.concat(), text);
        assert_eq!(cut, pieces(random, &text));
        let borders = (cut.len() - 1) as f64 / (text.chars().count() - 1) as f64;
        assert!((borders - 0.5).abs() < 0.1, "{borders}");
    }
}
