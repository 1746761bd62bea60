//! The artefact: everything that turns text into ids and back, as plain data.
//!
//! [`crate::encode::Encoder`] is its fast form; [`crate::formats`] reads and writes it.

use std::collections::BTreeMap;

use crate::text::Splitter;
use crate::unicode::Normalizer;
use crate::vocab::{Id, Vocab};

/// A tokenizer as its file describes it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tokenizer {
    /// Applied in order to text between added tokens.
    pub normalizers: Vec<Normalizer>,
    /// The pre-tokenizer.
    pub splitter: Splitter,
    /// Pieces to ids.
    pub model: Model,
    /// Tokens recognised in the text before anything else, in file order.
    pub added: Vec<AddedToken>,
    /// Special tokens around a document.
    pub post: Post,
    /// Ids back to text; empty: the bytes of the tokens joined.
    pub decoders: Vec<Decoder>,
    /// What the file held, so that writing loses nothing.
    pub carried: Carried,
}

impl Tokenizer {
    /// Whether every text comes back byte for byte from its ids: nothing normalizes it, no character is unknown,
    /// spaces are not rewritten into a mark that text may hold itself, no added token swallows white space, and decoding
    /// puts nothing in the place of anything.
    pub fn is_lossless(&self) -> bool {
        let Model::Bpe(model) = &self.model else { return false };
        let complete = match model.alphabet {
            Alphabet::Bytes => {
                let by_token = model.vocab.by_token();
                (0..=255u8).all(|b| by_token.contains_key(&[b][..]))
            }
            Alphabet::Chars => {
                let by_token = model.vocab.by_token();
                model.byte_fallback
                    && self.decoders.contains(&Decoder::ByteFallback)
                    && (0..=255u8).all(|b| by_token.contains_key(format!("<0x{b:02X}>").as_bytes()))
            }
        };
        let rewrites = |decoder: &Decoder| {
            matches!(decoder, Decoder::Strip { .. } | Decoder::Metaspace { .. } | Decoder::Replace { .. })
        };
        let swallows = self.added.iter().any(|token| token.lstrip || token.rstrip);
        let rewritten = self.splitter.rewrite.is_some() || self.decoders.iter().any(rewrites);
        let changes = swallows || rewritten || !self.normalizers.is_empty();
        complete && !changes && model.unk.is_none()
    }
}

/// How pieces become ids.
#[derive(Debug, Clone, PartialEq)]
pub enum Model {
    /// Byte-pair encoding, encoded natively.
    Bpe(Bpe),
    /// Anything else (WordPiece, Unigram, unknown parts): the text of a whole `tokenizer.json`, encoded by the
    /// `tokenizers` crate.
    Foreign(String),
}

impl Default for Model {
    fn default() -> Self {
        Model::Bpe(Bpe::default())
    }
}

/// What the symbols are that merging starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Alphabet {
    /// The 256 bytes; the file spells them in GPT-2's byte alphabet.
    #[default]
    Bytes,
    /// Characters; what the vocabulary lacks becomes `<0x..>` tokens with byte fallback, else the unknown token.
    Chars,
}

/// A byte-pair encoding model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bpe {
    /// Tokens and merges.
    pub vocab: Vocab,
    /// What merging starts from.
    pub alphabet: Alphabet,
    /// Characters outside the vocabulary become `<0x..>` tokens.
    pub byte_fallback: bool,
    /// A piece that is a token as a whole is that token, whatever the merges say.
    pub ignore_merges: bool,
    /// The unknown token.
    pub unk: Option<Id>,
    /// Whether unknown characters in a row become one unknown token.
    pub fuse_unk: bool,
}

impl Bpe {
    /// The same settings with an empty vocabulary.
    pub fn without_vocab(&self) -> Bpe {
        Bpe { vocab: Vocab::new(), ..*self }
    }
}

/// A token recognised in the text itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddedToken {
    /// Its id.
    pub id: Id,
    /// Its text.
    pub content: String,
    /// Whether it is a control token rather than text.
    pub special: bool,
    /// Only recognised where no word character touches it.
    pub single_word: bool,
    /// Swallows the white space before it.
    pub lstrip: bool,
    /// Swallows the white space after it.
    pub rstrip: bool,
    /// Looked for in the normalized text rather than in the raw text.
    pub normalized: bool,
}

/// Special tokens that `--special-tokens` puts around a single document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Post {
    /// Ids before the document.
    pub before: Vec<Id>,
    /// Ids after it.
    pub after: Vec<Id>,
}

/// One step from tokens back to text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoder {
    /// Token bytes are joined as they are.
    ByteLevel,
    /// Every `from` inside a token becomes `to`.
    Replace {
        /// What is replaced.
        from: String,
        /// By what.
        to: String,
    },
    /// `<0x..>` tokens become their byte.
    ByteFallback,
    /// Tokens are joined into one string; what follows sees the whole text.
    Fuse,
    /// Up to `start` and `stop` times `content` is cut from the ends.
    Strip {
        /// The character.
        content: char,
        /// How often at the start.
        start: usize,
        /// How often at the end.
        stop: usize,
    },
    /// `mark` becomes a space; one that was prepended to the first token is dropped.
    Metaspace {
        /// Usually U+2581.
        mark: char,
        /// Whether the first token carries a prepended mark.
        prepended: bool,
    },
}

/// Parts of a `tokenizer.json` kept as they were read.
///
/// A section is written back raw as long as what it says still equals what the tokenizer holds; unknown sections and
/// unknown model keys are always written back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Carried {
    /// Top-level keys in file order with their raw JSON; the model's is empty, its other keys are below.
    pub sections: Vec<(String, String)>,
    /// Keys of the model object except vocabulary and merges, in file order, with their raw JSON.
    pub model: Vec<(String, String)>,
    /// Added-token keys that this crate does not know, by id, as raw JSON.
    pub added: BTreeMap<Id, String>,
    /// Whether merges stood as `"a b"` strings rather than as pairs.
    pub merges_as_strings: bool,
}
