//! Networks that SALAD is compared with: Deep SVDD, Deep SAD, and one that is told what is
//! abnormal.

mod config;
mod learning;

use anyhow::{Result, ensure};
use burn::module::Module as _;
use burn::tensor::Device;
use doorstep_shared::images::GreyImage;
use doorstep_shared::images::salad::{Autoencoder, Encoder, ScoreForm};
use doorstep_shared::neural::{parameters, with_parameters};

pub use config::DeepConfig;
pub(super) use learning::evenly;

use self::learning::{Aim, Learning};
use super::salad::{
    Pictures, Salad, SaladConfig, about, first_autoencoder, in_parts, possible, side_by_side,
};
use crate::fit::Observer;
use crate::neural::{Keeper, Means, Schedule, numbers, train};
use crate::progress::Progress;

/// A centre's numbers are no nearer to 0, where weights of 0 would reach them.
const LEAST: f32 = 0.1;

/// Which network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeepModel {
    /// Ruff et al. 2018, "Deep One-Class Classification".
    DeepSvdd,
    /// Ruff et al. 2020, "Deep Semi-Supervised Anomaly Detection".
    DeepSad,
    /// Binary cross-entropy of what is known to be abnormal.
    SupervisedResnet18,
}

impl DeepModel {
    /// Its name in commands and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::DeepSvdd => "deep-svdd",
            Self::DeepSad => "deep-sad",
            Self::SupervisedResnet18 => "supervised-resnet18",
        }
    }
}

/// A trained network.
#[derive(Clone, Debug)]
pub struct Deep {
    encoder: Encoder,
    aim: Aim,
}

impl Deep {
    /// Trains one; the same seed gives the same network, whatever the number of threads.
    ///
    /// Deep SVDD and Deep SAD begin with the encoder of an autoencoder, as their authors do, whose
    /// mean vector is the centre. Deep SVDD takes abnormal pictures for normal ones.
    ///
    /// # Errors
    /// A hyper-parameter out of its range, too few pictures, a loss that is no number.
    pub fn fit(
        model: DeepModel,
        config: &DeepConfig,
        learnt: Pictures,
        seed: u32,
        means: Means,
        progress: &Progress,
    ) -> Result<Self> {
        let name = model.name();
        let size = learnt.check(name)?;
        let supervised = model == DeepModel::SupervisedResnet18;
        let config = DeepConfig {
            features: if supervised { 1 } else { config.features },
            ..config.clone()
        };
        config.check(name)?;
        let shape = config.shape(size);
        possible(name, shape)?;
        let (abnormal, n) = (learnt.abnormal, learnt.pictures.len());
        let known = abnormal.iter().filter(|own| **own).count();
        ensure!(
            !supervised || (known > 0 && known < n),
            "a supervised network learns from pictures that are known to be normal and from some that \
             are known to be abnormal; {known} of {n} are abnormal"
        );
        let device = means.compute.device().autodiff();
        let (first, aim) = if supervised {
            (
                first_autoencoder(shape, seed, &device).into_encoder(),
                Aim::Odds,
            )
        } else {
            let first = pretrained(name, &config, learnt, seed, means, progress)?;
            let vectors = vectors(&first, learnt.pictures)?;
            let centre = centre(&vectors, &learnt);
            let blank = Autoencoder::blank(shape, &device).into_encoder();
            let first = with_parameters(blank, parameters(&first), &device)?;
            (first, Aim::Centre(centre, config.eta))
        };
        let normal = vec![false; n];
        let learning = Learning {
            config: &config,
            pictures: learnt.pictures,
            abnormal: if model == DeepModel::DeepSvdd {
                &normal
            } else {
                abnormal
            },
            aim: aim.clone(),
            device,
        };
        let schedule = Schedule {
            model: name,
            epochs: config.epochs,
            patience: 0,
            learning_rate: config.learning_rate,
            first_moment: 0.9,
            second_moment: 0.999,
            weight_decay: config.weight_decay,
            decoupled: false,
            dropout: 0.0,
            ema_decay: 0.0,
            seed,
        };
        let about = about(&config, &schedule, &learnt);
        let keeper = Keeper::new(means.checkpoints, name, &about);
        let observer = &mut Observer::none();
        let trained = train(&learning, first, &schedule, &keeper, progress, observer)?;
        let flex = Device::flex();
        let blank = Autoencoder::blank(shape, &flex).into_encoder();
        let encoder = with_parameters(blank, parameters(&trained.net.valid()), &flex)?;
        Ok(Self { encoder, aim })
    }

    /// How unusual prepared pictures are: the higher, the more.
    pub fn scores(&self, pictures: &[&GreyImage]) -> Result<Vec<f64>> {
        let vectors = vectors(&self.encoder, pictures)?;
        let score = |own: &Vec<f32>| match &self.aim {
            Aim::Centre(centre, _) => {
                let off = own
                    .iter()
                    .zip(centre)
                    .map(|(a, b)| f64::from(a - b).powi(2));
                off.sum::<f64>()
            }
            Aim::Odds => f64::from(own[0]),
        };
        Ok(vectors.iter().map(score).collect())
    }
}

/// The encoder of an autoencoder that makes pictures anew, on the processor.
fn pretrained(
    name: &'static str,
    config: &DeepConfig,
    learnt: Pictures,
    seed: u32,
    means: Means,
    progress: &Progress,
) -> Result<Encoder> {
    let own = SaladConfig {
        form: config.form,
        halvings: config.halvings,
        channels: config.channels,
        features: config.features,
        pretraining: config.epochs,
        rounds: 0,
        batch: config.batch,
        learning_rate: config.learning_rate,
        flip: config.flip,
        crop: config.crop,
        rotation: config.rotation,
        contrast: config.contrast,
        // The parameters of the last step, learnt of all pictures, and nothing that only scores are made of.
        averaging: 0.0,
        contrasted: false,
        score: ScoreForm::Mean,
        ..SaladConfig::default()
    };
    let own = own.reconstruction_alone();
    let checkpoints = means.checkpoints.map(|all| all.part("pretraining"));
    let means = Means {
        checkpoints: checkpoints.as_ref(),
        ..means
    };
    let observer = &mut Observer::none();
    let trained = Salad::fit(name, &own, learnt, seed, means, progress, observer)?;
    Ok(trained.into_autoencoder().into_encoder())
}

fn vectors(encoder: &Encoder, pictures: &[&GreyImage]) -> Result<Vec<Vec<f32>>> {
    in_parts(pictures, |part| {
        let vectors = encoder.project(side_by_side(part, &Device::flex()));
        let [_, width] = vectors.dims();
        let values = numbers(vectors)?;
        Ok(values.chunks_exact(width).map(<[f32]>::to_vec).collect())
    })
}

/// The mean vector of the pictures that are not known to be abnormal.
fn centre(vectors: &[Vec<f32>], learnt: &Pictures) -> Vec<f32> {
    let normal = vectors
        .iter()
        .zip(learnt.abnormal)
        .filter(|(_, own)| !**own);
    let normal: Vec<&Vec<f32>> = normal.map(|(vector, _)| vector).collect();
    let mean = |at: usize| {
        let sum: f64 = normal.iter().map(|vector| f64::from(vector[at])).sum();
        let mean = (sum / normal.len() as f64) as f32;
        if mean.abs() < LEAST {
            LEAST.copysign(mean)
        } else {
            mean
        }
    };
    (0..vectors[0].len()).map(mean).collect()
}

#[cfg(test)]
#[path = "deep_test.rs"]
mod tests;
