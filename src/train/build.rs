//! From what training learned to a complete tokenizer.

use crate::text::{Rewrite, Splitter};
use crate::tokenizer::{AddedToken, Alphabet, Decoder, Model, Tokenizer};
use crate::unicode::Normalizer;
use crate::vocab::Id;

use super::Trained;

/// How text reaches the model that was trained: what has to be in the file beside the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// Applied to text between special tokens.
    pub normalizers: Vec<Normalizer>,
    /// The pre-tokenizer.
    pub splitter: Splitter,
    /// Special tokens; those that the vocabulary lacks get ids after it.
    pub special_tokens: Vec<String>,
}

/// A tokenizer around a freshly trained model, or, with `start`, that tokenizer with the model put into its place.
pub fn assemble(trained: Trained, frame: &Frame, start: Option<&Tokenizer>) -> Tokenizer {
    let mut tokenizer = start.cloned().unwrap_or_else(|| Tokenizer {
        normalizers: frame.normalizers.clone(),
        splitter: frame.splitter.clone(),
        decoders: decoders(trained.model.alphabet, &frame.splitter),
        ..Tokenizer::default()
    });
    let mut next = trained.model.vocab.len() as Id;
    for token in &frame.special_tokens {
        if tokenizer.added.iter().any(|added| added.content == *token) {
            continue;
        }
        let id = special_id(&trained, token).unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        tokenizer.added.push(AddedToken { id, content: token.clone(), special: true, ..AddedToken::default() });
    }
    tokenizer.model = Model::Bpe(trained.model);
    tokenizer
}

/// The id that the trainer gave to a special token.
fn special_id(trained: &Trained, token: &str) -> Option<Id> {
    let vocab = &trained.model.vocab;
    let spelled = match trained.model.alphabet {
        Alphabet::Bytes => crate::alphabet::unspell(token),
        Alphabet::Chars => Some(token.as_bytes().to_vec()),
    };
    match spelled {
        Some(bytes) => vocab.by_token().get(&bytes[..]).copied(),
        None => vocab.iter().find(|&(id, t)| vocab.is_literal(id) && t == token.as_bytes()).map(|(id, _)| id),
    }
}

/// The steps back to text that undo the splitter's rewriting and the alphabet's spelling.
fn decoders(alphabet: Alphabet, splitter: &Splitter) -> Vec<Decoder> {
    if alphabet == Alphabet::Bytes {
        return vec![Decoder::ByteLevel];
    }
    let mut steps = vec![Decoder::ByteFallback, Decoder::Fuse];
    match splitter.rewrite {
        Some(Rewrite::Metaspace { mark, .. }) => {
            steps.insert(0, Decoder::Replace { from: mark.to_string(), to: " ".to_owned() });
            steps.push(Decoder::Strip { content: ' ', start: 1, stop: 0 });
        }
        Some(Rewrite::PrefixSpace) => steps.push(Decoder::Strip { content: ' ', start: 1, stop: 0 }),
        None => {}
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{BpeTrainer, TrainInput, Trainer};
    use crate::words::WordCounts;

    #[test]
    fn special_tokens_keep_the_ids_of_the_trainer() {
        let mut words = WordCounts::default();
        words.push("ab".as_bytes(), 3);
        let special_tokens = vec!["<s>".to_owned(), "｜x｜".to_owned()];
        let trainer = BpeTrainer { special_tokens: special_tokens.clone(), ..BpeTrainer::default() };
        let trained = trainer.train(TrainInput { words: &words, start: None, observer: &() }).unwrap();
        let tokenizer = assemble(trained, &Frame { special_tokens, ..Frame::default() }, None);
        let ids: Vec<_> = tokenizer.added.iter().map(|t| (t.id, t.content.as_str())).collect();
        assert_eq!(ids, [(0, "<s>"), (1, "｜x｜")]);
        assert_eq!(tokenizer.decoders, [Decoder::ByteLevel]);
    }
}
