//! Inputs as the command line names them.

use std::path::{Path, PathBuf};

use toktool::corpus::{Document, Options, Source, Stats};

use crate::args::Reading;
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

/// Splits `name=PATH`; a path that exists as it is written has no name.
pub fn named(given: &Path) -> (Option<String>, PathBuf) {
    if !given.exists()
        && let Some((name, path)) = given.to_str().and_then(|text| text.split_once('='))
        && !name.is_empty()
        && !name.contains(['/', '\\'])
    {
        return (Some(name.to_owned()), PathBuf::from(path));
    }
    (None, given.to_path_buf())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_before_the_path_is_not_part_of_it() {
        let split = |s: &str| named(Path::new(s));
        assert_eq!(split("tr=a/b"), (Some("tr".into()), PathBuf::from("a/b")));
        for plain in ["a/x=b", "plain", "=b", "-"] {
            assert_eq!(split(plain), (None, PathBuf::from(plain)));
        }
    }
}
