//! Bodies against what the `transformers` library computes (`tests/golden/lm`), and against themselves: cache, padding,
//! blocks and gradients.

use std::path::{Path, PathBuf};

use candle_core::{D, DType, Var};
use serde_json::{Map, Value};

use super::*;
use crate::vocab::Id;

const DECODERS: [&str; 8] = ["llama", "llama-3", "llama-linear", "mistral", "qwen2", "qwen3", "gemma3", "gpt2"];
const ENCODERS: [&str; 3] = ["bert", "roberta", "xlm-roberta"];

fn json(path: &Path) -> Map<String, Value> {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub(super) fn golden(name: &str) -> (Config, Memory) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/lm");
    let weights = Memory::read(&folder.join(format!("{name}.safetensors")), &Device::Cpu).unwrap();
    (Config::read(&json(&folder.join(format!("{name}.json")))).unwrap(), weights)
}

/// The rows of the batch without their padding.
fn rows(weights: &Memory) -> Vec<Vec<Id>> {
    let ids = weights.0["expected.ids"].to_vec2::<i64>().unwrap();
    let lengths = weights.0["expected.lengths"].to_vec1::<i64>().unwrap();
    let row = |(ids, n): (Vec<i64>, i64)| ids[..n as usize].iter().map(|&id| id as Id).collect();
    ids.into_iter().zip(lengths).map(row).collect()
}

/// The largest difference, as a share of the largest number that is expected.
fn difference(found: &Tensor, expected: &Tensor) -> f32 {
    let largest = |t: &Tensor| t.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    assert_eq!(found.dims(), expected.dims());
    let apart = largest(&(found - expected).unwrap());
    assert!(apart.is_finite());
    apart / largest(expected)
}

/// Row `row` of `[B, T, n]`, the slots from `from` on.
fn part(batch: &Tensor, row: usize, from: usize, len: usize) -> Tensor {
    batch.get(row).unwrap().narrow(0, from, len).unwrap()
}

fn borrowed(rows: &[Vec<Id>]) -> Vec<&[Id]> {
    rows.iter().map(Vec::as_slice).collect()
}

/// `[B, T, hidden]` with the rows' tokens at the end of each.
fn left(model: &Model, rows: &[Vec<Id>]) -> Tensor {
    let longest = rows.iter().map(Vec::len).max().unwrap();
    let padded: Vec<Vec<Id>> = rows.iter().map(|r| [vec![0; longest - r.len()], r.clone()].concat()).collect();
    model.embed(&borrowed(&padded)).unwrap()
}

fn lengths(rows: &[Vec<Id>]) -> Vec<usize> {
    rows.iter().map(Vec::len).collect()
}

/// Expected logits `[T, V]` of a row and those of the head.
fn same_logits(model: &Model, hidden: &Tensor, expected: &Tensor, name: &str) {
    let found = model.head.logits(hidden).unwrap();
    let apart = difference(&found, expected);
    assert!(apart < 1e-4, "{name}: {apart}");
}

#[test]
fn decoders_compute_what_transformers_computes() {
    for name in DECODERS {
        let (config, weights) = golden(name);
        let model = Model::open(config, &weights).unwrap();
        let rows = rows(&weights);
        let lengths = lengths(&rows);
        let embedded = model.embed(&borrowed(&rows)).unwrap();
        let states = model.body.states(&embedded, Padding::Right(&lengths)).unwrap();
        let hidden = model.body.forward(&left(&model, &rows), Padding::Left(&lengths), None).unwrap();
        assert_eq!(states.len(), model.config.layers + 1);
        for (row, &len) in lengths.iter().enumerate() {
            for (at, state) in states.iter().enumerate() {
                let expected = part(&weights.0["expected.states"].get(at).unwrap(), row, 0, len);
                let apart = difference(&part(state, row, 0, len), &expected);
                assert!(apart < 1e-4, "{name}, state {at}, row {row}: {apart}");
            }
            let expected = part(&weights.0["expected.logits"], row, 0, len);
            same_logits(&model, &part(states.last().unwrap(), row, 0, len), &expected, name);
            let expected = part(&weights.0["expected.left"], row, 12 - len, len);
            same_logits(&model, &part(&hidden, row, 12 - len, len), &expected, name);
        }
        // Padding itself stays finite.
        assert!(hidden.sum_all().unwrap().to_scalar::<f32>().unwrap().is_finite());
    }
}

