//! Entropies of order 1 to K: how many bits a token carries once the k-1 tokens before it are known.
//!
//! The counts of a text taken alone (plug-in) say nearly zero at order 4 of *any* text, structured or not, because almost
//! every context occurs once: on a source without memory and 16,000 types (9.94 bits at every order), 100,000 tokens give
//! 9.83, 5.51, 1.16, 0.11, 0.00. What [`measure`] reports is therefore a bracket:
//!
//! - **held-out** cross-entropy of a smoothed model that never saw the test documents: an upper bound on the entropy of
//!   the source, and a code length that a real coder reaches. Per byte of text it compares tokenizers of any vocabulary;
//! - **plug-in**, with what says how little to trust it: the mass of k-grams not yet seen, and the same estimate on
//!   shuffled tokens, whose true value is that of order 1.
//!
//! Sources: Erdogan et al. 2026 (arXiv 2601.09039) for orders 1 to 5; Chen and Goodman 1999 for the model; Good 1953 for
//! the unseen mass; Krichevsky and Trofimov 1981 for the adaptive code.
//!
//! Where we differ:
//! 1. Plug-in entropy of order k is `J_k - J'_{k-1}`, where `J_k` is the joint entropy of k-grams and `J'_{k-1}` that of
//!    the (k-1)-grams after which a token follows in the document: in a single long document the usual difference, in
//!    short ones never negative.
//! 2. k-grams never cross documents. A token with fewer tokens before it than the order asks for is scored at the highest
//!    order that its context allows; ends of documents are not coded.
//! 3. The start of a document counts as one more token before its first k-gram where Kneser-Ney counts continuations.
//!
//! Cost: linear in tokens and orders but for sorts inside contexts; at most about 50 bytes a token.
//! Results do not depend on the number of threads.

mod grams;
mod heldout;
mod kneser_ney;
#[cfg(test)]
mod naive;
mod stream;
#[cfg(test)]
mod tests;

use toktool::{Error, Result};

use super::numeric::Sum;

use grams::Counts;
use heldout::{Heldout, Scored};
use stream::Stream;
pub use stream::{Part, part};

/// The highest order that [`measure`] takes.
pub const MAX_ORDER: usize = 16;

/// A document as one tokenizer sees it.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// Its tokens.
    pub ids: &'a [u32],
    /// UTF-8 bytes of its text.
    pub bytes: u64,
    /// A hash of its text, the same for every tokenizer.
    pub hash: u64,
}

/// What to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Orders 1 to this; at most [`MAX_ORDER`].
    pub orders: usize,
    /// `V`: ids are below it. The model's last resort is `1 / V`.
    pub vocabulary: usize,
    /// Of the split and of the shuffled control.
    pub seed: u64,
    /// Whether to measure the shuffled control, which takes as long as the plug-in values again.
    pub shuffled: bool,
    /// Measure the first so many tokens in document order as well: two tokenizers at an equal number of tokens.
    pub equal_tokens: Option<u64>,
}

impl Options {
    /// Five orders, seed 0, with the shuffled control.
    pub fn new(vocabulary: usize) -> Self {
        Options { orders: 5, vocabulary, seed: 0, shuffled: true, equal_tokens: None }
    }
}

