//! `toktool trim`: a tokenizer without the tokens that nothing reaches, and a map from old to new ids.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use toktool::corpus::{Corpus, Stats};
use toktool::encode::{EncodeOptions, Encoder};
use toktool::formats::listing::{self, escape};
use toktool::formats::verify::{self, Verified};
use toktool::formats::write::{OutputDir, folder_files};
use toktool::repair::{self, Class, Reach, Trimmed, Unwanted};
use toktool::tokenizer::{Model, Tokenizer};
use toktool::{Error, Result, samples};

use crate::args::{self, Global, Reading};
use crate::describe::grouped;
use crate::documents;
use crate::exit::Exit;
use crate::interrupt::{self, Stdin, read_error};
use crate::output;
use crate::tokens;
use crate::ui;

const EXAMPLES: &str = "\
Examples:
  toktool trim model.gguf --dry-run
  toktool trim turkish -o turkish-trimmed
  toktool trim big -o small --unseen corpus.txt more.jsonl.zst

A token is removed when it is proved that no text reaches it: it merges into others on its own
text, the pre-tokenizer always cuts it, a normalizer leaves nothing of it, or its bytes are no
text. Encodings stay the same for every text. With `--unseen`, tokens that the given texts do not
use go, too: those texts keep their encodings, others may take more tokens. The alphabet, added
tokens and what kept tokens are merged from always stay. `id_map.tsv` maps old ids to new ones,
for the rows of an embedding.";

/// Remove the tokens that no text reaches
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Trim {
    /// A tokenizer.json, a folder that holds one, a .tiktoken, SentencePiece .model or .gguf file
    #[arg(value_name = "TOK")]
    tok: PathBuf,

    /// The folder to write
    #[arg(long, short, value_name = "DIR", required_unless_present = "dry_run")]
    output: Option<PathBuf>,

    /// Also remove tokens that these texts do not use: files or folders; `-` is standard input
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    unseen: Vec<PathBuf>,

    /// Write nothing; print the tokens that would be removed, with the reason
    #[arg(long)]
    dry_run: bool,

    /// How to split text, where the file does not say
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,

    #[command(flatten)]
    reading: Reading,
}

pub fn run(args: &Trim, global: &Global) -> Result<Exit> {
    if let (Some(target), false) = (&args.output, args.dry_run) {
        output::check_folder(target, global.force)?;
    }
    let tokenizer = args::read_tokenizer(&args.tok, args.pattern.as_deref())?;
    global.in_pool(|| work(args, global, &tokenizer))??;
    Ok(Exit::Done)
}

/// What the texts of `--unseen` use.
struct Usage {
    /// By id.
    counts: Vec<u64>,
    tokens: u64,
    stats: Stats,
}

fn work(args: &Trim, global: &Global, tokenizer: &Tokenizer) -> Result<()> {
    if matches!(tokenizer.model, Model::Foreign(_)) {
        // It says why not, before anything is read.
        repair::trim(tokenizer, Unwanted::default())?;
    }
    let encoder = Encoder::new(tokenizer)?;
    let texts = Texts::new(args)?;
    let usage = texts.as_ref().map(|texts| texts.usage(args, &encoder, tokenizer, global)).transpose()?;
    interrupt::check()?;
    let reach = repair::reachability(tokenizer)?;
    interrupt::check()?;
    let counts = usage.as_ref().map(|usage| usage.counts.as_slice());
    let trimmed = repair::trim(tokenizer, Unwanted { reach: &reach, counts })?;
    if args.dry_run {
        ui::print(&removed(&reach, &trimmed))?;
    }
    let json = toktool::formats::hf::write_string(&trimmed.tokenizer)?;
    let checked = checked(&encoder, &reach, &trimmed, &json, texts.as_ref())?;
    if let (Some(target), false) = (&args.output, args.dry_run) {
        let roles = tokens::roles(&args::tokenizer_path(&args.tok), &trimmed.tokenizer);
        let out = OutputDir::new(target, global.force)?;
        for (name, bytes) in folder_files(&trimmed.tokenizer, &roles)? {
            out.write(name, &bytes)?;
        }
        let old: std::collections::HashMap<_, _> =
            trimmed.map.rows.iter().filter_map(|row| Some((row.1?, row.0))).collect();
        let count = |id| counts?.get(*old.get(&id)? as usize).copied();
        out.write("vocabulary.tsv", listing::write(&trimmed.tokenizer, count)?.as_bytes())?;
        out.write("id_map.tsv", trimmed.map.tsv().as_bytes())?;
        out.write("report.json", report(args, &reach, &trimmed, usage.as_ref(), &checked).as_bytes())?;
        interrupt::check()?;
        out.commit()?;
    }
    summary(args, global, &reach, &trimmed, usage.as_ref(), &checked);
    Ok(())
}

