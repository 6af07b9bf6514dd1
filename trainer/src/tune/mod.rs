//! Chooses hyper-parameters by the validation cases, and by nothing else.

mod grid;
mod state;
mod weights;

pub use grid::{Axis, default_grid, trials};
pub use state::{Setting, State};
pub use weights::tune_weights;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};
use doorstep_shared::item_item::HistoryWeighting;
use doorstep_shared::models::{Model, ModelConfig};
use serde::{Deserialize, Serialize};

use crate::evaluate::{Context, HeldOut, Metrics, RATING_METRICS, evaluate, rating_metrics};
use crate::fit::{Fitted, ItemContent, Training, fit_with_users};
use crate::progress::Progress;
use crate::split::Split;

/// One configuration and how it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The hyper-parameters.
    pub config: ModelConfig,
    /// Validation metrics by name.
    pub metrics: BTreeMap<String, f64>,
    /// Wall-clock seconds of fitting and evaluation.
    pub seconds: f64,
}

impl Trial {
    /// The value of the metric that decides, turned so that more is better.
    pub fn merit(&self, metric: &str) -> f64 {
        match RATING_METRICS.contains(&metric) {
            true => self
                .metrics
                .get(metric)
                .map_or(f64::NEG_INFINITY, |error| -error),
            false => self.score(metric),
        }
    }

    /// The value of a metric.
    pub fn score(&self, metric: &str) -> f64 {
        self.metrics
            .get(metric)
            .copied()
            .unwrap_or(f64::NEG_INFINITY)
    }
}

/// Fits every configuration on the training part and judges it by the
/// validation cases. With `file`, trials that it holds are not repeated, and
/// each new one is saved as soon as it is done.
pub fn tune(
    configs: &[ModelConfig],
    split: &Split,
    content: ItemContent,
    context: &Context,
    mut state: State,
    file: Option<&Path>,
    progress: &Progress,
) -> Result<Vec<Trial>> {
    ensure!(
        !split.validation.is_empty(),
        "the split {} leaves no validation case to tune on; choose another --split",
        split.protocol
    );
    let training = Training {
        n_items: split.items.len(),
        histories: &split.train,
        content: content.of_first(split.items.len()),
    };
    let mut fitted: Option<(ModelConfig, Fitted)> = None;
    let mut done = Vec::new();
    for (number, config) in (1..).zip(configs) {
        if let Some(trial) = state.trials.iter().find(|trial| trial.config == *config) {
            done.push(trial.clone());
            continue;
        }
        progress.say(format!(
            "trial {number} of {}: {}",
            configs.len(),
            set_options(config)
        ));
        let clock = Instant::now();
        let (rows, weighting) = rows_and_weighting(config);
        let mut model = match fitted.take() {
            Some((key, model)) if key == rows => model,
            _ => fit_with_users(&rows, &training, progress)?,
        };
        if let (Model::ItemItem(model), Some(weighting)) = (&mut model.model, weighting) {
            model.weighting = weighting;
        }
        let trial = judge(config, &model, split, context, clock, progress);
        fitted = Some((rows, model));
        done.push(trial.clone());
        state.trials.push(trial);
        if let Some(file) = file {
            state.save(file)?;
        }
    }
    Ok(done)
}

/// What validation cases say of `model`, which was fitted for `config`.
fn judge(
    config: &ModelConfig,
    model: &Fitted,
    split: &Split,
    context: &Context,
    clock: Instant,
    progress: &Progress,
) -> Trial {
    let Metrics(mut metrics) =
        evaluate(&model.model, &split.validation, context, progress).metrics();
    metrics.extend(rating_metrics(model, &HeldOut::validation(split)));
    Trial {
        config: config.clone(),
        metrics: metrics.into_iter().collect(),
        seconds: clock.elapsed().as_secs_f64(),
    }
}

/// What has to be fitted for `config`, and the history weighting to put on it:
/// where the recency enters scoring only, one fit serves all its values.
fn rows_and_weighting(config: &ModelConfig) -> (ModelConfig, Option<HistoryWeighting>) {
    let mut rows = config.clone();
    let weighting = match &mut rows {
        ModelConfig::ItemKnn(c) => {
            let weighting = c.weighting();
            c.recency = 1.0;
            Some(weighting)
        }
        ModelConfig::Ease(c) => {
            let weighting = c.weighting();
            c.recency = 1.0;
            Some(weighting)
        }
        ModelConfig::TfIdf(c) => {
            let weighting = c.weighting();
            c.recency = 1.0;
            Some(weighting)
        }
        ModelConfig::ItemVectors(c) => {
            let weighting = c.weighting();
            c.recency = 1.0;
            Some(weighting)
        }
        ModelConfig::NextLinear(_)
        | ModelConfig::Hybrid(_)
        | ModelConfig::Ensemble(_)
        | ModelConfig::Popularity(_)
        | ModelConfig::RecentPopularity(_)
        | ModelConfig::Bias(_)
        | ModelConfig::Svd(_)
        | ModelConfig::AlsExplicit(_)
        | ModelConfig::Als(_) => None,
    };
    (rows, weighting)
}

/// The options that give `config`: every hyper-parameter that isn't at its
/// default or that `fields` names.
pub fn set_options_of(config: &ModelConfig, fields: &[&str]) -> String {
    let defaults = ModelConfig::named(config.name()).map(|c| hyper_parameters(&c));
    let differs = |field: &str, value: &String| {
        defaults.as_ref().and_then(|d| d.get(field)) != Some(value) || fields.contains(&field)
    };
    hyper_parameters(config)
        .iter()
        .filter(|(field, value)| differs(field, value))
        .map(|(field, value)| format!("--set {}.{field}={value}", config.name()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn set_options(config: &ModelConfig) -> String {
    let all = hyper_parameters(config);
    let fields: Vec<String> = all
        .iter()
        .map(|(field, value)| format!("{field}={value}"))
        .collect();
    format!("{} {}", config.name(), fields.join(" "))
}

/// Field and value as one would type it: 0.8, not the 0.800000011920929 of a
/// single-precision number made double.
pub fn hyper_parameters(config: &ModelConfig) -> BTreeMap<String, String> {
    let text = serde_json::to_string(config).unwrap_or_default();
    let mut found = BTreeMap::new();
    flatten("", &text, &mut found);
    found.remove("model");
    found
}

/// The fields of a JSON object, those of an object in it as `svd.factors`.
fn flatten(prefix: &str, object: &str, found: &mut BTreeMap<String, String>) {
    type Raw = BTreeMap<String, Box<serde_json::value::RawValue>>;
    let fields: Raw = serde_json::from_str(object).unwrap_or_default();
    for (field, value) in fields {
        let (field, value) = (format!("{prefix}{field}"), value.get());
        if value.starts_with('{') {
            flatten(&format!("{field}."), value, found);
            continue;
        }
        let list: Option<Vec<String>> = serde_json::from_str(value).ok();
        let words = list.map(|words| words.join(","));
        let text = words.unwrap_or_else(|| value.trim_end_matches(".0").to_owned());
        found.insert(field, text);
    }
}

#[cfg(test)]
#[path = "tune_test.rs"]
mod tests;