/// One order. Entropies are in bits per token.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRow {
    /// k: the token and the k-1 before it.
    pub order: usize,
    /// k-grams in all documents.
    pub grams: u64,
    /// Distinct ones.
    pub distinct: u64,
    /// `J_k`: plug-in joint entropy of k-grams, all documents.
    pub joint_plugin: Option<f64>,
    /// Plug-in conditional entropy, all documents: biased low.
    pub plugin: Option<f64>,
    /// The same on shuffled tokens.
    pub shuffled_plugin: Option<f64>,
    /// `shuffled_plugin - plugin`: structure that the order finds, most of the bias cancelled.
    pub structure: Option<f64>,
    /// Cross-entropy of the test documents under the model of the training documents.
    pub heldout: Option<f64>,
    /// The same on the validation documents.
    pub validation: Option<f64>,
    /// Bits of the test documents over their bytes: comparable between vocabularies.
    pub bits_per_byte: Option<f64>,
    /// `1 - h_k / h_1` by plug-in values.
    pub redundancy_plugin: Option<f64>,
    /// `1 - h_k / h_1` by held-out values.
    pub redundancy_heldout: Option<f64>,
    /// Good-Turing mass of contexts not yet seen: contexts that occur once over all contexts, all documents. 0 for the
    /// empty context of order 1.
    pub unseen_contexts: Option<f64>,
    /// The same of the k-grams.
    pub unseen_grams: Option<f64>,
    /// Share of test tokens, of those with k-1 tokens before them, whose context occurs in training.
    pub test_contexts_seen: Option<f64>,
    /// More than a tenth of contexts is unseen: show the order in grey.
    pub greyed: bool,
    /// More than a tenth of k-grams is unseen: show the plug-in value in grey.
    pub plugin_greyed: bool,
    /// `D1`, `D2`, `D3+` of the highest order.
    pub discounts: Option<[f64; 3]>,
}

/// A test document, a unit of the bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestDocument {
    /// Its index among the documents given.
    pub document: usize,
    /// Its tokens.
    pub tokens: u64,
    /// Its bytes.
    pub bytes: u64,
}

/// The size of one part of the split.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartSize {
    /// Documents.
    pub documents: u64,
    /// Tokens.
    pub tokens: u64,
    /// Bytes of text.
    pub bytes: u64,
}

/// The rows for the first tokens alone.
#[derive(Debug, Clone, PartialEq)]
pub struct EqualTokens {
    /// How many tokens.
    pub tokens: u64,
    /// As in [`Orders::rows`], without the shuffled control; bits per byte are not measured, since the last document is
    /// cut.
    pub rows: Vec<OrderRow>,
}

/// What [`measure`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct Orders {
    /// Train, validation, test.
    pub parts: [PartSize; 3],
    /// Order 1 first.
    pub rows: Vec<OrderRow>,
    /// The order with the smallest validation cross-entropy, the lower one of equals. The headline is its row.
    pub best_order: Option<usize>,
    /// The test documents, in the order given.
    pub test: Vec<TestDocument>,
    /// Bits of each test document at each order: `test_bits[order - 1][index in test]`. Empty where nothing is measured.
    pub test_bits: Vec<Vec<f64>>,
    /// Bits of all tokens in an adaptive order-0 code ([`Spectrum::adaptive_bits`](super::unigram::Spectrum::adaptive_bits), `alpha = 1/2`): learning included,
    /// no split.
    pub adaptive_bits: Option<f64>,
    /// The same over all bytes.
    pub adaptive_bits_per_byte: Option<f64>,
    /// Where [`Options::equal_tokens`] asks for it and there are as many.
    pub equal: Option<EqualTokens>,
}

impl Orders {
    /// The row of the best order.
    pub fn best(&self) -> Option<&OrderRow> {
        self.rows.get(self.best_order? - 1)
    }

    /// `(bits, bytes)` of each test document at an order: what a bootstrap over documents resamples.
    pub fn code_lengths(&self, order: usize) -> Vec<(f64, u64)> {
        let bits = order.checked_sub(1).and_then(|at| self.test_bits.get(at));
        bits.map_or_else(Vec::new, |bits| bits.iter().zip(&self.test).map(|(&b, d)| (b, d.bytes)).collect())
    }
}

