use std::collections::BTreeMap;

use proptest::prelude::*;
use toktool::morph::lexical;
use toktool::morph::lexical::{Entries, WordList};

use super::*;
use crate::subject::{Baseline, Subject};
use toktool::encode::Scratch;

fn turkish(tokens: &[(&[u8], u64)]) -> Lexicality {
    let lexicon = lexical("tr").unwrap();
    measure(tokens.iter().copied(), &*lexicon, lexicon.folding())
}

fn shares(distinct: (u64, u64), running: (u64, u64)) -> Shares {
    Shares { distinct: Share::of(distinct.0, distinct.1), running: Share::of(running.0, running.1) }
}

#[test]
fn every_figure_of_a_small_text_is_what_the_hand_computes() {
    // token        count  unit         bucket       valid pure single
    // "ev"             4  ev           letters      x     x            together " Ev" and "EV": one unit, count 4 + 2 + 1 = 7
    // " Ev"            2
    // "EV"             1
    // " evlerden"      3  evlerden     letters      x
    // "ler"            5  ler          letters      x     x
    // "lerinden"       2  lerinden     letters      x
    // "'da"            1  'da          letters      x     x
    // "i"              6  i            letters      x     x    x
    // " xyzq"          2  xyzq         letters
    // "3"              4  3            digits
    // "."              7  .            punctuation
    // "3'ü"            1  3'ü          mixed        x
    // "\xc5"           2  \xc5         fragments
    // " ", "\n"      3+1  ""           empty
    // 16 different tokens, 44 in all; 11 units that are not empty (44 - 4 = 40 running), 13 with the empty one: " " and "\n"
    // are one unit, "", so 12.
    let tokens: [(&[u8], u64); 15] = [
        (b"ev", 4),
        (b" Ev", 2),
        (b"EV", 1),
        (b" evlerden", 3),
        (b"ler", 5),
        (b"lerinden", 2),
        (b"'da", 1),
        (b"i", 6),
        (b" xyzq", 2),
        (b"3", 4),
        (b".", 7),
        ("3'ü".as_bytes(), 1),
        (b"\xc5", 2),
        (b" ", 3),
        (b"\n", 1),
    ];
    let got = turkish(&tokens);
    assert_eq!((got.tokens, got.distinct_tokens), (44, 15));
    // All: ev evlerden ler lerinden 'da i xyzq 3 . 3'ü \xc5. Valid: ev 7, evlerden 3, ler 5, lerinden 2, 'da 1, i 6, 3'ü 1 = 25
    // running, 7 distinct. Pure: ev 7, ler 5, 'da 1, i 6 = 19, 4.
    assert_eq!(got.all.valid, shares((7, 11), (25, 40)));
    assert_eq!(got.all.pure, shares((4, 11), (19, 40)));
    // Letters: without 3, ".", 3'ü and \xc5: 7 units, 40 - 4 - 7 - 1 - 2 = 26 running; valid 6 and 24, pure 4 and 19.
    assert_eq!(got.letters.valid, shares((6, 7), (24, 26)));
    assert_eq!(got.letters.pure, shares((4, 7), (19, 26)));
    // Long: without i.
    assert_eq!(got.long.valid, shares((5, 6), (18, 20)));
    assert_eq!(got.long.pure, shares((3, 6), (13, 20)));
    assert_eq!(got.single, shares((1, 11), (6, 40)));
    // letters, digits, punctuation, mixed, fragments, empty.
    let buckets = [(7, 26), (1, 4), (1, 7), (1, 1), (1, 2), (1, 4)].map(|(d, r)| shares((d, 12), (r, 44)));
    assert_eq!(got.buckets, buckets);

    let figures: BTreeMap<String, Option<f64>> =
        got.figures().into_iter().map(|(name, share)| (name, share.percent())).collect();
    assert_eq!(figures["tr_distinct"], Some(700.0 / 11.0));
    assert_eq!(figures["tr_running"], Some(62.5));
    assert_eq!(figures["pure_running"], Some(47.5));
    assert_eq!(figures["pure_distinct_long"], Some(50.0));
    assert_eq!(figures["single_letters_running"], Some(15.0));
    assert_eq!(figures["units_fragments_distinct"], Some(100.0 / 12.0));
    assert_eq!(figures.len(), 12 + 2 + 12);
    assert!(got.lexicon.contains("sha256"));
}

#[test]
fn what_cannot_be_measured_is_not_there() {
    for tokens in [&[][..], &[(&b" "[..], 3)], &[(&b"ev"[..], 0)]] {
        let got = turkish(tokens);
        assert_eq!((got.all.valid.distinct.percent(), got.all.pure.running.percent()), (None, None));
        assert_eq!(got.single.running.percent(), None);
    }
    let words = WordList::from_bytes(b"evler\n", "words", Entries::Words, Folding::of("tr")).unwrap();
    let got = measure([("evler", 1), ("xyz", 1)], &words, words.folding());
    assert_eq!(got.all.valid.distinct.percent(), Some(50.0));
    assert_eq!(got.all.pure.distinct, Share { part: None, n: 2 });
    assert_eq!(got.all.pure.distinct.percent(), None);
}

