use super::*;
use crate::subject::Baseline;
use proptest::prelude::*;
use toktool::unicode::{Normalizer, Normalizing};

fn by_name(name: &str) -> &'static Disturbance {
    DISTURBANCES.iter().find(|d| d.name == name).unwrap()
}

fn apply(name: &str, text: &str, language: Option<&str>) -> Edited {
    (by_name(name).apply)(text, language, &mut Random::new(1))
}

/// The text with a generator run at rate 1: every place.
fn all_spaces(text: &str, seed: u64) -> String {
    generators::spaces(text, 1.0, &mut Random::new(seed)).text
}

#[test]
fn capitals_know_the_dotted_i() {
    assert_eq!(apply("case", "ılık iz ß", Some("tr")).text, "ILIK İZ SS");
    assert_eq!(apply("case", "ılık iz", Some("az-Latn")).text, "ILIK İZ");
    assert_eq!(apply("case", "ılık iz", None).text, "ILIK IZ");
    assert!(!apply("case", "123 क ABC", Some("tr")).is_changed());
}

#[test]
fn diacritics_go_and_vowel_signs_stay() {
    assert_eq!(apply("diacritics", "çölü Işık İz", None).text, "colu Isık Iz");
    assert_eq!(apply("diacritics", "e\u{301}a\u{308}\u{304} й ё ή", None).text, "ea и е η");
    assert!(!apply("diacritics", "किताब क्षति ø", None).is_changed());
    // ç is bytes 0 and 1 and becomes byte 0.
    assert_eq!(apply("diacritics", "ça", None).edits, [Edit { old: (0, 2), new: (0, 1) }]);
}

#[test]
fn decomposition_is_an_edit_a_grapheme() {
    let edited = apply("nfd", "aşb", None);
    assert_eq!(edited.text, "as\u{327}b");
    assert_eq!(edited.edits, [Edit { old: (1, 3), new: (1, 4) }]);
    assert!(!apply("nfd", "abc कि", None).is_changed());
}

/// क्ष gets a joiner at rate 1, and with one loses it; a virama at the end of a word, or before another script, joins
/// nothing.
#[test]
fn joiners_come_and_go_in_conjuncts() {
    for seed in 0..8 {
        let put = generators::zwj("क्ष", 1.0, &mut Random::new(seed)).text;
        assert!(["क्\u{200d}ष", "क्\u{200c}ष"].contains(&put.as_str()), "{put:?}");
        assert_eq!(generators::zwj(&put, 1.0, &mut Random::new(seed)).text, "क्ष");
    }
    for none in ["क् a", "क्a", "किताब", "ev", "a\u{200d}b"] {
        assert!(!generators::zwj(none, 1.0, &mut Random::new(1)).is_changed(), "{none}");
    }
}

#[test]
fn spaces_are_doubled_or_others() {
    let seen: std::collections::BTreeSet<String> = (0..40).map(|seed| all_spaces("a b", seed)).collect();
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["a\tb", "a  b", "a\u{a0}b"]);
    assert_eq!(all_spaces("ab", 1), "ab");
}

/// Rates over many places: 10 % of words and spaces, 25 % of conjuncts, within three standard errors.
#[test]
fn as_many_places_are_changed_as_the_table_says() {
    for (name, text, places) in [
        ("typos", "kelime ".repeat(4000), 4000),
        ("spaces", "a ".repeat(4000), 4000),
        ("zwj", "क्ष ".repeat(4000), 4000),
    ] {
        let (rate, changed) = (by_name(name).rate, apply(name, &text, None).edits.len() as f64);
        let (wanted, error) = (rate * f64::from(places), (rate * (1.0 - rate) * f64::from(places)).sqrt());
        assert!((changed - wanted).abs() < 3.0 * error, "{name}: {changed}");
    }
}

