//! Results on standard output, everything else on standard error; and how the program introduces itself.
#![allow(clippy::unwrap_used)]

mod common;

use std::process::Command;

use common::{bench, binary, stderr, text, trained};

#[test]
fn quiet_commands_say_nothing_at_all() {
    let b = trained();
    for args in [
        &["train", "good.txt", "-o", "out", "--vocab-size", "300"][..],
        // Fewer merges than asked: a warning, otherwise.
        &["train", "good.txt", "-o", "all", "--vocab-size", "60k"],
        &["count", "good.txt", "-o", "c.parquet"],
        &["count", "--merge", "c.parquet", "-o", "m.parquet"],
        &["encode", "-t", "tok", "good.txt", "-o", "ids"],
        &["encode", "-t", "tok", "good.txt", "--format", "npy", "-o", "o.npy"],
        &["decode", "-t", "tok", "ids", "-o", "text"],
        &["segment", "--lang", "tr", "good.txt", "-o", "pieces"],
        &["export", "tok", "--to", "hf", "-o", "hf"],
        &["man", "pages"],
    ] {
        let out = b.run(&[args, &["--quiet"]].concat());
        let said = stderr(&out);
        assert!(out.status.success() && said.is_empty() && out.stdout.is_empty(), "{args:?}: {said}");
    }
}

#[test]
fn quiet_errors_are_still_said() {
    let b = bench();
    b.bad(1, &["nope.txt"], &["train", "nope.txt", "-o", "out", "--quiet"]);
}

#[test]
fn a_result_in_a_file_leaves_standard_output_alone() {
    let b = trained();
    for args in [
        &["encode", "-t", "tok", "good.txt", "-o", "ids"][..],
        &["decode", "-t", "tok", "ids", "-o", "text"],
        &["segment", "--lang", "tr", "good.txt", "-o", "pieces"],
        &["export", "tok", "--to", "listing", "-o", "l.tsv"],
        &["man", "pages"],
    ] {
        assert!(b.good(args).is_empty(), "{args:?}");
    }
    assert_eq!(b.read("text"), b.read("good.txt"));
}

#[test]
fn a_result_on_standard_output_comes_alone() {
    let b = trained();
    for args in [
        &["encode", "-t", "tok", "good.txt"][..],
        &["encode", "-t", "tok", "good.txt", "--count"],
        &["inspect", "tok"],
        &["inspect", "tok", "--text", "ev"],
        &["segment", "--lang", "tr", "good.txt"],
        &["segment", "--lang", "list"],
        &["completions", "bash"],
        &["train", "--list"],
        &["--version"],
    ] {
        let out = b.run(args);
        assert!(out.status.success() && !out.stdout.is_empty() && out.stderr.is_empty(), "{args:?}: {}", stderr(&out));
    }
}

#[test]
fn nothing_is_coloured_but_on_request() {
    let b = trained();
    let colored = |bytes: &[u8]| bytes.contains(&0x1b);
    let inspect = ["inspect", "tok", "--text", "evler göz"];
    assert!(!colored(&b.good(&inspect)));
    assert!(!colored(&b.good(&[&inspect[..], &["--color", "never"]].concat())));
    assert!(colored(&b.good(&[&inspect[..], &["--color", "always"]].concat())));
    let failing = ["inspect", "nope", "--color"];
    assert!(colored(&b.run(&[&failing[..], &["always"]].concat()).stderr));
    assert!(!colored(&b.run(&[&failing[..], &["auto"]].concat()).stderr));
}

#[test]
fn every_error_has_a_hint_in_plain_words() {
    let b = trained();
    b.write("other/x", "x");
    for args in [
        &["train", "nope.txt", "-o", "out"][..],
        &["train", "good.txt", "-o", "other"],
        &["train", "-o", "out"],
        &["train", "good.txt", "-o", "out", "--pattern", "nope"],
        &["encode", "-t", "tok", "good.txt", "--format", "bin"],
        &["inspect", "tok", "--token", "zzzz"],
        &["segment", "--lang", "xx", "good.txt"],
    ] {
        let said = stderr(&b.run(args));
        assert!(said.starts_with("error: ") && said.contains("\nhint: "), "{args:?}: {said}");
        assert!(!said.contains("Error") && !said.contains("src/"), "{args:?}: {said}");
    }
}

/// `head -1` goes away after its line: no complaint, whatever is being written.
#[test]
fn a_reader_that_had_enough_is_no_error() {
    let b = bench();
    b.write("good.txt", text(400));
    b.good(&["train", "good.txt", "-o", "tok", "--vocab-size", "400", "--quiet"]);
    b.good(&["encode", "-t", "tok", "good.txt", "-o", "ids", "--quiet"]);
    for args in [
        "encode -t tok good.txt",
        "encode -t tok good.txt --format tokens",
        "encode -t tok good.txt --format jsonl --offsets --tokens",
        "encode -t tok good.txt --count",
        "decode -t tok ids",
        "inspect tok",
        "segment --lang tr good.txt",
        "segment --lang tr good.txt --format json",
        "completions zsh",
        "--help",
    ] {
        let script = format!("{} {args} | head -1 >/dev/null; exit ${{PIPESTATUS[0]}}", binary().display());
        let out = Command::new("bash").args(["-c", &script]).current_dir(b.path("")).output().unwrap();
        assert_eq!((out.status.code(), stderr(&out).as_str()), (Some(0), ""), "{args}");
    }
}

