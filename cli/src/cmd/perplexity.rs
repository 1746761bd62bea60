//! `toktool perplexity`: how well a model predicts text, in bits per byte.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use toktool::corpus::{Corpus, Options};
use toktool::encode::Encoder;
use toktool::lm::checkpoint::Checkpoint;
use toktool::lm::{Config, DocumentScore, Model, Scorer, Scores, Scoring};
use toktool::{Error, Result};

use super::eval::file_name;
use crate::args::{self, Global, Reading};
use crate::describe::grouped;
use crate::documents;
use crate::exit::Exit;
use crate::interrupt::Blockable;
use crate::output::{self, Out};
use crate::progress::Progress;

const EXAMPLES: &str = "\
Examples:
  toktool perplexity model --input news.txt
  toktool perplexity model --input test.jsonl.zst --field text --format json -o scores.json
  toktool perplexity model --input book.txt --document file --context 1024 --stride 256

Bits per byte do not depend on the tokenizer, so models with different ones can be compared. A
document is the model's token for the beginning of a sequence, where config.json has one, and then
its tokens; without it the first token is not scored. Bytes are those of the text, without line ends.

Models: Llama, Mistral, Qwen 2 and 3, Gemma 3 (text), GPT-2, each as a Hugging Face folder with
safetensors, or as a .gguf file.";

/// Measure how well a model predicts text
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Perplexity {
    /// A Hugging Face folder with safetensors, or a .gguf file
    #[arg(value_name = "CHECKPOINT")]
    checkpoint: PathBuf,

    /// Text to score: a file, a folder or `-`; may be given several times
    #[arg(long, value_name = "INPUT", required = true)]
    input: Vec<PathBuf>,

    /// Another tokenizer than the checkpoint's own
    #[arg(long, short, value_name = "TOK")]
    tokenizer: Option<PathBuf>,

    /// How to split text, where the file of the tokenizer does not say
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,

    /// How to print the figures
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,

    /// Where to write them instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Tokens that the model reads at once [default: all that it can]
    #[arg(long, value_name = "N")]
    context: Option<usize>,

    /// Where a document is longer: tokens from one window to the next [default: half of the context]
    #[arg(long, value_name = "N")]
    stride: Option<usize>,

    /// Windows that are read together
    #[arg(long, value_name = "N", default_value_t = Scoring::default().batch)]
    batch: usize,

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

/// What the report is about.
struct Report<'a> {
    name: String,
    tokenizer: &'a Path,
    model: &'a Model,
    /// The text of the token that begins a sequence.
    bos: Option<String>,
    scores: Scores,
    seed: u64,
}

pub fn run(args: &Perplexity, global: &Global) -> Result<Exit> {
    if let Some(path) = &args.output {
        output::check_file(path, global.force)?;
    }
    let options = Options { keep_empty: false, ..args.reading.options() };
    let corpus = Corpus::open(&documents::plain(&args.input), options)?;
    let (name, path) = args::named(&args.checkpoint);
    let tokenizer_path = args.tokenizer.as_deref().unwrap_or(&path);
    let checkpoint = Checkpoint::open(&path)?;
    let config = Config::read(&checkpoint.config).map_err(|e| e.in_file(&path.join("config.json")))?;
    let model = Model::open(config, &checkpoint).map_err(|e| e.in_file(&path))?;
    drop(checkpoint);
    let encoder = Encoder::new(&args::read_tokenizer(tokenizer_path, args.pattern.as_deref())?)?;
    let scoring = Scoring { context: args.context, stride: args.stride, batch: args.batch };
    let scorer = Scorer::new(&model, &encoder, scoring).map_err(|e| e.in_file(&path))?;
    let progress = Progress::new(global.ui());
    // It may wait for standard input, and keeps nothing on disk that could outlive the process.
    let blockable = Blockable::begin();
    let scores = global.in_pool(|| scorer.corpus(&corpus, &progress));
    drop(blockable);
    progress.clear();
    let scores = scores?.map_err(|e| e.in_file(&path))?;
    documents::warn(global.ui(), &corpus.stats());
    if scores.documents.is_empty() {
        let first = args.input.first().map_or(Path::new(""), PathBuf::as_path);
        return Err(Error::input(first, "there is no document in it").with_hint("empty lines are no documents"));
    }
    let bos = scores.bos.map(|id| String::from_utf8_lossy(&encoder.decode(&[id], false)).into_owned());
    let name = name.unwrap_or_else(|| file_name(&path));
    let seed = global.seed.unwrap_or(0);
    let report = Report { name, tokenizer: tokenizer_path, model: &model, bos, scores, seed };
    let mut out = Out::open(args.output.as_deref(), global.force)?;
    let text = match args.format {
        Format::Table => report.table(),
        Format::Json => format!("{:#}\n", report.json()),
    };
    out.write(text.as_bytes())?;
    out.finish(global.force)?;
    Ok(Exit::Done)
}