#[test]
fn folding_decides_what_is_one_unit() {
    let list = WordList::from_bytes("kâr\n".as_bytes(), "x", Entries::Morphemes, Folding::of("tr")).unwrap();
    let tokens = [("kâr", 1), (" KÂR", 2), ("ka\u{302}r", 4), ("kar", 8)];
    let usual = measure(tokens, &list, list.folding());
    assert_eq!(usual.all.valid, shares((1, 2), (7, 15)));
    let exact = measure(tokens, &list, Folding::NONE);
    assert_eq!(exact.all.valid.distinct, Share::of(3, 4));
    let lexicon = lexical("tr").unwrap();
    let flat = measure(tokens, &*lexicon, Folding { circumflex: true, ..lexicon.folding() });
    assert_eq!(flat.all.valid, shares((1, 1), (15, 15)));
}

fn baseline(baseline: Baseline, text: &str) -> Lexicality {
    let subject = Subject::baseline(baseline);
    let mut tokens: BTreeMap<&[u8], u64> = BTreeMap::new();
    for line in text.lines() {
        for token in subject.tokens(line, &mut Scratch::default(), &mut Vec::new()).unwrap() {
            *tokens.entry(&line.as_bytes()[token.start..token.end]).or_default() += 1;
        }
    }
    let lexicon = lexical("tr").unwrap();
    measure(tokens, &*lexicon, lexicon.folding())
}

/// The gaming case: who cuts between all characters is right nearly always, and the figures beside it say so.
#[test]
fn single_characters_score_high_and_are_seen_to_be_single() {
    let text = include_str!("../../../data/tr/sample-eval.txt");
    let (characters, random) =
        (baseline(Baseline::Characters, text), baseline(Baseline::Random { rate: 0.3, seed: 1 }, text));
    let letters = |l: &Lexicality| l.letters.pure.running.percent().unwrap();
    assert!(letters(&characters) > 90.0 && letters(&characters) > letters(&random) + 10.0);
    assert!(characters.single.running.percent().unwrap() > 90.0);
    assert_eq!(characters.long.valid.running, Share::of(0, 0), "no figure without single letters");
    let bytes = baseline(Baseline::Bytes, text);
    assert!(bytes.buckets[Bucket::Fragment as usize].running.part.unwrap() > 0);
    let words = baseline(Baseline::Words, text);
    assert!(words.letters.valid.running.percent().unwrap() > 95.0);
}

proptest! {
    #[test]
    fn equals_counting_one_by_one(
        tokens in prop::collection::vec(("( |▁|\u{a0})?(ev|EV|ler|i|İ|ş|evlerden|x|3|\\.|ev\\.|'da|ev de|)( |\n)?", 0..5u64), 0..40),
        bytes in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..4), 1..3u64), 0..6),
    ) {
        let all: Vec<(Vec<u8>, u64)> = tokens.into_iter().map(|(t, n)| (t.into_bytes(), n)).chain(bytes).collect();
        let lexicon = lexical("tr").unwrap();
        let got = measure(all.iter().map(|(t, n)| (t, *n)), &*lexicon, lexicon.folding());
        // The naive twin: a map of units, then plain counts.
        let mut units: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
        for (token, count) in all.iter().filter(|row| row.1 > 0) {
            let stripped = unit(token).0;
            let key = match std::str::from_utf8(stripped) {
                Ok(text) => lexicon.folding().fold(text).into_owned().into_bytes(),
                Err(_) => stripped.to_vec(),
            };
            *units.entry(key).or_default() += count;
        }
        let share = |keep: &dyn Fn(&[u8]) -> bool, passes: &dyn Fn(&str) -> bool| {
            let kept = || units.iter().filter(|(key, _)| !key.is_empty() && keep(key));
            let valid = || kept().filter(|(key, _)| std::str::from_utf8(key).is_ok_and(passes));
            let sum = |rows: &mut dyn Iterator<Item = (&Vec<u8>, &u64)>| rows.fold((0, 0), |(d, r), (_, n)| (d + 1, r + n));
            let ((part_d, part_r), (n_d, n_r)) = (sum(&mut valid()), sum(&mut kept()));
            shares((part_d, n_d), (part_r, n_r))
        };
        let letters = |key: &[u8]| unit(key).1 == Bucket::Letters;
        let long = |key: &[u8]| letters(key) && std::str::from_utf8(key).is_ok_and(|text| !unit::is_single(text));
        let (word, morpheme) = (|text: &str| lexicon.is_word(text), |text: &str| lexicon.is_morpheme(text));
        prop_assert_eq!(got.all.valid, share(&|_| true, &word));
        prop_assert_eq!(got.all.pure, share(&|_| true, &morpheme));
        prop_assert_eq!(got.letters.valid, share(&letters, &word));
        prop_assert_eq!(got.long.pure, share(&long, &morpheme));
        prop_assert_eq!(got.single, share(&|_| true, &|text| letters(text.as_bytes()) && unit::is_single(text)));
        // The same on one thread, and in another order.
        let serial = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let again = serial.install(|| measure(all.iter().rev().map(|(t, n)| (t, *n)), &*lexicon, lexicon.folding()));
        prop_assert_eq!(got, again);
    }
}