/// Measures entropies of order 1 to K.
///
/// # Errors
/// [`Error::Config`] for orders outside 1 to [`MAX_ORDER`], for a vocabulary that does not cover every id, and for four
/// billion tokens or more.
///
/// ```
/// use toktool_eval::information::orders::{Document, Options, measure};
///
/// // "a b a b a b .." alternates: one bit at order 1, none at order 2.
/// let ids: Vec<u32> = (0..1000).map(|i| i % 2).collect();
/// let documents: Vec<Document> = (0..50).map(|hash| Document { ids: &ids, bytes: 1000, hash }).collect();
/// let orders = measure(&documents, &Options::new(2)).unwrap();
/// assert!((orders.rows[0].plugin.unwrap() - 1.0).abs() < 1e-9);
/// assert!(orders.rows[1].plugin.unwrap() < 1e-9);
/// assert!(orders.rows[1].bits_per_byte.unwrap() < 0.01);
/// ```
pub fn measure(documents: &[Document<'_>], options: &Options) -> Result<Orders> {
    check(documents, options)?;
    let stream = Stream::new(documents, options.seed);
    let Walk { counts, scored } = walk(&stream, options);
    let mut parts = [PartSize::default(); 3];
    for (index, span) in stream.spans.iter().enumerate() {
        let part = &mut parts[usize::from(index >= stream.train_spans) + usize::from(index >= stream.known_spans)];
        part.documents += 1;
        part.tokens += (span.end - span.start) as u64;
        part.bytes = part.bytes.saturating_add(documents[span.document].bytes);
    }
    let tested = stream.known_spans - stream.train_spans;
    let mut rows = rows(&counts, &scored, tested, &parts);
    let test = stream.spans[stream.known_spans..].iter().map(|span| TestDocument {
        document: span.document,
        tokens: (span.end - span.start) as u64,
        bytes: documents[span.document].bytes,
    });
    let test: Vec<TestDocument> = test.collect();
    let test_bits = scored.into_iter().map(|scored| scored.bits[tested..].to_vec()).collect();
    if options.shuffled {
        let shuffled = walk(&stream.shuffled(options.seed), options);
        for (row, counts) in rows.iter_mut().zip(&shuffled.counts) {
            row.shuffled_plugin = conditional(counts);
            row.structure = row.shuffled_plugin.zip(row.plugin).map(|(shuffled, real)| shuffled - real);
        }
    }
    let adaptive_bits = counts[0].grams.adaptive_bits(options.vocabulary as u64, 0.5);
    let bytes = parts.iter().fold(0u64, |sum, part| sum.saturating_add(part.bytes));
    let best_order = rows
        .iter()
        .filter_map(|row| Some((row.validation?, row.order)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, order)| order);
    Ok(Orders {
        parts,
        rows,
        best_order,
        test,
        test_bits,
        adaptive_bits,
        adaptive_bits_per_byte: adaptive_bits.and_then(|bits| over(bits, bytes)),
        equal: options.equal_tokens.map(|n| equal_tokens(documents, options, n)).transpose()?.flatten(),
    })
}

fn check(documents: &[Document<'_>], options: &Options) -> Result<()> {
    if options.orders == 0 || options.orders > MAX_ORDER {
        let why = format!("{} is not from 1 to {MAX_ORDER}", options.orders);
        return Err(Error::config("orders", why).with_hint("five orders are usual"));
    }
    let tokens = documents.iter().fold(0u64, |sum, d| sum + d.ids.len() as u64);
    if tokens >= u64::from(u32::MAX) || options.vocabulary >= u32::MAX as usize {
        let why = format!("{tokens} tokens over a vocabulary of {} are too many to number", options.vocabulary);
        return Err(Error::config("orders", why).with_hint("measure on a sample of the documents"));
    }
    for (index, document) in documents.iter().enumerate() {
        if let Some(id) = document.ids.iter().find(|&&id| id as usize >= options.vocabulary) {
            let why = format!("document {index} holds id {id}, but only {} ids are declared", options.vocabulary);
            return Err(Error::config("vocabulary", why).with_hint("count added tokens as well"));
        }
    }
    Ok(())
}

/// Counts and code lengths by order; the latter are empty where there is nothing to learn from or to score.
struct Walk {
    counts: Vec<Counts>,
    scored: Vec<Scored>,
}

fn walk(stream: &Stream, options: &Options) -> Walk {
    let (mut level, counts) = grams::unigrams(stream, options.vocabulary);
    let mut names = stream.tokens.clone();
    let mut heldout = Heldout::new(stream, options.vocabulary);
    let mut counts = vec![counts];
    let mut scored = Vec::new();
    if let Some(heldout) = &mut heldout {
        scored.push(heldout.score(1, &level, &names));
    }
    for order in 2..=options.orders {
        let shorter = if heldout.is_some() { names[stream.train..].to_vec() } else { Vec::new() };
        let next = grams::extend(stream, &mut names, level.train.len(), order - 1);
        if let Some(heldout) = &mut heldout {
            let ends = std::mem::take(&mut level.ends);
            // The counts of the shorter grams have done their work.
            drop(std::mem::take(&mut level.train));
            heldout.step(&ends, &next.continuation, shorter);
            drop((ends, next.continuation));
            scored.push(heldout.score(order, &next.grams, &names));
        }
        counts.push(next.counts);
        level = next.grams;
    }
    Walk { counts, scored }
}

fn rows(counts: &[Counts], scored: &[Scored], tested: usize, [_, validation, test]: &[PartSize; 3]) -> Vec<OrderRow> {
    let mut rows: Vec<OrderRow> = Vec::new();
    for (at, counts) in counts.iter().enumerate() {
        let scored = scored.get(at);
        let bits = |from: usize, to: Option<usize>| {
            scored.map(|s| s.bits[from..to.unwrap_or(s.bits.len())].iter().copied().collect::<Sum>().value())
        };
        let test_bits = bits(tested, None);
        let plugin = conditional(counts);
        let heldout = test_bits.and_then(|bits| over(bits, test.tokens));
        let first = rows.first();
        let redundancy = |value: Option<f64>, first: Option<f64>| {
            let first = first.filter(|&h| h > 0.0)?;
            Some(1.0 - value? / first)
        };
        let unseen_contexts =
            if at == 0 { counts.grams.unseen_mass().map(|_| 0.0) } else { counts.contexts.unseen_mass() };
        let unseen_grams = counts.grams.unseen_mass();
        rows.push(OrderRow {
            order: at + 1,
            grams: counts.grams.tokens(),
            distinct: counts.grams.types(),
            joint_plugin: counts.grams.entropy_plugin(),
            plugin,
            shuffled_plugin: None,
            structure: None,
            heldout,
            validation: bits(0, Some(tested)).and_then(|bits| over(bits, validation.tokens)),
            bits_per_byte: test_bits.filter(|_| test.tokens > 0).and_then(|bits| over(bits, test.bytes)),
            redundancy_plugin: redundancy(plugin, first.map_or(plugin, |row| row.plugin)),
            redundancy_heldout: redundancy(heldout, first.map_or(heldout, |row| row.heldout)),
            unseen_contexts,
            unseen_grams,
            test_contexts_seen: scored.and_then(|s| over(s.known as f64, s.contexts)),
            greyed: unseen_contexts.is_some_and(|mass| mass > 0.1),
            plugin_greyed: unseen_grams.is_some_and(|mass| mass > 0.1),
            discounts: scored.map(|s| s.discounts),
        });
    }
    rows
}

/// `(sum over contexts f log2 f - sum over grams f log2 f) / grams`.
fn conditional(counts: &Counts) -> Option<f64> {
    over((counts.contexts.sum_x_log2_x() - counts.grams.sum_x_log2_x()).max(0.0), counts.grams.tokens())
}

fn over(value: f64, size: u64) -> Option<f64> {
    (size > 0).then(|| value / size as f64)
}

fn equal_tokens(documents: &[Document<'_>], options: &Options, n: u64) -> Result<Option<EqualTokens>> {
    let mut left = n;
    let mut first: Vec<Document<'_>> = Vec::new();
    for document in documents {
        if left == 0 {
            break;
        }
        let take = left.min(document.ids.len() as u64);
        first.push(Document { ids: &document.ids[..take as usize], bytes: 0, hash: document.hash });
        left -= take;
    }
    if left > 0 || n == 0 {
        return Ok(None);
    }
    let options = Options { shuffled: false, equal_tokens: None, ..options.clone() };
    Ok(Some(EqualTokens { tokens: n, rows: measure(&first, &options)?.rows }))
}
