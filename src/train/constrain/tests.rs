//! The constraints against a textbook trainer, against text that they never saw, and against the `tokenizers` crate.

use proptest::prelude::*;

use super::clusters::BLOCK;
use super::*;
use crate::formats::{hf, verify};
use crate::text::Splitter;
use crate::tokenizer::{Alphabet, Model, Tokenizer};
use crate::train::naive::{self, Ties};
use crate::train::{BpeTrainer, Frame, Symbols, TrainInput, Trained, Trainer, assemble};
use crate::unicode::cluster::tests::texts;
use crate::vocab::Vocab;
use crate::words::WordCounts;

fn table<'a>(words: impl IntoIterator<Item = (&'a str, u64)>) -> WordCounts {
    let mut table = WordCounts::default();
    words.into_iter().for_each(|(word, count)| table.push(word.as_bytes(), count));
    table
}

fn trainer(constrain: Constraint, alphabet: Alphabet, vocab_size: usize) -> BpeTrainer {
    let byte_fallback = alphabet == Alphabet::Chars;
    BpeTrainer { constrain, alphabet, byte_fallback, vocab_size, ..BpeTrainer::default() }
}

fn trained(trainer: &BpeTrainer, words: &WordCounts) -> Trained {
    let trained = trainer.train(TrainInput { words, start: None, observer: &() }).unwrap();
    trained.model.vocab.check().unwrap();
    assert_eq!(trained.counts.len(), trained.model.vocab.merges.len());
    trained
}

/// A tokenizer that does not cut text.
fn tokenizer(trained: Trained) -> Tokenizer {
    assemble(trained, &Frame { splitter: Splitter::default(), ..Frame::default() }, None)
}

fn pieces(tokenizer: &Tokenizer, text: &str) -> Vec<Vec<u8>> {
    let ids = crate::encode::Encoder::new(tokenizer).unwrap().encode(text).unwrap();
    let Model::Bpe(model) = &tokenizer.model else { panic!() };
    ids.iter().map(|&id| model.vocab.token(id).unwrap().to_vec()).collect()
}

/// What a token must look like to be merged, read off its bytes as slowly and plainly as possible.
fn may(constraint: Constraint, alphabet: Alphabet, stage: Stage, left: &[u8], right: &[u8]) -> bool {
    let joined = [left, right].concat();
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    if constraint == Constraint::None || (constraint, alphabet) == (Constraint::Utf8, Alphabet::Chars) {
        return true;
    }
    if alphabet == Alphabet::Chars {
        let (Some(joined), Some(left)) = (text(&joined), text(left)) else { return false };
        return !left.starts_with(|c| constraint.is_follower(c))
            && constraint.forbids(&joined, left.len()) == (stage == Stage::Attach);
    }
    let inner = |b: &u8| (0x80..0xc0).contains(b);
    let inner_start = right.iter().take_while(|b| inner(b)).count();
    // The last byte of the left token begins a character that the start of the right one completes.
    let completes = left.len() > 1 && left.last().is_some_and(|b| *b >= 0xc0) && {
        let character = [&left[left.len() - 1..], &right[..inner_start]].concat();
        text(&character).is_some_and(|c| c.chars().count() == 1)
    };
    if stage == Stage::Attach || completes {
        return completes;
    }
    let within = || match text(&joined) {
        Some(text) => text.chars().count() == 1 && !text.starts_with(|c| constraint.is_never_whole(c)),
        None => {
            let middle = joined.iter().all(inner) && joined.len() < 4;
            let beginning = joined[0] >= 0xc0 && joined[1..].iter().all(inner);
            middle || beginning && joined.len() < joined[0].leading_ones() as usize
        }
    };
    text(left).is_some() && text(right).is_some() || inner(&right[0]) && within()
}

