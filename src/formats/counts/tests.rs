//! Round trips, parts by other programs, and what must be refused.

use super::*;
use proptest::prelude::*;

fn words_of(parts: Parts) -> Result<WordCounts> {
    parts.words(1 << 20, &std::env::temp_dir(), &())
}

fn meta() -> Meta {
    Meta::new(Splitter::named("gpt2").unwrap(), Vec::new(), 3, 30)
}

fn write(folder: &Path, name: &str, words: &WordCounts, meta: &Meta) -> PathBuf {
    let path = folder.join(name);
    let mut writer = CountsWriter::create(std::fs::File::create(&path).unwrap(), words.group_names(), meta).unwrap();
    for row in 0..words.len() {
        writer.push(words.word(row), words.group(row), words.count(row)).unwrap();
    }
    writer.finish().unwrap();
    path
}

fn table(rows: &[(Vec<u8>, u16, u64)], groups: &[&str]) -> WordCounts {
    let mut map = std::collections::BTreeMap::new();
    for (word, group, count) in rows {
        *map.entry((word.clone(), group % groups.len().max(1) as u16)).or_insert(0u64) += count;
    }
    let mut table = WordCounts::with_groups(groups.iter().map(|g| (*g).to_owned()).collect());
    map.iter().for_each(|((word, group), count)| table.push_in(word, *count, *group));
    table
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn parts_add_up_in_any_order(
        one in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..5), 0u16..2, 0u64..1 << 50), 0..50),
        two in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..5), 0u16..2, 0u64..1 << 50), 0..50),
        grouped in any::<bool>(),
    ) {
        let groups: &[&str] = if grouped { &["hi", "tr"] } else { &[] };
        let folder = tempfile::tempdir().unwrap();
        let a = write(folder.path(), "a", &table(&one, groups), &meta());
        let b = write(folder.path(), "b", &table(&two, groups), &meta());
        let read = |paths: &[PathBuf]| words_of(Parts::open(paths, None).unwrap()).unwrap();
        let both = read(&[a.clone(), b.clone()]);
        prop_assert_eq!(&both, &read(&[b, a]));
        let all: Vec<_> = one.into_iter().chain(two).collect();
        let expected = table(&all, groups);
        let rows = |t: &WordCounts| (0..t.len()).map(|r| (t.word(r).to_vec(), t.group(r), t.count(r))).collect::<Vec<_>>();
        if !grouped || both.group_names().len() == 2 {
            prop_assert_eq!(rows(&both), rows(&expected));
        }
    }
}

#[test]
fn greatest_counts_survive_and_a_sum_past_64_bits_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let big = table(&[(b"a".to_vec(), 0, u64::MAX)], &[]);
    let path = write(folder.path(), "a", &big, &meta());
    assert_eq!(words_of(Parts::open(std::slice::from_ref(&path), None).unwrap()).unwrap(), big);
    let error = words_of(Parts::open(&[path.clone(), path], None).unwrap()).unwrap_err();
    assert!(error.to_string().contains("2^64"), "{error}");
}

#[test]
fn parts_cut_differently_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let words = table(&[(b"a".to_vec(), 0, 1)], &[]);
    let a = write(folder.path(), "first", &words, &meta());
    let b = write(folder.path(), "second", &words, &Meta::new(Splitter::named("unicode").unwrap(), Vec::new(), 1, 1));
    let error = Parts::open(&[a, b], None).err().unwrap().to_string();
    assert!(error.contains("first") && error.contains("second"), "{error}");
}

/// Files made by `tests/golden/counts/make.py` with pyarrow.
fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/counts").join(name)
}

#[test]
fn parts_written_by_pyarrow_are_read() {
    let expected = table(&[(b"bir".to_vec(), 0, 7), ("çok".as_bytes().to_vec(), 0, 2), (b"the".to_vec(), 0, 9)], &[]);
    for name in [
        "int32.parquet",
        "int64_unsorted.parquet",
        "uint64_binary.parquet",
        "dictionary_extra.parquet",
        "uint8_large.parquet",
    ] {
        let error = Parts::open(&[golden(name)], None).err().unwrap();
        assert!(error.hint().unwrap().contains("--assume-pattern"));
        assert_eq!(words_of(Parts::open(&[golden(name)], Some(&meta())).unwrap()).unwrap(), expected, "{name}");
    }
    let all = ["int32.parquet", "int64_unsorted.parquet"].map(golden);
    assert_eq!(words_of(Parts::open(&all, Some(&meta())).unwrap()).unwrap().total().unwrap(), 36);
}

