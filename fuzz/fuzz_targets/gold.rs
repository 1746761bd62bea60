//! Any bytes through `eval_bodies::gold`.
#![no_main]

// The other targets' bodies lie idle here.
#[allow(dead_code)]
#[path = "../eval_bodies.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::gold(bytes));
