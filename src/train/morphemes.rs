//! Morphology in training: pretokens cut at their morpheme boundaries, so that no merge is learned across one.
//!
//! Two strengths. *Train-only* (MorphBPE, arXiv 2502.00894): the counted pretokens are cut ([`pieces`]), and encoding
//! stays plain BPE, which may merge across a boundary that it does not know. *Hard* (MorphTok, arXiv 2504.10335): what
//! the segmenter says about the words of the text is compiled into the pre-tokenizer ([`compile`]), so the boundaries hold
//! at encoding too, in any program that reads the file. A word that the text did not hold is left whole there, as in
//! MorphTok's lookup.
//!
//! How the compiled form works: one table cuts a word after its first piece; what is left is a chain of suffixes, and few
//! chains make up most words (5,500 for 50,000 Turkish words), so a second, small table, applied again and again, cuts
//! those. A chain is cut the same way after every stem. Where a word wants it otherwise, its first cut is put at a later
//! boundary: the tables never cut where the segmenter does not, they only miss a few boundaries, and [`Compiled`] says
//! how many.
//!
//! Deviations from MorphTok: cuts are places in the surface string, so nothing is lost; the second table is ours.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::morph::{Segmenter, core};
use crate::observe::{self, Event, Observer};
use crate::text::{Behavior, Cutter, Heads, Pattern, Split, Splitter, is_plain};
use crate::words::WordCounts;

/// How strictly morpheme boundaries are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Morph {
    /// Not at all.
    #[default]
    None,
    /// No merge is learned across one.
    TrainOnly,
    /// They hold at encoding too, in the words of the training text.
    Hard,
}

impl std::str::FromStr for Morph {
    type Err = Error;

    fn from_str(text: &str) -> Result<Morph> {
        match text {
            "none" => Ok(Morph::None),
            "train-only" => Ok(Morph::TrainOnly),
            "hard" => Ok(Morph::Hard),
            _ => Err(Error::config("--morph", format!("`{text}` is none of none, train-only, hard"))),
        }
    }
}

/// Rows handled between two looks at the observer.
const BATCH: usize = 1 << 14;
/// A chain is cut at most so often; no language here has longer ones.
const MOST_CHAINS: usize = 8;

/// The cuts of a pretoken in bytes. An apostrophe that pre-tokenization left before a suffix stays with it.
fn cuts(pretoken: &str, segmenter: &dyn Segmenter, out: &mut Vec<usize>) {
    out.clear();
    let (start, end) = core(pretoken);
    segmenter.boundaries(&pretoken[start..end], out);
    let apostrophe = pretoken[start..end].chars().next().filter(|c| !c.is_alphanumeric()).map(char::len_utf8);
    out.retain(|&at| Some(at) != apostrophe);
    out.iter_mut().for_each(|at| *at += start);
}

/// Every pretoken of `words` replaced by its pieces; `cut` appends the cuts of a pretoken.
fn replaced(
    words: &WordCounts,
    observer: &dyn Observer,
    cut: impl Fn(&str, &mut Vec<usize>) + Sync,
) -> Result<WordCounts> {
    observer.event(Event::Stage { name: "cutting words", total: Some(words.len() as u64), unit: "words" });
    let mut counts: FxHashMap<(u16, Vec<u8>), u64> = FxHashMap::default();
    let rows: Vec<usize> = (0..words.len()).collect();
    for batch in rows.chunks(BATCH) {
        observe::check(observer)?;
        let pieces: Vec<(usize, Vec<usize>)> = batch
            .par_iter()
            .map_init(Vec::new, |cuts, &row| {
                cuts.clear();
                if let Ok(text) = std::str::from_utf8(words.word(row)) {
                    cut(text, cuts);
                }
                (row, cuts.clone())
            })
            .collect();
        for (row, cuts) in pieces {
            let word = words.word(row);
            let mut start = 0;
            for end in cuts.into_iter().chain([word.len()]) {
                let count = counts.entry((words.group(row), word[start..end].to_vec())).or_default();
                *count = count.saturating_add(words.count(row));
                start = end;
            }
        }
        observer.event(Event::Progress(batch.last().map_or(0, |&row| row as u64 + 1)));
    }
    let mut out = WordCounts::with_groups(words.group_names().to_vec());
    counts.into_iter().for_each(|((group, piece), count)| out.push_in(&piece, count, group));
    out.sort();
    Ok(out)
}

