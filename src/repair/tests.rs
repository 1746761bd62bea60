use proptest::prelude::*;

use super::*;
use crate::encode::Encoder;
use crate::text::Splitter;
use crate::tokenizer::{AddedToken, Alphabet, Bpe, Model, Tokenizer};
use crate::unicode::Normalizer;
use crate::vocab::{Id, Merge, Vocab};

/// Appends merges by their parts' bytes; what is not there yet gets the next id.
fn merges(vocab: &mut Vocab, pairs: &[(&[u8], &[u8])]) {
    for (left, right) in pairs {
        let find = |vocab: &Vocab, token: &[u8]| vocab.by_token().get(token).copied();
        let joined = [*left, *right].concat();
        let new = find(vocab, &joined).unwrap_or_else(|| vocab.push(&joined));
        let (left, right) = (find(vocab, left).unwrap(), find(vocab, right).unwrap());
        vocab.merges.push(Merge { left, right, new });
    }
}

/// A byte-level tokenizer: id `n` is byte `n`, then come the results of `pairs`.
fn byte_level(pattern: &str, pairs: &[(&[u8], &[u8])]) -> Tokenizer {
    let mut model = Bpe::default();
    for b in 0..=255 {
        model.vocab.push(&[b]);
    }
    merges(&mut model.vocab, pairs);
    Tokenizer { model: Model::Bpe(model), splitter: Splitter::named(pattern).unwrap(), ..Tokenizer::default() }
}

fn bpe(tokenizer: &mut Tokenizer) -> &mut Bpe {
    let Model::Bpe(model) = &mut tokenizer.model else { panic!("not a BPE model") };
    model
}

/// Every witness is encoded once more.
fn verified(tokenizer: &Tokenizer) -> Vec<Reach> {
    let reach = reachability(tokenizer).unwrap();
    let encoder = Encoder::new(tokenizer).unwrap();
    for r in &reach {
        assert_eq!(r.class.is_reachable(), r.witness.is_some(), "{r:?}");
        if let Some(witness) = &r.witness {
            assert!(encoder.encode(witness).unwrap().contains(&r.id), "{r:?}");
        }
    }
    reach
}

fn class(tokenizer: &Tokenizer, token: &[u8]) -> Class {
    let Model::Bpe(model) = &tokenizer.model else { panic!("not a BPE model") };
    let id = model.vocab.iter().find(|(_, t)| *t == token).unwrap().0;
    verified(tokenizer).into_iter().find(|r| r.id == id).unwrap().class
}

#[test]
fn merges_on_its_own_bytes_decide() {
    // `b c` is merged before `a b`, and nothing joins `a` and `bc`.
    let pairs: [(&[u8], &[u8]); 3] = [(b"b", b"c"), (b"a", b"b"), (b"ab", b"c")];
    let mut t = byte_level("none", &pairs);
    assert_eq!(class(&t, b"abc"), Class::ShadowedByMerges(vec![97, 256]));
    assert_eq!((class(&t, b"ab"), class(&t, b"bc")), (Class::Own, Class::Own));
    // As a piece of its own it stays whole where whole pieces are looked up.
    bpe(&mut t).ignore_merges = true;
    assert_eq!(class(&t, b"abc"), Class::Own);
}

#[test]
fn the_pretokenizer_cuts_some_for_good_and_some_only_alone() {
    let pairs: [(&[u8], &[u8]); 4] = [(b"a", b"1"), (b"1", b"2"), (b"12", b"12"), (b"'s", b"a")];
    let pairs = [&[(&b"'"[..], &b"s"[..])], &pairs[..]].concat();
    for ignore in [false, true] {
        let mut t = byte_level("cl100k", &pairs);
        bpe(&mut t).ignore_merges = ignore;
        for dead in [&b"a1"[..], b"1212", b"'sa"] {
            assert_eq!(class(&t, dead), Class::SplitByPretokenizer, "{dead:?} {ignore}");
        }
        assert_eq!(class(&t, b"12"), Class::Own);
    }
    // Two line ends before a letter are two pieces in GPT-2's pattern, at the end of a text they are one.
    assert_eq!(class(&byte_level("gpt2", &[(b"\n", b"\n")]), b"\n\n"), Class::Own);
    assert_eq!(class(&byte_level("whitespace", &[(b"a", b" ")]), b"a "), Class::SplitByPretokenizer);
    // A regular expression of no name, that leaves letters between its matches.
    let t = byte_level("[0-9]+|(?<=x)y", &[(b"1", b"a"), (b"a", b"b"), (b"x", b"y")]);
    assert_eq!((class(&t, b"1a"), class(&t, b"ab")), (Class::SplitByPretokenizer, Class::Own));
    // Only one that looks behind cuts this: no proof, and none is made up.
    assert!(matches!(class(&t, b"xy"), Class::Undecidable(_)));
}

