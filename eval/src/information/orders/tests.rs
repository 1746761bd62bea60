//! Values by hand, the naive twin, threads, and sources whose entropy is known.

use proptest::prelude::*;

use super::naive::{Naive, plugin};
use super::*;
use crate::information::simulate::Zipf;
use toktool::random::Random;

/// Hashes that fall into the given parts under seed 0, in order.
fn hashes(parts: &[Part]) -> Vec<u64> {
    let mut next = 0u64..;
    parts.iter().map(|&wanted| next.by_ref().find(|&h| part(h, 0) == wanted).expect("a hash")).collect()
}

fn documents<'a>(ids: &'a [Vec<u32>], hashes: &[u64]) -> Vec<Document<'a>> {
    ids.iter().zip(hashes).map(|(ids, &hash)| Document { ids, bytes: 3 * ids.len() as u64, hash }).collect()
}

fn close(value: Option<f64>, expected: f64, tolerance: f64) {
    let value = value.expect("measured");
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected} within {tolerance}");
}

#[test]
fn the_split_is_sixty_twenty_twenty_and_has_a_seed() {
    let share = |seed: u64, wanted: Part| (0..10_000).filter(|&h| part(h, seed) == wanted).count();
    for seed in [0, 1] {
        // Standard deviation below 50.
        assert!(share(seed, Part::Train).abs_diff(6_000) < 200);
        assert!(share(seed, Part::Validation).abs_diff(2_000) < 200);
        assert!(share(seed, Part::Test).abs_diff(2_000) < 200);
    }
    assert!((0..100).any(|h| part(h, 0) != part(h, 1)));
}

#[test]
fn plugin_by_hand() {
    // Documents 0 1 0 1 and 0 0. Tokens: 0 four times, 1 twice: h1 = log2 6 - (4 * 2 + 2 * 1) / 6.
    // Pairs 01 01 10 00: context 0 three times (1 1 0), context 1 once: h2 = (3 log2 3 - 2 log2 2 + 0) / 4.
    // Pairs followed by a token: 01 once, 10 once; triples 010 and 101: h3 = 0. J2 = 2 - 2 / 4.
    let ids = [vec![0, 1, 0, 1], vec![0, 0]];
    let orders = measure(&documents(&ids, &[1, 2]), &Options { orders: 3, ..Options::new(2) }).expect("valid");
    close(orders.rows[0].plugin, 6f64.log2() - 10.0 / 6.0, 1e-14);
    close(orders.rows[1].plugin, (3.0 * 3f64.log2() - 2.0) / 4.0, 1e-14);
    close(orders.rows[2].plugin, 0.0, 0.0);
    close(orders.rows[1].joint_plugin, 1.5, 1e-14);
    assert_eq!([4, 3], [orders.rows[1].grams, orders.rows[1].distinct]);
    // One of four contexts is new (the 1), and two of four pairs; more than a tenth.
    close(orders.rows[1].unseen_contexts, 0.25, 0.0);
    close(orders.rows[1].unseen_grams, 0.5, 0.0);
    assert!(orders.rows[1].greyed && !orders.rows[0].greyed);
    close(orders.rows[1].redundancy_plugin, 1.0 - (3.0 * 3f64.log2() - 2.0) / 4.0 / (6f64.log2() - 10.0 / 6.0), 1e-14);
    // KT over "four 0, two 1": 1/2 3/4 5/6 7/8 * 1/10 * 3/12 in any order.
    close(orders.adaptive_bits, -(105.0f64 / 384.0 / 40.0).log2(), 1e-12);
    close(orders.adaptive_bits_per_byte, -(105.0f64 / 384.0 / 40.0).log2() / 18.0, 1e-12);
}

