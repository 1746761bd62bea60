//! Constrained BPE: tokens that respect what is written together.
//!
//! Plain BPE tears vowel signs off their letters: of two neighbours it joins whatever is frequent, so that a Hindi token
//! may begin with the sign whose letter ends the token before. Constrained BPE ("MorphTok", arXiv 2504.10335) forbids
//! that, and this is its idea for every Brahmic script and four strengths. The difficulty is the encoder: stock Hugging
//! Face knows nothing but ranked merges, so the merges themselves must be unable to make a token that breaks the rule, in
//! any text, also where a letter and a sign meet that never met in training.
//!
//! **Bytes.** A sign is never built. What is built of it is its *tail*, its UTF-8 without the lead byte: `ि` is
//! `E0 A4 BF`, its tail `A4 BF`. Tails come first in the merge list, then what letters need: of a letter the first two
//! bytes join, so that a lead byte that is still free stands before a sign, and there alone. It goes to what comes
//! before: `क` with the lead byte of the sign that follows is a *head*, `E0 A4 95 E0`, and head and tail make `कि`. Where
//! another sign follows, the tail takes that one's lead byte in turn. In the end a token says by its bytes whether its
//! cluster goes on: it does exactly if the token ends in a lead byte. A virama that joins a consonant takes the lead
//! byte of whatever comes, before letters are made, so that `ष` after it is a tail as well.
//!
//! These *attachment merges* stand before all others (`attach.rs`). They cost a slot for every letter that bears signs
//! and for every tail, not for every cluster: which clusters get a token is learned like everything else, by count. What
//! is learned joins complete clusters, or parts of one (`filter.rs`). So a cluster that is not in the vocabulary falls
//! into parts of characters, which is byte fallback, and no token ever starts with a whole sign.
//!
//! **Characters.** A vocabulary of characters holds a sign as a token, or no merge could take it in. So attachments are
//! learned first, inside clusters and from the left, for every cluster that occurs; then the rest. A letter and a sign
//! that never met in training fall apart into two characters. That can't be helped in this form; `rates.rs` measures it.
//!
//! Deviations from the paper: 1. its rule is about dependent vowels, [`Constraint::Mark`] about all signs; 2. it is a
//! rule of the encoder there, here a property of the merge list; 3. [`Constraint::Grapheme`], [`Constraint::Akshara`] and
//! [`Constraint::Utf8`] are ours.
//!
//! Known limits: which halves of flags belong together depends on how many precede, so these stay in bytes. Between a
//! virama and the consonant that it joins, only U+200D is looked through, and both are of one script. Of other letters
//! that join what follows (Malayalam dot reph, jamo initials), those are known that the training text has. Signs and letters
//! of a script that training did not see are bytes. `min_frequency` is about what is learned after the clusters.
//!
//! Complexity: three more passes over the distinct words than plain training, and a training on the distinct clusters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::text::{Cutter, Splitter};
use crate::unicode::cluster::{self, EXTENDS, OPENS_AKSHARA, OPENS_GRAPHEME, REGIONAL, SIGN, ZWJ};

mod attach;
mod clusters;
mod filter;
mod rates;
#[cfg(test)]
mod tests;

pub(super) use attach::{attach, occurrences};
pub(super) use clusters::clusters;
pub(super) use filter::{Filter, Rule, Stage};
pub use rates::{Rates, rates};

/// What tokens must respect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Constraint {
    /// Nothing: plain BPE.
    #[default]
    None,
    /// No token starts with a sign on the letter before it: a vowel sign, any other mark, a joiner.
    Mark,
    /// No token starts or ends inside an extended grapheme cluster of UAX #29.
    Grapheme,
    /// No token starts or ends inside an akshara, see [`crate::unicode::cluster`].
    Akshara,
    /// A token is whole characters, or a part of one.
    Utf8,
}

