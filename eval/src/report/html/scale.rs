//! Where a value lies on an axis, and which values are written beside it.

/// An axis: values from `low` to `high` on a stretch of the picture.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    low: f64,
    high: f64,
    log: bool,
    from: f64,
    to: f64,
}

impl Scale {
    /// A linear axis that covers the values, and a little more; `zero` if it begins at 0.
    pub fn linear(values: impl Iterator<Item = f64>, zero: bool, from: f64, to: f64) -> Scale {
        let (low, high) = extent(values).unwrap_or((0.0, 1.0));
        let (low, high) = if zero { (low.min(0.0), high.max(0.0)) } else { (low, high) };
        let span = if high > low { high - low } else { high.abs().max(1.0) };
        let step = step(span, 5.0);
        let low = if zero && low == 0.0 { 0.0 } else { (low / step).floor() * step };
        Scale { low, high: (high / step).ceil().max(low / step + 1.0) * step, log: false, from, to }
    }

    /// A logarithmic axis over the positive values.
    pub fn log(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Scale {
        let (low, high) = extent(values.filter(|&v| v > 0.0)).unwrap_or((1.0, 10.0));
        let (low, high) = if high / low < 1.5 { (low / 1.5, high * 1.5) } else { (low / 1.05, high * 1.05) };
        Scale { low, high, log: true, from, to }
    }

    /// Where a value lies. Values beyond the axis lie at its end.
    pub fn at(&self, value: f64) -> f64 {
        let share = match self.log {
            true => (value.max(self.low) / self.low).ln() / (self.high / self.low).ln(),
            false => (value - self.low) / (self.high - self.low),
        };
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// Values to write beside the axis.
    pub fn ticks(&self) -> Vec<f64> {
        if self.log {
            let all = |steps: &[f64]| -> Vec<f64> {
                let powers = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
                let values = powers.flat_map(|power| steps.iter().map(move |step| step * 10f64.powi(power)));
                values.filter(|v| (self.low..=self.high).contains(v)).collect()
            };
            let fine = all(&[1.0, 2.0, 5.0]);
            return if fine.len() <= 7 { fine } else { all(&[1.0]) };
        }
        let step = step(self.high - self.low, 5.0);
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|n| n as f64 * step).collect()
    }
}

fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| v.is_finite()).fold(None, |extent, v| {
        let (low, high) = extent.unwrap_or((v, v));
        Some((f64::min(low, v), f64::max(high, v)))
    })
}

/// 1, 2 or 5 times a power of ten, of which about `parts` make `span`.
fn step(span: f64, parts: f64) -> f64 {
    let rough = span / parts;
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|f| f * power >= rough * 0.999).unwrap_or(10.0);
    factor * power
}

/// A value as an axis shows it.
pub fn label(value: f64) -> String {
    let (scaled, suffix) = match value.abs() {
        v if v >= 1e9 => (value / 1e9, "G"),
        v if v >= 1e6 => (value / 1e6, "M"),
        v if v >= 1e3 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    // A sum of steps carries a rounding error that nobody wants to read.
    let rounded = (scaled * 1e6).round() / 1e6;
    format!("{}{suffix}", if rounded == 0.0 { 0.0 } else { rounded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        let scale = Scale::linear([0.13, 0.87].into_iter(), true, 0.0, 100.0);
        assert_eq!(scale.ticks().into_iter().map(label).collect::<Vec<_>>(), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!((scale.at(0.0), scale.at(1.0)), (0.0, 100.0));
        let scale = Scale::linear([1.97, 2.31].into_iter(), false, 100.0, 0.0);
        assert_eq!(scale.ticks().into_iter().map(label).collect::<Vec<_>>(), ["1.9", "2", "2.1", "2.2", "2.3", "2.4"]);
        assert!(scale.at(1.97) > scale.at(2.31));
        let scale = Scale::log([900.0, 250_000.0].into_iter(), 0.0, 1.0);
        assert_eq!(scale.ticks().into_iter().map(label).collect::<Vec<_>>(), ["1k", "10k", "100k"][..]);
        let same = Scale::linear([3.0, 3.0].into_iter(), false, 0.0, 1.0);
        assert!(same.ticks().len() > 1 && same.at(3.0).is_finite());
        let none = Scale::linear([f64::NAN].into_iter(), false, 0.0, 1.0);
        assert!(none.at(0.5).is_finite());
        assert_eq!(label(32_000.0), "32k");
    }
}
