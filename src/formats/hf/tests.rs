use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;
use crate::text::{Behavior, Named, Pattern, Rewrite, Split, Splitter};
use crate::tokenizer::{AddedToken, Post};
use crate::vocab::{Merge, Vocab};

/// The files of the folder that the variable names, or none with a word about it.
fn folder(variable: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable).map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: `{variable}` is not set");
    }
    folder
}

fn byte_level() -> Value {
    json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true})
}

/// A byte-level file: `a` 0, `b` 1, `ab` 2, `Ġ` 3, `Ġab` 4.
fn small() -> Value {
    json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [{"id": 5, "content": "<end>", "single_word": false, "lstrip": false, "rstrip": true,
            "normalized": false, "special": true, "note": [1]}],
        "normalizer": {"type": "NFC"}, "pre_tokenizer": byte_level(),
        "post_processor": {"type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<end>", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<end>": {"id": "<end>", "ids": [5], "tokens": ["<end>"]}}},
        "decoder": byte_level(), "extra": {"kept": 1.50},
        "model": {"type": "BPE", "dropout": null, "unk_token": null,
            "vocab": {"b": 1, "a": 0, "ab": 2, "Ġ": 3, "Ġab": 4}, "merges": ["a b", "Ġ ab"], "other": "kept"}
    })
}

/// [`small`] without the section that the stock library does not know: it refuses any.
fn stock() -> Value {
    let mut v = small();
    if let Value::Object(sections) = &mut v {
        sections.remove("extra");
    }
    v
}

fn read(v: &Value) -> Result<Tokenizer> {
    read_str(&v.to_string())
}

fn bpe(t: &Tokenizer) -> &Bpe {
    match &t.model {
        Model::Bpe(bpe) => bpe,
        Model::Foreign(_) => panic!("not native"),
    }
}

fn round_trip(text: &str) -> Tokenizer {
    let tokenizer = read_str(text).unwrap();
    let written = write_string(&tokenizer).unwrap();
    let same = serde_json::from_str::<Value>(text).unwrap() == serde_json::from_str::<Value>(&written).unwrap();
    assert!(same, "a section changed: {}", &written[..written.len().min(2000)]);
    assert_eq!(read_str(&written).unwrap(), read_str(&written).unwrap());
    tokenizer
}

#[test]
fn every_part_of_a_file_is_understood_and_written_back() {
    let t = round_trip(&small().to_string());
    assert_eq!(t.normalizers, [crate::unicode::Normalizer::Nfc]);
    let gpt2 = Split { pattern: Pattern::Named(Named::Gpt2), behavior: Behavior::Isolated, invert: false };
    assert_eq!(t.splitter, Splitter { rewrite: None, splits: vec![gpt2] });
    assert_eq!(t.post, Post { before: vec![], after: vec![5] });
    assert_eq!(t.added[0].id, 5);
    assert!(t.added[0].rstrip && t.added[0].special && !t.added[0].lstrip);
    assert_eq!(bpe(&t).vocab.token(4), Some(&b" ab"[..]));
    assert_eq!(bpe(&t).vocab.merges, [Merge { left: 0, right: 1, new: 2 }, Merge { left: 3, right: 2, new: 4 }]);
    bpe(&t).vocab.check().unwrap();
    let keys: Vec<&str> = t.carried.sections.iter().map(|s| s.0.as_str()).collect();
    let written = write_string(&t).unwrap();
    let again: serde_json::Map<String, Value> = serde_json::from_str(&written).unwrap();
    assert_eq!(again.keys().map(String::as_str).collect::<Vec<_>>(), keys);
    assert!(written.contains("1.5"), "unknown sections survive");
}

