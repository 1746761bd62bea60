//! All readers against naive twins, every message, and damaged files.

use std::fs;
use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::error::Place;

/// A corpus of one file in a folder that lives as long as it.
pub(super) struct Sample {
    folder: tempfile::TempDir,
    pub(super) path: PathBuf,
}

pub(super) fn sample(name: &str, bytes: &[u8]) -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    Sample { folder, path }
}

pub(super) fn source(path: impl Into<PathBuf>) -> Source {
    Source { group: None, path: path.into() }
}

fn options(document: Document, keep_empty: bool, lossy: bool) -> Options {
    Options { document, keep_empty, lossy, ..Options::default() }
}

fn open(sample: &Sample, options: Options) -> Corpus {
    Corpus::open(&[source(&sample.path)], options).unwrap()
}

/// Every document, in order.
pub(super) fn drain(corpus: &Corpus) -> Result<Vec<String>> {
    let (mut all, mut number) = (Vec::new(), 0);
    while let Some(raw) = corpus.next()? {
        let block = raw.decode(corpus)?;
        assert_eq!(block.number, number);
        number += 1;
        all.extend(block.documents().map(str::to_owned));
    }
    Ok(all)
}

pub(super) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

pub(super) fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// The file, the place, the message and the hint of an input error.
#[track_caller]
pub(super) fn input_error<T: std::fmt::Debug>(result: Result<T>) -> (PathBuf, Place, String, String) {
    match result.unwrap_err() {
        Error::Input { path, at, why, hint } => (path, at, why, hint.unwrap_or_default()),
        other => panic!("not an input error: {other:?}"),
    }
}

/// The defining reading of lines.
fn naive_lines(text: &str, keep_empty: bool) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut pieces: Vec<&str> = text.split('\n').collect();
    let last = pieces.pop().unwrap();
    let mut lines: Vec<&str> = pieces.iter().map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    if !last.is_empty() {
        lines.push(last);
    }
    lines.into_iter().filter(|line| keep_empty || !line.is_empty()).map(str::to_owned).collect()
}

/// The defining reading of paragraphs.
fn naive_paragraphs(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut all, mut open) = (Vec::new(), String::new());
    for line in text.split_inclusive('\n').chain(["\n"]) {
        if !line.trim().is_empty() {
            open.push_str(line);
        } else if !open.is_empty() {
            let end = open.strip_suffix('\n').map_or(open.as_str(), |rest| rest.strip_suffix('\r').unwrap_or(rest));
            all.push(end.to_owned());
            open.clear();
        }
    }
    all
}

/// Text rich in line ends, blank lines and characters of all lengths.
fn texts() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "\n",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "\u{b}",
        "\u{a0}",
        "\u{2003}",
        "a",
        "ğ",
        "क्ष",
        "😀",
        "uzun bir satır",
        "\u{feff}",
        "\u{85}",
    ]);
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn blocks_of_any_size_give_the_naive_documents(text in texts(), block in 1usize..40, keep in any::<bool>()) {
        for (name, bytes) in [("a.txt", text.clone().into_bytes()), ("a.txt.gz", gz(text.as_bytes()))] {
            let file = sample(name, &bytes);
            let read = |document| {
                let mut corpus = open(&file, options(document, keep, false));
                corpus.block = block;
                let all = drain(&corpus).unwrap();
                assert_eq!(corpus.stats().read, bytes.len() as u64);
                all
            };
            prop_assert_eq!(read(Document::Line), naive_lines(&text, keep));
            prop_assert_eq!(read(Document::Blank), naive_paragraphs(&text));
            let whole = text.strip_prefix('\u{feff}').unwrap_or(&text);
            let whole: Vec<&str> = if keep || !whole.is_empty() { vec![whole] } else { vec![] };
            prop_assert_eq!(read(Document::File), whole);
        }
    }

    #[test]
    fn invalid_bytes_are_placed_exactly_or_replaced(
        bytes in prop::collection::vec(prop::sample::select(&b"ab\n\xc4\x9f\xe0\xa4\x95\xff\xf0"[..]), 0..40),
        block in 1usize..12,
    ) {
        let file = sample("a.txt", &bytes);
        let mut corpus = open(&file, options(Document::Line, true, false));
        corpus.block = block;
        match std::str::from_utf8(&bytes) {
            Ok(text) => prop_assert_eq!(drain(&corpus).unwrap(), naive_lines(text, true)),
            Err(e) => {
                let (path, at, why, hint) = input_error(drain(&corpus));
                prop_assert_eq!((path, at), (file.path.clone(), Place::Byte(e.valid_up_to() as u64)));
                prop_assert!(why == "invalid UTF-8" && hint.contains("--lossy"));
            }
        }
        let mut corpus = open(&file, options(Document::Line, true, true));
        corpus.block = block;
        let twin = String::from_utf8_lossy(&bytes);
        prop_assert_eq!(drain(&corpus).unwrap(), naive_lines(&twin, true));
        prop_assert_eq!(corpus.stats().replaced, twin.matches('\u{fffd}').count() as u64);
    }
}

