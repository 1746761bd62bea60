//! From the paths a user names to the files behind them, and from a file to its unpacked bytes.
//!
//! What a file is follows from its name alone, so that opening a corpus reads nothing. A folder is walked once per
//! real folder below it, however many links lead there: loops end and nothing is read twice because of a linked
//! folder. Its files are sorted by the bytes of their paths, so their order does not depend on the file system.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use sha2::{Digest, Sha256};

use super::Source;
use crate::error::{Error, Place, Result};

/// Unpacked bytes.
pub(super) type Bytes = Box<dyn Read + Send>;

/// What the unpacked bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Jsonl,
    Parquet,
}

/// How a file is compressed as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
    Zstd,
}

impl Packing {
    /// What messages call it.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Packing::None => None,
            Packing::Gzip => Some("gzip"),
            Packing::Zstd => Some("zstd"),
        }
    }
}

/// Where bytes come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    File(Packing),
    Memory(&'static [u8]),
}

/// One file to read.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) path: PathBuf,
    pub(super) group: u16,
    pub(super) format: Format,
    pub(super) stream: Stream,
    /// Bytes as stored; `None` for streams.
    pub(super) size: Option<u64>,
}

/// What [`expand`] found.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    pub(super) groups: Vec<String>,
    pub(super) inputs: Vec<Input>,
    pub(super) skipped: u64,
}

/// The files behind `sources`, in order.
pub(super) fn expand(sources: &[Source]) -> Result<Expanded> {
    if sources.is_empty() {
        return Err(Error::config("INPUT", "no input given").with_hint("name a file, a folder, or `-`"));
    }
    let mut out = Expanded::default();
    let grouped = sources.iter().any(|source| source.group.is_some());
    let mut stdin = false;
    for source in sources {
        let group =
            if grouped { group_index(&mut out.groups, source.group.as_deref().unwrap_or_default())? } else { 0 };
        let path = &source.path;
        if path.as_os_str() == "-" {
            if stdin {
                return Err(Error::config("INPUT", "standard input (`-`) is given twice").with_hint("name it once"));
            }
            stdin = true;
            let (path, stream) = (path.clone(), Stream::File(Packing::None));
            out.inputs.push(Input { path, group, format: Format::Text, stream, size: None });
            continue;
        }
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::input(path, "there is no such file or folder")
                    .with_hint("check the spelling; relative paths start at the current folder"));
            }
            Err(error) => return Err(Error::io("read", path, error)),
        };
        if about.is_dir() {
            folder(path, group, &mut out)?;
        } else {
            let (format, packing) = kind(path).unwrap_or_else(|packing| (Format::Text, packing));
            let size = about.is_file().then_some(about.len());
            out.inputs.push(Input { path: path.clone(), group, format, stream: Stream::File(packing), size });
        }
    }
    Ok(out)
}

fn group_index(groups: &mut Vec<String>, name: &str) -> Result<u16> {
    let index = groups.iter().position(|known| known == name).unwrap_or(groups.len());
    if index == groups.len() {
        groups.push(name.to_owned());
    }
    u16::try_from(index)
        .map_err(|_| Error::config("INPUT", "more than 65536 groups").with_hint("put several sources into one group"))
}

/// What a name says: the format and packing, or, where the name is none of ours, the packing alone.
fn kind(path: &Path) -> Result<(Format, Packing), Packing> {
    let is = |path: &Path, wanted: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(wanted));
    let (inner, packing) = if is(path, "gz") {
        (path.with_extension(""), Packing::Gzip)
    } else if is(path, "zst") {
        (path.with_extension(""), Packing::Zstd)
    } else {
        (path.to_path_buf(), Packing::None)
    };
    if is(&inner, "txt") {
        Ok((Format::Text, packing))
    } else if is(&inner, "jsonl") {
        Ok((Format::Jsonl, packing))
    } else if is(&inner, "parquet") {
        Ok((Format::Parquet, packing))
    } else {
        Err(packing)
    }
}

