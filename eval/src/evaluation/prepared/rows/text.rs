//! From a text to the figure, for tokenizers that anybody can apply by hand.

use crate::evaluation::{Options, evaluate, tests};
use crate::metric;
use crate::subject::Subject;

const TEXT: &str = "  ev snake_case 12345\nकिताब kuş\n";

/// The figures of a baseline on [`TEXT`].
fn hold(baseline: &str, rows: &[(&str, f64)]) {
    let metrics = rows.iter().map(|(name, _)| metric::find(name).unwrap()).collect();
    let options = Options { metrics, ..tests::options(2) };
    let subjects = vec![Subject::new("a", tests::tokenizer(262)).unwrap()];
    let e = evaluate(subjects, &[tests::input(TEXT)], &[], None, &options, &()).unwrap();
    for (name, wanted) in rows {
        let value = tests::value(&e, baseline, name).unwrap_or(f64::NAN);
        assert!((value - wanted).abs() < 1e-9, "{baseline} {name}: {value}, by hand {wanted}");
    }
}

/// `  ev snake_case 12345` has 2 + 2 + 1 + 10 + 1 + 5 = 21 characters of a byte; `किताब kuş` has 5 of three bytes, a space, `k`,
/// `u`, and `ş` of two: 9 characters, 20 bytes. So 30 tokens over 41 bytes.
///
/// - Words: `ev`, `snake_case`, `12345`, `किताब`, `kuş`: 2 + 10 + 5 + 5 + 3 = 25 tokens in 5, all of more than one.
/// - Lengths: 24 tokens of one byte, 1 of two, 5 of three: the 15th has one, the 30th three.
/// - 21 different characters: the space, `e v s n a k _ c`, five digits, `क ि त ा ब`, `u`, `ş`.
/// - One letter alone: 2 + 9 + 5 + 3 = 19 of 30, vowel signs being letters.
/// - No character of several bytes is split; both aksharas of more than one character, `कि` and `ता`, are.
/// - `12345` has one group border, 12|345, and four cuts: 2 · 1/(1 + 4).
/// - One identifier, split; one document with white space before it, of two tokens.
#[test]
fn of_characters() {
    let rows = [
        ("tokens", 30.0),
        ("bytes_per_token", 41.0 / 30.0),
        ("chars_per_token", 1.0),
        ("fertility", 5.0),
        ("tokens_per_whitespace_word", 6.0),
        ("continued_words", 1.0),
        ("single_token_words", 0.0),
        ("token_bytes_p50", 1.0),
        ("token_bytes_p99", 3.0),
        ("token_bytes_max", 3.0),
        ("vocabulary_used", 21.0),
        ("single_letter_tokens", 19.0 / 30.0),
        ("utf8_complete", 1.0),
        ("crossing_tokens", 0.0),
        ("split_characters", 0.0),
        ("cluster_splits", 1.0),
        ("digit_grouping_f1", 0.4),
        ("split_identifiers", 1.0),
        ("indent_tokens", 2.0),
        ("round_trip", 1.0),
    ];
    hold("baseline:characters", &rows);
}

/// 41 tokens for 30 characters; all six characters of several bytes are split, and 41 - 5 · 3 - 2 = 24 bytes are whole
/// characters. None has more than a part.
#[test]
fn of_bytes() {
    let rows = [
        ("tokens", 41.0),
        ("chars_per_token", 30.0 / 41.0),
        ("utf8_complete", 24.0 / 41.0),
        ("crossing_tokens", 0.0),
        ("split_characters", 1.0),
        ("token_bytes_max", 1.0),
    ];
    hold("baseline:bytes", &rows);
}

/// Every word is one token: none continued, no akshara cut, `12345` not cut where it should be.
#[test]
fn of_words() {
    let rows = [
        ("fertility", 1.0),
        ("continued_words", 0.0),
        ("single_token_words", 1.0),
        ("cluster_splits", 0.0),
        ("digit_grouping_f1", 0.0),
        ("split_identifiers", 0.0),
    ];
    hold("baseline:words", &rows);
}
