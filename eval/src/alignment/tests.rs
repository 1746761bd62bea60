use std::collections::BTreeSet;

use proptest::prelude::*;

use super::boundary::*;
use super::morphscore::{Item, Options, V1};
use super::stem::{Affix, affix_rates, stem_rates, stem_scores};
use super::*;

fn row(word: &str, segmentations: &[&[usize]], count: u64) -> GoldWord {
    let segmentations = segmentations.iter().map(|cuts| cuts.to_vec()).collect();
    GoldWord { word: word.into(), segmentations, count, ..GoldWord::default() }
}

fn close(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() < 1e-12)
}

fn prf(found: Prf, [p, r, f]: [f64; 3]) {
    assert!(close(found.precision, p) && close(found.recall, r) && close(found.f1, f), "{found:?} {p} {r} {f}");
}

/// ev|ler|den three times, gözlük whole, kitab|ı; `ö` and `ı` have two bytes. Tokens: ev|lerd|en, göz|lük, kitabı.
fn three() -> (Vec<GoldWord>, Vec<Vec<usize>>) {
    let gold = vec![row("evlerden", &[&[2, 5]], 3), row("gözlük", &[&[]], 1), row("kitabı", &[&[5]], 1)];
    (gold, vec![vec![2, 6], vec![4], vec![]])
}

#[test]
fn boundaries_by_hand() {
    let (gold, cuts) = three();
    let scores = word_scores(&gold, &cuts);
    let counts: Vec<_> = scores.iter().map(|s| (s.hit, s.made, s.wanted, s.positions, s.multi)).collect();
    assert_eq!(counts, [(1, 2, 2, 7, true), (0, 1, 0, 5, false), (0, 0, 1, 5, true)]);
    // 1 of 3 made and of 3 wanted.
    prf(micro(&scores), [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]);
    // The first word has 1/2 each, the second and third 0: one of the two sets is empty.
    prf(macro_average(&scores), [1.0 / 6.0, 1.0 / 6.0, 1.0 / 6.0]);
    // Three times the first: 3 of 6 + 1 and of 6 + 1.
    prf(weighted(&scores), [3.0 / 7.0, 3.0 / 7.0, 3.0 / 7.0]);
    // Without the second: 1 of 2 made, of 3 wanted.
    prf(micro(&multi(&scores)), [0.5, 1.0 / 3.0, 0.4]);
    // The union has 3 + 3 - 1.
    assert_eq!(segmentation(&scores), Segmentation { over: Some(0.4), under: Some(0.4), bias: Some(0.0) });
    assert!(exact(&scores) == Some(0.0) && close(whole(&scores), 1.0 / 3.0));
    // 3 of 17 places are boundaries, so are 3 predicted: 9/17 hits.
    prf(baseline::expected(&scores), [3.0 / 17.0, 3.0 / 17.0, 3.0 / 17.0]);
    assert!(close(baseline::lift(&scores), 17.0 / 9.0) && close(baseline::rate(&scores), 3.0 / 17.0));
}

#[test]
fn the_alternative_that_suits_a_word_counts() {
    let gold = [row("evlerden", &[&[2, 5], &[5]], 1), row("evlerden", &[&[2], &[]], 1), row("ab", &[], 1)];
    let scores = word_scores(&gold, &[vec![5], vec![], vec![1]]);
    assert_eq!(scores.len(), 2, "a word without boundaries has no score");
    assert!(scores[0].alternative == 1 && scores[0].exact() && scores[0].multi);
    // F1 of an empty prediction is 1 against the empty segmentation, 0 against the other.
    assert!(scores[1].alternative == 1 && scores[1].exact() && !scores[1].multi);
    // As good as each other: the first.
    assert_eq!(word_score(0, &row("abcd", &[&[1], &[3]], 1), &[1, 3]).unwrap().alternative, 0);
}

