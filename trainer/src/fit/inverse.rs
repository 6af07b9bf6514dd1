//! (S + λI)⁻¹ for a sparse symmetric S: exact elimination of the rare items,
//! a dense Cholesky inverse of what is left, and back-substitution.
//!
//! With the first item eliminated, S + λI = [a fᵀ; f D], l = f / a and the
//! Schur complement D' = D − l fᵀ, the inverse P has
//! P₂₂ = D'⁻¹, P₁₂ = −lᵀ P₂₂ and P₁₁ = 1/a − P₁₂ l.

use anyhow::Context;
use doorstep_shared::item_item::Neighbours;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor;
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::linalg::triangular_inverse::invert_lower_triangular;
use faer::{Accum, Mat, MatMut, Par};
use rayon::prelude::*;

use super::card::{Card, Job};
use super::elimination::{self, Order};
use super::{Training, sweep};
use crate::progress::Progress;

/// Columns of a row that one thread computes at once: they stay in its cache.
const CHUNK: usize = 2048;
/// Side of the tiles in which a triangle is mirrored.
const TILE: usize = 64;
/// What of a vector may change by way of the matrix and its inverse, as a graphics card has found
/// it, before the processor does it again: the loss of single precision is well below.
const TOLERANCE: f64 = 1e-3;
pub(super) const NOT_DEFINITE: &str =
    "XᵀX + λI is not positive definite in single precision: raise lambda";

/// The inverse, with rows and columns in elimination order.
pub(super) struct Inverse {
    /// Item at each position.
    pub items: Vec<u32>,
    /// Position of each item.
    pub positions: Vec<u32>,
    stride: usize,
    values: Vec<f32>,
}

impl Inverse {
    /// Row at `position`, which is also the column.
    pub fn row(&self, position: usize) -> &[f32] {
        &self.values[position * self.stride..][..self.items.len()]
    }
}

/// Inverts `gram` + `lambda`·I for `model`; `gram` is symmetric, items × items, with
/// both triangles stored. On a graphics card where the training has one and that pays.
pub(super) fn invert(
    model: &str,
    gram: &Neighbours,
    lambda: f32,
    training: &Training,
    progress: &Progress,
) -> anyhow::Result<Inverse> {
    let step = progress.spinner(format!("{model}: inverse"));
    let card = |m: usize| {
        let work = (m as f64).powi(3) / 2.0;
        let job = Job {
            dense: work,
            own: work,
            moved: (m as f64).powi(2),
        };
        let what = format!("{model}: inverse of {m} × {m} numbers");
        Card::for_job(job, &what, training, progress)
    };
    let inverse = inverted(gram, lambda, card, progress)?;
    step.finish_and_clear();
    Ok(inverse)
}

/// [`invert`], with the `card` for a dense matrix of so many rows.
fn inverted(
    gram: &Neighbours,
    lambda: f32,
    card: impl Fn(usize) -> Option<Card>,
    progress: &Progress,
) -> anyhow::Result<Inverse> {
    let order = elimination::order(gram);
    let positions = order.positions();
    let n = gram.rows();
    // An odd number of cache lines: rows don't compete for the same cache sets.
    let stride = (n.div_ceil(16) | 1) * 16;
    let mut values = scatter(gram, lambda, &order, &positions, stride);
    for position in 0..order.eliminated {
        eliminate(&mut values[position * stride..], stride, n, position);
    }
    let corner = order.eliminated * (stride + 1);
    if order.eliminated < n {
        let (values, m) = (&mut values[corner..], n - order.eliminated);
        match card(m) {
            Some(card) => invert_on(&card, values, stride, m, progress)?,
            None => invert_dense(values, stride, m)?,
        }
    }
    for position in (0..order.eliminated).rev() {
        back_substitute(&mut values[position * stride..], stride, n, position);
    }
    Ok(Inverse {
        items: order.items,
        positions,
        stride,
        values,
    })
}

/// The upper triangle of gram + λI in elimination order.
fn scatter(
    gram: &Neighbours,
    lambda: f32,
    order: &Order,
    positions: &[u32],
    stride: usize,
) -> Vec<f32> {
    let mut values = vec![0.0; gram.rows() * stride];
    values
        .par_chunks_exact_mut(stride)
        .zip(&order.items)
        .enumerate()
        .for_each(|(position, (row, &item))| {
            let entries = gram.outer_view(item as usize).expect("a square matrix");
            for (other, &value) in entries.iter() {
                let column = positions[other] as usize;
                if column >= position {
                    row[column] = value;
                }
            }
            row[position] += lambda;
        });
    values
}

