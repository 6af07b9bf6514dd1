//! Hyper-parameters of SALAD, and of what it is without some of its losses.

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::images::salad::{AutoencoderShape, Form, ScoreForm};
use serde::{Deserialize, Serialize};

use crate::images::augment::Augmentation;

/// Hyper-parameters of SALAD. The default is what the preset `quick` is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SaladConfig {
    /// What the autoencoder is made of.
    pub form: Form,
    /// Times that a picture's side is halved before the projection.
    pub halvings: u32,
    /// Channels after the first halving; each further one doubles them, up to eight times as many.
    pub channels: u32,
    /// Numbers in a feature vector.
    pub features: u32,
    /// Epochs of pre-training.
    pub pretraining: u32,
    /// Rounds of anchor neighbourhood discovery.
    pub rounds: u32,
    /// Epochs of a round.
    pub round_epochs: u32,
    /// Pictures of a step.
    pub batch: u32,
    /// Size of a step.
    pub learning_rate: f32,
    /// τ of equation 1.
    pub temperature: f32,
    /// λ of equation 3, for the losses of features; 1 in pre-training.
    pub lambda: f32,
    /// t: how far a step moves its rows of the bank.
    pub bank_share: f32,
    /// Rows that are learnt as one with an anchor.
    pub neighbours: u32,
    /// Nearest rows of the bank that a score is made of (K of equation 4).
    pub nearest: u32,
    /// How angles become a score.
    pub score: ScoreForm,
    /// Whether L_mse is learnt.
    pub reconstruction: bool,
    /// Whether L_ss is learnt.
    pub instances: bool,
    /// Whether L_agg is learnt, instead of L_ss, for anchors.
    pub aggregation: bool,
    /// Whether half of the views of a picture are mirrored, left for right.
    pub flip: bool,
    /// Most of the width and height that a view leaves out.
    pub crop: f32,
    /// Most degrees that a view is turned either way.
    pub rotation: f32,
    /// Most by which a view's contrast is raised or lowered, as a share of it.
    pub contrast: f32,
}

impl Default for SaladConfig {
    fn default() -> Self {
        Self {
            channels: 8,
            pretraining: 20,
            rounds: 4,
            round_epochs: 5,
            learning_rate: 1e-3,
            nearest: 10,
            ..Self::paper()
        }
    }
}

impl SaladConfig {
    /// As the paper has it (Bozorgtabar et al. 2020, section 3).
    pub fn paper() -> Self {
        Self {
            form: Form::Blocks,
            halvings: 6,
            channels: 64,
            features: 200,
            pretraining: 50,
            rounds: 10,
            round_epochs: 50,
            batch: 16,
            learning_rate: 1e-4,
            temperature: 0.1,
            lambda: 0.25,
            bank_share: 0.5,
            neighbours: 10,
            nearest: 100,
            score: ScoreForm::Mean,
            reconstruction: true,
            instances: true,
            aggregation: true,
            flip: true,
            crop: 0.1,
            rotation: 5.0,
            contrast: 0.2,
        }
    }

    /// A memory-based autoencoder (MemDAE, section 3): L_mse alone, and the bank.
    pub fn memory_autoencoder() -> Self {
        Self {
            instances: false,
            aggregation: false,
            ..Self::default()
        }
    }

    /// How views of a picture differ.
    pub fn augmentation(&self) -> Augmentation {
        Augmentation {
            flip: self.flip,
            crop: self.crop,
            rotation: self.rotation,
            contrast: self.contrast,
        }
    }

    /// All epochs.
    pub fn epochs(&self) -> u32 {
        self.pretraining + self.rounds * self.round_epochs
    }

    /// The round of an epoch, both from 1; 0 in pre-training.
    pub fn round(&self, epoch: u32) -> u32 {
        match epoch.checked_sub(self.pretraining + 1) {
            Some(later) => later / self.round_epochs + 1,
            None => 0,
        }
    }

    /// The autoencoder for prepared pictures of this many pixels a side.
    pub fn shape(&self, size: usize) -> AutoencoderShape {
        AutoencoderShape {
            form: self.form,
            size: size as u32,
            halvings: self.halvings,
            channels: self.channels,
            features: self.features,
        }
    }

    /// Checks all ranges; `model` is what messages call it. Whether there is such an autoencoder
    /// depends on the pictures' size and is checked with them.
    pub fn check(&self, model: &str) -> Result<()> {
        let whole = [
            ("batch", self.batch, 2, 4096),
            ("rounds", self.rounds, 0, 1000),
            ("round_epochs", self.round_epochs, 1, 10_000),
            ("pretraining", self.pretraining, 0, 10_000),
            ("neighbours", self.neighbours, 1, 1000),
            ("nearest", self.nearest, 1, 100_000),
        ];
        for (field, value, least, most) in whole {
            ensure!(
                (least..=most).contains(&value),
                "{model}.{field} must be a whole number from {least} to {most}, not {value}"
            );
        }
        let numbers = [
            ("learning_rate", self.learning_rate, 1e-8, 1.0),
            ("temperature", self.temperature, 0.01, 1.0),
            ("lambda", self.lambda, 0.0, 100.0),
            ("bank_share", self.bank_share, 0.01, 1.0),
        ];
        for (field, value, least, most) in numbers {
            ensure!(
                (least..=most).contains(&value),
                "{model}.{field} must be a number from {least} to {most}, not {value}"
            );
        }
        ensure!(
            self.epochs() > 0,
            "{model}.pretraining and {model}.rounds are both 0: nothing would be learnt"
        );
        ensure!(
            self.reconstruction || self.instances || self.aggregation,
            "{model}.reconstruction, {model}.instances and {model}.aggregation are all false: \
             nothing would be learnt"
        );
        let checked = self.augmentation().check();
        checked.with_context(|| format!("in {model}"))
    }
}
