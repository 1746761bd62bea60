//! The run, corpus by corpus: each kind of corpus is read in its own way and measured in the same.

use toktool::observe::{Event, Observer};
use toktool::{Error, Result};

use super::chance::{baselines, border_rate, random_rate};
use super::ends::Ends;
use super::measure::measure;
use super::prepared::{Prepared, Wanted};
use super::{Content, CorpusInfo, Evaluation, GoldInput, Input, Options, SubjectInfo};
use crate::aligned::{self, Aligned};
use crate::compare::{Overlap, Strings};
use crate::entries::Entries;
use crate::evidence::{Cuts, ENOUGH};
use crate::information::compress::{Compressor, Plain};
use crate::metric::Compute;
use crate::parallel::{self, ParallelText};
use crate::pass::{self, Outcome, Passed};
use crate::robustness;
use crate::sampled::{self, Sampled};
use crate::subject::Subject;

/// Tokenizers, and what was found of them so far.
pub(super) struct Run<'r, 'm> {
    /// The tokenizers, and behind them the baselines of the corpus that was last.
    subjects: Vec<Subject>,
    ends: Ends,
    options: &'r Options<'m>,
    observer: &'r dyn Observer,
    evaluation: Evaluation<'m>,
}

impl<'r, 'm> Run<'r, 'm> {
    /// Nothing is measured yet.
    pub(super) fn new(mut subjects: Vec<Subject>, options: &'r Options<'m>, observer: &'r dyn Observer) -> Self {
        let ends = Ends::new(&mut subjects);
        let evaluation = Evaluation { metrics: options.metrics.clone(), seed: options.seed, ..Evaluation::default() };
        Run { subjects, ends, options, observer, evaluation }
    }

    /// Documents.
    pub(super) fn text(&mut self, input: &Input<'_>) -> Result<()> {
        let rate = random_rate(self.compared(), input)?;
        self.with_baselines(rate);
        let wanted = Wanted::of(&self.options.metrics);
        let passed = self.pass(input, wanted)?;
        let corpus = self.evaluation.corpora.len();
        self.evaluation.evidence.cuts.extend(Cuts::sample(corpus, &self.subjects, &passed.sample)?);
        let Passed { subjects: outcomes, sample, stats } = passed;
        let (sample, sampled) = if wanted.sample() {
            sampled::sample(&self.subjects, sample, self.options.sample_tokens)?
        } else {
            (Vec::new(), Vec::new())
        };
        let prepared = self.prepared(input, &outcomes, (&sample, &sampled), wanted)?;
        let worst = outcomes.into_iter().enumerate().map(|(subject, outcome)| (corpus, subject, outcome.worst));
        self.evaluation.evidence.worst.extend(worst.filter(|(.., documents)| !documents.is_empty()));
        let sample = (sample.len(), sample.iter().map(String::len).sum());
        let content = Content::Text { embedded: input.embedded, stats, sample };
        self.measure(&prepared, &input.name, input.language.as_deref(), rate, content);
        Ok(())
    }

    /// Everything that metrics ask of documents; the sample are documents, and the tokens of each subject where they are wanted.
    fn prepared(
        &self,
        input: &Input<'_>,
        outcomes: &[Outcome],
        (documents, sampled): (&[String], &[Sampled]),
        wanted: Wanted,
    ) -> Result<Vec<Prepared>> {
        let seed = self.options.seed;
        let first = self.subjects[0].judged().filter(|_| wanted.overlap).map(|judged| Strings::new(&judged.inventory));
        let plain = || Plain::new(documents.concat().as_bytes(), &Compressor::ALL);
        let plain = wanted.sizes.then(plain).transpose()?;
        let disturbed = robustness::disturb(documents, wanted.robust, input.language.as_deref(), seed);
        let one = |(n, (subject, outcome)): (usize, (&Subject, &Outcome))| {
            let mut one = Prepared::new(subject, outcome, first.as_ref(), seed);
            if let Some(lexicon) = input.lexicon.as_ref().filter(|_| wanted.lexicon) {
                one.look_up(subject, outcome, &**lexicon);
            }
            if let Some(list) = &self.options.paper {
                one.count_as_paper(subject, outcome, list);
            }
            if let Some(tokens) = sampled.get(n) {
                self.observer.event(Event::Stage { name: "measuring the sample", total: None, unit: "tokenizers" });
                one.look_at(tokens, documents, plain.as_ref(), wanted, seed)?;
                one.try_out(subject, documents, &disturbed, wanted)?;
            }
            self.go_on()?;
            Ok(one)
        };
        self.subjects.iter().zip(outcomes).enumerate().map(one).collect()
    }

