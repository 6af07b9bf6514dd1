//! Learns the space of local lines: a weight for each column and each category, the sharpness of
//! the kernel and the ridge, all by gradient on the leave-one-out error of training rows.
//!
//! With Z the neighbours' offsets, W their kernel weights, A = ZᵀWZ + Λ, β = A⁻¹ZᵀWy and
//! c = A⁻¹e₀, the estimate is ŷ = β₀ and
//!   ∂ŷ/∂wⱼ = (zⱼ·c)(yⱼ − zⱼ·β),  ∂ŷ/∂λᵢ = −cᵢβᵢ,
//! so a row's gradient costs little more than its estimate. That neighbours enter and leave as
//! the space changes is ignored: those at the edge weigh next to nothing.

use doorstep_shared::knn::{Baseline, Distance, Index, Local, Preparation, Rows, Space};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::settings::KnnLocalConfig;
use crate::progress::Progress;

/// Weights below this share of the largest become 0: the column is no coordinate.
const NEGLIGIBLE: f32 = 0.02;
const MOMENTUM: f64 = 0.9;
const SPREAD: f64 = 0.98;

/// What is learned, as one vector: a weight for each column, the cost of a difference in each
/// category, ln τ, and ln λ for each column.
#[derive(Clone, Debug)]
struct Parameters {
    columns: usize,
    categories: usize,
    values: Vec<f64>,
}

impl Parameters {
    fn new(preparation: &Preparation) -> Self {
        let (columns, categories) = (preparation.columns(), preparation.categorical.len());
        let plain = preparation.numeric.len();
        let mut values = vec![1.0; plain];
        values.resize(columns, 0.5);
        values.resize(columns + categories, 0.1);
        values.push(3f64.ln());
        values.resize(2 * columns + categories + 1, 3f64.ln());
        Self {
            columns,
            categories,
            values,
        }
    }

    fn space(&self) -> Space {
        let scales = &self.values[..self.columns];
        Space {
            distance: Distance::Euclidean,
            scales: Some(scales.iter().map(|&s| s as f32).collect()),
            mismatch: self.values[self.columns..][..self.categories]
                .iter()
                .map(|&m| m as f32)
                .collect(),
        }
    }

    fn local(&self, neighbours: usize, baseline: &Baseline) -> Local {
        let rest = &self.values[self.columns + self.categories..];
        Local {
            neighbours,
            sharpness: rest[0].exp() as f32,
            ridge: rest[1..].iter().map(|l| l.exp() as f32).collect(),
            baseline: baseline.clone(),
        }
    }
}

/// A learned space and rule.
pub struct Learned {
    /// Where distances are measured.
    pub space: Space,
    /// The line's settings.
    pub local: Local,
}

