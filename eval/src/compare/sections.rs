//! A comparison for people: the same sections as text for a terminal and as Markdown.

use std::fmt::Write as _;

use super::{Compared, Comparison, Far};
use crate::report::number::shown;
use crate::report::text::{WIDTH, fit, plain, printable, quoted, wrapped};

/// A table with a title; without rows it is left out.
struct Section {
    title: String,
    header: Vec<&'static str>,
    /// Which columns are text.
    left: Vec<bool>,
    rows: Vec<Vec<String>>,
}

/// A part of the report: a heading, lines of text, tables.
struct Part {
    heading: String,
    lines: Vec<String>,
    sections: Vec<Section>,
}

fn n(count: u64) -> String {
    shown(Some(count as f64))
}

fn share(part: u64, whole: u64) -> String {
    shown((whole > 0).then(|| part as f64 / whole as f64))
}

fn interval(interval: Option<(f64, f64)>) -> String {
    interval.map_or(String::new(), |(low, high)| format!("[{low:.4}, {high:.4}]"))
}

fn parts(comparison: &Comparison) -> Vec<Part> {
    let [a, b] = &comparison.sides;
    let side = |letter: &str, side: &super::Side| {
        let lossless = if side.lossless { ", lossless" } else { "" };
        format!("{letter}: {}, {} tokens{lossless}", printable(side.name.as_bytes()), n(side.declared))
    };
    let mut lines = vec![side("A", a), side("B", b)];
    if comparison.identical() {
        let documents: u64 = comparison.corpora.iter().map(|c| c.sums.documents).sum();
        lines.push(format!("identical: the same vocabulary, and the same ids for all {} documents", n(documents)));
    }
    let mut parts = vec![Part { heading: String::new(), lines, sections: Vec::new() }];
    parts.push(vocabulary(comparison));
    parts.extend(comparison.corpora.iter().map(corpus));
    parts
}

fn vocabulary(comparison: &Comparison) -> Part {
    let vocabulary = &comparison.vocabulary;
    let rows = vocabulary.rows.iter().map(|row| {
        let only = |side: usize| n(row.strings[side] - row.overlap.both);
        let counts = [n(row.entries[0]), n(row.entries[1]), n(row.overlap.both), only(0), only(1)];
        [row.class.to_owned()].into_iter().chain(counts).chain([shown(row.overlap.jaccard())]).collect()
    });
    let mut sections = vec![Section {
        title: "entries, and their distinct byte strings".to_owned(),
        header: vec!["", "A", "B", "in both", "only A", "only B", "Jaccard"],
        left: vec![true, false, false, false, false, false, false],
        rows: rows.collect(),
    }];
    let moved =
        vocabulary.moved_examples.iter().map(|m| vec![m.ids[0].to_string(), m.ids[1].to_string(), quoted(&m.bytes)]);
    sections.push(Section {
        title: format!("in both under another id: {}; the first are", n(vocabulary.moved)),
        header: vec!["id in A", "id in B", "token"],
        left: vec![false, false, true],
        rows: moved.collect(),
    });
    let mut lines = Vec::new();
    for (letter, only) in ["A", "B"].into_iter().zip(&vocabulary.special_only) {
        if !only.is_empty() {
            let more = if only.len() > 8 { format!(" and {} more", n(only.len() as u64 - 8)) } else { String::new() };
            let named: Vec<String> = only.iter().take(8).map(|token| quoted(token.as_bytes())).collect();
            lines.push(format!("special tokens that only {letter} has: {}{more}", named.join(" ")));
        }
    }
    Part { heading: "vocabulary".to_owned(), lines, sections }
}

