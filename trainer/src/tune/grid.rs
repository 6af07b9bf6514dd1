//! The search space: values by hyper-parameter, and the trials it makes.

use std::str::FromStr;

use anyhow::{Result, anyhow, bail, ensure};
use doorstep_shared::models::ModelConfig;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::settings::with_field;

/// One hyper-parameter and the values to try: `lambda=20,80,200`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The hyper-parameter.
    pub field: String,
    /// Values as typed.
    pub values: Vec<String>,
}

impl Axis {
    /// What to try next where `value` is the least or the largest of the numbers
    /// tried: the best may lie beyond.
    pub fn beyond(&self, value: &str) -> Option<String> {
        let numbers: Vec<f64> = self
            .values
            .iter()
            .map(|v| v.parse().ok())
            .collect::<Option<_>>()?;
        let best: f64 = value.parse().ok()?;
        let least = numbers.iter().all(|&other| best <= other);
        let largest = numbers.iter().all(|&other| best >= other);
        let (which, further) = match (least, largest) {
            (true, false) => ("least", "smaller"),
            (false, true) => ("largest", "larger"),
            _ => return None,
        };
        let field = &self.field;
        Some(format!(
            "{field}={value} is the {which} tried: a {further} one may be better"
        ))
    }
}

impl FromStr for Axis {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.split_once('=');
        let (field, values) =
            parts.ok_or_else(|| anyhow!("write FIELD=VALUE,VALUE,… such as lambda=20,80,200"))?;
        let values: Vec<String> = values.split(',').map(|v| v.trim().to_owned()).collect();
        ensure!(
            values.iter().all(|v| !v.is_empty()),
            "a value is missing in `{text}`"
        );
        Ok(Self {
            field: field.trim().to_owned(),
            values,
        })
    }
}

/// What is worth trying for a model; `timed` where the data has timestamps.
pub fn default_grid(model: &str, timed: bool) -> Result<Vec<Axis>> {
    let axes: &[&str] = match model {
        "recent-popularity" if timed => &["days=7,30,90,365"],
        "recent-popularity" => &["last=1,2,3,5"],
        "bias" => &["user_regularisation=5,10,15", "item_regularisation=2,5,10"],
        "svd" => &[
            "factors=50,100",
            "epochs=20,40,60",
            "learning_rate=0.005,0.01",
            "regularisation=0.05,0.1",
        ],
        "als-explicit" => &["factors=8,16,32", "regularisation=0.05,0.1,0.15,0.2"],
        "als" => &["factors=64,128", "regularisation=0.1,1,10", "alpha=3,10,30"],
        "item-knn" => &["shrinkage=0,10,20,50", "recency=0.4,0.6,0.8,1"],
        "tf-idf" => &["max_features=1000,10000", "recency=0.4,0.6,0.8,1"],
        "item-vectors" => &["recency=0.4,0.6,0.8,1"],
        "hybrid" => &["alpha=0.4,0.5,0.6,0.7", "beta=0.1,0.2,0.3"],
        "ease" => &["lambda=50,200,500", "recency=0.4,0.6,0.8,1"],
        "next-linear" => &["lambda=40,80,160", "decay=0.7,0.8", "row_decay=0.95,0.97,1"],
        _ => bail!("{model} has nothing to tune; name one of the other models"),
    };
    axes.iter().map(|axis| axis.parse()).collect()
}

/// Every combination of the axes' values on top of `base`, the last axis
/// fastest; with `limit`, that many of them drawn by `seed`, in the same order.
pub fn trials(
    base: &ModelConfig,
    axes: &[Axis],
    limit: Option<usize>,
    seed: u64,
) -> Result<Vec<ModelConfig>> {
    ensure!(limit != Some(0), "--trials must be at least 1 (got 0)");
    let mut configs = vec![base.clone()];
    for (at, axis) in axes.iter().enumerate() {
        let twice = axes[..at].iter().any(|other| other.field == axis.field);
        ensure!(
            !twice,
            "--grid {} is given twice; join its values with commas",
            axis.field
        );
        let mut longer = Vec::with_capacity(configs.len() * axis.values.len());
        for config in &configs {
            for value in &axis.values {
                longer.push(with_field(config, &axis.field, value)?);
            }
        }
        configs = longer;
    }
    if let Some(limit) = limit.filter(|&limit| limit < configs.len()) {
        let mut chosen: Vec<usize> = (0..configs.len()).collect();
        chosen.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        chosen.truncate(limit);
        chosen.sort_unstable();
        configs = chosen.into_iter().map(|at| configs[at].clone()).collect();
    }
    Ok(configs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::models::EaseConfig;

    fn axes(texts: &[&str]) -> Vec<Axis> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_best_value_at_an_end_is_told() {
        let axis: Axis = "lambda=20,80,200".parse().unwrap();
        assert_eq!(axis.beyond("80"), None);
        assert!(axis.beyond("20").unwrap().contains("smaller"));
        assert!(axis.beyond("200").unwrap().contains("larger"));
        let alone: Axis = "lambda=20".parse().unwrap();
        assert_eq!(alone.beyond("20"), None);
        let words: Axis = "shuffle=true,false".parse().unwrap();
        assert_eq!(words.beyond("true"), None);
    }

    #[test]
    fn combinations_come_with_the_last_axis_fastest() {
        let base = ModelConfig::named("ease").unwrap();
        let found = trials(&base, &axes(&["lambda=1,2", "recency=.5,1"]), None, 0).unwrap();
        let ease = |lambda, recency| {
            ModelConfig::Ease(EaseConfig {
                lambda,
                recency,
                ..EaseConfig::default()
            })
        };
        assert_eq!(
            found,
            [
                ease(1.0, 0.5),
                ease(1.0, 1.0),
                ease(2.0, 0.5),
                ease(2.0, 1.0)
            ]
        );
        let some = trials(&base, &axes(&["lambda=1,2", "recency=.5,1"]), Some(3), 5).unwrap();
        assert_eq!(some.len(), 3);
        let mut rest = found.iter();
        assert!(some.iter().all(|config| rest.any(|other| other == config)));
    }

    #[test]
    fn a_bad_grid_is_refused_before_any_trial() {
        let base = ModelConfig::named("ease").unwrap();
        let message =
            |texts: &[&str]| format!("{:#}", trials(&base, &axes(texts), None, 0).unwrap_err());
        assert!(message(&["lambda=1,-1"]).contains("ease.lambda must be a positive number"));
        assert!(message(&["lamda=1"]).contains("did you mean `lambda`"));
        assert!(message(&["lambda=1", "lambda=2"]).contains("given twice"));
        assert!("lambda".parse::<Axis>().is_err() && "lambda=1,,2".parse::<Axis>().is_err());
        assert!(default_grid("popularity", true).is_err());
    }

    #[test]
    fn every_default_grid_is_valid() {
        for name in ModelConfig::NAMES
            .into_iter()
            .filter(|name| !["popularity", "ensemble"].contains(name))
        {
            for timed in [false, true] {
                let base = ModelConfig::named(name).unwrap();
                let grid = default_grid(name, timed).unwrap();
                assert!(trials(&base, &grid, None, 0).unwrap().len() > 3);
            }
        }
    }
}
