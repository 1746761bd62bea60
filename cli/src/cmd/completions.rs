//! `toktool completions`: for the shell, from the same definition as the commands themselves.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use toktool::Result;

use crate::Cli;
use crate::exit::Exit;
use crate::ui::Stdout;

const EXAMPLES: &str = "\
Examples:
  toktool completions bash > ~/.local/share/bash-completion/completions/toktool
  toktool completions fish > ~/.config/fish/completions/toktool.fish";

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

pub fn run(args: &Completions) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "toktool", &mut script);
    let mut out = Stdout::lock();
    out.write(&script)?;
    out.finish()?;
    Ok(Exit::Done)
}
