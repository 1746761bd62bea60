//! SentencePiece's `.model`: a `ModelProto` of pieces, trainer settings and normalizer settings.
//!
//! Field numbers are those of SentencePiece's public `sentencepiece_model.proto`; `pieces` says what becomes
//! of the content. Not read, with a clear refusal: word and character models, white space as a suffix, unescaped
//! white space, unused pieces, a denormalizer. No token is put around a document by default, as in the SentencePiece
//! library. O(file).

use super::pieces::{Kind, Piece, Pieces};
use super::protobuf::{Field, Message};
use crate::error::{Error, Place, Result};
use crate::tokenizer::Tokenizer;

/// Whether `bytes` start like a `ModelProto`: its first field is a piece that starts with its text.
pub fn looks_like(bytes: &[u8]) -> bool {
    let mut message = Message::new(bytes, 0);
    match message.next() {
        Ok(Some((1, Field::Bytes(piece)))) => {
            let text = Message::new(piece, 0).next();
            matches!(text, Ok(Some((1, Field::Bytes(text)))) if std::str::from_utf8(text).is_ok())
        }
        _ => false,
    }
}

/// Reads a `.model`.
///
/// # Errors
/// [`Error::Input`] without a path that names the byte; [`Error::Unsupported`] for settings that no tokenizer here
/// reproduces.
pub fn read(bytes: &[u8]) -> Result<Tokenizer> {
    let mut model = Pieces { add_dummy_prefix: true, remove_extra_whitespaces: true, ..Pieces::default() };
    let mut kind = 1;
    let mut message = Message::new(bytes, 0);
    while let Some((number, field)) = message.next()? {
        let Some(body) = field.bytes() else { continue };
        let start = message.place() - body.len();
        match number {
            1 => model.pieces.push(piece(body, start)?),
            2 => trainer(Message::new(body, start), &mut model, &mut kind)?,
            3 => normalizer(Message::new(body, start), &mut model)?,
            5 if has_charsmap(Message::new(body, start))? => {
                return Err(Error::unsupported(
                    "a SentencePiece model with a denormalizer",
                    "decoding would not undo it",
                ));
            }
            _ => {}
        }
    }
    match kind {
        1 => model.unigram = true,
        2 => {}
        3 => return Err(Error::unsupported("a SentencePiece word model", "only BPE and Unigram models can be read")),
        _ => {
            return Err(Error::unsupported(
                "a SentencePiece character model",
                "only BPE and Unigram models can be read",
            ));
        }
    }
    if model.pieces.is_empty() {
        return Err(Error::input("", "the model has no pieces"));
    }
    model.tokenizer()
}

fn piece(body: &[u8], start: usize) -> Result<Piece> {
    let fault = |why: &str| Error::input("", why).at(Place::Byte(start as u64));
    let mut out = Piece { text: String::new(), score: 0.0, kind: Kind::Normal };
    let mut message = Message::new(body, start);
    while let Some((number, field)) = message.next()? {
        match number {
            1 => {
                let text = field.bytes().and_then(|b| std::str::from_utf8(b).ok());
                out.text = text.ok_or_else(|| fault("a piece is not UTF-8"))?.to_owned();
            }
            2 => out.score = field.float().ok_or_else(|| fault("a score is not a number"))?,
            3 => {
                let kind = field.number().and_then(Kind::from_number);
                out.kind = kind.ok_or_else(|| fault("a piece of an unknown kind"))?;
            }
            _ => {}
        }
    }
    if out.kind == Kind::Unused {
        // The library joins it all the same and takes it apart again afterwards.
        return Err(Error::unsupported(format!("unused piece `{}`", out.text), "such pieces have no counterpart"));
    }
    Ok(out)
}

fn trainer(mut message: Message<'_>, model: &mut Pieces, kind: &mut u64) -> Result<()> {
    while let Some((number, field)) = message.next()? {
        match (number, field) {
            (3, Field::Varint(n)) => *kind = n,
            (24, Field::Varint(1..)) => {
                return Err(Error::unsupported(
                    "a SentencePiece model with white space as a suffix",
                    "it is not supported",
                ));
            }
            (35, field) => model.byte_fallback = field.flag().unwrap_or_default(),
            _ => {}
        }
    }
    Ok(())
}

fn normalizer(mut message: Message<'_>, model: &mut Pieces) -> Result<()> {
    while let Some((number, field)) = message.next()? {
        match (number, field) {
            (2, Field::Bytes(map)) => model.charsmap = map.to_vec(),
            (3, field) => model.add_dummy_prefix = field.flag().unwrap_or_default(),
            (4, field) => model.remove_extra_whitespaces = field.flag().unwrap_or_default(),
            (5, Field::Varint(0)) => {
                return Err(Error::unsupported(
                    "a SentencePiece model with unescaped white space",
                    "it is not supported",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn has_charsmap(mut message: Message<'_>) -> Result<bool> {
    while let Some((number, field)) = message.next()? {
        if number == 2 && field.bytes().is_some_and(|b| !b.is_empty()) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
