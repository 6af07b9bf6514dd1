//! The models of pictures by name, with their hyper-parameters.

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ForestConfig, KnnConfig, PcaKnnConfig, SvmConfig};

/// The hyper-parameters of one model of pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "kebab-case")]
pub enum ImageModel {
    /// Neighbours among pixels.
    Knn(KnnConfig),
    /// Neighbours among principal components of pixels.
    PcaKnn(PcaKnnConfig),
    /// Random cuts of pixels.
    IsolationForest(ForestConfig),
    /// A border around the training pictures by a Gaussian kernel of pixels.
    OneClassSvm(SvmConfig),
}

impl ImageModel {
    /// All models with their defaults.
    pub fn all() -> Vec<Self> {
        vec![
            Self::Knn(KnnConfig::default()),
            Self::PcaKnn(PcaKnnConfig::default()),
            Self::IsolationForest(ForestConfig::default()),
            Self::OneClassSvm(SvmConfig::default()),
        ]
    }

    /// Its name, as it is asked for.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Knn(_) => "knn",
            Self::PcaKnn(_) => "pca-knn",
            Self::IsolationForest(_) => "isolation-forest",
            Self::OneClassSvm(_) => "one-class-svm",
        }
    }

    /// Whether another seed gives another model.
    pub fn draws(&self) -> bool {
        match self {
            Self::IsolationForest(_) => true,
            Self::Knn(_) | Self::PcaKnn(_) | Self::OneClassSvm(_) => false,
        }
    }

    /// Checks all hyper-parameters.
    pub fn check(&self) -> Result<()> {
        let name = self.name();
        let whole = |field: &str, value: usize, most: usize| {
            ensure!(
                (1..=most).contains(&value),
                "{name}.{field} must be a whole number from 1 to {most}, not {value}"
            );
            Ok(())
        };
        match self {
            Self::Knn(c) => whole("neighbours", c.neighbours, 1_000),
            Self::PcaKnn(c) => {
                whole("neighbours", c.neighbours, 1_000)?;
                whole("components", c.components, 4_096)
            }
            Self::IsolationForest(c) => {
                whole("trees", c.trees as usize, 100_000)?;
                ensure!(
                    (2..=100_000).contains(&c.sample),
                    "{name}.sample must be a whole number from 2 to 100000, not {}",
                    c.sample
                );
                Ok(())
            }
            Self::OneClassSvm(c) => {
                ensure!(
                    c.nu > 0.0 && c.nu <= 1.0,
                    "{name}.nu must be a number above 0 and at most 1, not {}",
                    c.nu
                );
                ensure!(
                    c.gamma >= 0.0 && c.gamma.is_finite(),
                    "{name}.gamma must be a number from 0 (chosen by the data) up, not {}",
                    c.gamma
                );
                Ok(())
            }
        }
    }
}

/// The models called `names`, in their order, with each of `set` (MODEL.FIELD=VALUE) applied.
pub fn image_models(names: &[String], set: &[String]) -> Result<Vec<ImageModel>> {
    let known = ImageModel::all();
    let listed: Vec<&str> = known.iter().map(ImageModel::name).collect();
    let mut models: Vec<(&str, Map<String, Value>)> = Vec::new();
    for name in names {
        let Some(model) = known.iter().find(|model| model.name() == name) else {
            bail!(
                "{name} is no model of pictures; choose from {}",
                listed.join(", ")
            );
        };
        ensure!(
            models.iter().all(|(own, _)| own != name),
            "{name} is named twice; name each model once"
        );
        let Value::Object(fields) = serde_json::to_value(model)? else {
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
    let (model, field, value) =
        parts.context("write MODEL.FIELD=VALUE, for example knn.neighbours=3")?;
    let names: Vec<&str> = models.iter().map(|(name, _)| *name).collect();
    let found = models.iter_mut().find(|(name, _)| *name == model);
    let (_, fields) = found.with_context(|| {
        format!(
            "{model} is not among the models to fit ({})",
            names.join(", ")
        )
    })?;
    let known: Vec<&str> = fields
        .keys()
        .map(String::as_str)
        .filter(|f| *f != "model")
        .collect();
    ensure!(
        known.contains(&field),
        "{model} has no hyper-parameter {field}; it has {}",
        known.join(", ")
    );
    // A number or true and false as such, anything else as text.
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    fields.insert(field.to_owned(), value);
    Ok(())
}
