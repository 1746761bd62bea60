//! `toktool eval`: tokenizers judged on text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use toktool::{Error, Result, samples};
use toktool_eval::evaluation::{self, Options};
use toktool_eval::lexicality;
use toktool_eval::metric::{self, Metric, Renyi};
use toktool_eval::subject::{BASELINE, Subject};

use crate::args::{self, Global, Reading, size};
use crate::exit::Exit;
use crate::interrupt::Blockable;
use crate::progress::Progress;
use crate::ui;

mod curve;
mod forms;
mod gate;
mod human;
pub(super) mod inputs;

use curve::Curve;
use forms::{Format, Forms};
use gate::Gate;

const EXAMPLES: &str = "\
Examples:
  toktool eval turkish --lang tr
  toktool eval turkish llama=llama/tokenizer.json --lang tr --input news=news.txt --input wiki.jsonl.zst
  toktool eval a.json b.json --input web@hi=hindi.parquet -o report.json -o report.html
  toktool eval turkish --lang tr --gold segmented.tsv
  toktool eval a.json b.json --parallel en=x.en --parallel tr=x.tr --metrics fairness
  toktool eval turkish --lang tr --metrics fertility,round_trip --fail-under round_trip=1
  toktool eval a.json b.json --input web@hi=hindi.parquet --human-sample 100 -o sheet
  toktool eval --human-ratings ayse.csv deniz.csv --human-key sheet/key.json
  toktool eval big --lang tr --curve vocab=1k,4k,16k --metrics compression
  toktool eval --curve domain --train news=n.txt --train code=c.txt --input news-test.txt --input code-test.txt
  toktool eval --list

Exit codes: 1 also where a tokenizer fails `--fail-under`.";

/// Judge tokenizers on text
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Eval {
    /// Tokenizers, each a path or `name=PATH`
    #[arg(value_name = "TOK", required_unless_present_any = ["list", "human_ratings", "curve"])]
    toks: Vec<PathBuf>,

    /// Language of the text, unless an input says otherwise; without an input: whose embedded sample to judge on [default: all]
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,

    /// A corpus: a file, a folder or `-`, as `[name[@lang]=]PATH`; may be given several times
    #[arg(long, value_name = "INPUT")]
    input: Vec<PathBuf>,

    /// Words with known morphemes, as `[name[@lang]=]PATH`; may be given several times
    #[arg(long, value_name = "GOLD")]
    gold: Vec<PathBuf>,

    /// The same text line by line in several languages, each as `lang=PATH`
    #[arg(long, value_name = "LANG=PATH")]
    parallel: Vec<String>,

    /// The language that the others of `--parallel` are held against
    #[arg(long, value_name = "LANG", default_value = "en")]
    pivot: String,

    /// A list of words of the language, or the .dic of a Hunspell dictionary, in place of the program's own lexicon
    #[arg(long, value_name = "FILE")]
    lexicon: Option<PathBuf>,

    /// Strings that count as words, one a line, for %TR and %Pure counted as in their paper (tr_paper, pure_paper)
    #[arg(long, value_name = "LIST")]
    paper: Option<PathBuf>,

    /// Metrics or families to measure, separated by commas; renyi_ALPHA_vocab and renyi_ALPHA_used take any order
    /// [default: all but speed, which no two runs agree on]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    metrics: Vec<String>,

    /// List the metrics with their definitions
    #[arg(long)]
    list: bool,

    /// How to print the report [default: table, or what the name of the file says]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,

    /// Where to write it instead of standard output, several times for several forms; the folder of a sheet
    #[arg(long, short, value_name = "FILE")]
    output: Vec<PathBuf>,

    /// Fail where a tokenizer's `METRIC=VALUE` is worse than this, or cannot be measured
    #[arg(long, value_name = "METRIC=VALUE")]
    fail_under: Vec<Gate>,

    /// Leave out the baselines: characters, bytes, words, random cuts
    #[arg(long)]
    no_baselines: bool,

    /// Tokens of the document sample on which what needs all of them in memory is measured
    #[arg(long, value_name = "N", value_parser = size, default_value = "20m")]
    ngram_tokens: usize,

    /// More tokenizers, as points of a curve: vocab=1k,4k (the first merges of each TOK), training=1m,4m (BPE trained on so
    /// many bytes of `--train`) or domain (one for each `--train`, on equal amounts); may be given several times
    #[arg(long, value_name = "AXIS[=SIZES]")]
    curve: Vec<Curve>,

    /// Text that the points of a curve are trained on, as `[name=]PATH`; may be given several times
    #[arg(long, value_name = "PATH", requires = "curve")]
    train: Vec<PathBuf>,

    /// Tokens of the points that are trained [default: as many as the first TOK has, else 16k]
    #[arg(long, value_name = "N", value_parser = size, requires = "train")]
    curve_vocab: Option<usize>,

    /// How to split text, where the file of a tokenizer does not say
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,

    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    human: human::Human,
}

