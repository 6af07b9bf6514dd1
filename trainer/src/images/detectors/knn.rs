//! The mean distance to the nearest training pictures.

use doorstep_shared::images::GreyImage;
use serde::{Deserialize, Serialize};

use super::Detector;

/// Hyper-parameters of neighbours among pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KnnConfig {
    /// How many neighbours a score is the mean of.
    pub neighbours: usize,
}

impl Default for KnnConfig {
    fn default() -> Self {
        Self { neighbours: 5 }
    }
}

/// Training points, and how many of them a score is the mean of.
pub struct Neighbours {
    points: Vec<Vec<f32>>,
    neighbours: usize,
}

/// Keeps the training pictures' pixels.
pub fn fit(config: &KnnConfig, rows: Vec<&[f32]>) -> Neighbours {
    let points = rows.into_iter().map(<[f32]>::to_vec).collect();
    Neighbours::new(points, config.neighbours)
}

impl Neighbours {
    /// Among `points`; where there are fewer than `neighbours`, all of them.
    pub fn new(points: Vec<Vec<f32>>, neighbours: usize) -> Self {
        let neighbours = neighbours.min(points.len());
        Self { points, neighbours }
    }

    /// The mean Euclidean distance from `point` to its nearest neighbours.
    pub fn distance(&self, point: &[f32]) -> f64 {
        let mut squares: Vec<f32> = self.points.iter().map(|own| square(own, point)).collect();
        let (nearest, last, _) =
            squares.select_nth_unstable_by(self.neighbours - 1, f32::total_cmp);
        nearest.sort_unstable_by(f32::total_cmp);
        let distances = nearest.iter().chain([&*last]);
        distances.map(|d| f64::from(*d).sqrt()).sum::<f64>() / self.neighbours as f64
    }
}

impl Detector for Neighbours {
    fn score(&self, prepared: &GreyImage) -> f64 {
        self.distance(prepared.pixels())
    }
}

/// The squared distance, in eight sums that are worked out side by side.
pub fn square(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (a_whole, a_rest) = a.as_chunks::<8>();
    let (b_whole, b_rest) = b.as_chunks::<8>();
    for (a, b) in a_whole.iter().zip(b_whole) {
        for lane in 0..8 {
            sums[lane] += (a[lane] - b[lane]) * (a[lane] - b[lane]);
        }
    }
    let rest: f32 = a_rest
        .iter()
        .zip(b_rest)
        .map(|(a, b)| (a - b) * (a - b))
        .sum();
    sums.iter().sum::<f32>() + rest
}