#[test]
fn a_changed_section_is_written_anew_and_the_rest_is_kept() {
    let mut t = read(&small()).unwrap();
    t.added.push(AddedToken { id: 6, content: "<new>".into(), ..Default::default() });
    t.post.after = vec![6];
    t.splitter.splits.clear();
    let written: Value = serde_json::from_str(&write_string(&t).unwrap()).unwrap();
    assert_eq!(written["added_tokens"][0]["note"], json!([1]));
    assert_eq!(written["pre_tokenizer"]["use_regex"], json!(false));
    assert_eq!(written["normalizer"], small()["normalizer"]);
    assert_eq!(written["model"]["other"], "kept");
    assert_eq!(written["model"]["merges"], small()["model"]["merges"]);
    let again = read(&written).unwrap();
    assert_eq!((again.added, again.post, again.splitter), (t.added, t.post, t.splitter));
}

#[test]
fn pairs_may_come_before_the_vocabulary_and_hold_spaces() {
    let text = r#"{"model": {"type": "BPE", "merges": [["a", " b"], ["\u0061 b", "\n"]],
        "vocab": {"a": 0, " b": 1, "a b": 2, "\n": 9, "a b\n": 4}}}"#;
    let t = round_trip(text);
    assert_eq!(bpe(&t).alphabet, Alphabet::Chars);
    assert_eq!(bpe(&t).vocab.merges[1], Merge { left: 2, right: 9, new: 4 });
    assert_eq!((bpe(&t).vocab.len(), bpe(&t).vocab.defined()), (10, 5));
}

#[test]
fn what_is_not_exactly_ours_goes_to_the_crate() {
    let mut changes: Vec<(&str, Value)> = Vec::new();
    for (key, value) in
        [("dropout", json!(0.1)), ("continuing_subword_prefix", json!("#")), ("end_of_word_suffix", json!("</w>"))]
    {
        let mut v = stock();
        v["model"][key] = value;
        v["model"]["merges"] = json!([]);
        changes.push((key, v));
    }
    let steps = [
        ("normalizer", json!({"type": "StripAccents"})),
        ("normalizer", json!({"type": "Sequence", "normalizers": [{"type": "ByteLevel"}, {"type": "NFC"}]})),
        ("pre_tokenizer", json!({"type": "Punctuation", "behavior": "Isolated"})),
        ("pre_tokenizer", json!(null)),
        ("decoder", json!({"type": "WordPiece", "prefix": "##", "cleanup": true})),
    ];
    for (key, value) in steps {
        let mut v = stock();
        v[key] = value;
        changes.push((key, v));
    }
    for (key, v) in changes {
        let t = read(&v).unwrap_or_else(|e| panic!("{key}: {e}"));
        assert!(matches!(t.model, Model::Foreign(_)), "{key}");
        assert_eq!(t.added.len(), 1, "{key}");
        assert_eq!(write_string(&t).unwrap(), v.to_string());
        let edited = Tokenizer { post: Post { before: vec![0], after: vec![] }, ..t };
        assert!(write_string(&edited).is_err());
    }
}

