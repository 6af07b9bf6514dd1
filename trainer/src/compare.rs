//! Fits and judges several models on one division of the data, beside the
//! baselines that every figure needs.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::Recommender;
use doorstep_shared::models::ModelConfig;
use serde::{Serialize, Serializer};

use crate::data::Interactions;
use crate::evaluate::{
    Context, Difference, Evaluation, Metrics, Random, differences, evaluate, rating_metrics,
};
use crate::fit::{self, Training, fit_with_users};
use crate::progress::Progress;
use crate::split::Split;

/// Resamples of the paired bootstrap.
pub const RESAMPLES: usize = 1000;
/// Baselines that stand beside every model, fitted with their defaults unless
/// asked for by name.
const BASELINES: [&str; 2] = ["popularity", "recent-popularity"];
const RANDOM: &str = "random";

/// How to compare.
#[derive(Clone, Debug)]
pub struct Options {
    /// Fit on training and validation part instead of the training part.
    pub refit: bool,
    /// `best`, `first` or a model's name: what differences are taken to.
    pub against: String,
    /// Of the bootstrap and of the random baseline.
    pub seed: u64,
}

/// One model's line of the report.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The model's name.
    pub name: String,
    /// Whether it stands here only to be compared with.
    pub baseline: bool,
    /// Its hyper-parameters; none for `random`.
    pub config: Option<ModelConfig>,
    /// Every metric by name.
    pub metrics: Metrics,
    /// Wall-clock seconds of fitting.
    pub fit_seconds: f64,
    /// Wall-clock seconds of evaluation.
    pub evaluate_seconds: f64,
    /// Difference to the model compared with; absent for that model itself.
    pub difference: Option<DifferenceTo>,
}

/// Differences with their 95 % intervals.
#[derive(Debug, Serialize)]
pub struct DifferenceTo {
    /// The model that was subtracted.
    pub against: String,
    /// Recall and NDCG at each cut-off; a map by metric in JSON.
    #[serde(serialize_with = "by_metric")]
    pub metrics: Vec<Difference>,
}

fn by_metric<S: Serializer>(
    differences: &[Difference],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(differences.iter().map(|d| (&d.metric, d)))
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
    /// Whether models were fitted on the validation part too.
    pub refit: bool,
    /// The least rating of a right answer, if any was asked.
    pub relevant_at: Option<f32>,
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
    /// The models that were asked for, in their order, then the other baselines.
    pub models: Vec<Row>,
    /// What was done.
    pub protocol: Protocol,
    /// To what data.
    pub data: Fingerprint,
}

/// The cut-off that decides where one figure must: 10 if asked, else the largest.
pub fn main_cutoff(cutoffs: &[usize]) -> usize {
    let ten = cutoffs.iter().find(|&&k| k == 10);
    ten.or(cutoffs.last()).copied().unwrap_or(10)
}

/// Fits each of `configs` and the baselines, and judges them by the test cases.
pub fn compare(
    configs: &[ModelConfig],
    split: &Split,
    context: &Context,
    options: &Options,
    progress: &Progress,
) -> Result<(Vec<Row>, Vec<String>)> {
    let histories = if options.refit {
        &split.train_and_validation
    } else {
        &split.train
    };
    let training = Training {
        n_items: split.items.len(),
        histories,
    };
    let mut rows = Vec::new();
    let mut evaluations: Vec<Evaluation> = Vec::new();
    let mut notes = Vec::new();
    let mut judge =
        |model: &dyn Recommender, config: Option<ModelConfig>, baseline, fitted: f64, ratings| {
            let clock = Instant::now();
            let evaluation = evaluate(model, &split.test, context, progress);
            let evaluate_seconds = clock.elapsed().as_secs_f64();
            progress.say(format!(
                "{}: fitted in {fitted:.2} s, evaluated in {evaluate_seconds:.2} s",
                model.name()
            ));
            let mut metrics = evaluation.metrics();
            metrics.0.extend::<Vec<_>>(ratings);
            rows.push(Row {
                name: model.name().to_owned(),
                baseline,
                config,
                metrics,
                fit_seconds: fitted,
                evaluate_seconds,
                difference: None,
            });
            evaluations.push(evaluation);
        };
    let missing = BASELINES
        .iter()
        .filter(|name| configs.iter().all(|c| c.name() != **name));
    let baselines: Vec<ModelConfig> = missing
        .filter_map(|name| ModelConfig::named(name))
        .collect();
    for (at, config) in configs.iter().chain(&baselines).enumerate() {
        progress.say(format!("{}: fitting", config.name()));
        let clock = Instant::now();
        let fitted = fit_with_users(config, &training, progress)
            .with_context(|| format!("fitting {}", config.name()))?;
        let seconds = clock.elapsed().as_secs_f64();
        notes.extend(fit::notes(config, &training));
        let known = &split.train_and_validation;
        let ratings = rating_metrics(&fitted, known, &split.held_out_test);
        let baseline = at >= configs.len();
        judge(
            &fitted.model,
            Some(config.clone()),
            baseline,
            seconds,
            ratings,
        );
    }
    let random = Random {
        n_items: training.n_items,
        seed: options.seed,
    };
    judge(&random, None, true, 0.0, Vec::new());

    let against = reference(&rows, &options.against, main_cutoff(&context.cutoffs))?;
    let name = rows[against].name.clone();
    let metrics: Vec<String> = ["recall", "ndcg"]
        .iter()
        .flat_map(|family| context.cutoffs.iter().map(move |k| format!("{family}@{k}")))
        .collect();
    let found = differences(&evaluations, against, &metrics, RESAMPLES, options.seed);
    for (at, (row, metrics)) in rows.iter_mut().zip(found).enumerate() {
        row.difference = (at != against).then(|| DifferenceTo {
            against: name.clone(),
            metrics,
        });
    }
    Ok((rows, notes))
}

