//! A recipe: everything that decides what training makes, apart from the text itself.
//!
//! It is plain data, spelled as on the command line, so that a file holds it, a person edits it and a run is repeated
//! from it. [`Recipe::default`] is the only place where defaults stand: the command line, recipe files and the library
//! all start from it, or from a row of [`PRESETS`].

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::morph;
use crate::text::Splitter;
use crate::tokenizer::Alphabet;
use crate::unicode::Normalizer;

use super::morphemes::Morph;
use super::{BpeTrainer, Constraint};

/// No vocabulary is larger; a size past it is a slip of the keyboard, and its tables would not fit into memory.
pub const MAX_VOCAB_SIZE: usize = 10_000_000;

/// The roles that a special token may have, in Hugging Face's terms.
pub const ROLES: [&str; 7] = ["bos", "eos", "unk", "pad", "sep", "cls", "mask"];

/// What becomes one document of a text file.
pub const DOCUMENTS: [&str; 3] = ["line", "file", "blank"];

/// A named starting point for recipes.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// The name that `--preset` takes.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// The recipe.
    pub recipe: fn() -> Recipe,
}

/// Every preset there is.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "bpe",
        about: "byte-pair encoding, merge for merge what Hugging Face's trainer learns",
        recipe: Recipe::default,
    },
    Preset {
        name: "morphbpe",
        about: "no merge is learned across a morpheme boundary; encoding is plain BPE (needs `--lang`, `--lookup` or `--model`)",
        recipe: || Recipe { preset: "morphbpe".to_owned(), morph: Morph::TrainOnly, ..Recipe::default() },
    },
    Preset {
        name: "morphtok",
        about: "morpheme boundaries hold at encoding too, and no token starts with a vowel sign (needs the same)",
        recipe: || Recipe {
            preset: "morphtok".to_owned(),
            morph: Morph::Hard,
            constrain: Constraint::Mark,
            ..Recipe::default()
        },
    },
    Preset {
        name: "cbpe",
        about: "Constrained BPE: no token starts with a vowel sign or another mark on the letter before it",
        recipe: || Recipe { preset: "cbpe".to_owned(), constrain: Constraint::Mark, ..Recipe::default() },
    },
];

/// A special token, written `TOKEN` or `role=TOKEN`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Special {
    /// One of [`ROLES`].
    pub role: Option<String>,
    /// Its text.
    pub token: String,
}

impl FromStr for Special {
    type Err = Error;

    fn from_str(text: &str) -> Result<Special> {
        let (role, token) = match text.split_once('=') {
            Some((role, token)) if ROLES.contains(&role) => (Some(role.to_owned()), token),
            _ => (None, text),
        };
        if token.is_empty() {
            return Err(
                Error::config("--special", "a special token is empty").with_hint("give it a text, such as `pad=<pad>`")
            );
        }
        Ok(Special { role, token: token.to_owned() })
    }
}

impl TryFrom<String> for Special {
    type Error = Error;

    fn try_from(text: String) -> Result<Special> {
        text.parse()
    }
}

impl From<Special> for String {
    fn from(special: Special) -> String {
        special.to_string()
    }
}

impl fmt::Display for Special {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.role {
            Some(role) => write!(f, "{role}={}", self.token),
            None => f.write_str(&self.token),
        }
    }
}

