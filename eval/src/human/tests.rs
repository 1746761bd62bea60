use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toktool::corpus::Corpus;
use toktool::encode::{EncodeOptions, Scratch};
use toktool::error::Place;
use toktool::stats::{REPLICATES, draw, percentile_interval};
use unicode_segmentation::UnicodeSegmentation as _;

use super::import::Ratings;
use super::key::{SCHEMA, sha256};
use super::score::{Figure, scores};
use super::*;
use crate::evaluation::Input;
use crate::evaluation::tests::tokenizer;
use crate::subject::Subject;

const TEXT: &str = "ev evde evler, evlerde kuş!\nkuşlar evde kuşu: evin ev kitap\nकिताब ev 12 किताबें evde x\n";

fn subjects() -> Vec<Subject> {
    vec![Subject::new("small-one", tokenizer(258)).unwrap(), Subject::new("large-one", tokenizer(266)).unwrap()]
}

fn made(text: &'static str, words: usize, seed: u64, threads: usize, baselines: bool) -> toktool::Result<Sheet> {
    let open = move || Ok(Corpus::from_text("text", text, Default::default()));
    let (name, language) = ("text".to_owned(), Some("tr".to_owned()));
    let input = Input { name, language, embedded: false, lexicon: None, open: Box::new(open), again: true };
    sheet(&subjects(), &input, &Request { words, seed, threads, baselines }, &())
}

#[test]
fn every_tokenizer_cuts_every_word_once_and_nobody_is_named() {
    let sheet = made(TEXT, 8, 3, 2, true).unwrap();
    assert_eq!((sheet.words, sheet.distinct, sheet.key.tokenizers.len()), (8, 12, 4));
    let mut makers: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for item in &sheet.key.items {
        item.tokenizers.iter().for_each(|name| *makers.entry((&item.word, name)).or_default() += 1);
    }
    assert!(makers.len() == 8 * 4 && makers.values().all(|&n| n == 1), "{makers:?}");
    let files: BTreeMap<&str, String> = sheet.files().into_iter().collect();
    assert_eq!(files.keys().copied().collect::<Vec<_>>(), ["RUBRIC.md", "key.json", "sheet.csv", "sheet.html"]);
    for (name, text) in &files {
        let told = ["small-one", "large-one", "baseline"].iter().any(|t| text.contains(t));
        assert_eq!(told, *name == "key.json", "{name}");
    }
    let page = &files["sheet.html"];
    for item in &sheet.key.items {
        assert!(page.contains(&format!("data-item=\"{}\"", item.item)), "{}", item.item);
    }
    assert!(!page.contains("http") && !page.contains("@import") && !page.contains(" src="), "the page needs the net");
    assert_eq!(Key::from_json(&files["key.json"]).unwrap(), sheet.key);
    assert_eq!(sha256(files["sheet.csv"].as_bytes()), sheet.key.sheet_sha256);
    let alone = made(TEXT, 8, 3, 2, false).unwrap();
    assert_eq!((alone.key.tokenizers.len(), alone.key.random_rate), (2, None));
}

#[test]
fn a_sheet_depends_on_the_seed_and_not_on_threads() {
    let long: &'static str = Box::leak(TEXT.repeat(300).into_boxed_str());
    let one = made(long, 9, 5, 1, true).unwrap();
    assert_eq!(one, made(long, 9, 5, 4, true).unwrap());
    assert_ne!(one.key.items, made(long, 9, 6, 4, true).unwrap().key.items);
}

/// The twin: for each word, every place where it stands, by the words of the library and the offsets of the encoder.
#[test]
fn cuts_are_the_most_frequent_ones_in_the_text() {
    let sheet = made(TEXT, 100, 1, 2, false).unwrap();
    for subject in subjects() {
        let encoder = &subject.judged().unwrap().encoder;
        let mut seen: BTreeMap<String, BTreeMap<Vec<usize>, u64>> = BTreeMap::new();
        for line in TEXT.lines() {
            let tokens = encoder.encode_offsets(line, EncodeOptions::default(), &mut Scratch::default()).unwrap();
            for (start, word) in line.unicode_word_indices() {
                let inner = tokens.iter().map(|t| t.start).filter(|&at| start < at && at < start + word.len());
                *seen.entry(word.to_owned()).or_default().entry(inner.map(|at| at - start).collect()).or_default() += 1;
            }
        }
        for item in sheet.key.items.iter().filter(|item| item.tokenizers.contains(&subject.name)) {
            let ways = &seen[&item.word];
            let most = ways.values().max().unwrap();
            let first = ways.iter().find(|(_, count)| *count == most).unwrap().0;
            assert_eq!(&item.cuts, first, "{} {}", subject.name, item.word);
            assert_eq!(item.frequency, ways.values().sum::<u64>());
        }
    }
    assert!(sheet.key.items.iter().any(|item| item.segmentation.contains('⟨')), "no character is torn");
}

