//! Gives a checkpoint another tokenizer: every row of its vocabulary is copied, made or left out, and nothing else changes.
//!
//! The steps, each a file: the two tokenizers ([`Side`]) are matched on bytes ([`TokenMap`]); tokens without a row are spelled
//! in old tokens ([`Pieces`]) and perhaps looked up in an auxiliary space ([`Auxiliary`]); a method of [`init`] makes their rows, and
//! [`Calibration`] may fit them to a text;
//! [`Plan::write`] streams the new matrices into the files that hold them and takes everything else over as it is.
//!
//! Sources: TokenAdapt (2505.09738) for the task and its baselines; the methods name theirs. Where we differ from all tools that
//! we know: matching is exact on bytes, the model is never loaded (memory is one matrix in its own type, whatever the size of
//! the body), every tensor of the vocabulary is found or the checkpoint is refused, lists of EOS ids and configurations are
//! mapped, and each id's provenance is reported.
//!
//! The checkpoint's own tokenizer with fewer tokens, with more, or in another order ([`mod@derive`]) is the same map, known
//! beforehand.
//!
//! [`Pieces`]: pieces::Pieces
//! [`Auxiliary`]: auxiliary::Auxiliary

mod alignment;
pub mod auxiliary;
mod calibrate;
pub mod derive;
pub mod init;
mod kinds;
mod matching;
mod matrix;
mod metadata;
mod options;
mod outliers;
mod pieces;
mod plan;
mod positions;
#[cfg(test)]
mod real_tests;
mod report;
mod rows;
mod side;
mod side_files;
mod sources;
mod special;
#[cfg(test)]
mod tests;
mod write;

pub use alignment::Alignment;
pub use calibrate::{Budget, Calibration, Outcome};
pub use derive::{Derivation, Derived};
pub use matching::{Overlap, Source, Special, TokenMap};
pub use metadata::{Changed, named_ids};
pub use options::{Options, Shards};
pub use outliers::{Outlier, Outliers};
pub use pieces::{Pieces, Speller};
pub use plan::Plan;
pub use report::Report;
pub use rows::{Moments, OldRows};
pub use side::Side;
pub use side_files::{ChatTemplate, Template};
pub use sources::{Donor, Sources};
