//! What checks work with: the tokenizer, what the files beside it declare, and the way of a text through ids and back.

use toktool::Result;
use toktool::encode::foreign;
use toktool::encode::{EncodeOptions, Scratch};
use toktool::tokenizer::Model;
use toktool::vocab::Id;

use crate::subject::Judged;
use toktool::inventory::Class;

/// What the files beside a tokenizer say about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// Roles with the special tokens that have them: `eos`, `</s>`.
    pub roles: Vec<(String, String)>,
    /// `do_lower_case` of `tokenizer_config.json`.
    pub lower_case: Option<bool>,
    /// Rows of the embedding: `vocab_size` of the model's `config.json`.
    pub rows: Option<u64>,
}

/// Why a text does not come back as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// It does.
    None,
    /// The declared normalizer changes it, and nothing else does, white space aside.
    Normalizer,
    /// Only white space is other.
    Spaces,
    /// It has characters that the vocabulary lacks.
    Unknown,
    /// Anything else.
    Other,
}

impl Loss {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Loss::None => "none",
            Loss::Normalizer => "the declared normalizer",
            Loss::Spaces => "white space",
            Loss::Unknown => "unknown characters",
            Loss::Other => "other causes",
        }
    }

    /// Whether something is gone that nobody declared.
    pub fn is_defect(self) -> bool {
        self >= Loss::Unknown
    }
}

type Normalize<'a> = Box<dyn Fn(&str) -> Result<Option<String>> + 'a>;

/// A tokenizer on the bench.
pub struct Bench<'a> {
    /// The tokenizer.
    pub judged: &'a Judged,
    /// What the files beside it say.
    pub declared: &'a Declared,
    /// Documents to try.
    pub texts: &'a [String],
    /// Of random choices.
    pub seed: u64,
    normalize: Normalize<'a>,
}

impl<'a> Bench<'a> {
    /// Makes one.
    ///
    /// # Errors
    /// [`toktool::Error::Input`] for a foreign model that does not load.
    pub fn new(judged: &'a Judged, declared: &'a Declared, texts: &'a [String], seed: u64) -> Result<Bench<'a>> {
        let normalize: Normalize<'a> = match &judged.tokenizer.model {
            Model::Foreign(json) => {
                let loaded = foreign::load(json)?;
                Box::new(move |text| foreign::normalize(&loaded, text))
            }
            Model::Bpe(_) if judged.tokenizer.normalizers.is_empty() => Box::new(|_| Ok(None)),
            Model::Bpe(_) => Box::new(|text| Ok(Some(judged.normalizing.apply(text).into_owned()))),
        };
        Ok(Bench { judged, declared, texts, seed, normalize })
    }

    /// Whether the `tokenizers` crate runs the model.
    pub fn is_foreign(&self) -> bool {
        matches!(self.judged.tokenizer.model, Model::Foreign(_))
    }

    /// What the declared normalizer makes of a text; `None` where there is none.
    ///
    /// # Errors
    /// Where the normalizer fails on the text.
    pub fn normalized(&self, text: &str) -> Result<Option<String>> {
        (self.normalize)(text)
    }

    /// The ids of a text, special tokens recognised.
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn ids(&self, text: &str, scratch: &mut Scratch) -> Result<Vec<Id>> {
        let mut ids = Vec::new();
        self.judged.encoder.encode_into(text, EncodeOptions::default(), scratch, &mut ids)?;
        Ok(ids)
    }

    /// What comes back of a text, and what became of it.
    ///
    /// # Errors
    /// What encoding and normalizing report.
    pub fn trip(&self, text: &str, scratch: &mut Scratch) -> Result<(Vec<u8>, Loss)> {
        let ids = self.ids(text, scratch)?;
        let decoded = self.judged.encoder.decode(&ids, false);
        if decoded == text.as_bytes() {
            return Ok((decoded, Loss::None));
        }
        let normal = self.normalized(text)?;
        let back = String::from_utf8_lossy(&decoded);
        let loss = if ids.iter().any(|&id| self.judged.inventory.class(id) == Class::Unknown) {
            Loss::Unknown
        } else if bare(&back) == bare(text) {
            Loss::Spaces
        } else if normal.is_some_and(|normal| bare(&back) == bare(&normal)) {
            Loss::Normalizer
        } else {
            Loss::Other
        };
        Ok((decoded, loss))
    }
}

/// Text without white space and the marks that stand for it.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '▁').collect()
}

/// The neighbourhood of the first difference, from either side's bytes.
pub(super) fn difference(text: &str, decoded: &[u8]) -> Vec<u8> {
    let at = text.bytes().zip(decoded).take_while(|(a, b)| a == *b).count();
    let start = text.floor_char_boundary(at.saturating_sub(12));
    let part = |bytes: &[u8]| {
        let end = (at + 24).min(bytes.len());
        let end =
            (end..=bytes.len()).find(|&end| bytes.get(end).is_none_or(|b| b & 0xc0 != 0x80)).unwrap_or(bytes.len());
        bytes[start.min(end)..end].to_vec()
    };
    [&part(text.as_bytes())[..], " -> ".as_bytes(), &part(decoded)].concat()
}
