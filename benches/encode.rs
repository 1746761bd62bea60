//! Encoding and decoding speed in process: documents of about 4 kB in memory to flat ids, loading excluded.
//!
//! ```text
//! cargo bench --bench encode -- TOKENIZER CORPUS.txt [MAX_MB] [THREADS]
//! ```
//!
//! Prints one JSON line: seconds to load, MB/s of the first pass (cold) and of the best of four more (warm), MB/s of
//! decoding, the number of ids and a hash over all of them. With no arguments (as `cargo test --benches` runs it) it
//! encodes the embedded sample with a tokenizer of bytes.

use std::path::Path;
use std::time::Instant;

use sha2::{Digest, Sha256};
use toktool::encode::{Batch, EncodeOptions, Encoder, Scratch};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench" && a != "--test").collect();
    let [tokenizer, corpus, rest @ ..] = &args[..] else {
        eprintln!("usage: cargo bench --bench encode -- TOKENIZER CORPUS.txt [MAX_MB] [THREADS]");
        return;
    };
    let max = rest.first().map_or(24.0, |mb| mb.parse::<f64>().expect("MAX_MB is a number")) * 1e6;
    let threads = rest.get(1).map_or(1, |n| n.parse().expect("THREADS is a number"));
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().expect("threads");

    let text = std::fs::read_to_string(corpus).expect("CORPUS is a UTF-8 file");
    let documents = documents(&text, max as usize);
    let bytes: usize = documents.iter().map(|d| d.len()).sum();

    let start = Instant::now();
    let encoder =
        Encoder::new(&toktool::formats::read(Path::new(tokenizer), None).expect("TOKENIZER")).expect("TOKENIZER");
    let load = start.elapsed().as_secs_f64();

    let options = EncodeOptions::default();
    let mut scratch = Scratch::default();
    // One buffer for all passes, as a program that encodes much text would have it.
    let mut batch = Batch::default();
    let mut speeds = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        if threads == 1 {
            batch.ids.clear();
            batch.ends.clear();
            encoder.encode_all(documents.iter().copied(), options, &mut scratch, &mut batch).expect("encoding");
        } else {
            batch = encoder.encode_batch(&documents, options).expect("encoding");
        }
        speeds.push(bytes as f64 / 1e6 / start.elapsed().as_secs_f64());
    }
    let (cold, warm) = (speeds[0], speeds[1..].iter().copied().fold(0.0, f64::max));
    let mut out = Vec::with_capacity(bytes + 64);
    let mut decode = 0f64;
    for _ in 0..3 {
        out.clear();
        let start = Instant::now();
        batch.documents().for_each(|ids| encoder.decode_into(ids, false, &mut out));
        decode = decode.max(out.len() as f64 / 1e6 / start.elapsed().as_secs_f64());
    }
    let mut hash = Sha256::new();
    for ids in batch.documents() {
        ids.iter().for_each(|id| hash.update(id.to_le_bytes()));
        hash.update(b"|");
    }
    let sha: String = hash.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect();
    println!(
        "{{\"peer\":\"toktool\",\"thr\":{threads},\"MB\":{:.1},\"docs\":{},\"load\":{load:.3},\"cold\":{cold:.1},\"warm\":{warm:.1},\"decode\":{decode:.1},\"ntok\":{},\"sha\":\"{sha}\"}}",
        bytes as f64 / 1e6,
        documents.len(),
        batch.ids.len(),
    );
}

/// Runs of whole lines of about 4 kB each, up to `max` bytes.
fn documents(text: &str, max: usize) -> Vec<&str> {
    let mut documents = Vec::new();
    let (mut start, mut end) = (0, 0);
    for line in text.split_inclusive('\n') {
        end += line.len();
        if end - start >= 4096 {
            documents.push(&text[start..end]);
            start = end;
        }
        if end >= max {
            break;
        }
    }
    if start < end {
        documents.push(&text[start..end]);
    }
    documents
}
