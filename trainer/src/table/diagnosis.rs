//! Where predictions go wrong: predicted against true values, and residuals by feature.

use std::fmt::Write as _;

use doorstep_shared::knn::{Preparation, Rows};
use serde::Serialize;

const BINS: usize = 10;

/// Rows that are alike in one respect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// Their mean value: of the prediction or of the feature.
    pub at: f64,
    /// How many there are.
    pub rows: usize,
    /// Mean of the true target.
    pub truth: f64,
    /// Mean of the prediction less the true target.
    pub bias: f64,
    /// Root mean squared error.
    pub rmse: f64,
}

/// Tenths of the rows by one respect after another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// By predicted value: the predicted-against-true plot.
    pub predicted: Vec<Bin>,
    /// By each numeric feature.
    pub features: Vec<(String, Vec<Bin>)>,
}

/// Of the predictions of `rows`.
pub fn of(preparation: &Preparation, rows: &Rows, predicted: &[f32]) -> Diagnosis {
    let feature = |at: usize| {
        let values: Vec<f32> = (0..rows.len() as u32)
            .map(|row| rows.values(row)[at])
            .collect();
        bins(&values, rows.targets(), predicted)
    };
    let features = preparation.numeric.iter().zip(0..);
    Diagnosis {
        predicted: bins(predicted, rows.targets(), predicted),
        features: features
            .map(|(f, at)| (f.name.clone(), feature(at)))
            .collect(),
    }
}

/// Tenths of the rows in order of `by`.
fn bins(by: &[f32], truth: &[f32], predicted: &[f32]) -> Vec<Bin> {
    let mut order: Vec<usize> = (0..by.len()).collect();
    order.sort_by(|&a, &b| by[a].total_cmp(&by[b]));
    order
        .chunks(by.len().div_ceil(BINS).max(1))
        .map(|rows| {
            let n = rows.len() as f64;
            let mean = |of: &dyn Fn(usize) -> f64| rows.iter().map(|&row| of(row)).sum::<f64>() / n;
            let error = |row: usize| f64::from(predicted[row]) - f64::from(truth[row]);
            Bin {
                at: mean(&|row| f64::from(by[row])),
                rows: rows.len(),
                truth: mean(&|row| f64::from(truth[row])),
                bias: mean(&error),
                rmse: mean(&|row| error(row) * error(row)).sqrt(),
            }
        })
        .collect()
}

/// The features whose tenths are most wrong on average.
pub fn text(name: &str, diagnosis: &Diagnosis) -> String {
    let mut text = format!(
        "\n{name}: tenths of the test rows by prediction\n{:>12} {:>12} {:>12}\n",
        "predicted", "true", "rmse"
    );
    for bin in &diagnosis.predicted {
        let _ = writeln!(
            text,
            "{:>12} {:>12} {:>12}",
            figure(bin.at),
            figure(bin.truth),
            figure(bin.rmse)
        );
    }
    let worst = diagnosis.features.iter().filter_map(|(feature, bins)| {
        let bin = bins
            .iter()
            .max_by(|a, b| a.bias.abs().total_cmp(&b.bias.abs()))?;
        Some((feature, bin))
    });
    let mut worst: Vec<_> = worst.collect();
    worst.sort_by(|a, b| b.1.bias.abs().total_cmp(&a.1.bias.abs()));
    for (feature, bin) in worst.into_iter().take(3) {
        let _ = writeln!(
            text,
            "around {feature} {} predictions are {} off on average",
            figure(bin.at),
            figure(bin.bias)
        );
    }
    text
}

/// As many digits as a figure of its size needs.
pub fn figure(value: f64) -> String {
    match value.abs() {
        small if small < 10.0 => format!("{value:.6}"),
        middle if middle < 1000.0 => format!("{value:.2}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_follow_the_order_of_a_respect() {
        let by: Vec<f32> = (0..20).rev().map(|i| i as f32).collect();
        let found = bins(&by, &[1.0; 20], &[1.5; 20]);
        assert_eq!(found.len(), 10);
        assert_eq!(
            found[0],
            Bin {
                at: 0.5,
                rows: 2,
                truth: 1.0,
                bias: 0.5,
                rmse: 0.5
            }
        );
        assert_eq!(bins(&[1.0], &[2.0], &[2.0]).len(), 1);
    }
}
