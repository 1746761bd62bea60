//! A tokenizer cut to a smaller vocabulary: its first merges, up to a size.
//!
//! A greedy trainer appends merges, and what it appends next does not depend on how many are still to come: so the
//! training with a smaller vocabulary is a beginning of the larger one. A tokenizer whose merges stand in the order of
//! training, as those of toktool, Hugging Face and tiktoken do, therefore holds all smaller ones. So does one that was
//! read from SentencePiece, whose tokens stand in that order: its list has every way to put a token together, of which
//! those stay whose parts do. Whether the order is that of training cannot be proved from a file, but a token that is
//! only put together from later ones disproves it, and a cut behind it is refused.
//!
//! What no merge makes stays, and counts: the alphabet, added and special tokens, byte-fallback and user-defined
//! tokens. Splitter and normalizers stay as they are; compiled morpheme boundaries are part of the splitter and do not
//! depend on the size either.

use toktool::repair::{Unwanted, trim};
use toktool::tokenizer::{Bpe, Model, Tokenizer};
use toktool::vocab::{Id, Merge, Vocab};
use toktool::{Error, Result};

/// The tokenizer that a training with `size` tokens would have made, with dense ids. O(tokens and merges).
///
/// # Errors
/// [`Error::Unsupported`] for a model without merges, or with merges that are not in the order of training;
/// [`Error::Config`] for a size with no room for a merge, or larger than the tokenizer.
pub fn cut(tokenizer: &Tokenizer, size: usize) -> Result<Tokenizer> {
    let refused = |why: String| Error::unsupported("cutting its vocabulary", why);
    let Model::Bpe(model) = &tokenizer.model else {
        let why = "only BPE has merges in an order; train a tokenizer of each size instead";
        return Err(refused(why.to_owned()));
    };
    let vocab = &model.vocab;
    let mut kept: Vec<bool> = (0..vocab.len() as Id).map(|id| vocab.token(id).is_some()).collect();
    vocab.merges.iter().for_each(|merge| kept[merge.new as usize] = false);
    let (order, ordered) = in_order(vocab, kept.clone());
    let mut tokens = vocab.defined();
    for added in &tokenizer.added {
        match kept.get_mut(added.id as usize) {
            Some(kept) if vocab.token(added.id).is_some() => *kept = true,
            _ => tokens += 1,
        }
    }
    let outside = tokens - vocab.defined();
    let mut count = kept.iter().filter(|kept| **kept).count() + outside;
    if size > tokens {
        let why = format!("a vocabulary of {size} is larger than the tokenizer, which has {tokens} tokens");
        return Err(Error::config("--curve", why).with_hint(format!("ask for at most {tokens}")));
    }
    if size <= count {
        let why =
            format!("a vocabulary of {size} leaves no room for a merge: {count} tokens are there before the first");
        return Err(Error::config("--curve", why).with_hint(format!("ask for more than {count}")));
    }
    let (mut merges, mut last) = (0, None);
    while let Some(merge) = vocab.merges.get(merges) {
        let full = count >= size && size < tokens;
        if full && (order == Order::Learned || last != Some(merge.new)) {
            break;
        }
        let new = &mut kept[merge.new as usize];
        count += usize::from(!*new);
        *new = true;
        last = Some(merge.new);
        merges += 1;
    }
    if merges > ordered {
        let why = "its merges are not in the order of training";
        return Err(refused(format!("{why}: number {ordered} needs a token that comes later")));
    }
    let mut smaller = Vocab::new();
    for (id, token) in vocab.iter().filter(|(id, _)| kept[*id as usize]) {
        if vocab.is_literal(id) { smaller.set_literal(id, token) } else { smaller.set(id, token) }
    }
    let whole = |m: &&Merge| [m.left, m.right, m.new].iter().all(|&id| kept[id as usize]);
    smaller.merges = vocab.merges[..merges].iter().filter(whole).copied().collect();
    let smaller = Tokenizer {
        normalizers: tokenizer.normalizers.clone(),
        splitter: tokenizer.splitter.clone(),
        model: Model::Bpe(Bpe { vocab: smaller, ..model.without_vocab() }),
        added: tokenizer.added.clone(),
        post: tokenizer.post.clone(),
        decoders: tokenizer.decoders.clone(),
        carried: tokenizer.carried.clone(),
    };
    // Nothing is unwanted any more: this closes the gaps between the ids.
    Ok(trim(&smaller, Unwanted::default())?.tokenizer)
}

/// What the order of merges is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Each merge as it was learned: it joins tokens that are there.
    Learned,
    /// All ways to put a token together, at the place where it was learned: some by tokens that come later.
    ByToken,
}

