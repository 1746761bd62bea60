use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;

use super::search::{Lead, Start};
use super::table::Open;
use super::*;
use crate::morph::Segmenter;
use crate::morph::hindi::Hindi;
use crate::morph::marathi::Marathi;
use crate::samples;
use crate::unicode::cluster;

fn engines() -> [Engine; 2] {
    let texts = ["hi", "mr"].map(|lang| [samples::train(lang).unwrap(), samples::eval(lang).unwrap()]);
    let tables = [crate::morph::hindi::table(), crate::morph::marathi::table()];
    let fitted = |n: usize| Engine::fit(tables[n], &texts[n], &Fit { passes: 3 });
    [0, 1].map(|n| Engine::read(tables[n], &fitted(n)).unwrap())
}

/// Letters, signs and endings of Devanagari, some of other scripts, joiners and digits.
fn word() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        8 => "[कखगघचजटडतथदधनपबभमयरलवशसहऱऴक़]",
        6 => "[ािीुूेैोौंँः़्]",
        2 => "[अआइईउऊएऐओऔऑॲऽॐ०१॥]",
        3 => prop::sample::select(vec!["ता", "ना", "ने", "ओं", "च्या", "ला", "साठी", "ण्या", "कर", "घर", "वाला", "णाऱ्या", "मनो", "अ"])
            .prop_map(str::to_owned),
        1 => "[a-zé0-9\u{200C}\u{200D}]",
    ];
    prop::collection::vec(parts, 0..9).prop_map(|parts| parts.concat())
}

/// Probabilities of sets of cuts, by trying every prefix, every stem and every chain of endings from left to right.
fn naive(engine: &Engine, word: &Word<'_>) -> BTreeMap<u128, f64> {
    let mut sums = BTreeMap::new();
    let prefixes = || engine.grammar.openings(word.codes());
    let firm = prefixes().filter(|(_, opening)| opening.prefix.firm).map(|(n, _)| n);
    let firm: Vec<u16> = firm.collect();
    for (n, opening) in prefixes() {
        stems(engine, word, (opening.codes.len(), Lead::Prefix(n), opening.choice), &mut sums);
    }
    if firm.is_empty() || sums.is_empty() {
        stems(engine, word, (0, Lead::Nothing, engine.grammar.plain), &mut sums);
        for at in 2..word.codes().len() {
            stems(engine, word, (at, Lead::Member, engine.grammar.compound), &mut sums);
        }
    }
    let all: f64 = sums.values().sum();
    sums.into_iter().map(|(cuts, sum)| (cuts, sum / all)).collect()
}

/// Adds the probability of every parse from a start.
fn stems(engine: &Engine, word: &Word<'_>, (at, lead, choice): (usize, Lead, u16), sums: &mut BTreeMap<u128, f64>) {
    let mut log = engine.logs[grammar::slot(choice, 0)];
    if lead == Lead::Member {
        let class = engine.grammar.first;
        let member = engine.lexicon.known(&word.keys()[..at]).filter(|stem| stem.is_member(class));
        if member.is_none() || script::clusters(&word.codes()[..at]) < 2 {
            return;
        }
        log += engine.lexicon.log(member, class, f32::MIN);
    }
    if at > 0 && !word.is_legal(at) {
        return;
    }
    for to in at + 1..=word.codes().len() {
        if to < word.codes().len() && word.codes()[to - 1] == script::VIRAMA {
            continue;
        }
        for (class, &state) in engine.grammar.entries.iter().enumerate() {
            let start = Start { at: at as u8, lead, log };
            if let Some(stem) = engine.stem_log_of(word, start, to, class as u8) {
                let cuts = if at > 0 { 1 << at } else { 0 };
                rest(engine, word, to, state, cuts, f64::from(log + stem), sums);
            }
        }
    }
}

/// Adds the probability of every chain of endings from a place and a state to the end.
fn rest(engine: &Engine, word: &Word<'_>, at: usize, state: u8, cuts: u128, log: f64, sums: &mut BTreeMap<u128, f64>) {
    let codes = word.codes();
    let context = script::context(&codes[..at]);
    let sound = script::sound(context);
    if at == codes.len() {
        for (_, stop) in engine.grammar.stops.iter().filter(|stop| stop.0 == state) {
            *sums.entry(cuts).or_default() += (log + f64::from(engine.logs[grammar::slot(*stop, sound)])).exp();
        }
    }
    for ending in &engine.grammar.endings {
        if ending.from == state && ending.fits(context) && codes[at..].starts_with(ending.codes()) {
            let to = at + ending.codes().len();
            let cut = ending.family.cut && to > at && word.is_legal(at);
            let log = log + f64::from(engine.logs[grammar::slot(ending.choice, sound)]);
            rest(engine, word, to, ending.leads_to(), cuts | u128::from(cut) << at, log, sums);
        }
    }
}

