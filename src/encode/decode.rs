//! Ids back to bytes.
//!
//! What a token decodes to is worked out once per token; decoding then joins stretches of one buffer. Deviation from
//! the `tokenizers` crate: bytes stay bytes, where it replaces what is not UTF-8; and an added token decodes to its
//! text, even where that text happens to be spelled in the byte alphabet.

use crate::tokenizer::{Alphabet, Decoder, Model, Tokenizer};
use crate::vocab::Id;

use super::foreign::guarded;
use super::{Core, Encoder};

/// Bytes copied at once.
const CHUNK: usize = 16;

/// Decoded tokens, and what happens to the whole text.
#[derive(Debug)]
pub(super) struct Decoding {
    bytes: Vec<u8>,
    spans: Vec<(u32, u32)>,
    special: Vec<bool>,
    /// Characters cut from the start and the end of the text: (character, most at the start, most at the end).
    strip: Option<(char, usize, usize)>,
}

impl Decoding {
    pub(super) fn new(tokenizer: &Tokenizer) -> Decoding {
        let mut decoding = Decoding { bytes: Vec::new(), spans: Vec::new(), special: Vec::new(), strip: None };
        let Model::Bpe(model) = &tokenizer.model else { return decoding };
        for decoder in &tokenizer.decoders {
            match *decoder {
                Decoder::Strip { content, start, stop } => decoding.strip = Some((content, start, stop)),
                Decoder::Metaspace { prepended: true, .. } => decoding.strip = Some((' ', 1, 0)),
                _ => {}
            }
        }
        for (id, token) in model.vocab.iter() {
            match model.alphabet {
                Alphabet::Bytes => decoding.set(id, token),
                Alphabet::Chars => {
                    let text = String::from_utf8_lossy(token);
                    match fallback_byte(&text).filter(|_| tokenizer.decoders.contains(&Decoder::ByteFallback)) {
                        Some(byte) => decoding.set(id, &[byte]),
                        None => decoding.set(id, readable(&text, &tokenizer.decoders).as_bytes()),
                    }
                }
            }
        }
        for token in &tokenizer.added {
            match model.alphabet {
                Alphabet::Bytes => decoding.set(token.id, token.content.as_bytes()),
                Alphabet::Chars => decoding.set(token.id, readable(&token.content, &tokenizer.decoders).as_bytes()),
            }
            decoding.special[token.id as usize] = token.special;
        }
        // The last token is copied in one chunk, too.
        decoding.bytes.extend([0; CHUNK]);
        decoding
    }

    fn set(&mut self, id: Id, text: &[u8]) {
        let index = id as usize;
        if index >= self.spans.len() {
            self.spans.resize(index + 1, (0, 0));
            self.special.resize(index + 1, false);
        }
        self.spans[index] = (self.bytes.len() as u32, (self.bytes.len() + text.len()) as u32);
        self.bytes.extend_from_slice(text);
    }

    fn join(&self, ids: &[Id], skip_special: bool, out: &mut Vec<u8>) {
        let start = out.len();
        for &id in ids {
            let Some(&(from, to)) = self.spans.get(id as usize) else { continue };
            if skip_special && self.special[id as usize] {
                continue;
            }
            let (from, to) = (from as usize, to as usize);
            match self.bytes[from..].first_chunk::<CHUNK>() {
                // A copy of known length and a cut are cheaper than a copy of any length.
                Some(chunk) if to - from <= CHUNK => {
                    let end = out.len() + (to - from);
                    out.extend_from_slice(chunk);
                    out.truncate(end);
                }
                _ => out.extend_from_slice(&self.bytes[from..to]),
            }
        }
        if let Some((content, most_start, most_stop)) = self.strip {
            let mut buffer = [0; 4];
            let mark = content.encode_utf8(&mut buffer).as_bytes();
            let mut cut = 0;
            while cut < most_start && out[start + cut * mark.len()..].starts_with(mark) {
                cut += 1;
            }
            out.drain(start..start + cut * mark.len());
            for _ in 0..most_stop {
                if !out[start..].ends_with(mark) {
                    break;
                }
                out.truncate(out.len() - mark.len());
            }
        }
    }
}

/// The byte of a `<0x..>` token.
fn fallback_byte(token: &str) -> Option<u8> {
    let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
    if digits.len() == 2 { u8::from_str_radix(digits, 16).ok() } else { None }
}

fn readable(token: &str, decoders: &[Decoder]) -> String {
    decoders.iter().fold(token.to_owned(), |text, decoder| match decoder {
        Decoder::Replace { from, to } if !from.is_empty() => text.replace(from.as_str(), to),
        Decoder::Metaspace { mark, .. } => text.replace(*mark, " "),
        _ => text,
    })
}

impl Encoder {
    /// The bytes that ids stand for; ids without a token are passed over. With `skip_special`, so are special tokens.
    pub fn decode(&self, ids: &[Id], skip_special: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(ids.len() * 5);
        self.decode_into(ids, skip_special, &mut out);
        out
    }

    /// The bytes that a token stands for inside a text, taken from the token itself: a part of a character stays a part.
    /// `None` for an id without a token, and for all tokens of a foreign model.
    pub fn token_bytes(&self, id: Id) -> Option<&[u8]> {
        let &(from, to) = self.decoding.spans.get(id as usize)?;
        (from < to).then(|| &self.decoding.bytes[from as usize..to as usize])
    }

    /// Appends the bytes that ids stand for to `out`.
    pub fn decode_into(&self, ids: &[Id], skip_special: bool, out: &mut Vec<u8>) {
        match &self.core {
            Core::Bpe(_) => self.decoding.join(ids, skip_special, out),
            Core::Foreign(tokenizer) => {
                let text = guarded(|| tokenizer.decode(ids, skip_special)).unwrap_or_default();
                out.extend_from_slice(text.as_bytes());
            }
        }
    }
}
