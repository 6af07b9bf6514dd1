//! Predictions of rows that a model was not fitted on, and how good they are.

use doorstep_shared::knn::{KnnModel, Rows, Task};
use rayon::prelude::*;
use serde::Serialize;

/// The model's value for every row.
pub fn predictions(model: &KnnModel, rows: &Rows) -> Vec<f32> {
    let predict = |row: u32| model.predict(&rows.point(row), None).value;
    (0..rows.len() as u32)
        .into_par_iter()
        .map(predict)
        .collect()
}

/// How well predictions of numbers fit, or how many classes are right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figures {
    /// Of numbers.
    Regression {
        /// Share of the targets' variance that is explained.
        r2: f64,
        /// Root of the mean squared error.
        rmse: f64,
        /// Mean absolute error.
        mae: f64,
    },
    /// Of classes.
    Classification {
        /// Share of right answers.
        accuracy: f64,
    },
}

impl Figures {
    /// Names and values.
    pub fn named(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::Regression { r2, rmse, mae } => vec![("r2", r2), ("rmse", rmse), ("mae", mae)],
            Self::Classification { accuracy } => vec![("accuracy", accuracy)],
        }
    }

    /// R² or accuracy.
    pub fn main(&self) -> f64 {
        match *self {
            Self::Regression { r2, .. } => r2,
            Self::Classification { accuracy } => accuracy,
        }
    }
}

/// Judges predictions by the true targets.
pub fn judge(task: &Task, truth: &[f32], predicted: &[f32]) -> Figures {
    match task {
        Task::Regression { .. } => regression(truth, predicted),
        Task::Classification(_) => classification(truth, predicted),
    }
}

/// R², RMSE and MAE. Of equal targets R² is 1 where all are met and 0 where not.
pub fn regression(truth: &[f32], predicted: &[f32]) -> Figures {
    let n = truth.len() as f64;
    let mean = truth.iter().map(|&t| f64::from(t)).sum::<f64>() / n;
    let (mut squared, mut absolute, mut total) = (0.0, 0.0, 0.0);
    for (&t, &p) in truth.iter().zip(predicted) {
        let (t, error) = (f64::from(t), f64::from(t) - f64::from(p));
        squared += error * error;
        absolute += error.abs();
        total += (t - mean) * (t - mean);
    }
    Figures::Regression {
        r2: r_squared(squared, total),
        rmse: (squared / n).sqrt(),
        mae: absolute / n,
    }
}

/// One less the ratio of two sums of squares.
pub fn r_squared(squared: f64, total: f64) -> f64 {
    match (squared == 0.0, total == 0.0) {
        (true, _) => 1.0,
        (false, true) => 0.0,
        (false, false) => 1.0 - squared / total,
    }
}

/// Accuracy.
pub fn classification(truth: &[f32], predicted: &[f32]) -> Figures {
    let right = truth.iter().zip(predicted).filter(|(t, p)| t == p).count();
    Figures::Classification {
        accuracy: right as f64 / truth.len() as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_hand() {
        let found = regression(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 2.0]).named();
        for ((name, value), (expected_name, expected)) in
            found.iter().zip([("r2", 0.2), ("rmse", 1.0), ("mae", 0.5)])
        {
            assert_eq!(*name, expected_name);
            assert!((value - expected).abs() < 1e-12, "{name} {value}");
        }
        assert_eq!(regression(&[2.0, 2.0], &[2.0, 2.0]).main(), 1.0);
        assert_eq!(regression(&[2.0, 2.0], &[2.0, 3.0]).main(), 0.0);
        assert_eq!(classification(&[0.0, 1.0], &[0.0, 0.0]).main(), 0.5);
    }
}
