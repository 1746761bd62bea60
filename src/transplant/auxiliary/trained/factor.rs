//! From counts to vectors: positive pointwise mutual information, and a truncated singular value decomposition of it.
//!
//! With `n(t, c)` the count of token and context, `p(c)` proportional to `n(c)^0.75`:
//!
//! ```text
//! m(t, c) = max(0, log(n(t, c) / n(t) / p(c)))        M = U S V'        vectors = U S^0.5
//! ```
//!
//! The decomposition is subspace iteration from random columns (Halko, Martinsson and Tropp 2011, algorithm 4.4, on the
//! smaller side): `V = orthonormal(M' M V)` a few times; the eigenvectors `W` and values `L` of `(M V)' (M V)` then give
//! `U S^0.5 = M V W L^(-1/4)`. Columns are worked on in groups of [`LANES`], one after the other within a group, which is why
//! threads change no bit.

use rayon::prelude::*;

use super::contexts::{COLUMNS, Table};
use crate::error::Result;
use crate::observe::{Event, Observer, check};
use crate::random::Random;

/// The exponent of the distribution of contexts: frequent ones count for less (Levy, Goldberg and Dagan 2015).
const SMOOTHING: f64 = 0.75;
/// Columns that are worked on together.
const LANES: usize = 16;
/// Columns beyond those that are wanted.
const MORE: usize = 16;
/// Rounds of the iteration.
const ROUNDS: usize = 3;
/// Rows whose products are added up at once.
const BLOCK: usize = 8192;

/// Rows of numbers most of which are 0.
#[derive(Debug, PartialEq)]
pub(super) struct Sparse {
    ends: Vec<usize>,
    columns: Vec<u16>,
    values: Vec<f32>,
}

impl Sparse {
    /// The information of all tokens that were seen at least `least` times, and which rows of the table they are.
    pub(super) fn of(table: &Table, least: u64) -> (Sparse, Vec<u32>) {
        let smooth: Vec<f64> = table.columns().iter().map(|&n| libm::pow(n as f64, SMOOTHING)).collect();
        let all = smooth.iter().sum::<f64>();
        let mut matrix = Sparse { ends: Vec::new(), columns: Vec::new(), values: Vec::new() };
        let mut rows: Vec<u32> = Vec::new();
        for (row, column, count) in table.iter().filter(|&(row, ..)| table.seen(row) >= least) {
            let share = f64::from(count) / table.of_row(row) as f64;
            let information = libm::log(share * all / smooth[column]);
            if information <= 0.0 {
                continue;
            }
            if rows.last() != Some(&(row as u32)) {
                rows.push(row as u32);
                matrix.ends.push(matrix.values.len());
            }
            matrix.columns.push(column as u16);
            matrix.values.push(information as f32);
            *matrix.ends.last_mut().unwrap_or(&mut 0) = matrix.values.len();
        }
        (matrix, rows)
    }

    /// Columns and values of each row.
    pub(super) fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = (usize, f32)> + '_> + '_ {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| {
            let columns = self.columns[start..end].iter();
            columns.zip(&self.values[start..end]).map(|(&column, &value)| (usize::from(column), value))
        })
    }

    /// The product with `[COLUMNS, LANES]`: `[rows, LANES]`.
    fn times(&self, group: &[f32]) -> Vec<f32> {
        let (group, _) = group.as_chunks::<LANES>();
        let mut product = Vec::with_capacity(self.ends.len() * LANES);
        for row in self.rows() {
            let mut sum = [0.0f32; LANES];
            for (column, value) in row {
                sum.iter_mut().zip(&group[column]).for_each(|(sum, x)| *sum += value * x);
            }
            product.extend(sum);
        }
        product
    }

    /// The product of the transpose with `[rows, LANES]`: `[COLUMNS, LANES]`.
    fn transposed_times(&self, group: &[f32]) -> Vec<f32> {
        let (group, _) = group.as_chunks::<LANES>();
        let mut product = vec![[0.0f32; LANES]; COLUMNS];
        for (row, x) in self.rows().zip(group) {
            for (column, value) in row {
                product[column].iter_mut().zip(x).for_each(|(sum, x)| *sum += value * x);
            }
        }
        product.into_flattened()
    }

    /// `width` numbers for each row.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`].
    pub(super) fn vectors(&self, width: usize, seed: u64, observer: &dyn Observer) -> Result<Vec<f32>> {
        let groups = (width + MORE).div_ceil(LANES);
        let mut basis: Vec<Vec<f32>> = (0..groups as u64)
            .map(|group| {
                let mut random = Random::new(crate::random::mix(seed).wrapping_add(group));
                (0..COLUMNS * LANES).map(|_| random.normal() as f32).collect()
            })
            .collect();
        for round in 0..ROUNDS {
            let next = basis.par_iter().map(|group| {
                check(observer)?;
                Ok(self.transposed_times(&self.times(group)))
            });
            basis = next.collect::<Result<_>>()?;
            check(observer)?;
            orthonormalise(&mut basis);
            observer.event(Event::Progress(round as u64 + 1));
        }
        let images: Vec<Vec<f32>> = basis.par_iter().map(|group| self.times(group)).collect();
        drop(basis);
        check(observer)?;
        let size = groups * LANES;
        let (values, vectors) = eigen(gram(&images), size);
        // The rotation, `[size, width]`.
        let mut rotation = vec![0.0f32; size * width];
        for (at, &(value, column)) in values.iter().take(width).enumerate() {
            if value > values[0].0 * 1e-10 {
                let scale = 1.0 / value.sqrt().sqrt();
                (0..size).for_each(|row| rotation[row * width + at] = (vectors[row * size + column] * scale) as f32);
            }
        }
        let mut rows = vec![0.0; self.ends.len() * width];
        rows.par_chunks_mut(width.max(1)).enumerate().for_each(|(row, out)| {
            for (group, image) in images.iter().enumerate() {
                for (lane, x) in image[row * LANES..][..LANES].iter().enumerate() {
                    let weights = &rotation[(group * LANES + lane) * width..][..width];
                    out.iter_mut().zip(weights).for_each(|(out, weight)| *out += x * weight);
                }
            }
        });
        Ok(rows)
    }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    // Eight sums side by side, in an order that is always the same.
    let mut sums = [0.0f64; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (x, y))| *sum += f64::from(*x) * f64::from(*y));
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>()
}