/// What to make. Field names are the keys of a recipe file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// The row of [`PRESETS`] it started from.
    pub preset: String,
    /// Language of the text, where it was named; picks the embedded sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// How text is cut: a name, or a regular expression whose matches are the pieces.
    pub pattern: String,
    /// How text is changed before that, in order: `nfc`, `nfkc`, `lowercase` and so on.
    pub normalize: Vec<String>,
    /// Tokens in all (special tokens, alphabet, merges), one number for each vocabulary to write.
    pub vocab_size: Vec<usize>,
    /// A pair must occur so often to be merged, as in Hugging Face's trainer; 0 and 1 mean the same.
    pub min_frequency: u64,
    /// Special tokens in the order of their ids.
    pub special: Vec<Special>,
    /// Unused tokens are added until the number of tokens is a multiple of this.
    pub pad_vocab_to_multiple: usize,
    /// Start from characters instead of bytes; those outside the alphabet become `<0x..>` tokens.
    pub byte_fallback: bool,
    /// For characters: only the most frequent so many are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_alphabet: Option<usize>,
    /// For characters: these are in the alphabet whether they occur or not.
    pub initial_alphabet: String,
    /// A token has fewer than so many base symbols.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_token_length: Option<usize>,
    /// How strictly morpheme boundaries are kept: `none`, `train-only` or `hard`.
    pub morph: Morph,
    /// With `hard`: boundaries hold in the most frequent so many words.
    pub morph_words: usize,
    /// A table of segmentations to take morphemes from, instead of the segmenter of `lang`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup: Option<PathBuf>,
    /// A learned segmenter to take morphemes from, instead of the one of `lang`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<PathBuf>,
    /// What tokens must respect: `none`, `mark`, `grapheme`, `akshara` or `utf8`.
    pub constrain: Constraint,
    /// What is a document of a text file: `line`, `file` or `blank`.
    pub document: String,
    /// The JSON field or Parquet column that holds the text.
    pub field: String,
    /// Replace invalid UTF-8 instead of refusing it.
    pub lossy: bool,
    /// For every choice that is made at random.
    pub seed: u64,
}

impl Default for Recipe {
    fn default() -> Self {
        Recipe {
            preset: "bpe".to_owned(),
            lang: None,
            pattern: "unicode".to_owned(),
            normalize: Vec::new(),
            vocab_size: vec![32_000],
            min_frequency: 0,
            special: vec![Special { role: Some("eos".to_owned()), token: "<|endoftext|>".to_owned() }],
            pad_vocab_to_multiple: 1,
            byte_fallback: false,
            limit_alphabet: None,
            initial_alphabet: String::new(),
            max_token_length: None,
            morph: Morph::None,
            morph_words: 100_000,
            lookup: None,
            model: None,
            constrain: Constraint::None,
            document: "line".to_owned(),
            field: "text".to_owned(),
            lossy: false,
            seed: 0,
        }
    }
}

impl Recipe {
    /// The recipe that a preset stands for.
    ///
    /// # Errors
    /// [`Error::Config`] naming the presets there are.
    pub fn preset(name: &str) -> Result<Recipe> {
        let names: Vec<&str> = PRESETS.iter().map(|p| p.name).collect();
        let row = PRESETS.iter().find(|p| p.name == name).ok_or_else(|| {
            Error::config("--preset", format!("there is no preset `{name}`"))
                .with_hint(format!("presets: {}; `toktool train --list` describes them", names.join(", ")))
        })?;
        Ok((row.recipe)())
    }

    /// Whether the recipe makes sense as a whole; what depends on the text is found out by training.
    ///
    /// # Errors
    /// [`Error::Config`] naming the first option that does not.
    pub fn check(&self) -> Result<()> {
        Recipe::preset(&self.preset)?;
        self.splitter()?;
        self.normalizers()?;
        if self.vocab_size.is_empty() {
            return Err(Error::config("--vocab-size", "no size is given"));
        }
        if let Some(size) = self.vocab_size.iter().find(|&&n| n == 0 || n > MAX_VOCAB_SIZE) {
            return Err(Error::config("--vocab-size", format!("{size} is not between 1 and {MAX_VOCAB_SIZE}")));
        }
        self.check_special()?;
        if self.pad_vocab_to_multiple == 0 || self.pad_vocab_to_multiple > 1 << 20 {
            let why = format!("{} is not between 1 and {}", self.pad_vocab_to_multiple, 1 << 20);
            return Err(Error::config("--pad-vocab-to-multiple", why));
        }
        if self.pattern == "metaspace" && !self.byte_fallback {
            return Err(Error::config("--pattern", "`metaspace` does not go with a byte-level vocabulary")
                .with_hint("add `--byte-fallback`"));
        }
        let of_characters = [
            ("--limit-alphabet", self.limit_alphabet.is_some()),
            ("--initial-alphabet", !self.initial_alphabet.is_empty()),
        ];
        for (option, given) in of_characters {
            if given && !self.byte_fallback {
                return Err(Error::config(option, "a byte-level vocabulary always holds all 256 bytes")
                    .with_hint("add `--byte-fallback` to start from characters"));
            }
        }
        self.check_morph()?;
        self.constrain.check_splitter(&self.splitter()?)?;
        if self.max_token_length == Some(0) {
            return Err(Error::config("--max-token-length", "no token is that short"));
        }
        if !DOCUMENTS.contains(&self.document.as_str()) {
            let why = format!("`{}` is none of {}", self.document, DOCUMENTS.join(", "));
            return Err(Error::config("--document", why));
        }
        if self.field.is_empty() {
            return Err(Error::config("--field", "the name is empty"));
        }
        Ok(())
    }

