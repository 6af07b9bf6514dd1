//! Hyper-parameters of networks that give a picture one vector or one number.

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::images::salad::{AutoencoderShape, Form};
use serde::{Deserialize, Serialize};

use crate::images::augment::Augmentation;
use crate::images::salad::SaladConfig;

/// Hyper-parameters of Deep SVDD, Deep SAD and a supervised network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeepConfig {
    /// What the network is made of.
    pub form: Form,
    /// Times that a picture's side is halved before the projection.
    pub halvings: u32,
    /// Channels after the first halving; each further one doubles them, up to eight times as many.
    pub channels: u32,
    /// Numbers in a picture's vector; a supervised network has one.
    pub features: u32,
    /// Epochs.
    pub epochs: u32,
    /// Pictures of a step.
    pub batch: u32,
    /// Size of a step.
    pub learning_rate: f32,
    /// L2 in the gradient of all parameters.
    pub weight_decay: f32,
    /// η of Deep SAD: what a picture that is known to be abnormal counts.
    pub eta: f32,
    /// Whether half of the views of a picture are mirrored, left for right.
    pub flip: bool,
    /// Most of the width and height that a view leaves out.
    pub crop: f32,
    /// Most degrees that a view is turned either way.
    pub rotation: f32,
    /// Most by which a view's contrast is raised or lowered, as a share of it.
    pub contrast: f32,
}

impl Default for DeepConfig {
    fn default() -> Self {
        let like = SaladConfig::default();
        Self {
            form: like.form,
            halvings: like.halvings,
            channels: like.channels,
            features: like.features,
            epochs: like.epochs(),
            batch: like.batch,
            learning_rate: like.learning_rate,
            weight_decay: 1e-6,
            eta: 1.0,
            flip: like.flip,
            crop: like.crop,
            rotation: like.rotation,
            contrast: like.contrast,
        }
    }
}

impl DeepConfig {
    /// How views of a picture differ.
    pub fn augmentation(&self) -> Augmentation {
        Augmentation {
            flip: self.flip,
            crop: self.crop,
            rotation: self.rotation,
            contrast: self.contrast,
        }
    }

    /// The network for prepared pictures of this many pixels a side.
    pub fn shape(&self, size: usize) -> AutoencoderShape {
        AutoencoderShape {
            form: self.form,
            size: size as u32,
            halvings: self.halvings,
            channels: self.channels,
            features: self.features,
        }
    }

    /// Checks all ranges; `model` is what messages call it. Whether there is such a network
    /// depends on the pictures' size and is checked with them.
    pub fn check(&self, model: &str) -> Result<()> {
        let (epochs, batch) = (self.epochs, self.batch);
        ensure!(
            (1..=100_000).contains(&epochs),
            "{model}.epochs must be a whole number from 1 to 100000, not {epochs}"
        );
        ensure!(
            (2..=4096).contains(&batch),
            "{model}.batch must be a whole number from 2 to 4096, not {batch}"
        );
        let numbers = [
            ("learning_rate", self.learning_rate, 1e-8, 1.0),
            ("weight_decay", self.weight_decay, 0.0, 1.0),
            ("eta", self.eta, 0.0, 1000.0),
        ];
        for (field, value, least, most) in numbers {
            ensure!(
                (least..=most).contains(&value),
                "{model}.{field} must be a number from {least} to {most}, not {value}"
            );
        }
        let checked = self.augmentation().check();
        checked.with_context(|| format!("in {model}"))
    }
}
