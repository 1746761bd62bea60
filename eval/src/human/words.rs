//! Which words are asked about: distinct words of a text, evenly from bands of frequency.
//!
//! A word is a UAX 29 word with a letter in it, as it is written: `Ev` and `ev` are two. Words are ordered by how often they
//! occur, the most frequent first, ties by their bytes. The share of running words that stand before a word says in which of
//! the [`BANDS`] bands it is, so each makes up about a quarter of the text: a few dozen words in the first, most of the
//! vocabulary in the last. The sample is spread evenly; what a band has too few words for goes to the others.
//!
//! Words of more than [`LONGEST`] characters are no words that anybody could judge, and are left out.
//!
//! One pass over the text by any number of threads, whose counts are added up; memory grows with the distinct words.

use rustc_hash::FxHashMap;
use toktool::Error;
use toktool::Result;
use toktool::corpus::Corpus;
use toktool::observe::{Event, Observer};
use toktool::random::{Random, sample};

use crate::words::words;

/// Bands of frequency.
pub const BANDS: usize = 4;

/// Characters of a word at most.
pub const LONGEST: usize = 100;

/// A word that is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// As it is written.
    pub word: String,
    /// How often it occurs.
    pub count: u64,
    /// Its band, from 0 for the most frequent words.
    pub band: usize,
}

/// A band and what was taken of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Band {
    /// Distinct words.
    pub words: u64,
    /// Running words.
    pub running: u64,
    /// Words that are asked about.
    pub chosen: u64,
}

/// The words of a document that can be asked about.
pub(super) fn askable<'t>(text: &'t str, spans: &mut Vec<(u32, u32)>) -> impl Iterator<Item = (usize, &'t str)> {
    spans.clear();
    words(text, spans);
    spans
        .iter()
        .map(|&(start, end)| (start as usize, &text[start as usize..end as usize]))
        .filter(|(_, word)| word.chars().any(char::is_alphabetic) && word.chars().nth(LONGEST).is_none())
}