#[test]
fn encoders_compute_what_transformers_computes() {
    for name in ENCODERS {
        let (config, weights) = golden(name);
        let encoder = Encoder::load(&config, &weights).unwrap();
        let names = Names::find(&config, &weights).unwrap();
        let matrix = weights.get(&names.input).unwrap().unwrap().to_dtype(DType::F32).unwrap();
        let ids = weights.0["expected.ids"].flatten_all().unwrap();
        let embedded = matrix.index_select(&ids, 0).unwrap().reshape((3, 12, ())).unwrap();
        let lengths = lengths(&rows(&weights));
        let states = encoder.states(&embedded, Padding::Right(&lengths)).unwrap();
        for (row, &len) in lengths.iter().enumerate() {
            for (at, state) in states.iter().enumerate() {
                let expected = part(&weights.0["expected.states"].get(at).unwrap(), row, 0, len);
                let apart = difference(&part(state, row, 0, len), &expected);
                assert!(apart < 1e-4, "{name}, state {at}, row {row}: {apart}");
            }
            // By itself, and with padding on the other side.
            let single = encoder
                .forward(&embedded.get(row).unwrap().narrow(0, 0, len).unwrap().unsqueeze(0).unwrap(), Padding::None);
            let single = single.unwrap().get(0).unwrap();
            assert!(difference(&single, &part(states.last().unwrap(), row, 0, len)) < 1e-5);
            let own = embedded.get(row).unwrap();
            let moved = Tensor::cat(&[own.narrow(0, len, 12 - len).unwrap(), own.narrow(0, 0, len).unwrap()], 0);
            let moved = encoder.forward(&moved.unwrap().unsqueeze(0).unwrap(), Padding::Left(&[len])).unwrap();
            assert!(difference(&part(&moved, 0, 12 - len, len), &single) < 1e-5);
        }
    }
}

/// In parts of 1, 4 and the rest, alone and padded on either side; and in one go, batched or not.
#[test]
fn the_cache_changes_nothing() {
    for name in DECODERS {
        let (config, weights) = golden(name);
        let model = Model::open(config, &weights).unwrap();
        let rows = rows(&weights);
        let lengths = lengths(&rows);
        let whole = model.hidden(&borrowed(&rows), None).unwrap();
        for (row, ids) in rows.iter().enumerate() {
            let single = model.hidden(&[ids], None).unwrap();
            assert!(difference(&single.get(0).unwrap(), &part(&whole, row, 0, ids.len())) < 1e-5, "{name}");
            let mut cache = Cache::default();
            let mut states = Vec::new();
            let mut rest = ids.as_slice();
            for step in [1, 4, 12] {
                let (now, later) = rest.split_at(step.min(rest.len()));
                rest = later;
                if !now.is_empty() {
                    states.push(model.hidden(&[now], Some(&mut cache)).unwrap());
                }
            }
            assert_eq!(cache.len(), ids.len());
            let apart = difference(&Tensor::cat(&states, 1).unwrap(), &single);
            assert!(apart < 1e-5, "{name}: {apart}");
        }
        // All but the last token of each row padded on either side, then the last ones together.
        let firsts: Vec<Vec<Id>> = rows.iter().map(|ids| ids[..ids.len() - 1].to_vec()).collect();
        let lasts: Vec<Vec<Id>> = rows.iter().map(|ids| ids[ids.len() - 1..].to_vec()).collect();
        let shorter: Vec<usize> = lengths.iter().map(|n| n - 1).collect();
        let right = model.embed(&borrowed(&firsts)).unwrap();
        for (embedded, padding) in [(right, Padding::Right(&shorter)), (left(&model, &firsts), Padding::Left(&shorter))]
        {
            let mut cache = Cache::default();
            model.body.forward(&embedded, padding, Some(&mut cache)).unwrap();
            let last = model.body.forward(&model.embed(&borrowed(&lasts)).unwrap(), Padding::None, Some(&mut cache));
            let last = last.unwrap();
            for (row, &len) in lengths.iter().enumerate() {
                let apart = difference(&part(&last, row, 0, 1), &part(&whole, row, len - 1, 1));
                assert!(apart < 1e-5, "{name}, {padding:?}: {apart}");
            }
        }
    }
}

