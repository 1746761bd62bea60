//! Sentences with their tokens in alternating tints.

use std::fmt::Write as _;

use super::charts::class;
use crate::evaluation::Evaluation;
use crate::evidence::{Cut, Cuts};
use crate::html::escape;

/// A sentence as all tokenizers cut it.
pub struct Sentence {
    /// By tokenizer.
    pub rows: Vec<Row>,
}

/// A sentence as one tokenizer cuts it.
pub struct Row {
    /// The tokenizer.
    pub name: String,
    /// Its class of colour.
    pub class: String,
    /// Its tokens.
    pub tokens: usize,
    /// The sentence with them marked.
    pub html: String,
}

/// The sentences of a corpus. Baselines are left out, how they cut is plain, and so are points of curves.
pub fn sentences(evaluation: &Evaluation, corpus: usize) -> Vec<Sentence> {
    let row = |cuts: &Cuts, subject: usize| {
        let pieces = &cuts.subjects[subject];
        Row {
            name: evaluation.subjects[subject].name.clone(),
            class: class(evaluation, subject),
            tokens: pieces.iter().map(|cut| cut.tokens).sum(),
            html: marked(&cuts.text, pieces),
        }
    };
    let tokenizers = || (0..evaluation.subjects.len()).filter(|&s| evaluation.subjects[s].is_named());
    let here = evaluation.evidence.cuts.iter().filter(|cuts| cuts.corpus == corpus);
    here.map(|cuts| Sentence { rows: tokenizers().map(|s| row(cuts, s)).collect() }).collect()
}

/// A text with its stretches as elements: tints alternate, what no token spells is struck out, and where tokens meet inside
/// a character their number stands below it.
fn marked(text: &str, cuts: &[Cut]) -> String {
    let mut out = String::new();
    let (mut start, mut tint) = (0, 0);
    for cut in cuts {
        let piece = escape(&visible(&text[start..cut.end]));
        let _ = match cut.tokens {
            0 => write!(out, "<s>{piece}</s>"),
            1 => write!(out, "<i class=\"t{tint}\">{piece}</i>"),
            n => write!(out, "<i class=\"t{tint} part\" title=\"{n} tokens\">{piece}<sub>{n}</sub></i>"),
        };
        start = cut.end;
        tint = (tint + 1) % 3;
    }
    out
}

/// Control characters as their pictures.
fn visible(text: &str) -> String {
    let picture = |c: char| match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c => c,
    };
    text.chars().map(picture).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_is_an_element_and_markup_is_text() {
        let cut = |end, tokens| Cut { end, tokens };
        let html = marked("<a>\t ş", &[cut(2, 1), cut(4, 1), cut(5, 0), cut(7, 2)]);
        assert_eq!(
            html,
            "<i class=\"t0\">&lt;a</i><i class=\"t1\">&gt;\u{2409}</i><s> </s><i class=\"t0 part\" title=\"2 tokens\">ş<sub>2</sub></i>"
        );
    }
}
