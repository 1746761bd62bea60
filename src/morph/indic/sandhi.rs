//! Vowels that melt into each other where two words of Sanskrit meet (svara sandhi).
//!
//! | rule | left ends in | right begins with | surface |
//! |---|---|---|---|
//! | dīrgha | a ā, i ī, u ū | the same vowel, long or short | the long vowel: विद्या + आलय = विद्यालय |
//! | guṇa | a ā | i ī, u ū | e, o: पर + उपकार = परोपकार |
//! | vṛddhi | a ā | e ai, o au | ai, au: एक + एक = एकैक |
//! | yaṇ | i ī, u ū | another vowel | y, v and the vowel: अति + अधिक = अत्यधिक |
//!
//! The members have no boundary between clusters in any of these, so such a word is not cut; its parts are said beside it.

/// Second members that melt with what stands before them often.
const SECOND: &[&str] = &[
    "आलय",
    "अनुसार",
    "उदय",
    "उत्सव",
    "उपकार",
    "उपयोग",
    "उपचार",
    "अधिकार",
    "अधिक",
    "अंतर",
    "आचार",
    "आधार",
    "आनंद",
    "आत्मक",
    "आवश्यक",
    "उत्तम",
    "उत्तर",
    "उन्मुख",
    "उपासना",
    "ईश्वर",
    "इंद्र",
    "अर्थ",
    "अर्थी",
    "अध्यक्ष",
    "अध्ययन",
    "अनुकूल",
    "अभाव",
    "अभिमान",
    "अवस्था",
    "आक्रमण",
    "आगमन",
    "आहार",
    "उद्देश्य",
    "एक",
    "ऐक्य",
    "औषधि",
    "अग्नि",
    "अवतार",
];

const VIRAMA: char = '\u{94D}';

/// A vowel as (kind, long): 0 a, 1 i, 2 u, 3 e, 4 ai, 5 o, 6 au.
fn vowel(c: char) -> Option<(u8, bool)> {
    Some(match c {
        'अ' => (0, false),
        'आ' | 'ा' => (0, true),
        'इ' | 'ि' => (1, false),
        'ई' | 'ी' => (1, true),
        'उ' | 'ु' => (2, false),
        'ऊ' | 'ू' => (2, true),
        'ए' | 'े' => (3, true),
        'ऐ' | 'ै' => (4, true),
        'ओ' | 'ो' => (5, true),
        'औ' | 'ौ' => (6, true),
        _ => return None,
    })
}

fn is_letter(c: char) -> bool {
    ('\u{904}'..='\u{914}').contains(&c)
}

/// The sign of an independent vowel; nothing for the inherent one.
fn sign(letter: char) -> Option<char> {
    if letter == 'अ' { None } else { char::from_u32(u32::from(letter) + 0x38) }
}

/// What `left` and `right` become together; `None` where no rule applies.
pub(crate) fn join(left: &str, right: &str) -> Option<String> {
    let last = left.chars().next_back()?;
    let first = right.chars().next().filter(|&c| is_letter(c))?;
    let rest = &right[first.len_utf8()..];
    let (end, _) = match vowel(last) {
        Some(vowel) if !is_letter(last) => vowel,
        None if ('क'..='ह').contains(&last) => (0, false),
        _ => return None,
    };
    let stem = if vowel(last).is_some() { &left[..left.len() - last.len_utf8()] } else { left };
    let melted = match (end, vowel(first)?.0) {
        (0, 0) => "ा",
        (1, 1) => "ी",
        (2, 2) => "ू",
        (0, 1) => "े",
        (0, 2) => "ो",
        (0, 3 | 4) => "ै",
        (0, 5 | 6) => "ौ",
        (1 | 2, _) => {
            let glide = if end == 1 { 'य' } else { 'व' };
            let vowel = sign(first).map(String::from).unwrap_or_default();
            return Some(format!("{stem}{VIRAMA}{glide}{vowel}{rest}"));
        }
        _ => return None,
    };
    Some(format!("{stem}{melted}{rest}"))
}

/// The members of `word`, where it is a known stem and one of the second members above, melted.
pub(crate) fn part(word: &str, known: impl Fn(&str) -> bool) -> Option<(String, &'static str)> {
    for &right in SECOND {
        let first = right.chars().next()?;
        let Some(before) = word.strip_suffix(&right[first.len_utf8()..]) else { continue };
        // What melted is a sign, or virama, glide and sign: it ends where the rest of the right member begins.
        let melted = before.char_indices().rev().take(3).take_while(|(_, c)| *c == VIRAMA || "ायवोेैौीू".contains(*c));
        for (at, _) in melted {
            for end in ["", "ा", "ि", "ी", "ु", "ू"] {
                let left = format!("{}{end}", &before[..at]);
                if left.chars().count() > 1 && join(&left, right).as_deref() == Some(word) && known(&left) {
                    return Some((left, right));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dirgha_guna_vriddhi_and_yan_join_two_words() {
        for (left, right, word) in [
            ("विद्या", "आलय", "विद्यालय"),
            ("हिम", "आलय", "हिमालय"),
            ("नियम", "अनुसार", "नियमानुसार"),
            ("कवि", "इंद्र", "कवींद्र"),
            ("भानु", "उदय", "भानूदय"),
            ("सूर्य", "उदय", "सूर्योदय"),
            ("महा", "ईश्वर", "महेश्वर"),
            ("एक", "एक", "एकैक"),
            ("वन", "औषधि", "वनौषधि"),
            ("अति", "अधिक", "अत्यधिक"),
            ("सु", "आगत", "स्वागत"),
        ] {
            assert_eq!(join(left, right).as_deref(), Some(word));
        }
    }

    #[test]
    fn a_consonant_on_either_side_joins_nothing() {
        assert_eq!(join("विद्या", "मंदिर"), None);
        assert_eq!(join("जगत्", "ईश"), None);
        assert_eq!(join("", "आलय"), None);
        assert_eq!(join("ए", "अधिक"), None);
    }

    #[test]
    fn a_melted_compound_is_parted_only_where_its_left_member_is_known() {
        let known = |word: &str| ["विद्या", "नियम", "सूर्य", "अति", "कार्य", "कारि"].contains(&word);
        assert_eq!(part("विद्यालय", known), Some(("विद्या".into(), "आलय")));
        assert_eq!(part("नियमानुसार", known), Some(("नियम".into(), "अनुसार")));
        assert_eq!(part("सूर्योदय", known), Some(("सूर्य".into(), "उदय")));
        assert_eq!(part("कार्यालय", known), Some(("कार्य".into(), "आलय")));
        assert_eq!(part("अत्यधिक", known), Some(("अति".into(), "अधिक")));
        assert_eq!(part("मसालय", known), None);
        assert_eq!(part("आलय", known), None);
    }
}