/// The texts of `--unseen`, which are read twice.
struct Texts {
    inputs: Vec<PathBuf>,
    options: toktool::corpus::Options,
    /// What was read from where it can be read only once.
    _spools: Vec<tempfile::NamedTempFile>,
}

impl Texts {
    fn new(args: &Trim) -> Result<Option<Texts>> {
        if args.unseen.is_empty() {
            return Ok(None);
        }
        let (mut inputs, mut spools) = (args.unseen.clone(), Vec::new());
        // What is wrong with a path is said before standard input is read.
        let options = args.reading.options();
        Corpus::open(&documents::plain(&inputs), options.clone())?;
        for input in &mut inputs {
            // What can be read only once is kept: standard input and pipes.
            let stdin = input.as_os_str() == documents::STDIN;
            if !stdin && input.metadata().is_ok_and(|found| found.is_file() || found.is_dir()) {
                continue;
            }
            let mut source: Box<dyn Read> = match stdin {
                true => Box::new(Stdin::open()),
                false => Box::new(std::fs::File::open(&*input).map_err(|e| Error::io("read", &*input, e))?),
            };
            let name = if stdin { PathBuf::from("standard input") } else { input.clone() };
            let io = |e| Error::io("write", std::env::temp_dir(), e);
            let mut file = tempfile::Builder::new().prefix(".toktool-").tempfile().map_err(io)?;
            let mut portion = vec![0; 1 << 16];
            loop {
                let read = source.read(&mut portion).map_err(|e| read_error(&name, e))?;
                if read == 0 {
                    break;
                }
                file.write_all(&portion[..read]).map_err(io)?;
            }
            *input = file.path().to_path_buf();
            spools.push(file);
        }
        Ok(Some(Texts { inputs, options, _spools: spools }))
    }

    /// Hands every block's documents to `take`.
    fn each(&self, mut take: impl FnMut(&[&str]) -> Result<()>) -> Result<Stats> {
        let corpus = Corpus::open(&documents::plain(&self.inputs), self.options.clone())?;
        while let Some(raw) = corpus.next()? {
            interrupt::check()?;
            let block = raw.decode(&corpus)?;
            take(&block.documents().collect::<Vec<_>>())?;
        }
        Ok(corpus.stats())
    }

    fn usage(&self, args: &Trim, encoder: &Encoder, tokenizer: &Tokenizer, global: &Global) -> Result<Usage> {
        let mut counts = vec![0; tokens::bound(tokenizer)?];
        let mut tokens = 0;
        let stats = self.each(|documents| {
            let batch = encoder.encode_batch(documents, EncodeOptions::default())?;
            tokens += batch.ids.len() as u64;
            for id in batch.ids {
                if let Some(count) = counts.get_mut(id as usize) {
                    *count += 1;
                }
            }
            Ok(())
        })?;
        if tokens == 0 {
            let path = if let [one] = &args.unseen[..] { one.clone() } else { PathBuf::from("--unseen") };
            return Err(Error::input(path, "there is no text in it, so every token would go")
                .with_hint("name the texts that the trimmed tokenizer is for"));
        }
        documents::warn(global.ui(), &stats);
        Ok(Usage { counts, tokens, stats })
    }
}

/// What was compared.
struct Checked {
    stock: Verified,
    /// Probe texts that are encoded alike, and those with a removed token.
    probes: (usize, usize),
    /// Documents of `--unseen`, all of them alike.
    documents: Option<usize>,
}

fn checked(
    encoder: &Encoder,
    reach: &[Reach],
    trimmed: &Trimmed,
    json: &str,
    texts: Option<&Texts>,
) -> Result<Checked> {
    let lines = samples::LANGUAGES.iter().filter_map(|lang| samples::eval(lang)).flat_map(str::lines);
    let samples: Vec<String> = lines.map(str::to_owned).collect();
    let stock = verify::against_tokenizers(&trimmed.tokenizer, json, &samples)?;
    let new = Encoder::new(&trimmed.tokenizer)?;
    // A witness is the one text that is sure to use its token.
    let witnesses = reach.iter().filter_map(|r| r.witness.as_deref());
    let probes: Vec<&str> =
        verify::HOSTILE.into_iter().chain(samples.iter().map(String::as_str)).chain(witnesses).collect();
    let probes = repair::identical(encoder, &new, &trimmed.map, &probes)?;
    interrupt::check()?;
    let mut documents = None;
    if let Some(texts) = texts {
        let mut alike = 0;
        texts.each(|documents| {
            let (same, other) = repair::identical(encoder, &new, &trimmed.map, documents)?;
            alike += same;
            if other > 0 {
                let why = format!("{other} documents use a token that they did not use before: the input has changed");
                return Err(Error::Verify { why });
            }
            Ok(())
        })?;
        documents = Some(alike);
    }
    Ok(Checked { stock, probes, documents })
}

