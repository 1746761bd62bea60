//! `segment`: words and text taken apart, in every form, and what it refuses.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, stderr, text};
use serde_json::{Value, json};

const TR: [&str; 4] = ["segment", "--lang", "tr", "--quiet"];

fn with<'a>(extra: &[&'a str]) -> Vec<&'a str> {
    [&TR[..], extra].concat()
}

/// What comes of `input` on standard input.
fn fed(b: &Bench, extra: &[&str], input: &str) -> String {
    String::from_utf8(b.fed(&with(extra), input.as_bytes())).unwrap()
}

fn rows(b: &Bench, extra: &[&str], input: &str) -> Vec<Value> {
    let out = fed(b, &[&["--format", "json"], extra].concat(), input);
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn surfaces(pieces: &Value) -> Vec<&str> {
    pieces.as_array().unwrap().iter().map(|piece| piece["surface"].as_str().unwrap()).collect()
}

#[test]
fn a_word_a_line_gives_a_row_a_word() {
    let b = bench();
    let out = fed(&b, &["--words"], "evlerden\n\nkitabımdan\r\n Ev \nNew York\nTBMM'ye");
    assert_eq!(out, "ev ler den\n\nkitab ım dan\n Ev \nNew York\nTBMM ' ye\n");
    assert_eq!(fed(&b, &["--words"], ""), "");
    assert_eq!(fed(&b, &["--words"], "\n\n"), "\n\n");
}

#[test]
fn a_line_of_text_is_its_pieces_and_what_stands_between_words() {
    let b = bench();
    let out = fed(&b, &[], "Evlerden  geldik,\t“(3'ü)”!\n\n  \n中文 -- evde\n");
    assert_eq!(out, "Ev ler den gel di k , “( 3 ' ü )”!\n\n\n中文 -- ev de\n");
}

#[test]
fn json_describes_every_piece_of_a_word() {
    let b = bench();
    let out = fed(&b, &["--words", "--format", "json"], "kitabımdan\n\n\"q\"\n");
    assert_eq!(
        out,
        "{\"surface\":\"kitabımdan\",\"pieces\":[\
         {\"surface\":\"kitab\",\"kind\":\"stem\",\"tag\":\"Noun\",\"canonical\":\"kitap\"},\
         {\"surface\":\"ım\",\"kind\":\"inflection\",\"tag\":\"P1sg\",\"canonical\":\"-(I)m\"},\
         {\"surface\":\"dan\",\"kind\":\"inflection\",\"tag\":\"Abl\",\"canonical\":\"-DAn\"}]}\n\
         {\"surface\":\"\",\"pieces\":[]}\n\
         {\"surface\":\"\\\"q\\\"\",\"pieces\":[\
         {\"surface\":\"\\\"q\\\"\",\"kind\":\"stem\",\"tag\":null,\"canonical\":null}]}\n"
    );
}

#[test]
fn json_places_the_words_of_a_line() {
    let b = bench();
    let text = "“Şehirde, evde.”";
    let rows = rows(&b, &[], &format!("{text}\n\n...\n"));
    assert_eq!(rows[1..], [json!({"text": "", "words": []}), json!({"text": "...", "words": []})]);
    assert_eq!(rows[0]["text"], text);
    let words = rows[0]["words"].as_array().unwrap();
    let place = |word: &Value, key: &str| word[key].as_u64().unwrap() as usize;
    let found: Vec<&str> = words.iter().map(|word| &text[place(word, "start")..place(word, "end")]).collect();
    assert_eq!(found, ["Şehirde", "evde"]);
    assert!(words.iter().zip(&found).all(|(word, found)| word["surface"] == *found));
    assert_eq!((surfaces(&words[0]["pieces"]), surfaces(&words[1]["pieces"])), (vec!["Şehir", "de"], vec!["ev", "de"]));
}

#[test]
fn several_analyses_come_with_probabilities_and_the_best_one_first() {
    let b = bench();
    let rows = rows(&b, &["--words", "--nbest", "9"], "evini\n\nevini\n");
    assert_eq!((&rows[0], &rows[1]), (&rows[2], &json!({"surface": "", "analyses": []})));
    assert!(rows[0].get("pieces").is_none());
    let analyses = rows[0]["analyses"].as_array().unwrap();
    let beliefs: Vec<f64> = analyses.iter().map(|a| a["probability"].as_f64().unwrap()).collect();
    assert!(beliefs.len() > 1 && beliefs.is_sorted_by(|a, b| a >= b), "{beliefs:?}");
    assert!((beliefs.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{beliefs:?}");
    let best = fed(&b, &["--words"], "evini\n");
    assert_eq!(surfaces(&analyses[0]["pieces"]).join(" "), best.trim_end());
    // As pieces: one row a word, all the same, and as many of them as were asked for.
    let joined =
        |n: usize| analyses[..n].iter().map(|a| surfaces(&a["pieces"]).join(" ")).collect::<Vec<_>>().join("\t");
    assert_eq!(fed(&b, &["--words", "--nbest", "9"], "evini\n\n"), format!("{}\n\n", joined(analyses.len())));
    assert_eq!(fed(&b, &["--words", "--nbest", "2"], "evini\n"), format!("{}\n", joined(2)));
}

#[test]
fn a_line_of_text_in_json_has_several_analyses_of_each_word() {
    let b = bench();
    let rows = rows(&b, &["--nbest", "2"], "evini al\n");
    let words = rows[0]["words"].as_array().unwrap();
    assert_eq!(words[0]["analyses"].as_array().unwrap().len(), 2);
    assert!(words.iter().all(|word| word.get("pieces").is_none() && word["start"].is_u64()));
}

#[test]
fn pieces_are_coloured_by_kind_on_request_and_stay_apart() {
    let b = bench();
    let input = "gözlükçülük yaptı, Ali'ydi\n";
    let plain = fed(&b, &[], input);
    assert!(!plain.contains('\x1b'));
    assert_eq!(fed(&b, &["--color", "never"], input), plain);
    let colored = fed(&b, &["--color", "always"], input);
    let mut bare = String::new();
    let mut codes = std::collections::BTreeSet::new();
    for part in colored.split('\x1b') {
        let (code, rest) = part.strip_prefix('[').and_then(|p| p.split_once('m')).unwrap_or(("", part));
        codes.insert(code.to_owned());
        bare.push_str(rest);
    }
    assert_eq!(bare, plain);
    // Plain, stem, buffer, derivation, inflection.
    assert!(["0", "1", "2", "33", "36"].iter().all(|code| codes.contains(*code)), "{codes:?} in {colored:?}");
    assert_eq!(fed(&b, &["--words", "--color", "always"], "evde\n"), "\x1b[1mev\x1b[0m \x1b[36mde\x1b[0m\n");
    assert!(!fed(&b, &["--format", "json", "--color", "always"], input).contains("\\u001b"));
    b.write("in.txt", "evde\n");
    b.good(&with(&["in.txt", "--color", "always", "-o", "out.txt"]));
    assert!(b.read("out.txt").contains(&0x1b));
}

#[test]
fn any_number_of_threads_gives_the_same_rows_in_order() {
    let b = bench();
    let lines: String = text(3000).lines().enumerate().map(|(n, line)| format!("{n} {line}\n")).collect();
    b.write("in.txt", &lines);
    for extra in [&[][..], &["--words"], &["--format", "json"], &["--words", "--nbest", "3"]] {
        let out = |threads| b.good(&with(&[extra, &["in.txt", "--threads", threads]].concat()));
        let one = out("1");
        assert_eq!(one.iter().filter(|&&byte| byte == b'\n').count(), lines.lines().count());
        for threads in ["2", "5"] {
            assert!(out(threads) == one, "{extra:?} with {threads}");
        }
        if extra.is_empty() {
            let rows = String::from_utf8(one).unwrap();
            assert!(rows.lines().enumerate().all(|(n, row)| row.split(' ').next() == Some(&n.to_string())));
        }
    }
}

/// Strings that tend to break what cuts text.
const ODD: [&str; 24] = [
    "ev",
    "lerden",
    "İ",
    "ı",
    "i\u{307}",
    "g\u{306}",
    "'",
    "\u{2019}",
    "-",
    "3",
    "½",
    "é",
    "\u{301}",
    "हिन्दी",
    "\u{200d}",
    "👩🏽‍🚀",
    "中文",
    "\u{feff}",
    "\u{200b}",
    "\u{2028}",
    "\u{a0}",
    "ß",
    "\"",
    "\\",
];

/// Made-up words; no two runs differ.
fn odd_words(count: usize) -> Vec<String> {
    let mut seed = 11u32;
    let mut next = |n: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) as usize % n
    };
    // A line that begins with a byte order mark is another line where the file begins.
    let word = |next: &mut dyn FnMut(usize) -> usize| (0..next(9)).map(|_| ODD[next(ODD.len())]).collect::<String>();
    (0..count).map(|n| if n == 0 { "ev".to_owned() } else { word(&mut next) }).collect()
}

#[test]
fn pieces_join_to_their_word_whatever_it_is() {
    let b = bench();
    let words = odd_words(4000);
    let input = words.join("\n") + "\n";
    for extra in [&["--words"][..], &["--words", "--no-guess"]] {
        let found = rows(&b, extra, &input);
        assert_eq!(found.len(), words.len());
        for (row, word) in found.iter().zip(&words) {
            assert_eq!(row["surface"], word.as_str());
            assert_eq!(surfaces(&row["pieces"]).concat(), *word);
            assert!(surfaces(&row["pieces"]).iter().all(|piece| !piece.is_empty()));
        }
        let plain = fed(&b, extra, &input);
        let joined = found.iter().map(|row| surfaces(&row["pieces"]).join(" ") + "\n");
        assert_eq!(plain, joined.collect::<String>());
    }
    for lang in ["hi", "mr", "tr"] {
        let segment = |extra: &[&str]| {
            let out = b.fed(&[&["segment", "--lang", lang, "--words"], extra].concat(), input.as_bytes());
            String::from_utf8(out).unwrap()
        };
        let (json, plain) = (segment(&["--format", "json", "--nbest", "5"]), segment(&[]));
        for ((row, plain), word) in json.lines().zip(plain.split('\n')).zip(&words) {
            let row: Value = serde_json::from_str(row).unwrap();
            let analyses: Vec<_> = row["analyses"].as_array().unwrap().iter().map(|a| surfaces(&a["pieces"])).collect();
            assert!(analyses.iter().all(|pieces| pieces.concat() == *word), "{lang}: {row}");
            assert_eq!(analyses.first().map_or(String::new(), |best| best.join(" ")), plain, "{lang}");
        }
    }
}

#[test]
fn text_loses_nothing_but_white_space() {
    let b = bench();
    let lines: Vec<String> = odd_words(4000).chunks(7).map(|words| words.join(" ")).collect();
    let input = lines.join("\n") + "\n";
    let solid = |text: &str| text.split_whitespace().collect::<String>();
    let out = fed(&b, &[], &input);
    assert_eq!(out.split('\n').count(), lines.len() + 1);
    for (row, line) in out.split('\n').zip(&lines) {
        assert_eq!(solid(row), solid(line));
        assert!(!row.contains("  ") && !row.starts_with(' ') && !row.ends_with(' '), "{row:?}");
    }
    for (row, line) in rows(&b, &[], &input).iter().zip(&lines) {
        assert_eq!(row["text"], line.as_str());
        for word in row["words"].as_array().unwrap() {
            let place = |key: &str| word[key].as_u64().unwrap() as usize;
            assert_eq!(word["surface"], line[place("start")..place("end")]);
            assert_eq!(surfaces(&word["pieces"]).concat(), line[place("start")..place("end")]);
        }
    }
}

#[test]
fn every_kind_of_input_is_read() {
    let b = bench();
    b.write("in.txt", "evden\n\nevler\n");
    let expected = "ev den\n\nev ler\n";
    assert_eq!(b.said(&with(&["in.txt"])), expected);
    assert_eq!(fed(&b, &["-"], "evden\n\nevler\n"), expected);
    b.write("in.jsonl", "{\"body\": \"evden\"}\n{\"body\": \"\"}\n{\"body\": \"evler\"}\n");
    assert_eq!(b.said(&with(&["in.jsonl", "--field", "body"])), expected);
    b.write("folder/a.txt.zst", zstd::encode_all(&b"evden\n\n"[..], 3).unwrap());
    b.write("folder/b.txt", "evler\n");
    assert_eq!(b.said(&with(&["folder"])), expected);
    b.good(&["count", "in.txt", "-o", "c.parquet", "--quiet"]);
    assert_eq!(b.said(&with(&["c.parquet", "--field", "word", "--words"])), "ev den\nev ler\n");
    assert_eq!(b.said(&with(&["in.txt", "--document", "file"])), "ev den ev ler\n");
    b.write("in.txt", "evden\n\nevler\nev\n");
    assert_eq!(b.said(&with(&["in.txt", "--document", "blank"])), "ev den\nev ler ev\n");
}

#[test]
fn a_line_without_an_end_in_sight_is_read_like_any_other() {
    let b = bench();
    b.write("in.txt", "evden ".repeat(700_000));
    let out = b.good(&with(&["in.txt"]));
    assert_eq!(out.len(), "ev den ".len() * 700_000);
    b.write("in.txt", "ev".repeat(2_000_000));
    let out = b.good(&with(&["in.txt", "--words"]));
    assert_eq!(out, [&b.read("in.txt")[..], b"\n"].concat());
}

#[test]
fn a_result_goes_where_it_is_told() {
    let b = bench();
    b.write("in.txt", "evden\n");
    let out = b.run(&["segment", "--lang", "tr", "in.txt", "-o", "out.txt"]);
    assert!(out.status.success() && out.stdout.is_empty() && stderr(&out).contains("out.txt"), "{}", stderr(&out));
    assert_eq!(b.read("out.txt"), b"ev den\n");
    b.bad(2, &["out.txt", "--force"], &with(&["in.txt", "-o", "out.txt"]));
    b.good(&with(&["in.txt", "-o", "out.txt", "--words", "--format", "json", "--force"]));
    assert!(b.read("out.txt").starts_with(b"{\"surface\""));
}

#[test]
fn bad_text_is_refused_by_file_and_place() {
    let b = bench();
    b.bad(1, &["nope.txt"], &with(&["nope.txt"]));
    b.write("bad.txt", b"ev\ng\xf6z\n");
    b.bad(1, &["bad.txt", "byte 4", "--lossy"], &with(&["bad.txt", "-o", "out"]));
    let out = b.run(&[&["segment", "--lang", "tr"][..], &["bad.txt", "--lossy"]].concat());
    assert_eq!(out.stdout, "ev\ng \u{fffd} z\n".as_bytes());
    assert!(stderr(&out).contains("1 invalid"), "{}", stderr(&out));
    b.write("bad.jsonl", "{\"text\": \"ev\"}\n{\"txt\": 1}\n");
    b.bad(1, &["bad.jsonl", "line 2"], &with(&["bad.jsonl", "-o", "out"]));
    std::fs::create_dir(b.path("void")).unwrap();
    b.bad(1, &["void"], &with(&["void"]));
    b.write("empty.txt", "");
    assert!(b.good(&with(&["empty.txt"])).is_empty());
}

/// A row is a line, and with several analyses a tab ends one.
#[test]
fn a_word_that_would_break_its_row_is_refused() {
    let b = bench();
    b.write("in.jsonl", "{\"text\": \"ev\\nde\"}\n");
    b.bad(1, &["ev\\nde", "--format json"], &with(&["--words", "in.jsonl"]));
    assert_eq!(rows(&b, &["--words"], "e\tv\n")[0]["surface"], "e\tv");
    assert_eq!(b.said(&with(&["--words", "in.jsonl", "--format", "json"])).lines().count(), 1);
    b.write("in.txt", "e\tv\n");
    assert_eq!(b.said(&with(&["--words", "in.txt"])), "e\tv\n");
    b.bad(1, &["e\\tv", "--format json"], &with(&["--words", "in.txt", "--nbest", "2"]));
}

#[test]
fn options_that_make_no_sense_together() {
    let b = bench();
    b.write("in.txt", "evden\n");
    b.bad(2, &["--lang"], &["segment", "in.txt"]);
    b.bad(2, &["--nbest"], &with(&["in.txt", "--nbest", "0"]));
    b.bad(2, &["--nbest", "--format json"], &with(&["in.txt", "--nbest", "2"]));
    b.bad(2, &["--words", "--document"], &with(&["in.txt", "--words", "--document", "file"]));
    b.bad(2, &["--format"], &with(&["in.txt", "--format", "xml"]));
}
