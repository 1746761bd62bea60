//! A matrix of the old vocabulary in memory, in the type that it is stored in, and what its rows are like on the whole.

use std::sync::OnceLock;

use rayon::prelude::*;

use crate::error::{Error, Place, Result};
use crate::lm::checkpoint::{Checkpoint, Dtype};
use crate::vocab::Id;

/// Rows read at once by a thread, and summed at once.
const BLOCK: usize = 1024;

/// Rows of the old matrix. Half-precision rows take half of what they would in f32, and are widened one by one.
#[derive(Debug)]
pub struct OldRows {
    name: String,
    dtype: Dtype,
    bytes: Vec<u8>,
    count: usize,
    width: usize,
    norms: Vec<f64>,
    moments: OnceLock<Moments>,
}

/// Mean and standard deviation of the rows, by column and over all numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// The mean row.
    pub mean: Vec<f32>,
    /// The standard deviation of each column.
    pub deviation: Vec<f32>,
    /// The mean of all numbers.
    pub scalar_mean: f32,
    /// Their standard deviation.
    pub scalar_deviation: f32,
}

impl OldRows {
    /// Reads a matrix, or a vector as a matrix of one column. GGUF blocks become f32.
    ///
    /// # Errors
    /// [`Error::Input`] naming the tensor and the row for a number that is not finite in one of the first `used` rows, and
    /// for a type that is not read as numbers; [`Error::Io`].
    pub fn read(checkpoint: &Checkpoint, name: &str, used: usize) -> Result<OldRows> {
        let info = checkpoint.info(name)?;
        let (count, width) = (info.rows(), info.columns());
        if !info.dtype.is_readable() {
            let why = format!("rows of type {} cannot be computed with", info.dtype.name());
            return Err(Error::input(&checkpoint.path, why)
                .at(Place::Entry(name.to_owned()))
                .with_hint("use a checkpoint whose embeddings are F32, F16 or BF16"));
        }
        let dtype = if info.dtype.bytes().is_some() { info.dtype.clone() } else { Dtype::F32 };
        let row = dtype.bytes().unwrap_or(4) * width;
        // An allocation that fails ends the program, so it is tried before; zeroed memory costs nothing until it is written.
        Vec::<u8>::new()
            .try_reserve_exact(row * count)
            .map_err(|_| Error::input(&checkpoint.path, "the matrix does not fit into memory"))?;
        let mut bytes = vec![0; row * count];
        let read = |(block, out): (usize, &mut [u8])| {
            let range = block * BLOCK..(block + 1).saturating_mul(BLOCK).min(count);
            if dtype == info.dtype {
                return checkpoint.raw_rows_into(name, range, out);
            }
            let mut converted = Vec::with_capacity(out.len());
            dtype.encode(&checkpoint.rows(name, range)?, &mut converted)?;
            out.copy_from_slice(&converted);
            Ok(())
        };
        let read: Vec<Result<()>> = bytes.par_chunks_mut((row * BLOCK).max(1)).enumerate().map(read).collect();
        read.into_iter().collect::<Result<()>>()?;
        let rows = OldRows::with_norms(name.to_owned(), dtype, bytes, count, width);
        // The norm of a row is finite only if all of it is.
        let bad = rows.norms.iter().take(used).position(|norm| !norm.is_finite());
        match bad {
            None => Ok(rows),
            Some(row) => Err(Error::input(&checkpoint.path, format!("row {row} has a number that is not finite"))
                .at(Place::Entry(name.to_owned()))
                .with_hint("the checkpoint is damaged: what is built from such a row would be worthless")),
        }
    }

    /// Rows in memory.
    #[cfg(test)]
    pub(super) fn of(numbers: Vec<f32>, width: usize) -> OldRows {
        let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        let (name, count) = ("rows".to_owned(), numbers.len() / width);
        OldRows::with_norms(name, Dtype::F32, bytes, count, width)
    }

    fn with_norms(name: String, dtype: Dtype, bytes: Vec<u8>, count: usize, width: usize) -> OldRows {
        let mut rows = OldRows { name, dtype, bytes, count, width, norms: Vec::new(), moments: OnceLock::new() };
        let norms = (0..count as Id).into_par_iter().map_init(
            || vec![0.0; width],
            |row, id| {
                rows.row(id, row);
                norm(row)
            },
        );
        rows.norms = norms.collect();
        rows
    }

