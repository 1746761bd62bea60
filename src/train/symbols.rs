//! What merging starts from: special tokens, fallback bytes and the base alphabet, and words spelled in it.
//!
//! Ids follow Hugging Face's trainer: special tokens in the order given, then the alphabet in code point order (for
//! bytes, the order of the byte alphabet). Byte-fallback tokens `<0x00>`..`<0xFF>` stand between the two, where Llama 2
//! has them.
//!
//! Deviation: where `limit_alphabet` cuts through characters of equal count, Hugging Face lets hash order decide; here
//! the greater code point goes.

use rustc_hash::FxHashMap;

use crate::alphabet;
use crate::encode::Encoder;
use crate::error::{Error, Result};
use crate::tokenizer::{AddedToken, Alphabet, Bpe, Model, Tokenizer};
use crate::vocab::{Id, Vocab};
use crate::words::WordCounts;

use super::BpeTrainer;
use super::constrain::{attach, occurrences};

/// The start vocabulary, and how words are spelled in it.
#[derive(Debug, Clone)]
pub struct Symbols {
    /// Tokens and merges known before the next one is learned.
    pub vocab: Vocab,
    alphabet: Alphabet,
    bytes: Vec<Option<Id>>,
    chars: FxHashMap<char, Id>,
}

impl Symbols {
    /// The start vocabulary that `options` ask for on these words.
    ///
    /// # Errors
    /// [`Error::Config`] for an empty or repeated special token, and where the vocabulary is too small to hold the
    /// alphabet.
    pub fn new(options: &BpeTrainer, words: &WordCounts) -> Result<Symbols> {
        let mut vocab = Vocab::new();
        let mut seen = rustc_hash::FxHashSet::default();
        for token in &options.special_tokens {
            if token.is_empty() {
                return Err(
                    Error::config("--special", "a special token is empty").with_hint("give it a text, such as `<pad>`")
                );
            }
            if !seen.insert(token.as_str()) {
                return Err(Error::config("--special", format!("`{token}` is given twice")));
            }
            push_special(&mut vocab, token, options.alphabet);
        }
        let mut symbols = match options.alphabet {
            Alphabet::Bytes => Symbols::of_bytes(vocab, options)?,
            Alphabet::Chars => Symbols::of_chars(vocab, options, words)?,
        };
        symbols.alphabet = options.alphabet;
        let base = symbols.vocab.len();
        if options.vocab_size < base {
            let why = format!(
                "{} is smaller than the {base} tokens that are there before the first merge",
                options.vocab_size
            );
            return Err(Error::config("--vocab-size", why).with_hint(format!("ask for more than {base}")));
        }
        Ok(symbols)
    }

    /// The spelling that an existing model uses. Its vocabulary gains the added tokens that it lacks, so that no merge
    /// takes their ids, and the special tokens that are new.
    pub fn continuing(model: &Bpe, added: &[AddedToken], special_tokens: &[String]) -> Symbols {
        let by_token = model.vocab.by_token();
        let byte = |b: u8| match model.alphabet {
            Alphabet::Bytes => by_token.get(&[b][..]).copied(),
            Alphabet::Chars if model.byte_fallback => by_token.get(format!("<0x{b:02X}>").as_bytes()).copied(),
            Alphabet::Chars => None,
        };
        let bytes = (0..=255).map(byte).collect();
        let mut chars = FxHashMap::default();
        if model.alphabet == Alphabet::Chars {
            for (&token, &id) in &by_token {
                let mut it = std::str::from_utf8(token).unwrap_or_default().chars();
                if let (Some(c), None) = (it.next(), it.next()) {
                    chars.insert(c, id);
                }
            }
        }
        let mut vocab = model.vocab.clone();
        for token in added.iter().filter(|token| model.vocab.token(token.id).is_none()) {
            vocab.set_literal(token.id, token.content.as_bytes());
        }
        for token in special_tokens.iter().filter(|&token| added.iter().all(|a| a.content != *token)) {
            push_special(&mut vocab, token, model.alphabet);
        }
        Symbols { vocab, alphabet: model.alphabet, bytes, chars }
    }

    fn of_bytes(mut vocab: Vocab, options: &BpeTrainer) -> Result<Symbols> {
        if let Some(limit) = options.limit_alphabet.filter(|&n| n < 256) {
            let why = format!("{limit} is less than the 256 bytes that a lossless byte-level model needs");
            return Err(Error::config("--limit-alphabet", why).with_hint("leave it out, or add `--byte-fallback`"));
        }
        let mut bytes = vec![None; 256];
        let known: FxHashMap<Vec<u8>, Id> = vocab.by_token().into_iter().map(|(t, id)| (t.to_vec(), id)).collect();
        for b in alphabet::in_order() {
            let id = known.get(&[b][..]).copied();
            bytes[b as usize] = Some(id.unwrap_or_else(|| vocab.push(&[b])));
        }
        Ok(Symbols { vocab, alphabet: Alphabet::Bytes, bytes, chars: FxHashMap::default() })
    }

