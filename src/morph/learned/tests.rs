//! Training and segmenting as a whole: against the definition, on planted morphology, and on real words.

use std::cell::Cell;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::unicode::cluster;

/// Stems with every suffix, and some with a prefix.
fn planted() -> Vec<String> {
    let stems = ["duvar", "kalem", "defter", "masa", "kitap", "bahçe", "deniz", "orman", "çiçek", "yaprak", "insan"];
    let suffixes = ["", "lar", "da", "lardan", "ın", "larda", "dan"];
    let mut words: Vec<String> =
        stems.iter().flat_map(|stem| suffixes.map(|suffix| format!("{stem}{suffix}"))).collect();
    words.extend(stems.map(|stem| format!("ön{stem}lar")));
    words
}

fn train(words: &[String], gold: &[GoldWord], options: &LearnOptions) -> Learned {
    Learned::train(words.iter().map(|word| (word.as_str(), 1)), gold, options, &()).unwrap()
}

static PLANTED: LazyLock<Learned> = LazyLock::new(|| train(&planted(), &[], &LearnOptions::default()));

fn pieces(model: &Learned, word: &str) -> Vec<String> {
    let mut cuts = Vec::new();
    model.boundaries(word, &mut cuts);
    cuts.push(word.len());
    let mut last = 0;
    cuts.iter().map(|&cut| word[std::mem::replace(&mut last, cut)..cut].to_owned()).collect()
}

#[test]
fn planted_morphs_are_found_and_carried_to_new_words() {
    for word in ["kalemlardan", "kalemlar", "ormanda", "önbahçelar"] {
        let found = pieces(&PLANTED, word);
        assert!(found.len() > 1 && found.iter().any(|piece| word.contains(piece.as_str())), "{word}: {found:?}");
    }
    assert_eq!(pieces(&PLANTED, "kalemda"), ["kalem", "da"]);
    assert_eq!(pieces(&PLANTED, "ırmakdan").last().unwrap(), "dan");
    let analysis = &PLANTED.analyses("kalemda", 1)[0];
    let kinds: Vec<_> = analysis.pieces.iter().map(|piece| (piece.kind, piece.tag.as_ref())).collect();
    assert_eq!(kinds, [(Kind::Stem, "stem"), (Kind::Inflection, "suffix")]);
}

#[test]
fn equal_words_options_and_seed_give_equal_files() {
    let mut words = planted();
    let model = PLANTED.to_bytes();
    words.reverse();
    assert_eq!(train(&words, &[], &LearnOptions::default()).to_bytes(), model);
    let twice = words.iter().chain(&words).map(|word| (word.as_str(), 1));
    let twice = Learned::train(twice, &[], &LearnOptions::default(), &()).unwrap();
    assert_eq!(twice.to_bytes(), model, "types count once");
    let again = Learned::from_bytes(&model).unwrap();
    assert_eq!(again.to_bytes(), model);
    assert_eq!((again.words(), again.morphs().len()), (PLANTED.words(), PLANTED.morphs().len()));
}

/// Fixed by the arithmetic of `numeric` alone: a change here changes what everybody's model is.
#[test]
fn the_file_is_the_same_on_every_machine() {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(PLANTED.to_bytes());
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "919192aad37ff8b4");
}

/// All segmentations of a word with the share of each one's best path, the best first; and the sum of all paths.
fn brute_force(model: &Learned, word: &str) -> (Vec<(Vec<usize>, f64)>, f64) {
    let bytes: Vec<usize> = word.char_indices().map(|(byte, _)| byte).chain([word.len()]).collect();
    let mut borders = Vec::new();
    model.lexicon.reading.borders(word, &mut borders);
    let (mut all, mut sum) = (Vec::new(), 0.0);
    for ends in naive::segmentations(bytes.len() - 1, |at| borders[at] != symbols::Border::Never) {
        if (1..borders.len()).any(|at| borders[at] == symbols::Border::Always && !ends.contains(&at)) {
            continue;
        }
        let chances =
            naive::categories(ends.len()).into_iter().map(|chain| naive::chance(&model.lexicon, word, &ends, &chain));
        let chances: Vec<f64> = chances.collect();
        sum += chances.iter().sum::<f64>();
        let cuts = ends[..ends.len() - 1].iter().map(|&end| bytes[end]).collect();
        all.push((cuts, chances.into_iter().fold(0.0, f64::max)));
    }
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    (all, sum)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_best_paths_are_those_of_brute_force(word in "(kalem|masa|ön|[kaln]{1,2})?(lar|[dan-]{1,2})(ın|x|का)?", n in 1usize..6) {
        let (all, sum) = brute_force(&PLANTED, &word);
        let found = PLANTED.analyses(&word, n);
        prop_assert_eq!(found.len(), n.min(all.len()));
        let mut cuts = Vec::new();
        PLANTED.boundaries(&word, &mut cuts);
        prop_assert_eq!(found[0].cuts().collect::<Vec<_>>(), cuts);
        for (analysis, (cuts, chance)) in found.iter().zip(&all) {
            prop_assert!((analysis.probability - chance / sum).abs() < 1e-9, "{} is {}", analysis.probability, chance / sum);
            // Where two are equally probable either may come first.
            let same = analysis.cuts().eq(cuts.iter().copied());
            let tied = all.iter().filter(|(_, other)| (other / chance - 1.0).abs() < 1e-9).count() > 1;
            prop_assert!(same || tied, "{word}: {:?} is {cuts:?}", analysis.cuts().collect::<Vec<_>>());
        }
    }

    #[test]
    fn any_text_is_cut_at_places_that_may_be_cut(word: String, n in 1usize..4) {
        let mut cuts = Vec::new();
        PLANTED.boundaries(&word, &mut cuts);
        prop_assert!(cuts.windows(2).all(|pair| pair[0] < pair[1]));
        for &cut in &cuts {
            prop_assert!(cut > 0 && cut < word.len() && word.is_char_boundary(cut) && !cluster::inside(&word, cut));
        }
        prop_assert_eq!(pieces(&PLANTED, &word).concat(), word.as_str());
        let analyses = PLANTED.analyses(&word, n);
        prop_assert_eq!(analyses.is_empty(), word.is_empty());
        prop_assert!(analyses.windows(2).all(|pair| pair[0].probability >= pair[1].probability));
        prop_assert!(analyses.iter().map(|a| a.probability).sum::<f64>() < 1.0 + 1e-9);
        if let Some(first) = analyses.first() {
            prop_assert!(first.cuts().eq(cuts));
        }
    }
}

