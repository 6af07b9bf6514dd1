//! How far a figure could be off, had other rows been held out.

use doorstep_shared::knn::Task;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::judge::judge;

/// Resamples of the bootstrap.
pub const RESAMPLES: usize = 1000;
/// Of all bootstraps: models are judged by the same resamples.
const SEED: u64 = 0;

/// The middle 95 % of a figure's bootstrap distribution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// 2.5 % lie below.
    pub low: f64,
    /// 2.5 % lie above.
    pub high: f64,
}

/// The percentile interval (Efron and Tibshirani 1993, chapter 13) of R² or accuracy over the test rows.
pub fn interval(task: &Task, truth: &[f32], predicted: &[f32]) -> Interval {
    let n = truth.len();
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut figures: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let drawn: Vec<usize> = (0..n).map(|_| random.random_range(0..n)).collect();
            let of = |values: &[f32]| drawn.iter().map(|&row| values[row]).collect::<Vec<_>>();
            judge(task, &of(truth), &of(predicted)).main()
        })
        .collect();
    figures.sort_by(f64::total_cmp);
    let tail = RESAMPLES / 40;
    Interval {
        low: figures[tail],
        high: figures[RESAMPLES - 1 - tail],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_share_is_that_of_the_binomial() {
        let task = Task::Classification(vec!["a".into(), "b".into()]);
        let predicted: Vec<f32> = (0..400)
            .map(|row| f32::from(u8::from(row % 4 == 0)))
            .collect();
        let found = interval(&task, &[0.0; 400], &predicted);
        // 0.75 ± 1.96 · √(0.75 · 0.25 / 400)
        assert!((found.low - 0.7076).abs() < 0.01, "{found:?}");
        assert!((found.high - 0.7924).abs() < 0.01, "{found:?}");
        assert_eq!(found, interval(&task, &[0.0; 400], &predicted));
    }
}