/// Learns on `rows`; `responses` are their targets less the baseline.
pub fn learn(
    preparation: &Preparation,
    rows: &Rows,
    baseline: &Baseline,
    responses: &[f32],
    config: &KnnLocalConfig,
    progress: &Progress,
) -> Learned {
    let mut parameters = Parameters::new(preparation);
    let n = parameters.values.len();
    let neighbours = (config.neighbours as usize).min(rows.len() - 1);
    let members: Vec<u32> = (0..rows.len() as u32).collect();
    let mut deck = members.clone();
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(config.seed));
    let (mut first, mut second) = (vec![0.0; n], vec![0.0; n]);
    let bar = progress.bar("knn-local: learning", u64::from(config.steps));
    for step in 0..config.steps {
        let space = parameters.space();
        let index = Index::new(&space, preparation, rows, &members);
        let local = parameters.local(neighbours, baseline);
        let size = (config.batch as usize).min(rows.len());
        let (batch, _) = deck.partial_shuffle(&mut random, size);
        let ask = |&row: &u32| {
            let asked = Asked {
                preparation,
                rows,
                responses,
                index: &index,
                parameters: &parameters,
            };
            asked.gradient(row, &local)
        };
        let gradients: Vec<Vec<f64>> = batch.par_iter().map(ask).collect();
        let rate = config.rate * (1.0 - 0.95 * f64::from(step) / f64::from(config.steps));
        let warm = |decay: f64| 1.0 - decay.powi(step as i32 + 1);
        for at in 0..n {
            let mean = gradients.iter().map(|g| g[at]).sum::<f64>() / size as f64;
            first[at] = MOMENTUM * first[at] + (1.0 - MOMENTUM) * mean;
            second[at] = SPREAD * second[at] + (1.0 - SPREAD) * mean * mean;
            let spread = (second[at] / warm(SPREAD)).sqrt();
            if spread > 0.0 {
                parameters.values[at] -= rate * first[at] / warm(MOMENTUM) / spread;
            }
        }
        for weight in &mut parameters.values[..parameters.columns + parameters.categories] {
            *weight = weight.max(0.0);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut space = parameters.space();
    let scales = space.scales.get_or_insert_default();
    let largest = scales.iter().copied().fold(0.0, f32::max);
    if largest == 0.0 {
        // Nothing tells rows apart; any space is as good.
        scales.fill(1.0);
    }
    for scale in scales.iter_mut() {
        if *scale < NEGLIGIBLE * largest {
            *scale = 0.0;
        }
    }
    Learned {
        space,
        local: parameters.local(neighbours, baseline),
    }
}

struct Asked<'a> {
    preparation: &'a Preparation,
    rows: &'a Rows,
    responses: &'a [f32],
    index: &'a Index,
    parameters: &'a Parameters,
}

impl Asked<'_> {
    /// Gradient of half the squared leave-one-out error of one row.
    fn gradient(&self, row: u32, local: &Local) -> Vec<f64> {
        let parameters = self.parameters;
        let mut gradient = vec![0.0; parameters.values.len()];
        let place = self.index.place(self.preparation, &self.rows.point(row));
        let near = self.index.nearest(&place, local.neighbours, Some(row));
        let own = self.rows.columns(row);
        let fit = local.fit(self.rows, &near, own, self.responses);
        let error = f64::from(fit.value) - f64::from(self.responses[row as usize]);
        let scale = f64::from(fit.scale);
        let sharpness = f64::from(local.sharpness);
        let relative = |at: usize| f64::from(near[at].distance) / scale;
        // ∂/∂uⱼ, where uⱼ = d²ⱼ / mean d² and wⱼ = exp(−τ uⱼ).
        let by_relative: Vec<f64> = (0..near.len())
            .map(|at| {
                -sharpness * error * f64::from(fit.residuals[at]) * f64::from(fit.weights[at])
            })
            .collect();
        let total: f64 = (0..near.len())
            .map(|at| by_relative[at] * relative(at))
            .sum();
        let (columns, categories) = (parameters.columns, parameters.categories);
        for (at, neighbour) in near.iter().enumerate() {
            // ∂/∂d²ⱼ; the mean moves with every distance.
            let by_distance = (by_relative[at] - total / near.len() as f64) / scale;
            let offsets = self.rows.columns(neighbour.row).iter().zip(own);
            for (sum, (a, b)) in gradient.iter_mut().zip(offsets) {
                let offset = f64::from(a - b);
                *sum += by_distance * offset * offset;
            }
            let pairs = self
                .rows
                .categories(neighbour.row)
                .iter()
                .zip(self.rows.categories(row));
            for (sum, (a, b)) in gradient[columns..].iter_mut().zip(pairs) {
                *sum += if a == b { 0.0 } else { by_distance };
            }
        }
        for at in 0..columns {
            gradient[at] *= 2.0 * parameters.values[at];
        }
        // u enters as −τu, so τ ∂/∂τ = Σ u ∂/∂u.
        let rest = &mut gradient[columns + categories..];
        rest[0] = total;
        for at in 0..columns {
            let moved = fit.influence[at + 1] * fit.coefficients[at + 1];
            rest[at + 1] = -error * moved * f64::from(local.ridge[at]);
        }
        gradient
    }
}

#[cfg(test)]
#[path = "gradient_test.rs"]
mod gradient_test;
