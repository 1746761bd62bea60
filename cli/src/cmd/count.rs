//! `toktool count`: the first stage of training alone, so that it can run on many machines.

use std::path::PathBuf;

use clap::Args;
use toktool::Result;
use toktool::corpus::{Corpus, Options};
use toktool::count::{CountOptions, Cutting, count};
use toktool::error::Error;
use toktool::formats::counts::{CountsWriter, Meta, Parts};
use toktool::formats::write::write_file_atomic;
use toktool::observe::{Event, Observer as _};
use toktool::runs::Emit;
use toktool::text::{Behavior, Cutter, Pattern, Split, Splitter};
use toktool::unicode::{Normalizer, Normalizing};

use crate::args::{Global, Reading};
use crate::describe::grouped;
use crate::documents;
use crate::exit::Exit;
use crate::interrupt::Blockable;
use crate::output;
use crate::progress::Progress;
use crate::ui;

const EXAMPLES: &str = "\
Examples:
  toktool count shard-07/ -o part-07.parquet
  toktool count tr=wiki.txt.zst hi=news.jsonl -o part.parquet --pattern unicode
  toktool count --merge part-*.parquet -o all.parquet
  toktool train --counts all.parquet -o mine";

/// Count pretokens, as the first stage of a training
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Count {
    /// Files or folders to count, each perhaps as group=PATH; `-` is standard input. With `--merge`: count files
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,

    /// The Parquet file to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// Add up count files, in bounded memory
    #[arg(long)]
    merge: bool,

    /// How to split text: a pattern's name, or a regular expression [default: unicode]
    #[arg(long, value_name = "PATTERN", conflicts_with = "merge")]
    pattern: Option<String>,

    /// Change text before it is split, as `train` does
    #[arg(long, value_name = "STEPS", conflicts_with = "merge")]
    normalize: Vec<String>,

    /// With `--merge`: the pattern of files that do not say how they were made
    #[arg(long, value_name = "PATTERN", requires = "merge")]
    assume_pattern: Option<String>,

    #[command(flatten)]
    reading: Reading,
}

/// Limits of counting, as the common flags set them.
pub fn options(global: &Global, seed: u64) -> CountOptions {
    let defaults = CountOptions::default();
    let max_memory = global.max_memory.map_or(defaults.max_memory, |n| usize::try_from(n).unwrap_or(usize::MAX));
    CountOptions { max_memory, seed, ..defaults }
}

/// Refuses a regular expression that matches nothing in a sample of the text: it cannot be what was meant.
pub fn check_pattern(splitter: &Splitter, normalizers: &[Normalizer], sample: &[String]) -> Result<()> {
    let [Split { pattern: Pattern::Regex(regex), .. }] = splitter.splits.as_slice() else { return Ok(()) };
    let pattern = Pattern::Regex(regex.clone());
    let splits = vec![Split { pattern, behavior: Behavior::Removed, invert: false }];
    let rest = Cutter::new(&Splitter { rewrite: None, splits })?;
    let normalizing = Normalizing::new(normalizers)?;
    let matches = |document: &String| {
        let text = normalizing.apply(document);
        let mut left = 0;
        rest.cut(&text, |start, end| left += end - start);
        left < text.len()
    };
    if sample.is_empty() || sample.iter().any(matches) {
        return Ok(());
    }
    Err(Error::config("--pattern", format!("`{regex}` matches nothing in the text"))
        .with_hint("its matches are the pieces; `--pattern none` leaves text uncut"))
}

pub fn run(args: &Count, global: &Global) -> Result<Exit> {
    output::check_file(&args.output, global.force)?;
    let summary = global.in_pool(|| if args.merge { merge(args, global) } else { text(args, global) })??;
    if !global.quiet {
        ui::print(&summary)?;
    }
    Ok(Exit::Done)
}

fn text(args: &Count, global: &Global) -> Result<String> {
    let progress = Progress::new(global.ui());
    let splitter = Splitter::named(args.pattern.as_deref().unwrap_or("unicode"))?;
    let normalizers = args.normalize.iter().map(|spec| Normalizer::parse(spec)).collect::<Result<Vec<_>>>()?.concat();
    let cutting = Cutting::new(&normalizers, &splitter)?;
    let corpus =
        Corpus::open(&documents::grouped(&args.inputs), Options { keep_empty: false, ..args.reading.options() })?;
    // Nothing that counting keeps on disk outlives the process.
    let blockable = Blockable::begin();
    let counted = count(&corpus, &cutting, &options(global, 0), &progress)?;
    drop(blockable);
    documents::warn(global.ui(), &corpus.stats());
    counted.notes.iter().for_each(|note| progress.event(Event::Note(note)));
    let (documents, bytes, groups) = (counted.documents, counted.bytes, counted.groups.clone());
    if documents == 0 {
        let path = args.inputs.first().cloned().unwrap_or_default();
        return Err(Error::input(path, "there is no text in it").with_hint("empty lines are no documents"));
    }
    check_pattern(&splitter, &normalizers, &counted.sample)?;
    let meta = Meta::new(splitter, normalizers, documents, bytes);
    let rows = write(args, global, &groups, &meta, |emit| counted.for_each_sorted(emit))?;
    progress.clear();
    Ok(format!(
        "{}: {} rows from {} documents, {:.2} MB\nnext: toktool train --counts {0} -o DIR\n",
        args.output.display(),
        grouped(rows),
        grouped(documents),
        bytes as f64 / 1e6
    ))
}

fn merge(args: &Count, global: &Global) -> Result<String> {
    let assumed = match &args.assume_pattern {
        Some(pattern) => Some(Meta::new(Splitter::named(pattern)?, Vec::new(), 0, 0)),
        None => None,
    };
    let parts = Parts::open(&args.inputs, assumed.as_ref())?;
    let max_memory = options(global, 0).max_memory;
    let rows = write(args, global, parts.groups(), parts.meta(), |emit| {
        parts.for_each(max_memory, &std::env::temp_dir(), emit)
    })?;
    Ok(format!("{}: {} rows from {} parts\n", args.output.display(), grouped(rows), args.inputs.len()))
}

/// Writes the rows that `rows` emits; returns their number.
fn write(
    args: &Count,
    global: &Global,
    groups: &[String],
    meta: &Meta,
    rows: impl FnOnce(&mut Emit<'_>) -> Result<()>,
) -> Result<u64> {
    let mut written = 0;
    write_file_atomic(&args.output, global.force, |out| {
        let mut writer = CountsWriter::create(out, groups, meta)?;
        rows(&mut |word, group, count| {
            written += 1;
            if u64::is_multiple_of(written, 65_536) {
                crate::interrupt::check()?;
            }
            writer.push(word, group, count)
        })?;
        writer.finish()
    })
    .map_err(|e| e.in_file(&args.output))?;
    Ok(written)
}
