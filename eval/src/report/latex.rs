//! Tables for a paper, with the rules of the package booktabs.

use std::fmt::Write as _;

use super::number::shown;
use crate::evaluation::Evaluation;

/// A table for each corpus. What LaTeX reads as a command is escaped.
pub fn latex(evaluation: &Evaluation) -> String {
    let mut out = String::from("% needs \\usepackage{booktabs}\n");
    for (c, corpus) in evaluation.measured_corpora() {
        let columns = "r".repeat(evaluation.subjects.len());
        let _ = writeln!(out, "\\begin{{table}}\n\\centering\n\\begin{{tabular}}{{l{columns}}}\n\\toprule");
        let names: Vec<String> = evaluation.subjects.iter().map(|s| escaped(&s.name)).collect();
        let _ = writeln!(out, "metric & {} \\\\\n\\midrule", names.join(" & "));
        for (m, metric) in evaluation.metrics.iter().enumerate().filter(|(m, _)| evaluation.measures(c, *m)) {
            let best = evaluation.best(c, m);
            let cells: Vec<String> = (0..evaluation.subjects.len())
                .map(|s| {
                    let value = evaluation.value(c, s, m);
                    let bold = value.is_some() && value == best && evaluation.ranks(c, s, m);
                    let text = if value.is_none() { "--".to_owned() } else { shown(value) };
                    if bold { format!("\\textbf{{{text}}}") } else { text }
                })
                .collect();
            let dagger = if evaluation.won(c, m).is_empty() { "" } else { "$^\\dagger$" };
            let _ = writeln!(out, "{}{dagger} & {} \\\\", escaped(metric.name), cells.join(" & "));
        }
        let _ = writeln!(
            out,
            "\\bottomrule\n\\end{{tabular}}\n\\caption{{{}: {}. $^\\dagger$ a degenerate baseline is at \
             least as good as every tokenizer.{}}}\n\\end{{table}}\n",
            escaped(&corpus.name),
            escaped(&super::number::content(&corpus.content)),
            super::number::lossy(evaluation, c).map_or(String::new(), |note| format!(" {}", escaped(&note))),
        );
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn commands_are_escaped() {
        assert_eq!(super::escaped("a_b%\\x^"), "a\\_b\\%\\textbackslash{}x\\textasciicircum{}");
    }
}
