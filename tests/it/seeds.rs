//! Every seed of the fuzzer, and every one cut short, through the function that its fuzz target runs.
//!
//! Inputs that once broke a reader lie among the seeds, so this is also what keeps them from breaking it again.

use std::path::Path;

#[path = "../../fuzz/bodies.rs"]
mod bodies;
#[path = "../../fuzz/replay.rs"]
mod replayer;

fn replay(target: &str, body: fn(&[u8])) {
    replayer::replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds"), target, body);
}

#[test]
fn tokenizer_json() {
    replay("tokenizer_json", bodies::tokenizer_json);
}

#[test]
fn tiktoken() {
    replay("tiktoken", bodies::tiktoken);
}

#[test]
fn sentencepiece() {
    replay("sentencepiece", bodies::sentencepiece);
}

#[test]
fn gguf() {
    replay("gguf", bodies::gguf);
}

#[test]
fn jsonl() {
    replay("jsonl", bodies::jsonl);
}

#[test]
fn parquet() {
    replay("parquet", bodies::parquet);
}

#[test]
fn gzip_text() {
    replay("gzip_text", bodies::gzip_text);
}

#[test]
fn zstd_text() {
    replay("zstd_text", bodies::zstd_text);
}

#[test]
fn counts() {
    replay("counts", bodies::counts);
}

#[test]
fn encode() {
    replay("encode", bodies::encode);
}

#[test]
fn morph_lookup() {
    replay("morph_lookup", bodies::morph_lookup);
}

#[test]
fn morph_roots() {
    replay("morph_roots", bodies::morph_roots);
}

#[test]
fn morph_model() {
    replay("morph_model", bodies::morph_model);
}
