//! A piece as the symbols that merging starts from.

use rustc_hash::FxHashMap;

use crate::tokenizer::{Alphabet, Bpe};
use crate::vocab::Id;

/// No symbol.
const NONE: Id = Id::MAX;

/// Base symbols of a model.
#[derive(Debug)]
pub(super) struct Base {
    alphabet: Alphabet,
    /// Ids of the bytes: the alphabet itself, or the `<0x..>` tokens. Empty without byte fallback.
    bytes: Vec<Id>,
    ascii: [Id; 128],
    chars: FxHashMap<char, Id>,
    unk: Option<Id>,
    fuse_unk: bool,
}

impl Base {
    pub(super) fn new(model: &Bpe) -> Base {
        let mut base = Base {
            alphabet: model.alphabet,
            bytes: Vec::new(),
            ascii: [NONE; 128],
            chars: FxHashMap::default(),
            unk: model.unk,
            fuse_unk: model.fuse_unk,
        };
        match model.alphabet {
            Alphabet::Bytes => {
                base.bytes = vec![NONE; 256];
                for (id, token) in model.vocab.iter() {
                    // Of equal tokens the smallest id counts, see `Vocab::by_token`.
                    if let &[byte] = token
                        && base.bytes[byte as usize] == NONE
                        && !model.vocab.is_literal(id)
                    {
                        base.bytes[byte as usize] = id;
                    }
                }
            }
            Alphabet::Chars => {
                let by_token = model.vocab.by_token();
                let find = |token: &[u8]| by_token.get(token).copied().unwrap_or(NONE);
                if model.byte_fallback {
                    base.bytes = (0..=255u8).map(|b| find(format!("<0x{b:02X}>").as_bytes())).collect();
                }
                for (token, &id) in &by_token {
                    let mut chars = std::str::from_utf8(token).unwrap_or_default().chars();
                    if let (Some(c), None) = (chars.next(), chars.next()) {
                        base.chars.insert(c, id);
                    }
                }
                for (code, slot) in base.ascii.iter_mut().enumerate() {
                    *slot = base.chars.get(&(code as u8 as char)).copied().unwrap_or(NONE);
                }
            }
        }
        base
    }

    /// The symbol of a character of a character-level model.
    pub(super) fn char(&self, c: char) -> Option<Id> {
        let id = if c.is_ascii() { self.ascii[c as usize] } else { self.chars.get(&c).copied().unwrap_or(NONE) };
        (id != NONE).then_some(id)
    }

    /// The symbols of the bytes of a byte-level model that has all of them.
    pub(super) fn byte_table(&self) -> Option<&[Id; 256]> {
        let table: &[Id; 256] = self.bytes.as_slice().try_into().ok()?;
        (self.alphabet == Alphabet::Bytes && !table.contains(&NONE)).then_some(table)
    }

    /// Whether unknown characters next to each other may become one token, so that text must not be cut between them.
    pub(super) fn fuses(&self) -> bool {
        self.unk.is_some() && self.fuse_unk && (self.bytes.is_empty() || self.bytes.contains(&NONE))
    }

    /// Whether text without a symbol vanishes, so that what stood around it becomes adjacent.
    pub(super) fn drops(&self) -> bool {
        self.unk.is_none() && (self.bytes.is_empty() || self.bytes.contains(&NONE))
    }

    /// Calls `emit(symbol, bytes covered)` for every symbol of `piece`. What the model has no symbol for becomes the
    /// unknown token, and without one it is left out: both as the `tokenizers` crate does.
    pub(super) fn symbols(&self, piece: &[u8], mut emit: impl FnMut(Id, usize)) {
        if self.alphabet == Alphabet::Bytes {
            return self.byte_symbols(piece, emit);
        }
        let mut pending: Option<(Id, usize)> = None;
        for chunk in piece.utf8_chunks() {
            for c in chunk.valid().chars() {
                let len = c.len_utf8();
                if let Some(id) = self.char(c) {
                    if let Some((unk, covered)) = pending.take() {
                        emit(unk, covered);
                    }
                    emit(id, len);
                    continue;
                }
                let mut buffer = [0; 4];
                let encoded = c.encode_utf8(&mut buffer).as_bytes();
                if !self.bytes.is_empty() && encoded.iter().all(|&b| self.bytes[b as usize] != NONE) {
                    encoded.iter().for_each(|&b| emit(self.bytes[b as usize], 1));
                } else if let Some(unk) = self.unk {
                    pending = match pending {
                        Some((id, covered)) if self.fuse_unk => Some((id, covered + len)),
                        Some((id, covered)) => {
                            emit(id, covered);
                            Some((unk, len))
                        }
                        None => Some((unk, len)),
                    };
                }
            }
            for &b in chunk.invalid() {
                match self.bytes.get(b as usize) {
                    Some(&id) if id != NONE => emit(id, 1),
                    _ => {
                        if let Some(unk) = self.unk {
                            emit(unk, 1);
                        }
                    }
                }
            }
        }
        if let Some((unk, covered)) = pending {
            emit(unk, covered);
        }
    }

    fn byte_symbols(&self, piece: &[u8], mut emit: impl FnMut(Id, usize)) {
        let mut pending: Option<(Id, usize)> = None;
        for &b in piece {
            let id = self.bytes[b as usize];
            if id != NONE {
                if let Some((unk, covered)) = pending.take() {
                    emit(unk, covered);
                }
                emit(id, 1);
            } else if let Some(unk) = self.unk {
                pending = match pending {
                    Some((id, covered)) if self.fuse_unk => Some((id, covered + 1)),
                    Some((id, covered)) => {
                        emit(id, covered);
                        Some((unk, 1))
                    }
                    None => Some((unk, 1)),
                };
            }
        }
        if let Some((unk, covered)) = pending {
            emit(unk, covered);
        }
    }
}
