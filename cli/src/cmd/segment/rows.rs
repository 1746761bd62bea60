//! A row of output for a word, or for a line of text.
//!
//! What a word becomes is the same wherever it stands, so it is made once and kept ([`super::cache`]). A JSON row is kept
//! without its closing brace: in a line of text the word's place follows.

use std::sync::Arc;

use serde::Serialize;
use toktool::morph::{self, Analysis, Kind, Segmenter};
use toktool::{Error, Result};

use super::cache::{Cache, Limits};
use crate::token_files::push_number;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// A line is a word, not text.
    pub words: bool,
    /// JSON objects, not pieces.
    pub json: bool,
    /// How many analyses of a word, where more than the best is wanted.
    pub nbest: Option<usize>,
    /// Pieces coloured by kind.
    pub color: bool,
}

/// Writes rows; every thread has its own.
pub struct Writer {
    segmenter: Arc<dyn Segmenter>,
    form: Form,
    cache: Cache,
    cuts: Vec<usize>,
}

#[derive(Serialize)]
struct Piece<'a> {
    surface: &'a str,
    kind: &'static str,
    tag: Option<&'a str>,
    canonical: Option<&'a str>,
}

#[derive(Serialize)]
struct Reading<'a> {
    pieces: Vec<Piece<'a>>,
    probability: f64,
}

impl Writer {
    /// A writer with an empty cache.
    pub fn new(segmenter: Arc<dyn Segmenter>, form: Form) -> Writer {
        Writer { segmenter, form, cache: Cache::new(Limits::default()), cuts: Vec::new() }
    }

    /// Appends the row of a document, with its line feed.
    ///
    /// # Errors
    /// A word that a row of pieces cannot hold.
    pub fn row(&mut self, document: &str, out: &mut Vec<u8>) -> Result<()> {
        match (self.form.words, self.form.json) {
            (true, _) => self.word(document, out)?,
            (false, true) => self.line(document, out)?,
            (false, false) => self.line_of_pieces(document, out)?,
        }
        out.extend_from_slice(if self.form.json { b"}\n" } else { b"\n" });
        Ok(())
    }

    fn word(&mut self, word: &str, out: &mut Vec<u8>) -> Result<()> {
        let Writer { segmenter, form, cache, cuts } = self;
        cache.append(word, out, |out| match form {
            Form { json: true, .. } => object(&**segmenter, word, form.nbest, out),
            _ => pieces(&**segmenter, word, *form, cuts, out),
        })
    }

    /// `{"text": ..., "words": [...]`, open.
    fn line(&mut self, text: &str, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(b"{\"text\":");
        json(text, out)?;
        out.extend_from_slice(b",\"words\":[");
        for (n, (start, end)) in morph::words(text).enumerate() {
            if n > 0 {
                out.push(b',');
            }
            self.word(&text[start..end], out)?;
            out.extend_from_slice(b",\"start\":");
            push_number(start as u64, out);
            out.extend_from_slice(b",\"end\":");
            push_number(end as u64, out);
            out.push(b'}');
        }
        out.push(b']');
        Ok(())
    }

    /// The pieces of words and what stands between them, one space between any two.
    fn line_of_pieces(&mut self, text: &str, out: &mut Vec<u8>) -> Result<()> {
        let (line, mut done) = (out.len(), 0);
        for (start, end) in morph::words(text) {
            others(&text[done..start], line, out);
            separate(line, out);
            self.word(&text[start..end], out)?;
            done = end;
        }
        others(&text[done..], line, out);
        Ok(())
    }
}

fn separate(line: usize, out: &mut Vec<u8>) {
    if out.len() > line {
        out.push(b' ');
    }
}

fn others(between: &str, line: usize, out: &mut Vec<u8>) {
    for other in between.split_whitespace() {
        separate(line, out);
        out.extend_from_slice(other.as_bytes());
    }
}

/// A word's pieces; its analyses, a tab between any two.
fn pieces(segmenter: &dyn Segmenter, word: &str, form: Form, cuts: &mut Vec<usize>, out: &mut Vec<u8>) -> Result<()> {
    let forbidden = |c| c == '\n' || (c == '\t' && form.nbest.is_some());
    if word.contains(forbidden) {
        let why = format!("the word {word:?} has a line feed or a tab in it, which would break its row");
        return Err(Error::unsupported("`--format pieces`", why).with_hint("use `--format json`"));
    }
    if form.nbest.is_none() && !form.color {
        cuts.clear();
        segmenter.boundaries(word, cuts);
        let mut start = 0;
        for &end in &*cuts {
            out.extend_from_slice(&word.as_bytes()[start..end]);
            out.push(b' ');
            start = end;
        }
        out.extend_from_slice(&word.as_bytes()[start..]);
        return Ok(());
    }
    for (n, analysis) in segmenter.analyses(word, form.nbest.unwrap_or(1)).iter().enumerate() {
        if n > 0 {
            out.push(b'\t');
        }
        for (n, (kind, surface)) in surfaces(word, analysis).enumerate() {
            if n > 0 {
                out.push(b' ');
            }
            let (on, off) = if form.color { (color(kind), "\x1b[0m") } else { ("", "") };
            [on, surface, off].iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
        }
    }
    Ok(())
}

fn surfaces<'a>(word: &'a str, analysis: &Analysis) -> impl Iterator<Item = (Kind, &'a str)> {
    let mut start = 0;
    analysis.pieces.iter().map(move |piece| {
        let surface = &word[start..piece.end];
        start = piece.end;
        (piece.kind, surface)
    })
}

/// Stems stand out, affixes differ in hue, what only joins is faint.
fn color(kind: Kind) -> &'static str {
    match kind {
        Kind::Stem => "\x1b[1m",
        Kind::Derivation => "\x1b[33m",
        Kind::Inflection => "\x1b[36m",
        Kind::Clitic => "\x1b[35m",
        Kind::Buffer => "\x1b[2m",
    }
}

/// `{"surface": ..., "pieces": [...]`, or with `analyses`, open.
fn object(segmenter: &dyn Segmenter, word: &str, nbest: Option<usize>, out: &mut Vec<u8>) -> Result<()> {
    let analyses = segmenter.analyses(word, nbest.unwrap_or(1));
    out.extend_from_slice(b"{\"surface\":");
    json(word, out)?;
    if nbest.is_some() {
        let readings = analyses.iter().map(|a| Reading { pieces: described(word, a), probability: a.probability });
        out.extend_from_slice(b",\"analyses\":");
        json(&readings.collect::<Vec<_>>(), out)
    } else {
        out.extend_from_slice(b",\"pieces\":");
        json(&analyses.first().map_or(Vec::new(), |best| described(word, best)), out)
    }
}

fn described<'a>(word: &'a str, analysis: &'a Analysis) -> Vec<Piece<'a>> {
    let piece = |((kind, surface), piece): ((Kind, &'a str), &'a morph::Piece)| Piece {
        surface,
        kind: kind.name(),
        tag: Some(&*piece.tag).filter(|tag| !tag.is_empty()),
        canonical: piece.canonical.as_deref(),
    };
    surfaces(word, analysis).zip(&analysis.pieces).map(piece).collect()
}

fn json<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(out, value).map_err(|e| Error::unsupported("writing JSON", e.to_string()))
}