/// `id<TAB>reason<TAB>token` of every token that goes.
fn removed(reach: &[Reach], trimmed: &Trimmed) -> String {
    let mut out = String::from("id\treason\ttoken\n");
    for (id, _, token) in trimmed.map.rows.iter().filter(|row| row.1.is_none()) {
        let class = reach.binary_search_by_key(id, |r| r.id).ok().map(|at| &reach[at].class);
        let reason = class.filter(|class| class.is_dead()).map_or("unseen", Class::name);
        let _ = writeln!(out, "{id}\t{reason}\t{}", escape(token));
    }
    out
}

/// Class names with their numbers of tokens, empty ones left out.
fn classes(reach: &[Reach]) -> Vec<(&'static str, usize)> {
    let mut counts = [0; Class::NAMES.len()];
    reach.iter().for_each(|r| counts[r.class.index()] += 1);
    Class::NAMES.into_iter().zip(counts).filter(|c| c.1 > 0).collect()
}

fn report(args: &Trim, reach: &[Reach], trimmed: &Trimmed, usage: Option<&Usage>, checked: &Checked) -> String {
    let classes: serde_json::Map<_, _> =
        classes(reach).into_iter().map(|(name, n)| (name.to_owned(), n.into())).collect();
    let before = trimmed.map.rows.len();
    let unseen = usage.map(|usage| {
        json!({"inputs": args.unseen, "documents": usage.stats.documents, "bytes": usage.stats.bytes, "tokens": usage.tokens})
    });
    let value = json!({
        "schema": "toktool.trim/1",
        "toktool": env!("CARGO_PKG_VERSION"),
        "tokenizer": args.tok,
        "tokens_before": before,
        "tokens_after": before - trimmed.map.removed(),
        "removed_dead": trimmed.dead,
        "removed_unseen": trimmed.unseen,
        "kept_needed": trimmed.needed,
        "merges_removed": trimmed.merges,
        "reachability": classes,
        "unseen": unseen,
        "verified": {
            "tokenizers": verify::WITNESS,
            "texts": checked.stock.texts,
            "ids": checked.stock.ids,
            "probes_identical": checked.probes.0,
            "probes_with_removed_tokens": checked.probes.1,
            "documents_identical": checked.documents,
        },
    });
    format!("{value:#}\n")
}

fn summary(args: &Trim, global: &Global, reach: &[Reach], trimmed: &Trimmed, usage: Option<&Usage>, checked: &Checked) {
    let ui = global.ui();
    let n = |n: usize| grouped(n as u64);
    let before = trimmed.map.rows.len();
    let target = match &args.output {
        Some(path) if !args.dry_run => format!("`{}`", path.display()),
        _ => "nothing written".to_owned(),
    };
    ui.summary(format_args!(
        "`{}` -> {target}: {} -> {} tokens, {} merges fewer",
        args.tok.display(),
        n(before),
        n(before - trimmed.map.removed()),
        n(trimmed.merges)
    ));
    let found: Vec<String> = classes(reach).into_iter().map(|(name, count)| format!("{} {name}", n(count))).collect();
    ui.summary(format_args!("tokens: {}", found.join(", ")));
    let mut gone = format!("removed: {} dead", n(trimmed.dead));
    if let Some(usage) = usage {
        let text = format!("{} tokens of {} documents", grouped(usage.tokens), grouped(usage.stats.documents));
        let _ = write!(gone, ", {} unseen in {text}", n(trimmed.unseen));
    }
    ui.summary(format_args!("{gone}; {} kept as alphabet or parts of others", n(trimmed.needed)));
    ui.summary(format_args!("verified: {}", checked.stock));
    let mut same = format!("identical by the map: {} probe texts", n(checked.probes.0));
    if let Some(documents) = checked.documents {
        let _ = write!(same, ", all {} documents", n(documents));
    }
    ui.summary(same);
    if trimmed.unseen > 0 {
        ui.warning(format_args!(
            "{} tokens in use elsewhere are gone: texts with one of them ({} of the probes) are encoded in other, mostly more tokens",
            n(trimmed.unseen),
            n(checked.probes.1)
        ));
    }
}
