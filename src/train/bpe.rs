//! Byte-pair encoding (Sennrich et al. 2016), merge for merge what Hugging Face's trainer learns.
//!
//! The loop takes the best pair, rewrites its occurrences and tells the pair index what its neighbours lost and
//! gained. Nothing is recounted: one merge costs its occurrences, and table look-ups only per *distinct* neighbour,
//! because losses and gains are first added up in arrays indexed by the neighbour's id.
//!
//! Deviations from the `tokenizers` crate's trainer, none of which changes a merge list that it gets right:
//! 1. Counts are `u64`, there `i32`: pairs past 2^31 occurrences keep their rank.
//! 2. A pair that was merged has no occurrence left; there its count lingers and can come back when a token is learned
//!    a second time.
//! 3. `max_token_length` forbids a pair by the lengths of its two tokens; there, too, but a forbidden pair's count can
//!    turn negative and then win.
//!
//! Under a constraint (`constrain/`) the same loop learns twice: clusters from their parts, then everything else from
//! what the merges known so far make of the words; pairs that the constraint forbids are never counted.
//!
//! Complexity: O(symbols of distinct words x log vocabulary) in practice; memory: two bytes a symbol (four past 65,534
//! ids) and four bytes an occurrence of the pairs tracked.

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::observe::{self, Event, Observer};
use crate::tokenizer::{Alphabet, Bpe, Model};
use crate::vocab::{Id, Merge, Vocab};
use crate::words::WordCounts;

use super::arena::{Arena, NARROW, Resegment, Slot};
use super::constrain::{self, Constraint, Filter, Rule, Stage};
use super::pairs::{PairIndex, key};
use super::{Symbols, TrainInput, Trained, Trainer};

/// Options of the BPE trainer, with the names and meanings of Hugging Face's.
#[derive(Debug, Clone, PartialEq)]
pub struct BpeTrainer {
    /// Tokens in all: special tokens, alphabet and merges.
    pub vocab_size: usize,
    /// A pair must occur so often to be merged; 0 and 1 mean the same.
    pub min_frequency: u64,
    /// Special tokens, in the order of their ids.
    pub special_tokens: Vec<String>,
    /// Bytes or characters.
    pub alphabet: Alphabet,
    /// For characters: unknown ones are spelled in `<0x..>` tokens.
    pub byte_fallback: bool,
    /// For characters: these are in the alphabet whether they occur or not.
    pub initial_alphabet: Vec<char>,
    /// For characters: only the most frequent so many are kept.
    pub limit_alphabet: Option<usize>,
    /// A token has fewer than so many base symbols.
    pub max_token_length: Option<usize>,
    /// What tokens must respect. A tokenizer that is continued must have been made with the same.
    pub constrain: Constraint,
}

impl Default for BpeTrainer {
    fn default() -> Self {
        BpeTrainer {
            vocab_size: 32_000,
            min_frequency: 0,
            special_tokens: Vec::new(),
            alphabet: Alphabet::Bytes,
            byte_fallback: false,
            initial_alphabet: Vec::new(),
            limit_alphabet: None,
            max_token_length: None,
            constrain: Constraint::None,
        }
    }
}

impl Trainer for BpeTrainer {
    fn train(&self, input: TrainInput<'_>) -> Result<Trained> {
        let (mut symbols, template) = match input.start.map(|t| &t.model) {
            None => {
                let template = Bpe { alphabet: self.alphabet, byte_fallback: self.byte_fallback, ..Bpe::default() };
                (Symbols::new(self, input.words)?, template)
            }
            Some(Model::Bpe(model)) => {
                let added = input.start.map_or(&[][..], |t| &t.added);
                (Symbols::continuing(model, added, &self.special_tokens), model.without_vocab())
            }
            Some(Model::Foreign(_)) => {
                return Err(Error::unsupported("continuing this tokenizer", "it is not a byte-pair encoding model"));
            }
        };
        let first = symbols.vocab.merges.len();
        let mut counts = self.attach(&mut symbols, input)?;
        let attachments = counts.len();
        let join = Lesson { stage: Stage::Join, words: input.words, size: self.vocab_size, least: self.min_frequency };
        counts.extend(self.learn(join, &mut symbols, input)?);
        Ok(Trained { model: Bpe { vocab: symbols.vocab, ..template }, counts, first, attachments })
    }
}

/// What is learned from what, up to how many tokens, and how often a pair must occur.
struct Lesson<'a> {
    stage: Stage,
    words: &'a WordCounts,
    size: usize,
    least: u64,
}

impl BpeTrainer {
    /// The merges that put clusters together, see [`super::constrain`], and their counts.
    fn attach(&self, symbols: &mut Symbols, input: TrainInput<'_>) -> Result<Vec<u64>> {
        if !self.constrain.has_clusters() {
            return Ok(Vec::new());
        }
        let clusters = constrain::clusters(self.constrain, symbols.alphabet(), input.words);
        let mut counts = Vec::new();
        if input.start.is_none() && symbols.alphabet() == Alphabet::Bytes {
            counts = symbols.attach(self, &clusters, input.words)?;
        }
        let size = symbols.vocab.len() + clusters.bytes();
        let attach = Lesson { stage: Stage::Attach, words: &clusters, size, least: 0 };
        counts.extend(self.learn(attach, symbols, input)?);
        let needed = symbols.vocab.len();
        if needed > self.vocab_size {
            return Err(self.constrain.no_room(self.vocab_size, needed));
        }
        Ok(counts)
    }

