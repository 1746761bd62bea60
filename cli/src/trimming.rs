//! A vocabulary cut down to what some texts use: what `trim --unseen` and `transplant --trim` share.

use std::io::{Read, Write as _};
use std::path::PathBuf;

use toktool::corpus::{Corpus, Options, Stats};
use toktool::encode::{EncodeOptions, Encoder};
use toktool::formats::verify::{self, Verified};
use toktool::repair::{self, Class, Reach, Trimmed, Unwanted};
use toktool::tokenizer::{Model, Tokenizer};
use toktool::vocab::Id;
use toktool::{Error, Result};

use crate::args::Reading;
use crate::documents;
use crate::interrupt::{self, Stdin, read_error};
use crate::tokens;
use crate::ui::Ui;

/// Texts whose tokens stay. They are read twice: to count, and to compare encodings.
pub struct Texts {
    /// The option that names them, and its values.
    option: &'static str,
    given: Vec<PathBuf>,
    /// The same where they can be read again.
    inputs: Vec<PathBuf>,
    options: Options,
    /// What was read from where it can be read only once.
    _spools: Vec<tempfile::NamedTempFile>,
}

/// What the texts use.
pub struct Usage {
    /// By id.
    pub counts: Vec<u64>,
    pub tokens: u64,
    pub stats: Stats,
}

/// What was compared.
pub struct Checked {
    pub stock: Verified,
    /// Probe texts that are encoded alike, and those with a removed token.
    pub probes: (usize, usize),
    /// Documents of the texts, all of them alike.
    pub documents: Option<usize>,
}

/// A tokenizer that was trimmed and checked.
pub struct Cut {
    pub reach: Vec<Reach>,
    pub trimmed: Trimmed,
    /// `None` where nothing went for being unseen.
    pub usage: Option<Usage>,
    pub checked: Checked,
}

/// Removes the tokens that nothing reaches, and those that the texts do not use; never one of `keep`.
pub fn cut(tokenizer: &Tokenizer, texts: Option<&Texts>, keep: &[Id], ui: Ui) -> Result<Cut> {
    let encoder = Encoder::new(tokenizer)?;
    let usage = texts.map(|texts| texts.usage(&encoder, tokenizer, ui)).transpose()?;
    interrupt::check()?;
    let reach = repair::reachability(tokenizer)?;
    interrupt::check()?;
    let counts = usage.as_ref().map(|usage| usage.counts.as_slice());
    let trimmed = repair::trim(tokenizer, Unwanted { reach: &reach, counts, keep })?;
    let checked = checked(&encoder, &reach, &trimmed, texts)?;
    Ok(Cut { reach, trimmed, usage, checked })
}

/// Refuses what cannot be trimmed, before anything is read.
pub fn check(tokenizer: &Tokenizer) -> Result<()> {
    match tokenizer.model {
        Model::Foreign(_) => repair::trim(tokenizer, Unwanted::default()).map(drop),
        Model::Bpe(_) => Ok(()),
    }
}

impl Cut {
    /// Tokens before and after.
    pub fn tokens(&self) -> [usize; 2] {
        let before = self.trimmed.map.rows.len();
        [before, before - self.trimmed.map.removed()]
    }

    /// Class names with their numbers of tokens, empty ones left out.
    pub fn classes(&self) -> Vec<(&'static str, usize)> {
        let mut counts = [0; Class::NAMES.len()];
        self.reach.iter().for_each(|r| counts[r.class.index()] += 1);
        Class::NAMES.into_iter().zip(counts).filter(|c| c.1 > 0).collect()
    }
}

