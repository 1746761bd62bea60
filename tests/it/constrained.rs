//! Constrained BPE on real text: the rule holds in text that was not trained on, and costs nothing.

use std::path::Path;

use toktool::corpus::{Corpus, Options, Source};
use toktool::count::{CountOptions, Cutting, count};
use toktool::formats::{hf, verify};
use toktool::samples;
use toktool::text::Splitter;
use toktool::tokenizer::Tokenizer;
use toktool::train::constrain::{Rates, rates};
use toktool::train::{BpeTrainer, Constraint, Frame, TrainInput, Trainer, assemble};

const CLUSTERS: [Constraint; 3] = [Constraint::Mark, Constraint::Grapheme, Constraint::Akshara];

/// A byte-level tokenizer with the default pattern, trained on a corpus.
fn trained(corpus: &Corpus, constrain: Constraint, vocab_size: usize) -> Tokenizer {
    let splitter = Splitter::named("unicode").unwrap();
    let cutting = Cutting::new(&[], &splitter).unwrap();
    let words = count(corpus, &cutting, &CountOptions::default(), &()).unwrap().into_words(&()).unwrap();
    let trainer = BpeTrainer { vocab_size, constrain, ..BpeTrainer::default() };
    let trained = trainer.train(TrainInput { words: &words, start: None, observer: &() }).unwrap();
    assemble(trained, &Frame { splitter, ..Frame::default() }, None)
}

/// Ids as the `tokenizers` crate has them, and how well the constraint is kept.
fn judged(tokenizer: &Tokenizer, constraint: Constraint, texts: &[String]) -> Rates {
    verify::against_tokenizers(tokenizer, &hf::write_string(tokenizer).unwrap(), &texts[..texts.len().min(2000)])
        .unwrap();
    rates(tokenizer, constraint, texts).unwrap()
}

#[test]
fn the_rule_holds_in_the_part_of_the_sample_that_was_not_trained_on() {
    for lang in ["hi", "mr"] {
        let texts: Vec<String> = samples::eval(lang).unwrap().lines().map(str::to_owned).collect();
        let sample = || Corpus::from_text(lang, samples::train(lang).unwrap(), Options::default());
        let plain = rates(&trained(&sample(), Constraint::None, 4000), Constraint::Mark, &texts).unwrap();
        assert!(plain.violations * 50 > plain.tokens, "{lang}: a plain training tears signs off: {plain:?}");
        for constraint in CLUSTERS {
            let kept = judged(&trained(&sample(), constraint, 4000), constraint, &texts);
            assert_eq!(kept.violations, 0, "{lang}, {constraint}");
            assert!(kept.fallback * 20 < kept.tokens, "{lang}, {constraint}: {kept:?}");
        }
    }
}

/// The files of `folder` for a language, those to train on and the lines of the one kept apart.
fn split(folder: &Path, lang: &str, apart: &str) -> (Vec<Source>, Vec<String>) {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.retain(|path| name(path).starts_with(lang));
    let (test, train): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| name(path).contains(apart));
    let source = |path| Source { group: None, path };
    let mut lines = Vec::new();
    let corpus = Corpus::open(&test.into_iter().map(source).collect::<Vec<_>>(), Options::default()).unwrap();
    while let Some(raw) = corpus.next().unwrap() {
        lines.extend(raw.decode(&corpus).unwrap().documents().map(str::to_owned));
    }
    (train.into_iter().map(source).collect(), lines)
}

#[test]
fn on_real_text_it_costs_nothing_and_little_is_byte_fallback() {
    let Some(data) = std::env::var_os("TOKTOOL_DATA") else {
        eprintln!("skipped: `TOKTOOL_DATA` is not set");
        return;
    };
    for (lang, apart) in [("hi.", "hindi-stories"), ("mr.", "wikisource")] {
        let (train, lines) = split(&Path::new(&data).join("text"), lang, apart);
        let corpus = || Corpus::open(&train, Options::default()).unwrap();
        let plain = rates(&trained(&corpus(), Constraint::None, 16_000), Constraint::Mark, &lines).unwrap();
        assert!(plain.violations * 100 > plain.tokens, "{lang}: {plain:?}");
        for constraint in CLUSTERS {
            let kept = judged(&trained(&corpus(), constraint, 16_000), constraint, &lines);
            assert_eq!(kept.violations, 0, "{lang} {constraint}");
            if constraint == Constraint::Mark {
                assert!(kept.tokens <= plain.tokens && kept.fallback * 200 < kept.tokens, "{lang} {kept:?}, {plain:?}");
            }
        }
    }
}
