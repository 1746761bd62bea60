//! The baselines, and how often the one by chance cuts: as often as the tokenizers do.

use toktool::Result;
use toktool::corpus::Corpus;
use toktool::encode::Scratch;

use super::{Input, Options};
use crate::subject::{Baseline, Subject};

pub(super) fn baselines(rate: f64, options: &Options) -> impl Iterator<Item = Subject> {
    let random = Baseline::Random { rate, seed: options.seed };
    let all = [Baseline::Characters, Baseline::Bytes, Baseline::Words, random];
    all.into_iter().filter(|_| options.baselines).map(Subject::baseline)
}

/// Text that the rate of random cuts is measured on.
const PROBE: usize = 1 << 18;

/// How often the tokenizers cut between two characters at the beginning of the corpus, on average over the tokenizers.
/// For a corpus that can be read only once: of the program's own English sample.
pub(super) fn random_rate(tokenizers: &[Subject], input: &Input<'_>) -> Result<f64> {
    let english = || Corpus::from_text("en", toktool::samples::eval("en").unwrap_or_default(), Default::default());
    let corpus = if input.again { (input.open)()? } else { english() };
    let Some(raw) = corpus.next()? else { return Ok(0.0) };
    let block = raw.decode(&corpus)?;
    border_rate(tokenizers, &block.documents().collect::<Vec<_>>())
}

/// Token borders over places between characters, at the beginning of the documents, on average over the tokenizers.
pub(super) fn border_rate(tokenizers: &[Subject], documents: &[&str]) -> Result<f64> {
    let mut chars = 0;
    let inner = |document: &str| document.chars().count().saturating_sub(1);
    let enough = documents.iter().position(|document| {
        chars += inner(document);
        chars > PROBE
    });
    let documents = &documents[..enough.map_or(documents.len(), |last| last + 1)];
    let mut sum = 0.0;
    for tokenizer in tokenizers {
        let (mut scratch, mut borders) = (Scratch::default(), 0);
        for document in documents {
            borders += tokenizer.tokens(document, &mut scratch, &mut Vec::new())?.len().saturating_sub(1);
        }
        sum += (borders as f64 / chars.max(1) as f64).min(1.0);
    }
    Ok(sum / tokenizers.len() as f64)
}