#[test]
fn what_cannot_be_measured_is_none() {
    let whole = word_scores(&[row("ev", &[&[]], 1)], &[vec![]]);
    assert_eq!(micro(&whole), Prf::default());
    prf(macro_average(&whole), [1.0, 1.0, 1.0]);
    assert!(exact(&whole) == Some(1.0) && baseline::lift(&whole).is_none());
    // Nothing predicted, something wanted: no precision, F1 is 0.
    let missed = word_scores(&[row("evler", &[&[2]], 1)], &[]);
    assert_eq!(micro(&missed), Prf { precision: None, recall: Some(0.0), f1: Some(0.0) });
    prf(macro_average(&missed), [0.0, 0.0, 0.0]);
    let none: Vec<WordScore> = Vec::new();
    assert_eq!((micro(&none), macro_average(&none), segmentation(&none)), Default::default());
    assert_eq!((exact(&none), baseline::expected(&none), baseline::rate(&none)), (None, Prf::default(), None));
    assert_eq!(stem_rates(&[]), Default::default());
    assert_eq!(affix_rates(&[], &[], 20), Default::default());
    assert_eq!(morphscore::v1(&[]).score, None);
    assert_eq!(morphscore::v2(&[], &Options::default()), Default::default());
    assert_eq!(sequence::sequence_rates(&[]), Default::default());
    assert_eq!(consistency::lemma_first_token(&[], &Prediction::default()), Default::default());
}

#[test]
fn stems_and_affixes_by_hand() {
    let (gold, cuts) = three();
    let scores = stem_scores(&gold, &cuts);
    let found: Vec<_> = scores.iter().map(|score| (score.intact, score.straddled)).collect();
    // ev is a token; gözlük is cut and has no affix; the one token of kitabı reaches over the end of kitab.
    assert_eq!(found, [(true, Some(false)), (false, None), (false, Some(true))]);
    let rates = stem_rates(&scores);
    assert!(
        close(rates.intact, 1.0 / 3.0) && rates.straddled == Some(0.5) && (rates.words, rates.with_affix) == (3, 2)
    );
    // A prefix: ge|leb|t with the stem in the middle.
    let prefix = GoldWord { stem: 1, ..row("gelebt", &[&[2, 5]], 1) };
    let of = |cuts: &[usize]| stem_scores(std::slice::from_ref(&prefix), &[cuts.to_vec()])[0];
    assert!(of(&[2, 5]).intact && of(&[2, 5]).straddled == Some(false));
    assert!(!of(&[2]).intact && of(&[2]).straddled == Some(true), "its end");
    assert!(!of(&[5]).intact && of(&[5]).straddled == Some(true), "its beginning");
    assert!(!of(&[2, 3, 5]).intact && of(&[2, 3, 5]).straddled == Some(false), "cut but not straddled");
    // ler occurs twice, once as a token; den once, as a token; ge and t once.
    let gold = [row("evlerden", &[&[2, 5]], 1), row("yollar", &[&[3]], 1), row("evler", &[&[2]], 1), prefix];
    let rates = affix_rates(&gold, &[vec![2, 5], vec![3, 4], vec![], vec![2, 5]], 1);
    let affix = |surface: &str, seen, atomic| Affix { surface: surface.into(), seen, atomic };
    let expected = [affix("ler", 2, 1), affix("den", 1, 1), affix("ge", 1, 1), affix("lar", 1, 0), affix("t", 1, 1)];
    assert_eq!(rates.affixes, expected);
    // (1/2 + 1 + 1 + 0 + 1) / 5.
    assert!(close(rates.atomicity, 0.7));
    assert_eq!(affix_rates(&gold, &[], 2).affixes, [affix("ler", 2, 0)]);
}

#[test]
fn morphscore_by_hand() {
    let (gold, cuts) = three();
    let items = morphscore::items(&gold, &cuts);
    let item = |row, split, hit| Item { row, split, hit };
    assert_eq!(items, [item(0, true, true), item(2, false, false)], "the second word has no boundary");
    let v1 = morphscore::v1(&items);
    assert_eq!(v1, V1 { score: Some(1.0), recall: Some(0.5), right: 1, scored: 1, items: 2 });
    let v2 = |options: Options| morphscore::v2_of(&gold, &cuts, &options);
    let plain = Options { freq_scale: false, ..Options::default() };
    // ev|lerd|en: recall 1/2, precision 1 of 2 boundaries and the end of the word: 1/3. kitabı is one token: 1 and 1.
    let found = v2(plain);
    prf(found.mean, [2.0 / 3.0, 0.75, 2.0 * (2.0 / 3.0) * 0.75 / (2.0 / 3.0 + 0.75)]);
    assert!(close(found.precision_std, 1.0 / 3.0) && close(found.recall_std, 0.25) && found.words == 2);
    // Three times the first, once the second.
    prf(v2(Options::default()).mean, [0.5, 0.625, 2.0 * 0.5 * 0.625 / 1.125]);
    prf(v2(Options { exclude_single_tok: true, ..plain }).mean, [1.0 / 3.0, 0.5, 0.4]);
    prf(v2(Options { exclude_single_tok: true, word_end: false, ..plain }).mean, [0.5, 0.5, 0.5]);
    // The beginning of a stem that comes last: be|fallen.
    let prefix = GoldWord { stem: 1, ..row("befallen", &[&[2]], 1) };
    assert!(morphscore::items(&[prefix], &[vec![2, 4]])[0].hit);
}

