//! Health checks of a tokenizer: what is likely to hurt whoever trains a model on it.
//!
//! [`CHECKS`] is the table: a row says what a check is called, how bad a failure is, what it means and what to do. A check
//! looks at the tokenizer, tries texts written for it ([`probes`]) and documents of a corpus, and answers with an outcome,
//! how much it looked at, a figure and an example. What has no meaning for a tokenizer is not applicable; what cannot be
//! decided says why. The list follows the sanity checks of TokEval (tokenizer-intrinsic-evals, 2026); definitions,
//! probes and limits are our own:
//!
//! 1. A loss of text is told apart by its cause ([`bench::Loss`]): what the declared normalizer does, or only to white
//!    space, is a warning; unknown characters and everything else are failures.
//! 2. Bytes are tried inside UTF-8 text, since most models take nothing else, and raw where the model takes them.
//! 3. Dead tokens are proved dead (`toktool::repair`), not sampled; the byte alphabet does not count among them.

mod bench;
pub mod probes;
mod report;
mod special;
mod stability;
mod text;
mod vocabulary;

pub use bench::{Bench, Declared, Loss};
pub use report::{json, listing, table};

use toktool::Result;
use toktool::corpus::{Raw, Sampler};
use toktool::observe::{Event, Observer};

use crate::evaluation::Input;
use crate::ordered;
use crate::subject::Judged;

/// How a check came out, from good to bad; the last two are neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing is wrong.
    Pass,
    /// Something to know and to decide on.
    Warn,
    /// Something is broken.
    Fail,
    /// The tokenizer has nothing that could be checked.
    NotApplicable,
    /// It was tried and stays open.
    CannotTell,
}

impl Outcome {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Warn => "warn",
            Outcome::Fail => "fail",
            Outcome::NotApplicable => "not applicable",
            Outcome::CannotTell => "cannot be told",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How it came out.
    pub outcome: Outcome,
    /// How much was looked at.
    pub n: u64,
    /// The figure that decided; `None` where there is none.
    pub value: Option<f64>,
    /// What was found, in words; the reason where it is not applicable or open.
    pub note: String,
    /// One case, as bytes.
    pub example: Option<Vec<u8>>,
}

impl Finding {
    fn new(outcome: Outcome, n: u64, value: Option<f64>, note: impl Into<String>) -> Finding {
        Finding { outcome, n, value, note: note.into(), example: None }
    }

    fn not_applicable(why: &str) -> Finding {
        Finding::new(Outcome::NotApplicable, 0, None, why)
    }

    fn with(mut self, example: Option<impl Into<Vec<u8>>>) -> Finding {
        self.example = example.map(Into::into);
        self
    }
}