#[test]
fn heldout_by_hand() {
    // Training 0 0 1, test 0 1 and 2, V = 4. Too few counts: discounts 1/2, 1, 3/2.
    // Order 1, counts 2, 1: freed 1 + 1/2 of 3, lower 1/4: p(0) = (2 - 1 + 3/8) / 3, p(1) = (1/2 + 3/8) / 3 and
    //  p(2) = 3/8 / 3 = 1/8.
    // Order 2: before 0 stand the start and 0, before 1 stands 0: continuation 2, 1, as the counts: the same lower values.
    //  Context 0 has 00 once, 01 once: freed 1 of 2; p(1 | 0) = (1/2 + 7/24) / 2 = 19/48. First tokens as at order 1.
    let hashes = hashes(&[Part::Train, Part::Test, Part::Test]);
    let ids = [vec![0, 0, 1], vec![0, 1], vec![2]];
    let options = Options { orders: 2, shuffled: false, ..Options::new(4) };
    let orders = measure(&documents(&ids, &hashes), &options).expect("valid");
    let (zero, one, two) = (11.0f64 / 24.0, 7.0f64 / 24.0, 0.125f64);
    let expected = [[-(zero * one).log2(), -two.log2()], [-(zero * 19.0 / 48.0).log2(), -two.log2()]];
    for (found, expected) in orders.test_bits.iter().flatten().zip(expected.iter().flatten()) {
        close(Some(*found), *expected, 1e-12);
    }
    close(orders.rows[1].heldout, (expected[1][0] + 3.0) / 3.0, 1e-12);
    // Nine bytes of test text.
    close(orders.rows[1].bits_per_byte, (expected[1][0] + 3.0) / 9.0, 1e-12);
    close(orders.rows[1].redundancy_heldout, 1.0 - (expected[1][0] + 3.0) / (expected[0][0] + 3.0), 1e-12);
    // The only test token with a full context has a known one.
    close(orders.rows[1].test_contexts_seen, 1.0, 0.0);
    assert_eq!(orders.code_lengths(2), vec![(orders.test_bits[1][0], 6), (orders.test_bits[1][1], 3)]);
    assert_eq!(orders.test[1], TestDocument { document: 2, tokens: 1, bytes: 3 });
    // No validation document: nothing to choose the order on.
    assert_eq!((orders.best_order, orders.rows[0].validation), (None, None));
    assert!(orders.code_lengths(0).is_empty() && orders.code_lengths(3).is_empty());
}

#[test]
fn what_cannot_be_measured_is_none() {
    let nothing = measure(&[], &Options::new(10)).expect("valid");
    assert!(nothing.rows.iter().all(|row| row.plugin.is_none() && row.heldout.is_none() && row.structure.is_none()));
    assert_eq!((nothing.best_order, nothing.adaptive_bits, nothing.equal.clone()), (None, None, None));
    // Training text alone, one token: no order above 1, no held-out value.
    let ids = [vec![5]];
    let alone = measure(&documents(&ids, &hashes(&[Part::Train])), &Options::new(10)).expect("valid");
    assert_eq!((alone.rows[0].plugin, alone.rows[1].plugin, alone.rows[0].heldout), (Some(0.0), None, None));
    assert!(alone.test_bits.is_empty());
}

#[test]
fn wrong_requests_are_errors() {
    let ids = [vec![0, 7]];
    let given = documents(&ids, &[0]);
    let says = |options: Options| measure(&given, &options).expect_err("refused").to_string();
    assert!(says(Options::new(7)).contains("document 0 holds id 7"));
    assert!(says(Options { orders: 0, ..Options::new(8) }).contains("`orders`"));
    assert!(says(Options { orders: 17, ..Options::new(8) }).contains("17"));
    assert!(says(Options::new(u32::MAX as usize)).contains("too many"));
}

#[test]
fn equal_tokens_are_the_first_of_the_documents() {
    let ids = [vec![0, 1, 2], vec![], vec![1, 1, 1, 1], vec![2, 2]];
    let options = |n| Options { equal_tokens: Some(n), ..Options::new(3) };
    let whole = documents(&ids, &[1, 2, 3, 4]);
    let equal = measure(&whole, &options(5)).expect("valid").equal.expect("nine tokens");
    let cut = [vec![0, 1, 2], vec![], vec![1, 1]];
    let direct = measure(&documents(&cut, &[1, 2, 3]), &Options { shuffled: false, ..Options::new(3) }).expect("valid");
    let plugin = |rows: &[OrderRow]| rows.iter().map(|r| (r.plugin, r.heldout)).collect::<Vec<_>>();
    assert_eq!((equal.tokens, plugin(&equal.rows)), (5, plugin(&direct.rows)));
    assert!(equal.rows.iter().all(|row| row.bits_per_byte.is_none()));
    assert_eq!(measure(&whole, &options(10)).expect("valid").equal, None);
    assert_eq!(measure(&whole, &options(0)).expect("valid").equal, None);
}

/// `n` tokens in documents of 1,000, with hashes that put 60, 20 and 20 % of them into the parts.
fn cut(ids: &[u32]) -> (Vec<Vec<u32>>, Vec<u64>) {
    let ids: Vec<Vec<u32>> = ids.chunks(1_000).map(<[u32]>::to_vec).collect();
    let pattern = [Part::Train, Part::Train, Part::Validation, Part::Train, Part::Test];
    let parts: Vec<Part> = (0..ids.len()).map(|i| pattern[i % 5]).collect();
    let hashes = hashes(&parts);
    (ids, hashes)
}