#[test]
fn normalizers_fold() {
    let mut t = byte_level("none", &[(b"A", b"b"), (b"a", b"b"), (b"e", b"\xCC"), (b"e\xCC", b"\x81")]);
    t.normalizers = vec![Normalizer::Nfc, Normalizer::Lowercase];
    assert_eq!((class(&t, b"Ab"), class(&t, b"ab")), (Class::FoldedByNormalizer, Class::Own));
    t.normalizers.pop();
    assert_eq!(class(&t, "e\u{301}".as_bytes()), Class::FoldedByNormalizer);
    // Part of another mark, which does not compose.
    assert_eq!(class(&t, b"e\xCC"), Class::PartialCharacter);
}

#[test]
fn parts_of_characters_are_completed_or_proved_to_be_none() {
    // All of `ê` is merged, so what goes on after its first byte never goes on from `C3 AA`.
    let t = byte_level(
        "gpt2",
        &[(b"\xC3", b"\xAA"), (b"a", b"\xC3"), (b"\xA9", b"b"), (b"\xC1", b"a"), (b"\xA9", b"\xE2")],
    );
    for reachable in [&b"\xC3"[..], b"a\xC3", b"\xA9b", b"\x9F", b"\xF4"] {
        assert_eq!(class(&t, reachable), Class::PartialCharacter, "{reachable:?}");
    }
    assert_eq!(class(&t, "ê".as_bytes()), Class::Own);
    for dead in [&b"\xC1a"[..], b"\xFF", b"\xC0"] {
        assert_eq!(class(&t, dead), Class::InvalidUtf8, "{dead:?}");
    }
    // The end of a letter and the beginning of another are in one piece.
    assert_eq!(class(&t, b"\xA9\xE2"), Class::PartialCharacter);
    // Every character that begins with EB is a Hangul syllable, and none is left decomposed.
    let mut t = t;
    t.normalizers = vec![Normalizer::Nfd];
    assert_eq!((class(&t, b"\xEB"), class(&t, b"\xEA")), (Class::FoldedByNormalizer, Class::PartialCharacter));
}

/// `D0` and each of the 64 bytes that may follow are merged first of all, so that no `D0` is left to merge with `a`; only
/// `C3` is. And `a'` is in a piece of o200k's pattern only before the rest of a contraction, all of which merge with `'`.
#[test]
fn neighbours_may_leave_no_way_in() {
    let ends: Vec<[u8; 1]> = (0x80..=0xBF).map(|b| [b]).collect();
    let mut pairs: Vec<(&[u8], &[u8])> = ends.iter().map(|end| (&b"\xD0"[..], &end[..])).collect();
    pairs.extend([(&b"a"[..], &b"\xD0"[..]), (b"a", b"\xC3"), (b"\xD0", b"\xD0")]);
    let t = byte_level("gpt2", &pairs);
    assert_eq!(class(&t, b"a\xD0"), Class::ShadowedByNeighbours);
    assert_eq!(class(&t, b"\xD0"), Class::ShadowedByNeighbours);
    assert_eq!((class(&t, b"a\xC3"), class(&t, b"\xD0\xD0")), (Class::PartialCharacter, Class::InvalidUtf8));
    let mut pairs: Vec<(&[u8], &[u8])> = b"stmdrlvSTMDRLV".chunks(1).map(|letter| (&b"'"[..], letter)).collect();
    pairs.extend([(&b"'"[..], &b"\xC5"[..]), (b"a", b"'")]);
    assert_eq!(class(&byte_level("o200k", &pairs), b"a'"), Class::ShadowedByNeighbours);
    assert_eq!(class(&byte_level("o200k", &pairs[1..]), b"a'"), Class::Context);
}

