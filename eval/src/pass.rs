//! One pass over a corpus: each document is read once, encoded once by every tokenizer, and everything that is measured on
//! whole corpora is added up on the way.
//!
//! Threads take pieces of the corpus as they come; sums are joined in the order of the corpus, so that results are the same
//! for any number of threads. Memory: a table of counts for each tokenizer and group of documents, 10,000 blocks of sums,
//! and the sample; it does not grow with the corpus.

use std::collections::BTreeMap;
use std::sync::Mutex;

use toktool::corpus::{Corpus, Raw, Sampler, Stats};
use toktool::encode::Scratch;
use toktool::observe::{Event, Observer};
use toktool::vocab::Id;
use toktool::{Error, Result};

use crate::blocks::Blocks;
use crate::counts::Counts;
use crate::degenerate;
use crate::evidence::{Worst, WorstDocument};
use crate::page::Page;
use crate::subject::{Baseline, Kind, Subject};
use crate::tally;
use crate::types::{ById, Pieces};

/// What came of one tokenizer or baseline.
#[derive(Debug)]
pub struct Outcome {
    /// Sums of documents.
    pub blocks: Blocks,
    /// Counts of its tokens.
    pub tokens: Tokens,
    /// What it spends most tokens on, for its bytes; nothing of a baseline.
    pub worst: Vec<WorstDocument>,
}

/// Counts of tokens.
#[derive(Debug)]
pub enum Tokens {
    /// Of a tokenizer.
    ById(ById),
    /// Of a baseline, with their bytes in byte order; `None` where there were too many different ones.
    Pieces(Option<Vec<(Box<[u8]>, u64)>>),
}

/// What came of a corpus.
#[derive(Debug)]
pub struct Passed {
    /// For each subject, in order.
    pub subjects: Vec<Outcome>,
    /// A seeded sample of its documents.
    pub sample: Vec<String>,
    /// What reading met.
    pub stats: Stats,
}

/// A piece of the corpus under all subjects.
struct Piece {
    /// By subject: sums of each document, and its ids.
    subjects: Vec<(Vec<Counts>, Ids)>,
}

#[derive(Default)]
struct Ids {
    ids: Vec<Id>,
    ends: Vec<usize>,
}

/// Sums so far, and pieces that came too early.
struct Collected {
    next: u64,
    early: BTreeMap<u64, Piece>,
    blocks: Vec<Blocks>,
    by_id: Vec<Option<ById>>,
}

impl Collected {
    fn accept(&mut self, number: u64, piece: Piece) {
        self.early.insert(number, piece);
        while let Some(piece) = self.early.remove(&self.next) {
            for (n, (documents, ids)) in piece.subjects.into_iter().enumerate() {
                documents.iter().for_each(|counts| self.blocks[n].push(counts));
                if let Some(by_id) = &mut self.by_id[n] {
                    let mut start = 0;
                    for &end in &ids.ends {
                        by_id.push(&ids.ids[start..end]);
                        start = end;
                    }
                }
            }
            self.next += 1;
        }
    }
}

/// What one thread keeps.
struct Worker<'a> {
    subjects: &'a [Subject],
    page: Page,
    scratch: Vec<Scratch>,
    pieces: Vec<Pieces>,
    worst: Vec<Worst>,
    ends: Vec<u32>,
    decoded: Vec<u8>,
    sampler: Sampler,
}

impl<'a> Worker<'a> {
    fn new(subjects: &'a [Subject], sampler: Sampler) -> Self {
        Worker {
            subjects,
            page: Page::default(),
            scratch: subjects.iter().map(|_| Scratch::default()).collect(),
            pieces: subjects.iter().map(|_| Pieces::default()).collect(),
            worst: subjects.iter().map(|_| Worst::default()).collect(),
            ends: Vec::new(),
            decoded: Vec::new(),
            sampler,
        }
    }

    fn work(&mut self, raw: Raw, corpus: &Corpus) -> Result<Piece> {
        let block = raw.decode(corpus)?;
        let mut piece = Piece { subjects: self.subjects.iter().map(|_| Default::default()).collect() };
        for document in block.documents() {
            self.page.read(document);
            self.sampler.offer(document);
            for (n, (documents, ids)) in piece.subjects.iter_mut().enumerate() {
                documents.push(self.document(n, document, ids)?);
            }
        }
        Ok(piece)
    }

