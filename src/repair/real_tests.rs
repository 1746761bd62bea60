use std::path::PathBuf;
use std::time::Instant;

use super::*;
use crate::encode::Encoder;
use crate::tokenizer::Tokenizer;

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: `TOKTOOL_DATA` is not set");
    }
    folder
}

/// Classes with their counts, empty ones left out. Every witness is encoded once more.
fn counts(name: &str, tokenizer: &Tokenizer) -> (Vec<Reach>, Vec<(&'static str, usize)>) {
    let started = Instant::now();
    let reach = reachability(tokenizer).unwrap();
    let took = started.elapsed();
    let encoder = Encoder::new(tokenizer).unwrap();
    for r in &reach {
        assert_eq!(r.class.is_reachable(), r.witness.is_some(), "{r:?}");
        if let Some(witness) = &r.witness {
            assert!(encoder.encode(witness).unwrap().contains(&r.id), "{r:?}");
        }
    }
    let count = |name: &'static str| (name, reach.iter().filter(|r| r.class.name() == name).count());
    let counts: Vec<_> = Class::NAMES.into_iter().map(count).filter(|c| c.1 > 0).collect();
    println!("{name}: {counts:?} in {took:?}");
    (reach, counts)
}

#[test]
fn every_class_of_real_vocabularies_is_known() {
    let Some(folder) = data() else { return };
    // 13 bytes are in no UTF-8 text; Phi 3's other dead tokens are byte tokens of characters that it has, and of the space
    // that its normalizer replaces. BERT's open ones are its unused entries, and continuations of what it always isolates.
    let expected: [(&str, &[(&str, usize)]); 4] = [
        ("gpt-2", &[("self", 49_912), ("partial-character", 331), ("added", 1), ("invalid-utf8", 13)]),
        ("starcoder", &[("self", 48_324), ("partial-character", 790), ("added", 38)]),
        (
            "phi-3",
            &[
                ("self", 16_408),
                ("context", 15_365),
                ("partial-character", 114),
                ("added", 67),
                ("shadowed-by-characters", 96),
                ("folded-by-normalizer", 1),
                ("invalid-utf8", 13),
            ],
        ),
        ("bert-bge", &[("self", 23_694), ("context", 5_492), ("added", 5), ("undecidable", 1_331)]),
    ];
    for (name, expected) in expected {
        let path = folder.join(format!("tokenizers-gguf/ggml-vocab-{name}.gguf"));
        let tokenizer = crate::formats::read(&path, None).unwrap();
        assert_eq!(counts(name, &tokenizer).1, expected, "{name}");
    }
}

#[test]
fn gpt2_without_what_a_text_does_not_use() {
    let Some(folder) = data() else { return };
    let text = |name: &str| std::fs::read_to_string(folder.join("bpe-reference").join(name)).unwrap();
    let gpt2 = crate::formats::hf::from_vocab_and_merges(&text("gpt2_vocab.json"), &text("gpt2_merges.txt")).unwrap();
    let (reach, found) = counts("gpt2", &gpt2);
    assert_eq!(found, [("self", 49_912), ("partial-character", 331), ("added", 1), ("invalid-utf8", 13)]);
    // Every token but bytes that no text has is reached, so nothing is dead.
    let all = trim(&gpt2, Unwanted { reach: &reach, counts: None, ..Unwanted::default() }).unwrap();
    assert_eq!((all.map.removed(), all.needed), (0, 13));
    assert_eq!(all.tokenizer, gpt2);
    let encoder = Encoder::new(&gpt2).unwrap();
    let corpus = [text("corpus.en"), text("tinystories_sample.txt")];
    let lines: Vec<&str> = corpus.iter().flat_map(|text| text.lines()).collect();
    let mut counts = vec![0u64; 50_257];
    encoder.encode_batch(&lines, Default::default()).unwrap().ids.iter().for_each(|&id| counts[id as usize] += 1);
    let small = trim(&gpt2, Unwanted { reach: &reach, counts: Some(&counts), ..Unwanted::default() }).unwrap();
    let used = counts.iter().filter(|&&n| n > 0).count();
    let left = 50_257 - small.map.removed();
    println!("gpt2 on {} lines: {used} tokens used, {left} kept, {} merges fewer", lines.len(), small.merges);
    assert!(left >= used && left < 2 * used);
    let json = crate::formats::hf::write_string(&small.tokenizer).unwrap();
    let read = crate::formats::hf::read_str(&json).unwrap();
    let new = Encoder::new(&read).unwrap();
    assert_eq!(identical(&encoder, &new, &small.map, &lines).unwrap(), (lines.len(), 0));
    let probes: Vec<String> = lines.iter().take(400).map(|&line| line.to_owned()).collect();
    crate::formats::verify::against_tokenizers(&read, &json, &probes).unwrap();
    // Of the witnesses those of kept tokens keep their encodings, too.
    let witnesses: Vec<&str> = reach.iter().filter_map(|r| r.witness.as_deref()).collect();
    let (same, other) = identical(&encoder, &new, &small.map, &witnesses).unwrap();
    assert!(same >= used && same + other == witnesses.len(), "{same} {other}");
}
