//! Trials side by side: each is fitted on the training part and judged by the
//! validation cases.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::item_item::HistoryWeighting;
use doorstep_shared::models::{Model, ModelConfig};
use rayon::ThreadPoolBuilder;

use super::halving::Part;
use super::trial::{Trial, judge, shown};
use crate::device::Compute;
use crate::evaluate::{Context, Evaluation};
use crate::fit::{Fitted, ItemContent, Training, fit_with_users, weigh};
use crate::neural::{Guide, is_stopped};
use crate::progress::Progress;
use crate::split::Split;

/// What trials are fitted on, and how many at a time.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// The division; its test part is not looked at.
    pub split: &'a Split,
    /// What content models are fitted on.
    pub content: ItemContent<'a>,
    /// The protocol.
    pub context: &'a Context,
    /// Where networks are trained.
    pub compute: Compute,
    /// How many trials run at once, each on its share of the cores.
    pub jobs: usize,
    /// No trial begins after this.
    pub deadline: Option<Instant>,
    /// Where progress goes.
    pub progress: &'a Progress,
}

/// A trial that is done.
pub struct Done<'a> {
    /// Its place among the configurations.
    pub at: usize,
    /// The configuration and its figures.
    pub trial: Trial,
    /// What was fitted; on a lower rung not quite what the configuration says.
    pub fitted: &'a Fitted,
    /// What every case says.
    pub evaluation: Evaluation,
}

/// A trial that could not be fitted, and why.
pub struct Failure {
    /// Its place among the configurations.
    pub at: usize,
    /// Why, in words.
    pub error: String,
}

/// How a search ended.
#[derive(Default)]
pub struct Outcome {
    /// The trials that could not be fitted.
    pub failures: Vec<Failure>,
    /// Whether somebody stopped it before all were tried.
    pub stopped: bool,
}

/// How a fit and its trials ended.
enum End {
    /// Judged, or left out by the deadline.
    Done,
    /// Not fitted.
    Failed(Vec<Failure>),
    /// Cut short.
    Stopped,
}

/// Configurations that one fit serves.
struct Fit<'a> {
    rows: ModelConfig,
    trials: Vec<(usize, &'a ModelConfig)>,
}

