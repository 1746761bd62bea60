//! MorphTok's table (arXiv 2504.10335): word, canonical morphemes joined by `+`, language.
//!
//! Where the morphemes join to the word they are its pieces. Where they do not (`विद्या+आलय` of विद्यालय), the library's
//! lookup segmenter aligns them with it; what it cannot align is kept without boundaries. That segmenter takes one row a
//! word, so further rows of a word are aligned in further rounds.

use rustc_hash::FxHashMap;
use toktool::morph::Segmenter;
use toktool::morph::lookup::Lookup;

use super::GoldWord;
use super::rows::{Columns, Rows, cuts};
use super::surface::records;

/// The rows of a table.
pub(super) fn table(text: &str, rows: &mut Rows) {
    let mut records = records(text);
    let Some((_, Ok(header))) = records.next() else { return };
    let columns = Columns::new(header.iter().map(String::as_str));
    let (word, segmentation) = (columns.first(&["word"]), columns.first(&["segmentation"]));
    let language = columns.first(&["language", "lang"]);
    let mut found: Vec<GoldWord> = Vec::new();
    let mut unknown: Vec<usize> = Vec::new();
    for (line, record) in records {
        let record = match record {
            Ok(record) => record,
            Err(why) => {
                rows.reject(line, "", why);
                continue;
            }
        };
        let at = |column: Option<usize>| column.and_then(|n| record.get(n)).map_or("", String::as_str);
        let word = at(word).to_owned();
        let morphemes: Vec<String> = at(segmentation).split('+').map(|part| part.trim().to_owned()).collect();
        if word.is_empty() || morphemes.iter().any(String::is_empty) {
            let why = if word.is_empty() { "the row has no word" } else { "one of its morphemes is empty" };
            rows.reject(line, &word, why);
            continue;
        }
        let known = cuts(&word, morphemes.iter().map(String::as_str)).ok();
        if known.is_none() {
            unknown.push(found.len());
        }
        let language = Some(at(language).to_owned()).filter(|language| !language.is_empty());
        let segmentations = known.into_iter().collect();
        found.push(GoldWord { word, segmentations, morphemes, language, count: 1, line, ..GoldWord::default() });
    }
    for round in rounds(&found, &unknown) {
        align(&mut found, &round);
    }
    found.into_iter().for_each(|word| rows.keep(word));
}

/// The rows to align, so parted that no word is twice in a part.
fn rounds(found: &[GoldWord], unknown: &[usize]) -> Vec<Vec<usize>> {
    let mut times: FxHashMap<&str, usize> = FxHashMap::default();
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    for &at in unknown {
        let time = times.entry(&found[at].word).or_default();
        if rounds.len() == *time {
            rounds.push(Vec::new());
        }
        rounds[*time].push(at);
        *time += 1;
    }
    rounds
}

/// Looks for the boundaries of some rows, each of another word.
fn align(found: &mut [GoldWord], round: &[usize]) {
    let mut table = csv::Writer::from_writer(Vec::new());
    let mut written = table.write_record(["word", "segmentation"]).is_ok();
    for &at in round {
        written &= table.write_record([&found[at].word, &found[at].morphemes.join("+")]).is_ok();
    }
    let Some(text) = table.into_inner().ok().filter(|_| written).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return;
    };
    let Ok(lookup) = Lookup::from_csv(&text, None) else { return };
    for &at in round {
        let word = &mut found[at];
        let mut cuts = Vec::new();
        lookup.boundaries(&word.word, &mut cuts);
        // A word that could not be aligned is whole in the segmenter.
        if !cuts.is_empty() && cuts.len() + 1 == word.morphemes.len() {
            word.segmentations.push(cuts);
        }
    }
}
