//! Documents in blocks, in the order of the corpus: what the bootstrap draws from.
//!
//! There are at most [`MOST`] blocks. When they are full, neighbours are joined and blocks hold twice as many documents:
//! so it depends on the documents alone what a block is, and memory is bounded.

use rayon::prelude::*;
use toktool::stats::{REPLICATES, draw};

use crate::counts::{Counts, Row};

/// Blocks at most.
pub const MOST: usize = 10_000;

/// Sums of blocks of documents.
#[derive(Debug, Clone)]
pub struct Blocks<R = Counts> {
    rows: Vec<R>,
    /// Documents of a block.
    size: u64,
    /// Documents in the last one.
    filled: u64,
    most: usize,
}

impl<R: Row> Default for Blocks<R> {
    fn default() -> Self {
        Blocks::new(MOST)
    }
}

impl<R: Row> Blocks<R> {
    fn new(most: usize) -> Self {
        Blocks { rows: Vec::new(), size: 1, filled: 0, most }
    }

    /// The next document.
    pub fn push(&mut self, document: &R) {
        match self.rows.last_mut() {
            Some(last) if self.filled < self.size => {
                last.add(document);
                self.filled += 1;
            }
            _ => {
                if self.rows.len() == self.most {
                    self.join();
                    return self.push(document);
                }
                self.rows.push(document.clone());
                self.filled = 1;
            }
        }
    }

    fn join(&mut self) {
        // The last pair is half full where the number of blocks is odd.
        self.filled = if self.rows.len().is_multiple_of(2) { self.size * 2 } else { self.filled };
        let pairs = self.rows.chunks(2).map(|pair| {
            let mut sum = pair[0].clone();
            pair[1..].iter().for_each(|row| sum.add(row));
            sum
        });
        self.rows = pairs.collect();
        self.size *= 2;
    }

    /// The blocks.
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    /// The sum of all.
    pub fn total(&self) -> R {
        let mut sum = R::default();
        self.rows.iter().for_each(|row| sum.add(row));
        sum
    }
}

/// Sums of the blocks that each replicate of the bootstrap draws; none where there are too few blocks to draw from.
pub fn drawn<T: Default + Send + Sync>(blocks: &[T], seed: u64, add: fn(&mut T, &T)) -> Vec<T> {
    if blocks.len() < 2 {
        return Vec::new();
    }
    let sum = |replicate| {
        let mut sum = T::default();
        draw(blocks.len(), seed, replicate).for_each(|block| add(&mut sum, &blocks[block]));
        sum
    };
    (0..REPLICATES).into_par_iter().map(sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_equally_many_documents_in_order() {
        for most in [2, 3, 4, 7] {
            for documents in 0..60u64 {
                let mut blocks: Blocks = Blocks::new(most);
                for n in 0..documents {
                    blocks.push(&Counts { documents: 1, tokens: n, ..Counts::default() });
                }
                let sizes: Vec<u64> = blocks.rows().iter().map(|row| row.documents).collect();
                assert!(sizes.len() <= most, "{sizes:?}");
                assert!(sizes.iter().rev().skip(1).all(|&s| s == blocks.size), "{most} {documents} {sizes:?}");
                assert_eq!(blocks.total().documents, documents);
                let mut next = 0;
                for row in blocks.rows() {
                    assert_eq!(row.tokens, (next..next + row.documents).sum::<u64>());
                    next += row.documents;
                }
            }
        }
    }
}
