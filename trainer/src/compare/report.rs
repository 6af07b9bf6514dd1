//! What a comparison finds, as it is printed, saved and drawn.

use std::path::{Path, PathBuf};

use anyhow::Result;
use doorstep_shared::models::ModelConfig;
use serde::{Serialize, Serializer};

use super::shape::Shape;
use super::strata::Stratum;
use crate::cli::Output;
use crate::data::Interactions;
use crate::evaluate::{Estimate, Metrics, TestItems};
use crate::failure::Failure;
use crate::fit::Curve;
use crate::save::save;

/// One model's line of the report.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The model's name.
    pub name: String,
    /// Whether it stands here only to be compared with.
    pub baseline: bool,
    /// Its hyper-parameters; none for `random`, or where a bundle doesn't give
    /// them. Of several seeds the first.
    pub config: Option<ModelConfig>,
    /// The seeds that it was fitted with, once each; none where the fit draws
    /// nothing, so that it is the same every time, or where nothing was fitted.
    pub seeds: Vec<u32>,
    /// Every metric by name, the mean over the seeds.
    pub metrics: Metrics,
    /// Standard deviation of every metric over the seeds; empty without several.
    pub deviations: Metrics,
    /// Wall-clock seconds of a fit; none where nothing was fitted.
    pub fit_seconds: Option<f64>,
    /// Wall-clock seconds of evaluation.
    pub evaluate_seconds: f64,
    /// Size in a bundle, of several seeds that of the first; none for `random`, and where a bundle refuses the model.
    pub bytes: Option<u64>,
    /// The 95 % interval of recall and NDCG at each cut-off; a map by metric in JSON.
    #[serde(serialize_with = "by_metric")]
    pub intervals: Vec<Estimate>,
    /// Difference to the model compared with; absent for that model itself.
    pub difference: Option<DifferenceTo>,
    /// The course of a fit in steps, if it was recorded; of several seeds that of the first.
    pub curve: Option<Curve>,
    /// At the main cut-off, by the number of events in the history.
    pub by_history: Vec<Stratum>,
    /// At the main cut-off, by the right answer's training interactions.
    pub by_popularity: Vec<Stratum>,
}

/// Differences with their 95 % intervals.
#[derive(Debug, Serialize)]
pub struct DifferenceTo {
    /// The model that was subtracted.
    pub against: String,
    /// Recall and NDCG at each cut-off; a map by metric in JSON.
    #[serde(serialize_with = "by_metric")]
    pub metrics: Vec<Estimate>,
}

fn by_metric<S: Serializer>(
    estimates: &[Estimate],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(estimates.iter().map(|e| (&e.metric, e)))
}

/// What was done, so that figures can be compared.
#[derive(Debug, Serialize)]
pub struct Protocol {
    /// How the data was divided.
    pub split: String,
    /// Always the whole catalogue.
    pub ranking: &'static str,
    /// How tied scores are ranked.
    pub ties: &'static str,
    /// Whether items of the history were candidates.
    pub include_seen: bool,
    /// What the models asked for were fitted on, in words.
    pub fitted_on: String,
    /// The least rating of a right answer, if any was asked.
    pub relevant_at: Option<f32>,
    /// What `precision@10-testitems` is over, where ratings decide.
    pub test_items: Option<TestItems>,
    /// The cut-offs k.
    pub cutoffs: Vec<usize>,
    /// Test cases.
    pub cases: usize,
    /// What intra-list diversity compares items by.
    pub diversity: &'static str,
    /// Resamples of the paired bootstrap over users.
    pub resamples: usize,
    /// Of the bootstrap and of the random baseline.
    pub seed: u64,
    /// The seeds that were asked for: one fit with each of every model that draws.
    pub seeds: Vec<u32>,
    /// What learning curves show, if any were recorded.
    pub curves: Option<String>,
    /// The program.
    pub version: &'static str,
    /// What the division or a fit left out or chose, one sentence each.
    pub notes: Vec<String>,
}

/// The data that was read, after filters.
#[derive(Debug, Serialize)]
pub struct Fingerprint {
    /// SHA-256 over ids and rows.
    pub sha256: String,
    /// How many users.
    pub users: usize,
    /// How many items.
    pub items: usize,
    /// How many interactions.
    pub interactions: usize,
}

impl Fingerprint {
    /// Of these interactions.
    pub fn of(interactions: &Interactions) -> Self {
        Self {
            sha256: interactions.fingerprint(),
            users: interactions.users.len(),
            items: interactions.items.len(),
            interactions: interactions.rows.len(),
        }
    }
}

/// The whole result.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The folder of the bundle that was judged, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<PathBuf>,
    /// The models that were asked for, in their order, then the other baselines.
    pub models: Vec<Row>,
    /// Models that were asked for and could not be fitted.
    pub failed: Vec<Failure>,
    /// What was done.
    pub protocol: Protocol,
    /// To what data.
    pub data: Fingerprint,
    /// Its shape.
    pub shape: Shape,
}

impl Report {
    /// Prints it, as JSON where that is asked; saves the JSON in one file and the
    /// page with plots in another.
    pub fn print(&self, output: &Output, file: Option<&Path>, page: Option<&Path>) -> Result<()> {
        let json = serde_json::to_string_pretty(self)?;
        match output.json {
            true => output.print(&format!("{json}\n"))?,
            false => output.print(&super::text::text(self))?,
        }
        if let Some(file) = file {
            save(file, &json)?;
        }
        match page {
            Some(path) => save(path, &super::page::page(self).render()),
            None => Ok(()),
        }
    }
}

/// The cut-off that decides where one figure must: 10 if asked, else the largest.
pub fn main_cutoff(cutoffs: &[usize]) -> usize {
    let ten = cutoffs.iter().find(|&&k| k == 10);
    ten.or(cutoffs.last()).copied().unwrap_or(10)
}
