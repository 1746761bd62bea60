//! Sorted rows on disk, and their merge in bounded memory: how a table of counts outgrows memory without losing rows.
//!
//! A run is a temporary file of (word, group, count) rows in ascending (word, group) order, numbers as LEB128. It
//! vanishes with its [`Run`]. [`merge`] reads runs through a heap and adds up equal rows; where there are more than may
//! be read at once, it merges some into longer ones first. [`Sorter`] does the same for rows that come in no order.
//!
//! An open file is what a run costs, since a file that has no name is what vanishes when a process is killed. [`Runs`]
//! therefore collects runs in tiers: 64 of one tier become one of the next, so that n runs hold 63 log64 n files open
//! and a row is written again log64 n times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Takes rows of (word, group, count) one by one.
pub type Emit<'a> = dyn FnMut(&[u8], u16, u64) -> Result<()> + 'a;

/// Runs read at the same time.
const OPEN: usize = 64;
const BUFFER: usize = 1 << 16;
/// No word is longer; a greater length means that the file was changed under us.
const LONGEST: u64 = 1 << 32;

fn io(action: &'static str) -> impl Fn(std::io::Error) -> Error {
    move |e| Error::io(action, "temporary file", e)
}

/// Writes a run.
#[derive(Debug)]
pub struct RunWriter {
    dir: PathBuf,
    out: BufWriter<File>,
    last: Option<(Vec<u8>, u16)>,
}

/// A finished run.
#[derive(Debug)]
pub struct Run {
    dir: PathBuf,
    file: File,
}

impl RunWriter {
    /// Begins a run in the folder `dir`.
    ///
    /// # Errors
    /// [`Error::Io`] where no file can be made there.
    pub fn create(dir: &Path) -> Result<RunWriter> {
        let file = tempfile::tempfile_in(dir).map_err(|e| Error::io("create a temporary file in", dir, e))?;
        Ok(RunWriter { dir: dir.to_owned(), out: BufWriter::with_capacity(BUFFER, file), last: None })
    }

    /// Appends a row; rows must come in ascending (word, group) order.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Unsupported`] for a row out of order.
    pub fn push(&mut self, word: &[u8], group: u16, count: u64) -> Result<()> {
        if self.last.as_ref().is_some_and(|(last, g)| (last.as_slice(), *g) >= (word, group)) {
            return Err(Error::unsupported("a sorted run", "a row is out of order"));
        }
        let (last, last_group) = self.last.get_or_insert_default();
        last.clear();
        last.extend_from_slice(word);
        *last_group = group;
        let mut head = Vec::with_capacity(24);
        number(word.len() as u64, &mut head);
        number(u64::from(group), &mut head);
        number(count, &mut head);
        self.out.write_all(&head).and_then(|()| self.out.write_all(word)).map_err(io("write"))
    }

    /// Ends the run.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(self) -> Result<Run> {
        let file = self.out.into_inner().map_err(|e| io("write")(e.into_error()))?;
        Ok(Run { dir: self.dir, file })
    }
}

fn cut_off() -> Error {
    Error::input("temporary file", "a run of counts is cut off or was changed")
        .with_hint("check the free space of the folder for temporary files")
}

fn number(mut n: u64, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Rows in ascending (word, group) order, one at a time.
pub(crate) trait Rows {
    /// Moves to the next row; false at the end.
    fn advance(&mut self) -> Result<bool>;
    /// The current row's word, which may be taken out and will be overwritten.
    fn word(&mut self) -> &mut Vec<u8>;
    /// The current row's group and count.
    fn rest(&self) -> (u16, u64);
}

/// Reads a run row by row.
struct RunReader {
    input: BufReader<File>,
    word: Vec<u8>,
    group: u16,
    count: u64,
}

impl RunReader {
    fn new(run: Run) -> Result<RunReader> {
        let mut file = run.file;
        file.seek(SeekFrom::Start(0)).map_err(io("read"))?;
        Ok(RunReader { input: BufReader::with_capacity(BUFFER, file), word: Vec::new(), group: 0, count: 0 })
    }

    fn number(&mut self) -> Result<Option<u64>> {
        let (mut n, mut shift) = (0u64, 0);
        loop {
            let mut byte = [0u8];
            if self.input.read(&mut byte).map_err(io("read"))? == 0 {
                // The end of the file is the end of the run only between two rows.
                return if shift == 0 { Ok(None) } else { Err(cut_off()) };
            }
            n |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                return Ok(Some(n));
            }
            shift += 7;
            if shift > 63 {
                return Err(cut_off());
            }
        }
    }
}

