//! Runs against a plain map, and what must not pass silently.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn rows() -> impl Strategy<Value = Vec<(Vec<u8>, u16, u64)>> {
    prop::collection::vec((prop::collection::vec(0u8..3, 0..4), 0u16..2, 0u64..1 << 40), 0..200)
}

proptest! {
    #[test]
    fn rows_come_back_added_up_and_sorted(rows in rows(), max_memory in 0usize..4000) {
        let mut expected: BTreeMap<(Vec<u8>, u16), u64> = BTreeMap::new();
        let mut sorter = Sorter::new(&std::env::temp_dir(), max_memory);
        for (word, group, count) in rows {
            *expected.entry((word.clone(), group)).or_default() += count;
            sorter.push(&word, group, count).unwrap();
        }
        let mut got = Vec::new();
        sorter.finish(&mut |word, group, count| {
            got.push(((word.to_vec(), group), count));
            Ok(())
        }).unwrap();
        prop_assert_eq!(got, expected.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn more_runs_than_may_be_open_are_merged_in_passes() {
    let runs = (0..200u64).map(|n| {
        let mut run = RunWriter::create(&std::env::temp_dir()).unwrap();
        run.push(b"a", 0, n).unwrap();
        run.push(format!("b{n}").as_bytes(), 0, 1).unwrap();
        run.finish().unwrap()
    });
    let mut rows = Vec::new();
    merge(runs.collect(), &mut |word, _, count| {
        rows.push((word.to_vec(), count));
        Ok(())
    })
    .unwrap();
    assert_eq!((rows.len(), &rows[0]), (201, &(b"a".to_vec(), 199 * 100)));
}

#[test]
fn any_number_of_runs_keeps_few_files_open() {
    let mut runs = Runs::new(&std::env::temp_dir());
    for n in 0..5000u64 {
        let mut run = RunWriter::create(&std::env::temp_dir()).unwrap();
        run.push(&(n % 10).to_be_bytes(), 0, n).unwrap();
        runs.push(run.finish().unwrap()).unwrap();
        assert!(runs.tiers.iter().map(Vec::len).sum::<usize>() < 3 * OPEN);
    }
    let mut rows = Vec::new();
    merge(runs.into_vec(), &mut |_, _, count| {
        rows.push(count);
        Ok(())
    })
    .unwrap();
    assert_eq!((rows.len(), rows.iter().sum::<u64>()), (10, 4999 * 2500));
}

#[test]
fn longer_runs_are_made_in_the_folder_that_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let run = || RunWriter::create(folder.path()).unwrap().finish().unwrap();
    let runs: Vec<_> = (0..=OPEN).map(|_| run()).collect();
    let gone = folder.path().to_owned();
    drop(folder);
    let error = merge(runs, &mut |_, _, _| Ok(())).unwrap_err();
    assert!(error.to_string().contains(&*gone.to_string_lossy()), "{error}");
}

#[test]
fn a_run_cut_off_anywhere_but_between_rows_is_an_error() {
    let whole = || {
        let mut run = RunWriter::create(&std::env::temp_dir()).unwrap();
        run.push(b"a", 0, 1 << 40).unwrap();
        run.push(&[b'b'; 200], 300, 1 << 40).unwrap();
        run.finish().unwrap()
    };
    let size = whole().file.metadata().unwrap().len();
    let first = 1 + 1 + 6 + 1;
    for len in 0..=size {
        let run = whole();
        run.file.set_len(len).unwrap();
        let read = merge(vec![run], &mut |_, _, _| Ok(()));
        assert_eq!(read.is_ok(), [0, first, size].contains(&len), "{len} of {size}: {read:?}");
    }
}

#[test]
fn a_sum_past_64_bits_and_rows_out_of_order_are_errors() {
    let mut sorter = Sorter::new(&std::env::temp_dir(), 0);
    sorter.push(b"a", 0, u64::MAX).unwrap();
    sorter.push(b"a", 0, 1).unwrap();
    assert!(sorter.finish(&mut |_, _, _| Ok(())).unwrap_err().to_string().contains("2^64"));
    let mut run = RunWriter::create(&std::env::temp_dir()).unwrap();
    run.push(b"b", 0, 1).unwrap();
    assert!(run.push(b"b", 0, 1).is_err());
}

#[test]
fn a_sorter_with_little_memory_keeps_few_files_open() {
    let mut sorter = Sorter::new(&std::env::temp_dir(), 0);
    for n in 0..3000u64 {
        sorter.push(&n.to_le_bytes(), 0, 1).unwrap();
    }
    let mut rows = 0;
    sorter
        .finish(&mut |_, _, count| {
            rows += count;
            Ok(())
        })
        .unwrap();
    assert_eq!(rows, 3000);
}
