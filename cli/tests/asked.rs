//! `eval`: figures that exist when they are asked for: Renyi efficiencies of any order, and %TR by a list.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, trained};
use serde_json::Value;

fn rows(b: &Bench, args: &[&str]) -> Vec<Value> {
    let out = b.good(&[&["eval", "tok", "--lang", "tr", "--format", "json", "--quiet"], args].concat());
    let report: Value = serde_json::from_slice(&out).unwrap();
    report["measurements"].as_array().unwrap().iter().filter(|row| row["tokenizer"] == "tok").cloned().collect()
}

fn value(rows: &[Value], metric: &str) -> f64 {
    rows.iter().find(|row| row["metric"] == metric).unwrap()["value"].as_f64().unwrap()
}

#[test]
fn renyi_efficiencies_take_any_order() {
    let b = trained();
    let names =
        "capacity_utilization,renyi_1_vocab,renyi_3.0_used,renyi_7.5_used,renyi_0.5_used,renyi_7.50_used,zipf_exponent";
    let rows = rows(&b, &["--metrics", names]);
    let found: Vec<&str> = rows.iter().map(|row| row["metric"].as_str().unwrap()).collect();
    let wanted =
        ["capacity_utilization", "renyi_3_used", "zipf_exponent", "renyi_1_vocab", "renyi_7.5_used", "renyi_0.5_used"];
    assert_eq!(found, wanted);
    // Order 1 is Shannon's; entropies fall with the order, and a jackknife goes with each.
    assert!((value(&rows, "renyi_1_vocab") - value(&rows, "capacity_utilization")).abs() < 1e-12);
    let falling = ["renyi_0.5_used", "renyi_3_used", "renyi_7.5_used"].map(|metric| value(&rows, metric));
    assert!(1.0 > falling[0] && falling[0] > falling[1] && falling[1] > falling[2], "{falling:?}");
    let one = rows.iter().find(|row| row["metric"] == "renyi_7.5_used").unwrap();
    assert!(one["ci_low"].as_f64() < one["ci_high"].as_f64() && one["definition"].as_str().unwrap().contains("7.5"));
    b.bad(2, &["no better direction"], &["eval", "tok", "--fail-under", "renyi_4_used=0.1"]);
    for bad in ["renyi_0_used", "renyi_x_vocab", "renyi_-2_used", "renyi_1000_used"] {
        b.bad(2, &[bad, "no metric"], &["eval", "tok", "--metrics", bad]);
    }
}

#[test]
fn percentages_of_the_paper_need_its_list() {
    let b = trained();
    let metrics = ["--metrics", "tr_paper,pure_paper"];
    let without = rows(&b, &metrics);
    assert!(without.iter().all(|row| row["value"].is_null()), "{without:?}");
    assert!(without[0]["reason"].as_str().unwrap().contains("--paper"));
    b.write("list.txt", "ev\nbir\na\ne\nve\n");
    let with = rows(&b, &[&metrics[..], &["--paper", "list.txt"]].concat());
    assert!(value(&with, "tr_paper") > 0.0 && value(&with, "tr_paper") < 10.0, "{with:?}");
    b.bad(1, &["none.txt"], &["eval", "tok", "--paper", "none.txt"]);
    b.write("empty.txt", "\n");
    b.bad(1, &["empty.txt", "no entry"], &["eval", "tok", "--paper", "empty.txt"]);
}
