use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;
use crate::encode::{Encoder, foreign};
use crate::error::Error;
use crate::lm::checkpoint::{Checkpoint, Dtype};
use crate::lm::{Config, Model};
use crate::repair::Unwanted;
use crate::transplant::tests::{folder, old, with};
use crate::transplant::{Plan, Report, Source, TokenMap};

const ROWS: &str = "model.embed_tokens.weight";

/// Writes a derived checkpoint.
fn write(source: &Path, old: &Side, derived: &Derived, init: &str) -> (tempfile::TempDir, Report) {
    let keep = tempfile::tempdir().unwrap();
    let checkpoint = Checkpoint::open(source).unwrap();
    let options = with(init);
    let plan = Plan::of_derived(&checkpoint, old, derived, &options).unwrap();
    let report = plan.write(&keep.path().join("out"), false, (Some(source), None), &()).unwrap();
    (keep, report)
}

fn raw(folder: &Path, name: &str) -> Vec<Vec<u8>> {
    let checkpoint = Checkpoint::open(folder).unwrap();
    let rows = checkpoint.info(name).unwrap().rows();
    (0..rows).map(|row| checkpoint.raw_rows(name, row..row + 1).unwrap()).collect()
}

fn file(json: Value) -> Side {
    Side::new(hf::read_str(&json.to_string()).unwrap(), None).unwrap()
}

fn special(content: &str, id: usize) -> Value {
    json!({"id": id, "content": content, "special": true, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false})
}

/// A byte-level tokenizer of all bytes, `th`, `the`, and two special tokens outside of its vocabulary.
fn bytes() -> Side {
    let mut vocab: serde_json::Map<String, Value> =
        (0..=255u8).map(|byte| (crate::alphabet::spell(&[byte]), byte.into())).collect();
    vocab.insert("th".into(), 256.into());
    vocab.insert("the".into(), 257.into());
    let level = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    file(json!({"version": "1.0", "added_tokens": [special("<s>", 258), special("</s>", 259)], "pre_tokenizer": level,
        "decoder": level, "model": {"type": "BPE", "vocab": vocab, "merges": [["t", "h"], ["th", "e"]]}}))
}

fn wordpiece() -> Side {
    file(json!({"added_tokens": [special("[UNK]", 0)], "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "ev": 1, "##ler": 2, "e": 3, "##v": 4}}}))
}

/// One of its numbers has a digit that nobody would write.
fn unigram() -> Side {
    let json = json!({"added_tokens": [special("<unk>", 0), special("<end>", 4)],
        "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false,
            "vocab": [["<unk>", 0.0], ["e", -3.1], ["v", -2.7], ["ev", -4.5]]}});
    let text = json.to_string().replace("-2.7", "-2.70");
    Side::new(hf::read_str(&text).unwrap(), None).unwrap()
}

fn order(ids: &[Id]) -> Order {
    let lines: Vec<String> = ids.iter().map(Id::to_string).collect();
    Order::read(lines.join("\n").as_bytes(), ids.len()).unwrap()
}

/// Turned around: what was first is last.
fn turned(side: &Side) -> Vec<Id> {
    (0..side.bound() as Id).rev().collect()
}

#[test]
fn an_order_is_a_permutation_or_says_where_it_is_none() {
    let read = |text: &str| Order::read(text.as_bytes(), 3);
    assert_eq!(read("2\n0\r\n 1 \n").unwrap(), order(&[2, 0, 1]));
    for (text, line, words) in [
        ("0\n1\n3\n", 3, "id 3 is beyond the 3 ids"),
        ("0\n1\n0\n", 3, "id 0 is on line 1 already"),
        ("0\n2\n", 3, "id 1 is missing"),
        ("0\n\n1\n2\n", 2, "`` is not an id"),
        ("0\nx y\n2\n", 2, "`x y` is not an id"),
        ("-1\n1\n2\n", 1, "not an id"),
        ("0\n1\n2\n1\n", 4, "on line 2 already"),
        ("", 1, "not an id"),
    ] {
        let error = read(text).unwrap_err();
        let at = format!("line {line}");
        assert!(error.to_string().contains(&at) && error.to_string().contains(words), "{text:?}: {error}");
        assert!(error.hint().is_some(), "{error}");
    }
}

/// Ids change places in every kind of model, and back; encodings follow, which is checked inside.
#[test]
fn every_kind_of_tokenizer_is_permuted_and_back() {
    for (name, side) in [("bytes", bytes()), ("pieces", old()), ("WordPiece", wordpiece())] {
        let derived = Derived::permuted(&side, &order(&turned(&side))).unwrap();
        let last = side.bound() as Id - 1;
        for id in 0..=last {
            assert_eq!(derived.side.inventory.bytes(last - id), side.inventory.bytes(id), "{name}: {id}");
            assert_eq!(derived.side.inventory.class(last - id), side.inventory.class(id), "{name}: {id}");
        }
        for (role, id) in &side.roles {
            assert_eq!(derived.side.roles[role], last - id, "{name}: {role}");
        }
        assert!(derived.verified.unwrap().ids > 100, "{name}");
        let back = Derived::permuted(&derived.side, &order(&turned(&side))).unwrap();
        let encode = |side: &Side| Encoder::new(&side.tokenizer).unwrap().encode("the ev, <s>evler</s>").unwrap();
        assert_eq!(encode(&back.side), encode(&side), "{name}");
    }
    // Special tokens outside of the vocabulary stay there where they still follow it.
    let side = bytes();
    let mut ids: Vec<Id> = (0..260).collect();
    ids.swap(258, 259);
    ids.swap(0, 257);
    let derived = Derived::permuted(&side, &order(&ids)).unwrap();
    let crate::tokenizer::Model::Bpe(bpe) = &derived.side.tokenizer.model else { panic!() };
    assert_eq!((bpe.vocab.len(), derived.side.special("</s>")), (258, Some(258)));
    let moved = Derivation::Permuted { tokens: 260, moved: 4 };
    assert_eq!(derived.derivation, moved);
}

#[test]
fn the_pieces_of_a_unigram_model_are_a_list() {
    let side = unigram();
    let derived = Derived::permuted(&side, &order(&[3, 2, 0, 1, 4])).unwrap();
    let crate::tokenizer::Model::Foreign(text) = &derived.side.tokenizer.model else { panic!() };
    let file: Value = serde_json::from_str(text).unwrap();
    assert_eq!(file["model"]["unk_id"], 2);
    assert_eq!(file["model"]["vocab"][0], json!(["ev", -4.5]));
    // Numbers are carried as text.
    assert!(text.contains("-2.70"), "{text}");
    let error = Derived::permuted(&side, &order(&[4, 2, 0, 1, 3])).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }) && error.hint().is_some(), "{error}");
}

