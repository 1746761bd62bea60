use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use super::contexts::{COLUMNS, EDGE, Kind, column, hash};
use super::*;
use crate::count::{CountOptions, Cutting, count};
use crate::encode::{EncodeOptions, Scratch};
use crate::inventory::Inventory;
use crate::samples;
use crate::text::Splitter;
use crate::tokenizer::Tokenizer;
use crate::train::{BpeTrainer, Frame, TrainInput, Trainer, assemble};

fn corpus(text: &'static str) -> Corpus {
    Corpus::from_text("text", text, Options::default())
}

/// A byte-level tokenizer of so many tokens, with words cut in this way.
fn tokenizer(corpus: &Corpus, vocab_size: usize, pattern: &str) -> Tokenizer {
    let splitter = Splitter::named(pattern).unwrap();
    let counted = count(corpus, &Cutting::new(&[], &splitter).unwrap(), &CountOptions::default(), &()).unwrap();
    let trainer = BpeTrainer { vocab_size, ..BpeTrainer::default() };
    let words = counted.into_words(&()).unwrap();
    let trained = trainer.train(TrainInput { words: &words, start: None, observer: &() }).unwrap();
    assemble(trained, &Frame { splitter, ..Frame::default() }, None)
}

/// Two tokenizers, with the ids of the tokens that both have and that are longer than a byte.
struct Two {
    encoders: [Encoder; 2],
    shared: [Vec<Id>; 2],
    /// All tokens of the first.
    all: Vec<Id>,
}

impl Two {
    fn of(tokenizers: [&Tokenizer; 2]) -> Two {
        let encoders = tokenizers.map(|tokenizer| Encoder::new(tokenizer).unwrap());
        let inventory = |n: usize| Inventory::new(tokenizers[n], &encoders[n]).unwrap();
        let (a, b) = (inventory(0), inventory(1));
        let ids: BTreeMap<&[u8], Id> = (0..b.len() as Id).map(|id| (b.bytes(id), id)).collect();
        let long = |id: &Id| a.bytes(*id).len() > 1 && ids.contains_key(a.bytes(*id));
        let first: Vec<Id> = (0..a.len() as Id).filter(long).collect();
        let second = first.iter().map(|&id| ids[a.bytes(id)]).collect();
        Two { shared: [first, second], all: (0..a.len() as Id).collect(), encoders }
    }

    fn table(&self, corpus: &Corpus, limit: usize) -> Table {
        let mut reader = Reader::default();
        reader.add(&self.encoders[0], &self.all);
        reader.add(&self.encoders[1], &self.shared[1]);
        reader.read(corpus, limit, &()).unwrap()
    }

    /// For each shared token that has both vectors: the cosine of them, and the token of the first vocabulary that is
    /// nearest to the second's vector. One shared token in `step`.
    fn nearest(&self, trained: &Trained, step: usize) -> Vec<(Id, f64, Id)> {
        let cosine = |a: &[f32], b: &[f32]| crate::transplant::auxiliary::cosine(a, b).unwrap_or(-1.0);
        let mut found = Vec::new();
        for (n, &id) in self.shared[0].iter().enumerate().step_by(step) {
            let (Some(own), Some(other)) = (trained.get(id as usize), trained.get(self.all.len() + n)) else {
                continue;
            };
            let all = self.all.iter().filter_map(|&id| Some((cosine(trained.get(id as usize)?, other), id)));
            let best = all.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
            found.push((id, cosine(own, other), best.1));
        }
        found
    }
}

