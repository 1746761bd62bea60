//! The look-up table from a token's text to its id, made for one job: half a million look-ups of short strings.
//!
//! A general hash map spends its time on cache misses: one for the slot, one for the entry, one for the text. Here a
//! slot is eight bytes, half of them hash, and a token of up to 15 bytes, which most are, is held as two words beside
//! its neighbours in the file, where the frequent tokens that most merges name stand together. Longer tokens are
//! compared in the text. Open addressing, at most half full; O(1) a look-up on honest files.

use std::borrow::Cow;

use crate::packed::Packed;
use crate::vocab::Id;

/// Tokens as the file spells them, findable by text.
#[derive(Default)]
pub(super) struct Table<'a> {
    /// (token, id) in file order.
    pub entries: Vec<(Cow<'a, str>, Id)>,
    /// What stands for the text, by place in `entries`.
    keys: Vec<Packed>,
    /// The ids, by place in `entries`.
    ids: Vec<Id>,
    /// Upper half: hash; lower half: place in `entries`, [`FREE`] for a free slot.
    slots: Vec<u64>,
}

const FREE: u32 = u32::MAX;
/// Tokens looked up together, so that their cache misses overlap.
pub(super) const BATCH: usize = 64;

impl<'a> Table<'a> {
    /// The table of `entries`, or the first token that stands there twice.
    pub fn new(entries: Vec<(Cow<'a, str>, Id)>) -> Result<Self, String> {
        let size = (entries.len().saturating_mul(2)).next_power_of_two().max(2);
        let keys: Vec<Packed> = entries.iter().map(|(token, _)| Packed::or_hash(token.as_bytes())).collect();
        let ids = entries.iter().map(|e| e.1).collect();
        let mut table = Table { entries, keys, ids, slots: vec![u64::from(FREE); size] };
        for at in 0..table.entries.len() {
            let token = &table.entries[at].0;
            match table.slot(table.keys[at], token.as_bytes()) {
                Ok(_) => return Err(token.to_string()),
                Err(free) => table.slots[free] = (table.keys[at].hash() & !u64::from(u32::MAX)) | at as u64,
            }
        }
        Ok(table)
    }

    /// The place in `entries` of `token`, or the free slot where it would go.
    fn slot(&self, key: Packed, token: &[u8]) -> Result<usize, usize> {
        let mask = self.slots.len() - 1;
        let hash = key.hash();
        let mut place = hash as usize & mask;
        loop {
            let slot = self.slots[place];
            let at = slot as u32;
            if at == FREE {
                return Err(place);
            }
            let at = at as usize;
            if slot >> 32 == hash >> 32 && self.keys[at] == key && (!key.is_hash() || self.is_at(at, token)) {
                return Ok(at);
            }
            place = (place + 1) & mask;
        }
    }

    /// The ids of up to [`BATCH`] tokens.
    pub fn ids(&self, tokens: &[&[u8]], out: &mut [Option<Id>]) {
        if self.slots.is_empty() {
            return out.fill(None);
        }
        let mask = self.slots.len() - 1;
        let mut keys = [Packed::NONE; BATCH];
        let mut first = [0usize; BATCH];
        for ((key, first), token) in keys.iter_mut().zip(&mut first).zip(tokens) {
            *key = Packed::or_hash(token);
            *first = self.slots[key.hash() as usize & mask] as u32 as usize;
        }
        // Most stand in their first slot: a loop of reads that do not wait for one another.
        for (((out, key), first), token) in out.iter_mut().zip(&keys).zip(first).zip(tokens) {
            *out = match self.keys.get(first) {
                Some(found) if found == key && !key.is_hash() => self.ids.get(first).copied(),
                _ => self.slot(*key, token).ok().map(|at| self.ids[at]),
            };
        }
    }

    fn is_at(&self, at: usize, token: &[u8]) -> bool {
        self.entries.get(at).is_some_and(|e| e.0.as_bytes() == token)
    }

    /// The id of `token`.
    pub fn id(&self, token: &[u8]) -> Option<Id> {
        self.find(token).map(|f| f.0)
    }

    fn find(&self, token: &[u8]) -> Option<(Id, usize)> {
        if self.slots.is_empty() {
            return None;
        }
        let at = self.slot(Packed::or_hash(token), token).ok()?;
        self.ids.get(at).map(|&id| (id, at))
    }

    /// The id of `token` and its place in the file, looked for at `near` and right behind it first.
    pub fn find_near(&self, token: &[u8], near: usize) -> Option<(Id, usize)> {
        match [near, near + 1].into_iter().find(|&at| self.is_at(at, token)) {
            Some(at) => self.entries.get(at).map(|e| (e.1, at)),
            None => self.find(token),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    proptest::proptest! {
        #[test]
        fn it_finds_what_a_map_finds(words in proptest::collection::vec("[ab\0]{0,18}", 0..60), near in 0usize..70) {
            let map: HashMap<&str, Id> = words.iter().enumerate().map(|(i, w)| (w.as_str(), i as Id)).collect();
            let entries: Vec<(Cow<'_, str>, Id)> = map.iter().map(|(&w, &i)| (Cow::Borrowed(w), i)).collect();
            let (known, unknown) = entries.split_at(entries.len() / 2);
            let table = Table::new(known.to_vec()).unwrap();
            for entries in entries.chunks(BATCH) {
                let tokens: Vec<&[u8]> = entries.iter().map(|(word, _)| word.as_bytes()).collect();
                let mut ids = [None; BATCH];
                table.ids(&tokens, &mut ids);
                for (entry, found) in entries.iter().zip(ids) {
                    proptest::prop_assert_eq!(found, known.contains(entry).then_some(entry.1));
                }
            }
            for (word, id) in known {
                proptest::prop_assert_eq!(table.find_near(word.as_bytes(), near).map(|f| f.0), Some(*id));
            }
            for (word, _) in unknown {
                proptest::prop_assert_eq!(table.find_near(word.as_bytes(), near), None);
            }
        }
    }

    #[test]
    fn a_repeated_token_is_named() {
        for word in ["ab", "a token of more than fifteen bytes"] {
            let entries = ["x", word, "y", word].map(|w| (Cow::Borrowed(w), 0));
            assert_eq!(Table::new(entries.to_vec()).err().as_deref(), Some(word));
        }
    }
}
