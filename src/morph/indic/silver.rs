//! Against silver cuts of treebank words: the longest common prefix of form and lemma.
//!
//! ```text
//! TOKTOOL_DATA=... cargo test --release --lib -- morph::indic::silver --nocapture
//! ```
//!
//! Rows whose cut falls before a dependent sign or after a virama are left out, as no segmenter here may cut there. Every
//! row that is left has one cut, so whoever always cuts is never wrong to cut: words that are their own lemma stand beside
//! them. The baseline cuts the longest ending of the grammar that leaves a cluster, always.

use std::path::PathBuf;

use super::script::{self, Word};
use super::table::Table;
use super::*;
use crate::morph::hindi::Hindi;
use crate::morph::marathi::Marathi;
use crate::morph::{Kind, Segmenter};

/// Counts of cuts.
#[derive(Debug, Default)]
struct Score {
    right: usize,
    predicted: usize,
    gold: usize,
}

impl Score {
    fn add(&mut self, cuts: &[usize], gold: usize) {
        self.right += usize::from(cuts.contains(&gold));
        self.predicted += cuts.len();
        self.gold += 1;
    }

    fn precision(&self) -> f64 {
        self.right as f64 / self.predicted as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / self.gold as f64
    }
}

/// The longest ending of the grammar is cut, whatever stands before it.
fn longest(grammar: &Grammar, word: &str) -> Vec<usize> {
    let Some(word) = Word::new(word) else { return Vec::new() };
    let codes = word.codes();
    let is_ending = |at: &usize| grammar.endings.iter().any(|e| e.family.cut && e.codes() == &codes[*at..]);
    (1..codes.len()).filter(|&at| word.is_legal(at)).find(is_ending).map(|at| word.end(at)).into_iter().collect()
}

/// Cuts before pieces that are no derivation, and behind a prefix none either.
fn inflections(segmenter: &dyn Segmenter, word: &str) -> Vec<usize> {
    let pieces = segmenter.analyses(word, 1).remove(0).pieces;
    let inner = pieces.windows(2).filter(|pair| pair[0].kind != Kind::Derivation || pair[1].kind != Kind::Stem);
    inner.filter(|pair| pair[1].kind != Kind::Derivation).map(|pair| pair[0].end).collect()
}

fn text(folder: &std::path::Path, name: &str) -> String {
    let packed = folder.join("morph").join(format!("{name}.zst"));
    match std::fs::read(&packed) {
        Ok(bytes) => String::from_utf8(zstd::decode_all(bytes.as_slice()).unwrap()).unwrap(),
        Err(_) => std::fs::read_to_string(folder.join("morph").join(name)).unwrap(),
    }
}

/// Forms with the place where lemma and form part.
fn silver(rows: &str) -> Vec<(&str, usize)> {
    let cut = |line: &str| -> Option<(usize, usize)> {
        let cells: Vec<&str> = line.split('\t').collect();
        let (form, stem, rest) = (cells[0], cells[1], cells[2]);
        let sign = rest.chars().next().is_none_or(|c| script::is_dependent(script::codes(&c.to_string())[0]));
        (!sign && !stem.is_empty() && !stem.ends_with('\u{94D}')).then_some((form.len(), stem.len()))
    };
    rows.lines().skip(1).filter_map(|line| cut(line).map(|(form, stem)| (&line[..form], stem))).collect()
}

/// Nouns, adjectives and names that are their own lemma.
fn bare(rows: &str) -> Vec<&str> {
    let rows = rows.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let bare = rows.filter(|row| row[0] == row[1] && ["NOUN", "ADJ", "PROPN"].contains(&row[2]));
    let letters = |word: &str| word.chars().all(|c| ('\u{900}'..='\u{963}').contains(&c));
    bare.map(|row| row[0]).filter(|word| letters(word)).collect()
}

fn check(segmenter: &dyn Segmenter, table: &'static Table, tables: [&str; 2], least: [f64; 2]) {
    let Some(folder) = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from) else {
        eprintln!("skipped: `TOKTOOL_DATA` is not set");
        return;
    };
    let grammar = Grammar::new(table);
    let [rows, lemmas] = tables.map(|name| text(&folder, name));
    let [mut ours, mut inflected, mut baseline] = [(); 3].map(|()| Score::default());
    let cuts_of = |word: &str| {
        let mut cuts = Vec::new();
        segmenter.boundaries(word, &mut cuts);
        cuts
    };
    for (form, gold) in silver(&rows) {
        ours.add(&cuts_of(form), gold);
        inflected.add(&inflections(segmenter, form), gold);
        baseline.add(&longest(&grammar, form), gold);
    }
    for (name, score) in [("ours", &ours), ("without derivations", &inflected), ("longest ending", &baseline)] {
        let (p, r) = (score.precision(), score.recall());
        let f1 = 2.0 * p * r / (p + r);
        println!("{} {name}: precision {p:.4}, recall {r:.4}, F1 {f1:.4}; {score:?}", table.lang);
    }
    let bare = bare(&lemmas);
    let whole = |cuts: &dyn Fn(&str) -> Vec<usize>| {
        bare.iter().filter(|word| cuts(word).is_empty()).count() as f64 / bare.len() as f64
    };
    let (kept, by_longest) = (whole(&cuts_of), whole(&|word| longest(&grammar, word)));
    println!("{}: {} bare words, kept whole {kept:.4}, by the longest ending {by_longest:.4}", table.lang, bare.len());
    assert!(ours.precision() >= least[0] && ours.recall() >= least[1]);
    assert!(inflected.precision() >= ours.precision() && kept > by_longest + 0.05);
}

#[test]
fn hindi() {
    let segmenter = Hindi::new().unwrap();
    check(&segmenter, crate::morph::hindi::table(), ["hi.ud-lcp-split.tsv", "hi.ud-pud.tsv"], [0.95, 0.95]);
}

#[test]
fn marathi() {
    let segmenter = Marathi::new().unwrap();
    check(&segmenter, crate::morph::marathi::table(), ["mr.ud-lcp-split.tsv", "mr.ud-ufal.tsv"], [0.92, 0.86]);
}