#[test]
fn degenerate_tokenizers() {
    let (gold, _) = three();
    let words = words(&gold);
    let characters = word_scores(&gold, &baseline::characters(&words));
    // All 17 places are boundaries, 3 of them gold; as good as chance by construction.
    prf(micro(&characters), [3.0 / 17.0, 1.0, 0.3]);
    assert!(close(baseline::lift(&characters), 1.0));
    assert_eq!(morphscore::v1(&morphscore::items(&gold, &baseline::characters(&words))).score, Some(1.0));
    // gözlük has two characters of two bytes, kitabı one: three places more, which are wrong.
    let bytes = word_scores(&gold, &baseline::bytes(&words));
    prf(micro(&bytes), [3.0 / 20.0, 1.0, 6.0 / 23.0]);
    prf(baseline::expected(&bytes), [3.0 / 17.0, 1.0, 0.3]);
    assert_eq!(baseline::rate(&bytes), Some(1.0));
    let whole = word_scores(&gold, &baseline::whole_words(&words));
    assert_eq!(micro(&whole), Prf { precision: None, recall: Some(0.0), f1: Some(0.0) });
    assert!(close(exact(&whole), 1.0 / 3.0) && super::boundary::whole(&whole) == Some(1.0));
    // Pieces that are no text are scored like others.
    let prediction = Prediction::of_cuts(&words, &baseline::bytes(&words));
    assert_eq!(prediction.tokens[1].len(), 8);
    let rates = sequence::sequence_rates(&sequence::sequence_scores(&gold, &prediction.cuts));
    assert!(rates.words == 3 && rates.distance.unwrap() > 0.0);
    let options = consistency::Options { ignore_single: true, ..consistency::Options::default() };
    assert_eq!(consistency::consistency(&gold, &prediction, &options).tokens, 0);
}

#[test]
fn random_boundaries_score_what_is_expected() {
    let gold: Vec<GoldWord> = (0..20_000).map(|n| row("evlerimizden", &[&[2, 5 + n % 3, 9]], 1)).collect();
    let words = words(&gold);
    let cuts = baseline::random(&words, 0.3, 11);
    assert_eq!(cuts, baseline::random(&words, 0.3, 11));
    let scores = word_scores(&gold, &cuts);
    let (found, expected) = (micro(&scores), baseline::expected(&scores));
    assert!((found.f1.unwrap() - expected.f1.unwrap()).abs() < 0.005, "{found:?} {expected:?}");
    assert!((baseline::rate(&scores).unwrap() - 0.3).abs() < 0.005);
    assert!((baseline::lift(&scores).unwrap() - 1.0).abs() < 0.02);
}

/// Cuts and ids of words by a tokenizer in the layout of Hugging Face.
fn predicted(json: &str, words: &[&str]) -> (Vec<Vec<usize>>, Vec<Vec<u32>>) {
    let encoder = Encoder::new(&toktool::formats::hf::read_str(json).unwrap()).unwrap();
    let found = predict_tokens(&encoder, words).unwrap();
    assert_eq!(predict(&encoder, words).unwrap(), found.cuts);
    let ids = found.tokens.iter().map(|tokens| tokens.iter().map(|token| token.id).collect()).collect();
    (found.cuts, ids)
}

