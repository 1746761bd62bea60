//! `toktool segment --train`: a segmenter learned from words.
//!
//! Words are counted as `count` counts pretokens, on all threads and in bounded memory: lines as they stand with
//! `--words`, else what lies between white space, from which the words are taken afterwards. No word crosses white space,
//! so these are the words of the text.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Args;
use toktool::corpus::{Corpus, Options};
use toktool::count::{self as counting, Cutting};
use toktool::formats::write::write_file_atomic;
use toktool::morph::learned::{Dampening, GoldWord, LearnOptions, Learned, parse_gold};
use toktool::observe::{Event, Observer as _};
use toktool::text::Splitter;
use toktool::{Error, Result, morph};

use super::Segment;
use crate::args::Global;
use crate::cmd::count;
use crate::describe::grouped;
use crate::documents;
use crate::exit::Exit;
use crate::interrupt::Blockable;
use crate::output;
use crate::progress::Progress;
use crate::segmenters;

/// How to learn a segmenter.
#[derive(Debug, Args)]
#[command(next_help_heading = "Learning")]
pub struct Learning {
    /// Learn a segmenter from these files or folders, for any language, and write it to the file that `-o` names
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        requires = "output",
        conflicts_with_all = ["lang", "lookup", "model", "lexicon", "no_guess", "inputs", "format", "nbest"]
    )]
    pub train: Vec<PathBuf>,

    /// Learn from words with known pieces, too: a word a line, a tab, its pieces separated by spaces
    #[arg(long, value_name = "FILE", requires = "train")]
    gold: Option<PathBuf>,

    /// What a repeated word counts: once (types), the logarithm of how often it stands there, or that number (tokens),
    /// which keeps frequent words whole [default: types]
    #[arg(long, value_name = "HOW", requires = "train", value_parser = dampenings())]
    dampening: Option<String>,

    /// The weight of the words against the lexicon: above 1 fewer cuts, below 1 more [default: 1]
    #[arg(long, value_name = "W", requires = "train")]
    corpus_weight: Option<f64>,

    /// Read upper case as lower case
    #[arg(long, requires = "train")]
    fold_case: bool,
}

fn dampenings() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(Dampening::ALL.map(|(name, _)| name))
}

impl Learning {
    fn options(&self, seed: Option<u64>) -> Result<LearnOptions> {
        let defaults = LearnOptions::default();
        let options = LearnOptions {
            seed: seed.unwrap_or(defaults.seed),
            dampening: self.dampening.as_deref().map_or(Ok(defaults.dampening), str::parse)?,
            corpus_weight: self.corpus_weight.unwrap_or(defaults.corpus_weight),
            fold_case: self.fold_case,
            ..defaults
        };
        options.check()?;
        Ok(options)
    }

    fn gold(&self) -> Result<Vec<GoldWord>> {
        let Some(path) = &self.gold else { return Ok(Vec::new()) };
        parse_gold(&segmenters::read(path)?).map_err(|e| e.in_file(path))
    }
}

pub fn run(args: &Segment, global: &Global) -> Result<Exit> {
    let (learning, output) = (&args.learning, args.output.clone().unwrap_or_default());
    output::check_file(&output, global.force)?;
    let (options, gold) = (learning.options(global.seed)?, learning.gold()?);
    let progress = Progress::new(global.ui());
    let words = global.in_pool(|| words(args, global, &progress))??;
    let pairs = words.iter().map(|(word, &count)| (word.as_str(), count));
    let first = learning.train.first().cloned().unwrap_or_default();
    let learned = Learned::train(pairs, &gold, &options, &progress).map_err(|e| e.in_file(&first))?;
    let model = learned.to_bytes();
    write_file_atomic(&output, global.force, |out| out.write_all(&model).map_err(|e| Error::io("write", &output, e)))?;
    progress.clear();
    let (words, morphs) = (grouped(learned.words()), grouped(learned.morphs().len() as u64));
    global.ui().summary(format_args!("{morphs} morphs from {words} words -> `{}`", output.display()));
    Ok(Exit::Done)
}

/// The words to learn from, with how often they stand there.
fn words(args: &Segment, global: &Global, progress: &Progress) -> Result<HashMap<String, u64>> {
    let splitter = Splitter::named(if args.words { "none" } else { "whitespace" })?;
    let cutting = Cutting::new(&[], &splitter)?;
    let sources = documents::plain(&args.learning.train);
    let corpus = Corpus::open(&sources, Options { keep_empty: false, ..args.reading.options() })?;
    // Nothing that counting keeps on disk outlives the process.
    let blockable = Blockable::begin();
    let counted = counting::count(&corpus, &cutting, &count::options(global, 0), progress)?;
    documents::warn(global.ui(), &corpus.stats());
    counted.notes.iter().for_each(|note| progress.event(Event::Note(note)));
    let mut words: HashMap<String, u64> = HashMap::new();
    counted.for_each_sorted(&mut |piece, _, count| {
        let piece = String::from_utf8_lossy(piece);
        let mut add = |word: &str| match words.get_mut(word) {
            Some(sum) => *sum += count,
            None => drop(words.insert(word.to_owned(), count)),
        };
        match args.words {
            true => add(&piece),
            false => morph::words(&piece).for_each(|(start, end)| add(&piece[start..end])),
        }
        Ok(())
    })?;
    drop(blockable);
    Ok(words)
}