/// The embeddings and every weight of a body get a gradient that is not zero, and finite.
#[test]
fn gradients_reach_everything() {
    let check = |name: &str, embedded: &Var, tensors: &[(String, Tensor)], hidden: &Tensor| {
        // A loss that the last norm does not make constant.
        let loss = hidden.sqr().unwrap().sum(D::Minus1).unwrap().sqr().unwrap();
        let weights = Tensor::arange(1f32, loss.elem_count() as f32 + 1.0, &Device::Cpu).unwrap();
        let tilt = hidden.narrow(2, 0, 1).unwrap().flatten_all().unwrap();
        let loss = (loss.flatten_all().unwrap() * &weights).unwrap().sum_all().unwrap()
            + (tilt * weights).unwrap().sum_all().unwrap();
        let gradients = loss.unwrap().backward().unwrap();
        let all = [("embeddings".to_owned(), embedded.as_tensor().clone())];
        for (weight, tensor) in all.iter().chain(tensors) {
            let gradient = gradients.get(tensor).unwrap_or_else(|| panic!("{name}: `{weight}` has no gradient"));
            let size = gradient.abs().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
            // What moves every score of a query alike changes nothing.
            let nothing = weight.ends_with("key.bias") || weight.ends_with("k_proj.bias");
            assert!(size.is_finite() && (size > 0.0 || nothing), "{name}: `{weight}` has the gradient {size}");
        }
    };
    for name in DECODERS {
        let (config, weights) = golden(name);
        let model = Model::open(config, &floats(&weights).variables().unwrap()).unwrap();
        let embedded = Var::from_tensor(&model.embed(&borrowed(&rows(&weights))).unwrap()).unwrap();
        let hidden = model.body.forward(&embedded, Padding::Right(&[12, 7, 3]), None).unwrap();
        check(name, &embedded, model.body.tensors(), &hidden);
        // Through the head, too.
        let gradients = model.head.logits(&hidden).unwrap().sqr().unwrap().sum_all().unwrap().backward().unwrap();
        assert!(gradients.get(&model.head.matrix).is_some() && gradients.get(&embedded).is_some(), "{name}");
    }
    for name in ENCODERS {
        let (config, weights) = golden(name);
        let encoder = Encoder::load(&config, &floats(&weights).variables().unwrap()).unwrap();
        let embedded = Var::from_tensor(&weights.0["expected.states"].get(0).unwrap()).unwrap();
        let hidden = encoder.forward(&embedded, Padding::Right(&[12, 7, 3])).unwrap();
        check(name, &embedded, encoder.tensors(), &hidden);
    }
}

/// As f32, so that variables are used as they are.
fn floats(weights: &Memory) -> Memory {
    let float = |(name, tensor): (&String, &Tensor)| (name.clone(), tensor.to_dtype(DType::F32).unwrap());
    Memory(weights.0.iter().filter(|(name, _)| !name.starts_with("expected.")).map(float).collect())
}

#[test]
fn blocks_of_positions_cost_what_all_cost_at_once() {
    let (config, weights) = golden("llama");
    let model = Model::open(config, &weights).unwrap();
    let rows = rows(&weights);
    let hidden = model.hidden(&[&rows[0]], None).unwrap().get(0).unwrap().narrow(0, 0, 11).unwrap();
    let logs = candle_nn::ops::log_softmax(&model.head.logits(&hidden).unwrap(), 1).unwrap().to_vec2::<f32>().unwrap();
    let naive: Vec<f64> = logs.iter().zip(&rows[0][1..]).map(|(row, &id)| -f64::from(row[id as usize])).collect();
    for step in [1, 2, 3, 11, 100] {
        let nats = model.head.nats_in(&hidden, &rows[0][1..], step).unwrap();
        assert_eq!(nats.len(), naive.len());
        assert!(nats.iter().zip(&naive).all(|(a, b)| (a - b).abs() < 1e-4), "{step}: {nats:?} {naive:?}");
    }
    let e = model.head.nats(&hidden, &[40; 11]).unwrap_err();
    assert!(e.to_string().contains("token 40"), "{e}");
}

