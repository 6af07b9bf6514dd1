//! Chooses hyper-parameters by the validation cases, and by nothing else.
//!
//! A [`Plan`] says which configurations there are: those of a grid, of draws,
//! or of a file (`space_file.rs`). `search.rs` fits and judges them, several at
//! a time; [`tune`] keeps what is done in a [`State`] and, with successive
//! halving, lets the better ones go on.

mod axis;
mod halving;
mod kept_scores;
mod report;
mod search;
mod space;
mod space_file;
mod state;
mod trial;
mod weights;

pub use axis::{Axis, Values};
pub use halving::{Halving, Part, Rung};
pub use report::{Report, fields, notes, table, weights_file};
pub use search::{Done, Failure, Outcome, Search, cores};
pub use space::{check_values, combinations, default_grid, draw, grid};
pub use space_file::{Method, SpaceFile};
pub use state::{Setting, State};
pub use trial::{Trial, hyper_parameters, set_options_of};
pub use weights::tune_weights;

use std::path::Path;
use std::sync::Mutex;

use anyhow::{Result, ensure};
use doorstep_shared::models::ModelConfig;

use search::lock;

/// What to try.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The configurations of each model.
    pub models: Vec<Vec<ModelConfig>>,
    /// How they are thinned out; without it each is judged on everything.
    pub halving: Option<Halving>,
    /// The metric that decides.
    pub metric: String,
}

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// Each configuration where it came furthest, best first; of equals, the
    /// first of the plan.
    pub trials: Vec<Trial>,
    /// Configurations that could not be fitted, and why, one sentence each.
    pub failures: Vec<String>,
    /// Whether somebody stopped the search before all trials were done.
    pub stopped: bool,
}

/// Fits the configurations on the training part and judges them by the
/// validation cases. With `file`, trials that it holds are not repeated, and
/// each new one is saved as soon as it is done.
pub fn tune(plan: &Plan, search: &Search, state: State, file: Option<&Path>) -> Result<Found> {
    search.check()?;
    let state = Mutex::new(state);
    let mut found = Found {
        trials: Vec::new(),
        failures: Vec::new(),
        stopped: false,
    };
    for configs in &plan.models {
        tune_model(configs, plan, search, &state, file, &mut found)?;
        if found.stopped {
            break;
        }
    }
    ensure!(
        !(found.stopped && found.trials.is_empty()),
        "stopped before a trial was done"
    );
    ensure!(
        !found.trials.is_empty(),
        "no trial succeeded: {}",
        found.failures.join("; ")
    );
    let rung = |trial: &Trial| trial.rung.map_or(1.0, |rung| rung.share);
    // Stable: of equals the first of the plan.
    found.trials.sort_by(|a, b| {
        let by_merit = || b.merit(&plan.metric).total_cmp(&a.merit(&plan.metric));
        rung(b).total_cmp(&rung(a)).then_with(by_merit)
    });
    Ok(found)
}

fn tune_model(
    configs: &[ModelConfig],
    plan: &Plan,
    search: &Search,
    state: &Mutex<State>,
    file: Option<&Path>,
    found: &mut Found,
) -> Result<()> {
    let cases = search.split.validation.len();
    let rungs: Vec<Option<Rung>> = match plan.halving {
        None => vec![None],
        Some(halving) => halving
            .rungs(configs.len(), cases)
            .into_iter()
            .map(Some)
            .collect(),
    };
    // The configurations that are still in the race, by their places.
    let mut left: Vec<usize> = (0..configs.len()).collect();
    let mut furthest: Vec<Option<Trial>> = vec![None; configs.len()];
    for (number, rung) in (1..).zip(&rungs) {
        let part = match (rung, plan.halving) {
            (Some(rung), Some(halving)) => Part::of(search.split, rung.share, halving.seed),
            _ => Part::whole(search.split),
        };
        if let Some(rung) = rung {
            search.progress.say(format!(
                "rung {number} of {}: {} trials on {:.0} % of everything, {} validation cases",
                rung.of,
                left.len(),
                100.0 * rung.share,
                part.cases.len()
            ));
        }
        let done = |at: usize| lock(state).trial(&configs[at], *rung).cloned();
        let new: Vec<(usize, &ModelConfig)> = left
            .iter()
            .filter(|&&at| done(at).is_none())
            .map(|&at| (at, &configs[at]))
            .collect();
        let outcome = search.run(&new, configs.len(), &part, &|done: Done| {
            let mut state = lock(state);
            state.trials.push(Trial {
                rung: *rung,
                ..done.trial
            });
            file.map_or(Ok(()), |file| state.save(file))
        })?;
        for failure in outcome.failures {
            let config = trial::shown(&configs[failure.at]);
            found.failures.push(format!("{config}: {}", failure.error));
        }
        let mut ranked: Vec<(usize, Trial)> = Vec::new();
        for at in left {
            if let Some(trial) = done(at) {
                furthest[at] = Some(trial.clone());
                ranked.push((at, trial));
            }
        }
        let metric = &plan.metric;
        ranked.sort_by(|(_, a), (_, b)| b.merit(metric).total_cmp(&a.merit(metric)));
        if let Some(halving) = plan.halving {
            ranked.truncate(halving.survivors(ranked.len()));
        }
        left = ranked.into_iter().map(|(at, _)| at).collect();
        left.sort_unstable();
        if outcome.stopped {
            found.stopped = true;
            break;
        }
    }
    found.trials.extend(furthest.into_iter().flatten());
    Ok(())
}

#[cfg(test)]
#[path = "tune_test.rs"]
mod tests;
