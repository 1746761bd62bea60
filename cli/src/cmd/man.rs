//! `toktool man`: manual pages, from the same definition as the commands themselves.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use toktool::formats::write::OutputDir;
use toktool::{Error, Result};

use crate::Cli;
use crate::args::Global;
use crate::exit::Exit;

const EXAMPLES: &str = "\
Examples:
  toktool man man1 && man -l man1/toktool-train.1";

/// Write manual pages into a folder
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Man {
    /// The folder
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

pub fn run(args: &Man, global: &Global) -> Result<Exit> {
    let out = OutputDir::new(&args.dir, global.force)?;
    let made = clap_mangen::generate_to(Cli::command(), out.path());
    made.map_err(|e| Error::io("write", &args.dir, e))?;
    out.commit()?;
    global.ui().summary(format_args!("manual pages -> `{}`", args.dir.display()));
    Ok(Exit::Done)
}