fn check_cuts(word: &str, cuts: &[usize]) {
    assert!(cuts.windows(2).all(|pair| pair[0] < pair[1]), "{word}: {cuts:?}");
    for &at in cuts {
        assert!(0 < at && at < word.len(), "{word}: {cuts:?}");
        assert!(!cluster::inside(word, at), "{word}: {at} is inside a cluster");
        let (before, after) = (word[..at].chars().next_back().unwrap(), word[at..].chars().next().unwrap());
        assert!(before != '\u{94D}', "{word}: {at} is after a virama");
        let sign = ('\u{900}'..='\u{903}').contains(&after) || ('\u{93A}'..='\u{94F}').contains(&after);
        assert!(!sign, "{word}: {at} is before a sign");
    }
}

#[test]
fn search_finds_what_trying_everything_finds() {
    for engine in engines() {
        let check = |text: &str| {
            let Some(word) = Word::new(text) else { return };
            let ranked = engine.ranked(&word, &mut Vec::new());
            let naive = naive(&engine, &word);
            assert_eq!(ranked.len(), naive.len(), "{text}");
            for (parse, probability) in ranked {
                assert!((probability - naive[&parse.cuts]).abs() < 1e-3, "{text}: {probability} {naive:?}");
            }
        };
        for text in ["hi", "mr"].map(|lang| samples::eval(lang).unwrap()) {
            words(text).take(2000).for_each(|(start, end)| check(&text[start..end]));
        }
        proptest!(ProptestConfig::with_cases(300), |(text in word())| check(&text));
    }
}

proptest! {
    #[test]
    fn cuts_are_where_a_word_may_be_cut_and_pieces_agree_with_them(text in word()) {
        let segmenters: [Box<dyn Segmenter>; 2] = [Box::new(Hindi::new().unwrap()), Box::new(Marathi::new().unwrap())];
        for segmenter in segmenters {
            let mut cuts = Vec::new();
            segmenter.boundaries(&text, &mut cuts);
            check_cuts(&text, &cuts);
            let analyses = segmenter.analyses(&text, 5);
            prop_assert_eq!(analyses.is_empty(), text.is_empty());
            prop_assert!(analyses.windows(2).all(|pair| pair[0].probability >= pair[1].probability));
            prop_assert!(analyses.iter().map(|analysis| analysis.probability).sum::<f64>() < 1.0 + 1e-9);
            for (n, analysis) in analyses.iter().enumerate() {
                let found: Vec<usize> = analysis.cuts().collect();
                check_cuts(&text, &found);
                prop_assert!(n > 0 || found == cuts);
                prop_assert_eq!(analysis.pieces.last().map(|piece| piece.end), Some(text.len()));
            }
        }
    }
}

#[test]
fn every_state_can_be_reached_and_left() {
    for table in [crate::morph::hindi::table(), crate::morph::marathi::table()] {
        let families = || table.families.iter().copied().flatten();
        let mut reached: HashSet<&str> = table.classes.iter().map(|class| class.state).collect();
        let entered: HashSet<&str> = reached.iter().copied().chain(families().map(|family| family.to)).collect();
        let mut size = 0;
        while size < reached.len() {
            size = reached.len();
            reached.extend(families().filter(|family| reached.contains(family.from)).map(|f| f.to).collect::<Vec<_>>());
        }
        assert_eq!(reached, entered, "{}", table.lang);
        for state in entered {
            let left = table.finals.contains(&state) || families().any(|family| family.from == state);
            assert!(left, "{}: nothing follows `{state}`", table.lang);
        }
        assert!(families().all(|family| entered_or_class(table, family.from)));
        assert!(table.finals.iter().all(|state| entered_or_class(table, state)));
        assert!(table.classes.len() <= lexicon::CLASSES);
        for stems in table.stems {
            assert!(table.class(stems.class).is_some(), "{}", stems.class);
            assert!(stems.weight > lexicon::DISCOUNT);
        }
        assert!(table.class(table.compounds).is_some() && table.verbal.iter().all(|name| table.class(name).is_some()));
        assert_eq!(table.classes.iter().filter(|class| class.open == Open::Foreign).count(), 1);
    }
}

