use std::path::PathBuf;

use super::*;
use crate::encode::Encoder;
use crate::tokenizer::Tokenizer;

/// Every witness is encoded once more.
fn verified(tokenizer: &Tokenizer) -> Vec<Reach> {
    let reach = reachability(tokenizer).unwrap();
    let encoder = Encoder::new(tokenizer).unwrap();
    for r in &reach {
        assert_eq!(r.class.is_reachable(), r.witness.is_some(), "{r:?}");
        if let Some(witness) = &r.witness {
            assert!(encoder.encode(witness).unwrap().contains(&r.id), "{r:?}");
        }
    }
    reach
}

/// Classes with their counts, those that are empty left out.
fn counts(reach: &[Reach]) -> Vec<(&'static str, usize)> {
    let count = |name: &&'static str| (*name, reach.iter().filter(|r| r.class.name() == *name).count());
    Class::NAMES.iter().map(|name| count(&name)).filter(|c| c.1 > 0).collect()
}

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: `TOKTOOL_DATA` is not set");
    }
    folder
}

#[test]
fn real_vocabularies() {
    let Some(folder) = data() else { return };
    for name in ["gpt-2", "starcoder", "phi-3", "bert-bge"] {
        let path = folder.join(format!("tokenizers-gguf/ggml-vocab-{name}.gguf"));
        let tokenizer = crate::formats::read(&path, None).unwrap();
        let started = std::time::Instant::now();
        let reach = verified(&tokenizer);
        println!("{name}: {:?} in {:?}", counts(&reach), started.elapsed());
        for class in Class::NAMES.iter().skip(4) {
            for r in reach.iter().filter(|r| r.class.name() == *class).take(25) {
                let t = match &tokenizer.model { crate::tokenizer::Model::Bpe(b) => crate::formats::listing::escape(b.vocab.token(r.id).unwrap()), _ => String::new() };
                println!("   {} {:?} {:?}", r.id, t, r.class);
            }
        }
    }
}
