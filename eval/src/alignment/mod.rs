//! How the tokens of words agree with their morphemes.
