//! All metrics on one corpus: figures with their intervals, paired differences, and what a baseline wins.

use toktool::stats::percentile_interval;

use super::ends::Ends;
use super::prepared::Prepared;
use super::{Degenerate, Difference, Evaluation, Measurement};
use crate::evidence::Series;
use crate::metric::Better;

/// Every metric on the corpus that comes next in the report.
pub(super) fn measure(evaluation: &mut Evaluation, prepared: &[Prepared], ends: Ends) {
    let corpus = evaluation.corpora.len();
    let metrics = evaluation.metrics.clone();
    let mut values = vec![vec![None; prepared.len()]; metrics.len()];
    for (subject, one) in prepared.iter().enumerate() {
        let curves = one.curves().into_iter();
        let series = curves.map(|(plot, points)| Series { corpus, subject, plot, points });
        evaluation.evidence.series.extend(series);
        evaluation.lossy.extend(one.lossy().then_some((corpus, subject)));
    }
    for (metric, row) in metrics.into_iter().enumerate() {
        if row.compute.place() != prepared[0].place {
            continue;
        }
        let (_, base) = prepared[0].figures(row, &prepared[0]);
        for (subject, one) in prepared.iter().enumerate() {
            let (figure, replicated) = one.figures(row, &prepared[0]);
            values[metric][subject] = figure.value;
            let interval = one.interval(row, figure, &replicated);
            evaluation.measurements.push(Measurement { subject, corpus, metric, figure, interval });
            let (Some(value), Some(first)) = (figure.value, values[metric][0]) else { continue };
            if (1..ends.named).contains(&subject) && !replicated.is_empty() {
                let pairs = replicated.iter().zip(&base);
                let paired: Vec<Option<f64>> = pairs.map(|(a, b)| Some((*a)? - (*b)?)).collect();
                let interval = percentile_interval(&paired);
                evaluation.differences.push(Difference { subject, corpus, metric, value: value - first, interval });
            }
        }
        // Points of curves win nothing, and nothing wins over them.
        let ranked = |n: usize| values[metric][n].filter(|_| !(row.needs_all_text() && prepared[n].lossy()));
        let ranked: Vec<Option<f64>> = (0..ends.named).chain(ends.judged..prepared.len()).map(ranked).collect();
        if let Some(mut subjects) = degenerate(row.better, &ranked, ends.named) {
            subjects.iter_mut().filter(|s| **s >= ends.named).for_each(|s| *s += ends.judged - ends.named);
            evaluation.degenerate.push(Degenerate { corpus, metric, subjects });
        }
    }
    evaluation.measurements.sort_by_key(|m| (m.corpus, m.subject, m.metric));
}

/// The baselines that are at least as good as every tokenizer, unless all are equally good.
fn degenerate(better: Better, values: &[Option<f64>], named: usize) -> Option<Vec<usize>> {
    let best = values[..named].iter().copied().flatten().reduce(|a, b| if better.prefers(b, a) { b } else { a })?;
    if better == Better::Neither || values.iter().flatten().all(|&v| v == best) {
        return None;
    }
    let wins = |n: &usize| values[*n].is_some_and(|v| !better.prefers(best, v));
    let winners: Vec<usize> = (named..values.len()).filter(wins).collect();
    (!winners.is_empty()).then_some(winners)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Higher is better: 3 of the baseline beats 2; a tie with the best counts unless all are equal.
    #[test]
    fn degenerate_winners() {
        let some = |v: &[f64]| v.iter().map(|&v| Some(v)).collect::<Vec<_>>();
        assert_eq!(degenerate(Better::Higher, &some(&[1.0, 2.0, 3.0, 0.0]), 2), Some(vec![2]));
        assert_eq!(degenerate(Better::Lower, &some(&[1.0, 2.0, 3.0, 1.0]), 2), Some(vec![3]));
        assert_eq!(degenerate(Better::Higher, &some(&[1.0, 1.0, 1.0]), 2), None);
        assert_eq!(degenerate(Better::Neither, &some(&[1.0, 2.0, 3.0]), 2), None);
        assert_eq!(degenerate(Better::Higher, &[None, Some(1.0)], 1), None);
    }
}
