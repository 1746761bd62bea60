//! Figures that others published or counted by other means, on real text and real gold. They need the folder that
//! `TOKTOOL_DATA` names, and say so where it is not there.

use std::path::PathBuf;

use toktool::corpus::Source;
use toktool::formats::hf::from_vocab_and_merges;

use super::*;
use crate::gold;
use crate::metric;

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: TOKTOOL_DATA names no folder");
    }
    folder
}

/// GPT-2, as it was published.
pub(crate) fn gpt2(data: &std::path::Path) -> Vec<Subject> {
    let text = |name: &str| std::fs::read_to_string(data.join("bpe-reference").join(name)).unwrap();
    let tokenizer = from_vocab_and_merges(&text("gpt2_vocab.json"), &text("gpt2_merges.txt")).unwrap();
    vec![Subject::new("gpt2", tokenizer).unwrap()]
}

fn options<'m>(names: &[&str]) -> Options<'m> {
    let metrics = names.iter().map(|name| metric::find(name).unwrap()).collect();
    Options { metrics, seed: 0, threads: 2, sample_tokens: 1 << 16, baselines: false, paper: None }
}

/// GPT-2 on the development part of XQuAD, each line alone, words between white space. The token counts are those of the
/// `tokenizers` library; the ratios are these over 42,040, 33,775, 47,478, 40,557 and 38,378 words.
#[test]
fn gpt2_on_xquad() {
    let Some(data) = data() else { return };
    let counted = [
        ("en", 53_484.0, Some(1.272)),
        ("tr", 124_563.0, Some(3.688)),
        ("hi", 388_582.0, Some(8.184)),
        ("de", 108_236.0, Some(2.669)),
        ("ar", 225_869.0, Some(5.885)),
        ("zh", 161_873.0, None),
    ];
    let input = |&(lang, ..): &(&str, f64, Option<f64>)| {
        let source = Source { group: None, path: data.join(format!("parallel/xquad.{lang}.txt.zst")) };
        let open = move || Corpus::open(std::slice::from_ref(&source), Default::default());
        let (name, language) = (lang.to_owned(), Some(lang.to_owned()));
        Input { name, language, embedded: false, lexicon: None, open: Box::new(open), again: true }
    };
    let inputs: Vec<Input<'_>> = counted.iter().map(input).collect();
    let options = options(&["tokens", "tokens_per_whitespace_word"]);
    let e = evaluate(gpt2(&data), &inputs, &[], None, &options, &()).unwrap();
    for (corpus, (lang, tokens, ratio)) in counted.into_iter().enumerate() {
        assert_eq!(e.value(corpus, 0, 0), Some(tokens), "{lang}");
        let got = e.value(corpus, 0, 1).unwrap();
        assert!(ratio.is_none_or(|ratio| (got - ratio).abs() < 5e-4), "{lang}: {got}");
    }
}

/// GPT-2 on Turkish gold: precision .2564, recall .5801, F1 .3556, exact .0204 over 16,601 words of two segments or more,
/// and 696 of 997 boundaries of MorphScore. The file has 16,507 such words, so the first three are met to a thousandth.
#[test]
fn gpt2_on_turkish_gold() {
    let Some(data) = data() else { return };
    let gold = |name: &str| {
        let gold = gold::read(data.join("morph").join(name)).unwrap();
        GoldInput { name: name.to_owned(), language: Some("tr".to_owned()), gold }
    };
    let golds = [gold("tr.ud-verified-segments.tsv.zst"), gold("tr.morphscore.csv")];
    let published = [
        ("boundary_precision_multi", 0.2564, 1e-3),
        ("boundary_recall_multi", 0.5801, 1e-3),
        ("boundary_f1_multi", 0.3556, 1e-3),
        ("boundary_exact_multi", 0.0204, 5e-5),
    ];
    let mut names: Vec<&str> = published.iter().map(|row| row.0).collect();
    names.push("morphscore_v1");
    let e = evaluate(gpt2(&data), &[], &golds, None, &options(&names), &()).unwrap();
    for (metric, (name, value, within)) in published.into_iter().enumerate() {
        let got = e.value(0, 0, metric).unwrap();
        assert!((got - value).abs() <= within, "{name}: {got}");
    }
    let score = e.find(1, 0, 4).unwrap().figure;
    assert_eq!((score.n, score.value), (997, Some(696.0 / 997.0)));
}