#[test]
fn a_full_standard_output_is_an_error() {
    let b = trained();
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let script = format!("{} encode -t tok good.txt > /dev/full", binary().display());
    let out = Command::new("sh").args(["-c", &script]).current_dir(b.path("")).output().unwrap();
    assert_eq!(out.status.code(), Some(1), "{}", stderr(&out));
    assert!(stderr(&out).contains("standard output"), "{}", stderr(&out));
}

#[test]
fn alone_it_shows_its_help_and_fails() {
    let out = bench().run(&[]);
    assert_eq!(out.status.code(), Some(2));
    assert!(stderr(&out).contains("Usage: toktool") && out.stdout.is_empty());
}

const COMMANDS: [&str; 9] =
    ["train", "count", "encode", "decode", "inspect", "segment", "export", "completions", "man"];

#[test]
fn help_is_a_result_with_examples() {
    let b = bench();
    for command in COMMANDS {
        for help in ["--help", "-h"] {
            let said = b.said(&[command, help]);
            assert!(said.contains("Usage: toktool") && said.contains("Examples:"), "{command} {help}");
        }
    }
    let said = b.said(&["--help"]);
    assert!(COMMANDS.iter().all(|command| said.contains(command)) && said.contains("Exit codes"));
    assert!(b.said(&["--version"]).starts_with("toktool "));
}

#[test]
fn what_it_does_not_know_is_a_usage_error() {
    let b = trained();
    for args in [
        &["nope"][..],
        &["train", "--nope"],
        &["encode", "good.txt"],
        &["encode", "-t", "tok", "--format", "nope"],
        &["export", "tok", "--to", "nope", "-o", "out"],
        &["completions", "nope"],
        &["train", "good.txt", "-o", "out", "--threads", "0"],
        &["train", "good.txt", "-o", "out", "--max-memory", "much"],
    ] {
        b.bad(2, &[], args);
    }
}

#[test]
fn completions_for_every_shell_know_every_command() {
    let b = bench();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = b.said(&["completions", shell]);
        assert!(COMMANDS.iter().all(|command| script.contains(command)), "{shell}");
    }
}

#[test]
fn manual_pages_for_every_command() {
    let b = bench();
    b.good(&["man", "pages"]);
    for command in COMMANDS {
        let page = String::from_utf8(b.read(&format!("pages/toktool-{command}.1"))).unwrap();
        assert!(page.contains(".TH") && page.contains("Examples"), "{command}");
    }
    assert!(b.path("pages/toktool.1").is_file());
}

#[test]
fn inspect_for_programs() {
    let b = trained();
    let json = |args: &[&str]| -> serde_json::Value {
        serde_json::from_str(&b.said(&[&["inspect", "tok", "--format", "json"], args].concat())).unwrap()
    };
    let all = json(&[]);
    assert_eq!(
        (&all["schema"], &all["tokens"], &all["merges"]),
        (&"toktool.inspect/1".into(), &400.into(), &143.into())
    );
    let cut = json(&["--text", "evler"]);
    assert_eq!(cut["bytes"], 5);
    assert_eq!(cut["ids"].as_array().unwrap().len(), cut["tokens"].as_array().unwrap().len());
    let one = json(&["--token", "300"]);
    assert_eq!((&one["id"], &one["reachable"], one["merge"].is_object()), (&300.into(), &true.into(), true));
    let spelled = one["token"].as_str().unwrap().to_owned();
    assert_eq!(json(&["--token", &spelled]), one);
}

#[test]
fn inspect_for_people() {
    let b = trained();
    let all = b.said(&["inspect", "tok"]);
    for word in ["byte-level BPE", "400", "<|endoftext|>", "lossless"] {
        assert!(all.contains(word), "{word}: {all}");
    }
    let cut = b.said(&["inspect", "tok", "--text", "ev göz"]);
    let pieces = cut.lines().next().unwrap();
    assert_eq!(pieces.replace('|', ""), "ev göz");
    assert_eq!(String::from_utf8(b.fed(&["inspect", "tok", "--text", "-"], "ev göz".as_bytes())).unwrap(), cut);
    let one = b.said(&["inspect", "tok", "--token", "300"]);
    for word in ["bytes", "parents", "merge", "reachable", "yes"] {
        assert!(one.contains(word), "{word}: {one}");
    }
}
