//! Against the `tokenizers` crate.

use proptest::prelude::*;
use tokenizers::normalizers::{self, NormalizerWrapper, Sequence};
use tokenizers::{NormalizedString, Normalizer as _};

use super::*;

fn theirs(normalizer: &Normalizer) -> NormalizerWrapper {
    use normalizers::replace::ReplacePattern;
    match normalizer {
        Normalizer::Nfc => normalizers::NFC.into(),
        Normalizer::Nfd => normalizers::NFD.into(),
        Normalizer::Nfkc => normalizers::NFKC.into(),
        Normalizer::Nfkd => normalizers::NFKD.into(),
        Normalizer::Lowercase => normalizers::Lowercase.into(),
        Normalizer::Strip { left, right } => normalizers::Strip::new(*left, *right).into(),
        Normalizer::Prepend(text) => normalizers::Prepend::new(text.clone()).into(),
        Normalizer::Replace { from, regex, to } => {
            let pattern =
                if *regex { ReplacePattern::Regex(from.clone()) } else { ReplacePattern::String(from.clone()) };
            normalizers::Replace::new(pattern, to.clone()).unwrap().into()
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Normalizer>> {
    let one = prop_oneof![
        Just(Normalizer::Nfc),
        Just(Normalizer::Nfd),
        Just(Normalizer::Nfkc),
        Just(Normalizer::Nfkd),
        Just(Normalizer::Lowercase),
        Just(Normalizer::Strip { left: true, right: false }),
        Just(Normalizer::Strip { left: true, right: true }),
        Just(Normalizer::Prepend("▁".into())),
        Just(Normalizer::Replace { from: " ".into(), regex: false, to: "▁".into() }),
        Just(Normalizer::Replace { from: r"\s+".into(), regex: true, to: " ".into() }),
    ];
    prop::collection::vec(one, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn text_equals_the_tokenizers_crate(steps in steps(), text in "([a-cİIıßﬁ ]|[\u{300}-\u{330}]|[क-ह़्ाि]|\\PC){0,12}") {
        let ours = Normalizing::new(&steps).unwrap();
        let mut expected = NormalizedString::from(text.as_str());
        Sequence::new(steps.iter().map(theirs).collect()).normalize(&mut expected).unwrap();
        prop_assert_eq!(ours.apply(&text), expected.get());
        let (aligned, alignment) = ours.apply_aligned(&text);
        prop_assert_eq!(aligned.as_str(), expected.get());
        prop_assert_eq!(alignment.len(), aligned.len());
        for &(start, end) in &alignment {
            prop_assert!(start <= end && end as usize <= text.len());
        }
        prop_assert!(alignment.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{alignment:?}");
    }
}

#[test]
fn turkish_lower_case_keeps_the_dots_apart() {
    let lower =
        |spec: &str, text: &str| Normalizing::new(&Normalizer::parse(spec).unwrap()).unwrap().apply(text).into_owned();
    assert_eq!(lower("lower:tr", "IŞIK İstanbul I\u{307}zmir"), "ışık istanbul izmir");
    assert_eq!(lower("lower", "IŞIK"), "işik");
    assert_eq!(lower("nfc,strip", " e\u{301} "), "é");
    assert_eq!(lower("prepend:x,replace:a=b", "aa"), "xbb");
}

#[test]
fn what_is_no_normalizer_is_refused_by_name() {
    for spec in ["nfx", "replace:=x", "prepend:", "lower,foo:1"] {
        assert!(Normalizer::parse(spec).unwrap_err().to_string().contains("--normalize"), "{spec}");
    }
}

#[test]
fn text_in_normal_form_is_borrowed() {
    let nfc = Normalizing::new(&[Normalizer::Nfc]).unwrap();
    for text in ["abc", "çığ", "नमस्ते", "日本語 한국어"] {
        assert!(matches!(nfc.apply(text), Cow::Borrowed(_)), "{text}");
    }
    assert!(matches!(nfc.apply("e\u{301}"), Cow::Owned(_)));
}

#[test]
fn the_empty_string_is_replaced_everywhere() {
    let everywhere = Normalizer::Replace { from: String::new(), regex: false, to: "-".into() };
    for text in ["", "é", "a\u{301}b"] {
        let mut expected = NormalizedString::from(text);
        theirs(&everywhere).normalize(&mut expected).unwrap();
        let ours = Normalizing::new(std::slice::from_ref(&everywhere)).unwrap();
        assert_eq!(ours.apply(text), expected.get());
        assert_eq!(ours.apply_aligned(text).0, expected.get());
    }
}

#[test]
fn real_text_equals_the_tokenizers_crate() {
    let mut lines = vec!["IŞIK e\u{301} \u{1e9b}\u{323} ﬁ ㍿ क़ 가각".to_owned()];
    match std::env::var_os("TOKTOOL_DATA") {
        Some(data) => {
            let mut files: Vec<_> = std::fs::read_dir(std::path::Path::new(&data).join("text"))
                .unwrap()
                .map(|f| f.unwrap().path())
                .collect();
            files.sort();
            for path in files {
                let raw = std::fs::read(&path).unwrap();
                let packed = path.extension().is_some_and(|extension| extension == "zst");
                let bytes = if packed { zstd::decode_all(&raw[..]).unwrap() } else { raw };
                let text = String::from_utf8_lossy(&bytes);
                lines.extend(text.lines().step_by(text.lines().count() / 60 + 1).map(str::to_owned));
            }
        }
        None => eprintln!("TOKTOOL_DATA is not set: only the built-in sample was checked"),
    }
    for spec in ["nfc", "nfd", "nfkc", "nfkd", "lower", "lower:tr", "strip", "nfkc,lower,replace: =▁,prepend:▁"] {
        let steps = Normalizer::parse(spec).unwrap();
        let ours = Normalizing::new(&steps).unwrap();
        let theirs = Sequence::new(steps.iter().map(theirs).collect());
        for line in &lines {
            let mut expected = NormalizedString::from(line.as_str());
            theirs.normalize(&mut expected).unwrap();
            assert_eq!(ours.apply(line), expected.get(), "{spec}");
            assert_eq!(ours.apply_aligned(line).0, expected.get(), "{spec}");
        }
    }
}
