//! A model is written and read, and every fault in a file has a name and a place.

use proptest::prelude::*;

use super::*;

fn lexicon() -> Lexicon {
    let mut transitions = [[0; CATEGORIES + 1]; CATEGORIES + 1];
    for (n, (before, after)) in (1..).zip(arcs()) {
        transitions[before][after] = n;
    }
    let morphs = [("a\tb\\", [0, 1, 0]), ("er", [0, 0, 12]), ("é\n", [3, 4, 5])];
    Lexicon {
        reading: Reading { fold_case: true, cut_after: vec!['-', '\t'] },
        corpus_weight: 0.7,
        words: 9,
        morphs: morphs.map(|(morph, counts)| (morph.to_owned(), counts)).to_vec(),
        transitions,
    }
}

/// The text of a model with a line replaced and a checksum that fits.
fn with(old: &str, new: &str) -> Vec<u8> {
    let text = String::from_utf8(write(&lexicon())).unwrap();
    let body = &text[..text.find("sha256").unwrap()];
    assert!(body.contains(old), "{old}");
    let body = body.replacen(old, new, 1);
    format!("{body}sha256\t{}\n", checksum(&body)).into_bytes()
}

#[test]
fn what_is_written_is_read() {
    let bytes = write(&lexicon());
    assert_eq!(read(&bytes).unwrap(), lexicon());
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("toktool segmenter 1\nwords\t9\ncorpus-weight\t0.7\nfold-case\tyes\ncut-after\t-\\t\n"));
    assert!(text.contains("\ntransitions\t1 2 3 4 5 6 7 8 9 10 11\nmorphs\t3\na\\tb\\\\\t0\t1\t0\ner\t0\t0\t12\n"));
}

#[test]
fn a_file_that_ends_too_early_is_refused_wherever_it_ends() {
    let bytes = write(&lexicon());
    for len in 0..bytes.len() {
        let error = read(&bytes[..len]).unwrap_err();
        assert!(matches!(error, Error::Input { .. }) && error.hint().is_some(), "{len}: {error}");
    }
}

#[test]
fn a_changed_bit_is_noticed_wherever_it_is() {
    let bytes = write(&lexicon());
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let error = read(&changed).unwrap_err();
            assert!(error.hint().is_some(), "byte {at}, bit {bit}: {error}");
        }
    }
}

#[test]
fn faults_are_named_with_their_line() {
    for (old, new, line, why) in [
        ("segmenter 1", "segmenter 2", "line 1", "version `2`"),
        ("words\t9", "words\tx", "line 2", "`x` is not a count"),
        ("words\t9", "words\t+9", "line 2", "`+9` is not a count"),
        ("words\t9", "word\t9", "line 2", "`words`, a tab"),
        ("0.7", "0", "line 3", "no corpus weight"),
        ("0.7", "NaN", "line 3", "no corpus weight"),
        ("yes", "maybe", "line 4", "neither"),
        ("cut-after\t-", "cut-after\t\\x", "line 5", "escapes nothing"),
        (" 11\n", "\n", "line 6", "10 counts"),
        (" 11\n", " 9007199254740993\n", "line 6", "not a count up to 2^52"),
        ("morphs\t3", "morphs\t2", "line 10", "`sha256`"),
        ("morphs\t3", "morphs\t4", "line 11", "a morph and three counts"),
        ("er\t0\t0\t12", "er\t0\t0", "line 9", "a morph and three counts"),
        ("er\t0\t0\t12", "er\t0\t0\t0", "line 9", "never occurs"),
        ("er\t0\t0\t12", "\t0\t0\t12", "line 9", "empty"),
        ("er\t0\t0\t12", "A\t0\t0\t12", "line 9", "byte order"),
        ("er\t0\t0\t12", "er\t0\t0\t4503599627370496", "line 9", "more than 2^52"),
    ] {
        let error = read(&with(old, new)).unwrap_err();
        let said = error.to_string();
        assert!(said.contains(line) && said.contains(why), "{new:?}: {said}");
        assert!(error.hint().is_some(), "{said}");
    }
}

#[test]
fn what_is_no_model_is_said_to_be_none() {
    for (bytes, why) in [(&b""[..], "empty"), (b"PK\x03\x04", "no learned segmenter"), (b"toktool", "no learned")] {
        let error = read(bytes).unwrap_err();
        assert!(error.to_string().contains(why) && error.hint().is_some(), "{error}");
    }
    let mut bytes = write(&lexicon());
    bytes.extend_from_slice(b"more\n");
    assert!(read(&bytes).unwrap_err().to_string().contains("after the checksum"));
    let mut bytes = write(&lexicon());
    bytes[40] = 0xff;
    assert!(read(&bytes).unwrap_err().to_string().contains("byte 40: invalid UTF-8"));
}

proptest! {
    #[test]
    fn any_morphs_come_back(
        morphs in proptest::collection::btree_map(any::<String>().prop_filter("empty", |m| !m.is_empty()), 1u64..1000, 0..20),
        cut_after: Vec<char>,
        corpus_weight in 0.01f64..100.0,
    ) {
        let morphs = morphs.into_iter().map(|(morph, count)| (morph, [count, 0, count / 2])).collect();
        let lexicon = Lexicon { reading: Reading { fold_case: false, cut_after }, corpus_weight, morphs, ..lexicon() };
        prop_assert_eq!(read(&write(&lexicon)).unwrap(), lexicon);
    }
}