/// Adds every readable file below `root`.
fn folder(root: &Path, group: u16, out: &mut Expanded) -> Result<()> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        if !seen.insert(fs::canonicalize(&folder).map_err(|e| Error::io("read", &folder, e))?) {
            continue;
        }
        let mut names = fs::read_dir(&folder)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>())
            .map_err(|e| Error::io("read", &folder, e))?;
        // Sorted here too: which of two links to one folder is followed must not depend on the file system.
        names.sort_by(|a, b| b.as_os_str().as_encoded_bytes().cmp(a.as_os_str().as_encoded_bytes()));
        for path in names {
            let readable = kind(&path).ok();
            let about = match fs::metadata(&path) {
                Ok(about) => about,
                // A dangling link or a locked file only matters where it would be read.
                Err(_) if readable.is_none() => {
                    out.skipped += 1;
                    continue;
                }
                Err(error) => return Err(Error::io("read", path, error)),
            };
            match readable {
                _ if about.is_dir() => open.push(path),
                Some((format, packing)) if about.is_file() => {
                    let (stream, size) = (Stream::File(packing), Some(about.len()));
                    found.push(Input { path, group, format, stream, size });
                }
                // Pipes and devices inside a folder would block.
                _ => out.skipped += 1,
            }
        }
    }
    if found.is_empty() {
        return Err(Error::input(root, "the folder holds no file to read")
            .with_hint("read are .txt, .jsonl and .parquet, each also .gz or .zst; name other text files one by one"));
    }
    found.sort_by(|a, b| a.path.as_os_str().as_encoded_bytes().cmp(b.path.as_os_str().as_encoded_bytes()));
    out.inputs.append(&mut found);
    Ok(())
}

/// Adds what is read to a counter.
struct Counted<R>(R, Arc<AtomicU64>);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.0.read(buffer)?;
        self.1.fetch_add(got as u64, Relaxed);
        Ok(got)
    }
}

/// The unpacked bytes of the file `path` (`-` is standard input); `read` counts the bytes as stored.
pub(super) fn reader(path: &Path, packing: Packing, read: Arc<AtomicU64>) -> Result<Bytes> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(Counted(io::stdin(), read)));
    }
    let file = Counted(File::open(path).map_err(|e| Error::io("read", path, e))?, read);
    Ok(match packing {
        Packing::None => Box::new(file),
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(io::BufReader::with_capacity(1 << 17, file))),
        Packing::Zstd => Box::new(zstd::Decoder::new(file).map_err(|e| Error::io("read", path, e))?),
    })
}

/// The unpacked file `path` as an unnamed temporary file; `read` counts the bytes as stored.
pub(super) fn unpacked(path: &Path, packing: Packing, read: Arc<AtomicU64>) -> Result<File> {
    let temporary = |error| Error::io("write", "temporary file", error);
    let mut from = reader(path, packing, read)?;
    let mut to = tempfile::tempfile().map_err(temporary)?;
    let mut buffer = vec![0; 1 << 17];
    let mut offset = 0;
    loop {
        let got = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(packing_error(error, packing.name(), offset, path)),
        };
        to.write_all(buffer.get(..got).unwrap_or_default()).map_err(temporary)?;
        offset += got as u64;
    }
    to.rewind().map_err(temporary)?;
    Ok(to)
}

/// What went wrong at the byte `offset` of the unpacked file.
pub(super) fn packing_error(error: std::io::Error, packing: Option<&str>, offset: u64, path: &Path) -> Error {
    match packing {
        // What the operating system refuses has a code; what the decompressor refuses has none.
        Some(packing) if error.raw_os_error().is_none() => {
            Error::input(path, format!("damaged or truncated {packing} data: {error}"))
                .at(Place::Byte(offset))
                .with_hint("the place is in the unpacked data; fetch or pack the file again")
        }
        _ => Error::io("read", path, error),
    }
}

/// The size and the SHA-256 (lower-case hexadecimal) of a file as stored.
pub fn hash_file(path: impl AsRef<Path>) -> Result<(u64, String)> {
    let path = path.as_ref();
    let refused = |error| Error::io("read", path, error);
    let mut file = File::open(path).map_err(refused)?;
    let mut hasher = Sha256::new();
    let bytes = io::copy(&mut file, &mut hasher).map_err(refused)?;
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0'));
    Ok((bytes, hasher.finalize().iter().flat_map(digits).collect()))
}
