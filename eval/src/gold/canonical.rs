//! Layouts whose morphemes are spelled canonically, and those that name one derivation.

use super::GoldWord;
use super::rows::{Rows, cuts, lines};

/// SIGMORPHON 2022, words: the word, its morphemes (all but the first after ` @@`), its category. Spaces inside of a word of
/// several words separate morphemes too, as in the task's own scorer.
pub(super) fn sigmorphon(text: &str, rows: &mut Rows) {
    for (line, text) in lines(text) {
        let mut columns = text.split('\t');
        let (word, morphemes) = (columns.next().unwrap_or_default(), columns.next());
        let parsed = || {
            let all = morphemes.ok_or_else(|| format!("`{word}` has no second column with its morphemes"))?;
            let morphemes: Vec<&str> = all.split(' ').map(|part| part.strip_prefix("@@").unwrap_or(part)).collect();
            canonical(word, &morphemes, line)
        };
        rows.add(line, word, parsed());
    }
}

/// SIGMORPHON 2022, sentences: the words, separated by spaces, and their morphemes in one list.
pub(super) fn sigmorphon_sentences(text: &str, rows: &mut Rows) {
    for (line, text) in lines(text) {
        let (sentence, all) = text.split_once('\t').unwrap_or((text, ""));
        let words: Vec<&str> = sentence.split_whitespace().collect();
        let mut groups: Vec<Vec<&str>> = Vec::new();
        for part in all.split('\t').next().unwrap_or_default().split_whitespace() {
            match (part.strip_prefix("@@"), groups.last_mut()) {
                (Some(part), Some(group)) => group.push(part),
                (_, _) => groups.push(vec![part]),
            }
        }
        if words.len() != groups.len() {
            let why = format!("{} words have the morphemes of {}", words.len(), groups.len());
            rows.reject(line, sentence, why);
            continue;
        }
        for (word, morphemes) in words.into_iter().zip(&groups) {
            rows.add(line, word, canonical(word, morphemes, line));
        }
    }
}

/// Inflected forms with their morphemes separated by bars: lemma, form, features, morphemes (`-` where there are none).
pub(super) fn barred(text: &str, rows: &mut Rows) {
    for (line, text) in lines(text) {
        let row: Vec<&str> = text.split('\t').collect();
        let [lemma, form, features, all, ..] = row[..] else {
            rows.reject(line, row.get(1).unwrap_or(&row[0]), format!("{} columns instead of 4", row.len()));
            continue;
        };
        let about =
            |word: GoldWord| GoldWord { lemma: Some(lemma.to_owned()), features: Some(features.to_owned()), ..word };
        let morphemes: Vec<&str> = if all == "-" { Vec::new() } else { all.split('|').collect() };
        rows.add(line, form, canonical(form, &morphemes, line).map(about));
    }
}

/// A word with canonical morphemes, with its boundaries where they join to it.
fn canonical(word: &str, morphemes: &[&str], line: u64) -> Result<GoldWord, String> {
    if word.is_empty() {
        return Err("the row has no word".into());
    }
    if morphemes.iter().any(|morpheme| morpheme.is_empty()) {
        return Err(format!("one of the morphemes of `{word}` is empty"));
    }
    let known = cuts(word, morphemes.iter().copied()).ok().filter(|_| !morphemes.is_empty());
    Ok(GoldWord {
        word: word.to_owned(),
        segmentations: known.into_iter().collect(),
        morphemes: morphemes.iter().map(|&morpheme| morpheme.to_owned()).collect(),
        count: 1,
        line,
        ..GoldWord::default()
    })
}

/// MorphyNet, derivations: source, target, two parts of speech, the affix, and which side it stands on.
pub(super) fn morphynet(text: &str, rows: &mut Rows) {
    for (line, text) in lines(text) {
        let row: Vec<&str> = text.split('\t').collect();
        let [source, target, from, to, affix, side, ..] = row[..] else {
            rows.reject(line, row.get(1).unwrap_or(&row[0]), format!("{} columns instead of 6", row.len()));
            continue;
        };
        let prefix = match side {
            "prefix" => true,
            "suffix" => false,
            _ => {
                rows.reject(line, target, format!("`{side}` is neither `prefix` nor `suffix`"));
                continue;
            }
        };
        rows.add(line, target, derived(source, target, affix, prefix, &format!("{from}:{to}"), line));
    }
}

/// UniMorph, derivations: source, target, parts of speech, the affix with a hyphen where the source joins it.
pub(super) fn unimorph_derivations(text: &str, rows: &mut Rows) {
    for (line, text) in lines(text) {
        let row: Vec<&str> = text.split('\t').collect();
        let [source, target, features, affix, ..] = row[..] else {
            rows.reject(line, row.get(1).unwrap_or(&row[0]), format!("{} columns instead of 4", row.len()));
            continue;
        };
        let parsed = match (affix.strip_prefix('-'), affix.strip_suffix('-')) {
            (Some(affix), None) => derived(source, target, affix, false, features, line),
            (None, Some(affix)) => derived(source, target, affix, true, features, line),
            _ => Err(format!("the affix `{affix}` does not say on which side it stands")),
        };
        rows.add(line, target, parsed);
    }
}

/// A derived word with one boundary, where its affix meets the rest. Case is ignored: a German noun may begin with a
/// prefix that the table lists in small letters.
fn derived(
    source: &str,
    target: &str,
    affix: &str,
    prefix: bool,
    features: &str,
    line: u64,
) -> Result<GoldWord, String> {
    if affix.is_empty() {
        return Err(format!("`{target}` has no affix"));
    }
    let same = |(a, b): (char, char)| a == b || a.to_lowercase().eq(b.to_lowercase());
    let n = affix.chars().count();
    let (cut, found) = if prefix {
        let end = target.char_indices().nth(n).map_or(target.len(), |(at, _)| at);
        (end, target.chars().take(n).zip(affix.chars()).all(same))
    } else {
        let start = target.char_indices().rev().nth(n - 1).map_or(0, |(at, _)| at);
        (start, target.chars().rev().take(n).zip(affix.chars().rev()).all(same))
    };
    if !found || target.chars().count() < n {
        return Err(format!("`{target}` does not {} with its affix `{affix}`", if prefix { "begin" } else { "end" }));
    }
    if cut == 0 || cut == target.len() {
        return Err(format!("beside its affix nothing is left of `{target}`"));
    }
    let morphemes = if prefix { [affix, source] } else { [source, affix] };
    Ok(GoldWord {
        word: target.to_owned(),
        segmentations: vec![vec![cut]],
        stem: usize::from(prefix),
        morphemes: morphemes.map(str::to_owned).into(),
        features: Some(features.to_owned()),
        count: 1,
        line,
        ..GoldWord::default()
    })
}