/// The morphemes of all pretokens, counted: what train-only morphology trains on. O(words).
///
/// # Errors
/// [`crate::Error::Interrupted`].
pub fn pieces(words: &WordCounts, segmenter: &dyn Segmenter, observer: &dyn Observer) -> Result<WordCounts> {
    replaced(words, observer, |text, out| cuts(text, segmenter, out))
}

/// A segmentation compiled into pre-tokenization.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// Cuts to be made after those of the pattern.
    pub splits: Vec<Split>,
    /// Words that they cut.
    pub rows: usize,
    /// Running words with a boundary, by the segmenter.
    pub words: u64,
    /// Those of them whose boundaries are all kept.
    pub kept_words: u64,
    /// Running boundaries, by the segmenter.
    pub boundaries: u64,
    /// Those of them that are kept; no other is made.
    pub kept_boundaries: u64,
}

/// A word with its boundaries and its count.
struct Row {
    cuts: Vec<usize>,
    count: u64,
}

/// Compiles what `segmenter` says about the `limit` most frequent words with a boundary. O(words x pieces).
///
/// # Errors
/// [`crate::Error::Interrupted`].
pub fn compile(
    words: &WordCounts,
    segmenter: &dyn Segmenter,
    limit: usize,
    observer: &dyn Observer,
) -> Result<Compiled> {
    observer.event(Event::Stage { name: "compiling morphology", total: None, unit: "words" });
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    // Unmarked pretokens are what a chain may be mistaken for.
    let mut unmarked: BTreeMap<&str, u64> = BTreeMap::new();
    let mut cuts_of = Vec::new();
    for (n, (word, count)) in words.iter().enumerate() {
        if n % BATCH == 0 {
            observe::check(observer)?;
        }
        let Ok(text) = std::str::from_utf8(word) else { continue };
        let mark = text.chars().next().filter(|c| !c.is_alphanumeric()).map_or(0, char::len_utf8);
        let key = &text[mark..];
        if !is_plain(key) {
            continue;
        }
        if mark == 0 {
            *unmarked.entry(key).or_default() += count;
        }
        cuts(text, segmenter, &mut cuts_of);
        let cuts = cuts_of.iter().map(|at| at - mark).collect();
        rows.entry(key).or_insert_with(|| Row { cuts, count: 0 }).count += count;
    }
    let chains = chains(&rows, &unmarked);
    let mut chosen: Vec<(&&str, &Row)> = rows.iter().filter(|(_, row)| !row.cuts.is_empty()).collect();
    chosen.sort_by(|a, b| b.1.count.cmp(&a.1.count).then(a.0.cmp(b.0)));
    chosen.truncate(limit);
    let mut heads = Heads { marked: true, rows: BTreeMap::new() };
    let mut used = BTreeSet::new();
    let mut depth = 0;
    for (word, row) in chosen {
        if let Some(first) = first_cut(word, row, &chains) {
            heads.rows.insert((**word).to_owned(), first as u32);
            let followed = follow(word, first, &chains);
            depth = depth.max(followed.len());
            let starts = [first].into_iter().chain(followed);
            used.extend(starts.map(|at| &word[at..]).filter(|chain| chains.contains_key(chain)));
        }
    }
    let rows_of_chains = used.iter().map(|&chain| (chain.to_owned(), chains[chain] as u32)).collect();
    let tables = [heads].into_iter().chain(vec![Heads { marked: false, rows: rows_of_chains }; depth]);
    let split = |heads| Split { pattern: Pattern::Heads(heads), behavior: Behavior::Isolated, invert: false };
    let rows_of_heads = tables.clone().next().map_or(0, |heads: Heads| heads.rows.len());
    let splits: Vec<Split> = if rows_of_heads == 0 { Vec::new() } else { tables.map(split).collect() };
    let mut compiled =
        Compiled { splits, rows: rows_of_heads, words: 0, kept_words: 0, boundaries: 0, kept_boundaries: 0 };
    compiled.judge(words, segmenter)?;
    Ok(compiled)
}