impl Rows for RunReader {
    fn advance(&mut self) -> Result<bool> {
        let Some(len) = self.number()? else { return Ok(false) };
        self.group = self.number()?.and_then(|n| u16::try_from(n).ok()).ok_or_else(cut_off)?;
        self.count = self.number()?.ok_or_else(cut_off)?;
        if len > LONGEST {
            return Err(cut_off());
        }
        self.word.clear();
        let read = (&mut self.input).take(len).read_to_end(&mut self.word).map_err(io("read"))?;
        if read as u64 == len { Ok(true) } else { Err(cut_off()) }
    }

    fn word(&mut self) -> &mut Vec<u8> {
        &mut self.word
    }

    fn rest(&self) -> (u16, u64) {
        (self.group, self.count)
    }
}

/// Adds up the rows of one (word, group) after the other and hands them on.
struct Adder<'a> {
    row: Option<(Vec<u8>, u16, u64)>,
    emit: &'a mut Emit<'a>,
}

impl<'a> Adder<'a> {
    fn new(emit: &'a mut Emit<'a>) -> Self {
        Adder { row: None, emit }
    }

    /// Takes a row; rows come in ascending order.
    fn add(&mut self, word: &[u8], group: u16, count: u64) -> Result<()> {
        match &mut self.row {
            Some((last, g, sum)) if last == word && *g == group => {
                *sum = sum.checked_add(count).ok_or_else(|| {
                    let word = String::from_utf8_lossy(word).into_owned();
                    Error::unsupported(format!("the count of {word:?}"), "it passes 2^64")
                })?;
                Ok(())
            }
            Some((last, g, sum)) => {
                (self.emit)(last, *g, *sum)?;
                last.clear();
                last.extend_from_slice(word);
                (*g, *sum) = (group, count);
                Ok(())
            }
            none => {
                *none = Some((word.to_vec(), group, count));
                Ok(())
            }
        }
    }

    /// Hands on the last row.
    fn finish(self) -> Result<()> {
        match self.row {
            Some((word, group, count)) => (self.emit)(&word, group, count),
            None => Ok(()),
        }
    }
}

/// Merges runs: calls `emit` once for every (word, group), in ascending order, with the sum of its counts.
/// O(rows x log runs); memory: a buffer a run, of which at most 64 are read at once. More are merged into longer ones
/// first, in the folder of the first run.
///
/// # Errors
/// [`Error::Io`], a sum past 2^64, and whatever `emit` returns.
pub fn merge(runs: Vec<Run>, emit: &mut Emit<'_>) -> Result<()> {
    let Some(dir) = runs.first().map(|run| run.dir.clone()) else { return Ok(()) };
    merge_rows(runs.into_iter().map(opener).collect(), &dir, emit)
}

/// Runs that are still being made, any number of them with few files open.
#[derive(Debug)]
pub struct Runs {
    dir: PathBuf,
    tiers: Vec<Vec<Run>>,
}

impl Runs {
    /// No runs; longer ones will be made in the folder `dir`.
    pub fn new(dir: &Path) -> Runs {
        Runs { dir: dir.to_owned(), tiers: Vec::new() }
    }

    /// Whether there is no run.
    pub fn is_empty(&self) -> bool {
        self.tiers.iter().all(Vec::is_empty)
    }

    /// Takes a run, and merges 64 of a tier into one.
    ///
    /// # Errors
    /// [`Error::Io`]; a sum past 2^64.
    pub fn push(&mut self, mut run: Run) -> Result<()> {
        for tier in &mut self.tiers {
            tier.push(run);
            if tier.len() < OPEN {
                return Ok(());
            }
            let mut longer = RunWriter::create(&self.dir)?;
            merge(std::mem::take(tier), &mut |word, group, count| longer.push(word, group, count))?;
            run = longer.finish()?;
        }
        self.tiers.push(vec![run]);
        Ok(())
    }

