//! Two vocabularies, whatever the text.

use toktool::vocab::Id;

use super::strings::{Overlap, Strings, is_text};
use toktool::inventory::{Class, Inventory};

/// Entries of a class in both vocabularies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What the entries are for: `text`, `fallback`, `special`.
    pub class: &'static str,
    /// Entries of each vocabulary, equal byte strings counted apart.
    pub entries: [u64; 2],
    /// Distinct byte strings of each.
    pub strings: [u64; 2],
    /// Byte strings of both, and of either.
    pub overlap: Overlap,
}

/// A string that both have, under different ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its smallest id in each.
    pub ids: [Id; 2],
}

/// How two vocabularies differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Vocabulary {
    /// Whether every id stands for the same bytes and the same purpose in both.
    pub identical: bool,
    /// By class: text and byte fallback together, each alone where there is any, special tokens.
    pub rows: Vec<Row>,
    /// Strings of both (special ones, too) whose ids differ.
    pub moved: u64,
    /// The first of them, by the id of the first vocabulary.
    pub moved_examples: Vec<Moved>,
    /// Special tokens that only one has, by id: all of them.
    pub special_only: [Vec<String>; 2],
}

impl Vocabulary {
    /// Compares two. O(vocabularies).
    pub fn new(a: &Inventory, b: &Inventory, examples: usize) -> Vocabulary {
        let special = |class| matches!(class, Class::Special | Class::Unknown);
        let row = |name, class: &dyn Fn(Class) -> bool| {
            let entries = |inventory: &Inventory| {
                (0..inventory.len() as Id).filter(|&id| class(inventory.class(id))).count() as u64
            };
            let strings = [Strings::of(a, class), Strings::of(b, class)];
            Row {
                class: name,
                entries: [entries(a), entries(b)],
                strings: [strings[0].len() as u64, strings[1].len() as u64],
                overlap: Overlap::new(&strings[0], &strings[1]),
            }
        };
        let mut rows = vec![row("text", &is_text)];
        if a.has_fallback || b.has_fallback {
            rows.push(row("byte fallback", &|class| class == Class::Fallback));
        }
        rows.push(row("special", &special));
        let mut moved = Vec::new();
        for class in [&is_text as &dyn Fn(Class) -> bool, &special] {
            let (own, other) = (Strings::of(a, class), Strings::of(b, class));
            for (id, bytes) in own.sorted() {
                if let Some(there) = other.id(bytes).filter(|there| *there != id) {
                    moved.push(Moved { bytes: bytes.to_vec(), ids: [id, there] });
                }
            }
        }
        let count = moved.len() as u64;
        moved.sort_by_key(|m| m.ids);
        moved.truncate(examples);
        let only = |inventory: &Inventory, other: &Inventory| {
            let other = Strings::of(other, special);
            let own = Strings::of(inventory, special).sorted();
            let only = own.into_iter().filter(|(_, bytes)| !other.has(bytes));
            only.map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect()
        };
        let same = |id: Id| a.bytes(id) == b.bytes(id) && a.class(id) == b.class(id);
        Vocabulary {
            identical: a.len() == b.len() && (0..a.len() as Id).all(same),
            rows,
            moved: count,
            moved_examples: moved,
            special_only: [only(a, b), only(b, a)],
        }
    }
}
