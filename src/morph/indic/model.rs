//! What was fitted, as a table of text: one row a line, columns separated by tabs.
//!
//! ```text
//! toktool-stems   1       hi
//! class   noun    5120.5
//! choice  verb    vowel   ता      Impf    812.3
//! stem    noun    लडकि    7.9     लड़की
//! ```
//!
//! `class`: readiness for new stems. `choice`: findings of an ending in a state after a sound; an empty form is the choice
//! to stop. `stem`: findings of a stem, spelled as its key, and the form that dictionaries list where it is another.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use super::Engine;
use super::grammar::{Grammar, slot};
use super::lexicon::Lexicon;
use super::script::{self, SOUNDS};
use super::table::Table;
use crate::error::{Error, Place, Result};

const MAGIC: &str = "toktool-stems";
const VERSION: &str = "1";
/// Every choice of a state is worth this much before it was found once.
pub(crate) const SMOOTHING: f64 = 0.1;
/// Numbers in a table are below this.
const LARGEST: f64 = 1e12;

/// What was found of a stem.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// Its key, spelled.
    pub(crate) key: String,
    pub(crate) class: u8,
    pub(crate) found: f64,
    /// The form that dictionaries list; the key where nothing is known.
    pub(crate) citation: String,
}

/// The number of the choices that a choice is one of: those of its state after its sound.
pub(crate) fn group(grammar: &Grammar, slot: usize) -> usize {
    usize::from(grammar.choices[slot / SOUNDS].state) * SOUNDS + slot % SOUNDS
}

/// Findings of each choice after each sound as log-probabilities, by state and sound.
pub(crate) fn choice_logs(grammar: &Grammar, found: &[f64]) -> Vec<f32> {
    let mut all = vec![0.0; grammar.states.len() * SOUNDS];
    for (n, found) in found.iter().enumerate() {
        all[group(grammar, n)] += found + SMOOTHING;
    }
    let log = |(n, found): (usize, &f64)| ((found + SMOOTHING) / all[group(grammar, n)]).ln() as f32;
    found.iter().enumerate().map(log).collect()
}

/// Findings as a table.
pub(crate) fn write(grammar: &Grammar, alpha: &[f64], choices: &[f64], stems: &[Found]) -> String {
    let table = grammar.table;
    let mut lines = vec![format!("{MAGIC}\t{VERSION}\t{}", table.lang)];
    let open = table.classes.iter().zip(alpha).filter(|(_, alpha)| **alpha > 0.0);
    lines.extend(open.map(|(class, alpha)| format!("class\t{}\t{alpha:.1}", class.name)));
    for (n, found) in choices.iter().enumerate().filter(|(_, found)| **found >= 0.05) {
        let choice = &grammar.choices[n / SOUNDS];
        let (state, sound) = (grammar.states[usize::from(choice.state)], script::SOUND_NAMES[n % SOUNDS]);
        lines.push(format!("choice\t{state}\t{sound}\t{}\t{}\t{found:.1}", choice.form, choice.tag));
    }
    for stem in stems {
        let mut line =
            format!("stem\t{}\t{}\t{:.1}", table.classes[usize::from(stem.class)].name, stem.key, stem.found);
        if stem.citation != stem.key {
            // Writing to a string does not fail.
            let _ = write!(line, "\t{}", stem.citation);
        }
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

/// A table being read.
struct Reader {
    grammar: Grammar,
    lexicon: Lexicon,
    choices: Vec<f64>,
    /// The choices of the grammar by state, form and tag.
    slots: FxHashMap<(&'static str, &'static str, &'static str), u16>,
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|n| (0.0..LARGEST).contains(n));
    number.ok_or_else(|| format!("`{text}` is not a number from 0 to {LARGEST:e}"))
}

impl Reader {
    fn new(table: &'static Table) -> Reader {
        let grammar = Grammar::new(table);
        let slots = grammar.choices.iter().enumerate();
        let slots = slots.map(|(n, c)| ((grammar.states[usize::from(c.state)], c.form, c.tag), n as u16)).collect();
        let choices = vec![0.0; grammar.choices.len() * SOUNDS];
        Reader { lexicon: Lexicon::listed(table), grammar, choices, slots }
    }

    fn class(&self, name: &str) -> Result<u8, String> {
        self.grammar.table.class(name).ok_or_else(|| format!("the grammar has no class `{name}`"))
    }

    fn row(&mut self, row: &[&str]) -> Result<(), String> {
        match *row {
            ["class", name, alpha] => {
                let class = self.class(name)?;
                self.lexicon.alpha[usize::from(class)] = number(alpha)?;
            }
            ["choice", state, sound, form, tag, found] => {
                let choice = self.slots.get(&(state, form, tag)).copied();
                let choice = choice.ok_or_else(|| format!("no ending `{form}` ({tag}) in the state `{state}`"))?;
                let sound = script::SOUND_NAMES.iter().position(|name| *name == sound);
                let sound = sound.ok_or_else(|| "no sound of this name".to_owned())?;
                self.choices[slot(choice, sound)] = number(found)?;
            }
            ["stem", name, key, found, ref citation @ ..] if citation.len() < 2 && !key.is_empty() => {
                let class = self.class(name)?;
                let n = self.lexicon.add(&script::keys(key), class, number(found)? as f32);
                self.lexicon.cite(n, class, citation.first().unwrap_or(&key));
            }
            _ => return Err("a row of no known kind".to_owned()),
        }
        Ok(())
    }
}

/// A grammar with the findings of a table.
///
/// # Errors
/// [`Error::Input`] with the line of a row that is none, or that the grammar does not know.
pub(crate) fn read(table: &'static Table, text: &str) -> Result<Engine> {
    let wrong = |line: usize, why: String| {
        Error::input("", why).at(Place::Line(line as u64 + 1)).with_hint("fit the stems anew to this grammar")
    };
    let mut reader = Reader::new(table);
    let mut lines = text.lines().enumerate();
    let head = lines.next().map_or(Vec::new(), |(_, line)| line.split('\t').collect());
    if head != [MAGIC, VERSION, table.lang] {
        return Err(wrong(0, format!("this is no table of stems of version {VERSION} for `{}`", table.lang)));
    }
    for (n, line) in lines {
        let row: Vec<&str> = line.split('\t').collect();
        reader.row(&row).map_err(|why| wrong(n, why))?;
    }
    let Reader { grammar, mut lexicon, choices, .. } = reader;
    lexicon.finish();
    let logs = choice_logs(&grammar, &choices);
    Ok(Engine { grammar, lexicon, logs })
}
