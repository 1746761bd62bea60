//! Every rule with words that follow it and words that do not, against the embedded lexicon.

use proptest::prelude::*;

use super::*;

/// The pieces of a word, a space between them.
fn cut(word: &str) -> String {
    let turkish = Turkish::new().unwrap();
    let mut cuts = Vec::new();
    turkish.boundaries(word, &mut cuts);
    let mut pieces = Vec::new();
    let mut start = 0;
    for end in cuts.into_iter().chain([word.len()]) {
        pieces.push(&word[start..end]);
        start = end;
    }
    pieces.join(" ")
}

/// Whether the strict grammar accepts a word.
fn knows(word: &str) -> bool {
    Turkish::new().unwrap().knows(word)
}

/// Each is cut as written, and known to the grammar.
fn all(cuts: &[&str]) {
    for expected in cuts {
        let word = expected.replace(' ', "");
        assert_eq!(cut(&word), *expected);
        assert!(knows(&word), "{word}");
    }
}

/// The grammar takes none of them.
fn none(words: &[&str]) {
    for word in words {
        assert!(!knows(word), "{word} is accepted");
    }
}

#[test]
fn harmony() {
    all(&["ev ler", "kız lar", "göz ler", "okul da", "ev de", "kız ı", "göz ü", "okul u"]);
    none(&["evlar", "kızler", "gözlar", "okulde", "evı", "gözi"]);
}

#[test]
fn inverse_harmony() {
    all(&["saat ler", "rol ü", "alkol ü", "hal i", "kontrol ü"]);
    none(&["saatlar", "rolu", "alkolu"]);
}

#[test]
fn voicing_of_suffixes() {
    all(&["sokak ta", "araba da", "kitap çı lar", "ağaç tan"]);
    none(&["sokakda", "arabata", "ağaçdan"]);
}

#[test]
fn softening() {
    all(&["kitab ı", "ağac ın", "kanad ı", "ekmeğ e", "reng i", "diyaloğ a", "kitap ta", "gid er se"]);
    none(&["kitapı", "ağaçın", "ekmeke", "kitabta"]);
}

#[test]
fn no_softening() {
    all(&["saat in", "hukuk u", "devlet in", "dikkat im", "top u", "sokağ a"]);
    none(&["hukuğu", "devledin", "dikkadim"]);
}

#[test]
fn vowel_drop() {
    all(&["ağz ı", "oğl u", "burn um", "şehr e", "akl ı", "ağız da", "oğul lar"]);
    none(&["oğulu", "şehire", "akılı mız"]);
}

#[test]
fn doubling() {
    all(&["hakk ı", "aff ı", "zann ı", "hak lar"]);
    none(&["hissı", "zanı"]);
}

#[test]
fn narrowing() {
    all(&["başl ıyor", "bekl iyor", "söyl üyor", "di yor", "yi yor", "gel m iyor", "anl ıyor lar"]);
    none(&["başlayor", "bekleyor", "gelmeyor"]);
}

#[test]
fn buffers() {
    all(&["araba yı", "araba sı", "araba nın", "kapı yla", "gibi ydi", "başla yan", "su yun", "su yu"]);
    none(&["arabaı", "arabanı n", "arabaın"]);
}

#[test]
fn possession_before_case() {
    all(&["ev i ne", "ev i nde", "araba sı nı", "ev im de", "ev ler i nden", "ev imiz in"]);
    none(&["evdeim", "evdenler im"]);
}

#[test]
fn compounds_with_a_possessive() {
    all(&["cezaevi nde", "zeytinyağı nı", "gözyaş lar ı", "gözyaşı"]);
    none(&["cezaeviyi"]);
}

#[test]
fn pronouns() {
    all(&["ban a", "san a", "ben im", "biz im", "o na", "bu nu", "kendi si", "ben den"]);
    none(&["bunına", "kendiyine"]);
}

#[test]
fn ki_after_place_and_owner() {
    all(&["ev de ki", "ev de ki ler", "masa da ki nin", "bugün kü"]);
    none(&["evki", "evdekü"]);
}

#[test]
fn copula_and_person() {
    all(&["gel di m", "öğrenci yim", "güzel di", "gel miş ti", "yap acak lar dı", "ev de ydi m"]);
    none(&["geldiyim", "gelmişm"]);
}

#[test]
fn aorist() {
    all(&["bil ir", "yap ar", "oku r", "gel me z", "gel me m", "kal ır lar", "bak ar sa"]);
    none(&["gelar", "yapır", "okuar"]);
}

