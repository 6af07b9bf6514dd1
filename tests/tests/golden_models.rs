//! Fitted models against NumPy and SciPy. Each folder of `golden/` holds the
//! values and the script that made them; one test reads them all, so that it
//! can't favour a model.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use doorstep_shared::models::{Model, ModelConfig};
use doorstep_shared::{Event, Recommender, Scores};
use doorstep_trainer::fit::{Training, fit};
use doorstep_trainer::progress::Progress;
use serde::Deserialize;

const TOLERANCE: f64 = 1e-4;

#[derive(Deserialize)]
struct Golden {
    config: ModelConfig,
    n_items: usize,
    /// (item, rating), oldest first.
    histories: Vec<Vec<(u32, f32)>>,
    b: Vec<Vec<f64>>,
    query: Vec<u32>,
    scores: Vec<f64>,
}

impl Golden {
    fn read(folder: &str) -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("golden")
            .join(folder);
        let text = std::fs::read_to_string(path.join("golden.json"))
            .with_context(|| path.display().to_string())?;
        Ok(serde_json::from_str(&text)?)
    }

    fn fit(&self, config: &ModelConfig) -> Result<doorstep_shared::item_item::ItemItem> {
        let event = |&(item, rating): &(u32, f32)| Event {
            item,
            rating,
            time: None,
        };
        let histories: Vec<Vec<Event>> = self
            .histories
            .iter()
            .map(|history| history.iter().map(event).collect())
            .collect();
        let training = Training {
            n_items: self.n_items,
            histories: &histories,
            content: Default::default(),
            guide: Default::default(),
        };
        match fit(config, &training, &Progress::new(true))? {
            Model::ItemItem(model) => Ok(model),
            other => anyhow::bail!("{} is not an item-item model", other.name()),
        }
    }

    fn check(&self) -> Result<()> {
        let model = self.fit(&self.config)?;
        for (i, row) in self.b.iter().enumerate() {
            for (j, &expected) in row.iter().enumerate() {
                let found = f64::from(model.neighbours.get(i, j).copied().unwrap_or(0.0));
                ensure!(
                    (found - expected).abs() < TOLERANCE,
                    "B[{i}, {j}]: {found}, not {expected}"
                );
            }
        }
        let query: Vec<Event> = self
            .query
            .iter()
            .map(|&item| Event::implicit(item))
            .collect();
        let mut scores = Scores::new(self.n_items);
        model.score(&query, &mut scores);
        for (item, (&found, &expected)) in scores.values().iter().zip(&self.scores).enumerate() {
            let found = f64::from(found);
            ensure!(
                (found - expected).abs() < TOLERANCE,
                "score of {item}: {found}, not {expected}"
            );
        }
        Ok(())
    }

    /// With fewer neighbours, each row keeps its largest entries and no others.
    fn check_pruned(&self, config: &ModelConfig, keep: usize) -> Result<()> {
        let model = self.fit(config)?;
        for (i, row) in self.b.iter().enumerate() {
            let mut others: Vec<(usize, f64)> = row
                .iter()
                .copied()
                .enumerate()
                .filter(|(j, _)| *j != i)
                .collect();
            others.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let threshold = others[keep - 1].1;
            let kept = model
                .neighbours
                .outer_view(i)
                .context("a row of every item")?;
            ensure!(kept.nnz() <= keep, "row {i} keeps {}", kept.nnz());
            for (j, expected) in others {
                let found = kept.get(j).copied().map(f64::from);
                let right = match found {
                    Some(found) => {
                        (found - expected).abs() < TOLERANCE && expected > threshold - TOLERANCE
                    }
                    None => expected < threshold + TOLERANCE || expected.abs() < TOLERANCE,
                };
                ensure!(
                    right,
                    "row {i} with {keep} neighbours at {j}: {found:?}, B is {expected}"
                );
            }
        }
        Ok(())
    }
}

#[test]
fn next_linear_is_the_ridge_regression_of_its_prefixes() -> Result<()> {
    let golden = Golden::read("next_linear")?;
    golden.check()?;
    let ModelConfig::NextLinear(mut config) = golden.config.clone() else {
        anyhow::bail!("another model");
    };
    config.neighbours = 3;
    golden.check_pruned(&ModelConfig::NextLinear(config), 3)
}

#[test]
fn ease_is_the_ridge_regression_on_all_other_items() -> Result<()> {
    let golden = Golden::read("ease")?;
    golden.check()?;
    let ModelConfig::Ease(mut config) = golden.config.clone() else {
        anyhow::bail!("another model");
    };
    config.neighbours = 3;
    golden.check_pruned(&ModelConfig::Ease(config), 3)
}

#[test]
fn item_knn_is_the_shrunk_cosine_of_ratings() -> Result<()> {
    let golden = Golden::read("item_knn")?;
    golden.check()?;
    let ModelConfig::ItemKnn(mut config) = golden.config.clone() else {
        anyhow::bail!("another model");
    };
    config.neighbours = 3;
    golden.check_pruned(&ModelConfig::ItemKnn(config), 3)
}
