//! The same sentences as every tokenizer cuts them.

use toktool::Result;
use toktool::encode::Scratch;

use crate::sampled::hash;
use crate::subject::Subject;

/// Sentences of a corpus.
const SENTENCES: usize = 4;

/// Documents that they are chosen from, at most about twice as many.
const CHOICE: usize = 1000;

/// Bytes of documents that are enough to choose from.
pub const ENOUGH: usize = 1 << 20;

/// Characters of a sentence, at the least if there is any and at most.
const LENGTH: (usize, usize) = (40, 140);

/// A stretch of text between borders that lie between characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Where it ends, in bytes.
    pub end: usize,
    /// The tokens that spell it: 0 where the tokenizer drops it, more than one where they meet inside a character.
    pub tokens: usize,
}

/// A sentence under all tokenizers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cuts {
    /// Index of the corpus.
    pub corpus: usize,
    /// The sentence.
    pub text: String,
    /// By subject: stretches that tile it.
    pub subjects: Vec<Vec<Cut>>,
}

impl Cuts {
    /// Sentences out of a sample of documents, and their cuts. Which ones is up to their hashes, not to their order.
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn sample(corpus: usize, subjects: &[Subject], documents: &[String]) -> Result<Vec<Cuts>> {
        let every = (documents.len() / CHOICE).max(1);
        let mut chosen: Vec<&str> = documents.iter().step_by(every).map(|document| head(document)).collect();
        chosen.sort_by_cached_key(|text| (text.chars().count() < LENGTH.0, hash(text)));
        chosen.dedup();
        chosen.truncate(SENTENCES);
        let cuts = |text: &str| {
            let subjects = subjects.iter().map(|subject| cut(subject, text)).collect::<Result<_>>()?;
            Ok(Cuts { corpus, text: text.to_owned(), subjects })
        };
        chosen.into_iter().map(cuts).collect()
    }
}

/// The beginning of a document, to the end of a word where there is one late enough.
fn head(document: &str) -> &str {
    let line = document.trim_start().lines().next().unwrap_or_default();
    let Some((end, _)) = line.char_indices().nth(LENGTH.1) else { return line };
    let space = line[..end].rfind(char::is_whitespace);
    let late = space.filter(|&at| line[..at].chars().count() >= LENGTH.0);
    &line[..late.unwrap_or(end)]
}

fn cut(subject: &Subject, text: &str) -> Result<Vec<Cut>> {
    let tokens = subject.tokens(text, &mut Scratch::default(), &mut Vec::new())?;
    Ok(tile(text, tokens.iter().map(|t| (t.start, t.end))))
}

/// Stretches out of the spans of tokens, which come in order but may overlap inside a character or leave gaps.
fn tile(text: &str, spans: impl Iterator<Item = (usize, usize)>) -> Vec<Cut> {
    let after = |at: usize| (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    let before = |at: usize| (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let mut cuts: Vec<Cut> = Vec::new();
    let mut reached = 0;
    for (start, end) in spans {
        let (start, end) = (before(start.min(text.len())), after(end.min(text.len())));
        match cuts.last_mut() {
            // It shares a character with what came before.
            Some(last) if start < reached || end <= reached => {
                last.end = last.end.max(end);
                last.tokens += 1;
            }
            _ => {
                if start > reached {
                    cuts.push(Cut { end: start, tokens: 0 });
                }
                cuts.push(Cut { end, tokens: 1 });
            }
        }
        reached = reached.max(end);
    }
    if reached < text.len() {
        cuts.push(Cut { end: text.len(), tokens: 0 });
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::Baseline;

    fn tiled(text: &str, spans: &[(usize, usize)]) -> Vec<(usize, usize)> {
        tile(text, spans.iter().copied()).into_iter().map(|cut| (cut.end, cut.tokens)).collect()
    }

    /// `aşb` is 4 bytes. Cut after the first byte of `ş`, at 2, the two tokens are shown as one stretch.
    #[test]
    fn borders_inside_a_character_join_and_gaps_are_nobodys() {
        assert_eq!(tiled("aşb", &[(0, 1), (1, 3), (3, 4)]), [(1, 1), (3, 1), (4, 1)]);
        assert_eq!(tiled("aşb", &[(0, 2), (2, 4)]), [(4, 2)]);
        assert_eq!(tiled("aşb", &[(0, 1), (1, 2), (2, 3), (3, 4)]), [(1, 1), (3, 2), (4, 1)]);
        // What several tokens are placed on as a whole.
        assert_eq!(tiled("şb", &[(0, 2), (0, 2), (2, 3)]), [(2, 2), (3, 1)]);
        assert_eq!(tiled("a  b", &[(0, 1), (3, 4)]), [(1, 1), (3, 0), (4, 1)]);
        assert_eq!(tiled("ab ", &[(0, 2)]), [(2, 1), (3, 0)]);
        assert_eq!(tiled("ab", &[]), [(2, 0)]);
        assert!(tiled("", &[]).is_empty());
    }

    #[test]
    fn sentences_end_with_a_word_and_do_not_depend_on_the_order_of_documents() {
        let mut documents: Vec<String> = (0..30).map(|n| format!("{n} {}", "uzun bir tümce ".repeat(20))).collect();
        documents.push("kısa".into());
        let subjects = [Subject::baseline(Baseline::Characters)];
        let cuts = Cuts::sample(0, &subjects, &documents).unwrap();
        assert_eq!(cuts.len(), SENTENCES);
        for cut in &cuts {
            assert!(cut.text.chars().count() <= LENGTH.1 && !cut.text.ends_with(' ') && cut.text.len() > 100);
            assert_eq!(cut.subjects[0].len(), cut.text.chars().count());
        }
        documents.reverse();
        assert_eq!(Cuts::sample(0, &subjects, &documents).unwrap(), cuts);
        assert_eq!(head(&"字".repeat(300)).chars().count(), LENGTH.1);
    }
}
