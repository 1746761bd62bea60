//! Parquet files as several writers make them, and damaged ones.

use std::fs;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, DictionaryArray, Int64Array, LargeStringArray, ListArray, RecordBatch, StringArray,
    StringViewArray, StructArray,
};
use arrow_schema::{DataType, Field};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::corpus::tests::{drain, gz, input_error, sample, source, zst};
use crate::corpus::{Corpus, Options};
use crate::error::{Place, Result};

fn file(columns: Vec<(&str, ArrayRef)>, compression: Compression, row_group: usize) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)));
    let batch = batch.unwrap();
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(row_group))
        .set_data_page_row_count_limit(7)
        .set_write_batch_size(5)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn corpus(bytes: &[u8], field: &str, lossy: bool, block: usize) -> (Result<Vec<String>>, Corpus) {
    let file = sample("a.parquet", bytes);
    let options = Options { field: field.to_owned(), lossy, ..Options::default() };
    let mut corpus = Corpus::open(&[source(&file.path)], options).unwrap();
    corpus.block = block;
    (drain(&corpus), corpus)
}

fn texts(n: usize) -> Vec<Option<String>> {
    (0..n)
        .map(|n| match n % 5 {
            4 => None,
            3 => Some(String::new()),
            _ => Some(format!("satır {} क्ष", n % 23)),
        })
        .collect()
}

#[test]
fn every_kind_of_string_column_reads_the_same() {
    let rows = texts(103);
    let wanted: Vec<&str> = rows.iter().flatten().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let strings = || rows.iter().map(Option::as_deref);
    let dictionary: DictionaryArray<Int32Type> = strings().collect();
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(strings().collect::<StringArray>()),
        Arc::new(strings().collect::<LargeStringArray>()),
        Arc::new(strings().collect::<StringViewArray>()),
        Arc::new(strings().map(|text| text.map(str::as_bytes)).collect::<BinaryArray>()),
        Arc::new(dictionary),
    ];
    let id: ArrayRef = Arc::new((0..103).collect::<Int64Array>());
    for (array, compression) in arrays.into_iter().zip([
        Compression::ZSTD(ZstdLevel::default()),
        Compression::SNAPPY,
        Compression::UNCOMPRESSED,
        Compression::GZIP(Default::default()),
        Compression::LZ4_RAW,
    ]) {
        let kind = array.data_type().clone();
        for (row_group, block) in [(10, 1), (1000, 50), (17, 1 << 20)] {
            let bytes = file(vec![("id", id.clone()), ("text", array.clone())], compression, row_group);
            let (all, corpus) = corpus(&bytes, "text", false, block);
            assert_eq!(all.unwrap(), wanted, "{kind}");
            let stats = corpus.stats();
            assert_eq!((stats.null_rows, stats.empty, stats.read), (20, 20, bytes.len() as u64));
            assert_eq!(stats.bytes, wanted.iter().map(|text| text.len() as u64).sum::<u64>());
        }
    }
}

#[test]
fn a_column_may_lie_inside_a_struct() {
    let inner: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
    let outer = StructArray::from(vec![(Arc::new(Field::new("b", DataType::Utf8, true)), inner)]);
    let bytes = file(vec![("a", Arc::new(outer))], Compression::UNCOMPRESSED, 10);
    assert_eq!(corpus(&bytes, "a.b", false, 9).0.unwrap(), ["a"]);
}

#[test]
fn the_wrong_column_is_refused_with_the_right_ones() {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from(vec![1]))),
        ("body", Arc::new(StringArray::from(vec!["x"]))),
        ("list", Arc::new(list)),
    ];
    let bytes = file(columns, Compression::UNCOMPRESSED, 10);
    let (path, at, why, hint) = input_error(corpus(&bytes, "text", false, 9).0);
    assert!(path.ends_with("a.parquet") && hint.contains("--field"));
    assert_eq!(at, Place::Entry("text".to_owned()));
    assert!(why.contains("no column `text`") && why.contains("`id`, `body`, `list.list."), "{why}");
    let (_, at, why, _) = input_error(corpus(&bytes, "id", false, 9).0);
    assert_eq!(at, Place::Entry("id".to_owned()));
    assert!(why.contains("not text") && why.contains("INT64"), "{why}");
    assert_eq!(corpus(&bytes, "body", false, 9).0.unwrap(), ["x"]);
}

#[test]
fn invalid_utf8_names_its_row() {
    let rows: Vec<&[u8]> = vec![b"a", b"b", b"c\xff\xfe", b"d"];
    let bytes = file(vec![("text", Arc::new(BinaryArray::from(rows)))], Compression::UNCOMPRESSED, 2);
    for block in [1, 100] {
        let (_, at, why, hint) = input_error(corpus(&bytes, "text", false, block).0);
        assert!(at == Place::Row(2) && why == "invalid UTF-8" && hint.contains("--lossy"));
        let (all, corpus) = corpus(&bytes, "text", true, block);
        assert_eq!(all.unwrap(), ["a", "b", "c\u{fffd}\u{fffd}", "d"]);
        assert_eq!(corpus.stats().replaced, 2);
    }
}

#[test]
fn damage_is_an_input_error_and_never_a_panic() {
    let rows = texts(60);
    let array: ArrayRef = Arc::new(rows.iter().map(Option::as_deref).collect::<StringArray>());
    for compression in [Compression::UNCOMPRESSED, Compression::ZSTD(ZstdLevel::default()), Compression::SNAPPY] {
        let whole = file(vec![("text", array.clone())], compression, 25);
        for at in (0..whole.len()).step_by(37) {
            input_error(corpus(&whole[..at], "text", false, 100).0);
        }
        for at in (0..whole.len()).step_by(3) {
            let mut broken = whole.clone();
            broken[at] ^= 1 << (at % 8);
            // Without checksums some flips only change the text.
            if corpus(&broken, "text", false, 100).0.is_err() {
                input_error(corpus(&broken, "text", false, 100).0);
            }
        }
    }
    assert!(input_error(corpus(b"text", "text", false, 9).0).2.contains("Parquet"));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.parquet"), b"PAR1").unwrap();
    let corpus = Corpus::open(&[source(folder.path())], Options::default()).unwrap();
    assert!(corpus.next().is_err() && corpus.next().unwrap().is_none());
}

#[test]
fn a_packed_file_is_unpacked_first_and_damage_in_it_named() {
    let texts: Vec<_> = texts(50);
    let plain = file(vec![("text", Arc::new(StringArray::from(texts.clone())))], Compression::UNCOMPRESSED, 20);
    let expected: Vec<String> = texts.into_iter().flatten().collect();
    for (name, packed) in [("a.parquet.zst", zst(&plain)), ("a.parquet.gz", gz(&plain))] {
        let stored = sample(name, &packed);
        // Named, and found in its folder.
        for path in [stored.path.as_path(), stored.path.parent().unwrap()] {
            let options = Options { keep_empty: true, ..Options::default() };
            let corpus = Corpus::open(&[source(path)], options).unwrap();
            assert_eq!(drain(&corpus).unwrap(), expected);
            assert_eq!(corpus.stats().read, packed.len() as u64);
        }
        let cut = sample(name, &packed[..packed.len() - 9]);
        let (_, at, why, _) = input_error(drain(&Corpus::open(&[source(&cut.path)], Options::default()).unwrap()));
        assert!(matches!(at, Place::Byte(_)) && why.contains("damaged or truncated"), "{why}");
    }
}