    /// The norm of a row. Not finite where a number of the row is not.
    pub fn norm(&self, id: Id) -> f64 {
        self.norms[id as usize]
    }

    /// The tensor's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The type in memory: what it is stored in, or F32 where that is blocks of GGUF.
    pub fn dtype(&self) -> &Dtype {
        &self.dtype
    }

    /// A row as it is stored.
    pub fn raw(&self, id: Id) -> &[u8] {
        let size = self.bytes.len() / self.count.max(1);
        &self.bytes[id as usize * size..][..size]
    }

    /// Writes a row into `out`, which has [`OldRows::width`] numbers.
    pub fn row(&self, id: Id, out: &mut [f32]) {
        self.each(id, out, |slot, x| *slot = x);
    }

    /// Adds a row times `weight` to `out`.
    pub fn add(&self, id: Id, weight: f32, out: &mut [f32]) {
        self.each(id, out, |slot, x| *slot += weight * x);
    }

    fn each(&self, id: Id, out: &mut [f32], take: impl Fn(&mut f32, f32)) {
        let raw = self.raw(id);
        match self.dtype {
            Dtype::F32 => widen(raw, out, f32::from_le_bytes, take),
            Dtype::F64 => widen(raw, out, |b| f64::from_le_bytes(b) as f32, take),
            Dtype::F16 => widen(raw, out, |b| half::f16::from_le_bytes(b).to_f32(), take),
            Dtype::BF16 => widen(raw, out, |b| half::bf16::from_le_bytes(b).to_f32(), take),
            Dtype::Block(_) | Dtype::Opaque(_) => unreachable!("`read` refuses these types"),
        }
    }

    /// Means and deviations over all rows; computed once, in f64, in an order that threads do not change.
    pub fn moments(&self) -> &Moments {
        self.moments.get_or_init(|| {
            let width = self.width;
            let starts: Vec<usize> = (0..self.count).step_by(BLOCK).collect();
            let sums: Vec<(Vec<f64>, Vec<f64>)> = starts
                .par_iter()
                .map(|&start| {
                    let (mut sum, mut squares, mut row) = (vec![0.0; width], vec![0.0; width], vec![0.0; width]);
                    for id in start..(start + BLOCK).min(self.count) {
                        self.row(id as Id, &mut row);
                        for ((s, q), &x) in sum.iter_mut().zip(&mut squares).zip(&row) {
                            *s += f64::from(x);
                            *q += f64::from(x) * f64::from(x);
                        }
                    }
                    (sum, squares)
                })
                .collect();
            let (mut sum, mut squares) = (vec![0.0; width], vec![0.0; width]);
            for (s, q) in &sums {
                sum.iter_mut().zip(s).for_each(|(a, b)| *a += b);
                squares.iter_mut().zip(q).for_each(|(a, b)| *a += b);
            }
            let n = self.count.max(1) as f64;
            let deviation = |(s, q): (&f64, &f64)| (q / n - (s / n) * (s / n)).max(0.0).sqrt() as f32;
            let all = n * width.max(1) as f64;
            let (total, total_squares) = (sum.iter().sum::<f64>(), squares.iter().sum::<f64>());
            let scalar_mean = total / all;
            Moments {
                mean: sum.iter().map(|s| (s / n) as f32).collect(),
                deviation: sum.iter().zip(&squares).map(deviation).collect(),
                scalar_mean: scalar_mean as f32,
                scalar_deviation: (total_squares / all - scalar_mean * scalar_mean).max(0.0).sqrt() as f32,
            }
        })
    }
}

/// The Euclidean norm, summed in f64 in eight lanes.
pub(super) fn norm(numbers: &[f32]) -> f64 {
    let (whole, rest) = numbers.as_chunks::<8>();
    let mut lanes = [0.0f64; 8];
    for chunk in whole {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &x)| *lane += f64::from(x) * f64::from(x));
    }
    let rest: f64 = rest.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    (lanes.iter().sum::<f64>() + rest).sqrt()
}

fn widen<const N: usize>(raw: &[u8], out: &mut [f32], read: impl Fn([u8; N]) -> f32, take: impl Fn(&mut f32, f32)) {
    let (numbers, _) = raw.as_chunks::<N>();
    out.iter_mut().zip(numbers).for_each(|(slot, bytes)| take(slot, read(*bytes)));
}
