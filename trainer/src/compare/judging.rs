//! Models judged one after another by the same test cases.

use std::time::Instant;

use anyhow::{Context as _, Result};
use doorstep_shared::models::ModelConfig;

use super::report::{DifferenceTo, Row, main_cutoff};
use super::seeds::{self, Judged, seeds_of};
use super::strata::{by_history, by_popularity};
use super::{RANDOM, RESAMPLES, cut_short, is_random, missing_baselines};
use crate::evaluate::{
    Context, Evaluation, HeldOut, Metrics, PRECISION_OF_TEST_ITEMS, Random, Scorer, differences,
    evaluate, fitted_users, intervals, precision_of_test_items, rating_metrics,
};
use crate::failure::Failure;
use crate::fit::{self, Fitted, Observer, Training, fit_observed};
use crate::neural::is_stopped;
use crate::progress::Progress;
use crate::publish::bytes_in_bundle;
use crate::split::Case;

/// Models judged one after another by the same test cases.
pub struct Judging<'a> {
    cases: &'a [Case],
    held_out: HeldOut<'a>,
    context: &'a Context,
    progress: &'a Progress,
    seeds: Vec<u32>,
    curves: Option<(Judge<'a>, String)>,
    rows: Vec<Row>,
    evaluations: Vec<Evaluation>,
    notes: Vec<String>,
    failed: Vec<Failure>,
}

/// What is found of a model while it is fitted.
type Judge<'a> = &'a dyn Fn(&Fitted) -> Metrics;

/// What [`Judging`] found.
#[derive(Debug)]
pub struct Findings {
    /// The models in the order they were judged in.
    pub rows: Vec<Row>,
    /// Those that could not be fitted.
    pub failed: Vec<Failure>,
    /// What a reader should know about the fits.
    pub notes: Vec<String>,
    /// What learning curves show, if any were recorded.
    pub curves: Option<String>,
}

