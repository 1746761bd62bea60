//! Counting: a corpus cut into pieces, and how often each occurs.
//!
//! Every thread takes blocks of text from the corpus, cuts their documents and counts pieces in a table of its own.
//! Where the tables outgrow the memory they were given, their rows go to disk as sorted runs, and all runs are merged
//! at the end: the result is the same with and without, for any number of threads.
//!
//! A piece longer than [`CountOptions::longest`] is pathological: a pattern that does not cut, or a file that is not
//! text. It is cut there, at a character border, and the longest is named in [`Counted::notes`].

mod table;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::corpus::{Block, Corpus, Sampler};
use crate::error::Result;
use crate::observe::{self, Event, Observer};
use crate::runs::{self, Emit, Run, RunWriter, Runs};
use crate::text::{Cutter, Splitter};
use crate::unicode::{Normalizer, Normalizing};
use crate::words::WordCounts;

use table::CountTable;

/// How a document becomes pieces: what the tokenizer will do to text before its model sees it.
#[derive(Debug)]
pub struct Cutting {
    normalizing: Normalizing,
    cutter: Cutter,
}

impl Cutting {
    /// Compiles normalizers and splitter.
    ///
    /// # Errors
    /// [`crate::Error::Config`] for a regular expression that does not compile.
    pub fn new(normalizers: &[Normalizer], splitter: &Splitter) -> Result<Cutting> {
        Ok(Cutting { normalizing: Normalizing::new(normalizers)?, cutter: Cutter::new(splitter)? })
    }

    /// Calls `emit(text, start, end)` for every piece of a document.
    fn pieces(&self, document: &str, mut emit: impl FnMut(&[u8], usize, usize)) {
        if self.normalizing.is_identity() && !self.cutter.rewrites() {
            return self.cutter.cut(document, |start, end| emit(document.as_bytes(), start, end));
        }
        let normal = self.normalizing.apply(document);
        let text = self.cutter.rewrite(&normal, true);
        self.cutter.cut(&text, |start, end| emit(text.as_bytes(), start, end));
    }
}

/// Limits of counting.
#[derive(Debug, Clone)]
pub struct CountOptions {
    /// Bytes that all tables together may hold before their rows go to disk.
    pub max_memory: usize,
    /// Where runs are kept; the system's folder for temporary files if `None`.
    pub temp_dir: Option<PathBuf>,
    /// Pieces longer than this many bytes are cut.
    pub longest: usize,
    /// Bytes of text to sample for probes.
    pub sample: usize,
    /// Seed of the sample.
    pub seed: u64,
}

impl Default for CountOptions {
    fn default() -> Self {
        CountOptions { max_memory: 4 << 30, temp_dir: None, longest: 1 << 20, sample: 128 << 10, seed: 0 }
    }
}

/// What was counted.
#[derive(Debug)]
pub struct Counted {
    /// The rows, in memory or on disk.
    pub rows: Rows,
    /// Names of the groups; empty when the corpus has none.
    pub groups: Vec<String>,
    /// Documents that were not empty.
    pub documents: u64,
    /// Their bytes.
    pub bytes: u64,
    /// A sample of the documents.
    pub sample: Vec<String>,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// Rows of (word, group, count).
#[derive(Debug)]
pub enum Rows {
    /// Everything fits.
    Memory(WordCounts),
    /// Sorted runs.
    Disk(Vec<Run>),
}

impl Counted {
    /// All rows in memory, whatever their number, in canonical order when they come from disk. `observer` is polled.
    ///
    /// # Errors
    /// I/O on the runs; counts that add up to more than 2^64.
    pub fn into_words(self, observer: &dyn Observer) -> Result<WordCounts> {
        match self.rows {
            Rows::Memory(words) => Ok(words),
            Rows::Disk(runs) => {
                let mut words = WordCounts::with_groups(self.groups);
                let mut rows = 0u64;
                runs::merge(runs, &mut |word, group, count| {
                    rows += 1;
                    if rows.is_multiple_of(65_536) {
                        observe::check(observer)?;
                    }
                    words.push_in(word, count, group);
                    Ok(())
                })?;
                Ok(words)
            }
        }
    }

    /// Calls `emit` for every row in canonical order: by word bytes, then group.
    ///
    /// # Errors
    /// I/O on the runs, and whatever `emit` returns.
    pub fn for_each_sorted(self, emit: &mut Emit<'_>) -> Result<()> {
        match self.rows {
            Rows::Memory(mut words) => {
                words.sort();
                (0..words.len()).try_for_each(|row| emit(words.word(row), words.group(row), words.count(row)))
            }
            Rows::Disk(runs) => runs::merge(runs, emit),
        }
    }
}

/// Counts the pieces of a corpus on all threads of the current pool.
///
/// # Errors
/// Whatever reading the corpus reports, I/O on the runs, [`crate::Error::Interrupted`].
pub fn count(corpus: &Corpus, cutting: &Cutting, options: &CountOptions, observer: &dyn Observer) -> Result<Counted> {
    observer.event(Event::Stage { name: "counting", total: corpus.total_bytes(), unit: "bytes" });
    let groups = corpus.groups().to_vec();
    let folder = options.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
    let spilled = Mutex::new(Runs::new(&folder));
    let shared = Shared {
        corpus,
        cutting,
        options,
        observer,
        groups: groups.len().max(1),
        share: options.max_memory / rayon::current_num_threads().max(1),
        folder: &folder,
        spilled: &spilled,
    };
    let results = rayon::broadcast(|_| Worker::new(&shared).run());
    let mut first = Worker::new(&shared);
    let workers = results.into_iter().collect::<Result<Vec<_>>>()?;
    let mut runs = spilled
        .lock()
        .map(|mut runs| std::mem::replace(&mut *runs, Runs::new(&folder)))
        .unwrap_or_else(|_| Runs::new(&folder));
    let spilled = !runs.is_empty();
    for mut worker in workers {
        if spilled {
            worker.spill()?.map_or(Ok(()), |run| runs.push(run))?;
        } else {
            first.tables.iter_mut().zip(worker.tables).for_each(|(mine, other)| mine.absorb(other));
        }
        first.sampler.merge(worker.sampler);
        first.long.merge(worker.long);
    }
    let rows = if spilled {
        first.spill()?.map_or(Ok(()), |run| runs.push(run))?;
        Rows::Disk(runs.into_vec())
    } else {
        Rows::Memory(first.words(&groups))
    };
    let stats = corpus.stats();
    let mut notes = Vec::new();
    if let Some(note) = first.long.note(options.longest) {
        notes.push(note);
    }
    Ok(Counted {
        rows,
        groups,
        documents: stats.documents,
        bytes: stats.bytes,
        sample: first.sampler.into_texts(),
        notes,
    })
}

struct Shared<'a> {
    corpus: &'a Corpus,
    cutting: &'a Cutting,
    options: &'a CountOptions,
    observer: &'a dyn Observer,
    groups: usize,
    share: usize,
    folder: &'a Path,
    spilled: &'a Mutex<Runs>,
}