#[test]
fn a_source_without_memory() {
    // 9.938 bits at every order. Plug-in values of the study at 10^4 and 10^5 tokens: within 0.15 (one run spreads by
    // 0.03 and 0.01 at order 1; ours has no k-grams across documents, one in a thousand).
    let study = [(10_000, [9.20, 3.56, 0.49, 0.03, 0.00]), (100_000, [9.83, 5.51, 1.16, 0.11, 0.00])];
    for (n, expected) in study {
        let (ids, hashes) = cut(&Zipf::new(16_000, 2).draws(n));
        let orders = measure(&documents(&ids, &hashes), &Options::new(16_000)).expect("valid");
        for (row, expected) in orders.rows.iter().zip(expected) {
            close(row.plugin, expected, 0.15);
            // Shuffling changes nothing in such a source.
            close(row.structure, 0.0, 0.1);
        }
        assert!(orders.rows[2].greyed && orders.rows[1].plugin_greyed);
        assert_eq!(orders.best_order, Some(1));
    }
    // Held-out, 10^5 training and 33,000 test tokens. The study's model has one discount where this one has three: within
    // 0.12 of its figures, and above the truth at every order.
    let (ids, hashes) = cut(&Zipf::new(16_000, 2).draws(167_000));
    let orders =
        measure(&documents(&ids, &hashes), &Options { shuffled: false, ..Options::new(16_000) }).expect("valid");
    for (row, expected) in orders.rows.iter().zip([10.03, 10.24, 10.27, 10.27, 10.27]) {
        close(row.heldout, expected, 0.12);
        assert!(row.heldout > Some(9.938));
    }
}

#[test]
fn a_source_of_order_one_is_recognised() {
    // Half of the steps go to a fixed successor, a random permutation of the types; the others draw anew.
    let mut successor: Vec<u32> = (0..16_000).collect();
    Random::new(3).shuffle(&mut successor);
    let mut zipf = Zipf::new(16_000, 4);
    let mut last = 0;
    let ids: Vec<u32> = (0..167_000)
        .map(|_| {
            last = if zipf.unit() < 0.5 { successor[last as usize] } else { zipf.draw() };
            last
        })
        .collect();
    let (ids, hashes) = cut(&ids);
    let orders = measure(&documents(&ids, &hashes), &Options { orders: 4, ..Options::new(16_000) }).expect("valid");
    assert_eq!(orders.best_order, Some(2));
    let heldout: Vec<f64> = orders.rows.iter().map(|row| row.heldout.expect("scored")).collect();
    // The study has 7.14 with another successor function.
    assert!((heldout[1] - 7.14).abs() < 0.3 && heldout[2] > heldout[1] && heldout[3] > heldout[2]);
    // Plug-in keeps falling, far below what the source has.
    let plugin: Vec<f64> = orders.rows.iter().map(|row| row.plugin.expect("tokens")).collect();
    assert!(plugin.windows(2).all(|pair| pair[1] < pair[0]) && plugin[3] < 1.0);
    assert!(orders.rows[1].structure > Some(0.5));
}

proptest! {
    #[test]
    fn the_fast_path_is_the_textbook(
        ids in prop::collection::vec(prop::collection::vec(0u32..5, 0..12), 1..14),
        seed in 0u64..4,
        orders in 1usize..5,
    ) {
        let hashes: Vec<u64> = (0..ids.len() as u64).collect();
        let documents = documents(&ids, &hashes);
        let options = Options { seed, orders, shuffled: false, ..Options::new(6) };
        let found = measure(&documents, &options).unwrap();
        let naive = Naive::new(&documents, &options);
        let tested: Vec<&Document> = documents.iter().filter(|d| part(d.hash, seed) == Part::Test).collect();
        prop_assert_eq!(tested.len(), found.test.len());
        for (row, bits) in found.rows.iter().zip(&found.test_bits) {
            for (document, &bits) in tested.iter().zip(bits) {
                let expected = naive.bits(document.ids, row.order);
                prop_assert!((bits - expected).abs() < 1e-9 * (1.0 + expected), "{} {}", bits, expected);
            }
        }
        for row in &found.rows {
            let expected = plugin(&documents, row.order);
            prop_assert_eq!(row.plugin.is_some(), expected.is_some());
            if let Some((plugin, unseen_contexts, unseen_grams)) = expected {
                close(row.plugin, plugin, 1e-10);
                close(row.unseen_contexts, unseen_contexts, 0.0);
                close(row.unseen_grams, unseen_grams, 0.0);
            }
        }
        // Probabilities of all continuations of any context sum to one.
        if documents.iter().any(|d| part(d.hash, seed) == Part::Train && !d.ids.is_empty()) {
            for context in [&[][..], &[0], &[1, 2]].into_iter().filter(|context| context.len() < orders) {
                let gram = |token| [context, &[token]].concat();
                let sum: f64 = (0..6).map(|token| naive.probability(&gram(token), true)).sum();
                prop_assert!((sum - 1.0).abs() < 1e-9);
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn threads_change_nothing(seed in 0u64..1000) {
        let (ids, hashes) = cut(&Zipf::new(50, seed).draws(20_000));
        let documents = documents(&ids, &hashes);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| measure(&documents, &Options::new(50)).unwrap())
        };
        prop_assert_eq!(run(1), run(4));
    }
}
