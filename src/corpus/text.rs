//! Plain bytes: cut into blocks at document ends (in order, under the lock), then checked and searched (anywhere).
//!
//! A block is one large read into a fresh buffer, cut behind the last document end; the rest is carried into the next
//! buffer. A line feed byte is never part of a longer UTF-8 sequence, so a cut there splits no character and the check
//! can run block by block, also on invalid input. A document longer than the buffer makes the buffer grow by doubling,
//! and only the new bytes are searched: linear time. Paragraphs are searched anew after each doubling, which at most
//! doubles the work.

use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use memchr::{memchr, memchr_iter, memrchr};

use super::{Found, Piece, input, not_utf8};
use crate::error::{Error, Place, Result};

/// The longest file that can be one document: spans are 32-bit.
const MAX_WHOLE: usize = u32::MAX as usize;

/// Where a stream may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Behind a line feed.
    Line,
    /// Behind a line feed, and lines are counted for error messages.
    CountedLine,
    /// Behind a blank line.
    Paragraph,
    /// Nowhere.
    Whole,
}

/// A stream being cut into blocks of whole documents.
pub(super) struct Cutter {
    reader: input::Bytes,
    packing: Option<&'static str>,
    unit: Unit,
    block: usize,
    /// Capacity of the next buffer besides the carried bytes.
    want: usize,
    cap: usize,
    carry: Vec<u8>,
    /// Decompressed offset and line number of the first carried byte.
    offset: u64,
    line: u64,
    blocks: u64,
    ended: bool,
}

impl std::fmt::Debug for Cutter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cutter").field("unit", &self.unit).field("offset", &self.offset).finish_non_exhaustive()
    }
}

impl Cutter {
    /// `first` is how much of `block` the first buffer needs, `max_line` the longest line or paragraph.
    pub(super) fn new(
        reader: input::Bytes,
        packing: Option<&'static str>,
        unit: Unit,
        block: usize,
        first: usize,
        max_line: usize,
    ) -> Self {
        let cap = if unit == Unit::Whole { MAX_WHOLE } else { max_line };
        let carry = Vec::new();
        Cutter {
            reader,
            packing,
            unit,
            block: block.max(1),
            want: first,
            cap,
            carry,
            offset: 0,
            line: 1,
            blocks: 0,
            ended: false,
        }
    }

