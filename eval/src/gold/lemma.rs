//! Layouts that know lemma and features of a word, but no boundary.

use super::GoldWord;
use super::rows::{Columns, Rows, cell, count, lines, owned};

/// A treebank's forms with lemma, part of speech, features and count.
pub(super) fn table(text: &str, rows: &mut Rows) {
    let mut lines = lines(text);
    let Some((_, header)) = lines.next() else { return };
    let columns = Columns::new(header.split('\t'));
    let [form, lemma, upos, feats, frequency] =
        ["form", "lemma", "upos", "feats", "count"].map(|name| columns.first(&[name]));
    for (line, text) in lines {
        let row: Vec<&str> = text.split('\t').collect();
        let at = |column: Option<usize>| column.and_then(|n| row.get(n)).copied().unwrap_or_default();
        let parsed = || {
            if at(form).is_empty() {
                return Err("the row has no word".into());
            }
            Ok(GoldWord {
                word: at(form).to_owned(),
                lemma: owned(cell(&row, lemma)),
                features: features(cell(&row, upos), cell(&row, feats)),
                count: count(cell(&row, frequency))?,
                line,
                ..GoldWord::default()
            })
        };
        rows.add(line, at(form), parsed());
    }
}

/// Part of speech and features, joined by a bar as the features are among themselves.
pub(super) fn features(upos: Option<&str>, feats: Option<&str>) -> Option<String> {
    match (upos, feats) {
        (Some(upos), Some(feats)) => Some(format!("{upos}|{feats}")),
        (one, other) => owned(one.or(other)),
    }
}

/// UniMorph: lemma, form, features.
pub(super) fn unimorph(text: &str, rows: &mut Rows) {
    for (line, text) in lines(text) {
        let row: Vec<&str> = text.split('\t').collect();
        match row[..] {
            [lemma, form, features, ..] if !form.is_empty() => rows.keep(GoldWord {
                word: form.to_owned(),
                lemma: Some(lemma.to_owned()).filter(|lemma| !lemma.is_empty()),
                features: Some(features.to_owned()),
                count: 1,
                line,
                ..GoldWord::default()
            }),
            [_, _, _, ..] => rows.reject(line, "", "the row has no word"),
            _ => rows.reject(line, row[0], format!("{} columns instead of 3", row.len())),
        }
    }
}
