//! Endings and prefixes of Marathi.
//!
//! A noun stands in a direct or in an oblique shape, and cases and postpositions are written together with the oblique
//! one: मूल, मुला|ला, मुलां|च्या|साठी. Its stem is listed without the vowel that makes the shape (घोड of घोडा, घोड्या|ला), so
//! that all shapes are witnesses of one stem. Vowels of endings are listed as letters; where the first vowel of an ending
//! is a sign of the stem's last letter, there is no cut: करून and करेल are whole, जा|ऊन and जा|ईल are not.

use super::lists;
use crate::morph::indic::script::after::{A, ANY, CONSONANT, FOREIGN, LETTER, NASAL, OPEN, VOWEL};
use crate::morph::indic::table::{
    Class, Family, Meets, Open, Prefix, Table, VISARGA, class, clitic, derivation, ending, nominal, prefix, shape,
};

const CLASSES: &[Class] = &[
    nominal("noun", "Noun", "noun", Open::Yes),
    class("verb", "Verb", "verb", Open::No),
    // Verbs that no list has: they take the endings that only verbs have.
    class("coined", "Verb", "coined", Open::Yes),
    // के of कर, गे of जा, before -ला.
    class("past", "Verb", "past", Open::No),
    // Verbs whose past has -त-, -आ- or -इ- before -ला: घेतला, म्हणाला, राहिला.
    class("augmented", "Verb", "augmented", Open::No),
    class("long", "Verb", "long", Open::No),
    class("short", "Verb", "short", Open::No),
    class("copula", "Verb", "copula", Open::No),
    class("pronoun", "Pron", "oblique", Open::No),
    class("numeral", "Num", "numeral", Open::No),
    // Adverbs of place without their vowel: येथ of येथे.
    class("adverb", "Adv", "adverb", Open::No),
    class("word", "", "word", Open::No),
    class("foreign", "", "foreign", Open::Foreign),
];

const SHAPES: &[Family] = &[
    shape("noun", "direct", "", CONSONANT | LETTER | FOREIGN, "-"),
    // घोडा, नदी, वस्तू, घरे; नद्या.
    shape("noun", "direct", "", CONSONANT, "आ ई ऊ ए ओ इ उ ं ्या ़्या"),
    shape("noun", "shaped", "", CONSONANT | LETTER | FOREIGN, "-"),
    // घरा|ला, घोड्या|ला, शेतकऱ्या|ला, शाळे|ला, नदी|ला, वस्तू|ला.
    shape("noun", "shaped", "Obl", CONSONANT, "आ ्या ़्या ए ई ऊ ओ इ उ"),
    shape("noun", "shaped", "Pl+Obl", CONSONANT, "आं ्यां ़्यां ईं ऊं"),
    shape("noun", "shaped", "Pl+Obl", LETTER, "ं"),
];

/// Cases and postpositions, which both an oblique noun and what ends in -च्या take.
macro_rules! cases {
    ($from:literal) => {
        [
            ending($from, "cased", "Dat", ANY, "ला"),
            ending($from, "cased", "Dat", VOWEL, "स"),
            ending($from, "cased", "Dat", NASAL, "ना"),
            ending($from, "cased", "Ins", ANY, "ने नं"),
            ending($from, "cased", "Ins", NASAL, "नी"),
            ending($from, "cased", "Soc", ANY, "शी"),
            ending($from, "cased", "Abl", ANY, "हून"),
            ending($from, "cased", "Loc", VOWEL | NASAL, "त"),
            ending($from, "cased", "Loc+Abl", VOWEL | NASAL, "तून"),
            ending($from, "cased", "Loc+Gen", VOWEL | NASAL, "तला तली तले तलं तील"),
            ending($from, "oblique", "Loc+Gen", VOWEL | NASAL, "तल्या"),
            ending($from, "cased", "Gen", ANY, "चा ची चे चं"),
            ending($from, "oblique", "Gen", ANY, "च्या"),
            clitic($from, "postposed", "Post", ANY, POSTPOSITIONS),
            clitic($from, "postposed", "Post", OPEN, VOWEL_POSTPOSITIONS),
            clitic($from, "cased", "Post", ANY, DECLINED_POSTPOSITIONS),
            clitic($from, "oblique", "Post", ANY, OBLIQUE_POSTPOSITIONS),
        ]
    };
}

