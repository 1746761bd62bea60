//! Vectors from a sentence encoder: each token is read as a text of its own, and its vector is the mean of the states that the
//! encoder gives its pieces (with those of the tokens around a text, as sentence-transformers takes it).
//!
//! This is the space of TokenAdapt (2505.09738, section 3), which names encoders of any kind; here they are those that
//! [`lm`](crate::lm) has a body for: BERT and its distillates (all-MiniLM), RoBERTa, XLM-RoBERTa. Where we differ:
//!
//! 1. Tokens that the encoder reads as the same are read once: an encoder without capitals needs about half of a vocabulary.
//! 2. Part of a character, and a text that the encoder knows nothing of, have no vector. The published program decodes them
//!    to U+FFFD or the unknown token, so that all of them are neighbours.
//!
//! O(tokens · body) on the processor: minutes for a vocabulary of 262,144 and a body of six layers. The same vectors for any
//! number of threads.

use std::path::Path;

use candle_core::Tensor;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Auxiliary, Vectors};
use crate::encode::{EncodeOptions, Scratch};
use crate::error::{Error, Result};
use crate::formats;
use crate::inventory::Class;
use crate::lm::checkpoint::Checkpoint;
use crate::lm::{Config, Encoder, Names, Padding, Weights};
use crate::observe::{Event, Observer, check};
use crate::transplant::init::Context;
use crate::transplant::side::Side;
use crate::vocab::Id;

/// Numbers in the widest array of a batch. candle shares the work on larger ones out among threads of its own, which wait for
/// each other after every operation; here many small batches are read at once, each by one thread.
const NUMBERS: usize = 1 << 16;

/// Batches between two looks at whether to stop.
const ROUND: usize = 128;

fn failed(e: candle_core::Error) -> Error {
    Error::unsupported("running the encoder", e.to_string())
}

/// A text encoder with its tokenizer and its rows.
struct Sentences {
    side: Side,
    encoder: crate::encode::Encoder,
    body: Encoder,
    rows: Tensor,
    longest: usize,
    /// Pieces of a batch.
    batch: usize,
}

impl Sentences {
    fn open(folder: &Path) -> Result<Sentences> {
        let checkpoint = Checkpoint::open(folder)?;
        let config = Config::read(&checkpoint.config).map_err(|e| e.in_file(&folder.join("config.json")))?;
        let body = Encoder::load(&config, &checkpoint).map_err(|e| {
            e.in_file(folder).with_hint(
                "`--aux` takes the folder of a BERT, RoBERTa or XLM-RoBERTa encoder, such as all-MiniLM-L6-v2",
            )
        })?;
        let name = Names::find(&config, &checkpoint)?.input;
        let rows = checkpoint.get(&name)?.ok_or_else(|| Error::input(folder, format!("there is no `{name}` in it")))?;
        let side = Side::new(formats::read(folder, None)?, Some(folder))?;
        let encoder = crate::encode::Encoder::new(&side.tokenizer)?;
        let beyond = (config.vocab_size..side.bound()).any(|id| side.inventory.class(id as Id) != Class::Hole);
        if beyond {
            let why = format!("its tokenizer has ids beyond the {} rows of `{name}`", config.vocab_size);
            return Err(Error::input(folder, why).with_hint("tokenizer and weights are of different models"));
        }
        let batch = (NUMBERS - 1) / config.inner.max(config.hidden);
        Ok(Sentences { side, encoder, body, rows, longest: config.max_positions, batch })
    }

    /// How the encoder reads a text; `None` where it knows nothing of it.
    fn pieces(&self, text: &str, scratch: &mut Scratch) -> Result<Option<Vec<Id>>> {
        let mut ids = Vec::new();
        let options = EncodeOptions { special_tokens: true, plain_specials: true };
        self.encoder.encode_into(text, options, scratch, &mut ids)?;
        ids.truncate(self.longest);
        Ok(ids.iter().any(|&id| !self.side.is_control(id)).then_some(ids))
    }

    /// The mean state of each text, `[N, hidden]` row after row; all of them have the same number of pieces.
    fn means(&self, texts: &[&[Id]]) -> Result<Vec<f32>> {
        let length = texts.first().map_or(0, |ids| ids.len());
        let run = || {
            let ids: Vec<Id> = texts.concat();
            let ids = Tensor::from_vec(ids, texts.len() * length, self.rows.device())?;
            self.rows.index_select(&ids, 0)?.reshape((texts.len(), length, self.rows.dim(1)?))
        };
        let states = self.body.forward(&run().map_err(failed)?, Padding::Right(&vec![length; texts.len()]))?;
        states.mean(1).and_then(|means| means.flatten_all()?.to_vec1()).map_err(failed)
    }
}

