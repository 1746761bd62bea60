//! What is judged: a tokenizer, or one of the degenerate baselines that every figure has to be read beside.

use std::borrow::Cow;

use serde_json::Value;
use toktool::encode::{EncodeOptions, Encoder, Scratch, Token};
use toktool::formats::foreign;
use toktool::random::Random;
use toktool::tokenizer::{Alphabet, Decoder, Model, Tokenizer};
use toktool::unicode::Normalizing;
use toktool::vocab::Id;
use toktool::{Result, alphabet};
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

/// What an entry of a vocabulary is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Text.
    Text,
    /// A control token.
    Special,
    /// What stands for anything unknown.
    Unknown,
    /// `<0x..>`: a byte of a character that the vocabulary lacks.
    Fallback,
    /// The id has no token.
    Hole,
}

/// The entries of a vocabulary, by id.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    bytes: Vec<u8>,
    entries: Vec<(u32, u32, u8)>,
    /// Ids that have a token, added tokens included.
    pub declared: u64,
    /// Whether there is an unknown token.
    pub has_unknown: bool,
    /// Whether there are byte-fallback tokens.
    pub has_fallback: bool,
}

const CLASSES: [Class; 5] = [Class::Text, Class::Special, Class::Unknown, Class::Fallback, Class::Hole];

impl Facts {
    /// One more than the greatest id.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes that a token stands for inside a text; empty for a hole.
    pub fn bytes(&self, id: Id) -> &[u8] {
        self.entries.get(id as usize).map_or(&[], |&(from, to, _)| &self.bytes[from as usize..to as usize])
    }

    /// What the entry is for.
    pub fn class(&self, id: Id) -> Class {
        self.entries.get(id as usize).map_or(Class::Hole, |&(_, _, class)| CLASSES[class as usize])
    }

    fn set(&mut self, id: Id, bytes: &[u8], class: Class) {
        let index = id as usize;
        if index >= self.entries.len() {
            self.entries.resize(index + 1, (0, 0, Class::Hole as u8));
        }
        if self.class(id) == Class::Hole {
            self.declared += 1;
        }
        self.has_unknown |= class == Class::Unknown;
        self.has_fallback |= class == Class::Fallback;
        self.entries[index] = (self.bytes.len() as u32, (self.bytes.len() + bytes.len()) as u32, class as u8);
        self.bytes.extend_from_slice(bytes);
    }

    fn of(tokenizer: &Tokenizer, encoder: &Encoder) -> Result<Facts> {
        let mut facts = Facts::default();
        match &tokenizer.model {
            Model::Bpe(model) => {
                let falls_back = model.byte_fallback && tokenizer.decoders.contains(&Decoder::ByteFallback);
                for (id, token) in model.vocab.iter() {
                    let class = match model.alphabet {
                        _ if model.unk == Some(id) => Class::Unknown,
                        Alphabet::Chars if falls_back && is_fallback(token) => Class::Fallback,
                        _ => Class::Text,
                    };
                    facts.set(id, encoder.token_bytes(id).unwrap_or_default(), class);
                }
            }
            Model::Foreign(json) => {
                let mut vocabulary: Vec<(String, u32)> = foreign::load(json)?.get_vocab(true).into_iter().collect();
                vocabulary.sort_unstable_by_key(|entry| entry.1);
                let file: Value = serde_json::from_str(json).unwrap_or_default();
                let byte_level = json.contains("\"ByteLevel\"");
                for (token, id) in &vocabulary {
                    let class = match token.as_bytes() {
                        _ if is_unknown(&file["model"], token, *id) => Class::Unknown,
                        bytes if is_fallback(bytes) => Class::Fallback,
                        _ => Class::Text,
                    };
                    facts.set(*id, &foreign_bytes(token, byte_level, class), class);
                }
            }
        }
        for token in &tokenizer.added {
            let unknown = facts.class(token.id) == Class::Unknown;
            let class = match token.special {
                _ if unknown => Class::Unknown,
                true => Class::Special,
                false => Class::Text,
            };
            facts.set(token.id, token.content.as_bytes(), class);
        }
        Ok(facts)
    }
}

/// Whether a foreign model names a token as what is unknown: by its text (WordPiece, WordLevel) or its id (Unigram).
fn is_unknown(model: &Value, token: &str, id: Id) -> bool {
    model["unk_token"].as_str() == Some(token) || model["unk_id"].as_u64() == Some(u64::from(id))
}

/// Whether a token is spelled `<0xNN>`.
fn is_fallback(token: &[u8]) -> bool {
    token.len() == 6 && token.starts_with(b"<0x") && token[5] == b'>' && token[3..5].iter().all(u8::is_ascii_hexdigit)
}

/// What a token of a foreign model stands for: its mark of a word's start is a space, that of a continuation nothing.
fn foreign_bytes<'t>(token: &'t str, byte_level: bool, class: Class) -> Cow<'t, [u8]> {
    if class == Class::Fallback {
        let digits = &token[3..5];
        return Cow::Owned(vec![u8::from_str_radix(digits, 16).unwrap_or_default()]);
    }
    if byte_level && let Some(bytes) = alphabet::unspell(token) {
        return Cow::Owned(bytes);
    }
    match token.strip_prefix("##") {
        Some(rest) if !rest.is_empty() => Cow::Borrowed(rest.as_bytes()),
        _ if token.contains('▁') => Cow::Owned(token.replace('▁', " ").into_bytes()),
        _ => Cow::Borrowed(token.as_bytes()),
    }
}

/// A tokenizer under judgement.
#[derive(Debug)]
pub struct Judged {
    /// Its fast form.
    pub encoder: Encoder,
    /// Its vocabulary.
    pub facts: Facts,
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
                end += self.facts.bytes(id).len();
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
        let facts = Facts::of(&tokenizer, &encoder)?;
        let normalizing = Normalizing::new(&tokenizer.normalizers)?;
        // Where nothing is changed and every byte is spelled, spans follow from the tokens.
        let bytes = matches!(&tokenizer.model, Model::Bpe(model) if model.alphabet == Alphabet::Bytes);
        let tiles = bytes && tokenizer.is_lossless();
        let judged = Judged { encoder, facts, normalizing, tokenizer, tiles };
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

    #[test]
    fn fallback_tokens_are_bytes_in_angle_brackets() {
        assert!(is_fallback(b"<0x0A>") && !is_fallback(b"<0xZZ>") && !is_fallback(b"<0x0A") && !is_fallback(b"<unk>"));
    }
}
