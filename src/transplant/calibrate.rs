//! Calibration: minutes of fitting that only new rows take part in, with the body of the model frozen.
//!
//! What is minimised is what the model is for: the cost of text, cut by the new tokenizer. Two things are fitted for each
//! matrix, and added to the rows that a method made:
//!
//! 1. **a map that all new rows share**, from `[first piece, last piece, mean of the pieces]` (centred old rows, as in
//!    `learnt`) to a correction, with a common shift. Every new token in the text teaches it, and tokens that never occur are
//!    corrected, too: that is what makes minutes of a processor worth anything;
//! 2. **a correction of each row by itself**, for tokens that are frequent enough to say something of their own.
//!
//! The gradient of the input goes through the whole body; nothing of the body or of rows that were copied is changed. Held-out
//! documents decide: the rows that cost least on them are kept, and where nothing gets better for a while it ends. So the
//! result is never worse on them than the start.
//!
//! Token Distillation (2505.20133) fits single rows to the hidden states after the old pieces. In trials on Gemma 3 270M a term
//! of that kind, weighted like the cost itself, made held-out text cost more after the same number of tokens, and a small
//! one changed nothing; so there is none.
//!
//! Memory: the body and the vocabulary's matrices in f32, features of the new rows (three rows wide) and the moments of the maps.
//! The result depends on seed and number of steps alone, whatever the number of threads; under a budget of time the number of
//! steps is the machine's.

mod fit;
mod step;
mod text;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};
use serde::Serialize;

use self::fit::Fit;
use self::step::Runner;
use self::text::Texts;
use super::init::{Context, EmbeddingInit, Origin, Part};
use super::matrix::NewRows;
use super::plan::Plan;
use super::rows::OldRows;
use crate::error::{Error, Result};
use crate::lm::checkpoint::{Checkpoint, Dtype};
use crate::lm::{Config, Decoder};
use crate::observe::{Event, Observer, check};

/// Steps between two updates of the head, whose map is the most work.
const HEAD_EVERY: usize = 4;
/// How often the held-out text is looked at over the whole budget.
const LOOKS: usize = 8;
/// Looks without anything better before it ends.
const PATIENCE: usize = 4;
/// Steps until the rate of learning is reached.
const WARMUP: f64 = 20.0;

fn failed(e: candle_core::Error) -> Error {
    Error::unsupported("calibrating new rows", e.to_string())
}

/// When it ends, if not before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Budget {
    /// After so many minutes, looking at held-out text included.
    Minutes(f64),
    /// After so many tokens.
    Tokens(u64),
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Files and folders of text like that which the model will read.
    pub text: Vec<PathBuf>,
    /// How much work.
    pub budget: Budget,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Tokens that the rows were fitted to.
    pub tokens: u64,
    /// Steps of the fit.
    pub steps: usize,
    /// What it took.
    pub seconds: f64,
    /// Held-out tokens.
    pub held_out: u64,
    /// Bits per byte of the held-out text with the rows as they were made.
    pub before: f64,
    /// With those that are kept.
    pub after: f64,
    /// The tokens after which the kept rows were reached.
    pub best_at: u64,
}

/// A matrix before calibration.
struct Start<'a> {
    /// What it is for.
    part: Part,
    /// The old rows that features are made of.
    old: &'a OldRows,
    /// All new rows, `[rows, width]`.
    matrix: Tensor,
    /// How fresh rows came about.
    origins: Vec<Option<Origin>>,
}

/// Rows of fresh tokens after calibration, as a method.
struct Calibrated {
    width: usize,
    /// By fresh index, row after row.
    rows: Vec<f32>,
    origins: Vec<Option<Origin>>,
}

impl EmbeddingInit for Calibrated {
    fn row(&self, _: &OldRows, _: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        out.copy_from_slice(&self.rows[index * self.width..][..self.width]);
        self.origins[index]
    }
}

impl Plan<'_> {
    /// Calibrates the rows that `methods` make, and puts the result in their place.
    ///
    /// # Errors
    /// As [`run`], and what the methods report.
    pub(super) fn calibrate<'m>(
        &self,
        cx: &Context<'_>,
        methods: &mut [Box<dyn EmbeddingInit + 'm>; 2],
        calibration: &Calibration,
        observer: &dyn Observer,
    ) -> Result<Outcome> {
        let own = &self.vocabulary;
        let tied = own.tied && !self.options.untie;
        let mut matrices = vec![(&own.input[0], if tied { Part::Tied } else { Part::Input })];
        if !tied {
            matrices.push((own.head.first().unwrap_or(&own.input[0]), Part::Head));
        }
        let olds = matrices.iter().map(|(name, _)| self.old_rows(name)).collect::<Result<Vec<_>>>()?;
        let mut starts = Vec::new();
        for (old, &(_, part)) in olds.iter().zip(&matrices) {
            let init = &mut methods[usize::from(part == Part::Head)];
            init.fit(old, part, observer)?;
            starts.push(self.start(cx, old, &**init, part)?);
        }
        let (done, outcome) = run(self.checkpoint, cx, starts, calibration, observer)?;
        methods.iter_mut().zip(done).for_each(|(method, done)| *method = Box::new(done));
        Ok(outcome)
    }

    fn start<'o>(&self, cx: &Context<'_>, old: &'o OldRows, init: &dyn EmbeddingInit, part: Part) -> Result<Start<'o>> {
        let (map, fresh) = (cx.map, cx.fresh);
        let rows = NewRows { old, map, fresh, init, part, count: self.rows, dtype: Dtype::F32 };
        let mut numbers = Vec::with_capacity(self.rows * old.width());
        let made = rows.each_block(|bytes| Dtype::F32.decode(bytes, &mut numbers))?;
        let matrix = Tensor::from_vec(numbers, (self.rows, old.width()), &Device::Cpu).map_err(failed)?;
        let origins = fresh.iter().map(|&id| made.origins[id as usize]).collect();
        Ok(Start { part, old, matrix, origins })
    }
}

