//! Models of pictures.

use anyhow::{Result, ensure};

use super::{Args, report};
use crate::cli::Output;
use crate::device::Work;
use crate::images::Publish;
use crate::images::detectors::image_models;
use crate::neural::Means;
use crate::publish::check_free;

impl Args {
    pub(super) fn run_images(&self, output: &Output) -> Result<()> {
        ensure!(
            !self.auto && self.split.is_none() && !self.refit,
            "--auto, --split and --refit are for interactions and tables; pictures are divided by patient, or by \
             --train-first or --mura, and those that are not learnt from judge the model"
        );
        let set = self.settings.assignments()?;
        let models = image_models(&self.models, set, self.images.preset)?;
        check_free(self.out(), self.force)?;
        let progress = output.progress();
        let checkpoints = self.checkpoints.open()?;
        let publish = Publish {
            images: &self.images,
            asked: self.pictures,
            models: &models,
            means: Means {
                compute: self.device.open(Work::Networks, &progress)?,
                checkpoints: checkpoints.as_ref(),
            },
            strict: self.data.strict,
            out: self.out(),
            force: self.force,
        };
        let manifest = publish.run(&progress)?;
        report(self.out(), &manifest, output)
    }
}
