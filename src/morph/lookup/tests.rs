use proptest::prelude::*;

use super::*;

fn cut(lookup: &Lookup, word: &str) -> String {
    let mut cuts = Vec::new();
    lookup.boundaries(word, &mut cuts);
    let starts = [0].into_iter().chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([word.len()]);
    starts.zip(ends).map(|(from, to)| &word[from..to]).collect::<Vec<_>>().join(" ")
}

fn of(word: &str, segmentation: &str) -> Lookup {
    Lookup::from_csv(&format!("word,segmentation,language\n{word},{segmentation},hi\n"), None).unwrap()
}

fn message(text: &str) -> String {
    Lookup::from_csv(text, None).unwrap_err().to_string()
}

fn golden(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/morphtok").join(name)
}

#[test]
fn the_fixture_is_cut_as_expected_and_what_does_not_align_is_reported() {
    let expected = std::fs::read_to_string(golden("expected.tsv")).unwrap();
    let (mut rows, mut wrong) = (0, Vec::new());
    for lang in ["hindi", "marathi"] {
        let lookup = Lookup::read(golden("sample.csv"), Some(lang)).unwrap();
        let report = lookup.report();
        for row in expected.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>()) {
            let [word, language, pieces] = row[..] else { panic!("{row:?}") };
            if language != lang {
                continue;
            }
            rows += 1;
            let reported = report.unaligned.iter().find(|row| row.word == word);
            let found = if reported.is_some() { String::new() } else { cut(&lookup, word) };
            if found != pieces || (reported.is_some() && cut(&lookup, word) != word) {
                wrong.push(format!("{word}: `{found}` instead of `{pieces}`; {reported:?}"));
            }
        }
        assert_eq!(report.rows, report.direct + report.sandhi + report.repeated + report.unaligned.len());
        assert!(report.direct > 30 && report.sandhi > 25 && !report.unaligned.is_empty());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows >= 150);
}

#[test]
fn morphemes_that_join_to_the_word_are_cut_where_they_meet() {
    let lookup = of("असफलताओं", "अ+सफल+ता+ओं");
    assert_eq!(cut(&lookup, "असफलताओं"), "अ सफल ता ओं");
    assert_eq!((lookup.report().direct, lookup.report().sandhi), (1, 0));
    let pieces = lookup.analyses("असफलताओं", 1).remove(0).pieces;
    assert_eq!(pieces[1].canonical.as_deref(), Some("सफल"));
}

#[test]
fn sandhi_is_aligned_and_the_canonical_form_stands_beside_the_piece() {
    let lookup = of("मनोरंजन", "मनः+रंजन");
    assert_eq!(cut(&lookup, "मनोरंजन"), "मनो रंजन");
    assert_eq!(lookup.report().sandhi, 1);
    let pieces = lookup.analyses("मनोरंजन", 3).remove(0).pieces;
    assert_eq!(pieces[0].canonical.as_deref(), Some("मनः"));
    assert!(lookup.analyses("मनोरंजन", 0).is_empty());
}

#[test]
fn a_boundary_inside_a_cluster_moves_past_signs_but_past_no_letter() {
    assert_eq!(cut(&of("घरात", "घर+आत"), "घरात"), "घरा त");
    for (word, segmentation) in [("लोगों", "लोग+ओं"), ("निर्दोष", "निः+दोष"), ("सज्जन", "सत्+जन")]
    {
        let lookup = of(word, segmentation);
        assert_eq!(cut(&lookup, word), word);
        let unaligned = &lookup.report().unaligned[0];
        assert_eq!((unaligned.line, unaligned.segmentation.as_str()), (2, segmentation));
        assert!(unaligned.why.contains("inside a cluster"), "{}", unaligned.why);
    }
}

#[test]
fn what_is_too_far_or_ambiguous_is_reported() {
    let why = |word, segmentation| of(word, segmentation).report().unaligned[0].why.clone();
    assert!(why("गया", "जा+या").contains("too far"));
    assert!(why("किताब", "मेज+कुर्सी").contains("too far"));
    assert!(why("running", "run+ing").contains("more than one place"));
    assert!(why("कल", "कल+ः").contains("inside a cluster"));
}

#[test]
fn other_scripts_of_india_are_aligned_alike() {
    assert_eq!(cut(&of("বিদ্যালয়", "বিদ্যা+আলয়"), "বিদ্যালয়"), "বিদ্যা লয়");
    assert_eq!(cut(&of("unhappy", "un+happy"), "unhappy"), "un happy");
}

#[test]
fn words_that_are_not_in_the_table_stay_whole_and_case_is_exact() {
    let lookup = of("Redo", "Re+do");
    assert_eq!(cut(&lookup, "Redo"), "Re do");
    assert_eq!(cut(&lookup, "redo"), "redo");
    assert_eq!(lookup.analyses("redo", 1).len(), 1);
}

