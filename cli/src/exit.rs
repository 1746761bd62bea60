//! How a run ends, as the number that the shell sees.

use std::io;
use std::process::ExitCode;

use toktool::{Error, Result};

use crate::ui::Ui;

/// The exit codes, as documented under `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The work is done; also when whoever read our output had enough of it.
    Done,
    /// The input, or a check of the result, failed.
    Failed,
    /// The command line makes no sense, or the program is at fault.
    Usage,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    /// What an error means for the exit code.
    pub fn of(error: &Error) -> Exit {
        match error {
            Error::Config { .. } => Exit::Usage,
            Error::Interrupted => Exit::Interrupted,
            Error::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            _ => Exit::Failed,
        }
    }

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Interrupted => 130,
        }
    }
}

/// Says what went wrong, if anything did. A panic is the program's fault and has already printed where.
pub fn conclude(outcome: std::thread::Result<Result<Exit>>, ui: Ui) -> ExitCode {
    let exit = match outcome {
        Ok(Ok(exit)) => exit,
        Ok(Err(error)) => {
            let exit = Exit::of(&error);
            if exit != Exit::Done {
                ui.error(&error);
            }
            exit
        }
        Err(_) => {
            ui.error(&Error::unsupported("internal error", "please report the message above and what led to it"));
            Exit::Usage
        }
    };
    ExitCode::from(exit.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_has_its_code() {
        let io = |kind: io::ErrorKind| Error::io("write", "x", kind.into());
        let cases = [
            (Error::input("x", "bad"), 1),
            (Error::unsupported("x", "bad"), 1),
            (Error::Verify { why: "x".into() }, 1),
            (io(io::ErrorKind::NotFound), 1),
            (io(io::ErrorKind::BrokenPipe), 0),
            (Error::config("--x", "bad"), 2),
            (Error::Interrupted, 130),
        ];
        for (error, code) in cases {
            assert_eq!(Exit::of(&error).code(), code, "{error}");
        }
    }
}
