use super::*;
use crate::morph::Kind;

/// The word with its cuts.
fn cut(word: &str) -> String {
    let mut cuts = Vec::new();
    Hindi::new().unwrap().boundaries(word, &mut cuts);
    let ends = cuts.iter().copied().chain([word.len()]);
    let starts = [0].into_iter().chain(cuts.iter().copied());
    starts.zip(ends).map(|(from, to)| &word[from..to]).collect::<Vec<_>>().join("|")
}

/// `a|b` is cut so; a word without `|` stays whole.
fn holds(expected: &[&str]) {
    let found: Vec<String> = expected.iter().map(|word| cut(&word.replace('|', ""))).collect();
    assert_eq!(found, expected);
}

fn pieces(word: &str) -> Vec<(Kind, String, Option<String>)> {
    let analysis = Hindi::new().unwrap().analyses(word, 1).remove(0);
    analysis.pieces.into_iter().map(|piece| (piece.kind, piece.tag.into_owned(), piece.canonical)).collect()
}

#[test]
fn infinitive() {
    holds(&["कर|ना", "जा|ने", "देख|नी", "बना|ना", "चाह|ने"]);
    holds(&["घटना", "सपना", "पुराना", "पानी", "रानी", "सामने", "अपना", "इतना", "बिना"]);
}

#[test]
fn imperfective() {
    holds(&["कर|ता", "हो|ती", "बोल|ते", "रह|तीं", "बता|ता"]);
    holds(&["नेता", "माता", "पिता", "कविता", "रास्ता", "खेती", "धरती"]);
}

#[test]
fn perfective_after_a_vowel() {
    holds(&["बना|या", "आ|ई", "लगा|ए", "खा|यी", "पि|या"]);
    holds(&["किराया", "भाई", "नया", "कई", "दुनिया", "रुपया"]);
}

#[test]
fn perfective_of_irregular_verbs() {
    holds(&["कि|या", "दि|ए", "ग|ई", "लि|या", "हु|आ", "हु|ईं"]);
    assert_eq!(pieces("किया")[0].2.as_deref(), Some("कर"));
    assert_eq!(pieces("गए")[0].2.as_deref(), Some("जा"));
    assert_eq!(pieces("हुआ")[0].2.as_deref(), Some("हो"));
}

#[test]
fn vowel_ending_after_a_consonant_is_no_cut() {
    holds(&["करे", "बोला", "चली", "करूँ", "करो", "करिए", "करेगा", "देखेंगे"]);
    assert_eq!(pieces("करेगा"), [(Kind::Stem, "Verb+Fut".to_owned(), Some("कर".to_owned()))]);
}

#[test]
fn future() {
    holds(&["जा|एगा", "आ|ऊँगा", "खा|ओगे", "हो|गा", "हों|गे", "दूँ|गा"]);
    holds(&["आगे", "दुर्गा", "जगह"]);
}

#[test]
fn subjunctive_and_polite() {
    holds(&["जा|ऊँ", "बता|ओ", "आ|एँ", "बता|इए", "दी|जिए", "की|जिए"]);
    holds(&["चाहिए", "लिए", "गाँव"]);
}

#[test]
fn converb() {
    holds(&["देख|कर", "जा|कर", "कर|के", "बैठ|कर"]);
    holds(&["नौकर", "चक्कर", "डॉक्टर", "शक्कर", "मगर"]);
}

#[test]
fn causative() {
    holds(&["कर|वा|ना", "बन|वा|या", "लिख|वा|ते"]);
    holds(&["हवा", "दवा"]);
}

#[test]
fn plural_after_a_vowel() {
    holds(&["भाषा|ओं", "भाषा|एँ", "नदि|यों", "नदि|याँ", "साधु|ओं", "समस्या|ओं", "वस्तु|एँ"]);
    holds(&["लोगों", "किताबें", "बच्चों", "लड़के", "दोनों"]);
    assert_eq!(pieces("नदियों")[0].2.as_deref(), Some("नदी"));
    assert_eq!(pieces("लोगों")[0].1, "Noun+Pl+Obl");
}

