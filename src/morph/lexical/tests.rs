use proptest::prelude::*;

use super::*;
use crate::error::Place;

#[test]
fn a_language_without_lexicon_says_what_is_needed() {
    let error = lexical("de").unwrap_err();
    assert_eq!(error.to_string(), "`--lang`: there is no lexicon for `de`");
    let hint = error.hint().unwrap();
    assert!(hint.contains("--lexicon FILE") && hint.ends_with("hi, mr, tr"), "{hint}");
}

#[test]
fn every_language_with_a_segmenter_has_a_lexicon() {
    for language in LANGUAGES {
        let lexical = lexical(language.code).unwrap();
        assert!(lexical.knows_morphemes() && lexical.name().contains("sha256"));
    }
}

#[test]
fn folding_is_that_of_the_language() {
    let turkish = Folding::of("tr");
    for (text, folded) in [
        ("İSTANBUL", "istanbul"),
        ("IĞDIR", "ığdır"),
        ("I\u{307}zmir", "izmir"),
        ("i\u{307}zmir", "izmir"),
        ("RÜZGÂR", "rüzgâr"),
        ("go\u{308}z", "göz"),
        ("ev", "ev"),
    ] {
        assert_eq!(turkish.fold(text), folded);
    }
    assert_eq!(Folding { circumflex: true, ..turkish }.fold("RÜZGÂR"), "rüzgar");
    assert_eq!(Folding::of("en").fold("ITS ÀB"), "its àb");
    assert_eq!(Folding::of("hi").fold("\u{958}"), "क\u{93c}", "NFC has no such character");
    assert_eq!(Folding::NONE.fold("I\u{307}"), "I\u{307}");
    assert!(matches!(turkish.fold("plain"), Cow::Borrowed("plain")));
}

#[test]
fn a_list_has_a_word_a_line_and_passes_over_what_follows_a_tab() {
    let file = "\u{feff}Ev\t12\tNoun\r\n\r\n  Işık \nya da\nev\n#\n";
    let list = WordList::from_bytes(file.as_bytes(), "my list", Entries::Morphemes, Folding::of("tr")).unwrap();
    assert_eq!(list.len(), 4);
    for word in ["ev", "EV", "IŞIK", "ya da", "#"] {
        assert!(list.is_word(word) && list.is_morpheme(word), "{word}");
    }
    assert!(!list.is_word("işik") && !list.is_word("12") && !list.is_word(""));
    assert!(list.name().starts_with("my list, 4 entries, sha256 "), "{}", list.name());

    let exact = WordList::from_bytes(file.as_bytes(), "x", Entries::Morphemes, Folding::NONE).unwrap();
    assert!(exact.is_word("Ev") && exact.is_word("ev") && !exact.is_word("EV") && exact.len() == 5);
}

#[test]
fn a_list_of_words_knows_no_morphemes() {
    let list = WordList::from_bytes(b"evler\n", "x", Entries::Words, Folding::default()).unwrap();
    assert!(list.is_word("evler") && !list.is_morpheme("evler") && !list.knows_morphemes());
}

#[test]
fn a_list_that_is_none_is_refused() {
    let read = |bytes: &[u8]| WordList::from_bytes(bytes, "x", Entries::Words, Folding::default());
    for empty in [&b""[..], b"\n\n", b" \t \r\n", b"\xef\xbb\xbf"] {
        let error = read(empty).unwrap_err();
        assert!(error.to_string().contains("no entry") && error.hint().is_some());
    }
    let error = read(b"ev\ng\xfczel\n").unwrap_err();
    assert!(matches!(error, Error::Input { at: Place::Byte(4), .. }), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.txt");
    std::fs::write(&path, b"ev\ng\xfczel\n").unwrap();
    let error = WordList::read(&path, Entries::Words, Folding::default()).unwrap_err();
    assert!(error.to_string().contains("list.txt`, byte 4: invalid UTF-8"), "{error}");
    let missing = WordList::read(folder.path().join("no"), Entries::Words, Folding::default()).unwrap_err();
    assert!(matches!(missing, Error::Io { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn folding_twice_is_folding_once(text in "\\PC{0,12}|[a-cIİıiâÂjJ\u{30c}\u{307}\u{302}]{0,9}") {
        for folding in [Folding::of("tr"), Folding::of("en"), Folding { circumflex: true, ..Folding::of("tr") }] {
            let once = folding.fold(&text).into_owned();
            prop_assert_eq!(&*folding.fold(&once), &once);
        }
    }
}
