//! `segment --train` and `segment --model`: a segmenter learned from words, and what is refused on the way.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, bench, stderr};
use serde_json::Value;

/// Words that repeat their parts, a line each.
fn words() -> String {
    let stems =
        ["talo", "kissa", "auto", "kukka", "pallo", "metsa", "koira", "silta", "torni", "lampi", "vuori", "joki"];
    let ends = ["", "ssa", "sta", "lle", "lta", "ssani", "stani", "lleni", "t", "issa"];
    stems.iter().flat_map(|stem| ends.map(|end| format!("{stem}{end}\n"))).collect()
}

fn learned() -> Bench {
    let b = bench();
    b.write("words.txt", words());
    b.good(&["segment", "--train", "words.txt", "--words", "-o", "m.seg", "--quiet"]);
    b
}

#[test]
fn a_model_cuts_words_where_their_parts_meet() {
    let b = learned();
    let segment = |extra: &[&str], input: &str| {
        let args = [&["segment", "--model", "m.seg", "--quiet"], extra].concat();
        String::from_utf8(b.fed(&args, input.as_bytes())).unwrap()
    };
    let out = segment(&["--words"], &words());
    assert_eq!(out.replace(' ', ""), words());
    assert!(out.lines().filter(|row| row.contains(' ')).count() > out.lines().count() / 2, "{out}");
    let unseen = segment(&["--words"], "torista\n\nİ\u{307}xx 中文\n");
    assert_eq!(unseen.replace(' ', ""), "torista\n\nİ\u{307}xx中文\n");
    let row: Value =
        serde_json::from_str(&segment(&["--words", "--format", "json", "--nbest", "3"], "kissassani\n")).unwrap();
    let analyses = row["analyses"].as_array().unwrap();
    assert!(analyses.len() > 1 && analyses[0]["probability"].as_f64() >= analyses[1]["probability"].as_f64());
    let line: Value = serde_json::from_str(&segment(&["--format", "json"], "Talo, kissassa.\n")).unwrap();
    assert_eq!(line["words"][1]["surface"], "kissassa");
}

#[test]
fn a_tokenizer_keeps_the_boundaries_of_a_model() {
    let b = learned();
    let cut = String::from_utf8(b.fed(&["segment", "--model", "m.seg", "--words", "--quiet"], b"autolle\n")).unwrap();
    assert!(cut.contains(' '), "{cut}");
    b.write("text.txt", words().repeat(20));
    let train = ["train", "text.txt", "--preset", "morphtok", "--model", "m.seg", "--vocab-size", "400", "--quiet"];
    b.good(&[&train[..], &["-o", "tok"]].concat());
    b.write("in.txt", "autolle\n");
    assert_eq!(b.said(&["encode", "-t", "tok", "in.txt", "--format", "tokens"]), cut);
    // The recipe names the model, so it can be run again, and notices another one.
    let again = b.run(&["train", "--recipe", "tok/recipe.toml", "-o", "again"]);
    assert!(again.status.success() && !stderr(&again).contains("not what it was"), "{}", stderr(&again));
    assert_eq!(b.read("tok/tokenizer.json"), b.read("again/tokenizer.json"));
    b.good(&["segment", "--train", "text.txt", "--corpus-weight", "2", "-o", "m.seg", "--force", "--quiet"]);
    let other = b.run(&["train", "--recipe", "tok/recipe.toml", "-o", "other"]);
    assert!(stderr(&other).contains("`m.seg` is not what it was"), "{}", stderr(&other));
}

#[test]
fn the_same_words_give_the_same_model() {
    let b = learned();
    let model = b.read("m.seg");
    let mut turned: Vec<String> = words().lines().map(str::to_owned).collect();
    turned.reverse();
    b.write("turned.txt", turned.join("\r\n"));
    b.write("text.txt", format!("« {}, »\n\n", turned.join(",  ")));
    b.write("parts/a.txt", turned[..50].join("\n"));
    b.write("parts/b.txt.zst", zstd::encode_all(turned[50..].join("\n").as_bytes(), 3).unwrap());
    for (n, args) in [
        &["turned.txt", "--words"][..],
        &["text.txt"],
        &["parts", "--words", "--threads", "3"],
        &["parts/a.txt", "parts/b.txt.zst", "--words", "--threads", "1", "--max-memory", "1K"],
        &["words.txt", "--words", "--seed", "0"],
    ]
    .iter()
    .enumerate()
    {
        let out = format!("{n}.seg");
        b.good(&[&["segment", "-o", &out, "--quiet", "--train"], *args].concat());
        assert!(b.read(&out) == model, "{args:?}");
    }
}

#[test]
fn a_repeated_line_is_a_count() {
    let b = learned();
    let words = words();
    b.write("twice.txt", format!("{words}{}", "kissassani\n".repeat(5000)));
    b.write("text.txt", format!("{}{}", words.replace('\n', " "), "kissassani ".repeat(5000)));
    let train = |input: &str, extra: &[&str]| {
        b.good(&[&["segment", "-o", "o.seg", "--force", "--quiet", "--train", input], extra].concat());
        b.read("o.seg")
    };
    assert!(train("twice.txt", &["--words"]) == b.read("m.seg"), "a type counts once");
    let tokens = train("twice.txt", &["--words", "--dampening", "tokens"]);
    assert!(tokens != train("words.txt", &["--words", "--dampening", "tokens"]));
    assert!(tokens == train("text.txt", &["--dampening", "tokens"]), "words of a text are counted alike");
    assert!(tokens != train("twice.txt", &["--words", "--dampening", "log"]));
}