/// Makes the columns orthonormal: Gram and Schmidt, modified, and twice, after which rounding no longer shows. Columns that
/// depend on those before them become 0.
fn orthonormalise(groups: &mut [Vec<f32>]) {
    let column = |n: usize| groups[n / LANES].iter().skip(n % LANES).step_by(LANES).copied().collect::<Vec<f32>>();
    let mut columns: Vec<Vec<f32>> = (0..groups.len() * LANES).map(column).collect();
    for _ in 0..2 {
        let before: Vec<f64> = columns.iter().map(|column| dot(column, column).sqrt()).collect();
        for n in 0..columns.len() {
            let (done, rest) = columns.split_at_mut(n + 1);
            let own = &mut done[n];
            let norm = dot(own, own).sqrt();
            let scale = if norm > before[n] * 1e-5 { 1.0 / norm } else { 0.0 };
            own.iter_mut().for_each(|x| *x = (f64::from(*x) * scale) as f32);
            rest.par_iter_mut().for_each(|other| {
                let share = dot(own, other) as f32;
                other.iter_mut().zip(own.iter()).for_each(|(x, own)| *x -= share * own);
            });
        }
    }
    for (n, column) in columns.into_iter().enumerate() {
        let places = groups[n / LANES].iter_mut().skip(n % LANES).step_by(LANES);
        places.zip(column).for_each(|(place, x)| *place = x);
    }
}

/// All products of two columns of the groups, each `[rows, LANES]`.
fn gram(groups: &[Vec<f32>]) -> Vec<f64> {
    let size = groups.len() * LANES;
    let starts: Vec<usize> = (0..groups.first().map_or(0, Vec::len)).step_by(BLOCK * LANES).collect();
    let parts: Vec<Vec<f64>> = starts
        .par_iter()
        .map(|&start| {
            let mut sum = vec![0.0f64; size * size];
            let end = (start + BLOCK * LANES).min(groups[0].len());
            let mut row = vec![0.0f64; size];
            for at in (start..end).step_by(LANES) {
                for (group, out) in groups.iter().zip(row.chunks_mut(LANES)) {
                    out.iter_mut().zip(&group[at..at + LANES]).for_each(|(out, x)| *out = f64::from(*x));
                }
                for (n, x) in row.iter().enumerate() {
                    let line = &mut sum[n * size..][..=n];
                    line.iter_mut().zip(&row).for_each(|(sum, y)| *sum += x * y);
                }
            }
            sum
        })
        .collect();
    let mut sum = vec![0.0; size * size];
    parts.iter().for_each(|part| sum.iter_mut().zip(part).for_each(|(a, b)| *a += b));
    for n in 0..size {
        (0..n).for_each(|m| sum[m * size + n] = sum[n * size + m]);
    }
    sum
}

