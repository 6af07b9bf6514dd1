//! The mean distance to the nearest training pictures by their principal components alone.

use anyhow::{Result, anyhow, ensure};
use doorstep_shared::images::GreyImage;
use faer::{Mat, Side};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Detector;
use super::knn::Neighbours;

/// Most pictures: the matrix of their products holds the square of their number.
const MOST: usize = 5_000;
/// A component with less of the first one's variance than this is rounding.
const LEAST: f64 = 1e-9;

/// Hyper-parameters of neighbours among principal components.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PcaKnnConfig {
    /// How many components are looked at.
    pub components: usize,
    /// How many neighbours a score is the mean of.
    pub neighbours: usize,
}

impl Default for PcaKnnConfig {
    fn default() -> Self {
        Self {
            components: 64,
            neighbours: 5,
        }
    }
}

/// Components, and the training pictures by them.
pub struct PcaNeighbours {
    mean: Vec<f32>,
    /// Unit vectors, the one with the most variance first.
    components: Vec<Vec<f32>>,
    neighbours: Neighbours,
}

/// Finds the components by the eigenvectors of the products of pictures with each other, of which there are fewer than
/// pixels: with X the centred rows, XXᵀu = λu gives the component Xᵀu/√λ.
pub fn fit(config: &PcaKnnConfig, rows: &[&[f32]]) -> Result<PcaNeighbours> {
    let n = rows.len();
    ensure!(
        n <= MOST,
        "pca-knn learns from at most {MOST} pictures, not {n}; learn from fewer"
    );
    let pixels = rows[0].len();
    let mean: Vec<f32> = (0..pixels)
        .map(|at| (rows.iter().map(|row| f64::from(row[at])).sum::<f64>() / n as f64) as f32)
        .collect();
    let centred: Vec<Vec<f32>> = rows.iter().map(|row| less(row, &mean)).collect();
    let products: Vec<Vec<f64>> = centred
        .par_iter()
        .map(|a| centred.iter().map(|b| product(a, b)).collect())
        .collect();
    let eigen = Mat::from_fn(n, n, |i, j| products[i][j])
        .self_adjoint_eigen(Side::Lower)
        .map_err(|error| anyhow!("principal components of the pictures: {error:?}"))?;
    let (values, vectors) = (eigen.S().column_vector(), eigen.U());
    // Ascending: the last ones have the most variance.
    let most = values[n - 1];
    let components: Vec<Vec<f32>> = (0..n)
        .rev()
        .take(config.components)
        .take_while(|&at| values[at] > LEAST * most)
        .map(|at| {
            let mut component = vec![0.0_f64; pixels];
            for (row, centred) in centred.iter().enumerate() {
                let weight = vectors[(row, at)] / values[at].sqrt();
                for (sum, pixel) in component.iter_mut().zip(centred) {
                    *sum += weight * f64::from(*pixel);
                }
            }
            component.into_iter().map(|c| c as f32).collect()
        })
        .collect();
    let points = centred
        .iter()
        .map(|row| projected(&components, row))
        .collect();
    Ok(PcaNeighbours {
        mean,
        components,
        neighbours: Neighbours::new(points, config.neighbours),
    })
}

fn less(row: &[f32], mean: &[f32]) -> Vec<f32> {
    row.iter().zip(mean).map(|(p, m)| p - m).collect()
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0.0_f64; 4];
    let (a_whole, a_rest) = a.as_chunks::<4>();
    let (b_whole, b_rest) = b.as_chunks::<4>();
    for (a, b) in a_whole.iter().zip(b_whole) {
        for lane in 0..4 {
            sums[lane] += f64::from(a[lane]) * f64::from(b[lane]);
        }
    }
    let rest = a_rest.iter().zip(b_rest);
    sums.iter().sum::<f64>()
        + rest
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum::<f64>()
}

fn projected(components: &[Vec<f32>], centred: &[f32]) -> Vec<f32> {
    let length = |component: &Vec<f32>| product(component, centred) as f32;
    components.iter().map(length).collect()
}

impl Detector for PcaNeighbours {
    fn score(&self, prepared: &GreyImage) -> f64 {
        let centred = less(prepared.pixels(), &self.mean);
        self.neighbours
            .distance(&projected(&self.components, &centred))
    }
}
