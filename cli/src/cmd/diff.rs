//! `toktool diff`: two tokenizers side by side.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use toktool::Result;
use toktool_eval::compare::{self, Comparison, Options};
use toktool_eval::subject::Subject;

use super::eval::{file_name, inputs};
use crate::args::{self, Global, Reading};
use crate::exit::Exit;
use crate::interrupt::Blockable;
use crate::output::{self, Out};
use crate::progress::Progress;

const EXAMPLES: &str = "\
Examples:
  toktool diff old.json new.json
  toktool diff llama=llama3/tokenizer.json turkish --lang tr --input news.txt --documents 3
  toktool diff a.json b.json --input corpus.jsonl.zst --format json -o diff.json
  toktool diff a.json b.json --exit-code --quiet > /dev/null && echo same

Tokens are compared by the bytes they stand for, so that `Ġev`, `▁ev` and ` ev` are one token.
A border is a place inside a document where a token ends.

Exit codes: with `--exit-code` 1 also where any document has different ids.";

/// Examples of each kind.
const SHOWN: usize = 10;

/// Compare two tokenizers: vocabularies, borders, cost, and where they differ most
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Diff {
    /// The first tokenizer, a path or `name=PATH`
    #[arg(value_name = "A")]
    a: PathBuf,

    /// The second tokenizer
    #[arg(value_name = "B")]
    b: PathBuf,

    /// A corpus to compare them on: a file, a folder or `-`, as `[name[@lang]=]PATH`; may be given several times
    #[arg(long, value_name = "INPUT")]
    input: Vec<PathBuf>,

    /// Language of the text; without an input: whose embedded sample to compare on [default: all]
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,

    /// How many documents to show for which one needs most more tokens than the other
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(..=1000))]
    documents: u16,

    /// How to print the comparison
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,

    /// Where to write it instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Exit with 1 where any document has different ids
    #[arg(long)]
    exit_code: bool,

    /// How to split text, where the file of a tokenizer does not say
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,

    #[command(flatten)]
    reading: Reading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Table,
    /// Everything in one document
    Json,
    /// Tables for a README
    Markdown,
}

pub fn run(args: &Diff, global: &Global) -> Result<Exit> {
    if let Some(path) = &args.output {
        output::check_file(path, global.force)?;
    }
    let corpora = inputs::corpora(&args.input, args.lang.as_deref(), &args.reading)?;
    let read = |tok: &Path| subject(tok, args.pattern.as_deref());
    let (a, b) = (read(&args.a)?, read(&args.b)?);
    let options = Options {
        seed: global.seed.unwrap_or(0),
        threads: global.threads(),
        documents: usize::from(args.documents),
        examples: SHOWN,
    };
    let progress = Progress::new(global.ui());
    // It may wait for standard input, and keeps nothing on disk that could outlive the process.
    let blockable = Blockable::begin();
    let compared = global.in_pool(|| compare::compare([&a, &b], &corpora, &options, &progress))?;
    drop(blockable);
    progress.clear();
    let comparison = compared?;
    let mut out = Out::open(args.output.as_deref(), global.force)?;
    out.write(rendered(&comparison, args.format).as_bytes())?;
    out.finish(global.force)?;
    Ok(if args.exit_code && !comparison.same_ids() { Exit::Failed } else { Exit::Done })
}

fn rendered(comparison: &Comparison, format: Format) -> String {
    match format {
        Format::Table => compare::table(comparison),
        Format::Json => format!("{:#}\n", compare::json(comparison)),
        Format::Markdown => compare::markdown(comparison),
    }
}

/// A tokenizer under the name that it was given, or that of its file.
fn subject(tok: &Path, pattern: Option<&str>) -> Result<Subject> {
    let (name, path) = args::named(tok);
    let name = name.unwrap_or_else(|| file_name(&path));
    let tokenizer = args::read_tokenizer(&path, pattern)?;
    Subject::new(&name, tokenizer).map_err(|e| e.in_file(&path))
}
