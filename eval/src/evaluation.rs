//! The whole run: corpora under tokenizers and baselines, to a flat list of measurements.

use std::sync::Arc;

use toktool::corpus::Corpus;
use toktool::morph::Lexical;
use toktool::morph::lexical::WordList;
use toktool::observe::{Event, Observer};
use toktool::stats::percentile_interval;
use toktool::{Error, Result};

use crate::aligned::{self, Aligned};
use crate::compare::{Overlap, Strings};
use crate::entries::Entries;
use crate::evidence::{Cuts, Series};
use crate::gold::Gold;
use crate::metric::{Better, Compute, Metric, Place};
use crate::parallel::{self, ParallelText};
use crate::pass;
use crate::robustness;
use crate::sampled;
use crate::subject::Subject;

mod chance;
mod ends;
mod prepared;
mod result;

use chance::{baselines, border_rate, random_rate};
use ends::Ends;
use prepared::{Prepared, Wanted};
pub use result::{Content, CorpusInfo, Degenerate, Difference, Evaluation, Measurement, SubjectInfo};

/// A corpus to judge on.
pub struct Input<'a> {
    /// Unique in a report.
    pub name: String,
    /// The language of its text, if it is known.
    pub language: Option<String>,
    /// Whether it is text that comes with the program.
    pub embedded: bool,
    /// What knows its words, if anything does.
    pub lexicon: Option<Arc<dyn Lexical>>,
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
pub struct Options<'a> {
    /// The metrics, in the order of the report.
    pub metrics: Vec<&'a Metric<'a>>,
    /// Of every random choice.
    pub seed: u64,
    /// Threads of the pass.
    pub threads: usize,
    /// Tokens of the document sample at most, by any tokenizer or baseline.
    pub sample_tokens: usize,
    /// Whether baselines are judged beside the tokenizers.
    pub baselines: bool,
    /// The verdicts of a paper that are counted as it does, if there are any.
    pub paper: Option<Arc<WordList>>,
}