/// Eigenvalues of a symmetric matrix, the greatest first, each with its column in the matrix of eigenvectors: Jacobi's
/// rotations, row by row.
fn eigen(mut a: Vec<f64>, size: usize) -> (Vec<(f64, usize)>, Vec<f64>) {
    let mut vectors = vec![0.0; size * size];
    (0..size).for_each(|n| vectors[n * size + n] = 1.0);
    let scale: f64 = (0..size).map(|n| a[n * size + n]).sum();
    for _ in 0..50 {
        let mut apart: f64 = 0.0;
        for p in 0..size {
            for q in p + 1..size {
                let off = a[p * size + q];
                apart = apart.max(off.abs());
                if off.abs() <= scale * 1e-16 {
                    continue;
                }
                let half = (a[q * size + q] - a[p * size + p]) / (2.0 * off);
                let tangent = half.signum() / (half.abs() + (half * half + 1.0).sqrt());
                let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
                let sine = tangent * cosine;
                let turn = |matrix: &mut [f64], one: usize, two: usize| {
                    let (x, y) = (matrix[one], matrix[two]);
                    (matrix[one], matrix[two]) = (cosine * x - sine * y, sine * x + cosine * y);
                };
                for n in 0..size {
                    turn(&mut a, n * size + p, n * size + q);
                    turn(&mut vectors, n * size + p, n * size + q);
                }
                (0..size).for_each(|n| turn(&mut a, p * size + n, q * size + n));
            }
        }
        if apart <= scale * 1e-13 {
            break;
        }
    }
    let mut values: Vec<(f64, usize)> = (0..size).map(|n| (a[n * size + n], n)).collect();
    values.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    (values, vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[[2, 1], [1, 2]]` has the values 3 and 1 with the vectors (1, 1) and (1, -1) over the root of 2.
    #[test]
    fn eigenvalues_by_hand() {
        let (values, vectors) = eigen(vec![2.0, 1.0, 1.0, 2.0], 2);
        assert!((values[0].0 - 3.0).abs() < 1e-12 && (values[1].0 - 1.0).abs() < 1e-12, "{values:?}");
        let first = values[0].1;
        assert!((vectors[first].abs() - 0.5f64.sqrt()).abs() < 1e-12 && vectors[first] * vectors[2 + first] > 0.0);
    }

    /// A matrix put together from 20 known directions: inner products of `U S` are those of its rows, so those of
    /// `U S^0.5`, scaled back, are, too.
    #[test]
    fn a_matrix_of_low_rank_is_found_whole() {
        let (rows, rank) = (300, 20);
        let mut random = Random::new(1);
        let columns: Vec<usize> = crate::random::sample(COLUMNS, 400, 3);
        let directions: Vec<f64> = (0..rank * 400).map(|_| random.normal()).collect();
        let mut matrix = Sparse { ends: Vec::new(), columns: Vec::new(), values: Vec::new() };
        for _ in 0..rows {
            let weights: Vec<f64> = (0..rank).map(|n| random.normal() / (n + 1) as f64).collect();
            for (at, &column) in columns.iter().enumerate() {
                let value: f64 = weights.iter().enumerate().map(|(n, w)| w * directions[n * 400 + at]).sum();
                matrix.columns.push(column as u16);
                matrix.values.push(value as f32);
            }
            matrix.ends.push(matrix.values.len());
        }
        let width = 32;
        let vectors = matrix.vectors(width, 1, &()).unwrap();
        // Columns of the result are orthogonal, and their squared lengths are the singular values.
        let column = |n: usize| (0..rows).map(|row| f64::from(vectors[row * width + n])).collect::<Vec<f64>>();
        let product = |a: usize, b: usize| column(a).iter().zip(column(b)).map(|(x, y)| x * y).sum::<f64>();
        let singular: Vec<f64> = (0..width).map(|n| product(n, n)).collect();
        assert!(singular[19] > 1.0 && singular[20..].iter().all(|s| s.abs() < 1e-2), "{singular:?}");
        assert!((0..20).all(|n| (n + 1..20).all(|m| product(n, m).abs() < 1e-3 * singular[0])));
        for (a, b) in [(0, 0), (3, 7), (120, 250)] {
            let real: f64 =
                (0..400).map(|n| f64::from(matrix.values[a * 400 + n]) * f64::from(matrix.values[b * 400 + n])).sum();
            let found: f64 = (0..width)
                .map(|n| f64::from(vectors[a * width + n]) * f64::from(vectors[b * width + n]) * singular[n])
                .sum();
            assert!((real - found).abs() < 1e-3 * singular[0], "{real} {found}");
        }
    }

    #[test]
    fn an_empty_matrix_has_no_rows() {
        let empty = Sparse { ends: Vec::new(), columns: Vec::new(), values: Vec::new() };
        assert!(empty.vectors(8, 1, &()).unwrap().is_empty());
    }
}
