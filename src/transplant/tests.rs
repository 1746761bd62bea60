use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;
use crate::formats::hf;
use crate::lm::checkpoint::{Checkpoint, Dtype, SafetensorsWriter, TensorSpec};

mod made;

/// A byte-level tokenizer of these tokens in these places, as `tokenizer.json` spells them; merges in their order.
pub(super) fn byte_level(tokens: &[&str], merges: &[(&str, &str)], special: &[&str]) -> crate::Tokenizer {
    let vocab: serde_json::Map<String, Value> =
        tokens.iter().enumerate().map(|(id, token)| ((*token).to_owned(), json!(id))).collect();
    let added: Vec<Value> = special
        .iter()
        .map(|token| {
            json!({"id": vocab[*token], "content": token, "special": true, "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false})
        })
        .collect();
    let merges: Vec<[&str; 2]> = merges.iter().map(|(a, b)| [*a, *b]).collect();
    let file = json!({"version": "1.0", "added_tokens": added, "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
        "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
        "model": {"type": "BPE", "vocab": vocab, "merges": merges, "unk_token": null}});
    hf::read_str(&file.to_string()).unwrap()
}

/// The same as SentencePiece has them: `▁` for a space, bytes in angle brackets, a mark before every text.
pub(super) fn sentencepiece(tokens: &[&str], merges: &[(&str, &str)]) -> crate::Tokenizer {
    let vocab: serde_json::Map<String, Value> =
        tokens.iter().enumerate().map(|(id, token)| ((*token).to_owned(), json!(id))).collect();
    let merges: Vec<[&str; 2]> = merges.iter().map(|(a, b)| [*a, *b]).collect();
    let special = |content: &str, id: usize| {
        json!({"id": id, "content": content, "special": true, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false})
    };
    let file = json!({"version": "1.0", "added_tokens": [special("<unk>", 0), special("</s>", 1)],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
        "pre_tokenizer": null,
        "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
            {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
        "model": {"type": "BPE", "vocab": vocab, "merges": merges, "unk_token": "<unk>", "byte_fallback": true,
            "fuse_unk": true}});
    hf::read_str(&file.to_string()).unwrap()
}

const OLD: [&str; 8] = ["<unk>", "</s>", "<0x0A>", "▁", "e", "v", "ev", "▁ev"];

pub(super) fn old() -> Side {
    Side::new(sentencepiece(&OLD, &[("e", "v"), ("▁", "ev")]), None).unwrap()
}

/// `Ċ` is a line feed. `evev` and `Ġ` are new together with `eve`.
const NEW: [&str; 8] = ["<|endoftext|>", "Ġev", "Ċ", "e", "v", "Ġ", "evev", "eve"];

fn new() -> Side {
    let merges = [("Ġ", "ev")];
    Side::new(byte_level(&NEW, &merges[..0], &["<|endoftext|>"]), None).unwrap()
}

#[test]
fn tokens_are_matched_on_bytes_and_roles() {
    let (old, new) = (old(), new());
    let map = TokenMap::new(&old, &new, OLD.len(), &[]).unwrap();
    let expected = [
        Source::Role(1),
        Source::Text(7),
        Source::Byte(2),
        Source::Text(4),
        Source::Text(5),
        Source::Text(3),
        Source::New,
        Source::New,
    ];
    assert_eq!(map.sources, expected);
    let o = map.overlap;
    assert_eq!((o.tokens, o.text, o.bytes, o.special, o.new, o.unmapped), (8, 4, 1, 1, 2, 0));
    // As strings, `e` and `v` alone are equal.
    assert_eq!(o.raw, 2);
    assert!(!map.is_identity(&old, OLD.len()));
    assert!(TokenMap::new(&old, &old, OLD.len(), &[]).unwrap().is_identity(&old, OLD.len()));
}

#[test]
fn the_user_has_the_last_word_on_special_tokens() {
    let (old, new) = (old(), new());
    let named = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
    let map = TokenMap::new(&old, &new, OLD.len(), &named("<unk>", "<|endoftext|>")).unwrap();
    assert_eq!(map.sources[0], Source::User(0));
    let error = TokenMap::new(&old, &new, OLD.len(), &named("<pad>", "<|endoftext|>")).unwrap_err();
    assert!(error.to_string().contains("old tokenizer") && error.to_string().contains("<pad>"), "{error}");
}

#[test]
fn a_tokenizer_beyond_the_matrix_is_not_the_checkpoints_own() {
    let error = TokenMap::new(&old(), &new(), 7, &[]).unwrap_err();
    assert!(error.to_string().contains("id 7") && error.to_string().contains("7 rows"), "{error}");
}

/// No mark goes before a token, a space keeps its mark, and what is unknown becomes bytes or nothing.
#[test]
fn pieces_are_those_of_the_bytes_alone() {
    let speller = Speller::new(&old(), OLD.len()).unwrap();
    let pieces = speller.spell(&[&b"ev"[..], b" ev", b"evev", b"e\nv", b"\xffe", b"x", b"</s>"]).unwrap();
    let all: Vec<&[u32]> = (0..7).map(|n| pieces.of(n)).collect();
    assert_eq!(all[..6], [&[6][..], &[7], &[6, 6], &[4, 2, 5], &[4], &[]]);
    assert!(!all[6].contains(&1), "{all:?}");
}

/// `ev` inside a word is no token; its `e` is a token of that one byte all the same, `v` is nothing.
#[test]
fn wordpiece_takes_the_longest_token_and_knows_where_words_begin() {
    let json = json!({"added_tokens": [], "model": {"type": "WordPiece", "unk_token": "[UNK]",
        "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": {"[UNK]": 0, "ev": 1, "##ler": 2, "##l": 3, "e": 4}}});
    let side = Side::new(hf::read_str(&json.to_string()).unwrap(), None).unwrap();
    let pieces = Speller::new(&side, 5).unwrap().spell(&[&b" evler"[..], b"ler", b" el", b"ev"]).unwrap();
    assert_eq!([0, 1, 2, 3].map(|n| pieces.of(n).to_vec()), [vec![1, 2], vec![2], vec![4, 3], vec![4]]);
}

/// A folder with `[rows, 2]` input rows `(id, -id)` and, where it is not tied, a head of `(10 id, 0)`.
pub(super) fn folder(rows: usize, dtype: Dtype, tied: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = json!({"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": rows,
        "hidden_size": 2, "tie_word_embeddings": tied, "bos_token_id": null, "eos_token_id": [1],
        "max_new_tokens": 5, "nested": {"image_token_id": 3}});
    fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    fs::write(folder.path().join("generation_config.json"), r#"{"eos_token_id": 1, "temperature": 0.7}"#).unwrap();
    fs::write(folder.path().join("vocab.json"), "{}").unwrap();
    fs::write(folder.path().join("LICENSE"), "free").unwrap();
    let mut specs = vec![
        TensorSpec::new("model.embed_tokens.weight", dtype.clone(), vec![rows, 2]).unwrap(),
        TensorSpec::new("model.norm.weight", dtype.clone(), vec![2]).unwrap(),
    ];
    if !tied {
        specs.push(TensorSpec::new("lm_head.weight", dtype.clone(), vec![rows, 2]).unwrap());
    }
    let path = folder.path().join("model.safetensors");
    let mut writer = SafetensorsWriter::create(&path, specs.clone(), &BTreeMap::new()).unwrap();
    for spec in &specs {
        let numbers: Vec<f32> = match spec.name.as_str() {
            "model.embed_tokens.weight" => (0..rows).flat_map(|id| [id as f32, -(id as f32)]).collect(),
            "lm_head.weight" => (0..rows).flat_map(|id| [10.0 * id as f32, 0.0]).collect(),
            _ => vec![0.5, 0.25],
        };
        let mut bytes = Vec::new();
        dtype.encode(&numbers, &mut bytes).unwrap();
        writer.write(&bytes).unwrap();
    }
    writer.finish().unwrap();
    folder
}

struct Done {
    _keep: tempfile::TempDir,
    path: PathBuf,
    report: Report,
}

impl Done {
    fn open(&self) -> Checkpoint {
        Checkpoint::open(&self.path).unwrap()
    }

    fn rows(&self, name: &str) -> Vec<Vec<f32>> {
        let checkpoint = self.open();
        let count = checkpoint.info(name).unwrap().rows();
        checkpoint.rows(name, 0..count).unwrap().chunks(2).map(<[f32]>::to_vec).collect()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path.join(name)).unwrap()).unwrap()
    }
}

fn transplanted(source: &Path, old: &Side, new: &Side, options: &Options) -> crate::Result<Done> {
    let keep = tempfile::tempdir().unwrap();
    let path = keep.path().join("out");
    let checkpoint = Checkpoint::open(source)?;
    let report = Plan::new(&checkpoint, old, new, options)?.write(&path, false, (Some(source), None), &())?;
    Ok(Done { _keep: keep, path, report })
}

pub(super) fn with(init: &str) -> Options {
    Options { init: init.to_owned(), ..Options::default() }
}

/// `evev` is `ev` `ev`, row 6; `eve` is `ev` `e`: (6 + 4)/2. Others are copies.
#[test]
fn rows_are_copied_or_made() {
    let source = folder(8, Dtype::BF16, true);
    let done = transplanted(source.path(), &old(), &new(), &with("retok")).unwrap();
    let x = [1.0, 7.0, 2.0, 4.0, 5.0, 3.0, 6.0, 5.0];
    assert_eq!(done.rows("model.embed_tokens.weight"), x.map(|x| vec![x, -x]));
    assert_eq!(done.open().rows("model.norm.weight", 0..2).unwrap(), [0.5, 0.25]);
    let config = done.json("config.json");
    assert_eq!((&config["vocab_size"], &config["eos_token_id"]), (&json!(8), &json!([0])));
    assert_eq!(config["nested"]["image_token_id"], json!(5));
    assert_eq!(config["max_new_tokens"], json!(5));
    assert_eq!(done.json("generation_config.json"), json!({"eos_token_id": 0, "temperature": 0.7}));
    let names: Vec<String> = fs::read_dir(&done.path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert!(names.contains(&"LICENSE".to_owned()) && !names.contains(&"vocab.json".to_owned()), "{names:?}");
    let report = done.json("transplant_report.json");
    assert_eq!(report["provenance"]["old"], json!([1, 7, 2, 4, 5, 3, null, null]));
    assert_eq!(report["matrices"][0]["origins"], json!({"pieces": 2}));
    assert_eq!(done.report.bytes, [8 * 4 + 4, 8 * 4 + 4]);
}

/// Twelve rows: those after the eighth are the mean of the copied ones, (1 + 7 + 2 + 4 + 5 + 3)/6.
#[test]
fn padding_rows_are_safe() {
    let source = folder(8, Dtype::F32, true);
    let options = Options { pad_to_multiple: 6, ..with("mean") };
    let done = transplanted(source.path(), &old(), &new(), &options).unwrap();
    let rows = done.rows("model.embed_tokens.weight");
    let mean = 22.0f32 / 6.0;
    assert_eq!((rows.len(), &rows[11], &rows[8]), (12, &vec![mean, -mean], &vec![mean, -mean]));
    // The mean of all old rows: 28/8.
    assert_eq!(rows[6], [3.5, -3.5]);
}

#[test]
fn head_and_input_are_made_apart() {
    let source = folder(8, Dtype::F32, false);
    let options = Options { init_head: Some("mean".to_owned()), ..with("first-last") };
    let done = transplanted(source.path(), &old(), &new(), &options).unwrap();
    // The last piece of `eve` is `e`; the mean of the head is 10 · 3.5.
    assert_eq!(done.rows("model.embed_tokens.weight")[7], [4.0, -4.0]);
    assert_eq!(done.rows("lm_head.weight")[7], [35.0, 0.0]);
    assert_eq!(done.rows("lm_head.weight")[1], [70.0, 0.0]);
}

/// Input: the last piece; head: 1 · `ev` and 1/2 · `e` over 3/2 = (6 + 2)/1.5.
#[test]
fn a_tied_model_gets_a_head() {
    let source = folder(8, Dtype::F32, true);
    let options = Options { untie: true, ..with("first-last") };
    let done = transplanted(source.path(), &old(), &new(), &options).unwrap();
    assert_eq!(done.rows("model.embed_tokens.weight")[7], [4.0, -4.0]);
    let head = &done.rows("lm_head.weight")[7];
    assert!((head[0] - 16.0 / 3.0).abs() < 1e-6, "{head:?}");
    assert_eq!(done.json("config.json")["tie_word_embeddings"], json!(false));
    assert!(transplanted(&done.path, &new(), &new(), &options).is_err());
}

#[test]
fn the_same_vocabulary_changes_nothing() {
    let source = folder(9, Dtype::F16, false);
    let done = transplanted(source.path(), &old(), &old(), &with("retok")).unwrap();
    let read = |folder: &Path| fs::read(folder.join("model.safetensors")).unwrap();
    assert_eq!(read(source.path()), read(&done.path));
    assert!(done.report.files[0].is_empty());
    let config: Value = serde_json::from_slice(&fs::read(source.path().join("config.json")).unwrap()).unwrap();
    assert_eq!(done.json("config.json"), config);
}

/// Another order of the same tokens: rows change places, bit for bit, there and back.
#[test]
fn a_permutation_is_undone_by_its_inverse() {
    let source = folder(8, Dtype::BF16, false);
    let turned: Vec<&str> = NEW.iter().rev().copied().collect();
    let there = Side::new(byte_level(&turned, &[], &["<|endoftext|>"]), None).unwrap();
    let done = transplanted(source.path(), &new(), &there, &with("random")).unwrap();
    assert_eq!(done.rows("lm_head.weight")[0], [70.0, 0.0]);
    let back = transplanted(&done.path, &there, &new(), &with("random")).unwrap();
    for name in ["model.embed_tokens.weight", "lm_head.weight"] {
        let raw = |checkpoint: &Checkpoint| checkpoint.raw_rows(name, 0..8).unwrap();
        assert_eq!(raw(&back.open()), raw(&Checkpoint::open(source.path()).unwrap()), "{name}");
    }
}

#[test]
fn random_rows_depend_on_the_seed_alone() {
    let source = folder(8, Dtype::F32, true);
    for init in ["random", "hewitt", "hewitt-script"] {
        let rows = |seed, threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let options = Options { settings: init::Settings { seed, ..Default::default() }, ..with(init) };
            pool.install(|| transplanted(source.path(), &old(), &new(), &options).unwrap())
                .rows("model.embed_tokens.weight")
        };
        assert_eq!(rows(1, 1), rows(1, 3));
        assert_ne!(rows(1, 1)[6], rows(2, 1)[6]);
    }
}

#[test]
fn a_row_that_is_no_number_is_refused_and_nothing_is_left() {
    let source = folder(8, Dtype::F32, true);
    let path = source.path().join("model.safetensors");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.len() - 2 * 4 - 3 * 8;
    bytes[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&path, &bytes).unwrap();
    let keep = tempfile::tempdir().unwrap();
    let checkpoint = Checkpoint::open(source.path()).unwrap();
    let (old, new, options) = (old(), new(), with("retok"));
    let plan = Plan::new(&checkpoint, &old, &new, &options).unwrap();
    let error = plan.write(&keep.path().join("out"), false, (None, None), &()).unwrap_err();
    assert!(error.to_string().contains("embed_tokens") && error.to_string().contains("row 5"), "{error}");
    assert_eq!(fs::read_dir(keep.path()).unwrap().count(), 0);
}

#[test]
fn methods_say_what_they_lack() {
    let source = folder(8, Dtype::F32, true);
    let (old, new) = (old(), new());
    for init in ["wechsel", "focus", "tokenadapt-global"] {
        let error = transplanted(source.path(), &old, &new, &with(init)).err().unwrap();
        assert!(error.hint().unwrap().contains("--aux"), "{error}");
        let own = Options { aux: Some(auxiliary::Space::Own), ..with(init) };
        assert!(transplanted(source.path(), &old, &new, &own).is_ok(), "{init}");
    }
    let exact = Options { settings: init::Settings { exact: true, ..Default::default() }, ..with("tokenadapt") };
    assert!(transplanted(source.path(), &old, &new, &exact).is_err());
    let error = transplanted(source.path(), &old, &new, &with("magic")).err().unwrap();
    assert!(error.hint().unwrap().contains("retok"), "{error}");
}

/// Length alone: `eve` is `ev` (2 of 3 bytes) and `e` (1 of 3), s = 1/2 each; c differ by 1/6, over 0.3: weights 1/(1 + e^(-5/9))
/// = 0.63542 and 0.36458: 6 · 0.63542 + 4 · 0.36458 = 5.27084.
#[test]
fn tokenadapt_without_vectors_by_hand() {
    let source = folder(8, Dtype::F32, true);
    let done = transplanted(source.path(), &old(), &new(), &with("tokenadapt")).unwrap();
    let row = &done.rows("model.embed_tokens.weight")[7];
    assert!((row[0] - 5.270_84).abs() < 1e-4, "{row:?}");
}

/// Vectors from a file, exact: `ev` = (1, 0), `e` = (0, 1), `eve` = (3, 4)/5 by hand.
///
/// a = 0.6, 0.8; s = softmax = 0.45017, 0.54983; l = 2/3, 1/3; c = 0.55842, 0.44158; w = 1/(1 + e^(-0.11684/0.3)) = 0.59616,
/// 0.40384; local = 6 · 0.59616 + 4 · 0.40384 = 5.19232. The three nearest: `e` 0.8, `ev` and `▁ev`, which has its vector, 0.6:
/// v = 1, 0.51342, 0.51342 over 2.02683; global = 4 · 0.49338 + (6 + 7) · 0.25331 = 5.26654. 0.7 and 0.3 of them: 5.21459.
#[test]
fn tokenadapt_with_vectors_by_hand() {
    let source = folder(8, Dtype::F32, true);
    let vectors = source.path().join("v.vec");
    fs::write(&vectors, "3 2\nev 1 0\ne 0 1\neve 0.6 0.8\nother 1 1\n").unwrap();
    let settings = init::Settings { exact: true, ..Default::default() };
    let options = |init| Options { aux: Some(auxiliary::Space::File(vectors.clone())), settings, ..with(init) };
    let row = |init| {
        let done = transplanted(source.path(), &old(), &new(), &options(init)).unwrap();
        done.rows("model.embed_tokens.weight")[7][0]
    };
    for (init, wanted) in [("tokenadapt-local", 5.192_32), ("tokenadapt-global", 5.266_54), ("tokenadapt", 5.214_59)] {
        let got = row(init);
        assert!((got - wanted).abs() < 2e-4, "{init}: {got}");
    }
    fs::write(&vectors, "ev 1 0\ne 0 1 2\n").unwrap();
    let error = transplanted(source.path(), &old(), &new(), &options("tokenadapt")).err().unwrap();
    assert!(error.to_string().contains("line 2") && error.to_string().contains("3 numbers"), "{error}");
}