/// Of `ab ab` under case, `AB AB`, by characters: 5 tokens before and after; borders 1, 2, 3, 4 in both. By words
/// (`ab`, ` ab`): 2 tokens, border 2. By spaces doubled at one place, `ab  ab`: characters have 6 tokens, places 1, 2,
/// 4, 5 of the new text are common, 3 is inside the edit; words have 2 tokens, and the border stays.
#[test]
fn sums_by_hand() {
    let documents = ["ab ab".to_owned()];
    let sums = |baseline, edited: Edited, at: usize| {
        let mut disturbed: Disturbed = Default::default();
        disturbed[at] = Some(edited);
        let rows = measure(&Subject::baseline(baseline), &documents, &[disturbed]).unwrap();
        assert!(rows.iter().enumerate().all(|(n, rows)| rows.len() == usize::from(n == at)));
        rows[at][0].clone()
    };
    let row = |before, after, borders_before, borders_after, borders_both| Sums {
        documents: 1,
        before,
        after,
        borders_before,
        borders_after,
        borders_both,
    };
    let case = || apply("case", "ab ab", None);
    assert_eq!(sums(Baseline::Characters, case(), 1), row(5, 5, 4, 4, 4));
    assert_eq!(sums(Baseline::Words, case(), 1), row(2, 2, 1, 1, 1));
    let mut doubled = Edited::default();
    doubled.keep("ab");
    doubled.replace(" ", "  ");
    doubled.keep("ab");
    assert_eq!(sums(Baseline::Characters, doubled.clone(), 5), row(5, 6, 4, 4, 4));
    assert_eq!(sums(Baseline::Words, doubled, 5), row(2, 2, 1, 1, 1));
}

#[test]
fn numbers_shared_by_hand() {
    assert_eq!(shared(&[1, 3, 5, 9], &[0, 3, 4, 5, 10]), 2);
    assert_eq!(shared(&[], &[1]), 0);
}

#[test]
fn what_is_not_wanted_or_changes_nothing_is_left_out() {
    let documents = ["kitap 1".to_owned(), "1 2".to_owned()];
    let which = DISTURBANCES.each_ref().map(|d| d.name == "case");
    let disturbed = disturb(&documents, which, Some("tr"), 5);
    let changed: Vec<Vec<bool>> = disturbed.iter().map(|d| d.iter().map(Option::is_some).collect()).collect();
    assert_eq!(changed, [[false, true, false, false, false, false], [false; 6]]);
    let rows = measure(&Subject::baseline(Baseline::Bytes), &documents, &disturbed).unwrap();
    assert_eq!(rows.map(|r| r.len()), [0, 1, 0, 0, 0, 0]);
}

proptest! {
    #[test]
    fn edits_rebuild_the_text_and_draws_repeat(
        text in "(ev|İz|ılık|क्ष|क्\u{200d}षि|é|e\u{301}|\u{301}|ἄ|한| |  |\t|1|12|,|'|🙂){0,16}",
        seed in any::<u64>(),
    ) {
        let documents = [text.clone()];
        for language in [None, Some("tr")] {
            let once = disturb(&documents, [true; 6], language, seed);
            prop_assert_eq!(&once, &disturb(&documents, [true; 6], language, seed));
            for (edited, d) in once[0].iter().zip(&DISTURBANCES) {
                let Some(edited) = edited else { continue };
                prop_assert!(edited.text != text, "{}", d.name);
                let (mut old, mut new) = (0, 0);
                for edit in &edited.edits {
                    prop_assert_eq!(&text[old..edit.old.0 as usize], &edited.text[new..edit.new.0 as usize]);
                    prop_assert!(text[edit.old.0 as usize..edit.old.1 as usize] != edited.text[edit.new.0 as usize..edit.new.1 as usize]);
                    (old, new) = (edit.old.1 as usize, edit.new.1 as usize);
                }
                prop_assert_eq!(&text[old..], &edited.text[new..]);
            }
        }
        let whole = Normalizing::new(&[Normalizer::Nfd]).unwrap();
        prop_assert_eq!(apply("nfd", &text, None).text, whole.apply(&text).into_owned());
    }

    /// A text held against itself has as many tokens, and all its borders.
    #[test]
    fn an_unchanged_text_agrees_with_itself(text in "(ev|kitap|क्षि|ş| |1|,){1,12}") {
        let mut same = Edited::default();
        same.keep(&text);
        for baseline in [Baseline::Characters, Baseline::Bytes, Baseline::Words, Baseline::Random { rate: 0.4, seed: 2 }] {
            let subject = Subject::baseline(baseline);
            let mut disturbed: Disturbed = Default::default();
            disturbed[0] = Some(same.clone());
            let rows = measure(&subject, std::slice::from_ref(&text), &[disturbed]).unwrap();
            let sums = &rows[0][0];
            prop_assert_eq!(sums.before, sums.after);
            prop_assert_eq!((sums.borders_before, sums.borders_after), (sums.borders_both, sums.borders_both));
            prop_assert_eq!(sums.borders_before + 1, sums.before);
        }
    }
}
