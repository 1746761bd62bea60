//! Charts as SVG: bars with intervals, lines, labelled dots. Colours come from the page's style, so that they follow light
//! and dark; every mark says its figure when it is pointed at.

use std::fmt::Write as _;

use super::scale::{Scale, label};
use crate::html::escape;
use crate::report::number::shown;

/// Pixels of the picture's width, before it is scaled to its column.
const WIDTH: f64 = 480.0;
/// Pixels of the height of charts with two axes.
const HEIGHT: f64 = 300.0;

/// A bar.
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// Its class of colour.
    pub class: String,
    /// Its length; none has no bar.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

/// A line.
pub struct Line {
    /// What it stands for.
    pub label: String,
    /// Its class of colour.
    pub class: String,
    /// Drawn in dashes.
    pub dashed: bool,
    /// For each point that has a mark: whether it is to be trusted, or hollow.
    pub marks: Vec<bool>,
    /// Its points, by rising x.
    pub points: Vec<(f64, f64)>,
}

/// A dot with a name beside it.
pub struct Dot {
    /// Its name.
    pub label: String,
    /// Its class of colour.
    pub class: String,
    /// Where it lies.
    pub at: (f64, f64),
    /// The interval of its height.
    pub interval: Option<(f64, f64)>,
}

/// Two axes.
pub struct Axes<'a> {
    /// What x is.
    pub x: &'a str,
    /// What y is.
    pub y: &'a str,
    /// Whether they are logarithmic.
    pub log: (bool, bool),
    /// Whether y begins at 0.
    pub zero: bool,
}

