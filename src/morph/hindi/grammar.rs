//! Endings and prefixes of Hindi.
//!
//! Candrabindu and anusvara are one here, as everywhere in the engine, so forms are listed with an anusvara. Vowels are
//! listed as letters. Where the first vowel of an ending is a sign of the stem's last letter, there is no cut: करेगा and
//! लोगों are whole, जा|एगा and भाषा|ओं are not.

use super::lists;
use crate::morph::indic::script::after::{A, ANY, CONSONANT, FOREIGN, I, NASAL, PLAIN, VOWEL};
use crate::morph::indic::table::{
    Class, Family, Meets, Open, Prefix, Table, VISARGA, class, clitic, derivation, ending, nominal, prefix, shape,
};

const CLASSES: &[Class] = &[
    nominal("noun", "Noun", "noun", Open::Yes),
    // Nouns and adjectives in -ā, without it.
    nominal("declined", "Noun", "declined", Open::No),
    class("verb", "Verb", "verb", Open::No),
    // Verbs that no list has: they take the endings that only verbs have.
    class("coined", "Verb", "coined", Open::Yes),
    // कि of कर, ग of जा.
    class("perfective", "Verb", "perfective", Open::No),
    // दूँ of दे, हो: what the future ending is added to as a whole.
    class("future", "Verb", "future", Open::No),
    // की of कर, दी of दे, before -जिए.
    class("polite", "Verb", "polite", Open::No),
    class("pronoun", "Pron", "pronoun", Open::No),
    class("numeral", "Num", "numeral", Open::No),
    class("conjunction", "Conj", "conjunction", Open::No),
    class("word", "", "word", Open::No),
    class("foreign", "", "foreign", Open::Foreign),
];

const NOUNS: &[Family] = &[
    ending("noun", "end", "Pl+Obl", CONSONANT | VOWEL, "ओं"),
    ending("noun", "end", "Pl+Obl", I, "यों"),
    ending("noun", "end", "Pl", CONSONANT | VOWEL, "एं"),
    ending("noun", "end", "Pl", VOWEL, "यें"),
    ending("noun", "end", "Pl", I, "यां"),
    // चिड़िया, चिड़ियाँ.
    shape("noun", "end", "Pl", A, "ं"),
    ending("noun", "end", "Voc", I, "यो"),
    shape("noun", "end", "Voc", CONSONANT, "ओ"),
    shape("declined", "end", "", PLAIN | VOWEL, "आ ए ई"),
    shape("declined", "end", "Pl+Obl", PLAIN | VOWEL, "ओं"),
    // कुदरत, कुदरती.
    shape("noun", "noun", "Adj", PLAIN, "ई"),
];

const VERBS: &[Family] = &[
    ending("verb", "end", "Inf", ANY, "ना नी"),
    ending("verb", "infinitive", "Inf+Obl", ANY, "ने"),
    ending("verb", "end", "Impf", ANY, "ता ते ती तीं"),
    ending("verb", "end", "Perf", VOWEL, "या ये यी यीं"),
    ending("verb", "end", "Perf", CONSONANT | VOWEL, "ए ई ईं"),
    shape("verb", "end", "Perf", CONSONANT, "आ"),
    ending("verb", "end", "Subj", CONSONANT | VOWEL, "ऊं एं ओ"),
    ending("verb", "end", "Subj", VOWEL, "यें वे वें"),
    ending("verb", "end", "Fut", CONSONANT | VOWEL, "ऊंगा ऊंगी एगा एगी एंगे एंगी ओगे ओगी"),
    ending("verb", "end", "Fut", VOWEL, "येगा येगी येंगे येंगी वेगा वेगी"),
    ending("verb", "end", "Polite", CONSONANT | VOWEL, "इए इये इएगा इयेगा"),
    ending("verb", "end", "Conv", ANY, "कर के करके"),
    ending("perfective", "end", "Perf", ANY, "या ये यी यीं ^आ ^ए ^ई ^ईं"),
    ending("future", "end", "Fut", ANY, "गा गे गी"),
    ending("polite", "end", "Polite", ANY, "जिए जिये जिएगा जियेगा"),
    ending("coined", "end", "Inf", ANY, "ना"),
    ending("coined", "infinitive", "Inf+Obl", ANY, "ने"),
    ending("coined", "end", "Impf", ANY, "ता ते ती तीं"),
    ending("coined", "end", "Perf", A, "या ये यी यीं ए ई ईं"),
    ending("coined", "end", "Fut", CONSONANT | A, "एगा एगी एंगे एंगी"),
    ending("coined", "end", "Conv", ANY, "कर के करके"),
    derivation("verb", "verb", "Caus", CONSONANT, "वा"),
    derivation("verb", "noun", "Act", A, "वट हट"),
    derivation("infinitive", "end", "Agent", ANY, "वाला वाले वाली वालों"),
];

