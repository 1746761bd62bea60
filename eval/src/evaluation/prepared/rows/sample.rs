//! Rows over the document sample: entropies of higher order, compressors, disturbances, the clock.

use super::*;
use crate::information::compress::{Compressor, Row, Serialisation};
use crate::information::orders::OrderRow;
use std::time::Duration;

/// Every field of an order has its own tenth: k.1 the plug-in value, k.2 the structure, and so on.
fn order(k: usize) -> OrderRow {
    let at = |tenth: u32| Some(k as f64 + f64::from(tenth) / 10.0);
    OrderRow {
        order: k,
        grams: 100,
        distinct: 50,
        joint_plugin: at(3),
        plugin: at(1),
        shuffled_plugin: at(4),
        structure: at(2),
        heldout: at(5),
        validation: at(6),
        bits_per_byte: at(7),
        redundancy_plugin: at(8),
        redundancy_heldout: Some(k as f64 / 10.0),
        unseen_contexts: Some(k as f64 / 100.0),
        unseen_grams: at(9),
        test_contexts_seen: None,
        greyed: false,
        plugin_greyed: false,
        discounts: None,
    }
}

/// Two unseen documents of 10 and 30 tokens, 40 and 60 bytes, cost 10 · k and 30 · k bits at order k: 40 · k/40 = k bits a
/// token, 40 · k/100 = 0.4 · k a byte. The best order is 3.
#[test]
fn of_entropies() {
    let test = |tokens, bytes| TestDocument { document: 0, tokens, bytes };
    let orders = Orders {
        parts: Default::default(),
        rows: (1..=5).map(order).collect(),
        best_order: Some(3),
        test: vec![test(10, 40), test(30, 60)],
        test_bits: (1..=5).map(|k| vec![10.0 * f64::from(k), 30.0 * f64::from(k)]).collect(),
        adaptive_bits: Some(7.7),
        adaptive_bits_per_byte: Some(0.77),
        equal: None,
    };
    let prepared = Prepared { orders: Some(orders), ..Prepared::default() };
    let rows = [
        ("entropy_h1_plugin_sample", 1.1),
        ("entropy_h2_plugin", 2.1),
        ("entropy_h3_plugin", 3.1),
        ("entropy_h4_plugin", 4.1),
        ("entropy_h5_plugin", 5.1),
        ("structure_h1", 1.2),
        ("structure_h2", 2.2),
        ("structure_h3", 3.2),
        ("structure_h4", 4.2),
        ("structure_h5", 5.2),
        ("unseen_contexts_h1", 0.01),
        ("unseen_contexts_h2", 0.02),
        ("unseen_contexts_h3", 0.03),
        ("unseen_contexts_h4", 0.04),
        ("unseen_contexts_h5", 0.05),
        ("entropy_h1_heldout", 1.0),
        ("entropy_h2_heldout", 2.0),
        ("entropy_h3_heldout", 3.0),
        ("entropy_h4_heldout", 4.0),
        ("entropy_h5_heldout", 5.0),
        ("bits_per_byte_h1", 0.4),
        ("bits_per_byte_h2", 0.8),
        ("bits_per_byte_h3", 1.2),
        ("bits_per_byte_h4", 1.6),
        ("bits_per_byte_h5", 2.0),
        ("bits_per_byte_best", 1.2),
        ("bits_per_byte_adaptive", 0.77),
        ("redundancy", 0.3),
        ("best_order", 3.0),
    ];
    hold(&prepared, &rows);
}

/// A compressor's number before the point. After it 9 is the plain text, 1 to 4 the serialisations in their order, of which the
/// third is the smallest in bytes, and 5 more of a hundredth its dictionary; 6 the range coder.
fn sizes() -> Sizes {
    let mut rows = Vec::new();
    for (n, compressor) in (1..).zip(Compressor::ALL) {
        let mut add = |serialisation: Option<Serialisation>, tenth: f64, bytes| {
            let bits = f64::from(n) + tenth / 10.0;
            let with = serialisation.map(|_| bits + 0.05);
            rows.push(Row {
                compressor,
                serialisation,
                bytes,
                dictionary_bytes: None,
                bits_per_byte: Some(bits),
                bits_per_byte_with_dictionary: with,
            });
        };
        add(None, 9.0, 1);
        match compressor {
            Compressor::RangeOrder0 | Compressor::RangeOrder1 => add(Some(Serialisation::Range), 6.0, 20),
            _ => {
                add(Some(Serialisation::Fixed), 1.0, 30);
                add(Some(Serialisation::Leb128), 2.0, 20);
                add(Some(Serialisation::Leb128Rank), 3.0, 10);
                add(Some(Serialisation::BytePlanes), 4.0, 40);
            }
        }
    }
    Sizes { text_bytes: 1000, rows }
}