    /// Adds merges to those of `symbols`, and returns their counts.
    fn learn(&self, lesson: Lesson<'_>, symbols: &mut Symbols, input: TrainInput<'_>) -> Result<Vec<u64>> {
        if lesson.size <= NARROW {
            self.learn_in::<u16>(lesson, symbols, input)
        } else {
            self.learn_in::<u32>(lesson, symbols, input)
        }
    }

    fn learn_in<S: Slot>(&self, lesson: Lesson<'_>, symbols: &mut Symbols, input: TrainInput<'_>) -> Result<Vec<u64>> {
        let observer = input.observer;
        observer.event(Event::Stage { name: "laying out words", total: None, unit: "words" });
        let replay = if symbols.vocab.merges.is_empty() { None } else { Some(symbols.encoder()?) };
        let tokens = replay.as_ref().map(|encoder| |ids: &mut Vec<Id>| encoder.merge_symbols(ids));
        let tokens = tokens.as_ref().map(|f| f as &Resegment<'_>);
        let arena = Arena::<S>::new(lesson.words, symbols, tokens, observer)?;
        let mut widths: Vec<u32> = (0..symbols.vocab.len() as Id).map(|id| symbols.width(id) as u32).collect();
        widths.reserve(lesson.size.saturating_sub(widths.len()));

        let alphabet = symbols.alphabet();
        let room = lesson.size.max(symbols.vocab.len());
        let learner = Learner {
            known: symbols.vocab.by_token().into_iter().map(|(t, id)| (t.into(), id)).collect(),
            filter: Filter::new(self.constrain, lesson.stage, alphabet, input.start.is_some(), &symbols.vocab),
            vocab: std::mem::take(&mut symbols.vocab),
            index: PairIndex::new(lesson.least),
            before: Neighbours::new(room),
            after: Neighbours::new(room),
            max_width: self.max_token_length.unwrap_or(usize::MAX),
            arena,
            widths,
        };
        let (vocab, counts) = learner.run(&lesson, observer)?;
        symbols.vocab = vocab;
        Ok(counts)
    }
}

struct Learner<S> {
    vocab: Vocab,
    known: FxHashMap<Box<[u8]>, Id>,
    arena: Arena<S>,
    widths: Vec<u32>,
    index: PairIndex,
    filter: Filter,
    before: Neighbours,
    after: Neighbours,
    max_width: usize,
}

impl<S: Slot> Learner<S> {
    fn run(mut self, lesson: &Lesson<'_>, observer: &dyn Observer) -> Result<(Vocab, Vec<u64>)> {
        let (start, vocab_size) = (self.vocab.len(), lesson.size);
        let total = vocab_size.saturating_sub(start) as u64;
        observer.event(match lesson.stage {
            Stage::Attach => Event::Stage { name: "putting clusters together", total: None, unit: "merges" },
            Stage::Join => Event::Stage { name: "learning merges", total: Some(total), unit: "merges" },
        });
        let mut counts = Vec::new();
        while self.vocab.len() < vocab_size {
            let Some((pair, count, range)) = self.index.pop() else {
                if !self.index.can_sink() {
                    break;
                }
                observe::check(observer)?;
                let rule = Rule::new(&self.widths, self.max_width, &self.filter, &self.vocab);
                let wanted = vocab_size - self.vocab.len();
                self.index.scan(&self.arena, &self.widths, wanted, &|left, right| rule.allows(left, right));
                continue;
            };
            self.merge(pair, range);
            counts.push(count);
            if counts.len().is_multiple_of(128) {
                observe::check(observer)?;
                observer.event(Event::Progress((self.vocab.len() - start) as u64));
            }
        }
        Ok((self.vocab, counts))
    }

    fn merge(&mut self, (left, right): (Id, Id), positions: std::ops::Range<usize>) {
        let token = [self.vocab.token(left).unwrap_or_default(), self.vocab.token(right).unwrap_or_default()].concat();
        let (new, fresh) = match self.known.get(&token[..]) {
            Some(&id) => (id, false),
            None => (self.vocab.push(&token), true),
        };
        self.vocab.merges.push(Merge { left, right, new });
        if fresh {
            self.filter.push(&token);
            self.known.insert(token.into(), new);
            self.widths.push(self.widths[left as usize] + self.widths[right as usize]);
        }
        let regained = self.rewrite((left, right), new, positions);
        self.settle((left, right), new, fresh, regained);
    }

