//! Segmenters that come from files of the user.

use std::path::Path;
use std::sync::Arc;

use toktool::error::Place;
use toktool::morph::Segmenter;
use toktool::morph::learned::Learned;
use toktool::morph::lookup::{Lookup, Report, Unaligned};
use toktool::{Error, Result};

use crate::ui::Ui;

/// Rows of a table that a warning shows.
const SHOWN: usize = 3;

/// A table of segmentations, of which the rows of `lang` count. Rows that are of no use are said.
pub fn lookup(path: &Path, lang: Option<&str>, ui: Ui) -> Result<Arc<dyn Segmenter>> {
    let lookup = Lookup::read(path, lang)?;
    report(path, lookup.report(), ui)?;
    Ok(Arc::new(lookup))
}

/// A learned model.
pub fn model(path: &Path) -> Result<Arc<dyn Segmenter>> {
    Ok(Arc::new(Learned::read(path)?))
}

/// A small text file as a whole.
pub fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to() as u64;
        Error::input(path, "invalid UTF-8").at(Place::Byte(at)).with_hint("convert the file to UTF-8")
    })
}

/// Says which rows of a table are of no use; fails where all are.
fn report(path: &Path, report: &Report, ui: Ui) -> Result<()> {
    let said = |row: &Unaligned| format!("line {}: `{}` as `{}`: {}", row.line, row.word, row.segmentation, row.why);
    let Some(first) = report.unaligned.first() else { return Ok(()) };
    if report.direct + report.sandhi == 0 {
        return Err(Error::input(path, format!("no morphemes could be aligned with their word; {}", said(first)))
            .with_hint("a row is `word,a+b,language`, where `a` and `b` are dictionary forms of the word's parts"));
    }
    let (unaligned, rows) = (report.unaligned.len(), report.rows);
    let rest = if unaligned > SHOWN { "; ..." } else { "" };
    let shown: Vec<String> = report.unaligned.iter().take(SHOWN).map(said).collect();
    ui.warning(format_args!(
        "`{}`: the morphemes of {unaligned} of {rows} rows could not be aligned with their word, which stays whole: {}{rest}",
        path.display(),
        shown.join("; ")
    ));
    Ok(())
}