#[test]
fn of_compressors() {
    let prepared = Prepared { sizes: Some(sizes()), ..Prepared::default() };
    let rows = [
        ("compressed_deflate_bits_per_byte", 1.3),
        ("compressed_deflate_dictionary_bits_per_byte", 1.35),
        ("raw_deflate_bits_per_byte", 1.9),
        ("compressed_deflate_fixed_bits_per_byte", 1.1),
        ("compressed_deflate_leb128_bits_per_byte", 1.2),
        ("compressed_deflate_leb128_rank_bits_per_byte", 1.3),
        ("compressed_deflate_byte_planes_bits_per_byte", 1.4),
        ("compressed_zstd_bits_per_byte", 2.3),
        ("compressed_zstd_dictionary_bits_per_byte", 2.35),
        ("raw_zstd_bits_per_byte", 2.9),
        ("compressed_zstd_fixed_bits_per_byte", 2.1),
        ("compressed_zstd_leb128_bits_per_byte", 2.2),
        ("compressed_zstd_leb128_rank_bits_per_byte", 2.3),
        ("compressed_zstd_byte_planes_bits_per_byte", 2.4),
        ("compressed_xz_bits_per_byte", 3.3),
        ("compressed_xz_dictionary_bits_per_byte", 3.35),
        ("raw_xz_bits_per_byte", 3.9),
        ("compressed_xz_fixed_bits_per_byte", 3.1),
        ("compressed_xz_leb128_bits_per_byte", 3.2),
        ("compressed_xz_leb128_rank_bits_per_byte", 3.3),
        ("compressed_xz_byte_planes_bits_per_byte", 3.4),
        ("compressed_ppmd_bits_per_byte", 4.3),
        ("compressed_ppmd_dictionary_bits_per_byte", 4.35),
        ("raw_ppmd_bits_per_byte", 4.9),
        ("compressed_ppmd_fixed_bits_per_byte", 4.1),
        ("compressed_ppmd_leb128_bits_per_byte", 4.2),
        ("compressed_ppmd_leb128_rank_bits_per_byte", 4.3),
        ("compressed_ppmd_byte_planes_bits_per_byte", 4.4),
        ("compressed_range_order0_bits_per_byte", 5.6),
        ("compressed_range_order1_bits_per_byte", 6.6),
        ("raw_range_order1_bits_per_byte", 6.9),
    ];
    hold(&prepared, &rows);
}

/// Disturbance n turns 100 tokens into 110 + 10 · n, and keeps 10 + 5 · n of 60 borders before and 40 after: 2 · (10 + 5 · n)/100.
#[test]
fn of_disturbances() {
    let sums = |n: u64| robustness::Sums {
        documents: 1,
        before: 100,
        after: 110 + 10 * n,
        borders_before: 60,
        borders_after: 40,
        borders_both: 10 + 5 * n,
    };
    let robust = (0..6).map(|n| Robust { total: sums(n), drawn: Vec::new() }).collect();
    let rows = [
        ("robustness_typos_tokens", 1.1),
        ("robustness_typos_boundaries", 0.2),
        ("robustness_case_tokens", 1.2),
        ("robustness_case_boundaries", 0.3),
        ("robustness_diacritics_tokens", 1.3),
        ("robustness_diacritics_boundaries", 0.4),
        ("robustness_nfd_tokens", 1.4),
        ("robustness_nfd_boundaries", 0.5),
        ("robustness_zwj_tokens", 1.5),
        ("robustness_zwj_boundaries", 0.6),
        ("robustness_spaces_tokens", 1.6),
        ("robustness_spaces_boundaries", 0.7),
    ];
    hold(&Prepared { robust, ..Prepared::default() }, &rows);
}

/// 4 MB in 2 s and in half a second; documents of 1, 2 .. 100 microseconds: the 50th and the 99th.
#[test]
fn of_the_clock() {
    let speed = Speed {
        bytes: 4_000_000,
        cold: Duration::from_secs(2),
        warm: Duration::from_millis(500),
        documents: (1..=100).map(Duration::from_micros).collect(),
        load: Duration::from_millis(250),
        memory: Some(4096),
    };
    let rows = [
        ("speed_cold_mb_per_s", 2.0),
        ("speed_warm_mb_per_s", 8.0),
        ("latency_p50_us", 50.0),
        ("latency_p99_us", 99.0),
        ("load_seconds", 0.25),
        ("encoder_memory_bytes", 4096.0),
    ];
    hold(&Prepared { speed: Some(speed), ..Prepared::default() }, &rows);
}
