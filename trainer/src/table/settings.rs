//! Hyper-parameters of the models of tables: defaults and `--set MODEL.FIELD=VALUE`.

use anyhow::{Context, Result, bail, ensure};
use doorstep_shared::knn::{Distance, Weights};
use doorstep_shared::models::OutOfRange;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Most rows that may be neighbours at once.
const MOST_NEIGHBOURS: u32 = 1000;

/// Which k a search looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Steps {
    /// Every k.
    All,
    /// Every tenth from 1, then those within 5 of the best.
    CoarseFine,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Distance", rename_all = "kebab-case")]
enum DistanceName {
    Euclidean,
    Manhattan,
    Cosine,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Weights", rename_all = "kebab-case")]
enum WeightsName {
    Uniform,
    Distance,
}

/// Plain k-nearest neighbours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnnConfig {
    /// k; 0 chooses it by cross-validation on the training part.
    pub neighbours: u32,
    /// How far apart two rows are.
    #[serde(with = "DistanceName")]
    pub distance: Distance,
    /// How much a neighbour counts.
    #[serde(with = "WeightsName")]
    pub weights: Weights,
    /// Largest k that is tried.
    pub most: u32,
    /// Parts of the cross-validation.
    pub folds: u32,
    /// Whether rows are shuffled before they are dealt into folds.
    pub shuffle: bool,
    /// Of the shuffle.
    pub seed: u32,
    /// Which k are tried.
    pub steps: Steps,
}

impl Default for KnnConfig {
    fn default() -> Self {
        Self {
            neighbours: 0,
            distance: Distance::Euclidean,
            weights: Weights::Uniform,
            most: 51,
            folds: 4,
            shuffle: false,
            seed: 0,
            steps: Steps::All,
        }
    }
}

/// Local lines among neighbours in a learned space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnnLocalConfig {
    /// How many neighbours a line is fitted to.
    pub neighbours: u32,
    /// Steps of gradient descent on the leave-one-out error.
    pub steps: u32,
    /// Training rows in a step.
    pub batch: u32,
    /// First step size; it falls to a twentieth.
    pub rate: f64,
    /// Which rows are drawn.
    pub seed: u32,
}

impl Default for KnnLocalConfig {
    fn default() -> Self {
        Self {
            neighbours: 300,
            steps: 200,
            batch: 512,
            rate: 0.04,
            seed: 0,
        }
    }
}

/// A model of a table and its hyper-parameters.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum TableModel {
    /// The mean or vote of the nearest rows.
    Knn(KnnConfig),
    /// A line among the nearest rows.
    KnnLocal(KnnLocalConfig),
}

impl TableModel {
    /// The names of all models, simplest first.
    pub const NAMES: [&'static str; 2] = ["knn", "knn-local"];

    /// The model's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Knn(_) => Self::NAMES[0],
            Self::KnnLocal(_) => Self::NAMES[1],
        }
    }

    /// The default hyper-parameters of the model called `name`.
    pub fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Knn(KnnConfig::default()),
            Self::KnnLocal(KnnLocalConfig::default()),
        ];
        all.into_iter().find(|model| model.name() == name)
    }

    fn check(&self) -> Result<(), OutOfRange> {
        let require = |holds, field, range, value: &dyn std::fmt::Display| match holds {
            true => Ok(()),
            false => Err(OutOfRange {
                model: self.name(),
                field,
                range,
                value: value.to_string(),
            }),
        };
        match self {
            Self::Knn(c) => {
                let range = "a whole number from 0 (chosen by cross-validation) to 1000";
                require(
                    c.neighbours <= MOST_NEIGHBOURS,
                    "neighbours",
                    range,
                    &c.neighbours,
                )?;
                let positive = (1..=MOST_NEIGHBOURS).contains(&c.most);
                require(positive, "most", "a whole number from 1 to 1000", &c.most)?;
                require(
                    (2..=100).contains(&c.folds),
                    "folds",
                    "a whole number from 2 to 100",
                    &c.folds,
                )
            }
            Self::KnnLocal(c) => {
                let fits = (2..=MOST_NEIGHBOURS).contains(&c.neighbours);
                require(
                    fits,
                    "neighbours",
                    "a whole number from 2 to 1000",
                    &c.neighbours,
                )?;
                require(
                    c.steps <= 100_000,
                    "steps",
                    "a whole number up to 100000",
                    &c.steps,
                )?;
                require(
                    c.batch >= 1,
                    "batch",
                    "a whole number of at least 1",
                    &c.batch,
                )?;
                let rate = c.rate > 0.0 && c.rate <= 1.0;
                require(rate, "rate", "a number above 0 and at most 1", &c.rate)
            }
        }
    }
}

