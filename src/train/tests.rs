//! The fast trainer against the naive one and against the `tokenizers` crate.

use proptest::prelude::*;
use tokenizers::models::bpe::{BPE, BpeTrainer as Theirs};
use tokenizers::tokenizer::Trainer as _;

use super::naive::{self, Ties};
use super::*;
use crate::alphabet;
use crate::tokenizer::Alphabet;
use crate::vocab::Vocab;

fn table(words: &[(&str, u64)]) -> WordCounts {
    let mut table = WordCounts::default();
    words.iter().for_each(|(word, count)| table.push(word.as_bytes(), *count));
    table
}

fn ours(trainer: &BpeTrainer, words: &WordCounts) -> Trained {
    let trained = trainer.train(TrainInput { words, start: None, observer: &() }).unwrap();
    trained.model.vocab.check().unwrap_or(());
    trained
}

fn slow(trainer: &BpeTrainer, words: &WordCounts) -> Vocab {
    let symbols = Symbols::new(trainer, words).unwrap();
    naive::train(
        &symbols,
        words,
        trainer.vocab_size,
        trainer.min_frequency,
        trainer.max_token_length,
        Ties::SmallerIds,
        &|_, _| true,
    )
}

/// The merge list of the `tokenizers` crate, as strings of the byte alphabet.
fn theirs(trainer: &BpeTrainer, words: &WordCounts) -> Vec<(String, String)> {
    let mut builder = Theirs::builder()
        .show_progress(false)
        .vocab_size(trainer.vocab_size)
        .min_frequency(trainer.min_frequency)
        .special_tokens(trainer.special_tokens.iter().map(|t| tokenizers::AddedToken::from(t.as_str(), true)).collect())
        .max_token_length(trainer.max_token_length);
    if trainer.alphabet == Alphabet::Bytes {
        builder = builder.initial_alphabet((0..=255).map(alphabet::char_of).collect());
    }
    if let Some(limit) = trainer.limit_alphabet {
        builder = builder.limit_alphabet(limit);
    }
    let mut trainer_of_theirs = builder.build();
    let spelled: Vec<String> = words
        .iter()
        .flat_map(|(word, count)| {
            let text = match trainer.alphabet {
                Alphabet::Bytes => alphabet::spell(word),
                Alphabet::Chars => String::from_utf8(word.to_vec()).unwrap(),
            };
            std::iter::repeat_n(text, count as usize)
        })
        .collect();
    trainer_of_theirs.feed(spelled.iter(), |word| Ok(vec![word.to_owned()])).unwrap();
    let mut model = BPE::default();
    trainer_of_theirs.train(&mut model).unwrap();
    let json: serde_json::Value = serde_json::to_value(&model).unwrap();
    let pair = |m: &serde_json::Value| (m[0].as_str().unwrap().to_owned(), m[1].as_str().unwrap().to_owned());
    json["merges"].as_array().unwrap().iter().map(pair).collect()
}

fn strings(vocab: &Vocab, alphabet: Alphabet) -> Vec<(String, String)> {
    let text = |id| match alphabet {
        Alphabet::Bytes => alphabet::spell(vocab.token(id).unwrap()),
        Alphabet::Chars => String::from_utf8(vocab.token(id).unwrap().to_vec()).unwrap(),
    };
    vocab.merges.iter().map(|m| (text(m.left), text(m.right))).collect()
}

