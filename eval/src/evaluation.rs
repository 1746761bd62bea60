//! The whole run: corpora under tokenizers and baselines, to a flat list of measurements.

use toktool::corpus::{Corpus, Stats};
use toktool::encode::Scratch;
use toktool::observe::{Event, Observer};
use toktool::stats::percentile_interval;
use toktool::{Error, Result};

use crate::aligned::{self, Aligned};
use crate::gold::{Gold, Report};
use crate::metric::{Better, Figure, Metric};
use crate::pass;
use crate::sampled;
use crate::subject::{Baseline, Subject};

mod prepared;

use prepared::{Prepared, Wanted};

/// A corpus to judge on.
pub struct Input<'a> {
    /// Unique in a report.
    pub name: String,
    /// The language of its text, if it is known.
    pub language: Option<String>,
    /// Whether it is text that comes with the program.
    pub embedded: bool,
    /// Opens it. Called twice where `again`.
    pub open: Box<dyn Fn() -> Result<Corpus> + Sync + 'a>,
    /// Whether it can be read twice.
    pub again: bool,
}

/// Gold words to judge on.
pub struct GoldInput {
    /// Unique in a report, among corpora too.
    pub name: String,
    /// Their language, if it is known.
    pub language: Option<String>,
    /// The words.
    pub gold: Gold,
}

/// What to measure, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The metrics, in the order of the report.
    pub metrics: Vec<&'static Metric>,
    /// Of every random choice.
    pub seed: u64,
    /// Threads of the pass.
    pub threads: usize,
    /// Tokens of the document sample at most, by any tokenizer or baseline.
    pub sample_tokens: usize,
    /// Whether baselines are judged beside the tokenizers.
    pub baselines: bool,
}

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Index of the tokenizer in [`Evaluation::subjects`].
    pub subject: usize,
    /// Index of the corpus in [`Evaluation::corpora`].
    pub corpus: usize,
    /// Index of the metric in [`Options::metrics`].
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
}

/// Everything that was measured.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    /// Tokenizers as named, then baselines.
    pub subjects: Vec<SubjectInfo>,
    /// Corpora as named.
    pub corpora: Vec<CorpusInfo>,
    /// What was asked for.
    pub metrics: Vec<&'static Metric>,
    /// Figures: by corpus, then tokenizer, then metric.
    pub measurements: Vec<Measurement>,
    /// Paired differences to the first tokenizer.
    pub differences: Vec<Difference>,
    /// Metrics that a baseline wins.
    pub degenerate: Vec<Degenerate>,
    /// The seed.
    pub seed: u64,
}

impl Evaluation {
    /// The figure of a tokenizer on a corpus; `None` where there is none, or no finite one.
    pub fn value(&self, corpus: usize, subject: usize, metric: usize) -> Option<f64> {
        let key = (corpus, subject, metric);
        let found = self.measurements.binary_search_by_key(&key, |m| (m.corpus, m.subject, m.metric)).ok()?;
        self.measurements[found].figure.value.filter(|v| v.is_finite())
    }

    /// Whether a metric is measured on a corpus at all.
    pub fn measures(&self, corpus: usize, metric: usize) -> bool {
        let gold = matches!(self.corpora[corpus].content, Content::Gold(_));
        self.metrics[metric].compute.on_gold() == gold
    }