#[test]
fn hyphens_cut_and_the_option_says_whether() {
    let mut words = planted();
    words.push("masa-kalem".into());
    assert!(pieces(&train(&words, &[], &LearnOptions::default()), "x-masa").contains(&"masa".to_owned()));
    assert_eq!(pieces(&PLANTED, "-")[0], "-");
    let options = LearnOptions { cut_after: Vec::new(), ..LearnOptions::default() };
    let model = train(&words, &[], &options);
    assert!(model.morphs().all(|(morph, _)| !morph.is_empty()));
    assert!(Learned::from_bytes(&model.to_bytes()).unwrap().lexicon.reading.cut_after.is_empty());
}

#[test]
fn folded_case_reads_alike_and_cuts_the_word_as_it_is() {
    let options = LearnOptions { fold_case: true, ..LearnOptions::default() };
    let model = train(&planted(), &[], &options);
    assert_eq!(pieces(&model, "KALEMda"), ["KALEM", "da"]);
    assert_eq!(pieces(&model, "İKALEMda").concat(), "İKALEMda");
}

#[test]
fn a_very_long_string_takes_time_in_proportion() {
    let word = "kalemlar".repeat(20_000);
    assert!(pieces(&PLANTED, &word).len() > 10_000);
    let strange = "字".repeat(100_000);
    assert_eq!(pieces(&PLANTED, &strange).concat(), strange);
}

#[test]
fn annotations_decide_how_words_are_cut() {
    let gold =
        parse_gold("kalemlardan\tkale m lardan\ndefterlardan\tdefte r lardan\nmasalardan\tmas a lardan\n").unwrap();
    let model = train(&planted(), &gold, &LearnOptions::default());
    let count =
        |model: &Learned, morph: &str| model.morphs().find(|row| row.0 == morph).map_or(0, |row| row.1.iter().sum());
    assert_eq!(count(&PLANTED, "lardan"), 0, "without annotation it is taken apart");
    // 85 words are not annotated, 3 are.
    assert_eq!((planted().len(), count(&model, "lardan") / 28), (88, 3), "an annotated chain stays whole");
    let weighted = LearnOptions { annotation_weight: Some(50), ..LearnOptions::default() };
    assert_eq!(count(&train(&planted(), &gold, &weighted), "lardan") / 50, 3);
}

#[test]
fn what_cannot_be_learned_is_said() {
    let words = [("a", 1)];
    let bad =
        |options: LearnOptions, gold: &[GoldWord]| Learned::train(words, gold, &options, &()).unwrap_err().to_string();
    let default = LearnOptions::default;
    for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(bad(LearnOptions { corpus_weight: weight, ..default() }, &[]).contains("corpus-weight"));
    }
    assert!(bad(LearnOptions { threshold: f64::NAN, ..default() }, &[]).contains("threshold"));
    assert!(bad(LearnOptions { sweeps: 0, ..default() }, &[]).contains("sweeps"));
    assert!(bad(LearnOptions { annotation_weight: Some(0), ..default() }, &[]).contains("annotation weight"));
    let cut = |word: &str, cuts: &[usize]| [GoldWord { word: word.into(), segmentations: vec![cuts.to_vec()] }];
    for (word, cuts) in [("ev", &[0][..]), ("ev", &[2]), ("ev", &[9]), ("evler", &[3, 2]), ("é", &[1]), ("कि", &[3])]
    {
        assert!(bad(default(), &cut(word, cuts)).contains("annotated words"), "{word} {cuts:?}");
    }
    let none = Learned::train([("", 3), ("a", 0)], &[], &default(), &()).unwrap_err();
    assert!(none.to_string().contains("no word to learn from"));
    let tokens = LearnOptions { dampening: Dampening::Tokens, ..default() };
    let many = Learned::train([("ab", u64::MAX)], &[], &tokens, &()).unwrap_err();
    assert!(matches!(many, Error::Unsupported { .. }), "{many}");
    assert!("none".parse::<Dampening>().unwrap_err().hint().unwrap().contains("tokens"));
    let missing = Learned::read(Path::new("no/such/model")).unwrap_err();
    assert!(missing.to_string().contains("no/such/model"), "{missing}");
}

