//! Universal Dependencies' CoNLL-U.
//!
//! A word of one syntactic part has a lemma and features but no boundary. A multiword token (a line whose id is a range) is
//! one word in the text; the forms of its parts nearly always join to it, and then they are its pieces. The lines of its
//! parts are no words of the text and are passed over, as are empty nodes.

use super::GoldWord;
use super::lemma::features;
use super::rows::{Rows, cell, cuts, owned};

/// A multiword token while its parts are being read.
struct Open<'t> {
    line: u64,
    form: &'t str,
    last: u64,
    parts: Vec<&'t str>,
    lemma: Option<&'t str>,
    features: Vec<String>,
}

/// The words of a treebank.
pub(super) fn words(text: &str, rows: &mut Rows) {
    let mut open: Option<Open<'_>> = None;
    for (line, text) in (1..).zip(text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))) {
        if text.is_empty() || text.starts_with('#') {
            close(&mut open, rows);
            continue;
        }
        let row: Vec<&str> = text.split('\t').collect();
        let [id, form, lemma, upos, _, feats, ..] = row[..] else {
            rows.reject(line, text, format!("{} columns instead of 10", row.len()));
            continue;
        };
        if id.contains('.') {
            continue;
        }
        let (upos, feats) = (cell(&[upos], Some(0)), cell(&[feats], Some(0)));
        if let Some((_, last)) = id.split_once('-') {
            close(&mut open, rows);
            match last.parse() {
                Ok(last) => {
                    open = Some(Open { line, form, last, parts: Vec::new(), lemma: None, features: Vec::new() });
                }
                Err(_) => rows.reject(line, form, format!("`{id}` is no range of ids")),
            }
            continue;
        }
        let Ok(number) = id.parse::<u64>() else {
            rows.reject(line, form, format!("`{id}` is no id"));
            continue;
        };
        // A form may be the very character that means nothing in other columns.
        let lemma = Some(lemma).filter(|&lemma| !lemma.is_empty() && (lemma != "_" || form == "_"));
        if let Some(token) = &mut open {
            if number <= token.last {
                token.parts.push(form);
                token.lemma = token.lemma.or(lemma);
                token.features.extend(features(upos, feats));
                continue;
            }
            close(&mut open, rows);
        }
        if form.is_empty() {
            rows.reject(line, form, "the row has no word");
            continue;
        }
        let word = form.to_owned();
        let (lemma, features) = (owned(lemma), features(upos, feats));
        rows.keep(GoldWord { word, lemma, features, count: 1, line, ..GoldWord::default() });
    }
    close(&mut open, rows);
}

fn close(open: &mut Option<Open<'_>>, rows: &mut Rows) {
    let Some(token) = open.take() else { return };
    if token.parts.is_empty() || token.form.is_empty() {
        rows.reject(token.line, token.form, "a multiword token without parts");
        return;
    }
    rows.keep(GoldWord {
        word: token.form.to_owned(),
        segmentations: cuts(token.form, token.parts.iter().copied()).ok().into_iter().collect(),
        morphemes: token.parts.iter().map(|&part| part.to_owned()).collect(),
        lemma: owned(token.lemma),
        features: Some(token.features.join("+")).filter(|features| !features.is_empty()),
        count: 1,
        line: token.line,
        ..GoldWord::default()
    });
}
