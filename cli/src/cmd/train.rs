//! `toktool train`: from text to a tokenizer that has been checked.
//!
//! Arguments become a recipe and its inputs ([`plan`]); text is counted ([`tally`]); the largest vocabulary is learned,
//! and the smaller ones are cut from it; each is verified; then the folder appears, whole.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use toktool::Result;
use toktool::train::recipe::{PRESETS, Special};
use toktool::train::{TrainInput, Trainer};

use crate::args::{Global, Reading, size};
use crate::exit::Exit;
use crate::progress::Progress;
use crate::ui;

mod made;
mod morphology;
mod plan;
mod tally;

const EXAMPLES: &str = "\
Examples:
  toktool train --lang tr -o turkish
  toktool train corpus.txt more/ tr=wiki.jsonl.zst -o mine --vocab-size 8k,32k
  toktool train corpus.txt -o mine --special bos=<s> --special eos=</s> --pattern gpt2
  toktool train --counts part-*.parquet -o mine
  toktool train --recipe mine/recipe.toml -o again";

/// Train a tokenizer
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Train {
    /// Files or folders to train on, each perhaps as group=PATH; `-` is standard input
    #[arg(value_name = "INPUT", conflicts_with = "counts")]
    inputs: Vec<PathBuf>,

    /// The folder to write
    #[arg(long, short, value_name = "DIR", required_unless_present = "list")]
    output: Option<PathBuf>,

    /// Start from this preset (see `--list`) [default: bpe]
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,

    /// Start from this recipe, and from its inputs where none are named
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,

    /// List presets
    #[arg(long)]
    list: bool,

    /// The language of the text; without INPUT, train on its embedded sample (tr, hi, mr, en)
    #[arg(long, value_name = "CODE")]
    lang: Option<String>,

    /// Tokens in all, as 32000 or 32k; several sizes write DIR/8000, DIR/32000 [default: 32k, on a sample 4k]
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = size)]
    vocab_size: Vec<usize>,

    /// How to split text: unicode, gpt2, cl100k, o200k, llama3, qwen2, deepseek, whitespace, metaspace, none, or a
    /// regular expression [default: unicode]
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,

    /// Change text before it is split: nfc, nfkc, nfd, nfkd, lower, lower:tr, strip, prepend:TEXT, replace:FROM=TO
    #[arg(long, value_name = "STEPS")]
    normalize: Vec<String>,

    /// Merge only pairs that occur so often [default: 0]
    #[arg(long, value_name = "N")]
    min_frequency: Option<u64>,

    /// A special token, perhaps with its role: bos, eos, unk, pad, sep, cls or mask [default: eos=<|endoftext|>]
    #[arg(long, value_name = "[ROLE=]TOKEN")]
    special: Vec<String>,

    /// No special tokens
    #[arg(long, conflicts_with = "special")]
    no_special: bool,

    /// Add unused tokens until the number of tokens is a multiple of N
    #[arg(long, value_name = "N")]
    pad_vocab_to_multiple: Option<usize>,

    /// Train on pretokens that `toktool count` counted
    #[arg(long, value_name = "PART", num_args = 1..)]
    counts: Vec<PathBuf>,

    /// The pattern of count files that do not say how they were made
    #[arg(long, value_name = "PATTERN", requires = "counts")]
    assume_pattern: Option<String>,

    /// Continue this tokenizer: its tokens and merges are kept
    #[arg(long, value_name = "TOK")]
    from: Option<PathBuf>,

    /// Start from characters instead of bytes; unknown ones become byte tokens
    #[arg(long)]
    byte_fallback: bool,

    /// With `--byte-fallback`: keep only the most frequent N characters
    #[arg(long, value_name = "N")]
    limit_alphabet: Option<usize>,

    /// With `--byte-fallback`: keep these characters whether they occur or not
    #[arg(long, value_name = "CHARS")]
    initial_alphabet: Option<String>,

    /// Make no token of N or more characters (or bytes)
    #[arg(long, value_name = "N")]
    max_token_length: Option<usize>,

    /// Keep morpheme boundaries: none, train-only (no merge is learned across one) or hard (they hold at encoding too)
    /// [default: none]
    #[arg(long, value_name = "HOW")]
    morph: Option<String>,

    /// With `--morph hard`: in the most frequent N words [default: 100k]
    #[arg(long, value_name = "N", value_parser = size)]
    morph_words: Option<usize>,

    /// Take morphemes from this table (CSV: word, a+b, language) instead of the segmenter of `--lang`
    #[arg(long, value_name = "FILE")]
    lookup: Option<PathBuf>,

    /// Take morphemes from this learned segmenter (`segment --train` makes them) instead of the one of `--lang`
    #[arg(long, value_name = "FILE", conflicts_with = "lookup")]
    model: Option<PathBuf>,

    /// What tokens must respect: none, mark (a sign stays on its letter), grapheme, akshara (a syllable stays whole) or
    /// utf8 (no part of a character with anything else) [default: none]
    #[arg(long, value_name = "WHAT")]
    constrain: Option<String>,

    #[command(flatten)]
    reading: Reading,
}