#[test]
fn permuted_rows_are_the_same_rows() {
    let source = folder(10, Dtype::BF16, false);
    let side = old();
    let derived = Derived::permuted(&side, &order(&turned(&side))).unwrap();
    let (out, report) = write(source.path(), &side, &derived, "random");
    for name in [ROWS, "lm_head.weight"] {
        let (a, b) = (raw(source.path(), name), raw(&out.path().join("out"), name));
        assert!((0..8).all(|id| a[id] == b[7 - id]), "{name}");
        // Padding stays where it is.
        assert_eq!((a.len(), &a[8..]), (b.len(), &b[8..]), "{name}");
    }
    let config: Value = serde_json::from_slice(&fs::read(out.path().join("out/config.json")).unwrap()).unwrap();
    assert_eq!((&config["eos_token_id"], &config["vocab_size"]), (&json!([6]), &json!(10)));
    assert_eq!(report.json()["derivation"], json!({"kind": "permuted", "tokens": 8, "moved": 8}));
    assert_eq!(report.bytes_saved(), 0);
}

#[test]
fn no_other_order_changes_nothing() {
    let source = folder(10, Dtype::F32, true);
    let side = old();
    let derived = Derived::permuted(&side, &order(&(0..8).collect::<Vec<_>>())).unwrap();
    let (out, report) = write(source.path(), &side, &derived, "random");
    assert!(report.files[0].is_empty(), "{:?}", report.files);
    assert_eq!(raw(source.path(), ROWS), raw(&out.path().join("out"), ROWS));
}

/// Ten rows, eight tokens: the first two new ones take the padding, the third has a row after it.
#[test]
fn new_tokens_get_rows_and_old_ones_keep_theirs() {
    let source = folder(10, Dtype::BF16, false);
    let side = old();
    let derived = Derived::extended(&side, "eve\nevev\r\n\neve\nev\nĞ ğ\n".as_bytes()).unwrap();
    let lines = Extension { added: 3, empty: 1, repeated: 1, known: 1 };
    assert_eq!(derived.derivation, Derivation::Extended { tokens_before: 8, tokens_after: 11, lines });
    let (out, report) = write(source.path(), &side, &derived, "retok");
    let (a, b) = (raw(source.path(), ROWS), raw(&out.path().join("out"), ROWS));
    assert_eq!((b.len(), &a[..8]), (11, &b[..8]));
    // `eve` is `ev` `e`: the mean of rows 6 and 4.
    assert_eq!(b[8], a[5]);
    assert_ne!(b[9], a[9]);
    assert_eq!((report.overlap.new, report.matrices[0].shape.clone()), (3, vec![11, 2]));
    // One token leaves the last row of padding as it is.
    let one = Derived::extended(&side, b"eve").unwrap();
    let (out, _) = write(source.path(), &side, &one, "retok");
    let b = raw(&out.path().join("out"), ROWS);
    assert_eq!((b.len(), &b[9]), (10, &a[9]));
    assert_eq!(TokenMap::of_derived(&side, &one, 10, &[]).unwrap().sources[9], Source::Kept(9));
}

