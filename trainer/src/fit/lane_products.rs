//! Products of many vectors in lanes with a matrix of few rows, on the processor or on a graphics card.

use anyhow::Result;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::card::{BLOCK, Card};
use super::lanes::{LANES, Lanes};

/// Rows of one product of matrices.
pub(super) const ROWS: usize = 1024;

/// `rows` as a matrix of `n` columns.
pub(super) fn rows_of(rows: &[Lanes], n: usize) -> MatRef<'_, f32> {
    let rows = rows.as_flattened();
    MatRef::from_row_major_slice(rows, rows.len() / n, n)
}

/// YᵀY, both triangles: blocks in any order, their sum in one.
pub(super) fn gram(rows: &[Lanes], groups: usize) -> Vec<f64> {
    let n = groups * LANES;
    let blocks: Vec<Vec<f32>> = rows
        .par_chunks(ROWS * groups)
        .map(|block| {
            let mut product = vec![0.0f32; n * n];
            let block = rows_of(block, n);
            let to = MatMut::from_column_major_slice_mut(&mut product, n, n);
            matmul(to, Accum::Replace, block.transpose(), block, 1.0, Par::Seq);
            product
        })
        .collect();
    let mut sum = vec![0.0; n * n];
    for block in blocks {
        for (sum, part) in sum.iter_mut().zip(block) {
            *sum += f64::from(part);
        }
    }
    sum
}

/// [`gram`] on a graphics card.
pub(super) fn gram_on(card: &Card, rows: &[Lanes], groups: usize) -> Result<Vec<f64>> {
    let n = groups * LANES;
    let mut sum = vec![0.0; n * n];
    // No longer than the processor's, as sums in single precision lose digits by their length.
    for block in rows.chunks(ROWS * groups) {
        let block = card.upload(block.as_flattened().to_vec(), n);
        let product = card.fetch(card.product(block.clone().transpose(), block))?;
        for (sum, part) in sum.iter_mut().zip(product) {
            *sum += f64::from(part);
        }
    }
    Ok(sum)
}

/// The rows times a symmetric matrix.
pub(super) fn product(rows: &[Lanes], matrix: &[f32], groups: usize) -> Vec<Lanes> {
    let n = groups * LANES;
    let mut product = vec![[0.0; LANES]; rows.len()];
    let matrix = MatRef::from_row_major_slice(matrix, n, n);
    product
        .par_chunks_mut(ROWS * groups)
        .zip(rows.par_chunks(ROWS * groups))
        .for_each(|(to, rows)| {
            let rows = rows_of(rows, n);
            let to = MatMut::from_row_major_slice_mut(to.as_flattened_mut(), rows.nrows(), n);
            matmul(to, Accum::Replace, rows, matrix, 1.0, Par::Seq);
        });
    product
}

/// [`product`] on a graphics card.
pub(super) fn product_on(
    card: &Card,
    rows: &[Lanes],
    matrix: &[f32],
    groups: usize,
) -> Result<Vec<Lanes>> {
    let n = groups * LANES;
    let matrix = card.upload(matrix.to_vec(), n);
    let mut product = Vec::with_capacity(rows.len());
    for block in rows.chunks((BLOCK / n).max(1) * groups) {
        let block = card.upload(block.as_flattened().to_vec(), n);
        let found = card.fetch(card.product(block, matrix.clone()))?;
        product.extend_from_slice(found.as_chunks().0);
    }
    Ok(product)
}

#[cfg(test)]
mod tests {
    use super::super::lanes::pad;
    use super::*;
    use crate::device::{Compute, cards};

    #[test]
    fn a_card_finds_the_same() {
        let (n, rank, groups) = (2500, 20, 2);
        let numbers = |n: usize| -> Vec<f32> { (0..n).map(|i| ((i * i) as f32).sin()).collect() };
        let rows = pad(&numbers(n * rank), n, rank);
        let matrix = numbers((groups * LANES).pow(2));
        for compute in cards().into_iter().chain([Compute::Cpu]) {
            let card = Card::new(compute);
            let both = gram(&rows, groups).into_iter();
            let both = both.zip(gram_on(&card, &rows, groups).unwrap());
            let far = both.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            // Such a card may add them up one after the other.
            let most = if compute.rounds_factors() {
                2.5e-3
            } else {
                1e-3
            };
            assert!(far < most, "{far} of sums of {n}");
            let (own, found) = (
                product(&rows, &matrix, groups),
                product_on(&card, &rows, &matrix, groups).unwrap(),
            );
            assert_eq!(own.len(), found.len());
            let both = own.as_flattened().iter().zip(found.as_flattened());
            let far = both.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 1e-5, "{far}");
        }
    }
}
