//! Chooses a model for the data, and says why.
//!
//! Every candidate (`candidates.rs`) gets a small search on the validation
//! cases: its default hyper-parameters first, then draws of its usual grid where
//! the defaults come near the best. The best of each are compared case by case;
//! of those that don't differ from the best beyond the 95 % interval of a paired
//! bootstrap over users, the one that costs a visitor least is chosen.

mod candidates;
mod cost;
mod protocol;
mod report;

pub use protocol::{Division, usual};
pub use report::{Choice, LeftOut, Tried};

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::models::{ModelConfig, PopularityConfig};

use crate::compare::RESAMPLES;
use crate::device::Compute;
use crate::evaluate::{Evaluation, differences, intervals};
use crate::progress::Progress;
use crate::tune::{Done, Outcome, Part, Search, Trial, default_grid, draw, set_options_of};
use candidates::candidates;
use cost::Cost;

/// What decides.
pub const METRIC: &str = "ndcg@10";
/// A model whose defaults reach less than this share of the best is not searched further.
const HOPELESS: f64 = 0.5;

/// The options of the choice.
#[derive(clap::Args, Clone, Debug)]
pub struct BudgetArgs {
    /// With --auto: trials of each model.
    #[arg(long, default_value_t = 6, value_name = "N")]
    trials: usize,
    /// With --auto: begin no trial that would not be done in so many minutes, by the time of its model's earlier ones (what is chosen may then differ from run to run).
    #[arg(long, value_name = "M", allow_negative_numbers = true)]
    minutes: Option<f64>,
}

impl BudgetArgs {
    /// Refuses what leaves nothing to do.
    pub fn check(&self) -> Result<()> {
        ensure!(self.trials > 0, "--trials must be at least 1 (got 0)");
        self.deadline(Instant::now()).map(|_| ())
    }

    /// When the time is up, which begins `now`.
    fn deadline(&self, now: Instant) -> Result<Option<Instant>> {
        let Some(minutes) = self.minutes else {
            return Ok(None);
        };
        ensure!(
            minutes > 0.0 && minutes.is_finite(),
            "--minutes must be a positive number, not {minutes}"
        );
        let limit = Duration::try_from_secs_f64(minutes * 60.0).ok();
        let deadline = limit.and_then(|limit| now.checked_add(limit));
        let deadline = deadline.with_context(|| {
            format!(
                "--minutes {minutes:?} is more than a clock can tell; leave it out for no limit"
            )
        })?;
        Ok(Some(deadline))
    }
}

/// The best trial of a model so far.
struct Best {
    /// Its place among the model's trials: of equals the first counts.
    at: usize,
    trial: Trial,
    evaluation: Evaluation,
    cost: Cost,
}

/// The race of all models.
struct Race<'a> {
    search: Search<'a>,
    counts: &'a [u32],
    best: BTreeMap<&'static str, Best>,
    /// How many there were of each model, and their seconds.
    trials: BTreeMap<&'static str, (usize, f64)>,
    /// Trials that the time did not suffice for.
    skipped: usize,
    left_out: Vec<LeftOut>,
    notes: Vec<String>,
}

/// Tries the candidates on the validation cases of `division` and chooses.
pub fn choose(
    division: &Division,
    budget: &BudgetArgs,
    compute: Compute,
    progress: &Progress,
) -> Result<Choice> {
    let timed = division.dataset.interactions.has_times;
    let search = Search {
        split: &division.split,
        content: division.content(),
        context: &division.context,
        compute,
        jobs: 1,
        deadline: budget.deadline(Instant::now())?,
        progress,
    };
    search.check()?;
    let (candidates, left_out) = candidates(division);
    let mut race = Race {
        search,
        counts: &division.context.popularity,
        best: BTreeMap::new(),
        trials: BTreeMap::new(),
        skipped: 0,
        left_out,
        notes: Vec::new(),
    };
    progress.say(format!(
        "choosing among {} models by {} validation cases: the defaults of each, then up to {} trials more of those that come near the best",
        candidates.len(),
        division.split.validation.len(),
        budget.trials - 1
    ));
    for config in &candidates {
        // Who wants an answer in less time than the simplest model takes gets that one.
        let simplest = config.name() == PopularityConfig::NAME;
        race.run(std::slice::from_ref(config), 0, simplest)?;
    }
    let most = race.best.values().map(|best| best.trial.score(METRIC));
    let most = most.fold(0.0, f64::max);
    let (mut hopeless, mut searches) = (Vec::new(), Vec::new());
    for config in &candidates {
        let name = config.name();
        let Some(score) = race.best.get(name).map(|best| best.trial.score(METRIC)) else {
            continue;
        };
        let Ok(axes) = default_grid(name, timed) else {
            continue;
        };
        if score < HOPELESS * most {
            hopeless.push(name);
            continue;
        }
        let mut drawn = draw(config, &axes, budget.trials, 0)?;
        drawn.retain(|other| other != config);
        drawn.truncate(budget.trials - 1);
        searches.push(drawn);
    }
    race.say_what_is_left(&searches);
    for drawn in &searches {
        race.run(drawn, 1, false)?;
    }
    if !hopeless.is_empty() {
        race.notes.push(format!(
            "tried with default hyper-parameters only, which reach less than half of the best: {}",
            hopeless.join(", ")
        ));
    }
    if race.skipped > 0 {
        race.notes.push(format!(
            "the time was up before all trials were done: {} were left out",
            race.skipped
        ));
    }
    race.finish(division.relevant_at)
}

