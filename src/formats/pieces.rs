//! SentencePiece vocabularies as tokenizers, whichever file they come from (`.model` or GGUF).
//!
//! SentencePiece's BPE has scores instead of merges: of all neighbours whose join is a piece it joins the one of the
//! best score, leftmost first. A merge list says the same with every cut of every piece into two pieces, ranked by
//! the piece's score. Equal scores are the exception, since a list cannot say "leftmost first" across pieces: they
//! are accepted only between runs of one character (`▁▁`, `▁▁▁`), where growing the longer left part first comes to
//! the same. Text is treated as in Llama 2's `tokenizer.json`: `▁` before the text, `▁` for a space.
//!
//! Unigram models, and models with a character map, become the `tokenizer.json` that says the same to the
//! `tokenizers` crate. Known limits: the crate applies a character map grapheme by grapheme, SentencePiece to the
//! longest match, which differs on rare sequences of marks; of two Unigram segmentations with
//! one score the two libraries may take different ones; user-defined symbols become added tokens, as in Hugging
//! Face's own converters, so that text after one starts with `▁` again. O(sum of piece lengths).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::hf;
use crate::error::{Error, Place, Result};
use crate::tokenizer::{AddedToken, Alphabet, Bpe, Decoder, Model, Post, Tokenizer};
use crate::unicode::Normalizer;
use crate::vocab::{Id, Merge, Vocab};

/// What stands for a space.
const MARK: &str = "▁";
/// Longer pieces are no pieces: their cuts would cost the square of their length.
const MAX_PIECE: usize = 1024;

/// The kind of a piece, by SentencePiece's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Unknown,
    Control,
    UserDefined,
    /// In the vocabulary, but nothing makes it.
    Unused,
    Byte,
}

impl Kind {
    pub fn from_number(n: u64) -> Option<Kind> {
        Some(match n {
            1 => Kind::Normal,
            2 => Kind::Unknown,
            3 => Kind::Control,
            4 => Kind::UserDefined,
            5 => Kind::Unused,
            6 => Kind::Byte,
            _ => return None,
        })
    }
}

/// One entry of the vocabulary; its place is its id.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub text: String,
    pub score: f32,
    pub kind: Kind,
}

/// A vocabulary with what is said about the text before it.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub pieces: Vec<Piece>,
    pub unigram: bool,
    pub byte_fallback: bool,
    pub add_dummy_prefix: bool,
    pub remove_extra_whitespaces: bool,
    pub charsmap: Vec<u8>,
    pub post: Post,
}

impl Pieces {
    /// The tokenizer that encodes as SentencePiece does.
    ///
    /// # Errors
    /// [`Error::Input`] for a vocabulary that contradicts itself, [`Error::Unsupported`] for one that no merge list says.
    pub fn tokenizer(self) -> Result<Tokenizer> {
        self.check_bytes()?;
        let tokenizer = self.plain()?;
        if !self.unigram && self.charsmap.is_empty() {
            return Ok(tokenizer);
        }
        let json = hf::write_string(&tokenizer)?;
        let mut file: Value = serde_json::from_str(&json).map_err(hf::json_error)?;
        if !self.charsmap.is_empty() {
            let map = json!({"type": "Precompiled", "precompiled_charsmap": STANDARD.encode(&self.charsmap)});
            file["normalizer"] = json!({"type": "Sequence", "normalizers": [map, file["normalizer"]]});
        }
        if self.unigram {
            let unk = self.pieces.iter().position(|p| p.kind == Kind::Unknown);
            let vocab: Vec<Value> = self.pieces.iter().map(|p| json!([p.text, f64::from(p.score)])).collect();
            file["model"] =
                json!({"type": "Unigram", "unk_id": unk, "vocab": vocab, "byte_fallback": self.byte_fallback});
        }
        hf::read_str(&file.to_string())
    }

    /// Byte fallback needs a piece for every byte; SentencePiece refuses a model without them, too.
    fn check_bytes(&self) -> Result<()> {
        let bytes = self.pieces.iter().filter(|p| p.kind == Kind::Byte).count();
        if self.byte_fallback && bytes != 256 {
            return Err(Error::input(
                "",
                format!("it falls back to bytes, but has {bytes} byte pieces instead of 256"),
            )
            .with_hint("train or convert the model again"));
        }
        Ok(())
    }

