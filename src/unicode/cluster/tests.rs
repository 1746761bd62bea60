//! The table against its source, each rule with cases for and against it, and the notions against each other.

use proptest::prelude::*;

use super::*;

#[test]
fn every_character_has_the_flags_that_its_properties_give() {
    for c in '\0'..=char::MAX {
        assert_eq!(of(c), properties::flags(c), "U+{:04X}: run `cargo run --example cluster_table`", c as u32);
    }
}

/// The aksharas of a text that is written with a bar between them.
fn akshara(spaced: &str) {
    let text = spaced.replace('|', "");
    let found: Vec<&str> = aksharas(&text).collect();
    assert_eq!(found, spaced.split('|').collect::<Vec<_>>());
}

#[test]
fn a_letter_keeps_its_signs_in_every_script() {
    for text in ["कि|ता|ब", "কি|তা|ব", "ਕਿ|ਤਾ|ਬ", "કિ|તા|બ", "କି|ତା|ବ", "கி|தா", "కి|తా|బు", "ಕಿ|ತಾ|ಬು", "കി|താ|ബ", "කි|තා|බ"]
    {
        akshara(text);
    }
    for text in ["क़ि|ता|बें", "ड़ों|की", "e\u{301}|t", "مَ|رْ", "ก|า", "กิ|น"]
    {
        akshara(&text.replace("ก|า", "กา"));
    }
}

#[test]
fn conjuncts_stay_whole() {
    for text in ["क्ष|त्रि|य", "स्त्री", "र्क|ट", "क्\u{200d}ष", "ক্ষ|মা", "ন্ত্রী", "ક્ષ", "କ୍ଷ", "క్షే|మ", "ಕ್ಷೇ|ತ್ರ", "ക്ഷ", "ਪ੍ਰੀ|ਤ"]
    {
        akshara(text);
    }
    for text in ["नै|र्ऋ|त्य", "ಅ|ರ್ಥ", "ខ្មែ|រ", "မ|န္မာ", "ꦲ|ꦏ꧀ꦱ|ꦫ", "ബ|ൎക"]
    {
        akshara(text);
    }
}

#[test]
fn a_virama_that_joins_nothing_ends_its_akshara() {
    for text in ["वा|क्", "क्\u{200c}|ष", "त्|१", "क्|a", "த|மி|ழ்", "அ|ம்|மா", "က|င်|က"]
    {
        akshara(text);
    }
}

#[test]
fn tamil_joins_in_two_clusters_only() {
    for text in ["க்ஷ|ண", "ப|க்ஷி", "ஸ்ரீ", "ஶ்ரீ", "ஸ்|ரி", "ட்|ஷ", "க்|ர"]
    {
        akshara(text);
    }
}

#[test]
fn sinhala_joins_with_the_joiner_only() {
    akshara("ක්\u{200d}ෂ|ය");
    akshara("ක්|ෂ|ය");
}

#[test]
fn what_is_no_brahmic_script_is_cut_as_graphemes() {
    for text in ["👩‍👩‍👧‍👦|a", "👩🏽|👩", "🇹🇷|🇮🇳", "\r\n|a", "\u{1100}\u{1161}\u{11a8}|가", "a|b|c", "1\u{20e3}|x", " |a"]
    {
        akshara(text);
        let whole = text.replace('|', "");
        assert_eq!(graphemes(&whole).collect::<Vec<_>>(), text.split('|').collect::<Vec<_>>());
    }
}

#[test]
fn the_ends_of_a_text_are_outside() {
    for word in ["कि", "\u{93f}", ""] {
        assert!(!inside(word, 0) && !inside(word, word.len()));
    }
    assert!(is_sign('\u{93f}') && is_sign('\u{200d}') && is_sign('\u{0e32}') && !is_sign('क') && !is_sign('\u{0e40}'));
}

/// Letters, signs and viramas of several scripts, and what else makes clusters.
const CHARACTERS: &str = "कखषरतऋिी़ं्ँকষরি্কষஷஸரீி்ఇకషి్ಕಷಿ್കഷി്\u{d4e}කෂ්ිက\u{1039}\u{103a}ခខ្មកាé\u{301}\u{200c}\u{200d}\
                          ab 🇹🇷👩🏽가각\u{1100}\u{1161}\r\n-";

/// Random texts of them.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    let characters: Vec<char> = CHARACTERS.chars().collect();
    prop::collection::vec(prop::sample::select(characters), 0..14).prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn aksharas_are_made_of_graphemes(text in texts()) {
        prop_assert_eq!(&aksharas(&text).collect::<String>(), &text);
        prop_assert_eq!(&graphemes(&text).collect::<String>(), &text);
        let borders: Vec<usize> = graphemes(&text).map(|g| g.as_ptr() as usize - text.as_ptr() as usize).collect();
        for (at, c) in text.char_indices() {
            prop_assert_eq!(inside_grapheme(&text, at), !borders.contains(&at));
            prop_assert!(!inside_grapheme(&text, at) || inside(&text, at), "{:?} at {}", text, at);
            prop_assert!(at == 0 || !is_sign(c) || inside(&text, at) || text[..at].ends_with(char::is_control));
        }
    }
}