/// The same training, every step of it by recounting everything.
fn slow(trainer: &BpeTrainer, words: &WordCounts) -> Vocab {
    let mut symbols = Symbols::new(trainer, words).unwrap();
    let learn = |symbols: &Symbols, words: &WordCounts, stage, size, least| {
        let may = |left: &[u8], right: &[u8]| may(trainer.constrain, trainer.alphabet, stage, left, right);
        naive::train(symbols, words, size, least, trainer.max_token_length, Ties::SmallerIds, &may)
    };
    if trainer.constrain.has_clusters() {
        let clusters = clusters(trainer.constrain, trainer.alphabet, words);
        if trainer.alphabet == Alphabet::Bytes {
            symbols.attach(trainer, &clusters, words).unwrap();
        }
        symbols.vocab = learn(&symbols, &clusters, Stage::Attach, usize::MAX, 0);
    }
    learn(&symbols, words, Stage::Join, trainer.vocab_size, trainer.min_frequency)
}

fn words() -> impl Strategy<Value = Vec<(String, u64)>> {
    prop::collection::vec((texts(), 1u64..30), 1..25)
}

fn constraints() -> impl Strategy<Value = Constraint> {
    prop::sample::select(CONSTRAINTS.map(|(_, constraint)| constraint).to_vec())
}

/// Whether a text has what the constraints are known not to hold in: more than U+200D between a virama and what it joins,
/// a virama of another script, and letters that join what follows, which training may not have seen.
fn is_beyond(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let opens = |c: char| cluster::of(c) & (OPENS_AKSHARA | OPENS_GRAPHEME) != 0;
    let strange = |at: usize| {
        let mut after = chars[at + 1..].iter().copied().peekable();
        after.next_if_eq(&ZWJ);
        let next = after.next().unwrap_or(' ');
        let is_foreign = cluster::of(next) & cluster::JOINS != 0 && next as u32 / BLOCK != chars[at] as u32 / BLOCK;
        is_foreign || cluster::of(next) & EXTENDS != 0 || !cluster::is_sign(chars[at])
    };
    (0..chars.len()).any(|at| opens(chars[at]) && strange(at))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn merges_equal_the_naive_trainer(
        words in words(),
        constraint in constraints(),
        chars in any::<bool>(),
        more in 0usize..120,
        min_frequency in 0u64..4,
        max in prop::option::of(14usize..24),
    ) {
        let words = table(words.iter().map(|(word, n)| (&word[..], *n)));
        let alphabet = if chars { Alphabet::Chars } else { Alphabet::Bytes };
        // Room for all attachments: how many there are is found out by a first training.
        let room = BpeTrainer { max_token_length: max, min_frequency, ..trainer(constraint, alphabet, 5000) };
        let all = trained(&room, &words);
        let trainer = BpeTrainer { vocab_size: all.smallest().max(330) + more, ..room };
        let fast = trained(&trainer, &words);
        prop_assert_eq!(&fast.model.vocab.merges, &slow(&trainer, &words).merges);
        prop_assert_eq!(fast.attachments, all.attachments);
        prop_assert_eq!(fast, all.truncated(trainer.vocab_size));
    }

    #[test]
    fn no_byte_level_token_breaks_the_rule_in_text_that_was_not_seen(
        words in words(),
        other in prop::collection::vec(texts(), 1..25),
        constraint in constraints(),
    ) {
        let words = table(words.iter().map(|(word, n)| (&word[..], *n)));
        let tokenizer = tokenizer(trained(&trainer(constraint, Alphabet::Bytes, 5000), &words));
        for text in other.iter().filter(|text| !is_beyond(text)) {
            let rates = rates(&tokenizer, constraint, std::slice::from_ref(text)).unwrap();
            prop_assert_eq!(rates.violations, 0, "{:?} is {:?}", text, pieces(&tokenizer, text));
        }
    }

    #[test]
    fn the_tokenizers_crate_gives_the_same_ids(
        words in words(),
        other in prop::collection::vec(texts(), 1..10),
        constraint in constraints(),
        chars in any::<bool>(),
    ) {
        let words = table(words.iter().map(|(word, n)| (&word[..], *n)));
        let alphabet = if chars { Alphabet::Chars } else { Alphabet::Bytes };
        let tokenizer = tokenizer(trained(&trainer(constraint, alphabet, 5000), &words));
        let json = hf::write_string(&tokenizer).unwrap();
        verify::against_tokenizers(&tokenizer, &json, &other).unwrap();
    }
    #[test]
    fn a_continued_tokenizer_keeps_the_rule(
        words in words(),
        more in words(),
        other in prop::collection::vec(texts(), 1..25),
        constraint in constraints(),
    ) {
        let rows = |words: &[(String, u64)]| table(words.iter().map(|(word, n)| (&word[..], *n)));
        let first = tokenizer(trained(&trainer(constraint, Alphabet::Bytes, 5000), &rows(&words)));
        let input = TrainInput { words: &rows(&more), start: Some(&first), observer: &() };
        let continued = tokenizer(trainer(constraint, Alphabet::Bytes, 5000).train(input).unwrap());
        for text in other.iter().filter(|text| !is_beyond(text)) {
            let rates = rates(&continued, constraint, std::slice::from_ref(text)).unwrap();
            prop_assert_eq!(rates.violations, 0, "{:?} is {:?}", text, pieces(&continued, text));
        }
    }

    #[test]
    fn attachment_merges_are_counted_as_they_occur(words in words(), constraint in prop::sample::select(CONSTRAINTS[1..4].to_vec())) {
        let constraint = constraint.1;
        let (counts, seen) = attachment_counts(constraint, &table(words.iter().map(|(word, n)| (&word[..], *n))));
        prop_assert_eq!(counts, seen);
    }
}

