//! What is done with the bytes of a fuzzer, one function for each target.
//!
//! Each reads its input as one foreign format and, where that succeeds, uses what it got. An error is a fine answer to
//! any bytes; a panic, a hang, or memory far beyond the input's size is a finding. The fuzz targets and the test that
//! replays `seeds/` share these functions, so a seed is tested exactly as it was found.

use std::path::PathBuf;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use toktool::corpus::{Corpus, Document, Options, Source};
use toktool::encode::{EncodeOptions, Encoder, Scratch};
use toktool::formats::counts::{Meta, Parts};
use toktool::formats::{gguf, hf, sentencepiece, tiktoken};
use toktool::morph::Segmenter;
use toktool::morph::learned::Learned;
use toktool::morph::lookup::Lookup;
use toktool::morph::turkish::Turkish;
use toktool::text::Splitter;
use toktool::tokenizer::Tokenizer;
use toktool::train::{BpeTrainer, Frame, TrainInput, Trainer, assemble};
use toktool::words::WordCounts;

/// Short, yet with letters, marks, digits, spaces and a special token's text in it.
const TEXT: &str = "Ab ab  l'été\n12345 नमस्ते <s>▁x\t<0x0A>🙂e\u{301}";

/// One folder for the whole run: most of a target's time would else go into making folders.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a temporary folder"));

/// Stores a file. Names belong to one target each, since a test harness may run several targets at once.
fn stored(name: &str, bytes: &[u8]) -> PathBuf {
    let path = FOLDER.path().join(name);
    std::fs::write(&path, bytes).expect("a temporary file");
    path
}

/// What every tokenizer must survive, whoever made it: compiling it, encoding and decoding.
fn used(tokenizer: &Tokenizer) {
    let Ok(encoder) = Encoder::new(tokenizer) else { return };
    if let Ok(ids) = encoder.encode(TEXT) {
        let bytes = encoder.decode(&ids, false);
        if tokenizer.is_lossless() {
            assert_eq!(String::from_utf8_lossy(&bytes), TEXT, "a lossless tokenizer loses text");
        }
    }
    encoder.decode(&[0, 1, 2, u32::MAX], true);
}

/// A tokenizer as `tokenizer.json` and back.
fn round_trip(tokenizer: &Tokenizer) {
    let Ok(written) = hf::write_string(tokenizer) else { return };
    let again = hf::read_str(&written).unwrap_or_else(|e| panic!("what was written cannot be read: {e}\n{written}"));
    // What is carried may be spelled differently at first; from then on it must stay as it is.
    let model = Tokenizer { carried: Default::default(), ..again.clone() };
    assert_eq!(model, Tokenizer { carried: Default::default(), ..tokenizer.clone() }, "{written}");
    let twice = hf::write_string(&again).unwrap_or_else(|e| panic!("what was read cannot be written: {e}"));
    assert_eq!(twice, written, "writing is not stable");
}

/// A `tokenizer.json`.
pub fn tokenizer_json(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(tokenizer) = hf::read_str(text) else { return };
    round_trip(&tokenizer);
    used(&tokenizer);
}

/// A ranks file: as it is, and behind the 256 single bytes, without which none is read and which few inputs would hold.
pub fn tiktoken(bytes: &[u8]) {
    tiktoken::looks_like(bytes);
    ranks(bytes);
    ranks(&[BYTES.as_slice(), bytes].concat());
}

/// The single bytes, each with its own value as rank.
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let sextet =
        |n: u8| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[usize::from(n)]);
    let line = |b: u8| format!("{}{}== {b}\n", sextet(b >> 2), sextet((b & 3) << 4));
    (0..=255).map(line).collect::<String>().into_bytes()
});

fn ranks(bytes: &[u8]) {
    let Ok(tokenizer) = tiktoken::read(bytes, Some("cl100k")) else { return };
    tiktoken::irreducible(&tokenizer);
    if let Ok(written) = tiktoken::write(&tokenizer) {
        let again = tiktoken::read(&written, Some("cl100k")).expect("what was written can be read");
        assert_eq!(again.model, tokenizer.model);
    }
    round_trip(&tokenizer);
    used(&tokenizer);
}

