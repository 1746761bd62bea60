use super::*;
use crate::evaluation::{Content, CorpusInfo, Degenerate, Evaluation, Measurement, SubjectInfo};
use crate::metric::{Figure, find};

pub(super) fn evaluation(subjects: usize) -> Evaluation<'static> {
    let name = |n: usize| if n + 1 == subjects { "baseline:words".to_owned() } else { format!("tok_{n}") };
    let subject =
        |n| SubjectInfo { name: name(n), baseline: n + 1 == subjects, declared: Some(5), lossless: true, point: None };
    let metrics = vec![find("fertility").unwrap(), find("round_trip").unwrap(), find("unknown_bytes").unwrap()];
    let mut measurements = Vec::new();
    for subject in 0..subjects {
        for metric in 0..metrics.len() {
            let value = [Some(1.5 + subject as f64), Some(f64::NAN), None][metric];
            let interval = (metric == 0).then_some((1.0, 2.0));
            measurements.push(Measurement { subject, corpus: 0, metric, figure: Figure { value, n: 7 }, interval });
        }
    }
    Evaluation {
        subjects: (0..subjects).map(subject).collect(),
        corpora: vec![CorpusInfo {
            name: "text".into(),
            language: Some("tr".into()),
            random_rate: 0.25,
            content: Content::Text { embedded: false, stats: Default::default(), sample: (1, 2) },
        }],
        metrics,
        measurements,
        differences: Vec::new(),
        degenerate: vec![Degenerate { corpus: 0, metric: 0, subjects: vec![subjects - 1] }],
        seed: 3,
        ..Evaluation::default()
    }
}

#[test]
fn json_has_finite_numbers_or_null_and_a_reason() {
    let json = json(&evaluation(2));
    assert_eq!(json["schema"], "toktool.eval/1");
    let rows = json["measurements"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    assert_eq!(rows[0]["tokenizer"], "tok_0");
    assert_eq!(
        (rows[0]["value"].as_f64(), rows[0]["ci_low"].as_f64(), rows[0]["n"].as_u64()),
        (Some(1.5), Some(1.0), Some(7))
    );
    assert!(rows[1]["value"].is_null() && rows[2]["value"].is_null());
    assert_eq!(rows[2]["reason"], "the model has no unknown token");
    assert_eq!(json["degenerate"][0]["won_by"][0], "baseline:words");
}

#[test]
fn csv_has_a_header_and_a_row_a_figure() {
    let text = csv(&evaluation(2)).unwrap();
    let mut lines = text.lines();
    assert!(lines.next().unwrap().starts_with("tokenizer,corpus,language,metric,value,ci_low,ci_high,unit,better,n,"));
    assert!(lines.next().unwrap().starts_with("tok_0,text,tr,fertility,1.5,1.0,2.0,tokens/word,lower,7,"));
    assert_eq!(lines.count(), 5);
}

#[test]
fn parquet_has_the_rows_of_csv() {
    use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
    use ::parquet::record::RowAccessor as _;
    use std::io::Write as _;

    let e = evaluation(2);
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&parquet(&e).unwrap()).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let names: Vec<String> =
        reader.metadata().file_metadata().schema_descr().columns().iter().map(|c| c.name().to_owned()).collect();
    let csv = csv(&e).unwrap();
    assert_eq!(names.join(","), csv.lines().next().unwrap());
    let read: Vec<_> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap()).collect();
    let expected = rows(&e);
    assert_eq!(read.len(), expected.len());
    for (read, row) in read.iter().zip(expected) {
        assert_eq!(
            (read.get_string(0).unwrap().as_str(), read.get_string(3).unwrap().as_str()),
            (row.tokenizer, row.metric)
        );
        assert_eq!((read.get_double(4).ok(), read.get_double(6).ok()), (row.value, row.ci_high));
        assert_eq!((read.get_ulong(9).unwrap(), read.get_string(12).ok().map(String::as_str)), (row.n, row.reason));
    }
}

#[test]
fn tables_name_what_a_baseline_wins_and_what_is_best() {
    let e = evaluation(3);
    let text = table(&e);
    assert!(text.contains("fertility †") && text.contains("fertility (words)"), "{text}");
    assert!(text.contains("- unknown_bytes: the model has no unknown token"), "{text}");
    let markdown = markdown(&e);
    assert!(markdown.contains("| `fertility` † | tokens/word | lower | **1.500** | 2.500 | 3.500 |"), "{markdown}");
    assert!(latex(&e).contains("fertility$^\\dagger$ & \\textbf{1.500} & 2.500 & 3.500 \\\\"), "{}", latex(&e));
}

#[test]
fn the_terminal_table_fits_a_hundred_columns() {
    for subjects in [2, 7, 15] {
        let text = table(&evaluation(subjects));
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        let names = text.lines().filter(|l| l.contains("metric")).flat_map(|l| l.split_whitespace().skip(1));
        assert_eq!(names.count(), subjects, "{text}");
    }
}
