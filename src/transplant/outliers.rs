//! Fresh rows that are much larger or smaller than the model's own.
//!
//! A row whose norm is far beyond all others decides whatever is predicted: rows that a donor or a file of vectors led to can
//! be such by accident or by design ("breaker tokens", 2601.00065). The model's own rows say what is usual: the median of
//! their norms and the median distance from it, neither of which a few strange rows move.

use serde::Serialize;

use super::rows::OldRows;
use super::side::Side;
use crate::vocab::Id;

/// Distances from the median, in standard deviations as the median distance tells them, that are out of the ordinary.
const FAR: f64 = 6.0;
/// Standard deviations of a normal distribution to its median distance.
const DEVIATION: f64 = 1.4826;
/// The deviation is this share of the median at least, should all rows be alike.
const SPREAD: f64 = 0.02;
/// Examples that are listed.
const EXAMPLES: usize = 20;

/// What norms are usual.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Usual {
    median: f64,
    deviation: f64,
}

impl Usual {
    /// `None` without a norm.
    fn of(mut norms: Vec<f64>) -> Option<Usual> {
        let median = middle(&mut norms)?;
        norms.iter_mut().for_each(|norm| *norm = (*norm - median).abs());
        let deviation = middle(&mut norms)? * DEVIATION;
        Some(Usual { median, deviation: deviation.max(median * SPREAD) })
    }

    fn limits(&self) -> (f64, f64) {
        ((self.median - FAR * self.deviation).max(0.0), self.median + FAR * self.deviation)
    }
}

/// The median; of an even number the upper of the two in the middle.
fn middle(numbers: &mut [f64]) -> Option<f64> {
    let at = numbers.len() / 2;
    (!numbers.is_empty()).then(|| *numbers.select_nth_unstable_by(at, f64::total_cmp).1)
}

/// A fresh row that stands out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlier {
    /// Its new id.
    pub id: Id,
    /// Its token.
    pub token: String,
    /// Its norm.
    pub norm: f64,
}

/// Fresh rows of one matrix against its old rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outliers {
    /// The median norm of the old rows.
    pub median: f64,
    /// Rows of a smaller norm stand out.
    pub below: f64,
    /// Rows of a greater norm stand out.
    pub above: f64,
    /// Fresh rows that are too small.
    pub small: u64,
    /// Fresh rows that are too large.
    pub large: u64,
    /// Old rows that are as large.
    pub large_old: u64,
    /// Up to 20 of them: large ones first, those that are farthest out.
    pub examples: Vec<Outlier>,
}

impl Outliers {
    /// Compares `fresh` norms, by new id, with those of the first `used` old rows. `None` for a bias, where a norm says
    /// nothing, and where there is nothing to compare. O(old rows).
    pub(super) fn of(old: &OldRows, used: usize, fresh: &[(Id, f64)], new: &Side) -> Option<Outliers> {
        if old.width() < 2 || fresh.is_empty() {
            return None;
        }
        let norms: Vec<f64> = (0..used.min(old.len()) as Id).map(|id| old.norm(id)).collect();
        let usual = Usual::of(norms.clone())?;
        let (below, above) = usual.limits();
        let mut strange: Vec<(Id, f64)> = fresh.iter().copied().filter(|row| row.1 < below || row.1 > above).collect();
        let out = |norm: f64| if norm > above { (0, norm - above) } else { (1, below - norm) };
        strange.sort_by(|a, b| {
            let (a_out, b_out) = (out(a.1), out(b.1));
            a_out.0.cmp(&b_out.0).then(b_out.1.total_cmp(&a_out.1)).then(a.0.cmp(&b.0))
        });
        let large = strange.iter().filter(|row| row.1 > above).count() as u64;
        let example = |&(id, norm): &(Id, f64)| Outlier { id, token: new.shown(id), norm };
        Some(Outliers {
            median: usual.median,
            below,
            above,
            small: strange.len() as u64 - large,
            large,
            large_old: norms.iter().filter(|norm| **norm > above).count() as u64,
            examples: strange.iter().take(EXAMPLES).map(example).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1, 2, 3, 4, 100: the median is 3, distances from it 2, 1, 0, 1, 97, and theirs is 1.
    #[test]
    fn what_is_usual_by_hand() {
        let usual = Usual::of(vec![100.0, 4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!(usual, Usual { median: 3.0, deviation: 1.4826 });
        assert!((usual.limits().1 - 11.8956).abs() < 1e-9 && usual.limits().0 == 0.0);
        let alike = Usual::of(vec![5.0; 4]).unwrap();
        assert!((alike.deviation - 0.1).abs() < 1e-12);
        assert_eq!(Usual::of(Vec::new()), None);
    }
}
