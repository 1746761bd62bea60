use std::path::PathBuf;
use std::time::Instant;

use super::*;
use crate::encode::Encoder;
use crate::tokenizer::{Model, Tokenizer};

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
    for class in Class::NAMES.iter().skip(4) {
        for r in reach.iter().filter(|r| r.class.name() == *class).take(12) {
            let token = match &tokenizer.model {
                Model::Bpe(model) => model.vocab.token(r.id).unwrap_or_default(),
                Model::Foreign(_) => b"",
            };
            println!("    {} `{}` {:?}", r.id, crate::formats::listing::escape(token), r.class);
        }
    }
    (reach, counts)
}

#[test]
fn real_vocabularies() {
    let Some(folder) = data() else { return };
    for name in ["gpt-2", "starcoder", "phi-3", "bert-bge"] {
        let path = folder.join(format!("tokenizers-gguf/ggml-vocab-{name}.gguf"));
        let tokenizer = crate::formats::read(&path, None).unwrap();
        counts(name, &tokenizer);
    }
}
