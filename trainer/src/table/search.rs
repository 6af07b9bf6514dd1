//! Chooses k by cross-validation: one neighbour search a fold scores every k, as the mean of the
//! k nearest targets is a prefix of the mean of k + 1.

use doorstep_shared::knn::{Index, Near, Preparation, Rows, Space, Task, Weights};
use rayon::prelude::*;
use serde::Serialize;

use super::judge::r_squared;
use super::settings::{KnnConfig, Steps};
use crate::progress::Progress;

/// R² (or accuracy) at one k.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Number of neighbours.
    pub k: usize,
    /// Of the training rows, each a neighbour of itself: what overfitting looks like.
    pub train: f64,
    /// Mean over the folds of the rows held out.
    pub validation: f64,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// The best k; the least of equals.
    pub best: usize,
    /// Every k scored.
    pub points: Vec<Point>,
    /// Seconds that the neighbour searches of the folds took.
    pub seconds: f64,
}

/// Scores every k up to `config.most` on folds of `rows`.
pub fn search(
    preparation: &Preparation,
    space: &Space,
    task: &Task,
    rows: &Rows,
    config: &KnnConfig,
    progress: &Progress,
) -> Curve {
    let clock = std::time::Instant::now();
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let shuffle = config.shuffle.then_some(u64::from(config.seed));
    let folds = super::folds::folds(&all, config.folds as usize, shuffle);
    let most = (config.most as usize).min(rows.len() - folds[0].len());
    let scorer = Scorer {
        preparation,
        space,
        task,
        rows,
        weights: config.weights,
        most,
    };
    let bar = progress.bar("folds", folds.len() as u64 + 1);
    let mut validation = vec![0.0; most];
    for fold in &folds {
        let others: Vec<u32> = all
            .iter()
            .copied()
            .filter(|row| fold.binary_search(row).is_err())
            .collect();
        let scores = scorer.scores(&others, fold);
        for (sum, score) in validation.iter_mut().zip(scores) {
            *sum += score / folds.len() as f64;
        }
        bar.inc(1);
    }
    let seconds = clock.elapsed().as_secs_f64();
    let train = scorer.scores(&all, &all);
    bar.finish_and_clear();
    let points: Vec<Point> = (1..)
        .zip(train.into_iter().zip(validation))
        .map(|(k, (train, validation))| Point {
            k,
            train,
            validation,
        })
        .collect();
    Curve {
        best: choose(&points, config.steps),
        points,
        seconds,
    }
}

/// The k with the best validation score among those that the steps look at.
fn choose(points: &[Point], steps: Steps) -> usize {
    let best = |candidates: &mut dyn Iterator<Item = &Point>| {
        let mut chosen: Option<&Point> = None;
        for point in candidates {
            if chosen.is_none_or(|c| point.validation > c.validation) {
                chosen = Some(point);
            }
        }
        chosen.map_or(1, |point| point.k)
    };
    match steps {
        Steps::All => best(&mut points.iter()),
        Steps::CoarseFine => {
            let coarse = best(&mut points.iter().step_by(10));
            best(&mut points.iter().filter(|point| point.k.abs_diff(coarse) <= 5))
        }
    }
}

struct Scorer<'a> {
    preparation: &'a Preparation,
    space: &'a Space,
    task: &'a Task,
    rows: &'a Rows,
    weights: Weights,
    most: usize,
}

impl Scorer<'_> {
    /// R² or accuracy of the rows `asked` by their neighbours among `known`, for every k.
    fn scores(&self, known: &[u32], asked: &[u32]) -> Vec<f64> {
        let index = Index::new(self.space, self.preparation, self.rows, known);
        // Sums of a chunk are added in order, so that threads don't change the last digits.
        let chunks: Vec<Vec<f64>> = asked
            .par_chunks(256)
            .map(|chunk| {
                let mut sums = vec![0.0; self.most];
                for &row in chunk {
                    let place = index.place(self.preparation, &self.rows.point(row));
                    let near = index.nearest(&place, self.most, None);
                    self.add(row, &near, &index, &mut sums);
                }
                sums
            })
            .collect();
        let sum = |k: usize| chunks.iter().map(|sums| sums[k]).sum::<f64>();
        let n = asked.len() as f64;
        let targets = || asked.iter().map(|&row| f64::from(self.rows.target(row)));
        let mean = targets().sum::<f64>() / n;
        let total = targets().map(|t| (t - mean) * (t - mean)).sum();
        (0..self.most)
            .map(|k| match self.task {
                Task::Regression { .. } => r_squared(sum(k), total),
                Task::Classification(_) => sum(k) / n,
            })
            .collect()
    }

    /// Adds the squared error, or 1 for a right class, of every k.
    fn add(&self, row: u32, near: &[Near], index: &Index, sums: &mut [f64]) {
        let truth = f64::from(self.rows.target(row));
        let at_zero = near.first().is_some_and(|n| index.distance(n) == 0.0);
        let weight = |n: &Near| match (self.weights, index.distance(n)) {
            (Weights::Uniform, _) => 1.0,
            (Weights::Distance, d) if at_zero => f64::from(u8::from(d == 0.0)),
            (Weights::Distance, d) => 1.0 / f64::from(d),
        };
        let classes = match self.task {
            Task::Regression { .. } => 0,
            Task::Classification(names) => names.len(),
        };
        let mut votes = vec![0.0; classes];
        let (mut weights, mut weighted) = (0.0, 0.0);
        for (sum, n) in sums.iter_mut().zip(near) {
            let (w, target) = (weight(n), f64::from(self.rows.target(n.row)));
            if classes == 0 {
                weights += w;
                weighted += w * target;
                let error = weighted / weights - truth;
                *sum += error * error;
            } else {
                votes[target as usize] += w;
                let best = votes.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let class = votes.iter().position(|&v| v == best).unwrap_or(0);
                *sum += f64::from(u8::from(class as f64 == truth));
            }
        }
    }
}

#[cfg(test)]
#[path = "search_test.rs"]
mod search_test;
