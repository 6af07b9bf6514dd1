//! Hyper-parameters of networks that give a picture one vector or one number.

use doorstep_shared::images::salad::{AutoencoderShape, Form};
use doorstep_shared::models::OutOfRange;
use serde::{Deserialize, Serialize};

use crate::images::augment::Augmentation;
use crate::images::salad::{SaladConfig, check_views, within};

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
        Self::like(&SaladConfig::default())
    }
}

impl DeepConfig {
    /// A network like SALAD's encoder, trained as long.
    pub fn like(own: &SaladConfig) -> Self {
        Self {
            form: own.form,
            halvings: own.halvings,
            channels: own.channels,
            features: own.features,
            epochs: own.epochs(),
            batch: own.batch,
            learning_rate: own.learning_rate,
            weight_decay: 1e-6,
            eta: 1.0,
            flip: own.flip,
            crop: own.crop,
            rotation: own.rotation,
            contrast: own.contrast,
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
    pub fn check(&self, model: &'static str) -> Result<(), OutOfRange> {
        let whole = [
            (
                "halvings",
                self.halvings,
                1..=8,
                "a whole number from 1 to 8",
            ),
            (
                "channels",
                self.channels,
                1..=128,
                "a whole number from 1 to 128",
            ),
            (
                "features",
                self.features,
                1..=2048,
                "a whole number from 1 to 2048",
            ),
            (
                "epochs",
                self.epochs,
                1..=100_000,
                "a whole number from 1 to 100000",
            ),
            (
                "batch",
                self.batch,
                2..=4096,
                "a whole number from 2 to 4096",
            ),
        ];
        for (field, value, range, words) in whole {
            within(model, field, value, range, words)?;
        }
        let numbers = [
            (
                "learning_rate",
                self.learning_rate,
                1e-8..=1.0,
                "a number from 0.00000001 to 1",
            ),
            (
                "weight_decay",
                self.weight_decay,
                0.0..=1.0,
                "a number from 0 to 1",
            ),
            ("eta", self.eta, 0.0..=1000.0, "a number from 0 to 1000"),
        ];
        for (field, value, range, words) in numbers {
            within(model, field, value, range, words)?;
        }
        check_views(model, &self.augmentation())
    }
}
