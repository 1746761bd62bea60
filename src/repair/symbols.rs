//! A token as the symbols that merging starts from, and the merge procedure on a token alone.
//!
//! The procedure is that of [`Vocab::segment`](crate::vocab::Vocab::segment), with a queue: O(n log n) in the symbols.
//!
//! **Locality.** Let a text's symbols be merged and let token `t` come out of the symbols `i..j`. No merge crossed `i` or
//! `j`, since merged symbols never come apart. So the symbols inside changed only by merges of pairs inside, and each of
//! those was the pair of lowest rank, leftmost first, of the whole text, hence also of the pairs inside. Merged alone,
//! `i..j` therefore takes the same steps, and ends as `t`. It follows that a token whose symbols, merged alone, become
//! anything else never comes out of any text; that the merges which any encoding uses are those that its tokens use
//! when they are merged alone; and, by the same argument on two neighbours, that a sequence of tokens is what its text
//! becomes if and only if each pair of neighbours is.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use crate::tokenizer::{Alphabet, Bpe};
use crate::vocab::Id;

/// More ways than this to spell one token are not followed.
const MOST_SPELLINGS: usize = 64;

/// One way to spell a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spelling {
    /// Base symbols.
    pub ids: Vec<Id>,
    /// The bytes of text that become them.
    pub bytes: Vec<u8>,
    /// Whether the unknown token is among the symbols: then other texts become them, too.
    pub unknown: bool,
}

/// Base symbols and merges of a model.
#[derive(Debug)]
pub(super) struct Symbols<'m> {
    model: &'m Bpe,
    /// Ids of bytes: the alphabet, or the byte-fallback tokens.
    bytes: Vec<Option<Id>>,
    chars: FxHashMap<char, Id>,
    /// The unknown token with its spelling and a text that becomes it, where some text does.
    unk: Option<(Id, Vec<u8>, Vec<u8>)>,
    ranks: FxHashMap<(Id, Id), (u32, Id)>,
    /// Text without a symbol vanishes.
    pub drops: bool,
    /// The token of a piece as a whole, where whole pieces are looked up: the smallest id of equal tokens.
    pub whole: FxHashMap<&'m [u8], Id>,
}

impl<'m> Symbols<'m> {
    pub(super) fn new(model: &'m Bpe) -> Self {
        let by_token = model.vocab.by_token();
        let (mut bytes, mut chars) = (Vec::new(), FxHashMap::default());
        match model.alphabet {
            Alphabet::Bytes => bytes = (0..=255u8).map(|b| by_token.get(&[b][..]).copied()).collect(),
            Alphabet::Chars => {
                if model.byte_fallback {
                    let token = |b: u8| format!("<0x{b:02X}>");
                    bytes = (0..=255).map(|b| by_token.get(token(b).as_bytes()).copied()).collect();
                }
                for (token, &id) in &by_token {
                    let mut all = std::str::from_utf8(token).unwrap_or_default().chars();
                    if let (Some(c), None) = (all.next(), all.next()) {
                        chars.insert(c, id);
                    }
                }
            }
        }
        let mut ranks = FxHashMap::with_capacity_and_hasher(model.vocab.merges.len(), Default::default());
        for (rank, merge) in model.vocab.merges.iter().enumerate() {
            ranks.entry((merge.left, merge.right)).or_insert((rank as u32, merge.new));
        }
        let incomplete = bytes.is_empty() || bytes.contains(&None);
        let mut symbols = Symbols {
            model,
            bytes,
            chars,
            unk: None,
            ranks,
            drops: model.unk.is_none() && incomplete,
            whole: by_token,
        };
        symbols.unk = model
            .unk
            .filter(|_| incomplete)
            .and_then(|id| Some((id, model.vocab.token(id)?.to_vec(), symbols.unknown_text()?)));
        symbols
    }

    /// A text that has no symbol of its own.
    fn unknown_text(&self) -> Option<Vec<u8>> {
        match self.model.alphabet {
            Alphabet::Bytes => self.bytes.iter().rposition(Option::is_none).map(|b| vec![b as u8]),
            Alphabet::Chars => {
                let candidates = ('\u{e000}'..='\u{f8ff}').chain('\u{a0}'..='\u{d7ff}');
                let unknown = |c: &char| !self.chars.contains_key(c) && !self.falls_back(*c);
                candidates.into_iter().find(unknown).map(|c| c.to_string().into_bytes())
            }
        }
    }

    /// Whether a character becomes byte-fallback tokens.
    pub(super) fn falls_back(&self, c: char) -> bool {
        let all = |text: &str| text.bytes().all(|b| self.bytes.get(b as usize).is_some_and(Option::is_some));
        self.model.alphabet == Alphabet::Chars && !self.chars.contains_key(&c) && all(c.encode_utf8(&mut [0; 4]))
    }

    /// The byte that `id` stands for, where it is a byte-fallback token.
    pub(super) fn fallback_byte(&self, id: Id) -> Option<u8> {
        if self.model.alphabet == Alphabet::Bytes {
            return None;
        }
        self.bytes.iter().position(|&byte| byte == Some(id)).map(|b| b as u8)
    }

    /// The symbol of a byte that is no whole character.
    pub(super) fn byte(&self, byte: u8) -> Option<Id> {
        self.bytes.get(byte as usize).copied().flatten()
    }