/// `▁`, `a`, `b` and all bytes as a SentencePiece file has them, spaces rewritten.
fn sentencepiece() -> Tokenizer {
    let mut model = Bpe { alphabet: Alphabet::Chars, byte_fallback: true, ..Bpe::default() };
    for b in 0..=255 {
        model.vocab.push(format!("<0x{b:02X}>").as_bytes());
    }
    for c in ["▁", "a", "b", "é"] {
        model.vocab.push(c.as_bytes());
    }
    merges(&mut model.vocab, &["▁", "b"].map(|left| (left.as_bytes(), &b"a"[..])));
    model.vocab.push("c▁".as_bytes());
    let splitter = Splitter::named("metaspace").unwrap();
    Tokenizer { model: Model::Bpe(model), splitter, ..Tokenizer::default() }
}

#[test]
fn character_models_fall_back() {
    let t = sentencepiece();
    assert_eq!(class(&t, "▁a".as_bytes()), Class::Own);
    // Alone it gets a mark, and merges with it.
    assert_eq!(class(&t, b"a"), Class::Context);
    assert_eq!((class(&t, b"<0x61>"), class(&t, b"<0x63>")), (Class::ShadowedByCharacters, Class::Context));
    assert_eq!((class(&t, b"<0xC3>"), class(&t, b"<0xFF>")), (Class::PartialCharacter, Class::InvalidUtf8));
    assert_eq!(class(&t, "c▁".as_bytes()), Class::Unspellable);
    let mut t = t;
    // The rewriting leaves no space, and only a space has its byte.
    assert_eq!(class(&t, b"<0x20>"), Class::FoldedByNormalizer);
    merges(&mut bpe(&mut t).vocab, &[(b"a", "▁".as_bytes())]);
    assert_eq!(class(&t, "a▁".as_bytes()), Class::SplitByPretokenizer);
}

#[test]
fn tokens_without_a_way_in() {
    let mut t = byte_level("gpt2", &[(b"<", b"x"), (b"<x", b">"), (b"<x>", b"y")]);
    let model = bpe(&mut t);
    model.vocab.set_literal(300, "日".as_bytes());
    model.vocab.set(301, b"");
    model.vocab.set(302, b"<x");
    t.added.push(AddedToken { id: 257, content: "<x>".into(), ..AddedToken::default() });
    t.added.push(AddedToken { id: 400, content: "<eos>".into(), special: true, ..AddedToken::default() });
    let all = verified(&t);
    let by_id = |id: Id| all.iter().find(|r| r.id == id).unwrap().class.clone();
    assert_eq!((by_id(300), by_id(301)), (Class::Unspellable, Class::Unspellable));
    assert_eq!((by_id(257), by_id(400)), (Class::Added, Class::Added));
    // The same bytes again: what comes out is the token that the merge names.
    assert_eq!((by_id(302), duplicates(&t)), (Class::ShadowedByMerges(vec![256]), vec![vec![256, 302]]));
    // The pattern cuts it, which is a proof, whatever added tokens do.
    assert_eq!(by_id(258), Class::SplitByPretokenizer);
    t.splitter = Splitter::default();
    assert!(matches!(class(&t, b"<x>y"), Class::Undecidable(_)));
}

#[test]
fn unigram_pieces_lose_by_score() {
    let json = r#"{"version": "1.0", "added_tokens": [], "model": {"type": "Unigram", "unk_id": 0, "vocab":
        [["<unk>", 0.0], ["a", -2.0], ["b", -2.0], ["ab", -5.0], ["ba", -3.0]]}}"#;
    let t = crate::formats::hf::read_str(json).unwrap();
    let classes: Vec<Class> = verified(&t).into_iter().map(|r| r.class).collect();
    // Whatever the model does not know is the unknown piece, its own name included.
    let shadowed = Class::ShadowedByScore(vec![1, 2]);
    assert_eq!(classes, [Class::Own, Class::Own, Class::Own, shadowed, Class::Own]);
    let error = trim(&t, Unwanted::default()).unwrap_err().to_string();
    assert!(error.contains("BPE"), "{error}");
}

