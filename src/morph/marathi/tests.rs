use super::*;
use crate::morph::Kind;

/// The word with its cuts.
fn cut(word: &str) -> String {
    let mut cuts = Vec::new();
    Marathi::new().unwrap().boundaries(word, &mut cuts);
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
    let analysis = Marathi::new().unwrap().analyses(word, 1).remove(0);
    analysis.pieces.into_iter().map(|piece| (piece.kind, piece.tag.into_owned(), piece.canonical)).collect()
}

#[test]
fn dative() {
    holds(&["मुला|ला", "मुलां|ना", "शाळे|ला", "नदी|ला", "लोकां|ना", "आई|ला"]);
    holds(&["चांगला", "मला", "तुला", "सुचना"]);
}

#[test]
fn instrumental_and_sociative() {
    holds(&["घरा|ने", "लोकां|नी", "मदती|ने", "मित्रा|शी"]);
    holds(&["नमुने", "पाणी", "आणि"]);
}

#[test]
fn locative() {
    holds(&["घरा|त", "शाळे|त", "घरा|तून", "देशा|तील", "गावा|तला", "वस्तूं|त"]);
    holds(&["हात", "भारत", "मदत", "सात", "परत"]);
    assert_eq!(pieces("घरात")[0], (Kind::Stem, "Noun+Obl".to_owned(), Some("घर".to_owned())));
}

#[test]
fn genitive() {
    holds(&["घरा|चा", "मुलां|ची", "देशा|चे", "शाळे|च्या"]);
    holds(&["वाचन", "कच्चा"]);
}

#[test]
fn oblique_stem_has_the_direct_form_beside_it() {
    for (word, direct) in [("घराला", "घर"), ("शाळेला", "शाळा"), ("वस्तूंना", "वस्तू"), ("मुलांना", "मूल")]
    {
        let stem = &pieces(word)[0];
        assert!(stem.1.ends_with("Obl"), "{word}: {stem:?}");
        assert_eq!(stem.2.as_deref(), Some(direct), "{word}");
    }
}

#[test]
fn direct_shapes_are_no_cut() {
    holds(&["घरे", "शाळा", "नद्या", "वस्तू", "मुले"]);
}

#[test]
fn postposition() {
    holds(&["घरा|साठी", "मुलां|कडे", "घरा|पर्यंत", "कामा|मुळे", "घरा|मध्ये", "माणसा|सारखा", "घरा|वरून"]);
    holds(&["साठी", "वर", "मध्ये", "नगर", "सागर"]);
    assert_eq!(pieces("घरासाठी")[1].0, Kind::Clitic);
}

#[test]
fn postposition_with_a_vowel_keeps_its_letter() {
    holds(&["त्या|ऐवजी", "त्या|आधी"]);
}

#[test]
fn stacked_endings() {
    holds(&["घरा|तल्या|ला", "मुलां|च्या|साठी", "घरा|वर|चा", "कर|ण्या|साठी", "कर|णाऱ्या|ला", "घरा|त|च"]);
}

#[test]
fn foreign_stem_takes_cases_and_postpositions() {
    holds(&["IoT|साठी", "2020|मध्ये", "२०२०|मध्ये", "API|चा", "सर्व्हर|वर"]);
    holds(&["IoT", "2020"]);
}

#[test]
fn clitic() {
    holds(&["तो|ही", "घर|ही", "काही|तरी", "मी|सुद्धा", "आता|च"]);
    holds(&["नाही", "पाच", "उंच", "लगेच", "काही", "पण"]);
    assert_eq!(pieces("तोही")[1].0, Kind::Clitic);
}

#[test]
fn pronoun() {
    holds(&["त्या|ला", "त्यां|ना", "ति|च्या", "तुम्हा|ला", "ज्या|मुळे", "कोणा|ला", "या|चा"]);
    holds(&["माझा", "तुझी", "आपण", "त्या"]);
    assert_eq!(pieces("त्याला")[0].2.as_deref(), Some("तो"));
}

#[test]
fn present_and_imperfective() {
    holds(&["कर|तो", "कर|तात", "जा|ते", "बोल|त", "कर|तोस", "कर|ताना"]);
    holds(&["होता", "शेत", "रात"]);
}

#[test]
fn past() {
    holds(&["बस|ला", "बस|ले", "ठेव|ली", "बस|ल्या", "बस|लास", "के|ला", "गे|ली", "झा|ले", "दि|लेला", "आ|लेल्या"]);
    holds(&["चांगला", "मूल", "फूल"]);
    assert_eq!(pieces("केला")[0].2.as_deref(), Some("कर"));
}

#[test]
fn past_with_an_augment() {
    holds(&["घे|तला", "खा|ल्ला"]);
    holds(&["सांगितले", "म्हणाला", "राहिली"]);
    assert_eq!(pieces("म्हणाला")[0].1, "Verb+Past");
}

#[test]
fn future() {
    holds(&["जा|ईल", "कर|तील", "अस|शील", "हो|ईल"]);
    holds(&["करेल", "मिळेल", "तील"]);
}

#[test]
fn converb_purpose_and_obligation_after_a_vowel() {
    holds(&["जा|ऊन", "घे|ऊन", "जा|ऊ", "जा|यला", "जा|वे"]);
    holds(&["करून", "करायला", "करावे", "करू"]);
}

#[test]
fn participles_and_infinitive() {
    holds(&["कर|णे", "कर|णारा", "जा|णार", "वाढ|ण्या|चा"]);
    holds(&["कारण", "शिक्षण", "लक्षण"]);
}

#[test]
fn plural_of_the_copula() {
    holds(&["आहे|त", "नाही|त", "आहे|स"]);
    holds(&["आहे", "नाही"]);
}

#[test]
fn adverb_of_place() {
    holds(&["येथील", "तिथून", "कुठ|ला", "इथ|ला"]);
    assert_eq!(pieces("येथील")[0].1, "Adv+Gen");
}

#[test]
fn ordinal() {
    holds(&["पाच|वा", "दहा|व्या", "20|वे", "२१|व्या"]);
    holds(&["नवा", "हवा"]);
}

#[test]
fn derivation() {
    holds(&["चांगुल|पणा", "आवश्यक|ता", "जबाबदार|पणे", "महत्त्व|पूर्ण", "वर्गी|करण", "सुसंगत|ते|चा"]);
    holds(&["सरदार", "सरकार", "भगवान", "मैदान", "शेतकरी"]);
    assert_eq!(pieces("आवश्यकता")[1].0, Kind::Derivation);
}

#[test]
fn prefix() {
    holds(&["अ|सुरक्षित", "बे|घर", "गैर|समज", "उप|प्रकार", "आंतर|राष्ट्रीय", "स्व|तंत्र"]);
    holds(&["नाव", "अनेक", "महान", "उपाय"]);
}

#[test]
fn sandhi_of_a_compound() {
    holds(&["मनो|रंजन", "तपो|वन"]);
    holds(&["विद्यालय", "मनोज", "निर्दोष"]);
}

#[test]
fn compound_of_two_known_stems() {
    holds(&["लोक|संख्या", "कार्य|शाळा", "साथ|रोगा|च्या"]);
    holds(&["समाचार", "परिवार"]);
}

#[test]
fn both_spellings_of_the_eyelash_r_are_cut_alike() {
    holds(&["शेतक\u{931}\u{94D}यां|ना", "शेतकर\u{94D}\u{200D}यां|ना", "शेतकर\u{93C}\u{94D}यां|ना"]);
    holds(&["कर|णा\u{931}\u{94D}या", "कर|णार\u{94D}\u{200D}या"]);
}
