//! Corpora: files in, numbered blocks of documents out.
//!
//! Reading is split in two so that many threads can share one corpus without a queue between them. [`Corpus::next`]
//! runs under a lock and does only what must happen in order: it takes the next piece of the current file (a mebibyte
//! of decompressed bytes cut at a document end, or some rows of a table). [`Raw::decode`] runs outside the lock and
//! does the rest: the UTF-8 check, JSON, finding the documents. Blocks are numbered in corpus order, so a consumer
//! which needs order can restore it, and one which does not (counting) never waits.
//!
//! | file | documents |
//! |---|---|
//! | `.txt`, standard input, any other name given by itself | as [`Options::document`] says |
//! | `.jsonl` | one object a line, the text under [`Options::field`] |
//! | `.parquet` | one row each, the text in the column [`Options::field`] |
//!
//! Each may be packed (`.gz`, `.zst`, also of several members); a packed Parquet file is unpacked into a temporary file
//! first, since its end must be read before its beginning. In a folder only these names are read;
//! other files are skipped and counted.
//!
//! Cost: plain text is read, checked and searched once and copied never, but for the incomplete last line of each
//! block. Memory: a block per thread; a document longer than a block makes its block as long, up to [`MAX_LINE`] (and
//! 4 GiB for a file that is one document). Known limits: one packed or Parquet file is unpacked by one thread at a
//! time, so such a corpus keeps about ten counting threads busy; standard input is always text.

mod input;
mod jsonl;
pub(crate) mod pages;
mod parquet;
mod sample;
mod stats;
#[cfg(test)]
mod tests;
mod text;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use input::{Format, Input, Stream};

pub use input::hash_file;
pub use sample::Sampler;
pub use stats::Stats;
use stats::Tally;

/// The longest line, JSON row or paragraph, in bytes: beyond it the file is most likely not what it is taken for.
pub const MAX_LINE: usize = 1 << 30;

/// How much text a block holds, in bytes: large enough that the lock is cheap, small enough to stay in cache.
const BLOCK: usize = 1 << 20;

/// What one document of a plain text file is. JSON rows and table rows are documents by themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Document {
    /// Every line, without its end (`\n` or `\r\n`).
    #[default]
    Line,
    /// The whole file, as it stands.
    File,
    /// Every run of lines between blank ones (empty or white space only): from the first byte of its first line to
    /// the last byte of its last, line ends inside kept as they stand.
    Blank,
}

/// How a corpus is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What a document of a plain text file is.
    pub document: Document,
    /// The JSON key or Parquet column (`a.b` inside a struct) which holds the text; `text` by default.
    pub field: String,
    /// Replace bytes that are not UTF-8 with U+FFFD, as `String::from_utf8_lossy` does, instead of failing.
    pub lossy: bool,
    /// Hand out documents of no bytes, too. Encoding needs them to keep its output aligned, training does not.
    pub keep_empty: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { document: Document::Line, field: "text".to_owned(), lossy: false, keep_empty: false }
    }
}

/// One input as the user names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The group (a language, a domain) its documents count for.
    pub group: Option<String>,
    /// A file, a folder, or `-` for standard input.
    pub path: PathBuf,
}

/// The documents of some files and folders, to be read once, by any number of threads.
///
/// ```
/// use toktool::corpus::{Corpus, Options};
/// let corpus = Corpus::from_text("sample", "bir\n\niki\n", Options::default());
/// while let Some(raw) = corpus.next()? {
///     let block = raw.decode(&corpus)?;
///     assert_eq!(block.documents().collect::<Vec<_>>(), ["bir", "iki"]);
/// }
/// # Ok::<(), toktool::Error>(())
/// ```
#[derive(Debug)]
pub struct Corpus {
    options: Options,
    groups: Vec<String>,
    inputs: Vec<Input>,
    total: Option<u64>,
    skipped: u64,
    /// Bytes of a block and the longest line: parameters so that tests can reach their edges.
    block: usize,
    max_line: usize,
    state: Mutex<State>,
    tally: Tally,
}

/// Where reading stands.
#[derive(Debug, Default)]
struct State {
    file: usize,
    number: u64,
    reader: Option<Reader>,
}

/// An open file.
#[derive(Debug)]
enum Reader {
    Bytes(text::Cutter),
    Table(Box<parquet::Table>),
}

/// A piece of one file, not yet decoded.
#[derive(Debug)]
pub struct Raw {
    /// Its place in the corpus: 0, 1, 2 and so on.
    pub number: u64,
    /// Its index in [`Corpus::groups`]; 0 where there are none.
    pub group: u16,
    file: usize,
    piece: Piece,
}

