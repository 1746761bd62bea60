//! One tokenizer on one corpus: everything that metrics ask, computed once.

use rayon::prelude::*;
use toktool::Result;
use toktool::morph::Lexical;
use toktool::morph::lexical::WordList;
use toktool::repair::scaffold;
use toktool::stats::{REPLICATES, draw, jackknife_interval, percentile_interval};
use toktool::tokenizer::Model;

use crate::aligned::{Aligned, Sums};
use crate::blocks::{MOST, drawn};
use crate::compare::{Overlap, Strings};
use crate::counts::Counts;
use crate::entries::Entries;
use crate::evidence::{self, Plot};
use crate::information::compress::{self, Plain, Sizes};
use crate::information::orders::{self, Document, Orders, TestDocument};
use crate::lexicality::{self, Lexicality, Paper};
use crate::metric::{Compute, Figure, Metric, Place, Traits};
use crate::metrics::renyi_figure;
use crate::parallel::Costs;
use crate::pass::{self, Tokens};
use crate::robustness::{self, Disturbed};
use crate::sampled::{Sampled, hash};
use crate::speed::{self, Speed};
use crate::subject::{Baseline, Kind, Subject};
use crate::view::View;
use toktool::inventory::Class;

/// The share of a token's occurrences inside one larger token from which on it is a scaffold.
const SCAFFOLD: f64 = 0.9;

/// What has to be measured on the document sample.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    orders: bool,
    pub(super) sizes: bool,
    pub(super) lexicon: bool,
    /// What the first tokenizer has of the running tokens.
    pub(super) overlap: bool,
    /// Borders against those of the first tokenizer.
    pub(super) agreement: bool,
    pub(super) robust: robustness::Which,
    speed: bool,
}

impl Wanted {
    pub(super) fn of(metrics: &[&Metric]) -> Wanted {
        Wanted {
            orders: metrics.iter().any(|m| matches!(m.compute, Compute::Orders(_) | Compute::HeldOut(..))),
            sizes: metrics.iter().any(|m| matches!(m.compute, Compute::Sizes(_))),
            lexicon: metrics.iter().any(|m| matches!(m.compute, Compute::Lexicon(_))),
            overlap: metrics.iter().any(|m| m.name == "vocabulary_overlap_running"),
            agreement: metrics.iter().any(|m| m.name == "boundary_agreement"),
            robust: std::array::from_fn(|n| {
                metrics.iter().any(|m| matches!(m.compute, Compute::Robust(d, _) if d == n))
            }),
            speed: metrics.iter().any(|m| m.on_request()),
        }
    }

    pub(super) fn sample(self) -> bool {
        self.orders || self.sizes || self.speed || self.robust.contains(&true)
    }
}

/// Parallel lines.
struct Lines {
    total: Costs,
    language: Option<usize>,
    drawn: Vec<Costs>,
}

/// Disturbed documents.
#[derive(Default)]
struct Robust {
    total: robustness::Sums,
    drawn: Vec<robustness::Sums>,
}

impl Robust {
    fn new(documents: &[robustness::Sums], seed: u64) -> Robust {
        let sum = |documents: &[robustness::Sums]| {
            let mut sum = robustness::Sums::default();
            documents.iter().for_each(|document| sum.add(document));
            sum
        };
        let blocks: Vec<_> = documents.chunks(documents.len().div_ceil(MOST).max(1)).map(sum).collect();
        Robust { total: sum(&blocks), drawn: drawn(&blocks, seed, robustness::Sums::add) }
    }
}

/// One tokenizer on one corpus, ready for every metric.
#[derive(Default)]
pub(super) struct Prepared {
    /// What it was measured on.
    pub(super) place: Place,
    entries: Option<Entries>,
    overlap: Option<Overlap>,
    total: Counts,
    replicates: Vec<Counts>,
    traits: Traits,
    view: Option<View>,
    without: Vec<View>,
    orders: Option<Orders>,
    sizes: Option<Sizes>,
    lexicality: Option<Lexicality>,
    paper: Option<Paper>,
    /// By disturbance; empty where none is wanted.
    robust: Vec<Robust>,
    speed: Option<Speed>,
    aligned: Option<Aligned>,
    words: Vec<Sums>,
    lines: Option<Lines>,
    /// New words cost nothing, as every token there may be is one.
    open: bool,
    seed: u64,
}