impl<'a> Judging<'a> {
    /// Nothing judged yet.
    pub fn new(
        cases: &'a [Case],
        held_out: HeldOut<'a>,
        context: &'a Context,
        progress: &'a Progress,
    ) -> Self {
        Self {
            cases,
            held_out,
            context,
            progress,
            seeds: Vec::new(),
            curves: None,
            rows: Vec::new(),
            evaluations: Vec::new(),
            notes: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// Fits every model that draws once with each of these seeds instead of its own.
    pub fn with_seeds(self, seeds: &[u32]) -> Self {
        Self {
            seeds: seeds.to_vec(),
            ..self
        }
    }

    /// Records how fits in steps go, with what `judge` finds on the way, `about` in words.
    pub(super) fn record_curves(&mut self, judge: Judge<'a>, about: String) {
        self.curves = Some((judge, about));
    }

    /// Judges a model that was fitted elsewhere, under a name of its own.
    /// `bytes` is its size in its bundle.
    pub fn judge(&mut self, name: &str, fitted: &Fitted, config: Option<ModelConfig>, bytes: u64) {
        let mut judged = self.judged(name, &fitted.model, None);
        let ratings = rating_metrics(fitted, &self.held_out);
        judged.row.metrics.0.extend(ratings);
        judged.row.config = config;
        judged.row.bytes = Some(bytes);
        self.say_done(name, &judged.row);
        self.add(judged);
    }

    /// Fits a model and judges it. One that can't be fitted is listed as failed.
    pub(super) fn fit(&mut self, config: &ModelConfig, training: &Training, baseline: bool) {
        match self.try_fit(config, training) {
            Ok(mut judged) => {
                judged.row.baseline = baseline;
                self.add(judged);
            }
            Err(error) => self.failed.push(Failure::new(config.name(), &error)),
        }
    }

    fn try_fit(&mut self, config: &ModelConfig, training: &Training) -> Result<Judged> {
        let configs = seeds::fits(config, &self.seeds)?;
        let several = configs.len() > 1;
        let mut fits = Vec::new();
        for config in configs {
            let seeds = seeds_of(&config)?;
            let said = match several {
                true => format!("{} with seed {}", config.name(), seeds[0]),
                false => config.name().to_owned(),
            };
            let judge = self.curves.as_ref().map(|(judge, _)| *judge);
            let judge = judge.filter(|_| fits.is_empty());
            let means = training.guide.means;
            let checkpoints = means.checkpoints.map(|all| all.of(&config));
            let mut training = *training;
            training.guide.means.checkpoints = checkpoints.as_ref();
            let stopped = is_stopped();
            let judged = self.fit_once(&config, &said, &training, judge);
            if is_stopped() && !stopped {
                self.note(cut_short(&said));
            }
            let mut judged = match several {
                true => judged.with_context(|| format!("with seed {}", seeds[0]))?,
                false => judged?,
            };
            judged.row.seeds = seeds;
            fits.push(judged);
        }
        Ok(seeds::mean(fits))
    }

    fn fit_once(
        &mut self,
        config: &ModelConfig,
        said: &str,
        training: &Training,
        judge: Option<Judge>,
    ) -> Result<Judged> {
        self.progress.say(format!("{said}: fitting"));
        let name = config.name();
        let mut observer = judge.map_or(Observer::none(), Observer::new);
        let clock = Instant::now();
        let fitted = fit_observed(config, training, self.progress, &mut observer)?;
        let (curve, watched) = observer.finish();
        let seconds = clock.elapsed().as_secs_f64() - watched;
        let odd = fit::warnings(std::slice::from_ref(config), training.content.records);
        let notes = odd.into_iter().chain(fit::notes(config, training));
        notes.for_each(|note| self.note(note));
        let bytes = bytes_in_bundle(&fitted.model, config, &self.context.popularity);
        if let Err(why) = &bytes {
            self.note(format!("{name} can't be published: {why}"));
        }
        let mut judged = self.judged(name, &fitted.model, Some(seconds));
        let ratings = rating_metrics(&fitted, &self.held_out);
        judged.row.metrics.0.extend(ratings);
        let (context, k) = (self.context, main_cutoff(&self.context.cutoffs));
        let as_fitted = fitted_users(&fitted, self.cases, context, k, self.progress);
        judged.row.metrics.0.extend(as_fitted);
        judged.row.config = Some(config.clone());
        judged.row.bytes = bytes.ok();
        judged.row.curve = curve;
        self.say_done(said, &judged.row);
        Ok(judged)
    }

    /// What is known of a model as soon as it is done: the others may take long.
    fn say_done(&self, said: &str, row: &Row) {
        let ndcg = format!("ndcg@{}", main_cutoff(&self.context.cutoffs));
        let figure = |name: &str| Some(format!("{name} {:.4}, ", row.metrics.get(name)?));
        let figures: String = [ndcg.as_str(), "rmse"]
            .into_iter()
            .filter_map(figure)
            .collect();
        let fitted = row.fit_seconds;
        let fitted = fitted.map_or(String::new(), |s| format!("fitted in {s:.2} s, "));
        let seconds = row.evaluate_seconds;
        self.progress.say(format!(
            "{said}: {figures}{fitted}evaluated in {seconds:.2} s"
        ));
    }

    /// Notes what has not been noted of another seed.
    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Fits and judges the baselines that have not been judged by name.
    pub fn baselines(&mut self, training: &Training, seed: u64) {
        let rows = self.rows.iter().map(|row| row.name.as_str());
        let failed = self.failed.iter().map(|failure| failure.model.as_str());
        let missing = missing_baselines(&rows.chain(failed).collect::<Vec<_>>());
        for config in missing.iter().filter_map(|name| ModelConfig::named(name)) {
            self.fit(&config, training, true);
        }
        let n_items = training.n_items;
        let mut judged = self.judged(RANDOM, &Random { n_items, seed }, None);
        judged.row.baseline = true;
        self.say_done(RANDOM, &judged.row);
        self.add(judged);
    }

    fn add(&mut self, judged: Judged) {
        self.rows.push(judged.row);
        self.evaluations.push(judged.evaluation);
    }

    /// How a model ranks; what else is known of it is for the caller to add.
    fn judged(&mut self, name: &str, model: &impl Scorer, fit_seconds: Option<f64>) -> Judged {
        let clock = Instant::now();
        let evaluation = evaluate(model, self.cases, self.context, self.progress);
        let evaluate_seconds = clock.elapsed().as_secs_f64();
        if evaluation.shows_nothing() {
            self.note(format!(
                "{name} recommends nothing here: its recall and NDCG are those of a tie of all items"
            ));
        }
        let mut metrics = evaluation.metrics();
        if let Some(least) = self.context.relevant_at {
            let n_items = self.context.n_items;
            let precision = precision_of_test_items(model, n_items, &self.held_out, least);
            let name = PRECISION_OF_TEST_ITEMS.to_owned();
            metrics.0.push((name, precision));
        }
        let k = main_cutoff(&self.context.cutoffs);
        let popularity = &self.context.popularity;
        Judged {
            row: Row {
                name: name.to_owned(),
                baseline: false,
                config: None,
                seeds: Vec::new(),
                metrics,
                deviations: Metrics::default(),
                fit_seconds,
                evaluate_seconds,
                bytes: None,
                intervals: Vec::new(),
                difference: None,
                curve: None,
                by_history: by_history(self.cases, &evaluation, k),
                by_popularity: by_popularity(self.cases, &evaluation, popularity, k),
            },
            evaluation,
        }
    }

    /// What was found, with differences to `against`, or to the best where that failed.
    pub fn finish(mut self, against: &str, seed: u64) -> Result<Findings> {
        let cutoffs = &self.context.cutoffs;
        let mut against = against;
        if self.failed.iter().any(|failure| failure.model == against) {
            let note = format!("differences are to the best model, as {against} failed");
            self.notes.push(note);
            against = "best";
        }
        let against = reference(&self.rows, against, main_cutoff(cutoffs))?;
        let name = self.rows[against].name.clone();
        let metrics: Vec<String> = ["recall", "ndcg"]
            .iter()
            .flat_map(|family| cutoffs.iter().map(move |k| format!("{family}@{k}")))
            .collect();
        let own = intervals(&self.evaluations, &metrics, RESAMPLES, seed);
        for (row, intervals) in self.rows.iter_mut().zip(own) {
            row.intervals = intervals;
        }
        let recorded = self.rows.iter().any(|row| row.curve.is_some());
        let found = differences(&self.evaluations, against, &metrics, RESAMPLES, seed);
        for (at, (row, metrics)) in self.rows.iter_mut().zip(found).enumerate() {
            row.difference = (at != against).then(|| DifferenceTo {
                against: name.clone(),
                metrics,
            });
        }
        Ok(Findings {
            rows: self.rows,
            failed: self.failed,
            notes: self.notes,
            curves: self.curves.filter(|_| recorded).map(|(_, about)| about),
        })
    }
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
