//! Models of interactions, or of item records alone.

use anyhow::{Result, bail, ensure};
use doorstep_shared::bundle::{Figures, Manifest};
use doorstep_shared::models::ModelConfig;

use super::{Args, report};
use crate::cli::Output;
use crate::data::{self, Dataset};
use crate::device::{Compute, Work};
use crate::division::Division;
use crate::evaluate::CUTOFFS;
use crate::fit::{self, ItemContent, check_ratings};
use crate::neural::{Guide, Means};
use crate::progress::Progress;
use crate::publish::{Bundled, check_free, item_records};
use crate::split::{Relevance, SplitMethod};

impl Args {
    pub(super) fn run_interactions(&self, output: &Output) -> Result<()> {
        let progress = output.progress();
        let configs = self.settings.configs(&self.models)?;
        check_free(self.out(), self.force)?;
        let compute = self.device.open(Work::of(&configs), &progress)?;
        let dataset = match self.data.interactions.is_empty() && !self.data.items.is_empty() {
            true => self.load_catalogue(&configs, &progress)?,
            false => data::load(&self.data, &progress)?,
        };
        check_ratings(&configs, &dataset.interactions)?;
        for warning in fit::warnings(&configs, &dataset.catalogue) {
            crate::progress::tell!("warning: {warning}");
        }
        let Some(method) = &self.split else {
            let records = item_records(&dataset);
            let content = ItemContent {
                records: &records,
                vectors: dataset.vectors.as_ref(),
            };
            let checkpoints = self.checkpoints.open()?;
            let guide = Guide {
                means: Means {
                    compute,
                    checkpoints: checkpoints.as_ref(),
                },
                ..Guide::default()
            };
            let fitted =
                Bundled::of_everything(configs, &dataset, content, guide, self.weights, &progress)?;
            let manifest = fitted.publish(&dataset, &records, self.out(), self.force)?;
            return report(self.out(), &manifest, output);
        };
        let division = self.divide(dataset, method, &progress)?;
        let configs = configs.into_iter().map(|config| (config, None)).collect();
        let manifest = self.judge_and_publish(configs, &division, compute, &progress)?;
        report(self.out(), &manifest, output)
    }

    pub(super) fn judge_and_publish(
        &self,
        configs: Vec<(ModelConfig, Option<Figures>)>,
        division: &Division,
        compute: Compute,
        progress: &Progress,
    ) -> Result<Manifest> {
        let checkpoints = self.checkpoints.open()?;
        let means = Means {
            compute,
            checkpoints: checkpoints.as_ref(),
        };
        let fitted = Bundled::judged(configs, division, self.refit, means, self.weights, progress)?;
        fitted.publish(&division.dataset, &division.records, self.out(), self.force)
    }

    pub(super) fn relevance(&self, dataset: &Dataset) -> Result<Relevance> {
        Ok(Relevance {
            include_seen: false,
            at_least: self.relevance.least(&dataset.interactions)?,
        })
    }

    pub(super) fn divide(
        &self,
        dataset: Dataset,
        method: &SplitMethod,
        progress: &Progress,
    ) -> Result<Division> {
        let relevance = self.relevance(&dataset)?;
        let division = Division::of(dataset, method, relevance, CUTOFFS.to_vec())?;
        division
            .split
            .notes
            .iter()
            .for_each(|note| progress.say(note));
        Ok(division)
    }

    /// Item records alone, which models of content can do with.
    fn load_catalogue(&self, configs: &[ModelConfig], progress: &Progress) -> Result<Dataset> {
        let interactive = configs.iter().find(|config| !config.reads_content_alone());
        if let Some(config) = interactive {
            bail!(
                "{} learns from interactions: name a file of them with --interactions FILE; of item \
                 records alone, tf-idf and item-vectors can be fitted",
                config.name()
            );
        }
        ensure!(
            self.split.is_none(),
            "--split divides interactions, and there are none; leave it out to publish without figures"
        );
        let dataset = data::load_catalogue(&self.data, progress)?;
        progress
            .say("no interactions: items stand in the order of their ids, as none is more popular");
        Ok(dataset)
    }
}
