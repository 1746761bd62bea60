//! Inputs as the command line names them.

use std::path::PathBuf;

use toktool::corpus::{Document, Options, Source, Stats};

use crate::args::{Reading, named};
use crate::ui::Ui;

/// Standard input, as a path.
pub const STDIN: &str = "-";

/// The unit that `--document` or a recipe names.
pub fn unit(name: &str) -> Document {
    match name {
        "file" => Document::File,
        "blank" => Document::Blank,
        _ => Document::Line,
    }
}

impl Reading {
    /// How to read a corpus whose documents are wanted one for one, empty ones included.
    pub fn options(&self) -> Options {
        let defaults = Options::default();
        Options {
            document: self.document.as_deref().map_or(defaults.document, unit),
            field: self.field.clone().unwrap_or(defaults.field),
            lossy: self.lossy,
            keep_empty: true,
        }
    }
}

/// Inputs without groups.
pub fn plain(inputs: &[PathBuf]) -> Vec<Source> {
    inputs.iter().map(|path| Source { group: None, path: path.clone() }).collect()
}

/// Inputs that may be written `group=PATH`.
pub fn grouped(inputs: &[PathBuf]) -> Vec<Source> {
    let source = |(group, path)| Source { group, path };
    inputs.iter().map(|given| source(named(given))).collect()
}

/// What reading passed over or changed.
pub fn warn(ui: Ui, stats: &Stats) {
    if stats.skipped_files > 0 {
        ui.warning(format_args!("{} files of other kinds were skipped", stats.skipped_files));
    }
    if stats.replaced > 0 {
        ui.warning(format_args!("{} invalid byte sequences were replaced by U+FFFD", stats.replaced));
    }
    if stats.null_rows > 0 {
        ui.warning(format_args!("{} rows without a text were skipped", stats.null_rows));
    }
}
