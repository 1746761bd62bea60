//! Against the `tokenizers` crate's `Split`, `Metaspace` and `ByteLevel`.

use proptest::prelude::*;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::pre_tokenizers::split::{Split as Theirs, SplitPattern};
use tokenizers::tokenizer::{
    OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer as _, SplitDelimiterBehavior,
};

use super::*;

fn theirs(splits: &[(String, Behavior, bool)], text: &str) -> Vec<String> {
    let mut pieces = PreTokenizedString::from(text);
    for (regex, behavior, invert) in splits {
        let behavior = match behavior {
            Behavior::Isolated => SplitDelimiterBehavior::Isolated,
            Behavior::Removed => SplitDelimiterBehavior::Removed,
            Behavior::MergedWithPrevious => SplitDelimiterBehavior::MergedWithPrevious,
            Behavior::MergedWithNext => SplitDelimiterBehavior::MergedWithNext,
            Behavior::Contiguous => SplitDelimiterBehavior::Contiguous,
        };
        Theirs::new(SplitPattern::Regex(regex.clone()), behavior, *invert).unwrap().pre_tokenize(&mut pieces).unwrap();
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

fn splits() -> impl Strategy<Value = Vec<(String, Behavior, bool)>> {
    let regex = prop::sample::select(vec![r"\s+", r"[a-c]", r"b+", r"\w+|[^\w\s]+", "(?=b)", "x", r" ?[^\s]+|\s+"]);
    let behavior = prop::sample::select(vec![
        Behavior::Isolated,
        Behavior::Removed,
        Behavior::MergedWithPrevious,
        Behavior::MergedWithNext,
        Behavior::Contiguous,
    ]);
    prop::collection::vec((regex.prop_map(str::to_owned), behavior, any::<bool>()), 1..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_behavior_is_that_of_the_tokenizers_crate(splits in splits(), text in "[abcxé  ,]{0,14}") {
        let own = splits.iter().map(|(regex, behavior, invert)| Split {
            pattern: Pattern::Regex(regex.clone()),
            behavior: *behavior,
            invert: *invert,
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
