//! The models of pictures by name, with their hyper-parameters.

use anyhow::{Context, Result, bail, ensure};
use doorstep_shared::images::salad::{AutoencoderShape, Form, ScoreForm};
use doorstep_shared::models::OutOfRange;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ForestConfig, KnnConfig, PcaKnnConfig, SvmConfig};
use crate::images::deep::DeepConfig;
use crate::images::salad::{Preset, SaladConfig, possible};
use crate::unknown::unknown;

/// The hyper-parameters of one model of pictures. One more is a variant here, in [`ImageModel::all`] and
/// in the glossary, and an arm of [`fit`](super::fit).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "kebab-case")]
pub enum ImageModel {
    /// Neighbours among pixels.
    PixelKnn(KnnConfig),
    /// Neighbours among principal components of pixels.
    PcaKnn(PcaKnnConfig),
    /// Random cuts of pixels.
    IsolationForest(ForestConfig),
    /// A border around the training pictures by a Gaussian kernel of pixels.
    OneClassSvm(SvmConfig),
    /// SALAD.
    Salad(SaladConfig),
    /// SALAD without the aggregation loss.
    SaladWithoutAggregation(SaladConfig),
    /// SALAD without the reconstruction loss.
    SaladWithoutReconstruction(SaladConfig),
    /// The reconstruction loss alone, scored by the memory bank.
    Memdae(SaladConfig),
    /// The reconstruction loss alone, scored by the reconstruction's error.
    Autoencoder(SaladConfig),
    /// The distance to a centre of vectors.
    DeepSvdd(DeepConfig),
    /// The same, away from which known abnormal pictures are pushed.
    DeepSad(DeepConfig),
    /// A residual network that is told what is abnormal.
    SupervisedResnet18(DeepConfig),
}

impl ImageModel {
    /// The names, as they are asked for.
    pub const NAMES: [&'static str; 12] = [
        "pixel-knn",
        "pca-knn",
        "isolation-forest",
        "one-class-svm",
        "salad",
        "salad-without-aggregation",
        "salad-without-reconstruction",
        "memdae",
        "autoencoder",
        "deep-svdd",
        "deep-sad",
        "supervised-resnet18",
    ];

    /// All models with their defaults, networks as `preset` has them.
    pub fn all(preset: Preset) -> Vec<Self> {
        let salad = SaladConfig::of(preset);
        let deep = DeepConfig::like(&salad);
        vec![
            Self::PixelKnn(KnnConfig::default()),
            Self::PcaKnn(PcaKnnConfig::default()),
            Self::IsolationForest(ForestConfig::default()),
            Self::OneClassSvm(SvmConfig::default()),
            Self::SaladWithoutAggregation(SaladConfig {
                aggregation: false,
                ..salad.clone()
            }),
            Self::SaladWithoutReconstruction(SaladConfig {
                reconstruction: false,
                score: ScoreForm::Mean,
                ..salad.clone()
            }),
            Self::Memdae(salad.reconstruction_alone()),
            Self::Autoencoder(salad.reconstruction_alone()),
            Self::Salad(salad),
            Self::DeepSvdd(deep.clone()),
            Self::SupervisedResnet18(DeepConfig {
                form: Form::Resnet18,
                halvings: deep.halvings.max(4),
                ..deep.clone()
            }),
            Self::DeepSad(deep),
        ]
    }

