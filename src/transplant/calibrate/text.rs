//! The text that rows are calibrated on: windows of tokens in batches of similar length, some of them held out.

use std::path::PathBuf;

use crate::corpus::{Corpus, Options, Sampler, Source};
use crate::encode::{EncodeOptions, Encoder, Scratch};
use crate::error::{Error, Result};
use crate::lm::Config;
use crate::observe::{Event, Observer, check};
use crate::random::Random;
use crate::transplant::init::Context;
use crate::vocab::Id;

/// Text that is looked at, at most: far more than minutes can read.
const SAMPLE: usize = 8 << 20;
/// Tokens of a window. Longer ones cost more and teach little more about rows.
const WINDOW: usize = 128;
/// Tokens of a batch, padding included.
const BATCH: usize = 512;
/// Tokens that are held out, unless a tenth of the text is less.
const HELD_OUT: usize = 1500;
/// Windows that are sorted by length together.
const POOL: usize = 256;

/// Some windows that are read together.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub windows: Vec<Vec<Id>>,
}

impl Batch {
    /// Tokens without padding.
    pub fn tokens(&self) -> usize {
        self.windows.iter().map(Vec::len).sum()
    }
}

/// Windows to learn from and batches to judge by.
pub(super) struct Texts {
    windows: Vec<Vec<Id>>,
    pub held_out: Vec<Batch>,
    pub held_out_bytes: u64,
}

impl Texts {
    pub fn read(paths: &[PathBuf], cx: &Context<'_>, config: &Config, observer: &dyn Observer) -> Result<Texts> {
        let sources: Vec<Source> = paths.iter().map(|path| Source { group: None, path: path.clone() }).collect();
        let corpus = Corpus::open(&sources, Options { keep_empty: false, ..Options::default() })?;
        observer.event(Event::Stage { name: "reading text", total: corpus.total_bytes(), unit: "bytes" });
        let mut sampler = Sampler::new(SAMPLE, cx.settings.seed);
        while let Some(raw) = corpus.next()? {
            check(observer)?;
            raw.decode(&corpus)?.documents().for_each(|document| sampler.offer(document));
            observer.event(Event::Progress(corpus.stats().read));
        }
        let mut documents = sampler.into_texts();
        let mut random = Random::new(cx.settings.seed);
        random.shuffle(&mut documents);
        let encoder = Encoder::new(&cx.new.tokenizer)?;
        let options = EncodeOptions { special_tokens: false, plain_specials: true };
        let bos = config.bos.and_then(|old| cx.map.inverse().get(&old).copied());
        let window = WINDOW.min(config.max_positions).max(2);
        let (mut scratch, mut cut) = (Scratch::default(), Vec::new());
        for document in &documents {
            let mut ids = Vec::new();
            encoder.encode_into(document, options, &mut scratch, &mut ids)?;
            for part in ids.chunks(window - 1) {
                cut.push((bos.into_iter().chain(part.iter().copied()).collect::<Vec<Id>>(), part.len()));
            }
        }
        let all: usize = cut.iter().map(|window| window.1).sum();
        let most = HELD_OUT.min(all / 10);
        let mut count = 0;
        let split = cut.iter().position(|window| {
            count += window.1;
            count > most
        });
        let windows: Vec<Vec<Id>> = cut.drain(split.unwrap_or(0)..).map(|window| window.0).collect();
        let held_out: Vec<Vec<Id>> = cut.into_iter().map(|window| window.0).collect();
        if held_out.is_empty() || windows.is_empty() {
            let path = paths.first().cloned().unwrap_or_default();
            return Err(Error::input(path, format!("{all} tokens of text are too few to calibrate on"))
                .with_hint("some hundred kilobytes are a beginning, of the kind that the model will read"));
        }
        let held_out_bytes = held_out
            .iter()
            .map(|ids| {
                ids[usize::from(bos.is_some())..].iter().map(|&id| cx.new.inventory.bytes(id).len() as u64).sum::<u64>()
            })
            .sum();
        Ok(Texts { windows, held_out: batches(held_out), held_out_bytes })
    }

    /// Batches without end: every window once before any comes again.
    pub fn batches(&self, seed: u64) -> impl Iterator<Item = Batch> + '_ {
        let mut random = Random::new(seed ^ 0x6361_6c69_6272_6174);
        std::iter::repeat_with(move || {
            let mut order: Vec<&Vec<Id>> = self.windows.iter().collect();
            random.shuffle(&mut order);
            let mut all = Vec::new();
            for pool in order.chunks(POOL) {
                let mut some = batches(pool.iter().map(|&window| window.clone()).collect());
                random.shuffle(&mut some);
                all.extend(some);
            }
            all
        })
        .flatten()
    }
}

/// Windows of similar length together.
fn batches(mut windows: Vec<Vec<Id>>) -> Vec<Batch> {
    windows.sort_by_key(Vec::len);
    let mut all: Vec<Batch> = Vec::new();
    for window in windows {
        match all.last_mut() {
            Some(batch) if (batch.windows.len() + 1) * window.len() <= BATCH => batch.windows.push(window),
            _ => all.push(Batch { windows: vec![window] }),
        }
    }
    all
}