/// Queries in blocks of one give what all of them at once give: a sequence of which a block holds a part only.
#[test]
fn long_sequences_are_read_in_blocks_of_queries() {
    let (mut config, weights) = golden("gemma3");
    config.max_positions = 1 << 20;
    let model = Model::open(config, &weights).unwrap();
    // 4 heads and 3000 keys: blocks of 699 queries.
    let ids: Vec<Id> = (0..3000).map(|n| (n * n % 37 + 3) as Id).collect();
    assert!(attention::block(1, 4, 3000, 3000) < 3000);
    let whole = model.hidden(&[&ids], None).unwrap();
    let mut cache = Cache::default();
    let first = model.hidden(&[&ids[..2000]], Some(&mut cache)).unwrap();
    let second = model.hidden(&[&ids[2000..]], Some(&mut cache)).unwrap();
    assert!(difference(&Tensor::cat(&[first, second], 1).unwrap(), &whole) < 1e-4);
}

#[test]
fn a_checkpoint_that_does_not_fit_is_refused_by_the_name_of_the_tensor() {
    let (config, weights) = golden("llama");
    let says = |config: &Config, weights: &Memory, words: &[&str]| {
        let e = Model::open(config.clone(), weights).unwrap_err();
        let text = format!("{e} {:?}", e.hint());
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    };
    for missing in ["model.layers.1.mlp.up_proj.weight", "lm_head.weight", "model.embed_tokens.weight"] {
        let mut without = weights.clone();
        without.0.remove(missing);
        says(&config, &without, &[missing, "no tensor of this name"]);
    }
    says(&config, &Memory::default(), &["`model.norm.weight`", "there is no `llama` model", "language_model.model."]);
    let wrong = Config { hidden: 64, ..config.clone() };
    says(&wrong, &weights, &["input_layernorm.weight", "[32]", "[64]"]);
    let wrong = Config { vocab_size: 41, ..config.clone() };
    says(&wrong, &weights, &["model.embed_tokens.weight", "[40, 32]", "[41, 32]"]);
    let (bert, encoder) = golden("bert");
    says(&bert, &encoder, &["`bert` as a causal model"]);
    assert!(Encoder::load(&config, &weights).unwrap_err().to_string().contains("`llama` as an encoder"));
    let mut damaged = weights.clone();
    let nan = (&damaged.0["model.layers.0.mlp.up_proj.weight"] * f64::NAN).unwrap();
    damaged.0.insert("model.layers.0.mlp.up_proj.weight".into(), nan);
    let model = Model::open(config.clone(), &damaged).unwrap();
    assert_eq!(model.not_finite().unwrap().as_deref(), Some("model.layers.0.mlp.up_proj.weight"));
    let model = Model::open(config, &weights).unwrap();
    assert_eq!(model.not_finite().unwrap(), None);
    let e = model.embed(&[&[3, 40]]).unwrap_err().to_string();
    assert!(e.contains("`token 40`") && e.contains("model.embed_tokens.weight") && e.contains("40 rows"), "{e}");
    let rows = model.embed(&[&[3, 4]]).unwrap();
    for padding in [Padding::Left(&[3]), Padding::Right(&[1, 1])] {
        assert!(model.body.forward(&rows, padding, None).is_err());
    }
    assert!(model.hidden(&[&[]], None).unwrap_err().to_string().contains("no token"));
    let mut cache = Cache::default();
    model.body.forward(&rows, Padding::None, Some(&mut cache)).unwrap();
    let e = model.hidden(&[&[3], &[4]], Some(&mut cache)).unwrap_err().to_string();
    assert!(e.contains("it holds 1 rows, the batch has 2"), "{e}");
    let (config, weights) = golden("gpt2");
    let model = Model::open(config, &weights).unwrap();
    let e = model.hidden(&[&[3; 65]], None).unwrap_err();
    assert!(e.to_string().contains("65 positions, the model has 64"), "{e}");
}