    /// Whether `id` is where merging starts from: the alphabet, byte fallback, or the unknown token.
    pub(super) fn is_base(&self, id: Id) -> bool {
        let one = |token: &[u8]| match self.model.alphabet {
            Alphabet::Bytes => token.len() == 1,
            Alphabet::Chars => std::str::from_utf8(token).is_ok_and(|t| t.chars().nth(1).is_none()),
        };
        let token = self.model.vocab.token(id).unwrap_or_default();
        (one(token) && self.whole.get(token) == Some(&id))
            || self.fallback_byte(id).is_some()
            || self.model.unk == Some(id)
    }

    /// Every sequence of base symbols that spells `token`; empty: there is none. `None`: there are too many.
    pub(super) fn spellings(&self, token: &[u8]) -> Option<Vec<Spelling>> {
        let start = Spelling { ids: Vec::new(), bytes: Vec::new(), unknown: false };
        let (mut open, mut done) = (vec![(0, start)], Vec::new());
        while let Some((mut at, mut spelling)) = open.pop() {
            loop {
                let rest = &token[at..];
                if rest.is_empty() {
                    done.push(spelling);
                    break;
                }
                let mut next = self.next_symbols(rest);
                let Some((length, id, text, unknown)) = next.pop() else { break };
                for (length, id, text, unknown) in next {
                    let mut other = spelling.clone();
                    other.push(id, &text, unknown);
                    open.push((at + length, other));
                }
                if open.len() + done.len() >= MOST_SPELLINGS {
                    return None;
                }
                spelling.push(id, &text, unknown);
                at += length;
            }
        }
        done.retain(|spelling| !spelling.ids.is_empty());
        Some(done)
    }

    /// Symbols that spell a beginning of `rest`, the most usual one last: (bytes of `rest`, id, text, unknown).
    fn next_symbols(&self, rest: &[u8]) -> Vec<(usize, Id, Vec<u8>, bool)> {
        let mut found = Vec::new();
        if let Some((id, spelled, text)) = &self.unk
            && rest.starts_with(spelled)
            && !spelled.is_empty()
        {
            found.push((spelled.len(), *id, text.clone(), true));
        }
        match self.model.alphabet {
            Alphabet::Bytes => {
                if let Some(id) = self.byte(rest[0]) {
                    found.push((1, id, vec![rest[0]], false));
                }
            }
            Alphabet::Chars => {
                let digits = rest.get(..6).and_then(|t| t.strip_prefix(b"<0x")?.strip_suffix(b">"));
                let byte = digits.and_then(|d| u8::from_str_radix(std::str::from_utf8(d).ok()?, 16).ok());
                if let Some((byte, id)) = byte.and_then(|b| Some((b, self.byte(b)?)))
                    && self.model.vocab.token(id) == rest.get(..6)
                {
                    found.push((6, id, vec![byte], false));
                }
                let first = rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
                if let Some((c, &id)) = first.and_then(|c| Some((c, self.chars.get(&c)?))) {
                    found.push((c.len_utf8(), id, c.to_string().into_bytes(), false));
                }
            }
        }
        found
    }

    /// The symbols that text becomes which ends or begins inside a character, or `None` where a part has none.
    pub(super) fn of_bytes(&self, bytes: &[u8]) -> Option<Vec<Id>> {
        if self.model.alphabet == Alphabet::Bytes {
            return bytes.iter().map(|&b| self.byte(b)).collect();
        }
        let mut ids = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                match self.chars.get(&c) {
                    Some(&id) => ids.push(id),
                    None => ids
                        .extend(c.encode_utf8(&mut [0; 4]).bytes().map(|b| self.byte(b)).collect::<Option<Vec<_>>>()?),
                }
            }
            ids.extend(chunk.invalid().iter().map(|&b| self.byte(b)).collect::<Option<Vec<_>>>()?);
        }
        Some(ids)
    }

    /// Merges `ids` and tells the rank of every merge that was used, in order.
    pub(super) fn run(&self, ids: &[Id], mut used: impl FnMut(u32)) -> Vec<Id> {
        if ids.len() < 2 {
            return ids.to_vec();
        }
        let mut ids = ids.to_vec();
        // The neighbours of each symbol; its place is that of its first base symbol.
        let mut next: Vec<usize> = (1..=ids.len()).collect();
        let mut before: Vec<usize> = (0..ids.len()).map(|n| n.wrapping_sub(1)).collect();
        let mut alive = vec![true; ids.len()];
        let mut queue = BinaryHeap::new();
        for (at, pair) in ids.windows(2).enumerate() {
            queue.extend(self.ranks.get(&(pair[0], pair[1])).map(|&(rank, _)| Reverse((rank, at))));
        }
        while let Some(Reverse((rank, at))) = queue.pop() {
            let right = next[at];
            if !alive[at] || right >= ids.len() {
                continue;
            }
            match self.ranks.get(&(ids[at], ids[right])) {
                Some(&(now, new)) if now == rank => ids[at] = new,
                _ => continue,
            }
            used(rank);
            alive[right] = false;
            next[at] = next[right];
            if next[at] < ids.len() {
                before[next[at]] = at;
            }
            for left in [before[at], at] {
                if left < ids.len() && next[left] < ids.len() {
                    let pair = (ids[left], ids[next[left]]);
                    queue.extend(self.ranks.get(&pair).map(|&(rank, _)| Reverse((rank, left))));
                }
            }
        }
        ids.into_iter().zip(alive).filter_map(|(id, alive)| alive.then_some(id)).collect()
    }

    /// What symbols become when nothing stands beside them.
    pub(super) fn merged(&self, ids: &[Id]) -> Vec<Id> {
        self.run(ids, |_| ())
    }
}

impl Spelling {
    fn push(&mut self, id: Id, text: &[u8], unknown: bool) {
        self.ids.push(id);
        self.bytes.extend_from_slice(text);
        self.unknown |= unknown;
    }
}