/// The first cut of every chain of suffixes, by the majority of the words that end in it.
fn chains<'a>(rows: &BTreeMap<&'a str, Row>, unmarked: &BTreeMap<&'a str, u64>) -> BTreeMap<&'a str, usize> {
    let mut votes: BTreeMap<&str, BTreeMap<usize, u64>> = BTreeMap::new();
    for (word, row) in rows {
        for (n, &at) in row.cuts.iter().enumerate() {
            let first = row.cuts.get(n + 1).map_or(0, |next| next - at);
            *votes.entry(&word[at..]).or_default().entry(first).or_default() += row.count;
        }
    }
    // A whole word that looks like a chain votes for what it is itself.
    for (word, count) in unmarked {
        if let (Some(ballot), Some(row)) = (votes.get_mut(word), rows.get(word)) {
            *ballot.entry(row.cuts.first().copied().unwrap_or(0)).or_default() += count;
        }
    }
    let winner = |ballot: BTreeMap<usize, u64>| {
        ballot.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))).map_or(0, |(first, _)| first)
    };
    votes.into_iter().map(|(chain, ballot)| (chain, winner(ballot))).filter(|&(_, first)| first > 0).collect()
}

/// The cuts that the chains make in `word` from `at` on.
fn follow(word: &str, mut at: usize, chains: &BTreeMap<&str, usize>) -> Vec<usize> {
    let mut cuts = Vec::new();
    while let Some(first) = chains.get(&word[at..])
        && cuts.len() < MOST_CHAINS
    {
        at += first;
        cuts.push(at);
    }
    cuts
}

/// The boundary to cut first, so that the chains then cut at boundaries only, and at as many as can be.
fn first_cut(word: &str, row: &Row, chains: &BTreeMap<&str, usize>) -> Option<usize> {
    let right = |&at: &usize| {
        let followed = follow(word, at, chains);
        // A first piece that is a chain itself would be cut again.
        let again = chains.contains_key(&word[..at]);
        (!again && followed.iter().all(|cut| row.cuts.contains(cut))).then_some((followed.len(), at))
    };
    let best = row.cuts.iter().filter_map(right).max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    best.map(|(_, at)| at)
}

impl Compiled {
    /// The cutter of these splits alone.
    fn cutter(&self) -> Result<Cutter> {
        Cutter::new(&Splitter { rewrite: None, splits: self.splits.clone() })
    }

    /// The pretokens of `words`, cut as they will be at encoding, counted: what hard morphology trains on.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`].
    pub fn pieces(&self, words: &WordCounts, observer: &dyn Observer) -> Result<WordCounts> {
        let cutter = self.cutter()?;
        replaced(words, observer, |text, out| cutter.cut(text, |start, _| out.extend((start > 0).then_some(start))))
    }