impl Race<'_> {
    /// How long a trial of a model takes, by those before; 0 where there were none.
    fn seconds(&self, name: &str) -> f64 {
        let (count, seconds) = self.trials.get(name).copied().unwrap_or_default();
        seconds / count.max(1) as f64
    }

    fn say_what_is_left(&self, searches: &[Vec<ModelConfig>]) {
        let (done, spent) = self
            .trials
            .values()
            .fold((0, 0.0), |(done, spent), (n, s)| (done + n, spent + s));
        let left: usize = searches.iter().map(Vec::len).sum();
        let all = searches.iter().flatten();
        let expected: f64 = all.map(|config| self.seconds(config.name())).sum();
        let now = Instant::now();
        let limit = self.search.deadline.map_or(String::new(), |deadline| {
            let seconds = deadline.saturating_duration_since(now).as_secs_f64();
            format!(", of which --minutes leaves {seconds:.0} s")
        });
        self.search.progress.say(format!(
            "{done} models tried with their defaults in {spent:.1} s; {left} trials of {} of them are left, about {expected:.0} s by those times{limit}",
            searches.iter().filter(|drawn| !drawn.is_empty()).count()
        ));
    }

    /// Judges configurations of one model; `first` is the place of the first of them.
    fn run(&mut self, configs: &[ModelConfig], first: usize, untimed: bool) -> Result<()> {
        let Some(name) = configs.first().map(ModelConfig::name) else {
            return Ok(());
        };
        let (best, tried) = (Mutex::new(self.best.remove(name)), Mutex::new((0, 0.0)));
        let places: Vec<(usize, &ModelConfig)> = (first..).zip(configs).collect();
        let expected = Duration::from_secs_f64(self.seconds(name));
        let latest =
            |deadline: Instant| deadline.checked_sub(expected).unwrap_or_else(Instant::now);
        let search = Search {
            deadline: self.search.deadline.filter(|_| !untimed).map(latest),
            ..self.search
        };
        let counts = self.counts;
        let part = Part::whole(search.split);
        let total = first + configs.len();
        let Outcome { failures, .. } = search.run(&places, total, &part, &|done: Done| {
            let lock = || best.lock().expect("no judge panics with the lock");
            {
                let mut tried = tried.lock().expect("no judge panics with the lock");
                *tried = (tried.0 + 1, tried.1 + done.trial.seconds);
            }
            let beats = |best: &Best| {
                let (new, old) = (done.trial.score(METRIC), best.trial.score(METRIC));
                new > old || (new == old && done.at < best.at)
            };
            if lock().as_ref().is_some_and(|best| !beats(best)) {
                return Ok(());
            }
            let cost = Cost::of(&done.fitted.model, &done.trial.config, counts)?;
            let mut best = lock();
            // Another trial may have come in between.
            if best.as_ref().is_none_or(beats) {
                *best = Some(Best {
                    at: done.at,
                    trial: done.trial,
                    evaluation: done.evaluation,
                    cost,
                });
            }
            Ok(())
        })?;
        let (best, tried) = (best.into_inner().ok().flatten(), tried.into_inner().ok());
        if let Some((count, seconds)) = tried {
            let total = self.trials.entry(name).or_default();
            *total = (total.0 + count, total.1 + seconds);
            self.skipped += configs.len() - count - failures.len();
        }
        let mut failures = failures.into_iter().map(|failure| failure.error);
        match best {
            Some(best) => {
                self.best.insert(name, best);
                let failed = failures.map(|why| format!("a trial of {name} was left out: {why}"));
                self.notes.extend(failed);
            }
            None => {
                let why = failures.next();
                let why = why.unwrap_or_else(|| "the time was up before its turn".to_owned());
                self.left_out.push(LeftOut {
                    model: name.to_owned(),
                    why,
                });
            }
        }
        Ok(())
    }

    /// Compares the best of each model, and chooses.
    fn finish(self, relevant_at: Option<f32>) -> Result<Choice> {
        let mut notes = self.notes;
        let cases = self.search.split.validation.len();
        let mut best: Vec<Best> = self.best.into_values().collect();
        best.sort_by(|a, b| b.trial.score(METRIC).total_cmp(&a.trial.score(METRIC)));
        let first = best
            .first()
            .context("no model could be fitted to this data")?;
        if first.evaluation.shows_nothing() || first.trial.score(METRIC) <= 0.0 {
            notes.push(
                "the best of them tells no item from another, and what it finds it finds in ties: the data may say too little about who wants what"
                    .to_owned(),
            );
        }
        let evaluations: Vec<Evaluation> = best.iter().map(|b| b.evaluation.clone()).collect();
        let metric = [METRIC.to_owned()];
        let own = intervals(&evaluations, &metric, RESAMPLES, 0);
        let to_best = differences(&evaluations, 0, &metric, RESAMPLES, 0);
        let mut tried: Vec<Tried> = Vec::new();
        for ((best, own), difference) in best.into_iter().zip(own).zip(to_best) {
            let name = best.trial.config.name();
            let (trials, seconds) = self.trials.get(name).copied().unwrap_or_default();
            let (own, difference) = (own.into_iter().next(), difference.into_iter().next());
            tried.push(Tried {
                model: name.to_owned(),
                set: set_options_of(&best.trial.config, &[]),
                config: best.trial.config,
                metrics: best.trial.metrics,
                interval: own.context("an interval for each model")?,
                to_best: difference.filter(|_| !tried.is_empty()),
                first_list_bytes: best.cost.first_list,
                bytes: best.cost.whole,
                trials,
                seconds,
            });
        }
        let chosen = report::cheapest_of_the_best(&tried);
        let choice = Choice::new(tried, chosen, self.left_out, cases, notes);
        Ok(Choice {
            relevant_at,
            ..choice
        })
    }
}

#[cfg(test)]
#[path = "choose_test.rs"]
mod tests;