impl Search<'_> {
    /// Refuses a division that can't judge.
    pub fn check(&self) -> Result<()> {
        ensure!(
            !self.split.validation.is_empty(),
            "the split {} leaves no validation case to tune on; choose another --split",
            self.split.protocol
        );
        Ok(())
    }

    /// Fits and judges the configurations, each with its place among `total`, and
    /// hands them to `done` as they come, in any order; gives those that could not
    /// be fitted, in theirs. Those that the deadline leaves out appear nowhere, nor
    /// does a trial that was cut short when somebody stopped the search. An error of
    /// `done` ends it.
    pub fn run(
        &self,
        configs: &[(usize, &ModelConfig)],
        total: usize,
        part: &Part,
        done: &(dyn Fn(Done) -> Result<()> + Sync),
    ) -> Result<Outcome> {
        let fits = fits(configs, part);
        let cores = cores();
        let jobs = self.jobs.min(cores).min(fits.len()).max(1);
        let next = AtomicUsize::new(0);
        let (failures, stopped) = (Mutex::new(Vec::new()), AtomicBool::new(false));
        let bar = self.progress.bar("trials", configs.len() as u64);
        let work = |progress: &Progress| -> Result<()> {
            while let Some(fit) = fits.get(next.fetch_add(1, Ordering::Relaxed)) {
                let done = |trial: Done| {
                    bar.inc(1);
                    done(trial)
                };
                match self.run_fit(fit, total, part, progress, &done) {
                    Ok(End::Done) => {}
                    Ok(End::Failed(failed)) => lock(&failures).extend(failed),
                    Ok(End::Stopped) => {
                        stopped.store(true, Ordering::Relaxed);
                        return Ok(());
                    }
                    Err(error) => {
                        next.store(fits.len(), Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
            Ok(())
        };
        // What a fit says of itself, such as the loss of an iteration, is for who fits one.
        let aside = self.progress.aside();
        if jobs == 1 {
            work(&aside)?;
        } else {
            thread::scope(|scope| {
                let (work, aside) = (&work, &aside);
                let start = |job: usize| {
                    // Shared out, so that all trials together use each core once.
                    let own = cores / jobs + usize::from(job < cores % jobs);
                    let pool = ThreadPoolBuilder::new().num_threads(own).build();
                    let pool = pool.context("cannot start threads; lower --jobs")?;
                    Ok(scope.spawn(move || pool.install(|| work(aside))))
                };
                let threads: Vec<_> = (0..jobs).map(start).collect::<Result<_>>()?;
                let ends: Vec<Result<()>> = threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
                    .collect();
                ends.into_iter().collect::<Result<()>>()
            })?;
        }
        bar.finish_and_clear();
        let mut failures = std::mem::take(&mut *lock(&failures));
        failures.sort_by_key(|failure| failure.at);
        Ok(Outcome {
            failures,
            stopped: stopped.into_inner(),
        })
    }

    /// One fit and all its trials.
    fn run_fit(
        &self,
        fit: &Fit,
        total: usize,
        part: &Part,
        progress: &Progress,
        done: &dyn Fn(Done) -> Result<()>,
    ) -> Result<End> {
        let training = Training {
            n_items: self.split.items.len(),
            histories: part.histories(&fit.rows),
            content: self.content.of_first(self.split.items.len()),
            guide: Guide::by(&part.cases, self.compute),
        };
        let mut fitted: Option<Fitted> = None;
        for &(at, config) in &fit.trials {
            if self
                .deadline
                .is_some_and(|deadline| Instant::now() >= deadline)
            {
                return Ok(End::Done);
            }
            if is_stopped() {
                return Ok(End::Stopped);
            }
            let number = at + 1;
            self.progress
                .say(format!("trial {number} of {total}: {}", shown(config)));
            let clock = Instant::now();
            let mut model = match fitted.take() {
                Some(fitted) => fitted,
                None => match fit_with_users(&fit.rows, &training, progress) {
                    // A network that is stopped ends early, or fails before its first epoch.
                    _ if is_stopped() => return Ok(End::Stopped),
                    Ok(fitted) => fitted,
                    Err(error) => {
                        let error = format!("{error:#}");
                        let failed = |&(at, _): &(usize, _)| Failure {
                            at,
                            error: error.clone(),
                        };
                        return Ok(End::Failed(fit.trials.iter().map(failed).collect()));
                    }
                },
            };
            let (_, weighting) = rows_and_weighting(&part.reduced(config));
            if let (Model::ItemItem(model), Some(weighting)) = (&mut model.model, weighting) {
                model.weighting = weighting;
            }
            if let (Model::Ensemble(model), ModelConfig::Hybrid(config)) =
                (&mut model.model, config)
            {
                weigh(config, model);
            }
            let (trial, evaluation) = judge(
                config,
                &model,
                &part.cases,
                self.split,
                self.context,
                clock,
                progress,
            );
            done(Done {
                at,
                trial,
                fitted: &model,
                evaluation,
            })?;
            fitted = Some(model);
        }
        Ok(End::Done)
    }
}

/// How many threads can run at once.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// A lock that outlives a panic elsewhere, which is raised again when its thread is joined.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The fits that the configurations need, in the order of their first trial.
fn fits<'a>(configs: &[(usize, &'a ModelConfig)], part: &Part) -> Vec<Fit<'a>> {
    let mut fits: Vec<Fit> = Vec::new();
    for &(at, config) in configs {
        let (rows, _) = rows_and_weighting(&part.reduced(config));
        match fits.iter_mut().find(|fit| fit.rows == rows) {
            Some(fit) => fit.trials.push((at, config)),
            None => fits.push(Fit {
                rows,
                trials: vec![(at, config)],
            }),
        }
    }
    fits
}

/// What has to be fitted for `config`, and the history weighting to put on it:
/// where the recency enters scoring only, one fit serves all its values, as one
/// serves all weights of a hybrid.
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
        ModelConfig::Hybrid(c) => {
            // Parts without weight are not fitted.
            let positive = [c.alpha, c.beta, c.gamma()].map(|weight| weight > 0.0);
            let even = 1.0 / positive.iter().filter(|held| **held).count() as f32;
            c.alpha = if positive[0] { even } else { 0.0 };
            c.beta = if positive[1] { even } else { 0.0 };
            None
        }
        ModelConfig::NextLinear(_)
        | ModelConfig::SasRec(_)
        | ModelConfig::BsaRec(_)
        | ModelConfig::Ncf(_)
        | ModelConfig::MetadataMf(_)
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