const POSTPOSITIONS: &str = "\
    वर वरून वरील वरती मध्ये मधे मधून मधील साठी पासून पर्यंत कडे कडून कडील जवळ जवळून जवळील खाली खालून खालील मागे मागून मागील पुढे पुढून \
    पुढील बरोबर सोबत प्रमाणे मुळे विषयी बद्दल बाबत शिवाय करिता करता द्वारे मार्फत नुसार नंतर पूर्वी दरम्यान भोवती बाहेर बाहेरील \
    समोर समोरील वाचून विना विरुद्ध विरोधात पेक्षा तर्फे पैकी प्रती प्रत भर मात्र सह सकट लगत नजीक निहाय वजा सम खेरीज देखत समक्ष";
/// Those that begin with a vowel, which stays a letter.
const VOWEL_POSTPOSITIONS: &str = "ऐवजी अंतर्गत आधी अगोदर आत आतील आतून अखेर इतका इतकी इतके एवढा एवढी एवढे";
const DECLINED_POSTPOSITIONS: &str = "\
    सारखा सारखी सारखे सारखं पुरता पुरती पुरते पुरतं मधला मधली मधले मधलं जोगा जोगी जोगे वरचा वरची वरचे कडचा कडची कडचे \
    जवळचा जवळची जवळचे खालचा खालची खालचे मागचा मागची मागचे पुढचा पुढची पुढचे समोरचा समोरची समोरचे";
const OBLIQUE_POSTPOSITIONS: &str = "सारख्या पुरत्या मधल्या वरच्या कडच्या जवळच्या खालच्या मागच्या पुढच्या समोरच्या";

const OBLIQUE: &[Family] = &cases!("oblique");
const SHAPED: &[Family] = &cases!("shaped");
const POSTPOSED: &[Family] =
    &[ending("postposed", "cased", "Gen", ANY, "चा ची चे चं"), ending("postposed", "oblique", "Gen", ANY, "च्या")];

/// Words of emphasis that lean on any form.
const fn emphasis(from: &'static str) -> Family {
    clitic(from, "end", "Emph", ANY, "च ही सुद्धा सुध्दा देखील पण तरी")
}

const EMPHASIS: &[Family] = &[
    emphasis("direct"),
    emphasis("oblique"),
    emphasis("cased"),
    emphasis("postposed"),
    emphasis("finite"),
    emphasis("numeral"),
    emphasis("word"),
    emphasis("copula"),
];

const VERBS: &[Family] = &[
    ending("verb", "cased", "Inf", ANY, "णे णं"),
    ending("verb", "oblique", "Inf+Obl", ANY, "ण्या"),
    ending("verb", "finite", "Prosp", ANY, "णार"),
    ending("verb", "cased", "Prosp", ANY, "णारा णारी णारे णारं"),
    ending("verb", "oblique", "Prosp+Obl", ANY, "णाऱ्या णाऱ्यां"),
    ending("verb", "finite", "Impf", ANY, "त ता तं तां"),
    ending("verb", "finite", "Impf", CONSONANT, "ईत इत"),
    ending("verb", "finite", "Pres", ANY, "तो ते ती तात तोस तेस"),
    ending("verb", "finite", "While", ANY, "ताना तांना"),
    ending("verb", "finite", "Purp", CONSONANT, "आयला आयचा आयची आयचे आयचं"),
    ending("verb", "oblique", "Purp", CONSONANT, "आयच्या"),
    ending("verb", "finite", "Purp", VOWEL, "यला यचा यची यचे यचं"),
    ending("verb", "oblique", "Purp", VOWEL, "यच्या"),
    ending("verb", "finite", "Purp", CONSONANT | VOWEL, "ऊ ऊस"),
    ending("verb", "finite", "Conv", CONSONANT | VOWEL, "ऊन"),
    ending("verb", "finite", "Oblig", CONSONANT, "आवा आवी आवे आवं आव्या आवेत आवीत आव्यात"),
    ending("verb", "finite", "Oblig", VOWEL, "वा वी वे वं व्या वेत वीत व्यात"),
    ending("verb", "finite", "Hort", CONSONANT | VOWEL, "ऊया ऊयात"),
    ending("verb", "finite", "Fut", CONSONANT | VOWEL, "ईन ईल एन एल आल"),
    ending("verb", "finite", "Fut", ANY, "शील तील"),
    ending("verb", "finite", "Opt", VOWEL, "ओ"),
    // होई, होई|पर्यंत.
    ending("verb", "oblique", "Habit", VOWEL, "ई"),
    shape("verb", "oblique", "Habit", CONSONANT, "ई"),
    shape("verb", "finite", "Imp", CONSONANT, "आ ओ"),
    // Verbs in -व have -वि before many endings: करविणे.
    ending("verb", "cased", "Inf", CONSONANT, "इणे"),
    ending("verb", "oblique", "Inf+Obl", CONSONANT, "इण्या"),
    ending("verb", "finite", "Prosp", CONSONANT, "इणार"),
    ending("verb", "cased", "Prosp", CONSONANT, "इणारा इणारी इणारे"),
    ending("verb", "oblique", "Prosp+Obl", CONSONANT, "इणाऱ्या"),
    ending("verb", "finite", "Pres", CONSONANT, "इतो इते इतात"),
    ending("verb", "finite", "While", CONSONANT, "इताना"),
    derivation("verb", "verb", "Caus", CONSONANT, "व"),
    derivation("verb", "noun", "Act", ANY, "णूक ण"),
];