    fn judge(&mut self, words: &WordCounts, segmenter: &dyn Segmenter) -> Result<()> {
        let cutter = self.cutter()?;
        let mut wanted = Vec::new();
        for (word, count) in words.iter() {
            let Ok(text) = std::str::from_utf8(word) else { continue };
            cuts(text, segmenter, &mut wanted);
            if wanted.is_empty() {
                continue;
            }
            let mut made = 0;
            cutter.cut(text, |start, _| made += u64::from(wanted.contains(&start)));
            self.words += count;
            self.boundaries += wanted.len() as u64 * count;
            self.kept_boundaries += made * count;
            self.kept_words += if made == wanted.len() as u64 { count } else { 0 };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts before every `+` of a table of words.
    #[derive(Debug)]
    struct Table(Vec<&'static str>);

    impl Segmenter for Table {
        fn boundaries(&self, word: &str, cuts: &mut Vec<usize>) {
            if let Some(row) = self.0.iter().find(|row| row.replace('+', "") == word) {
                let mut at = 0;
                for piece in row.split('+') {
                    at += piece.len();
                    cuts.push(at);
                }
                cuts.pop();
            }
        }
    }

    fn counts(rows: &[(&str, u64)]) -> WordCounts {
        let mut words = WordCounts::default();
        rows.iter().for_each(|(word, count)| words.push(word.as_bytes(), *count));
        words
    }

    fn listed(words: &WordCounts) -> Vec<(String, u64)> {
        words.iter().map(|(word, count)| (String::from_utf8(word.to_vec()).unwrap(), count)).collect()
    }

    fn cut_by(compiled: &Compiled, text: &str) -> String {
        let mut pieces = Vec::new();
        compiled.cutter().unwrap().cut(text, |start, end| pieces.push(text[start..end].to_owned()));
        pieces.join("+")
    }

    #[test]
    fn pretokens_fall_into_morphemes_and_the_space_stays_with_the_first() {
        let table = Table(vec!["ev+ler", "'+da"]);
        let pieces = pieces(&counts(&[(" evler", 2), ("evler", 3), ("'da", 1), (".", 5)]), &table, &()).unwrap();
        let expected = [(" ev", 2), ("'da", 1), (".", 5), ("ev", 3), ("ler", 5)];
        assert_eq!(listed(&pieces), expected.map(|(word, count)| (word.to_owned(), count)));
    }

    #[test]
    fn compiled_tables_cut_what_the_segmenter_cuts() {
        let table = Table(vec!["ev+ler+de", "göz+ler+de", "ev+ler", "ev+de"]);
        let words = counts(&[(" evlerde", 5), (" gözlerde", 2), (" evler", 3), ("(evde", 1), (" masa", 9)]);
        let compiled = compile(&words, &table, 100, &()).unwrap();
        for (word, pieces) in [
            (" evlerde", " ev+ler+de"),
            ("evlerde", "ev+ler+de"),
            ("(evde", "(ev+de"),
            (" masa", " masa"),
            (" tepelerde", " tepelerde"),
        ] {
            assert_eq!(cut_by(&compiled, word), pieces);
        }
        assert_eq!((compiled.words, compiled.kept_words), (11, 11));
        assert_eq!((compiled.boundaries, compiled.kept_boundaries), (18, 18));
        assert_eq!(listed(&compiled.pieces(&words, &()).unwrap())[0], (" ev".to_owned(), 8));
    }

    #[test]
    fn a_word_that_wants_its_chain_cut_otherwise_gets_a_later_first_cut() {
        let table = Table(vec!["ev+i+ni", "el+in+i", "kol+i+ni"]);
        let words = counts(&[(" evini", 5), (" elini", 3), (" kolini", 4)]);
        let compiled = compile(&words, &table, 100, &()).unwrap();
        assert_eq!(cut_by(&compiled, " evini"), " ev+i+ni");
        assert_eq!(cut_by(&compiled, " elini"), " elin+i");
        assert_eq!((compiled.words, compiled.kept_words, compiled.kept_boundaries), (12, 9, 21));
    }

    #[test]
    fn only_the_most_frequent_words_are_compiled() {
        let table = Table(vec!["ev+de", "göz+de"]);
        let compiled = compile(&counts(&[(" evde", 1), (" gözde", 2)]), &table, 1, &()).unwrap();
        assert_eq!((compiled.rows, compiled.kept_words), (1, 2));
        let none = compile(&counts(&[(" masa", 1)]), &table, 10, &()).unwrap();
        assert!(none.splits.is_empty());
    }
}
