//! Whether words that share a morpheme share a token.
//!
//! Over pairs of different words, T says that the two share a token (an id) and M that they share a morpheme: P = #(T and M) /
//! #T, R = #(T and M) / #M. MorphBPE (arXiv 2502.00894) names such a measure without a formula; this is the reading here.
//! Every word is a neighbour of thousands by way of its single letters, so there is a variant without tokens of at most
//! one character ([`Options::ignore_single`]).
//!
//! Rows of the same word are one word with the morphemes and tokens of all of them. Morphemes are the canonical ones, else the
//! pieces, else the lemma. Up to [`Options::exact_words`] words all pairs are counted: for each word the set of words
//! that share a token with it is the union of bit sets, one a token, or of lists where a token is rare. Above that
//! [`Options::pairs`] pairs are drawn, both words of a pair evenly among all, the same pair perhaps twice.
//!
//! O(words² / 64 x tokens a word) for all pairs, in parallel over words.
//!
//! [`lemma_first_token`] asks the same of the forms of a lemma: do they all begin with the same token?

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Prediction, Prf, ratio};
use crate::gold::GoldWord;
use toktool::random::Random;

/// Settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Up to how many words all pairs are counted; 50,000 by default.
    pub exact_words: usize,
    /// How many pairs are drawn above that; 2,000,000 by default.
    pub pairs: u64,
    /// Which.
    pub seed: u64,
    /// Leave tokens out that are a character or less; off by default.
    pub ignore_single: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { exact_words: 50_000, pairs: 2_000_000, seed: 1, ignore_single: false }
    }
}

/// A score.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Consistency {
    /// Over pairs.
    pub prf: Prf,
    /// Pairs that share both.
    pub both: u64,
    /// Pairs that share a token.
    pub tokens: u64,
    /// Pairs that share a morpheme.
    pub morphemes: u64,
    /// Pairs looked at.
    pub pairs: u64,
    /// Whether these were drawn.
    pub sampled: bool,
}

/// For each word the numbers of what it has, ascending, each once.
type Sets = Vec<Vec<u32>>;

/// Counts of pairs: both, tokens, morphemes.
type Counts = [u64; 3];

/// The consistency of all rows that have morphemes, boundaries or a lemma.
pub fn consistency(gold: &[GoldWord], prediction: &Prediction, options: &Options) -> Consistency {
    let (tokens, morphemes) = sets(gold, prediction, options.ignore_single);
    let n = tokens.len() as u64;
    let all = n * n.saturating_sub(1) / 2;
    let sampled = tokens.len() > options.exact_words;
    let ([both, shared_tokens, shared_morphemes], pairs) =
        if sampled { (drawn(&tokens, &morphemes, options), options.pairs) } else { (exact(&tokens, &morphemes), all) };
    Consistency {
        prf: Prf::of_counts(both, shared_tokens, shared_morphemes),
        both,
        tokens: shared_tokens,
        morphemes: shared_morphemes,
        pairs,
        sampled,
    }
}

/// Tokens and morphemes of each distinct word, in the order of the words' spelling.
fn sets(gold: &[GoldWord], prediction: &Prediction, ignore_single: bool) -> (Sets, Sets) {
    let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, word) in gold.iter().enumerate() {
        if !(word.morphemes.is_empty() && word.segmentations.is_empty() && word.lemma.is_none()) {
            rows.entry(&word.word).or_default().push(row);
        }
    }
    let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
    let (mut tokens, mut morphemes) = (Sets::new(), Sets::new());
    for (word, rows) in rows {
        let single = |start: usize, end: usize| {
            let bytes = word.as_bytes().get(start..end).unwrap_or_default();
            // What is not text and has four bytes at most is a part of a character.
            std::str::from_utf8(bytes).map_or(bytes.len() <= 4, |text| text.chars().count() <= 1)
        };
        let own = rows.iter().filter_map(|&row| prediction.tokens.get(row)).flatten();
        let own = own.filter(|token| !(ignore_single && single(token.start, token.end))).map(|token| token.id);
        tokens.push(set(own));
        let mut number = |morpheme| {
            let fresh = numbers.len() as u32;
            *numbers.entry(morpheme).or_insert(fresh)
        };
        morphemes.push(set(rows.iter().flat_map(|&row| super::morphemes(&gold[row])).map(&mut number)));
    }
    (tokens, morphemes)
}

