//! What some methods look at beside the checkpoint: a donor model, a file of aligned tokens.

use std::path::{Path, PathBuf};

use super::alignment::Alignment;
use super::init::{Method, Needs, Part};
use super::options::Options;
use super::rows::OldRows;
use super::side::Side;
use crate::error::{Error, Place, Result};
use crate::formats;
use crate::inventory::Class;
use crate::lm::checkpoint::{Checkpoint, VocabularyTensors};
use crate::vocab::Id;

/// A model that has the new tokenizer already, whose rows say which tokens are made of which.
#[derive(Debug)]
pub struct Donor {
    checkpoint: Checkpoint,
    vocabulary: VocabularyTensors,
    bound: usize,
}

/// The further sources of a transplantation.
#[derive(Debug, Default)]
pub struct Sources {
    /// `--donor`.
    pub donor: Option<Donor>,
    /// `--alignment`.
    pub alignment: Option<Alignment>,
}

impl Sources {
    /// Opens what was named; `old` is the old tokenizer and how many of its ids have a row.
    ///
    /// # Errors
    /// [`Error::Config`] when a method lacks its source, or a source has no method that looks at it; what opening reports.
    pub(super) fn open(options: &Options, methods: [&Method; 2], old: (&Side, usize), new: &Side) -> Result<Sources> {
        let donor = needed(options.donor.as_ref(), Needs::Donor, methods)?;
        let alignment = needed(options.alignment.as_ref(), Needs::Alignment, methods)?;
        Ok(Sources {
            donor: donor.map(|path| Donor::open(path, new)).transpose()?,
            alignment: alignment.map(|path| Alignment::read(path, old.0, new, old.1)).transpose()?,
        })
    }
}

/// The path, where a method needs it.
fn needed<'p>(path: Option<&'p PathBuf>, needs: Needs, methods: [&Method; 2]) -> Result<Option<&'p PathBuf>> {
    let option = needs.name();
    match (path, methods.iter().find(|method| method.needs == needs)) {
        (None, Some(method)) => Err(Error::config("--init", format!("`{}` cannot do without `{option}`", method.name))
            .with_hint(format!("name it with `{option} PATH`; `toktool transplant --list` says what methods need"))),
        (Some(_), None) => Err(Error::config(option, format!("`{}` does not look at it", methods[0].name))
            .with_hint(format!("leave it out, or choose a method that needs it: {}", names(needs)))),
        (path, _) => Ok(path),
    }
}

fn names(needs: Needs) -> String {
    let all = super::init::METHODS.iter().filter(|method| method.needs == needs);
    all.map(|method| format!("`--init {}`", method.name)).collect::<Vec<_>>().join(", ")
}

impl Donor {
    /// Opens a checkpoint whose own tokenizer has the very tokens of text that `new` has, under the same ids. Control tokens
    /// may differ: no method looks at their rows.
    ///
    /// # Errors
    /// What opening a checkpoint and reading its tokenizer report; [`Error::Input`] with the first token that differs, or
    /// when its matrix has no row for one.
    pub fn open(path: &Path, new: &Side) -> Result<Donor> {
        let checkpoint = Checkpoint::open(path)?;
        let vocabulary = checkpoint.vocabulary()?;
        let own = Side::new(formats::read(path, None)?, None)?;
        let is_text = |side: &Side, id: Id| matches!(side.inventory.class(id), Class::Text | Class::Fallback);
        let texts: Vec<Id> = (0..new.bound() as Id).filter(|&id| is_text(new, id)).collect();
        let differs = |id: &&Id| !is_text(&own, **id) || own.inventory.canonical(**id) != new.inventory.canonical(**id);
        if let Some(&id) = texts.iter().find(differs) {
            let others = texts.iter().filter(differs).count();
            let theirs =
                if (id as usize) < own.bound() { format!("`{}`", own.shown(id)) } else { "nothing".to_owned() };
            let why = format!(
                "it has another tokenizer: id {id} is {theirs} there and `{}` in the new one; {others} of {} tokens differ",
                new.shown(id),
                texts.len()
            );
            return Err(Error::input(path, why)
                .with_hint("a donor is a model that was trained with the tokenizer that `--tokenizer` names"));
        }
        let bound = texts.last().map_or(0, |&id| id as usize + 1);
        let rows = vocabulary.rows.min(vocabulary.head_rows);
        if rows < bound {
            let why = format!("the donor has {rows} rows, but its tokenizer has a token of id {}", bound - 1);
            return Err(Error::input(path, why)
                .at(Place::Entry(vocabulary.input[0].clone()))
                .with_hint("the checkpoint is not whole, or the tokenizer in its folder is another model's"));
        }
        Ok(Donor { checkpoint, vocabulary, bound })
    }

    /// The tensor that says how rows of this part are made: a head for a head, where the donor has one of its own.
    pub(super) fn tensor(&self, part: Part) -> &str {
        let own = self.vocabulary.head.first().filter(|_| part == Part::Head && !self.vocabulary.tied);
        own.unwrap_or(&self.vocabulary.input[0])
    }

    /// Its rows, in the type that they are stored in.
    ///
    /// # Errors
    /// What [`OldRows::read`] reports.
    pub(super) fn rows(&self, part: Part) -> Result<OldRows> {
        OldRows::read(&self.checkpoint, self.tensor(part), self.bound)
    }
}
