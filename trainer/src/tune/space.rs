//! The search space of a model, and the trials that it makes.

use anyhow::{Result, bail, ensure};
use doorstep_shared::models::{HybridConfig, ModelConfig};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::axis::{Axis, Values};
use crate::settings::with_fields;

/// Most combinations of a grid.
const MOST: usize = 10_000;
/// Draws for each trial that is wanted before a space counts as used up.
const DRAWS: usize = 1000;

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
        "sasrec" | "bsarec" => &["dropout=0.2,0.35,0.5", "learning_rate=0.0005,0.001"],
        "ncf" | "metadata-mf" => &[
            "learning_rate=0.0005,0.001,0.003",
            "weight_decay=0,0.00001",
            "negatives=4,8",
        ],
        _ => bail!("{model} has nothing to tune; name one of the other models"),
    };
    axes.iter().map(|axis| axis.parse()).collect()
}

/// Every combination of the axes' values on top of `base`, the last axis fastest.
pub fn grid(base: &ModelConfig, axes: &[Axis]) -> Result<Vec<ModelConfig>> {
    check_values(base, axes)?;
    let mut combined: Vec<Vec<(&str, &str)>> = vec![Vec::new()];
    for axis in axes {
        let Values::List(values) = &axis.values else {
            bail!(
                "{}.{} is a range, which has no grid; give it a step or a list of values, or draw \
                 from it with method = \"random\"",
                base.name(),
                axis.field
            );
        };
        let combinations = combined.len() * values.len();
        ensure!(
            combinations <= MOST,
            "the grid of {} has more than {MOST} combinations; draw some of them instead \
             (--trials N, or method = \"random\" in a file)",
            base.name()
        );
        let longer = combined.iter().flat_map(|before| {
            let with = |value| [before.as_slice(), &[(axis.field.as_str(), value)]].concat();
            values.iter().map(move |value| with(value.as_str()))
        });
        combined = longer.collect();
    }
    let configs = combined.into_iter().map(|values| with_fields(base, values));
    possible(configs)
}

/// The configurations whose values, each valid by itself, fit together; an error where none do.
fn possible(configs: impl Iterator<Item = Result<ModelConfig>>) -> Result<Vec<ModelConfig>> {
    let (possible, other): (Vec<_>, Vec<_>) = configs.partition(Result::is_ok);
    match other.into_iter().next() {
        Some(error) if possible.is_empty() => error.map(|config| vec![config]),
        _ => possible.into_iter().collect(),
    }
}