/// What [`Raw`] holds.
#[derive(Debug)]
enum Piece {
    /// Whole documents as bytes; `offset` is where they start in the decompressed file, `line` is the number of their
    /// first line (only counted in JSONL).
    Bytes { bytes: Vec<u8>, offset: u64, line: u64 },
    /// Rows of a table, the first of which is row number `first`.
    Rows { rows: Vec<parquet::Row>, first: u64 },
}

/// Some documents of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// Its place in the corpus: 0, 1, 2 and so on.
    pub number: u64,
    /// Its index in [`Corpus::groups`]; 0 where there are none.
    pub group: u16,
    /// The text the documents lie in, with whatever stands between them.
    pub text: String,
    /// The documents as byte ranges of `text`, ascending, on character boundaries.
    pub spans: Vec<(u32, u32)>,
}

impl Block {
    /// The documents in order.
    pub fn documents(&self) -> impl Iterator<Item = &str> {
        // Out-of-range spans can only be made by hand; they read as empty rather than panic.
        self.spans.iter().map(|&(a, b)| self.text.get(a as usize..b as usize).unwrap_or_default())
    }
}

impl Corpus {
    /// Finds every file of `sources`, in the order given, a folder's files sorted by the bytes of their paths. Nothing
    /// is read yet. Sources without a group, where others have one, share the group of the empty name.
    ///
    /// Errors: a path that does not exist, a folder without a readable file, no source at all.
    pub fn open(sources: &[Source], options: Options) -> Result<Corpus> {
        let found = input::expand(sources)?;
        let total = found.inputs.iter().map(|input| input.size).sum();
        let (groups, inputs, skipped) = (found.groups, found.inputs, found.skipped);
        Ok(Corpus { groups, total, skipped, ..Corpus::of(inputs, options) })
    }

    /// A corpus of one text in memory, read like a `.txt` file called `name`.
    pub fn from_text(name: &str, text: &'static str, options: Options) -> Corpus {
        let size = Some(text.len() as u64);
        let stream = Stream::Memory(text.as_bytes());
        let input = Input { path: PathBuf::from(name), group: 0, format: Format::Text, stream, size };
        Corpus::of(vec![input], options)
    }

    fn of(inputs: Vec<Input>, options: Options) -> Corpus {
        Corpus {
            options,
            groups: Vec::new(),
            total: inputs.iter().map(|input| input.size).sum(),
            inputs,
            skipped: 0,
            block: BLOCK,
            max_line: MAX_LINE,
            state: Mutex::default(),
            tally: Tally::default(),
        }
    }

    /// The files that are read, in order, each with the group it counts for. An embedded text is none.
    pub fn files(&self) -> impl Iterator<Item = (&Path, Option<&str>)> {
        let files = self.inputs.iter().filter(|input| !matches!(input.stream, Stream::Memory(_)));
        files.map(|input| (input.path.as_path(), self.groups.get(usize::from(input.group)).map(String::as_str)))
    }

    /// The names of the groups in order of appearance; none where no source names one.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The size of all files as stored, to hold against [`Stats::read`]; `None` with standard input or a pipe.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total
    }

    /// Takes the next piece of the corpus, `None` at the end. May be called from any thread; after an error there is
    /// nothing more.
    ///
    /// Errors: a file that cannot be read, damaged packing, a line longer than [`MAX_LINE`], a Parquet file which is
    /// damaged or lacks the column.
    pub fn next(&self) -> Result<Option<Raw>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = self.take(&mut state);
        if taken.is_err() {
            state.reader = None;
            state.file = self.inputs.len();
        }
        taken
    }

    fn take(&self, state: &mut State) -> Result<Option<Raw>> {
        loop {
            let Some(input) = self.inputs.get(state.file) else { return Ok(None) };
            let reader = match &mut state.reader {
                Some(reader) => reader,
                closed => closed.insert(self.start(input)?),
            };
            let piece = match reader {
                Reader::Bytes(cutter) => cutter.next(&input.path)?,
                Reader::Table(table) => table.next(&input.path)?,
            };
            if let Some(piece) = piece {
                let number = state.number;
                state.number += 1;
                return Ok(Some(Raw { number, group: input.group, file: state.file, piece }));
            }
            state.reader = None;
            state.file += 1;
            self.tally.files.fetch_add(1, Relaxed);
        }
    }

    fn start(&self, input: &Input) -> Result<Reader> {
        let read = Arc::clone(&self.tally.read);
        if input.format == Format::Parquet {
            let file = match input.stream {
                Stream::File(packing) if packing != input::Packing::None => {
                    input::unpacked(&input.path, packing, Arc::clone(&read))?
                }
                _ => std::fs::File::open(&input.path).map_err(|e| Error::io("read", &input.path, e))?,
            };
            // What was unpacked was counted while it was.
            let packed = !matches!(input.stream, Stream::File(input::Packing::None));
            let size = if packed { 0 } else { input.size.unwrap_or(0) };
            let table = parquet::Table::open(file, size, &input.path, &self.options.field, self.block, read)?;
            return Ok(Reader::Table(Box::new(table)));
        }
        let unit = match (input.format, self.options.document) {
            (Format::Jsonl, _) => text::Unit::CountedLine,
            (_, Document::Line) => text::Unit::Line,
            (_, Document::Blank) => text::Unit::Paragraph,
            (_, Document::File) => text::Unit::Whole,
        };
        let (reader, packing) = match input.stream {
            Stream::Memory(bytes) => {
                read.fetch_add(bytes.len() as u64, Relaxed);
                (Box::new(Cursor::new(bytes)) as input::Bytes, None)
            }
            Stream::File(packing) => (input::reader(&input.path, packing, read)?, packing.name()),
        };
        // A plain file smaller than a block needs no more than its size.
        let small = input.size.filter(|_| packing.is_none()).and_then(|n| usize::try_from(n).ok());
        let first = small.map_or(self.block, |size| size.min(self.block));
        Ok(Reader::Bytes(text::Cutter::new(reader, packing, unit, self.block, first, self.max_line)))
    }

    /// What was read so far; final once [`Corpus::next`] has returned `None` and every [`Raw`] is decoded.
    pub fn stats(&self) -> Stats {
        let tally = &self.tally;
        Stats {
            documents: tally.documents.load(Relaxed),
            empty: tally.empty.load(Relaxed),
            bytes: tally.bytes.load(Relaxed),
            read: tally.read.load(Relaxed),
            files: tally.files.load(Relaxed),
            skipped_files: self.skipped,
            replaced: tally.replaced.load(Relaxed),
            null_rows: tally.null_rows.load(Relaxed),
        }
    }
}