/// The same, told from the definition: words by looking at every one, counts in a map, information by its formula.
#[test]
fn counts_and_information_are_those_of_the_definition() {
    let text = "Evde, evler ve evlerde.\nEv evdedir; evler\n\n 'ev'  x\nevler evde evler evde ve ve\n";
    let tokenizers = [tokenizer(&corpus(text), 262, "unicode"), tokenizer(&corpus(text), 266, "whitespace")];
    let two = Two::of([&tokenizers[0], &tokenizers[1]]);
    let table = two.table(&corpus(text), usize::MAX);
    let mut counts: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    let mut seen: BTreeMap<usize, u64> = BTreeMap::new();
    for line in text.lines() {
        let words: Vec<(usize, &str)> = unicode_segmentation::UnicodeSegmentation::split_word_bound_indices(line)
            .filter(|(_, word)| !word.trim().is_empty())
            .collect();
        for (side, encoder) in two.encoders.iter().enumerate() {
            for token in encoder.encode_offsets(line, EncodeOptions::default(), &mut Scratch::default()).unwrap() {
                let row = match side {
                    0 => Some(token.id as usize),
                    _ => two.shared[1].iter().position(|&id| id == token.id).map(|n| two.all.len() + n),
                };
                let Some(row) = row else { continue };
                *seen.entry(row).or_default() += 1;
                let of = |&(start, word): &(usize, &str)| start < token.end && start + word.len() > token.start;
                let own: Vec<&(usize, &str)> = words.iter().filter(|word| of(word)).collect();
                let mut contexts = Vec::new();
                match (own.first(), own.last()) {
                    (Some(first), Some(last)) => {
                        let end = last.0 + last.1.len();
                        contexts.push((Kind::Before, hash(&line.as_bytes()[first.0..token.start.max(first.0)])));
                        contexts.push((Kind::After, hash(&line.as_bytes()[token.end.min(end)..end])));
                    }
                    _ => contexts.extend([(Kind::Gap, EDGE); 2]),
                }
                let mut left: Vec<u64> = words
                    .iter()
                    .filter(|(start, word)| start + word.len() <= token.start)
                    .map(|(_, word)| hash(word.to_lowercase().as_bytes()))
                    .collect();
                left.reverse();
                let right = words.iter().filter(|(start, _)| *start >= token.end);
                let right: Vec<u64> = right.map(|(_, word)| hash(word.to_lowercase().as_bytes())).collect();
                for n in 0..2 {
                    contexts.push((Kind::Left, left.get(n).copied().unwrap_or(EDGE)));
                    contexts.push((Kind::Right, right.get(n).copied().unwrap_or(EDGE)));
                }
                for (kind, what) in contexts {
                    *counts.entry((row, column(kind, what) as usize)).or_default() += 1;
                }
            }
        }
    }
    assert!(seen.len() > 20 && counts.len() > 100, "{} {}", seen.len(), counts.len());
    assert!(table.iter().map(|(row, column, count)| ((row, column), count)).eq(counts.iter().map(|(k, n)| (*k, *n))));
    assert!(seen.iter().all(|(&row, &n)| table.seen(row) == n));

    let (matrix, rows) = factor::Sparse::of(&table, 2);
    let mut by_column = vec![0.0; COLUMNS];
    counts.iter().for_each(|(&(_, column), &n)| by_column[column] += f64::from(n));
    let all: f64 = by_column.iter().map(|n: &f64| n.powf(0.75)).sum();
    let mut expected: BTreeMap<u32, Vec<(usize, f64)>> = BTreeMap::new();
    for (&(row, column), &n) in counts.iter().filter(|((row, _), _)| seen[row] >= 2) {
        let information = (f64::from(n) / (6.0 * seen[&row] as f64) / (by_column[column].powf(0.75) / all)).ln();
        if information > 0.0 {
            expected.entry(row as u32).or_default().push((column, information));
        }
    }
    assert_eq!(rows, expected.keys().copied().collect::<Vec<_>>());
    for (found, expected) in matrix.rows().zip(expected.values()) {
        let found: Vec<(usize, f32)> = found.collect();
        assert_eq!(found.len(), expected.len());
        assert!(found.iter().zip(expected).all(|(f, e)| f.0 == e.0 && (f64::from(f.1) - e.1).abs() < 1e-5));
    }
}

#[test]
fn threads_change_no_bit() {
    let text = samples::train("hi").unwrap();
    let tokenizers = [tokenizer(&corpus(text), 500, "unicode"), tokenizer(&corpus(text), 900, "gpt2")];
    let two = Two::of([&tokenizers[0], &tokenizers[1]]);
    let run = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Trained::of(&two.table(&corpus(text), 50_000), seed, &()).unwrap().numbers)
    };
    let one = run(1, 1);
    assert!(one.iter().all(|x| x.is_finite()));
    assert_eq!(one, run(3, 1));
    assert_ne!(one, run(3, 2));
}

/// One text, two ways to cut it: a token that both have has nearly the same vector in both.
#[test]
fn equal_tokens_have_nearly_equal_vectors() {
    let text = samples::train("tr").unwrap();
    let tokenizers = [tokenizer(&corpus(text), 900, "unicode"), tokenizer(&corpus(text), 1100, "gpt2")];
    let two = Two::of([&tokenizers[0], &tokenizers[1]]);
    let trained = Trained::of(&two.table(&corpus(text), usize::MAX), 1, &()).unwrap();
    let found = two.nearest(&trained, 1);
    let mean = found.iter().map(|found| found.1).sum::<f64>() / found.len() as f64;
    let itself = found.iter().filter(|found| found.0 == found.2).count() as f64 / found.len() as f64;
    println!("{} tokens, mean cosine {mean:.3}, nearest to themselves {itself:.3}", found.len());
    assert!(found.len() > 400 && mean > 0.9 && itself > 0.9, "{} {mean} {itself}", found.len());
}

/// Real Turkish, one half for each vocabulary: the tokens of the second half find themselves among those of the first,
/// though no sentence is in both.
#[test]
fn tokens_find_themselves_in_another_text() {
    let Some(data) = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from) else {
        return println!("skipped: `TOKTOOL_DATA` is not set");
    };
    let path = data.join("text/tr.zemberek-cnn-turk-10k.txt.zst");
    let open = || Corpus::open(&[Source { group: None, path: path.clone() }], Options::default()).unwrap();
    let mut halves = [String::new(), String::new()];
    let whole = open();
    while let Some(raw) = whole.next().unwrap() {
        for (n, document) in raw.decode(&whole).unwrap().documents().enumerate() {
            halves[n % 2].push_str(document);
            halves[n % 2].push('\n');
        }
    }
    let halves: [&'static str; 2] = halves.map(|half| &*half.leak());
    let tokenizers = [tokenizer(&open(), 8000, "unicode"), tokenizer(&open(), 6000, "gpt2")];
    let two = Two::of([&tokenizers[0], &tokenizers[1]]);
    let [first, second] = halves.map(|half| two.table(&corpus(half), PAIRS));
    let table = first.splice(&second, two.all.len());
    let trained = Trained::of(&table, 1, &()).unwrap();
    let found = two.nearest(&trained, 8);
    let itself = found.iter().filter(|found| found.0 == found.2).count() as f64 / found.len() as f64;
    let distinct = found.iter().map(|found| found.2).collect::<HashSet<_>>().len();
    println!("{} tokens, nearest to themselves {itself:.3}, distinct neighbours {distinct}", found.len());
    assert!(found.len() > 400 && itself > 0.4, "{} {itself}", found.len());
}
