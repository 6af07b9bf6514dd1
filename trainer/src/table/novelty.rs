//! How far training rows lie from their neighbours.

use doorstep_shared::knn::{KnnModel, Novelty};
use rayon::prelude::*;

/// Most rows that are measured.
const SAMPLE: usize = 8192;
const QUANTILES: usize = 101;

/// Quantiles of the mean distance of evenly spaced training rows to their neighbours.
pub fn measure(model: &KnnModel) -> Novelty {
    let rows = model.rows().len();
    let step = rows.div_ceil(SAMPLE).max(1);
    let sample: Vec<u32> = (0..rows as u32).step_by(step).collect();
    let mut means: Vec<f32> = sample
        .into_par_iter()
        .map(|row| {
            let near = model.nearest(&model.rows().point(row), Some(row));
            let distances = near.iter().map(|n| model.index().distance(n));
            distances.sum::<f32>() / near.len().max(1) as f32
        })
        .collect();
    means.sort_unstable_by(f32::total_cmp);
    let quantile = |at: usize| {
        let place = at as f64 / (QUANTILES - 1) as f64 * (means.len() - 1) as f64;
        means[place.round() as usize]
    };
    Novelty {
        quantiles: (0..QUANTILES).map(quantile).collect(),
    }
}