    /// The default hyper-parameters of the model called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::preset(name, Preset::default())
    }

    fn preset(name: &str, preset: Preset) -> Option<Self> {
        let mut all = Self::all(preset).into_iter();
        all.find(|model| model.name() == name)
    }

    /// Its name, as it is asked for.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PixelKnn(_) => Self::NAMES[0],
            Self::PcaKnn(_) => Self::NAMES[1],
            Self::IsolationForest(_) => Self::NAMES[2],
            Self::OneClassSvm(_) => Self::NAMES[3],
            Self::Salad(_) => Self::NAMES[4],
            Self::SaladWithoutAggregation(_) => Self::NAMES[5],
            Self::SaladWithoutReconstruction(_) => Self::NAMES[6],
            Self::Memdae(_) => Self::NAMES[7],
            Self::Autoencoder(_) => Self::NAMES[8],
            Self::DeepSvdd(_) => Self::NAMES[9],
            Self::DeepSad(_) => Self::NAMES[10],
            Self::SupervisedResnet18(_) => Self::NAMES[11],
        }
    }

    /// Whether another seed gives another model.
    pub fn draws(&self) -> bool {
        matches!(self, Self::IsolationForest(_)) || self.is_neural()
    }

    /// Whether it is a network.
    pub fn is_neural(&self) -> bool {
        match self {
            Self::PixelKnn(_)
            | Self::PcaKnn(_)
            | Self::OneClassSvm(_)
            | Self::IsolationForest(_) => false,
            Self::Salad(_)
            | Self::SaladWithoutAggregation(_)
            | Self::SaladWithoutReconstruction(_)
            | Self::Memdae(_)
            | Self::Autoencoder(_)
            | Self::DeepSvdd(_)
            | Self::DeepSad(_)
            | Self::SupervisedResnet18(_) => true,
        }
    }

    /// Its network for prepared pictures of this many pixels a side; none where it is no network.
    pub fn shape(&self, size: usize) -> Option<AutoencoderShape> {
        match self {
            Self::PixelKnn(_)
            | Self::PcaKnn(_)
            | Self::OneClassSvm(_)
            | Self::IsolationForest(_) => None,
            Self::Salad(c)
            | Self::SaladWithoutAggregation(c)
            | Self::SaladWithoutReconstruction(c)
            | Self::Memdae(c)
            | Self::Autoencoder(c) => Some(c.shape(size)),
            Self::DeepSvdd(c) | Self::DeepSad(c) | Self::SupervisedResnet18(c) => {
                Some(c.shape(size))
            }
        }
    }

    /// Checks that there is such a network for prepared pictures of this many pixels a side.
    pub fn check_shape(&self, size: usize) -> Result<()> {
        match self.shape(size) {
            Some(shape) => possible(self.name(), shape),
            None => Ok(()),
        }
    }

    /// Checks all hyper-parameters. Whether there is such a network depends on the pictures' size:
    /// [`check_shape`](Self::check_shape).
    pub fn check(&self) -> Result<(), OutOfRange> {
        let require = |holds, field, range, value: &dyn std::fmt::Display| match holds {
            true => Ok(()),
            false => Err(OutOfRange {
                model: self.name(),
                field,
                range,
                value: value.to_string(),
            }),
        };
        let neighbours = |n: usize| {
            let range = "a whole number from 1 to 1000";
            require((1..=1_000).contains(&n), "neighbours", range, &n)
        };
        match self {
            Self::PixelKnn(c) => neighbours(c.neighbours),
            Self::PcaKnn(c) => {
                neighbours(c.neighbours)?;
                let range = "a whole number from 1 to 4096";
                let fits = (1..=4_096).contains(&c.components);
                require(fits, "components", range, &c.components)
            }
            Self::IsolationForest(c) => {
                let fits = (1..=100_000).contains(&c.trees);
                require(fits, "trees", "a whole number from 1 to 100000", &c.trees)?;
                let fits = (2..=100_000).contains(&c.sample);
                require(fits, "sample", "a whole number from 2 to 100000", &c.sample)
            }
            Self::OneClassSvm(c) => {
                let fits = c.nu > 0.0 && c.nu <= 1.0;
                require(fits, "nu", "a number above 0 and at most 1", &c.nu)?;
                let fits = c.gamma >= 0.0 && c.gamma.is_finite();
                require(
                    fits,
                    "gamma",
                    "a number from 0 (chosen by the data) up",
                    &c.gamma,
                )
            }
            Self::Salad(c)
            | Self::SaladWithoutAggregation(c)
            | Self::SaladWithoutReconstruction(c) => c.check(self.name()),
            Self::Memdae(c) | Self::Autoencoder(c) => {
                let always = c.reconstruction;
                require(always, "reconstruction", "true", &c.reconstruction)?;
                c.check(self.name())
            }
            Self::DeepSvdd(c) | Self::DeepSad(c) | Self::SupervisedResnet18(c) => {
                c.check(self.name())
            }
        }
    }
}

/// The models called `names`, in their order, as `preset` has them, with each of `set`
/// (MODEL.FIELD=VALUE) applied.
pub fn image_models(names: &[String], set: &[String], preset: Preset) -> Result<Vec<ImageModel>> {
    let mut models: Vec<(&str, Map<String, Value>)> = Vec::new();
    for name in names {
        let Some(model) = ImageModel::preset(name, preset) else {
            return Err(unknown(
                "model of pictures",
                name,
                ImageModel::NAMES.into_iter(),
            ));
        };
        ensure!(
            models.iter().all(|(own, _)| own != name),
            "{name} is named twice; name each model once"
        );
        let Value::Object(fields) = serde_json::to_value(&model)? else {
            bail!("a configuration of {name} is no object");
        };
        models.push((model.name(), fields));
    }
    for assignment in set {
        assign(&mut models, assignment).with_context(|| format!("--set {assignment}"))?;
    }
    let finish = |(name, fields): (&str, Map<String, Value>)| -> Result<ImageModel> {
        let model: ImageModel =
            serde_json::from_value(Value::Object(fields)).with_context(|| format!("in {name}"))?;
        model.check()?;
        Ok(model)
    };
    models.into_iter().map(finish).collect()
}

fn assign(models: &mut [(&str, Map<String, Value>)], assignment: &str) -> Result<()> {
    let parts = assignment.split_once('=').and_then(|(path, value)| {
        let (model, field) = path.split_once('.')?;
        Some((model.trim(), field.trim(), value.trim()))
    });
    let (model, field, value) = parts.with_context(|| {
        let (name, fields) = &models[0];
        let first = fields.iter().find(|(_, value)| value.is_number());
        let example = first.map_or(String::new(), |(field, value)| {
            format!(", for example {name}.{field}={value}")
        });
        format!("write MODEL.FIELD=VALUE{example}")
    })?;
    let names: Vec<&str> = models.iter().map(|(name, _)| *name).collect();
    let found = models.iter_mut().find(|(name, _)| *name == model);
    let (_, fields) = found.with_context(|| {
        format!(
            "{model} is not among the models to fit ({})",
            names.join(", ")
        )
    })?;
    let mut known: Vec<&str> = fields
        .keys()
        .map(String::as_str)
        .filter(|f| *f != "model")
        .collect();
    known.sort_unstable();
    if !known.contains(&field) {
        let what = format!("hyper-parameter of {model}");
        return Err(unknown(&what, field, known.into_iter()));
    }
    // A number or true and false as such, anything else as text.
    let text = || Value::String(value.to_owned());
    let found = serde_json::from_str(value).unwrap_or_else(|_| text());
    let usual = &fields[field];
    ensure!(
        found.is_number() || !usual.is_number(),
        "{model}.{field} must be a number, not `{value}`"
    );
    ensure!(
        found.is_boolean() || !usual.is_boolean(),
        "{model}.{field} must be true or false, not `{value}`"
    );
    let value = if usual.is_string() { text() } else { found };
    fields.insert(field.to_owned(), value);
    Ok(())
}
