//! `doorstep tune`: chooses a model's hyper-parameters on the validation cases.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use doorstep_shared::models::{EnsembleConfig, ModelConfig};
use serde::Serialize;

use crate::cli::Output;
use crate::compare::{Fingerprint, VERSION};
use crate::division::{Division, DivisionArgs};
use crate::evaluate::RATING_METRICS;
use crate::fit::check_ratings;
use crate::settings::SettingArgs;
use crate::tune::{
    Axis, Setting, State, Trial, default_grid, hyper_parameters, set_options_of, trials, tune,
    tune_weights,
};

/// Chooses a model's hyper-parameters by its ranking of the validation items.
///
/// The test items are not looked at; judge the result with `doorstep compare`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The model: recent-popularity, bias, svd, als-explicit, als, item-knn, tf-idf, item-vectors, ease, next-linear, or ensemble for its weights.
    model: String,
    #[command(flatten)]
    division: DivisionArgs,
    /// Values to try, such as lambda=20,80,200; may be repeated. Without it, a grid that suits the model.
    #[arg(long, value_name = "FIELD=VALUE,…")]
    grid: Vec<Axis>,
    /// Draw N combinations of the grid instead of trying all.
    #[arg(long, value_name = "N")]
    trials: Option<usize>,
    /// Of that draw.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// What decides; one of recall, hit-rate, precision, ndcg, mrr and map at one of --k, or of a model of ratings rmse, mae, rmse-folded-in or mae-folded-in.
    #[arg(long, default_value = "ndcg@10", value_name = "METRIC@K")]
    metric: String,
    #[command(flatten)]
    settings: SettingArgs,
    /// Keeps completed trials in this file, and goes on from it.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

const METRICS: [&str; 6] = ["recall", "hit-rate", "precision", "ndcg", "mrr", "map"];

#[derive(Serialize)]
struct Report<'a> {
    metric: &'a str,
    /// Best first.
    trials: &'a [Trial],
    best: &'a ModelConfig,
    set: String,
    /// What a further search should try.
    notes: Vec<String>,
    setting: &'a Setting,
}

impl Args {
    /// Checks every option, then reads, divides, searches and reports.
    pub fn run(self, output: &Output) -> Result<()> {
        let base = self.settings.configs(std::slice::from_ref(&self.model))?;
        let base = base.first().context("no model named")?;
        let known = METRICS.iter().flat_map(|family| {
            let cutoffs = self.division.cutoffs().unwrap_or_default();
            cutoffs.into_iter().map(move |k| format!("{family}@{k}"))
        });
        let ratings = RATING_METRICS.iter().filter(|_| base.predicts_ratings());
        let known: Vec<String> = known.chain(ratings.map(|m| (*m).to_owned())).collect();
        ensure!(
            known.contains(&self.metric),
            "--metric {}: choose one of {}",
            self.metric,
            known.join(", ")
        );
        if let ModelConfig::Ensemble(ensemble) = base {
            return self.run_weights(ensemble, output);
        }
        // A grid that can't work is refused before any file is read.
        if self.grid.is_empty() {
            default_grid(&self.model, true)?;
        } else {
            trials(base, &self.grid, self.trials, self.seed)?;
        }
        let progress = output.progress();
        let division = self.division.load(&progress)?;
        check_ratings(std::slice::from_ref(base), &division.dataset.interactions)?;
        let grid = match self.grid.is_empty() {
            true => default_grid(&self.model, division.dataset.interactions.has_times)?,
            false => self.grid.clone(),
        };
        let configs = trials(base, &grid, self.trials, self.seed)?;
        let setting = self.setting(&division);
        let file = self.state.as_deref();
        let state = State::open(file, setting.clone())?;
        let known = configs.iter().filter(|config| state.holds(config)).count();
        if known > 0 {
            let all = configs.len();
            progress.say(format!("{known} of {all} trials are done already"));
        }
        let mut found = tune(
            &configs,
            &division.split,
            division.content(),
            &division.context,
            state,
            file,
            &progress,
        )?;
        // Stable: of equals the first of the grid.
        found.sort_by(|a, b| b.merit(&self.metric).total_cmp(&a.merit(&self.metric)));
        let best = &found.first().context("no trial")?.config;
        let fields: Vec<&str> = grid.iter().map(|axis| axis.field.as_str()).collect();
        let values = hyper_parameters(best);
        let beyond = |axis: &Axis| axis.beyond(values.get(&axis.field)?);
        let report = Report {
            metric: &self.metric,
            trials: &found,
            best,
            set: set_options_of(best, &fields),
            notes: grid.iter().filter_map(beyond).collect(),
            setting: &setting,
        };
        if output.json {
            output.print(&format!("{}\n", serde_json::to_string_pretty(&report)?))
        } else {
            output.print(&table(&report, &fields, division.split.validation.len()))
        }
    }