impl Prepared {
    /// Of gold words.
    pub(super) fn on_gold(aligned: Aligned, seed: u64) -> Prepared {
        let words = drawn(&aligned.blocks, seed, Sums::add);
        Prepared { place: Place::Gold, aligned: Some(aligned), words, seed, ..Prepared::default() }
    }

    /// Of parallel lines: of the language of this index, or of all of them.
    pub(super) fn on_lines(blocks: &[Costs], language: Option<usize>, seed: u64) -> Prepared {
        let mut total = Costs::default();
        blocks.iter().for_each(|block| total.add(block));
        let lines = Lines { total, language, drawn: drawn(blocks, seed, Costs::add) };
        let place = if language.is_some() { Place::Language } else { Place::Languages };
        Prepared { place, lines: Some(lines), seed, ..Prepared::default() }
    }

    /// Of a vocabulary.
    pub(super) fn of_entries(entries: Option<Entries>, overlap: Option<Overlap>) -> Prepared {
        Prepared { place: Place::Vocabulary, entries, overlap, ..Prepared::default() }
    }

    /// Of documents. `first` are the strings of the first tokenizer, where they are wanted.
    pub(super) fn new(subject: &Subject, outcome: &pass::Outcome, first: Option<&Strings<'_>>, seed: u64) -> Prepared {
        let (view, without) = match (&outcome.tokens, subject.judged()) {
            (Tokens::ById(counts), Some(judged)) => {
                let total = counts.total();
                let shared = first.map(|first| first.known(&judged.inventory));
                let shared = shared.as_deref();
                let without = (0..counts.groups()).into_par_iter();
                let without =
                    without.map(|group| View::by_id(&counts.without(&total, group), &judged.inventory, shared));
                let merges = matches!(judged.tokenizer.model, Model::Bpe(_));
                let mut view = View::by_id(&total, &judged.inventory, shared);
                view.scaffolds = merges.then(|| scaffold(&judged.tokenizer, &total, SCAFFOLD).len() as u64);
                (Some(view), without.collect())
            }
            (Tokens::Pieces(Some(counts)), _) => (Some(View::by_bytes(counts, first)), Vec::new()),
            _ => (None, Vec::new()),
        };
        let traits = view.as_ref().map_or(Traits::default(), |view| view.traits);
        let replicates = drawn(outcome.blocks.rows(), seed, Counts::add);
        let total = outcome.blocks.total();
        let open = matches!(subject.kind, Kind::Baseline(Baseline::Words | Baseline::Random { .. }));
        Prepared { total, replicates, traits, view, without, open, seed, ..Prepared::default() }
    }

    /// Asks a lexicon about the tokens of text.
    pub(super) fn look_up(&mut self, subject: &Subject, outcome: &pass::Outcome, lexicon: &dyn Lexical) {
        let folding = lexicon.folding();
        self.lexicality = match (&outcome.tokens, subject.judged()) {
            (Tokens::ById(counts), Some(judged)) => {
                let (total, inventory) = (counts.total(), &judged.inventory);
                let is_text = |id: &u32| matches!(inventory.class(*id), Class::Text | Class::Fallback);
                let tokens =
                    (0..inventory.len() as u32).filter(is_text).map(|id| (inventory.bytes(id), total[id as usize]));
                Some(lexicality::measure(tokens, lexicon, folding))
            }
            (Tokens::Pieces(Some(pieces)), _) => {
                Some(lexicality::measure(pieces.iter().map(|(bytes, count)| (bytes, *count)), lexicon, folding))
            }
            _ => None,
        };
    }

    /// Counts the tokens as the paper of %TR does.
    pub(super) fn count_as_paper(&mut self, subject: &Subject, outcome: &pass::Outcome, list: &WordList) {
        self.paper = match (&outcome.tokens, subject.judged()) {
            (Tokens::ById(counts), Some(judged)) => {
                let total = counts.total();
                let came = (0..judged.inventory.len() as u32).filter(|&id| total[id as usize] > 0);
                Some(lexicality::paper(came.map(|id| judged.inventory.bytes(id)), list, None))
            }
            (Tokens::Pieces(Some(pieces)), _) => {
                Some(lexicality::paper(pieces.iter().map(|(bytes, _)| bytes), list, None))
            }
            _ => None,
        };
    }

