//! What can go wrong, said so that the reader can act: what, where, what to do next.
//!
//! The library never prints and never exits. Every failure is one of these variants; each carries the path and the
//! place in it where one exists, and [`Error::hint`] holds the next thing to try.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Where inside an input something is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The input as a whole.
    #[default]
    Whole,
    /// Byte offset from the start (of the decompressed data), counted from 0.
    Byte(u64),
    /// Line number, counted from 1.
    Line(u64),
    /// Row of a table, counted from 0 as Parquet and Arrow tools do.
    Row(u64),
    /// A named entry: a JSON key, a column, a token.
    Entry(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Whole => Ok(()),
            Place::Byte(n) => write!(f, ", byte {n}"),
            Place::Line(n) => write!(f, ", line {n}"),
            Place::Row(n) => write!(f, ", row {n}"),
            Place::Entry(name) => write!(f, ", `{name}`"),
        }
    }
}

/// Everything that can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused. Repair: check the path, its permissions and the free space.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried, as a verb: `read`, `write`, `create`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's own word.
        source: io::Error,
    },
    /// An input was read but is not what it should be. Repair: fix or replace the file at the named place.
    #[error("`{}`{at}: {why}", path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// Where in it.
        at: Place,
        /// What is wrong.
        why: String,
        /// What to do next.
        hint: Option<String>,
    },
    /// A setting makes no sense, alone or together with others. Repair: change the named option.
    #[error("`{option}`: {why}")]
    Config {
        /// The option as the user writes it.
        option: String,
        /// What is wrong with its value.
        why: String,
        /// What to do next.
        hint: Option<String>,
    },
    /// The request is understood but cannot be carried out exactly, so it is not carried out at all.
    #[error("{what}: {why}")]
    Unsupported {
        /// What was asked.
        what: String,
        /// Why it cannot be done.
        why: String,
        /// What to do next.
        hint: Option<String>,
    },
    /// A result failed its own check: nothing is reported as done.
    #[error("verification failed: {why}")]
    Verify {
        /// The first difference.
        why: String,
    },
    /// The observer asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// An I/O failure on `path`; `action` is a verb such as `read`.
    pub fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Error::Io { action, path: path.into(), source }
    }

    /// A fault in the input `path`.
    pub fn input(path: impl Into<PathBuf>, why: impl Into<String>) -> Self {
        Error::Input { path: path.into(), at: Place::Whole, why: why.into(), hint: None }
    }

    /// A fault in a setting.
    pub fn config(option: impl Into<String>, why: impl Into<String>) -> Self {
        Error::Config { option: option.into(), why: why.into(), hint: None }
    }

    /// A request that cannot be carried out exactly.
    pub fn unsupported(what: impl Into<String>, why: impl Into<String>) -> Self {
        Error::Unsupported { what: what.into(), why: why.into(), hint: None }
    }

    /// The same error at a place inside the input.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        if let Error::Input { at, .. } = &mut self {
            *at = place;
        }
        self
    }

    /// The same error with the next thing to try.
    #[must_use]
    pub fn with_hint(mut self, text: impl Into<String>) -> Self {
        if let Error::Input { hint, .. } | Error::Config { hint, .. } | Error::Unsupported { hint, .. } = &mut self {
            *hint = Some(text.into());
        }
        self
    }

    /// The same error naming `path`, where it was raised on a nameless buffer (an empty path).
    #[must_use]
    pub fn in_file(mut self, file: &Path) -> Self {
        if let Error::Input { path, .. } | Error::Io { path, .. } = &mut self
            && path.as_os_str().is_empty()
        {
            *path = file.to_path_buf();
        }
        self
    }

    /// The next thing to try, if there is one.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Error::Input { hint, .. } | Error::Config { hint, .. } | Error::Unsupported { hint, .. } => hint.as_deref(),
            Error::Io { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => Some("check the spelling of the path"),
                io::ErrorKind::PermissionDenied => Some("check the permissions of the path"),
                io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => {
                    Some("free some space or write somewhere else")
                }
                _ => None,
            },
            Error::Verify { .. } | Error::Interrupted => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_file_place_and_cause() {
        let e = Error::input("a.txt", "invalid UTF-8").at(Place::Byte(7)).with_hint("pass `--lossy`");
        assert_eq!(e.to_string(), "`a.txt`, byte 7: invalid UTF-8");
        assert_eq!(e.hint(), Some("pass `--lossy`"));
    }

    #[test]
    fn only_a_nameless_error_takes_a_file_name() {
        let named = Error::input("a.txt", "x").in_file(Path::new("b.txt"));
        assert_eq!(named.to_string(), "`a.txt`: x");
        let nameless = Error::input("", "x").in_file(Path::new("b.txt"));
        assert_eq!(nameless.to_string(), "`b.txt`: x");
    }
}
