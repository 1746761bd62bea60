//! Where `segment` has its morphemes from: languages, lists of roots, tables.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, stderr};
use serde_json::{Value, json};

fn turkish(b: &Bench, extra: &[&str], input: &str) -> String {
    let args = [&["segment", "--lang", "tr", "--quiet", "--words"], extra].concat();
    String::from_utf8(b.fed(&args, input.as_bytes())).unwrap()
}

#[test]
fn the_languages_are_listed() {
    let b = bench();
    let out = b.run(&["segment", "--lang", "list"]);
    assert!(out.status.success() && out.stderr.is_empty());
    let list = String::from_utf8(out.stdout).unwrap();
    for code in ["hi", "mr", "tr"] {
        assert!(list.lines().any(|line| line.starts_with(&format!("{code} ")) && line.len() > 10), "{code}: {list}");
    }
    b.bad(2, &["`xx`", "languages: hi, mr, tr"], &["segment", "--lang", "xx"]);
}

#[test]
fn roots_of_a_file_are_known() {
    let b = bench();
    b.write("more.dict", "\u{feff}# ours\nzambırak [P:Noun]\n\nblogit [P:Noun; A:NoVoicing]\r\n");
    let words = "zambırağımızdan\nblogiti\nevler\n";
    let plain = turkish(&b, &["--no-guess"], words);
    assert_eq!(plain, "zambırağımızdan\nblogiti\nev ler\n");
    let more = turkish(&b, &["--no-guess", "--lexicon", "more.dict"], words);
    assert_eq!(more, "zambırağ ımız dan\nblogit i\nev ler\n");
}

#[test]
fn words_without_analysis_are_guessed_at_unless_told_not_to() {
    let b = bench();
    assert_eq!(turkish(&b, &[], "zambırlarından\n"), "zambır lar ı ndan\n");
    assert_eq!(turkish(&b, &["--no-guess"], "zambırlarından\nevde\n"), "zambırlarından\nev de\n");
}

#[test]
fn a_lexicon_that_is_damaged_or_missing() {
    let b = bench();
    b.write("in.txt", "evden\n");
    let args = ["segment", "--lang", "tr", "--quiet", "in.txt", "--lexicon", "l.dict"];
    b.bad(1, &["l.dict"], &args);
    for (row, why) in
        [("ab [P:Noun", "not closed"), ("ab [P:Nuon]", "word class"), ("yap [P:Verb]", "-mak"), ("é", "é")]
    {
        b.write("l.dict", format!("ev\n# x\n{row}\n"));
        b.bad(1, &["l.dict", "line 3", why], &args);
    }
    b.write("l.dict", b"ev\n\xff\n");
    b.bad(1, &["l.dict", "byte 3", "UTF-8"], &args);
    b.write("l.dict", "ev\n");
    b.bad(2, &["--lexicon", "Turkish"], &["segment", "--lang", "hi", "in.txt", "--lexicon", "l.dict"]);
    b.bad(2, &["--no-guess", "Turkish"], &["segment", "--lang", "hi", "in.txt", "--no-guess"]);
}

#[test]
fn a_table_is_looked_up() {
    let b = bench();
    b.write(
        "t.csv",
        "word, segmentation, language\nविद्यालय, विद्या+आलय, hindi\nलड़कों, लड़का+ओं, hindi\nघराला, घर+आला, marathi\n",
    );
    let lookup = |extra: &[&str], input: &str| {
        let args = [&["segment", "--lookup", "t.csv", "--words", "--quiet"], extra].concat();
        String::from_utf8(b.fed(&args, input.as_bytes())).unwrap()
    };
    let words = "विद्यालय\nलड़कों\nघराला\nकुछ\n";
    for extra in [&[][..], &["--lang", "hi"], &["--lang", "mr"]] {
        let out = lookup(extra, words);
        assert_eq!(out.replace(' ', ""), words);
    }
    b.write("t.csv", "evden\tev den\n");
    assert_eq!(lookup(&[], "evden\nevler\n"), "ev den\nevler\n");
    let row: Value = serde_json::from_str(&lookup(&["--format", "json"], "evden\n")).unwrap();
    assert_eq!(row["pieces"][1], json!({"surface": "den", "kind": "inflection", "tag": null, "canonical": "den"}));
}

#[test]
fn rows_of_a_table_that_do_not_align_are_reported() {
    let b = bench();
    let args = ["segment", "--lookup", "t.csv", "--words"];
    let input = b.write("in.txt", "evden\ngözden\n");
    let args = [&args[..], &[input.to_str().unwrap()]].concat();
    b.write("t.csv", "word,segmentation,language\nevden,ev+den,tr\ngözden,xyz+qrs,tr\n");
    let out = b.run(&args);
    assert_eq!(String::from_utf8_lossy(&out.stdout), "ev den\ngözden\n");
    let said = stderr(&out);
    assert!(
        ["warning", "t.csv", "1 of 2 rows", "line 3", "gözden", "xyz+qrs"].iter().all(|w| said.contains(w)),
        "{said}"
    );
    b.write("t.csv", "word,segmentation,language\ngözden,xyz+qrs,tr\n");
    b.bad(1, &["t.csv", "line 2", "xyz+qrs"], &args);
    b.write("t.csv", "word,pieces\nevden,ev+den\n");
    b.bad(1, &["t.csv", "segmentation"], &args);
    b.bad(1, &["nope.csv"], &["segment", "--lookup", "nope.csv", "in.txt"]);
    b.write("t.csv", "word,segmentation,language\nevden,ev+den,tr\n");
    b.bad(2, &["--lang", "`mr`", "tr"], &[&args[..], &["--lang", "mr"]].concat());
    b.bad(2, &["--no-guess"], &[&args[..], &["--no-guess"]].concat());
}

#[test]
fn hindi_and_marathi_are_cut_between_clusters() {
    let b = bench();
    for (lang, words) in [("hi", ["लड़कियों", "सुंदरता", "करना"]), ("mr", ["घरांमध्ये", "मुलांना", "झाडावर"])]
    {
        let input = words.join("\n") + "\n";
        let out = String::from_utf8(b.fed(&["segment", "--lang", lang, "--words"], input.as_bytes())).unwrap();
        assert_eq!(out.replace(' ', ""), input);
        assert!(out.contains(' '), "{lang}: {out}");
        for piece in out.split_whitespace() {
            let first = piece.chars().next().unwrap();
            assert!(first.is_alphabetic() && !('\u{93e}'..='\u{94d}').contains(&first), "{piece:?} in {out}");
        }
    }
}
