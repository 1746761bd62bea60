//! Plain BPE trained in memory on samples of documents.
//!
//! The sample is that of [`Sampler`]: distinct documents of smallest hash, each cut to its first [`LONGEST`] bytes, as
//! many as fit. A smaller sample is drawn from the larger one by the same rule, so that samples are nested.

use hashbrown::HashMap;
use rayon::prelude::*;
use rustc_hash::FxBuildHasher;
use toktool::corpus::{Corpus, Sampler};
use toktool::observe::{Event, Observer};
use toktool::text::{Cutter, Splitter};
use toktool::tokenizer::{Alphabet, Model, Tokenizer};
use toktool::train::{BpeTrainer, Frame, TrainInput, Trainer, assemble};
use toktool::unicode::{Normalizer, Normalizing};
use toktool::words::WordCounts;
use toktool::{Error, Result};

/// Bytes of a document at most.
pub const LONGEST: usize = 4096;

/// Size where neither a tokenizer nor the user says one.
const SIZE: usize = 16_000;

/// How points are trained.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Tokens in all.
    pub vocab_size: usize,
    /// What is done to text first.
    pub normalizers: Vec<Normalizer>,
    /// How it is cut.
    pub splitter: Splitter,
    /// What merging starts from.
    pub alphabet: Alphabet,
    /// Special tokens: they count.
    pub special_tokens: Vec<String>,
}

impl Settings {
    /// Like a tokenizer, or the program's defaults (16,000 tokens): a foreign one gives nothing but its size.
    ///
    /// # Errors
    /// What the default pattern reports, which is a known one.
    pub fn like(tokenizer: Option<(&Tokenizer, u64)>, vocab_size: Option<usize>) -> Result<Settings> {
        let size = vocab_size.or(tokenizer.map(|(_, declared)| declared as usize)).unwrap_or(SIZE);
        if let Some((Tokenizer { model: Model::Bpe(model), added, splitter, normalizers, .. }, _)) = tokenizer {
            return Ok(Settings {
                vocab_size: size,
                normalizers: normalizers.clone(),
                splitter: splitter.clone(),
                alphabet: model.alphabet,
                special_tokens: added.iter().filter(|a| a.special).map(|a| a.content.clone()).collect(),
            });
        }
        Ok(Settings {
            vocab_size: size,
            normalizers: Vec::new(),
            splitter: Splitter::named("unicode")?,
            alphabet: Alphabet::Bytes,
            special_tokens: Vec::new(),
        })
    }
}

/// So many bytes of the documents of a corpus, and less where it has no more.
///
/// # Errors
/// What reading reports; [`Error::Interrupted`].
pub fn sample(corpus: &Corpus, bytes: usize, seed: u64, observer: &dyn Observer) -> Result<Vec<String>> {
    observer.event(Event::Stage { name: "sampling training text", total: corpus.total_bytes(), unit: "bytes" });
    let mut sampler = Sampler::new(bytes, seed);
    while let Some(raw) = corpus.next()? {
        if observer.cancelled() {
            return Err(Error::Interrupted);
        }
        raw.decode(corpus)?.documents().for_each(|document| sampler.offer(document));
        observer.event(Event::Progress(corpus.stats().read));
    }
    Ok(sampler.into_texts())
}

/// So many bytes of a sample.
pub fn smaller(documents: &[String], bytes: usize, seed: u64) -> Vec<String> {
    let mut sampler = Sampler::new(bytes, seed);
    documents.iter().for_each(|document| sampler.offer(document));
    sampler.into_texts()
}

type Counted = HashMap<Vec<u8>, u64, FxBuildHasher>;

/// The pieces of documents with their counts, sorted.
fn count(documents: &[String], settings: &Settings) -> Result<WordCounts> {
    let (normalizing, cutter) = (Normalizing::new(&settings.normalizers)?, Cutter::new(&settings.splitter)?);
    let add = |counted: &mut Counted, piece: &[u8], count: u64| match counted.get_mut(piece) {
        Some(known) => *known += count,
        None => {
            counted.insert(piece.to_vec(), count);
        }
    };
    let counted = documents.par_iter().fold(Counted::default, |mut counted, document| {
        let normal = normalizing.apply(document);
        let text = cutter.rewrite(&normal, true);
        cutter.cut(&text, |start, end| add(&mut counted, &text.as_bytes()[start..end], 1));
        counted
    });
    let counted = counted.reduce(Counted::default, |mut a, b| {
        b.iter().for_each(|(piece, count)| add(&mut a, piece, *count));
        a
    });
    let mut words = WordCounts::with_capacity(counted.len(), 0);
    counted.iter().for_each(|(piece, count)| words.push(piece, *count));
    words.sort();
    Ok(words)
}