fn per_token(score: &DocumentScore) -> Option<f64> {
    (score.tokens > 0).then(|| score.nats / score.tokens as f64)
}

impl Report<'_> {
    fn json(&self) -> Value {
        let (scores, total, interval) = (&self.scores, self.scores.total(), self.scores.interval(self.seed));
        let row = |(index, d): (usize, &DocumentScore)| {
            json!({"index": index, "bytes": d.bytes, "tokens": d.tokens, "windows": d.windows, "nats": d.nats,
                "bits_per_byte": d.bits_per_byte()})
        };
        json!({
            "schema": "toktool.perplexity/1",
            "model": self.name,
            "model_type": self.model.config.model_type,
            "tokenizer": self.tokenizer.display().to_string(),
            "bits_per_byte": total.bits_per_byte(),
            "ci_low": interval.map(|i| i.0),
            "ci_high": interval.map(|i| i.1),
            "nats_per_token": per_token(&total),
            "nats": total.nats,
            "bytes": total.bytes,
            "tokens": total.tokens,
            "documents": scores.documents.len(),
            "windows": total.windows,
            "context": scores.context,
            "stride": scores.stride,
            "bos": {"id": scores.bos, "token": self.bos},
            "seed": self.seed,
            "per_document": scores.documents.iter().enumerate().map(row).collect::<Vec<_>>(),
        })
    }

    fn table(&self) -> String {
        let (scores, total) = (&self.scores, self.scores.total());
        let figure = |value: Option<f64>| value.map_or("none".to_owned(), |value| format!("{value:.4}"));
        let interval = match scores.interval(self.seed) {
            Some((low, high)) => format!("  95 % interval {low:.4} to {high:.4} (bootstrap over documents)"),
            None => "  no interval: too few documents".to_owned(),
        };
        let counts = [
            ("documents", scores.documents.len() as u64),
            ("bytes", total.bytes),
            ("tokens scored", total.tokens),
            ("windows", total.windows),
        ];
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} ({})\n", self.name, self.model.config.model_type);
        let _ = writeln!(out, "{:<15}{:>13}{interval}", "bits per byte", figure(total.bits_per_byte()));
        let _ = writeln!(out, "{:<15}{:>13}", "nats per token", figure(per_token(&total)));
        for (name, count) in counts {
            let _ = writeln!(out, "{name:<15}{:>13}", grouped(count));
        }
        let begin = match (scores.bos, &self.bos) {
            (Some(id), Some(text)) => format!("token {id} (`{text}`) before each document, then all its tokens"),
            _ => "config.json has no `bos_token_id`: the first token of each document is not scored".to_owned(),
        };
        let longer = scores.documents.iter().filter(|d| d.windows > 1).count() as u64;
        let (context, stride) = (grouped(scores.context as u64), grouped(scores.stride as u64));
        let _ = writeln!(out, "\nscored: {begin}");
        let _ = writeln!(
            out,
            "windows: {context} tokens, a new one every {stride}, each token once; {} of the documents were longer than one",
            grouped(longer)
        );
        out
    }
}