const OTHERS: &[Family] = &[
    clitic("pronoun", "end", "Erg", ANY, "ने"),
    clitic("pronoun", "end", "Dat", ANY, "को"),
    clitic("pronoun", "end", "Abl", ANY, "से"),
    clitic("pronoun", "end", "Gen", ANY, "का के की"),
    clitic("pronoun", "end", "Loc", ANY, "में पर"),
    clitic("pronoun", "end", "Post", ANY, "लिए तक"),
    clitic("conjunction", "end", "Conj", ANY, "कि"),
    derivation("numeral", "end", "Ord", ANY, "वां वीं वें वा वी वे"),
    derivation("numeral", "end", "Times", ANY, "गुना गुने गुनी"),
    shape("numeral", "end", "All", CONSONANT, "ओं"),
    derivation("foreign", "end", "Ord", FOREIGN, "वां वीं वें वा वी वे"),
    ending("foreign", "end", "Pl", FOREIGN, "ओं"),
];

const DERIVATIONS: &[Family] = &[
    derivation("noun", "end", "Agent", ANY, "वाला वाले वाली वालों वालियां"),
    derivation("noun", "noun", "Abstract", CONSONANT | VOWEL | NASAL, "पन पना त्व ता"),
    derivation(
        "noun",
        "noun",
        "Having",
        ANY,
        "दार वान वती मान मती मंद वंत शाली शील युक्त पूर्ण पूर्वक मय नाक ग्रस्त निष्ठ बद्ध प्रद बंद पोश ज़दा पसंद",
    ),
    derivation("noun", "noun", "Lacking", ANY, "हीन विहीन रहित मुक्त"),
    derivation(
        "noun",
        "noun",
        "Doer",
        ANY,
        "कार कारी कारक कर गार गर दायक दायी जनक वादी धारी बाज़ बाज खोर ख़ोर वासी जीवी गामी कर्ता परस्त साज़ बान गीर फ़रोश नवीस नशीन",
    ),
    derivation("noun", "noun", "Act", ANY, "करण वाद दारी बाज़ी बाजी गिरी कारिता बंदी परस्ती खोरी"),
    // वर्ग, वर्गी|करण.
    shape("noun", "made", "", PLAIN, "ई"),
    derivation("made", "noun", "Act", ANY, "करण कृत"),
    derivation("noun", "noun", "Degree", CONSONANT, "तर तम"),
    derivation("noun", "noun", "Place", ANY, "दान दानी खाना खाने ख़ाना ख़ाने शाला स्थान स्तान गाह"),
    derivation("noun", "noun", "Field", ANY, "शास्त्र विज्ञान"),
    derivation("noun", "end", "Measure", ANY, "भर वार नुमा"),
];

const PREFIXES: &[Prefix] = &[
    prefix("Neg", Meets::Consonant, 2, "अ"),
    prefix("Neg", Meets::Vowel, 2, "अन"),
    prefix("Neg", Meets::Any, 2, "बे ला ना गैर ग़ैर बिन निः"),
    prefix("Sub", Meets::Any, 2, "उप सह अति प्रति सु कु"),
    prefix("Again", Meets::Any, 2, "पुनः"),
    prefix("Inter", Meets::Any, 2, "अंतर अन्तर अंतः अन्तः"),
    prefix("Great", Meets::Any, 2, "महा"),
    prefix("Manner", Meets::Any, 2, "बद खुश ख़ुश हर हम कम दुः"),
    prefix("Part", Meets::Any, 2, "अर्ध अल्प बहु सर्व पूर्व नव स्व आत्म विश्व मध्य प्रातः"),
    VISARGA,
];

pub(super) const TABLE: Table = Table {
    lang: "hi",
    finals: &["noun", "verb", "future", "pronoun", "numeral", "foreign", "word", "conjunction", "infinitive", "end"],
    classes: CLASSES,
    families: &[NOUNS, VERBS, OTHERS, DERIVATIONS],
    prefixes: PREFIXES,
    stems: lists::STEMS,
    compounds: "noun",
    verbal: &["verb"],
    participles: "ना नि ने ता ति ते",
    verb_ends: "ाया ाये ाएगा ाएगि ाएंगे ाएंगि ाउंगा ाउंगि ाओगे",
};
