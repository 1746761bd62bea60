//! Any bytes through `eval_bodies::human_ratings`.
#![no_main]

// The other targets' bodies lie idle here.
#[allow(dead_code)]
#[path = "../eval_bodies.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::human_ratings(bytes));