    fn check_morph(&self) -> Result<()> {
        if self.morph == Morph::None {
            let given = [("--lookup", self.lookup.is_some()), ("--model", self.model.is_some())];
            return match given.iter().find(|(_, given)| *given) {
                Some((option, _)) => Err(Error::config(*option, "nothing is done with morphemes")
                    .with_hint("add `--morph train-only` or `--morph hard`")),
                None => Ok(()),
            };
        }
        if self.morph_words == 0 {
            return Err(Error::config("--morph-words", "no word would keep its boundaries"));
        }
        match (&self.lookup, &self.model, &self.lang) {
            (Some(_), Some(_), _) => Err(Error::config("--model", "morphemes come from a table already")
                .with_hint("leave out `--model` or `--lookup`")),
            (None, None, None) => Err(Error::config("--morph", "nothing says where morphemes are")
                .with_hint("name a language with `--lang`, a table with `--lookup` or a learned model with `--model`")),
            (None, None, Some(lang)) => morph::language(lang).map(drop),
            _ => Ok(()),
        }
    }

    fn check_special(&self) -> Result<()> {
        let (mut given, mut roles) = (FxHashSet::default(), FxHashSet::default());
        for special in &self.special {
            if special.token.is_empty() {
                return Err(Error::config("--special", "a special token is empty"));
            }
            if !given.insert((&special.role, &special.token)) {
                return Err(Error::config("--special", format!("`{special}` is given twice")));
            }
            if let Some(role) = &special.role {
                if !ROLES.contains(&role.as_str()) {
                    return Err(Error::config("--special", format!("`{role}` is not a role"))
                        .with_hint(format!("roles are {}", ROLES.join(", "))));
                }
                if !roles.insert(role) {
                    return Err(Error::config("--special", format!("two tokens have the role `{role}`")));
                }
            }
        }
        Ok(())
    }

    /// How text is cut.
    ///
    /// # Errors
    /// [`Error::Config`] where the pattern is neither a known name nor a regular expression.
    pub fn splitter(&self) -> Result<Splitter> {
        Splitter::named(&self.pattern)
    }

    /// How text is changed before it is cut.
    ///
    /// # Errors
    /// [`Error::Config`] naming what is not a normalizer.
    pub fn normalizers(&self) -> Result<Vec<Normalizer>> {
        Ok(self.normalize.iter().map(|spec| Normalizer::parse(spec)).collect::<Result<Vec<_>>>()?.concat())
    }

    /// Texts of the special tokens in the order of their ids: a token with two roles is there once.
    pub fn special_tokens(&self) -> Vec<String> {
        let mut seen = FxHashSet::default();
        self.special.iter().filter(|s| seen.insert(&s.token)).map(|s| s.token.clone()).collect()
    }

    /// Pairs of role and token.
    pub fn roles(&self) -> Vec<(String, String)> {
        self.special.iter().filter_map(|s| Some((s.role.clone()?, s.token.clone()))).collect()
    }

    /// The largest vocabulary asked for; the smaller ones are beginnings of it.
    pub fn largest(&self) -> usize {
        self.vocab_size.iter().copied().max().unwrap_or(0)
    }

    /// The trainer that makes the largest vocabulary asked for.
    pub fn trainer(&self) -> BpeTrainer {
        BpeTrainer {
            vocab_size: self.largest(),
            min_frequency: self.min_frequency,
            special_tokens: self.special_tokens(),
            alphabet: if self.byte_fallback { Alphabet::Chars } else { Alphabet::Bytes },
            byte_fallback: self.byte_fallback,
            initial_alphabet: self.initial_alphabet.chars().collect(),
            limit_alphabet: self.limit_alphabet,
            max_token_length: self.max_token_length,
            constrain: self.constrain,
        }
    }
}

#[cfg(test)]
mod tests;
