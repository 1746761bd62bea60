//! `toktool transplant`: a checkpoint with another tokenizer.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use toktool::lm::checkpoint::{Checkpoint, VocabularyNames};
use toktool::transplant::auxiliary::Space;
use toktool::transplant::init::{METHODS, Settings};
use toktool::transplant::{ChatTemplate, Options, Plan, Report, Shards, Side, Special};
use toktool::{Error, Result, formats};

use crate::args::{self, Global};
use crate::describe::grouped;
use crate::exit::Exit;
use crate::output;
use crate::progress::Progress;
use crate::ui;

const EXAMPLES: &str = "\
Examples:
  toktool transplant llama --tokenizer turkish -o llama-turkish
  toktool transplant llama --tokenizer turkish --dry-run
  toktool transplant model.gguf --tokenizer turkish --init retok -o model-turkish

Rows of tokens that both tokenizers have are copied bit for bit; the others are made by `--init`
(`--list` says how). Everything outside of the vocabulary stays as it is: files without a tensor of
the vocabulary are linked. Configuration, special tokens and chat template follow the tokenizer;
`transplant_report.json` says of each id where its row comes from.";

/// Give a model another tokenizer
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Transplant {
    /// A Hugging Face folder with safetensors, or a .gguf file
    #[arg(value_name = "CHECKPOINT", required_unless_present = "list")]
    checkpoint: Option<PathBuf>,

    /// The tokenizer it gets: a tokenizer.json, a folder that holds one, a .tiktoken, SentencePiece .model or .gguf file
    #[arg(long, short, value_name = "TOK", required_unless_present = "list")]
    tokenizer: Option<PathBuf>,

    /// The folder to write
    #[arg(long, short, value_name = "DIR", required_unless_present_any = ["list", "dry_run"])]
    output: Option<PathBuf>,

    /// How rows are made for tokens that the model lacks
    #[arg(long, value_name = "NAME", default_value = "best")]
    init: String,

    /// The same for a head of its own [default: as --init]
    #[arg(long, value_name = "NAME")]
    init_head: Option<String>,

    /// Say what ways there are to make rows, and what they need
    #[arg(long)]
    list: bool,

    /// Vectors of tokens that say which are alike: `own` (the model's rows), or a file (.vec, .txt, .npy, .safetensors)
    #[arg(long, value_name = "SPACE")]
    aux: Option<String>,

    /// TokenAdapt's formula as published, or corrected: lengths in bytes, no piece dropped
    #[arg(long, value_enum, value_name = "MODE", default_value = "corrected")]
    formula: Formula,

    /// Give a model whose head is tied to its input a head of its own
    #[arg(long)]
    untie: bool,

    /// Rows are a multiple of this
    #[arg(long, value_name = "N", default_value_t = 1)]
    pad_to_multiple: usize,

    /// Special tokens that belong together; may be given several times
    #[arg(long, value_name = "OLD=NEW", value_parser = special)]
    special_map: Vec<Special>,

    /// Whose chat template
    #[arg(long, value_enum, value_name = "WHOSE", default_value = "auto")]
    chat_template: Template,

    /// Copy files that stay as they are, instead of linking them
    #[arg(long)]
    copy: bool,

    /// Write nothing; print what would be done
    #[arg(long)]
    dry_run: bool,

    /// Also write the report to this file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// The checkpoint's own tokenizer, where it does not lie in its folder
    #[arg(long, value_name = "TOK")]
    old_tokenizer: Option<PathBuf>,

    /// How the tokenizer splits text, where its file does not say
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,

    /// The tensor of the input rows, where it is not found by itself
    #[arg(long, value_name = "NAME")]
    input_tensor: Option<String>,

    /// The tensor of the head
    #[arg(long, value_name = "NAME")]
    head_tensor: Option<String>,

    /// The bias of the head
    #[arg(long, value_name = "NAME")]
    bias_tensor: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Formula {
    /// To the letter.
    Exact,
    /// With our corrections.
    Corrected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Template {
    /// The model's where its control tokens are known, else the tokenizer's.
    Auto,
    /// The model's.
    Model,
    /// The tokenizer's.
    Tokenizer,
    /// None.
    None,
}

fn special(text: &str) -> Result<Special, String> {
    // A special token may hold an equals sign, the one that parts them rarely is the last.
    match text.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => Ok((old.to_owned(), new.to_owned())),
        _ => Err("write OLD=NEW, as in `<|eot_id|>=<|im_end|>`".to_owned()),
    }
}

pub fn run(args: &Transplant, global: &Global) -> Result<Exit> {
    if args.list {
        return list();
    }
    let (Some(path), Some(tokenizer)) = (&args.checkpoint, &args.tokenizer) else { return Ok(Exit::Done) };
    if let (Some(target), false) = (&args.output, args.dry_run) {
        output::check_folder(target, global.force)?;
    }
    if let Some(report) = &args.report {
        output::check_file(report, global.force)?;
    }
    global.in_pool(|| work(args, global, path, tokenizer))??;
    Ok(Exit::Done)
}

fn list() -> Result<Exit> {
    let width = METHODS.iter().map(|method| method.name.len()).max().unwrap_or(0);
    for method in METHODS {
        ui::print(&format!(
            "{:width$}  {}\n{:width$}  needs {}; {}\n",
            method.name,
            method.about,
            "",
            method.needs.name(),
            method.source
        ))?;
    }
    Ok(Exit::Done)
}

fn work(args: &Transplant, global: &Global, path: &Path, tokenizer: &Path) -> Result<()> {
    let checkpoint = Checkpoint::open(path)?;
    let own = args.old_tokenizer.as_deref().unwrap_or(path);
    let mut old = Side::new(formats::read(own, None)?, folder(own))?;
    old.take_roles(checkpoint.text_config());
    let new_path = args::tokenizer_path(tokenizer);
    let new = Side::new(args::read_tokenizer(tokenizer, args.pattern.as_deref())?, folder(&new_path))?;
    let options = options(args, global);
    let plan = Plan::new(&checkpoint, &old, &new, &options)?;
    if args.dry_run {
        return dry_run(&plan);
    }
    let Some(target) = &args.output else { return Ok(()) };
    let progress = Progress::new(global.ui());
    let report = plan.write(target, global.force, (folder(path), folder(&new_path)), &progress)?;
    progress.clear();
    if let Some(file) = &args.report {
        let text = serde_json::to_string_pretty(&report.json()).unwrap_or_default();
        formats::write::write_file_atomic(file, global.force, |out| {
            writeln!(out, "{text}").map_err(|e| Error::io("write", file, e))
        })?;
    }
    summary(global, &plan, &report, path, target);
    Ok(())
}

fn folder(path: &Path) -> Option<&Path> {
    if path.is_dir() { Some(path) } else { path.parent().filter(|_| path.extension().is_some_and(|e| e == "json")) }
}

fn options(args: &Transplant, global: &Global) -> Options {
    let defaults = Settings::default();
    Options {
        init: args.init.clone(),
        init_head: args.init_head.clone(),
        aux: args.aux.as_deref().map(Space::parse),
        settings: Settings {
            seed: global.seed.unwrap_or(defaults.seed),
            exact: args.formula == Formula::Exact,
            ..defaults
        },
        untie: args.untie,
        pad_to_multiple: args.pad_to_multiple,
        special_map: args.special_map.clone(),
        names: VocabularyNames {
            input: args.input_tensor.clone(),
            head: args.head_tensor.clone(),
            bias: args.bias_tensor.clone(),
        },
        shards: if args.copy { Shards::Copy } else { Shards::Link },
        chat_template: match args.chat_template {
            Template::Auto => ChatTemplate::Auto,
            Template::Model => ChatTemplate::Model,
            Template::Tokenizer => ChatTemplate::Tokenizer,
            Template::None => ChatTemplate::None,
        },
    }
}

/// `n` tokens of what kind.
fn overlap(plan: &Plan<'_>) -> String {
    let o = &plan.map.overlap;
    let copied = o.text + o.bytes + o.special;
    format!(
        "{} of {} tokens have a row: {} of text, {} of one byte, {} special; {} are new, {} special ones have no counterpart (raw strings would match {})",
        grouped(copied),
        grouped(o.tokens),
        grouped(o.text),
        grouped(o.bytes),
        grouped(o.special),
        grouped(o.new),
        grouped(o.unmapped),
        grouped(o.raw)
    )
}

fn dry_run(plan: &Plan<'_>) -> Result<()> {
    let mut out = format!("tokens\t{}\n", overlap(plan));
    for (name, old, new) in plan.changed_tensors() {
        out.push_str(&format!("tensor\t{name}\t{old:?} -> {new:?}\n"));
    }
    plan.rewritten().for_each(|name| out.push_str(&format!("rewrite\t{name}\n")));
    plan.untouched().for_each(|name| out.push_str(&format!("keep\t{name}\n")));
    out.push_str(&format!("bytes\t{}\n", plan.bytes()));
    ui::print(&out)
}

fn summary(global: &Global, plan: &Plan<'_>, report: &Report, path: &Path, target: &Path) {
    let ui = global.ui();
    ui.summary(format_args!(
        "`{}` -> `{}`: {} -> {} rows, {} -> {} bytes",
        path.display(),
        target.display(),
        grouped(plan.vocabulary.rows as u64),
        grouped(plan.rows as u64),
        grouped(report.bytes[0]),
        grouped(report.bytes[1])
    ));
    ui.summary(overlap(plan));
    if plan.unchanged {
        ui.summary("the vocabulary is the same: no tensor was changed");
        return;
    }
    let vectors = match &report.aux {
        Some((name, old, fresh)) => {
            format!("{name}, {} old and {} new tokens", grouped(*old as u64), grouped(*fresh as u64))
        }
        None => "none".to_owned(),
    };
    ui.summary(format_args!("new rows: `{}`, head `{}`; aux: {vectors}", report.methods[0], report.methods[1]));
    let [rewritten, untouched] = &report.files;
    ui.summary(format_args!("files: {} written, {} taken over as they are", rewritten.len(), untouched.len()));
    if report.bos_added {
        ui.summary("texts begin with BOS now, as the model is used to");
    }
    for (file, key, lost) in report.lost() {
        ui.warning(format_args!("`{file}`: `{key}` named {lost:?}, which nothing in the new tokenizer stands for"));
    }
    if !report.template.missing.is_empty() {
        ui.warning(format_args!(
            "the model's chat template writes {}, which the new tokenizer lacks; template taken from: {}",
            report.template.missing.join(", "),
            report.template.taken_from.unwrap_or("nowhere")
        ));
    }
    if !report.rowless.is_empty() {
        ui.warning(format_args!("old tokens without a row: {}", report.rowless.join(", ")));
    }
}
