//! Ids with the bytes of the original document that they stand for.
//!
//! Spans tile what was encoded: unlike the offsets of the `tokenizers` crate they are not trimmed of white space. A
//! byte-fallback token spans its one byte, a special token put around the document none, and a character that the
//! normalizer put in stands for the place where it was put.

use std::ops::Range;

use crate::error::Result;
use crate::vocab::Id;

use super::bpe::BpeCore;
use super::{Core, EncodeOptions, Encoder, Scratch, Section};

/// A token and the byte range of the document that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: Id,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// For each byte of changed text, the byte range it comes from.
type Alignment = Vec<(u32, u32)>;

/// The range that `range` of changed text comes from; `len` is the length of the unchanged text.
fn origin(alignment: &Alignment, range: Range<usize>, len: usize) -> Range<usize> {
    let start = alignment.get(range.start).map_or(len, |span| span.0 as usize);
    let end = if range.is_empty() { start } else { alignment.get(range.end - 1).map_or(len, |span| span.1 as usize) };
    start..end.max(start)
}

impl Encoder {
    /// The tokens of a document with the byte ranges they stand for.
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn encode_offsets(&self, text: &str, options: EncodeOptions, scratch: &mut Scratch) -> Result<Vec<Token>> {
        let core = match &self.core {
            Core::Bpe(core) => core,
            Core::Foreign(tokenizer) => {
                let encoding = tokenizer.encode(text, options)?;
                let spans = encoding.get_ids().iter().zip(encoding.get_offsets());
                return Ok(spans.map(|(&id, &(start, end))| Token { id, start, end }).collect());
            }
        };
        let mut tokens = Vec::new();
        let around =
            |ids: &[Id], at: usize| ids.iter().map(move |&id| Token { id, start: at, end: at }).collect::<Vec<_>>();
        if options.special_tokens {
            tokens.extend(around(&self.before, 0));
        }
        let plain = self.normalizing.is_identity() && !self.cutter.rewrites();
        // The alignment of the raw section that was normalized last: its parts come one after the other.
        let mut last: Option<(Range<usize>, Alignment)> = None;
        self.sections(text, options, &mut |section| {
            let raw = match &section {
                Section::Added(_, at) => at.raw.clone(),
                Section::Text { raw, .. } => raw.clone(),
            };
            if !plain && last.as_ref().is_none_or(|(range, _)| *range != raw) {
                last = Some((raw.clone(), self.normalizing.apply_aligned(&text[raw.clone()]).1));
            }
            let in_raw = |part: Range<usize>| match &last {
                Some((raw, alignment)) if !plain => {
                    let range = origin(alignment, part, raw.len());
                    raw.start + range.start..raw.start + range.end
                }
                _ => raw.start + part.start..raw.start + part.end,
            };
            match section {
                Section::Added(id, at) => {
                    let range = at.normal.map_or(at.raw, in_raw);
                    tokens.push(Token { id, start: range.start, end: range.end });
                }
                Section::Text { text: rewritten, normal, first, raw } if !plain => {
                    let whole = self.normalizing.apply(&text[raw]);
                    let (_, alignment) = self.cutter.rewrite_aligned(&whole[normal.clone()], first);
                    core.spans(&self.cutter, rewritten, scratch, &mut |id, range| {
                        let part = origin(&alignment, range, normal.len());
                        let range = in_raw(normal.start + part.start..normal.start + part.end);
                        tokens.push(Token { id, start: range.start, end: range.end });
                    });
                }
                Section::Text { text: rewritten, normal, .. } => {
                    core.spans(&self.cutter, rewritten, scratch, &mut |id, range| {
                        let range = in_raw(normal.start + range.start..normal.start + range.end);
                        tokens.push(Token { id, start: range.start, end: range.end });
                    });
                }
            }
            Ok(())
        })?;
        if options.special_tokens {
            tokens.extend(around(&self.after, text.len()));
        }
        Ok(tokens)
    }
}

impl BpeCore {
    /// The tokens of text between added tokens, with their ranges in it.
    fn spans(
        &self,
        cutter: &crate::text::Cutter,
        text: &str,
        scratch: &mut Scratch,
        emit: &mut dyn FnMut(Id, Range<usize>),
    ) {
        if self.bridge.is_some()
            && let Some(id) = self.whole(text.as_bytes())
        {
            return emit(id, 0..text.len());
        }
        let mut ids = Vec::new();
        let mut symbols = Vec::new();
        self.cut(cutter, text, |start, end| {
            ids.clear();
            symbols.clear();
            self.encode_one(text.as_bytes(), start, end, scratch, &mut ids);
            if let [id] = ids[..] {
                return emit(id, start..end);
            }
            let spelled = |id: Id| self.vocab.token(id).map_or(0, <[u8]>::len);
            self.base.symbols(&text.as_bytes()[start..end], |id, covered| symbols.push((spelled(id), covered)));
            // A token is spelled as its symbols are, one after the other, whatever they cover.
            let mut symbols = symbols.iter();
            let mut at = start;
            for &id in &ids {
                let (mut missing, from) = (spelled(id), at);
                while missing > 0 {
                    let Some(&(len, covered)) = symbols.next() else { break };
                    missing = missing.saturating_sub(len);
                    at += covered;
                }
                emit(id, from..at);
            }
        });
    }
}
