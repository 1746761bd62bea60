use proptest::prelude::*;

use super::super::letters::{LONGEST, letters, spell_all};
use super::*;

fn lexis() -> Lexis {
    Lexis::new(Turkish::new().unwrap())
}

/// `2` for one morpheme, `1` for a word that is more than one, `0` for neither.
fn verdict(lexis: &Lexis, unit: &str) -> u8 {
    let (word, morpheme) = (lexis.is_word(unit), lexis.is_morpheme(unit));
    assert!(word || !morpheme, "{unit}: a morpheme is a word");
    u8::from(word) + u8::from(morpheme)
}

#[test]
fn every_kind_of_unit_gets_its_verdict() {
    let lexis = lexis();
    for (units, expected, what) in [
        ("ev kitap gel başla güzel ve İstanbul", 2, "a root"),
        ("kitab ağz hakk başl gözyaş reng di", 2, "a form of a root"),
        ("ler lar leri den nda acağ dık yla sı iyor ki msı", 2, "one suffix"),
        ("sıyla lerinden lardı ındı acaktı dakiler mişler ıyordu", 1, "a chain of suffixes"),
        ("evlerinden kitabım geliyorlar başlıyor güzelleştirmek", 1, "an inflected word"),
        ("xyzq ktrm ığşk lerdn zrt evlrr nedl ştirm", 0, "nothing"),
        ("EVLERİNDEN IŞIKLAR'DAN Kitabım", 1, "capitals"),
        ("LER Lar İÇİN IŞIK", 2, "capitals of one morpheme"),
        ("rüzgâr rüzgar hikâye hikaye", 2, "with a circumflex and without"),
        ("'da 'nın ’ler", 2, "a suffix behind an apostrophe"),
        ("'lerinden ’ndaki", 1, "a chain behind an apostrophe"),
        ("Ankara'dan Shakespeare'in 1992'de TBMM'ye", 1, "a name with suffixes"),
        ("' '' 'xq $'da 3 12 ? 中文 ev? ev:", 0, "no word"),
        ("onsekiz", 1, "two number words"),
    ] {
        for unit in units.split_whitespace() {
            assert_eq!(verdict(&lexis, unit), expected, "{unit} is {what}");
        }
    }
    assert_eq!(verdict(&lexis, ""), 0);
    assert_eq!(verdict(&lexis, &"ler".repeat(LONGEST)), 0, "longer than a word");
}

#[test]
fn a_decomposed_spelling_gets_the_verdict_of_the_composed_one() {
    let lexis = lexis();
    assert_eq!(verdict(&lexis, "go\u{308}z"), 2);
    assert_eq!(verdict(&lexis, "i\u{307}stanbul"), 2, "what a naive lower-casing leaves");
}

#[test]
fn the_suffixes_are_those_of_the_grammar_in_every_spelling() {
    // -DA has d or t, a or e: four; -(y)I has ı i u ü, with y or without: eight; -lAr has two.
    for (forms, count) in
        [("da de ta te", 4), ("ı i u ü yı yi yu yü", 8), ("lar ler", 2), ("cağız ceğiz çağız çeğiz", 4)]
    {
        let found = forms.split(' ').filter(|form| SUFFIXES.contains(&letters(form)));
        assert_eq!(found.count(), count, "{forms}");
    }
    assert!(!SUFFIXES.contains(&letters("lür")) && !SUFFIXES.contains(&letters("")));
    assert!((350..700).contains(&SUFFIXES.len()), "{}", SUFFIXES.len());
}

#[test]
fn its_name_says_which_lexicon_it_is() {
    assert!(lexis().name().starts_with("Turkish analyser, lexicon sha256 144442"), "as data/README.md says");
    let added = Lexis::new(Turkish::new().unwrap().with_roots("zambırak\n").unwrap());
    assert!(added.is_morpheme("zambırağ") && added.is_word("zambıraklar") && !lexis().is_word("zambıraklar"));
    assert!(added.name().ends_with("2 forms added"));
}

/// The same as [`Chains::accept`], word for word: every root's class, every context, every spelling of every suffix.
fn naive(word: &[u8]) -> bool {
    fn rest(word: &[u8], at: usize, state: State, last: u8, context: Context) -> bool {
        if at == word.len() && at > 0 {
            return context.may_end() && state.is_final();
        }
        state.edges().iter().any(|edge| {
            [false, true].iter().any(|&soft| {
                let template = edge.suffix.template();
                if soft && !template.ends_with('K') {
                    return false;
                }
                let spelled = realize(template, context, soft);
                let vowel = spelled.first().is_some_and(|&l| super::super::letters::is_vowel(l));
                if !word[at..].starts_with(&spelled) || !context.admits(vowel) || !edge.when.holds(last, context) {
                    return false;
                }
                let mut after = Context::after(&spelled, context);
                if template.ends_with('K') {
                    after.0 |= if soft { Context::NEEDS_VOWEL } else { Context::NO_VOWEL };
                }
                rest(word, at + spelled.len(), edge.to, *spelled.last().unwrap_or(&last), after)
            })
        })
    }
    State::ALL
        .iter()
        .filter(|&&state| state < State::NounD)
        .any(|&state| contexts().any(|(last, context)| rest(word, 0, state, last, context)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn chains_are_found_as_by_trying_everything(
        units in prop::collection::vec("(ler|in|den|di|m|acak|ğ|tı|ı|iyor|ki|yla|ca|sı|n|lik|liğ|il|t){1,4}", 1..6),
    ) {
        for unit in units {
            let word = Word::new(&unit).unwrap();
            prop_assert_eq!(CHAINS.accept(&word), naive(word.letters()), "{}", unit);
        }
    }

    #[test]
    fn what_the_analyser_cuts_is_made_of_morphemes(
        stem in "(ev|kitab|gel|başla|ağz|yap|güzel|gözlük)",
        suffixes in "(lar|ler|ı|i|ım|in|den|da|dı|iyor|ecek|me|mez|siz|lik|ki|yi){0,4}",
    ) {
        let lexis = lexis();
        let text = format!("{stem}{suffixes}");
        let word = Word::new(&text).unwrap();
        for path in lexis.turkish.strict(&text, &word) {
            let ends = (1..word.len()).filter(|at| path.cuts() >> at & 1 == 1).chain([word.len()]);
            let mut from = 0;
            for to in ends {
                let piece = spell_all(&word.letters()[from..to]);
                prop_assert!(lexis.is_morpheme(&piece), "{} in {}", piece, text);
                from = to;
            }
            // What follows the root is a chain.
            if from > path.start.at && path.len > 0 {
                prop_assert!(CHAINS.accept(&Word::new(&text[word.byte(path.start.at)..]).unwrap()), "{}", text);
            }
        }
    }

    #[test]
    fn any_text_has_a_verdict_that_folding_keeps(unit in ".{0,12}|[a-zçğıöşüâIİ'’.3]{0,12}") {
        let lexis = lexis();
        let folded = lexis.folding().fold(&unit);
        prop_assert_eq!(verdict(&lexis, &unit), verdict(&lexis, &folded), "{} {}", unit, folded);
    }
}