    fn of_chars(mut vocab: Vocab, options: &BpeTrainer, words: &WordCounts) -> Result<Symbols> {
        let mut bytes = vec![None; 256];
        if options.byte_fallback {
            for b in 0..=255u8 {
                bytes[b as usize] = Some(vocab.push(format!("<0x{b:02X}>").as_bytes()));
            }
        }
        let mut counts: FxHashMap<char, u64> = FxHashMap::default();
        for (word, count) in words.iter() {
            let text = std::str::from_utf8(word).map_err(|e| {
                Error::input("", format!("a word is not UTF-8: {e}")).with_hint("a character-level model needs text")
            })?;
            for c in text.chars() {
                let n = counts.entry(c).or_default();
                *n = n.saturating_add(count);
            }
        }
        for &c in &options.initial_alphabet {
            counts.insert(c, u64::MAX);
        }
        let mut kept: Vec<(char, u64)> = counts.into_iter().collect();
        if let Some(limit) = options.limit_alphabet {
            kept.sort_unstable_by_key(|&(c, n)| (std::cmp::Reverse(n), c));
            kept.truncate(limit);
        }
        kept.sort_unstable();
        let mut chars = FxHashMap::default();
        let known: FxHashMap<Vec<u8>, Id> = vocab.by_token().into_iter().map(|(t, id)| (t.to_vec(), id)).collect();
        for (c, _) in kept {
            let token = c.to_string();
            let id = known.get(token.as_bytes()).copied().unwrap_or_else(|| vocab.push(token.as_bytes()));
            chars.insert(c, id);
        }
        for (token, &id) in &known {
            // A special token of one character spells that character, as in Hugging Face's trainer.
            let mut it = std::str::from_utf8(token).unwrap_or_default().chars();
            if let (Some(c), None) = (it.next(), it.next()) {
                chars.entry(c).or_insert(id);
            }
        }
        Ok(Symbols { vocab, alphabet: Alphabet::Chars, bytes, chars })
    }

    /// Adds the merges that make parts of `clusters` in a byte-level vocabulary. Returns their occurrences in `words`.
    ///
    /// # Errors
    /// [`Error::Config`] where the longest token may not be as long as such a part.
    pub(super) fn attach(
        &mut self,
        options: &BpeTrainer,
        clusters: &WordCounts,
        words: &WordCounts,
    ) -> Result<Vec<u64>> {
        let bytes: Vec<Id> = self.bytes.iter().copied().flatten().collect();
        let Ok(bytes) = <&[Id; 256]>::try_from(&bytes[..]) else { return Ok(Vec::new()) };
        let first = self.vocab.len();
        attach(options.constrain, clusters, words, &mut self.vocab, bytes);
        let longest = (first..self.vocab.len()).map(|id| self.width(id as Id)).max().unwrap_or(0);
        if let Some(max) = options.max_token_length.filter(|&max| longest >= max) {
            let why =
                format!("`--constrain {}` makes tokens of {longest} bytes, not less than {max}", options.constrain);
            return Err(Error::config("--max-token-length", why).with_hint(format!("allow {} bytes", longest + 1)));
        }
        occurrences(self, words)
    }

    /// An encoder that applies the merges known so far to base symbols.
    pub(super) fn encoder(&self) -> Result<Encoder> {
        let model = Bpe { vocab: self.vocab.clone(), alphabet: self.alphabet, ..Bpe::default() };
        Encoder::new(&Tokenizer { model: Model::Bpe(model), ..Tokenizer::default() })
    }

    /// Whether words are spelled in bytes.
    pub fn alphabet(&self) -> Alphabet {
        self.alphabet
    }

    /// Appends the base symbols of `word`. A character that neither the alphabet nor byte fallback covers is left
    /// out, and its neighbours become adjacent, as in Hugging Face's trainer.
    pub fn spell(&self, word: &[u8], out: &mut Vec<Id>) {
        match self.alphabet {
            Alphabet::Bytes => out.extend(word.iter().filter_map(|&b| self.bytes[b as usize])),
            Alphabet::Chars => {
                let mut buffer = [0u8; 4];
                for c in std::str::from_utf8(word).unwrap_or_default().chars() {
                    match self.chars.get(&c) {
                        Some(&id) => out.push(id),
                        None => out.extend(c.encode_utf8(&mut buffer).bytes().filter_map(|b| self.bytes[b as usize])),
                    }
                }
            }
        }
    }

    /// Whether `id` is a `<0x..>` token. Merging stops at these: decoders know them one by one only.
    pub fn is_fallback(&self, id: Id) -> bool {
        self.alphabet == Alphabet::Chars && self.bytes.contains(&Some(id))
    }

    /// Number of base symbols that token `id` is spelled with.
    pub fn width(&self, id: Id) -> usize {
        let Some(token) = self.vocab.token(id) else { return 1 };
        match self.alphabet {
            Alphabet::Bytes => token.len(),
            Alphabet::Chars if self.is_fallback(id) => 1,
            Alphabet::Chars => String::from_utf8_lossy(token).chars().count(),
        }
    }
}

/// A special token keeps its text; where that text is spelled in the byte alphabet, merges that spell the same token
/// share its id, as in Hugging Face's trainer.
fn push_special(vocab: &mut Vocab, token: &str, alphabet: Alphabet) {
    match alphabet {
        Alphabet::Chars => {
            vocab.push(token.as_bytes());
        }
        Alphabet::Bytes => match alphabet::unspell(token) {
            Some(bytes) => {
                vocab.push(&bytes);
            }
            None => vocab.set_literal(vocab.len() as Id, token.as_bytes()),
        },
    }
}