    /// Measures what needs the document sample.
    /// `plain` is its text compressed, where that is wanted.
    pub(super) fn look_at(
        &mut self,
        sampled: &Sampled,
        documents: &[String],
        plain: Option<&Plain>,
        wanted: Wanted,
        seed: u64,
    ) -> Result<()> {
        // New words would cost an open vocabulary nothing.
        if wanted.orders && !self.open {
            let document = |(text, ids): (&'_ String, &'_ [u32])| (text.len() as u64, hash(text), ids.to_vec());
            let rows: Vec<(u64, u64, Vec<u32>)> = documents.iter().zip(sampled.documents()).map(document).collect();
            let rows: Vec<Document<'_>> =
                rows.iter().map(|(bytes, hash, ids)| Document { ids, bytes: *bytes, hash: *hash }).collect();
            let options = orders::Options { seed, ..orders::Options::new(sampled.vocabulary.len()) };
            self.orders = Some(orders::measure(&rows, &options)?);
        }
        if let Some(plain) = plain {
            let input = compress::Input { ids: &sampled.ids, vocabulary: &sampled.vocabulary, plain };
            let mut sizes = compress::measure(&input)?;
            if self.open {
                // Without its dictionary, an open vocabulary would hide the text in its tokens.
                sizes
                    .rows
                    .iter_mut()
                    .filter(|row| row.serialisation.is_some())
                    .for_each(|row| row.bits_per_byte = None);
            }
            self.sizes = Some(sizes);
        }
        Ok(())
    }

    /// The curves behind its figures.
    pub(super) fn curves(&self) -> Vec<(Plot, Vec<(f64, f64)>)> {
        let view = self.view.iter().flat_map(|view| {
            let rarefied = evidence::rarefaction(&view.spectrum);
            [(Plot::Lengths, evidence::lengths(view.lengths())), (Plot::Rarefaction, rarefied)]
        });
        let together = self.lines.iter().filter(|lines| lines.language.is_none());
        view.chain(together.map(|lines| (Plot::Lorenz, evidence::lorenz(&lines.total.tokens)))).collect()
    }

    /// Whether a document did not come back byte for byte.
    pub(super) fn lossy(&self) -> bool {
        self.total.round_trips < self.total.documents
    }

    /// Measures what disturbances and the clock say of a tokenizer on the document sample.
    pub(super) fn try_out(
        &mut self,
        subject: &Subject,
        documents: &[String],
        disturbed: &[Disturbed],
        wanted: Wanted,
    ) -> Result<()> {
        if wanted.robust.contains(&true) {
            let sums = robustness::measure(subject, documents, disturbed)?;
            self.robust = sums.iter().map(|documents| Robust::new(documents, self.seed)).collect();
        }
        if let Some(judged) = subject.judged().filter(|_| wanted.speed) {
            let documents = speed::enough(documents);
            self.speed = Some(speed::measure(&judged.tokenizer, documents, &mut speed::Machine::default())?);
        }
        Ok(())
    }