#[test]
fn wala() {
    holds(&["दूध|वाला", "कर|ने|वाले", "गाड़ी|वाली"]);
    holds(&["वाला", "दिवाला", "हवाला"]);
}

#[test]
fn pronoun_and_postposition() {
    holds(&["उस|ने", "मुझ|को", "उन|का", "इस|में", "जिस|से", "उन्हों|ने", "इस|लिए", "किसी|को"]);
    holds(&["मेरा", "मुझे", "हमारा", "उसे", "अपने"]);
}

#[test]
fn conjunction_ki() {
    holds(&["क्यों|कि", "जब|कि"]);
    holds(&["ताकि", "बल्कि", "कि"]);
    assert_eq!(pieces("क्योंकि")[1].0, Kind::Clitic);
}

#[test]
fn ordinal() {
    holds(&["पाँच|वाँ", "दस|वें", "20|वीं", "२१|वीं"]);
    holds(&["पहला", "भगवान", "2020", "दीवान"]);
}

#[test]
fn derivation() {
    holds(&["सुंदर|ता", "अपना|पन", "दुकान|दार", "महत्व|पूर्ण", "वर्गी|करण", "प्रतिनिधि|त्व", "शक्ति|शाली"]);
    holds(&["सरदार", "सरकार", "बाज़ार", "आसमान", "भगवान", "बचपन", "मैदान"]);
    assert_eq!(pieces("सुंदरता")[1], (Kind::Derivation, "Abstract".to_owned(), Some("ता".to_owned())));
}

#[test]
fn suffix_in_i_is_no_verb() {
    holds(&["शैतानी", "सरकारी", "बीमारी"]);
    assert_eq!(pieces("शैतानी")[0].1, "Noun+Adj");
}

#[test]
fn prefix() {
    holds(&["बे|घर", "अ|सफल", "उप|नाम", "महा|द्वीप", "पुनः|प्राप्ति", "अंतः|क्रिया", "प्रति|ध्वनि", "निः|शुल्क"]);
    holds(&["बेटा", "नाम", "महान", "उपाय", "अतिथि", "नाखून", "प्रति"]);
}

#[test]
fn visarga_sandhi_of_a_compound() {
    holds(&["मनो|रंजन", "तपो|वन", "अधो|गति"]);
    holds(&["मनोज", "निर्दोष", "दुष्कर्म", "सरोज", "पुनर्जन्म", "अन्तर्राष्ट्रीय"]);
    assert_eq!(pieces("मनोविज्ञान")[0], (Kind::Stem, "Compound".to_owned(), Some("मनः".to_owned())));
}

#[test]
fn vowel_sandhi_of_a_compound_is_no_cut() {
    holds(&["विद्यालय", "परोपकार", "सूर्योदय", "अत्यधिक"]);
    assert_eq!(pieces("कार्यालय")[0].2.as_deref(), Some("कार्य+आलय"));
    assert_eq!(pieces("सूर्य")[0].2.as_deref(), Some("सूर्य"));
}

#[test]
fn compound_of_two_known_stems() {
    holds(&["बैल|गाड़ी", "राष्ट्र|भाषा", "डाक|घर"]);
    holds(&["परिवार", "समाचार", "सरकार"]);
}

#[test]
fn both_nuktas_and_both_nasals_are_cut_alike() {
    for word in [
        "लड\u{93C}कि|या\u{901}",
        "लड\u{93C}कि|या\u{902}",
        "ल\u{95C}कि|या\u{901}",
        "ल\u{95C}कि|या\u{902}",
        "प\u{95D}|ना",
        "पढ\u{93C}|ना",
    ] {
        holds(&[word]);
    }
}

#[test]
fn other_scripts_and_fragments_stay_whole() {
    holds(&["hello", "े", "ाक", "क्", "", "3.5"]);
}
