//! Rows that methods make, and what is said about them.

use super::*;

/// 130 letters and 130 syllables after each other: draws of fresh tokens of either script lie where its own rows lie, and
/// those of a third script anywhere. A row belongs to its token, whatever other tokens there are.
#[test]
fn draws_keep_to_their_script() {
    let word = |first: u32, n: u32| format!("{}{}", char::from_u32(first + n % 20).unwrap(), n);
    let texts: Vec<String> = (0..260).map(|n| word(if n < 130 { 0x61 } else { 0x915 }, n)).collect();
    let spell =
        |texts: &[String]| -> Vec<String> { texts.iter().map(|t| crate::alphabet::spell(t.as_bytes())).collect() };
    let side = |texts: &[String]| {
        let spelled = spell(texts);
        Side::new(byte_level(&spelled.iter().map(String::as_str).collect::<Vec<_>>(), &[], &[]), None).unwrap()
    };
    let fresh = |first| (1000..1040).map(move |n| word(first, n));
    let latin: Vec<String> = fresh(0x61).chain(fresh(0x915)).chain(fresh(0x3b1)).collect();
    let (old, new) = (side(&texts), side(&latin));
    let source = folder(260, Dtype::F32, true);
    let rows = |new: &Side| {
        let done = transplanted(source.path(), &old, new, &with("hewitt-script")).unwrap();
        done.rows("model.embed_tokens.weight")
    };
    let all = rows(&new);
    // Ids of one script are 0 to 129 or 130 to 259: mean 64.5 or 194.5, deviation 37.5; all have 129.5 and 75.
    let about = |rows: &[Vec<f32>]| {
        let mean = rows.iter().map(|row| row[0]).sum::<f32>() / rows.len() as f32;
        let deviation = rows.iter().map(|row| (row[0] - mean).powi(2)).sum::<f32>() / rows.len() as f32;
        (mean, deviation.sqrt())
    };
    for (range, mean, deviation) in [(0..40, 64.5, 37.5), (40..80, 194.5, 37.5), (80..120, 129.5, 75.0)] {
        let found = about(&all[range]);
        assert!((found.0 - mean).abs() < 0.5 * deviation, "{found:?} {mean}");
        assert!((found.1 - deviation).abs() < 0.4 * deviation, "{found:?} {deviation}");
    }
    // The columns are opposites, so every draw's are.
    assert!(all.iter().all(|row| (row[0] + row[1]).abs() < 1e-3));
    let mut changed = latin.clone();
    changed[3] = texts[5].clone();
    assert_eq!(rows(&side(&changed))[4..], all[4..]);
}

/// `eve` has the vector of `3` and `.`, and only then that of `ev`: signs and numbers are no neighbours of a word any more, and
/// a token without any of its sort has the mean row.
#[test]
fn neighbours_may_have_to_be_of_one_sort() {
    let old = ["ev", "3", ".", "e"];
    let new = ["eve", "ев", "3", ".", "ev"];
    let spelled: Vec<String> = new.iter().map(|token| crate::alphabet::spell(token.as_bytes())).collect();
    let side = |tokens: &[&str]| Side::new(byte_level(tokens, &[], &[]), None).unwrap();
    let (old, new) = (side(&old), side(&spelled.iter().map(String::as_str).collect::<Vec<_>>()));
    let source = folder(4, Dtype::F32, true);
    let vectors = source.path().join("v.vec");
    fs::write(&vectors, "3 1 0\n. 1 0\nev 0.6 0.8\ne 0 1\neve 1 0\nев 1 0\n").unwrap();
    let rows = |init: &str, same_script| {
        let settings = init::Settings { same_script, neighbours: 1, ..Default::default() };
        let aux = Some(auxiliary::Space::File(vectors.clone()));
        let options = Options { aux, settings, ..with(init) };
        transplanted(source.path(), &old, &new, &options).unwrap().rows("model.embed_tokens.weight")
    };
    assert_eq!(rows("tokenadapt-global", false)[0], [1.0, -1.0]);
    assert_eq!(rows("tokenadapt-global", true)[0], [0.0, 0.0]);
    // The mean of the copied rows, 1, 2 and 0.
    assert_eq!(rows("tokenadapt-global", true)[1], [1.0, -1.0]);
    for init in ["focus", "wechsel"] {
        let (free, bound) = (rows(init, false), rows(init, true));
        assert!(free[0] != bound[0] && bound[1] == [1.0, -1.0], "{init} {free:?} {bound:?}");
    }
}

/// Heads are ten times the id. `eve` is `ev` and `e`, whose mean is 50: without vectors 0.85 of it and 0.15 of 35, which is
/// 47.75. With them, cosines to `e` and `▁ev`, the tokens in common that have one, are 0.8 and 0.6, whose sparsemax is 0.6 and 0.4:
/// FOCUS says 24 + 28 = 52, and 0.7 of 50 and 0.3 of that are 50.6. `evev` has no vector: 0.85 of 60 and 0.15 of 35.
#[test]
fn best_takes_a_part_from_vectors() {
    let source = folder(8, Dtype::F32, false);
    let vectors = source.path().join("v.vec");
    fs::write(&vectors, "ev 1 0\ne 0 1\neve 0.6 0.8\n").unwrap();
    let head = |aux| {
        let options = Options { aux, ..with("best") };
        let rows = transplanted(source.path(), &old(), &new(), &options).unwrap().rows("lm_head.weight");
        [rows[6][0], rows[7][0]]
    };
    let near = |found: [f32; 2], wanted: [f32; 2]| found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-3);
    let without = head(None);
    assert!(near(without, [56.25, 47.75]), "{without:?}");
    let with_vectors = head(Some(auxiliary::Space::File(vectors)));
    assert!(near(with_vectors, [56.25, 50.6]), "{with_vectors:?}");
}

/// Norms of the old rows are 0 to 7 times the root of 2: the median is 4 of these, the median distance from it 2, so more than
/// 4 + 6 · 1.4826 · 2 = 21.79 of them is too large, and nothing too small.
#[test]
fn rows_that_stand_out_are_found() {
    let root = 2f64.sqrt();
    let numbers: Vec<f32> = (0..8).flat_map(|id| [id as f32, -(id as f32)]).collect();
    let old = OldRows::of(numbers, 2);
    let fresh = [(5, 0.0), (6, 21.9 * root), (7, 40.0 * root), (4, 21.7 * root)];
    let found = Outliers::of(&old, 8, &fresh, &new()).unwrap();
    assert_eq!((found.large, found.small, found.large_old), (2, 0, 0));
    assert!((found.median - 4.0 * root).abs() < 1e-6 && (found.above - 21.7912 * root).abs() < 1e-3, "{found:?}");
    let examples: Vec<(u32, &str)> = found.examples.iter().map(|row| (row.id, row.token.as_str())).collect();
    assert_eq!(examples, [(7, "eve"), (6, "evev")]);
    assert!(Outliers::of(&OldRows::of(vec![1.0; 8], 1), 8, &fresh, &new()).is_none());
    assert!(Outliers::of(&old, 8, &[], &new()).is_none());
}
