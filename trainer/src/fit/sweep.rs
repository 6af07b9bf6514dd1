//! The inverse of a symmetric positive definite matrix on a graphics card, by the sweep operator
//! (Goodnight 1979) with blocks for pivots. Sweeping the block A of [A B; Bᵀ C] leaves
//!   [−A⁻¹ A⁻¹B; BᵀA⁻¹ C − BᵀA⁻¹B],
//! and where all blocks are swept stands the inverse with its sign turned. Each pair of blocks costs a
//! product of matrices a sweep, which the card does; A⁻¹ is found on the processor in double
//! precision. The matrix stays symmetric, so the card holds and works out its upper triangle alone.

use anyhow::{Context as _, Result};
use burn::tensor::Tensor;
use faer::linalg::solvers::DenseSolveCore as _;
use faer::{Mat, Side};

use super::card::Card;

/// Rows of a block: many enough for a product to keep a card busy, few enough for the processor to
/// invert in no time.
const BLOCK: usize = 512;

/// The upper triangle of the inverse of the `m` × `m` matrix whose upper triangle is at the
/// beginning of each `stride` of `values`: for each block of rows those rows, from the block's own
/// columns on.
pub(super) fn invert(
    card: &Card,
    values: &[f32],
    stride: usize,
    m: usize,
) -> Result<Vec<Vec<f32>>> {
    invert_by(BLOCK, card, values, stride, m)
}

/// Where row `row` of the upper triangle lies among the blocks that [`invert`] gives: from its own
/// column on.
pub(super) fn row(blocks: &[Vec<f32>], m: usize, row: usize) -> &[f32] {
    row_of(BLOCK, blocks, m, row)
}

fn row_of(size: usize, blocks: &[Vec<f32>], m: usize, row: usize) -> &[f32] {
    let (first, within) = (row / size * size, row % size);
    let width = m - first;
    &blocks[row / size][within * width + within..][..width - within]
}

fn invert_by(
    size: usize,
    card: &Card,
    values: &[f32],
    stride: usize,
    m: usize,
) -> Result<Vec<Vec<f32>>> {
    let value = |a: usize, b: usize| values[a.min(b) * stride + a.max(b)];
    let mut blocks: Vec<Tensor<2>> = (0..m)
        .step_by(size)
        .map(|first| {
            let rows = first..(first + size).min(m);
            card.rows(rows, m - first, |row, to| {
                // The block's own lower triangle, then what is stored.
                let (left, right) = to.split_at_mut(row - first);
                let columns = left.iter_mut().zip(first..);
                columns.for_each(|(to, column)| *to = value(row, column));
                right.copy_from_slice(&values[row * stride + row..][..m - row]);
            })
        })
        .collect();
    for pivot in 0..blocks.len() {
        sweep(card, &mut blocks, size, pivot)?;
    }
    blocks
        .into_iter()
        .map(|block| card.fetch(block.neg()))
        .collect()
}

/// Sweeps the block of rows `pivot`.
fn sweep(card: &Card, blocks: &mut [Tensor<2>], size: usize, pivot: usize) -> Result<()> {
    let first = pivot * size;
    let [own, _] = blocks[pivot].dims();
    // The whole rows of the pivot: what is left of its columns stands above it.
    let above = blocks[..pivot].iter().enumerate();
    let above =
        above.map(|(at, block)| block.clone().narrow(1, first - at * size, own).transpose());
    let rows = Tensor::cat(above.chain([blocks[pivot].clone()]).collect(), 1);
    let [_, m] = rows.dims();

    let inverse = inverse(card.fetch(rows.clone().narrow(1, first, own))?, own)?;
    let identity = (0..own * own).map(|cell| f32::from(u8::from(cell % (own + 1) == 0)));
    let identity = card.upload(identity.collect(), own);
    let inverse = card.upload(inverse, own);
    let product = card.product(inverse.clone(), rows.clone());
    // Bᵀ − Bᵀ(I − A⁻¹) is the BᵀA⁻¹ that comes to stand in the pivot's columns.
    let columns = [0..own, first..first + own];
    let right = product
        .clone()
        .slice_assign(columns, identity - inverse.clone());
    for (at, block) in blocks.iter_mut().enumerate() {
        if at == pivot {
            let whole = product.clone().narrow(1, first, m - first);
            *block = whole.slice_assign([0..own, 0..own], inverse.clone().neg());
            continue;
        }
        let (start, [height, width]) = (at * size, block.dims());
        let left = rows.clone().narrow(1, start, height).transpose();
        let right = right.clone().narrow(1, start, width);
        *block = block.clone() - card.product(left, right);
    }
    Ok(())
}

/// Of a symmetric positive definite matrix, in double precision.
fn inverse(numbers: Vec<f32>, n: usize) -> Result<Vec<f32>> {
    let matrix = Mat::from_fn(n, n, |row, column| f64::from(numbers[row * n + column]));
    let factor = matrix.llt(Side::Lower).ok();
    let factor = factor.context(super::inverse::NOT_DEFINITE)?;
    let inverse = factor.inverse();
    let cells = (0..n * n).map(|cell| inverse[(cell / n, cell % n)] as f32);
    Ok(cells.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Compute, cards};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn times_the_matrix_is_the_identity(
            m in 1usize..40,
            size in 1usize..50,
            numbers in prop::collection::vec(-1.0f32..1.0, 40 * 60),
        ) {
            let stride = 48;
            let cell = |a: usize, b: usize| {
                let dot: f32 = (0..60).map(|k| numbers[a * 60 + k] * numbers[b * 60 + k]).sum();
                dot + if a == b { 5.0 } else { 0.0 }
            };
            let mut values = vec![f32::NAN; m * stride];
            for (a, b) in (0..m).flat_map(|a| (a..m).map(move |b| (a, b))) {
                values[a * stride + b] = cell(a, b);
            }
            let found = invert_by(size, &Card::new(Compute::Cpu), &values, stride, m).unwrap();
            let found = |a: usize, b: usize| row_of(size, &found, m, a.min(b))[a.abs_diff(b)];
            for (i, j) in (0..m).flat_map(|i| (0..m).map(move |j| (i, j))) {
                let product: f32 = (0..m).map(|k| found(i, k) * cell(k, j)).sum();
                let expected = f32::from(u8::from(i == j));
                prop_assert!((product - expected).abs() < 1e-4, "({}, {}): {}", i, j, product);
            }
        }
    }

    #[test]
    fn a_card_finds_the_inverse() {
        let m = 700;
        let value = |a: usize, b: usize| ((a * b) as f32).sin() + if a == b { 100.0 } else { 0.0 };
        let mut values: Vec<f32> = (0..m * m).map(|cell| value(cell / m, cell % m)).collect();
        let own = invert(&Card::new(Compute::Cpu), &values, m, m).unwrap();
        for compute in cards() {
            let found = invert(&Card::new(compute), &values, m, m).unwrap();
            let both = own.iter().flatten().zip(found.iter().flatten());
            let far = both.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 1e-6, "{compute:?}: {far} of numbers of .01");
        }
        values[5] = f32::NAN;
        assert!(invert(&Card::new(Compute::Cpu), &values, m, m).is_err());
    }

    #[test]
    fn what_is_not_positive_definite_is_refused() {
        let card = Card::new(Compute::Cpu);
        let refused = invert(&card, &[1.0, 2.0, 0.0, 1.0], 2, 2)
            .unwrap_err()
            .to_string();
        assert!(refused.contains("raise lambda"), "{refused}");
    }
}
