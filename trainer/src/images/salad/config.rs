//! Hyper-parameters of SALAD, and of what it is without some of its losses.

use std::fmt::Display;
use std::ops::RangeInclusive;

use doorstep_shared::images::salad::{AutoencoderShape, Form, ScoreForm};
use doorstep_shared::models::OutOfRange;
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
    /// Epochs over which parameters are averaged, the later ones the more, into those that score; 0 for the last step's alone.
    pub averaging: f32,
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
    /// How what is near in the bank becomes a score.
    pub score: ScoreForm,
    /// Whether pictures known to be abnormal count in scores: the network learns nothing of them, nor of every fifth
    /// normal one, and a contrast with their features counts as much as tells them best from these where each is left out. Else their features are
    /// learnt like those of all others, as in the paper, and then forgotten.
    pub contrasted: bool,
    /// Whether L_mse is learnt.
    pub reconstruction: bool,
    /// Whether L_ss is learnt.
    pub instances: bool,
    /// Whether L_agg is learnt, instead of L_ss, for anchors.
    pub aggregation: bool,
    /// Pictures with a made-up anomaly that are learnt beside the others, as a share of these.
    pub disturbed: f32,
    /// Share of these whose anomaly is another exposure of the whole picture: for pictures whose brightness tells
    /// something, and whose preparation leaves it.
    pub exposed: f32,
    /// Whether half of the views of a picture are mirrored, left for right.
    pub flip: bool,
    /// Most of the width and height that a view leaves out.
    pub crop: f32,
    /// Most degrees that a view is turned either way.
    pub rotation: f32,
    /// Most by which a view's contrast is raised or lowered, as a share of it.
    pub contrast: f32,
}

/// Sizes and epochs that belong together.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// Small, and trained for minutes
    #[default]
    Quick,
    /// As the SALAD paper has it: hours, or a graphics card
    Paper,
}

impl Default for SaladConfig {
    fn default() -> Self {
        Self::of(Preset::Quick)
    }
}

impl SaladConfig {
    /// The hyper-parameters of a preset.
    pub fn of(preset: Preset) -> Self {
        match preset {
            Preset::Paper => Self::paper(),
            // Chosen on generated phantoms of other seeds than the default one: what is made of a picture tells
            // more than its features, and more of it where made-up anomalies are to be left out.
            Preset::Quick => Self {
                halvings: 3,
                channels: 8,
                pretraining: 20,
                rounds: 4,
                round_epochs: 5,
                learning_rate: 1e-3,
                averaging: 3.0,
                nearest: 3,
                score: ScoreForm::Prototypes,
                contrasted: true,
                disturbed: 1.0,
                flip: false,
                crop: 0.02,
                rotation: 1.0,
                contrast: 0.05,
                ..Self::paper()
            },
        }
    }

    /// As the paper has it (Bozorgtabar et al. 2020, section 3), with the channels of a U-Net.
    fn paper() -> Self {
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
            averaging: 0.0,
            temperature: 0.1,
            lambda: 0.25,
            bank_share: 0.5,
            neighbours: 10,
            nearest: 100,
            score: ScoreForm::Mean,
            contrasted: false,
            reconstruction: true,
            instances: true,
            aggregation: true,
            disturbed: 0.0,
            exposed: 0.0,
            flip: true,
            crop: 0.1,
            rotation: 5.0,
            contrast: 0.2,
        }
    }

    /// The same with L_mse alone: an autoencoder, of which a memory bank makes MemDAE (section 3).
    pub fn reconstruction_alone(&self) -> Self {
        Self {
            instances: false,
            aggregation: false,
            disturbed: 0.0,
            ..self.clone()
        }
    }

    /// Pictures with a made-up anomaly that are learnt beside `pictures`.
    pub fn disturbed_beside(&self, pictures: usize) -> usize {
        (f64::from(self.disturbed) * pictures as f64).round() as usize
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
                "batch",
                self.batch,
                2..=4096,
                "a whole number from 2 to 4096",
            ),
            (
                "pretraining",
                self.pretraining,
                0..=10_000,
                "a whole number from 0 to 10000",
            ),
            (
                "rounds",
                self.rounds,
                0..=1000,
                "a whole number from 0 to 1000",
            ),
            (
                "round_epochs",
                self.round_epochs,
                1..=10_000,
                "a whole number from 1 to 10000",
            ),
            (
                "neighbours",
                self.neighbours,
                1..=1000,
                "a whole number from 1 to 1000",
            ),
            (
                "nearest",
                self.nearest,
                1..=100_000,
                "a whole number from 1 to 100000",
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
                "averaging",
                self.averaging,
                0.0..=1000.0,
                "a number from 0 to 1000",
            ),
            (
                "temperature",
                self.temperature,
                0.01..=1.0,
                "a number from 0.01 to 1",
            ),
            (
                "lambda",
                self.lambda,
                0.0..=1e6,
                "a number from 0 to 1000000",
            ),
            (
                "bank_share",
                self.bank_share,
                0.01..=1.0,
                "a number from 0.01 to 1",
            ),
        ];
        for (field, value, range, words) in numbers {
            within(model, field, value, range, words)?;
        }
        within(
            model,
            "disturbed",
            self.disturbed,
            0.0..=10.0,
            "a number from 0 to 10",
        )?;
        within(
            model,
            "exposed",
            self.exposed,
            0.0..=1.0,
            "a number from 0 to 1",
        )?;
        check_views(model, &self.augmentation())?;
        require(
            self.epochs() > 0,
            model,
            "pretraining",
            "above 0 where there are no rounds",
            self.pretraining,
        )?;
        require(
            self.reconstruction || self.score != ScoreForm::Prototypes,
            model,
            "score",
            "mean or literal where reconstruction is false",
            "prototypes",
        )?;
        require(
            self.reconstruction || self.instances || self.aggregation,
            model,
            "reconstruction",
            "true where no other loss is learnt",
            self.reconstruction,
        )
    }
}

/// Checks a number.
pub(in crate::images) fn within<T: PartialOrd + Display>(
    model: &'static str,
    field: &'static str,
    value: T,
    range: RangeInclusive<T>,
    words: &'static str,
) -> Result<(), OutOfRange> {
    require(range.contains(&value), model, field, words, value)
}

/// Checks how views differ.
pub(in crate::images) fn check_views(
    model: &'static str,
    views: &Augmentation,
) -> Result<(), OutOfRange> {
    within(
        model,
        "crop",
        views.crop,
        0.0..=0.5,
        "a number from 0 to 0.5",
    )?;
    within(
        model,
        "rotation",
        views.rotation,
        0.0..=45.0,
        "a number from 0 to 45",
    )?;
    within(
        model,
        "contrast",
        views.contrast,
        0.0..=0.9,
        "a number from 0 to 0.9",
    )
}

fn require(
    holds: bool,
    model: &'static str,
    field: &'static str,
    range: &'static str,
    value: impl Display,
) -> Result<(), OutOfRange> {
    let refused = || OutOfRange {
        model,
        field,
        range,
        value: value.to_string(),
    };
    if holds { Ok(()) } else { Err(refused()) }
}
