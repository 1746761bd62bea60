//! Text between added tokens to ids: pieces are looked up among those seen before, by the batch, and merged where new.

use std::sync::Arc;

use crate::text::Cutter;
use crate::tokenizer::Bpe;
use crate::vocab::{Id, Vocab};

use super::Scratch;
use super::base::Base;
use super::bridge::Bridge;
use super::cache::{self, PieceCache, Pieces};
use super::lanes::{Lanes, SHORT};
use super::merges::MergeTable;
use super::whole::Whole;
use super::work::Work;

/// The compiled form of a BPE model.
#[derive(Debug)]
pub(super) struct BpeCore {
    /// Tells this model from every other that is or may be in use.
    identity: Arc<()>,
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
        BpeCore { identity: Arc::new(()), base, merges, vocab, whole, bridge }
    }

    /// Appends the ids of text between added tokens.
    pub(super) fn encode(&self, cutter: &Cutter, text: &str, scratch: &mut Scratch, out: &mut Vec<Id>) {
        if self.bridge.is_some()
            && let Some(id) = self.whole(text.as_bytes())
        {
            out.push(id);
            return;
        }
        scratch.belong_to(&self.identity);
        let text_bytes = text.as_bytes();
        let (mut spans, mut filled) = ([(0, 0); cache::BATCH], 0);
        let mut pieces = Pieces::new();
        self.cut(cutter, text, |start, end| {
            spans[filled % cache::BATCH] = (start, end);
            filled += 1;
            if filled == cache::BATCH {
                self.pass(text_bytes, &spans, &mut pieces, scratch, out);
                filled = 0;
            }
        });
        self.pass(text_bytes, &spans[..filled], &mut pieces, scratch, out);
        self.finish(text_bytes, &mut pieces, scratch, out);
    }

    /// Takes the next pieces of `text` and appends the ids of the ones before: what the cache has of the new ones may
    /// be far away, and comes nearer while more are cut.
    fn pass(
        &self,
        text: &[u8],
        spans: &[(usize, usize)],
        pieces: &mut Pieces,
        scratch: &mut Scratch,
        out: &mut Vec<Id>,
    ) {
        self.finish(text, pieces, scratch, out);
        scratch.cache.seek(text, spans, pieces);
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
    fn finish(&self, text: &[u8], pieces: &mut Pieces, scratch: &mut Scratch, out: &mut Vec<Id>) {
        let Scratch { cache, work, ids, fresh, .. } = scratch;
        cache.find(text, pieces);
        self.merge_new(text, pieces, work, ids);
        let mut lane = 0;
        // Room for what entries hold, made once: ids are written without asking for room, and the rest is cut off.
        let room = pieces.spans().len() * cache::INLINE;
        let mut filled = out.len();
        out.resize(filled + room, 0);
        for (n, &(start, end)) in pieces.spans().iter().enumerate() {
            if let Some((few, count)) = cache.inline(pieces, n) {
                // Always all of them: cheaper than to copy a number that is not known before.
                out[filled..filled + cache::INLINE].copy_from_slice(&few);
                filled += count;
                continue;
            }
            out.truncate(filled);
            if let Some(ids) = cache.ids(pieces, n) {
                out.extend_from_slice(ids);
            } else {
                if end - start <= SHORT {
                    out.extend(work.lanes.ids(lane));
                    lane += 1;
                } else {
                    self.merge_piece(&text[start..end], work, ids);
                    out.extend_from_slice(ids);
                }
                fresh.push((n, filled..out.len()));
            }
            filled = out.len();
            out.resize(filled + room, 0);
        }
        out.truncate(filled);
        cache.promote(pieces);
        for (n, ids) in fresh.drain(..) {
            cache.put(pieces, n, text, &out[ids]);
        }
        pieces.clear();
    }

    /// Merges the short ones of the pieces that were not found.
    fn merge_new(&self, text: &[u8], pieces: &Pieces, work: &mut Work, ids: &mut Vec<Id>) {
        work.lanes.clear();
        let new =
            PieceCache::unknown(pieces).map(|(start, end)| &text[start..end]).filter(|piece| piece.len() <= SHORT);
        if let Some(whole) = &self.whole
            && self.bridge.is_none()
        {
            new.clone().for_each(|piece| whole.prefetch(piece));
        }
        let bytes = self.base.byte_table().filter(|_| Lanes::fit(&self.merges));
        for piece in new {
            if let Some(id) = self.whole_pretoken(piece) {
                work.lanes.push(std::iter::once(id), std::iter::empty());
                continue;
            }
            ids.clear();
            match bytes {
                Some(symbols) => {
                    let ranks = piece.windows(2).map(|pair| self.merges.rank_of_bytes(pair[0], pair[1]));
                    work.lanes.push(piece.iter().map(|&byte| symbols[byte as usize]), ranks);
                }
                None => {
                    self.base.symbols(piece, |id, _| ids.push(id));
                    work.push(&self.merges, ids);
                }
            }
        }
        work.lanes.run(&self.merges);
    }

    /// The ids of one long piece, without the cache.
    fn merge_piece(&self, piece: &[u8], work: &mut Work, ids: &mut Vec<Id>) {
        ids.clear();
        if let Some(id) = self.whole_pretoken(piece) {
            ids.push(id);
            return;
        }
        self.base.symbols(piece, |id, _| ids.push(id));
        // Not side by side: there may be others that wait to be read.
        work.long.merge(&self.merges, ids);
    }

    /// The token that is this whole piece, if pieces are pretokens: what lies between two cuts of the bridge is a part of one.
    fn whole_pretoken(&self, piece: &[u8]) -> Option<Id> {
        if self.bridge.is_some() { None } else { self.whole(piece) }
    }

    /// The token that is this whole text, in a model that prefers it to its merges.
    pub(super) fn whole(&self, piece: &[u8]) -> Option<Id> {
        self.whole.as_ref()?.find(piece, &self.vocab)
    }

    /// The ids of one piece of `text`.
    pub(super) fn encode_one(&self, text: &[u8], start: usize, end: usize, scratch: &mut Scratch, out: &mut Vec<Id>) {
        scratch.belong_to(&self.identity);
        let mut pieces = Pieces::new();
        self.pass(text, &[(start, end)], &mut pieces, scratch, out);
        self.finish(text, &mut pieces, scratch, out);
    }
}