/// Fits the fresh rows of an input matrix and a head, or of the one matrix that is both.
///
/// # Errors
/// [`Error::Config`] for a budget of nothing, and for text that is too little; what reading the text and the body reports;
/// [`Error::Unsupported`] for models without a body in [`lm`](crate::lm) or that read in both directions;
/// [`Error::Interrupted`].
fn run(
    checkpoint: &Checkpoint,
    cx: &Context<'_>,
    starts: Vec<Start<'_>>,
    calibration: &Calibration,
    observer: &dyn Observer,
) -> Result<(Vec<Calibrated>, Outcome)> {
    let began = Instant::now();
    let limit = match calibration.budget {
        Budget::Minutes(minutes) if minutes > 0.0 && minutes.is_finite() => Duration::from_secs_f64(minutes * 60.0),
        Budget::Tokens(tokens) if tokens > 0 => Duration::MAX,
        _ => {
            return Err(Error::config("--calibrate-minutes", "there is no time to calibrate in")
                .with_hint("give it some minutes, or leave `--calibrate` out"));
        }
    };
    let config = Config::read(&checkpoint.config).map_err(|e| e.in_file(&checkpoint.path.join("config.json")))?;
    let texts = Texts::read(&calibration.text, cx, &config, observer)?;
    let body = Decoder::load(&config, checkpoint).map_err(|e| e.in_file(&checkpoint.path))?;
    let origins: Vec<Vec<Option<Origin>>> = starts.iter().map(|start| start.origins.clone()).collect();
    let width = starts.first().map_or(0, |start| start.old.width());
    let runner = Runner::new(&body, cx);
    let mut fits = starts.into_iter().map(|start| Fit::new(start, cx)).collect::<Result<Vec<Fit>>>()?;
    let before = runner.cost(&fits, &texts.held_out, observer)?;
    let (scale, mut best) = (before.hidden, (before.nats, fits.iter().map(Fit::rows).collect::<Result<Vec<_>>>()?, 0));
    fits.iter_mut().for_each(|fit| fit.set_rates(scale));
    let (mut tokens, mut steps, mut looks, mut since) = (0, 0, 0, 0);
    let (total, unit) = match calibration.budget {
        Budget::Tokens(tokens) => (tokens, "tokens"),
        Budget::Minutes(_) => (limit.as_secs(), "seconds"),
    };
    observer.event(Event::Stage { name: "calibrating", total: Some(total), unit });
    let share = |tokens: u64| match calibration.budget {
        Budget::Tokens(all) => tokens as f64 / all as f64,
        Budget::Minutes(_) => began.elapsed().as_secs_f64() / limit.as_secs_f64(),
    };
    for batch in texts.batches(cx.settings.seed) {
        check(observer)?;
        let progress = share(tokens);
        if progress >= 1.0 {
            break;
        }
        observer.event(Event::Progress((progress * total as f64) as u64));
        let rate = ((steps + 1) as f64 / WARMUP).min(1.0) * (1.0 - 0.9 * progress);
        runner.step(&mut fits, &batch, rate, (steps + 1) % HEAD_EVERY == 0)?;
        steps += 1;
        tokens += batch.tokens() as u64;
        if (share(tokens) * LOOKS as f64) as usize > looks {
            looks = (share(tokens) * LOOKS as f64) as usize;
            let cost = runner.cost(&fits, &texts.held_out, observer)?;
            since += 1;
            if cost.nats < best.0 {
                best = (cost.nats, fits.iter().map(Fit::rows).collect::<Result<_>>()?, tokens);
                since = 0;
            }
            if since >= PATIENCE {
                break;
            }
        }
    }
    let bits = |nats: f64| nats / std::f64::consts::LN_2 / texts.held_out_bytes.max(1) as f64;
    let outcome = Outcome {
        tokens,
        steps,
        seconds: began.elapsed().as_secs_f64(),
        held_out: texts.held_out.iter().map(|batch| batch.tokens() as u64).sum(),
        before: bits(before.nats),
        after: bits(best.0),
        best_at: best.2,
    };
    let done = best.1.into_iter().zip(origins).map(|(rows, origins)| Calibrated { width, rows, origins });
    Ok((done.collect(), outcome))
}
