use serde_json::Value;

use super::*;
use crate::encode::foreign;
use crate::formats::hf;
use crate::tokenizer::Model;

/// Models that the SentencePiece library (0.2.3) trained on sentences of our own, with its ids for some texts.
const GOLDEN: [(&str, &[u8], &str); 3] = [
    (
        "bpe",
        include_bytes!("../../../tests/golden/sentencepiece/bpe.model"),
        include_str!("../../../tests/golden/sentencepiece/bpe.json"),
    ),
    (
        "bpe_trim",
        include_bytes!("../../../tests/golden/sentencepiece/bpe_trim.model"),
        include_str!("../../../tests/golden/sentencepiece/bpe_trim.json"),
    ),
    (
        "unigram",
        include_bytes!("../../../tests/golden/sentencepiece/unigram.model"),
        include_str!("../../../tests/golden/sentencepiece/unigram.json"),
    ),
];

#[test]
fn ids_are_those_of_the_sentencepiece_library() {
    for (name, model, expected) in GOLDEN {
        assert!(looks_like(model));
        let tokenizer = read(model).unwrap();
        assert_eq!(matches!(tokenizer.model, Model::Foreign(_)), name == "unigram");
        let stock = foreign::load(&hf::write_string(&tokenizer).unwrap()).unwrap();
        for row in serde_json::from_str::<Vec<Value>>(expected).unwrap() {
            let text = row["text"].as_str().unwrap();
            if tokenizer.added.iter().any(|a| text.contains(&a.content)) {
                continue; // there control tokens are text, here they are control tokens
            }
            let ids: Vec<u64> = row["ids"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect();
            let ours: Vec<u64> = stock.encode(text, false).unwrap().get_ids().iter().map(|&i| u64::from(i)).collect();
            assert_eq!(ours, ids, "{name}: {text:?}");
        }
    }
}

#[test]
fn a_cut_off_or_changed_model_is_refused_or_read_but_never_fatal() {
    let model = GOLDEN[1].1;
    for end in (0..model.len()).step_by(7) {
        let _ = read(&model[..end]);
    }
    for at in (0..model.len()).step_by(11) {
        let mut bytes = model.to_vec();
        bytes[at] ^= 0xFF;
        let _ = read(&bytes);
    }
    let error = read(&model[..100]).unwrap_err().to_string();
    assert!(error.contains("byte "), "{error}");
}

#[test]
fn other_kinds_of_model_are_refused_by_name() {
    let piece = [0x0A, 3, 0x0A, 1, b'a'];
    for (kind, word) in [(3, "word"), (4, "character")] {
        let model = [&piece[..], &[0x12, 2, 0x18, kind]].concat();
        assert!(read(&model).unwrap_err().to_string().contains(word));
    }
    let suffix = [&piece[..], &[0x12, 5, 0x18, 2, 0xC0, 0x01, 1]].concat();
    assert!(read(&suffix).unwrap_err().to_string().contains("suffix"));
    assert!(read(&[0x12, 2, 0x18, 2]).unwrap_err().to_string().contains("no pieces"));
}

#[test]
fn byte_fallback_without_the_bytes_is_refused_as_sentencepiece_does() {
    // An unknown piece, a trainer that names BPE and byte fallback, and no `<0x..>` piece at all.
    let model = b"\x0a\x0e\x0a\x05<unk>\x15\0\0\0\0\x18\x02\x12\x05\x18\x02\x98\x02\x01";
    let error = read(model).unwrap_err().to_string();
    assert!(error.contains("0 byte pieces instead of 256"), "{error}");
}
