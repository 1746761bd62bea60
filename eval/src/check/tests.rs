use super::*;
use crate::compare::tests::{A, tokenizer};
use crate::subject::Subject;
use serde_json::json as value;
use toktool::formats::hf;
use toktool::text::Splitter;
use toktool::tokenizer::{AddedToken, Bpe, Model, Tokenizer};
use toktool::unicode::Normalizer;
use toktool::vocab::Merge;

fn all(tokenizer: Tokenizer, declared: &Declared) -> Vec<Checked> {
    let subject = Subject::new("x", tokenizer).unwrap();
    let texts = ["ev evde 12345".to_owned(), "Büyük Ev\n".to_owned()];
    let checked = run(subject.judged().unwrap(), declared, &texts, 7, &()).unwrap();
    assert_eq!(checked.len(), CHECKS.len());
    for one in &checked {
        let Finding { outcome, n, value, note, .. } = &one.finding;
        let neither = matches!(outcome, Outcome::NotApplicable | Outcome::CannotTell);
        assert!(neither || *outcome <= one.check.severity, "{} is worse than it may be", one.check.name);
        assert!(!note.is_empty() && value.is_none_or(f64::is_finite) && (neither || *n > 0), "{one:?}");
    }
    for line in table("x", &checked).lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 100, "{line}");
        assert!(!line.contains(char::is_control), "{line}");
    }
    checked
}

fn found<'c>(checked: &'c [Checked], name: &str) -> &'c Finding {
    &checked.iter().find(|one| one.check.name == name).unwrap_or_else(|| panic!("{name}")).finding
}

/// The outcome, the figure and the example of one check, run by itself.
fn one(tokenizer: Tokenizer, name: &str) -> (Outcome, Option<f64>, String) {
    let subject = Subject::new("x", tokenizer).unwrap();
    let (declared, texts) = (Declared::default(), ["ev evde 12345".to_owned()]);
    let bench = Bench::new(subject.judged().unwrap(), &declared, &texts, 7).unwrap();
    let check = CHECKS.iter().find(|check| check.name == name).unwrap();
    let finding = (check.run)(&bench).unwrap();
    let example = finding.example.clone().unwrap_or_default();
    (finding.outcome, finding.value, String::from_utf8_lossy(&example).into_owned())
}

fn added(id: u32, content: &str) -> AddedToken {
    AddedToken { id, content: content.into(), special: true, ..AddedToken::default() }
}

/// Two merges, the 256 bytes, one special token. Every digit is a token, so all numbers are cut alike.
fn healthy() -> Tokenizer {
    Tokenizer { added: vec![added(258, "<eos>")], ..tokenizer(A) }
}

fn without(byte: u8) -> Tokenizer {
    let mut made = healthy();
    let Model::Bpe(model) = &made.model else { unreachable!() };
    let mut vocab = toktool::vocab::Vocab::new();
    model.vocab.iter().filter(|(_, token)| *token != [byte]).for_each(|(id, token)| vocab.set(id, token));
    vocab.merges = model.vocab.merges.clone();
    made.model = Model::Bpe(Bpe { vocab, ..model.without_vocab() });
    made
}

fn vocab(tokenizer: &mut Tokenizer) -> &mut toktool::vocab::Vocab {
    match &mut tokenizer.model {
        Model::Bpe(model) => &mut model.vocab,
        Model::Foreign(_) => unreachable!(),
    }
}

/// A file that the `tokenizers` crate runs: WordPiece over a few words.
fn word_piece() -> Tokenizer {
    let tokens = ["[UNK]", "ev", "##de", "a", "b", "[CLS]"];
    let vocab: serde_json::Map<_, _> = tokens.iter().enumerate().map(|(id, t)| ((*t).to_owned(), id.into())).collect();
    let file = value!({
        "version": "1.0",
        "added_tokens": [{"id": 5, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true}],
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocab},
    });
    hf::read_str(&file.to_string()).unwrap()
}

