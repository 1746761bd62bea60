//! A vocabulary as a set of byte strings, which is what two vocabularies have in common or not, however their files
//! spell them: `Ġev`, `▁ev` and a byte-level ` ev` are one string. What stands for no text (special and unknown tokens)
//! is left out; a byte-fallback token is its byte.

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use toktool::vocab::Id;

use toktool::inventory::{Class, Inventory};

/// The byte strings of a vocabulary with the smallest id of each.
#[derive(Debug, Clone, Default)]
pub struct Strings<'f>(HashMap<&'f [u8], Id, FxBuildHasher>);

/// Whether an entry stands for a string of text.
pub fn is_text(class: Class) -> bool {
    matches!(class, Class::Text | Class::Fallback)
}

impl<'f> Strings<'f> {
    /// Those of a tokenizer. O(vocabulary).
    pub fn new(inventory: &'f Inventory) -> Strings<'f> {
        Strings::of(inventory, is_text)
    }

    /// Those of the entries of some classes.
    pub fn of(inventory: &'f Inventory, class: impl Fn(Class) -> bool) -> Strings<'f> {
        let mut strings = HashMap::default();
        for id in (0..inventory.len() as Id).filter(|&id| class(inventory.class(id))) {
            let bytes = inventory.bytes(id);
            if !bytes.is_empty() {
                strings.entry(bytes).or_insert(id);
            }
        }
        Strings(strings)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a string is among them.
    pub fn has(&self, bytes: &[u8]) -> bool {
        self.0.contains_key(bytes)
    }

    /// The smallest id of a string.
    pub fn id(&self, bytes: &[u8]) -> Option<Id> {
        self.0.get(bytes).copied()
    }

    /// The strings with their ids, in order of ids.
    pub fn sorted(&self) -> Vec<(Id, &'f [u8])> {
        let mut all: Vec<(Id, &[u8])> = self.0.iter().map(|(&bytes, &id)| (id, bytes)).collect();
        all.sort_unstable();
        all
    }

    /// For each id of another vocabulary, whether its bytes are among these strings.
    pub fn known(&self, inventory: &Inventory) -> Vec<bool> {
        (0..inventory.len() as Id).map(|id| is_text(inventory.class(id)) && self.has(inventory.bytes(id))).collect()
    }
}

/// How many strings two vocabularies have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overlap {
    /// Strings of both.
    pub both: u64,
    /// Strings of either.
    pub either: u64,
}

impl Overlap {
    /// Of two sets. Linear in the second.
    pub fn new(a: &Strings<'_>, b: &Strings<'_>) -> Overlap {
        let both = b.0.keys().filter(|bytes| a.has(bytes)).count();
        Overlap { both: both as u64, either: (a.len() + b.len() - both) as u64 }
    }

    /// Strings in common over all strings; `None` where there is none.
    pub fn jaccard(self) -> Option<f64> {
        (self.either > 0).then(|| self.both as f64 / self.either as f64)
    }
}
