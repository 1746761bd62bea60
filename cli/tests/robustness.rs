//! `eval`: disturbed text and the clock.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, stderr, trained};
use serde_json::Value;

const NAMES: [&str; 6] = ["typos", "case", "diacritics", "nfd", "zwj", "spaces"];

fn report(b: &Bench, args: &[&str]) -> Value {
    let out = b.good(&[&["eval", "tok", "--format", "json", "--quiet"], args].concat());
    serde_json::from_slice(&out).unwrap()
}

fn row<'r>(report: &'r Value, tokenizer: &str, metric: &str) -> &'r Value {
    let rows = report["measurements"].as_array().unwrap();
    rows.iter().find(|r| r["tokenizer"] == tokenizer && r["metric"] == metric).unwrap()
}

#[test]
fn disturbances_are_measured_for_tokenizers_and_baselines() {
    let b = trained();
    let r = report(&b, &["--lang", "tr", "--metrics", "robustness"]);
    for name in NAMES.into_iter().filter(|name| *name != "zwj") {
        let tokens = row(&r, "tok", &format!("robustness_{name}_tokens"));
        let (value, low, high) = (&tokens["value"], &tokens["ci_low"], &tokens["ci_high"]);
        let (value, low, high) = (value.as_f64().unwrap(), low.as_f64().unwrap(), high.as_f64().unwrap());
        assert!(low <= value && value <= high && tokens["n"].as_u64().unwrap() > 0, "{tokens}");
        let kept = row(&r, "tok", &format!("robustness_{name}_boundaries"))["value"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&kept), "{name}: {kept}");
        // Between two characters that are not changed, one character more or less changes no border.
        let characters = row(&r, "baseline:characters", &format!("robustness_{name}_boundaries"));
        assert_eq!(characters["value"], 1.0, "{name}");
    }
    // ş takes two characters when it is decomposed, and one byte more; capitals are single characters.
    assert_eq!(row(&r, "baseline:characters", "robustness_case_tokens")["value"], 1.0);
    assert!(row(&r, "baseline:bytes", "robustness_nfd_tokens")["value"].as_f64().unwrap() > 1.0);
    // There is no conjunct in Turkish, and there is one in Hindi; which has no capitals.
    let none = row(&r, "tok", "robustness_zwj_tokens");
    assert!(none["value"].is_null() && none["reason"].as_str().unwrap().contains("conjunct"), "{none}");
    let hindi = report(&b, &["--lang", "hi", "--metrics", "robustness"]);
    assert!(row(&hindi, "tok", "robustness_zwj_tokens")["value"].as_f64().unwrap() > 0.9);
    b.write("hi.txt", "किताब क्षति\n");
    let hindi = report(&b, &["--input", "x@hi=hi.txt", "--metrics", "robustness_case_tokens"]);
    let none = row(&hindi, "tok", "robustness_case_tokens");
    assert!(none["value"].is_null() && none["reason"].as_str().unwrap().contains("small letter"), "{none}");
}

/// `i` in capitals is `İ`, of one byte more, where the language is known to be Turkish.
#[test]
fn capitals_follow_the_language() {
    let b = trained();
    b.write("t.txt", "iii\n");
    let tokens = |input: &str| {
        let r = report(&b, &["--input", input, "--metrics", "robustness_case_tokens"]);
        row(&r, "baseline:bytes", "robustness_case_tokens")["value"].as_f64()
    };
    assert_eq!((tokens("x@tr=t.txt"), tokens("x@en=t.txt")), (Some(2.0), Some(1.0)));
}

#[test]
fn disturbances_are_the_same_for_any_threads_and_follow_the_seed() {
    let b = trained();
    let said = |threads, seed| {
        let args = ["eval", "tok", "--format", "csv", "--metrics", "robustness", "--threads", threads, "--seed", seed];
        b.said(&args)
    };
    let one = said("1", "0");
    assert_eq!(one, said("2", "0"));
    assert_ne!(one, said("2", "1"));
}

#[test]
fn the_clock_is_looked_at_on_request_alone() {
    let b = trained();
    let speed = ["speed_cold_mb_per_s", "speed_warm_mb_per_s", "latency_p50_us", "latency_p99_us", "load_seconds"];
    let args = ["--lang", "tr", "--metrics", "speed"];
    let r = report(&b, &args);
    let value = |name: &str| row(&r, "tok", name)["value"].as_f64().unwrap();
    assert!(speed.iter().all(|name| value(name) > 0.0));
    assert!(value("latency_p50_us") <= value("latency_p99_us"));
    for name in speed {
        let baseline = row(&r, "baseline:words", name);
        assert!(baseline["value"].is_null() && baseline["reason"].as_str().unwrap().contains("baseline"));
        assert!(row(&r, "tok", name)["ci_low"].is_null());
    }
    let memory = row(&r, "tok", "encoder_memory_bytes");
    assert!(memory["value"].as_f64().is_some_and(|bytes| bytes > 0.0) || memory["reason"].is_string());
    // Neither by default, nor with another family; by name it is one figure.
    let small = b.path("small.txt");
    std::fs::write(&small, "ev\n").unwrap();
    for metrics in [&["--metrics", "robustness"][..], &[][..]] {
        let r = report(&b, &[&["--input", "small.txt", "--ngram-tokens", "1k"], metrics].concat());
        let names: Vec<&str> =
            r["measurements"].as_array().unwrap().iter().map(|m| m["metric"].as_str().unwrap()).collect();
        assert!(names.contains(&"robustness_typos_tokens") && speed.iter().all(|name| !names.contains(name)));
    }
    let one = report(&b, &["--lang", "tr", "--metrics", "load_seconds", "--no-baselines"]);
    assert_eq!(one["measurements"].as_array().unwrap().len(), 1);
    let gated = b.run(&["eval", "tok", "--lang", "tr", "--metrics", "tokens", "--fail-under", "load_seconds=1000"]);
    assert!(gated.status.success(), "{}", stderr(&gated));
    let list = b.said(&["eval", "--list"]);
    assert!(list.contains("speed (only on request: `--metrics speed`):") && list.contains("robustness:"), "{list}");
}