#[test]
fn words_are_encoded_after_a_space() {
    // Byte-level: `Ġ` joins `e`, not `ç` (two bytes, Ã and §).
    let bytes = toktool::alphabet::in_order();
    let mut vocab: Vec<String> = bytes.iter().map(|&byte| toktool::alphabet::spell(&[byte])).collect();
    vocab.extend(["Ġe", "le", "çe"].map(|token| toktool::alphabet::spell(token.replace('Ġ', " ").as_bytes())));
    vocab.push(toktool::alphabet::spell(&"ç".as_bytes()[..2]));
    let id =
        |text: &str| vocab.iter().position(|token| *token == toktool::alphabet::spell(text.as_bytes())).unwrap() as u32;
    let ids: serde_json::Map<String, serde_json::Value> =
        vocab.iter().zip(0u32..).map(|(token, id)| (token.clone(), id.into())).collect();
    let merges = ["Ġ e", "l e", "Ã §"];
    let json = serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": null, "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "vocab": ids, "merges": merges},
    });
    let (cuts, ids) = predicted(&json.to_string(), &["ele", "çe", "ğ", ""]);
    // Ġe|le; the space before ç is a token of its own and belongs to no word; ğ is cut between its bytes.
    assert_eq!(cuts, [vec![1], vec![2], vec![1], vec![]]);
    assert_eq!(
        (&ids[0], &ids[1], ids[2].len(), ids[3].len()),
        (&vec![id(" e"), id("le")], &vec![id("ç"), id("e")], 2, 0)
    );

    // A model of the `tokenizers` crate, which drops the space and has spans of its own.
    let json = r###"{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": null, "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": {"[UNK]": 0, "ev": 1, "##ler": 2, "##ç": 3, "##i": 4}}}"###;
    let (cuts, ids) = predicted(json, &["evler", "evçi", "xyz"]);
    assert_eq!(cuts, [vec![2], vec![2, 4], vec![]]);
    assert_eq!(ids, [vec![1, 2], vec![1, 3, 4], vec![0]]);
}

#[test]
fn predictions_by_boundaries_have_equal_ids_for_equal_pieces() {
    let prediction = Prediction::of_cuts(&["evler", "evde", "", "ab"], &[vec![2], vec![2], vec![], vec![0, 1, 1, 9]]);
    let ids: Vec<Vec<u32>> = prediction.tokens.iter().map(|t| t.iter().map(|t| t.id).collect()).collect();
    assert_eq!(ids, [vec![0, 1], vec![0, 2], vec![], vec![3, 4]]);
    assert_eq!(prediction.cuts[3], [1], "only inner offsets that ascend");
}

fn cuts_strategy() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::btree_set(1usize..12, 0..6).prop_map(|set| set.into_iter().collect())
}

proptest! {
    #[test]
    fn counts_are_those_of_sets(wanted in cuts_strategy(), cuts in cuts_strategy()) {
        let gold = row("abcdefghijkl", &[&wanted], 1);
        let score = word_score(0, &gold, &cuts).unwrap();
        let (g, b): (BTreeSet<_>, BTreeSet<_>) = (wanted.iter().collect(), cuts.iter().collect());
        prop_assert_eq!((score.hit, score.made, score.wanted), (g.intersection(&b).count() as u32, b.len() as u32, g.len() as u32));
        let found = segmentation(&[score]);
        let union = g.union(&b).count();
        let share = |n: usize| (union > 0).then(|| n as f64 / union as f64);
        prop_assert_eq!((found.over, found.under), (share(b.difference(&g).count()), share(g.difference(&b).count())));
        prop_assert_eq!(score.exact(), wanted == cuts);
        // The stem and affixes by the tokens themselves.
        let token = |cuts: &[usize]| {
            let ends: Vec<usize> = cuts.iter().copied().chain([12]).collect();
            let starts: Vec<usize> = [0].into_iter().chain(cuts.iter().copied()).collect();
            starts.into_iter().zip(ends).collect::<Vec<(usize, usize)>>()
        };
        let (pieces, tokens) = (token(&wanted), token(&cuts));
        let stem = stem_scores(std::slice::from_ref(&gold), std::slice::from_ref(&cuts))[0];
        prop_assert_eq!(stem.intact, tokens.contains(&pieces[0]));
        let over = tokens.iter().any(|t| t.0 < pieces[0].1 && t.1 > pieces[0].1);
        prop_assert_eq!(stem.straddled, (pieces.len() > 1).then_some(over));
        let atomic: u64 = affix_rates(std::slice::from_ref(&gold), std::slice::from_ref(&cuts), 1).affixes.iter().map(|a| a.atomic).sum();
        prop_assert_eq!(atomic as usize, pieces[1..].iter().filter(|piece| tokens.contains(piece)).count());
    }
}