#[test]
fn a_healthy_tokenizer_passes() {
    let declared = Declared { roles: vec![("eos".into(), "<eos>".into())], lower_case: None, rows: Some(320) };
    let checked = all(healthy(), &declared);
    // Decomposed text costs more where every byte is a token: a warning.
    let warned: Vec<&str> =
        checked.iter().filter(|one| one.finding.outcome == Outcome::Warn).map(|one| one.check.name).collect();
    assert!(checked.iter().all(|one| one.finding.outcome != Outcome::Fail), "{checked:#?}");
    assert!(passes(&checked, false) && warned.iter().all(|name| *name == "normal_forms"), "{warned:?}");
    assert_eq!(passes(&checked, true), warned.is_empty());
    assert_eq!(found(&checked, "bytes").n, 256);
    assert_eq!(found(&checked, "digits").value, Some(1.0));
    assert_eq!(found(&checked, "unknown_by_script").outcome, Outcome::NotApplicable);
    let report = json("x", &checked, 2, false, 7);
    assert_eq!((&report["schema"], &report["passed"]), (&"toktool.check/1".into(), &true.into()));
    assert_eq!(report["checks"].as_array().unwrap().len(), CHECKS.len());
}

/// Without `q` one of 256 bytes is lost, inside text and alone.
#[test]
fn a_missing_byte_fails() {
    assert_eq!(one(without(b'q'), "byte_alphabet"), (Outcome::Fail, Some(255.0 / 256.0), "q".into()));
    assert_eq!(one(without(b'q'), "bytes"), (Outcome::Fail, Some(255.0 / 256.0), "q".into()));
    // C0 is in no text.
    assert_eq!(one(without(0xc0), "byte_alphabet"), (Outcome::Warn, Some(255.0 / 256.0), "\u{fffd}".into()));
    assert_eq!(one(without(0xc0), "bytes").0, Outcome::Warn);
    // The first byte of every Thai and Tamil letter.
    assert_eq!(one(without(0xe0), "marks").0, Outcome::Fail);
    assert_eq!(one(without(b'\t'), "white_space").0, Outcome::Warn);
    assert_eq!(one(without(0xf0), "emoji_and_controls").0, Outcome::Fail);
}

#[test]
fn a_lossy_normalizer_is_named_as_the_cause() {
    let lower = Tokenizer { normalizers: vec![Normalizer::Lowercase], ..healthy() };
    let checked = all(lower, &Declared::default());
    let loss = found(&checked, "text_loss");
    assert_eq!(loss.outcome, Outcome::Warn);
    assert!(loss.note.contains("by the declared normalizer"), "{}", loss.note);
    // `İ` becomes `i` and a dot above it: another letter, but what was declared.
    assert_eq!(found(&checked, "marks").outcome, Outcome::Warn);
    assert_eq!(found(&checked, "normalizer").outcome, Outcome::Pass);
    // Composition is no loss of a mark.
    let nfc = Tokenizer { normalizers: vec![Normalizer::Nfc], ..healthy() };
    assert_eq!(one(nfc.clone(), "marks").0, Outcome::Pass);
    assert_eq!(one(nfc, "normal_forms").0, Outcome::Pass);
    // What drops letters without being a normalizer is a defect: a decoder.
    let dropping = Tokenizer {
        decoders: vec![toktool::tokenizer::Decoder::Strip { content: 'T', start: 1, stop: 0 }],
        ..healthy()
    };
    assert_eq!(one(dropping, "text_loss").0, Outcome::Fail);
}

#[test]
fn a_normalizer_that_is_not_applied_fails() {
    let declared = Declared { lower_case: Some(true), ..Declared::default() };
    let checked = all(healthy(), &declared);
    assert_eq!(found(&checked, "normalizer").outcome, Outcome::Fail);
    assert_eq!(one(healthy(), "normalizer").0, Outcome::NotApplicable);
    let mut bypassed = Tokenizer { normalizers: vec![Normalizer::Lowercase], ..healthy() };
    bypassed.added.push(AddedToken { special: false, ..added(259, "ANKARA") });
    let (outcome, _, example) = one(bypassed, "normalizer");
    assert_eq!((outcome, example.as_str()), (Outcome::Fail, "ANKARA"));
    // It changes whatever it is given, every time.
    let growing = Tokenizer { normalizers: vec![Normalizer::Prepend("x".into())], ..healthy() };
    assert_eq!(one(growing, "normalizer").0, Outcome::CannotTell);
    let marking = Tokenizer { normalizers: vec![Normalizer::Prepend("▁".into())], ..healthy() };
    assert_eq!(one(marking, "normalizer").0, Outcome::NotApplicable);
}