/// How often the attachment merges occur by the trainer, and by merging the words one merge at a time.
fn attachment_counts(constraint: Constraint, words: &WordCounts) -> (Vec<u64>, Vec<u64>) {
    let trainer = trainer(constraint, Alphabet::Bytes, 5000);
    let mut symbols = Symbols::new(&trainer, words).unwrap();
    let counts = symbols.attach(&trainer, &clusters(constraint, Alphabet::Bytes, words), words).unwrap();
    let merges = symbols.vocab.merges.clone();
    let mut seen = vec![0u64; merges.len()];
    for (word, n) in words.iter() {
        let mut ids = Vec::new();
        symbols.spell(word, &mut ids);
        // The lowest rank first, one merge at a time.
        while let Some((rank, at)) = (0..ids.len().saturating_sub(1))
            .filter_map(|at| Some((merges.iter().position(|m| (m.left, m.right) == (ids[at], ids[at + 1]))?, at)))
            .min()
        {
            ids.splice(at..at + 2, [merges[rank].new]);
            seen[rank] += n;
        }
    }
    (counts, seen)
}

/// The last byte of a letter can be the whole tail of an opener before a lead byte: here `é` ends as U+1F469 does.
#[test]
fn a_merge_that_occurs_at_the_border_of_other_units_is_counted() {
    let words = table([("\u{1f469}\u{d4e}\u{e9}\u{93f}", 3), ("e\u{301}\u{1f469}\u{301}", 2)]);
    for constraint in [Constraint::Mark, Constraint::Akshara, Constraint::Grapheme] {
        let (counts, seen) = attachment_counts(constraint, &words);
        assert_eq!(counts, seen, "{constraint}");
    }
}

fn of_words(constraint: Constraint, alphabet: Alphabet, words: &[(&str, u64)]) -> Tokenizer {
    tokenizer(trained(&trainer(constraint, alphabet, 5000), &table(words.iter().copied())))
}

fn strings(tokenizer: &Tokenizer, text: &str) -> Vec<String> {
    pieces(tokenizer, text).iter().map(|piece| String::from_utf8_lossy(piece).into_owned()).collect()
}

