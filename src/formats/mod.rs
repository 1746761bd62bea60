//! Files that hold tokenizers: told apart by content, read into [`Tokenizer`], written back.
//!
//! | file | module | read | written |
//! |---|---|---|---|
//! | `tokenizer.json`, or a folder with one | [`hf`] | BPE natively, the rest by the `tokenizers` crate | yes |
//! | `vocab.json` and `merges.txt` in a folder | [`hf`] | yes | |
//! | `.tiktoken` ranks | [`tiktoken`] | yes | where ids are ranks |
//! | SentencePiece `.model` | [`sentencepiece`] | BPE natively, Unigram through the crate | |
//! | `.gguf` | [`gguf`] | its vocabulary | |
//! | `vocabulary.tsv` | [`listing`] | | yes |
//!
//! A reader works on a buffer and raises errors without a path; [`read`] adds it.

pub mod counts;
pub mod gguf;
pub mod hf;
pub mod listing;
mod pieces;
mod protobuf;
pub mod sentencepiece;
pub mod tiktoken;
pub mod verify;
pub mod write;

use std::fs::{self, File};
use std::io::{BufReader, Read as _};
use std::path::Path;

use crate::error::{Error, Place, Result};
use crate::text::Splitter;
use crate::tokenizer::Tokenizer;

/// A file larger than this is no vocabulary; GGUF files, of which only the metadata is read, may be.
const MAX_FILE: u64 = 2 << 30;

/// Reads a tokenizer: a `tokenizer.json`, a folder that holds one, tiktoken ranks, a SentencePiece `.model` or a
/// `.gguf`, whatever its name. `pattern` says how to split text where the file does not (ranks files that are not
/// OpenAI's, GGUF files with an unknown pattern) and overrides it for those two where it does.
///
/// # Errors
/// [`Error::Io`]; [`Error::Input`] with path and place; [`Error::Config`] when a pattern is needed;
/// [`Error::Unsupported`] for what cannot be reproduced exactly.
pub fn read(path: &Path, pattern: Option<&str>) -> Result<Tokenizer> {
    if path.is_dir() {
        return read_folder(path, pattern);
    }
    read_file(path, pattern).map_err(|e| e.in_file(path))
}

fn read_folder(folder: &Path, pattern: Option<&str>) -> Result<Tokenizer> {
    let has = |name: &str| folder.join(name).is_file();
    if has("vocab.json") && has("merges.txt") && !has("tokenizer.json") {
        let text = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|e| Error::io("read", path, e))
        };
        return hf::from_vocab_and_merges(&text("vocab.json")?, &text("merges.txt")?).map_err(|e| e.in_file(folder));
    }
    for name in ["tokenizer.json", "tokenizer.model"] {
        if has(name) {
            return read(&folder.join(name), pattern);
        }
    }
    Err(Error::input(folder, "the folder holds no `tokenizer.json`").with_hint("name the tokenizer file itself"))
}

fn read_file(path: &Path, pattern: Option<&str>) -> Result<Tokenizer> {
    let io = |e| Error::io("read", path, e);
    let mut file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let mut start = Vec::new();
    file.by_ref().take(4).read_to_end(&mut start).map_err(io)?;
    if start == b"GGUF" {
        let file = File::open(path).map_err(io)?;
        return gguf::read(BufReader::with_capacity(1 << 16, file), size, pattern);
    }
    if size > MAX_FILE {
        return Err(Error::input("", "it is larger than 2 GiB, which no tokenizer file is"));
    }
    let mut bytes = start;
    bytes.reserve_exact(size as usize);
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(io)?;
    read_bytes(bytes, path, pattern)
}

fn read_bytes(bytes: Vec<u8>, path: &Path, pattern: Option<&str>) -> Result<Tokenizer> {
    let first = bytes.iter().find(|b| !b.is_ascii_whitespace());
    let named_json = path.extension().is_some_and(|e| e == "json");
    match first {
        None => Err(Error::input("", "the file is empty").with_hint("name a tokenizer file")),
        Some(b'{') => hf::read_str(text(&bytes)?),
        Some(_) if named_json => hf::read_str(text(&bytes)?),
        Some(_) if tiktoken::looks_like(&bytes) => tiktoken::read(&bytes, pattern),
        Some(_) if path.extension().is_some_and(|e| e == "tiktoken") => tiktoken::read(&bytes, pattern),
        Some(_) if sentencepiece::looks_like(&bytes) => sentencepiece::read(&bytes),
        Some(_) => Err(Error::input("", "not a tokenizer file")
            .with_hint("a tokenizer is a tokenizer.json, a folder with one, a .tiktoken, .model or .gguf file")),
    }
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|e| Error::input("", "not valid UTF-8").at(Place::Byte(e.valid_up_to() as u64)))
}

/// The splitter that `--pattern` names for a byte-level vocabulary.
///
/// # Errors
/// [`Error::Config`] when it is neither a name nor a regular expression, or rewrites text into characters.
fn byte_level_splitter(pattern: &str) -> Result<Splitter> {
    let splitter = Splitter::named(pattern)?;
    if splitter.rewrite.is_some() {
        return Err(Error::config("--pattern", format!("`{pattern}` does not go with a byte-level vocabulary")));
    }
    Ok(splitter)
}

#[cfg(test)]
mod tests;