fn words() -> impl Strategy<Value = Vec<(String, u64)>> {
    prop::collection::vec(("[abcé]{1,12}|a{1,30}|(ab){1,9}", 1u64..40), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn merges_equal_the_naive_trainer(
        words in words(),
        size in 0usize..120,
        min_frequency in 0u64..6,
        max_token_length in prop::option::of(2usize..9),
        chars in any::<bool>(),
        wide in any::<bool>(),
    ) {
        let rows: Vec<(&str, u64)> = words.iter().map(|(w, n)| (w.as_str(), *n)).collect();
        let words = table(&rows);
        // A size past 65,534 takes the wide slots, and learns until no pair is left.
        let vocab_size = if wide { 70_000 } else { 260 + size };
        let trainer = BpeTrainer {
            vocab_size,
            min_frequency,
            max_token_length,
            special_tokens: vec!["<s>".into(), "ab".into()],
            alphabet: if chars { Alphabet::Chars } else { Alphabet::Bytes },
            ..BpeTrainer::default()
        };
        let fast = ours(&trainer, &words);
        let slow = slow(&trainer, &words);
        prop_assert_eq!(&fast.model.vocab.merges, &slow.merges);
        prop_assert_eq!(fast.model.vocab.len(), slow.len());
    }

    #[test]
    fn merges_equal_the_tokenizers_crate(words in words(), size in 0usize..80, chars in any::<bool>(), max in prop::option::of(2usize..7)) {
        let rows: Vec<(&str, u64)> = words.iter().map(|(w, n)| (w.as_str(), *n)).collect();
        let words = table(&rows);
        let trainer = BpeTrainer {
            vocab_size: 258 + size,
            max_token_length: max,
            special_tokens: vec!["<s>".into()],
            alphabet: if chars { Alphabet::Chars } else { Alphabet::Bytes },
            ..BpeTrainer::default()
        };
        let fast = ours(&trainer, &words);
        let expected = theirs(&trainer, &words);
        let got = strings(&fast.model.vocab, trainer.alphabet);
        // Where a token is learned a second time, the count that lingers in the other trainer may bring a pair back:
        // only up to there do the lists have to agree.
        let mut seen = std::collections::BTreeSet::new();
        let agreed = got.iter().position(|(a, b)| !seen.insert(format!("{a}{b}"))).unwrap_or(got.len());
        prop_assert_eq!(&got[..agreed.min(expected.len())], &expected[..agreed.min(expected.len())]);
        if agreed == got.len() {
            prop_assert_eq!(got.len(), expected.len());
        }
    }

    #[test]
    fn a_smaller_size_is_a_beginning(words in words(), small in 0usize..40, more in 0usize..40) {
        let rows: Vec<(&str, u64)> = words.iter().map(|(w, n)| (w.as_str(), *n)).collect();
        let words = table(&rows);
        let trainer = |vocab_size| BpeTrainer { vocab_size, special_tokens: vec!["</s>".into()], ..BpeTrainer::default() };
        let large = ours(&trainer(257 + small + more), &words);
        prop_assert_eq!(large.truncated(257 + small), ours(&trainer(257 + small), &words));
    }

    #[test]
    fn continuing_keeps_what_was_learned(words in words(), first in 0usize..40, more in 1usize..40) {
        let rows: Vec<(&str, u64)> = words.iter().map(|(w, n)| (w.as_str(), *n)).collect();
        let words = table(&rows);
        let trainer = |vocab_size| BpeTrainer { vocab_size, ..BpeTrainer::default() };
        let start = ours(&trainer(256 + first), &words);
        let tokenizer = Tokenizer { model: crate::tokenizer::Model::Bpe(start.model.clone()), ..Tokenizer::default() };
        let input = TrainInput { words: &words, start: Some(&tokenizer), observer: &() };
        let continued = trainer(256 + first + more).train(input).unwrap();
        prop_assert_eq!(&continued.model.vocab.merges[..start.model.vocab.merges.len()], &start.model.vocab.merges[..]);
        // On the same words, continuing is the same as never having stopped, unless a token was learned twice.
        let whole = ours(&trainer(256 + first + more), &words);
        let distinct: std::collections::BTreeSet<_> = whole.model.vocab.merges.iter().map(|m| m.new).collect();
        if distinct.len() == whole.model.vocab.merges.len() {
            prop_assert_eq!(continued.model.vocab.merges, whole.model.vocab.merges);
        }
    }
}

#[test]
fn limit_alphabet_drops_the_rarest_characters_as_the_tokenizers_crate_does() {
    let words = table(&[("xaybxa", 5), ("aab", 9), ("yzab", 2)]);
    let trainer =
        BpeTrainer { vocab_size: 12, alphabet: Alphabet::Chars, limit_alphabet: Some(3), ..BpeTrainer::default() };
    let fast = ours(&trainer, &words);
    assert_eq!(strings(&fast.model.vocab, Alphabet::Chars), theirs(&trainer, &words));
    assert!(fast.model.vocab.by_token().contains_key(&b"x"[..]));
    assert!(!fast.model.vocab.by_token().contains_key(&b"z"[..]));
}

#[test]
fn byte_fallback_spells_what_the_alphabet_lacks_and_is_not_merged() {
    let words = table(&[("aééé", 3), ("aa", 50)]);
    let trainer = BpeTrainer {
        vocab_size: 260,
        alphabet: Alphabet::Chars,
        byte_fallback: true,
        limit_alphabet: Some(1),
        ..BpeTrainer::default()
    };
    let vocab = ours(&trainer, &words).model.vocab;
    assert_eq!(vocab.token(0), Some(&b"<0x00>"[..]));
    assert_eq!(vocab.token(256), Some(&b"a"[..]));
    assert_eq!(vocab.token(vocab.merges[0].new), Some(&b"aa"[..]));
    // Merges of fallback bytes would be tokens that no decoder turns back into their bytes.
    assert_eq!(vocab.merges.len(), 1);
}

#[test]
fn counts_past_32_bits_keep_their_order() {
    let big = 1u64 << 33;
    let words = table(&[("ab", big), ("cd", big - 1), ("ef", (1 << 31) + 5), ("gh", 7)]);
    let trainer = BpeTrainer { vocab_size: 260, ..BpeTrainer::default() };
    let trained = ours(&trainer, &words);
    let merges = strings(&trained.model.vocab, Alphabet::Bytes);
    assert_eq!(merges.iter().map(|(a, b)| format!("{a}{b}")).collect::<Vec<_>>(), ["ab", "cd", "ef", "gh"]);
    assert_eq!(trained.counts, [big, big - 1, (1 << 31) + 5, 7]);
    let too_big = table(&[("ab", u64::MAX), ("abc", 1)]);
    assert!(trainer.train(TrainInput { words: &too_big, start: None, observer: &() }).is_err());
}

#[test]
fn one_letter_a_million_times_is_learned_in_no_time() {
    let words = table(&[(&"a".repeat(1_000_000), 1)]);
    let trainer = BpeTrainer { vocab_size: 300, ..BpeTrainer::default() };
    assert_eq!(ours(&trainer, &words).model.vocab.token(258), Some(&b"aaaaaaaa"[..]));
}

#[test]
fn options_that_cannot_be_met_are_refused() {
    let words = table(&[("ab", 2)]);
    let refused = |trainer: BpeTrainer| {
        trainer.train(TrainInput { words: &words, start: None, observer: &() }).unwrap_err().to_string()
    };
    let with = |special: &[&str]| BpeTrainer {
        special_tokens: special.iter().map(|&s| s.to_owned()).collect(),
        ..BpeTrainer::default()
    };
    assert!(refused(with(&["<a>", "<a>"])).contains("twice"));
    assert!(refused(with(&[""])).contains("empty"));
    assert!(refused(BpeTrainer { vocab_size: 255, ..BpeTrainer::default() }).contains("smaller"));
    assert!(refused(BpeTrainer { limit_alphabet: Some(9), ..BpeTrainer::default() }).contains("256"));
}

#[test]
fn the_reference_run_with_ties_to_the_greater_bytes() {
    let Some(data) = std::env::var_os("TOKTOOL_DATA").map(std::path::PathBuf::from) else {
        eprintln!("skipped: TOKTOOL_DATA is not set");
        return;
    };
    let folder = data.join("bpe-reference");
    let text = std::fs::read_to_string(folder.join("corpus.en")).unwrap();
    let expected = std::fs::read_to_string(folder.join("train-bpe-reference-merges.txt")).unwrap();
    let pattern = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    let regex = fancy_regex::Regex::new(pattern).unwrap();
    let mut counts = std::collections::BTreeMap::<&str, u64>::new();
    for piece in text.split("<|endoftext|>").flat_map(|part| regex.find_iter(part)) {
        *counts.entry(piece.unwrap().as_str()).or_default() += 1;
    }
    let words = table(&counts.into_iter().collect::<Vec<_>>());
    let trainer = BpeTrainer { special_tokens: vec!["<|endoftext|>".into()], ..BpeTrainer::default() };
    let symbols = Symbols::new(&trainer, &words).unwrap();
    let vocab = naive::train(&symbols, &words, 257 + 243, 0, None, Ties::GreaterBytes, &|_, _| true);
    let got: Vec<String> = strings(&vocab, Alphabet::Bytes).into_iter().map(|(a, b)| format!("{a} {b}")).collect();
    assert_eq!(got, expected.lines().collect::<Vec<_>>());
}
