//! Networks as detectors.

use anyhow::Result;
use doorstep_shared::images::GreyImage;

use super::{Detector, ImageModel, ImageTraining};
use crate::fit::Observer;
use crate::images::deep::{Deep, DeepConfig, DeepModel};
use crate::images::salad::{Pictures, Salad, SaladConfig};
use crate::progress::Progress;

/// Why scores can't be missing.
const AT_HAND: &str = "the processor's memory can be read";

/// Pictures, of which the last so many are known to be abnormal.
struct Learnt<'a> {
    pictures: Vec<&'a GreyImage>,
    abnormal: Vec<bool>,
    labels: Option<&'a [u32]>,
}

impl<'a> Learnt<'a> {
    fn new(training: &'a ImageTraining<'a>, with_abnormal: bool) -> Self {
        let mut pictures = training.normal.clone();
        let mut abnormal = vec![false; pictures.len()];
        if with_abnormal {
            pictures.extend(&training.known_abnormal);
            abnormal.resize(pictures.len(), true);
        }
        let labels = training.labels.as_ref();
        Self {
            labels: labels.map(|labels| &labels[..pictures.len()]),
            pictures,
            abnormal,
        }
    }

    fn pictures(&self) -> Pictures<'_> {
        Pictures {
            pictures: &self.pictures,
            abnormal: &self.abnormal,
            labels: self.labels,
        }
    }
}

/// Trains a network.
///
/// # Panics
/// When the model is none.
pub(super) fn fit(
    model: &ImageModel,
    training: &ImageTraining,
    progress: &Progress,
) -> Result<Box<dyn Detector>> {
    let seed = u32::try_from(training.seed).unwrap_or(u32::MAX);
    // SALAD learns from known abnormal pictures as from all others, without what they are; a plain
    // autoencoder would learn to make them (Bozorgtabar et al. 2020, section 3).
    let salad = |config: &SaladConfig, with_abnormal: bool| {
        let learnt = Learnt::new(training, with_abnormal);
        let observer = &mut Observer::none();
        let (name, means) = (model.name(), training.means);
        Salad::fit(
            name,
            config,
            learnt.pictures(),
            seed,
            means,
            progress,
            observer,
        )
    };
    let deep = |which: DeepModel, config: &DeepConfig, with_abnormal: bool| {
        let learnt = Learnt::new(training, with_abnormal);
        Deep::fit(
            which,
            config,
            learnt.pictures(),
            seed,
            training.means,
            progress,
        )
    };
    Ok(match model {
        ImageModel::Salad(config)
        | ImageModel::SaladWithoutAggregation(config)
        | ImageModel::SaladWithoutReconstruction(config) => Box::new(salad(config, true)?),
        ImageModel::Memdae(config) => Box::new(salad(config, false)?),
        ImageModel::Autoencoder(config) => Box::new(ByError(salad(config, false)?)),
        ImageModel::DeepSvdd(config) => Box::new(deep(DeepModel::DeepSvdd, config, false)?),
        ImageModel::DeepSad(config) => Box::new(deep(DeepModel::DeepSad, config, true)?),
        ImageModel::SupervisedResnet18(config) => {
            Box::new(deep(DeepModel::SupervisedResnet18, config, true)?)
        }
        _ => panic!("{} is no network", model.name()),
    })
}

impl Detector for Salad {
    fn score(&self, prepared: &GreyImage) -> f64 {
        Detector::scores(self, &[prepared])[0]
    }

    fn scores(&self, prepared: &[&GreyImage]) -> Vec<f64> {
        self.scores(prepared).expect(AT_HAND)
    }
}

/// An autoencoder whose score is what it can't make.
struct ByError(Salad);

impl Detector for ByError {
    fn score(&self, prepared: &GreyImage) -> f64 {
        self.scores(&[prepared])[0]
    }

    fn scores(&self, prepared: &[&GreyImage]) -> Vec<f64> {
        self.0.errors(prepared).expect(AT_HAND)
    }
}

impl Detector for Deep {
    fn score(&self, prepared: &GreyImage) -> f64 {
        Detector::scores(self, &[prepared])[0]
    }

    fn scores(&self, prepared: &[&GreyImage]) -> Vec<f64> {
        self.scores(prepared).expect(AT_HAND)
    }
}
