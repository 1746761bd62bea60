//! What was read, counted while it is read.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// What was read so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Documents handed out.
    pub documents: u64,
    /// Documents of no bytes, whether handed out or dropped.
    pub empty: u64,
    /// Bytes of text in the documents, without line ends and JSON syntax.
    pub bytes: u64,
    /// Bytes taken from the files as stored, to hold against [`Corpus::total_bytes`](super::Corpus::total_bytes).
    pub read: u64,
    /// Files read to their end.
    pub files: u64,
    /// Files of folders that were passed over because of their names.
    pub skipped_files: u64,
    /// Invalid byte sequences replaced by U+FFFD.
    pub replaced: u64,
    /// Parquet rows without a value.
    pub null_rows: u64,
}

/// [`Stats`] while it grows.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) documents: AtomicU64,
    pub(super) empty: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) read: Arc<AtomicU64>,
    pub(super) files: AtomicU64,
    pub(super) replaced: AtomicU64,
    pub(super) null_rows: AtomicU64,
}