/// Entries of the row being eliminated, right of its pivot: (column, value).
fn off_diagonal(row: &[f32], position: usize) -> Vec<(usize, f32)> {
    let right = row.iter().enumerate().skip(position + 1);
    right
        .filter(|(_, value)| **value != 0.0)
        .map(|(column, &value)| (column, value))
        .collect()
}

/// D' = D − l fᵀ on the upper triangle. `values` begins with row `position`.
fn eliminate(values: &mut [f32], stride: usize, n: usize, position: usize) {
    let (row, below) = values.split_at_mut(stride);
    let pivot = row[position];
    let entries = off_diagonal(&row[..n], position);
    for (at, &(column, value)) in entries.iter().enumerate() {
        let factor = value / pivot;
        let target = &mut below[(column - position - 1) * stride..][..n];
        for &(right, value) in &entries[at..] {
            target[right] -= factor * value;
        }
    }
}

/// [`invert_dense`] on a graphics card, unless what it gives back is no inverse.
fn invert_on(
    card: &Card,
    values: &mut [f32],
    stride: usize,
    m: usize,
    progress: &Progress,
) -> anyhow::Result<()> {
    let blocks = sweep::invert(card, values, stride, m)?;
    // Ones of either sign, by the upper bits of a product, so that nothing regular cancels out.
    let vector: Vec<f64> = (0..m as u32)
        .map(|at| f64::from(1 - 2 * (at.wrapping_mul(2_654_435_769) >> 31) as i32))
        .collect();
    let image = times(&vector, |row| &values[row * stride + row..][..m - row]);
    let back = times(&image, |row| sweep::row(&blocks, m, row));
    let far = back.iter().zip(&vector).map(|(a, b)| (a - b).abs());
    // Not `max`, which would pass over what is no number.
    let off = far.fold(0.0, |most: f64, far| {
        if most.is_nan() || far <= most {
            most
        } else {
            far
        }
    });
    if off.is_nan() || off > TOLERANCE {
        progress.say(format!(
            "the inverse of {} is off by {off:.1e}; the processor does it again",
            card.name()
        ));
        return invert_dense(values, stride, m);
    }
    for row in 0..m {
        values[row * stride + row..][..m - row].copy_from_slice(sweep::row(&blocks, m, row));
    }
    mirror(&mut values[..(m - 1) * stride + m], stride, m);
    Ok(())
}

/// A symmetric matrix times `vector`; `row` gives a row from its diagonal on.
fn times<'a>(vector: &[f64], row: impl Fn(usize) -> &'a [f32]) -> Vec<f64> {
    let mut product = vec![0.0; vector.len()];
    for at in 0..vector.len() {
        let (diagonal, right) = row(at).split_first().expect("a row holds its diagonal");
        let mut sum = f64::from(*diagonal) * vector[at];
        let both = product[at + 1..].iter_mut().zip(&vector[at + 1..]);
        for (&value, (below, &other)) in right.iter().zip(both) {
            sum += f64::from(value) * other;
            *below += f64::from(value) * vector[at];
        }
        product[at] += sum;
    }
    product
}

/// Inverts the leading `m` × `m` block of `values`, given by its upper
/// triangle, and fills in both triangles.
fn invert_dense(values: &mut [f32], stride: usize, m: usize) -> anyhow::Result<()> {
    let par = Par::rayon(0);
    // Upper by rows is lower by columns, which is what faer works on.
    let len = (m - 1) * stride + m;
    let mut matrix =
        MatMut::from_column_major_slice_with_stride_mut(&mut values[..len], m, m, stride);
    let scratch = factor::cholesky_in_place_scratch::<f32>(m, par, Default::default());
    factor::cholesky_in_place(
        matrix.as_mut(),
        Default::default(),
        par,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    )
    .ok()
    .context(NOT_DEFINITE)?;
    let mut lower = Mat::zeros(m, m);
    invert_lower_triangular(lower.as_mut(), matrix.as_ref(), par);
    matmul(
        matrix,
        BlockStructure::TriangularLower,
        Accum::Replace,
        lower.transpose(),
        BlockStructure::TriangularUpper,
        lower.as_ref(),
        BlockStructure::TriangularLower,
        1.0,
        par,
    );
    mirror(&mut values[..len], stride, m);
    Ok(())
}

