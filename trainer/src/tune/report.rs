//! What a search finds, as it is printed.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use doorstep_shared::models::ModelConfig;
use serde::Serialize;

use super::trial::written;
use super::{Axis, Found, Setting, Trial, hyper_parameters, set_options_of};
use crate::settings::with_fields;

/// The result of a search.
#[derive(Serialize)]
pub struct Report<'a> {
    /// The metric that decides.
    pub metric: &'a str,
    /// Best first; of successive halving, those that came furthest first.
    pub trials: &'a [Trial],
    /// The best configuration.
    pub best: &'a ModelConfig,
    /// It as options, or as a file for `--config`.
    pub set: String,
    /// What a further search should try, and what failed.
    pub notes: Vec<String>,
    /// Where all of this holds.
    pub setting: &'a Setting,
}

/// An ensemble as a file for `--config`.
pub fn weights_file(config: &ModelConfig) -> Result<String> {
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
        if member.temperature != 1 {
            let _ = writeln!(text, "temperature = {}", member.temperature);
        }
        let defaults = ModelConfig::named(model)
            .map(|c| written(&c))
            .unwrap_or_default();
        for (field, value) in written(&member.model) {
            if defaults.get(&field) != Some(&value) {
                let _ = writeln!(text, "{field} = {value}");
            }
        }
        text.push('\n');
    }
    Ok(text)
}

/// The hyper-parameters that are searched.
pub fn fields(axes: &[Axis]) -> Vec<&str> {
    axes.iter().map(|axis| axis.field.as_str()).collect()
}

/// What a further search should try, and what was left out of this one.
pub fn notes(found: &Found, axes: &[Axis], best: &ModelConfig) -> Vec<String> {
    let values = hyper_parameters(best);
    let beyond = |axis: &Axis| {
        let may_be = |next: &str| with_fields(best, [(axis.field.as_str(), next)]).is_ok();
        axis.beyond(values.get(&axis.field)?, may_be)
    };
    let failed = found
        .failures
        .iter()
        .map(|failure| format!("left out: {failure}"));
    let stopped = found
        .stopped
        .then(|| "the search was stopped before all trials were done".to_owned());
    let beyond = axes.iter().filter_map(beyond);
    beyond.chain(failed).chain(stopped).collect()
}

/// The trials, one a line: a column for each of `fields`, or the model with what
/// differs from its defaults where there are several models.
pub fn table(report: &Report, fields: &[&str], cases: usize) -> String {
    let mut text = String::new();
    let longest = fields.iter().map(|field| field.len()).max();
    let width = longest.map_or(12, |longest| (longest + 2).max(12));
    let named = |trial: &Trial| {
        let set = set_options_of(&trial.config, &[]);
        let prefix = format!("--set {}.", trial.config.name());
        format!("{}  {}", trial.config.name(), set.replace(&prefix, ""))
    };
    let names: Vec<String> = report.trials.iter().map(named).collect();
    let longest = names.iter().map(String::len).max().unwrap_or(0);
    let several = fields.is_empty();
    if several {
        let _ = write!(text, "{:longest$}", "model");
    }
    for field in fields {
        let _ = write!(text, "{field:>width$}");
    }
    let other = match report.metric.split_once('@') {
        Some(("recall", k)) => format!("ndcg@{k}"),
        Some((_, k)) => format!("recall@{k}"),
        None if report.metric.starts_with("rmse") => report.metric.replace("rmse", "mae"),
        None => report.metric.replace("mae", "rmse"),
    };
    let rungs = report.trials.iter().any(|trial| trial.rung.is_some());
    let rung = if rungs { "    rung" } else { "" };
    let _ = writeln!(
        text,
        "{:>16}{other:>16}{:>10}{rung}",
        report.metric, "seconds"
    );
    for (trial, name) in report.trials.iter().zip(&names) {
        let values = hyper_parameters(&trial.config);
        if several {
            let _ = write!(text, "{name:longest$}");
        }
        for field in fields {
            let _ = write!(
                text,
                "{:>width$}",
                values.get(*field).map_or("", String::as_str)
            );
        }
        let reached = trial
            .rung
            .map(|rung| format!("{} of {}", rung.number, rung.of));
        let _ = writeln!(
            text,
            "{:>16.5}{:>16.5}{:>10.2}{:>rung$}",
            trial.score(report.metric),
            trial.score(&other),
            trial.seconds,
            reached.unwrap_or_default(),
            rung = rung.len(),
        );
    }
    if rungs {
        text += "a lower rung is judged on less: its figures stand beside those of the same rung only\n";
    }
    text.push('\n');
    report
        .notes
        .iter()
        .for_each(|note| _ = writeln!(text, "{note}"));
    let best = match several {
        true => format!("{} ", report.best.name()),
        false => String::new(),
    };
    let _ = writeln!(
        text,
        "{cases} validation cases, {}; the best:\n{best}{}",
        report.setting.split, report.set
    );
    text
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};
    use doorstep_shared::models::{
        EnsembleConfig, MemberConfig, MetadataMfConfig, NextLinearConfig, TfIdfConfig,
    };

    use super::*;
    use crate::settings::SettingArgs;

    #[test]
    fn what_is_printed_of_an_ensemble_is_what_config_reads() {
        let models = [
            ModelConfig::MetadataMf(MetadataMfConfig {
                category: "genre".into(),
                ..Default::default()
            }),
            // A word that looks like a number.
            ModelConfig::MetadataMf(MetadataMfConfig {
                category: "1.50".into(),
                ratings: true,
                ..Default::default()
            }),
            ModelConfig::TfIdf(TfIdfConfig {
                fields: vec!["title".into(), "the \"blurb\", as told".into()],
                ..Default::default()
            }),
            ModelConfig::NextLinear(NextLinearConfig {
                lambda: 60.0,
                decay: 0.3,
                ..Default::default()
            }),
        ];
        let member = |model| MemberConfig {
            weight: 0.25,
            temperature: 1,
            model,
        };
        let members = models.map(member).into();
        let ensemble = ModelConfig::Ensemble(EnsembleConfig { members });
        let printed = weights_file(&ensemble).unwrap();

        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &printed).unwrap();
        let options = SettingArgs::augment_args(Command::new("compare"));
        let options =
            options.get_matches_from(["compare", "--config", file.path().to_str().unwrap()]);
        let settings = SettingArgs::from_arg_matches(&options).unwrap();
        let read = settings.configs(&["ensemble".to_owned()]);
        assert_eq!(read.expect(&printed), [ensemble], "{printed}");
    }

    #[test]
    fn words_are_typed_without_the_quotes_of_json() {
        let named = |category: &str| {
            let category = category.to_owned();
            let config = ModelConfig::MetadataMf(MetadataMfConfig {
                category,
                ..Default::default()
            });
            set_options_of(&config, &[])
        };
        assert_eq!(named("genre"), "--set metadata-mf.category=genre");
        assert_eq!(
            named("main genre"),
            "--set metadata-mf.category='main genre'"
        );
    }
}