/// The order of a merge list whose base tokens are `made`, and how many merges stand before the first that no training can
/// have learned at its place.
fn in_order(vocab: &Vocab, mut made: Vec<bool>) -> (Order, usize) {
    let mut order = Order::Learned;
    let mut rank = 0;
    for ways in vocab.merges.chunk_by(|a, b| a.new == b.new) {
        let there = |merge: &Merge| made[merge.left as usize] && made[merge.right as usize];
        let new = ways[0].new as usize;
        if !ways.iter().all(there) {
            order = Order::ByToken;
        }
        if !made[new] && !ways.iter().any(there) {
            break;
        }
        made[new] = true;
        rank += ways.len();
    }
    (order, rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use toktool::tokenizer::AddedToken;
    use toktool::train::{BpeTrainer, Frame, TrainInput, Trained, Trainer, assemble};
    use toktool::words::WordCounts;

    fn trained(words: &[(&str, u64)], vocab_size: usize) -> Trained {
        let mut counts = WordCounts::default();
        words.iter().for_each(|(word, count)| counts.push(word.as_bytes(), *count));
        let special_tokens = vec!["<s>".to_owned()];
        let trainer = BpeTrainer { vocab_size, special_tokens, ..BpeTrainer::default() };
        trainer.train(TrainInput { words: &counts, start: None, observer: &() }).unwrap()
    }

    fn whole(trained: Trained) -> Tokenizer {
        let frame = Frame { special_tokens: vec!["<s>".to_owned()], ..Frame::default() };
        assemble(trained, &frame, None)
    }

    fn vocab(tokenizer: &Tokenizer) -> &Vocab {
        match &tokenizer.model {
            Model::Bpe(model) => &model.vocab,
            Model::Foreign(_) => panic!("foreign"),
        }
    }

    /// 257 tokens before the first merge; of `ab` 9 times and `abc` 5 times the merges are `a b`, `ab c`.
    #[test]
    fn the_first_merges_up_to_a_size() {
        let tokenizer = whole(trained(&[("ab", 9), ("abc", 5)], 259));
        let smaller = cut(&tokenizer, 258).unwrap();
        let tokens: Vec<&[u8]> = vocab(&smaller).merges.iter().map(|m| vocab(&smaller).token(m.new).unwrap()).collect();
        assert_eq!((tokens, vocab(&smaller).defined()), (vec![&b"ab"[..]], 258));
        assert_eq!(smaller.added, tokenizer.added);
        for (size, word) in [(257, "more than 257"), (0, "more than 257"), (260, "at most 259")] {
            let error = cut(&tokenizer, size).unwrap_err();
            assert!(matches!(error, Error::Config { .. }) && error.hint().unwrap().contains(word), "{error}");
        }
    }

    #[test]
    fn added_tokens_outside_the_vocabulary_count_and_close_up() {
        let mut tokenizer = whole(trained(&[("ab", 9), ("abc", 5)], 259));
        tokenizer.added.push(AddedToken { id: 300, content: "<x>".to_owned(), ..AddedToken::default() });
        let smaller = cut(&tokenizer, 259).unwrap();
        assert_eq!(smaller.added.iter().map(|a| a.id).collect::<Vec<_>>(), [0, 258]);
        assert_eq!(vocab(&smaller).merges.len(), 1);
    }

    #[test]
    fn what_has_no_order_is_refused() {
        let mut tokenizer = whole(trained(&[("ab", 9), ("abc", 5)], 259));
        let Model::Bpe(model) = &mut tokenizer.model else { panic!() };
        model.vocab.merges.reverse();
        assert!(cut(&tokenizer, 258).unwrap_err().to_string().contains("order of training"));
        let foreign = Tokenizer { model: Model::Foreign("{}".to_owned()), ..Tokenizer::default() };
        assert!(cut(&foreign, 258).unwrap_err().to_string().contains("only BPE"));
    }

    /// As read from SentencePiece: `abc` was learned before `bc`, and is `a bc` too once that is there.
    #[test]
    fn all_ways_to_a_token_stay_as_their_parts_do() {
        let mut model = Bpe::default();
        for token in ["a", "b", "c", "ab", "abc", "bc"] {
            model.vocab.push(token.as_bytes());
        }
        let merge = |left, right, new| Merge { left, right, new };
        model.vocab.merges = vec![merge(0, 1, 3), merge(0, 5, 4), merge(3, 2, 4), merge(1, 2, 5)];
        let tokenizer = Tokenizer { model: Model::Bpe(model), ..Tokenizer::default() };
        let merges = |size| vocab(&cut(&tokenizer, size).unwrap()).merges.clone();
        assert_eq!(merges(4), [merge(0, 1, 3)]);
        assert_eq!(merges(5), [merge(0, 1, 3), merge(3, 2, 4)]);
        assert_eq!(merges(6).len(), 4);
    }

    /// `ab` is made twice; the second way costs no token, and belongs to the sizes after it.
    #[test]
    fn a_second_way_to_a_token_costs_nothing() {
        let mut model = Bpe::default();
        for token in ["a", "b", "c", "ab", "bc", "abc", "abcc"] {
            model.vocab.push(token.as_bytes());
        }
        let merge = |left, right, new| Merge { left, right, new };
        model.vocab.merges = vec![merge(0, 1, 3), merge(1, 2, 4), merge(3, 2, 5), merge(0, 4, 5), merge(5, 2, 6)];
        let tokenizer = Tokenizer { model: Model::Bpe(model), ..Tokenizer::default() };
        let merges = |size| vocab(&cut(&tokenizer, size).unwrap()).merges.len();
        assert_eq!([4, 5, 6, 7].map(merges), [1, 2, 3, 5]);
    }

    proptest! {
        /// Equal to the training that was asked for so many tokens.
        #[test]
        fn cut_equals_trained_smaller(
            words in prop::collection::vec(("[a-cş]{1,6}", 1u64..9), 1..30),
            cut_by in 0usize..40,
        ) {
            let words: Vec<(&str, u64)> = words.iter().map(|(word, count)| (word.as_str(), *count)).collect();
            let large = trained(&words, 320);
            let tokens = large.model.vocab.len();
            let size = tokens.saturating_sub(cut_by).max(258);
            prop_assume!(size <= tokens);
            let small = whole(trained(&words, size));
            let cut = cut(&whole(large), size).unwrap();
            prop_assert_eq!(&vocab(&cut).merges, &vocab(&small).merges);
            prop_assert_eq!(vocab(&cut).iter().collect::<Vec<_>>(), vocab(&small).iter().collect::<Vec<_>>());
            prop_assert_eq!(cut.added, small.added);
        }
    }
}
