//! Local linear regression (Cleveland 1979; Atkeson, Moore and Schaal 1997)
//! with a ridge: among the neighbours, weighted by distance, a line through the
//! point asked about.
//!
//! The estimate is a weighted mean of the neighbours' responses, so each
//! neighbour's share in it can be told.

use wide::f32x4;

use super::baseline::Baseline;
use super::nearest::Near;
use super::rows::Rows;
use crate::cholesky::Cholesky;

/// What a local linear model was told or taught.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// How many neighbours take part.
    pub neighbours: usize,
    /// τ: a neighbour weighs exp(−τ d² / mean d²).
    pub sharpness: f32,
    /// Ridge on the slope along each column.
    pub ridge: Vec<f32>,
    /// What the neighbours correct.
    pub baseline: Baseline,
}

/// A line among neighbours.
#[derive(Clone, Debug)]
pub struct LocalFit {
    /// Its value at the point asked about.
    pub value: f32,
    /// Mean squared distance of the neighbours, which distances are relative to.
    pub scale: f32,
    /// A⁻¹e₀, where A is the ridged Gram matrix: the estimate's sensitivities.
    pub influence: Vec<f64>,
    /// Intercept and slopes.
    pub coefficients: Vec<f64>,
    /// Kernel weight of each neighbour.
    pub kernel: Vec<f32>,
    /// Weight of each neighbour in the estimate; they add up to 1.
    pub weights: Vec<f32>,
    /// The neighbour's response less the line.
    pub residuals: Vec<f32>,
}

impl Local {
    /// Fits among `near` (squared distances, at least one) around `columns`;
    /// `responses` are by row.
    pub fn fit(&self, rows: &Rows, near: &[Near], columns: &[f32], responses: &[f32]) -> LocalFit {
        let n = columns.len() + 1;
        let vectors = n.div_ceil(4);
        let mean = near.iter().map(|n| n.distance).sum::<f32>() / near.len() as f32;
        // Nothing but duplicates of the point: they weigh the same.
        let scale = mean.max(f32::MIN_POSITIVE);
        let kernel: Vec<f32> = near
            .iter()
            .map(|n| exp(-self.sharpness * (n.distance / scale)))
            .collect();
        let offsets = offsets(rows, near, columns, vectors);
        let (gram, mut coefficients) = gram(&offsets, &kernel, near, responses, n);
        let system = self.ridged(gram, n);
        let mut influence = vec![0.0; n];
        influence[0] = 1.0;
        system.solve(&mut influence);
        system.solve(&mut coefficients);
        let dot = |row: &[f32x4], with: &[f64]| -> f64 {
            let values = row.iter().flat_map(|v| v.to_array());
            values.zip(with).map(|(a, b)| f64::from(a) * b).sum()
        };
        let by_neighbour = || offsets.chunks_exact(vectors).zip(&kernel).zip(near);
        LocalFit {
            value: coefficients[0] as f32,
            scale,
            weights: by_neighbour()
                .map(|((row, &w), _)| w * dot(row, &influence) as f32)
                .collect(),
            residuals: by_neighbour()
                .map(|((row, _), n)| responses[n.row as usize] - dot(row, &coefficients) as f32)
                .collect(),
            influence,
            coefficients,
            kernel,
        }
    }

    fn ridged(&self, mut gram: Vec<f64>, n: usize) -> Cholesky {
        for (at, &ridge) in (1..).zip(&self.ridge) {
            gram[at * n + at] += f64::from(ridge);
        }
        // In exact arithmetic that is definite. Offsets far apart in size can lose it
        // to rounding: the ridge then grows until it outweighs the rounding.
        let trace: f64 = (0..n).map(|at| gram[at * n + at]).sum();
        let mut more = 0.0;
        loop {
            if let Some(system) = Cholesky::of(gram.clone(), n) {
                return system;
            }
            let grown = if more == 0.0 {
                trace * 1e-9
            } else {
                more * 10.0
            };
            (1..n).for_each(|at| gram[at * n + at] += grown - more);
            gram[0] += if grown >= trace { grown } else { 0.0 };
            more = grown;
            // Columns and weights are bounded, so the trace is finite and this ends.
            debug_assert!(trace.is_finite());
        }
    }
}

/// e to the power of a number that is not positive. The platform's own differs
/// between machines; this is the same everywhere, to 2 units in the last place.
fn exp(x: f32) -> f32 {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    let whole = (x * LOG2_E).round().max(-126.0);
    let rest = (x.max(-87.0) - whole * 0.693_359_4) + whole * 2.121_944_4e-4;
    let series = 1.0
        + rest
            * (1.0
                + rest
                    * (0.5
                        + rest
                            * (0.166_666_67
                                + rest
                                    * (0.041_666_65
                                        + rest * (0.008_333_45 + rest * 0.001_393_4)))));
    series * f32::from_bits(((whole as i32 + 127) as u32) << 23)
}

/// One row (1, x − x₀) a neighbour, padded with zeros to whole vectors.
fn offsets(rows: &Rows, near: &[Near], columns: &[f32], vectors: usize) -> Vec<f32x4> {
    let mut offsets = Vec::with_capacity(near.len() * vectors);
    let mut row = vec![0.0; vectors * 4];
    for neighbour in near {
        row[0] = 1.0;
        let own = rows.columns(neighbour.row).iter().zip(columns);
        for (to, (a, b)) in row[1..].iter_mut().zip(own) {
            *to = a - b;
        }
        offsets.extend(
            row.chunks_exact(4)
                .map(|v| f32x4::new([v[0], v[1], v[2], v[3]])),
        );
    }
    offsets
}

/// ZᵀWZ (lower triangle) and ZᵀWy.
fn gram(
    offsets: &[f32x4],
    kernel: &[f32],
    near: &[Near],
    responses: &[f32],
    n: usize,
) -> (Vec<f64>, Vec<f64>) {
    let vectors = n.div_ceil(4);
    let mut gram = vec![f32x4::splat(0.0); n * vectors];
    let mut product = vec![f32x4::splat(0.0); vectors];
    for ((row, &weight), neighbour) in offsets.chunks_exact(vectors).zip(kernel).zip(near) {
        let response = f32x4::splat(weight * responses[neighbour.row as usize]);
        for (sum, &z) in product.iter_mut().zip(row) {
            *sum += z * response;
        }
        for (at, sums) in gram.chunks_exact_mut(vectors).enumerate() {
            let z = f32x4::splat(row[at / 4].to_array()[at % 4] * weight);
            for (sum, &other) in sums[..=at / 4].iter_mut().zip(row) {
                *sum += z * other;
            }
        }
    }
    let flat = |vectors: &[f32x4]| -> Vec<f64> {
        let values = vectors.iter().flat_map(|v| v.to_array());
        values.take(n).map(f64::from).collect()
    };
    let matrix = gram.chunks_exact(vectors).flat_map(flat).collect();
    (matrix, flat(&product))
}

#[cfg(test)]
#[path = "local_test.rs"]
mod local_test;
