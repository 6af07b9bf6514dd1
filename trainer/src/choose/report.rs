//! What was chosen, and why, as it is printed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use doorstep_shared::models::{ModelConfig, PopularityConfig};
use serde::Serialize;

use super::METRIC;
use crate::compare::Row;
use crate::evaluate::Estimate;

/// A model at its best.
#[derive(Debug, Serialize)]
pub struct Tried {
    /// Its name.
    pub model: String,
    /// The hyper-parameters that did best.
    pub config: ModelConfig,
    /// Those that aren't at their default, as options.
    pub set: String,
    /// Validation metrics by name.
    pub metrics: BTreeMap<String, f64>,
    /// The metric that decides, with its 95 % interval.
    pub interval: Estimate,
    /// Its difference to the best model's; absent for that model itself.
    pub to_best: Option<Estimate>,
    /// What a visitor's first list downloads of the model: the median over histories of ten items.
    pub first_list_bytes: u64,
    /// All of the model's files.
    pub bytes: u64,
    /// Configurations tried.
    pub trials: usize,
    /// Wall-clock seconds of all of them.
    pub seconds: f64,
}

/// A model that was not judged.
#[derive(Debug, Serialize)]
pub struct LeftOut {
    /// Its name.
    pub model: String,
    /// Why.
    pub why: String,
}

/// What was chosen, and why.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// The metric that decided.
    pub metric: &'static str,
    /// Validation cases.
    pub cases: usize,
    /// The least rating of a right answer, where ratings decide.
    pub relevant_at: Option<f32>,
    /// The name of the chosen model.
    pub chosen: String,
    /// Why, in words.
    pub why: String,
    /// Every model that was judged, best first.
    pub tried: Vec<Tried>,
    /// Those that weren't, and why.
    pub left_out: Vec<LeftOut>,
    /// What else a reader should know.
    pub notes: Vec<String>,
    /// Test metrics of the chosen model and of the baselines, judged once.
    pub test: Vec<Row>,
    /// Its place among those.
    #[serde(skip)]
    pub(super) at: usize,
}

/// The place, among models best first, of the one with the smallest download of
/// those that don't clearly differ from the first; of equals, the better one.
pub(super) fn cheapest_of_the_best(tried: &[Tried]) -> usize {
    let alike = |tried: &Tried| tried.to_best.as_ref().is_none_or(|d| !d.is_clear());
    let pool = (0..tried.len()).filter(|&at| alike(&tried[at]));
    pool.min_by_key(|&at| tried[at].first_list_bytes)
        .unwrap_or(0)
}

impl Choice {
    pub(super) fn new(
        tried: Vec<Tried>,
        at: usize,
        left_out: Vec<LeftOut>,
        cases: usize,
        notes: Vec<String>,
    ) -> Self {
        Self {
            metric: METRIC,
            cases,
            relevant_at: None,
            chosen: tried[at].model.clone(),
            why: why(&tried, at),
            tried,
            left_out,
            notes,
            test: Vec::new(),
            at,
        }
    }

    /// What to publish: the model chosen, then popularity.
    pub fn configs(&self) -> Vec<ModelConfig> {
        let chosen = self.tried[self.at].config.clone();
        let popularity = ModelConfig::Popularity(PopularityConfig::default());
        match chosen == popularity {
            true => vec![popularity],
            false => vec![chosen, popularity],
        }
    }

    /// The reasoning as text for a terminal.
    pub fn text(&self, split: &str, because: &str) -> String {
        let mut text = format!(
            "Chosen: {} {}\n{}\n\n{} validation cases of {split} ({because})",
            self.chosen, self.tried[self.at].set, self.why, self.cases
        );
        if let Some(least) = self.relevant_at {
            let _ = write!(text, ", right answers rated at least {least}");
        }
        text.push('\n');
        let _ = writeln!(
            text,
            "{:18} {:>9}  {:32} {:>10} {:>10} {:>7} {:>8}",
            "at its best",
            METRIC,
            "to the best (95 % interval)",
            "first list",
            "all of it",
            "trials",
            "seconds"
        );
        for (at, tried) in self.tried.iter().enumerate() {
            let mark = if at == self.at { "*" } else { "" };
            let _ = writeln!(
                text,
                "{:18} {:>9.5}  {:32} {:>10} {:>10} {:>7} {:>8.1}",
                format!("{}{mark}", tried.model),
                tried.interval.mean,
                tried.to_best.as_ref().map_or("–".to_owned(), difference),
                bytes(tried.first_list_bytes),
                bytes(tried.bytes),
                tried.trials,
                tried.seconds
            );
        }
        text += "~ the interval holds 0: no clear difference; first list: what a visitor downloads of the model\n\n";
        // Many are left out for the same reason, such as models of ratings.
        for (at, first) in self.left_out.iter().enumerate() {
            if self.left_out[..at].iter().any(|left| left.why == first.why) {
                continue;
            }
            let alike = self.left_out.iter().filter(|left| left.why == first.why);
            let models: Vec<&str> = alike.map(|left| left.model.as_str()).collect();
            let _ = writeln!(text, "left out: {}: {}", models.join(", "), first.why);
        }
        self.notes
            .iter()
            .for_each(|note| _ = writeln!(text, "{note}"));
        text += &self.test_text();
        text
    }

    fn test_text(&self) -> String {
        let mut text = format!(
            "\n{:18} {:>9} {:>9}  {}\n",
            "on the test cases", "recall@10", METRIC, "to the one chosen"
        );
        for row in &self.test {
            let metric = |name: &str| row.metrics.get(name).unwrap_or(0.0);
            let found = row.difference.iter().flat_map(|d| &d.metrics);
            let found = found.filter(|d| d.metric == METRIC).map(difference).next();
            let _ = writeln!(
                text,
                "{:18} {:>9.5} {:>9.5}  {}",
                row.name,
                metric("recall@10"),
                metric(METRIC),
                found.unwrap_or_else(|| "–".to_owned())
            );
        }
        text.push('\n');
        text
    }
}

fn why(tried: &[Tried], at: usize) -> String {
    let (best, chosen) = (&tried[0], &tried[at]);
    if at > 0 {
        return format!(
            "{} does best, but not clearly ({}); of the models that don't clearly differ from it, {} costs a visitor \
             least: {} for a first list instead of {}",
            best.model,
            chosen.to_best.as_ref().map_or(String::new(), difference),
            chosen.model,
            bytes(chosen.first_list_bytes),
            bytes(best.first_list_bytes)
        );
    }
    let Some(second) = tried.get(1) else {
        return format!("{} is the only model that could be judged", best.model);
    };
    let to_best = second.to_best.as_ref();
    let by = to_best.map_or(String::new(), difference);
    match to_best.is_some_and(Estimate::is_clear) {
        true => format!(
            "{} does clearly better than the runner-up, {}: {by}",
            best.model, second.model
        ),
        false => format!(
            "{} does best; the runner-up, {}, doesn't clearly differ ({by}), but costs a visitor no less",
            best.model, second.model
        ),
    }
}

fn difference(d: &Estimate) -> String {
    let clear = if d.is_clear() { "" } else { " ~" };
    format!("{:+.4} ({:+.4} … {:+.4}){clear}", d.mean, d.low, d.high)
}

fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}
