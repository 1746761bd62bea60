//! Inverses of every serialisation and compressor, and rows on a small text.

use std::io::Read;

use proptest::prelude::*;

use super::coder::{PPMD_MEMORY, PPMD_ORDER};
use super::*;
use toktool::random::Random;

/// The inverse of LEB128, of any number of values.
fn from_leb128(bytes: &[u8]) -> Vec<u64> {
    let last = |byte: &u8| byte & 0x80 == 0;
    let value = |value: &[u8]| value.iter().rev().fold(0, |v, &b| v << 7 | u64::from(b & 0x7f));
    bytes.split_inclusive(last).map(value).collect()
}

fn from_fixed(bytes: &[u8], vocabulary: usize) -> Vec<u32> {
    let width = if vocabulary <= 65_536 { 2 } else { 4 };
    bytes.chunks(width).map(|id| id.iter().rev().fold(0, |v, &b| v << 8 | u32::from(b))).collect()
}

fn from_planes(bytes: &[u8], vocabulary: usize) -> Vec<u32> {
    let width = if vocabulary <= 65_536 { 2 } else { 4 };
    let n = bytes.len() / width;
    (0..n).map(|i| (0..width).fold(0, |v, plane| v << 8 | u32::from(bytes[plane * n + i]))).collect()
}

fn from_dictionary(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut tokens = Vec::new();
    while !bytes.is_empty() {
        let prefix = bytes.iter().position(|&b| b < 0x80).unwrap() + 1;
        let end = prefix + from_leb128(&bytes[..prefix])[0] as usize;
        tokens.push(bytes[prefix..end].to_vec());
        bytes = &bytes[end..];
    }
    tokens
}

#[test]
fn serialisations_by_hand() {
    // 300 = 0x012c = 2 * 128 + 44.
    let ids = [300, 5, 300];
    assert_eq!(serialise::fixed(&ids, 65_536), [0x2c, 1, 5, 0, 0x2c, 1]);
    assert_eq!(serialise::fixed(&[300], 65_537), [0x2c, 1, 0, 0]);
    assert_eq!(serialise::leb128(&ids), [0x80 | 44, 2, 5, 0x80 | 44, 2]);
    assert_eq!(serialise::byte_planes(&ids, 301), [1, 0, 1, 0x2c, 5, 0x2c]);
    // 300 twice, 5 once, then what is not used.
    let order = by_rank(&ids, 301);
    assert_eq!(order[..4], [300, 5, 0, 1]);
    assert_eq!(serialise::ranks(&ids, &order), [0, 1, 0]);
    assert_eq!(dictionary([&b"ab"[..], b"", b"c"].into_iter()), b"\x02ab\x00\x01c");
}

/// Words of a small vocabulary in random order, with spaces.
fn sample(words: usize) -> (Vec<u32>, Vec<String>, String) {
    let vocabulary: Vec<String> = (0..200u32).map(|i| format!("{}{} ", "ab".repeat((i % 4) as usize), i * i)).collect();
    let mut random = Random::new(9);
    let ids: Vec<u32> = (0..words).map(|_| (random.below(200) * random.below(200) / 200) as u32).collect();
    let text = ids.iter().map(|&id| vocabulary[id as usize].as_str()).collect();
    (ids, vocabulary, text)
}