#[test]
fn rows_that_make_no_sense_are_named() {
    for (name, why) in [
        ("negative.parquet", "row 1: the count -3 is negative"),
        ("null.parquet", "row 1: a value is missing"),
        ("float.parquet", "does not hold integers"),
        ("nocount.parquet", "no column `count`"),
        ("nanoseconds.parquet", "does not hold integers"),
    ] {
        let error = Parts::open(&[golden(name)], Some(&meta())).and_then(words_of).unwrap_err().to_string();
        assert!(error.contains(why) && error.contains(name), "{name}: {error}");
    }
}

#[test]
fn groups_of_several_parts_are_brought_together_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let one = table(&[(b"a".to_vec(), 0, 1), (b"a".to_vec(), 1, 2)], &["hi", "tr"]);
    let two = table(&[(b"a".to_vec(), 0, 4), (b"a".to_vec(), 1, 8)], &["mr", "tr"]);
    let paths = [write(folder.path(), "one", &one, &meta()), write(folder.path(), "two", &two, &meta())];
    let both = words_of(Parts::open(&paths, None).unwrap()).unwrap();
    assert_eq!(
        both,
        table(&[(b"a".to_vec(), 0, 1), (b"a".to_vec(), 1, 4), (b"a".to_vec(), 2, 10)], &["hi", "mr", "tr"])
    );
}

#[test]
fn an_own_file_whose_rows_lost_their_order_is_refused_at_the_row() {
    let folder = tempfile::tempdir().unwrap();
    let mut words = WordCounts::default();
    words.push(b"b", 1);
    words.push(b"a", 1);
    let path = write(folder.path(), "mixed", &words, &meta());
    let error = Parts::open(&[path], None).and_then(words_of).unwrap_err();
    assert!(error.to_string().contains("mixed`, row 1") && error.hint().is_some(), "{error}");
}

#[test]
fn a_folder_stands_for_the_parts_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let error = Parts::open(&[folder.path().to_owned()], None).err().unwrap();
    assert!(error.to_string().contains("no `.parquet` file") && error.hint().is_some(), "{error}");
    let words = table(&[(b"a".to_vec(), 0, 1)], &[]);
    let paths = ["part-1.parquet", "part-0.parquet"].map(|name| write(folder.path(), name, &words, &meta()));
    for note in ["_SUCCESS", "_temporary.parquet", ".part-0.parquet.crc", ".part-0.parquet"] {
        std::fs::write(folder.path().join(note), "x").unwrap();
    }
    let parts = Parts::open(&[folder.path().to_owned()], None).unwrap();
    assert_eq!(parts.paths(), [paths[1].clone(), paths[0].clone()]);
    assert_eq!(words_of(parts).unwrap().total().unwrap(), 2);
}

#[test]
fn sorting_on_disk_and_in_memory_agree() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["int64_unsorted.parquet", "int32.parquet"].map(golden);
    let parts = Parts::open(&paths, Some(&meta())).unwrap();
    let mut rows = Vec::new();
    for max_memory in [0, 1 << 20] {
        let mut got = Vec::new();
        parts
            .for_each(max_memory, folder.path(), &mut |word, group, count| {
                got.push((word.to_vec(), group, count));
                Ok(())
            })
            .unwrap();
        rows.push(got);
    }
    assert_eq!(rows[0], rows[1]);
    assert_eq!(rows[0].len(), 3);
}

#[test]
fn a_row_group_that_lost_rows_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "whole", &table(&[(b"a".to_vec(), 0, 1)], &[]), &meta());
    let good = std::fs::read(&path).unwrap();
    let mut noticed = 0;
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << bit;
            std::fs::write(&path, &bytes).unwrap();
            let read = Parts::open(std::slice::from_ref(&path), None).and_then(words_of);
            match read {
                Ok(words) => assert_eq!(words.len(), 1, "byte {at}, bit {bit}"),
                Err(error) => noticed += usize::from(error.to_string().contains("rows but holds")),
            }
        }
    }
    assert!(noticed > 0);
}

#[test]
fn damaged_files_are_errors_and_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<_> = (0..300u64).map(|n| (format!("w{n}").into_bytes(), 0, n)).collect();
    let good = std::fs::read(write(folder.path(), "good", &table(&rows, &["x"]), &meta())).unwrap();
    let path = folder.path().join("bad");
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    for at in (0..good.len()).step_by(7) {
        let mut flipped = good.clone();
        flipped[at] ^= 0x55;
        for bytes in [&good[..at], &flipped] {
            std::fs::write(&path, bytes).unwrap();
            let _ = Parts::open(std::slice::from_ref(&path), None).and_then(words_of);
        }
    }
    std::panic::set_hook(quiet);
}