/// The endings that make the past; an augment is written in front of each where the class has one.
macro_rules! past {
    ($from:literal, $after:expr, $finite:literal, $feminine:literal, $participle:literal, $oblique:literal) => {
        [
            ending($from, "finite", "Past", $after, $finite),
            ending($from, "oblique", "Past", $after, $feminine),
            ending($from, "cased", "PastPart", $after, $participle),
            ending($from, "oblique", "PastPart+Obl", $after, $oblique),
        ]
    };
}

const PAST: &[Family] = &past!("past", ANY, "ला ली ले लं लो लात लास लीस लेस लीत लेत", "ल्या", "लेला लेली लेले लेलं", "लेल्या लेल्यां");
const VERB_PAST: &[Family] =
    &past!("verb", ANY, "ला ली ले लं लो लात लास लीस लेस लीत लेत", "ल्या", "लेला लेली लेले लेलं", "लेल्या लेल्यां");
const DOUBLE_PAST: &[Family] = &past!("verb", A, "ल्ला ल्ली ल्ले ल्लं", "ल्ल्या", "ल्लेला ल्लेली ल्लेले", "ल्लेल्या");
const CAUSATIVE_PAST: &[Family] = &past!("verb", CONSONANT, "इला इली इले इलं", "इल्या", "इलेला इलेली इलेले", "इलेल्या");
const AUGMENTED_CONSONANT: &[Family] =
    &past!("augmented", CONSONANT, "इतला इतली इतले इतलं", "इतल्या", "इतलेला इतलेली इतलेले इतलेलं", "इतलेल्या");
const AUGMENTED_VOWEL: &[Family] =
    &past!("augmented", VOWEL, "तला तली तले तलं तलात तलास", "तल्या", "तलेला तलेली तलेले तलेलं", "तलेल्या");
const LONG: &[Family] =
    &past!("long", CONSONANT, "आला आली आले आलं आलो आलात आलास", "आल्या", "आलेला आलेली आलेले आलेलं", "आलेल्या आलेल्यां");
const SHORT: &[Family] =
    &past!("short", CONSONANT, "इला इली इले इलं इलो इलात इलास", "इल्या", "इलेला इलेली इलेले इलेलं", "इलेल्या इलेल्यां");

const COINED: &[Family] = &[
    ending("coined", "cased", "Inf", ANY, "णे णं"),
    ending("coined", "oblique", "Inf+Obl", ANY, "ण्या"),
    ending("coined", "finite", "Prosp", ANY, "णार"),
    ending("coined", "cased", "Prosp", ANY, "णारा णारी णारे णारं"),
    ending("coined", "oblique", "Prosp+Obl", ANY, "णाऱ्या णाऱ्यां"),
    ending("coined", "finite", "Pres", ANY, "तो ते तात"),
    ending("coined", "finite", "While", ANY, "ताना तांना"),
    ending("coined", "finite", "Past", CONSONANT, "ला ली ले"),
    ending("coined", "oblique", "Past", CONSONANT, "ल्या"),
    ending("coined", "cased", "PastPart", ANY, "लेला लेली लेले लेलं"),
    ending("coined", "oblique", "PastPart+Obl", ANY, "लेल्या लेल्यां"),
    ending("coined", "finite", "Conv", CONSONANT, "ऊन"),
    ending("coined", "finite", "Purp", CONSONANT, "आयला आयचा आयची आयचे आयचं"),
];

const OTHERS: &[Family] = &[
    ending("copula", "finite", "Pers", ANY, "त स"),
    shape("adverb", "direct", "", ANY, "-"),
    shape("adverb", "direct", "", CONSONANT, "ए ई"),
    ending("adverb", "cased", "Abl", CONSONANT, "ऊन"),
    ending("adverb", "cased", "Gen", CONSONANT, "ईल ला ली ले लं चा ची चे चं"),
    ending("adverb", "oblique", "Gen", CONSONANT, "ल्या च्या"),
    ending("noun", "cased", "Abl", CONSONANT, "ऊन"),
    shape("numeral", "shaped", "", ANY, "-"),
    shape("numeral", "shaped", "Obl", CONSONANT, "आ"),
    derivation("numeral", "cased", "Ord", ANY, "वा वी वे वं"),
    derivation("numeral", "oblique", "Ord", ANY, "व्या"),
    shape("foreign", "shaped", "", FOREIGN, "-"),
    derivation("foreign", "cased", "Ord", FOREIGN, "वा वी वे वं"),
    derivation("foreign", "oblique", "Ord", FOREIGN, "व्या"),
];