/// Pieces that were cut for their length.
#[derive(Default)]
struct Long {
    pieces: u64,
    /// The longest one: its length and its beginning. Of equals the smaller beginning, so that threads do not matter.
    longest: Option<(usize, String)>,
}

impl Long {
    fn saw(&mut self, piece: &[u8]) {
        let beginning: String = String::from_utf8_lossy(&piece[..piece.len().min(80)]).chars().take(20).collect();
        self.merge(Long { pieces: 1, longest: Some((piece.len(), beginning)) });
    }

    fn merge(&mut self, other: Long) {
        self.pieces += other.pieces;
        let key = |l: &Option<(usize, String)>| l.as_ref().map(|(len, text)| (*len, std::cmp::Reverse(text.clone())));
        if key(&other.longest) > key(&self.longest) {
            self.longest = other.longest;
        }
    }

    fn note(&self, limit: usize) -> Option<String> {
        let (len, beginning) = self.longest.as_ref()?;
        Some(format!(
            "pieces longer than {limit} bytes were cut there ({}); the longest has {len} bytes and begins {beginning:?}: \
             does the pattern fit the text?",
            self.pieces
        ))
    }
}

struct Worker<'a> {
    shared: &'a Shared<'a>,
    tables: Vec<CountTable>,
    sampler: Sampler,
    long: Long,
}

impl<'a> Worker<'a> {
    fn new(shared: &'a Shared<'a>) -> Self {
        Worker {
            shared,
            tables: (0..shared.groups).map(|_| CountTable::new()).collect(),
            sampler: Sampler::new(shared.options.sample, shared.options.seed),
            long: Long::default(),
        }
    }

    fn run(mut self) -> Result<Self> {
        while let Some(raw) = self.shared.corpus.next()? {
            observe::check(self.shared.observer)?;
            let block = raw.decode(self.shared.corpus)?;
            self.block(&block);
            self.shared.observer.event(Event::Progress(self.shared.corpus.stats().read));
            if self.tables.iter().map(CountTable::memory).sum::<usize>() > self.shared.share {
                let spilled = self.spill()?;
                if let (Some(run), Ok(mut runs)) = (spilled, self.shared.spilled.lock()) {
                    runs.push(run)?;
                }
            }
        }
        self.tables.iter_mut().for_each(CountTable::flush);
        Ok(self)
    }

    fn block(&mut self, block: &Block) {
        let Some(table) = self.tables.get_mut(block.group as usize) else { return };
        let longest = self.shared.options.longest;
        for document in block.documents() {
            self.sampler.offer(document);
            self.shared.cutting.pieces(document, |text, start, end| {
                if end - start <= longest {
                    table.add(text, start, end);
                } else {
                    self.long.saw(&text[start..end]);
                    cut_long(text, start, end, longest, |start, end| table.add(text, start, end));
                }
            });
        }
    }

    /// Moves all rows to disk, one run.
    fn spill(&mut self) -> Result<Option<Run>> {
        let mut words = self.words(&vec![String::new(); self.shared.groups]);
        self.tables.iter_mut().for_each(|table| *table = CountTable::new());
        if words.is_empty() {
            return Ok(None);
        }
        words.sort();
        let mut run = RunWriter::create(self.shared.folder)?;
        for row in 0..words.len() {
            run.push(words.word(row), words.group(row), words.count(row))?;
        }
        run.finish().map(Some)
    }

    fn words(&mut self, groups: &[String]) -> WordCounts {
        let mut words = WordCounts::with_groups(groups.to_vec());
        for (group, table) in self.tables.iter_mut().enumerate() {
            table.flush();
            table.for_each(|word, count| words.push_in(word, count, group as u16));
        }
        words
    }
}

/// Cuts a long piece into parts of at most `longest` bytes, at character borders.
fn cut_long(text: &[u8], mut start: usize, end: usize, longest: usize, mut emit: impl FnMut(usize, usize)) {
    while start < end {
        let mut stop = (start + longest.max(4)).min(end);
        while stop < end && stop > start + 1 && text[stop] & 0xC0 == 0x80 {
            stop -= 1;
        }
        emit(start, stop);
        start = stop;
    }
}

#[cfg(test)]
mod tests;
