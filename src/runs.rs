//! Sorted rows on disk, and their merge in bounded memory: how a table of counts outgrows memory without losing rows.
//!
//! A run is a temporary file of (word, group, count) rows in ascending (word, group) order, numbers as LEB128. It
//! vanishes with its [`Run`]. [`merge`] reads any number of runs at once through a heap and adds up equal rows; where
//! there are more runs than files may be open, it merges some into longer ones first. [`Sorter`] does the same for
//! rows that come in no order.

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
    out: BufWriter<File>,
    last: Option<(Vec<u8>, u16)>,
}

/// A finished run.
#[derive(Debug)]
pub struct Run {
    file: File,
}

impl RunWriter {
    /// Begins a run in the folder `dir`.
    ///
    /// # Errors
    /// [`Error::Io`] where no file can be made there.
    pub fn create(dir: &Path) -> Result<RunWriter> {
        let file = tempfile::tempfile_in(dir).map_err(|e| Error::io("create a temporary file in", dir, e))?;
        Ok(RunWriter { out: BufWriter::with_capacity(BUFFER, file), last: None })
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
        Ok(Run { file })
    }
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
                return Ok(None);
            }
            n |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                return Ok(Some(n));
            }
            shift += 7;
            if shift > 63 {
                return Err(Error::input("temporary file", "a run of counts was changed"));
            }
        }
    }
}

impl Rows for RunReader {
    fn advance(&mut self) -> Result<bool> {
        let Some(len) = self.number()? else { return Ok(false) };
        let cut_off = || Error::input("temporary file", "a run of counts is cut off or was changed");
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
/// O(rows x log runs); memory: a buffer a run, of which at most 64 are open.
///
/// # Errors
/// [`Error::Io`], a sum past 2^64, and whatever `emit` returns.
pub fn merge(runs: Vec<Run>, emit: &mut Emit<'_>) -> Result<()> {
    merge_rows(runs.into_iter().map(opener).collect(), emit)
}

/// Opens rows when their turn comes.
pub(crate) type Opener = Box<dyn FnOnce() -> Result<Box<dyn Rows>>>;

pub(crate) fn opener(run: Run) -> Opener {
    Box::new(|| Ok(Box::new(RunReader::new(run)?)))
}

/// [`merge`] for rows from anywhere.
pub(crate) fn merge_rows(mut sources: Vec<Opener>, emit: &mut Emit<'_>) -> Result<()> {
    while sources.len() > OPEN {
        let rest = sources.split_off(OPEN);
        let mut longer = RunWriter::create(&std::env::temp_dir())?;
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
    runs: Vec<Run>,
}

impl Sorter {
    /// A sorter that holds about `max_memory` bytes of rows before it writes a run into `dir`.
    pub fn new(dir: &Path, max_memory: usize) -> Sorter {
        Sorter { dir: dir.to_owned(), max_memory, held: 0, rows: Vec::new(), runs: Vec::new() }
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
        self.runs.push(run.finish()?);
        Ok(())
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
        merge(self.runs, emit)
    }

    /// All rows as runs on disk.
    ///
    /// # Errors
    /// [`Error::Io`], a sum past 2^64.
    pub fn into_runs(mut self) -> Result<Vec<Run>> {
        self.spill()?;
        Ok(self.runs)
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn rows() -> impl Strategy<Value = Vec<(Vec<u8>, u16, u64)>> {
        prop::collection::vec((prop::collection::vec(0u8..3, 0..4), 0u16..2, 0u64..1 << 40), 0..200)
    }

    proptest! {
        #[test]
        fn rows_come_back_added_up_and_sorted(rows in rows(), max_memory in 0usize..4000) {
            let mut expected: BTreeMap<(Vec<u8>, u16), u64> = BTreeMap::new();
            let mut sorter = Sorter::new(&std::env::temp_dir(), max_memory);
            for (word, group, count) in rows {
                *expected.entry((word.clone(), group)).or_default() += count;
                sorter.push(&word, group, count).unwrap();
            }
            let mut got = Vec::new();
            sorter.finish(&mut |word, group, count| {
                got.push(((word.to_vec(), group), count));
                Ok(())
            }).unwrap();
            prop_assert_eq!(got, expected.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn more_runs_than_may_be_open_are_merged_in_passes() {
        let runs = (0..200u64).map(|n| {
            let mut run = RunWriter::create(&std::env::temp_dir()).unwrap();
            run.push(b"a", 0, n).unwrap();
            run.push(format!("b{n}").as_bytes(), 0, 1).unwrap();
            run.finish().unwrap()
        });
        let mut rows = Vec::new();
        merge(runs.collect(), &mut |word, _, count| {
            rows.push((word.to_vec(), count));
            Ok(())
        })
        .unwrap();
        assert_eq!((rows.len(), &rows[0]), (201, &(b"a".to_vec(), 199 * 100)));
    }

    #[test]
    fn a_sum_past_64_bits_and_rows_out_of_order_are_errors() {
        let mut sorter = Sorter::new(&std::env::temp_dir(), 0);
        sorter.push(b"a", 0, u64::MAX).unwrap();
        sorter.push(b"a", 0, 1).unwrap();
        assert!(sorter.finish(&mut |_, _, _| Ok(())).unwrap_err().to_string().contains("2^64"));
        let mut run = RunWriter::create(&std::env::temp_dir()).unwrap();
        run.push(b"b", 0, 1).unwrap();
        assert!(run.push(b"b", 0, 1).is_err());
    }
}