#[test]
fn counts_what_was_read() {
    let file = sample("a.txt", "\u{feff}bir\r\n\niki\nüç".as_bytes());
    let corpus = open(&file, Options::default());
    assert_eq!(corpus.total_bytes(), Some(17));
    assert_eq!(drain(&corpus).unwrap(), ["bir", "iki", "üç"]);
    let stats = corpus.stats();
    assert_eq!((stats.documents, stats.empty, stats.bytes, stats.read, stats.files), (3, 1, 10, 17, 1));
    assert!(corpus.next().unwrap().is_none());
    assert!(corpus.groups().is_empty());
}

#[test]
fn text_in_memory_reads_like_a_file() {
    let corpus = Corpus::from_text("sample", "a\n\nb", options(Document::Line, true, false));
    assert_eq!(drain(&corpus).unwrap(), ["a", "", "b"]);
    assert_eq!((corpus.total_bytes(), corpus.stats().read), (Some(4), 4));
}

#[test]
fn many_threads_see_every_document_once() {
    let text: String = (0..20_000).map(|n| format!("satır {n}\n")).collect();
    let file = sample("a.txt", text.as_bytes());
    let mut corpus = open(&file, Options::default());
    corpus.block = 1000;
    let mut blocks: Vec<Block> = std::thread::scope(|scope| {
        let work = || {
            let mut mine = Vec::new();
            while let Some(raw) = corpus.next().unwrap() {
                mine.push(raw.decode(&corpus).unwrap());
            }
            mine
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    blocks.sort_by_key(|block| block.number);
    let all: Vec<&str> = blocks.iter().flat_map(Block::documents).collect();
    assert_eq!(all, text.lines().collect::<Vec<_>>());
}

#[test]
fn a_document_longer_than_the_block_is_read_and_one_beyond_the_limit_refused() {
    let long = "x".repeat(5000);
    let text = format!("a\n{long}\n\nb\n");
    let file = sample("a.txt", text.as_bytes());
    for (document, wanted) in [(Document::Line, vec!["a", &long, "b"]), (Document::Blank, vec![&text[..5002], "b"])] {
        let mut corpus = open(&file, options(document, false, false));
        corpus.block = 16;
        assert_eq!(drain(&corpus).unwrap(), wanted);
        for max_line in [4999, 5002, 5003] {
            let mut corpus = open(&file, options(document, false, false));
            (corpus.block, corpus.max_line) = (16, max_line);
            let result = drain(&corpus);
            let fits = max_line >= if document == Document::Line { 5000 } else { 5003 };
            assert_eq!(result.is_ok(), fits, "{document:?} {max_line}");
            if !fits {
                let (path, at, why, hint) = input_error(result);
                assert_eq!(
                    (path, at),
                    (file.path.clone(), Place::Byte(if document == Document::Line { 2 } else { 0 }))
                );
                assert!(why.contains(&max_line.to_string()) && hint.contains("--document"), "{why} {hint}");
                assert!(corpus.next().unwrap().is_none(), "nothing follows an error");
            }
        }
    }
    let file = sample("a.jsonl", format!("{{\"text\":\"a\"}}\n{{\"text\":\"{long}\"}}\n").as_bytes());
    let mut corpus = open(&file, Options::default());
    (corpus.block, corpus.max_line) = (16, 4000);
    assert_eq!(input_error(drain(&corpus)).1, Place::Line(2));
}

#[test]
fn packed_files_of_several_members_are_one_text() {
    for (name, bytes) in
        [("a.txt.gz", [gz(b"a\nb"), gz(b"c\n")].concat()), ("a.ZST", [zst(b"a\nb"), zst(b"c\n")].concat())]
    {
        assert_eq!(drain(&open(&sample(name, &bytes), Options::default())).unwrap(), ["a", "bc"]);
    }
}

#[test]
fn damaged_packing_never_passes_or_panics() {
    let text: String = (0..3000).map(|n| format!("{} satır\n", n * n % 7919)).collect();
    for (name, whole) in [("a.txt.gz", gz(text.as_bytes())), ("a.txt.zst", zst(text.as_bytes()))] {
        let step = whole.len() / 60 + 1;
        for at in (1..whole.len()).step_by(step) {
            let file = sample(name, &whole[..at]);
            let mut corpus = open(&file, Options::default());
            corpus.block = 4096;
            let (path, place, why, hint) = input_error(drain(&corpus));
            assert_eq!(path, file.path);
            assert!(matches!(place, Place::Byte(n) if n <= text.len() as u64), "{place:?}");
            assert!(why.starts_with("damaged or truncated") && !hint.is_empty(), "{why}");
        }
        for at in (0..whole.len()).step_by(step) {
            let mut broken = whole.clone();
            broken[at] ^= 0x10;
            // A flip in an unchecked header field may pass; whatever passes is the whole text.
            if let Ok(all) = drain(&open(&sample(name, &broken), Options::default())) {
                assert!(all == naive_lines(&text, false) || name.ends_with("zst"), "{name} {at}");
            }
        }
    }
    let place = input_error(drain(&open(&sample("a.txt.gz", b"plain text\n"), Options::default()))).1;
    assert_eq!(place, Place::Byte(0));
}

#[test]
fn folders_are_walked_in_path_order_and_foreign_files_counted() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    fs::create_dir_all(at("b/c")).unwrap();
    fs::write(at("b/c/2.txt"), "iki").unwrap();
    fs::write(at("b/1.jsonl"), "{\"text\":\"bir\"}").unwrap();
    fs::write(at("z.txt.gz"), gz("son".as_bytes())).unwrap();
    fs::write(at("a.TXT"), "ilk").unwrap();
    fs::write(at("README.md"), "no").unwrap();
    fs::write(at("c.md.gz"), "no").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(root.path(), at("b/loop")).unwrap();
        std::os::unix::fs::symlink(at("b/c"), at("b/d")).unwrap();
        std::os::unix::fs::symlink(at("gone.md"), at("dangling.md")).unwrap();
    }
    let corpus = Corpus::open(&[source(root.path())], Options::default()).unwrap();
    assert_eq!(drain(&corpus).unwrap(), ["ilk", "bir", "iki", "son"]);
    assert_eq!((corpus.stats().files, corpus.stats().skipped_files), (4, if cfg!(unix) { 3 } else { 2 }));
}

#[test]
fn groups_are_numbered_by_appearance() {
    let file = sample("a.txt", b"x\n");
    let of = |group: Option<&str>| Source { group: group.map(str::to_owned), path: file.path.clone() };
    let corpus = Corpus::open(&[of(Some("tr")), of(None), of(Some("hi")), of(Some("tr"))], Options::default()).unwrap();
    assert_eq!(corpus.groups(), ["tr", "", "hi"]);
    let mut seen = Vec::new();
    while let Some(raw) = corpus.next().unwrap() {
        seen.push((raw.number, raw.group));
    }
    assert_eq!(seen, [(0, 0), (1, 1), (2, 2), (3, 0)]);
}

#[test]
fn what_cannot_be_opened_says_why() {
    let file = sample("a.md", b"x\n");
    let fail = |sources: &[Source]| Corpus::open(sources, Options::default()).unwrap_err();
    let missing = fail(&[source(file.folder.path().join("nowhere"))]);
    assert!(missing.to_string().contains("no such file or folder") && missing.hint().is_some(), "{missing}");
    let empty = fail(&[source(file.folder.path())]);
    assert!(empty.to_string().contains("holds no file") && empty.hint().unwrap().contains(".jsonl"), "{empty}");
    assert!(fail(&[]).to_string().contains("no input"));
    assert!(fail(&[source("-"), source("-")]).to_string().contains("twice"));
    assert_eq!(Corpus::open(&[source("-")], Options::default()).unwrap().total_bytes(), None);
    // By its own name, any file is text.
    assert_eq!(drain(&open(&file, Options::default())).unwrap(), ["x"]);
    fs::remove_file(&file.path).ok();
    let gone = Corpus::open(&[source(file.folder.path().join("a.md"))], Options::default());
    assert!(gone.is_err());
}

#[test]
fn a_file_is_hashed_as_stored() {
    let file = sample("a.txt", b"abc");
    let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hash_file(&file.path).unwrap(), (3, known.to_owned()));
    assert!(matches!(hash_file(file.folder.path().join("b")), Err(Error::Io { action: "read", .. })));
}