/// Judges tokenizers on corpora. Those that are points of curves come last in the report, and are not ranked.
///
/// # Errors
/// [`Error::Config`] without a tokenizer, where two have one name, or where no metric has anything to be measured on;
/// [`Error::Input`] for a corpus without text; what
/// reading and encoding report; [`Error::Interrupted`].
pub fn evaluate<'m>(
    tokenizers: Vec<Subject>,
    corpora: &[Input<'_>],
    golds: &[GoldInput],
    parallel: Option<&ParallelText>,
    options: &Options<'m>,
    observer: &dyn Observer,
) -> Result<Evaluation<'m>> {
    check_names(&tokenizers, corpora, golds)?;
    let mut subjects = tokenizers;
    let ends = Ends::new(&mut subjects);
    let mut evaluation = Evaluation { metrics: options.metrics.clone(), seed: options.seed, ..Evaluation::default() };
    let wants = |place| options.metrics.iter().any(|m| m.compute.place() == place);
    // What nobody asked about is not read.
    for input in corpora.iter().filter(|_| wants(Place::Text)) {
        subjects.truncate(ends.judged);
        let wanted = Wanted::of(&options.metrics);
        let rate = random_rate(ends.compared(&subjects), input)?;
        subjects.extend(baselines(rate, options));
        let corpus = (input.open)()?;
        // A token of a baseline is a byte at the least; without baselines, four bytes are few.
        let bytes = options.sample_tokens.saturating_mul(if options.baselines { 1 } else { 4 });
        let passed = pass::run(&corpus, &subjects, options.threads, bytes, options.seed, wanted.agreement, observer)?;
        if passed.stats.bytes == 0 {
            let path = corpus.files().next().map(|(path, _)| path.to_path_buf()).unwrap_or_default();
            return Err(Error::input(path, "there is no text in it").with_hint("is it the right file?"));
        }
        let corpus = evaluation.corpora.len();
        evaluation.evidence.cuts.extend(Cuts::sample(corpus, &subjects, &passed.sample)?);
        let (sample, sampled) = if wanted.sample() {
            sampled::sample(&subjects, passed.sample, options.sample_tokens)?
        } else {
            (Vec::new(), Vec::new())
        };
        let first = subjects[0].judged().filter(|_| wanted.overlap).map(|judged| Strings::new(&judged.facts));
        let disturbed = robustness::disturb(&sample, wanted.robust, input.language.as_deref(), options.seed);
        let mut prepared = Vec::new();
        for (n, (subject, outcome)) in subjects.iter().zip(&passed.subjects).enumerate() {
            let mut one = Prepared::new(subject, outcome, first.as_ref(), options.seed);
            if wanted.lexicon
                && let Some(lexicon) = &input.lexicon
            {
                one.look_up(subject, outcome, &**lexicon);
            }
            if let Some(list) = &options.paper {
                one.count_as_paper(subject, outcome, list);
            }
            if let Some(tokens) = sampled.get(n) {
                observer.event(Event::Stage { name: "measuring the sample", total: None, unit: "tokenizers" });
                one.look_at(tokens, &sample, wanted, options.seed)?;
                one.try_out(subject, &sample, &disturbed, wanted)?;
            }
            if observer.cancelled() {
                return Err(Error::Interrupted);
            }
            prepared.push(one);
        }
        measure(&mut evaluation, &prepared, ends, options);
        let worst = passed.subjects.into_iter().enumerate().map(|(subject, outcome)| (corpus, subject, outcome.worst));
        evaluation.evidence.worst.extend(worst.filter(|(.., documents)| !documents.is_empty()));
        let sample = (sample.len(), sample.iter().map(String::len).sum());
        evaluation.corpora.push(CorpusInfo {
            name: input.name.clone(),
            language: input.language.clone(),
            random_rate: rate,
            content: Content::Text { embedded: input.embedded, stats: passed.stats, sample },
        });
    }
    for input in golds.iter().filter(|_| wants(Place::Gold)) {
        subjects.truncate(ends.judged);
        let words = &input.gold.words;
        let rate = aligned::random_rate(ends.compared(&subjects), words)?;
        subjects.extend(baselines(rate, options));
        let mut prepared = Vec::new();
        for subject in &subjects {
            prepared.push(Prepared::on_gold(Aligned::new(subject, words, rate, options.seed)?, options.seed));
            if observer.cancelled() {
                return Err(Error::Interrupted);
            }
        }
        measure(&mut evaluation, &prepared, ends, options);
        evaluation.corpora.push(CorpusInfo {
            name: input.name.clone(),
            language: input.language.clone(),
            random_rate: rate,
            content: Content::Gold(input.gold.report.clone()),
        });
    }
    if let Some(text) = parallel.filter(|_| wants(Place::Language) || wants(Place::Languages)) {
        languages(&mut evaluation, &mut subjects, ends, text, options)?;
    }
    if wants(Place::Vocabulary) {
        vocabularies(&mut evaluation, &subjects, ends, options, observer)?;
    }
    if evaluation.measurements.is_empty() {
        return Err(Error::config("--metrics", "there is nothing to measure them on")
            .with_hint("metrics of morphology need `--gold`, those of fairness `--parallel`"));
    }
    let info = |subject: &Subject| SubjectInfo {
        name: subject.name.clone(),
        baseline: subject.is_baseline(),
        declared: subject.judged().map(|judged| judged.facts.declared),
        lossless: subject.judged().is_none_or(|judged| judged.tokenizer.is_lossless()),
        point: subject.point.clone(),
    };
    evaluation.subjects = subjects.iter().map(info).collect();
    Ok(evaluation)
}

/// Parallel text: each language is a corpus, and so are all together.
fn languages(
    evaluation: &mut Evaluation,
    subjects: &mut Vec<Subject>,
    ends: Ends,
    text: &ParallelText,
    options: &Options,
) -> Result<()> {
    subjects.truncate(ends.judged);
    let lines: Vec<&str> = text.languages.iter().flat_map(|(_, lines)| lines).map(String::as_str).collect();
    let rate = border_rate(ends.compared(subjects), &lines)?;
    subjects.extend(baselines(rate, options));
    let costs = subjects.iter().map(|s| parallel::costs(s, text)).collect::<Result<Vec<_>>>()?;
    let known: Vec<String> = text.languages.iter().map(|(lang, _)| lang.clone()).collect();
    for language in (0..known.len()).map(Some).chain([None]) {
        let prepared: Vec<Prepared> = costs.iter().map(|c| Prepared::on_lines(c, language, options.seed)).collect();
        measure(evaluation, &prepared, ends, options);
        evaluation.corpora.push(CorpusInfo {
            name: text.name.clone(),
            language: language.map(|n| known[n].clone()),
            random_rate: rate,
            content: Content::Parallel {
                lines: text.languages[0].1.len() as u64,
                pivot: known[text.pivot].clone(),
                languages: known.clone(),
            },
        });
    }
    Ok(())
}

