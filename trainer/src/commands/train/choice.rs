//! `--auto`: chooses a model, and publishes it.

use anyhow::{Result, bail, ensure};
use doorstep_shared::bundle::Manifest;
use serde::Serialize;

use super::{Args, report};
use crate::choose::{self, Choice, choose};
use crate::cli::Output;
use crate::compare::{Options, compare};
use crate::data;
use crate::device::Work;
use crate::neural::Means;
use crate::publish::{check_free, figures};

/// What `--auto --json` prints.
#[derive(Serialize)]
struct Chosen<'a> {
    choice: &'a Choice,
    manifest: &'a Manifest,
}

impl Args {
    /// Chooses a model, then goes on with it and popularity as if they had been named.
    pub(super) fn run_auto(&self, output: &Output) -> Result<()> {
        let progress = output.progress();
        ensure!(
            self.settings.is_empty(),
            "--auto chooses hyper-parameters by itself; leave --set and --config out, or name the models"
        );
        self.budget.check()?;
        check_free(self.out(), self.force)?;
        // Which models suit the data is not known yet; no network is among them.
        let compute = self.device.open(Work::Matrices, &progress)?;
        let dataset = data::load(&self.data, &progress)?;
        let (method, because) = match &self.split {
            Some(method) => (method.clone(), "as asked".to_owned()),
            None => choose::usual(&dataset.interactions, self.relevance(&dataset)?)?,
        };
        let division = self.divide(dataset, &method, &progress)?;
        let mut choice = choose(&division, &self.budget, compute, &progress)?;
        let options = Options {
            refit: false,
            against: "first".to_owned(),
            seed: 0,
            seeds: Vec::new(),
            curves: false,
            means: Means::on(compute),
        };
        let (content, split) = (division.content(), &division.split);
        let configs = choice.configs();
        let found = compare(
            &configs,
            split,
            content,
            &division.context,
            &options,
            &progress,
        )?;
        if let Some(failure) = found.failed.first() {
            bail!("cannot fit {}: {}", failure.model, failure.error);
        }
        let rows = found.rows;
        let figures = rows
            .iter()
            .map(|row| Some(figures(&division, row.metrics.clone())));
        let judged = configs.into_iter().zip(figures).collect();
        choice.test = rows;
        let manifest = self.judge_and_publish(judged, &division, compute, &progress)?;
        if output.json {
            // Not by way of a JSON value, which would write single precision with digits of double.
            let both = Chosen {
                choice: &choice,
                manifest: &manifest,
            };
            return output.print(&format!("{}\n", serde_json::to_string_pretty(&both)?));
        }
        output.print(&choice.text(&split.protocol, &because))?;
        report(self.out(), &manifest, output)
    }
}
