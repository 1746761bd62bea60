//! Windows against a loop over them, documents in company against documents alone, and what is refused.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::Tokenizer;
use crate::corpus::Options;
use crate::lm::tests::{golden, open, stories};

/// `a` to `z` are the tokens from 3 on; most others are none.
fn letters() -> Encoder {
    let vocab: BTreeMap<String, u32> = ("012".chars().chain('a'..='z')).map(String::from).zip(0..).collect();
    let file = json!({"version": "1.0", "added_tokens": [{"id": 29, "content": "<x>", "special": true,
        "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
        "model": {"type": "BPE", "vocab": vocab, "merges": [], "unk_token": null}});
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tokenizer.json"), file.to_string()).unwrap();
    let tokenizer: Tokenizer = crate::formats::read(folder.path(), None).unwrap();
    Encoder::new(&tokenizer).unwrap()
}

/// A model of the family, and text of so many letters.
fn model(name: &str, bos: Option<Id>) -> Model {
    let (mut config, weights) = golden(name);
    config.bos = bos;
    Model::open(config, &weights).unwrap()
}

fn text(len: usize) -> String {
    (0..len).map(|n| char::from(b'a' + (n * n % 26) as u8)).collect()
}

/// The same by a loop: each window read by itself, each target taken from the whole of its logits.
fn naive(model: &Model, ids: &[Id], context: usize, stride: usize) -> f64 {
    let (mut nats, mut scored, mut start) = (0.0, 1, 0);
    while scored < ids.len() {
        let window = &ids[start..ids.len().min(start + context)];
        let logits = model.head.logits(&model.hidden(&[window], None).unwrap()).unwrap();
        let logs = candle_nn::ops::log_softmax(&logits, 1).unwrap().to_vec2::<f32>().unwrap();
        for target in scored..start + window.len() {
            nats -= f64::from(logs[target - start - 1][ids[target] as usize]);
        }
        scored = start + window.len();
        start += stride;
    }
    nats
}

#[test]
fn windows_score_every_token_once_with_enough_before_it() {
    for len in 0..40 {
        for context in 2..12 {
            for stride in 1..context {
                let mut next = 1;
                for window in windows(0, len, context, stride) {
                    assert_eq!(window.from, next);
                    assert!(window.tokens.len() <= context && window.tokens.end > window.from);
                    assert!(window.tokens.start == 0 || window.from - window.tokens.start >= context - stride);
                    next = window.tokens.end;
                }
                assert_eq!(next, len.max(1), "{len} {context} {stride}");
            }
        }
    }
}

#[test]
fn documents_in_windows_and_in_company_cost_what_a_loop_finds() {
    let encoder = letters();
    let texts: Vec<String> = [30, 1, 7, 64, 2, 30, 100].map(text).into();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for name in ["llama", "mistral", "gemma3", "gpt2"] {
        for (bos, context, stride, batch) in
            [(Some(1), 10, None, 16), (None, 10, Some(9), 3), (Some(2), 16, Some(3), 1), (None, 64, None, 2)]
        {
            let model = model(name, bos);
            let scoring = Scoring { context: Some(context), stride, batch };
            let scores = Scorer::new(&model, &encoder, scoring).unwrap().documents(&texts, &()).unwrap();
            assert_eq!((scores.stride, scores.bos), (stride.unwrap_or(context / 2), bos));
            for (text, score) in texts.iter().zip(&scores.documents) {
                let ids: Vec<Id> = bos.into_iter().chain(encoder.encode(text).unwrap()).collect();
                let expected = naive(&model, &ids, context, scores.stride);
                assert_eq!((score.bytes, score.tokens), (text.len() as u64, ids.len() as u64 - 1));
                assert!((score.nats - expected).abs() < 1e-4 * expected.max(1.0), "{name}: {score:?} {expected}");
            }
        }
    }
}

#[test]
fn a_corpus_is_scored_in_its_order_and_empty_lines_are_no_documents() {
    let (encoder, model) = (letters(), model("qwen2", Some(1)));
    let scorer = Scorer::new(&model, &encoder, Scoring::default()).unwrap();
    let options = Options { keep_empty: true, ..Options::default() };
    let scores = scorer.corpus(&Corpus::from_text("x", "abc\n\nz\nabc\n", options), &()).unwrap();
    assert_eq!(scores.documents.iter().map(|d| d.bytes).collect::<Vec<_>>(), [3, 1, 3]);
    assert_eq!(scores.total().tokens, 7);
    assert!((scores.documents[0].nats - scores.documents[2].nats).abs() < 1e-5);
    let total = scores.total().bits_per_byte().unwrap();
    let (low, high) = scores.interval(0).unwrap();
    assert!(low <= total && total <= high && low < high, "{low} {total} {high}");
    assert_eq!(scores.interval(0), scores.interval(0));
    // The text of a special token is text: none of its bytes is in this vocabulary, but for the letter.
    let special = scorer.documents(&["<x>"], &()).unwrap();
    assert_eq!(special.total().tokens, 1);
    // Nothing was predicted: no figure, rather than one of nothing.
    let nothing = scorer.documents(&["<>"], &()).unwrap();
    assert_eq!((nothing.total().bits_per_byte(), nothing.interval(0)), (None, None));
}

#[test]
fn what_cannot_be_scored_is_refused() {
    let encoder = letters();
    let good = model("llama", Some(1));
    for (scoring, words) in [
        (Scoring { context: Some(65), ..Scoring::default() }, "`--context`: 65 is not a number from 2 to 64"),
        (Scoring { context: Some(1), ..Scoring::default() }, "`--context`"),
        (Scoring { stride: Some(64), ..Scoring::default() }, "`--stride`: 64 is not a number from 1 to 63"),
        (Scoring { stride: Some(0), ..Scoring::default() }, "`--stride`"),
        (Scoring { batch: 0, ..Scoring::default() }, "`--batch`"),
    ] {
        let e = Scorer::new(&good, &encoder, scoring).unwrap_err().to_string();
        assert!(e.contains(words), "{e}");
    }
    let e = Scorer::new(&model("llama", Some(40)), &encoder, Scoring::default()).unwrap_err().to_string();
    assert!(e.contains("`bos_token_id`: token 40"), "{e}");
    // A vocabulary that is larger than the model's.
    let (mut config, mut weights) = golden("llama");
    config.vocab_size = 20;
    for name in ["model.embed_tokens.weight", "lm_head.weight"] {
        let cut = weights.0[name].narrow(0, 0, 20).unwrap();
        weights.0.insert(name.into(), cut);
    }
    let small = Model::open(config, &weights).unwrap();
    let scorer = Scorer::new(&small, &encoder, Scoring::default()).unwrap();
    let e = scorer.documents(&["abc", "az"], &()).unwrap_err();
    assert!(e.to_string().contains("`token 28`: document 2 has the token `z`, the model has rows for 20"), "{e}");
    assert!(e.hint().is_some());
    // Damaged weights, and sound ones that overflow.
    for (name, factor, words) in [
        (
            "model.layers.1.mlp.up_proj.weight",
            f64::NAN,
            "`model.layers.1.mlp.up_proj.weight`: the model gives document 1",
        ),
        ("lm_head.weight", f64::INFINITY, "`lm_head.weight`"),
        ("model.norm.weight", 1.5e38, "its weights are all finite"),
    ] {
        let (config, mut weights) = golden("llama");
        let damaged = (weights.0[name].to_dtype(candle_core::DType::F32).unwrap() * factor).unwrap();
        weights.0.insert(name.into(), damaged);
        let model = Model::open(config, &weights).unwrap();
        let scorer = Scorer::new(&model, &encoder, Scoring::default()).unwrap();
        let e = scorer.documents(&["abc"], &()).unwrap_err().to_string();
        assert!(e.contains(words), "{e}");
    }
}

#[test]
fn scoring_stops_when_asked() {
    struct Stop;
    impl Observer for Stop {
        fn event(&self, _: Event<'_>) {}
        fn cancelled(&self) -> bool {
            true
        }
    }
    let (encoder, model) = (letters(), model("llama", None));
    let scorer = Scorer::new(&model, &encoder, Scoring::default()).unwrap();
    assert!(matches!(scorer.documents(&["abc"], &Stop), Err(Error::Interrupted)));
}

/// Figures of an independent implementation in NumPy, in f64, on the same lines.
#[test]
fn a_real_model_has_the_bits_per_byte_of_a_witness() {
    let Some(folder) = stories() else { return };
    let (model, tokenizer) = open(&folder);
    let encoder = Encoder::new(&tokenizer).unwrap();
    let lines = WITNESS.map(|(line, _)| line);
    let scores = Scorer::new(&model, &encoder, Scoring::default()).unwrap().documents(&lines, &()).unwrap();
    for ((line, expected), score) in WITNESS.iter().zip(&scores.documents) {
        let found = score.bits_per_byte().unwrap();
        assert!((found - expected).abs() < 1e-5 * expected, "{line}: {found} {expected}");
    }
}

/// Lines and their bits per byte.
const WITNESS: [(&str, f64); 4] = [
    ("Once upon a time, there was a little girl named Lily.", 0.0408871),
    ("The dog ran to the park and saw a big tree. He was very happy.", 0.8442845),
    ("Bir varmış bir yokmuş, evvel zaman içinde.", 12.6417141),
    ("एक समय की बात है।", 34.9667417),
];
