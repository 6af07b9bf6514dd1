//! Models on their way into a bundle: fitted, and judged where that is asked.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use doorstep_shared::ItemRecord;
use doorstep_shared::bundle::{DataSummary, Figures, Manifest, Publication, PublishedModel, write};
use doorstep_shared::models::{Model, ModelConfig};
use doorstep_shared::neural::Weights;

use super::weights::store_as;
use super::{WeightsWish, check_not_silent, item_counts, stage, widen};
use crate::data::Dataset;
use crate::division::Division;
use crate::evaluate::{HeldOut, Metrics, evaluate, rating_metrics};
use crate::fit::{self, Fitted, ItemContent, Training, fit_with_users};
use crate::neural::{Guide, Means, is_stopped};
use crate::progress::Progress;
use crate::staged::Staged;

/// What `fitted_on` says where nothing was held out.
const EVERYTHING: &str = "all interactions";
/// The same where somebody ended a training.
const STOPPED: &str = "all interactions, by a training that was stopped";
/// The same where there are no interactions.
pub(super) const CATALOGUE: &str = "item records alone";

/// What the files of trainings that are judged are called by, beside the model.
pub const JUDGED: &str = "judged";

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
    weights: Weights,
}

/// A model with its figures.
struct Judged {
    config: ModelConfig,
    /// As fitted on the training part, where it was.
    model: Option<Model>,
    figures: Figures,
    weights: Option<Weights>,
}

/// Does `work` for each model. Where a training is stopped before it has anything to show, the
/// model is left out and named, as long as there is another.
pub fn until_stopped<T, U>(
    all: Vec<T>,
    progress: &Progress,
    name: impl Fn(&T) -> &'static str,
    work: impl Fn(T) -> Result<U>,
) -> Result<Vec<U>> {
    let mut done = Vec::new();
    for one in all {
        let name = name(&one);
        match work(one) {
            Ok(own) => done.push(own),
            Err(error) if is_stopped() && !done.is_empty() => {
                progress.say(format!("{name} is left out: {error:#}"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

impl Bundled {
    /// Fits each model on everything there is.
    pub fn of_everything(
        configs: Vec<ModelConfig>,
        dataset: &Dataset,
        content: ItemContent,
        guide: Guide,
        wish: WeightsWish,
        progress: &Progress,
    ) -> Result<Self> {
        let mut all = Self::fitted_on_everything(configs, dataset, content, guide, progress)?;
        for entry in &mut all.models {
            entry.weights = wish.settle(&entry.model, None, progress)?;
        }
        if is_stopped() {
            all.fitted_on = STOPPED.to_owned();
        }
        Ok(all)
    }

    fn fitted_on_everything(
        configs: Vec<ModelConfig>,
        dataset: &Dataset,
        content: ItemContent,
        guide: Guide,
        progress: &Progress,
    ) -> Result<Self> {
        let histories = dataset.interactions.histories();
        let training = Training {
            n_items: dataset.interactions.items.len(),
            histories: &histories,
            content,
            guide,
        };
        let entry = |config: ModelConfig| -> Result<Entry> {
            Ok(Entry {
                model: timed_fit(&config, &training, progress)?.model,
                config,
                evaluation: None,
                weights: Weights::default(),
            })
        };
        Ok(Self {
            models: until_stopped(configs, progress, ModelConfig::name, entry)?,
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
        wish: WeightsWish,
        progress: &Progress,
    ) -> Result<Self> {
        let judging = means.checkpoints.map(|kept| kept.part(JUDGED));
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
                kept: None,
            },
        };
        let judge_one = |(config, known): (ModelConfig, Option<Figures>)| -> Result<Judged> {
            // What is published knows the items that nobody has interacted with, too.
            let wider = config.reads_content() && content.records.len() > n_items;
            let (mut model, mut weights) = (None, None);
            let figures = match known {
                Some(figures) => figures,
                None => {
                    let fitted = timed_fit(&config, &training, progress)?;
                    let figures = judge(&fitted, division, progress);
                    weights = Some(wish.settle(&fitted.model, Some(division), progress)?);
                    model = Some(fitted.model);
                    figures
                }
            };
            if !refit && (model.is_none() || (wider && !is_stopped())) {
                let content = if wider { content } else { training.content };
                let training = Training {
                    content,
                    ..training
                };
                model = Some(timed_fit(&config, &training, progress)?.model);
            }
            Ok(Judged {
                config,
                model,
                figures,
                weights,
            })
        };
        let judged = until_stopped(configs, progress, |(config, _)| config.name(), judge_one)?;
        if refit && !is_stopped() {
            let refitted = Self::refitted(&judged, division, means, wish, progress);
            if !is_stopped() {
                return refitted;
            }
        }
        let fitted_on = training_part(&division.split.protocol);
        if refit {
            progress.say(format!(
                "stopped before all was fitted again: what is published was fitted on {fitted_on}; \
                 the same command again fits it on everything, and goes on where it was with --checkpoints and --resume"
            ));
        }
        let entry = |judged: Judged| {
            let model = judged.model.with_context(|| {
                let name = judged.config.name();
                format!("stopped before {name} was fitted: there is nothing to publish")
            })?;
            Ok(Entry {
                weights: match judged.weights {
                    Some(weights) => weights,
                    None => wish.settle(&model, Some(division), progress)?,
                },
                config: judged.config,
                model,
                evaluation: Some(judged.figures),
            })
        };
        Ok(Self {
            models: judged.into_iter().map(entry).collect::<Result<_>>()?,
            fitted_on,
            counts: division.context.popularity.clone(),
        })
    }

    /// The same models, fitted on everything.
    fn refitted(
        judged: &[Judged],
        division: &Division,
        means: Means,
        wish: WeightsWish,
        progress: &Progress,
    ) -> Result<Self> {
        let configs = judged.iter().map(|own| own.config.clone()).collect();
        let (dataset, content) = (&division.dataset, division.content());
        let guide = Guide {
            means,
            ..Guide::default()
        };
        let mut all = Self::fitted_on_everything(configs, dataset, content, guide, progress)?;
        // A training that is stopped leaves models out, and then this is not published.
        for (new, judged) in all.models.iter_mut().zip(judged) {
            // What was fitted on everything has seen the validation cases.
            new.weights = match judged.weights {
                Some(weights) => weights,
                None => wish.settle(&new.model, None, progress)?,
            };
            new.evaluation = Some(Figures {
                refitted: true,
                ..judged.figures.clone()
            });
        }
        Ok(all)
    }

    /// Writes the bundle; `records` are the items of `dataset`.
    pub fn publish(
        self,
        dataset: &Dataset,
        records: &[ItemRecord],
        out: &Path,
        force: bool,
    ) -> Result<Manifest> {
        let (bundle, manifest) = self.stage(dataset, records, out, force)?;
        bundle.settle()?;
        Ok(manifest)
    }

    /// The same, but for the move to its place.
    pub fn stage(
        mut self,
        dataset: &Dataset,
        records: &[ItemRecord],
        out: &Path,
        force: bool,
    ) -> Result<(Staged, Manifest)> {
        self.counts.resize(records.len(), 0);
        let mut models = self.models.iter();
        models.try_for_each(|entry| check_not_silent(&entry.model))?;
        let wide: Vec<Entry> = self
            .models
            .into_iter()
            .map(|entry| Entry {
                model: store_as(widen(entry.model, records.len()), entry.weights),
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
        stage(out, force, |sink| write(&publication, sink))
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