/// Reads a corpus to its end, each document on one of `threads` threads, and returns what each thread made of its share.
pub(super) fn each_document<S: Send>(
    corpus: &Corpus,
    threads: usize,
    observer: &dyn Observer,
    new: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &str) -> Result<()> + Sync,
) -> Result<Vec<S>> {
    let thread = || -> Result<S> {
        let mut state = new();
        while let Some(raw) = corpus.next()? {
            if observer.cancelled() {
                return Err(Error::Interrupted);
            }
            let block = raw.decode(corpus)?;
            block.documents().try_for_each(|document| work(&mut state, document))?;
            observer.event(Event::Progress(corpus.stats().read));
        }
        Ok(state)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(thread)).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// The words of a corpus with how often they occur, most frequent first, ties by their bytes.
///
/// # Errors
/// What reading reports; [`Error::Interrupted`].
pub fn count(corpus: &Corpus, threads: usize, observer: &dyn Observer) -> Result<Vec<(String, u64)>> {
    observer.event(Event::Stage { name: "counting words", total: corpus.total_bytes(), unit: "bytes" });
    type Counts = (FxHashMap<Box<str>, u64>, Vec<(u32, u32)>);
    let shares: Vec<Counts> =
        each_document(corpus, threads, observer, Counts::default, |(counts, spans), document| {
            for (_, word) in askable(document, spans) {
                match counts.get_mut(word) {
                    Some(count) => *count += 1,
                    None => drop(counts.insert(word.into(), 1)),
                }
            }
            Ok(())
        })?;
    let mut all: FxHashMap<Box<str>, u64> = FxHashMap::default();
    for (counts, _) in shares {
        counts.into_iter().for_each(|(word, count)| *all.entry(word).or_default() += count);
    }
    let mut all: Vec<(String, u64)> = all.into_iter().map(|(word, count)| (word.into_string(), count)).collect();
    all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(all)
}

/// The band of each word, given their counts in descending order.
fn bands(counts: impl Iterator<Item = u64> + Clone) -> Vec<usize> {
    let total: u128 = counts.clone().map(u128::from).sum();
    let mut before = 0;
    let band = |count| {
        let band = BANDS as u128 * before / total.max(1);
        before += u128::from(count);
        band as usize
    };
    counts.map(band).collect()
}

/// How many words each band gives: one after the other, while there are any, until there are `size`.
fn quotas(sizes: [usize; BANDS], size: usize) -> [usize; BANDS] {
    let mut quotas = [0; BANDS];
    let mut left = size.min(sizes.iter().sum());
    while left > 0 {
        for (quota, _) in quotas.iter_mut().zip(sizes).filter(|(quota, size)| **quota < *size) {
            let more = usize::from(left > 0);
            (*quota, left) = (*quota + more, left - more);
        }
    }
    quotas
}

/// `size` of the words that [`count`] found, or all of them, in random order.
pub fn choose(counted: &[(String, u64)], size: usize, random: &mut Random) -> (Vec<Chosen>, [Band; BANDS]) {
    let band_of = bands(counted.iter().map(|word| word.1));
    let mut report = [Band::default(); BANDS];
    for (&band, (_, count)) in band_of.iter().zip(counted) {
        report[band].words += 1;
        report[band].running += count;
    }
    let quotas = quotas(report.map(|band| band.words as usize), size);
    let (mut chosen, mut first) = (Vec::new(), 0);
    for (band, quota) in quotas.into_iter().enumerate() {
        let words = report[band].words as usize;
        report[band].chosen = quota as u64;
        for n in sample(words, quota, random.bits()) {
            let (word, count) = &counted[first + n];
            chosen.push(Chosen { word: word.clone(), count: *count, band });
        }
        first += words;
    }
    random.shuffle(&mut chosen);
    (chosen, report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &'static str, threads: usize) -> Vec<(String, u64)> {
        count(&Corpus::from_text("t", text, Default::default()), threads, &()).unwrap()
    }

    /// `ev` 3, `de` and `Ev` 1: numbers alone are no words, `3a` is one; ties stand in the order of their bytes.
    #[test]
    fn words_have_a_letter_and_are_counted_as_written() {
        let found = counted("ev de 12 ev, ev!\nEv 3a 3,5\n", 2);
        let found: Vec<(&str, u64)> = found.iter().map(|(word, count)| (word.as_str(), *count)).collect();
        assert_eq!(found, [("ev", 3), ("3a", 1), ("Ev", 1), ("de", 1)]);
    }

    /// Of 20 running words, those that begin at 0..5 are in the first band, 5..10 in the second, and so on: 6 begins at 0, 4 at
    /// 6, 3 at 10, 2 at 13 and 15, and 1 at 17, 18 and 19.
    #[test]
    fn bands_are_quarters_of_the_text() {
        assert_eq!(bands([6, 4, 3, 2, 2, 1, 1, 1].into_iter()), [0, 1, 2, 2, 3, 3, 3, 3]);
        assert_eq!(bands([9].into_iter()), [0]);
        assert!(bands([].into_iter()).is_empty());
    }

    #[test]
    fn what_a_band_lacks_goes_to_the_others() {
        assert_eq!(quotas([9, 9, 9, 9], 8), [2, 2, 2, 2]);
        assert_eq!(quotas([1, 9, 9, 9], 10), [1, 3, 3, 3]);
        assert_eq!(quotas([1, 0, 2, 9], 10), [1, 0, 2, 7]);
        assert_eq!(quotas([1, 0, 2, 3], 100), [1, 0, 2, 3]);
        assert_eq!(quotas([9, 9, 9, 9], 6), [2, 2, 1, 1]);
    }

    #[test]
    fn a_sample_is_seeded_distinct_and_spread() {
        let words: Vec<(String, u64)> = (0..400).map(|n| (format!("w{n:03}"), 400 - n)).collect();
        let draw = |seed| choose(&words, 40, &mut Random::new(seed));
        let (chosen, report) = draw(3);
        assert_eq!((&chosen, &report), (&draw(3).0, &draw(3).1));
        assert_ne!(chosen, draw(4).0);
        assert_eq!(report.map(|band| band.chosen), [10; BANDS]);
        assert_eq!(report.iter().map(|band| band.words).sum::<u64>(), 400);
        let mut distinct: Vec<&str> = chosen.iter().map(|c| c.word.as_str()).collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 40);
        for c in &chosen {
            let n: usize = c.word[1..].parse().unwrap();
            assert_eq!(c.count, 400 - n as u64);
        }
        assert_eq!(choose(&words, 1000, &mut Random::new(1)).0.len(), 400);
    }
}