/// Copies the upper triangle (by rows) to the lower.
fn mirror(values: &mut [f32], stride: usize, m: usize) {
    for top in (0..m).step_by(TILE) {
        let bottom = (top + TILE).min(m);
        for row in top..bottom {
            for column in top..row {
                values[row * stride + column] = values[column * stride + row];
            }
        }
        if bottom == m {
            break;
        }
        let (above, below) = values.split_at_mut(bottom * stride);
        let source = &above[top * stride..];
        below
            .par_chunks_mut(TILE * stride)
            .enumerate()
            .for_each(|(tile, rows)| {
                let first = bottom + tile * TILE;
                for (row, target) in (first..m).zip(rows.chunks_mut(stride)) {
                    for column in top..bottom {
                        target[column] = source[(column - top) * stride + row];
                    }
                }
            });
    }
}

/// Replaces the eliminated row `position` by that of the inverse, and fills in
/// the column. `values` begins with the row; all rows below are final.
fn back_substitute(values: &mut [f32], stride: usize, n: usize, position: usize) {
    let (row, below) = values.split_at_mut(stride);
    let row = &mut row[..n];
    let pivot = row[position];
    let mut factors = off_diagonal(row, position);
    factors.iter_mut().for_each(|(_, value)| *value /= pivot);
    let first = position + 1;
    row[first..]
        .par_chunks_mut(CHUNK)
        .enumerate()
        .for_each(|(chunk, sums)| {
            let from = first + chunk * CHUNK;
            pulp::Arch::new().dispatch(|| {
                sums.fill(0.0);
                for &(column, factor) in &factors {
                    let source = &below[(column - first) * stride + from..][..sums.len()];
                    for (sum, value) in sums.iter_mut().zip(source) {
                        *sum -= factor * value;
                    }
                }
            });
        });
    let along: f32 = factors
        .iter()
        .map(|&(column, factor)| factor * row[column])
        .sum();
    row[position] = 1.0 / pivot - along;
    below
        .par_chunks_mut(stride)
        .with_min_len(1024)
        .zip(&row[first..])
        .for_each(|(target, &value)| {
            target[position] = value;
        });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Compute;
    use proptest::prelude::*;

    /// A Gram matrix of `n` items that are mostly rare.
    fn gram(n: usize, rows: &[Vec<usize>]) -> Neighbours {
        let mut dense = vec![0.0f32; n * n];
        for row in rows {
            for &i in row {
                for &j in row {
                    dense[(i % n) * n + j % n] += 1.0;
                }
            }
        }
        let mut triplets = sprs::TriMatI::<f32, u32>::new((n, n));
        for (cell, value) in dense.into_iter().enumerate().filter(|(_, v)| *v != 0.0) {
            triplets.add_triplet(cell / n, cell % n, value);
        }
        triplets.to_csr()
    }

    fn check(n: usize, gram: &Neighbours, lambda: f32) {
        check_on(n, gram, lambda, |_| None);
        check_on(n, gram, lambda, |_| Some(Card::new(Compute::Cpu)));
    }

    fn check_on(n: usize, gram: &Neighbours, lambda: f32, card: impl Fn(usize) -> Option<Card>) {
        let inverse = inverted(gram, lambda, card, &Progress::new(true)).unwrap();
        for i in 0..n {
            let row = inverse.row(inverse.positions[i] as usize);
            for j in 0..n {
                let column = gram.outer_view(j).unwrap();
                let product: f64 = column
                    .iter()
                    .map(|(k, &g)| f64::from(g) * f64::from(row[inverse.positions[k] as usize]))
                    .sum::<f64>()
                    + f64::from(lambda) * f64::from(row[inverse.positions[j] as usize]);
                let expected = f64::from(u8::from(i == j));
                assert!((product - expected).abs() < 1e-4, "({i}, {j}): {product}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn times_the_matrix_is_the_identity(
            n in 1usize..150,
            rows in prop::collection::vec(prop::collection::vec(0usize..1000, 0..5), 0..120),
            lambda in 1.0f32..50.0,
        ) {
            check(n, &gram(n, &rows), lambda);
        }
    }

    #[test]
    fn rare_items_are_eliminated_and_the_rest_is_dense() {
        let n = 400;
        let mut rows: Vec<Vec<usize>> = (0..300).map(|i| vec![i, 300 + i % 100]).collect();
        rows.extend((0..100).map(|i| (0..40).map(|j| 300 + (i * 7 + j) % 100).collect()));
        let gram = gram(n, &rows);
        let eliminated = elimination::order(&gram).eliminated;
        assert!((300..400).contains(&eliminated), "{eliminated}");
        check(n, &gram, 5.0);
    }
}
