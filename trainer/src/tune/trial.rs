//! One configuration, how it did, and how it is written down.

use std::collections::BTreeMap;
use std::time::Instant;

use doorstep_shared::models::ModelConfig;
use serde::{Deserialize, Serialize};

use super::halving::Rung;
use crate::evaluate::{
    Context, Evaluation, HeldOut, Metrics, RATING_METRICS, evaluate, rating_metrics,
};
use crate::fit::Fitted;
use crate::progress::Progress;
use crate::split::{Case, Split};

/// One configuration and how it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The hyper-parameters.
    pub config: ModelConfig,
    /// Validation metrics by name.
    pub metrics: BTreeMap<String, f64>,
    /// Wall-clock seconds of fitting and evaluation.
    pub seconds: f64,
    /// Of successive halving: what the metrics are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
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

/// What validation cases say of `model`, which was fitted for `config` since `clock`.
pub(super) fn judge(
    config: &ModelConfig,
    model: &Fitted,
    cases: &[Case],
    split: &Split,
    context: &Context,
    clock: Instant,
    progress: &Progress,
) -> (Trial, Evaluation) {
    let evaluation = evaluate(&model.model, cases, context, progress);
    let Metrics(mut metrics) = evaluation.metrics();
    metrics.extend(rating_metrics(model, &HeldOut::validation(split)));
    let trial = Trial {
        config: config.clone(),
        metrics: metrics.into_iter().collect(),
        seconds: clock.elapsed().as_secs_f64(),
        rung: None,
    };
    (trial, evaluation)
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
        .map(|(field, value)| format!("--set {}.{field}={}", config.name(), in_shell(value)))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A value as a shell takes it for one word.
fn in_shell(value: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-.,:/+".contains(c);
    match value.chars().all(plain) {
        true => value.to_owned(),
        false => format!("'{}'", value.replace('\'', r"'\''")),
    }
}

/// The model with all its hyper-parameters, for progress.
pub(super) fn shown(config: &ModelConfig) -> String {
    let all = hyper_parameters(config);
    let fields: Vec<String> = all
        .iter()
        .map(|(field, value)| format!("{field}={value}"))
        .collect();
    format!("{} {}", config.name(), fields.join(" "))
}

/// Field and value as one would type it: 0.8, not the 0.800000011920929 of a
/// single-precision number made double, and words without their quotes.
pub fn hyper_parameters(config: &ModelConfig) -> BTreeMap<String, String> {
    let typed = |value: String| {
        let words = serde_json::from_str(&value).map(|words: Vec<String>| words.join(","));
        words
            .or_else(|_| serde_json::from_str(&value))
            .unwrap_or(value)
    };
    let fields = written(config).into_iter();
    fields.map(|(field, value)| (field, typed(value))).collect()
}

/// Field and value as a file for `--config` holds it, each in its own type: what
/// JSON writes of words and numbers is TOML, too.
pub(super) fn written(config: &ModelConfig) -> BTreeMap<String, String> {
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
        match value.starts_with('{') {
            true => flatten(&format!("{field}."), value, found),
            false => _ = found.insert(field, value.trim_end_matches(".0").to_owned()),
        }
    }
}
