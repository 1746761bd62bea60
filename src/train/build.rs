//! From what training learned to a complete tokenizer.
