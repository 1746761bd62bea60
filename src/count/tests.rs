//! Counting against a plain map; with and without spilling; for any number of threads.

use std::collections::BTreeMap;

use super::*;
use crate::corpus::{Options, Source};
use crate::text::Splitter;

fn folder(texts: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (n, text) in texts.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{n}.txt")), text).unwrap();
    }
    folder
}

fn counted(
    folder: &tempfile::TempDir,
    splitter: &Splitter,
    options: &CountOptions,
    threads: usize,
) -> (WordCounts, Vec<String>, Vec<String>) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let source = Source { group: None, path: folder.path().to_owned() };
        let corpus = Corpus::open(&[source], Options::default()).unwrap();
        let cutting = Cutting::new(&[], splitter).unwrap();
        let counted = count(&corpus, &cutting, options, &()).unwrap();
        let (sample, notes) = (counted.sample.clone(), counted.notes.clone());
        let mut words = counted.into_words(&()).unwrap();
        words.sort();
        (words, sample, notes)
    })
}

fn texts() -> Vec<String> {
    let line = |n: usize| format!("kelime{} ve başka{}; नमस्ते दुनिया {}\r\n", n % 97, n % 1013, "x".repeat(n % 40));
    (0..5).map(|file| (0..4000).map(|n| line(n * (file + 1))).collect()).collect()
}

#[test]
fn threads_and_spilling_change_nothing() {
    let texts = texts();
    let folder = folder(&texts);
    let splitter = Splitter::named("unicode").unwrap();
    let (words, sample, _) = counted(&folder, &splitter, &CountOptions::default(), 1);
    let mut expected: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    let cutter = Cutter::new(&splitter).unwrap();
    for line in texts.iter().flat_map(|text| text.split('\n')).map(|line| line.trim_end_matches('\r')) {
        cutter.cut(line, |start, end| *expected.entry(line[start..end].into()).or_default() += 1);
    }
    assert_eq!(words.iter().map(|(w, n)| (w.to_vec(), n)).collect::<BTreeMap<_, _>>(), expected);
    let tiny = CountOptions { max_memory: 1 << 20, ..CountOptions::default() };
    for (options, threads) in [(&CountOptions::default(), 2), (&CountOptions::default(), 5), (&tiny, 1), (&tiny, 3)] {
        let (other, other_sample, _) = counted(&folder, &splitter, options, threads);
        assert_eq!(other, words);
        assert_eq!(other_sample, sample);
    }
}

#[test]
fn a_piece_of_megabytes_is_cut_and_named() {
    let folder = folder(&["é".repeat(3_000_000)]);
    let (words, _, notes) = counted(&folder, &Splitter::default(), &CountOptions::default(), 1);
    assert!(words.iter().all(|(word, _)| word.len() <= 1 << 20 && std::str::from_utf8(word).is_ok()));
    assert_eq!(words.iter().map(|(word, n)| word.len() as u64 * n).sum::<u64>(), 6_000_000);
    assert!(notes[0].contains("6000000 bytes") && notes[0].contains("ééé"), "{notes:?}");
}

#[test]
fn stopping_is_an_error_and_not_a_result() {
    struct Stop;
    impl Observer for Stop {
        fn event(&self, _: Event<'_>) {}
        fn cancelled(&self) -> bool {
            true
        }
    }
    let folder = folder(&texts());
    let corpus = Corpus::open(&[Source { group: None, path: folder.path().to_owned() }], Options::default()).unwrap();
    let cutting = Cutting::new(&[], &Splitter::default()).unwrap();
    let error = count(&corpus, &cutting, &CountOptions::default(), &Stop).unwrap_err();
    assert!(matches!(error, crate::Error::Interrupted));
}
