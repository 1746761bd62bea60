//! What a run found.

use toktool::corpus::Stats;

use crate::curve::Point;
use crate::evidence::Evidence;
use crate::gold::Report;
use crate::metric::{Better, Figure, Metric, Place};

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Index of the tokenizer in [`Evaluation::subjects`].
    pub subject: usize,
    /// Index of the corpus in [`Evaluation::corpora`].
    pub corpus: usize,
    /// Index of the metric in [`Evaluation::metrics`].
    pub metric: usize,
    /// The figure.
    pub figure: Figure,
    /// Its 95 % interval, where it is a sample's.
    pub interval: Option<(f64, f64)>,
}

/// How much a tokenizer differs from the first one named, on the very same documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Index of the tokenizer.
    pub subject: usize,
    /// Index of the corpus.
    pub corpus: usize,
    /// Index of the metric.
    pub metric: usize,
    /// Its figure less that of the first tokenizer.
    pub value: f64,
    /// The 95 % interval, from the same draws for both.
    pub interval: Option<(f64, f64)>,
}

/// A metric that something degenerate wins.
#[derive(Debug, Clone, PartialEq)]
pub struct Degenerate {
    /// Index of the corpus.
    pub corpus: usize,
    /// Index of the metric.
    pub metric: usize,
    /// Indices of the baselines that are at least as good as every tokenizer.
    pub subjects: Vec<usize>,
}

/// What is said of a tokenizer.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectInfo {
    /// Its name.
    pub name: String,
    /// Whether it is a baseline.
    pub baseline: bool,
    /// Entries of its vocabulary.
    pub declared: Option<u64>,
    /// Whether every text comes back byte for byte, by construction.
    pub lossless: bool,
    /// Where it lies on a curve, if it is a point of one.
    pub point: Option<Point>,
}

impl SubjectInfo {
    /// Whether it is a tokenizer that was named: neither a baseline nor a point of a curve.
    pub fn is_named(&self) -> bool {
        !self.baseline && self.point.is_none()
    }
}

/// What is said of a corpus.
#[derive(Debug, Clone)]
pub struct CorpusInfo {
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: Option<String>,
    /// How often `baseline:random` cuts between two characters.
    pub random_rate: f64,
    /// What it is.
    pub content: Content,
}

/// What a corpus is.
#[derive(Debug, Clone)]
pub enum Content {
    /// Documents.
    Text {
        /// Whether they come with the program.
        embedded: bool,
        /// What reading met.
        stats: Stats,
        /// Documents and bytes of the sample.
        sample: (usize, usize),
    },
    /// Gold words, and what reading them met.
    Gold(Report),
    /// Nothing but the vocabularies.
    Vocabulary,
    /// Parallel lines: so many, in one language, or in all of them together where there is no language.
    Parallel {
        /// Lines of each language.
        lines: u64,
        /// The language that the others are held against.
        pivot: String,
        /// All languages.
        languages: Vec<String>,
    },
}

impl CorpusInfo {
    /// What is measured on it.
    pub fn place(&self) -> Place {
        match &self.content {
            Content::Text { .. } => Place::Text,
            Content::Gold(_) => Place::Gold,
            Content::Vocabulary => Place::Vocabulary,
            Content::Parallel { .. } if self.language.is_some() => Place::Language,
            Content::Parallel { .. } => Place::Languages,
        }
    }
}

/// Everything that was measured.
#[derive(Debug, Clone, Default)]
pub struct Evaluation<'a> {
    /// Tokenizers as named, then points of curves, then baselines.
    pub subjects: Vec<SubjectInfo>,
    /// Corpora as named.
    pub corpora: Vec<CorpusInfo>,
    /// What was asked for.
    pub metrics: Vec<&'a Metric<'a>>,
    /// Figures: by corpus, then tokenizer, then metric.
    pub measurements: Vec<Measurement>,
    /// Paired differences to the first tokenizer.
    pub differences: Vec<Difference>,
    /// Metrics that a baseline wins.
    pub degenerate: Vec<Degenerate>,
    /// Indices of corpora and tokenizers that do not give every document back byte for byte: what they lose costs them
    /// nothing, so they are not ranked by how little they need for the rest.
    pub lossy: Vec<(usize, usize)>,
    /// What one figure cannot say.
    pub evidence: Evidence,
    /// The seed.
    pub seed: u64,
}

impl Evaluation<'_> {
    /// What was measured of a tokenizer on a corpus.
    pub fn find(&self, corpus: usize, subject: usize, metric: usize) -> Option<&Measurement> {
        let key = (corpus, subject, metric);
        let found = self.measurements.binary_search_by_key(&key, |m| (m.corpus, m.subject, m.metric)).ok()?;
        self.measurements.get(found)
    }

    /// The figure of a tokenizer on a corpus; `None` where there is none, or no finite one.
    pub fn value(&self, corpus: usize, subject: usize, metric: usize) -> Option<f64> {
        self.find(corpus, subject, metric)?.figure.value.filter(|v| v.is_finite())
    }

    /// Whether a metric is measured on a corpus at all.
    pub fn measures(&self, corpus: usize, metric: usize) -> bool {
        self.metrics[metric].compute.place() == self.corpora[corpus].place()
    }

    /// The corpora that any metric is measured on.
    pub fn measured_corpora(&self) -> impl Iterator<Item = (usize, &CorpusInfo)> {
        let any = |c: &usize| (0..self.metrics.len()).any(|m| self.measures(*c, m));
        self.corpora.iter().enumerate().filter(move |(c, _)| any(c))
    }

    /// Whether a tokenizer is compared with others by a metric on a corpus.
    pub fn ranks(&self, corpus: usize, subject: usize, metric: usize) -> bool {
        let lossy = || self.metrics[metric].needs_all_text() && self.lossy.contains(&(corpus, subject));
        self.subjects[subject].is_named() && !lossy()
    }

    /// The best figure of a tokenizer that is ranked; `None` where neither direction is good.
    pub fn best(&self, corpus: usize, metric: usize) -> Option<f64> {
        let better = self.metrics[metric].better;
        let tokenizers = (0..self.subjects.len()).filter(|&s| self.ranks(corpus, s, metric));
        let values = tokenizers.filter_map(|s| self.value(corpus, s, metric));
        let best = values.reduce(|a, b| if better.prefers(b, a) { b } else { a });
        best.filter(|_| better != Better::Neither)
    }

    /// The baselines that win a metric.
    pub fn won(&self, corpus: usize, metric: usize) -> &[usize] {
        let found = self.degenerate.iter().find(|d| (d.corpus, d.metric) == (corpus, metric));
        found.map_or(&[], |d| &d.subjects)
    }
}
