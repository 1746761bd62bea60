//! One file per subcommand: what it takes, and what it does.

pub mod check;
pub mod completions;
pub mod count;
pub mod decode;
pub mod diff;
pub mod encode;
pub mod eval;
pub mod export;
pub mod inspect;
pub mod man;
#[cfg(feature = "models")]
pub mod perplexity;
pub mod segment;
pub mod train;
#[cfg(feature = "models")]
pub mod transplant;
pub mod trim;