fn set(items: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut items: Vec<u32> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// Which words have an item.
enum Posting {
    Bits(Vec<u64>),
    List(Vec<u32>),
}

struct Index(FxHashMap<u32, Posting>);

impl Index {
    fn new(sets: &Sets) -> Index {
        let mut lists: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for (word, items) in (0..).zip(sets) {
            for &item in items {
                lists.entry(item).or_default().push(word);
            }
        }
        let blocks = sets.len().div_ceil(64);
        let posting = |list: Vec<u32>| {
            if list.len() <= blocks {
                return Posting::List(list);
            }
            let mut bits = vec![0; blocks];
            list.iter().for_each(|&word| bits[word as usize / 64] |= 1 << (word % 64));
            Posting::Bits(bits)
        };
        Index(lists.into_iter().map(|(item, list)| (item, posting(list))).collect())
    }

    /// Marks every word that has one of the items.
    fn mark(&self, items: &[u32], marks: &mut [u64]) {
        marks.fill(0);
        for posting in items.iter().filter_map(|item| self.0.get(item)) {
            match posting {
                Posting::Bits(bits) => marks.iter_mut().zip(bits).for_each(|(mark, bits)| *mark |= bits),
                Posting::List(list) => list.iter().for_each(|&word| marks[word as usize / 64] |= 1 << (word % 64)),
            }
        }
    }
}

fn exact(tokens: &Sets, morphemes: &Sets) -> Counts {
    let (by_token, by_morpheme) = (Index::new(tokens), Index::new(morphemes));
    let blocks = tokens.len().div_ceil(64);
    let count = |(a, b): &mut (Vec<u64>, Vec<u64>), word: usize| -> Counts {
        by_token.mark(&tokens[word], a);
        by_morpheme.mark(&morphemes[word], b);
        // A pair is counted at the earlier of its words.
        let (first, bit) = (word / 64, word % 64);
        let later = |n: usize| if n == first { u64::MAX.checked_shl(bit as u32 + 1).unwrap_or(0) } else { u64::MAX };
        let mut counts = [0; 3];
        for n in first..blocks {
            let (a, b) = (a[n] & later(n), b[n] & later(n));
            for (count, bits) in counts.iter_mut().zip([a & b, a, b]) {
                *count += u64::from(bits.count_ones());
            }
        }
        counts
    };
    let marks = || (vec![0; blocks], vec![0; blocks]);
    (0..tokens.len()).into_par_iter().map_init(marks, count).reduce(|| [0; 3], add)
}

fn add(a: Counts, b: Counts) -> Counts {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

fn drawn(tokens: &Sets, morphemes: &Sets, options: &Options) -> Counts {
    let n = tokens.len();
    if n < 2 {
        return [0; 3];
    }
    let mut random = Random::new(options.seed);
    let mut counts = [0; 3];
    for _ in 0..options.pairs {
        let first = random.below(n);
        let second = (first + 1 + random.below(n - 1)) % n;
        let meet = |sets: &Sets| meet(&sets[first], &sets[second]);
        let (t, m) = (meet(tokens), meet(morphemes));
        counts = add(counts, [u64::from(t && m), u64::from(t), u64::from(m)]);
    }
    counts
}

/// Whether two ascending lists have something in common.
fn meet(a: &[u32], b: &[u32]) -> bool {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => return true,
        }
    }
    false
}

/// Lemmas whose forms begin alike.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FirstToken {
    /// The share of lemmas all of whose forms begin with the same token.
    pub share: Option<f64>,
    /// Lemmas with two or more forms.
    pub lemmas: u64,
}

