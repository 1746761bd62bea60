//! The document sample under one tokenizer: what needs all tokens in memory at once.
//!
//! The sample is distinct documents of smallest hash, each cut to its first 4 kB, the same for every tokenizer; it is made
//! smaller until no tokenizer and no baseline has more tokens of it than were asked for.

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use toktool::Result;
use toktool::encode::Scratch;
use toktool::vocab::Id;

use crate::subject::Subject;

/// The tokens of documents, one after another.
#[derive(Debug, Clone, Default)]
pub struct Sampled {
    /// All tokens.
    pub ids: Vec<Id>,
    /// Where each document ends.
    pub ends: Vec<usize>,
    /// The bytes of each token by id; empty where an id has none.
    pub vocabulary: Vec<Vec<u8>>,
}

impl Sampled {
    /// Encodes documents. A baseline's tokens are numbered as they come.
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn new(subject: &Subject, documents: &[String]) -> Result<Sampled> {
        let mut sampled = Sampled::default();
        let (mut scratch, mut ends) = (Scratch::default(), Vec::new());
        let mut numbers: HashMap<&[u8], Id, FxBuildHasher> = HashMap::default();
        for document in documents {
            let tokens = subject.tokens(document, &mut scratch, &mut ends)?;
            if subject.is_baseline() {
                for token in tokens {
                    let piece = &document.as_bytes()[token.start..token.end];
                    let next = numbers.len() as Id;
                    let id = *numbers.entry(piece).or_insert(next);
                    if id == next {
                        sampled.vocabulary.push(piece.to_vec());
                    }
                    sampled.ids.push(id);
                }
            } else {
                sampled.ids.extend(tokens.iter().map(|t| t.id));
            }
            sampled.ends.push(sampled.ids.len());
        }
        if let Some(judged) = subject.judged() {
            sampled.vocabulary =
                (0..judged.inventory.len() as Id).map(|id| judged.inventory.bytes(id).to_vec()).collect();
        }
        Ok(sampled)
    }

    /// The tokens of each document.
    pub fn documents(&self) -> impl Iterator<Item = &[Id]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let document = &self.ids[start..end];
            start = end;
            document
        })
    }

    /// How many documents have at most `tokens` tokens together.
    fn fitting(&self, tokens: usize) -> usize {
        self.ends.partition_point(|&end| end <= tokens)
    }

    fn truncate(&mut self, documents: usize) {
        self.ends.truncate(documents);
        self.ids.truncate(self.ends.last().copied().unwrap_or(0));
    }
}

/// A hash of a text that is the same everywhere, and decides the order of the sample.
pub fn hash(text: &str) -> u64 {
    fnv(text, 0xcbf2_9ce4_8422_2325)
}

/// FNV-1a from another beginning than its own.
pub fn fnv(text: &str, start: u64) -> u64 {
    text.bytes().fold(start, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Encodes a sample by every subject and cuts it to `tokens` tokens of each. Returns the documents that are left.
///
/// # Errors
/// As [`Sampled::new`].
pub fn sample(subjects: &[Subject], mut documents: Vec<String>, tokens: usize) -> Result<(Vec<String>, Vec<Sampled>)> {
    documents.sort_by_cached_key(|document| (hash(document), document.clone()));
    let mut sampled = subjects.iter().map(|s| Sampled::new(s, &documents)).collect::<Result<Vec<_>>>()?;
    let fitting = sampled.iter().map(|s| s.fitting(tokens)).min().unwrap_or(0);
    sampled.iter_mut().for_each(|s| s.truncate(fitting));
    documents.truncate(fitting);
    Ok((documents, sampled))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::Baseline;

    #[test]
    fn every_subject_has_the_same_documents_and_no_more_tokens_than_asked_for() {
        let documents: Vec<String> = (0..40).map(|n| format!("belge {n}")).collect();
        let subjects = [Baseline::Bytes, Baseline::Words].map(Subject::baseline);
        let (left, sampled) = sample(&subjects, documents.clone(), 100).unwrap();
        assert!(left.len() < 40 && left.iter().all(|d| documents.contains(d)));
        assert!(sampled[0].ids.len() <= 100 && sampled[0].ids.len() > 90);
        for s in &sampled {
            assert_eq!(s.documents().count(), left.len());
            let spelled: Vec<u8> = s.ids.iter().flat_map(|&id| s.vocabulary[id as usize].clone()).collect();
            assert_eq!(spelled, left.concat().into_bytes());
        }
        assert_eq!(sample(&subjects, documents, 1000).unwrap().0.len(), 40);
    }
}
