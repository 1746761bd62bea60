//! One pass over a corpus under two tokenizers.

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use toktool::Result;
use toktool::corpus::{Corpus, Raw, Stats};
use toktool::encode::Scratch;
use toktool::observe::Observer;
use toktool::stats::percentile_interval;
use toktool::vocab::Id;

use super::frequent::{Counted, Frequent};
use super::{Options, Strings, is_text};
use crate::agreement::{Cuts, f1};
use crate::blocks::{Blocks, drawn};
use crate::counts::sums;
use crate::ordered;
use crate::page::Span;
use crate::subject::Judged;
use crate::words::words;

/// Words that are cut differently, of which counts are kept.
const WORDS: usize = 1 << 18;
/// A word of more bytes is counted and not shown.
const LONGEST_WORD: usize = 96;
/// Characters of a document that are shown.
const EXCERPT: usize = 200;

sums! {
    /// Sums over documents under both tokenizers.
    Pair:
    /// Documents.
    documents,
    /// Their UTF-8 bytes.
    bytes,
    /// Tokens of the first.
    a_tokens,
    /// Tokens of the second.
    b_tokens,
    /// Borders inside documents by the first.
    a_cuts,
    /// By the second.
    b_cuts,
    /// By both.
    shared_cuts,
    /// Documents with the same borders.
    same_cuts,
    /// Documents with the same ids.
    same_ids,
    /// UAX 29 words with a letter or digit.
    words,
    /// Those with other borders inside.
    words_differ,
}

/// A word with the borders inside it by each tokenizer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WordCut {
    /// The word.
    pub word: String,
    /// Borders by each, in bytes of the word.
    pub cuts: [Vec<u32>; 2],
}

impl WordCut {
    /// The pieces of the word by one of the two: 0 or 1.
    pub fn pieces(&self, side: usize) -> impl Iterator<Item = &[u8]> {
        let cuts = self.cuts[side].iter().map(|&at| at as usize).chain([self.word.len()]);
        cuts.scan(0, |start, end| Some(&self.word.as_bytes()[std::mem::replace(start, end)..end]))
    }
}

/// A token that only one of the two has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlyOne {
    /// Its id.
    pub id: Id,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How often it came out.
    pub count: u64,
}

/// A document on which the two are far apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Far {
    /// Its number among the documents that are not empty, from 1.
    pub document: u64,
    /// Tokens by each.
    pub tokens: [u64; 2],
    /// Its bytes.
    pub bytes: u64,
    /// Its beginning.
    pub text: String,
}

/// What two tokenizers do to a corpus. Arrays are the first and the second tokenizer.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// The corpus.
    pub name: String,
    /// Its language, if it is known.
    pub language: Option<String>,
    /// Whether it comes with the program.
    pub embedded: bool,
    /// What reading met.
    pub stats: Stats,
    /// Sums over its documents.
    pub sums: Pair,
    /// The 95 % interval of tokens of the second over those of the first.
    pub ratio_interval: Option<(f64, f64)>,
    /// The 95 % interval of the F1 of borders.
    pub f1_interval: Option<(f64, f64)>,
    /// Running tokens of text by each, and those whose bytes the other has a token for.
    pub running: [(u64, u64); 2],
    /// The most frequent tokens of text that the other lacks.
    pub only: [Vec<OnlyOne>; 2],
    /// The words that are most often cut differently.
    pub words: Vec<Counted<WordCut>>,
    /// Documents for which each needs most more tokens than the other.
    pub far: [Vec<Far>; 2],
}

impl Compared {
    /// Tokens of the second over those of the first.
    pub fn ratio(&self) -> Option<f64> {
        ratio(&self.sums)
    }

    /// F1 of the borders.
    pub fn f1(&self) -> Option<f64> {
        f1(self.sums.shared_cuts, self.sums.a_cuts, self.sums.b_cuts)
    }
}

fn ratio(sums: &Pair) -> Option<f64> {
    (sums.a_tokens > 0).then(|| sums.b_tokens as f64 / sums.a_tokens as f64)
}

/// What one thread keeps.
#[derive(Default)]
struct Worker {
    scratch: [Scratch; 2],
    cuts: [Cuts; 2],
    words: Vec<Span>,
    /// Running tokens by id.
    counts: [Vec<u64>; 2],
}

/// A piece of the corpus.
#[derive(Default)]
struct Piece {
    documents: Vec<Pair>,
    words: HashMap<WordCut, u64, FxBuildHasher>,
    far: [Vec<Far>; 2],
}

impl Worker {
    fn new(pair: [&Judged; 2]) -> Worker {
        Worker { counts: pair.map(|judged| vec![0; judged.inventory.len()]), ..Worker::default() }
    }

