//! Every seed of the fuzzer for what the evaluator reads, and every one cut short, through the function that its fuzz target
//! runs.
#![allow(clippy::unwrap_used)]

use std::path::Path;

#[path = "../../fuzz/eval_bodies.rs"]
mod bodies;
#[path = "../../fuzz/replay.rs"]
mod replayer;

fn replay(target: &str, body: fn(&[u8])) {
    replayer::replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds"), target, body);
}

#[test]
fn gold() {
    replay("gold", bodies::gold);
}

#[test]
fn word_list() {
    replay("word_list", bodies::word_list);
}

#[test]
fn human_ratings() {
    replay("human_ratings", bodies::human_ratings);
}