/// The vocabularies, as a corpus of their own.
fn vocabularies(
    evaluation: &mut Evaluation,
    subjects: &[Subject],
    ends: Ends,
    options: &Options,
    observer: &dyn Observer,
) -> Result<()> {
    observer.event(Event::Stage { name: "looking at vocabularies", total: None, unit: "tokenizers" });
    // Which entries are reachable takes seconds, so it has to be asked for.
    let wanted = options.metrics.iter().any(|m| matches!(m.compute, Compute::Entries(_)));
    let first = subjects[0].judged().map(|judged| Strings::new(&judged.facts));
    let one = |subject: &Subject| {
        let judged = subject.judged();
        let entries = judged.filter(|_| wanted).map(|judged| Entries::new(&judged.tokenizer)).transpose()?;
        let strings = judged.map(|judged| Strings::new(&judged.facts));
        let overlap = first.as_ref().zip(strings.as_ref()).map(|(first, own)| Overlap::new(first, own));
        Ok(Prepared::of_entries(entries, overlap))
    };
    let prepared = subjects.iter().map(one).collect::<Result<Vec<_>>>()?;
    measure(evaluation, &prepared, ends, options);
    let (name, content) = ("vocabulary".to_owned(), Content::Vocabulary);
    evaluation.corpora.push(CorpusInfo { name, language: None, random_rate: 0.0, content });
    Ok(())
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

/// Every metric on the corpus that comes next in the report.
fn measure(evaluation: &mut Evaluation, prepared: &[Prepared], ends: Ends, options: &Options) {
    let corpus = evaluation.corpora.len();
    let mut values = vec![vec![None; prepared.len()]; options.metrics.len()];
    for (subject, one) in prepared.iter().enumerate() {
        let curves = one.curves().into_iter();
        let series = curves.map(|(plot, points)| Series { corpus, subject, plot, points });
        evaluation.evidence.series.extend(series);
        evaluation.lossy.extend(one.lossy().then_some((corpus, subject)));
    }
    for (metric, &row) in options.metrics.iter().enumerate() {
        if row.compute.place() != prepared[0].place {
            continue;
        }
        let (_, base) = prepared[0].figures(row, &prepared[0]);
        for (subject, one) in prepared.iter().enumerate() {
            let (figure, replicated) = one.figures(row, &prepared[0]);
            values[metric][subject] = figure.value;
            let interval = one.interval(row, figure, &replicated);
            evaluation.measurements.push(Measurement { subject, corpus, metric, figure, interval });
            let (Some(value), Some(first)) = (figure.value, values[metric][0]) else { continue };
            if (1..ends.named).contains(&subject) && !replicated.is_empty() {
                let pairs = replicated.iter().zip(&base);
                let paired: Vec<Option<f64>> = pairs.map(|(a, b)| Some((*a)? - (*b)?)).collect();
                let interval = percentile_interval(&paired);
                evaluation.differences.push(Difference { subject, corpus, metric, value: value - first, interval });
            }
        }
        // Points of curves win nothing, and nothing wins over them.
        let ranked = |n: usize| values[metric][n].filter(|_| !(row.needs_all_text() && prepared[n].lossy()));
        let ranked: Vec<Option<f64>> = (0..ends.named).chain(ends.judged..prepared.len()).map(ranked).collect();
        if let Some(mut subjects) = degenerate(row.better, &ranked, ends.named) {
            subjects.iter_mut().filter(|s| **s >= ends.named).for_each(|s| *s += ends.judged - ends.named);
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
