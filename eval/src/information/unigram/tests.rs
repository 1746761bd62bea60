//! Values by hand, the published checks, and sources whose entropy is known.

use proptest::prelude::*;

use super::*;
use crate::information::numeric::LN_2;
use crate::information::simulate::{Zipf, counts};

fn close(value: Option<f64>, expected: f64, tolerance: f64) {
    let value = value.expect("measured");
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected} within {tolerance}");
}

/// "pick @@ed pick @@l @@ed pick @@les": pick 3, @@ed 2, @@l 1, @@les 1.
fn scorer() -> Spectrum {
    Spectrum::new([3, 2, 1, 1])
}

#[test]
fn a_spectrum_counts_types_by_count() {
    let spectrum = Spectrum::new([5, 0, 1, 5, 1, 1, 9_000, 0]);
    assert_eq!(spectrum.counts(), [(1, 3), (5, 2), (9_000, 1)]);
    // 3 * 1 + 2 * 5 + 9000 tokens; 3 + 2 + 1 types.
    assert_eq!((spectrum.tokens(), spectrum.types()), (9_013, 6));
    assert_eq!((spectrum.types_with(5), spectrum.types_with(2)), (2, 0));
    assert_eq!(Spectrum::of_ids([0, 2, 2, 7], 3).counts(), [(1, 1), (2, 1)]);
}

#[test]
fn the_check_values_of_tokenization_scorer() {
    let spectrum = scorer();
    close(spectrum.renyi_efficiency(2.5, spectrum.types()), 0.82651, 5e-6);
    close(spectrum.renyi(2.5), 1.65301, 5e-6);
    close(spectrum.capacity_utilization(spectrum.types()), 0.92119, 5e-6);
    close(spectrum.entropy_plugin(), 1.84237, 5e-6);
    close(spectrum.percentile_frequency(0.03, 0.83), 0.85714, 5e-6);
    // The scorer prints -14 and -7: 7 tokens at log2 4 bits, and 7 tokens.
    close(spectrum.fixed_bits(), 14.0, 1e-12);
    assert_eq!(spectrum.tokens(), 7);
}

#[test]
fn entropies_by_hand() {
    // n = 4: counts 2, 1, 1. Plug-in: 2 - (2 log2 2) / 4 = 1.5.
    let spectrum = Spectrum::new([2, 1, 1]);
    close(spectrum.entropy_plugin(), 1.5, 1e-15);
    // Miller-Madow: + (3 - 1) / (2 * 4 * ln 2).
    close(spectrum.entropy_miller_madow(), 1.5 + 0.25 / LN_2, 1e-15);
    // Grassberger: G(1) = -gamma - ln 2, G(2) = G(1) + 2; (ln 4 - (2 G(1) + 2 G(2)) / 4) / ln 2
    //  = (ln 4 - G(1) - 1) / ln 2 = (3 ln 2 + gamma - 1) / ln 2.
    close(spectrum.entropy_grassberger(), (3.0 * LN_2 + 0.577_215_664_901_532_9 - 1.0) / LN_2, 1e-13);
    // Chao-Shen: C = 1 - 2/4 = 1/2; p' = 1/4, 1/8, 1/8. 1 - (3/4)^4 = 175/256; 1 - (7/8)^4 = 1695/4096.
    //  (1/4 * 2) / (175/256) + 2 * (1/8 * 3) / (1695/4096) = 128/175 + 3072/1695.
    close(spectrum.entropy_chao_shen(), 128.0 / 175.0 + 3072.0 / 1695.0, 1e-13);
    // All singletons: C = 1 - 1/2 = 1/2, p' = 1/4 twice, 1 - (3/4)^2 = 7/16: 2 * (1/4 * 2) / (7/16) = 16/7.
    close(Spectrum::new([1, 1]).entropy_chao_shen(), 16.0 / 7.0, 1e-13);
    // f1 / n = 2 / 4.
    close(spectrum.unseen_mass(), 0.5, 0.0);
}