/// The share of lemmas (with two or more forms) whose forms all begin with the same token.
pub fn lemma_first_token(gold: &[GoldWord], prediction: &Prediction) -> FirstToken {
    let mut forms: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    for (row, word) in gold.iter().enumerate() {
        let first = prediction.tokens.get(row).and_then(|tokens| tokens.first());
        if let (Some(lemma), Some(first)) = (&word.lemma, first) {
            forms.entry(lemma).or_default().insert(&word.word, first.id);
        }
    }
    let (mut same, mut lemmas) = (0, 0);
    for forms in forms.values().filter(|forms| forms.len() > 1) {
        let mut ids = forms.values();
        let first = ids.next();
        lemmas += 1;
        same += u64::from(ids.all(|id| Some(id) == first));
    }
    FirstToken { share: ratio(same, lemmas), lemmas }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toktool::encode::Token;

    use super::*;

    fn row(word: &str, segmentation: &[usize]) -> GoldWord {
        GoldWord { word: word.into(), segmentations: vec![segmentation.to_vec()], ..GoldWord::default() }
    }

    #[test]
    fn by_hand() {
        // Morphemes: ev ler | ev den | yol den | masa: (1,2) share ev, (2,3) den. Tokens: evl er | ev den | yol d en | masa:
        // no two words share one.
        let gold = [row("evler", &[2]), row("evden", &[2]), row("yolden", &[3]), row("masa", &[])];
        let words = super::super::words(&gold);
        let options = Options::default();
        let none = consistency(&gold, &Prediction::of_cuts(&words, &[vec![3], vec![2], vec![3, 4], vec![]]), &options);
        assert_eq!((none.both, none.tokens, none.morphemes, none.pairs, none.sampled), (0, 0, 2, 6, false));
        assert_eq!(none.prf, Prf { precision: None, recall: Some(0.0), f1: Some(0.0) });
        // Tokens: ev l er | ev d en | yo l d en | masa: (1,2) ev, (1,3) l, (2,3) d, en. P = 2/3, R = 1, F1 = 4/5.
        let cuts = [vec![2, 3], vec![2, 3], vec![2, 3, 4], vec![]];
        let some = consistency(&gold, &Prediction::of_cuts(&words, &cuts), &options);
        assert_eq!((some.both, some.tokens, some.morphemes), (2, 3, 2));
        assert_eq!(some.prf, Prf { precision: Some(2.0 / 3.0), recall: Some(1.0), f1: Some(0.8) });
        // Without l and d: (1,2) ev, (2,3) en.
        let options = Options { ignore_single: true, ..options };
        let some = consistency(&gold, &Prediction::of_cuts(&words, &cuts), &options);
        assert_eq!((some.both, some.tokens), (2, 2));
    }

    #[test]
    fn rows_of_a_word_are_one_word() {
        let gold = [row("yazar", &[]), row("yazar", &[3]), row("yaz", &[])];
        let prediction = Prediction::of_cuts(&super::super::words(&gold), &[vec![3], vec![3], vec![]]);
        let score = consistency(&gold, &prediction, &Options::default());
        assert_eq!((score.both, score.tokens, score.morphemes, score.pairs), (1, 1, 1, 1));
    }

    #[test]
    fn lemmas_by_hand() {
        let form =
            |word: &str, lemma: &str| GoldWord { word: word.into(), lemma: Some(lemma.into()), ..GoldWord::default() };
        let gold =
            [form("eve", "ev"), form("evde", "ev"), form("gel", "gel"), form("git", "git"), form("gider", "git")];
        let cuts = [vec![2], vec![2], vec![], vec![], vec![3]];
        let first = lemma_first_token(&gold, &Prediction::of_cuts(&super::super::words(&gold), &cuts));
        // ev: ev, ev. gel has one form. git: git, gid.
        assert_eq!((first.share, first.lemmas), (Some(0.5), 2));
    }

    fn naive(tokens: &Sets, morphemes: &Sets) -> Counts {
        let mut counts = [0; 3];
        for i in 0..tokens.len() {
            for j in i + 1..tokens.len() {
                let share = |sets: &Sets| sets[i].iter().any(|item| sets[j].contains(item));
                let (t, m) = (share(tokens), share(morphemes));
                counts = add(counts, [u64::from(t && m), u64::from(t), u64::from(m)]);
            }
        }
        counts
    }

    proptest! {
        #[test]
        fn all_pairs_are_counted(words in proptest::collection::vec(
            (proptest::collection::btree_set(0u32..8, 0..4), proptest::collection::btree_set(0u32..90, 0..3)), 0..200)) {
            let tokens: Sets = words.iter().map(|(a, _)| a.iter().copied().collect()).collect();
            let morphemes: Sets = words.iter().map(|(_, b)| b.iter().copied().collect()).collect();
            prop_assert_eq!(exact(&tokens, &morphemes), naive(&tokens, &morphemes));
        }
    }

    #[test]
    fn drawn_pairs_are_near_all_pairs() {
        let mut random = Random::new(5);
        let (mut gold, mut tokens) = (Vec::new(), Vec::new());
        for n in 0..400 {
            let (a, b) = (random.below(20) as u32, random.below(30) as u32);
            let morphemes = vec![format!("s{}", a), format!("t{}", b % 10)];
            gold.push(GoldWord { word: format!("w{n}"), morphemes, ..GoldWord::default() });
            tokens.push(vec![Token { id: a, start: 0, end: 2 }, Token { id: 100 + b, start: 2, end: 4 }]);
        }
        let prediction = Prediction { cuts: vec![vec![2]; 400], tokens };
        let all = consistency(&gold, &prediction, &Options::default());
        let some =
            consistency(&gold, &prediction, &Options { exact_words: 10, pairs: 1_000_000, ..Options::default() });
        assert!(some.sampled && some.pairs == 1_000_000 && !all.sampled && all.pairs == 79_800);
        assert!((all.prf.f1.unwrap() - some.prf.f1.unwrap()).abs() < 0.01, "{all:?} {some:?}");
    }
}