/// Every hyper-parameter with its value.
impl std::fmt::Display for TableModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fields = serde_json::to_value(self).map_err(|_| std::fmt::Error)?;
        for (at, (name, value)) in fields.as_object().into_iter().flatten().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            match value {
                Value::String(text) => write!(f, "{comma}{name} {text}")?,
                other => write!(f, "{comma}{name} {other}")?,
            }
        }
        Ok(())
    }
}

/// The models called `names`, in their order, with each of `set` applied.
pub fn table_models(names: &[String], set: &[String]) -> Result<Vec<TableModel>> {
    let mut models: Vec<(&'static str, Map<String, Value>)> = Vec::new();
    for name in names {
        let Some(model) = TableModel::named(name) else {
            bail!(
                "{name} is no model of tables; choose from {}",
                TableModel::NAMES.join(", ")
            );
        };
        ensure!(
            models.iter().all(|(n, _)| n != name),
            "{name} is named twice; name each model once"
        );
        let Value::Object(fields) = serde_json::to_value(&model)? else {
            bail!("a configuration of {name} is not a table");
        };
        models.push((model.name(), fields));
    }
    ensure!(
        !models.is_empty(),
        "no model named; choose from {}",
        TableModel::NAMES.join(", ")
    );
    for assignment in set {
        assign(&mut models, assignment).with_context(|| format!("--set {assignment}"))?;
    }
    let finish = |(name, fields): (&str, Map<String, Value>)| -> Result<TableModel> {
        let fields = Value::Object(fields);
        let model = match name {
            "knn" => TableModel::Knn(
                serde_json::from_value(fields).with_context(|| format!("in {name}"))?,
            ),
            _ => TableModel::KnnLocal(
                serde_json::from_value(fields).with_context(|| format!("in {name}"))?,
            ),
        };
        model.check()?;
        Ok(model)
    };
    models.into_iter().map(finish).collect()
}

fn assign(models: &mut [(&'static str, Map<String, Value>)], assignment: &str) -> Result<()> {
    let parts = assignment.split_once('=').and_then(|(path, value)| {
        let (model, field) = path.split_once('.')?;
        Some((model.trim(), field.trim(), value.trim()))
    });
    let (model, field, value) =
        parts.context("write MODEL.FIELD=VALUE, for example knn.neighbours=13")?;
    let names: Vec<&str> = models.iter().map(|(name, _)| *name).collect();
    let found = models.iter_mut().find(|(name, _)| *name == model);
    let (_, fields) = found.with_context(|| {
        format!(
            "{model} is not among the models to fit ({})",
            names.join(", ")
        )
    })?;
    if !fields.contains_key(field) {
        let known: Vec<&str> = fields.keys().map(String::as_str).collect();
        bail!(
            "{model} has no hyper-parameter {field}; it has {} (`doorstep models {model}` explains them)",
            known.join(", ")
        );
    }
    // A number or true and false as such, anything else as text.
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    fields.insert(field.to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models(set: &[&str]) -> Result<Vec<TableModel>> {
        let set: Vec<String> = set.iter().map(|s| (*s).to_owned()).collect();
        table_models(&["knn".to_owned(), "knn-local".to_owned()], &set)
    }

    #[test]
    fn fields_are_set_by_name() {
        let found = models(&[
            "knn.neighbours=13",
            "knn.distance=cosine",
            "knn-local.rate=0.1",
        ])
        .unwrap();
        let TableModel::Knn(knn) = &found[0] else {
            panic!("knn first")
        };
        assert_eq!((knn.neighbours, knn.distance), (13, Distance::Cosine));
        assert_eq!(
            found[1],
            TableModel::KnnLocal(KnnLocalConfig {
                rate: 0.1,
                ..Default::default()
            })
        );
    }

    #[test]
    fn refusals_name_field_range_and_value() {
        let error = |set: &str| format!("{:#}", models(&[set]).unwrap_err());
        assert!(
            error("knn.neighbours=2000").contains("knn.neighbours must be a whole number from 0")
        );
        assert!(
            error("knn.k=3").contains("it has ") && error("knn.k=3").contains("folds"),
            "{}",
            error("knn.k=3")
        );
        assert!(
            error("knn.distance=far").contains("`euclidean`, `manhattan`"),
            "{}",
            error("knn.distance=far")
        );
        assert!(error("ease.k=3").contains("knn, knn-local"));
        assert!(error("knn-local.rate=0").contains("rate must be"));
        assert!(
            table_models(&["svd".into()], &[])
                .unwrap_err()
                .to_string()
                .contains("choose from")
        );
    }
}