#[test]
fn ability_and_inability() {
    all(&["gel ebil ir", "gel eme z", "yap ama dı", "gel em iyor", "yürü yebil ir"]);
    none(&["gelabilir", "gelemez di k m"]);
}

#[test]
fn voice() {
    all(&["yap tır", "yap ıl dı", "değiş tir di", "başla t ıl dı", "yap tır ıl acak"]);
    none(&["yaptur", "yapındı lar ken m"]);
}

#[test]
fn participles_and_verbal_nouns() {
    all(&["koş an", "gel diğ im", "yap tığ ı", "yap acağ ı", "gel mek", "oku ma sı", "yap ış ı", "dinle yici ler"]);
    none(&["geldikim", "gelecekim"]);
}

#[test]
fn converbs() {
    all(&["gel ip", "gel erek", "gel ince", "gel meden", "gel dikçe", "gel ir ken", "bak maksızın"]);
    none(&["gelarak", "gelup"]);
}

#[test]
fn past_with_we_is_not_the_participle() {
    all(&["gel di k", "yap tı k"]);
}

#[test]
fn derivations_that_the_dictionary_lists_stay_whole() {
    all(&["gözlük", "çalışkan", "başbakan", "kahvaltı"]);
    all(&["takip siz lik", "toplum sal", "iyi leş ti"]);
}

#[test]
fn apostrophes() {
    all(&["İstanbul ' da", "Ankara ’ ya", "Ahmet ' in", "Ali ' nin ki", "TBMM ' ye", "NATO ' nun", "AB ' nin"]);
    all(&["3 ' ü", "1992 ' de", "10 ' a", "2000 ' li", "Shakespeare ' in", "' da", "’ nin"]);
    assert_eq!(cut("rock'n"), "rock ' n");
    assert_eq!(cut("'"), "'");
    assert_eq!(cut("ev'"), "ev'");
}

#[test]
fn numerals() {
    all(&["on sekiz", "bin dokuz yüz otuz bir", "iki yüz elli de"]);
    none(&["onsekizler on"]);
}

#[test]
fn case_folding_keeps_the_letters_of_the_text() {
    all(&["EV LER İMİZ DEN", "ISPARTA LI", "Çocuk lar", "İn san".replace(' ', "").as_str()]);
    assert_eq!(cut("KIZI"), "KIZ I");
    assert_eq!(cut("KİRİ"), "KİR İ");
}

#[test]
fn circumflex_and_decomposed_letters() {
    all(&["ilâc ı", "ilac ı", "rüzgâr da", "rüzgar da"]);
    assert_eq!(cut("go\u{308}z"), "go\u{308}z");
    assert_eq!(cut("go\u{308}zler"), "go\u{308}z ler");
}

#[test]
fn unknown_words_are_guessed_at_and_stay_whole_without_guessing() {
    assert_eq!(cut("blogumuzdaki"), "blog umuz da ki");
    assert_eq!(cut("xyzq"), "xyzq");
    let strict = Turkish::new().unwrap().guessing(false);
    let mut cuts = Vec::new();
    strict.boundaries("zambırlarından", &mut cuts);
    assert!(cuts.is_empty() && !strict.knows("zambırlarından"));
    assert_eq!(cut("zambırlarından"), "zambır lar ı ndan");
}

#[test]
fn analyses_name_their_pieces() {
    let turkish = Turkish::new().unwrap();
    let best = &turkish.analyses("kitabımdan", 1)[0];
    let pieces: Vec<_> = best.pieces.iter().map(|p| (p.kind, &*p.tag, p.canonical.as_deref().unwrap())).collect();
    assert_eq!(pieces[0], (Kind::Stem, "Noun", "kitap"));
    assert_eq!(pieces[1..], [(Kind::Inflection, "P1sg", "-(I)m"), (Kind::Inflection, "Abl", "-DAn")]);
    let lemma = |word: &str| turkish.analyses(word, 1)[0].pieces[0].canonical.clone().unwrap();
    for (word, expected) in [
        ("ağzı", "ağız"),
        ("hakkı", "hak"),
        ("başlıyor", "başla"),
        ("diyor", "de"),
        ("bana", "ben"),
        ("gidiyor", "git"),
    ] {
        assert_eq!(lemma(word), expected, "{word}");
    }
    let name = &turkish.analyses("Ankara'dan", 1)[0];
    let kinds: Vec<_> = name.pieces.iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [Kind::Stem, Kind::Buffer, Kind::Inflection]);
}