/// `12` is one token, every other pair of digits is two: numbers of one length fall into several ways of being cut.
#[test]
fn inconsistent_digits_warn() {
    let mut made = healthy();
    made.added.clear();
    for pair in (10..60).map(|n: u32| n.to_string()) {
        let vocab = vocab(&mut made);
        let id = |text: &str| vocab.by_token()[text.as_bytes()];
        let (left, right) = (id(&pair[..1]), id(&pair[1..]));
        let new = vocab.push(pair.as_bytes());
        vocab.merges.push(Merge { left, right, new });
    }
    let (outcome, share, example) = one(made, "digits");
    assert_eq!(outcome, Outcome::Warn);
    assert!(share.is_some_and(|share| share < 0.9) && example.contains('|'), "{share:?} {example}");
}

#[test]
fn special_tokens_at_fault() {
    let with = |tokens: &[AddedToken]| Tokenizer { added: tokens.to_vec(), ..healthy() };
    let result = |tokens: &[AddedToken]| one(with(tokens), "special_tokens");
    assert_eq!(result(&[added(258, "<a>"), added(259, "<a>")]).0, Outcome::Fail);
    // Recognised only between words, and so not in itself where its ends are letters is fine; an empty one never is.
    assert_eq!(result(&[added(258, "")]).0, Outcome::Fail);
    // A special token under the id of `ev`, which plain text has, too.
    assert_eq!(result(&[added(256, "ev")]), (Outcome::Fail, Some(1.0), "ev".into()));
    assert_eq!(result(&[added(258, "son")]), (Outcome::Warn, Some(1.0), "son".into()));
    assert_eq!(result(&[]).0, Outcome::NotApplicable);
    let declared = Declared { roles: vec![("bos".into(), "<bos>".into())], ..Declared::default() };
    let checked = all(healthy(), &declared);
    let finding = found(&checked, "special_tokens");
    assert!(finding.outcome == Outcome::Fail && finding.note.contains("role `bos` without"), "{finding:?}");
}

#[test]
fn holes_duplicates_and_missing_rows() {
    let mut holes = healthy();
    vocab(&mut holes).set(262, b"dev");
    // 259, 260, 261.
    let (outcome, faults, example) = one(holes, "vocabulary");
    assert_eq!((outcome, faults, example.as_str()), (Outcome::Warn, Some(3.0), "id 259"));
    let mut twice = healthy();
    twice.added.clear();
    vocab(&mut twice).set(258, b"ev");
    assert_eq!(one(twice, "vocabulary"), (Outcome::Warn, Some(1.0), "ev".into()));
    let declared = Declared { rows: Some(257), ..Declared::default() };
    let checked = all(healthy(), &declared);
    let finding = found(&checked, "vocabulary");
    // 257 and 258 have no row.
    assert_eq!((finding.outcome, finding.value), (Outcome::Fail, Some(2.0)));
    let taken = Tokenizer { added: vec![added(257, "<eos>")], ..healthy() };
    assert_eq!(one(taken, "vocabulary"), (Outcome::Fail, Some(1.0), "<eos>".into()));
}

#[test]
fn long_and_dead_tokens_warn() {
    let mut made = healthy();
    vocab(&mut made).set(259, "=".repeat(65).as_bytes());
    assert_eq!(one(made.clone(), "long_tokens"), (Outcome::Warn, Some(1.0), "=".repeat(65)));
    let mut spaces = healthy();
    vocab(&mut spaces).set(259, " ".repeat(80).as_bytes());
    assert_eq!(one(spaces, "long_tokens"), (Outcome::Pass, Some(0.0), String::new()));
    // No merge makes it: one of 260 is dead. The 13 bytes that no text has do not count.
    let (outcome, share, _) = one(made, "reachability");
    assert_eq!((outcome, share), (Outcome::Warn, Some(1.0 / 260.0)));
    assert_eq!(one(healthy(), "reachability"), (Outcome::Pass, Some(0.0), String::new()));
}