    fn document(&mut self, pair: [&Judged; 2], text: &str, piece: &mut Piece) -> Result<Pair> {
        let mut tokens = [Vec::new(), Vec::new()];
        for side in 0..2 {
            tokens[side] = pair[side].tokens(text, &mut self.scratch[side])?;
            self.cuts[side].read(text.len(), &tokens[side]);
            for token in &tokens[side] {
                // Every id of an encoder has an entry.
                if let Some(count) = self.counts[side].get_mut(token.id as usize) {
                    *count += 1;
                }
            }
        }
        let [a, b] = &self.cuts;
        let mut sums = Pair {
            documents: 1,
            bytes: text.len() as u64,
            a_tokens: tokens[0].len() as u64,
            b_tokens: tokens[1].len() as u64,
            a_cuts: a.count(),
            b_cuts: b.count(),
            shared_cuts: a.shared(b),
            same_ids: u64::from(tokens[0].iter().map(|t| t.id).eq(tokens[1].iter().map(|t| t.id))),
            ..Pair::default()
        };
        sums.same_cuts = u64::from(sums.shared_cuts == sums.a_cuts && sums.shared_cuts == sums.b_cuts);
        self.words.clear();
        words(text, &mut self.words);
        sums.words = self.words.len() as u64;
        if sums.same_cuts == 1 {
            return Ok(sums);
        }
        for &(start, end) in &self.words {
            let (start, end) = (start as usize, end as usize);
            if a.agree_within(b, start, end) {
                continue;
            }
            sums.words_differ += 1;
            if end - start <= LONGEST_WORD {
                let within = |cuts: &Cuts| cuts.within(start, end).map(|at| at as u32).collect();
                let cut = WordCut { word: text[start..end].to_owned(), cuts: [within(a), within(b)] };
                *piece.words.entry(cut).or_default() += 1;
            }
        }
        Ok(sums)
    }

    fn work(&mut self, pair: [&Judged; 2], raw: Raw, corpus: &Corpus, most: usize) -> Result<Piece> {
        let block = raw.decode(corpus)?;
        let mut piece = Piece::default();
        for text in block.documents() {
            let sums = self.document(pair, text, &mut piece)?;
            piece.documents.push(sums);
        }
        for side in 0..2 {
            let far = |(n, text): (usize, &str)| {
                let sums = &piece.documents[n];
                let tokens = [sums.a_tokens, sums.b_tokens];
                let text = text.chars().take(EXCERPT).collect();
                (tokens[side] > tokens[1 - side]).then_some(Far { document: n as u64, tokens, bytes: sums.bytes, text })
            };
            let mut all: Vec<Far> = block.documents().enumerate().filter_map(far).collect();
            keep(&mut all, side, most);
            piece.far[side] = all;
        }
        Ok(piece)
    }
}

/// Keeps the documents on which a side needs most more tokens; of equal ones the earlier.
fn keep(all: &mut Vec<Far>, side: usize, most: usize) {
    all.sort_by_key(|far| (std::cmp::Reverse(far.tokens[side] - far.tokens[1 - side]), far.document));
    all.truncate(most);
}

/// Sums so far.
struct Collected {
    blocks: Blocks<Pair>,
    documents: u64,
    words: Frequent<WordCut>,
    far: [Vec<Far>; 2],
}

impl Collected {
    fn take(&mut self, piece: Piece, most: usize) {
        piece.documents.iter().for_each(|sums| self.blocks.push(sums));
        // In an order of their own, so that what a full table loses does not depend on hashes.
        let mut words: Vec<(WordCut, u64)> = piece.words.into_iter().collect();
        words.sort_unstable();
        words.into_iter().for_each(|(word, count)| self.words.add(word, count));
        for (side, far) in piece.far.into_iter().enumerate() {
            let numbered = far.into_iter().map(|far| Far { document: self.documents + far.document + 1, ..far });
            self.far[side].extend(numbered);
            keep(&mut self.far[side], side, most);
        }
        self.documents += piece.documents.len() as u64;
    }
}

/// Reads a corpus to its end under both.
pub(super) fn read(
    pair: [&Judged; 2],
    corpus: &Corpus,
    options: &Options,
    observer: &dyn Observer,
) -> Result<Compared> {
    let mut collected = Collected {
        blocks: Blocks::default(),
        documents: 0,
        words: Frequent::new(WORDS),
        far: [Vec::new(), Vec::new()],
    };
    let work = |worker: &mut Worker, raw: Raw| worker.work(pair, raw, corpus, options.documents);
    let take = |piece| collected.take(piece, options.documents);
    let workers = ordered::run(corpus, options.threads, observer, || Worker::new(pair), work, take)?;
    let mut counts = pair.map(|judged| vec![0u64; judged.inventory.len()]);
    for worker in workers {
        for (sum, more) in counts.iter_mut().zip(worker.counts) {
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
    }
    let (mut running, mut only) = ([(0, 0); 2], [Vec::new(), Vec::new()]);
    for side in 0..2 {
        let inventory = &pair[side].inventory;
        let known = Strings::new(&pair[1 - side].inventory).known(inventory);
        let used =
            counts[side].iter().enumerate().filter(|(id, count)| **count > 0 && is_text(inventory.class(*id as Id)));
        let mut lacking = Vec::new();
        for (id, &count) in used {
            running[side].0 += count;
            if known[id] {
                running[side].1 += count;
            } else {
                lacking.push(OnlyOne { id: id as Id, bytes: inventory.bytes(id as Id).to_vec(), count });
            }
        }
        lacking.sort_by_key(|one| (std::cmp::Reverse(one.count), one.id));
        lacking.truncate(options.examples);
        only[side] = lacking;
    }
    let replicates = drawn(collected.blocks.rows(), options.seed, Pair::add);
    let of = |f: &dyn Fn(&Pair) -> Option<f64>| percentile_interval(&replicates.iter().map(f).collect::<Vec<_>>());
    Ok(Compared {
        stats: corpus.stats(),
        sums: collected.blocks.total(),
        ratio_interval: of(&ratio),
        f1_interval: of(&|sums| f1(sums.shared_cuts, sums.a_cuts, sums.b_cuts)),
        running,
        only,
        words: collected.words.top(options.examples),
        far: collected.far,
        ..Compared::default()
    })
}
