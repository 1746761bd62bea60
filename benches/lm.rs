//! Speed of language models in process: tokens a second of a random body in the shape of Gemma 3 270M, of its head, of one token
//! after the other, and of scoring a text with a checkpoint.
//!
//! ```text
//! cargo bench --bench lm -- [CHECKPOINT TEXT]
//! ```
//!
//! Prints one line a figure, the median of five passes. Without `--bench` (as `cargo test --benches` runs it) it does nothing.

use std::path::Path;
use std::time::Instant;

use candle_core::{Device, Tensor};
use serde_json::json;
use toktool::lm::checkpoint::Checkpoint;
use toktool::lm::{Cache, Config, Model, Scorer, Scoring, Weights};
use toktool::{Encoder, Result, formats};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if !args.iter().any(|arg| arg == "--bench") {
        eprintln!("usage: cargo bench --bench lm -- [CHECKPOINT TEXT]");
        return;
    }
    let rest: Vec<&String> = args.iter().filter(|arg| *arg != "--bench").collect();
    match rest[..] {
        [checkpoint, text] => scoring(Path::new(checkpoint), Path::new(text)),
        _ => random(),
    }
}

fn rate(name: &str, tokens: usize, mut work: impl FnMut()) {
    let mut rates: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            work();
            tokens as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    println!("{name}: {:.0} tokens a second", rates[2]);
}

fn scoring(folder: &Path, text: &Path) {
    let checkpoint = Checkpoint::open(folder).expect("CHECKPOINT");
    let config = Config::read(&checkpoint.config).expect("its configuration");
    let model = Model::open(config, &checkpoint).expect("its weights");
    let encoder = Encoder::new(&formats::read(folder, None).expect("its tokenizer")).expect("its tokenizer");
    let text = std::fs::read_to_string(text).expect("TEXT is a UTF-8 file");
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let scorer = Scorer::new(&model, &encoder, Scoring::default()).expect("scoring");
    let tokens = lines.iter().map(|line| encoder.encode(line).expect("encoding").len()).sum();
    rate("scoring", tokens, || drop(scorer.documents(&lines, &()).expect("scoring")));
}

fn random() {
    let file = json!({"model_type": "gemma3_text", "hidden_size": 640, "intermediate_size": 2048, "head_dim": 256,
        "num_hidden_layers": 18, "num_attention_heads": 4, "num_key_value_heads": 1, "vocab_size": 262144,
        "sliding_window": 512, "max_position_embeddings": 32768});
    let config = Config::read(file.as_object().expect("an object")).expect("a configuration");
    let model = Model::open(config, &Random).expect("weights");
    let ids: Vec<u32> = (0..512).collect();
    let batch = [ids.as_slice(); 2];
    let hidden = model.hidden(&batch, None).expect("states").flatten_to(1).expect("two dimensions");
    rate("body of a 270M model", 1024, || drop(model.hidden(&batch, None).expect("states")));
    rate("its head", 1024, || drop(model.head.nats(&hidden, &[7; 1024]).expect("costs")));
    rate("one by one", 32, || {
        let mut cache = Cache::default();
        (0..32).for_each(|id| drop(model.hidden(&[&[id]], Some(&mut cache)).expect("states")));
    });
}

/// Small weights of whatever shape the model asks for.
struct Random;

impl Weights for Random {
    fn get(&self, name: &str) -> Result<Option<Tensor>> {
        let (hidden, inner) = (640, 2048);
        let shape = match name.trim_end_matches(".weight").rsplit('.').next().unwrap_or_default() {
            "embed_tokens" => vec![262_144, hidden],
            "q_proj" => vec![1024, hidden],
            "k_proj" | "v_proj" => vec![256, hidden],
            "o_proj" => vec![hidden, 1024],
            "gate_proj" | "up_proj" => vec![inner, hidden],
            "down_proj" => vec![hidden, inner],
            "q_norm" | "k_norm" => vec![256],
            _ => vec![hidden],
        };
        Ok(Some(Tensor::randn(0f32, 0.02, shape, &Device::Cpu).expect("memory")))
    }
}