struct Watch {
    notes: std::sync::Mutex<Vec<String>>,
    cancel: bool,
}

impl Observer for Watch {
    fn event(&self, event: Event<'_>) {
        if let Event::Note(note) = event {
            self.notes.lock().unwrap().push(note.to_owned());
        }
    }

    fn cancelled(&self) -> bool {
        self.cancel
    }
}

#[test]
fn long_words_are_left_out_and_an_observer_can_stop() {
    let (long, longest) = ("ab".repeat(33), "ab".repeat(32));
    let words = [("evler", 1), (long.as_str(), 1), (longest.as_str(), 1)];
    let mut watch = Watch { notes: Default::default(), cancel: false };
    let model = Learned::train(words, &[], &LearnOptions::default(), &watch).unwrap();
    assert_eq!(model.words(), 2);
    assert_eq!(watch.notes.lock().unwrap().len(), 1);
    watch.cancel = true;
    assert!(matches!(Learned::train(words, &[], &LearnOptions::default(), &watch), Err(Error::Interrupted)));
}

#[test]
fn dampening_weighs_repetition() {
    let weight = |dampening| {
        let options = LearnOptions { dampening, ..LearnOptions::default() };
        let model = Learned::train([("q", 7), ("w", 1)], &[], &options, &()).unwrap();
        let counts: Vec<u64> = model.morphs().map(|(_, counts)| counts[1]).collect();
        counts
    };
    assert_eq!(weight(Dampening::Types), [1, 1]);
    assert_eq!(weight(Dampening::Log), [3, 1]);
    assert_eq!(weight(Dampening::Tokens), [7, 1]);
}

fn lines(path: PathBuf) -> Vec<String> {
    let mut text = String::new();
    zstd::Decoder::new(std::fs::File::open(path).unwrap()).unwrap().read_to_string(&mut text).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Boundary F1 of a model, micro, over words with two or more pieces.
fn f1(model: &Learned, gold: &[GoldWord]) -> f64 {
    let (both, ours, theirs) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let mut cuts = Vec::new();
    for GoldWord { word, segmentations } in gold {
        cuts.clear();
        model.boundaries(word, &mut cuts);
        both.set(both.get() + cuts.iter().filter(|cut| segmentations[0].contains(cut)).count());
        ours.set(ours.get() + cuts.len());
        theirs.set(theirs.get() + segmentations[0].len());
    }
    2.0 * both.get() as f64 / (ours.get() + theirs.get()) as f64
}

/// From the same words Morfessor 2.0.6 comes to 0.59 in Hungarian, and cuts next to none of the English ones.
#[test]
fn real_words_are_cut_well_and_better_with_annotations() {
    let Some(data) = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from) else {
        eprintln!("skipped: `TOKTOOL_DATA` is not set");
        return;
    };
    for (file, floor) in [("hun.sigmorphon2022.word.dev.tsv.zst", 0.70), ("eng.sigmorphon2022.word.dev.tsv.zst", 0.68)]
    {
        // Every 13th word whose pieces join to it and that has two or more.
        let rows = lines(data.join("morph").join(file)).into_iter().step_by(13).filter_map(|line| {
            let mut columns = line.split('\t');
            let (word, morphs) = (columns.next()?, columns.next()?.replace(" @@", " "));
            (!word.contains(' ')).then(|| parse_gold(&format!("{word}\t{morphs}")).ok()).flatten()?.pop()
        });
        let gold: Vec<GoldWord> = rows.filter(|row| !row.segmentations[0].is_empty()).collect();
        let words: Vec<String> = gold.iter().map(|row| row.word.clone()).collect();
        assert!(words.len() > 2000, "{}", words.len());
        let plain = f1(&train(&words, &[], &LearnOptions::default()), &gold[300..]);
        let guided = f1(&train(&words, &gold[..300], &LearnOptions::default()), &gold[300..]);
        assert!(plain > floor, "{file}: {plain}");
        assert!(guided > plain + 0.03, "{file}: {plain}, with annotations {guided}");
        eprintln!("{file}: F1 {plain:.4}, with 300 annotated words {guided:.4}");
    }
}