/// Horizontal bars, one below the other.
pub fn bars(title: &str, bars: &[Bar]) -> String {
    let (left, row) = (150.0, 22.0);
    let height = bars.len() as f64 * row + 26.0;
    let ends = bars.iter().flat_map(|bar| [bar.value, bar.interval.map(|i| i.1)].into_iter().flatten());
    let scale = Scale::linear(ends, true, left, WIDTH - 62.0);
    let mut out = open(title, height);
    let foot = height - 22.0;
    for tick in scale.ticks() {
        let x = scale.at(tick);
        let _ = write!(out, r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="2" y2="{foot:.1}"/>"#);
        text(&mut out, (x, foot + 14.0), "middle", "axis", &label(tick));
    }
    for (n, bar) in bars.iter().enumerate() {
        let y = n as f64 * row + 4.0;
        text(&mut out, (left - 6.0, y + 11.5), "end", "name", &shortened(&bar.label, 22));
        let Some(value) = bar.value else {
            text(&mut out, (left + 4.0, y + 11.5), "start", "axis", "no figure");
            continue;
        };
        let (zero, end) = (scale.at(0.0), scale.at(value));
        let (from, width) = (zero.min(end), (end - zero).abs().max(0.5));
        let _ = write!(
            out,
            r#"<rect class="bar {}" x="{from:.1}" y="{y:.1}" width="{width:.1}" height="15"><title>{}: {}</title></rect>"#,
            bar.class,
            escape(&bar.label),
            with_interval(value, bar.interval)
        );
        let mut reach = end;
        if let Some((low, high)) = bar.interval {
            let (low, high, middle) = (scale.at(low), scale.at(high), y + 7.5);
            let _ = write!(
                out,
                r#"<path class="whisker" d="M{low:.1} {middle:.1}H{high:.1}M{low:.1} {:.1}v6M{high:.1} {:.1}v6"/>"#,
                middle - 3.0,
                middle - 3.0
            );
            reach = reach.max(high);
        }
        text(&mut out, (reach + 5.0, y + 11.5), "start", "value", &shown(Some(value)));
    }
    out + "</svg>"
}

/// Lines over two axes.
pub fn lines(title: &str, axes: &Axes<'_>, lines: &[Line]) -> String {
    let points = || lines.iter().flat_map(|line| line.points.iter().copied());
    let mut out = open(title, HEIGHT);
    let (x, y) = frame(&mut out, axes, &mut points().map(|p| p.0), &mut points().map(|p| p.1));
    for line in lines {
        let path: Vec<String> = line.points.iter().map(|p| format!("{:.1} {:.1}", x.at(p.0), y.at(p.1))).collect();
        let dashed = if line.dashed { " dashed" } else { "" };
        let _ = write!(
            out,
            r#"<path class="line {}{dashed}" d="M{}"><title>{}</title></path>"#,
            line.class,
            path.join("L"),
            escape(&line.label)
        );
        for (point, &solid) in line.points.iter().zip(&line.marks) {
            let hollow = if solid { "" } else { " hollow" };
            let note = format!("{} at {}: {}", line.label, label(point.0), shown(Some(point.1)));
            dot(&mut out, (x.at(point.0), y.at(point.1)), &format!("{}{hollow}", line.class), &note);
        }
    }
    out + "</svg>"
}

/// Dots with their names. Names that would lie on each other are moved apart.
pub fn dots(title: &str, axes: &Axes<'_>, dots: &[Dot]) -> String {
    let mut out = open(title, HEIGHT);
    let heights = || dots.iter().flat_map(|d| [Some(d.at.1), d.interval.map(|i| i.0), d.interval.map(|i| i.1)]);
    let (x, y) = frame(&mut out, axes, &mut dots.iter().map(|d| d.at.0), &mut heights().flatten());
    let mut placed: Vec<(f64, f64)> = Vec::new();
    let mut order: Vec<&Dot> = dots.iter().collect();
    order.sort_by(|a, b| y.at(a.at.1).total_cmp(&y.at(b.at.1)));
    for d in order {
        let (cx, cy) = (x.at(d.at.0), y.at(d.at.1));
        if let Some((low, high)) = d.interval {
            let _ = write!(out, r#"<path class="whisker" d="M{cx:.1} {:.1}V{:.1}"/>"#, y.at(low), y.at(high));
        }
        let note = format!("{}: {} at {}", d.label, with_interval(d.at.1, d.interval), label(d.at.0));
        dot(&mut out, (cx, cy), &d.class, &note);
        let (side, anchor) = if cx > WIDTH * 0.7 { (cx - 7.0, "end") } else { (cx + 7.0, "start") };
        let mut beside = cy + 4.0;
        while placed.iter().any(|&(px, py)| (px - side).abs() < 110.0 && (py - beside).abs() < 11.0) {
            beside += 11.0;
        }
        placed.push((side, beside));
        text(&mut out, (side, beside), anchor, "name", &shortened(&d.label, 20));
    }
    out + "</svg>"
}

/// Axes with their grid. Returns where values lie.
fn frame(
    out: &mut String,
    axes: &Axes<'_>,
    xs: &mut dyn Iterator<Item = f64>,
    ys: &mut dyn Iterator<Item = f64>,
) -> (Scale, Scale) {
    let (left, right, top, foot) = (52.0, WIDTH - 12.0, 10.0, HEIGHT - 44.0);
    let scale = |log: bool, zero: bool, values: &mut dyn Iterator<Item = f64>, from, to| {
        if log { Scale::log(values, from, to) } else { Scale::linear(values, zero, from, to) }
    };
    let x = scale(axes.log.0, false, xs, left, right);
    let y = scale(axes.log.1, axes.zero, ys, foot, top);
    for tick in y.ticks() {
        let at = y.at(tick);
        let _ = write!(out, r#"<line class="grid" x1="{left}" x2="{right}" y1="{at:.1}" y2="{at:.1}"/>"#);
        text(out, (left - 6.0, at + 4.0), "end", "axis", &label(tick));
    }
    for tick in x.ticks() {
        let at = x.at(tick);
        let _ = write!(out, r#"<line class="grid" x1="{at:.1}" x2="{at:.1}" y1="{top}" y2="{foot}"/>"#);
        text(out, (at, foot + 15.0), "middle", "axis", &label(tick));
    }
    text(out, ((left + right) / 2.0, HEIGHT - 10.0), "middle", "axis", axes.x);
    let _ = write!(
        out,
        r#"<text class="axis" text-anchor="middle" transform="translate(13 {:.1}) rotate(-90)">{}</text>"#,
        (top + foot) / 2.0,
        escape(axes.y)
    );
    (x, y)
}

fn open(title: &str, height: f64) -> String {
    let title = escape(title);
    format!(r#"<svg viewBox="0 0 {WIDTH} {height:.0}" role="img" aria-label="{title}">"#)
}

fn text(out: &mut String, at: (f64, f64), anchor: &str, class: &str, text: &str) {
    let (x, y) = at;
    let text = escape(text);
    let _ = write!(out, r#"<text class="{class}" text-anchor="{anchor}" x="{x:.1}" y="{y:.1}">{text}</text>"#);
}

fn dot(out: &mut String, at: (f64, f64), class: &str, note: &str) {
    let (x, y) = at;
    let note = escape(note);
    let _ = write!(out, r#"<circle class="dot {class}" cx="{x:.1}" cy="{y:.1}" r="4"><title>{note}</title></circle>"#);
}

/// A figure with its interval.
pub fn with_interval(value: f64, interval: Option<(f64, f64)>) -> String {
    let range = interval.map(|(low, high)| format!(" [{}, {}]", shown(Some(low)), shown(Some(high))));
    shown(Some(value)) + &range.unwrap_or_default()
}

/// A name of at most so many characters.
fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_lie_inside_the_picture_and_names_are_text() {
        let bar = |label: &str, value, interval| Bar { label: label.into(), class: "c0".into(), value, interval };
        let svg = bars("bars", &[bar("<a>", Some(2.0), Some((1.5, 2.5))), bar("b", None, None)]);
        assert!(svg.contains("&lt;a&gt;: 2 [1.500, 2.500]") && svg.contains("no figure") && !svg.contains("<a>"));
        let axes = Axes { x: "n", y: "share", log: (true, false), zero: true };
        let (points, marks) = (vec![(1.0, 0.2), (1000.0, 0.9)], vec![true, false]);
        let line = Line { label: "a".into(), class: "c0".into(), dashed: true, marks, points };
        let svg = lines("lines", &axes, &[line]);
        assert!(svg.contains("line c0 dashed") && svg.contains("dot c0 hollow") && !svg.contains("NaN"), "{svg}");
        let dot = |label: &str| Dot { label: label.into(), class: "c0".into(), at: (32000.0, 2.0), interval: None };
        let svg = dots("dots", &axes, &[dot("x"), dot("y")]);
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(!bars("none", &[]).contains("NaN") && !lines("none", &axes, &[]).contains("NaN"));
    }
}
