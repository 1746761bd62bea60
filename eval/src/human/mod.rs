//! Judgement by people: a sheet of segmented words whose makers are hidden, and what the ratings that come back say.
//!
//! Source: EvalTok in MorphTok (arXiv 2504.10335), where annotators score how well the segmentations of a hundred words fit
//! their morphemes. Scale, number of annotators and agreement are not told there; the protocol here is:
//! 1. **Words** ([`words`]) are drawn from a corpus, evenly from four bands of frequency that each make up about a quarter of
//!    the running words: the most frequent ones would otherwise never, or always, be asked about.
//! 2. **Segmentations** ([`cuts`]) are those that tokenizers make in the text, not of the word by itself. Where tokenizers
//!    agree on a word, the cut is shown once. Order is drawn anew for each word, no tokenizer is named, and characters
//!    and random cuts stand among the rest: who rates them well has not read the rubric.
//! 3. **Ratings** ([`import`]) go from 1 to 5 by a [`rubric`]. What is left empty is missing, and nothing else is.
//! 4. **Figures** ([`score`]) are means over words with intervals by bootstrap over words, wins and losses between
//!    tokenizers as the same annotator saw them, and Krippendorff's alpha ([`agreement`]), without which a mean says little.
//!
//! Nobody's ratings are ever left out: annotators who seem careless are named, and what to do is left to the reader.

pub mod agreement;
pub mod cuts;
mod html;
pub mod import;
mod key;
pub mod report;
pub mod rubric;
pub mod score;
mod sheet;
pub mod words;

pub use key::{Item, Key, Named, Stratum};
pub use sheet::{Request, Sheet, sheet};

#[cfg(test)]
mod tests;