/// `f(abc) = 9`, `f(ab) = 0`, `f(a) = 1`, `f(aa) = 2`: `c(ab) = 9`, all in `abc`; `c(a) = 1 + 9 + 2 * 2 = 14` but it is
/// in the alphabet; `bc` occurs in nothing. With `f(ab) = 1` the share of `ab` is 9 of 10, with 2 it is 9 of 11.
#[test]
fn a_scaffold_is_mostly_inside_one_other() {
    let t = byte_level("none", &[(b"a", b"b"), (b"ab", b"c"), (b"a", b"a"), (b"b", b"c")]);
    let counts = |ab: u64| {
        let mut counts = vec![0; 260];
        (counts[97], counts[256], counts[257], counts[258]) = (1, ab, 9, 2);
        counts
    };
    let whole = Scaffold { id: 256, into: 257, inside: 9, total: 9 };
    assert_eq!(scaffold(&t, &counts(0), 0.9), [whole]);
    assert_eq!(scaffold(&t, &counts(1), 0.9), [Scaffold { total: 10, ..whole }]);
    assert_eq!(scaffold(&t, &counts(2), 0.9), []);
    assert_eq!(scaffold(&t, &[], 0.9), []);
}

#[test]
fn what_is_needed_stays_and_ids_are_closed_up() {
    // `abc` is taken for dead, but `abcd` is made by way of it; `x1` is dead, and nothing needs it.
    let mut t = byte_level("gpt2", &[(b"a", b"b"), (b"ab", b"c"), (b"abc", b"d"), (b"x", b"1"), (b"y", b"z")]);
    t.added.push(AddedToken { id: 261, content: "<eos>".into(), special: true, ..AddedToken::default() });
    t.post.after = vec![261];
    let mut reach = verified(&t);
    reach[257] = Reach { id: 257, class: Class::SplitByPretokenizer, witness: None };
    let done = trim(&t, Unwanted { reach: &reach, counts: None, ..Unwanted::default() }).unwrap();
    assert_eq!((done.dead, done.unseen, done.merges), (1, 0, 1));
    // 13 bytes that no text has, and `abc`.
    assert_eq!(done.needed, 14);
    assert_eq!(
        [256, 257, 258, 259, 260, 261].map(|id| done.map.new_id(id)),
        [Some(256), Some(257), Some(258), None, Some(259), Some(260)]
    );
    assert_eq!((done.tokenizer.post.after.clone(), done.tokenizer.added[0].id), (vec![260], 260));
    let tsv = done.map.tsv();
    assert!(tsv.starts_with("old\tnew\ttoken\n0\t0\t\\x00\n") && tsv.contains("\n259\t\tx1\n"), "{tsv}");
    // Unseen: only `yz` was seen.
    let mut counts = vec![0; 262];
    counts[260] = 3;
    let done = trim(&t, Unwanted { reach: &reach, counts: Some(&counts), ..Unwanted::default() }).unwrap();
    assert_eq!((done.map.removed(), done.map.new_id(260), done.map.new_id(261)), (4, Some(256), Some(257)));
}

#[test]
fn ids_inside_carried_sections_are_mapped() {
    let json = r#"{"version": "1.0",
        "padding": {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": null, "pad_id": 4, "pad_type_id": 0, "pad_token": "<p>"},
        "added_tokens": [{"id": 4, "content": "<p>", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true, "note": 7}],
        "post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<p>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {"<p>": {"id": "<p>", "ids": [4], "tokens": ["<p>"]}}},
        "model": {"type": "BPE", "unk_token": null, "vocab": {"a": 0, "b": 1, "ab": 2, "aba": 3}, "merges": ["a b"]}}"#;
    let t = crate::formats::hf::read_str(json).unwrap();
    assert_eq!(class(&t, b"aba"), Class::ShadowedByMerges(vec![2, 0]));
    let done = trim(&t, Unwanted { reach: &verified(&t), counts: None, ..Unwanted::default() }).unwrap();
    let written = crate::formats::hf::write_string(&done.tokenizer).unwrap();
    let value: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(value["padding"]["pad_id"], 3);
    assert_eq!((&value["added_tokens"][0]["id"], &value["added_tokens"][0]["note"]), (&3.into(), &7.into()));
    assert_eq!(value["post_processor"]["special_tokens"]["<p>"]["ids"], serde_json::json!([3]));
    // What only the file says of pairs of texts is kept.
    assert_eq!(value["post_processor"]["pair"].as_array().unwrap().len(), 2);
    assert_eq!(crate::formats::hf::read_str(&written).unwrap().post.before, [3]);
}

