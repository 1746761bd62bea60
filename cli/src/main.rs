//! The toktool command line: a table of contents. Each command has its file under `cmd`; what it does is in the library.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod args;
mod cmd;
mod describe;
mod documents;
mod exit;
mod interrupt;
mod output;
mod pipeline;
mod progress;
mod recipe_file;
mod segmenters;
mod token_files;
mod tokens;
mod trimming;
mod ui;

use args::Global;

const EXAMPLES: &str = "\
Examples:
  toktool train --lang tr -o turkish           train on the embedded Turkish sample
  toktool train corpus.txt -o mine --vocab-size 32k
  echo 'merhaba dünya' | toktool encode -t mine

Exit codes: 0 done; 1 the input or a check failed; 2 usage or internal error; 130 interrupted.";

/// Train, judge and use tokenizers
#[derive(Debug, Parser)]
#[command(name = "toktool", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

#[derive(Debug, Subcommand)]
enum Command {
    Train(Box<cmd::train::Train>),
    Count(cmd::count::Count),
    Encode(cmd::encode::Encode),
    Decode(cmd::decode::Decode),
    Inspect(cmd::inspect::Inspect),
    Segment(cmd::segment::Segment),
    Eval(Box<cmd::eval::Eval>),
    Check(cmd::check::Check),
    Diff(cmd::diff::Diff),
    Export(cmd::export::Export),
    Trim(cmd::trim::Trim),
    #[cfg(feature = "models")]
    Transplant(Box<cmd::transplant::Transplant>),
    #[cfg(feature = "models")]
    Perplexity(cmd::perplexity::Perplexity),
    Completions(cmd::completions::Completions),
    Man(cmd::man::Man),
}

fn main() -> ExitCode {
    let Cli { command, global } = Cli::parse();
    interrupt::install();
    let run = || match &command {
        Command::Train(args) => cmd::train::run(args, &global),
        Command::Count(args) => cmd::count::run(args, &global),
        Command::Encode(args) => cmd::encode::run(args, &global),
        Command::Decode(args) => cmd::decode::run(args, &global),
        Command::Inspect(args) => cmd::inspect::run(args, &global),
        Command::Segment(args) => cmd::segment::run(args, &global),
        Command::Eval(args) => cmd::eval::run(args, &global),
        Command::Check(args) => cmd::check::run(args, &global),
        Command::Diff(args) => cmd::diff::run(args, &global),
        Command::Export(args) => cmd::export::run(args, &global),
        Command::Trim(args) => cmd::trim::run(args, &global),
        #[cfg(feature = "models")]
        Command::Transplant(args) => cmd::transplant::run(args, &global),
        #[cfg(feature = "models")]
        Command::Perplexity(args) => cmd::perplexity::run(args, &global),
        Command::Completions(args) => cmd::completions::run(args),
        Command::Man(args) => cmd::man::run(args, &global),
    };
    // Temporary files are gone once `run` is left, however it is left.
    exit::conclude(catch_unwind(AssertUnwindSafe(run)), global.ui())
}
