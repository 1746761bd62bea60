//! Where in the list of subjects each kind of them ends.

use crate::subject::Subject;

/// Tokenizers as named come first, then points of curves, then baselines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    /// Of the tokenizers as named.
    pub(super) named: usize,
    /// Of them and the points.
    pub(super) judged: usize,
}

impl Ends {
    /// Puts tokenizers into that order.
    pub(super) fn new(subjects: &mut [Subject]) -> Ends {
        subjects.sort_by_key(|subject| subject.point.is_some());
        Ends { named: subjects.partition_point(|subject| subject.point.is_none()), judged: subjects.len() }
    }

    /// The tokenizers that the baseline of random cuts imitates: a curve beside them changes no figure of theirs.
    pub(super) fn compared(self, subjects: &[Subject]) -> &[Subject] {
        if self.named > 0 { &subjects[..self.named] } else { subjects }
    }
}