impl Raw {
    /// Checks the bytes and finds the documents in them: the part of reading that needs no lock. `corpus` is the one
    /// this piece came from.
    ///
    /// Errors: bytes that are not UTF-8 (unless [`Options::lossy`]), JSON that is malformed or lacks the field.
    pub fn decode(self, corpus: &Corpus) -> Result<Block> {
        let options = &corpus.options;
        let (path, format) = match corpus.inputs.get(self.file) {
            Some(input) => (input.path.as_path(), input.format),
            None => (Path::new(""), Format::Text),
        };
        let mut out = Found::new(options.keep_empty);
        let text = match self.piece {
            Piece::Bytes { bytes, offset, line } => {
                let text = text::utf8(bytes, offset, options.lossy, path, &corpus.tally.replaced)?;
                // The byte order mark stays in the buffer, which saves moving it; the documents begin behind it.
                let start = if offset == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
                match (format, options.document) {
                    (Format::Jsonl, _) => {
                        let replaced = options.lossy.then_some(&corpus.tally.replaced);
                        jsonl::rows(&text, start, line, &options.field, replaced, path, &mut out)?
                    }
                    (_, document) => {
                        match document {
                            Document::Line => text::lines(&text, start, &mut out),
                            Document::Blank => text::paragraphs(&text, start, &mut out),
                            Document::File => out.add(start, text.len()),
                        }
                        text
                    }
                }
            }
            Piece::Rows { rows, first } => parquet::text(&rows, first, options.lossy, path, &corpus.tally, &mut out)?,
        };
        let tally = &corpus.tally;
        tally.documents.fetch_add(out.spans.len() as u64, Relaxed);
        tally.empty.fetch_add(out.empty, Relaxed);
        tally.bytes.fetch_add(out.bytes, Relaxed);
        Ok(Block { number: self.number, group: self.group, text, spans: out.spans })
    }
}

/// The documents of a block while they are being found.
#[derive(Debug)]
struct Found {
    spans: Vec<(u32, u32)>,
    keep_empty: bool,
    empty: u64,
    bytes: u64,
}

impl Found {
    fn new(keep_empty: bool) -> Self {
        Found { spans: Vec::new(), keep_empty, empty: 0, bytes: 0 }
    }

    /// Adds the document `start..end` of the block's text, which is shorter than 4 GiB.
    fn add(&mut self, start: usize, end: usize) {
        if start == end {
            self.empty += 1;
            if !self.keep_empty {
                return;
            }
        }
        self.bytes += (end - start) as u64;
        self.spans.push((start as u32, end as u32));
    }
}

/// The error for bytes that are not text.
fn not_utf8(path: &Path, at: crate::error::Place) -> Error {
    Error::input(path, "invalid UTF-8")
        .at(at)
        .with_hint("convert the file to UTF-8, or pass `--lossy` to replace such bytes with U+FFFD")
}