#[test]
fn grassbergers_numbers_follow_their_recurrence() {
    // G(1) = -gamma - ln 2, G(2m + 1) = G(2m), G(2m + 2) = G(2m) + 2 / (2m + 1).
    let mut expected = -0.577_215_664_901_532_9 - LN_2;
    for m in 0..500u64 {
        if m > 0 {
            assert!((grassberger(2 * m) - grassberger(2 * m + 1)).abs() < 1e-12);
        }
        expected += 2.0 / (2 * m + 1) as f64;
        assert!((grassberger(2 * m + 2) - expected).abs() < 1e-12);
    }
}

#[test]
fn renyi_entropies_by_hand() {
    // p = 1/2, 1/4, 1/4: order 0 log2 3; order 2 -log2(3/8); order 3 -log2(1/8 + 2/64) / 2; infinity 1.
    let spectrum = Spectrum::new([2, 1, 1]);
    close(spectrum.renyi(0.0), 3f64.log2(), 1e-14);
    close(spectrum.renyi(1.0), 1.5, 1e-14);
    close(spectrum.renyi(2.0), -(3f64 / 8.0).log2(), 1e-14);
    close(spectrum.renyi(3.0), -(5f64 / 32.0).log2() / 2.0, 1e-14);
    close(spectrum.renyi(f64::INFINITY), 1.0, 1e-14);
    close(spectrum.renyi(1e6), 1.0, 1e-5);
    assert_eq!(spectrum.renyi(-1.0), None);
    assert_eq!(spectrum.renyi(f64::NAN), None);
    // Pairs: 2 * 1 of 4 * 3 ordered pairs agree, 1/6; nothing repeats in the second.
    close(spectrum.collision_unbiased(), 6f64.log2(), 1e-14);
    assert_eq!(Spectrum::new([1, 1]).collision_unbiased(), None);
}

#[test]
fn capacity_by_hand() {
    // H1 = 1.5 over 8 declared types: 1.5 / 3; slack 3 - 1.5; 2^1.5; 1 / (1/4 + 2/16) = 8/3.
    let spectrum = Spectrum::new([2, 1, 1]);
    close(spectrum.capacity_utilization(8), 0.5, 1e-14);
    close(spectrum.slack(8), 1.5, 1e-14);
    close(spectrum.effective_vocabulary(), 8f64.sqrt(), 1e-14);
    close(spectrum.effective_vocabulary_collision(), 8.0 / 3.0, 1e-14);
    // 4 tokens at ceil(log2 9) = 4 bits; at 8 types 3 bits; at 1 type none.
    close(spectrum.fixed_width_bits(9), 16.0, 0.0);
    close(spectrum.fixed_width_bits(8), 12.0, 0.0);
    close(spectrum.fixed_width_bits(1), 0.0, 0.0);
    close(spectrum.type_token_ratio(), 0.75, 0.0);
    assert_eq!(spectrum.capacity_utilization(1), None);
}

#[test]
fn adaptive_code_by_hand() {
    // "a a b" over two types, alpha 1/2: 1/2 * (3/2)/2 * (1/2)/3 = 1/2 * 3/4 * 1/6 = 1/16, so 4 bits.
    close(Spectrum::new([2, 1]).adaptive_bits(2, 0.5), 4.0, 1e-12);
    // One declared type costs nothing; fewer declared than seen is no code.
    close(Spectrum::new([9]).adaptive_bits(1, 0.5), 0.0, 1e-12);
    assert_eq!(Spectrum::new([2, 1]).adaptive_bits(1, 0.5), None);
    assert_eq!(Spectrum::new([2, 1]).adaptive_bits(2, 0.0), None);
}

