//! What one figure cannot say: curves behind the figures, the documents that cost most, sentences as they are cut.

mod cuts;
mod series;
mod worst;

pub use cuts::{Cut, Cuts, ENOUGH};
pub use series::{Plot, Series, expected, lengths, lorenz, rarefaction};
pub use worst::{Worst, WorstDocument};

/// All of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// Curves: by corpus, then tokenizer.
    pub series: Vec<Series>,
    /// Sentences of each corpus.
    pub cuts: Vec<Cuts>,
    /// Indices of corpus and tokenizer, and the documents that the tokenizer spends most tokens on.
    pub worst: Vec<(usize, usize, Vec<WorstDocument>)>,
}

impl Evidence {
    /// The curves of this kind on a corpus, with the indices of their tokenizers.
    pub fn curves(&self, corpus: usize, plot: Plot) -> impl Iterator<Item = (usize, &[(f64, f64)])> {
        let wanted = move |s: &&Series| s.corpus == corpus && s.plot == plot && !s.points.is_empty();
        self.series.iter().filter(wanted).map(|s| (s.subject, s.points.as_slice()))
    }
}