    fn document(&mut self, n: usize, text: &str, ids: &mut Ids) -> Result<Counts> {
        let mut counts = Counts::default();
        let subject = &self.subjects[n];
        match &subject.kind {
            Kind::Baseline(baseline @ (Baseline::Characters | Baseline::Bytes)) => {
                let bytes = *baseline == Baseline::Bytes;
                degenerate::observe(text, &self.page, bytes, &mut counts);
                if bytes {
                    self.pieces[n].add_bytes(text)
                } else {
                    self.pieces[n].add_chars(text)
                }
                counts.round_trips += 1;
            }
            Kind::Baseline(_) => {
                let tokens = subject.tokens(text, &mut self.scratch[n], &mut self.ends)?;
                tally::observe(text, &self.page, &tokens, &mut counts);
                tokens.iter().for_each(|t| self.pieces[n].add(&text.as_bytes()[t.start..t.end]));
                counts.round_trips += 1;
            }
            Kind::Tokenizer(judged) => {
                let tokens = subject.tokens(text, &mut self.scratch[n], &mut self.ends)?;
                tally::observe(text, &self.page, &tokens, &mut counts);
                tally::cover(judged, &tokens, &mut counts);
                self.worst[n].offer(text, tokens.len());
                let start = ids.ids.len();
                ids.ids.extend(tokens.iter().map(|t| t.id));
                self.decoded.clear();
                judged.encoder.decode_into(&ids.ids[start..], false, &mut self.decoded);
                tally::round_trip(text, &self.decoded, &judged.normalizing, &mut counts);
                ids.ends.push(ids.ids.len());
            }
        }
        Ok(counts)
    }
}

/// Reads a corpus to its end under all subjects. `sample` is how many bytes of documents to keep.
///
/// # Errors
/// What reading and encoding report; [`Error::Interrupted`].
pub fn run(
    corpus: &Corpus,
    subjects: &[Subject],
    threads: usize,
    sample: usize,
    seed: u64,
    observer: &dyn Observer,
) -> Result<Passed> {
    observer.event(Event::Stage { name: "evaluating", total: corpus.total_bytes(), unit: "bytes" });
    let by_id = |subject: &Subject| subject.judged().map(|judged| ById::new(judged.facts.len()));
    let collected = Mutex::new(Collected {
        next: 0,
        early: BTreeMap::new(),
        blocks: subjects.iter().map(|_| Blocks::default()).collect(),
        by_id: subjects.iter().map(by_id).collect(),
    });
    let thread = || -> Result<Worker<'_>> {
        let mut worker = Worker::new(subjects, Sampler::new(sample, seed));
        while let Some(raw) = corpus.next()? {
            if observer.cancelled() {
                return Err(Error::Interrupted);
            }
            let number = raw.number;
            let piece = worker.work(raw, corpus)?;
            let mut collected = collected.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            collected.accept(number, piece);
            observer.event(Event::Progress(corpus.stats().read));
        }
        Ok(worker)
    };
    let workers = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(thread)).collect();
        let joined = threads.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.collect::<Vec<_>>()
    });
    let mut pieces: Vec<Pieces> = subjects.iter().map(|_| Pieces::default()).collect();
    let mut worst: Vec<Worst> = subjects.iter().map(|_| Worst::default()).collect();
    let mut sampler = Sampler::new(sample, seed);
    for worker in workers {
        let worker = worker?;
        sampler.merge(worker.sampler);
        pieces.iter_mut().zip(worker.pieces).for_each(|(sum, more)| sum.merge(more));
        worst.iter_mut().zip(worker.worst).for_each(|(sum, more)| sum.merge(more));
    }
    let collected = collected.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    let counted = collected.blocks.into_iter().zip(collected.by_id).zip(pieces).zip(worst);
    let subjects = counted.map(|(((blocks, by_id), pieces), worst)| {
        let tokens = by_id.map_or_else(|| Tokens::Pieces(pieces.sorted()), Tokens::ById);
        Outcome { blocks, tokens, worst: worst.documents() }
    });
    Ok(Passed { subjects: subjects.collect(), sample: sampler.into_texts(), stats: corpus.stats() })
}