/// Vectors of all old tokens below `rows` and of all fresh ones from the encoder in `folder`.
///
/// # Errors
/// What opening a checkpoint and its tokenizer reports; [`Error::Unsupported`] for a model that is no encoder;
/// [`Error::Interrupted`].
pub(super) fn vectors(folder: &Path, cx: &Context<'_>, rows: usize, observer: &dyn Observer) -> Result<Auxiliary> {
    let sentences = Sentences::open(folder)?;
    let is_text = |id: Id| cx.old.inventory.class(id) == Class::Text;
    let olds = (0..rows.min(cx.old.bound()) as Id).map(|id| is_text(id).then(|| cx.old.inventory.canonical(id)));
    let fresh = cx.fresh.iter().map(|&id| Some(cx.new.inventory.canonical(id)));
    let tokens: Vec<_> = olds.chain(fresh).collect();
    let read: Vec<Option<Vec<Id>>> = tokens
        .par_iter()
        .map_init(Scratch::default, |scratch, bytes| {
            let text = bytes.as_ref().and_then(|bytes| std::str::from_utf8(bytes).ok());
            text.map_or(Ok(None), |text| sentences.pieces(text, scratch))
        })
        .collect::<Result<_>>()?;
    // Each reading once, in the order of lengths, so that a batch needs no padding.
    let mut number: FxHashMap<&[Id], usize> = FxHashMap::default();
    let mut texts: Vec<&[Id]> = read.iter().flatten().map(Vec::as_slice).collect();
    texts.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then(a.cmp(b)));
    texts.dedup();
    texts.iter().enumerate().for_each(|(n, ids)| {
        number.insert(ids, n);
    });
    observer.event(Event::Stage {
        name: "reading tokens with the encoder",
        total: Some(texts.len() as u64),
        unit: "texts",
    });
    let width = sentences.rows.dim(1).map_err(failed)?;
    let same_length = texts.chunk_by(|a, b| a.len() == b.len());
    let batches: Vec<_> = same_length.flat_map(|same| same.chunks((sentences.batch / same[0].len()).max(1))).collect();
    let mut numbers = Vec::with_capacity(texts.len() * width);
    for round in batches.chunks(ROUND) {
        check(observer)?;
        let means: Vec<Result<Vec<f32>>> = round.par_iter().map(|batch| sentences.means(batch)).collect();
        for means in means {
            numbers.extend(means?);
        }
        observer.event(Event::Progress((numbers.len() / width) as u64));
    }
    let of = |ids: &Option<Vec<Id>>| {
        let at = number[ids.as_deref()?];
        Some(&numbers[at * width..][..width])
    };
    let mut all = [Vectors::new(width), Vectors::new(width)];
    let split = read.len() - cx.fresh.len();
    read.iter().enumerate().for_each(|(n, ids)| all[usize::from(n >= split)].push(of(ids)));
    let [old, fresh] = all;
    Ok(Auxiliary { name: folder.display().to_string(), old, fresh })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::hf;
    use crate::lm::Memory;

    /// Against the states that `transformers` computes of the same random BERT: the vector is their mean.
    #[test]
    fn the_vector_is_the_mean_of_the_states() {
        let f32s = |tensor: &Tensor| tensor.to_dtype(candle_core::DType::F32).unwrap();
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/lm");
        let weights = Memory::read(&golden.join("bert.safetensors"), &candle_core::Device::Cpu).unwrap();
        let config: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(&std::fs::read(golden.join("bert.json")).unwrap()).unwrap();
        let config = Config::read(&config).unwrap();
        let file = r#"{"version": "1.0", "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#;
        let side = Side::new(hf::read_str(file).unwrap(), None).unwrap();
        let sentences = Sentences {
            encoder: crate::encode::Encoder::new(&side.tokenizer).unwrap(),
            side,
            body: Encoder::load(&config, &weights).unwrap(),
            rows: f32s(&weights.get(&Names::find(&config, &weights).unwrap().input).unwrap().unwrap()),
            longest: config.max_positions,
            batch: 64,
        };
        let ids = weights.0["expected.ids"].to_vec2::<i64>().unwrap();
        let lengths = weights.0["expected.lengths"].to_vec1::<i64>().unwrap();
        // The last of the states of each layer.
        let states = f32s(&weights.0["expected.states"].get(config.layers).unwrap());
        for (row, (ids, &length)) in ids.iter().zip(&lengths).enumerate() {
            let length = length as usize;
            let ids: Vec<Id> = ids[..length].iter().map(|&id| id as Id).collect();
            let wanted = states.get(row).and_then(|s| s.narrow(0, 0, length)?.mean(0)?.to_vec1::<f32>()).unwrap();
            let found = sentences.means(&[&ids, &ids]).unwrap();
            let apart = wanted.iter().chain(&wanted).zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(found.len() == 2 * config.hidden && apart < 1e-5, "{apart}");
        }
    }
}
