use super::*;
use crate::metric;
use toktool::train::{BpeTrainer, Frame, TrainInput, Trainer, assemble};
use toktool::words::WordCounts;

/// A small vocabulary of Turkish words.
pub(crate) fn tokenizer(size: usize) -> toktool::Tokenizer {
    let mut words = WordCounts::default();
    for (word, count) in [(&b" ev"[..], 9), (b" evde", 7), (b" evler", 5), (b"ev", 3), (" kuş".as_bytes(), 4)] {
        words.push(word, count);
    }
    let trainer = BpeTrainer { vocab_size: size, ..BpeTrainer::default() };
    let trained = trainer.train(TrainInput { words: &words, start: None, observer: &() }).unwrap();
    assemble(trained, &Frame::default(), None)
}

/// A corpus of documents, one a line.
pub(crate) fn input(text: &'static str) -> Input<'static> {
    let open = move || Ok(Corpus::from_text("text", text, Default::default()));
    Input { name: "text".into(), language: None, embedded: false, lexicon: None, open: Box::new(open), again: true }
}

/// Every metric that no clock has a part in.
pub(crate) fn options(threads: usize) -> Options<'static> {
    Options {
        metrics: metric::all().filter(|m| !m.on_request()).collect(),
        seed: 1,
        threads,
        sample_tokens: 1 << 16,
        baselines: true,
        paper: None,
    }
}

/// One figure.
pub(crate) fn value(e: &Evaluation, subject: &str, metric: &str) -> Option<f64> {
    let s = e.subjects.iter().position(|s| s.name == subject).unwrap();
    let m = e.metrics.iter().position(|m| m.name == metric).unwrap();
    e.measurements.iter().find(|x| x.subject == s && x.metric == m).unwrap().figure.value
}

/// `ev evde` and `kuş`: 11 bytes... 7 + 4, 7 + 3 characters, 3 words. Characters: 10 tokens, 2 + 4 + 3 of them in words.
#[test]
fn baselines_by_hand() {
    let subjects = vec![Subject::new("a", tokenizer(262)).unwrap()];
    let e = evaluate(subjects, &[input("ev evde\nkuş\n")], &[], None, &options(2), &()).unwrap();
    assert_eq!(value(&e, "baseline:characters", "tokens"), Some(10.0));
    assert_eq!(value(&e, "baseline:characters", "fertility"), Some(3.0));
    assert_eq!(value(&e, "baseline:bytes", "tokens"), Some(11.0));
    assert_eq!(value(&e, "baseline:bytes", "split_characters"), Some(1.0));
    assert_eq!(value(&e, "baseline:words", "fertility"), Some(1.0));
    assert_eq!(value(&e, "baseline:words", "vocabulary_used"), Some(3.0));
    assert_eq!(value(&e, "a", "round_trip"), Some(1.0));
    assert_eq!(value(&e, "a", "unknown_tokens"), None);
    assert_eq!(value(&e, "a", "normalized_length"), Some(1.0));
    let tokens = e.metrics.iter().position(|m| m.name == "fertility").unwrap();
    let won = e.degenerate.iter().find(|d| d.metric == tokens).unwrap();
    assert!(won.subjects.iter().any(|&s| e.subjects[s].name == "baseline:words"));
}

#[test]
fn any_number_of_threads_gives_the_same_figures() {
    let text: &'static str = Box::leak("ev evde kuş 12345 evler\nkuşlar ev_ler\n\n  ev\n".repeat(900).into_boxed_str());
    let run = |threads| {
        let subjects = vec![Subject::new("a", tokenizer(262)).unwrap(), Subject::new("b", tokenizer(258)).unwrap()];
        let mut options = options(threads);
        // Compressors know no threads, and take their time.
        options.metrics.retain(|m| !matches!(m.compute, metric::Compute::Sizes(_)));
        evaluate(subjects, &[input(text)], &[], None, &options, &()).unwrap()
    };
    let one = run(1);
    for threads in [2, 5] {
        let many = run(threads);
        assert_eq!(one.measurements, many.measurements);
        assert_eq!(one.differences, many.differences);
    }
    assert!(one.measurements.iter().any(|m| m.interval.is_some_and(|(low, high)| low < high)));
    assert!(!one.differences.is_empty());
}

