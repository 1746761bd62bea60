//! Against the `tokenizers` crate's `Split`, `Metaspace` and `ByteLevel`.

use proptest::prelude::*;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::pre_tokenizers::split::{Split as Theirs, SplitPattern};
use tokenizers::tokenizer::{
    OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer as _, SplitDelimiterBehavior,
};

use super::*;

/// A pattern, whether it is a literal, what becomes of it, and whether it is inverted.
type Row = (&'static str, bool, Behavior, bool);

fn theirs(splits: &[Row], text: &str) -> Vec<String> {
    let mut pieces = PreTokenizedString::from(text);
    for (pattern, literal, behavior, invert) in splits {
        let behavior = match behavior {
            Behavior::Isolated => SplitDelimiterBehavior::Isolated,
            Behavior::Removed => SplitDelimiterBehavior::Removed,
            Behavior::MergedWithPrevious => SplitDelimiterBehavior::MergedWithPrevious,
            Behavior::MergedWithNext => SplitDelimiterBehavior::MergedWithNext,
            Behavior::Contiguous => SplitDelimiterBehavior::Contiguous,
        };
        let pattern = (*pattern).to_owned();
        let pattern = if *literal { SplitPattern::String(pattern) } else { SplitPattern::Regex(pattern) };
        Theirs::new(pattern, behavior, *invert).unwrap().pre_tokenize(&mut pieces).unwrap();
    }
    let splits = pieces.get_splits(OffsetReferential::Original, OffsetType::Byte);
    splits.into_iter().map(|(piece, ..)| piece.to_owned()).collect()
}

fn pieces(splitter: &Splitter, text: &str) -> Vec<String> {
    let cutter = Cutter::new(splitter).unwrap();
    let text = cutter.rewrite(text, true);
    let mut pieces = Vec::new();
    cutter.cut(&text, |start, end| pieces.push(text[start..end].to_owned()));
    pieces
}

fn splits() -> impl Strategy<Value = Vec<Row>> {
    // Some of them scanners, some regular expressions, some that find the empty string.
    let regexes =
        [r"\s+", r"[a-c]", r"b+", r"\w+|[^\w\s]+", "(?=b)", "x", " ?[^\\s]+|\\s+", "(?=a)|b"].into_iter().chain(
            [Named::Gpt2, Named::Cl100k, Named::Unicode, Named::DeepSeek, Named::Digits3, Named::Cjk].map(Named::regex),
        );
    let literals = [" ", "b", "ab", "é", ""].map(|literal| (literal, true));
    let patterns = prop::sample::select(regexes.map(|regex| (regex, false)).chain(literals).collect::<Vec<_>>());
    let behavior = prop::sample::select(vec![
        Behavior::Isolated,
        Behavior::Removed,
        Behavior::MergedWithPrevious,
        Behavior::MergedWithNext,
        Behavior::Contiguous,
    ]);
    let row = (patterns, behavior, any::<bool>())
        .prop_map(|((pattern, literal), behavior, invert)| (pattern, literal, behavior, invert));
    prop::collection::vec(row, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_behavior_is_that_of_the_tokenizers_crate(splits in splits(), text in "[abcxé  ,1字\u{0}]{0,14}") {
        let own = splits.iter().map(|&(pattern, literal, behavior, invert)| Split {
            pattern: if literal { Pattern::Literal(pattern.into()) } else { Pattern::Regex(pattern.into()) },
            behavior,
            invert,
        });
        let splitter = Splitter { rewrite: None, splits: own.collect() };
        prop_assert_eq!(pieces(&splitter, &text), theirs(&splits, &text));
    }

    #[test]
    fn metaspace_is_that_of_the_tokenizers_crate(text in "[ab ▁]{0,9}", always in any::<bool>()) {
        let (prepend, scheme) = if always { (Prepend::Always, PrependScheme::Always) } else { (Prepend::Never, PrependScheme::Never) };
        let split = Split { pattern: Pattern::Literal("▁".into()), behavior: Behavior::MergedWithNext, invert: false };
        let splitter = Splitter { rewrite: Some(Rewrite::Metaspace { mark: '▁', prepend }), splits: vec![split] };
        let mut expected = PreTokenizedString::from(text.as_str());
        Metaspace::new('▁', scheme, true).pre_tokenize(&mut expected).unwrap();
        let expected: Vec<_> = expected.get_splits(OffsetReferential::Original, OffsetType::Byte).into_iter().map(|s| s.0.to_owned()).collect();
        if !text.is_empty() {
            prop_assert_eq!(pieces(&splitter, &text), expected);
        }
        let (changed, alignment) = Cutter::new(&splitter).unwrap().rewrite_aligned(&text, true);
        prop_assert_eq!(changed.len(), alignment.len());
        prop_assert_eq!(alignment.last().map_or(0, |span| span.1 as usize), text.len());
    }
}

#[test]
fn deepseeks_three_splits_are_one_pass_with_the_same_pieces() {
    let splitter = Splitter::named("deepseek").unwrap();
    let cutter = Cutter::new(&splitter).unwrap();
    assert!(cutter.deepseek);
    let slow: Vec<Row> = splitter
        .splits
        .iter()
        .map(|split| match split.pattern {
            Pattern::Named(named) => (named.regex(), false, Behavior::Isolated, false),
            _ => panic!("{split:?}"),
        })
        .collect();
    for text in ["Sürüm 3.1415, 漢字かな123 ・a\0\0 b", "1 a１２３４漢 字!\n\n", "", " \u{200d}9 "] {
        assert_eq!(pieces(&splitter, text), theirs(&slow, text));
    }
}

#[test]
fn a_regular_expression_that_gives_up_leaves_the_rest_whole() {
    let regex = r"(?=a)(a|b|ab)*c(?=.)|x";
    let text = format!("x{}x", "ab".repeat(40));
    let found: std::result::Result<Vec<_>, _> = Regex::new(regex).unwrap().find_iter(&text).collect();
    assert!(found.is_err(), "this test needs a worse expression");
    let ours = pieces(&Splitter::named(regex).unwrap(), &text);
    assert_eq!(ours, ["x", &text[1..]]);
    assert_eq!(ours, theirs(&[(regex, false, Behavior::Isolated, false)], &text));
}

#[test]
fn threads_share_a_cutter() {
    fn shared<T: Send + Sync>() {}
    shared::<Cutter>();
}
