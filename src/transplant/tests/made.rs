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