#[test]
fn annotated_words_are_cut_as_annotated() {
    let b = learned();
    b.write("gold.tsv", "kissassani\tki ssassani\nautolleni\tau tolleni\ntornissa\tto rnissa\n");
    b.good(&["segment", "--train", "words.txt", "--words", "--gold", "gold.tsv", "-o", "g.seg", "--quiet"]);
    let out = b.fed(&["segment", "--model", "g.seg", "--words"], b"kissassani\nautolleni\ntornissa\n");
    assert_eq!(String::from_utf8(out).unwrap(), "ki ssassani\nau tolleni\nto rnissa\n");
}

#[test]
fn the_summary_says_what_was_learned_and_quiet_says_nothing() {
    let b = learned();
    let out = b.run(&["segment", "--train", "words.txt", "--words", "-o", "o.seg"]);
    assert!(out.status.success() && out.stdout.is_empty());
    assert!(["morphs", "120 words", "o.seg"].iter().all(|word| stderr(&out).contains(word)), "{}", stderr(&out));
    let out = b.run(&["segment", "--train", "words.txt", "--words", "-o", "p.seg", "--quiet"]);
    assert!(out.status.success() && out.stdout.is_empty() && out.stderr.is_empty());
}

#[test]
fn training_that_cannot_be() {
    let b = learned();
    let train =
        |extra: &[&'static str]| [&["segment", "--train", "words.txt", "--words", "-o", "o.seg"], extra].concat();
    b.bad(2, &["--output"], &["segment", "--train", "words.txt"]);
    b.bad(2, &["--train"], &["segment", "--words", "words.txt"]);
    b.bad(2, &["m.seg", "--force"], &["segment", "--train", "words.txt", "-o", "m.seg"]);
    for other in
        [&["--lang", "tr"][..], &["--model", "m.seg"], &["--lookup", "t.csv"], &["--nbest", "2"], &["--format", "json"]]
    {
        b.bad(2, &["--train", other[0]], &train(other));
    }
    b.bad(2, &["--lang", "--model"], &["segment", "--lang", "tr", "--model", "m.seg", "words.txt"]);
    b.bad(2, &["--gold", "--train"], &["segment", "--lang", "tr", "--gold", "g.tsv", "words.txt"]);
    b.bad(2, &["--corpus-weight"], &train(&["--corpus-weight", "0"]));
    b.bad(2, &["--corpus-weight"], &train(&["--corpus-weight", "nan"]));
    b.bad(2, &["types"], &train(&["--dampening", "much"]));
    b.bad(1, &["nope.txt"], &["segment", "--train", "nope.txt", "-o", "o.seg"]);
    b.write("empty.txt", "\n \n...\n");
    b.bad(1, &["empty.txt", "no word"], &["segment", "--train", "empty.txt", "-o", "o.seg"]);
    b.write("long.txt", "a".repeat(70));
    b.bad(1, &["long.txt", "no word"], &["segment", "--train", "long.txt", "--words", "-o", "o.seg"]);
    b.write("bad.txt", b"ev\n\xff\n");
    b.bad(1, &["bad.txt", "byte 3"], &["segment", "--train", "bad.txt", "-o", "o.seg"]);
}

#[test]
fn annotated_words_that_do_not_fit() {
    let b = learned();
    let args = ["segment", "--train", "words.txt", "--words", "-o", "o.seg", "--gold", "gold.tsv"];
    b.bad(1, &["gold.tsv"], &args);
    for row in ["kissassa", "kissassa\tkiss assat", "kissassa\tkissa  ssa", "\tkissa ssa"] {
        b.write("gold.tsv", format!("autot\tauto t\n{row}\n"));
        b.bad(1, &["gold.tsv", "line 2"], &args);
    }
}

#[test]
fn a_model_that_is_damaged_or_missing() {
    let b = learned();
    let model = b.read("m.seg");
    let args = ["segment", "--model", "d.seg", "--words", "words.txt"];
    b.bad(1, &["d.seg"], &args);
    for cut in [0, 5, model.len() / 2, model.len() - 1] {
        b.write("d.seg", &model[..cut]);
        b.bad(1, &["d.seg"], &args);
    }
    let text = String::from_utf8(model).unwrap();
    b.write("d.seg", text.replacen("segmenter 1", "segmenter 999", 1));
    b.bad(1, &["d.seg", "999"], &args);
    b.write("d.seg", text.replacen("kissa", "kossa", 1));
    b.bad(1, &["d.seg"], &args);
    b.bad(1, &["words.txt"], &["segment", "--model", "words.txt", "--words", "words.txt"]);
    // Before the text is read, which may take an hour.
    b.write("bad.txt", b"\xff");
    b.bad(1, &["d.seg"], &["train", "bad.txt", "--preset", "morphtok", "--model", "d.seg", "-o", "tok"]);
    b.bad(2, &["--no-guess", "Turkish"], &["segment", "--model", "m.seg", "words.txt", "--no-guess"]);
}
