//! Which charts a corpus gets.

use super::draw::{Axes, Bar, Dot, Line, bars, dots, lines};
use super::headline;
use crate::curve::{At, Axis};
use crate::evaluation::Evaluation;
use crate::evidence::Plot;
use crate::metric::Better;

/// A chart with what is said above and below it.
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// How to read it.
    pub caption: String,
    /// The picture.
    pub svg: String,
}

/// How tokens of up to this share are shown in the chart of lengths: the few that are longer would squeeze the rest.
const SHORT: f64 = 0.995;

/// Class of colour of a subject: eight for tokenizers, then again with other shades; one for each baseline.
pub fn class(evaluation: &Evaluation, subject: usize) -> String {
    let tokenizers = evaluation.subjects.iter().filter(|s| !s.baseline).count();
    if evaluation.subjects[subject].baseline {
        format!("b{}", (subject - tokenizers) % 4)
    } else {
        format!("c{}", subject % 8)
    }
}

/// All charts of a corpus, in the order of the page.
pub fn charts(evaluation: &Evaluation, corpus: usize) -> Vec<Chart> {
    let on = On { evaluation, corpus };
    let figures = headline(evaluation, corpus).into_iter().map(|metric| on.figure(metric));
    let rest = [on.rate(), on.orders(), on.bracket(), on.rarefaction(), on.lengths(), on.lorenz()];
    let along = [Axis::Vocabulary, Axis::Training].into_iter().flat_map(|axis| on.along(axis));
    figures.chain(rest).flatten().chain(along).collect()
}

/// An evaluation on one corpus.
struct On<'e> {
    evaluation: &'e Evaluation<'e>,
    corpus: usize,
}

