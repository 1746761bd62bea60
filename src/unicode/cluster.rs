//! Orthographic clusters: a letter with everything that is written on it.

use super::class::{self, JOINER, MARK};

/// Whether a cut of `text` at byte `at` falls inside an orthographic cluster: before a mark or a joiner, or after a
/// joiner. The ends of the text are no such place.
pub fn inside(text: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (text[..at].chars().next_back(), text[at..].chars().next()) else { return false };
    class::of(after) & (MARK | JOINER) != 0 || class::of(before) & JOINER != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vowel_sign_belongs_to_its_letter() {
        let word = "कि";
        assert!(inside(word, 3));
        assert!(!inside(word, 0) && !inside(word, word.len()));
        assert!(!inside("कर", 3));
    }
}
