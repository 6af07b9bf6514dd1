//! A fitted model and its predictions.

use super::index::Index;
use super::local::LocalFit;
use super::nearest::Near;
use super::novelty::Novelty;
use super::preparation::{Point, Preparation};
use super::rows::Rows;
use super::rule::{Rule, vote};
use super::space::Space;

/// What is predicted.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// A number; predictions of local models stay within the training targets.
    Regression {
        /// Least training target.
        least: f32,
        /// Largest training target.
        most: f32,
    },
    /// One of these classes; targets are their numbers.
    Classification(Vec<String>),
}

/// A fitted model.
#[derive(Clone, Debug)]
pub struct KnnModel {
    /// From a table's row to columns.
    pub preparation: Preparation,
    /// Where distances are measured.
    pub space: Space,
    /// What is made of the neighbours.
    pub rule: Rule,
    /// What is predicted.
    pub task: Task,
    /// Name of the predicted column.
    pub target: String,
    /// How unusual a point is; absent until it is measured.
    pub novelty: Option<Novelty>,
    rows: Rows,
    index: Index,
    /// What a local model fits: targets less the baseline; empty for others.
    responses: Vec<f32>,
}

/// A training row that took part in a prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Row number.
    pub row: u32,
    /// Distance in the model's space.
    pub distance: f32,
    /// Share in the prediction; all shares add up to 1.
    pub weight: f32,
    /// What the share is of: the row's target, moved by a local model to
    /// where the point lies. The prediction is Σ weight · adjusted.
    pub adjusted: f32,
}

/// An answer with its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The value, or the number of the class.
    pub value: f32,
    /// Who made it, nearest first.
    pub neighbours: Vec<Neighbour>,
    /// Share of the training rows that are closer to their neighbours, in percent.
    pub novelty: Option<f32>,
}

impl KnnModel {
    /// Builds the index. There are at least as many rows as neighbours.
    pub fn new(preparation: Preparation, space: Space, rule: Rule, task: Task, rows: Rows) -> Self {
        let members: Vec<u32> = (0..rows.len() as u32).collect();
        let index = Index::new(&space, &preparation, &rows, &members);
        let responses = match &rule {
            Rule::Mean { .. } => Vec::new(),
            Rule::Local(local) => {
                let baseline = |row| {
                    local
                        .baseline
                        .value(rows.columns(row), rows.categories(row))
                };
                members
                    .iter()
                    .map(|&row| rows.target(row) - baseline(row))
                    .collect()
            }
        };
        Self {
            preparation,
            space,
            rule,
            task,
            target: String::new(),
            novelty: None,
            rows,
            index,
            responses,
        }
    }

    /// The training rows.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The search over them.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What a local model's neighbours correct its baseline by, by row.
    pub fn responses(&self) -> &[f32] {
        &self.responses
    }

    /// The rows that take part in the prediction of a point, nearest first.
    pub fn nearest(&self, point: &Point, skip: Option<u32>) -> Vec<Near> {
        let place = self.index.place(&self.preparation, point);
        self.index.nearest(&place, self.rule.neighbours(), skip)
    }

    /// Predicts; `skip` is a row that must not take part, such as the point itself.
    pub fn predict(&self, point: &Point, skip: Option<u32>) -> Prediction {
        let near = self.nearest(point, skip);
        let distance = |n: &Near| self.index.distance(n);
        let mean = near.iter().map(distance).sum::<f32>() / near.len().max(1) as f32;
        let novelty = self.novelty.as_ref().map(|n| n.percentile(mean));
        let (value, shares) = match &self.rule {
            Rule::Mean { weights, .. } => self.mean(&near, weights.of(&near, distance)),
            Rule::Local(local) => {
                let fit = local.fit(&self.rows, &near, &point.columns, &self.responses);
                let base = local.baseline.value(&point.columns, &point.categories);
                self.corrected(base, &fit, &near)
            }
        };
        let neighbour = |(n, (weight, adjusted)): (&Near, (f32, f32))| Neighbour {
            row: n.row,
            distance: distance(n),
            weight,
            adjusted,
        };
        Prediction {
            value,
            neighbours: near.iter().zip(shares).map(neighbour).collect(),
            novelty,
        }
    }

    fn mean(&self, near: &[Near], weights: Vec<f32>) -> (f32, Vec<(f32, f32)>) {
        let targets = near.iter().map(|n| self.rows.target(n.row));
        let shares: Vec<(f32, f32)> = weights.into_iter().zip(targets).collect();
        let value = match &self.task {
            Task::Regression { .. } => shares.iter().map(|(w, t)| w * t).sum(),
            Task::Classification(classes) => {
                let votes = shares
                    .iter()
                    .map(|&(weight, class)| (class as usize, weight));
                vote(classes.len(), votes) as f32
            }
        };
        (value, shares)
    }

    fn corrected(&self, base: f32, fit: &LocalFit, near: &[Near]) -> (f32, Vec<(f32, f32)>) {
        let adjusted = near.iter().map(|n| base + self.responses[n.row as usize]);
        let shares = fit.weights.iter().copied().zip(adjusted).collect();
        let value = base + fit.value;
        let value = match self.task {
            Task::Regression { least, most } => value.clamp(least, most),
            Task::Classification(_) => value,
        };
        (value, shares)
    }
}
