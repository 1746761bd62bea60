//! The documents that a tokenizer spends most tokens on, for their bytes.

use serde::Serialize;

/// Documents kept.
const KEPT: usize = 5;

/// Shorter documents are left out: a single rare character would win.
const SHORTEST: usize = 64;

/// Bytes of a document that are shown.
const SHOWN: usize = 240;

/// A document and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorstDocument {
    /// Its beginning.
    pub text: String,
    /// Its bytes.
    pub bytes: u64,
    /// Its tokens.
    pub tokens: u64,
}

impl WorstDocument {
    /// Most tokens a byte first; then the longer one, then by text.
    fn order(&self, other: &WorstDocument) -> std::cmp::Ordering {
        let cost = |a: &WorstDocument, b: &WorstDocument| u128::from(a.tokens) * u128::from(b.bytes);
        cost(other, self)
            .cmp(&cost(self, other))
            .then(other.bytes.cmp(&self.bytes))
            .then_with(|| self.text.cmp(&other.text))
    }
}

/// The worst documents so far.
#[derive(Debug, Clone, Default)]
pub struct Worst {
    kept: Vec<WorstDocument>,
}

impl Worst {
    /// Considers a document.
    pub fn offer(&mut self, text: &str, tokens: usize) {
        let (bytes, tokens) = (text.len() as u64, tokens as u64);
        let full = self.kept.len() == KEPT;
        let cheaper = |last: &WorstDocument| {
            u128::from(tokens) * u128::from(last.bytes) < u128::from(last.tokens) * u128::from(bytes)
        };
        if text.len() < SHORTEST || full && self.kept.last().is_some_and(cheaper) {
            return;
        }
        let mut end = SHOWN.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.insert(WorstDocument { text: text[..end].to_owned(), bytes, tokens });
    }

    /// Adds those of another thread.
    pub fn merge(&mut self, other: Worst) {
        other.kept.into_iter().for_each(|document| self.insert(document));
    }

    fn insert(&mut self, document: WorstDocument) {
        // Boilerplate that repeats is shown once.
        if let Err(at) = self.kept.binary_search_by(|kept| kept.order(&document)) {
            self.kept.insert(at, document);
            self.kept.truncate(KEPT);
        }
    }

    /// The worst first.
    pub fn documents(self) -> Vec<WorstDocument> {
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_tokens_a_byte_come_first_however_they_are_dealt() {
        let documents: Vec<(String, usize)> = (0..40).map(|n| (format!("{n:064}"), (n * 7) % 40)).collect();
        let mut all = Worst::default();
        documents.iter().for_each(|(text, tokens)| all.offer(text, *tokens));
        assert_eq!(all.kept.iter().map(|d| d.tokens).collect::<Vec<_>>(), [39, 38, 37, 36, 35]);
        let mut parts = [Worst::default(), Worst::default()];
        documents.iter().rev().enumerate().for_each(|(n, (text, tokens))| parts[n % 2].offer(text, *tokens));
        let [mut a, b] = parts;
        a.merge(b);
        assert_eq!(a.kept, all.kept);
    }

    #[test]
    fn short_and_repeated_documents_are_left_out_and_long_ones_cut_between_characters() {
        let mut worst = Worst::default();
        worst.offer("kısa", 4);
        for _ in 0..3 {
            worst.offer(&"ş".repeat(200), 7);
        }
        let kept = worst.documents();
        assert_eq!((kept.len(), kept[0].bytes, kept[0].text.len()), (1, 400, 240));
        let mut odd = Worst::default();
        odd.offer(&format!("a{}", "ş".repeat(200)), 7);
        assert_eq!(odd.documents()[0].text.len(), 239);
    }
}
