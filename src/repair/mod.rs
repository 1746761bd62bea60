//! Vocabularies under the lamp: which tokens some text can reach, which are there twice, which only serve others; and
//! smaller vocabularies without the dead ones, with a map from old to new ids.
//!
//! The usual test decodes a token, encodes it again and looks whether it comes back (Land and Bartolo, "Fishing for
//! Magikarp", 2024). It calls tokens dead that appear only in context, and says nothing about tokens that are no text of
//! their own. Here every answer is either a *witness*, a text whose encoding has the token in it, or a *proof* that there
//! is none, or "undecidable" with the reason. The proofs:
//!
//! - merging is local (`symbols`): what comes out of a text is what its own symbols become alone. So a token whose
//!   symbols become anything else never comes out of any text, whatever stands around it;
//! - by the same argument, where something must stand beside a token (it ends inside a character, or no piece ends with
//!   it) and the token of no neighbour leaves it as it is, it never comes out either;
//! - no UTF-8 text has the token's bytes (`partial`);
//! - no text has its characters any more once it is normalized and rewritten (`fold`);
//! - the pre-tokenizer cuts it wherever it stands (`split`, `automaton`);
//! - a better segmentation of a Unigram piece exists, which wins wherever the piece stands (`foreign`).
//!
//! Deviations from merging alone are followed: `ignore_merges` (a piece that is a token stays whole, so such a token
//! needs only some piece that equals it), byte fallback and unknown tokens (a token may be spelled in several ways; all
//! are looked at), models without all bytes (what has no symbol vanishes, so only the first proof holds). What is
//! searched rather than decided is the witness: the token's own text, some two hundred contexts, and for a token that
//! begins or ends inside a character every completion of it. A token that is neither found nor proved dead is undecidable,
//! and nothing is ever removed for that.
//!
//! Not considered: invalid UTF-8 as input, of which single bytes become single byte tokens; a regular expression that
//! gives up on a text for too much backtracking.

mod automaton;
mod fold;
mod foreign;
mod partial;
mod reach;
mod relax;
mod scaffold;
mod search;
mod split;
mod symbols;
mod trim;

pub use reach::{Class, Reach, reachability};
pub use scaffold::{Scaffold, duplicates, scaffold};
pub use trim::{IdMap, Trimmed, Unwanted, identical, trim};
pub(crate) use trim::{renumber, renumbered};

#[cfg(test)]
mod real_tests;
#[cfg(test)]
mod tests;
