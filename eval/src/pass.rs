//! One pass over a corpus: each document is read once, encoded once by every tokenizer, and everything that is measured on
//! whole corpora is added up on the way.
//!
//! Sums are joined in the order of the corpus ([`ordered`]), so that results are the same for any number of threads. Memory: a table of counts for each tokenizer and group of documents, 10,000 blocks of sums,
//! and the sample; it does not grow with the corpus.

use toktool::Result;
use toktool::corpus::{Corpus, Raw, Sampler, Stats};
use toktool::encode::{Scratch, Token};
use toktool::observe::{Event, Observer};
use toktool::vocab::Id;

use crate::agreement::{self, Cuts};
use crate::blocks::Blocks;
use crate::counts::Counts;
use crate::degenerate;
use crate::evidence::{Worst, WorstDocument};
use crate::ordered;
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

/// Sums so far.
struct Collected {
    blocks: Vec<Blocks>,
    by_id: Vec<Option<ById>>,
}

impl Collected {
    fn take(&mut self, piece: Piece) {
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
    /// The borders of the first subject in the document at hand, where agreement with them is wanted.
    first: Option<Cuts>,
}

impl<'a> Worker<'a> {
    fn new(subjects: &'a [Subject], sampler: Sampler, agreement: bool) -> Self {
        Worker {
            subjects,
            page: Page::default(),
            scratch: subjects.iter().map(|_| Scratch::default()).collect(),
            pieces: subjects.iter().map(|_| Pieces::default()).collect(),
            worst: subjects.iter().map(|_| Worst::default()).collect(),
            ends: Vec::new(),
            decoded: Vec::new(),
            sampler,
            first: agreement.then(Cuts::default),
        }
    }

    /// Compares the borders of a document with those of the first subject.
    fn agree(&mut self, n: usize, text: &str, tokens: &[Token], counts: &mut Counts) {
        let Some(first) = &mut self.first else { return };
        if n == 0 {
            first.read(text.len(), tokens);
        }
        agreement::inner(text.len(), tokens, |at| {
            counts.cuts += 1;
            counts.shared_cuts += first.at(at);
        });
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
                if let Some(first) = &self.first {
                    counts.cuts += counts.tokens.saturating_sub(1);
                    counts.shared_cuts += if bytes { first.count() } else { first.between_chars(text) };
                }
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
                self.agree(n, text, &tokens, &mut counts);
                tokens.iter().for_each(|t| self.pieces[n].add(&text.as_bytes()[t.start..t.end]));
                counts.round_trips += 1;
            }
            Kind::Tokenizer(judged) => {
                let tokens = subject.tokens(text, &mut self.scratch[n], &mut self.ends)?;
                tally::observe(text, &self.page, &tokens, &mut counts);
                tally::cover(judged, &tokens, &mut counts);
                self.worst[n].offer(text, tokens.len());
                self.agree(n, text, &tokens, &mut counts);
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

/// Reads a corpus to its end under all subjects. `sample` is how many bytes of documents to keep; `agreement` says whether
/// borders are compared with those of the first subject.
///
/// # Errors
/// What reading and encoding report; [`toktool::Error::Interrupted`].
pub fn run(
    corpus: &Corpus,
    subjects: &[Subject],
    threads: usize,
    sample: usize,
    seed: u64,
    agreement: bool,
    observer: &dyn Observer,
) -> Result<Passed> {
    observer.event(Event::Stage { name: "evaluating", total: corpus.total_bytes(), unit: "bytes" });
    let by_id = |subject: &Subject| subject.judged().map(|judged| ById::new(judged.inventory.len()));
    let mut collected = Collected {
        blocks: subjects.iter().map(|_| Blocks::default()).collect(),
        by_id: subjects.iter().map(by_id).collect(),
    };
    let worker = || Worker::new(subjects, Sampler::new(sample, seed), agreement);
    let work = |worker: &mut Worker<'_>, raw: Raw| worker.work(raw, corpus);
    let workers = ordered::run(corpus, threads, observer, worker, work, |piece| collected.take(piece))?;
    let mut pieces: Vec<Pieces> = subjects.iter().map(|_| Pieces::default()).collect();
    let mut worst: Vec<Worst> = subjects.iter().map(|_| Worst::default()).collect();
    let mut sampler = Sampler::new(sample, seed);
    for worker in workers {
        sampler.merge(worker.sampler);
        pieces.iter_mut().zip(worker.pieces).for_each(|(sum, more)| sum.merge(more));
        worst.iter_mut().zip(worker.worst).for_each(|(sum, more)| sum.merge(more));
    }
    let counted = collected.blocks.into_iter().zip(collected.by_id).zip(pieces).zip(worst);
    let subjects = counted.map(|(((blocks, by_id), pieces), worst)| {
        let tokens = by_id.map_or_else(|| Tokens::Pieces(pieces.sorted()), Tokens::ById);
        Outcome { blocks, tokens, worst: worst.documents() }
    });
    Ok(Passed { subjects: subjects.collect(), sample: sampler.into_texts(), stats: corpus.stats() })
}
