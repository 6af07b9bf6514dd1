//! Fits the models of tables.

use anyhow::{Result, bail, ensure};
use doorstep_shared::knn::{KnnModel, Preparation, Rows, Rule, Space, Task};
use rayon::prelude::*;

use super::frame::{Frame, Target};
use super::judge::{Figures, judge};
use super::search::{Curve, search};
use super::settings::{KnnConfig, KnnLocalConfig, TableModel};
use super::{baseline, gradient, novelty};
use crate::progress::Progress;

/// Training rows that the leave-one-out figures are taken over, at most.
const JUDGED: usize = 8192;

/// A model and what was learned on the way.
#[derive(Debug)]
pub struct Fitted {
    /// The model.
    pub model: KnnModel,
    /// Scores by k, where k was chosen.
    pub curve: Option<Curve>,
    /// Leave-one-out figures of training rows: what the model was chosen by.
    pub validation: Figures,
}

/// Fits a model to `rows`.
pub fn fit(
    config: &TableModel,
    frame: &Frame,
    preparation: &Preparation,
    rows: Rows,
    progress: &Progress,
) -> Result<Fitted> {
    let task = task(frame, &rows);
    let (mut model, curve) = match config {
        TableModel::Knn(config) => fit_mean(config, preparation, rows, task, progress)?,
        TableModel::KnnLocal(config) => {
            (fit_local(config, preparation, rows, task, progress)?, None)
        }
    };
    model.target.clone_from(&frame.target_name);
    model.novelty = Some(novelty::measure(&model));
    Ok(Fitted {
        validation: leave_one_out(&model),
        model,
        curve,
    })
}

fn task(frame: &Frame, rows: &Rows) -> Task {
    match &frame.target {
        Target::Numbers(_) => Task::Regression {
            least: rows.targets().iter().copied().fold(f32::INFINITY, f32::min),
            most: rows
                .targets()
                .iter()
                .copied()
                .fold(f32::NEG_INFINITY, f32::max),
        },
        Target::Classes(names, _) => Task::Classification(names.clone()),
    }
}

/// k-NN with the k asked for, or the best of a search.
pub fn fit_mean(
    config: &KnnConfig,
    preparation: &Preparation,
    rows: Rows,
    task: Task,
    progress: &Progress,
) -> Result<(KnnModel, Option<Curve>)> {
    let space = Space::plain(config.distance, preparation.categorical.len());
    let (n, k) = (rows.len(), config.neighbours as usize);
    ensure!(
        k <= n,
        "knn.neighbours is {k} and the training part has {n} rows; ask for fewer neighbours or give more rows"
    );
    ensure!(
        k > 0 || n >= 2 * config.folds as usize,
        "{n} training rows are too few to choose k by {} folds; set knn.neighbours",
        config.folds
    );
    let curve = (k == 0).then(|| search(preparation, &space, &task, &rows, config, progress));
    let rule = Rule::Mean {
        neighbours: curve.as_ref().map_or(k, |curve| curve.best),
        weights: config.weights,
    };
    Ok((
        KnnModel::new(preparation.clone(), space, rule, task, rows),
        curve,
    ))
}

fn fit_local(
    config: &KnnLocalConfig,
    preparation: &Preparation,
    rows: Rows,
    task: Task,
    progress: &Progress,
) -> Result<KnnModel> {
    if let Task::Classification(_) = task {
        bail!("knn-local predicts numbers; for classes use --models knn");
    }
    let (n, k) = (rows.len(), config.neighbours as usize);
    ensure!(
        k < n,
        "knn-local.neighbours is {k} and the training part has {n} rows; set fewer neighbours or give more rows"
    );
    let baseline = baseline::fit(preparation, &rows)?;
    let responses: Vec<f32> = (0..n as u32)
        .map(|row| rows.target(row) - baseline.value(rows.columns(row), rows.categories(row)))
        .collect();
    let learned = gradient::learn(preparation, &rows, &baseline, &responses, config, progress);
    let rule = Rule::Local(learned.local);
    Ok(KnnModel::new(
        preparation.clone(),
        learned.space,
        rule,
        task,
        rows,
    ))
}

fn leave_one_out(model: &KnnModel) -> Figures {
    let rows = model.rows();
    let step = rows.len().div_ceil(JUDGED).max(1);
    let sample: Vec<u32> = (0..rows.len() as u32).step_by(step).collect();
    let predicted: Vec<f32> = sample
        .par_iter()
        .map(|&row| model.predict(&rows.point(row), Some(row)).value)
        .collect();
    let truth: Vec<f32> = sample.iter().map(|&row| rows.target(row)).collect();
    judge(&model.task, &truth, &predicted)
}