    fn pass(&self, input: &Input<'_>, wanted: Wanted) -> Result<Passed> {
        let options = self.options;
        let corpus = (input.open)()?;
        // A token of a baseline is a byte at the least; without baselines, four bytes are few.
        let tokens = options.sample_tokens.saturating_mul(if options.baselines { 1 } else { 4 });
        let bytes = if wanted.sample() { tokens } else { ENOUGH };
        let (threads, seed) = (options.threads, options.seed);
        let passed = pass::run(&corpus, &self.subjects, threads, bytes, seed, wanted.agreement, self.observer)?;
        if passed.stats.bytes == 0 {
            let path = corpus.files().next().map(|(path, _)| path.to_path_buf()).unwrap_or_default();
            return Err(Error::input(path, "there is no text in it").with_hint("is it the right file?"));
        }
        Ok(passed)
    }

    /// Gold words.
    pub(super) fn gold(&mut self, input: &GoldInput) -> Result<()> {
        let words = &input.gold.words;
        let rate = aligned::random_rate(self.compared(), words)?;
        self.with_baselines(rate);
        let mut prepared = Vec::new();
        for subject in &self.subjects {
            let aligned = Aligned::new(subject, words, rate, self.options.seed)?;
            prepared.push(Prepared::on_gold(aligned, self.options.seed));
            self.go_on()?;
        }
        let content = Content::Gold(input.gold.report.clone());
        self.measure(&prepared, &input.name, input.language.as_deref(), rate, content);
        Ok(())
    }

    /// Parallel text: each language is a corpus, and so are all together.
    pub(super) fn languages(&mut self, text: &ParallelText) -> Result<()> {
        let lines: Vec<&str> = text.languages.iter().flat_map(|(_, lines)| lines).map(String::as_str).collect();
        let rate = border_rate(self.compared(), &lines)?;
        self.with_baselines(rate);
        let costs = self.subjects.iter().map(|s| parallel::costs(s, text)).collect::<Result<Vec<_>>>()?;
        let known: Vec<String> = text.languages.iter().map(|(lang, _)| lang.clone()).collect();
        for language in (0..known.len()).map(Some).chain([None]) {
            let on = |costs| Prepared::on_lines(costs, language, self.options.seed);
            let prepared: Vec<Prepared> = costs.iter().map(|costs| on(costs)).collect();
            let lines = text.languages[0].1.len() as u64;
            let content = Content::Parallel { lines, pivot: known[text.pivot].clone(), languages: known.clone() };
            self.measure(&prepared, &text.name, language.map(|n| known[n].as_str()), rate, content);
        }
        Ok(())
    }

    /// The vocabularies, as a corpus of their own.
    pub(super) fn vocabularies(&mut self) -> Result<()> {
        self.observer.event(Event::Stage { name: "looking at vocabularies", total: None, unit: "tokenizers" });
        let prepared = self.entries()?;
        self.measure(&prepared, "vocabulary", None, 0.0, Content::Vocabulary);
        Ok(())
    }

    fn entries(&self) -> Result<Vec<Prepared>> {
        // Which entries are reachable takes seconds, so it has to be asked for.
        let wanted = self.options.metrics.iter().any(|m| matches!(m.compute, Compute::Entries(_)));
        let first = self.subjects[0].judged().map(|judged| Strings::new(&judged.inventory));
        let one = |subject: &Subject| {
            let judged = subject.judged();
            let entries = judged.filter(|_| wanted).map(|judged| Entries::new(&judged.tokenizer)).transpose()?;
            let strings = judged.map(|judged| Strings::new(&judged.inventory));
            let overlap = first.as_ref().zip(strings.as_ref()).map(|(first, own)| Overlap::new(first, own));
            Ok(Prepared::of_entries(entries, overlap))
        };
        self.subjects.iter().map(one).collect()
    }

    /// What was found.
    pub(super) fn finish(mut self) -> Result<Evaluation<'m>> {
        if self.evaluation.measurements.is_empty() {
            return Err(Error::config("--metrics", "there is nothing to measure them on")
                .with_hint("metrics of morphology need `--gold`, those of fairness `--parallel`"));
        }
        let info = |subject: &Subject| SubjectInfo {
            name: subject.name.clone(),
            baseline: subject.is_baseline(),
            declared: subject.judged().map(|judged| judged.inventory.declared),
            lossless: subject.judged().is_none_or(|judged| judged.tokenizer.is_lossless()),
            point: subject.point.clone(),
        };
        self.evaluation.subjects = self.subjects.iter().map(info).collect();
        Ok(self.evaluation)
    }

    /// The tokenizers that baselines are held against.
    fn compared(&self) -> &[Subject] {
        self.ends.compared(&self.subjects)
    }

    /// Puts the baselines of a corpus behind the tokenizers, instead of those of the last one.
    fn with_baselines(&mut self, rate: f64) {
        self.subjects.truncate(self.ends.judged);
        self.subjects.extend(baselines(rate, self.options));
    }

    fn measure(&mut self, prepared: &[Prepared], name: &str, language: Option<&str>, rate: f64, content: Content) {
        measure(&mut self.evaluation, prepared, self.ends);
        self.evaluation.corpora.push(CorpusInfo {
            name: name.to_owned(),
            language: language.map(str::to_owned),
            random_rate: rate,
            content,
        });
    }

    fn go_on(&self) -> Result<()> {
        if self.observer.cancelled() { Err(Error::Interrupted) } else { Ok(()) }
    }
}