/// GPT-2, and where real data lies, if it does.
fn gpt2() -> Option<(Encoder, std::path::PathBuf)> {
    let Some(folder) = std::env::var_os("TOKTOOL_DATA").map(std::path::PathBuf::from) else {
        println!("skipped: TOKTOOL_DATA names no folder");
        return None;
    };
    let text = |name: &str| std::fs::read_to_string(folder.join("bpe-reference").join(name)).unwrap();
    let tokenizer =
        toktool::formats::hf::from_vocab_and_merges(&text("gpt2_vocab.json"), &text("gpt2_merges.txt")).unwrap();
    Some((Encoder::new(&tokenizer).unwrap(), folder))
}

#[test]
fn gpt2_on_turkish_as_published() {
    let Some((encoder, folder)) = gpt2() else { return };
    let gold = crate::gold::read(folder.join("morph/tr.ud-verified-segments.tsv.zst")).unwrap().words;
    let cuts = predict(&encoder, &words(&gold)).unwrap();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| predict(&encoder, &words(&gold))).unwrap(), cuts, "for any number of threads");
    let several = multi(&word_scores(&gold, &cuts));
    // Counted by a program of its own, which merges by the ranks and knows nothing of this crate.
    let totals = totals(&several);
    assert_eq!((totals.words, totals.hit, totals.made, totals.wanted), (16_507, 16_538, 64_652, 28_499));
    assert_eq!(several.iter().filter(|score| score.exact()).count(), 336);
    // The figures published with the data are for 94 rows more than the file has: P 0.2564, R 0.5801, F1 0.3556.
    let found = micro(&several);
    let near = |found: Option<f64>, expected: f64, by: f64| (found.unwrap() - expected).abs() < by;
    assert!(near(found.precision, 0.2564, 1e-3) && near(found.recall, 0.5801, 1e-3) && near(found.f1, 0.3556, 1e-3));
    assert!(near(exact(&several), 0.0204, 5e-5));

    let gold = crate::gold::read(folder.join("morph/tr.morphscore.csv")).unwrap().words;
    let cuts = predict(&encoder, &words(&gold)).unwrap();
    let v1 = morphscore::v1(&morphscore::items(&gold, &cuts));
    assert_eq!((v1.right, v1.scored, v1.items), (696, 997, 997));
    assert!(near(v1.score, 0.6981, 5e-5));
}

/// Gold boundaries as a prediction.
fn perfect(gold: &[GoldWord]) -> Prediction {
    let cuts: Vec<Vec<usize>> = gold.iter().map(|row| row.segmentations[0].clone()).collect();
    Prediction::of_cuts(&words(gold), &cuts)
}

#[test]
fn the_gold_itself_has_full_marks() {
    let (mut gold, _) = three();
    if let Some((_, folder)) = gpt2() {
        gold = crate::gold::read(folder.join("morph/tr.ud-verified-segments.tsv.zst")).unwrap().words;
    }
    let prediction = perfect(&gold);
    let scores = word_scores(&gold, &prediction.cuts);
    for found in [micro(&scores), macro_average(&scores), weighted(&scores), micro(&multi(&scores))] {
        prf(found, [1.0; 3]);
    }
    assert_eq!(exact(&scores), Some(1.0));
    let stems = stem_rates(&stem_scores(&gold, &prediction.cuts));
    assert_eq!((stems.intact, stems.straddled), (Some(1.0), Some(0.0)));
    assert_eq!(affix_rates(&gold, &prediction.cuts, 1).atomicity, Some(1.0));
    let rates = sequence::sequence_rates(&sequence::sequence_scores(&gold, &prediction.cuts));
    prf(rates.lcs, [1.0; 3]);
    assert_eq!((rates.distance, rates.edits), (Some(0.0), Some(0.0)));
    // A morpheme that occurs twice in a word draws others to it.
    assert!(emma::emma2(&gold, &prediction, &emma::Options::default()).mean.f1.is_some_and(|f1| f1 > 0.999));
    let families = allomorph::allomorphy(&gold, &prediction, 20);
    assert_eq!(families.bits, families.surface_bits);
    // Words that occur in several rows have the pieces of all of them.
    let consistency = consistency::consistency(&gold, &prediction, &consistency::Options::default());
    assert!(consistency.both == consistency.tokens && consistency.both == consistency.morphemes);
}
