//! `doorstep tune`: chooses hyper-parameters on the validation cases.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use doorstep_shared::models::{EnsembleConfig, ModelConfig};

use crate::cli::Output;
use crate::compare::{Fingerprint, VERSION, main_cutoff};
use crate::device::{DeviceArgs, Work};
use crate::division::{Division, DivisionArgs};
use crate::evaluate::RATING_METRICS;
use crate::fit::{check_ratings, warnings};
use crate::needs::Need;
use crate::neural::{CheckpointArgs, Means, is_stopped};
use crate::progress::Progress;
use crate::publish::JUDGED;
use crate::settings::SettingArgs;
use crate::tune::{
    Axis, Halving, Method, Plan, Report, Search, Setting, SpaceFile, State, check_values,
    combinations, cores, default_grid, draw, fields, grid, notes, set_options_of, table, tune,
    tune_weights, weights_file,
};

/// Chooses hyper-parameters by the ranking of the validation items.
///
/// The test items are not looked at; judge the result with `doorstep compare`.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  doorstep tune next-linear --interactions ratings.csv
      tries a grid that suits the model
  doorstep tune item-knn --grid shrinkage=0,10,50 --grid recency=0.6,0.8,1 --interactions ratings.csv
  doorstep tune --space space.toml --interactions ratings.csv --state trials.json