#[test]
fn what_cannot_be_judged() {
    let none = evaluate(Vec::new(), &[input("ev")], &[], None, &options(1), &()).unwrap_err();
    assert!(none.to_string().contains("no tokenizer"), "{none}");
    let pair = || vec![Subject::new("a", tokenizer(258)).unwrap(), Subject::new("a", tokenizer(259)).unwrap()];
    let twice = evaluate(pair(), &[input("ev")], &[], None, &options(1), &()).unwrap_err();
    assert!(twice.to_string().contains("`a`"), "{twice}");
    let subjects = vec![Subject::new("a", tokenizer(258)).unwrap()];
    let empty = evaluate(subjects, &[input("\n\n")], &[], None, &options(1), &()).unwrap_err();
    assert!(empty.to_string().contains("no text"), "{empty}");
}

#[test]
fn spans_of_a_lossless_tokenizer_follow_from_its_tokens() {
    use toktool::encode::{EncodeOptions, Scratch};
    let subject = Subject::new("a", tokenizer(262)).unwrap();
    let encoder = &subject.judged().unwrap().encoder;
    for text in ["", "ev evde kuş", "şğ\u{301} <|endoftext|> x", "क्ष\r\n\t  12345", "\u{feff}a\0b"] {
        let ours = subject.tokens(text, &mut Scratch::default(), &mut Vec::new()).unwrap();
        let slow = encoder.encode_offsets(text, EncodeOptions::default(), &mut Scratch::default()).unwrap();
        assert_eq!(ours, slow, "{text}");
    }
}

/// Characters of the text: `e`, `v`, ` `, `d`, `k`, `u`, `ş`; white space is no key, three of the other six are in the list.
#[test]
fn verdicts_of_a_list_are_counted_as_in_the_paper() {
    use toktool::morph::lexical::{Entries, Folding};
    let list = WordList::from_bytes("e\nv\nş\n".as_bytes(), "list", Entries::Morphemes, Folding::NONE).unwrap();
    let run = |paper: Option<WordList>| {
        let subjects = vec![Subject::new("a", tokenizer(262)).unwrap()];
        let metrics = ["tr_paper", "pure_paper"].map(|name| metric::find(name).unwrap()).to_vec();
        let options = Options { metrics, paper: paper.map(Arc::new), ..options(1) };
        evaluate(subjects, &[input("ev evde\nkuş\n")], &[], None, &options, &()).unwrap()
    };
    let e = run(Some(list));
    assert_eq!(value(&e, "baseline:characters", "tr_paper"), Some(50.0));
    assert_eq!(value(&e, "baseline:characters", "pure_paper"), Some(50.0));
    assert_eq!(value(&e, "baseline:words", "tr_paper"), Some(0.0));
    assert!(value(&e, "a", "tr_paper").is_some());
    assert_eq!(value(&run(None), "a", "tr_paper"), None);
}

/// The texts and borders of `compare::tests`: 257 of 259 byte strings; `evd` is the one of 12 running tokens that the first
/// lacks; F1 of borders 12/16. Characters: borders {1..6} {1, 2} {1, 2, 3}, of which the first has 3 + 2 + 1 of its 7:
/// 12/18; of their 14 tokens it lacks `ş`. Bytes have all 7 of its borders with their 12: 14/19. Words: it has `ev` alone.
#[test]
fn overlap_and_agreement_with_the_first_by_hand() {
    use crate::compare::tests::{A, B, TEXT, tokenizer};
    let subjects = vec![Subject::new("a", tokenizer(A)).unwrap(), Subject::new("b", tokenizer(B)).unwrap()];
    let names = ["vocabulary_overlap", "vocabulary_overlap_running", "boundary_agreement"];
    let metrics = names.iter().map(|name| metric::find(name).unwrap()).collect();
    let options = Options { metrics, ..options(1) };
    let e = evaluate(subjects, &[input(TEXT)], &[], None, &options, &()).unwrap();
    let all = |subject| names.map(|name| value(&e, subject, name));
    assert_eq!(all("a"), [Some(1.0), Some(1.0), Some(1.0)]);
    assert_eq!(all("b"), [Some(257.0 / 259.0), Some(11.0 / 12.0), Some(0.75)]);
    assert_eq!(all("baseline:characters"), [None, Some(13.0 / 14.0), Some(12.0 / 18.0)]);
    assert_eq!(all("baseline:bytes")[2], Some(14.0 / 19.0));
    assert_eq!(all("baseline:words")[1], Some(0.25));
    let agreement = e.measurements.iter().find(|m| m.subject == 1 && m.metric == 2).unwrap();
    assert!(agreement.interval.is_some_and(|(low, high)| low <= 0.75 && high >= 0.75 && low < high));
}
