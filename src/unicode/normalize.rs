//! Normal forms and the other rewritings that `tokenizer.json` calls normalizers.

use serde::{Deserialize, Serialize};

/// One normalizer, in Hugging Face's meaning of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalizer {
    /// Canonical composition.
    Nfc,
    /// Canonical decomposition.
    Nfd,
    /// Compatibility composition.
    Nfkc,
    /// Compatibility decomposition.
    Nfkd,
    /// Every character to its lower case, without regard to language or context.
    Lowercase,
    /// White space is cut from the ends.
    Strip {
        /// At the start.
        left: bool,
        /// At the end.
        right: bool,
    },
    /// Goes before any text that is not empty.
    Prepend(String),
    /// Every match of `from` becomes `to`.
    Replace {
        /// A fixed string, or a regular expression.
        from: String,
        /// Whether `from` is a regular expression.
        regex: bool,
        /// By what.
        to: String,
    },
}
