//! What training learns from: the distinct words as they are read, with their weights and annotations.

use std::collections::BTreeMap;

use super::substrings::{Entry, LONGEST};
use super::{GoldWord, LearnOptions, file, gold};
use crate::error::{Error, Result};
use crate::observe::{Event, Observer};

/// The distinct words to learn from as they are read, in byte order, with their weights.
pub(super) fn entries<'w>(
    words: impl IntoIterator<Item = (&'w str, u64)>,
    gold: &[GoldWord],
    options: &LearnOptions,
    observer: &dyn Observer,
) -> Result<Vec<Entry>> {
    let reading = options.reading();
    let read = |word: &str| -> String { word.chars().map(|c| reading.read(c)).collect() };
    let mut table: BTreeMap<String, (u64, Vec<u64>)> = BTreeMap::new();
    let mut long = 0;
    for (word, count) in words {
        if word.chars().nth(LONGEST).is_some() {
            long += 1;
        } else if !word.is_empty() && count > 0 {
            let row = table.entry(read(word)).or_default();
            row.0 = row.0.saturating_add(count);
        }
    }
    for GoldWord { word, segmentations } in gold {
        let fault = |why: String| Error::config("annotated words", why);
        if word.is_empty() || segmentations.is_empty() {
            return Err(fault(format!("`{word}` is empty or has no segmentation")));
        }
        if word.chars().nth(LONGEST).is_some() {
            long += 1;
            continue;
        }
        let row = table.entry(read(word)).or_default();
        for cuts in segmentations {
            gold::check(word, cuts).map_err(fault)?;
            let places = word.char_indices().enumerate().filter(|(_, (byte, _))| cuts.contains(byte));
            let cuts = places.fold(0, |set, (place, _)| set | 1 << place);
            if !row.1.contains(&cuts) {
                row.1.push(cuts);
            }
        }
    }
    if long > 0 {
        let note = format!("{long} words of more than {LONGEST} characters are not learned from");
        observer.event(Event::Note(&note));
    }
    weigh(table, options)
}

fn weigh(table: BTreeMap<String, (u64, Vec<u64>)>, options: &LearnOptions) -> Result<Vec<Entry>> {
    let annotated = table.values().filter(|(_, annotated)| !annotated.is_empty()).count();
    let automatic = (table.len() - annotated).checked_div(annotated).unwrap_or(1).max(1) as u64;
    let factor = options.annotation_weight.unwrap_or(automatic);
    let (mut entries, mut total, mut substrings) = (Vec::with_capacity(table.len()), 0u64, 0u64);
    for (word, (count, mut annotated)) in table {
        let mut weight = options.dampening.weight(count.max(1));
        if !annotated.is_empty() {
            annotated.sort_unstable();
            weight = weight.saturating_mul(factor);
        }
        let len = word.chars().count() as u64;
        total = total.saturating_add(weight.saturating_mul(len));
        substrings += len * (len + 1) / 2;
        entries.push(Entry { word, weight, annotated });
    }
    if entries.is_empty() {
        return Err(Error::input("", "there is no word to learn from").with_hint("is it the right file?"));
    }
    if total > file::MOST || substrings > u64::from(u32::MAX) {
        let why = format!("{} words with {substrings} substrings, or their counts, are too many", entries.len());
        return Err(Error::unsupported("learning", why)
            .with_hint("learn from the most frequent words; rare ones add little and are segmented all the same"));
    }
    Ok(entries)
}
