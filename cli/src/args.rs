//! Options that several commands share, and how sizes are written.

use std::path::{Path, PathBuf};

use clap::Args;
use toktool::formats;
use toktool::tokenizer::Tokenizer;
use toktool::{Error, Result};

use crate::ui::{Color, Ui};

/// Flags that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub struct Global {
    /// Threads to work with [default: all]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Seed of every random choice [default: 0]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: Option<u64>,

    /// Memory that counting may take before it spills to disk: bytes, or with K, M, G
    #[arg(long, global = true, value_name = "SIZE", value_parser = bytes)]
    pub max_memory: Option<u64>,

    /// Print results and errors only
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// Replace an output that exists
    #[arg(long, global = true)]
    pub force: bool,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: Color,
}

impl Global {
    /// How to talk to the user.
    pub fn ui(&self) -> Ui {
        Ui::new(self.quiet, self.color)
    }

    /// Threads to work with.
    pub fn threads(&self) -> usize {
        match self.threads {
            Some(n) => usize::from(n),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// Runs `work` on a pool of so many threads.
    pub fn in_pool<R: Send>(&self, work: impl FnOnce() -> R + Send) -> Result<R> {
        // As much stack as the main thread has: patterns and JSON nest.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads()).stack_size(8 << 20).build();
        let pool =
            pool.map_err(|e| Error::unsupported("starting threads", e.to_string()).with_hint("lower `--threads`"))?;
        Ok(pool.install(work))
    }
}

/// How to read documents out of files.
#[derive(Debug, Args)]
pub struct Reading {
    /// What is one document of a text file [default: line]
    #[arg(long, value_name = "UNIT", value_parser = toktool::train::recipe::DOCUMENTS)]
    pub document: Option<String>,

    /// The JSON field or Parquet column that holds the text [default: text]
    #[arg(long, value_name = "NAME")]
    pub field: Option<String>,

    /// Replace invalid UTF-8 by U+FFFD instead of refusing it
    #[arg(long)]
    pub lossy: bool,
}

/// Which tokenizer to use.
#[derive(Debug, Args)]
pub struct Tok {
    /// A tokenizer.json, a folder that holds one, a .tiktoken, SentencePiece .model or .gguf file
    #[arg(long, short, value_name = "TOK")]
    pub tokenizer: PathBuf,

    /// How to split text, where the file does not say: a pattern's name, or a regular expression
    #[arg(long, value_name = "PATTERN")]
    pub pattern: Option<String>,
}

impl Tok {
    /// Reads it.
    pub fn read(&self) -> Result<Tokenizer> {
        read_tokenizer(&self.tokenizer, self.pattern.as_deref())
    }
}

/// Splits `name=PATH`; a path that exists as it is written has no name.
pub fn named(given: &Path) -> (Option<String>, PathBuf) {
    if !given.exists()
        && let Some((name, path)) = given.to_str().and_then(|text| text.split_once('='))
        && !name.is_empty()
        && !name.contains(['/', '\\'])
    {
        return (Some(name.to_owned()), PathBuf::from(path));
    }
    (None, given.to_path_buf())
}

/// The path of a tokenizer that may be written `name=PATH`.
pub fn tokenizer_path(given: &Path) -> PathBuf {
    named(given).1
}

/// Reads a tokenizer that may be written `name=PATH`.
pub fn read_tokenizer(given: &Path, pattern: Option<&str>) -> Result<Tokenizer> {
    formats::read(&tokenizer_path(given), pattern)
}

/// A number of tokens: `32000`, `32k`, `1m`.
pub fn size(text: &str) -> Result<usize, String> {
    let n = scaled(text, 1000)?;
    usize::try_from(n).map_err(|_| format!("`{text}` is too large"))
}

/// A number of bytes: `500000`, `64K`, `512M`, `4G`.
pub fn bytes(text: &str) -> Result<u64, String> {
    scaled(text, 1024)
}

fn scaled(text: &str, step: u64) -> Result<u64, String> {
    let power = match text.chars().next_back().map(|c| c.to_ascii_lowercase()) {
        Some('k') => 1,
        Some('m') => 2,
        Some('g') => 3,
        _ => 0,
    };
    let digits = if power == 0 { text } else { &text[..text.len() - 1] };
    let number: u64 = digits.parse().map_err(|_| format!("`{text}` is not a number such as 8000 or 8k"))?;
    number.checked_mul(step.pow(power)).ok_or_else(|| format!("`{text}` is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_bytes_take_suffixes() {
        assert_eq!((size("8000"), size("8k"), size("1M")), (Ok(8000), Ok(8000), Ok(1_000_000)));
        assert_eq!((bytes("8"), bytes("8k"), bytes("2G")), (Ok(8), Ok(8192), Ok(2 << 30)));
        for bad in ["", "k", "-1", "8kk", "1.5k", "8 k", "99999999999999999999", "99999999999g", "ı"] {
            assert!(size(bad).is_err() && bytes(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_before_the_path_is_not_part_of_it() {
        let split = |s: &str| named(Path::new(s));
        assert_eq!(split("tr=a/b"), (Some("tr".into()), PathBuf::from("a/b")));
        for plain in ["a/x=b", "plain", "=b", "-"] {
            assert_eq!(split(plain), (None, PathBuf::from(plain)));
        }
    }
}
