use super::*;
use crate::report::tests::evaluation;

#[test]
fn the_page_stands_alone() {
    let page = html(&evaluation(3)).unwrap();
    for outside in ["<script", "http://", "https://", "@import", "src=", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(page.matches("<section").count(), page.matches("</section>").count());
    for metric in evaluation(3).metrics {
        assert!(page.contains(&format!("<dt id=\"{}\">", metric.name)) && page.contains(metric.definition));
    }
    assert!(page.contains("fertility</a> †") && !page.contains("NaN"));
}

#[test]
fn names_and_texts_are_not_markup() {
    let mut e = evaluation(3);
    e.subjects[0].name = "<img onerror=x>".into();
    e.corpora[0].name = "\"><b>".into();
    let text = "<u>&".repeat(20);
    e.evidence.worst.push((0, 0, vec![WorstDocument { bytes: text.len() as u64, text, tokens: 7 }]));
    let page = html(&e).unwrap();
    assert!(!page.contains("<img") && !page.contains("<b>\"") && !page.contains("<u>"));
}

/// Two tokenizers, fertility 1.5 and 2.5, lower is better; the third subject is a baseline and has no place.
#[test]
fn places_are_among_tokenizers_and_lossy_ones_have_none() {
    let mut e = evaluation(3);
    assert_eq!([0, 1, 2].map(|s| rank(&e, 0, s, 0)), [Some(1), Some(2), None]);
    e.subjects.push(e.subjects[0].clone());
    assert_eq!(rank(&e, 0, 3, 0), None);
    e.subjects.pop();
    e.lossy = vec![(0, 0)];
    // Only one is left to be ranked.
    assert_eq!([0, 1].map(|s| rank(&e, 0, s, 0)), [None, None]);
    assert_eq!(e.best(0, 0), Some(2.5));
    let page = html(&e).unwrap();
    assert!(page.contains("tok_0 does not give every document back"), "{page}");
}
