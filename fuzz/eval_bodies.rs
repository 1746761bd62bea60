//! What is done with the bytes of a fuzzer by the targets that read what the evaluator is given, as `bodies.rs` says.

use std::path::Path;
use std::sync::LazyLock;

use toktool::morph::Lexical;
use toktool::morph::lexical::{Entries, Folding, WordList};
use toktool_eval::gold;
use toktool_eval::human::import::Ratings;
use toktool_eval::human::{Item, Key, Named, Stratum, cuts, score};
use toktool_eval::lexicality::Hunspell;

/// Gold segmentations in whatever layout: rows are kept or rejected, and boundaries lie inside their words.
pub fn gold(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(gold) = gold::parse(text) else { return };
    assert_eq!(gold.report.rows, gold.report.kept + gold.report.rejected.len() as u64);
    assert!(!gold.words.is_empty() && gold.words.len() as u64 <= gold.report.kept);
    for word in &gold.words {
        for (n, cuts) in word.segmentations.iter().enumerate() {
            assert!(cuts.windows(2).all(|pair| pair[0] < pair[1]), "{word:?}");
            assert!(
                cuts.iter().all(|&at| 0 < at && at < word.word.len() && word.word.is_char_boundary(at)),
                "{word:?}"
            );
            assert_eq!(word.pieces(n).concat(), word.word);
        }
    }
}

/// A list of words: it has what it lists. And a Hunspell dictionary, its `.aff` up to the first byte 0 and its `.dic` after
/// it.
pub fn word_list(bytes: &[u8]) {
    for (entries, folding) in [(Entries::Words, Folding::NONE), (Entries::Morphemes, Folding::of("tr"))] {
        let Ok(list) = WordList::from_bytes(bytes, "list", entries, folding) else { continue };
        let text = std::str::from_utf8(bytes).expect("a list is text");
        for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
            let entry = line.split('\t').next().unwrap_or_default().trim();
            assert!(entry.is_empty() || list.is_word(entry), "{entry:?} is lost");
            assert!(!list.is_morpheme(entry) || list.knows_morphemes());
        }
    }
    let at = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
    let (aff, dic) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    let Ok(hunspell) = Hunspell::new(aff, dic, "dictionary", Folding::of("tr")) else { return };
    for unit in String::from_utf8_lossy(dic).split(['\n', '/', '\t', ' ']).take(64).chain(["", "evlerden", "ler"]) {
        // A morpheme is a word, whatever the dictionary says of it.
        assert!(!hunspell.is_morpheme(unit) || hunspell.is_word(unit), "{unit:?}");
    }
}

/// The key of a small sheet.
static KEY: LazyLock<Key> = LazyLock::new(|| {
    let item = |item: &str, word: &str, at: &[usize], band: usize, who: &str| Item {
        item: item.to_owned(),
        word: word.to_owned(),
        segmentation: cuts::shown(word, at),
        cuts: at.to_vec(),
        frequency: 1,
        band,
        tokenizers: vec![who.to_owned()],
    };
    let named = |name: &str| Named { name: name.to_owned(), baseline: name.starts_with("baseline") };
    Key {
        schema: "toktool.human-key/1".to_owned(),
        toktool: "0".to_owned(),
        corpus: "text".to_owned(),
        language: None,
        seed: 0,
        random_rate: None,
        sheet_sha256: String::new(),
        tokenizers: ["a", "baseline:characters"].map(named).to_vec(),
        bands: (1..=2).map(|band| Stratum { band, words: 1, running: 1, sampled: 1 }).collect(),
        items: vec![
            item("w001a", "evde", &[2], 1, "a"),
            item("w001b", "evde", &[1, 2, 3], 1, "baseline:characters"),
            item("w002a", "şu", &[1], 2, "a"),
        ],
    }
});

/// A sheet that comes back: every rating is on the scale, and figures are finite. And a key: what was read is written as
/// it was.
pub fn human_ratings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut ratings = Ratings::default();
    if ratings.add(text, "someone", Path::new("sheet.csv"), &KEY).is_ok() {
        assert!(ratings.annotators.values().all(|own| own.len() == KEY.items.len()));
        let given = ratings.annotators.values().flatten().flatten();
        assert!(given.into_iter().all(|rating| (1..=5).contains(rating)));
        let scores = score::scores(&KEY, &ratings, 0);
        let means = scores.tokenizers.iter().filter_map(|rated| rated.mean.value);
        assert!(means.into_iter().all(|mean| (1.0..=5.0).contains(&mean)));
        assert!(scores.agreement.iter().filter_map(|a| a.all.value).all(|alpha| alpha.is_finite() && alpha <= 1.0));
    }
    if let Ok(key) = Key::from_json(text) {
        let written = serde_json::to_string(&key).expect("a key is written");
        assert_eq!(Key::from_json(&written).expect("what was written can be read"), key);
        score::scores(&key, &Ratings::default(), 0);
    }
}
