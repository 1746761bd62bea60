use proptest::prelude::*;

use super::*;
use crate::random::Random;

/// Gaussian elimination with pivots.
fn solved(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|&x, &y| a[x][column].abs().total_cmp(&a[y][column].abs())).unwrap();
        a.swap(column, pivot);
        b.swap(column, pivot);
        for row in column + 1..n {
            let factor = a[row][column] / a[column][column];
            (column..n).for_each(|k| a[row][k] -= factor * a[column][k]);
            b[row] -= factor * b[column];
        }
    }
    for row in (0..n).rev() {
        let sum: f64 = (row + 1..n).map(|k| a[row][k] * b[k]).sum();
        b[row] = (b[row] - sum) / a[row][row];
    }
    b
}

/// The definition: least squares from scratch in every step.
fn naive(rows: &[Vec<f32>], anchors: &[Anchor], target: &[f32], k: usize) -> Vec<(Id, f64)> {
    let row = |n: usize| &rows[anchors[n].new as usize];
    let (mut chosen, mut weights): (Vec<usize>, Vec<f64>) = (Vec::new(), Vec::new());
    for _ in 0..k.min(anchors.len()) {
        let mut left: Vec<f64> = target.iter().map(|&x| f64::from(x)).collect();
        for (&n, weight) in chosen.iter().zip(&weights) {
            left.iter_mut().zip(row(n)).for_each(|(left, x)| *left -= weight * f64::from(*x));
        }
        let like = |n: usize| {
            let product: f64 = left.iter().zip(row(n)).map(|(a, b)| a * f64::from(*b)).sum();
            product.abs() * f64::from(anchors[n].scale)
        };
        let free = (0..anchors.len()).filter(|n| !chosen.contains(n));
        let Some(best) = free.max_by(|&a, &b| like(a).total_cmp(&like(b)).then(b.cmp(&a))) else { break };
        chosen.push(best);
        let products = chosen.iter().map(|&a| chosen.iter().map(|&b| dot(row(a), row(b))).collect()).collect();
        weights = solved(products, chosen.iter().map(|&a| dot(row(a), target)).collect());
    }
    chosen.into_iter().map(|n| anchors[n].old).zip(weights).collect()
}

/// Random rows, of which the first `anchors` are tokens in common; old ids run backwards.
fn problem(width: usize, anchors: usize, fresh: usize, seed: u64, raw: bool) -> (Vec<Vec<f32>>, Vec<Anchor>, Vec<Id>) {
    let mut random = Random::new(seed);
    let mut rows: Vec<Vec<f32>> = Vec::new();
    for _ in 0..anchors + fresh {
        let size = 0.2 + random.unit();
        rows.push((0..width).map(|_| (random.normal() * size) as f32).collect());
    }
    let anchor = |new: usize| {
        let norm = dot(&rows[new], &rows[new]).sqrt();
        Anchor { old: (anchors - new) as Id, new: new as Id, scale: if raw { 1.0 } else { (1.0 / norm) as f32 } }
    };
    let all = (0..anchors).map(anchor).collect();
    (rows, all, (anchors as Id..(anchors + fresh) as Id).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_pursuit_is_the_definition(
        width in 6..40usize, anchors in 1..60usize, fresh in 1..20usize, k in 1..6usize, seed: u64, raw: bool,
    ) {
        let (rows, anchors, fresh) = problem(width, anchors, fresh, seed, raw);
        let old = OldRows::of(rows.concat(), width);
        let found = pursue(&old, &anchors, &fresh, k, &()).unwrap();
        for (&id, found) in fresh.iter().zip(&found) {
            let expected = naive(&rows, &anchors, &rows[id as usize], k);
            prop_assert!(found.iter().map(|weight| weight.0).eq(expected.iter().map(|weight| weight.0)));
            for (found, expected) in found.iter().zip(expected) {
                prop_assert!((f64::from(found.1) - expected.1).abs() < 1e-3 * (1.0 + expected.1.abs()));
            }
        }
    }
}

/// A row that is a sum of three anchors is found as that sum, and nothing more is looked for.
#[test]
fn a_sparse_truth_is_found_and_the_pursuit_ends() {
    let (mut rows, anchors, fresh) = problem(32, 50, 2, 5, false);
    rows[50] = (0..32).map(|n| 2.0 * rows[3][n] - rows[7][n] + 0.5 * rows[20][n]).collect();
    rows[51] = vec![0.0; 32];
    let old = OldRows::of(rows.concat(), 32);
    let mut found = pursue(&old, &anchors, &fresh, 40, &()).unwrap();
    found[0].retain(|weight| weight.1.abs() > 1e-4);
    found[0].sort_by_key(|weight| std::cmp::Reverse(weight.0));
    let expected = [(47, 2.0), (43, -1.0), (30, 0.5)];
    assert_eq!(found[0].len(), 3, "{found:?}");
    assert!(found[0].iter().zip(expected).all(|(f, e)| f.0 == e.0 && (f.1 - e.1).abs() < 1e-4), "{found:?}");
    assert!(found[1].is_empty());
}

/// Equal anchors, and fewer dimensions than steps: the second of a pair is never taken for the same thing again.
#[test]
fn dependent_anchors_do_no_harm() {
    let (mut rows, anchors, fresh) = problem(4, 30, 5, 9, false);
    for n in 15..30 {
        rows[n] = rows[n - 15].clone();
    }
    let old = OldRows::of(rows.concat(), 4);
    for weights in pursue(&old, &anchors, &fresh, 64, &()).unwrap() {
        assert!(!weights.is_empty() && weights.len() <= 4, "{weights:?}");
        assert!(weights.iter().all(|weight| weight.1.is_finite()));
    }
}

#[test]
fn threads_change_no_bit() {
    let (rows, anchors, fresh) = problem(64, 700, 300, 2, false);
    let old = OldRows::of(rows.concat(), 64);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| pursue(&old, &anchors, &fresh, 12, &()).unwrap())
    };
    assert_eq!(run(1), run(3));
}