/// `trials` different configurations, each hyper-parameter drawn by itself;
/// the whole grid where it has no more. The first of them are the same for
/// any larger number.
pub fn draw(
    base: &ModelConfig,
    axes: &[Axis],
    trials: usize,
    seed: u64,
) -> Result<Vec<ModelConfig>> {
    ensure!(trials > 0, "--trials must be at least 1 (got 0)");
    check_values(base, axes)?;
    if combinations(axes).is_some_and(|all| all <= trials) {
        return grid(base, axes);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut configs: Vec<ModelConfig> = Vec::new();
    // Why the values of a draw don't fit together.
    let mut impossible = None;
    for _ in 0..trials.saturating_mul(DRAWS) {
        let drawn: Vec<String> = axes.iter().map(|axis| axis.draw(&mut rng)).collect();
        let fields = axes.iter().map(|axis| axis.field.as_str());
        let config = with_fields(base, fields.zip(drawn.iter().map(String::as_str)));
        // Searched among few: drawing is cheap beside a trial.
        if !configs
            .iter()
            .any(|other| config.as_ref().is_ok_and(|new| new == other))
        {
            match config {
                Ok(config) => configs.push(config),
                Err(error) => impossible = Some(error),
            }
        }
        if configs.len() == trials {
            break;
        }
    }
    match impossible {
        Some(error) if configs.is_empty() => Err(error),
        _ => Ok(configs),
    }
}

/// Refuses values that the model doesn't take, and a field that is there twice.
pub fn check_values(base: &ModelConfig, axes: &[Axis]) -> Result<()> {
    check(axes)?;
    let base = &alone(base);
    for axis in axes {
        let set = |value: &str| with_fields(base, [(axis.field.as_str(), value)]).map(drop);
        match &axis.values {
            Values::List(values) => values.iter().try_for_each(|value| set(value))?,
            Values::Range(range) => [range.low, range.high]
                .iter()
                .try_for_each(|end| set(&end.to_string()))?,
        }
    }
    Ok(())
}

/// The same without what another hyper-parameter's range depends on.
fn alone(base: &ModelConfig) -> ModelConfig {
    match base.clone() {
        ModelConfig::Hybrid(c) => ModelConfig::Hybrid(HybridConfig {
            alpha: 0.0,
            beta: 0.0,
            ..c
        }),
        other => other,
    }
}

/// How many combinations there are, where they can be counted.
pub fn combinations(axes: &[Axis]) -> Option<usize> {
    axes.iter()
        .try_fold(1usize, |product, axis| product.checked_mul(axis.count()?))
}

fn check(axes: &[Axis]) -> Result<()> {
    for (at, axis) in axes.iter().enumerate() {
        let twice = axes[..at].iter().any(|other| other.field == axis.field);
        ensure!(
            !twice,
            "--grid {} is given twice; join its values with commas",
            axis.field
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::axis::Range;
    use super::*;
    use doorstep_shared::models::EaseConfig;

    fn axes(texts: &[&str]) -> Vec<Axis> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn ease() -> ModelConfig {
        ModelConfig::named("ease").unwrap()
    }

    #[test]
    fn combinations_come_with_the_last_axis_fastest() {
        let axes = axes(&["lambda=1,2", "recency=.5,1"]);
        let found = grid(&ease(), &axes).unwrap();
        let ease_of = |lambda, recency| {
            ModelConfig::Ease(EaseConfig {
                lambda,
                recency,
                ..EaseConfig::default()
            })
        };
        let all = [
            ease_of(1.0, 0.5),
            ease_of(1.0, 1.0),
            ease_of(2.0, 0.5),
            ease_of(2.0, 1.0),
        ];
        assert_eq!(found, all);
        assert_eq!(draw(&ease(), &axes, 4, 5).unwrap(), all);
        let some = draw(&ease(), &axes, 3, 5).unwrap();
        assert_eq!(some.len(), 3);
        let same =
            |a: &ModelConfig| all.contains(a) && some.iter().filter(|b| *b == a).count() == 1;
        assert!(some.iter().all(same));
    }

    #[test]
    fn draws_are_those_of_the_seed_and_more_of_them_go_on() {
        let values = Values::Range(Range {
            low: 1.0,
            high: 500.0,
            log: true,
            whole: false,
        });
        let lambda = Axis {
            field: "lambda".into(),
            values,
        };
        let axes = [vec![lambda], axes(&["recency=.5,1"])].concat();
        let few = draw(&ease(), &axes, 5, 7).unwrap();
        let more = draw(&ease(), &axes, 50, 7).unwrap();
        assert_eq!((few.len(), more.len()), (5, 50));
        assert_eq!(few, more[..5]);
        assert_ne!(few, draw(&ease(), &axes, 5, 8).unwrap());
        let message = grid(&ease(), &axes).unwrap_err().to_string();
        assert!(message.contains("ease.lambda is a range"), "{message}");
    }

    #[test]
    fn a_bad_grid_is_refused_before_any_trial() {
        let message =
            |texts: &[&str]| format!("{:#}", check_values(&ease(), &axes(texts)).unwrap_err());
        assert!(message(&["lambda=1,-1"]).contains("ease.lambda must be a positive number"));
        assert!(message(&["lamda=1"]).contains("did you mean `lambda`"));
        assert!(message(&["lambda=1", "lambda=2"]).contains("given twice"));
        assert!(default_grid("popularity", true).is_err());
        let long = format!("lambda={}", vec!["1"; 101].join(","));
        let many = axes(&[&long, &long.replace("lambda", "recency")]);
        let message = grid(&ease(), &many).unwrap_err().to_string();
        assert!(message.contains("10000 combinations"), "{message}");
    }

    #[test]
    fn weights_that_do_not_fit_together_are_left_out() {
        let hybrid = ModelConfig::named("hybrid").unwrap();
        let found = grid(&hybrid, &axes(&["alpha=0.5,0.9", "beta=0.2,0.6"])).unwrap();
        let ModelConfig::Hybrid(only) = &found[0] else {
            panic!("{found:?}")
        };
        assert_eq!((found.len(), only.alpha, only.beta), (1, 0.5, 0.2));
        let message = grid(&hybrid, &axes(&["alpha=0.9", "beta=0.6"])).unwrap_err();
        assert!(message.to_string().contains("at most 1"), "{message}");
        let range = Values::Range(Range {
            low: 0.0,
            high: 1.0,
            log: false,
            whole: false,
        });
        let weight = |field: &str| Axis {
            field: field.to_owned(),
            values: range.clone(),
        };
        let drawn = draw(&hybrid, &[weight("alpha"), weight("beta")], 10, 0).unwrap();
        assert_eq!(drawn.len(), 10);
    }

    #[test]
    fn every_default_grid_is_valid() {
        for name in ModelConfig::NAMES
            .into_iter()
            .filter(|name| !["popularity", "ensemble"].contains(name))
        {
            for timed in [false, true] {
                let base = ModelConfig::named(name).unwrap();
                let axes = default_grid(name, timed).unwrap();
                assert!(grid(&base, &axes).unwrap().len() > 3);
            }
        }
    }
}
