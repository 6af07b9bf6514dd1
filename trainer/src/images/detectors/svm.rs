//! One-class support vector machine (Schölkopf et al. 2001) on pixels with a Gaussian kernel.
//!
//! Written here because `linfa-svm`, the one kept crate, holds `sprs` back to a version that the browser
//! engine has left behind.

use anyhow::{Result, ensure};
use doorstep_shared::images::GreyImage;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Detector;
use super::knn::square;

/// Most pictures: the matrix of kernels holds the square of their number.
const MOST: usize = 10_000;
/// By how much the best pair may violate the optimum's conditions in the end, as in libsvm.
const TOLERANCE: f64 = 1e-3;
/// Steps after which no more is to be expected, for each picture.
const STEPS: usize = 1_000;

/// Hyper-parameters of the one-class support vector machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SvmConfig {
    /// Share of the training pictures that may lie outside, above 0 and up to 1.
    pub nu: f64,
    /// The kernel is exp(-gamma·d²); 0 takes 1 / (pixels · variance of all levels).
    pub gamma: f64,
}

impl Default for SvmConfig {
    fn default() -> Self {
        Self {
            nu: 0.1,
            gamma: 0.0,
        }
    }
}

/// A fitted machine.
pub struct Svm {
    supports: Vec<(Vec<f32>, f64)>,
    gamma: f64,
    /// The level of the decision function at the border.
    rho: f64,
}

/// Solves the dual (the paper's equation 8, scaled as libsvm does: coefficients from 0 to 1 that add up to ν·n) by
/// sequential minimal optimisation of the pair that violates the conditions most.
pub fn fit(config: &SvmConfig, rows: Vec<&[f32]>) -> Result<Svm> {
    ensure!(
        rows.len() <= MOST,
        "one-class-svm learns from at most {MOST} pictures, not {}; learn from fewer",
        rows.len()
    );
    let gamma = match config.gamma > 0.0 {
        true => config.gamma,
        false => scale(&rows),
    };
    let n = rows.len();
    let kernels: Vec<Vec<f32>> = rows
        .par_iter()
        .map(|a| rows.iter().map(|b| kernel(a, b, gamma) as f32).collect())
        .collect();
    let total = config.nu * n as f64;
    let mut weights: Vec<f64> = (0..n)
        .map(|at| (total - at as f64).clamp(0.0, 1.0))
        .collect();
    let mut gradient: Vec<f64> = (0..n)
        .map(|at| {
            let row = kernels[at].iter().zip(&weights);
            row.map(|(k, weight)| f64::from(*k) * weight).sum()
        })
        .collect();
    let mut converged = false;
    for _ in 0..STEPS * n {
        // Raising the weight of the least gradient and lowering that of the greatest gains most.
        let up = (0..n).filter(|&i| weights[i] < 1.0);
        let down = (0..n).filter(|&i| weights[i] > 0.0);
        let up = up.min_by(|&i, &j| gradient[i].total_cmp(&gradient[j]));
        let down = down.max_by(|&i, &j| gradient[i].total_cmp(&gradient[j]));
        let (Some(up), Some(down)) = (up, down) else {
            converged = true;
            break;
        };
        let violation = gradient[down] - gradient[up];
        if violation < TOLERANCE {
            converged = true;
            break;
        }
        let curvature = 2.0 - 2.0 * f64::from(kernels[up][down]);
        let step = (violation / curvature.max(1e-12))
            .min(1.0 - weights[up])
            .min(weights[down]);
        weights[up] += step;
        weights[down] -= step;
        for at in 0..n {
            gradient[at] += step * f64::from(kernels[up][at] - kernels[down][at]);
        }
    }
    ensure!(
        converged,
        "one-class-svm did not converge in {} steps; set a smaller gamma",
        STEPS * n
    );
    let rho = level(&weights, &gradient);
    let supports = (rows.iter().zip(&weights))
        .filter(|(_, weight)| **weight > 0.0)
        .map(|(row, weight)| (row.to_vec(), *weight))
        .collect();
    Ok(Svm {
        supports,
        gamma,
        rho,
    })
}

/// The decision function on the border: the mean gradient of free supports, or the middle of what the
/// others leave open.
fn level(weights: &[f64], gradient: &[f64]) -> f64 {
    let of = |holds: fn(f64) -> bool| -> Vec<f64> {
        let pairs = weights.iter().zip(gradient);
        pairs.filter(|(w, _)| holds(**w)).map(|(_, g)| *g).collect()
    };
    let free = of(|weight| weight > 0.0 && weight < 1.0);
    if !free.is_empty() {
        return free.iter().sum::<f64>() / free.len() as f64;
    }
    let inside = of(|weight| weight == 0.0)
        .into_iter()
        .fold(f64::INFINITY, f64::min);
    let outside = of(|weight| weight == 1.0)
        .into_iter()
        .fold(f64::NEG_INFINITY, f64::max);
    match inside.is_finite() && outside.is_finite() {
        true => (inside + outside) / 2.0,
        false => {
            if inside.is_finite() {
                inside
            } else {
                outside
            }
        }
    }
}

fn kernel(a: &[f32], b: &[f32], gamma: f64) -> f64 {
    (-gamma * f64::from(square(a, b))).exp()
}

/// 1 / (pixels · variance of all levels): what scikit-learn calls `scale`.
fn scale(rows: &[&[f32]]) -> f64 {
    let levels = || {
        rows.iter()
            .flat_map(|row| row.iter().map(|&p| f64::from(p)))
    };
    let n = levels().count() as f64;
    let mean = levels().sum::<f64>() / n;
    let variance = levels().map(|p| (p - mean) * (p - mean)).sum::<f64>() / n;
    match variance > 0.0 {
        true => 1.0 / (rows[0].len() as f64 * variance),
        false => 1.0,
    }
}

impl Detector for Svm {
    fn score(&self, prepared: &GreyImage) -> f64 {
        let terms = self.supports.iter();
        let inside: f64 = terms
            .map(|(row, weight)| weight * kernel(row, prepared.pixels(), self.gamma))
            .sum();
        self.rho - inside
    }
}