    fn setting(&self, division: &Division) -> Setting {
        Setting {
            program: VERSION.to_owned(),
            model: self.model.clone(),
            data: Fingerprint::of(&division.dataset.interactions).sha256,
            split: division.split.protocol.clone(),
            include_seen: self.division.include_seen,
            relevant_at: division.relevant_at,
            cutoffs: division.context.cutoffs.clone(),
        }
    }

    /// Searches for the weights of an ensemble.
    fn run_weights(&self, ensemble: &EnsembleConfig, output: &Output) -> Result<()> {
        ensure!(
            self.grid.is_empty() && self.trials.is_none() && self.state.is_none(),
            "an ensemble's weights are searched for step by step, without --grid, --trials or \
             --state; tune its members by themselves"
        );
        let progress = output.progress();
        let division = self.division.load(&progress)?;
        let (content, metric) = (division.content(), &self.metric);
        let Division { split, context, .. } = &division;
        let mut found = tune_weights(ensemble, split, content, context, metric, &progress)?;
        found.sort_by(|a, b| b.score(metric).total_cmp(&a.score(metric)));
        let best = &found.first().context("no trial")?.config;
        let report = Report {
            metric,
            trials: &found,
            best,
            set: weights_file(best)?,
            notes: Vec::new(),
            setting: &self.setting(&division),
        };
        if output.json {
            return output.print(&format!("{}\n", serde_json::to_string_pretty(&report)?));
        }
        let first = found[0].score(metric);
        output.print(&format!(
            "# {} trials, {} validation cases, {}; the best has {metric} {first:.5}\n\n{}",
            found.len(),
            split.validation.len(),
            split.protocol,
            report.set
        ))
    }
}

/// An ensemble as a file for `--config`.
fn weights_file(config: &ModelConfig) -> Result<String> {
    let ModelConfig::Ensemble(ensemble) = config else {
        bail!("{} has no weights", config.name());
    };
    let mut text = String::new();
    // One without weight would cost visitors its download.
    for member in ensemble.members.iter().filter(|m| m.weight > 0.0) {
        let model = member.model.name();
        let _ = writeln!(
            text,
            "[[ensemble.members]]\nweight = {}\nmodel = \"{model}\"",
            member.weight
        );
        let defaults = ModelConfig::named(model)
            .map(|c| hyper_parameters(&c))
            .unwrap_or_default();
        for (field, value) in hyper_parameters(&member.model) {
            if defaults.get(&field) == Some(&value) {
                continue;
            }
            let plain = value.parse::<f64>().is_ok() || value.parse::<bool>().is_ok();
            let words = value.split(',').collect::<Vec<_>>();
            let value = if plain { value } else { format!("{words:?}") };
            let _ = writeln!(text, "{field} = {value}");
        }
        text.push('\n');
    }
    Ok(text)
}

fn table(report: &Report, fields: &[&str], cases: usize) -> String {
    let mut text = String::new();
    let longest = fields.iter().map(|field| field.len()).max();
    let width = longest.map_or(12, |longest| (longest + 2).max(12));
    for field in fields {
        let _ = write!(text, "{field:>width$}");
    }
    let other = match report.metric.split_once('@') {
        Some(("recall", k)) => format!("ndcg@{k}"),
        Some((_, k)) => format!("recall@{k}"),
        None if report.metric.starts_with("rmse") => report.metric.replace("rmse", "mae"),
        None => report.metric.replace("mae", "rmse"),
    };
    let _ = writeln!(text, "{:>16}{other:>16}{:>10}", report.metric, "seconds");
    for trial in report.trials {
        let values = hyper_parameters(&trial.config);
        for field in fields {
            let _ = write!(
                text,
                "{:>width$}",
                values.get(*field).map_or("", String::as_str)
            );
        }
        let _ = writeln!(
            text,
            "{:>16.5}{:>16.5}{:>10.2}",
            trial.score(report.metric),
            trial.score(&other),
            trial.seconds
        );
    }
    text.push('\n');
    report
        .notes
        .iter()
        .for_each(|note| _ = writeln!(text, "{note}"));
    let _ = writeln!(
        text,
        "{cases} validation cases, {}; the best:\n{}",
        report.setting.split, report.set
    );
    text
}