/// The row that differences are taken to.
fn reference(rows: &[Row], against: &str, k: usize) -> Result<usize> {
    let ndcg = |at: usize| rows[at].metrics.get(&format!("ndcg@{k}")).unwrap_or(0.0);
    match against {
        "first" => Ok(0),
        // The first of equals.
        "best" => (0..rows.len())
            .rev()
            .filter(|&at| !is_random(&rows[at].name))
            .max_by(|&a, &b| ndcg(a).total_cmp(&ndcg(b)))
            .context("nothing to compare"),
        name => {
            let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
            let at = names.iter().position(|n| *n == name);
            ensure!(
                at.is_some(),
                "--against {name}: not compared here; choose best, first, {}",
                names.join(", ")
            );
            at.context("checked above")
        }
    }
}

/// Whether `name` is the floor that must not count as best of anything.
pub fn is_random(name: &str) -> bool {
    name == RANDOM
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Similarity;
    use crate::split::Case;
    use doorstep_shared::{Event, Vocabulary};

    fn split() -> Split {
        let mut items = Vocabulary::new();
        (0..8).for_each(|i| _ = items.insert(&i.to_string()));
        let history = |user: u32| -> Vec<Event> {
            (0..4)
                .map(|i| Event::implicit((2 * i + user) % 8))
                .collect()
        };
        let train: Vec<Vec<Event>> = (0..8).map(|user| history(user)[..2].to_vec()).collect();
        let case = |user: u32, at: usize| Case {
            user,
            history: history(user)[..at].to_vec(),
            relevant: vec![history(user)[at].item],
        };
        Split {
            protocol: "test".into(),
            users: Vocabulary::new(),
            items,
            train_and_validation: (0..8).map(|user| history(user)[..3].to_vec()).collect(),
            train,
            validation: (0..8).map(|user| case(user, 2)).collect(),
            test: (0..8).map(|user| case(user, 3)).collect(),
            held_out_validation: vec![Vec::new(); 8],
            held_out_test: (0..8).map(|user| history(user)[3..].to_vec()).collect(),
            notes: vec![],
        }
    }

    fn run(names: &[&str], against: &str) -> Result<Vec<Row>> {
        let split = split();
        let similarity = Similarity::co_occurrence(8, &split.train);
        let context = Context::new(vec![2; 8], similarity);
        let configs: Vec<_> = names
            .iter()
            .map(|n| ModelConfig::named(n).unwrap())
            .collect();
        let options = Options {
            refit: false,
            against: against.into(),
            seed: 1,
        };
        Ok(compare(&configs, &split, &context, &options, &Progress::new(true))?.0)
    }

    #[test]
    fn baselines_stand_beside_and_are_not_repeated() {
        let rows = run(&["next-linear", "popularity"], "first").unwrap();
        let names: Vec<(&str, bool)> = rows.iter().map(|r| (r.name.as_str(), r.baseline)).collect();
        assert_eq!(
            names,
            [
                ("next-linear", false),
                ("popularity", false),
                ("recent-popularity", true),
                ("random", true)
            ]
        );
        assert!(rows[0].difference.is_none());
        assert!(
            rows[1..]
                .iter()
                .all(|r| r.difference.as_ref().unwrap().against == "next-linear")
        );
    }

    #[test]
    fn the_sequence_is_learnt_and_counts_as_best() {
        let rows = run(&["popularity", "next-linear"], "best").unwrap();
        assert_eq!(rows[0].difference.as_ref().unwrap().against, "next-linear");
        let ndcg = |row: &Row| row.metrics.get("ndcg@5").unwrap();
        assert!(ndcg(&rows[1]) > ndcg(&rows[0]));
        let message = run(&["ease"], "nobody").unwrap_err().to_string();
        assert!(
            message.contains("nobody") && message.contains("random"),
            "{message}"
        );
    }
}