    /// The next whole documents, `None` at the end.
    pub(super) fn next(&mut self, path: &Path) -> Result<Option<Piece>> {
        if self.ended {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(self.carry.len() + self.want);
        bytes.append(&mut self.carry);
        self.want = self.block;
        // Everything before this index is known to hold no cut.
        let mut searched = bytes.len();
        let cut = loop {
            let wish = self.block.max(bytes.len()).min(self.cap.saturating_add(1).saturating_sub(bytes.len()).max(1));
            let got = self
                .reader
                .by_ref()
                .take(wish as u64)
                .read_to_end(&mut bytes)
                .map_err(|e| input::packing_error(e, self.packing, self.offset + bytes.len() as u64, path))?;
            if got < wish {
                self.ended = true;
                break bytes.len();
            }
            let found = match self.unit {
                Unit::Line | Unit::CountedLine => {
                    memrchr(b'\n', bytes.get(searched..).unwrap_or_default()).map(|at| searched + at + 1)
                }
                Unit::Paragraph => last_blank_line(&bytes),
                Unit::Whole => None,
            };
            if let Some(cut) = found {
                break cut;
            }
            searched = bytes.len();
            if bytes.len() > self.cap {
                return Err(self.too_long(path));
            }
        };
        self.carry.extend_from_slice(bytes.get(cut..).unwrap_or_default());
        bytes.truncate(cut);
        // An empty file is still one (empty) document where files are documents.
        if bytes.is_empty() && !(self.unit == Unit::Whole && self.blocks == 0) {
            return Ok(None);
        }
        let (offset, line) = (self.offset, self.line);
        self.offset += bytes.len() as u64;
        if self.unit == Unit::CountedLine {
            self.line += memchr_iter(b'\n', &bytes).count() as u64;
        }
        self.blocks += 1;
        Ok(Some(Piece::Bytes { bytes, offset, line }))
    }

    fn too_long(&self, path: &Path) -> Error {
        let cap = self.cap;
        match self.unit {
            Unit::Whole => Error::input(path, format!("the file is one document of more than {cap} bytes"))
                .with_hint("split the file, or read it with `--document line` or `--document blank`"),
            Unit::Paragraph => Error::input(path, format!("no blank line within {cap} bytes"))
                .at(Place::Byte(self.offset))
                .with_hint("read the file with `--document line`"),
            Unit::CountedLine => Error::input(path, format!("the line is longer than {cap} bytes"))
                .at(Place::Line(self.line))
                .with_hint("a `.jsonl` file holds one JSON object on each line"),
            Unit::Line => Error::input(path, format!("the line starting here is longer than {cap} bytes"))
                .at(Place::Byte(self.offset))
                .with_hint("break the text into lines, or read it with `--document file`"),
        }
    }
}

/// The end of the last blank line that is complete in `bytes`.
fn last_blank_line(bytes: &[u8]) -> Option<usize> {
    let mut end = memrchr(b'\n', bytes)?;
    loop {
        let head = bytes.get(..end)?;
        let start = memrchr(b'\n', head).map_or(0, |at| at + 1);
        if is_blank(head.get(start..)?) {
            return Some(end + 1);
        }
        end = start.checked_sub(1)?;
    }
}

/// Whether a line is white space only. Invalid bytes are not white space, neither as they are nor replaced.
fn is_blank(line: &[u8]) -> bool {
    match line.trim_ascii_start().first() {
        None => true,
        // The vertical tab is white space to Unicode but not to `trim_ascii`.
        Some(byte) if byte.is_ascii() && *byte != 0x0b => false,
        Some(_) => std::str::from_utf8(line).is_ok_and(|line| line.chars().all(char::is_whitespace)),
    }
}

/// `bytes` as text: checked, or with every invalid sequence replaced and counted.
pub(super) fn utf8(bytes: Vec<u8>, offset: u64, lossy: bool, path: &Path, replaced: &AtomicU64) -> Result<String> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    if !lossy {
        return Err(not_utf8(path, Place::Byte(offset + error.utf8_error().valid_up_to() as u64)));
    }
    let bytes = error.into_bytes();
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    replaced.fetch_add(push_lossy(&bytes, &mut text), Relaxed);
    // Only a file that is one document comes near this: a replacement is up to three times as long.
    if text.len() > MAX_WHOLE {
        return Err(Error::input(path, "the document is longer than 4 GiB once its invalid bytes are replaced")
            .with_hint("convert the file to UTF-8"));
    }
    Ok(text)
}

/// Appends `bytes` as `String::from_utf8_lossy` reads them; the number of replacements.
pub(super) fn push_lossy(bytes: &[u8], text: &mut String) -> u64 {
    let mut replaced = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            replaced += 1;
        }
    }
    replaced
}

/// Every line of `text` from byte `from` on, without its end.
pub(super) fn lines(text: &str, from: usize, out: &mut Found) {
    let bytes = text.as_bytes();
    let mut start = from;
    for at in memchr_iter(b'\n', bytes) {
        // A line feed inside a leading byte order mark cannot be: the mark is not ASCII.
        let returned = at > start && bytes.get(at - 1) == Some(&b'\r');
        out.add(start, at - usize::from(returned));
        start = at + 1;
    }
    if start < bytes.len() {
        out.add(start, bytes.len());
    }
}

/// Every run of lines between blank ones.
pub(super) fn paragraphs(text: &str, from: usize, out: &mut Found) {
    let bytes = text.as_bytes();
    let mut start = from;
    // The paragraph so far, without the end of its last line.
    let mut open: Option<(usize, usize)> = None;
    while start < bytes.len() {
        let rest = bytes.get(start..).unwrap_or_default();
        let (length, next) = memchr(b'\n', rest).map_or((rest.len(), bytes.len()), |at| (at, start + at + 1));
        let line = rest.get(..length).unwrap_or_default();
        if is_blank(line) {
            if let Some((first, last)) = open.take() {
                out.add(first, last);
            }
        } else {
            let returned = next > start + length && line.last() == Some(&b'\r');
            let first = open.map_or(start, |(first, _)| first);
            open = Some((first, start + length - usize::from(returned)));
        }
        start = next;
    }
    if let Some((first, last)) = open {
        out.add(first, last);
    }
}