#[test]
fn columns_come_in_any_order_with_spaces_and_quotes() {
    let text = "\u{FEFF}Lang , Word,extra, \"Segments\"\r\nhi, करना ,1, कर + ना\r\n\"mr\",\"करणे\",\"a,b\",\"कर+णे\"\n\n";
    let lookup = Lookup::from_csv(text, None).unwrap();
    assert_eq!((cut(&lookup, "करना"), cut(&lookup, "करणे")), ("कर ना".to_owned(), "कर णे".to_owned()));
    let quoted = "word,segmentation\n\"करना\", \"कर+ना\"\n";
    assert_eq!(cut(&Lookup::from_csv(quoted, Some("hi")).unwrap(), "करना"), "कर ना");
}

#[test]
fn a_language_is_chosen_by_code_or_name() {
    let text = "word,segmentation,language\nकरना,कर+ना,Hindi\nकरणे,कर+णे,mr\n";
    for (lang, word) in [("hi", "करना"), ("HINDI", "करना"), ("marathi", "करणे")] {
        let lookup = Lookup::from_csv(text, Some(lang)).unwrap();
        assert_eq!(lookup.report().rows, 1);
        assert!(cut(&lookup, word).contains(' '));
    }
    let error = Lookup::from_csv(text, Some("ta")).unwrap_err();
    assert!(error.hint().unwrap().contains("Hindi, mr"));
}

#[test]
fn the_first_of_two_rows_for_a_word_counts() {
    let lookup = Lookup::from_csv("word,segmentation\nकरना,कर+ना\nकरना,करना\n", None).unwrap();
    assert_eq!(cut(&lookup, "करना"), "कर ना");
    assert_eq!((lookup.report().rows, lookup.report().repeated), (2, 1));
}

#[test]
fn a_table_of_surface_pieces_has_tabs() {
    let plain = "करना\tकर ना\nघर\tघर\n";
    let headed = "word\tsegments\tclass\treason\nकरना\tकर ना\tinfinitive\ta \"reason\"\n";
    for text in [plain, headed] {
        assert_eq!(cut(&Lookup::from_csv(text, Some("hi")).unwrap(), "करना"), "कर ना");
    }
}

#[test]
fn a_row_that_does_not_parse_names_its_line() {
    let head = "word,segmentation,language\nकरना,कर+ना,hi\n";
    for (row, why) in [
        ("करना,कर+ना", "2 fields"),
        (",कर+ना,hi", "without a word"),
        ("करना,,hi", "no segmentation"),
        ("करना,कर++ना,hi", "empty morpheme"),
        ("करना,+कर,hi", "empty morpheme"),
    ] {
        let error = message(&format!("{head}{row}\n"));
        assert!(error.contains("line 3") && error.contains(why), "{row}: {error}");
    }
    assert!(message("token,segmentation\n").contains("no column `word`"));
    assert!(message("word,tokens\n").contains("no column `segmentation`"));
    assert!(message("करना\n").contains("line 1"));
    assert_eq!(Lookup::from_csv("", None).unwrap().report(), &Report::default());
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let missing = Lookup::read("no/such.csv", None).unwrap_err().to_string();
    assert!(missing.contains("no/such.csv"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, b"word,segmentation\n\xff\n").unwrap();
    assert!(Lookup::read(&path, None).unwrap_err().to_string().contains("byte 18"));
    std::fs::write(&path, "word,segmentation\nक,\n").unwrap();
    assert!(Lookup::read(&path, None).unwrap_err().to_string().contains("table.csv`, line 2"));
}

proptest! {
    #[test]
    fn any_table_gives_cuts_at_legal_places_or_a_report(
        rows in prop::collection::vec(("[कखतनरय्ािीुेोः]{1,6}", prop::collection::vec("[कखतनरयआइउए्ािीुेोः]{1,3}", 1..4)), 0..8)
    ) {
        let lines: String = rows.iter().map(|(word, parts)| format!("{word},{}\n", parts.join("+"))).collect();
        let lookup = Lookup::from_csv(&format!("word,segmentation\n{lines}"), None).unwrap();
        let report = lookup.report();
        prop_assert_eq!(report.rows, rows.len());
        prop_assert_eq!(report.direct + report.sandhi + report.repeated + report.unaligned.len(), rows.len());
        for (word, _) in &rows {
            let mut cuts = Vec::new();
            lookup.boundaries(word, &mut cuts);
            prop_assert!(cuts.windows(2).all(|pair| pair[0] < pair[1]));
            for at in cuts {
                prop_assert!(0 < at && at < word.len() && !crate::unicode::cluster::inside(word, at));
            }
        }
    }

    #[test]
    fn joined_morphemes_are_cut_where_they_meet(parts in prop::collection::vec("[कखगतनरल][ािीे]?", 1..5)) {
        let word = parts.concat();
        let lookup = of(&word, &parts.join("+"));
        prop_assert_eq!(cut(&lookup, &word), parts.join(" "));
        prop_assert_eq!(lookup.report().direct, 1);
    }
}
