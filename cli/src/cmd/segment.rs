//! `toktool segment`: words and text taken apart into morphemes.
//!
//! Which segmenter is meant is settled first ([`which`]); then documents go through it as through `encode`, in order
//! and with a cache a thread ([`rows`]). Learning a segmenter is another matter ([`learn`]).

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use toktool::corpus::{Corpus, Raw};
use toktool::{Error, Result, morph};

use crate::args::{Global, Reading};
use crate::describe::grouped;
use crate::documents;
use crate::exit::Exit;
use crate::output::{self, Out};
use crate::pipeline;
use crate::ui;

mod cache;
mod learn;
mod rows;
mod which;

use learn::Learning;
use rows::{Form, Writer};
use which::Which;

const EXAMPLES: &str = "\
Examples:
  echo 'Evlerimizden geldik.' | toktool segment --lang tr
  toktool segment --lang tr --words words.txt --format json --nbest 3
  toktool segment --lang tr --lexicon names.dict corpus.jsonl --field body
  toktool segment --lookup hindi.csv --words words.txt
  toktool segment --train corpus.txt -o finnish.seg
  toktool segment --model finnish.seg --words words.txt
  toktool segment --lang list";

/// Take words apart into morphemes
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Segment {
    #[command(flatten)]
    which: Which,

    /// Files or folders to read; `-` is standard input
    #[arg(value_name = "INPUT", default_value = "-")]
    inputs: Vec<PathBuf>,

    /// Write here instead of to standard output; with `--train`, the model
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// A line is one word, as it stands; an empty line gives an empty row
    #[arg(long)]
    words: bool,

    /// How to write rows
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,

    /// Up to N analyses of a word, the most probable first. In JSON they have probabilities; as pieces they stand in one
    /// row with a tab between any two, which needs `--words`
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    nbest: Option<u32>,

    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    learning: Learning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// A line of pieces with one space between any two; in text, what is no word stands among them. On a terminal they
    /// are coloured: stems bold, derivation yellow, inflection cyan, clitics magenta, joining marks faint
    #[default]
    Pieces,
    /// A JSON object per line
    Json,
}

/// A block's share of the output.
struct Rows {
    bytes: Vec<u8>,
    documents: u64,
}

pub fn run(args: &Segment, global: &Global) -> Result<Exit> {
    if args.which.lists() {
        let list: String = morph::LANGUAGES.iter().map(|l| format!("{:<4}{}\n", l.code, l.about)).collect();
        ui::print(&list)?;
        return Ok(Exit::Done);
    }
    check(args)?;
    if !args.learning.train.is_empty() {
        return learn::run(args, global);
    }
    if let Some(path) = &args.output {
        output::check_file(path, global.force)?;
    }
    let segmenter = args.which.segmenter(global.ui())?;
    let form = Form {
        words: args.words,
        json: args.format == Format::Json,
        nbest: args.nbest.map(|n| n as usize),
        color: match args.output {
            Some(_) => global.ui().colored_file(),
            None => global.ui().colored_stdout(),
        },
    };
    let corpus = Arc::new(Corpus::open(&documents::plain(&args.inputs), args.reading.options())?);
    let reader = Arc::clone(&corpus);
    let worker = || {
        let (corpus, mut writer) = (Arc::clone(&corpus), Writer::new(Arc::clone(&segmenter), form));
        move |raw: Raw| block(raw, &corpus, &mut writer)
    };
    let mut out = Out::open(args.output.as_deref(), global.force)?;
    let mut total = 0;
    pipeline::run(global.threads(), Box::new(move || reader.next()), worker, |rows| {
        total += rows.documents;
        out.write(&rows.bytes)
    })?;
    out.finish(global.force)?;
    documents::warn(global.ui(), &corpus.stats());
    if let Some(path) = &args.output {
        let what = if args.words { "words" } else { "documents" };
        global.ui().summary(format_args!("{} {what} -> `{}`", grouped(total), path.display()));
    }
    Ok(Exit::Done)
}

/// Combinations that clap cannot see.
fn check(args: &Segment) -> Result<()> {
    if args.nbest.is_some() && args.format == Format::Pieces && !args.words {
        return Err(Error::config("--nbest", "a line of pieces has room for one analysis of each of its words")
            .with_hint("add `--format json`, or `--words` for a word a line"));
    }
    if args.words && args.reading.document.as_deref().is_some_and(|unit| unit != "line") {
        return Err(Error::config("--words", "a word is a line").with_hint("leave `--document` out"));
    }
    Ok(())
}

fn block(raw: Raw, corpus: &Corpus, writer: &mut Writer) -> Result<Rows> {
    let block = raw.decode(corpus)?;
    let mut bytes = Vec::with_capacity(block.text.len() * 3 / 2);
    for document in block.documents() {
        writer.row(document, &mut bytes)?;
    }
    Ok(Rows { bytes, documents: block.spans.len() as u64 })
}
