//! The quadratic function that local lines correct, by ridge regression.

use anyhow::{Context, Result};
use doorstep_shared::knn::{Baseline, Cholesky, Preparation, Rows};
use rayon::prelude::*;

/// Ridge on every coefficient but the constant. Columns are standardised.
const RIDGE: f64 = 1.0;
const CHUNK: usize = 1024;

/// Fits it to all rows.
pub fn fit(preparation: &Preparation, rows: &Rows) -> Result<Baseline> {
    let categories: Vec<usize> = preparation
        .categorical
        .iter()
        .map(|f| f.values.len())
        .collect();
    let n = Baseline::terms(preparation.columns(), &categories);
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    // Chunks are added in order, so that threads don't change the last digits.
    let mut gram = vec![0.0; n * n];
    let mut product = vec![0.0; n];
    for several in all.chunks(CHUNK * 16) {
        let sums: Vec<(Vec<f64>, Vec<f64>)> = several
            .par_chunks(CHUNK)
            .map(|chunk| normal(rows, chunk, &categories, n))
            .collect();
        for (g, p) in sums {
            gram.iter_mut().zip(g).for_each(|(sum, x)| *sum += x);
            product.iter_mut().zip(p).for_each(|(sum, x)| *sum += x);
        }
    }
    for at in 1..n {
        gram[at * n + at] += RIDGE;
    }
    let system = Cholesky::of(gram, n)
        .context("the quadratic baseline has no solution; is a feature a copy of another? Leave one out with --exclude")?;
    system.solve(&mut product);
    Ok(Baseline {
        coefficients: product.into_iter().map(|c| c as f32).collect(),
        categories,
    })
}

/// XᵀX (lower triangle) and Xᵀy of some rows.
fn normal(rows: &Rows, chunk: &[u32], categories: &[usize], n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut gram = vec![0.0; n * n];
    let mut product = vec![0.0; n];
    let mut terms = Vec::with_capacity(n);
    for &row in chunk {
        terms.clear();
        Baseline::each_term(
            rows.columns(row),
            rows.categories(row),
            categories,
            |term| {
                terms.push(f64::from(term));
            },
        );
        let target = f64::from(rows.target(row));
        for (at, &term) in terms.iter().enumerate() {
            product[at] += term * target;
            if term != 0.0 {
                let sums = gram[at * n..][..=at].iter_mut();
                sums.zip(&terms)
                    .for_each(|(sum, other)| *sum += term * other);
            }
        }
    }
    (gram, product)
}