#[test]
fn byte_level_as_a_normalizer_is_native() {
    let mut v = small();
    v["normalizer"] = json!({"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "ByteLevel"}]});
    v["pre_tokenizer"] = json!(null);
    let mut t = round_trip(&v.to_string());
    assert_eq!(bpe(&t).alphabet, Alphabet::Bytes);
    assert_eq!(t.splitter, Splitter::default());
    t.normalizers.clear();
    let again = read_str(&write_string(&t).unwrap()).unwrap();
    assert_eq!((again.normalizers, bpe(&t).alphabet), (vec![], Alphabet::Bytes));
}

#[test]
fn a_later_merge_of_a_pair_replaces_the_earlier() {
    let mut v = small();
    v["model"]["merges"] = json!(["a b", "Ġ ab", "a b"]);
    let t = read(&v).unwrap();
    assert_eq!(bpe(&t).vocab.merges.iter().map(|m| m.new).collect::<Vec<_>>(), [4, 2]);
}

#[test]
fn added_tokens_get_the_ids_of_the_stock_library() {
    let mut v = stock();
    v["model"]["merges"] = json!([]);
    v["post_processor"] = json!(null);
    let entry = |id: u32, content: &str| {
        json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": false})
    };
    v["added_tokens"] = json!([entry(77, "<far>"), entry(3, "ab"), entry(8, ""), entry(9, "<next>")]);
    let t = round_trip(&v.to_string());
    let crate_ids = foreign::load(&v.to_string()).unwrap();
    for a in &t.added {
        assert_eq!(crate_ids.token_to_id(&a.content), Some(a.id), "{}", a.content);
    }
    assert_eq!(t.added.iter().map(|a| a.id).collect::<Vec<_>>(), [5, 2, 6]);
}

/// What is wrong, the file, and a word that the message must have.
fn hostile() -> Vec<(&'static str, String, &'static str)> {
    let with = |path: &[&str], value: Value| {
        let mut v = small();
        let mut at = &mut v;
        for key in path {
            at = match key.parse::<usize>() {
                Ok(n) => &mut at[n],
                Err(_) => &mut at[*key],
            };
        }
        *at = value;
        v.to_string()
    };
    let vocab = |text: &str| small().to_string().replace(r#""b":1"#, text);
    let merges = |value: Value| with(&["model", "merges"], value);
    vec![
        ("empty", String::new(), "EOF"),
        ("list", "[]".into(), "tokenizer.json object"),
        ("null model", r#"{"model": null}"#.into(), "model object"),
        ("no model", "{}".into(), "no `model`"),
        ("no vocab", r#"{"model": {"type": "BPE", "merges": []}}"#.into(), "vocab"),
        ("cut off", small().to_string()[..300].into(), "EOF"),
        ("trailing", format!("{}x", small()), "trailing"),
        ("huge id", vocab(r#""b":4294967295"#), "far beyond"),
        ("too great id", vocab(r#""b":4294967296"#), "4294967296"),
        ("negative id", vocab(r#""b":-1"#), "-1"),
        ("fraction", vocab(r#""b":1.5"#), "1.5"),
        ("no id", vocab(r#""b":null"#), "null"),
        ("shared id", vocab(r#""b":0"#), "that of `"),
        ("token twice", vocab(r#""b":1,"b":7"#), "twice"),
        ("part missing", merges(json!(["a x"])), "`x` is not in"),
        ("result missing", merges(json!(["b a"])), "result `ba`"),
        ("part made later", merges(json!([["ab", "b"], ["a", "b"]])), "result `abb`"),
        ("empty part", merges(json!([["", "a"]])), "empty"),
        ("three parts", merges(json!(["a b ab"])), "one space"),
        ("long pair", merges(json!([["a", "b", "ab"]])), "pair"),
        ("mixed", merges(json!(["a b", ["a", "b"]])), "mixed"),
        ("not a merge", merges(json!([7])), "merge 0"),
        ("added id negative", with(&["added_tokens", "0", "id"], json!(-5)), "negative"),
        ("added id huge", with(&["added_tokens", "0", "id"], json!(4294967295u32)), "far beyond"),
        ("added incomplete", with(&["added_tokens", "0"], json!({"id": 1, "content": "x"})), "single_word"),
        ("added no list", with(&["added_tokens"], json!(3)), "invalid type"),
        ("version", with(&["version"], json!("2.0")), "1.0"),
        ("truncation", with(&["truncation"], json!(5)), "null nor an object"),
        ("unknown step", with(&["normalizer"], json!({"type": "Nonsense"})), "refuses"),
        (
            "bad regex",
            with(
                &["pre_tokenizer"],
                json!({"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated", "invert": false}),
            ),
            "refuses",
        ),
        (
            "nested",
            format!(r#"{{"decoder": {}{}, "model": {}}}"#, "[".repeat(100_000), "]".repeat(100_000), small()["model"]),
            "recursion",
        ),
        ("model twice", r#"{"model": {"type": "BPE", "vocab": {}, "merges": []}, "model": {}}"#.into(), "twice"),
    ]
}

#[test]
fn hostile_files_are_refused_with_a_reason() {
    for (name, text, word) in hostile() {
        match read_str(&text) {
            Ok(_) => panic!("{name}: accepted"),
            Err(e) => assert!(e.to_string().contains(word), "{name}: {e}"),
        }
    }
    let mut twice = small();
    let mut second = twice["added_tokens"][0].clone();
    second["content"] = json!("<other>");
    twice["added_tokens"].as_array_mut().unwrap().push(second);
    assert!(read(&twice).unwrap_err().to_string().contains("another added token"));
    // Where the vocabulary has holes, the stock library's next number may be taken.
    let mut taken = small();
    taken["model"] = json!({"type": "BPE", "vocab": {"a": 0, "b": 2}, "merges": []});
    assert!(read(&taken).unwrap_err().to_string().contains("id 2"));
}

#[test]
fn no_single_change_of_a_file_is_fatal() {
    let text = stock().to_string().into_bytes();
    for at in 0..text.len() {
        for byte in [b'"', b'{', b']', b',', b'9', b'-', b'\\', b' '] {
            let mut changed = text.clone();
            changed[at] = byte;
            if let Ok(tokenizer) = read_str(std::str::from_utf8(&changed).unwrap_or_default()) {
                write_string(&tokenizer).unwrap();
                let Model::Bpe(bpe) = &tokenizer.model else { continue };
                bpe.vocab.check().unwrap();
                // What we understood, written anew, means what the stock library understands.
                let bare = Tokenizer { carried: Carried::default(), ..tokenizer };
                let (Ok(ours), Ok(theirs)) = (write_string(&bare), foreign::load(&String::from_utf8_lossy(&changed)))
                else {
                    continue;
                };
                let ids = |t: &tokenizers::Tokenizer| t.encode("ab ab<end> b", true).map(|e| e.get_ids().to_vec());
                assert_eq!(ids(&foreign::load(&ours).unwrap()).ok(), ids(&theirs).ok(), "byte {at} as {byte}");
            }
        }
    }
}

#[test]
fn a_fault_names_its_line() {
    let text = serde_json::to_string_pretty(&small()).unwrap().replace("\"a b\"", "\"ab\"");
    let line = text.lines().position(|l| l.trim() == "\"ab\",").unwrap() as u64 + 1;
    match read_str(&text).unwrap_err() {
        Error::Input { at, .. } => assert_eq!(at, Place::Line(line)),
        other => panic!("{other}"),
    }
    let text = text.replace("\"ab\",\n", "\"a q\",\n");
    assert!(read_str(&text).unwrap_err().to_string().contains("`merges[0]`"), "{}", read_str(&text).unwrap_err());
}

#[test]
fn a_trained_tokenizer_becomes_a_complete_file_that_stock_loads() {
    let mut vocab = Vocab::new();
    vocab.push(b"<|endoftext|>");
    for byte in 0..=255u8 {
        vocab.push(&[byte]);
    }
    let ab = vocab.push(b"ab");
    vocab.merges.push(Merge { left: 1 + u32::from(b'a'), right: 1 + u32::from(b'b'), new: ab });
    let added = vec![AddedToken { id: 0, content: "<|endoftext|>".into(), special: true, ..Default::default() }];
    let mut t = Tokenizer { model: Model::Bpe(Bpe { vocab, ..Bpe::default() }), added, ..Tokenizer::default() };
    t.post.before = vec![0];
    for pattern in ["gpt2", "qwen2", "none", "deepseek"] {
        t.splitter = super::super::byte_level_splitter(pattern).unwrap();
        let text = write_string(&t).unwrap();
        let value: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
        let keys = "version truncation padding added_tokens normalizer pre_tokenizer post_processor decoder model";
        assert_eq!(value.keys().map(String::as_str).collect::<Vec<_>>().join(" "), keys);
        let stock = foreign::load(&text).unwrap();
        let encoding = stock.encode("ab<|endoftext|> é", true).unwrap();
        assert_eq!(encoding.get_ids(), [0, ab, 0, 33, 1 + 0xC3, 1 + 0xA9], "{pattern}");
        assert_eq!(stock.decode(encoding.get_ids(), true).unwrap(), "ab é");
        let again = read_str(&text).unwrap();
        assert_eq!((&again.splitter, &again.post, &again.model), (&t.splitter, &t.post, &t.model), "{pattern}");
    }
    t.splitter.rewrite = Some(Rewrite::PrefixSpace);
    assert!(write_string(&t).is_err());
    t.splitter = super::super::byte_level_splitter("gpt2").unwrap();
    t.splitter.rewrite = Some(Rewrite::PrefixSpace);
    let again = read_str(&write_string(&t).unwrap()).unwrap();
    assert_eq!(again.splitter, t.splitter);
    t.added[0].id = 300;
    assert!(write_string(&t).unwrap_err().to_string().contains("would give it"));
}

#[test]
fn real_files_come_back_as_they_were() {
    let Some(folder) = folder("TOKENIZERS") else { return };
    let sample = "Hello  world!\n\n  def f(x):\t return 'don''t' 1234567 Türkçe \
        İstanbul'da हिन्दी 日本語テキスト 👍🏽 <s> <|endoftext|>\r\n ▁x";
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path().join("tokenizer.json");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let started = std::time::Instant::now();
        let tokenizer = read_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert!(matches!(tokenizer.model, Model::Bpe(_)), "{} is not native", path.display());
        eprintln!("{}: {} bytes in {:?}", path.display(), text.len(), started.elapsed());
        bpe(&tokenizer).vocab.check().unwrap();
        let written = write_string(&tokenizer).unwrap();
        let before: Value = serde_json::from_str(&text).unwrap();
        assert!(before == serde_json::from_str::<Value>(&written).unwrap(), "{}", path.display());
        // Written without what was carried, it still means the same.
        let bare = Tokenizer { carried: Carried::default(), ..tokenizer };
        let bare = foreign::load(&write_string(&bare).unwrap()).unwrap();
        let stock = foreign::load(&text).unwrap();
        for special in [false, true] {
            let ids = |t: &tokenizers::Tokenizer| t.encode(sample, special).unwrap().get_ids().to_vec();
            assert_eq!(ids(&bare), ids(&stock), "{}", path.display());
            assert_eq!(bare.decode(&ids(&stock), false).unwrap(), stock.decode(&ids(&stock), false).unwrap());
        }
    }
}

#[test]
fn gpt2_is_read_from_its_own_two_files() {
    let Some(folder) = folder("TOKTOOL_DATA") else { return };
    let text = |name: &str| std::fs::read_to_string(folder.join("bpe-reference").join(name)).unwrap();
    let t = from_vocab_and_merges(&text("gpt2_vocab.json"), &text("gpt2_merges.txt")).unwrap();
    assert_eq!((bpe(&t).vocab.defined(), bpe(&t).vocab.merges.len()), (50_257, 50_000));
    assert_eq!(t.added[0].id, 50_256);
    let stock = foreign::load(&write_string(&t).unwrap()).unwrap();
    let ids = stock.encode("Hello world, it's 2024!", false).unwrap().get_ids().to_vec();
    assert_eq!(ids, [15496, 995, 11, 340, 338, 48609, 0]);
    let ranks = super::super::tiktoken::write(&t).unwrap();
    let same = super::super::tiktoken::read(&ranks, None).unwrap();
    assert_eq!(bpe(&same).vocab.merges, bpe(&t).vocab.merges, "its ranks file is OpenAI's, known by its hash");
}
