//! `eval --human-sample` and `--human-ratings`: from a sheet to figures, and what is refused on the way.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, stderr, trained};
use serde_json::Value;

fn sheet() -> Bench {
    let b = trained();
    b.good(&["train", "good.txt", "-o", "small", "--vocab-size", "300", "--quiet"]);
    b.good(&["eval", "tok", "small", "--input", "good.txt", "--human-sample", "12", "-o", "sheet", "--quiet"]);
    b
}

fn json(b: &Bench, args: &[&str]) -> Value {
    serde_json::from_slice(&b.good(args)).unwrap()
}

/// The sheet with a rating in every row, which `rate` gives to its segmentation.
fn rated(b: &Bench, rate: impl Fn(&str) -> String) -> String {
    let text = String::from_utf8(b.read("sheet/sheet.csv")).unwrap();
    let mut rows = text.lines();
    let header = rows.next().unwrap();
    assert_eq!(header, "item,word,segmentation,rating,comment");
    let row = |row: &str| {
        let cells: Vec<&str> = row.splitn(4, ',').collect();
        format!("{},{},{},{},\n", cells[0], cells[1], cells[2], rate(cells[2]))
    };
    format!("{header}\n{}", rows.map(row).collect::<String>())
}

/// Few pieces are good, many are bad.
fn careful(segmentation: &str) -> String {
    (6 - segmentation.split(" | ").count().min(5)).to_string()
}

#[test]
fn a_sheet_is_blind_and_comes_with_its_key() {
    let b = sheet();
    let key: Value = serde_json::from_slice(&b.read("sheet/key.json")).unwrap();
    assert_eq!((key["schema"].as_str(), key["seed"].as_u64()), (Some("toktool.human-key/1"), Some(0)));
    let names: Vec<&str> = key["tokenizers"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["tok", "small", "baseline:characters", "baseline:random"]);
    for name in ["sheet.csv", "sheet.html", "RUBRIC.md"] {
        let text = String::from_utf8(b.read(&format!("sheet/{name}"))).unwrap();
        assert!(!text.contains("small") && !text.contains("baseline"), "{name}");
    }
    assert_eq!(b.listing().iter().filter(|path| path.starts_with(b.path("sheet"))).count(), 5);
    let again = |seed: &str| {
        let args = ["eval", "tok", "small", "--input", "good.txt", "--human-sample", "12", "-o", "again", "--force"];
        b.good(&[&args[..], &["--seed", seed, "--threads", "3", "--quiet"]].concat());
        b.read("again/sheet.csv")
    };
    assert_eq!(again("0"), b.read("sheet/sheet.csv"));
    assert_ne!(again("1"), b.read("sheet/sheet.csv"));
}

#[test]
fn ratings_become_figures() {
    let b = sheet();
    b.write("ayse.csv", rated(&b, careful));
    b.write("other/sheet.csv", rated(&b, |_| "3".into()));
    let args = ["eval", "--human-key", "sheet/key.json", "--human-ratings", "ayse.csv", "deniz=other/sheet.csv"];
    let r = json(&b, &[&args[..], &["--format", "json", "--quiet"]].concat());
    assert_eq!((r["schema"].as_str(), r["words"].as_u64()), (Some("toktool.human/1"), Some(12)));
    let names: Vec<&str> = r["annotators"].as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ayse", "deniz"]);
    let mean = |t: usize| r["tokenizers"][t]["mean"]["value"].as_f64().unwrap();
    // The larger vocabulary makes fewer pieces.
    assert!(mean(0) > mean(1) && mean(1) > 0.0, "{r}");
    assert!(r["agreement"][0]["tokenizers"]["value"].is_number());
    let out = b.run(&args);
    let (said, table) = (stderr(&out), String::from_utf8(out.stdout).unwrap());
    assert!(out.status.success() && said.contains("`deniz`") && !said.contains("`ayse`"), "{said}");
    assert!(table.contains("Krippendorff") && table.contains("small"), "{table}");
    for format in ["csv", "markdown"] {
        b.good(&[&args[..], &["--format", format, "-o", format]].concat());
        assert!(String::from_utf8(b.read(format)).unwrap().contains("ayse"));
    }
    b.bad(2, &["exists"], &[&args[..], &["-o", "csv"]].concat());
    b.bad(2, &["--format", "markdown"], &[&args[..], &["--format", "latex"]].concat());
}