/// A row of the table.
#[derive(Debug)]
pub struct Check {
    /// Its name, stable and unique.
    pub name: &'static str,
    /// The worst it can come out.
    pub severity: Outcome,
    /// What is looked at.
    pub meaning: &'static str,
    /// What `n` counts.
    pub of: &'static str,
    /// What the figure is.
    pub figure: &'static str,
    /// What to do where it does not pass.
    pub advice: &'static str,
    run: fn(&Bench<'_>) -> Result<Finding>,
}

macro_rules! checks {
    ($($name:literal $severity:ident $run:path, $of:literal, $figure:literal, $meaning:literal, $advice:literal;)*) => {
        /// All checks, in the order of reports.
        pub const CHECKS: &[Check] = &[$(Check {
            name: $name,
            severity: Outcome::$severity,
            meaning: $meaning,
            of: $of,
            figure: $figure,
            advice: $advice,
            run: $run,
        },)*];
    };
}

checks! {
    "bytes" Fail text::bytes, "bytes", "share that comes back",
        "every byte comes back from its ids, inside a character of UTF-8 and, where the model takes it, alone",
        "train with a byte-level pattern, or with `--byte-fallback`";
    "byte_alphabet" Fail vocabulary::byte_alphabet, "bytes", "share that has a token",
        "each of the 256 bytes has a token, so that any text can be spelled",
        "add the missing bytes to the vocabulary: `toktool train` always has all of them";
    "text_loss" Fail text::loss, "documents", "share that comes back",
        "documents come back from their ids byte for byte; the cause of a loss is named",
        "look at the example with `toktool inspect TOK --text`; drop the normalizer, or use a byte-level model";
    "normalizer" Fail text::normalizer, "texts", "share encoded as their normalized form",
        "a declared normalizer does what it says: text and its normalized form have the same ids",
        "mark added tokens as `normalized`, and let `tokenizer_config.json` say what `tokenizer.json` does";
    "marks" Fail text::marks, "texts", "share that comes back",
        "combining marks, conjuncts, and the Turkish i with and without a dot come back, up to canonical equivalence",
        "do not strip accents, and lower case by the rules of the language: `toktool train --normalize lower:tr`";
    "white_space" Fail text::white_space, "texts", "share that comes back",
        "runs of spaces, tabs, line ends and indentation come back",
        "use a pre-tokenizer that keeps white space; for code it is part of the program";
    "emoji_and_controls" Fail text::odd, "texts", "share that comes back",
        "joined emoji, flags, joiners, directions and control characters come back",
        "use a byte-level model or byte fallback; do not clean text inside the tokenizer";
    "normal_forms" Warn text::normal_forms, "tokens", "more tokens for decomposed text",
        "text costs about the same in composed and decomposed spelling (NFC, NFD), and both come back",
        "compose text before training and use, or train with `--normalize nfc`";
    "unknown_by_script" Warn text::unknown, "tokens", "share unknown in the worst script",
        "hardly any token of everyday text in eleven scripts is the unknown token",
        "extend the alphabet, or use byte fallback: what is unknown cannot be learned or written";
    "digits" Warn stability::digits, "numbers", "share cut like most of their length",
        "numbers of the same length are cut at the same places",
        "`--pattern qwen2` cuts digits one by one; groups of three need all 1,000 of them in the vocabulary";
    "pretokenizer" Fail stability::pretokenizer, "characters", "share that reaches a token",
        "the pre-tokenizer drops no character but white space",
        "replace a split whose behavior is `Removed` by `Isolated`";
    "deterministic" Fail stability::deterministic, "texts", "share with the same ids each time",
        "a text has the same ids alone, again, and in a batch",
        "set `dropout` to 0 in `tokenizer.json`: it is for training";
    "packing" Warn stability::packing, "pairs", "share encoded as their parts",
        "two documents around a special token have the ids that each has alone",
        "encode documents alone and join their ids; or let the special token keep white space beside it";
    "special_tokens" Fail special::special_tokens, "entries", "faults",
        "roles name tokens that exist, special tokens are one id each, are found in text, are there once, and never come out of plain text",
        "mend `added_tokens` in `tokenizer.json` and the roles in `special_tokens_map.json`";
    "vocabulary" Fail vocabulary::integrity, "ids", "faults",
        "ids have one token each, without holes or equal tokens, and the model has a row for each of them",
        "`toktool trim TOK -o DIR` closes holes; enlarge the embedding where it has too few rows";
    "long_tokens" Warn vocabulary::long_tokens, "tokens", "tokens of more than 64 characters",
        "no token is longer than 64 characters, white space aside: such tokens are boilerplate of the training text",
        "train with `--max-token-length 64`, or clean the text";
    "reachability" Warn vocabulary::reachable, "tokens", "share that no text reaches",
        "hardly any token is proved to come out of no text",
        "`toktool trim TOK -o DIR` removes them and writes a map of ids";
    "stock_tokenizers" Fail stability::stock, "texts", "",
        "the `tokenizers` crate loads it and gives the same ids",
        "`toktool export TOK --to hf` says what cannot be written";
}

/// A check with what it found.
#[derive(Debug)]
pub struct Checked {
    /// The check.
    pub check: &'static Check,
    /// What it found.
    pub finding: Finding,
}

/// Runs every check on a tokenizer. `texts` are documents to try beside the probes.
///
/// # Errors
/// What encoding reports; [`toktool::Error::Interrupted`].
pub fn run(
    judged: &Judged,
    declared: &Declared,
    texts: &[String],
    seed: u64,
    observer: &dyn Observer,
) -> Result<Vec<Checked>> {
    observer.event(Event::Stage { name: "checking", total: Some(CHECKS.len() as u64), unit: "checks" });
    let bench = Bench::new(judged, declared, texts, seed)?;
    let mut all = Vec::new();
    for check in CHECKS {
        if observer.cancelled() {
            return Err(toktool::Error::Interrupted);
        }
        all.push(Checked { check, finding: (check.run)(&bench)? });
        observer.event(Event::Progress(all.len() as u64));
    }
    Ok(all)
}

/// Whether a tokenizer passes: nothing failed and, where `strict`, nothing is to be warned of.
pub fn passes(checked: &[Checked], strict: bool) -> bool {
    let bad = |outcome| outcome == Outcome::Fail || (strict && outcome == Outcome::Warn);
    !checked.iter().any(|one| bad(one.finding.outcome))
}

/// Bytes of documents that are tried.
const SAMPLE: usize = 2 << 20;

/// A seeded sample of the documents of some corpora, each cut to its first 4 kB, in byte order.
///
/// # Errors
/// [`toktool::Error::Input`] for a corpus without text; what reading reports; [`toktool::Error::Interrupted`].
pub fn sample(corpora: &[Input<'_>], seed: u64, threads: usize, observer: &dyn Observer) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for input in corpora {
        let corpus = (input.open)()?;
        observer.event(Event::Stage { name: "reading", total: corpus.total_bytes(), unit: "bytes" });
        let work = |sampler: &mut Sampler, raw: Raw| {
            raw.decode(&corpus)?.documents().for_each(|document| sampler.offer(document));
            Ok(())
        };
        let size = SAMPLE / corpora.len();
        let mut sampler = Sampler::new(size, seed);
        for more in ordered::run(&corpus, threads, observer, || Sampler::new(size, seed), work, |()| ())? {
            sampler.merge(more);
        }
        if corpus.stats().bytes == 0 {
            let path = corpus.files().next().map(|(path, _)| path.to_path_buf()).unwrap_or_default();
            return Err(toktool::Error::input(path, "there is no text in it").with_hint("is it the right file?"));
        }
        texts.extend(sampler.into_texts());
    }
    texts.sort_unstable();
    Ok(texts)
}

#[cfg(test)]
mod tests;
