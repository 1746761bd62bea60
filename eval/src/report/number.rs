//! Figures for people.

use crate::evaluation::{Content, Evaluation};

/// A figure with four significant digits, whole numbers in full with their thousands apart; a dash for none.
pub fn shown(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(v) if v.fract() == 0.0 && v.abs() < 1e15 => grouped(v as i64),
        Some(v) => {
            let digits = if v == 0.0 { 0 } else { v.abs().log10().floor() as i32 };
            if digits >= 4 { grouped(v.round() as i64) } else { format!("{v:.*}", (3 - digits).clamp(0, 6) as usize) }
        }
    }
}

fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(c);
    }
    if n < 0 { format!("-{text}") } else { text }
}

/// Which tokenizers lose text of a corpus, and what follows; `None` where none does.
pub fn lossy(evaluation: &Evaluation, corpus: usize) -> Option<String> {
    let here = evaluation.lossy.iter().filter(|(c, _)| *c == corpus);
    let names: Vec<&str> = here.map(|&(_, s)| evaluation.subjects[s].name.as_str()).collect();
    let (verb, whose) = if names.len() == 1 { ("does", "its") } else { ("do", "their") };
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        format!("{names} {verb} not give every document back: {whose} compression and entropy are not ranked.")
    })
}

/// What a corpus is, in a line.
pub fn content(content: &Content) -> String {
    let n = |count: u64| shown(Some(count as f64));
    match content {
        Content::Text { embedded, stats, .. } => {
            let own = if *embedded { "; the program's own sample, too small to say much about a language" } else { "" };
            format!("{} documents, {} bytes{own}", n(stats.documents), n(stats.bytes))
        }
        Content::Vocabulary => "the vocabularies by themselves".to_owned(),
        Content::Parallel { lines, pivot, languages } => {
            format!("{} lines in {}, against {pivot}", n(*lines), languages.join(", "))
        }
        Content::Gold(report) => {
            let rejected = match report.rejected.len() {
                0 => String::new(),
                count => format!(", {} rejected", n(count as u64)),
            };
            format!(
                "gold words, {} of {} rows kept{rejected} (layout {})",
                n(report.kept),
                n(report.rows),
                report.layout
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits() {
        let cases = [
            (Some(3.0), "3"),
            (Some(1234567.0), "1,234,567"),
            (Some(12345.6), "12,346"),
            (Some(2.14159), "2.142"),
            (Some(0.012345), "0.01235"),
            (Some(123.456), "123.5"),
            (Some(-0.5), "-0.5000"),
            (Some(-1234.0), "-1,234"),
            (None, "-"),
        ];
        for (value, text) in cases {
            assert_eq!(shown(value), text);
        }
    }
}