    /// All runs.
    pub fn into_vec(self) -> Vec<Run> {
        self.tiers.into_iter().flatten().collect()
    }
}

/// Opens rows when their turn comes.
pub(crate) type Opener = Box<dyn FnOnce() -> Result<Box<dyn Rows>>>;

pub(crate) fn opener(run: Run) -> Opener {
    Box::new(|| Ok(Box::new(RunReader::new(run)?)))
}

/// [`merge`] for rows from anywhere.
pub(crate) fn merge_rows(mut sources: Vec<Opener>, dir: &Path, emit: &mut Emit<'_>) -> Result<()> {
    while sources.len() > OPEN {
        let rest = sources.split_off(OPEN);
        let mut longer = RunWriter::create(dir)?;
        merge_open(sources, &mut |word, group, count| longer.push(word, group, count))?;
        let longer = longer.finish()?;
        sources = rest;
        sources.push(opener(longer));
    }
    merge_open(sources, emit)
}

fn merge_open(sources: Vec<Opener>, emit: &mut Emit<'_>) -> Result<()> {
    let mut readers = sources.into_iter().map(|open| open()).collect::<Result<Vec<_>>>()?;
    let mut heap = BinaryHeap::new();
    for (n, reader) in readers.iter_mut().enumerate() {
        if reader.advance()? {
            heap.push(Reverse((std::mem::take(reader.word()), reader.rest().0, n)));
        }
    }
    let mut adder = Adder::new(emit);
    while let Some(Reverse((word, group, n))) = heap.pop() {
        let reader = &mut readers[n];
        adder.add(&word, group, reader.rest().1)?;
        *reader.word() = word;
        if reader.advance()? {
            heap.push(Reverse((std::mem::take(reader.word()), reader.rest().0, n)));
        }
    }
    adder.finish()
}

/// Sorts rows that come in any order, in bounded memory.
#[derive(Debug)]
pub struct Sorter {
    dir: PathBuf,
    max_memory: usize,
    held: usize,
    rows: Vec<(Vec<u8>, u16, u64)>,
    runs: Runs,
}

impl Sorter {
    /// A sorter that holds about `max_memory` bytes of rows before it writes a run into `dir`.
    pub fn new(dir: &Path, max_memory: usize) -> Sorter {
        Sorter { dir: dir.to_owned(), max_memory, held: 0, rows: Vec::new(), runs: Runs::new(dir) }
    }

    /// Takes a row.
    ///
    /// # Errors
    /// [`Error::Io`]; a sum past 2^64.
    pub fn push(&mut self, word: &[u8], group: u16, count: u64) -> Result<()> {
        self.held += word.len() + size_of::<(Vec<u8>, u16, u64)>() + 16;
        self.rows.push((word.to_vec(), group, count));
        if self.held > self.max_memory { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> Result<()> {
        let mut run = RunWriter::create(&self.dir)?;
        self.held = 0;
        sorted(std::mem::take(&mut self.rows), &mut |word, group, count| run.push(word, group, count))?;
        self.runs.push(run.finish()?)
    }

    /// Calls `emit` once for every (word, group), in ascending order, with the sum of its counts.
    ///
    /// # Errors
    /// [`Error::Io`], a sum past 2^64, and whatever `emit` returns.
    pub fn finish(mut self, emit: &mut Emit<'_>) -> Result<()> {
        if self.runs.is_empty() {
            return sorted(self.rows, emit);
        }
        self.spill()?;
        merge(self.runs.into_vec(), emit)
    }

    /// All rows as runs on disk.
    ///
    /// # Errors
    /// [`Error::Io`], a sum past 2^64.
    pub fn into_runs(mut self) -> Result<Vec<Run>> {
        if !self.rows.is_empty() {
            self.spill()?;
        }
        Ok(self.runs.into_vec())
    }
}

fn sorted(mut rows: Vec<(Vec<u8>, u16, u64)>, emit: &mut Emit<'_>) -> Result<()> {
    rows.sort_unstable();
    let mut adder = Adder::new(emit);
    for (word, group, count) in rows {
        adder.add(&word, group, count)?;
    }
    adder.finish()
}

#[cfg(test)]
mod tests;
