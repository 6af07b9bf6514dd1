//! Models on their way into a bundle: fitted, and judged where that is asked.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use doorstep_shared::ItemRecord;
use doorstep_shared::bundle::{DataSummary, Figures, Manifest, Publication, PublishedModel};
use doorstep_shared::models::{Model, ModelConfig};

use super::{check_not_silent, item_counts, publish_into, widen};
use crate::data::Dataset;
use crate::division::Division;
use crate::evaluate::{HeldOut, Metrics, evaluate, rating_metrics};
use crate::fit::{self, Fitted, ItemContent, Training, fit_with_users};
use crate::neural::{Guide, Means};
use crate::progress::Progress;

/// What `fitted_on` says where nothing was held out.
const EVERYTHING: &str = "all interactions";
/// The same where there are no interactions.
const CATALOGUE: &str = "item records alone";

/// What `fitted_on` says where a split's other parts were held out.
pub fn training_part(protocol: &str) -> String {
    format!("the training part of {protocol}")
}

/// The models of a bundle, and what they were fitted on.
pub struct Bundled {
    models: Vec<Entry>,
    /// In words.
    fitted_on: String,
    /// The interactions of each item in it.
    counts: Vec<u32>,
}

struct Entry {
    config: ModelConfig,
    model: Model,
    evaluation: Option<Figures>,
}

impl Bundled {
    /// Fits each model on everything there is.
    pub fn of_everything(
        configs: Vec<ModelConfig>,
        dataset: &Dataset,
        content: ItemContent,
        means: Means,
        progress: &Progress,
    ) -> Result<Self> {
        let histories = dataset.interactions.histories();
        let training = Training {
            n_items: dataset.interactions.items.len(),
            histories: &histories,
            content,
            guide: Guide {
                validation: &[],
                means,
            },
        };
        let mut models = Vec::new();
        for config in configs {
            let model = timed_fit(&config, &training, progress)?.model;
            models.push(Entry {
                config,
                model,
                evaluation: None,
            });
        }
        Ok(Self {
            models,
            fitted_on: match dataset.interactions.rows.is_empty() {
                true => CATALOGUE.to_owned(),
                false => EVERYTHING.to_owned(),
            },
            counts: item_counts(&dataset.interactions),
        })
    }

    /// Fits each model on the training part and judges it by the test cases, unless
    /// its figures are known already; with `refit`, then fits it on everything.
    pub fn judged(
        configs: Vec<(ModelConfig, Option<Figures>)>,
        division: &Division,
        refit: bool,
        means: Means,
        progress: &Progress,
    ) -> Result<Self> {
        let judging = means.checkpoints.map(|kept| kept.part("judged"));
        let content = division.content();
        let n_items = division.split.items.len();
        let training = Training {
            n_items,
            histories: &division.split.train,
            content: content.of_first(n_items),
            guide: Guide {
                validation: &division.split.validation,
                means: Means {
                    checkpoints: judging.as_ref(),
                    ..means
                },
            },
        };
        let (mut models, mut judged) = (Vec::new(), Vec::new());
        for (config, known) in configs {
            // What is published knows the items that nobody has interacted with, too.
            let wider = config.reads_content() && content.records.len() > n_items;
            let mut model = None;
            let figures = match known {
                Some(figures) => figures,
                None => {
                    let fitted = timed_fit(&config, &training, progress)?;
                    let figures = judge(&fitted, division, progress);
                    model = Some(fitted).filter(|_| !wider);
                    figures
                }
            };
            judged.push((config.clone(), figures.clone()));
            if refit {
                continue;
            }
            let model = match model {
                Some(model) => model,
                None => {
                    let content = if wider { content } else { training.content };
                    let training = Training {
                        content,
                        ..training
                    };
                    timed_fit(&config, &training, progress)?
                }
            };
            models.push(Entry {
                config,
                model: model.model,
                evaluation: Some(figures),
            });
        }
        if !refit {
            return Ok(Self {
                models,
                fitted_on: training_part(&division.split.protocol),
                counts: division.context.popularity.clone(),
            });
        }
        let (configs, figures): (Vec<_>, Vec<_>) = judged.into_iter().unzip();
        let mut refitted =
            Self::of_everything(configs, &division.dataset, content, means, progress)?;
        for (new, figures) in refitted.models.iter_mut().zip(figures) {
            new.evaluation = Some(Figures {
                refitted: true,
                ..figures
            });
        }
        Ok(refitted)
    }

    /// Writes the bundle; `records` are the items of `dataset`.
    pub fn publish(
        mut self,
        dataset: &Dataset,
        records: &[ItemRecord],
        out: &Path,
        force: bool,
    ) -> Result<Manifest> {
        self.counts.resize(records.len(), 0);
        let mut models = self.models.iter();
        models.try_for_each(|entry| check_not_silent(&entry.model))?;
        let wide: Vec<Entry> = self
            .models
            .into_iter()
            .map(|entry| Entry {
                model: widen(entry.model, records.len()),
                ..entry
            })
            .collect();
        let models: Vec<PublishedModel> = wide
            .iter()
            .map(|entry| PublishedModel {
                model: &entry.model,
                config: Some(&entry.config),
                evaluation: entry.evaluation.clone(),
            })
            .collect();
        let publication = Publication {
            generator: concat!("doorstep ", env!("CARGO_PKG_VERSION")),
            data: DataSummary {
                fingerprint: dataset.interactions.fingerprint(),
                interactions: dataset.interactions.rows.len() as u64,
                fitted_on: self.fitted_on,
            },
            records,
            counts: &self.counts,
            models: &models,
        };
        publish_into(out, force, &publication)
    }
}

fn timed_fit(config: &ModelConfig, training: &Training, progress: &Progress) -> Result<Fitted> {
    progress.say(format!("{}: fitting", config.name()));
    let start = Instant::now();
    let model = fit_with_users(config, training, progress)
        .with_context(|| format!("cannot fit {}", config.name()))?;
    progress.say(format!(
        "{}: fitted in {:.2} s",
        config.name(),
        start.elapsed().as_secs_f64()
    ));
    let notes = fit::notes(config, training);
    notes.iter().for_each(|note| progress.say(note));
    Ok(model)
}

fn judge(model: &Fitted, division: &Division, progress: &Progress) -> Figures {
    let (split, context) = (&division.split, &division.context);
    let mut metrics = evaluate(&model.model, &split.test, context, progress).metrics();
    metrics
        .0
        .extend(rating_metrics(model, &HeldOut::test(split)));
    figures(division, metrics)
}

/// Test metrics as they are published.
pub fn figures(division: &Division, Metrics(metrics): Metrics) -> Figures {
    Figures {
        split: division.split.protocol.clone(),
        cases: division.split.test.len() as u64,
        refitted: false,
        relevant_at: division.relevant_at,
        metrics: metrics.into_iter().collect(),
    }
}
