//! What training returns.

use crate::tokenizer::Bpe;
use crate::vocab::Vocab;

/// What training learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The model.
    pub model: Bpe,
    /// Occurrences of each pair when it was merged, by rank from [`Trained::first`] on.
    pub counts: Vec<u64>,
    /// Rank of the first merge that was learned, past those of a continued tokenizer.
    pub first: usize,
    /// How many merges from there on only put clusters together, see [`super::constrain`]. No vocabulary may lack one.
    pub attachments: usize,
}

impl Trained {
    /// The smallest `vocab_size` of the same training that has all attachment merges.
    pub fn smallest(&self) -> usize {
        let attachments = &self.model.vocab.merges[self.first..self.first + self.attachments];
        attachments.iter().map(|merge| merge.new as usize + 1).max().unwrap_or(0)
    }

    /// The model that a training with a smaller `vocab_size` would have returned: a beginning of this one. It must not be
    /// smaller than [`Trained::smallest`], as such a training would be refused.
    pub fn truncated(&self, vocab_size: usize) -> Trained {
        let full = &self.model.vocab;
        let mut size = full.len();
        if let Some(least) = full.merges[self.first..].iter().map(|m| m.new as usize).find(|&new| new >= vocab_size) {
            size = least;
        }
        let mut vocab = Vocab::new();
        for (id, token) in full.iter().take_while(|&(id, _)| (id as usize) < size) {
            if full.is_literal(id) { vocab.set_literal(id, token) } else { vocab.set(id, token) }
        }
        let mut known = full.merges[self.first..].iter().map(|m| m.new as usize).min().unwrap_or(size);
        let mut kept = self.first;
        for merge in &full.merges[self.first..] {
            if known >= size {
                break;
            }
            known = known.max(merge.new as usize + 1);
            kept += 1;
        }
        vocab.merges = full.merges[..kept].to_vec();
        let counts = self.counts[..kept - self.first].to_vec();
        Trained {
            model: Bpe { vocab, ..self.model.without_vocab() },
            counts,
            first: self.first,
            attachments: self.attachments,
        }
    }
}
