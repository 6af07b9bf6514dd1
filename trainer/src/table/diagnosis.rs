//! Where predictions go wrong: predicted against true values, and residuals by feature.

use std::fmt::Write as _;

use doorstep_shared::knn::{Preparation, Rows, Task};
use serde::Serialize;

const BINS: usize = 10;
/// Cells of the predicted-against-true plot in each direction: what it holds is bounded.
const CELLS: usize = 32;

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

/// Rows whose prediction and truth are nearly those of the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// The middle of the predictions' range.
    pub predicted: f64,
    /// The middle of the targets' range.
    pub truth: f64,
    /// How many rows there are.
    pub rows: u32,
}

/// The rows of one class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Class {
    /// The class.
    pub name: String,
    /// Rows that are of it.
    pub rows: usize,
    /// Rows that were predicted to be of it.
    pub predicted: usize,
    /// Rows of which both is true.
    pub right: usize,
}

/// Tenths of the rows by one respect after another. Of classes the error is 1
/// for a wrong answer and 0 for a right one, so bias is the share of wrong ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// By predicted value; of numbers only.
    pub predicted: Vec<Bin>,
    /// Each class; of classes only.
    pub classes: Vec<Class>,
    /// By each numeric feature.
    pub features: Vec<(String, Vec<Bin>)>,
    /// The predicted-against-true plot; of numbers only. The report draws it, JSON has the tenths.
    #[serde(skip)]
    pub cells: Vec<Cell>,
}

/// Of the predictions of `rows`.
pub fn of(task: &Task, preparation: &Preparation, rows: &Rows, predicted: &[f32]) -> Diagnosis {
    let truth = rows.targets();
    let wrong = || {
        let pairs = truth.iter().zip(predicted);
        pairs.map(|(t, p)| f32::from(u8::from(t != p))).collect()
    };
    let (expected, answered): (Vec<f32>, Vec<f32>) = match task {
        Task::Regression { .. } => (truth.to_vec(), predicted.to_vec()),
        Task::Classification(_) => (vec![0.0; truth.len()], wrong()),
    };
    let feature = |at: usize| {
        let values: Vec<f32> = (0..rows.len() as u32)
            .map(|row| rows.values(row)[at])
            .collect();
        bins(&values, &expected, &answered)
    };
    let features = preparation.numeric.iter().zip(0..);
    let features = features.map(|(f, at)| (f.name.clone(), feature(at)));
    Diagnosis {
        features: features.collect(),
        predicted: match task {
            Task::Regression { .. } => bins(predicted, truth, predicted),
            Task::Classification(_) => Vec::new(),
        },
        classes: match task {
            Task::Regression { .. } => Vec::new(),
            Task::Classification(names) => classes(names, truth, predicted),
        },
        cells: match task {
            Task::Regression { .. } => cells(truth, predicted),
            Task::Classification(_) => Vec::new(),
        },
    }
}

fn classes(names: &[String], truth: &[f32], predicted: &[f32]) -> Vec<Class> {
    let count = |class: usize, of: &[f32]| of.iter().filter(|&&c| c as usize == class).count();
    let class = |(class, name): (usize, &String)| {
        let pairs = truth.iter().zip(predicted);
        Class {
            name: name.clone(),
            rows: count(class, truth),
            predicted: count(class, predicted),
            right: pairs
                .filter(|(t, p)| t == p && **t as usize == class)
                .count(),
        }
    };
    names.iter().enumerate().map(class).collect()
}

/// Counts of rows on a grid over the range of both; empty cells are left out.
fn cells(truth: &[f32], predicted: &[f32]) -> Vec<Cell> {
    let both = || truth.iter().chain(predicted).copied().map(f64::from);
    let least = both().fold(f64::INFINITY, f64::min);
    let width = (both().fold(f64::NEG_INFINITY, f64::max) - least) / CELLS as f64;
    let place = |value: f32| match (f64::from(value) - least) / width {
        // Equal values have no range.
        place if place.is_nan() => 0,
        place => (place as usize).min(CELLS - 1),
    };
    let mut counts = vec![0; CELLS * CELLS];
    for (&t, &p) in truth.iter().zip(predicted) {
        counts[place(p) * CELLS + place(t)] += 1;
    }
    let middle = |place: usize| least + width * (place as f64 + 0.5);
    let cell = |(at, rows): (usize, u32)| Cell {
        predicted: middle(at / CELLS),
        truth: middle(at % CELLS),
        rows,
    };
    let filled = counts.into_iter().enumerate().filter(|&(_, rows)| rows > 0);
    filled.map(cell).collect()
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

/// Tenths by prediction or lines by class, and the features whose tenths are most wrong.
pub fn text(name: &str, diagnosis: &Diagnosis) -> String {
    let mut text = String::new();
    if !diagnosis.predicted.is_empty() {
        let heading = ["predicted", "true", "rmse"];
        let _ = writeln!(text, "\n{name}: tenths of the test rows by prediction");
        let _ = writeln!(
            text,
            "{:>12} {:>12} {:>12}",
            heading[0], heading[1], heading[2]
        );
    }
    for bin in &diagnosis.predicted {
        let _ = writeln!(
            text,
            "{:>12} {:>12} {:>12}",
            figure(bin.at),
            figure(bin.truth),
            figure(bin.rmse)
        );
    }
    if !diagnosis.classes.is_empty() {
        let _ = writeln!(text, "\n{name}: test rows by class");
        let _ = writeln!(
            text,
            "{:>8} {:>10} {:>8}  class",
            "rows", "predicted", "right"
        );
    }
    for class in &diagnosis.classes {
        let Class {
            name,
            rows,
            predicted,
            right,
        } = class;
        let _ = writeln!(text, "{rows:>8} {predicted:>10} {right:>8}  {name}");
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
            "around {feature} {} {}",
            figure(bin.at),
            if diagnosis.classes.is_empty() {
                format!("predictions are {} off on average", figure(bin.bias))
            } else {
                format!("{:.0} % of the answers are wrong", 100.0 * bin.bias)
            }
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

    #[test]
    fn every_row_is_in_one_cell() {
        let found = cells(&[0.0, 0.0, 1.0, 0.5], &[0.0, 0.0, 1.0, 0.9]);
        assert_eq!(
            found.iter().map(|cell| cell.rows).collect::<Vec<_>>(),
            [2, 1, 1]
        );
        assert!((found[0].truth - 1.0 / 64.0).abs() < 1e-12);
        assert_eq!(cells(&[3.0; 2], &[3.0; 2])[0].rows, 2);
    }

    #[test]
    fn classes_are_counted() {
        let names = ["a".to_owned(), "b".to_owned()];
        let found = classes(&names, &[0.0, 0.0, 1.0], &[0.0, 1.0, 1.0]);
        let counts = |class: &Class| (class.rows, class.predicted, class.right);
        assert_eq!(
            found.iter().map(counts).collect::<Vec<_>>(),
            [(2, 1, 1), (1, 2, 1)]
        );
    }
}