impl Texts {
    /// The texts that `option` names. What is wrong with a path is said before standard input is read.
    pub fn new(option: &'static str, given: &[PathBuf], reading: &Reading) -> Result<Texts> {
        let (mut inputs, mut spools) = (given.to_vec(), Vec::new());
        let options = reading.options();
        Corpus::open(&documents::plain(&inputs), options.clone())?;
        for input in &mut inputs {
            // What can be read only once is kept: standard input and pipes.
            let stdin = input.as_os_str() == documents::STDIN;
            if !stdin && input.metadata().is_ok_and(|found| found.is_file() || found.is_dir()) {
                continue;
            }
            let mut source: Box<dyn Read> = match stdin {
                true => Box::new(Stdin::open()),
                false => Box::new(std::fs::File::open(&*input).map_err(|e| Error::io("read", &*input, e))?),
            };
            let name = if stdin { PathBuf::from("standard input") } else { input.clone() };
            let io = |e| Error::io("write", std::env::temp_dir(), e);
            let mut file = tempfile::Builder::new().prefix(".toktool-").tempfile().map_err(io)?;
            let mut portion = vec![0; 1 << 16];
            loop {
                let read = source.read(&mut portion).map_err(|e| read_error(&name, e))?;
                if read == 0 {
                    break;
                }
                file.write_all(&portion[..read]).map_err(io)?;
            }
            *input = file.path().to_path_buf();
            spools.push(file);
        }
        Ok(Texts { option, given: given.to_vec(), inputs, options, _spools: spools })
    }

    /// Hands every block's documents to `take`.
    fn each(&self, mut take: impl FnMut(&[&str]) -> Result<()>) -> Result<Stats> {
        let corpus = Corpus::open(&documents::plain(&self.inputs), self.options.clone())?;
        while let Some(raw) = corpus.next()? {
            interrupt::check()?;
            let block = raw.decode(&corpus)?;
            take(&block.documents().collect::<Vec<_>>())?;
        }
        Ok(corpus.stats())
    }

    fn usage(&self, encoder: &Encoder, tokenizer: &Tokenizer, ui: Ui) -> Result<Usage> {
        let mut counts = vec![0; tokens::bound(tokenizer)?];
        let mut tokens = 0;
        let stats = self.each(|documents| {
            let batch = encoder.encode_batch(documents, EncodeOptions::default())?;
            tokens += batch.ids.len() as u64;
            for id in batch.ids {
                if let Some(count) = counts.get_mut(id as usize) {
                    *count += 1;
                }
            }
            Ok(())
        })?;
        if tokens == 0 {
            let path = if let [one] = &self.given[..] { one.clone() } else { PathBuf::from(self.option) };
            return Err(Error::input(path, "there is no text in it, so every token would go")
                .with_hint("name the texts that the trimmed tokenizer is for"));
        }
        documents::warn(ui, &stats);
        Ok(Usage { counts, tokens, stats })
    }
}

fn checked(encoder: &Encoder, reach: &[Reach], trimmed: &Trimmed, texts: Option<&Texts>) -> Result<Checked> {
    let json = toktool::formats::hf::write_string(&trimmed.tokenizer)?;
    let samples = verify::samples();
    let stock = verify::against_tokenizers(&trimmed.tokenizer, &json, &samples)?;
    let new = Encoder::new(&trimmed.tokenizer)?;
    // A witness is the one text that is sure to use its token.
    let witnesses = reach.iter().filter_map(|r| r.witness.as_deref());
    let probes: Vec<&str> =
        verify::HOSTILE.into_iter().chain(samples.iter().map(String::as_str)).chain(witnesses).collect();
    let probes = repair::identical(encoder, &new, &trimmed.map, &probes)?;
    interrupt::check()?;
    let mut documents = None;
    if let Some(texts) = texts {
        let mut alike = 0;
        texts.each(|documents| {
            let (same, other) = repair::identical(encoder, &new, &trimmed.map, documents)?;
            alike += same;
            if other > 0 {
                let why = format!("{other} documents use a token that they did not use before: the input has changed");
                return Err(Error::Verify { why });
            }
            Ok(())
        })?;
        documents = Some(alike);
    }
    Ok(Checked { stock, probes, documents })
}
