//! The conjugate gradient solver of ALS: a few steps from each row's last
//! vector. What every step needs of M is one product of matrices for a block
//! of rows; what it needs of a row's own cells is added cell by cell.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::confidences::Confidences;
use super::lane_products::rows_of;
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
        let mut product = vec![[0.0; LANES]; x.len()];
        self.multiply(x, &mut product);
        let mut state = State {
            residual: vec![[0.0; LANES]; x.len()],
            direction: Vec::new(),
            lengths: vec![0.0; x.len() / self.groups],
            x,
            product,
        };
        pulp::Arch::new().dispatch(Begin(self, &mut state));
        state.direction.clone_from(&state.residual);
        for _ in 0..steps {
            self.multiply(&state.direction, &mut state.product);
            pulp::Arch::new().dispatch(Step(self, &mut state));
        }
    }

    /// `rows` · M.
    fn multiply(&self, rows: &[Lanes], product: &mut [Lanes]) {
        let n = self.groups * LANES;
        let rows = rows_of(rows, n);
        let to = MatMut::from_row_major_slice_mut(product.as_flattened_mut(), rows.nrows(), n);
        matmul(to, Accum::Replace, rows, self.matrix, 1.0, Par::Seq);
    }

    /// The vectors and confidences of a row's cells.
    #[inline(always)]
    fn cells(&self, at: usize) -> impl Iterator<Item = (&[Lanes], f32)> {
        let (others, confidences) = self.rows.row(self.first + at);
        let vector = |&other: &u32| &self.from[other as usize * self.groups..][..self.groups];
        others.iter().map(vector).zip(confidences.iter().copied())
    }
}

/// Where the rows of a block stand.
struct State<'a> {
    x: &'a mut [Lanes],
    /// r = Σ c y − A x.
    residual: Vec<Lanes>,
    direction: Vec<Lanes>,
    /// The last product with M.
    product: Vec<Lanes>,
    /// Squared length of each row's residual.
    lengths: Vec<f32>,
}

/// The residual of what the rows start from.
struct Begin<'a, 'b>(&'a Block<'a>, &'a mut State<'b>);

impl pulp::NullaryFnOnce for Begin<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self(block, state) = self;
        for (at, length) in state.lengths.iter_mut().enumerate() {
            let own = at * block.groups..(at + 1) * block.groups;
            let (r, x) = (&mut state.residual[own.clone()], &mut state.x[own.clone()]);
            if block.rows.row(block.first + at).0.is_empty() {
                x.fill([0.0; LANES]);
                continue;
            }
            add_scaled(r, -1.0, &state.product[own]);
            for (y, c) in block.cells(at) {
                add_scaled(r, c - (c - 1.0) * dot(y, x), y);
            }
            *length = dot(r, r);
        }
    }
}

/// One step of every row.
struct Step<'a, 'b>(&'a Block<'a>, &'a mut State<'b>);

impl pulp::NullaryFnOnce for Step<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self(block, state) = self;
        for (at, length) in state.lengths.iter_mut().enumerate() {
            if *length < SMALL {
                continue;
            }
            let own = at * block.groups..(at + 1) * block.groups;
            let p = &mut state.direction[own.clone()];
            let q = &mut state.product[own.clone()];
            for (y, c) in block.cells(at) {
                add_scaled(q, (c - 1.0) * dot(y, p), y);
            }
            let step = *length / dot(p, q);
            add_scaled(&mut state.x[own.clone()], step, p);
            let r = &mut state.residual[own];
            add_scaled(r, -step, q);
            let shorter = dot(r, r);
            let kept = shorter / *length;
            for (p, r) in p.iter_mut().zip(r) {
                let (mut next, r) = (*p, *r);
                for lane in 0..LANES {
                    next[lane] = kept * next[lane] + r[lane];
                }
                *p = next;
            }
            *length = shorter;
        }
    }
}
