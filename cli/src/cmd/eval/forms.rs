//! In which forms a report is wanted, and in which files.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use toktool::{Error, Result};
use toktool_eval::evaluation::Evaluation;
use toktool_eval::report;

use crate::output::{self, Out};

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For a terminal
    #[default]
    Table,
    /// Everything in one document
    Json,
    /// A row for each tokenizer, corpus and metric
    Csv,
    /// The rows of csv as a Parquet file; needs `-o`
    Parquet,
    /// Tables for a README
    Markdown,
    /// Tables for a paper (booktabs)
    Latex,
    /// A page of its own with charts, sentences as they are cut, and every definition
    Html,
}

impl Format {
    /// What the name of a file asks for.
    pub fn of(path: &Path) -> Format {
        match path.extension().and_then(|e| e.to_str()) {
            Some("json") => Format::Json,
            Some("csv") => Format::Csv,
            Some("parquet") => Format::Parquet,
            Some("md") => Format::Markdown,
            Some("tex") => Format::Latex,
            Some("html" | "htm") => Format::Html,
            _ => Format::Table,
        }
    }

    fn render(self, evaluation: &Evaluation) -> Result<Vec<u8>> {
        let text = match self {
            Format::Table => report::table(evaluation),
            Format::Json => format!("{:#}\n", report::json(evaluation)),
            Format::Csv => report::csv(evaluation)?,
            Format::Parquet => return report::parquet(evaluation),
            Format::Markdown => report::markdown(evaluation),
            Format::Latex => report::latex(evaluation),
            Format::Html => report::html(evaluation)?,
        };
        Ok(text.into_bytes())
    }
}

/// One file, or standard output, for those that can have no more.
pub fn single(outputs: &[PathBuf]) -> Result<Option<&Path>> {
    match outputs {
        [] => Ok(None),
        [path] => Ok(Some(path)),
        _ => Err(Error::config("--output", "there is one thing to write").with_hint("name one place")),
    }
}

/// Reports to write.
pub struct Forms<'a> {
    forms: Vec<(Option<&'a Path>, Format)>,
    force: bool,
}

impl<'a> Forms<'a> {
    /// As options say, before anything is measured: each file in the form that is named or else that its name asks for.
    pub fn new(outputs: &'a [PathBuf], format: Option<Format>, force: bool) -> Result<Forms<'a>> {
        if outputs.len() > 1 && format.is_some() {
            return Err(Error::config("--format", "several files cannot all be told one form by one option")
                .with_hint("leave it out: their names say it (.json .csv .parquet .md .tex .html)"));
        }
        outputs.iter().try_for_each(|path| output::check_file(path, force))?;
        if outputs.is_empty() {
            let format = format.unwrap_or_default();
            if format == Format::Parquet {
                let error = Error::config("--format", "Parquet is not for a terminal");
                return Err(error.with_hint("name a file: `-o FILE`"));
            }
            return Ok(Forms { forms: vec![(None, format)], force });
        }
        let form = |path: &'a PathBuf| (Some(path.as_path()), format.unwrap_or_else(|| Format::of(path)));
        Ok(Forms { forms: outputs.iter().map(form).collect(), force })
    }

    /// Writes them: no file appears before all are whole.
    pub fn write(&self, evaluation: &Evaluation) -> Result<()> {
        let written = self.forms.iter().map(|(path, format)| {
            let mut out = Out::open(*path, self.force)?;
            out.write(&format.render(evaluation)?)?;
            out.flush()?;
            Ok(out)
        });
        let written = written.collect::<Result<Vec<_>>>()?;
        written.into_iter().try_for_each(|out| out.finish(self.force))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_say_their_form() {
        let cases =
            [("a.html", Format::Html), ("a.tex", Format::Latex), ("a.txt", Format::Table), ("a", Format::Table)];
        for (name, format) in cases {
            assert_eq!(Format::of(Path::new(name)), format, "{name}");
        }
    }
}
