use super::*;
use crate::evaluation::Input;
use toktool::corpus::Corpus;
use toktool::text::Splitter;
use toktool::tokenizer::{Bpe, Decoder, Model, Tokenizer};
use toktool::vocab::Merge;

/// A byte-level tokenizer with GPT-2's pattern and these merges.
pub(crate) fn tokenizer(merges: &[(&str, &str)]) -> Tokenizer {
    let mut model = Bpe::default();
    for byte in toktool::alphabet::in_order() {
        model.vocab.push(&[byte]);
    }
    for (left, right) in merges {
        let id = |text: &str| model.vocab.by_token()[text.as_bytes()];
        let (left_id, right_id) = (id(left), id(right));
        let new = model.vocab.push([*left, *right].concat().as_bytes());
        model.vocab.merges.push(Merge { left: left_id, right: right_id, new });
    }
    Tokenizer {
        model: Model::Bpe(model),
        decoders: vec![Decoder::ByteLevel],
        splitter: Splitter::named("gpt2").unwrap(),
        ..Tokenizer::default()
    }
}

/// `ev`, `de`.
pub(crate) const A: &[(&str, &str)] = &[("e", "v"), ("d", "e")];
/// `ev`, `evd`.
pub(crate) const B: &[(&str, &str)] = &[("e", "v"), ("ev", "d")];
/// A cuts it `ev| |ev|de`, `k|u|.|.`, `de|de`; B cuts it `ev| |evd|e`, `k|u|.|.`, `d|e|d|e`.
pub(crate) const TEXT: &str = "ev evde\nkuş\n\ndede\n";