#[test]
fn signs_stay_on_their_letters_and_words_still_join() {
    let words = [("किताब", 9), ("किनारा", 5), ("ताला", 3), ("कौन", 2)];
    for alphabet in [Alphabet::Bytes, Alphabet::Chars] {
        let made = of_words(Constraint::Mark, alphabet, &words);
        assert_eq!(strings(&made, "किताब"), ["किताब"]);
        assert_eq!(strings(&made, "तालाकि"), ["ताला", "कि"]);
        assert_eq!(strings(&made, "किनाकौ").concat(), "किनाकौ");
    }
}

#[test]
fn a_sign_on_a_letter_that_never_had_it_is_byte_fallback() {
    let words = [("कि", 9), ("कौ", 2), ("खा", 9), ("ल", 8)];
    let made = of_words(Constraint::Mark, Alphabet::Bytes, &words);
    let clusters = clusters(Constraint::Mark, Alphabet::Bytes, &table(words));
    assert!(clusters.iter().all(|(cluster, _)| cluster != "लौ".as_bytes()));
    assert_eq!(pieces(&made, "लौ"), [&b"\xe0\xa4\xb2"[..], b"\xe0", b"\xa5\x8c"]);
    let counted = rates(&made, Constraint::Mark, &["लौ".to_owned(), "कि".to_owned()]).unwrap();
    assert_eq!(counted, Rates { tokens: 4, violations: 0, fallback: 2 });
    // A vocabulary of characters has no way but to leave the sign alone.
    let made = of_words(Constraint::Mark, Alphabet::Chars, &words);
    assert_eq!(strings(&made, "लौ"), ["ल", "ौ"]);
    assert_eq!(rates(&made, Constraint::Mark, &["लौ".to_owned()]).unwrap().violations, 1);
}

#[test]
fn aksharas_keep_conjuncts_whole_and_marks_do_not() {
    let words = [("क्षमा", 9), ("रक्षा", 3), ("षट", 5)];
    let split = |constraint, text| strings(&of_words(constraint, Alphabet::Bytes, &words), text);
    assert_eq!(split(Constraint::Mark, "क्षषट"), ["क्", "ष", "षट"]);
    for constraint in [Constraint::Grapheme, Constraint::Akshara] {
        let made = of_words(constraint, Alphabet::Bytes, &words);
        // A conjunct that was not seen: none of its parts is a letter, but the first.
        let parts = pieces(&made, "मक्ट");
        assert!(parts.iter().skip(1).all(|part| std::str::from_utf8(part).is_err()), "{parts:?}");
        assert_eq!(strings(&made, "क्षषट"), ["क्ष", "षट"]);
    }
}

#[test]
fn tamil_joins_its_two_conjuncts_whatever_follows() {
    let words = [("பக்ஷி", 2), ("அக்கா", 9), ("ஸ்ரீ", 2), ("ஷ", 1)];
    let made = of_words(Constraint::Akshara, Alphabet::Bytes, &words);
    for text in ["க்ஷ", "க்ஷி", "ஸ்ரீ"] {
        assert_eq!(strings(&made, text), [text]);
    }
    let counted = rates(&made, Constraint::Akshara, &["க்ஷகாக்ஷிஅக்கஷஸ்ரீக்ஷா".to_owned()]).unwrap();
    assert_eq!(counted.violations, 0);
}

#[test]
fn utf8_makes_no_token_of_a_part_and_something_else() {
    let words = [("ाा", 5), ("éè", 7), ("日本日本", 4), ("a日", 9)];
    let made = of_words(Constraint::Utf8, Alphabet::Bytes, &words);
    let Model::Bpe(model) = &made.model else { panic!() };
    let is_part = |token: &[u8]| token.iter().filter(|&&b| b & 0xc0 != 0x80).count() <= 1 && token.len() < 4;
    assert!(model.vocab.iter().all(|(_, token)| std::str::from_utf8(token).is_ok() || is_part(token)));
    assert_eq!(strings(&made, "日本日本"), ["日本日本"]);
    // A plain training does make one.
    let plain = of_words(Constraint::None, Alphabet::Bytes, &words);
    assert!(rates(&plain, Constraint::Utf8, &["èé".to_owned(), "ा本".to_owned()]).unwrap().violations < 2);
}