    /// The figure of a metric, and that of each replicate where there are any.
    pub(super) fn figures(&self, metric: &Metric, first: &Prepared) -> (Figure, Vec<Option<f64>>) {
        match metric.compute {
            Compute::Counts(f) => {
                (f(&self.total, self.traits), self.replicates.iter().map(|c| f(c, self.traits).value).collect())
            }
            Compute::Against(f) => {
                let pairs = self.replicates.iter().zip(&first.replicates);
                (f(&self.total, &first.total), pairs.map(|(c, first)| f(c, first).value).collect())
            }
            Compute::Renyi(alpha, used) => {
                (self.view.as_ref().map_or(Figure::NONE, |view| renyi_figure(view, alpha, used)), Vec::new())
            }
            Compute::Tokens(f) | Compute::Extent(f) => (self.view.as_ref().map_or(Figure::NONE, f), Vec::new()),
            Compute::Entries(f) => (self.entries.as_ref().map_or(Figure::NONE, f), Vec::new()),
            Compute::Overlap(f) => (self.overlap.as_ref().map_or(Figure::NONE, f), Vec::new()),
            Compute::Lexicon(f) => (self.lexicality.as_ref().map_or(Figure::NONE, f), Vec::new()),
            Compute::Paper(f) => (self.paper.as_ref().map_or(Figure::NONE, f), Vec::new()),
            Compute::Orders(f) => (self.orders.as_ref().map_or(Figure::NONE, f), Vec::new()),
            Compute::Sizes(f) => (self.sizes.as_ref().map_or(Figure::NONE, f), Vec::new()),
            Compute::HeldOut(order, bytes) => self.held_out(order, bytes),
            Compute::Robust(n, f) => self.robust.get(n).map_or((Figure::NONE, Vec::new()), |robust| {
                (f(&robust.total), robust.drawn.iter().map(|sums| f(sums).value).collect())
            }),
            Compute::Speed(f) => (self.speed.as_ref().map_or(Figure::NONE, f), Vec::new()),
            Compute::Words(f) => {
                let total = self.aligned.as_ref().map_or(Figure::NONE, |aligned| f(&aligned.total));
                (total, self.words.iter().map(|sums| f(sums).value).collect())
            }
            Compute::Aligned(f) => (self.aligned.as_ref().map_or(Figure::NONE, f), Vec::new()),
            Compute::Language(f) => self.on_each(|lines, costs| lines.language.map_or(Figure::NONE, |n| f(costs, n))),
            Compute::Languages(f) => self.on_each(|_, costs| f(costs)),
        }
    }

    pub(super) fn interval(&self, metric: &Metric, figure: Figure, replicated: &[Option<f64>]) -> Option<(f64, f64)> {
        match metric.compute {
            Compute::Tokens(f) => self.jackknife(figure, f),
            Compute::Renyi(alpha, used) => self.jackknife(figure, |view| renyi_figure(view, alpha, used)),
            _ => figure.value.and_then(|_| percentile_interval(replicated)),
        }
    }

    fn jackknife(&self, figure: Figure, f: impl Fn(&View) -> Figure) -> Option<(f64, f64)> {
        let without: Vec<Option<f64>> = self.without.iter().map(|view| f(view).value).collect();
        jackknife_interval(figure.value?, &without)
    }

    fn on_each(&self, f: impl Fn(&Lines, &Costs) -> Figure) -> (Figure, Vec<Option<f64>>) {
        let Some(lines) = &self.lines else { return (Figure::NONE, Vec::new()) };
        (f(lines, &lines.total), lines.drawn.iter().map(|costs| f(lines, costs).value).collect())
    }

    /// Bits of the test documents over their tokens or bytes, and the same of replicates of the documents.
    fn held_out(&self, order: usize, bytes: bool) -> (Figure, Vec<Option<f64>>) {
        let Some(orders) = &self.orders else { return (Figure::NONE, Vec::new()) };
        let order = if order == 0 { orders.best_order.unwrap_or(0) } else { order };
        let Some(bits) = order.checked_sub(1).and_then(|at| orders.test_bits.get(at)) else {
            return (Figure::NONE, Vec::new());
        };
        let whole = |d: &TestDocument| if bytes { d.bytes } else { d.tokens };
        let rows: Vec<(f64, u64)> = bits.iter().zip(&orders.test).map(|(&bits, d)| (bits, whole(d))).collect();
        let ratio = |(bits, n): (f64, u64)| (n > 0).then(|| bits / n as f64);
        let add = |a: (f64, u64), b: (f64, u64)| (a.0 + b.0, a.1 + b.1);
        let size = rows.len().div_ceil(MOST).max(1);
        let blocks: Vec<(f64, u64)> = rows.chunks(size).map(|b| b.iter().copied().fold((0.0, 0), add)).collect();
        let total = blocks.iter().copied().fold((0.0, 0), add);
        let replicate = |r| ratio(draw(blocks.len(), self.seed, r).map(|b| blocks[b]).fold((0.0, 0), add));
        let replicated =
            if blocks.len() < 2 { Vec::new() } else { (0..REPLICATES).into_par_iter().map(replicate).collect() };
        (Figure { value: ratio(total), n: total.1 }, replicated)
    }
}

#[cfg(test)]
mod rows;
