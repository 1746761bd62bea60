//! tiktoken's ranks files: a line per token, its bytes in base64 and its rank, which is also its id.
//!
//! Such a file has no merges. tiktoken joins any two neighbours whose join is a token, lowest rank first, after
//! looking the whole piece up. We derive an ordinary merge list: a token's own bytes are replayed with the ranks below
//! its own, and where two parts remain, they are its one merge. No other pair for that token can ever come up: the
//! stretch of text that would hold it has gone through the same replay. A token that does not reduce to two parts
//! (none of OpenAI's files has one) is joined from every pair of tokens that spells it, as tiktoken would do, and
//! [`irreducible`] lists it.
//!
//! The file says neither pattern nor special tokens. For OpenAI's own files both are known by their content hash; for
//! any other the pattern has to be given. Reading is O(tokens · length · log length) and runs on all threads.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest, Sha256};

use super::byte_level_splitter;
use super::hf::id_limit;
use crate::error::{Error, Place, Result};
use crate::text::{Named, Splitter};
use crate::tokenizer::{AddedToken, Alphabet, Bpe, Decoder, Model, Tokenizer};
use crate::vocab::{Id, Merge, Vocab};

/// A file known by its SHA-256, with its pattern and its special tokens.
type Known = (&'static str, Named, &'static [(&'static str, Id)]);

const KNOWN: [Known; 4] = [
    ("306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930", Named::Gpt2, &[("<|endoftext|>", 50_256)]),
    ("94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069", Named::Gpt2, &[("<|endoftext|>", 50_256)]),
    (
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        Named::Cl100kTiktoken,
        &[
            ("<|endoftext|>", 100_257),
            ("<|fim_prefix|>", 100_258),
            ("<|fim_middle|>", 100_259),
            ("<|fim_suffix|>", 100_260),
            ("<|endofprompt|>", 100_276),
        ],
    ),
    (
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        Named::O200k,
        &[("<|endoftext|>", 199_999), ("<|endofprompt|>", 200_018)],
    ),
];

/// Whether `bytes` start like a ranks file: base64, one space, a number.
pub fn looks_like(bytes: &[u8]) -> bool {
    let line = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    let mut fields = line.trim_ascii_end().split(|&b| b == b' ');
    match (fields.next(), fields.next(), fields.next()) {
        (Some(token), Some(rank), None) => {
            !rank.is_empty()
                && rank.iter().all(u8::is_ascii_digit)
                && !token.is_empty()
                && STANDARD.decode(token).is_ok()
        }
        _ => false,
    }
}

/// Reads a ranks file. `pattern` names a pattern or is a regular expression; it is needed for files other than
/// OpenAI's and overrides theirs.
///
/// # Errors
/// [`Error::Input`] without a path that names the line; [`Error::Config`] when a pattern is needed.
pub fn read(bytes: &[u8], pattern: Option<&str>) -> Result<Tokenizer> {
    let ranks = parse(bytes)?;
    let hash: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    let known = KNOWN.iter().find(|k| k.0 == hash);
    let splitter = match (pattern, known) {
        (Some(pattern), _) => byte_level_splitter(pattern)?,
        (None, Some(known)) => Splitter::named(known.1.regex())?,
        (None, None) => {
            return Err(Error::config(
                "--pattern",
                "this ranks file is not one of OpenAI's, and the format does not hold its pattern",
            )
            .with_hint("say how it splits text, as in `--pattern cl100k`"));
        }
    };
    let mut vocab = Vocab::new();
    for &(id, ref token) in &ranks {
        vocab.set(id, token);
    }
    vocab.merges = derive(&ranks).into_iter().flat_map(|d| d.merges).collect();
    let mut added = Vec::new();
    for &(content, id) in known.map_or(&[][..], |k| k.2) {
        // In the vocabulary too, or stock libraries would number it by the vocabulary's size.
        vocab.set(id, content.as_bytes());
        added.push(AddedToken { id, content: content.to_owned(), special: true, ..AddedToken::default() });
    }
    let bpe = Bpe { vocab, alphabet: Alphabet::Bytes, ignore_merges: true, ..Bpe::default() };
    Ok(Tokenizer {
        splitter,
        model: Model::Bpe(bpe),
        added,
        decoders: vec![Decoder::ByteLevel],
        ..Tokenizer::default()
    })
}

/// (rank, bytes), ascending by rank; ranks and tokens are unique and all single bytes are there.
fn parse(bytes: &[u8]) -> Result<Vec<(Id, Vec<u8>)>> {
    let mut ranks = Vec::new();
    let mut seen = FxHashSet::default();
    for (at, line) in bytes.split(|&b| b == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let fault = |why: String| Error::input("", why).at(Place::Line(at as u64 + 1));
        let space =
            line.iter().position(|&b| b == b' ').ok_or_else(|| fault("no space between token and rank".into()))?;
        let (token, rank) = line.split_at(space);
        let token = STANDARD.decode(token).map_err(|e| fault(format!("the token is not base64: {e}")))?;
        let rank = std::str::from_utf8(&rank[1..]).ok().and_then(|r| r.parse::<Id>().ok());
        let rank = rank.ok_or_else(|| fault("the rank is not a number from 0 to 4294967295".into()))?;
        if token.is_empty() {
            return Err(fault("the token is empty".into()));
        }
        if !seen.insert(token.clone()) {
            return Err(fault("the token stands in the file twice".into()));
        }
        ranks.push((rank, token));
    }
    ranks.sort_unstable_by_key(|r| r.0);
    if let Some(pair) = ranks.windows(2).find(|w| w[0].0 == w[1].0) {
        return Err(Error::input("", format!("two tokens have rank {}", pair[0].0)));
    }
    if let Some((rank, _)) = ranks.last()
        && *rank as usize >= id_limit(ranks.len())
    {
        return Err(Error::input("", format!("rank {rank} is far beyond the {} tokens", ranks.len())));
    }
    if let Some(byte) = (0..=255u8).find(|&b| !seen.contains([b].as_slice())) {
        return Err(Error::input("", format!("byte 0x{byte:02X} has no token")));
    }
    Ok(ranks)
}

/// How a token of more than one byte comes about.
struct Derived {
    id: Id,
    /// One merge, or every spelling by two tokens when `whole` is false.
    merges: Vec<Merge>,
    /// Whether the token's own bytes reduce to two parts.
    whole: bool,
}

/// The merges of every token of more than one byte, by rank.
fn derive(ranks: &[(Id, Vec<u8>)]) -> Vec<Derived> {
    let by_token: FxHashMap<&[u8], Id> = ranks.iter().map(|(id, token)| (token.as_slice(), *id)).collect();
    let one = |(id, token): &(Id, Vec<u8>)| {
        let cuts = replay(token, &by_token, *id);
        let merge = |cut: usize| {
            let (left, right) = token.split_at(cut);
            Some(Merge { left: *by_token.get(left)?, right: *by_token.get(right)?, new: *id })
        };
        match cuts.as_slice() {
            [cut] => Derived { id: *id, merges: merge(*cut).into_iter().collect(), whole: true },
            _ => Derived { id: *id, merges: (1..token.len()).filter_map(merge).collect(), whole: false },
        }
    };
    ranks.par_iter().filter(|(_, token)| token.len() > 1).map(one).collect()
}

/// Inner cuts that remain of `token` once every join below rank `below` is made, lowest rank and leftmost first.
/// O(n log n): a heap of candidates over a linked list of parts.
fn replay(token: &[u8], by_token: &FxHashMap<&[u8], Id>, below: Id) -> Vec<usize> {
    let len = token.len();
    // `next[i]` is the end of the part that starts at i; `before[i]` the start of the part before it.
    let mut next: Vec<usize> = (1..=len).collect();
    let mut before: Vec<usize> = (0..len).map(|i| i.saturating_sub(1)).collect();
    let mut alive = vec![true; len];
    let rank = |from: usize, to: usize| by_token.get(&token[from..to]).copied().filter(|&r| r < below);
    let mut heap = BinaryHeap::new();
    for at in 0..len.saturating_sub(1) {
        heap.extend(rank(at, at + 2).map(|r| Reverse((r, at, at + 2))));
    }
    while let Some(Reverse((_, at, end))) = heap.pop() {
        // Stale unless both parts still stand as they did.
        let middle = next[at];
        if !alive[at] || middle >= len || next[middle] != end {
            continue;
        }
        alive[middle] = false;
        next[at] = end;
        if end < len {
            before[end] = at;
            heap.extend(rank(at, next[end]).map(|r| Reverse((r, at, next[end]))));
        }
        if at > 0 {
            heap.extend(rank(before[at], end).map(|r| Reverse((r, before[at], end))));
        }
    }
    (1..len).filter(|&i| alive[i]).collect()
}

/// Tokens of a byte-level vocabulary that plain merging cannot reach: their bytes, merged by the ids of the tokens as
/// ranks, do not end in two parts. Added tokens are not counted.
pub fn irreducible(tokenizer: &Tokenizer) -> Vec<Id> {
    let Model::Bpe(bpe) = &tokenizer.model else { return Vec::new() };
    derive(&ranks_of(tokenizer, bpe)).into_iter().filter(|d| !d.whole).map(|d| d.id).collect()
}

/// The tokens that go into a ranks file: all but literals and added ones.
fn ranks_of(tokenizer: &Tokenizer, bpe: &Bpe) -> Vec<(Id, Vec<u8>)> {
    let added: FxHashSet<Id> = tokenizer.added.iter().map(|a| a.id).collect();
    let plain = bpe.vocab.iter().filter(|(id, _)| !added.contains(id) && !bpe.vocab.is_literal(*id));
    plain.map(|(id, token)| (id, token.to_vec())).collect()
}

/// Writes a ranks file. Added tokens and the pattern do not go into it: tiktoken takes them as arguments.
///
/// # Errors
/// [`Error::Unsupported`] when tiktoken, given this file, would not produce the same ids.
pub fn write(tokenizer: &Tokenizer) -> Result<Vec<u8>> {
    let refuse = |why: String| Error::unsupported("a ranks file", why).with_hint("export to `hf` instead");
    let bpe = match &tokenizer.model {
        Model::Bpe(bpe) if bpe.alphabet == Alphabet::Bytes => bpe,
        _ => return Err(refuse("only a byte-level BPE model has ranks".into())),
    };
    if !tokenizer.normalizers.is_empty() || tokenizer.splitter.rewrite.is_some() {
        return Err(refuse("the tokenizer changes the text before it is split, which tiktoken cannot".into()));
    }
    let ranks = ranks_of(tokenizer, bpe);
    let mut singles = [false; 256];
    for (_, token) in &ranks {
        if let [byte] = token.as_slice() {
            singles[*byte as usize] = true;
        }
    }
    if let Some(byte) = singles.iter().position(|&there| !there) {
        return Err(refuse(format!("byte 0x{byte:02X} has no token")));
    }
    if let Some(pair) = bpe.vocab.merges.windows(2).find(|w| w[0].new > w[1].new) {
        return Err(refuse(format!(
            "a token's id must be its rank, but id {} is merged before id {}",
            pair[0].new, pair[1].new
        )));
    }
    let held: FxHashSet<Merge> = bpe.vocab.merges.iter().copied().collect();
    let mut made = FxHashSet::default();
    for derived in derive(&ranks) {
        // A token that does not reduce is found as a whole piece and joined from any two tokens that spell it.
        let whole = derived.whole || bpe.ignore_merges;
        let same = whole && derived.merges.iter().all(|m| held.contains(m));
        if !same {
            return Err(refuse(format!(
                "by ranks alone, token {} comes about otherwise than by its merge",
                derived.id
            )));
        }
        made.insert(derived.id);
    }
    if let Some(m) = bpe.vocab.merges.iter().find(|m| !made.contains(&m.new)) {
        return Err(refuse(format!("a merge makes token {}, which is not an ordinary token", m.new)));
    }
    let mut out = Vec::new();
    for (rank, token) in ranks {
        out.extend_from_slice(format!("{} {rank}\n", STANDARD.encode(token)).as_bytes());
    }
    Ok(out)
}

#[cfg(test)]
mod tests;