#[test]
fn several_analyses_share_their_belief() {
    let turkish = Turkish::new().unwrap();
    let all = turkish.analyses("evini", 100);
    assert!(all.len() >= 2);
    assert!((all.iter().map(|a| a.probability).sum::<f64>() - 1.0).abs() < 1e-9);
    assert!(all.windows(2).all(|pair| pair[0].probability >= pair[1].probability));
    assert_eq!(turkish.analyses("evini", 1), all[..1]);
    assert_eq!(turkish.analyses("evini", 0), []);
}

#[test]
fn a_word_with_very_many_readings_is_still_cut_soon() {
    let word = format!("ev{}", "lilik".repeat(11));
    assert_eq!(cut(&word).replace(' ', ""), word);
    let long = "a".repeat(10_000);
    assert_eq!(cut(&long), long);
}

/// Every edge of the grammar, followed naively: each suffix realized letter by letter and compared as text.
fn naive(word: &str) -> std::collections::BTreeSet<u64> {
    fn walk(
        word: &[u8],
        at: usize,
        state: State,
        context: sound::Context,
        cuts: u64,
        found: &mut std::collections::BTreeSet<u64>,
    ) {
        if at == word.len() && context.may_end() && state.is_final() {
            found.insert(cuts);
        }
        for edge in state.edges() {
            for softened in [false, true] {
                let template = edge.suffix.template();
                let letters = sound::realize(template, context, softened);
                let softens = template.ends_with('K');
                let fits = !letters.is_empty()
                    && word[at..].starts_with(&letters)
                    && context.admits(is_vowel(letters[0]))
                    && edge.when.holds(word[at - 1], context)
                    && (softens || !softened);
                if fits {
                    let mut after = sound::Context::after(&letters, context);
                    if softens {
                        after.0 |= if softened { sound::Context::NEEDS_VOWEL } else { sound::Context::NO_VOWEL };
                    }
                    walk(word, at + letters.len(), edge.to, after, cuts | 1 << at, found);
                }
            }
        }
    }
    let letters = letters::letters(word);
    let mut found = std::collections::BTreeSet::new();
    let turkish = Turkish::new().unwrap();
    turkish.lexicon().prefixes(&letters, |at, number| {
        let record = turkish.lexicon().record(number);
        walk(&letters, at, record.state(), record.context(), 0, &mut found);
    });
    found
}

#[test]
fn a_record_has_room_for_every_root_class_and_a_path_for_every_cut() {
    let roots = State::ALL.iter().take_while(|&&state| state != State::NounD).count();
    assert!(roots <= 64 && search::DEEPEST < letters::LONGEST);
}

#[test]
fn the_table_finds_what_the_grammar_says() {
    let sample = crate::samples::eval("tr").unwrap();
    let turkish = Turkish::new().unwrap();
    let words: std::collections::BTreeSet<String> = super::super::words(sample)
        .map(|(start, end)| letters::spell_all(&letters::letters(&sample[start..end])))
        .filter(|word| word.chars().all(char::is_alphabetic))
        .collect();
    assert!(words.len() > 1000);
    for text in &words {
        let word = Word::new(text).unwrap();
        let mut paths = Vec::new();
        Search::new(turkish.lexicon(), &word, &mut paths).roots();
        let expected = naive(text);
        let found: std::collections::BTreeSet<u64> = paths.iter().map(Path::cuts).collect();
        assert!(found.is_subset(&expected), "{text}");
        assert_eq!(found.is_empty(), expected.is_empty(), "{text}");
    }
}

proptest! {
    #[test]
    fn cuts_are_ascending_character_borders_of_any_text(text in "[a-zçğıöşüA-ZİĞ'’0-9é\u{307}\u{308} 中]{0,24}") {
        let turkish = Turkish::new().unwrap();
        let mut cuts = vec![];
        turkish.boundaries(&text, &mut cuts);
        prop_assert!(cuts.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(cuts.iter().all(|&at| at > 0 && at < text.len() && text.is_char_boundary(at)));
        let analyses = turkish.analyses(&text, 3);
        if let Some(best) = analyses.first() {
            prop_assert_eq!(best.cuts().collect::<Vec<_>>(), cuts);
            prop_assert_eq!(best.pieces.last().map(|p| p.end), Some(text.len()));
        }
    }
}