    /// The tokenizer with neither character map nor Unigram scores.
    fn plain(&self) -> Result<Tokenizer> {
        let mut vocab = Vocab::new();
        let mut by_text: FxHashMap<&str, Id> = FxHashMap::default();
        let mut added = Vec::new();
        for (id, piece) in self.pieces.iter().enumerate() {
            let fault = |why: &str| Err(Error::input("", why).at(Place::Entry(piece.text.clone())));
            if by_text.insert(&piece.text, id as Id).is_some() {
                return fault("the piece stands in the vocabulary twice");
            }
            if piece.text.is_empty() {
                return fault("a piece is empty");
            }
            vocab.set(id as Id, piece.text.as_bytes());
            if matches!(piece.kind, Kind::Control | Kind::Unknown | Kind::UserDefined) {
                let special = piece.kind != Kind::UserDefined;
                let content = piece.text.clone();
                added.push(AddedToken { id: id as Id, content, special, ..AddedToken::default() });
            }
        }
        if !self.unigram {
            vocab.merges = self.merges(&by_text)?;
        }
        let bpe = Bpe {
            vocab,
            alphabet: Alphabet::Chars,
            byte_fallback: self.byte_fallback,
            ignore_merges: false,
            unk: self.pieces.iter().position(|p| p.kind == Kind::Unknown).map(|id| id as Id),
            fuse_unk: true,
        };
        Ok(Tokenizer {
            normalizers: self.normalizers(),
            model: Model::Bpe(bpe),
            added,
            post: self.post.clone(),
            decoders: self.decoders(),
            ..Tokenizer::default()
        })
    }

    fn normalizers(&self) -> Vec<Normalizer> {
        let replace =
            |from: &str, regex: bool, to: &str| Normalizer::Replace { from: from.into(), regex, to: to.into() };
        let mut steps = Vec::new();
        if self.remove_extra_whitespaces {
            steps.push(replace(r"^ +|[ ▁]+$", true, ""));
            steps.push(replace(" {2,}", true, " "));
        }
        if self.add_dummy_prefix {
            steps.push(Normalizer::Prepend(MARK.into()));
        }
        steps.push(replace(" ", false, MARK));
        steps
    }

    fn decoders(&self) -> Vec<Decoder> {
        let mut steps = vec![Decoder::Replace { from: MARK.into(), to: " ".into() }];
        if self.byte_fallback {
            steps.push(Decoder::ByteFallback);
        }
        steps.push(Decoder::Fuse);
        if self.add_dummy_prefix {
            steps.push(Decoder::Strip { content: ' ', start: 1, stop: 0 });
        }
        steps
    }

    /// Every cut of a normal piece into two normal pieces, best score first, then the longer left part.
    fn merges(&self, by_text: &FxHashMap<&str, Id>) -> Result<Vec<Merge>> {
        let normal = |text: &str| {
            let id = *by_text.get(text)?;
            (self.pieces.get(id as usize)?.kind == Kind::Normal).then_some(id)
        };
        // (merge, score, characters on the left)
        let mut cuts: Vec<(Merge, f32, usize)> = Vec::new();
        for (new, piece) in self.pieces.iter().enumerate().filter(|(_, p)| p.kind == Kind::Normal) {
            let place = || Place::Entry(piece.text.clone());
            if piece.text.len() > MAX_PIECE {
                return Err(Error::input("", format!("the piece is longer than {MAX_PIECE} bytes")).at(place()));
            }
            if piece.score.is_nan() {
                return Err(Error::input("", "its score is not a number").at(place()));
            }
            for (chars, (at, c)) in piece.text.char_indices().enumerate() {
                if piece.text.len() > c.len_utf8() && normal(&piece.text[at..at + c.len_utf8()]).is_none() {
                    let why = format!("its character `{c}` is no piece, so no merge list can build it");
                    return Err(Error::unsupported(format!("piece `{}`", piece.text), why));
                }
                if at == 0 {
                    continue;
                }
                let (left, right) = piece.text.split_at(at);
                if let (Some(left), Some(right)) = (normal(left), normal(right)) {
                    cuts.push((Merge { left, right, new: new as Id }, piece.score, chars));
                }
            }
        }
        cuts.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.cmp(&a.2)).then(a.0.new.cmp(&b.0.new)));
        for pair in cuts.windows(2) {
            let [(a, score_a, _), (b, score_b, _)] = pair else { continue };
            let text = |m: &Merge| self.pieces.get(m.new as usize).map_or("", |p| p.text.as_str());
            if score_a == score_b
                && a.new != b.new
                && (one_char(text(a)).is_none() || one_char(text(a)) != one_char(text(b)))
            {
                let why = format!("it has the score of `{}`, and a merge list cannot say `leftmost first`", text(b));
                return Err(Error::unsupported(format!("piece `{}`", text(a)), why));
            }
        }
        Ok(cuts.into_iter().map(|c| c.0).collect())
    }
}

/// The character that the whole text repeats.
fn one_char(text: &str) -> Option<char> {
    let first = text.chars().next()?;
    text.chars().all(|c| c == first).then_some(first)
}