/// The same ids and flags as the `tokenizers` crate's own `add_tokens`.
#[test]
fn tokens_are_added_as_hugging_face_adds_them() {
    let contents = ["evler", " two words", "x", "ĞĞ", "<think>", "\t\t"];
    for (name, side) in [("bytes", bytes()), ("pieces", old()), ("WordPiece", wordpiece()), ("Unigram", unigram())] {
        let derived = Derived::extended(&side, contents.join("\n").as_bytes()).unwrap();
        let mut theirs = foreign::load(&hf::write_string(&side.tokenizer).unwrap()).unwrap();
        let ours = foreign::load(&hf::write_string(&derived.side.tokenizer).unwrap()).unwrap();
        let new: Vec<&str> = contents.into_iter().filter(|content| ours.token_to_id(content).is_some()).collect();
        let added = new.iter().filter(|content| theirs.token_to_id(content).is_none());
        let added: Vec<_> = added.map(|content| tokenizers::AddedToken::from(*content, false)).collect();
        theirs.add_tokens(added).unwrap();
        assert_eq!(ours.get_vocab(true), theirs.get_vocab(true), "{name}");
        assert_eq!(ours.get_added_tokens_decoder(), theirs.get_added_tokens_decoder(), "{name}");
        for text in ["evler two words", "a <think>x</think> evler", "\t\tĞĞ <s> e"] {
            let ids = Encoder::new(&derived.side.tokenizer).unwrap().encode(text).unwrap();
            assert_eq!(ids, theirs.encode(text, false).unwrap().get_ids(), "{name}: {text}");
        }
    }
}