fn corpus(corpus: &Compared) -> Part {
    let sums = &corpus.sums;
    let language = corpus.language.as_ref().map_or(String::new(), |l| format!(" ({l})"));
    let own = if corpus.embedded { "; the program's own sample, too small to say much about a language" } else { "" };
    let line = format!("{} documents, {} bytes{own}", n(sums.documents), n(sums.bytes));
    let per = |tokens: u64| shown((tokens > 0).then(|| sums.bytes as f64 / tokens as f64));
    let running = |side: usize| share(corpus.running[side].1, corpus.running[side].0);
    let row = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
    let cost = vec![
        row(["tokens", &n(sums.a_tokens), &n(sums.b_tokens), &shown(corpus.ratio()), &interval(corpus.ratio_interval)]),
        row(["bytes per token", &per(sums.a_tokens), &per(sums.b_tokens), "", ""]),
        row(["share of running tokens that the other has", &running(0), &running(1), "", ""]),
        row(["borders inside documents", &n(sums.a_cuts), &n(sums.b_cuts), "", ""]),
        row([
            "share of them that the other has",
            &share(sums.shared_cuts, sums.a_cuts),
            &share(sums.shared_cuts, sums.b_cuts),
            "",
            "",
        ]),
    ];
    let of = |part: u64, whole: u64| vec![n(part), n(whole), share(part, whole), String::new()];
    let agreement = vec![
        (
            "borders of both (share: F1)",
            vec![n(sums.shared_cuts), String::new(), shown(corpus.f1()), interval(corpus.f1_interval)],
        ),
        ("documents with the same borders", of(sums.same_cuts, sums.documents)),
        ("documents with the same ids", of(sums.same_ids, sums.documents)),
        ("words cut alike", of(sums.words - sums.words_differ, sums.words)),
    ];
    let agreement = agreement.into_iter().map(|(name, cells)| [vec![name.to_owned()], cells].concat());
    let mut sections = vec![
        Section {
            title: "cost".to_owned(),
            header: vec!["", "A", "B", "B/A", "95 %"],
            left: vec![true, false, false, false, false],
            rows: cost,
        },
        Section {
            title: "agreement".to_owned(),
            header: vec!["", "n", "of", "share", "95 %"],
            left: vec![true, false, false, false, false],
            rows: agreement.collect(),
        },
    ];
    for (letter, only) in ["A", "B"].into_iter().zip(&corpus.only) {
        sections.push(Section {
            title: format!("most frequent tokens that only {letter} has"),
            header: vec!["count", "id", "token"],
            left: vec![false, false, true],
            rows: only.iter().map(|one| vec![n(one.count), one.id.to_string(), quoted(&one.bytes)]).collect(),
        });
    }
    let words = corpus.words.iter().map(|counted| {
        let least = if counted.missed > 0 { "≥ " } else { "" };
        let cut = |side| counted.key.pieces(side).map(printable).collect::<Vec<_>>().join("·");
        vec![format!("{least}{}", n(counted.count)), cut(0), cut(1)]
    });
    sections.push(Section {
        title: "words cut differently, most frequent first".to_owned(),
        header: vec!["count", "A", "B"],
        left: vec![false, true, true],
        rows: words.collect(),
    });
    // The second first: it is what one would change to.
    for (more, less, far) in [("B", "A", &corpus.far[1]), ("A", "B", &corpus.far[0])] {
        let row = |far: &Far| {
            let [a, b] = far.tokens;
            let more = a.abs_diff(b);
            vec![far.document.to_string(), n(a), n(b), format!("+{}", n(more)), printable(far.text.as_bytes())]
        };
        sections.push(Section {
            title: format!("documents for which {more} needs most more tokens than {less}"),
            header: vec!["document", "A", "B", "more", "text"],
            left: vec![false, false, false, false, true],
            rows: far.iter().map(row).collect(),
        });
    }
    Part { heading: format!("{}{language}", printable(corpus.name.as_bytes())), lines: vec![line], sections }
}

/// The comparison for a terminal, at most 100 columns wide.
pub fn table(comparison: &Comparison) -> String {
    let mut out = String::new();
    for part in parts(comparison) {
        if !part.heading.is_empty() {
            let _ = writeln!(out, "\n{}:", part.heading);
        }
        for line in &part.lines {
            let _ = writeln!(out, "{}", wrapped(line, 2));
        }
        for section in part.sections.iter().filter(|s| !s.rows.is_empty()) {
            // What is free beside the columns of numbers is shared by those of text.
            let widest = |n: usize| section.rows.iter().map(|row| row[n].len()).max().unwrap_or(0);
            let numbers = (0..section.header.len()).filter(|&n| !section.left[n]);
            let taken: usize = numbers.map(|n| widest(n).max(section.header[n].len()) + 2).sum();
            let texts = section.left.iter().filter(|left| **left).count().max(1);
            let most = (WIDTH.saturating_sub(taken) / texts).saturating_sub(2).max(12);
            let cell = |(cell, left): (&String, &bool)| if *left { fit(cell, most) } else { cell.clone() };
            let rows: Vec<Vec<String>> =
                section.rows.iter().map(|row| row.iter().zip(&section.left).map(cell).collect()).collect();
            let _ = writeln!(out, "\n{}:\n{}", section.title, plain(&section.header, &rows, &section.left));
        }
    }
    out
}

/// The comparison for a README or an issue.
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = String::new();
    let cell = |text: &String| text.replace('|', "\\|").replace('`', "\\`");
    for part in parts(comparison) {
        if !part.heading.is_empty() {
            let _ = writeln!(out, "## {}\n", part.heading);
        }
        for line in &part.lines {
            let _ = writeln!(out, "{line}\n");
        }
        for section in part.sections.iter().filter(|s| !s.rows.is_empty()) {
            let rules: String = section.left.iter().map(|left| if *left { "---|" } else { "---:|" }).collect();
            let _ = writeln!(out, "{}:\n\n| {} |\n|{rules}", section.title, section.header.join(" | "));
            for row in &section.rows {
                let _ = writeln!(out, "| {} |", row.iter().map(cell).collect::<Vec<_>>().join(" | "));
            }
            out.push('\n');
        }
    }
    out
}
