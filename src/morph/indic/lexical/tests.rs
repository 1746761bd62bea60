use proptest::prelude::*;

use super::*;
use crate::morph::{hindi, lexical, marathi};

/// `2` for one morpheme, `1` for a word that is more than one, `0` for neither.
fn verdict(lang: &str, unit: &str) -> u8 {
    let lexis = if lang == "hi" { hindi::lexis() } else { marathi::lexis() }.unwrap();
    let (word, morpheme) = (lexis.is_word(unit), lexis.is_morpheme(unit));
    assert!(word || !morpheme, "{unit}: a morpheme is a word");
    u8::from(word) + u8::from(morpheme)
}

#[test]
fn hindi_units_get_their_verdicts() {
    for (units, expected, what) in [
        ("घर लड़की पानी कर जा बच्च और", 2, "a stem"),
        ("लड़कि नदि कि दि लड़का", 2, "a form of a stem"),
        ("ओं ों एगा ेगा ता ना त्व बे", 2, "an ending or a prefix"),
        ("लड़कियों जाएगा करता भाषाओं सुंदरता उसने", 1, "an inflected word"),
        ("नेवाला", 1, "a chain of endings"),
        ("5वां", 1, "an ordinal"),
        ("क्ष्ट टझठ xyz 5 ५ । ।। ञञञ", 0, "nothing"),
    ] {
        for unit in units.split_whitespace() {
            assert_eq!(verdict("hi", unit), expected, "{unit} is {what}");
        }
    }
    assert_eq!(verdict("hi", ""), 0);
}

#[test]
fn marathi_units_get_their_verdicts() {
    for (units, expected, what) in [
        ("घर मुल मुला पाणी कर आणि", 2, "a stem"),
        ("ला मध्ये साठी तल्या", 2, "an ending"),
        ("घरात मुलाला घरासाठी करण्यासाठी", 1, "an inflected word"),
        ("तल्याला", 1, "a chain of endings"),
        ("क्ष्ट टझठ xyz 5", 0, "nothing"),
    ] {
        for unit in units.split_whitespace() {
            assert_eq!(verdict("mr", unit), expected, "{unit} is {what}");
        }
    }
}

#[test]
fn a_word_that_the_engine_can_only_coin_is_none() {
    use crate::morph::Segmenter as _;
    // The segmenter cuts the plural off a stem that it has never seen; the lexicon does not believe in it.
    let mut cuts = Vec::new();
    hindi::Hindi::new().unwrap().boundaries("ढणझाओं", &mut cuts);
    assert!(!cuts.is_empty());
    assert_eq!(verdict("hi", "ढणझाओं"), 0);
}

#[test]
fn the_name_holds_the_version_of_the_stems() {
    assert_eq!(lexical("hi").unwrap().name(), "Hindi grammar, stems sha256 ea59fff86453");
    assert_eq!(lexical("mr").unwrap().name(), "Marathi grammar, stems sha256 283293f23818");
}

/// Lexis without the short cut before chains.
fn is_chain_of_any_kind(lexis: &Lexis, unit: &str) -> bool {
    BEFORE.iter().any(|before| lexis.is_chain(before, unit, &mut Vec::new()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_short_cut_before_chains_cuts_no_chain_off(unit in "(ों|ओं|ने|ना|वाला|ता|ा|ी|गा|ला|तल्या|च|य|एगा|त){1,4}") {
        for lexis in [hindi::lexis().unwrap(), marathi::lexis().unwrap()] {
            if is_chain_of_any_kind(&lexis, &unit) {
                prop_assert!(lexis.is_word(&unit), "{}", unit);
            }
        }
    }

    #[test]
    fn any_text_has_a_verdict_that_folding_keeps(unit in ".{0,8}|[कखगनरतड़ािीुेोंँ्अआएओ\u{200d}5]{0,8}") {
        for lang in ["hi", "mr"] {
            let lexis = lexical(lang).unwrap();
            prop_assert_eq!(verdict(lang, &unit), verdict(lang, &lexis.folding().fold(&unit)), "{}", unit);
        }
    }
}
