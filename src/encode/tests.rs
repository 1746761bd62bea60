//! Ids against the `tokenizers` crate and against the definition.

use proptest::prelude::*;

use super::*;
use crate::encode::foreign;
use crate::formats::hf;
use crate::text::{Behavior, Named, Pattern, Prepend, Rewrite, Split, Splitter};
use crate::tokenizer::{AddedToken, Alphabet, Bpe, Decoder, Post};
use crate::train::{BpeTrainer, Frame, TrainInput, Trainer, assemble};
use crate::unicode::Normalizer;
use crate::vocab::Merge;
use crate::words::WordCounts;

fn trained(alphabet: Alphabet, byte_fallback: bool, splitter: Splitter, merges: usize) -> Tokenizer {
    let mut words = WordCounts::default();
    for (n, word) in
        ["abab", " abc", "bcbc", "aaaa", "▁ab", "▁▁a", "é", " ée", "नमस्ते", "a'da", "  ", "cab▁"].into_iter().enumerate()
    {
        words.push(word.as_bytes(), n as u64 + 1);
    }
    let trainer = BpeTrainer {
        vocab_size: if alphabet == Alphabet::Bytes || byte_fallback { 275 + merges } else { 22 + merges },
        alphabet,
        byte_fallback,
        special_tokens: vec!["<s>".into(), "<|end|>".into()],
        ..BpeTrainer::default()
    };
    let learned = trainer.train(TrainInput { words: &words, start: None, observer: &() }).unwrap();
    let frame = Frame { splitter, special_tokens: trainer.special_tokens, ..Frame::default() };
    assemble(learned, &frame, None)
}

fn splitters() -> impl Strategy<Value = Splitter> {
    let split = |pattern, behavior| Split { pattern, behavior, invert: false };
    let named = |named| Splitter { rewrite: None, splits: vec![split(Pattern::Named(named), Behavior::Isolated)] };
    prop_oneof![
        Just(Splitter::default()),
        Just(named(Named::Gpt2)),
        Just(named(Named::Llama3)),
        Just(Splitter {
            rewrite: Some(Rewrite::PrefixSpace),
            splits: vec![split(Pattern::Named(Named::Gpt2), Behavior::Isolated)],
        }),
    ]
}

/// No token of white space: where another one swallows it, the `tokenizers` crate panics.
fn added() -> impl Strategy<Value = Vec<AddedToken>> {
    let content = prop::sample::select(vec!["<x>", "ab", "bc a", "é", "Ab", "a"]);
    let one =
        (content, any::<[bool; 5]>()).prop_map(|(content, [special, single_word, lstrip, rstrip, normalized])| {
            AddedToken { id: 0, content: content.to_owned(), special, single_word, lstrip, rstrip, normalized }
        });
    prop::collection::vec(one, 0..4)
}

/// Gives added tokens the ids that a reader would: that of an equal token, or the next free one.
fn with_added(mut tokenizer: Tokenizer, added: Vec<AddedToken>) -> Tokenizer {
    let Model::Bpe(model) = &tokenizer.model else { return tokenizer };
    let mut next = model.vocab.len() as Id;
    for mut token in added {
        let spelled = match model.alphabet {
            Alphabet::Bytes => crate::alphabet::unspell(&token.content),
            Alphabet::Chars => Some(token.content.as_bytes().to_vec()),
        };
        if tokenizer.added.iter().any(|t| t.content == token.content) {
            continue;
        }
        token.id = spelled.and_then(|bytes| model.vocab.by_token().get(&bytes[..]).copied()).unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        tokenizer.added.push(token);
    }
    tokenizer
}