/// Every constraint with its name.
pub const CONSTRAINTS: [(&str, Constraint); 5] = [
    ("none", Constraint::None),
    ("mark", Constraint::Mark),
    ("grapheme", Constraint::Grapheme),
    ("akshara", Constraint::Akshara),
    ("utf8", Constraint::Utf8),
];

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(CONSTRAINTS.iter().find(|(_, c)| c == self).map_or("", |(name, _)| name))
    }
}

impl FromStr for Constraint {
    type Err = Error;

    fn from_str(name: &str) -> Result<Constraint> {
        let names = CONSTRAINTS.map(|(name, _)| name).join(", ");
        CONSTRAINTS.iter().find(|(known, _)| *known == name).map(|(_, c)| *c).ok_or_else(|| {
            Error::config("--constrain", format!("there is no constraint `{name}`")).with_hint(format!("use {names}"))
        })
    }
}

impl Constraint {
    /// Whether it is about clusters of characters, so that attachment merges are needed.
    pub fn has_clusters(self) -> bool {
        matches!(self, Constraint::Mark | Constraint::Grapheme | Constraint::Akshara)
    }

    /// Whether a cut of `text` at byte `at` between two characters is one that no token may have.
    pub fn forbids(self, text: &str, at: usize) -> bool {
        match self {
            Constraint::None | Constraint::Utf8 => false,
            Constraint::Mark => text[at..].starts_with(cluster::is_sign) && cluster::inside(text, at),
            Constraint::Grapheme => cluster::inside_grapheme(text, at),
            Constraint::Akshara => cluster::inside(text, at),
        }
    }

    /// Whether a splitter leaves letters and their signs together, as cluster constraints need it.
    ///
    /// # Errors
    /// [`Error::Config`] where it does not.
    pub fn check_splitter(self, splitter: &Splitter) -> Result<()> {
        if !self.has_clusters() {
            return Ok(());
        }
        let cutter = Cutter::new(splitter)?;
        for word in SIGNED {
            let mut cuts = Vec::new();
            cutter.cut(word, |start, _| cuts.push(start));
            if cuts.into_iter().any(|at| Constraint::Mark.forbids(word, at)) {
                let why =
                    format!("`{self}` keeps signs on their letters, and the pattern cuts them off, as in `{word}`");
                return Err(Error::config("--constrain", why).with_hint("use `--pattern unicode`"));
            }
        }
        Ok(())
    }

    /// Why a vocabulary of `size` tokens can't be made, where attachment merges end at `needed`.
    pub fn no_room(self, size: usize, needed: usize) -> Error {
        let why =
            format!("`--constrain {self}` takes {needed} tokens for characters and clusters alone, more than {size}");
        Error::config("--vocab-size", why).with_hint(format!("ask for more than {needed}, or for a weaker constraint"))
    }

    /// The flags of characters that stay with what is before them.
    fn follows(self) -> u8 {
        match self {
            Constraint::None | Constraint::Utf8 => 0,
            Constraint::Mark => SIGN,
            Constraint::Grapheme | Constraint::Akshara => SIGN | EXTENDS,
        }
    }

    /// The flags of characters that what comes after them stays with.
    fn opens(self) -> u8 {
        match self {
            Constraint::None | Constraint::Utf8 | Constraint::Mark => 0,
            Constraint::Grapheme => OPENS_GRAPHEME,
            Constraint::Akshara => OPENS_GRAPHEME | OPENS_AKSHARA,
        }
    }

    /// Whether `c` stays with what is before it.
    fn is_follower(self, c: char) -> bool {
        cluster::of(c) & self.follows() != 0
    }

    /// Whether `c` may keep what comes after it.
    fn is_opener(self, c: char) -> bool {
        self.opens() != 0 && (cluster::of(c) & self.opens() != 0 || c == ZWJ)
    }

    /// Whether a token must not be, or begin with, the whole of `c`.
    fn is_never_whole(self, c: char) -> bool {
        self.is_follower(c) || self.opens() != 0 && cluster::of(c) & REGIONAL != 0
    }
}

/// Words with a sign on every letter, in several scripts.
const SIGNED: [&str; 6] = ["किताबें", "কিতাব", "தமிழ்", "తెలుగు", "മലയാളം", "සිංහල"];