    /// Replaces every occurrence and collects its neighbours. Returns how often a neighbour before was itself the new
    /// token, made just one occurrence earlier: then the pair (new, left) that was noted there is gone again.
    fn rewrite(&mut self, (left, right): (Id, Id), new: Id, positions: std::ops::Range<usize>) -> u64 {
        let (left_width, right_width) = (self.widths[left as usize] as usize, self.widths[right as usize] as usize);
        let width = left_width + right_width;
        let (left, right, new) = (S::of(left), S::of(right), S::of(new));
        let (slots, steps) = (&mut self.arena.slots[..], &self.arena.steps[..]);
        let (mut step, mut regained) = (0, 0);
        // Reading the slots of a whole batch without a branch first lets their cache misses overlap: at most of the
        // positions nothing else has to wait for memory.
        let mut live = [0u32; BATCH];
        for batch in self.index.positions(positions).chunks(BATCH) {
            let mut alive = 0;
            for &at in batch {
                live[alive] = at;
                alive += usize::from(slots[at as usize] == left);
            }
            for &at in &live[..alive] {
                let position = at as usize;
                if slots[position] != left || slots[position + left_width] != right {
                    continue;
                }
                while steps[step].0 <= at {
                    step += 1;
                    if steps[step].0 <= at {
                        // Far apart: jump instead of walking.
                        step += steps[step..].partition_point(|s| s.0 <= at);
                    }
                }
                let count = steps[step].1;
                let end = position + width;
                let (before, after) = (slots[position - 1], slots[end]);
                slots[position + left_width - 1] = S::HOLE;
                slots[position + left_width] = S::HOLE;
                slots[position] = new;
                slots[end - 1] = new;
                if before != S::SEPARATOR {
                    let id = before.id();
                    if before == new {
                        regained += count;
                    }
                    self.before.note(id, at - self.widths[id as usize], count);
                }
                if after != S::SEPARATOR {
                    self.after.note(after.id(), at, count);
                }
            }
        }
        regained
    }

    /// Hands the collected losses and gains to the pair index.
    fn settle(&mut self, (left, right): (Id, Id), new: Id, fresh: bool, regained: u64) {
        let rule = Rule::new(&self.widths, self.max_width, &self.filter, &self.vocab);
        let index = &mut self.index;
        if regained > 0 {
            self.after.take(left, regained, |shortfall| index.lose(key(new, left), shortfall));
        }
        self.before.drain(
            index,
            |id| (id != new).then(|| key(id, left)),
            |id| key(id, new),
            |id| rule.allows(id, new),
            fresh,
        );
        self.after.drain(index, |id| Some(key(right, id)), |id| key(new, id), |id| rule.allows(new, id), fresh);
    }
}

/// What stands next to the occurrences of one merge, summed by neighbour.
struct Neighbours {
    /// Occurrences by neighbour id: what its pair with the old token loses.
    lost: Vec<u64>,
    /// What of it does not become a pair with the new token.
    kept_back: Vec<u64>,
    /// Places by neighbour id; while draining, where its next place goes.
    places: Vec<usize>,
    touched: Vec<Id>,
    noted: Vec<(Id, u32)>,
}

/// Positions looked at together.
const BATCH: usize = 128;
const UNTRACKED: usize = usize::MAX;

impl Neighbours {
    fn new(ids: usize) -> Self {
        Neighbours {
            lost: vec![0; ids],
            kept_back: vec![0; ids],
            places: vec![0; ids],
            touched: Vec::new(),
            noted: Vec::new(),
        }
    }

    #[inline]
    fn note(&mut self, id: Id, at: u32, count: u64) {
        let n = id as usize;
        if self.places[n] == 0 {
            self.touched.push(id);
        }
        self.places[n] += 1;
        self.lost[n] += count;
        self.noted.push((id, at));
    }

    fn drain(
        &mut self,
        index: &mut PairIndex,
        old: impl Fn(Id) -> Option<u64>,
        new: impl Fn(Id) -> u64,
        allowed: impl Fn(Id) -> bool,
        fresh: bool,
    ) {
        for &id in &self.touched {
            let n = id as usize;
            if let Some(old) = old(id) {
                index.lose(old, self.lost[n]);
            }
            let gain = self.lost[n] - self.kept_back[n];
            let start = if gain > 0 && allowed(id) { index.add(new(id), gain, self.places[n], fresh) } else { None };
            self.places[n] = start.unwrap_or(UNTRACKED);
        }
        let pool = index.pool_mut();
        for &(id, at) in &self.noted {
            let place = &mut self.places[id as usize];
            if *place != UNTRACKED {
                pool[*place] = at;
                *place += 1;
            }
        }
        for &id in &self.touched {
            let n = id as usize;
            (self.lost[n], self.kept_back[n], self.places[n]) = (0, 0, 0);
        }
        self.touched.clear();
        self.noted.clear();
    }

    /// Takes back `count` of the gains with neighbour `id`; what exceeds them goes to `rest`.
    fn take(&mut self, id: Id, count: u64, rest: impl FnOnce(u64)) {
        let lost = self.lost[id as usize];
        self.kept_back[id as usize] = count.min(lost);
        if count > lost {
            rest(count - lost);
        }
    }
}