/// Every text of up to `longest` of these characters.
fn texts(chars: &[char], longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|text| chars.iter().map(move |c| format!("{text}{c}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// A tokenizer over `chars` with merges between what there is, learnable or not.
fn random(chars: bool, pairs: &[(usize, usize)], backwards: bool) -> Tokenizer {
    let mut t = if chars { sentencepiece() } else { byte_level("none", &[]) };
    let model = bpe(&mut t);
    let base: &[&[u8]] = match chars {
        true => &["▁".as_bytes(), b"a", b"b", "é".as_bytes(), b"<0xC3>", b"<0xAA>", b"<0x63>"],
        false => &[b"a", b"B", b" ", b"1", b"\xC3", b"\xA9", b"\xAA"],
    };
    let mut parts: Vec<Vec<u8>> = base.iter().map(|t| t.to_vec()).collect();
    for &(left, right) in pairs {
        let (left, right) = (parts[left % parts.len()].clone(), parts[right % parts.len()].clone());
        let joined = [&left[..], &right].concat();
        let spelled = model.vocab.by_token();
        let known = [&left, &right].map(|t| spelled.get(&t[..]).copied().unwrap());
        let new = spelled.get(&joined[..]).copied();
        let twice = model.vocab.merges.iter().any(|m| [m.left, m.right] == known);
        if joined.len() > if chars { 14 } else { 5 } || twice {
            continue;
        }
        let new = new.unwrap_or_else(|| model.vocab.push(&joined));
        model.vocab.merges.push(Merge { left: known[0], right: known[1], new });
        parts.push(joined);
    }
    if backwards {
        model.vocab.merges.reverse();
    }
    t
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// What a text brings out is never called dead, and what the search finds is what comes out.
    #[test]
    fn classes_agree_with_every_short_text(
        chars in any::<bool>(),
        pairs in prop::collection::vec((0usize..40, 0usize..40), 0..16),
        backwards in any::<bool>(),
        ignore_merges in any::<bool>(),
        pattern in prop::sample::select(vec!["none", "gpt2", "cl100k", "o200k", "unicode", "whitespace", "metaspace", "deepseek", r"[a-z]+|\d", "(?<=a)1| "]),
        normal in 0usize..4,
        unseen in prop::collection::vec(any::<bool>(), 40),
    ) {
        let mut t = random(chars, &pairs, backwards);
        t.splitter = Splitter::named(pattern).unwrap();
        t.normalizers = [vec![], vec![Normalizer::Nfd], vec![Normalizer::Lowercase], vec![Normalizer::Prepend("▁".into())]][normal].clone();
        bpe(&mut t).ignore_merges = ignore_merges;
        let letters = if chars { ['a', 'b', ' ', 'é', 'ê', 'c'] } else { ['a', 'B', ' ', '1', 'é', 'ê'] };
        let texts = texts(&letters, 5);
        let encoder = Encoder::new(&t).unwrap();
        let mut found = vec![None; 400];
        for text in &texts {
            for id in encoder.encode(text).unwrap() {
                found[id as usize].get_or_insert(text);
            }
        }
        let reach = verified(&t);
        for r in &reach {
            if let Some(text) = found[r.id as usize] {
                prop_assert!(r.class.is_reachable(), "{:?} comes out of {:?}", r, text);
            }
        }
        // Without the dead every text keeps its encoding, without the unseen every text that has none of them.
        let some: Vec<u64> = (0..400).map(|id| u64::from(unseen[id % 40])).collect();
        for counts in [None, Some(&some[..])] {
            let trimmed = trim(&t, Unwanted { reach: &reach, counts, ..Unwanted::default() }).unwrap();
            bpe(&mut trimmed.tokenizer.clone()).vocab.check().unwrap();
            let new = Encoder::new(&trimmed.tokenizer).unwrap();
            let (same, other) = identical(&encoder, &new, &trimmed.map, &texts).unwrap();
            prop_assert!(same + other == texts.len() && (other == 0 || counts.is_some()));
        }
    }

    /// The queue is the definition.
    #[test]
    fn merging_alone_is_the_definition(
        pairs in prop::collection::vec((0usize..40, 0usize..40), 0..24),
        backwards in any::<bool>(),
        picks in prop::collection::vec(0usize..7, 0..60),
    ) {
        let t = random(false, &pairs, backwards);
        let Model::Bpe(model) = &t.model else { panic!() };
        let ids: Vec<Id> = picks.into_iter().map(|n| Id::from(b"aB 1\xC3\xA9\xAA"[n])).collect();
        let (mut expected, mut used) = (ids.clone(), Vec::new());
        model.vocab.segment(&mut expected);
        let merged = symbols::Symbols::new(model).run(&ids, |rank| used.push(rank));
        prop_assert_eq!((merged.len() + used.len(), merged), (ids.len(), expected));
    }
}