space.toml:
  method = \"successive-halving\"   # or \"grid\", \"random\"
  metric = \"ndcg@10\"
  trials = 27                     # of each model; seed = 0
  [next-linear]
  lambda = { low = 10, high = 400, scale = \"log\" }
  row_decay = { low = 0.9, high = 1, step = 0.01 }
  decay = [0.7, 0.8, 0.9]
  [item-knn]                      # several models: the best of all is said
  shrinkage = { low = 0, high = 100 }

Successive halving judges all trials on a ninth of everything, a third of them on a third, and a ninth on all of it
(eta = 3, rungs = 3; fewer rungs where there are few cases). Everything is: validation cases, and iterations of svd, als,
als-explicit and hybrid, or training users of ease and next-linear; other models are fitted in full.")]
pub struct Args {
    /// The model: recent-popularity, bias, svd, als-explicit, als, item-knn, tf-idf, item-vectors, ease, next-linear, sasrec, bsarec, ncf, metadata-mf, hybrid, or ensemble for its weights.
    #[arg(required_unless_present = "space", conflicts_with = "space")]
    model: Option<String>,
    /// A search space as TOML: models, and for each hyper-parameter a list or a range (see below).
    #[arg(long, value_name = "FILE", conflicts_with = "grid")]
    space: Option<PathBuf>,
    #[command(flatten)]
    division: DivisionArgs,
    /// Values to try, such as lambda=20,80,200; may be repeated. Without it, a grid that suits the model.
    #[arg(long, value_name = "FIELD=VALUE,…")]
    grid: Vec<Axis>,
    /// Draw N combinations of the grid instead of trying all; of each model of a space.
    #[arg(long, value_name = "N")]
    trials: Option<usize>,
    /// Of draws and samples [default: 0]
    #[arg(long)]
    seed: Option<u64>,
    /// What decides; one of recall, hit-rate, precision, ndcg, mrr and map at one of --k, or of a model of ratings rmse, mae, rmse-folded-in or mae-folded-in [default: ndcg@10, or at the largest of --k where 10 is none of them]
    #[arg(long, value_name = "METRIC@K")]
    metric: Option<String>,
    /// Trials at a time, each on its share of the cores; their memory adds up [default: 1, as a fit uses all cores]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    #[command(flatten)]
    device: DeviceArgs,
    #[command(flatten)]
    checkpoints: CheckpointArgs,
    #[command(flatten)]
    settings: SettingArgs,
    /// Keeps completed trials in this file, and goes on from it; a trial that Ctrl-C cuts short is none.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// Options that say something only beside others.
pub const NEEDS: &[Need] = &[("seed", &["trials", "space"])];

const METRICS: [&str; 6] = ["recall", "hit-rate", "precision", "ndcg", "mrr", "map"];
/// Trials of each model of a space where nothing else is asked.
const TRIALS: usize = 27;

/// Why a search that was stopped is no success, and how one goes on.
fn stopped(state: Option<&Path>) -> String {
    let on = match state {
        Some(file) => format!("the same command goes on from those in {}", file.display()),
        None => "with --state FILE, a search goes on from those that it holds".to_owned(),
    };
    format!("stopped before all trials were done: {on}")
}

/// What is searched, before any data is read.
struct Task {
    method: Method,
    /// Each model, and what to try; of no axes, the grid that suits the data.
    models: Vec<(ModelConfig, Vec<Axis>)>,
    metric: String,
    trials: Option<usize>,
    halving: Option<Halving>,
    seed: u64,
}

impl Task {
    /// The configurations to try; `timed` where the data has timestamps.
    fn plan(&self, usual: bool, timed: bool) -> Result<(Plan, Vec<Vec<Axis>>)> {
        let mut plan = Plan {
            models: Vec::new(),
            halving: self.halving,
            metric: self.metric.clone(),
        };
        let mut searched = Vec::new();
        for (base, axes) in &self.models {
            let axes = match axes.is_empty() && usual {
                true => default_grid(base.name(), timed)?,
                false => axes.clone(),
            };
            let configs = match (self.method, self.trials) {
                (Method::Grid, None) => grid(base, &axes)?,
                (Method::SuccessiveHalving, None) if combinations(&axes).is_some() => {
                    grid(base, &axes)?
                }
                (_, trials) => draw(base, &axes, trials.unwrap_or(TRIALS), self.seed)?,
            };
            plan.models.push(configs);
            searched.push(axes);
        }
        Ok((plan, searched))
    }
}

impl Args {
    /// Checks every option, then reads, divides, searches and reports.
    pub fn run(self, output: &Output) -> Result<()> {
        let progress = output.progress();
        let jobs = self.jobs(&progress)?;
        crate::save::check_places(&self.state)?;
        let weights = self.model.as_deref() == Some(EnsembleConfig::NAME);
        ensure!(
            weights || self.checkpoints.checkpoints.is_none(),
            "--checkpoints keeps the networks of an ensemble, which are trained once; trials of a \
             search are kept by --state"
        );
        let task = match (&self.space, &self.model) {
            (Some(_), _) => self.task_of_space()?,
            (None, Some(model)) => {
                let base = self.settings.configs(std::slice::from_ref(model))?;
                let base = base.into_iter().next().context("no model named")?;
                let metric = self.metric(None, std::slice::from_ref(&base))?;
                if let ModelConfig::Ensemble(ensemble) = &base {
                    return self.run_weights(ensemble, &metric, output);
                }
                check_values(&base, &self.grid)?;
                Task {
                    method: Method::Grid,
                    models: vec![(base, self.grid.clone())],
                    metric,
                    trials: self.trials,
                    halving: None,
                    seed: self.seed.unwrap_or(0),
                }
            }
            (None, None) => bail!("no model named"),
        };
        // A search that can't work is refused before any file is read.
        let usual = self.space.is_none();
        task.plan(usual, true)?;
        let bases: Vec<ModelConfig> = task.models.iter().map(|(base, _)| base.clone()).collect();
        let compute = self.device.open(Work::of(&bases), &progress)?;
        let division = self.division.load(&progress)?;
        check_ratings(&bases, &division.dataset.interactions)?;
        let (plan, axes) = task.plan(usual, division.dataset.interactions.has_times)?;
        let mut odd = warnings(&plan.models.concat(), &division.dataset.catalogue);
        odd.dedup();
        odd.iter()
            .for_each(|odd| crate::progress::tell!("warning: {odd}"));
        let models: Vec<&str> = bases.iter().map(ModelConfig::name).collect();
        let setting = self.setting(&division, models.join(", "), task.halving)?;
        let file = self.state.as_deref();
        let state = State::open(file, setting.clone())?;
        if !state.trials.is_empty() {
            let configs: Vec<&ModelConfig> = plan.models.iter().flatten().collect();
            let known = |config: &&&ModelConfig| state.trials.iter().any(|t| t.config == ***config);
            let (known, all) = (configs.iter().filter(known).count(), configs.len());
            let done = if task.halving.is_some() {
                "begun"
            } else {
                "done"
            };
            progress.say(format!("{known} of {all} trials are {done} already"));
        }
        let search = Search {
            split: &division.split,
            content: division.content(),
            context: &division.context,
            compute,
            jobs: jobs.unwrap_or(1),
            deadline: None,
            progress: &progress,
        };
        let found = tune(&plan, &search, state, file)?;
        let best = &found.trials.first().context("no trial")?.config;
        let of_best = models.iter().position(|model| *model == best.name());
        let axes = of_best.map_or(&[][..], |at| &axes[at]);
        let report = Report {
            metric: &task.metric,
            trials: &found.trials,
            best,
            set: set_options_of(best, &fields(axes)),
            notes: notes(&found, axes, best),
            setting: &setting,
        };
        let columns = if models.len() == 1 {
            fields(axes)
        } else {
            vec![]
        };
        output.print(&match output.json {
            true => format!("{}\n", serde_json::to_string_pretty(&report)?),
            false => table(&report, &columns, division.split.validation.len()),
        })?;
        ensure!(!found.stopped, "{}", stopped(file));
        Ok(())
    }

    /// What a file says, with the options over it.
    fn task_of_space(&self) -> Result<Task> {
        let path = self.space.as_deref().context("no space")?;
        let space = SpaceFile::read(path)?;
        let names: Vec<String> = space.models.iter().map(|(name, _)| name.clone()).collect();
        let bases = self.settings.configs(&names)?;
        let metric = self.metric(space.metric, &bases)?;
        let seed = self.seed.or(space.seed).unwrap_or(0);
        let halving = Halving {
            eta: space.eta,
            rungs: space.rungs,
            seed,
        };
        let axes = space.models.into_iter().map(|(_, axes)| axes);
        Ok(Task {
            method: space.method,
            models: bases.into_iter().zip(axes).collect(),
            metric,
            trials: self.trials.or(space.trials),
            halving: (space.method == Method::SuccessiveHalving).then_some(halving),
            seed,
        })
    }

    /// The metric that decides: that of the option, else of the file, else the usual one.
    fn metric(&self, of_file: Option<(String, String)>, bases: &[ModelConfig]) -> Result<String> {
        let cutoffs = self.division.cutoffs()?;
        let ranking = METRICS
            .iter()
            .flat_map(|family| cutoffs.iter().map(move |k| format!("{family}@{k}")));
        let rate = bases.iter().all(ModelConfig::predicts_ratings);
        let ratings = RATING_METRICS.iter().filter(|_| rate);
        let known: Vec<String> = ranking.chain(ratings.map(|m| (*m).to_owned())).collect();
        let (metric, place) = match (&self.metric, of_file) {
            (Some(metric), _) => (metric.clone(), "--metric".to_owned()),
            (None, Some((metric, place))) => (metric, format!("{place}: metric")),
            (None, None) => {
                let usual = format!("ndcg@{}", main_cutoff(&cutoffs));
                (usual, "--metric".to_owned())
            }
        };
        ensure!(
            known.contains(&metric),
            "{place} {metric}: choose one of {}",
            known.join(", ")
        );
        Ok(metric)
    }

    /// The jobs asked for, at most as many as there are cores.
    fn jobs(&self, progress: &Progress) -> Result<Option<usize>> {
        ensure!(self.jobs != Some(0), "--jobs must be at least 1 (got 0)");
        let cores = cores();
        if let Some(jobs) = self.jobs.filter(|&jobs| jobs > cores) {
            progress.say(format!(
                "--jobs {jobs}: {cores}, as there are no more cores"
            ));
        }
        Ok(self.jobs.map(|jobs| jobs.min(cores)))
    }

    fn setting(
        &self,
        division: &Division,
        model: String,
        halving: Option<Halving>,
    ) -> Result<Setting> {
        Ok(Setting {
            program: VERSION.to_owned(),
            model,
            data: Fingerprint::of(&division.dataset.interactions).sha256,
            items: division.dataset.fingerprint_of_items()?,
            split: division.split.protocol.clone(),
            include_seen: self.division.include_seen,
            relevant_at: division.relevant_at,
            cutoffs: division.context.cutoffs.clone(),
            halving,
        })
    }

    /// Searches for the weights of an ensemble.
    fn run_weights(&self, ensemble: &EnsembleConfig, metric: &str, output: &Output) -> Result<()> {
        ensure!(
            self.grid.is_empty()
                && self.trials.is_none()
                && self.seed.is_none()
                && self.state.is_none()
                && self.jobs.is_none(),
            "an ensemble's weights are searched for step by step, without --grid, --trials, --seed, \
             --state or --jobs; tune its members by themselves"
        );
        let progress = output.progress();
        let whole = ModelConfig::Ensemble(ensemble.clone());
        // By the name that `train --split` gives them.
        let checkpoints = self.checkpoints.open()?.map(|kept| kept.part(JUDGED));
        let means = Means {
            compute: self.device.open(Work::of(&[whole]), &progress)?,
            checkpoints: checkpoints.as_ref(),
        };
        let division = self.division.load(&progress)?;
        let content = division.content();
        let Division { split, context, .. } = &division;
        let mut found = tune_weights(ensemble, split, content, context, metric, means, &progress)?;
        found.sort_by(|a, b| b.score(metric).total_cmp(&a.score(metric)));
        let best = &found.first().context("no trial")?.config;
        let report = Report {
            metric,
            trials: &found,
            best,
            set: weights_file(best)?,
            notes: is_stopped()
                .then(|| "the search was stopped before it found no better".to_owned())
                .into_iter()
                .collect(),
            setting: &self.setting(&division, EnsembleConfig::NAME.to_owned(), None)?,
        };
        if output.json {
            return output.print(&format!("{}\n", serde_json::to_string_pretty(&report)?));
        }
        let first = found[0].score(metric);
        let stopped = if is_stopped() {
            " until it was stopped"
        } else {
            ""
        };
        output.print(&format!(
            "# {} trials{stopped}, {} validation cases, {}; the best has {metric} {first:.5}\n\n{}",
            found.len(),
            split.validation.len(),
            split.protocol,
            report.set
        ))
    }
}
