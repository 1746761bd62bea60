//! The vocabulary by itself, whatever the text: which entries can come out at all.

use toktool::repair::{Class, duplicates, reachability};
use toktool::{Result, Tokenizer};

/// How many entries are what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entries {
    /// Entries, added tokens included.
    pub entries: u64,
    /// Proved to come out of no text.
    pub unreachable: u64,
    /// Neither found in a text nor proved to be in none.
    pub undecidable: u64,
    /// Found only inside more text than their own.
    pub context: u64,
    /// Entries whose bytes another entry of smaller id has.
    pub duplicates: u64,
}

impl Entries {
    /// Looks at every entry: seconds for a hundred thousand.
    ///
    /// # Errors
    /// What [`reachability`] reports.
    pub fn new(tokenizer: &Tokenizer) -> Result<Entries> {
        let all = reachability(tokenizer)?;
        let count = |is: &dyn Fn(&Class) -> bool| all.iter().filter(|reach| is(&reach.class)).count() as u64;
        Ok(Entries {
            entries: all.len() as u64,
            unreachable: count(&Class::is_dead),
            undecidable: count(&|class| matches!(class, Class::Undecidable(_))),
            context: count(&|class| matches!(class, Class::Context)),
            duplicates: duplicates(tokenizer).iter().map(|group| group.len() as u64 - 1).sum(),
        })
    }
}
