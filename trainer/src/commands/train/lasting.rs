//! `--state` and `--update`: what can be trained on later.

use std::path::Path;

use anyhow::{Result, ensure};

use super::{Args, report};
use crate::cli::Output;
use crate::device::Work;
use crate::neural::Means;
use crate::publish::check_free;
use crate::update::{Lasting, State, beside};

impl Args {
    /// Trains what can be updated later, or updates it.
    pub(super) fn run_lasting(&self, output: &Output) -> Result<()> {
        ensure!(
            !self.auto && self.split.is_none() && !self.refit,
            "--state keeps what an update of all interactions needs, so nothing is held out to judge by: find the model with \
             `doorstep compare --split …` or `train --auto` first, then train it with --state alone"
        );
        let progress = output.progress();
        let replaces = self.update.is_some() && self.out.is_none();
        let force = self.force || replaces;
        check_free(self.out(), force)?;
        let checkpoints = self.checkpoints.open()?;
        let lasting = |state: &Path, compute| {
            let means = Means {
                compute,
                checkpoints: checkpoints.as_ref(),
            };
            Lasting {
                data: self.data.clone(),
                means,
                out: self.out().to_owned(),
                force,
                state: state.to_owned(),
            }
        };
        let manifest = match &self.update {
            Some(bundle) => {
                ensure!(
                    self.settings.is_empty(),
                    "--update keeps the hyper-parameters that the bundle was trained with; leave --set and --config out"
                );
                let kept = match &self.state {
                    Some(state) => state.clone(),
                    None => beside(bundle)?,
                };
                let state = State::load(&kept, bundle)?;
                let compute = self.device.open(Work::of(&state.configs), &progress)?;
                // The bundle that stays where it is keeps its state.
                let next = match &self.out {
                    Some(out) => beside(out)?,
                    None => kept,
                };
                lasting(&next, compute).update(state, &progress)?
            }
            None => {
                let configs = self.settings.configs(&self.models)?;
                let compute = self.device.open(Work::of(&configs), &progress)?;
                let state = self.state.as_ref().expect("it was asked for");
                lasting(state, compute).train(configs, self.weights, &progress)?
            }
        };
        report(self.out(), &manifest, output)
    }
}