fn same_as_theirs(tokenizer: &Tokenizer, text: &str) -> Result<(), TestCaseError> {
    let json = hf::write_string(tokenizer).unwrap();
    let theirs = foreign::load(&json).unwrap();
    let ours = Encoder::new(tokenizer).unwrap();
    for special_tokens in [false, true] {
        let options = EncodeOptions { special_tokens, ..EncodeOptions::default() };
        let mut ids = Vec::new();
        let mut scratch = Scratch::default();
        ours.encode_into(text, options, &mut scratch, &mut ids).unwrap();
        let expected = theirs.encode(text, special_tokens).unwrap();
        prop_assert_eq!(&ids[..], expected.get_ids());
        // A second pass takes everything from the cache.
        let mut again = Vec::new();
        ours.encode_into(text, options, &mut scratch, &mut again).unwrap();
        prop_assert_eq!(&again, &ids);
        let tokens = ours.encode_offsets(text, options, &mut scratch).unwrap();
        prop_assert_eq!(tokens.iter().map(|t| t.id).collect::<Vec<_>>(), ids.clone());
        prop_assert!(tokens.iter().all(|t| t.start <= t.end && t.end <= text.len()));
        prop_assert!(tokens.windows(2).all(|pair| pair[0].start <= pair[1].start), "{tokens:?}");
        if !special_tokens && tokenizer.is_lossless() {
            prop_assert_eq!(String::from_utf8(ours.decode(&ids, false)).unwrap(), text);
            let mut at = 0;
            for token in &tokens {
                prop_assert_eq!(token.start, at);
                at = token.end;
            }
            prop_assert_eq!(at, text.len());
        }
    }
    Ok(())
}

const TEXT: &str = "(ab|bc|a|b|c| |  |é|नमस्ते|▁|<x>|<s>|<[|]end[|]>|'da|\\n|x|Ab|0|日|👍|\u{301}|İ){0,14}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn byte_level_ids_equal_the_tokenizers_crate(splitter in splitters(), merges in 0usize..24, added in added(), ignore in any::<bool>(), text in TEXT) {
        let mut tokenizer = with_added(trained(Alphabet::Bytes, false, splitter, merges), added);
        if let Model::Bpe(model) = &mut tokenizer.model {
            model.ignore_merges = ignore;
        }
        tokenizer.post = Post { before: vec![0], after: vec![1] };
        same_as_theirs(&tokenizer, &text)?;
    }

    #[test]
    fn character_level_ids_equal_the_tokenizers_crate(
        merges in 0usize..14,
        added in added(),
        byte_fallback in any::<bool>(),
        unknown in 0usize..3,
        style in 0usize..3,
        text in TEXT,
    ) {
        let mark = Split { pattern: Pattern::Literal("▁".into()), behavior: Behavior::MergedWithNext, invert: false };
        let splitter = match style {
            0 => Splitter { rewrite: Some(Rewrite::Metaspace { mark: '▁', prepend: Prepend::Always }), splits: vec![mark] },
            1 => Splitter { rewrite: Some(Rewrite::Metaspace { mark: '▁', prepend: Prepend::First }), splits: vec![mark] },
            _ => Splitter::default(),
        };
        let mut tokenizer = trained(Alphabet::Chars, byte_fallback, splitter, merges);
        if style == 2 {
            let replace = Normalizer::Replace { from: " ".into(), regex: false, to: "▁".into() };
            tokenizer.normalizers = vec![Normalizer::Prepend("▁".into()), replace];
            tokenizer.decoders = vec![
                Decoder::Replace { from: "▁".into(), to: " ".into() },
                Decoder::ByteFallback,
                Decoder::Fuse,
                Decoder::Strip { content: ' ', start: 1, stop: 0 },
            ];
        }
        if let Model::Bpe(model) = &mut tokenizer.model {
            model.unk = (unknown > 0).then_some(0);
            model.fuse_unk = unknown > 1;
        }
        same_as_theirs(&with_added(tokenizer, added), &text)?;
    }

    #[test]
    fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..60), byte_level in any::<bool>()) {
        let alphabet = if byte_level { Alphabet::Bytes } else { Alphabet::Chars };
        let encoder = Encoder::new(&trained(alphabet, !byte_level, Splitter::default(), 20)).unwrap();
        let mut ids = Vec::new();
        encoder.encode_bytes_into(&bytes, EncodeOptions::default(), &mut Scratch::default(), &mut ids).unwrap();
        prop_assert_eq!(encoder.decode(&ids, false), bytes);
    }
}

