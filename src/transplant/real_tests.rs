//! Real vocabularies: how much of one is found in another on bytes, and how little on raw strings.

use std::path::PathBuf;

use super::*;

/// A vocabulary among the data for tests, if that is there.
fn vocabulary(name: &str) -> Option<Side> {
    let folder = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from);
    let path = folder.map(|folder| folder.join(format!("tokenizers-gguf/ggml-vocab-{name}.gguf")));
    let path = path.filter(|path| path.is_file());
    if path.is_none() {
        eprintln!("skipped: `TOKTOOL_DATA` is not set, or has no vocabularies");
    }
    path.map(|path| Side::new(crate::formats::read(&path, Some("gpt2")).unwrap(), None).unwrap())
}

/// SentencePiece's `▁the` and GPT-2's `Ġthe` are one token: raw strings find the inner pieces of words and miss all of those
/// that begin one.
#[test]
fn bytes_find_what_raw_strings_miss() {
    let (Some(pieces), Some(bytes)) = (vocabulary("phi-3"), vocabulary("gpt-2")) else { return };
    // 7,264 and 18,207 of the 50,257 tokens of GPT-2 when this was written.
    for (old, new) in [(&pieces, &bytes), (&bytes, &pieces)] {
        let overlap = TokenMap::new(old, new, old.bound(), &[]).unwrap().overlap;
        let found = overlap.text + overlap.bytes;
        assert!((7_000..7_600).contains(&overlap.raw) && (17_500..19_000).contains(&found), "{overlap:?}");
    }
}
