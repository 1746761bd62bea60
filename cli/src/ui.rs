//! What the user sees: results on standard output, everything else on standard error.

use std::env;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};
use std::path::Path;

use toktool::{Error, Result};

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Also in files and pipes.
    Always,
    /// Not at all.
    Never,
}

/// How to talk to the user.
#[derive(Debug, Clone, Copy)]
pub struct Ui {
    quiet: bool,
    color: Color,
}

const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const CYAN: &str = "\x1b[1;36m";
const PLAIN: &str = "\x1b[0m";

impl Ui {
    pub fn new(quiet: bool, color: Color) -> Ui {
        Ui { quiet, color }
    }

    /// Whether standard output takes colour.
    pub fn colored_stdout(self) -> bool {
        self.colored(io::stdout().is_terminal())
    }

    /// Whether a result takes colour that goes into a file.
    pub fn colored_file(self) -> bool {
        self.colored(false)
    }

    /// Whether progress bars have a place to be.
    pub fn bars(self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    fn colored(self, terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
        }
    }

    /// Says what went wrong, where, and what to do next.
    pub fn error(self, error: &Error) {
        self.say(RED, "error", error);
        if let Some(hint) = error.hint() {
            self.say(CYAN, "hint", &hint);
        }
    }

    /// Something the user should know although the work goes on.
    pub fn warning(self, text: impl Display) {
        if !self.quiet {
            self.say(YELLOW, "warning", &text);
        }
    }

    /// A line of summary beside a result that stands elsewhere.
    pub fn summary(self, text: impl Display) {
        if !self.quiet {
            // Nothing can be done about a closed standard error.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    fn say(self, color: &str, kind: &str, text: &dyn Display) {
        let (on, off) = if self.colored(io::stderr().is_terminal()) { (color, PLAIN) } else { ("", "") };
        let _ = writeln!(io::stderr(), "{on}{kind}:{off} {text}");
    }
}

/// Standard output, for results.
pub struct Stdout(BufWriter<StdoutLock<'static>>);

/// A failure to write to standard output. A closed pipe is among them; [`crate::exit`] tells it from the rest.
pub fn stdout_error(e: io::Error) -> Error {
    Error::io("write to", Path::new("standard output"), e)
}

impl Stdout {
    pub fn lock() -> Stdout {
        Stdout(BufWriter::with_capacity(1 << 16, io::stdout().lock()))
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.write_all(bytes).map_err(stdout_error)
    }

    /// Everything written so far has to be out before a run may be called a success.
    pub fn finish(mut self) -> Result<()> {
        self.0.flush().map_err(stdout_error)
    }
}

/// Prints a whole result.
pub fn print(text: &str) -> Result<()> {
    let mut out = Stdout::lock();
    out.write(text.as_bytes())?;
    out.finish()
}