#[test]
fn lists_without_a_new_token_and_ids_with_gaps_are_refused() {
    let side = old();
    for (list, words) in [
        (&b""[..], "no token in it is new"),
        (b"\n\n", "2 lines are empty"),
        (b"ev\n ev\n", "2 are tokens already"),
        (b"good\n\xff\n", "line 2"),
    ] {
        let error = Derived::extended(&side, list).unwrap_err();
        assert!(error.to_string().contains(words) && error.hint().is_some(), "{error}");
    }
    let gaps =
        file(json!({"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 7}, "merges": []}}));
    let error = Derived::extended(&gaps, b"new").unwrap_err();
    assert!(error.to_string().contains("gaps") && error.hint().is_some(), "{error}");
}

/// The real small model and stories to read, if the data is there.
fn stories() -> Option<(PathBuf, Vec<String>)> {
    let data = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from);
    let found = data.and_then(|data| {
        let text = fs::read_to_string(data.join("bpe-reference/tinystories_sample.txt")).ok()?;
        let folder = Some(data.join("../models/stories260K")).filter(|folder| folder.is_dir())?;
        Some((folder, text.lines().filter(|line| line.len() > 20).take(3).map(str::to_owned).collect()))
    });
    if found.is_none() {
        eprintln!("skipped: `TOKTOOL_DATA` is not set, or has no models beside it");
    }
    found
}

fn own(folder: &Path) -> Side {
    let mut side = Side::new(crate::formats::read(folder, None).unwrap(), Some(folder)).unwrap();
    side.take_roles(Checkpoint::open(folder).unwrap().text_config());
    side
}

struct Read {
    ids: Vec<Id>,
    hidden: Vec<Vec<f32>>,
    logits: Vec<Vec<f32>>,
}

/// Texts, read by the model in a folder.
fn read(folder: &Path, texts: &[String]) -> Vec<Read> {
    let checkpoint = Checkpoint::open(folder).unwrap();
    let model = Model::open(Config::read(&checkpoint.config).unwrap(), &checkpoint).unwrap();
    let encoder = Encoder::new(&crate::formats::read(folder, None).unwrap()).unwrap();
    let one = |text: &String| {
        let mut ids = vec![model.config.bos.unwrap()];
        ids.extend(encoder.encode(text).unwrap().into_iter().take(300));
        let hidden = model.hidden(&[&ids], None).unwrap().get(0).unwrap();
        let logits = model.head.logits(&hidden).unwrap().to_vec2().unwrap();
        Read { ids, hidden: hidden.to_vec2().unwrap(), logits }
    };
    texts.iter().map(one).collect()
}

/// Nats of the tokens after the first, the softmax taken over the tokens of `over`.
fn nats(read: &Read, over: &[Id]) -> f64 {
    let cost = |(logits, &id): (&Vec<f32>, &Id)| {
        let sum: f64 = over.iter().map(|&id| f64::from(logits[id as usize]).exp()).sum();
        sum.ln() - f64::from(logits[id as usize])
    };
    read.logits.iter().zip(&read.ids[1..]).map(cost).sum()
}

/// What is bit for bit the same in a trimmed model: ids by the map, hidden states, logits of kept tokens, and the cost of
/// text once the old model's softmax is taken over the kept tokens. Over all tokens it costs more, by what removed ones got.
#[test]
fn a_trimmed_model_gives_kept_tokens_the_logits_that_they_had() {
    let Some((source, texts)) = stories() else { return };
    let side = own(&source);
    let encoder = Encoder::new(&side.tokenizer).unwrap();
    let mut counts = vec![0; side.bound()];
    texts.iter().flat_map(|text| encoder.encode(text).unwrap()).for_each(|id| counts[id as usize] += 1);
    let keep: Vec<Id> = side.roles.values().copied().collect();
    let trimmed = repair::trim(&side.tokenizer, Unwanted { reach: &[], counts: Some(&counts), keep: &keep }).unwrap();
    let derived = Derived::trimmed(&side, &trimmed).unwrap();
    let (out, report) = write(&source, &side, &derived, "best");
    let rows = derived.origins.len();
    assert!((270..505).contains(&rows), "{rows}");
    assert_eq!(report.bytes_saved(), (512 - rows as i64) * 64 * 4);
    let kept: Vec<Id> = derived.origins.iter().map(|old| old.unwrap()).collect();
    let all: Vec<Id> = (0..512).collect();
    let new: Vec<Id> = (0..rows as Id).collect();
    let (mut whole, mut restricted, mut after) = (0.0, 0.0, 0.0);
    for (a, b) in read(&source, &texts).iter().zip(&read(&out.path().join("out"), &texts)) {
        assert!(a.ids.iter().copied().eq(b.ids.iter().map(|&id| kept[id as usize])));
        assert_eq!(a.hidden, b.hidden);
        for (old, new) in a.logits.iter().zip(&b.logits) {
            assert_eq!(new.len(), rows);
            assert!(kept.iter().map(|&id| old[id as usize].to_bits()).eq(new.iter().map(|x| x.to_bits())));
        }
        whole += nats(a, &all);
        restricted += nats(a, &kept);
        after += nats(b, &new);
    }
    assert_eq!(restricted, after);
    assert!(after < whole, "{whole} {after}");
}

#[test]
fn a_permuted_model_is_the_same_model() {
    let Some((source, texts)) = stories() else { return };
    let side = own(&source);
    let ids = turned(&side);
    let derived = Derived::permuted(&side, &order(&ids)).unwrap();
    let (out, _) = write(&source, &side, &derived, "best");
    for (a, b) in read(&source, &texts).iter().zip(&read(&out.path().join("out"), &texts)) {
        assert!(a.ids.iter().copied().eq(b.ids.iter().map(|&id| ids[id as usize])));
        assert_eq!(a.hidden, b.hidden);
        for (old, new) in a.logits.iter().zip(&b.logits) {
            assert!(ids.iter().map(|&id| old[id as usize].to_bits()).eq(new.iter().map(|x| x.to_bits())));
        }
    }
}

/// Old tokens have the logits that they had, whatever was added.
#[test]
fn an_extended_model_says_what_it_said() {
    let Some((source, texts)) = stories() else { return };
    let side = own(&source);
    let derived = Derived::extended(&side, b"zzgrandmother\nzzqq\n<think>\n").unwrap();
    let (out, _) = write(&source, &side, &derived, "best");
    for (a, b) in read(&source, &texts).iter().zip(&read(&out.path().join("out"), &texts)) {
        assert_eq!((&a.ids, &a.hidden), (&b.ids, &b.hidden));
        for (old, new) in a.logits.iter().zip(&b.logits) {
            assert_eq!((new.len(), old), (515, &new[..512].to_vec()));
        }
    }
}