/// A SentencePiece model.
pub fn sentencepiece(bytes: &[u8]) {
    sentencepiece::looks_like(bytes);
    let Ok(tokenizer) = sentencepiece::read(bytes) else { return };
    round_trip(&tokenizer);
    used(&tokenizer);
}

/// A GGUF file, once as it is and once with a pattern in place of the one it names.
pub fn gguf(bytes: &[u8]) {
    let size = bytes.len() as u64;
    let named = gguf::read(bytes, size, None);
    for tokenizer in [named, gguf::read(bytes, size, Some("gpt2"))].into_iter().flatten() {
        round_trip(&tokenizer);
        used(&tokenizer);
    }
}

/// Reads a corpus of one file to its end, strictly and leniently.
fn corpus(name: &str, bytes: &[u8], document: Document) {
    let path = stored(name, bytes);
    for lossy in [false, true] {
        let options = Options { document, lossy, keep_empty: lossy, ..Options::default() };
        let source = Source { group: None, path: path.clone() };
        let Ok(corpus) = Corpus::open(&[source], options) else { continue };
        let mut documents = 0;
        while let Ok(Some(raw)) = corpus.next() {
            let Ok(block) = raw.decode(&corpus) else { continue };
            for &(from, to) in &block.spans {
                assert!(block.text.get(from as usize..to as usize).is_some(), "a span that is no text");
            }
            documents += block.documents().count() as u64;
        }
        let stats = corpus.stats();
        // The documents of a block that fails are counted or not; those handed out always are.
        assert!(stats.documents >= documents, "{} documents are counted, {documents} were read", stats.documents);
    }
}

/// Rows of JSON.
pub fn jsonl(bytes: &[u8]) {
    corpus("rows.jsonl", bytes, Document::Line);
}

/// A Parquet table.
pub fn parquet(bytes: &[u8]) {
    corpus("table.parquet", bytes, Document::Line);
}

/// Text packed with gzip.
pub fn gzip_text(bytes: &[u8]) {
    corpus("text.txt.gz", bytes, Document::Line);
    corpus("text.txt.gz", bytes, Document::Blank);
}

/// Text packed with zstd.
pub fn zstd_text(bytes: &[u8]) {
    corpus("text.txt.zst", bytes, Document::Line);
    corpus("text.txt.zst", bytes, Document::Blank);
}

/// A counts file, on its own and as one of two parts.
pub fn counts(bytes: &[u8]) {
    let path = stored("words.parquet", bytes);
    let assumed = Meta::new(Splitter::default(), Vec::new(), 0, 0);
    for paths in [vec![path.clone()], vec![path.clone(), path]] {
        let Ok(parts) = Parts::open(&paths, Some(&assumed)) else { continue };
        let mut last: Option<(Vec<u8>, u16)> = None;
        let _ = parts.for_each(1 << 20, FOLDER.path(), &mut |word, group, _| {
            let this = (word.to_vec(), group);
            assert!(last.as_ref().is_none_or(|last| *last < this), "rows out of order");
            assert!(usize::from(group) < parts.groups().len().max(1), "a group without a name");
            last = Some(this);
            Ok(())
        });
        let _ = parts.words(1 << 20, FOLDER.path(), &());
    }
}

/// Every byte, and some merges of Latin and Devanagari; no special token, whose text would be one more way to spell it.
static TRAINED: LazyLock<[Encoder; 2]> = LazyLock::new(|| {
    ["gpt2", "o200k"].map(|pattern| {
        let mut words = WordCounts::default();
        for (n, word) in ["abab", " abc", "bcbc", "aaaa", "é", " ée", "नमस्ते", "a'da", "  ", "123"].iter().enumerate()
        {
            words.push(word.as_bytes(), n as u64 + 1);
        }
        let trainer = BpeTrainer { vocab_size: 300, ..BpeTrainer::default() };
        let learned = trainer.train(TrainInput { words: &words, start: None, observer: &() }).expect("words suffice");
        let splitter = Splitter::named(pattern).expect("a known pattern");
        Encoder::new(&assemble(learned, &Frame { splitter, ..Frame::default() }, None)).expect("a plain tokenizer")
    })
});