#[test]
fn plain_specials_are_text() {
    let tokenizer = trained(Alphabet::Bytes, false, Splitter::default(), 10);
    let encoder = Encoder::new(&tokenizer).unwrap();
    let mut ids = Vec::new();
    let options = EncodeOptions { plain_specials: true, ..EncodeOptions::default() };
    encoder.encode_into("a<|end|>", options, &mut Scratch::default(), &mut ids).unwrap();
    assert!(!ids.contains(&1) && encoder.decode(&ids, true) == b"a<|end|>");
    assert_eq!(encoder.decode(&encoder.encode("a<|end|>").unwrap(), true), b"a");
}

#[test]
fn a_batch_is_its_documents_for_any_number_of_threads() {
    let encoder = Encoder::new(&trained(Alphabet::Bytes, false, Splitter::default(), 20)).unwrap();
    let documents: Vec<String> = (0..500).map(|n| format!("abc ab{} é", "bc".repeat(n % 9))).collect();
    let one = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| encoder.encode_batch(&documents, EncodeOptions::default()).unwrap())
    };
    let batch = one(1);
    assert_eq!(batch, one(3));
    for (document, ids) in documents.iter().zip(batch.documents()) {
        assert_eq!(ids, encoder.encode(document).unwrap());
    }
}

#[test]
fn ten_megabytes_without_a_cut_take_linear_time() {
    // Quadratic merging would take hours here, so finishing is the assertion.
    let encoder = Encoder::new(&trained(Alphabet::Bytes, false, Splitter::default(), 24)).unwrap();
    for text in ["a".repeat(10 << 20), "👍🏽".repeat(10 << 17), "ab bc\u{301}".repeat(10 << 17)] {
        let ids = encoder.encode(&text).unwrap();
        assert_eq!(encoder.decode(&ids, false), text.as_bytes());
    }
}

#[test]
fn scratch_of_one_encoder_serves_another() {
    let options = EncodeOptions::default();
    let mut scratch = Scratch::default();
    for merges in [4, 20, 4] {
        let encoder = Encoder::new(&trained(Alphabet::Bytes, false, Splitter::default(), merges)).unwrap();
        let text = "abc abcabc bcbcbc ab ";
        let mut ids = Vec::new();
        encoder.encode_into(text, options, &mut scratch, &mut ids).unwrap();
        assert_eq!(ids, encoder.encode(text).unwrap());
    }
}

/// `b c` is merged before `a b`, so `abc1` is `a`, `bc`, `1`. `abc` is a token, but no pretoken there; alone it is one.
#[test]
fn only_a_whole_pretoken_is_looked_up_whole() {
    let mut model = Bpe { ignore_merges: true, ..Bpe::default() };
    for byte in 0..=255 {
        model.vocab.push(&[byte]);
    }
    for token in ["bc", "ab", "abc"] {
        model.vocab.push(token.as_bytes());
    }
    let merge = |left, right, new| Merge { left, right, new };
    model.vocab.merges =
        vec![merge(b'b'.into(), b'c'.into(), 256), merge(b'a'.into(), b'b'.into(), 257), merge(257, b'c'.into(), 258)];
    let tokenizer = Tokenizer { model: Model::Bpe(model), decoders: vec![Decoder::ByteLevel], ..Tokenizer::default() };
    let encoder = Encoder::new(&tokenizer).unwrap();
    assert_eq!(encoder.encode("abc1").unwrap(), [b'a'.into(), 256, b'1'.into()]);
    assert_eq!(encoder.encode("abc").unwrap(), [258]);
    let theirs = foreign::load(&hf::write_string(&tokenizer).unwrap()).unwrap();
    for text in ["abc1", "abc", "1abc", "abcabc", "ab1abc"] {
        assert_eq!(encoder.encode(text).unwrap(), theirs.encode(text, false).unwrap().get_ids(), "{text}");
        same_as_theirs(&tokenizer, text).unwrap();
    }
}