/// Every prefix under which a body may be saved.
#[test]
fn bodies_are_found_under_other_prefixes() {
    let moved = |name: &str, from: &str, to: &str, head: &str| {
        let (config, weights) = golden(name);
        let rename = |(name, tensor): (String, Tensor)| match name.strip_prefix(from) {
            Some(rest) => (format!("{to}{rest}"), tensor),
            None if name == "lm_head.weight" => (head.to_owned(), tensor),
            None => (name, tensor),
        };
        let renamed = Memory(weights.0.clone().into_iter().map(rename).collect());
        let (a, b) = (Model::open(config.clone(), &weights).unwrap(), Model::open(config, &renamed).unwrap());
        assert_eq!(b.names.prefix, to);
        assert_eq!(b.names.head, a.names.head.is_some().then(|| head.to_owned()));
        let hidden = |model: &Model| model.hidden(&[&[3, 4, 5]], None).unwrap();
        assert_eq!(difference(&hidden(&a), &hidden(&b)), 0.0);
    };
    moved("llama", "model.", "", "lm_head.weight");
    moved("llama", "model.", "language_model.model.", "language_model.lm_head.weight");
    moved("gemma3", "model.", "language_model.model.", "");
    moved("gemma3", "model.", "model.language_model.", "");
    moved("gpt2", "transformer.", "", "");
}

/// Where the real small model lies, if the data is there.
pub(super) fn stories() -> Option<PathBuf> {
    let data = std::env::var_os("TOKTOOL_DATA").map(PathBuf::from);
    let folder = data.map(|data| data.join("../models/stories260K")).filter(|folder| folder.is_dir());
    if folder.is_none() {
        eprintln!("skipped: `TOKTOOL_DATA` is not set, or has no models beside it");
    }
    folder
}

/// A checkpoint folder of one file.
pub(super) fn open(folder: &Path) -> (Model, crate::Tokenizer) {
    let weights = Memory::read(&folder.join("model.safetensors"), &Device::Cpu).unwrap();
    let config = Config::read(&json(&folder.join("config.json"))).unwrap();
    (Model::open(config, &weights).unwrap(), crate::formats::read(folder, None).unwrap())
}

/// The figures that the model's README names.
#[test]
fn a_real_model_has_its_known_loss_and_tells_its_known_story() {
    let Some(folder) = stories() else { return };
    let (model, tokenizer) = open(&folder);
    let encoder = crate::Encoder::new(&tokenizer).unwrap();
    let text = "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. \
                One day, she saw a big, red ball.";
    let told = format!("{text} She wanted to play with it, but it was too high.");
    let ids = [vec![1], encoder.encode(text).unwrap()].concat();
    assert_eq!(ids.len(), 45);
    let hidden = model.hidden(&[&ids[..44]], None).unwrap().get(0).unwrap();
    let nats = model.head.nats(&hidden, &ids[1..]).unwrap();
    assert!((nats.iter().sum::<f64>() / 44.0 - 0.324).abs() < 5e-4);
    let best = |hidden: &Tensor| {
        let last = hidden.get(0).unwrap().get(hidden.dim(1).unwrap() - 1).unwrap();
        model.head.logits(&last).unwrap().argmax(1).unwrap().to_vec1::<u32>().unwrap()[0]
    };
    let (mut plain, mut cached, mut cache) = (vec![1], vec![1], Cache::default());
    for _ in 0..65 {
        plain.push(best(&model.hidden(&[&plain], None).unwrap()));
        let last = cached.len() - 1;
        cached.push(best(&model.hidden(&[&cached[last..]], Some(&mut cache)).unwrap()));
    }
    assert_eq!(plain, cached);
    let story = String::from_utf8(encoder.decode(&plain, true)).unwrap();
    assert!(story.trim_start().starts_with(&told), "{story}");
}
