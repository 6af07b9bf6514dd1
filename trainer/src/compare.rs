//! Fits and judges several models on one division of the data, beside the
//! baselines that every figure needs.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::Recommender;
use doorstep_shared::models::{Model, ModelConfig};
use serde::{Serialize, Serializer};

use crate::cli::Output;
use crate::data::Interactions;
use crate::evaluate::{Context, Difference, Evaluation, Metrics, Random, differences, evaluate};
use crate::fit::{self, Training, fit};
use crate::progress::Progress;
use crate::save::save;
use crate::split::{Case, Split};

mod text;

use text::text;

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
    /// Its hyper-parameters; none for `random`, or where a bundle doesn't give them.
    pub config: Option<ModelConfig>,
    /// Every metric by name.
    pub metrics: Metrics,
    /// Wall-clock seconds of fitting; none where nothing was fitted.
    pub fit_seconds: Option<f64>,
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
    /// What the models asked for were fitted on, in words.
    pub fitted_on: String,
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
    /// The folder of the bundle that was judged, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<PathBuf>,
    /// The models that were asked for, in their order, then the other baselines.
    pub models: Vec<Row>,
    /// What was done.
    pub protocol: Protocol,
    /// To what data.
    pub data: Fingerprint,
}

impl Report {
    /// Prints it, as JSON where that is asked, and saves the JSON in a file.
    pub fn print(&self, output: &Output, file: Option<&Path>) -> Result<()> {
        let json = serde_json::to_string_pretty(self)?;
        match output.json {
            true => output.print(&format!("{json}\n"))?,
            false => output.print(&text(self))?,
        }
        file.map_or(Ok(()), |file| save(file, &json))
    }
}

/// The cut-off that decides where one figure must: 10 if asked, else the largest.
pub fn main_cutoff(cutoffs: &[usize]) -> usize {
    let ten = cutoffs.iter().find(|&&k| k == 10);
    ten.or(cutoffs.last()).copied().unwrap_or(10)
}

/// Fits each of `configs` and the baselines, and judges them by the test cases.
/// The notes say what a reader should know about the fits.
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
    let mut judging = Judging::new(&split.test, context, progress);
    for config in configs {
        judging.fit(config, &training, false)?;
    }
    judging.baselines(&training, options.seed)?;
    judging.finish(&options.against, options.seed)
}

/// Models judged one after another by the same test cases.
pub struct Judging<'a> {
    cases: &'a [Case],
    context: &'a Context,
    progress: &'a Progress,
    rows: Vec<Row>,
    evaluations: Vec<Evaluation>,
    notes: Vec<String>,
}

impl<'a> Judging<'a> {
    /// Nothing judged yet.
    pub fn new(cases: &'a [Case], context: &'a Context, progress: &'a Progress) -> Self {
        Self {
            cases,
            context,
            progress,
            rows: Vec::new(),
            evaluations: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Judges a model that was fitted elsewhere, under a name of its own.
    pub fn judge(&mut self, name: &str, model: &dyn Recommender, config: Option<ModelConfig>) {
        self.add(name, model, config, false, None);
    }

    fn fit(&mut self, config: &ModelConfig, training: &Training, baseline: bool) -> Result<()> {
        self.progress.say(format!("{}: fitting", config.name()));
        let clock = Instant::now();
        let model: Model = fit(config, training, self.progress)
            .with_context(|| format!("fitting {}", config.name()))?;
        let seconds = clock.elapsed().as_secs_f64();
        self.notes.extend(fit::notes(config, training));
        let name = config.name();
        self.add(name, &model, Some(config.clone()), baseline, Some(seconds));
        Ok(())
    }

    /// Fits and judges the baselines that have not been judged by name.
    pub fn baselines(&mut self, training: &Training, seed: u64) -> Result<()> {
        let judged: Vec<&str> = self.rows.iter().map(|row| row.name.as_str()).collect();
        let missing = missing_baselines(&judged);
        for config in missing.iter().filter_map(|name| ModelConfig::named(name)) {
            self.fit(&config, training, true)?;
        }
        let n_items = training.n_items;
        self.add(RANDOM, &Random { n_items, seed }, None, true, None);
        Ok(())
    }

    fn add(
        &mut self,
        name: &str,
        model: &dyn Recommender,
        config: Option<ModelConfig>,
        baseline: bool,
        fit_seconds: Option<f64>,
    ) {
        let clock = Instant::now();
        let evaluation = evaluate(model, self.cases, self.context, self.progress);
        let evaluate_seconds = clock.elapsed().as_secs_f64();
        let fitted = fit_seconds.map_or(String::new(), |s| format!("fitted in {s:.2} s, "));
        self.progress.say(format!(
            "{name}: {fitted}evaluated in {evaluate_seconds:.2} s"
        ));
        self.rows.push(Row {
            name: name.to_owned(),
            baseline,
            config,
            metrics: evaluation.metrics(),
            fit_seconds,
            evaluate_seconds,
            difference: None,
        });
        self.evaluations.push(evaluation);
    }

    /// The rows, with their differences to `against`, and what was noted on the way.
    pub fn finish(mut self, against: &str, seed: u64) -> Result<(Vec<Row>, Vec<String>)> {
        let cutoffs = &self.context.cutoffs;
        let against = reference(&self.rows, against, main_cutoff(cutoffs))?;
        let name = self.rows[against].name.clone();
        let metrics: Vec<String> = ["recall", "ndcg"]
            .iter()
            .flat_map(|family| cutoffs.iter().map(move |k| format!("{family}@{k}")))
            .collect();
        let found = differences(&self.evaluations, against, &metrics, RESAMPLES, seed);
        for (at, (row, metrics)) in self.rows.iter_mut().zip(found).enumerate() {
            row.difference = (at != against).then(|| DifferenceTo {
                against: name.clone(),
                metrics,
            });
        }
        Ok((self.rows, self.notes))
    }
}

/// The baselines to fit where these models are judged by name.
fn missing_baselines(judged: &[&str]) -> Vec<&'static str> {
    let missing = |name: &&str| !judged.contains(name);
    BASELINES.into_iter().filter(missing).collect()
}

/// Refuses an `--against` that none of these models, nor a baseline, is called.
pub fn check_against(against: &str, models: &[&str]) -> Result<()> {
    let compared = [models, &missing_baselines(models), &[RANDOM]].concat();
    ensure!(
        ["best", "first"].contains(&against) || compared.contains(&against),
        "--against {against}: not compared here; choose best, first, {}",
        compared.join(", ")
    );
    Ok(())
}

/// The row that differences are taken to.
fn reference(rows: &[Row], against: &str, k: usize) -> Result<usize> {
    let ndcg = |at: usize| rows[at].metrics.get(&format!("ndcg@{k}")).unwrap_or(0.0);
    let found = match against {
        "first" => (!rows.is_empty()).then_some(0),
        // The first of equals.
        "best" => (0..rows.len())
            .rev()
            .filter(|&at| !is_random(&rows[at].name))
            .max_by(|&a, &b| ndcg(a).total_cmp(&ndcg(b))),
        name => rows.iter().position(|row| row.name == name),
    };
    found.with_context(|| format!("there is no `{against}` to compare with"))
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
        let message = check_against("nobody", &["ease"]).unwrap_err().to_string();
        assert!(
            message.contains("nobody") && message.contains("ease, popularity"),
            "{message}"
        );
        for against in ["best", "first", "ease", "recent-popularity", "random"] {
            check_against(against, &["ease"]).unwrap();
        }
    }
}
