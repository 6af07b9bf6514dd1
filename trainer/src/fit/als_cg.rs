//! The conjugate gradient solver of ALS: a few steps from each row's last
//! vector. What every step needs of M is one product of matrices for a block
//! of rows; what it needs of a row's own cells is added cell by cell.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::als::rows_of;
use super::confidences::Confidences;
use super::lanes::{LANES, Lanes, add_scaled, dot};

/// Rows of a block: their vectors stay in a core's own cache.
const ROWS: usize = 64;
/// Squared length of a residual that needs no more steps.
const SMALL: f32 = 1e-20;

/// Improves the rows `to` by `steps` steps; `matrix` is YᵀY + λI.
pub(super) fn half_step(
    steps: u32,
    rows: &Confidences,
    from: &[Lanes],
    matrix: &[f32],
    to: &mut [Lanes],
) {
    let n = (matrix.len() as f64).sqrt() as usize;
    let groups = n / LANES;
    let matrix = MatRef::from_row_major_slice(matrix, n, n);
    to.par_chunks_mut(ROWS * groups)
        .enumerate()
        .for_each(|(number, x)| {
            let block = Block {
                rows,
                first: number * ROWS,
                from,
                groups,
                matrix,
            };
            block.improve(steps, x);
        });
}

struct Block<'a> {
    rows: &'a Confidences,
    first: usize,
    from: &'a [Lanes],
    groups: usize,
    matrix: MatRef<'a, f32>,
}

impl Block<'_> {
    fn improve(&self, steps: u32, x: &mut [Lanes]) {
        let groups = self.groups;
        let mut product = vec![[0.0; LANES]; x.len()];
        self.multiply(x, &mut product);
        // r = Σ c y − A x
        let mut residual = vec![[0.0; LANES]; x.len()];
        let mut lengths = vec![0.0; x.len() / groups];
        pulp::Arch::new().dispatch(|| {
            for (at, length) in lengths.iter_mut().enumerate() {
                let own = at * groups..(at + 1) * groups;
                let (r, x) = (&mut residual[own.clone()], &mut x[own.clone()]);
                let (others, confidences) = self.rows.row(self.first + at);
                if others.is_empty() {
                    x.fill([0.0; LANES]);
                    continue;
                }
                add_scaled(r, -1.0, &product[own]);
                for (&other, &c) in others.iter().zip(confidences) {
                    let y = &self.from[other as usize * groups..][..groups];
                    add_scaled(r, c - (c - 1.0) * dot(y, x), y);
                }
                *length = dot(r, r);
            }
        });
        let mut direction = residual.clone();
        for _ in 0..steps {
            self.multiply(&direction, &mut product);
            pulp::Arch::new().dispatch(|| {
                for (at, length) in lengths.iter_mut().enumerate() {
                    if *length < SMALL {
                        continue;
                    }
                    let own = at * groups..(at + 1) * groups;
                    let (p, q) = (&mut direction[own.clone()], &mut product[own.clone()]);
                    let (others, confidences) = self.rows.row(self.first + at);
                    for (&other, &c) in others.iter().zip(confidences) {
                        let y = &self.from[other as usize * groups..][..groups];
                        add_scaled(q, (c - 1.0) * dot(y, p), y);
                    }
                    let step = *length / dot(p, q);
                    add_scaled(&mut x[own.clone()], step, p);
                    let r = &mut residual[own];
                    add_scaled(r, -step, q);
                    let shorter = dot(r, r);
                    let kept = shorter / *length;
                    for (p, r) in p.iter_mut().zip(r) {
                        for lane in 0..LANES {
                            p[lane] = kept.mul_add(p[lane], r[lane]);
                        }
                    }
                    *length = shorter;
                }
            });
        }
    }

    /// `rows` · M.
    fn multiply(&self, rows: &[Lanes], product: &mut [Lanes]) {
        let n = self.groups * LANES;
        let rows = rows_of(rows, n);
        let to = MatMut::from_row_major_slice_mut(product.as_flattened_mut(), rows.nrows(), n);
        matmul(to, Accum::Replace, rows, self.matrix, 1.0, Par::Seq);
    }
}