fn input(text: &'static str) -> Input<'static> {
    let open = move || Ok(Corpus::from_text("text", text, Default::default()));
    Input { name: "text".into(), language: None, embedded: false, lexicon: None, open: Box::new(open), again: true }
}

fn compared(pair: [&[(&str, &str)]; 2], text: &'static str, threads: usize) -> Comparison {
    let subjects = pair.map(|merges| Subject::new("x", tokenizer(merges)).unwrap());
    let options = Options { seed: 1, threads, documents: 2, examples: 3 };
    compare([&subjects[0], &subjects[1]], &[input(text)], &options, &()).unwrap()
}

/// Tokens: 4 + 4 + 2 = 10 and 4 + 4 + 4 = 12. Borders inside: {2, 3, 5} {1, 2, 3} {2} and {2, 3, 6} {1, 2, 3} {1, 2, 3},
/// so 7 and 9, of which 2 + 3 + 1 = 6 are shared: F1 = 12/16. Of four words, `evde` and `dede` are cut differently.
#[test]
fn two_tokenizers_by_hand() {
    let comparison = compared([A, B], TEXT, 1);
    let one = &comparison.corpora[0];
    let sums = Pair {
        documents: 3,
        bytes: 7 + 4 + 4,
        a_tokens: 10,
        b_tokens: 12,
        a_cuts: 7,
        b_cuts: 9,
        shared_cuts: 6,
        same_cuts: 1,
        same_ids: 1,
        words: 4,
        words_differ: 2,
    };
    assert_eq!(one.sums, sums);
    assert_eq!((one.ratio(), one.f1()), (Some(1.2), Some(0.75)));
    assert!(one.ratio_interval.is_some_and(|(low, high)| low <= 1.2 && high >= 1.2));
    // `de` came three times, `evd` once; the other lacks them.
    assert_eq!(one.running, [(10, 7), (12, 11)]);
    assert_eq!(one.only[0], [OnlyOne { id: 257, bytes: b"de".to_vec(), count: 3 }]);
    assert_eq!(one.only[1], [OnlyOne { id: 257, bytes: b"evd".to_vec(), count: 1 }]);
    let words: Vec<(&str, &[Vec<u32>; 2], u64)> =
        one.words.iter().map(|w| (w.key.word.as_str(), &w.key.cuts, w.count)).collect();
    assert_eq!(words, [("dede", &[vec![2], vec![1, 2, 3]], 1), ("evde", &[vec![2], vec![3]], 1)]);
    assert_eq!(one.words[1].key.pieces(1).collect::<Vec<_>>(), [&b"evd"[..], b"e"]);
    assert_eq!(one.far[1], [Far { document: 3, tokens: [2, 4], bytes: 4, text: "dede".into() }]);
    assert!(one.far[0].is_empty());
    assert!(!comparison.same_ids() && !comparison.identical());
}

/// 256 bytes and two more each, of which `ev` is in both: 257 of 259. Under B's merges the other way round `evd` cannot be.
#[test]
fn vocabularies_by_hand() {
    let comparison = compared([A, B], TEXT, 1);
    let text = &comparison.vocabulary.rows[0];
    assert_eq!((text.entries, text.strings), ([258, 258], [258, 258]));
    assert_eq!(text.overlap, Overlap { both: 257, either: 259 });
    assert_eq!(comparison.vocabulary.moved, 0);
    // `de` before `ev`: both strings have other ids.
    let swapped = compared([A, &[("d", "e"), ("e", "v")]], TEXT, 1);
    assert_eq!(swapped.vocabulary.moved, 2);
    let first = &swapped.vocabulary.moved_examples[0];
    assert_eq!((first.bytes.as_slice(), first.ids), (&b"ev"[..], [256, 257]));
    // The same cuts by other ids.
    let sums = &swapped.corpora[0].sums;
    assert_eq!((sums.same_cuts, sums.same_ids), (3, 1));
}

#[test]
fn special_tokens_are_compared_by_their_text() {
    let with = |tokens: &[(u32, &str)]| {
        let mut made = tokenizer(A);
        made.added.extend(tokens.iter().map(|&(id, content)| toktool::tokenizer::AddedToken {
            id,
            content: content.into(),
            special: true,
            ..Default::default()
        }));
        Subject::new("x", made).unwrap()
    };
    let (a, b) = (with(&[(258, "<s>"), (259, "<pad>")]), with(&[(259, "<s>"), (258, "<mask>")]));
    let vocabulary = Vocabulary::new(&a.judged().unwrap().inventory, &b.judged().unwrap().inventory, 5);
    assert_eq!(vocabulary.special_only, [vec!["<pad>".to_owned()], vec!["<mask>".to_owned()]]);
    assert_eq!(vocabulary.rows.last().unwrap().overlap, Overlap { both: 1, either: 3 });
    assert_eq!((vocabulary.moved, vocabulary.moved_examples[0].ids), (1, [258, 259]));
}

#[test]
fn a_tokenizer_is_identical_to_itself() {
    let same = compared([A, A], TEXT, 2);
    assert!(same.identical() && same.corpora[0].words.is_empty() && same.corpora[0].f1() == Some(1.0));
    assert!(table(&same).contains("identical: the same vocabulary, and the same ids for all 3 documents"));
    assert_eq!(json(&same)["identical"], true);
}

#[test]
fn any_number_of_threads_gives_the_same_report() {
    let text: String = (0..60_000).map(|n| format!("ev evde {n} dede kuşlar {}\n", n * 7)).collect();
    let text: &'static str = Box::leak(text.into_boxed_str());
    let one = compared([A, B], text, 1);
    assert!(one.corpora[0].ratio_interval.is_some_and(|(low, high)| low < high));
    for threads in [2, 5] {
        assert_eq!(json(&one), json(&compared([A, B], text, threads)));
    }
    // The earliest of equally bad documents.
    assert_eq!(one.corpora[0].far[1].iter().map(|far| far.document).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn reports_keep_to_their_columns_and_to_one_line() {
    let text = "日本語のテキスト、中文字符 ev\t\u{202e}evde \u{1b}[31m dede | `de`\n".repeat(3) + &"dede".repeat(200);
    let comparison = compared([A, B], Box::leak(text.into_boxed_str()), 1);
    let table = table(&comparison);
    for line in table.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 100, "{line}");
        assert!(!line.contains(['\u{1b}', '\u{202e}', '\t']), "{line}");
    }
    for words in ["A: x, 258 tokens, lossless", "Jaccard", "words cut differently", "B needs most more tokens than A"] {
        assert!(table.contains(words), "{words} is not in {table}");
    }
    let markdown = markdown(&comparison);
    assert!(markdown.contains("## vocabulary\n") && markdown.contains("| tokens |") && markdown.contains("\\|"));
    assert!(!markdown.contains(['\u{1b}', '\u{202e}']));
}
