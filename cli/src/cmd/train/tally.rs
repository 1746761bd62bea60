//! What training works on: distinct pretokens with their counts, and what they came from.

use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use toktool::corpus::{Corpus, Options};
use toktool::count::{self as counting, Cutting};
use toktool::formats::counts::Parts;
use toktool::observe::{Event, Observer as _};
use toktool::words::WordCounts;
use toktool::{Error, Result, samples};

use crate::args::Global;
use crate::cmd::count;
use crate::documents;
use crate::interrupt::{self, Blockable};
use crate::progress::Progress;
use crate::recipe_file::{self, Record};

use super::plan::{Origin, Plan};

/// Words, where they came from, and a sample of the text.
pub struct Tally {
    pub words: WordCounts,
    pub documents: u64,
    pub bytes: u64,
    /// Documents to verify with.
    pub sample: Vec<String>,
    pub notes: Vec<String>,
    /// Files that were read, with their groups.
    files: Vec<(PathBuf, Option<String>)>,
}

impl Tally {
    /// Counts text, or reads counts.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no text at all, besides what reading reports.
    pub fn new(plan: &Plan, global: &Global, progress: &Progress) -> Result<Tally> {
        let tally = match &plan.origin {
            Origin::Counts(parts, paths) => of_counts(parts, paths, global, progress)?,
            Origin::Text(sources) => {
                let corpus = |options| Corpus::open(sources, options);
                of_text(plan, corpus, global, progress)?
            }
            Origin::Sample(lang) => {
                let corpus = |options| Ok(Corpus::from_text(lang, samples::train(lang).unwrap_or_default(), options));
                of_text(plan, corpus, global, progress)?
            }
        };
        if tally.words.is_empty() {
            return Err(Error::input(plan.input_path(), "there is no text in it")
                .with_hint("empty lines are no documents; is it the right file?"));
        }
        Ok(tally)
    }

    /// Starts hashing the inputs, on a thread beside the training.
    pub fn records(&self, plan: &Plan) -> Hashing {
        let (files, from) = (self.files.clone(), plan.from.clone());
        let segmenter = plan.recipe.model.clone().or(plan.recipe.lookup.clone());
        let of_counts = matches!(plan.origin, Origin::Counts(..));
        Hashing(thread::spawn(move || {
            let files = files.into_iter().map(|(path, group)| hashed(path, group)).collect::<Result<Vec<_>>>()?;
            let from = from.map(|path| hashed(path, None)).transpose()?;
            let segmenter = segmenter.map(|path| hashed(path, None)).transpose()?;
            let (counts, inputs) = if of_counts { (files, Vec::new()) } else { (Vec::new(), files) };
            Ok(Records { from, segmenter, counts, inputs })
        }))
    }
}

/// Counts made elsewhere. The probes are runs of their words.
fn of_counts(parts: &Parts, paths: &[PathBuf], global: &Global, progress: &Progress) -> Result<Tally> {
    progress.event(Event::Stage { name: "reading counts", total: None, unit: "rows" });
    let options = count::options(global, 0);
    let words = parts.words(options.max_memory, &std::env::temp_dir(), progress)?;
    let sample = probes(&words);
    let files = paths.iter().map(|path| (path.clone(), None)).collect();
    let meta = parts.meta();
    Ok(Tally { words, documents: meta.documents, bytes: meta.bytes, sample, notes: Vec::new(), files })
}

fn of_text(
    plan: &Plan,
    corpus: impl FnOnce(Options) -> Result<Corpus>,
    global: &Global,
    progress: &Progress,
) -> Result<Tally> {
    let recipe = &plan.recipe;
    let options = Options {
        document: documents::unit(&recipe.document),
        field: recipe.field.clone(),
        lossy: recipe.lossy,
        keep_empty: false,
    };
    let (normalizers, splitter) = plan.cutting()?;
    let cutting = Cutting::new(&normalizers, &splitter)?;
    let corpus = corpus(options)?;
    // Nothing that counting keeps on disk outlives the process.
    let blockable = Blockable::begin();
    let counted = counting::count(&corpus, &cutting, &count::options(global, recipe.seed), progress)?;
    drop(blockable);
    documents::warn(global.ui(), &corpus.stats());
    counted.notes.iter().for_each(|note| progress.event(Event::Note(note)));
    if plan.start.is_none() {
        count::check_pattern(&splitter, &normalizers, &counted.sample)?;
    }
    let files = corpus.files().map(|(path, group)| (path.to_path_buf(), group.map(str::to_owned))).collect();
    let (documents, bytes) = (counted.documents, counted.bytes);
    let (sample, notes) = (counted.sample.clone(), counted.notes.clone());
    Ok(Tally { words: counted.into_words(progress)?, documents, bytes, sample, notes, files })
}

/// How many bytes of words stand in for a sample of the text.
const PROBE: usize = 128 << 10;
/// Words of one probe.
const RUN: usize = 16;

/// Words from all over the table, joined to short texts.
fn probes(words: &WordCounts) -> Vec<String> {
    let step = (words.bytes() / PROBE).max(1);
    let texts: Vec<&str> =
        (0..words.len()).step_by(step).filter_map(|r| std::str::from_utf8(words.word(r)).ok()).collect();
    texts.chunks(RUN).map(<[&str]>::concat).collect()
}

/// Size and hash of a file, or of the file inside that a tokenizer's folder is read from.
fn hashed(path: PathBuf, group: Option<String>) -> Result<Record> {
    let inner = path.join("tokenizer.json");
    let file = if inner.is_file() { &inner } else { &path };
    if path == Path::new(documents::STDIN) || !file.is_file() {
        return Ok(Record { path, group, bytes: None, sha256: None });
    }
    let record = recipe_file::record(file, group)?;
    Ok(Record { path, ..record })
}

/// Hashing on its way.
pub struct Hashing(JoinHandle<Result<Records>>);

/// The files of a run.
pub struct Records {
    pub from: Option<Record>,
    pub segmenter: Option<Record>,
    pub counts: Vec<Record>,
    pub inputs: Vec<Record>,
}

impl Hashing {
    /// Waits for the end, or for Ctrl-C.
    pub fn wait(self) -> Result<Records> {
        while !self.0.is_finished() {
            interrupt::check()?;
            thread::sleep(Duration::from_millis(1));
        }
        self.0.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Records {
    /// The first file that an earlier run saw otherwise.
    pub fn changed<'a>(&self, plan: &'a Plan) -> Option<&'a Record> {
        let read = self.inputs.iter().chain(&self.counts);
        let now: Vec<&Record> = read.chain(&self.from).chain(&self.segmenter).collect();
        recipe_file::changed(&plan.before, &now)
    }
}