/// Trains plain BPE on documents. It may have fewer tokens than asked for, where the documents have no more pairs.
///
/// # Errors
/// [`Error::Config`] where there is no merge to learn; [`Error::Interrupted`].
pub fn train(documents: &[String], settings: &Settings, observer: &dyn Observer) -> Result<Tokenizer> {
    let words = count(documents, settings)?;
    let trainer = BpeTrainer {
        vocab_size: settings.vocab_size,
        special_tokens: settings.special_tokens.clone(),
        alphabet: settings.alphabet,
        byte_fallback: settings.alphabet == Alphabet::Chars,
        ..BpeTrainer::default()
    };
    let trained = trainer.train(TrainInput { words: &words, start: None, observer })?;
    if trained.counts.is_empty() {
        let why = format!("no merge can be learned with {} tokens from such text", settings.vocab_size);
        return Err(Error::config("--curve", why).with_hint("more text is needed, or a larger `--curve-vocab`"));
    }
    let frame = Frame {
        normalizers: settings.normalizers.clone(),
        splitter: settings.splitter.clone(),
        special_tokens: settings.special_tokens.clone(),
    };
    Ok(assemble(trained, &frame, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use toktool::count::{CountOptions, Cutting};

    const TEXT: &str = "ev evde evler\nkuş kuşlar\nev evin\nİstanbul'da kuş\n";

    fn corpus() -> Corpus {
        Corpus::from_text("text", TEXT, Default::default())
    }

    fn settings() -> Settings {
        Settings::like(None, Some(270)).unwrap()
    }

    #[test]
    fn pieces_are_those_of_counting_a_corpus() {
        let documents: Vec<String> = TEXT.lines().map(str::to_owned).collect();
        let ours = count(&documents, &settings()).unwrap();
        let cutting = Cutting::new(&[], &settings().splitter).unwrap();
        let theirs = toktool::count::count(&corpus(), &cutting, &CountOptions::default(), &()).unwrap();
        let mut theirs = theirs.into_words(&()).unwrap();
        theirs.sort();
        assert_eq!(ours.iter().collect::<Vec<_>>(), theirs.iter().collect::<Vec<_>>());
    }

    #[test]
    fn smaller_samples_are_in_larger_ones() {
        let all = sample(&corpus(), 1 << 20, 3, &()).unwrap();
        assert_eq!(all.len(), 4);
        let mut before = all.clone();
        for bytes in [40, 30, 20, 10] {
            let fewer = smaller(&all, bytes, 3);
            assert!(fewer.iter().map(String::len).sum::<usize>() <= bytes);
            assert!(fewer.iter().all(|document| before.contains(document)), "{fewer:?}");
            before = fewer;
        }
    }

    #[test]
    fn documents_are_as_long_as_the_sampler_leaves_them() {
        let document = "a".repeat(3 * LONGEST);
        assert_eq!(smaller(&[document], 1 << 20, 1)[0].len(), LONGEST);
    }

    #[test]
    fn training_takes_what_a_tokenizer_has() {
        let documents = sample(&corpus(), 1 << 20, 3, &()).unwrap();
        let with = Settings { special_tokens: vec!["<s>".to_owned()], ..settings() };
        let made = train(&documents, &with, &()).unwrap();
        assert_eq!(Settings::like(Some((&made, 270)), None).unwrap(), with);
        assert_eq!(Settings::like(Some((&made, 270)), Some(300)).unwrap().vocab_size, 300);
        assert_eq!(Settings::like(None, None).unwrap().vocab_size, 16_000);
        let error = train(&documents, &Settings { vocab_size: 100, ..settings() }, &()).unwrap_err();
        assert!(error.to_string().contains("no merge") || error.to_string().contains("256"), "{error}");
    }
}