#[test]
fn clusters_that_types_predict_are_made() {
    // Four letters and four signs, all together but one.
    let (letters, signs) = (["क", "ख", "ग", "घ"], ["ा", "ि", "ु", "े"]);
    let all = letters.iter().flat_map(|letter| signs.map(|sign| [letter, sign].concat()));
    let seen: Vec<String> = all.filter(|cluster| cluster != "घे").collect();
    let rows = || seen.iter().map(|cluster| (&cluster[..], 3)).chain([("তা", 3)]);
    let found = clusters(Constraint::Mark, Alphabet::Bytes, &table(rows()));
    let last = found.word(found.len() - 1);
    assert_eq!((std::str::from_utf8(last).unwrap(), found.count(found.len() - 1)), ("घे", 1));
    // Letters of one script are not predicted with signs of another.
    assert_eq!(found.len(), seen.len() + 2);
}

#[test]
fn the_rarest_clusters_are_left_to_bytes_and_kept_as_characters() {
    let words = table([("कि", 99_999), ("खौ", 1)]);
    let has = |alphabet| clusters(Constraint::Mark, alphabet, &words).iter().any(|row| row == ("खौ".as_bytes(), 1));
    assert_eq!((has(Alphabet::Bytes), has(Alphabet::Chars)), (false, true));
}

#[test]
fn sizes_and_lengths_that_leave_no_room_are_refused() {
    let words = table([("किताब", 9), ("कौन", 4)]);
    let refused = |trainer: BpeTrainer| {
        trainer.train(TrainInput { words: &words, start: None, observer: &() }).unwrap_err().to_string()
    };
    for alphabet in [Alphabet::Bytes, Alphabet::Chars] {
        let least = trained(&trainer(Constraint::Mark, alphabet, 5000), &words).smallest();
        assert!(refused(trainer(Constraint::Mark, alphabet, least - 1)).contains(&least.to_string()));
        assert_eq!(trained(&trainer(Constraint::Mark, alphabet, least), &words).model.vocab.len(), least);
    }
    let short = BpeTrainer { max_token_length: Some(4), ..trainer(Constraint::Mark, Alphabet::Bytes, 5000) };
    assert!(refused(short).contains("`--max-token-length`"));
}

#[test]
fn patterns_that_cut_signs_off_are_refused() {
    let check = |constraint: Constraint, pattern: &str| constraint.check_splitter(&Splitter::named(pattern).unwrap());
    for pattern in ["gpt2", "cl100k", "llama3", "qwen2", r"\p{L}+|\P{L}+"] {
        let error = check(Constraint::Mark, pattern).unwrap_err();
        assert!(error.hint().unwrap().contains("--pattern unicode"), "{pattern}: {error}");
        assert!(check(Constraint::Utf8, pattern).is_ok() && check(Constraint::None, pattern).is_ok());
    }
    for pattern in ["unicode", "o200k", "deepseek", "whitespace", "metaspace", "none"] {
        for constraint in [Constraint::Mark, Constraint::Grapheme, Constraint::Akshara] {
            assert!(check(constraint, pattern).is_ok(), "{pattern}");
        }
    }
}

#[test]
fn constraints_are_known_by_their_names() {
    for (name, constraint) in CONSTRAINTS {
        assert_eq!((name.parse::<Constraint>().unwrap(), constraint.to_string()), (constraint, name.to_owned()));
    }
    assert!("marks".parse::<Constraint>().unwrap_err().hint().unwrap().contains("akshara"));
}