/// A tokenizer of characters with byte fallback reports the whole character for each of its bytes.
#[test]
fn tears_that_offsets_hide_are_shown() {
    let json = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":{"type":"Sequence","normalizers":[
        {"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},"pre_tokenizer":null,
        "post_processor":null,"decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
        {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
        "model":{"type":"BPE","dropout":null,"unk_token":"<unk>","continuing_subword_prefix":null,"end_of_word_suffix":null,
        "fuse_unk":true,"byte_fallback":true,"ignore_merges":false,"vocab":{"<unk>":0,VOCAB"▁":257,"e":258,"v":259,"▁e":260},"merges":["▁ e"]}}"#;
    let bytes: String = (0..256).map(|byte| format!("\"<0x{byte:02X}>\":{},", byte + 1)).collect();
    let tokenizer = toktool::formats::hf::read_str(&json.replace("VOCAB", &bytes)).unwrap();
    let subjects = [Subject::new("fallback", tokenizer).unwrap()];
    let words = [("ev", 0), ("evş", 1)].map(|(word, band)| words::Chosen { word: word.into(), count: 1, band });
    let corpus = Corpus::from_text("t", "ev evş\n", Default::default());
    let cuts = cuts::in_text(&subjects, &words, &corpus, 1, &()).unwrap();
    // `▁e`, `v`; then `▁e`, `v` and the bytes of `ş`.
    assert_eq!(cuts[0], [vec![1], vec![1, 2, 3]]);
}

#[test]
fn what_cannot_be_a_sheet() {
    let none = made("12 34\n", 5, 1, 1, true).unwrap_err();
    assert!(none.to_string().contains("no word with a letter"), "{none}");
    assert!(made(TEXT, 0, 1, 1, true).unwrap_err().to_string().contains("0 words"));
    assert_eq!(made(TEXT, 1000, 1, 1, true).unwrap().words, 12);
}

/// Tokenizers A and B and characters. `evde`: both `ev|de`. `kitap`: A whole, B `kit|ap`. `ol`: A as characters do, B whole.
fn key() -> Key {
    let item = |item: &str, word: &str, cuts: &[usize], band: usize, tokenizers: &[&str]| Item {
        item: item.into(),
        word: word.into(),
        segmentation: cuts::shown(word, cuts),
        cuts: cuts.to_vec(),
        frequency: 7,
        band,
        tokenizers: tokenizers.iter().map(|name| (*name).to_owned()).collect(),
    };
    let c = "baseline:characters";
    let mut key = Key {
        schema: SCHEMA.into(),
        toktool: "0".into(),
        corpus: "text".into(),
        language: None,
        seed: 1,
        random_rate: None,
        sheet_sha256: String::new(),
        tokenizers: ["A", "B", c].map(|name| Named { name: name.into(), baseline: name == c }).to_vec(),
        bands: (1..=2).map(|band| Stratum { band, words: 2, running: 14, sampled: 1 }).collect(),
        items: vec![
            item("w001a", "evde", &[2], 1, &["A", "B"]),
            item("w001b", "evde", &[1, 2, 3], 1, &[c]),
            item("w002a", "kitap", &[], 1, &["A"]),
            item("w002b", "kitap", &[3], 1, &["B"]),
            item("w002c", "kitap", &[1, 2, 3, 4], 1, &[c]),
            item("w003a", "ol", &[1], 2, &["A", c]),
            item("w003b", "ol", &[], 2, &["B"]),
        ],
    };
    key.sheet_sha256 = sha256(key.csv().as_bytes());
    key
}

fn ratings() -> Ratings {
    let some = |row: [u8; 7]| row.map(|rating| Some(rating).filter(|&r| r > 0)).to_vec();
    let annotators = [("x".to_owned(), some([5, 1, 5, 2, 1, 2, 4])), ("y".to_owned(), some([4, 2, 5, 0, 4, 3, 3]))];
    Ratings { annotators: annotators.into(), ..Ratings::default() }
}

fn near(figure: Figure, value: f64, n: u64) {
    assert!((figure.value.unwrap() - value).abs() < 1e-12 && figure.n == n, "{figure:?} is not {value} of {n}");
}

/// Means by word: A 4.5, 5, 2.5; B 4.5, 2, 3.5; characters 1.5, 2.5, 2.5.
/// A against B: `evde` a tie; `kitap` a win (of x alone); `ol` a loss by x, a tie by y.
/// Pairs for alpha: (5,4) (5,5) (2,3) (4,3), n = 8, n_2..n_5 = 1, 2, 2, 3, so nominal 1 - 7 · 3/((64 - 18)/2) = 2/23.
#[test]
fn scores_by_hand() {
    let scores = scores(&key(), &ratings(), 9);
    let [a, b, c] = scores.tokenizers.as_slice() else { panic!() };
    near(a.mean, 4.0, 3);
    near(b.mean, 10.0 / 3.0, 3);
    near(c.mean, 6.5 / 3.0, 3);
    near(a.bands[0], 4.75, 2);
    near(a.bands[1], 2.5, 1);
    assert_eq!((a.ratings, b.ratings, a.bands[1].interval), (6, 5, None));
    let pair = &scores.pairs[0];
    assert_eq!((pair.first, pair.second, scores.pairs.len()), (0, 1, 3));
    pair.outcomes.iter().zip([1.0 / 3.0, 0.5, 1.0 / 6.0]).for_each(|(figure, value)| near(*figure, value, 3));
    let nominal = scores.agreement.iter().find(|a| a.level == agreement::Level::Nominal).unwrap();
    near(nominal.tokenizers, 2.0 / 23.0, 8);
    assert_eq!(nominal.all.n, 12);
    // Checks are `e|v|d|e` and `k|i|t|a|p`: x 1 and 1, y 2 and 4.
    let [x, y] = scores.annotators.as_slice() else { panic!() };
    assert_eq!((x.rated, x.missing, x.mean, x.check, x.checks), (7, 0, Some(3.6), Some(1.0), 2));
    assert_eq!((y.rated, y.missing, y.check), (6, 1, Some(3.0)));
    assert!(x.flags.is_empty() && y.flags.len() == 1 && y.flags[0].contains("3.00"), "{:?}", y.flags);
}

#[test]
fn intervals_are_a_bootstrap_over_words() {
    let scores = scores(&key(), &ratings(), 9);
    let values = [4.5, 5.0, 2.5];
    let replicate = |r| Some(draw(3, 9, r).map(|word| values[word]).sum::<f64>() / 3.0);
    let slow = percentile_interval(&(0..REPLICATES).map(replicate).collect::<Vec<_>>());
    assert_eq!(scores.tokenizers[0].mean.interval, slow);
    let one = super::score::scores(&key(), &Ratings::default(), 9);
    assert!(
        one.tokenizers[0].mean.value.is_none() && one.agreement[0].all.value.is_none() && one.annotators.is_empty()
    );
}

#[test]
fn who_rates_everything_alike_is_named() {
    let mut key = key();
    for n in 0..5 {
        key.items.push(Item { item: format!("x{n}"), word: format!("sözcük{n}"), ..key.items[2].clone() });
    }
    let ratings = Ratings { annotators: [("z".to_owned(), vec![Some(1); 12])].into(), ..Ratings::default() };
    assert_eq!(scores(&key, &ratings, 1).annotators[0].flags, ["gives every item a 1"]);
}

fn added(texts: &[(&str, &str)]) -> toktool::Result<Ratings> {
    let (mut ratings, key) = (Ratings::default(), key());
    for (name, text) in texts {
        ratings.add(text, name, Path::new(&format!("{name}.csv")), &key)?;
    }
    Ok(ratings)
}

#[test]
fn sheets_come_back_in_many_shapes() {
    let own = |ratings: &Ratings, name: &str| ratings.annotators[name][2];
    let plain = "item,word,segmentation,rating,comment\nw002a,kitap,kitap,5,\"yes, whole\"\nw001a,evde,ev | de,,\n";
    let ratings = added(&[("x", plain)]).unwrap();
    assert_eq!((own(&ratings, "x"), ratings.annotators["x"].iter().flatten().count()), (Some(5), 1));
    let excel = "\u{feff}Rating;Item;Word;Segmentation;Comment\r\n 4 ;w002a;kitap;kitap;a, b\r\n;;;;\r\n";
    assert_eq!(own(&added(&[("x", excel)]).unwrap(), "x"), Some(4));
    let many = "annotator\titem\tword\tsegmentation\trating\na\tw002a\tkitap\tkitap\t1\nb\tw002a\tkitap\tkitap\t2\n";
    let ratings = added(&[("x", many)]).unwrap();
    assert_eq!((own(&ratings, "a"), own(&ratings, "b"), ratings.annotators.len()), (Some(1), Some(2), 2));
    // The sheet itself has no rating yet; its words need no care.
    assert_eq!(added(&[("x", &key().csv())]).unwrap().annotators["x"], vec![None; 7]);
}

#[test]
fn bad_sheets_are_refused_by_line() {
    let header = "item,word,segmentation,rating\n";
    let row = |rows: &str| format!("{header}w001a,evde,ev | de,3\n{rows}");
    let cases = [
        (row("w009a,x,x,3\n"), 3, "no item `w009a`"),
        (row("w002a,kitap,kitap,6\n"), 3, "`6` is not 1, 2, 3, 4 or 5"),
        (row("w002a,kitap,kitap,0\n"), 3, "`0`"),
        (row("w002a,kitap,kitap,4.5\n"), 3, "`4.5`"),
        (row("w002a,kitab,kitap,4\n"), 3, "`kitab` here and `kitap` in the key"),
        (row("w002a,kitap,kit | ap,4\n"), 3, "segmentation"),
        (row("\"w002a\",kitap,kitap,\"4\n\"\nw001a,evde,ev | de,3\n"), 5, "duplicate: `x` has it in line 2 of `x.csv`"),
        (header.replace("item", "item,annotator") + "w001a,,evde,ev | de,3\n", 2, "names no annotator"),
    ];
    for (text, line, why) in cases {
        let error = added(&[("x", &text)]).unwrap_err();
        let toktool::Error::Input { at, .. } = &error else { panic!("{error}") };
        assert!(*at == Place::Line(line) && error.to_string().contains(why), "{error}");
    }
    for (text, why) in [
        ("", "the file is empty"),
        ("a,b\n1,2\n", "no column `item`"),
        (header, "no row"),
        ("item,item,word,segmentation,rating\n", "two columns `item`"),
    ] {
        let error = added(&[("x", text)]).unwrap_err();
        assert!(error.to_string().contains(why) && error.hint().is_some(), "{error}");
    }
    let twice = added(&[("x", &row("")), ("x", &row(""))]).unwrap_err();
    assert!(twice.hint().unwrap().contains("name=FILE"), "{twice}");
    let missing = Ratings::read(&[(None, PathBuf::from("none.csv"))], &key()).unwrap_err();
    assert!(missing.to_string().contains("none.csv"), "{missing}");
}

#[test]
fn a_key_must_be_whole() {
    let json = |key: &Key| serde_json::to_string(key).unwrap();
    assert_eq!(Key::from_json(&json(&key())).unwrap(), key());
    let refused = |text: &str, why: &str| {
        let error = Key::from_json(text).unwrap_err();
        assert!(error.to_string().contains(why) && error.hint().is_some(), "{error}");
    };
    refused("{", "no key");
    refused("{}", "no schema");
    refused("{\"schema\": \"toktool.eval/1\"}", "`toktool.eval/1`");
    refused(&json(&key()).replacen("kitap", "kitab", 1), "sha256");
    let resealed = |change: &dyn Fn(&mut Key)| {
        let mut key = key();
        change(&mut key);
        key.sheet_sha256 = sha256(key.csv().as_bytes());
        json(&key)
    };
    refused(&resealed(&|key| key.items[0].tokenizers = vec!["C".into()]), "no tokenizer `C`");
    refused(&resealed(&|key| key.items[1].tokenizers.push("A".into())), "in two ways");
    refused(&resealed(&|key| key.items[1].item = "w001a".into()), "two of it");
    refused(&resealed(&|key| key.items[1].cuts = vec![1, 99]), "cuts");
    refused(&resealed(&|key| key.items[1].band = 2), "band");
    refused(&resealed(&|key| key.items[0].band = 0), "band");
    refused(&resealed(&|key| key.tokenizers[1].name = "A".into()), "one name");
}

#[test]
fn every_form_of_the_report_has_the_figures() {
    let (key, scores) = (key(), scores(&key(), &ratings(), 9));
    let value = report::json(&key, &scores);
    assert_eq!(value["schema"], "toktool.human/1");
    assert_eq!(value["tokenizers"][0]["mean"]["value"], 4.0);
    assert_eq!(value["annotators"][1]["missing"], 1);
    let csv = report::csv(&scores).unwrap();
    assert!(csv.lines().any(|line| line.starts_with("human_mean,A,,,,4.0,")), "{csv}");
    assert!(csv.lines().any(|line| line.starts_with("human_win,A,B,,,0.333")), "{csv}");
    assert!(csv.contains("annotator_check,,,,y,3.0,"), "{csv}");
    let alone = report::json(&key, &super::score::scores(&key, &Ratings::default(), 9));
    for missing in [&alone["agreement"][0]["all"], &alone["tokenizers"][0]["mean"], &alone["pairs"][0]["win"]] {
        assert!(missing["value"].is_null() && missing["reason"].is_string(), "{missing}");
    }
    for text in [report::table(&key, &scores), report::markdown(&key, &scores)] {
        assert!(text.contains("4.00 [") && text.contains("0.09 [") && text.contains("baseline:characters"), "{text}");
    }
}
