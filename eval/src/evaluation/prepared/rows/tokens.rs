//! Rows over how often each token came out, and over what a lexicon says of the tokens.

use super::*;
use crate::information::unigram::Spectrum;
use crate::lexicality::{Share, Shares, Verdicts};
use toktool::morph::lexical::Folding;

fn seen(view: View) -> Prepared {
    Prepared { view: Some(view), ..Prepared::default() }
}

/// Of 200 running tokens 10 are unknown, 30 fall back, 50 are one letter; of the 160 of text 120 are whole characters, 16 a
/// part and more, 56 known to the first tokenizer. 25 different ones of 125, 9 of them scaffolds.
#[test]
fn of_what_tokens_are() {
    let view = View {
        tokens: 200,
        used: 25,
        declared: Some(125),
        traits: Traits { unknown: true, fallback: true },
        text: 160,
        unknown: 10,
        fallback: 30,
        complete: 120,
        crossing: 16,
        single_letters: 50,
        scaffolds: Some(9),
        shared: Some(56),
        ..View::default()
    };
    let rows = [
        ("vocabulary_used", 25.0),
        ("vocabulary_used_share", 0.2),
        ("scaffold_tokens", 9.0),
        ("vocabulary_overlap_running", 0.35),
        ("single_letter_tokens", 0.25),
        ("unknown_tokens", 0.05),
        ("fallback_tokens", 0.15),
        ("utf8_complete", 0.75),
        ("crossing_tokens", 0.1),
    ];
    hold(&seen(view), &rows);
}

/// 120 tokens of one byte, 79 of two, 1 of four: the 100th has one, the 198th two, the last four.
#[test]
fn of_lengths() {
    let counts: [(Box<[u8]>, u64); 3] =
        [(b"a".as_slice().into(), 120), (b"bc".as_slice().into(), 79), (b"defg".as_slice().into(), 1)];
    let rows = [("token_bytes_p50", 1.0), ("token_bytes_p99", 2.0), ("token_bytes_max", 4.0)];
    hold(&seen(View::by_bytes(&counts, None)), &rows);
}

/// One type 3,999,999 times and one once: the first is in every draw, the other in 10,000 or a million of four million.
#[test]
fn of_rarefaction() {
    let view = View { spectrum: Spectrum::new([3_999_999, 1]), tokens: 4_000_000, used: 2, ..View::default() };
    hold(&seen(view), &[("vocabulary_used_10k", 1.0025), ("vocabulary_used_1m", 1.25)]);
}

/// Counts 4, 2, 1, 1 of a vocabulary of 16: p = 1/2, 1/4, 1/8, 1/8.
///
/// - H1 = 1/2 · 1 + 1/4 · 2 + 2 · 1/8 · 3 = 1.75; Miller and Madow add (4 - 1)/(2 · 8 · ln 2) = 0.2705053.
/// - Grassberger: G(1) = -1.2703628, G(2) = G(1) + 2, G(4) = G(2) + 2/3; ln 8 - (4 · G(4) + 2 · G(2) + 2 · G(1))/8 =
///   2.0794415 - 4.5037639/8 = 1.5164711 nats = 2.1878053 bits.
/// - 1.75/log2 16 and log2 16 - 1.75; 2^1.75 = 3.3635857.
/// - Order 2: -log2(22/64) = 1.5405684 of 4. Order 2.5: sum of p^2.5 = 0.1767767 + 0.03125 + 2 · 0.0055243 = 0.2190753,
///   -log2/1.5 = 1.4603346, of 4 and of 2. Order 3: sum of p^3 = 0.1445313, -log2/2 = 1.3952733 of 2.
/// - Ranks from floor(4 · 0.03) = 0 to floor(4 · 0.83) = 3: (4 + 2 + 1)/8.
/// - Gini: ascending after twelve zeros 1, 1, 2, 4, weights 2i - 17 = 9, 11, 13, 15: (9 + 11 + 26 + 60)/(16 · 8).
#[test]
fn of_frequencies() {
    let spectrum = Spectrum::new([4, 2, 1, 1]);
    let view = View { spectrum, tokens: 8, used: 4, declared: Some(16), ..View::default() };
    let rows = [
        ("entropy_h1_plugin", 1.75),
        ("entropy_h1_miller_madow", 2.020_505_3),
        ("entropy_h1_grassberger", 2.187_805_3),
        ("capacity_utilization", 0.4375),
        ("slack", 2.25),
        ("effective_vocabulary", 3.363_585_7),
        ("renyi_2_vocab", 0.385_142_1),
        ("renyi_2.5_vocab", 0.365_083_6),
        ("renyi_2.5_used", 0.730_167_3),
        ("renyi_3_used", 0.697_636_6),
        ("percentile_frequency", 0.875),
        ("vocabulary_gini", 0.828_125),
    ];
    hold(&seen(view), &rows);
}

/// Counts 8 and 4 at ranks 1 and 2: half at twice the rank is a slope of 1.
#[test]
fn of_ranks() {
    hold(&seen(View { spectrum: Spectrum::new([8, 4]), ..View::default() }), &[("zipf_exponent", 1.0)]);
}

/// Parts of 1,000 in the order of the table, 10 more for each row: 1 % for the first, 12 % for the last. The paper's: 3 and 1
/// of 4.
#[test]
fn of_verdicts() {
    let share = |percent: u64| Share { part: Some(10 * percent), n: 1000 };
    let shares = |at| Shares { distinct: share(at), running: share(at + 1) };
    let verdicts = |at| Verdicts { valid: shares(at), pure: shares(at + 2) };
    let lexicality = Lexicality {
        lexicon: String::new(),
        folding: Folding::NONE,
        tokens: 0,
        distinct_tokens: 0,
        all: verdicts(1),
        letters: verdicts(5),
        long: verdicts(9),
        single: Shares::default(),
        buckets: Default::default(),
    };
    let quarter = |part| Share { part: Some(part), n: 4 };
    let paper = Paper { lexicon: String::new(), strings: 4, valid: quarter(3), pure: quarter(1) };
    let prepared = Prepared { lexicality: Some(lexicality), paper: Some(paper), ..Prepared::default() };
    let rows = [
        ("tr_distinct", 1.0),
        ("tr_running", 2.0),
        ("pure_distinct", 3.0),
        ("pure_running", 4.0),
        ("tr_distinct_letters", 5.0),
        ("tr_running_letters", 6.0),
        ("pure_distinct_letters", 7.0),
        ("pure_running_letters", 8.0),
        ("tr_distinct_long", 9.0),
        ("tr_running_long", 10.0),
        ("pure_distinct_long", 11.0),
        ("pure_running_long", 12.0),
        ("tr_paper", 75.0),
        ("pure_paper", 25.0),
    ];
    hold(&prepared, &rows);
}
