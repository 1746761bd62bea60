//! `toktool check`: is a tokenizer in good health?

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::Value;
use toktool::Result;
use toktool_eval::check::{self, Declared};
use toktool_eval::subject::Subject;

use super::eval::{file_name, inputs};
use crate::args::{self, Global, Reading};
use crate::exit::Exit;
use crate::interrupt::Blockable;
use crate::output::{self, Out};
use crate::progress::Progress;
use crate::tokens;
use crate::ui;

const EXAMPLES: &str = "\
Examples:
  toktool check turkish
  toktool check model.gguf --input corpus.jsonl.zst
  toktool check turkish --strict --format json -o health.json
  toktool check --list

Texts of many kinds are tried, and a sample of documents: those of `--input`, else the embedded
samples. Files beside a tokenizer.json (`special_tokens_map.json`, `tokenizer_config.json`,
`config.json`) are held against it.

Exit codes: 1 also where a check fails; with `--strict` also where one warns.";

/// Check the health of a tokenizer
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    /// The tokenizer, a path or `name=PATH`
    #[arg(value_name = "TOK", required_unless_present = "list")]
    tok: Option<PathBuf>,

    /// Text to try: a file, a folder or `-`; may be given several times
    #[arg(long, value_name = "INPUT")]
    input: Vec<PathBuf>,

    /// Without an input: whose embedded sample to try [default: all]
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,

    /// How to print the checks
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,

    /// Where to write them instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Fail also where a check only warns
    #[arg(long)]
    strict: bool,

    /// List the checks, what they mean and what to do
    #[arg(long)]
    list: bool,

    /// How to split text, where the file of the tokenizer does not say
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
}

pub fn run(args: &Check, global: &Global) -> Result<Exit> {
    let Some(tok) = args.tok.as_deref().filter(|_| !args.list) else {
        ui::print(&check::listing())?;
        return Ok(Exit::Done);
    };
    if let Some(path) = &args.output {
        output::check_file(path, global.force)?;
    }
    let corpora = inputs::corpora(&args.input, args.lang.as_deref(), &args.reading)?;
    let (name, path) = args::named(tok);
    let name = name.unwrap_or_else(|| file_name(&path));
    let tokenizer = args::read_tokenizer(&path, args.pattern.as_deref())?;
    let subject = Subject::new(&name, tokenizer).map_err(|e| e.in_file(&path))?;
    let declared = declared(&path);
    let seed = global.seed.unwrap_or(0);
    let progress = Progress::new(global.ui());
    // It may wait for standard input, and keeps nothing on disk that could outlive the process.
    let blockable = Blockable::begin();
    let checked = global.in_pool(|| -> Result<_> {
        let texts = check::sample(&corpora, seed, global.threads(), &progress)?;
        let checked = match subject.judged() {
            Some(judged) => check::run(judged, &declared, &texts, seed, &progress)?,
            None => Vec::new(),
        };
        Ok((checked, texts.len()))
    });
    drop(blockable);
    progress.clear();
    let (checked, texts) = checked?.map_err(|e| e.in_file(&path))?;
    let mut out = Out::open(args.output.as_deref(), global.force)?;
    let report = match args.format {
        Format::Table => check::table(&name, &checked),
        Format::Json => format!("{:#}\n", check::json(&name, &checked, texts, args.strict, seed)),
    };
    out.write(report.as_bytes())?;
    out.finish(global.force)?;
    Ok(if check::passes(&checked, args.strict) { Exit::Done } else { Exit::Failed })
}

/// What the files beside a tokenizer say of it. Other files than those of Hugging Face stand alone.
fn declared(path: &Path) -> Declared {
    let alone = path.is_file() && !path.file_name().is_some_and(|n| n == "tokenizer.json" || n == "tokenizer.model");
    if alone {
        return Declared::default();
    }
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    let read = |name: &str| -> Option<Value> { serde_json::from_slice(&std::fs::read(folder.join(name)).ok()?).ok() };
    let model = read("config.json").unwrap_or_default();
    let rows = model["vocab_size"].as_u64().or_else(|| model["text_config"]["vocab_size"].as_u64());
    let lower_case = read("tokenizer_config.json").and_then(|config| config["do_lower_case"].as_bool());
    Declared { roles: tokens::stated_roles(path), lower_case, rows }
}