#[test]
fn gini_by_hand() {
    // 0, 1, 1, 2 with n = 4, V = 4: 2 (2 + 3 + 8) = 26; (26 - 5 * 4) / 16 = 0.375.
    let spectrum = Spectrum::new([2, 1, 1]);
    close(spectrum.gini(4), 0.375, 1e-15);
    // Over 1, 1, 2: 2 (1 + 2 + 6) = 18; (18 - 16) / 12 = 1/6.
    close(spectrum.gini(3), 1.0 / 6.0, 1e-15);
    close(Spectrum::new([5, 5]).gini(2), 0.0, 0.0);
    assert_eq!(spectrum.gini(2), None);
}

#[test]
fn percentile_frequency_by_hand() {
    // Falling counts 9, 4, 4, 2, 1 (n = 20): from floor(5 * 0.2) = 1 to floor(5 * 0.8) = 4: (4 + 4 + 2) / 20.
    close(Spectrum::new([4, 9, 2, 4, 1]).percentile_frequency(0.2, 0.8), 0.5, 0.0);
    assert_eq!(scorer().percentile_frequency(0.8, 0.2), None);
    assert_eq!(scorer().percentile_frequency(-0.1, 0.2), None);
}

#[test]
fn zipf_fit_by_hand() {
    // Counts 8, 4 at ranks 1 and 2: slope -1. Fitted p = 2/3, 1/3, as the data: distance 0.
    let fit = Spectrum::new([8, 4]).zipf_fit().expect("two types");
    assert!((fit.exponent - 1.0).abs() < 1e-14 && fit.ks_distance < 1e-14);
    assert_eq!(fit.curvature, None);
    close(fit.r_squared, 1.0, 1e-14);
    // Equal counts: exponent 0, nothing to explain.
    let flat = Spectrum::new([3; 50]).zipf_fit().expect("types");
    assert!(flat.exponent.abs() < 1e-14 && flat.ks_distance < 1e-12);
    assert_eq!(flat.r_squared, None);
    assert_eq!(Spectrum::new([3]).zipf_fit(), None);
    // ln f = 20 - ln r - 0.1 (ln r)^2: the curvature is found up to the rounding of counts.
    let bent = (1..=1000u64).map(|r| {
        let x = (r as f64).ln();
        (20.0 - x - 0.1 * x * x).exp().round() as u64
    });
    close(Spectrum::new(bent).zipf_fit().expect("types").curvature, -0.1, 1e-4);
}

#[test]
fn a_zipf_source_over_16000_types_is_the_reference() {
    let entropy = zipf_entropy(16_000, 1.0).expect("types");
    assert!((entropy - 9.938).abs() < 5e-4);
    close(efficiency(entropy, 16_000), 0.712, 5e-4);
    // Exponent 0 is uniform; one type has no entropy.
    close(zipf_entropy(1024, 0.0), 10.0, 1e-12);
    close(zipf_entropy(1, 1.0), 0.0, 0.0);
    assert_eq!(zipf_entropy(0, 1.0), None);
    // Exact counts of such a source give the exponent back.
    let exact = Spectrum::new((1..=16_000u64).map(|r| 1_000_000_000 / r));
    let fit = exact.zipf_fit().expect("types");
    assert!((fit.exponent - 1.0).abs() < 1e-4 && fit.ks_distance < 1e-4);
}

#[test]
fn estimators_on_a_zipf_source() {
    // True value 9.938. Expected values by one simulation of another kind; here the mean of four seeds. One run spreads by
    // 3.2 bits (the spread of log2 p) over sqrt n: 0.032, 0.010 and 0.003. The tolerance is about three of these.
    let figures = [
        (10_000, [9.205, 9.431, 9.756, 9.642], 0.09),
        (100_000, [9.829, 9.913, 10.084, 9.948], 0.03),
        (1_000_000, [9.924, 9.936, 9.927, 9.936], 0.01),
    ];
    for (n, expected, tolerance) in figures {
        let mut mean = [0.0; 4];
        for seed in 2..6 {
            let spectrum = Spectrum::new(counts(&Zipf::new(16_000, seed).draws(n), 16_000));
            let values = [
                spectrum.entropy_plugin(),
                spectrum.entropy_miller_madow(),
                spectrum.entropy_chao_shen(),
                spectrum.entropy_grassberger(),
            ];
            mean.iter_mut().zip(values).for_each(|(mean, value)| *mean += value.expect("tokens") / 4.0);
        }
        for (value, expected) in mean.into_iter().zip(expected) {
            close(Some(value), expected, tolerance);
        }
    }
}