#[test]
fn a_pretokenizer_that_drops_text_fails() {
    let mut splitter = Splitter::named("gpt2").unwrap();
    splitter.splits.insert(
        0,
        toktool::text::Split {
            pattern: toktool::text::Pattern::Literal("e".into()),
            behavior: toktool::text::Behavior::Removed,
            invert: false,
        },
    );
    let (outcome, share, example) = one(Tokenizer { splitter, ..healthy() }, "pretokenizer");
    assert!(
        outcome == Outcome::Fail && share.is_some_and(|share| share > 0.8) && example.starts_with('e'),
        "{example}"
    );
    assert_eq!(one(word_piece(), "pretokenizer").0, Outcome::Pass);
}

#[test]
fn a_special_token_that_swallows_spaces_spoils_packing() {
    assert_eq!(one(healthy(), "packing").0, Outcome::Pass);
    let swallowing = AddedToken { rstrip: true, ..added(258, "<eos>") };
    let (outcome, share, _) = one(Tokenizer { added: vec![swallowing], ..healthy() }, "packing");
    assert!(outcome == Outcome::Warn && share.is_some_and(|share| share < 1.0 && share > 0.5), "{share:?}");
}

#[test]
fn a_model_run_by_the_tokenizers_crate_is_judged_by_its_own_normalizer() {
    let checked = all(word_piece(), &Declared::default());
    // Nearly everything is unknown to it.
    assert_eq!(found(&checked, "unknown_by_script").value, Some(1.0));
    let loss = found(&checked, "text_loss");
    assert!(loss.outcome == Outcome::Fail && loss.note.contains("by unknown characters"), "{loss:?}");
    assert_eq!(found(&checked, "normalizer").outcome, Outcome::Pass);
    assert_eq!(found(&checked, "stock_tokenizers").outcome, Outcome::NotApplicable);
    assert_eq!(found(&checked, "byte_alphabet").outcome, Outcome::NotApplicable);
}

/// Merges that are left out at random: a text has other ids the next time.
#[test]
fn dropout_is_not_deterministic() {
    let mut file: serde_json::Value = serde_json::from_str(&hf::write_string(&healthy()).unwrap()).unwrap();
    file["model"]["dropout"] = value!(0.5);
    let made = hf::read_str(&file.to_string()).unwrap();
    assert_eq!(one(made, "deterministic").0, Outcome::Fail);
    assert_eq!(one(healthy(), "deterministic").0, Outcome::Pass);
}

#[test]
fn names_are_unique_and_every_row_is_filled_in() {
    let names: std::collections::BTreeSet<&str> = CHECKS.iter().map(|check| check.name).collect();
    assert_eq!(names.len(), CHECKS.len());
    let listing = listing();
    for check in CHECKS {
        assert!(!check.meaning.is_empty() && !check.advice.is_empty() && !check.of.is_empty(), "{}", check.name);
        assert!(matches!(check.severity, Outcome::Warn | Outcome::Fail) && listing.contains(check.name));
    }
    assert!(listing.lines().all(|line| line.chars().count() <= 100));
}

/// What is known of real vocabularies: GPT-2 cuts numbers as it likes; StarCoder lacks bytes; BERT loses text; Phi-3 has a
/// byte-fallback token for each byte.
#[test]
fn real_vocabularies() {
    let Some(folder) = std::env::var_os("TOKTOOL_DATA").map(std::path::PathBuf::from) else {
        println!("skipped: TOKTOOL_DATA names no folder");
        return;
    };
    let known: [(&str, &[(&str, Outcome)]); 4] = [
        ("gpt-2", &[("bytes", Outcome::Pass), ("digits", Outcome::Warn), ("text_loss", Outcome::Pass)]),
        (
            "starcoder",
            &[("byte_alphabet", Outcome::Fail), ("digits", Outcome::Pass), ("stock_tokenizers", Outcome::Pass)],
        ),
        (
            "bert-bge",
            &[("text_loss", Outcome::Fail), ("unknown_by_script", Outcome::Warn), ("deterministic", Outcome::Pass)],
        ),
        ("phi-3", &[("byte_alphabet", Outcome::Pass), ("normalizer", Outcome::Pass), ("marks", Outcome::Pass)]),
    ];
    for (name, expected) in known {
        let path = folder.join(format!("tokenizers-gguf/ggml-vocab-{name}.gguf"));
        let checked = all(toktool::formats::read(&path, None).unwrap(), &Declared::default());
        for (check, outcome) in expected {
            assert_eq!(found(&checked, check).outcome, *outcome, "{name}: {check}");
        }
    }
}
