//! Any bytes through `bodies::morph_model`.
#![no_main]

// The other targets' bodies lie idle here.
#[allow(dead_code)]
#[path = "../bodies.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::morph_model(bytes));