const DERIVATIONS: &[Family] = &[
    derivation("direct", "noun", "Abstract", ANY, "पण त्व"),
    // सुंदर|ता, सुंदर|ते|ला: -ता has no other shapes.
    derivation("direct", "abstract", "Abstract", CONSONANT, "त"),
    shape("abstract", "direct", "", CONSONANT, "आ"),
    shape("abstract", "shaped", "Obl", CONSONANT, "ए"),
    shape("abstract", "shaped", "Pl+Obl", CONSONANT, "आं"),
    derivation(
        "direct",
        "noun",
        "Having",
        ANY,
        "दार वाल वान मान वंत वत युक्त पूर्ण पूर्वक शाली शील मय ग्रस्त निष्ठ बद्ध प्रद जन्य बंद",
    ),
    derivation("direct", "noun", "Lacking", ANY, "हीन विहीन रहित विरहित मुक्त शून्य"),
    derivation(
        "direct",
        "noun",
        "Doer",
        ANY,
        "कार कारी कारक गार दायक दायी जनक वादी धारी धारक बाज खोर वासी जीवी कर्ता परस्त",
    ),
    // पुणे|कर, पुणे|करा|ला, but शेतकरी has become one word.
    derivation("direct", "resident", "Doer", ANY, "कर"),
    shape("resident", "direct", "", CONSONANT, "-"),
    shape("resident", "shaped", "Obl", CONSONANT, "आ"),
    shape("resident", "shaped", "Pl+Obl", CONSONANT, "आं"),
    derivation("direct", "noun", "Act", ANY, "करण वाद दारी बाजी गिरी बंदी"),
    // वर्ग, वर्गी|करण.
    shape("noun", "made", "", CONSONANT, "ई"),
    derivation("made", "noun", "Act", ANY, "करण कृत"),
    derivation("direct", "noun", "Degree", CONSONANT, "तर तम"),
    derivation("direct", "noun", "Place", ANY, "दाणी खाना शाळा स्थान"),
    derivation("direct", "noun", "Field", ANY, "शास्त्र विज्ञान विषयक"),
    derivation("direct", "end", "Manner", ANY, "दृष्ट्या रित्या रीत्या वार"),
];

const PREFIXES: &[Prefix] = &[
    prefix("Neg", Meets::Consonant, 2, "अ"),
    prefix("Neg", Meets::Vowel, 2, "अन"),
    prefix("Neg", Meets::Any, 2, "बे ना गैर बिन निः"),
    prefix("Sub", Meets::Any, 2, "उप सह अति प्रति सु कु"),
    prefix("Again", Meets::Any, 2, "पुनः"),
    prefix("Inter", Meets::Any, 2, "आंतर अंतर अंतः"),
    prefix("Great", Meets::Any, 2, "महा"),
    prefix("Manner", Meets::Any, 2, "बद खुश दर हर दुः"),
    prefix("Part", Meets::Any, 2, "अर्ध अल्प बहु सर्व पूर्व नव स्व आत्म विश्व मध्य"),
    VISARGA,
];

pub(super) const TABLE: Table = Table {
    lang: "mr",
    finals: &[
        "direct",
        "oblique",
        "cased",
        "postposed",
        "verb",
        "copula",
        "finite",
        "numeral",
        "foreign",
        "word",
        "end",
    ],
    classes: CLASSES,
    families: &[
        SHAPES,
        OBLIQUE,
        SHAPED,
        POSTPOSED,
        EMPHASIS,
        VERBS,
        PAST,
        VERB_PAST,
        DOUBLE_PAST,
        CAUSATIVE_PAST,
        AUGMENTED_CONSONANT,
        AUGMENTED_VOWEL,
        LONG,
        SHORT,
        COINED,
        OTHERS,
        DERIVATIONS,
    ],
    prefixes: PREFIXES,
    stems: lists::STEMS,
    compounds: "noun",
    verbal: &["verb", "augmented", "long", "short"],
    participles: "त ल लेल णार ताना तात ता ते ति तो ले ला लि ल्या",
    verb_ends: "लेल णार णाऱ ताना",
};