pub fn run(args: &Eval, global: &Global) -> Result<Exit> {
    if args.list {
        ui::print(&listing())?;
        return Ok(Exit::Done);
    }
    if let Some(exit) = human::run(args, global)? {
        return Ok(exit);
    }
    let orders = orders(&args.metrics);
    let own: Vec<Metric<'_>> = orders.iter().map(Renyi::metric).collect();
    let options = Options {
        metrics: metrics(&args.metrics, &args.fail_under, &own)?,
        seed: global.seed.unwrap_or(0),
        threads: global.threads(),
        sample_tokens: args.ngram_tokens,
        baselines: !args.no_baselines,
        paper: args.paper.as_deref().map(lexicality::verdicts).transpose()?.map(Arc::new),
    };
    let forms = Forms::new(&args.output, args.format, global.force)?;
    curve::check(args)?;
    let corpora = inputs::inputs(args)?;
    let golds = inputs::golds(args, global.ui())?;
    let parallel = inputs::parallel(args)?;
    let subjects = args.toks.iter().map(|tok| subject(tok, args)).collect::<Result<Vec<_>>>()?;
    let progress = Progress::new(global.ui());
    // It may wait for standard input or for a compressor, and keeps nothing on disk that could outlive the process.
    let blockable = Blockable::begin();
    let evaluated = global.in_pool(|| {
        let mut subjects = subjects;
        subjects.extend(curve::points(args, global, &subjects, &progress)?);
        evaluation::evaluate(subjects, &corpora, &golds, parallel.as_ref(), &options, &progress)
    })?;
    drop(blockable);
    progress.clear();
    let evaluation = evaluated?;
    forms.write(&evaluation)?;
    let failed: Vec<String> = args.fail_under.iter().flat_map(|gate| gate.failures(&evaluation)).collect();
    for failure in &failed {
        global.ui().warning(format_args!("{failure}"));
    }
    Ok(if failed.is_empty() { Exit::Done } else { Exit::Failed })
}

/// A tokenizer under the name that it was given, or that of its file.
fn subject(tok: &Path, args: &Eval) -> Result<Subject> {
    let (name, path) = args::named(tok);
    let name = name.unwrap_or_else(|| file_name(&path));
    if name.starts_with(BASELINE) {
        return Err(
            Error::config("TOK", format!("`{name}` is the name of a baseline")).with_hint("choose another name")
        );
    }
    let tokenizer = args::read_tokenizer(&path, args.pattern.as_deref())?;
    Subject::new(&name, tokenizer).map_err(|e| e.in_file(&path))
}

/// What a tokenizer or corpus is called by its file: a `tokenizer.json` by its folder.
pub(super) fn file_name(path: &Path) -> String {
    let place = if path.file_name().is_some_and(|name| name == "tokenizer.json") {
        path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(path)
    } else {
        path
    };
    let name = place.file_name().unwrap_or(place.as_os_str()).to_string_lossy();
    let stem = name.split('.').next().filter(|stem| !stem.is_empty() && !place.is_dir());
    stem.unwrap_or(&name).to_owned()
}

/// The Renyi efficiencies among the names that are no rows of the table.
fn orders(names: &[String]) -> Vec<Renyi> {
    let mut orders: Vec<Renyi> = Vec::new();
    for renyi in names.iter().filter_map(|name| Renyi::named(name)) {
        if metric::find(renyi.name()).is_none() && !orders.contains(&renyi) {
            orders.push(renyi);
        }
    }
    orders
}

/// The metrics of these names and families, in the order of the table, with those that gates ask for. `own` are rows that the
/// table lacks.
fn metrics<'m>(names: &[String], gates: &[Gate], own: &'m [Metric<'m>]) -> Result<Vec<&'m Metric<'m>>> {
    for name in names {
        if !metric::all().any(|m| m.name == name || m.family == name) && Renyi::named(name).is_none() {
            let close = metric::all().map(|m| m.name).find(|known| known.contains(name.as_str()));
            let hint =
                close.map_or("`toktool eval --list` shows all".to_owned(), |known| format!("did you mean `{known}`?"));
            return Err(Error::config("--metrics", format!("there is no metric `{name}`")).with_hint(hint));
        }
    }
    let is = |m: &Metric<'_>, name: &str| m.name == name || Renyi::named(name).is_some_and(|r| r.name() == m.name);
    let asked = |m: &&Metric<'_>| {
        (names.is_empty() && !m.on_request())
            || names.iter().any(|name| is(m, name) || m.family == name)
            || gates.iter().any(|g| g.metric == m.name)
    };
    let mut chosen: Vec<&Metric<'_>> = metric::all().filter(asked).collect();
    // Beside their kin, wherever these stand.
    let place = metric::all().take_while(|m| m.family != metric::RENYI).filter(asked).count();
    let kin = metric::all().filter(|m| m.family == metric::RENYI).filter(asked).count();
    chosen.splice(place + kin..place + kin, own);
    Ok(chosen)
}

fn listing() -> String {
    let mut text = String::new();
    let mut family = "";
    for m in metric::all() {
        if m.family != family {
            family = m.family;
            let note = if m.on_request() { " (only on request: `--metrics speed`)" } else { "" };
            text += &format!("{}{family}{note}:\n", if text.is_empty() { "" } else { "\n" });
        }
        text += &format!(
            "  {} ({}, {})\n      {}\n      source: {}\n",
            m.name,
            m.unit,
            m.better.name(),
            m.definition,
            m.source
        );
    }
    text
}

/// The languages with an embedded sample.
fn languages() -> String {
    samples::LANGUAGES.join(", ")
}
