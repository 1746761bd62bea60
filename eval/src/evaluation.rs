//! The whole run: corpora under tokenizers and baselines, to a flat list of measurements.

use std::sync::Arc;

use toktool::corpus::Corpus;
use toktool::morph::Lexical;
use toktool::morph::lexical::WordList;
use toktool::observe::Observer;
use toktool::{Error, Result};

use crate::gold::Gold;
use crate::metric::{Metric, Place};
use crate::parallel::ParallelText;
use crate::subject::Subject;

mod chance;
mod ends;
mod measure;
mod prepared;
mod result;
mod run;

pub use result::{Content, CorpusInfo, Degenerate, Difference, Evaluation, Measurement, SubjectInfo};
use run::Run;

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

impl Options<'_> {
    fn wants(&self, place: Place) -> bool {
        self.metrics.iter().any(|metric| metric.compute.place() == place)
    }
}

/// Judges tokenizers on corpora. Those that are points of curves come last in the report, and are not ranked.
///
/// # Errors
/// [`Error::Config`] without a tokenizer, where two have one name, or where no metric has anything to be measured on;
/// [`Error::Input`] for a corpus without text; what reading and encoding report; [`Error::Interrupted`].
pub fn evaluate<'m>(
    tokenizers: Vec<Subject>,
    corpora: &[Input<'_>],
    golds: &[GoldInput],
    parallel: Option<&ParallelText>,
    options: &Options<'m>,
    observer: &dyn Observer,
) -> Result<Evaluation<'m>> {
    check_names(&tokenizers, corpora, golds)?;
    let mut run = Run::new(tokenizers, options, observer);
    // What nobody asked about is not read.
    for input in corpora.iter().filter(|_| options.wants(Place::Text)) {
        run.text(input)?;
    }
    for input in golds.iter().filter(|_| options.wants(Place::Gold)) {
        run.gold(input)?;
    }
    if let Some(text) = parallel.filter(|_| options.wants(Place::Language) || options.wants(Place::Languages)) {
        run.languages(text)?;
    }
    if options.wants(Place::Vocabulary) {
        run.vocabularies()?;
    }
    run.finish()
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

#[cfg(test)]
pub(crate) mod real;
#[cfg(test)]
pub(crate) mod tests;
