//! Robustness: what becomes of the tokens when a text is disturbed in a way that a reader hardly notices.
//!
//! There is no standard for it; so each disturbance is a small seeded generator ([`DISTURBANCES`]), and two figures are
//! taken of it on the documents of the sample that it changes: tokens after over tokens before, and how many token
//! borders stay where they were. A document that is not changed counts for neither.
//!
//! **Borders.** A border is a place inside the text where a token starts. The edits align the two texts: a place is
//! *common* where it lies in neither text inside an edit, nor at an edit that only puts something in or takes something
//! out (there one place faces two). The figure is the F1 of the borders at common places before and after. So a letter
//! that is replaced takes part with the places on both sides of it, as every letter does where all of them change case.
//!
//! The seed of a document's disturbance depends on the seed of the run, on the document and on the disturbance alone:
//! neither on order nor on threads.

mod edited;
mod generators;
mod typos;

use rayon::prelude::*;
use toktool::Result;
use toktool::encode::Scratch;
use toktool::random::Random;

use crate::counts::sums;
use crate::sampled::fnv;
use crate::subject::Subject;

pub use edited::{Edit, Edited};

/// A way to disturb a text.
#[derive(Debug)]
pub struct Disturbance {
    /// Its name, as metrics have it.
    pub name: &'static str,
    /// How many of the places it applies to are changed: a share.
    pub rate: f64,
    /// The generator: text, its language where it is known, and where the draws come from.
    pub apply: fn(&str, Option<&str>, &mut Random) -> Edited,
}

/// How many words get a typing error, how many spaces are changed.
const SOME: f64 = 0.1;
/// How many conjuncts get a joiner or lose theirs: they are fewer.
const CONJUNCTS: f64 = 0.25;

/// All of them; metrics name them by index.
pub const DISTURBANCES: [Disturbance; 6] = [
    Disturbance { name: "typos", rate: SOME, apply: |text, lang, random| typos::typos(text, lang, SOME, random) },
    Disturbance { name: "case", rate: 1.0, apply: |text, lang, _| generators::case(text, lang) },
    Disturbance { name: "diacritics", rate: 1.0, apply: |text, _, _| generators::diacritics(text) },
    Disturbance { name: "nfd", rate: 1.0, apply: |text, _, _| generators::nfd(text) },
    Disturbance { name: "zwj", rate: CONJUNCTS, apply: |text, _, random| generators::zwj(text, CONJUNCTS, random) },
    Disturbance { name: "spaces", rate: SOME, apply: |text, _, random| generators::spaces(text, SOME, random) },
];

/// Which of [`DISTURBANCES`] are wanted.
pub type Which = [bool; DISTURBANCES.len()];

sums! {
    /// Sums over documents that a disturbance changes, for one tokenizer.
    Sums:
    /// Such documents.
    documents,
    /// Their tokens.
    before,
    /// Their tokens when they are disturbed.
    after,
    /// Borders at common places.
    borders_before,
    /// Borders at common places when they are disturbed.
    borders_after,
    /// Common places that are a border in both.
    borders_both,
}

/// A document under each disturbance; `None` where it is not wanted or changes nothing.
pub type Disturbed = [Option<Edited>; DISTURBANCES.len()];

/// Disturbs documents.
pub fn disturb(documents: &[String], which: Which, language: Option<&str>, seed: u64) -> Vec<Disturbed> {
    let one = |document: &String| {
        std::array::from_fn(|n| {
            let disturbance = &DISTURBANCES[n];
            let mut random = Random::new(fnv(disturbance.name, fnv(document, seed)));
            let edited = which[n].then(|| (disturbance.apply)(document, language, &mut random));
            edited.filter(Edited::is_changed)
        })
    };
    documents.par_iter().map(one).collect()
}

/// Documents that one task takes at once.
const CHUNK: usize = 64;

/// The sums of each document that a disturbance changes, in the order of the documents, for each disturbance.
///
/// # Errors
/// Only what a foreign model reports.
pub fn measure(
    subject: &Subject,
    documents: &[String],
    disturbed: &[Disturbed],
) -> Result<[Vec<Sums>; DISTURBANCES.len()]> {
    let chunks = documents.par_chunks(CHUNK).zip(disturbed.par_chunks(CHUNK));
    let rows: Vec<Vec<[Option<Sums>; DISTURBANCES.len()]>> = chunks
        .map(|(documents, disturbed)| {
            let mut borders = Borders::new(subject);
            documents.iter().zip(disturbed).map(|(text, edited)| row(&mut borders, text, edited)).collect()
        })
        .collect::<Result<_>>()?;
    let mut sums: [Vec<Sums>; DISTURBANCES.len()] = Default::default();
    for document in rows.into_iter().flatten() {
        sums.iter_mut().zip(document).for_each(|(all, one)| all.extend(one));
    }
    Ok(sums)
}

fn row(borders: &mut Borders<'_>, text: &str, disturbed: &Disturbed) -> Result<[Option<Sums>; DISTURBANCES.len()]> {
    let mut sums = [const { None }; DISTURBANCES.len()];
    if disturbed.iter().all(Option::is_none) {
        return Ok(sums);
    }
    let (before, old) = borders.of(text)?;
    for (sums, edited) in sums.iter_mut().zip(disturbed) {
        let Some(edited) = edited else { continue };
        let (after, new) = borders.of(&edited.text)?;
        let old: Vec<u32> = edited.common(&old, Edit::from_old).collect();
        // Of the new borders as many are common as have a place in the old text.
        let back: Vec<u32> = edited.common(&new, Edit::from_new).collect();
        let kept: Vec<u32> = edited.common(&back, Edit::from_old).collect();
        *sums = Some(Sums {
            documents: 1,
            before,
            after,
            borders_before: old.len() as u64,
            borders_after: kept.len() as u64,
            borders_both: shared(&old, &kept),
        });
    }
    Ok(sums)
}

/// How many numbers two ascending lists share.
fn shared(a: &[u32], b: &[u32]) -> u64 {
    let (mut at, mut shared) = (0, 0);
    for number in a {
        at += b[at..].partition_point(|other| other < number);
        shared += u64::from(b.get(at) == Some(number));
    }
    shared
}

/// Cuts texts by one tokenizer.
struct Borders<'a> {
    subject: &'a Subject,
    scratch: Scratch,
    ends: Vec<u32>,
}

impl<'a> Borders<'a> {
    fn new(subject: &'a Subject) -> Self {
        Borders { subject, scratch: Scratch::default(), ends: Vec::new() }
    }

    /// The number of tokens, and the places inside the text where one starts, ascending.
    fn of(&mut self, text: &str) -> Result<(u64, Vec<u32>)> {
        let tokens = self.subject.tokens(text, &mut self.scratch, &mut self.ends)?;
        let mut starts: Vec<u32> = tokens.iter().map(|t| t.start as u32).filter(|&start| start > 0).collect();
        starts.sort_unstable();
        starts.dedup();
        Ok((tokens.len() as u64, starts))
    }
}

#[cfg(test)]
mod tests;