impl On<'_> {
    fn name(&self, subject: usize) -> &str {
        &self.evaluation.subjects[subject].name
    }

    fn metric(&self, name: &str) -> Option<usize> {
        self.evaluation.metrics.iter().position(|m| m.name == name)
    }

    fn measured(&self, subject: usize, metric: usize) -> Option<(f64, Option<(f64, f64)>)> {
        let found = self.evaluation.find(self.corpus, subject, metric)?;
        Some((found.figure.value.filter(|v| v.is_finite())?, found.interval))
    }

    /// Bars with intervals.
    fn figure(&self, metric: usize) -> Option<Chart> {
        let evaluation = self.evaluation;
        let bar = |s| {
            let measured = self.measured(s, metric);
            let (value, interval) = (measured.map(|m| m.0), measured.and_then(|m| m.1));
            Bar { label: self.name(s).to_owned(), class: class(evaluation, s), value, interval }
        };
        // Points of curves have charts of their own.
        let compared = (0..evaluation.subjects.len()).filter(|&s| evaluation.subjects[s].point.is_none());
        let rows: Vec<Bar> = compared.map(bar).collect();
        let row = evaluation.metrics[metric];
        let better = match row.better {
            Better::Higher => "; higher is better",
            Better::Lower => "; lower is better",
            Better::Neither => "",
        };
        let won: Vec<&str> = evaluation.won(self.corpus, metric).iter().map(|&s| self.name(s)).collect();
        let caption = if won.is_empty() {
            format!("{}.", row.definition)
        } else {
            format!("{}. At least as good without knowing anything: {}.", row.definition, won.join(", "))
        };
        rows.iter().any(|bar| bar.value.is_some()).then(|| Chart {
            title: format!("{} ({}{better})", row.name, row.unit),
            caption,
            svg: bars(row.name, &rows),
        })
    }

    /// Bits per byte against the size of the vocabulary.
    fn rate(&self) -> Option<Chart> {
        let metric = self.metric("bits_per_byte_best")?;
        let dot = |s: usize| {
            let (value, interval) = self.measured(s, metric)?;
            let size = self.evaluation.subjects[s].declared? as f64;
            let (label, class) = (self.name(s).to_owned(), class(self.evaluation, s));
            Some(Dot { label, class, at: (size, value), interval })
        };
        let all: Vec<Dot> = self.tokenizers().filter_map(dot).collect();
        let axes = Axes { x: "entries of the vocabulary", y: "bits per byte", log: (true, false), zero: false };
        (!all.is_empty()).then(|| Chart {
            title: "Bits per byte against vocabulary".into(),
            caption:
                "What a model of the last tokens needs for a byte of text that it has not seen, at its best order: \
                      the only fair scale for vocabularies of different sizes. Lower is better."
                    .into(),
            svg: dots("bits per byte against vocabulary", &axes, &all),
        })
    }

    /// Bits per byte by order.
    fn orders(&self) -> Option<Chart> {
        let drawn = self.by_order("bits_per_byte_h", "", true);
        self.lines(
            "Bits per byte by order",
            "Held out: order k knows the k-1 tokens before. Hollow where more than a tenth of the contexts is new, so that \
             the order is not to be trusted on this much text.",
            &Axes { x: "order", y: "bits per byte", log: (false, false), zero: false },
            &drawn,
        )
    }

    /// The bracket of entropies.
    fn bracket(&self) -> Option<Chart> {
        let mut drawn = self.by_order("entropy_h", "_heldout", true);
        drawn.extend(self.by_order("entropy_h", "_plugin", false));
        self.lines(
            "Entropy by order, a bracket",
            "Solid: held out, from above. Dashed: plug-in, from below, which falls to nothing on pure noise too. The truth \
             lies between.",
            &Axes { x: "order", y: "bits per token", log: (false, false), zero: true },
            &drawn,
        )
    }

    fn by_order(&self, before: &str, after: &str, marked: bool) -> Vec<Line> {
        let metrics: Vec<(usize, usize)> =
            (1..=5).filter_map(|k| Some((k, self.metric(&format!("{before}{k}{after}"))?))).collect();
        let one = |s: usize| {
            let points: Vec<(f64, f64)> =
                metrics.iter().filter_map(|&(k, m)| Some((k as f64, self.measured(s, m)?.0))).collect();
            let trusted = |k: f64| {
                let unseen = self.metric(&format!("unseen_contexts_h{k}"))?;
                Some(self.measured(s, unseen)?.0 <= 0.1)
            };
            let marks = points.iter().filter(|_| marked).map(|p| trusted(p.0).unwrap_or(true)).collect();
            self.line(s, !marked, marks, points)
        };
        self.tokenizers().map(one).filter(|line| line.points.len() > 1).collect()
    }

    /// The figures that come first, along curves over an axis of sizes.
    fn along(&self, axis: Axis) -> Vec<Chart> {
        let subjects = self.evaluation.subjects.iter().enumerate();
        let points = subjects.filter_map(|(s, subject)| Some((s, subject.point.as_ref()?)));
        let sized = points.filter(|(_, point)| point.axis == axis).filter_map(|(s, point)| match point.x {
            At::Size(size) => Some((s, point.curve.as_str(), size as f64)),
            At::Name(_) => None,
        });
        let sized: Vec<(usize, &str, f64)> = sized.collect();
        let mut curves: Vec<&str> = sized.iter().map(|(_, curve, _)| *curve).collect();
        curves.dedup();
        let x = match axis {
            Axis::Training => "bytes of training text",
            _ => "entries of the vocabulary",
        };
        let line = |(n, &curve): (usize, &&str), metric| {
            let on = sized.iter().filter(|(_, name, _)| *name == curve);
            let mut points: Vec<(f64, f64)> =
                on.filter_map(|&(s, _, size)| Some((size, self.measured(s, metric)?.0))).collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            let marks = vec![true; points.len()];
            Line { label: curve.to_owned(), class: format!("c{}", n % 8), dashed: false, marks, points }
        };
        let chart = |metric: usize| {
            let row = self.evaluation.metrics[metric];
            let lines: Vec<Line> = curves.iter().enumerate().map(|curve| line(curve, metric)).collect();
            let drawn: Vec<Line> = lines.into_iter().filter(|line| !line.points.is_empty()).collect();
            let axes = Axes { x, y: row.unit, log: (true, false), zero: false };
            self.lines(&format!("{} by {x}", row.name), &format!("{}.", row.definition), &axes, &drawn)
        };
        headline(self.evaluation, self.corpus).into_iter().filter_map(chart).collect()
    }

    fn rarefaction(&self) -> Option<Chart> {
        self.lines(
            "Different tokens by running tokens",
            "How many different tokens to expect among so many drawn from the text (rarefaction): compare vocabularies at \
             the same length, not at the end of their lines.",
            &Axes { x: "running tokens", y: "different tokens", log: (true, true), zero: false },
            &self.curves(Plot::Rarefaction, |points| points.into_iter().filter(|p| p.0 >= 100.0).collect()),
        )
    }

    fn lengths(&self) -> Option<Chart> {
        let short = |points: Vec<(f64, f64)>| {
            let mut sum = 0.0;
            let inside = points.iter().take_while(|p| {
                let before = sum;
                sum += p.1;
                before < SHORT
            });
            inside.copied().collect()
        };
        self.lines(
            "Length of running tokens",
            "Share of the running tokens by their bytes; the longest 0.5 % are left out.",
            &Axes { x: "bytes", y: "share", log: (false, false), zero: true },
            &self.curves(Plot::Lengths, short),
        )
    }

    fn lorenz(&self) -> Option<Chart> {
        let mut drawn = self.curves(Plot::Lorenz, |points| points);
        if !drawn.is_empty() {
            let (label, class, points) = ("equal".to_owned(), "b0".to_owned(), vec![(0.0, 0.0), (1.0, 1.0)]);
            drawn.push(Line { label, class, dashed: true, marks: Vec::new(), points });
        }
        self.lines(
            "Lorenz curve over languages",
            "Share of all tokens that the cheapest languages take. On the dashed diagonal every language costs the same; \
             twice the area between is the Gini coefficient.",
            &Axes { x: "share of languages", y: "share of tokens", log: (false, false), zero: true },
            &drawn,
        )
    }

    fn tokenizers(&self) -> impl Iterator<Item = usize> {
        (0..self.evaluation.subjects.len()).filter(|&s| self.evaluation.subjects[s].is_named())
    }

    fn curves(&self, plot: Plot, shown: impl Fn(Vec<(f64, f64)>) -> Vec<(f64, f64)>) -> Vec<Line> {
        let curves = self.evaluation.evidence.curves(self.corpus, plot);
        let tokenizers = curves.filter(|(s, _)| self.evaluation.subjects[*s].is_named());
        tokenizers.map(|(s, points)| self.line(s, false, Vec::new(), shown(points.to_vec()))).collect()
    }

    fn line(&self, subject: usize, dashed: bool, marks: Vec<bool>, points: Vec<(f64, f64)>) -> Line {
        Line { label: self.name(subject).to_owned(), class: class(self.evaluation, subject), dashed, marks, points }
    }

    fn lines(&self, title: &str, caption: &str, axes: &Axes<'_>, drawn: &[Line]) -> Option<Chart> {
        let chart = || Chart { title: title.into(), caption: caption.into(), svg: lines(title, axes, drawn) };
        (!drawn.is_empty()).then(chart)
    }
}