pub fn run(args: &Train, global: &Global) -> Result<Exit> {
    if args.list {
        let list: String = PRESETS.iter().map(|p| format!("{:<12} {}\n", p.name, p.about)).collect();
        ui::print(&list)?;
        return Ok(Exit::Done);
    }
    let target = args.output.clone().unwrap_or_default();
    let plan = plan::Plan::new(args, global)?;
    made::check_target(&target, global.force)?;
    let summary = global.in_pool(|| work(&plan, &target, global))??;
    if !global.quiet {
        ui::print(&summary)?;
    }
    Ok(Exit::Done)
}

fn work(plan: &plan::Plan, target: &std::path::Path, global: &Global) -> Result<String> {
    let started = Instant::now();
    let progress = Progress::new(global.ui());
    let segmenter = morphology::segmenter(&plan.recipe, global.ui())?;
    let tally = tally::Tally::new(plan, global, &progress)?;
    let records = tally.records(plan);
    let cut = |segmenter| morphology::Morphology::new(&plan.recipe, segmenter, &tally.words, &progress);
    let morphology = segmenter.as_deref().map(cut).transpose()?;
    let words = morphology.as_ref().map_or(&tally.words, |m| &m.words);
    let input = TrainInput { words, start: plan.start.as_ref(), observer: &progress };
    let trained = plan.trainer()?.train(input)?;
    let plain = morphology.as_ref().map(|_| morphology::plain(plan, &tally, &progress)).transpose()?;
    let records = records.wait()?;
    let text = made::Text { tally: &tally, morphology: morphology.as_ref(), plain };
    let vocabularies = made::vocabularies(plan, &text, trained, &progress)?;
    progress.clear();
    if let Some(record) = records.changed(plan) {
        global.ui().warning(format_args!("`{}` is not what it was when the recipe was written", record.path.display()));
    }
    if !["", env!("CARGO_PKG_VERSION")].contains(&plan.version.as_str()) {
        global
            .ui()
            .warning(format_args!("the recipe was written by toktool {}, this is another version", plan.version));
    }
    made::write(target, global.force, plan, &text, &records, &vocabularies)?;
    made::warn(global.ui(), plan, &vocabularies);
    Ok(made::summary(target, plan, &text, &vocabularies, started.elapsed()))
}

/// Special tokens as flags give them.
fn specials(args: &Train) -> Result<Option<Vec<Special>>> {
    if args.no_special {
        return Ok(Some(Vec::new()));
    }
    if args.special.is_empty() {
        return Ok(None);
    }
    args.special.iter().map(|text| text.parse()).collect::<Result<Vec<_>>>().map(Some)
}
