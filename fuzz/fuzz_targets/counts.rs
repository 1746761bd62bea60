//! Any bytes through `bodies::counts`.
#![no_main]

// The other targets' bodies lie idle here.
#[allow(dead_code)]
#[path = "../bodies.rs"]
mod bodies;

// A library below may panic on hostile input, which is caught and reported as an error. The fuzzer's hook would abort
// before that; without it, a panic that nobody catches still ends the run.
libfuzzer_sys::fuzz_target!(
    init: std::panic::set_hook(Box::new(|panic| eprintln!("{panic}"))),
    |bytes: &[u8]| bodies::counts(bytes)
);