/// Any bytes as a document: they come back.
pub fn encode(bytes: &[u8]) {
    for encoder in &*TRAINED {
        let (mut scratch, mut ids) = (Scratch::default(), Vec::new());
        let options = EncodeOptions::default();
        encoder.encode_bytes_into(bytes, options, &mut scratch, &mut ids).expect("a native model takes all bytes");
        assert_eq!(encoder.decode(&ids, false), bytes);
        // The scratch now knows the pieces: what it remembers must be what it computed.
        let mut again = Vec::new();
        encoder.encode_bytes_into(bytes, options, &mut scratch, &mut again).expect("a native model takes all bytes");
        assert_eq!(again, ids);
        if let Ok(text) = std::str::from_utf8(bytes) {
            let tokens = encoder.encode_offsets(text, options, &mut scratch).expect("a native model takes all text");
            assert_eq!(tokens.iter().map(|t| t.id).collect::<Vec<_>>(), ids);
        }
    }
}

/// A table of segmentations: each of its words is cut between characters.
pub fn morph_lookup(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for lang in [None, Some("hi")] {
        let Ok(lookup) = Lookup::from_csv(text, lang) else { continue };
        let report = lookup.report();
        assert_eq!(report.rows, report.direct + report.sandhi + report.repeated + report.unaligned.len());
        for word in text.split([',', '\t', '\n', '"']).map(str::trim) {
            let mut cuts = Vec::new();
            lookup.boundaries(word, &mut cuts);
            assert!(cuts.windows(2).all(|pair| pair[0] < pair[1]), "{word}: {cuts:?}");
            for at in cuts {
                assert!(0 < at && at < word.len() && word.is_char_boundary(at), "{word}: {at}");
            }
            assert_eq!(lookup.analyses(word, 1).len(), usize::from(!word.is_empty()));
        }
    }
}

/// Rows of a Zemberek dictionary: every lemma among them is analysed with and without an ending, and its pieces join.
pub fn morph_roots(bytes: &[u8]) {
    let Ok(rows) = std::str::from_utf8(bytes) else { return };
    let Ok(turkish) = Turkish::new().and_then(|turkish| turkish.with_roots(rows)) else { return };
    for lemma in rows.lines().filter_map(|row| row.split_whitespace().next()) {
        for word in [lemma.to_owned(), format!("{lemma}larından")] {
            let ends = turkish.analyses(&word, 3).into_iter().map(|a| a.pieces.last().map(|piece| piece.end));
            ends.for_each(|end| assert_eq!(end, Some(word.len())));
        }
    }
}

/// A learned segmenter: as it is, and as what stands above a checksum, which no fuzzer guesses.
pub fn morph_model(bytes: &[u8]) {
    segmenter(bytes);
    let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    segmenter(&[bytes, format!("sha256\t{sum}\n").as_bytes()].concat());
}

fn segmenter(bytes: &[u8]) {
    let Ok(model) = Learned::from_bytes(bytes) else { return };
    let written = model.to_bytes();
    let again = Learned::from_bytes(&written).expect("what was written can be read");
    assert_eq!(again.to_bytes(), written, "writing is not stable");
    let own: String = model.morphs().take(4).map(|(morph, _)| morph).collect();
    for word in [TEXT, own.as_str(), "", "a", "evlerden", "x-y", "की"] {
        let mut cuts = Vec::new();
        model.boundaries(word, &mut cuts);
        let ends = [&[0], cuts.as_slice(), &[word.len()]].concat();
        assert!(word.is_empty() || ends.windows(2).all(|pair| pair[0] < pair[1]), "{cuts:?} in `{word}`");
        assert!(cuts.iter().all(|&cut| word.is_char_boundary(cut)), "{cuts:?} in `{word}`");
        let analyses = model.analyses(word, 3);
        assert_eq!(analyses.is_empty(), word.is_empty());
        assert!(analyses.iter().all(|analysis| (0.0..=1.0).contains(&analysis.probability)), "{analyses:?}");
    }
}