#[test]
fn every_compressor_gives_its_input_back() {
    let (_, _, text) = sample(20_000);
    for data in [text.as_bytes(), b"x", b""] {
        let mut back = Vec::new();
        let compressed = coder::deflate(data).unwrap();
        flate2::read::DeflateDecoder::new(&compressed[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, data);
        assert_eq!(zstd::bulk::decompress(&coder::zstd(data).unwrap(), data.len()).unwrap(), data);
        let (mut back, compressed) = (Vec::new(), coder::xz(data).unwrap());
        liblzma::read::XzDecoder::new(&compressed[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, data);
        let (mut back, compressed) = (vec![0; data.len()], coder::ppmd(data).unwrap());
        let mut decoder = ppmd_rust::Ppmd7Decoder::new(&compressed[..], PPMD_ORDER, PPMD_MEMORY).unwrap();
        decoder.read_exact(&mut back).unwrap();
        assert_eq!(back, data);
    }
}

#[test]
fn a_smaller_xz_dictionary_changes_no_size() {
    let (_, _, text) = sample(60_000);
    let mut whole = liblzma::write::XzEncoder::new_stream(
        Vec::new(),
        liblzma::stream::Stream::new_easy_encoder(9, liblzma::stream::Check::None).unwrap(),
    );
    std::io::Write::write_all(&mut whole, text.as_bytes()).unwrap();
    assert_eq!(coder::xz(text.as_bytes()).unwrap().len(), whole.finish().unwrap().len());
}

#[test]
fn a_window_covers_the_input() {
    // The same random bytes at both ends of 9 MiB of nothing, beyond the 8 MiB window of level 19.
    let mut random = Random::new(4);
    let noise: Vec<u8> = (0..1 << 18).map(|_| random.below(256) as u8).collect();
    let nothing = vec![0; 9 << 20];
    let size = |parts: &[&[u8]]| coder::zstd(&parts.concat()).unwrap().len();
    assert!(size(&[&noise, &nothing, &noise]) < size(&[&noise, &nothing]) + 1_000);
    assert!(zstd::bulk::compress(&[&noise[..], &nothing, &noise].concat(), 19).unwrap().len() > 2 * noise.len());
}

#[test]
fn rows_of_a_small_text() {
    let (ids, vocabulary, text) = sample(20_000);
    let plain = Plain::new(text.as_bytes(), &Compressor::ALL).unwrap();
    let sizes = measure(&Input { ids: &ids, vocabulary: &vocabulary, plain: &plain }).unwrap();
    // Four compressors on the text and four serialisations, two on the text and the ids.
    assert_eq!((sizes.rows.len(), sizes.text_bytes), (4 * 5 + 2 * 2, text.len() as u64));
    for row in &sizes.rows {
        let (compressor, total) = (row.compressor, row.bytes + row.dictionary_bytes.unwrap_or(0));
        let expected = match row.serialisation {
            None => compressor.size(text.as_bytes()),
            Some(Serialisation::Fixed) => compressor.size(&serialise::fixed(&ids, 200)),
            Some(Serialisation::Leb128) => compressor.size(&serialise::leb128(&ids)),
            Some(Serialisation::Leb128Rank) => {
                compressor.size(&serialise::leb128(&serialise::ranks(&ids, &by_rank(&ids, 200))))
            }
            Some(Serialisation::BytePlanes) => compressor.size(&serialise::byte_planes(&ids, 200)),
            Some(Serialisation::Range) => compressor.size_of_ids(&ids, 200),
        };
        assert_eq!(row.bytes, expected.unwrap());
        assert_eq!(row.bits_per_byte, Some(8.0 * row.bytes as f64 / text.len() as f64));
        assert_eq!(row.bits_per_byte_with_dictionary, Some(8.0 * total as f64 / text.len() as f64));
        assert_eq!(row.dictionary_bytes.is_some(), row.serialisation.is_some());
    }
    let by_id = dictionary(vocabulary.iter().map(String::as_bytes));
    let dictionary = |s| sizes.row(Compressor::Xz, Some(s)).unwrap().dictionary_bytes;
    assert_eq!(dictionary(Serialisation::Fixed), Some(Compressor::Xz.size(&by_id).unwrap()));
    assert_ne!(dictionary(Serialisation::Leb128Rank), dictionary(Serialisation::Leb128));
    // Words are drawn independently: only the coder of ids comes near their entropy.
    let best = |compressor| sizes.best(compressor).unwrap().bytes;
    assert!(best(Compressor::RangeOrder0) < best(Compressor::Zstd));
    assert!(sizes.row(Compressor::RangeOrder0, None).unwrap().bytes > 2 * best(Compressor::RangeOrder0));
}

#[test]
fn sizes_are_the_same_everywhere() {
    // A change here means that a compressor's version or backend has changed, and with it every published row.
    let (_, _, text) = sample(20_000);
    let sizes = Compressor::ALL.map(|compressor| compressor.size(text.as_bytes()).unwrap());
    assert_eq!(sizes, [33_475, 28_863, 29_028, 20_756, 60_755, 35_727]);
}

#[test]
fn nothing_and_wrong_ids() {
    let plain = Plain::new(b"", &Compressor::ALL).unwrap();
    let nothing = measure(&Input { ids: &[], vocabulary: &[] as &[&str], plain: &plain }).unwrap();
    assert!(nothing.rows.iter().all(|row| row.bits_per_byte.is_none()));
    let plain = Plain::new(b"a", &[Compressor::Zstd]).unwrap();
    assert!(
        measure(&Input { ids: &[1], vocabulary: &["a"], plain: &plain })
            .expect_err("refused")
            .to_string()
            .contains("id 1")
    );
}

proptest! {
    #[test]
    fn every_serialisation_has_an_inverse(ids in prop::collection::vec(0u32..70_000, 0..200), large: bool) {
        let vocabulary = if large { 70_000 } else { 65_536 };
        let ids: Vec<u32> = ids.into_iter().map(|id| id % vocabulary as u32).collect();
        prop_assert_eq!(&from_fixed(&serialise::fixed(&ids, vocabulary), vocabulary), &ids);
        prop_assert_eq!(&from_planes(&serialise::byte_planes(&ids, vocabulary), vocabulary), &ids);
        let wide = |ids: &[u32]| ids.iter().map(|&id| u64::from(id)).collect::<Vec<_>>();
        prop_assert_eq!(from_leb128(&serialise::leb128(&ids)), wide(&ids));
        let order = by_rank(&ids, vocabulary);
        let ranks = from_leb128(&serialise::leb128(&serialise::ranks(&ids, &order)));
        prop_assert_eq!(ranks.iter().map(|&rank| order[rank as usize]).collect::<Vec<_>>(), ids);
    }

    #[test]
    fn a_dictionary_has_an_inverse(tokens in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20)) {
        prop_assert_eq!(from_dictionary(&dictionary(tokens.iter().map(Vec::as_slice))), tokens);
    }
}