fn entered_or_class(table: &Table, state: &str) -> bool {
    let class = table.classes.iter().any(|class| class.state == state);
    class || table.families.iter().copied().flatten().any(|family| family.to == state)
}

#[test]
fn a_fit_depends_on_words_and_counts_alone() {
    let table = crate::morph::marathi::table();
    let text = samples::train("mr").unwrap();
    let (first, second) = text.split_at(text.find('\n').unwrap());
    let once = Engine::fit(table, &[text], &Fit { passes: 2 });
    assert_eq!(Engine::fit(table, &[second, first], &Fit { passes: 2 }), once);
    assert!(once.lines().count() > 200);
    assert_eq!(Engine::fit(table, &[], &Fit::default()).lines().next(), Some("toktool-stems\t1\tmr"));
}

#[test]
fn a_stem_is_believed_in_when_other_words_have_it() {
    let table = crate::morph::hindi::table();
    let belief = |text: &str| {
        let engine = Engine::read(table, &Engine::fit(table, &[text], &Fit::default())).unwrap();
        let cut = engine.analyses("टमाबादार", 9).into_iter().find(|a| a.cuts().eq(["टमाबा".len()]));
        cut.map_or(0.0, |analysis| analysis.probability)
    };
    // An invented noun: alone and with other endings, or nowhere else.
    let witnesses = belief("टमाबादार टमाबा टमाबाओं टमाबाएँ कर रहा है घर में");
    let none = belief("टमाबादार गीनूता गीनूताओं गीनूताएँ कर रहा है घर में");
    assert!(witnesses > 0.9 && none < witnesses, "{witnesses} {none}");
}

#[test]
fn a_table_that_is_none_names_its_line() {
    let table = crate::morph::hindi::table();
    let read = |text: &str| Engine::read(table, text).map(|_| ()).unwrap_err().to_string();
    assert!(read("").contains("line 1"));
    assert!(read("toktool-stems\t1\tmr\n").contains("`hi`"));
    for (row, why) in [
        ("stem\tnoun\tक\t-1", "not a number"),
        ("stem\tnoun\tक\tNaN", "not a number"),
        ("stem\tnouns\tक\t1", "no class `nouns`"),
        ("stem\tnoun\tक", "no known kind"),
        ("stem\tnoun\t\t3", "no known kind"),
        ("choice\tverb\tvowel\txyz\tInf\t1", "no ending `xyz`"),
        ("choice\tverb\tloud\tना\tInf\t1", "no sound"),
        ("class\tnoun\t1e99", "not a number"),
        ("", "no known kind"),
    ] {
        let error = read(&format!("toktool-stems\t1\thi\nclass\tnoun\t7\n{row}\n"));
        assert!(error.contains("line 3") && error.contains(why), "{row}: {error}");
    }
    assert!(Engine::unpack(table, b"text").unwrap_err().to_string().contains("zstd"));
}

#[test]
fn a_word_that_is_all_endings_ends() {
    let engine = &engines()[1];
    for word in ["च्या".repeat(20), "ता".repeat(45), "क".repeat(96), "क".repeat(97), "ही".repeat(48)]
    {
        let mut cuts = Vec::new();
        engine.boundaries(&word, &mut cuts);
        check_cuts(&word, &cuts);
    }
}

#[test]
fn folding_keeps_the_bytes_of_the_text() {
    let word = Word::new("ल\u{95C}की").unwrap();
    assert_eq!(word.codes(), script::codes("ल\u{921}\u{93C}की"));
    assert_eq!(word.keys(), script::keys("ल\u{921}\u{93C}कि"));
    assert_eq!((word.end(1), word.end(2), word.end(3), word.end(5)), (3, 6, 6, 12));
    assert!(word.is_legal(1) && !word.is_legal(2) && word.is_legal(3) && !word.is_legal(4));
    let eyelash = Word::new("\u{930}\u{94D}\u{200D}या").unwrap();
    assert_eq!(eyelash.codes(), script::codes("\u{931}\u{94D}या"));
    assert_eq!(eyelash.slice(3, 5), "या");
    assert!(Word::new("\u{93E}क").is_none() && Word::new("").is_none() && Word::new("\u{200D}").is_none());
    assert_eq!(script::text(&script::codes("ज़मीं")), "ज\u{93C}मीं");
}