    /// The best figure of a tokenizer that is no baseline; `None` where neither direction is good.
    pub fn best(&self, corpus: usize, metric: usize) -> Option<f64> {
        let better = self.metrics[metric].better;
        let tokenizers = (0..self.subjects.len()).filter(|&s| !self.subjects[s].baseline);
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

/// Judges tokenizers on corpora.
///
/// # Errors
/// [`Error::Config`] without a tokenizer or where two have one name; [`Error::Input`] for a corpus without text; what
/// reading and encoding report; [`Error::Interrupted`].
pub fn evaluate(
    tokenizers: Vec<Subject>,
    corpora: &[Input<'_>],
    golds: &[GoldInput],
    options: &Options,
    observer: &dyn Observer,
) -> Result<Evaluation> {
    check_names(&tokenizers, corpora, golds)?;
    let named = tokenizers.len();
    let mut subjects = tokenizers;
    let mut evaluation = Evaluation { metrics: options.metrics.clone(), seed: options.seed, ..Evaluation::default() };
    for (n, input) in corpora.iter().enumerate() {
        subjects.truncate(named);
        let rate = random_rate(&subjects, input)?;
        subjects.extend(baselines(rate, options));
        let corpus = (input.open)()?;
        // A token of a baseline is a byte at the least; without baselines, four bytes are few.
        let bytes = options.sample_tokens.saturating_mul(if options.baselines { 1 } else { 4 });
        let passed = pass::run(&corpus, &subjects, options.threads, bytes, options.seed, observer)?;
        if passed.stats.bytes == 0 {
            let path = corpus.files().next().map(|(path, _)| path.to_path_buf()).unwrap_or_default();
            return Err(Error::input(path, "there is no text in it").with_hint("is it the right file?"));
        }
        let wanted = Wanted::of(&options.metrics);
        let (sample, sampled) = if wanted.sample() {
            sampled::sample(&subjects, passed.sample, options.sample_tokens)?
        } else {
            (Vec::new(), Vec::new())
        };
        let mut prepared = Vec::new();
        for (n, (subject, outcome)) in subjects.iter().zip(&passed.subjects).enumerate() {
            let mut one = Prepared::new(subject, outcome, options.seed);
            if let Some(tokens) = sampled.get(n) {
                observer.event(Event::Stage { name: "measuring the sample", total: None, unit: "tokenizers" });
                one.look_at(tokens, &sample, wanted, options.seed)?;
            }
            if observer.cancelled() {
                return Err(Error::Interrupted);
            }
            prepared.push(one);
        }
        measure(&mut evaluation, &prepared, named, n, options);
        let sample = (sample.len(), sample.iter().map(String::len).sum());
        evaluation.corpora.push(CorpusInfo {
            name: input.name.clone(),
            language: input.language.clone(),
            random_rate: rate,
            content: Content::Text { embedded: input.embedded, stats: passed.stats, sample },
        });
    }
    for (n, input) in golds.iter().enumerate() {
        subjects.truncate(named);
        let words = &input.gold.words;
        let rate = aligned::random_rate(&subjects, words)?;
        subjects.extend(baselines(rate, options));
        let mut prepared = Vec::new();
        for subject in &subjects {
            prepared.push(Prepared::on_gold(Aligned::new(subject, words, rate, options.seed)?, options.seed));
            if observer.cancelled() {
                return Err(Error::Interrupted);
            }
        }
        measure(&mut evaluation, &prepared, named, corpora.len() + n, options);
        evaluation.corpora.push(CorpusInfo {
            name: input.name.clone(),
            language: input.language.clone(),
            random_rate: rate,
            content: Content::Gold(input.gold.report.clone()),
        });
    }
    let info = |subject: &Subject| SubjectInfo {
        name: subject.name.clone(),
        baseline: subject.is_baseline(),
        declared: subject.judged().map(|judged| judged.facts.declared),
        lossless: subject.judged().is_none_or(|judged| judged.tokenizer.is_lossless()),
    };
    evaluation.subjects = subjects.iter().map(info).collect();
    Ok(evaluation)
}

fn baselines(rate: f64, options: &Options) -> impl Iterator<Item = Subject> {
    let random = Baseline::Random { rate, seed: options.seed };
    let all = [Baseline::Characters, Baseline::Bytes, Baseline::Words, random];
    all.into_iter().filter(|_| options.baselines).map(Subject::baseline)
}

fn check_names(tokenizers: &[Subject], corpora: &[Input<'_>], golds: &[GoldInput]) -> Result<()> {
    if tokenizers.is_empty() {
        return Err(Error::config("TOK", "there is no tokenizer to judge"));
    }
    let twice = |names: &mut dyn Iterator<Item = &String>| {
        let mut names: Vec<&String> = names.collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone())
    };
    let hint = "name them: `name=PATH`";
    if let Some(name) = twice(&mut tokenizers.iter().map(|t| &t.name)) {
        return Err(Error::config("TOK", format!("two tokenizers are called `{name}`")).with_hint(hint));
    }
    match twice(&mut corpora.iter().map(|c| &c.name).chain(golds.iter().map(|g| &g.name))) {
        Some(name) => Err(Error::config("--input", format!("two corpora are called `{name}`")).with_hint(hint)),
        None => Ok(()),
    }
}

/// Text that the rate of random cuts is measured on.
const PROBE: usize = 1 << 18;

/// How often the tokenizers cut between two characters at the beginning of the corpus, on average over the tokenizers.
/// For a corpus that can be read only once: of the program's own English sample.
fn random_rate(tokenizers: &[Subject], input: &Input<'_>) -> Result<f64> {
    let english = || Corpus::from_text("en", toktool::samples::eval("en").unwrap_or_default(), Default::default());
    let corpus = if input.again { (input.open)()? } else { english() };
    let Some(raw) = corpus.next()? else { return Ok(0.0) };
    let block = raw.decode(&corpus)?;
    let (mut chars, mut documents) = (0usize, Vec::new());
    for document in block.documents() {
        documents.push(document);
        chars += document.chars().count().saturating_sub(1);
        if chars > PROBE {
            break;
        }
    }
    let mut sum = 0.0;
    for tokenizer in tokenizers {
        let (mut scratch, mut borders) = (Scratch::default(), 0);
        for document in &documents {
            borders += tokenizer.tokens(document, &mut scratch, &mut Vec::new())?.len().saturating_sub(1);
        }
        sum += (borders as f64 / chars.max(1) as f64).min(1.0);
    }
    Ok(sum / tokenizers.len() as f64)
}

fn measure(evaluation: &mut Evaluation, prepared: &[Prepared], named: usize, corpus: usize, options: &Options) {
    let mut values = vec![vec![None; prepared.len()]; options.metrics.len()];
    for (metric, &row) in options.metrics.iter().enumerate() {
        if row.compute.on_gold() != prepared[0].is_gold() {
            continue;
        }
        let (_, base) = prepared[0].figures(row, &prepared[0]);
        for (subject, one) in prepared.iter().enumerate() {
            let (figure, replicated) = one.figures(row, &prepared[0]);
            values[metric][subject] = figure.value;
            let interval = one.interval(row, figure, &replicated);
            evaluation.measurements.push(Measurement { subject, corpus, metric, figure, interval });
            let (Some(value), Some(first)) = (figure.value, values[metric][0]) else { continue };
            if (1..named).contains(&subject) && !replicated.is_empty() {
                let pairs = replicated.iter().zip(&base);
                let paired: Vec<Option<f64>> = pairs.map(|(a, b)| Some((*a)? - (*b)?)).collect();
                let interval = percentile_interval(&paired);
                evaluation.differences.push(Difference { subject, corpus, metric, value: value - first, interval });
            }
        }
        if let Some(subjects) = degenerate(row.better, &values[metric], named) {
            evaluation.degenerate.push(Degenerate { corpus, metric, subjects });
        }
    }
    evaluation.measurements.sort_by_key(|m| (m.corpus, m.subject, m.metric));
}

/// The baselines that are at least as good as every tokenizer, unless all are equally good.
fn degenerate(better: Better, values: &[Option<f64>], named: usize) -> Option<Vec<usize>> {
    let best = values[..named].iter().copied().flatten().reduce(|a, b| if better.prefers(b, a) { b } else { a })?;
    if better == Better::Neither || values.iter().flatten().all(|&v| v == best) {
        return None;
    }
    let wins = |n: &usize| values[*n].is_some_and(|v| !better.prefers(best, v));
    let winners: Vec<usize> = (named..values.len()).filter(wins).collect();
    (!winners.is_empty()).then_some(winners)
}

#[cfg(test)]
mod tests;