#[test]
fn nothing_is_measured_on_nothing() {
    let empty = Spectrum::new([0, 0]);
    assert_eq!(empty, Spectrum::default());
    let values = [
        empty.entropy_plugin(),
        empty.entropy_miller_madow(),
        empty.entropy_grassberger(),
        empty.entropy_chao_shen(),
        empty.renyi(2.0),
        empty.collision_unbiased(),
        empty.gini(10),
        empty.percentile_frequency(0.03, 0.83),
        empty.type_token_ratio(),
        empty.adaptive_bits(10, 0.5),
        empty.unseen_mass(),
    ];
    assert_eq!(values, [None; 11]);
    // A single token: no entropy, by any estimator that says so.
    let one = Spectrum::new([1]);
    close(one.entropy_plugin(), 0.0, 0.0);
    close(one.entropy_chao_shen(), 0.0, 0.0);
    close(one.renyi(2.5), 0.0, 0.0);
}

proptest! {
    /// The sorted histogram says what a plain loop over types says.
    #[test]
    fn the_spectrum_agrees_with_loops_over_types(counts in prop::collection::vec(0u64..50, 1..40), extra in 0u64..9) {
        let spectrum = Spectrum::new(counts.iter().copied());
        let used: Vec<f64> = counts.iter().filter(|&&c| c > 0).map(|&c| c as f64).collect();
        prop_assume!(!used.is_empty());
        let n: f64 = used.iter().sum();
        close(spectrum.entropy_plugin(), -used.iter().map(|f| f / n * (f / n).log2()).sum::<f64>(), 1e-10);
        for alpha in [0.5, 0.9, 1.1, 2.0, 2.5, 7.0] {
            let direct = used.iter().map(|f| (f / n).powf(alpha)).sum::<f64>().log2() / (1.0 - alpha);
            close(spectrum.renyi(alpha), direct.max(0.0), 1e-9);
        }
        // Gini as the mean absolute difference.
        let mut all = used.clone();
        all.resize(used.len() + extra as usize, 0.0);
        let m = all.len() as f64;
        let differences: f64 = all.iter().flat_map(|a| all.iter().map(move |b| (a - b).abs())).sum();
        close(spectrum.gini(all.len() as u64), differences / (2.0 * m * n), 1e-10);
        // The adaptive code, token by token.
        let vocabulary = all.len() as u64;
        let (mut bits, mut i) = (0.0, 0.0);
        for f in &used {
            for seen in 0..*f as u64 {
                bits -= ((seen as f64 + 0.5) / (i + 0.5 * vocabulary as f64)).log2();
                i += 1.0;
            }
        }
        close(spectrum.adaptive_bits(vocabulary, 0.5), bits, 1e-8);
        // Percentile frequency by sorting.
        let mut falling = used.clone();
        falling.sort_by(|a, b| b.total_cmp(a));
        let range = (used.len() as f64 * 0.03) as usize..(used.len() as f64 * 0.83) as usize;
        close(spectrum.percentile_frequency(0.03, 0.83), falling[range].iter().sum::<f64>() / n, 1e-12);
    }

    #[test]
    fn renyi_entropy_falls_with_its_order(counts in prop::collection::vec(1u64..1000, 2..40), a in 0.0f64..5.0, b in 0.0f64..5.0) {
        let spectrum = Spectrum::new(counts);
        let (low, high) = (a.min(b), a.max(b));
        prop_assert!(spectrum.renyi(low).unwrap() >= spectrum.renyi(high).unwrap() - 1e-9);
    }
}