#[test]
fn what_is_wrong_with_ratings_is_said_by_file_and_line() {
    let b = sheet();
    let good = rated(&b, careful);
    b.write("good.csv", &good);
    let bad = |text: &str, words: &[&str]| {
        let path = b.write("bad.csv", text);
        b.bad(
            1,
            &[&["bad.csv"], words].concat(),
            &["eval", "--human-ratings", "bad.csv", "--human-key", "sheet/key.json"],
        );
        std::fs::remove_file(path).unwrap();
    };
    let mut lines: Vec<&str> = good.lines().collect();
    bad("", &["is empty", "hint"]);
    bad("a,b\n1,2\n", &["no column `item`", "hint"]);
    bad(&format!("{}\n", lines[0]), &["no row"]);
    lines.push(lines[1]);
    bad(&lines.join("\n"), &[&format!("line {}", lines.len()), "duplicate", "line 2"]);
    bad(&good.replacen("w001a", "w999a", 1), &["line 2", "`w999a`", "hint"]);
    bad(&good.replacen("w001a,", "w001a,x", 1), &["line 2", "in the key"]);
    let seven = rated(&b, |_| "7".into());
    bad(&seven, &["line 2", "`7`", "1, 2, 3, 4 or 5"]);
    let ratings = |key: &str| ["eval", "--human-ratings", "good.csv", "--human-key", key].map(str::to_owned);
    let key = String::from_utf8(b.read("sheet/key.json")).unwrap();
    b.write("other.json", key.replacen("\"w001a\"", "\"w001x\"", 1));
    for (key, words) in [("other.json", ["other.json", "sha256"]), ("none.json", ["none.json", "hint"])] {
        b.bad(1, &words, &ratings(key).each_ref().map(String::as_str));
    }
    b.bad(1, &["no key", "hint"], &["eval", "--human-ratings", "good.csv", "--human-key", "good.csv"]);
    b.bad(1, &["none.csv"], &["eval", "--human-ratings", "none.csv", "--human-key", "sheet/key.json"]);
}

#[test]
fn what_makes_no_sheet_is_refused() {
    let b = trained();
    let sample = |more: &[&'static str]| [&["eval", "tok", "--human-sample", "5"], more].concat();
    b.bad(2, &["--output"], &sample(&["--lang", "tr"]));
    b.bad(2, &["one text", "hint"], &sample(&["-o", "sheet"]));
    b.bad(2, &["once", "hint"], &sample(&["-o", "sheet", "--input", "-"]));
    b.bad(2, &["0 words"], &["eval", "tok", "--lang", "tr", "--human-sample", "0", "-o", "sheet"]);
    b.bad(1, &["none.txt"], &sample(&["-o", "sheet", "--input", "none.txt"]));
    b.write("numbers.txt", "12 34\n");
    b.bad(1, &["numbers.txt", "no word"], &sample(&["-o", "sheet", "--input", "numbers.txt"]));
    b.bad(1, &["nope"], &["eval", "nope", "--lang", "tr", "--human-sample", "5", "-o", "sheet"]);
    b.bad(2, &["two tokenizers"], &["eval", "tok", "tok", "--lang", "tr", "--human-sample", "5", "-o", "sheet"]);
    b.bad(2, &["not empty", "--force"], &sample(&["-o", "tok", "--lang", "tr"]));
    b.bad(2, &["cannot be used with"], &sample(&["-o", "sheet", "--gold", "good.txt"]));
    b.bad(2, &["--human-key"], &["eval", "--human-ratings", "good.txt"]);
    b.bad(2, &["--human-ratings"], &["eval", "--human-key", "good.txt"]);
    b.bad(2, &["cannot be used with"], &["eval", "tok", "--human-ratings", "good.txt", "--human-key", "good.txt"]);
    let out = b.run(&sample(&["-o", "sheet", "--lang", "tr", "--no-baselines"]));
    assert!(out.status.success() && stderr(&out).contains("key.json"), "{}", stderr(&out));
    assert!(!String::from_utf8(b.read("sheet/key.json")).unwrap().contains("baseline:"));
}
