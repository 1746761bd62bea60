//! Decoding, and code lengths that are known.

use constriction::stream::Decode;
use constriction::stream::model::DecoderModel;
use constriction::stream::queue::DefaultRangeDecoder;
use proptest::prelude::*;

use super::*;
use crate::information::simulate::{Zipf, counts};
use crate::information::unigram::Spectrum;

impl DecoderModel<PRECISION> for Model {
    fn quantile_function(&self, quantile: u32) -> (u32, u32, NonZeroU32) {
        // The last id whose interval begins at or before the quantile.
        let (mut low, mut high) = (0, self.vocabulary as u32);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.begin(middle) <= u64::from(quantile) { low = middle } else { high = middle }
        }
        let (begin, size) = self.left_cumulative_and_probability(low).unwrap();
        (low, begin, size)
    }
}

fn decode(bytes: &[u8], vocabulary: usize, contexts: bool) -> Vec<u32> {
    let prefix = bytes.iter().position(|&b| b < 0x80).unwrap() + 1;
    let n = bytes[..prefix].iter().rev().fold(0usize, |n, &b| n << 7 | usize::from(b & 0x7f));
    let words: Vec<u32> = bytes[prefix..].chunks(4).map(|w| u32::from_le_bytes(w.try_into().unwrap())).collect();
    let mut decoder = DefaultRangeDecoder::from_compressed(words).unwrap();
    let mut model = Model::new(vocabulary, contexts);
    let mut ids = Vec::new();
    for _ in 0..n {
        let id = decoder.decode_symbol(&model).unwrap();
        model.add(id);
        ids.push(id);
    }
    ids
}

#[test]
fn intervals_by_hand() {
    // Nothing seen, V = 4: a quarter each.
    let mut model = Model::new(4, true);
    let begins = |model: &Model| (0..=4).map(|id| model.begin(id)).collect::<Vec<_>>();
    assert_eq!(begins(&model), [0, 1, 2, 3, 4].map(|q| q * PARTS / 4));
    // After 1, without a follower of 1: n = 1 in one type: half to the 1, half to all: 1/8, 5/8, 1/8, 1/8.
    model.add(1);
    assert_eq!(begins(&model), [0, 1, 6, 7, 8].map(|e| e * PARTS / 8));
    // After 1 1: the context has one follower of one type: half of all to 1. Of the other half n = 2 in one type:
    // 2/3 to the 1, 1/3 to all. id 0 has 1/2 * 1/3 * 1/4 = 1/24, id 1 has 1 - 3/24.
    model.add(1);
    for (found, expected) in begins(&model).into_iter().zip([0, 1, 22, 23, 24]) {
        assert!(found.abs_diff(expected * PARTS / 24) <= 3);
    }
}

#[test]
fn edges_decode() {
    for (ids, vocabulary) in [(vec![], 0), (vec![], 5), (vec![0; 1000], 1), (vec![69_999], 70_000)] {
        for contexts in [false, true] {
            assert_eq!(decode(&encode(&ids, vocabulary, contexts).unwrap(), vocabulary, contexts), ids);
        }
    }
    assert!(encode(&[5], 5, false).is_err());
    assert!(encode(&[], 1 << 31, false).is_err());
}

#[test]
fn order_zero_costs_what_its_probabilities_say() {
    // The sum of -log2 of Witten-Bell's probabilities, in floating point.
    let ids = Zipf::new(500, 3).draws(20_000);
    let (mut seen, mut types, mut bits) = (vec![0u32; 500], 0.0, 0.0);
    for (n, &id) in ids.iter().enumerate() {
        let n = n as f64;
        let known = if n > 0.0 { n / (n + types) } else { 0.0 };
        let old = if n > 0.0 { f64::from(seen[id as usize]) / n } else { 0.0 };
        bits -= (known * old + (1.0 - known) / 500.0).log2();
        types += f64::from(u32::from(seen[id as usize] == 0));
        seen[id as usize] += 1;
    }
    let coded = 8.0 * encode(&ids, 500, false).unwrap().len() as f64;
    // 0.002 bits an id for rounding, the length and the last words.
    assert!(coded >= bits && coded < bits + 0.003 * 20_000.0 + 100.0, "{coded} {bits}");
    // Learning costs something over the entropy of the counts, little over the adaptive code of Krichevsky and Trofimov.
    let spectrum = Spectrum::new(counts(&ids, 500));
    let floor = spectrum.entropy_plugin().unwrap() * 20_000.0;
    assert!(coded > floor && coded < 1.01 * spectrum.adaptive_bits(500, 0.5).unwrap());
}

#[test]
fn order_one_sees_what_order_zero_does_not() {
    let ids: Vec<u32> = (0..10_000).map(|i| i * i % 97).collect();
    let size = |contexts| encode(&ids, 97, contexts).unwrap().len();
    assert!(2 * size(true) < size(false));
}

proptest! {
    #[test]
    fn ids_come_back(ids in prop::collection::vec(0u32..300, 0..400), room in 0usize..100_000, contexts: bool) {
        let vocabulary = 300 + room;
        prop_assert_eq!(decode(&encode(&ids, vocabulary, contexts).unwrap(), vocabulary, contexts), ids);
    }

    #[test]
    fn every_id_has_a_part_and_all_fill_the_interval(ids in prop::collection::vec(0u32..20, 0..100), contexts: bool) {
        let mut model = Model::new(20, contexts);
        for id in ids {
            prop_assert_eq!((model.begin(0), model.begin(20)), (0, PARTS));
            prop_assert!((0..20).all(|id| model.begin(id) < model.begin(id + 1)));
            model.add(id);
        }
    }
}
