//! Ids against the `tokenizers` crate and against the definition.
