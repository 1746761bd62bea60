//! Text between added tokens to ids: pieces are looked up among those seen before, by the batch, and merged where new.

use crate::packed;
use crate::text::Cutter;
use crate::tokenizer::Bpe;
use crate::vocab::{Id, Vocab};

use super::Scratch;
use super::base::Base;
use super::bridge::Bridge;
use super::cache::{self, Pieces};
use super::merges::{MergeTable, Work};
use super::whole::Whole;

/// The compiled form of a BPE model.
#[derive(Debug)]
pub(super) struct BpeCore {
    pub(super) base: Base,
    pub(super) merges: MergeTable,
    pub(super) vocab: Vocab,
    /// Tokens by their bytes, where a whole piece may be a token whatever the merges say.
    whole: Option<Whole>,
    pub(super) bridge: Option<Bridge>,
}

impl BpeCore {
    /// Compiles a model; `uncut` says that nothing cuts its text.
    pub(super) fn new(model: &Bpe, uncut: bool) -> BpeCore {
        let base = Base::new(model);
        let bridge = if uncut { Bridge::new(model, &base) } else { None };
        let mut vocab = model.vocab.clone();
        vocab.merges = Vec::new();
        let merges = || MergeTable::new(&model.vocab.merges, base.byte_table());
        let (merges, whole) = rayon::join(merges, || model.ignore_merges.then(|| Whole::new(&vocab)));
        BpeCore { base, merges, vocab, whole, bridge }
    }

    /// Appends the ids of text between added tokens.
    pub(super) fn encode(&self, cutter: &Cutter, text: &str, scratch: &mut Scratch, out: &mut Vec<Id>) {
        if self.bridge.is_some()
            && let Some(id) = self.whole(text.as_bytes())
        {
            out.push(id);
            return;
        }
        let mut pieces = Pieces::new();
        self.cut(cutter, text, |start, end| {
            if pieces.push(text.as_bytes(), start, end) {
                self.encode_pieces(text.as_bytes(), &mut pieces, scratch, out);
            }
        });
        self.encode_pieces(text.as_bytes(), &mut pieces, scratch, out);
    }

    /// The pieces of text between added tokens.
    pub(super) fn cut(&self, cutter: &Cutter, text: &str, emit: impl FnMut(usize, usize)) {
        match &self.bridge {
            Some(bridge) => bridge.cut(text, &self.base, emit),
            None => cutter.cut(text, emit),
        }
    }

    /// Appends the ids of pieces of `text` and takes them out of `pieces`. The cache changes only when all of them are
    /// done, so that what was found stays where it is.
    pub(super) fn encode_pieces(&self, text: &[u8], pieces: &mut Pieces, scratch: &mut Scratch, out: &mut Vec<Id>) {
        scratch.cache.find(pieces);
        let mut ids = [0; cache::BATCH * cache::INLINE];
        let mut filled = 0;
        for n in 0..pieces.len() {
            let entry = scratch.cache.entry(pieces, n);
            if let Some((inline, count)) = entry.map(cache::Entry::inline)
                && count <= cache::INLINE
            {
                // Always all of them: cheaper than to copy a number that is not known before.
                ids[filled..filled + cache::INLINE].copy_from_slice(&inline);
                filled += count;
                continue;
            }
            out.extend_from_slice(&ids[..filled]);
            filled = 0;
            match entry {
                Some(entry) => out.extend_from_slice(scratch.cache.ids(entry)),
                None => self.encode_piece(n, &text[pieces.span(n)], scratch, out),
            }
        }
        out.extend_from_slice(&ids[..filled]);
        scratch.cache.promote(pieces);
        for (n, ids) in scratch.fresh.drain(..) {
            scratch.cache.put(pieces, n, text, &out[ids]);
        }
        pieces.clear();
    }

    /// Appends the ids of a piece that is not among the short ones of the cache, and notes it if it is in no part.
    fn encode_piece(&self, n: usize, piece: &[u8], scratch: &mut Scratch, out: &mut Vec<Id>) {
        if piece.len() > packed::LONGEST
            && let Some(ids) = scratch.cache.get_long(piece)
        {
            out.extend_from_slice(ids);
            return;
        }
        let start = out.len();
        self.merge_piece(piece, &mut scratch.work, &mut scratch.ids);
        out.extend_from_slice(&scratch.ids);
        scratch.fresh.push((n, start..out.len()));
    }

    /// The ids of one piece, without the cache.
    fn merge_piece(&self, piece: &[u8], work: &mut Work, ids: &mut Vec<Id>) {
        ids.clear();
        if let Some(id) = self.whole(piece) {
            ids.push(id);
            return;
        }
        match self.base.byte_table() {
            Some(symbols) => {
                ids.extend(piece.iter().map(|&byte| symbols[byte as usize]));
                self.merges.merge_bytes(piece, ids, work);
            }
            None => {
                self.base.symbols(piece, |id, _| ids.push(id));
                self.merges.merge(ids, work);
            }
        }
    }

    /// The token that is this whole text, in a model that prefers it to its merges.
    pub(super) fn whole(&self, piece: &[u8]) -> Option<Id> {
        self.whole.as_ref()?.find(piece, &self.vocab)
    }
}
