//! `doorstep train`: fits models and publishes them as a bundle.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use doorstep_shared::ItemRecord;
use doorstep_shared::bundle::{DataSummary, Figures, Manifest, Publication, PublishedModel};
use doorstep_shared::models::{Model, ModelConfig};

use crate::cli::Output;
use crate::data::{self, DataArgs, Dataset};
use crate::division::RelevanceArgs;
use crate::evaluate::{Context, HeldOut, Similarity, evaluate, popularity, rating_metrics};
use crate::fit::{self, Fitted as WithUsers, ItemContent, Training, fit_with_users};
use crate::progress::Progress;
use crate::publish::{
    check_free, check_not_silent, item_counts, item_records, publish_into, widen,
};
use crate::settings::SettingArgs;
use crate::split::{Relevance, Split, SplitMethod, split_with};
use crate::table::{Publish, TableArgs, table_models};

/// Fit models and publish them as a bundle of static files.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  doorstep train next-linear popularity --interactions ratings.csv --items items.jsonl --out bundle
      fits on everything and publishes; the first model is the default one
  doorstep train next-linear --interactions ratings.csv --split leave-last-two --refit --out bundle
      judges the model on held-out interactions first, and publishes its figures with it
  doorstep train tf-idf --items items.csv --out bundle
      similar items of a catalogue that nobody has interacted with yet
  doorstep train knn-local --table songs.csv --target energy --split every:5 --out songs
      predicts a column of a table from the others")]
pub struct Args {
    /// Models to fit: popularity, recent-popularity, bias, svd, als-explicit, als, item-knn, tf-idf, item-vectors, ease, next-linear, hybrid, ensemble; of tables knn, knn-local. The first is the bundle's default.
    #[arg(required = true, value_name = "MODEL")]
    models: Vec<String>,
    /// The bundle's folder: absent or empty.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace the bundle that is there.
    #[arg(long)]
    force: bool,
    /// Fit on the training part of this split, judge on its test cases, and publish the figures.
    #[arg(long, value_name = "SPLIT")]
    split: Option<SplitMethod>,
    #[command(flatten)]
    relevance: RelevanceArgs,
    /// After judging, fit again on all interactions and publish that.
    #[arg(long, requires = "split")]
    refit: bool,
    #[command(flatten)]
    settings: SettingArgs,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    table: TableArgs,
}

/// A fitted model on its way into the bundle.
struct Fitted {
    config: ModelConfig,
    model: Model,
    evaluation: Option<Figures>,
}

impl Args {
    /// Fits, judges where asked to, publishes, and says what was written.
    pub fn run(self, output: &Output) -> Result<()> {
        let progress = output.progress();
        if self.table.is_given() {
            return self.run_table(output);
        }
        let configs = self.settings.configs(&self.models)?;
        check_free(&self.out, self.force)?;
        let dataset = match self.data.interactions.is_empty() && !self.data.items.is_empty() {
            true => self.load_catalogue(&configs, &progress)?,
            false => data::load(&self.data, &progress)?,
        };
        fit::check_ratings(&configs, &dataset.interactions)?;
        let records = item_records(&dataset);
        let content = ItemContent {
            records: &records,
            vectors: dataset.vectors.as_ref(),
        };
        let (fitted, fitted_on, counts) = match &self.split {
            None => fit_on_everything(configs, &dataset, content, &progress)?,
            Some(method) => self.fit_and_judge(configs, &dataset, content, method, &progress)?,
        };
        let manifest = self.publish(fitted, fitted_on, counts, &dataset, &records)?;
        report(&self.out, &manifest, output)
    }

    /// Item records alone, which models of content can do with.
    fn load_catalogue(&self, configs: &[ModelConfig], progress: &Progress) -> Result<Dataset> {
        let interactive = configs.iter().find(|config| !config.reads_content_alone());
        if let Some(config) = interactive {
            bail!(
                "{} learns from interactions: name a file of them with --interactions FILE; of item \
                 records alone, tf-idf and item-vectors can be fitted",
                config.name()
            );
        }
        ensure!(
            self.split.is_none(),
            "--split divides interactions, and there are none; leave it out to publish without figures"
        );
        let dataset = data::load_catalogue(&self.data, progress)?;
        progress
            .say("no interactions: items stand in the order of their ids, as none is more popular");
        Ok(dataset)
    }

    fn run_table(&self, output: &Output) -> Result<()> {
        let models = table_models(&self.models, self.settings.assignments()?)?;
        check_free(&self.out, self.force)?;
        let publish = Publish {
            table: &self.table,
            models: &models,
            split: self.split.as_ref(),
            refit: self.refit,
            out: &self.out,
            force: self.force,
        };
        let manifest = publish.run(&output.progress())?;
        report(&self.out, &manifest, output)
    }

    fn fit_and_judge(
        &self,
        configs: Vec<ModelConfig>,
        dataset: &Dataset,
        content: ItemContent,
        method: &SplitMethod,
        progress: &Progress,
    ) -> Result<(Vec<Fitted>, String, Vec<u32>)> {
        let relevance = Relevance {
            include_seen: false,
            at_least: self.relevance.least(&dataset.interactions)?,
        };
        let split = split_with(&dataset.interactions, method, relevance)?;
        split.notes.iter().for_each(|note| progress.say(note));
        let n_items = split.items.len();
        let similarity = Similarity::of(&split.items, &dataset.catalogue, &split.train);
        let context = Context::new(popularity(n_items, &split.train), similarity);
        let training = Training {
            n_items,
            histories: &split.train,
            content: content.of_first(n_items),
        };
        let mut fitted = Vec::new();
        for config in configs {
            let mut model = timed_fit(&config, &training, progress)?;
            let evaluation = Some(judge(&model, &split, relevance, &context, progress));
            // What is published knows the items that nobody has interacted with, too.
            if config.reads_content() && content.records.len() > n_items && !self.refit {
                let training = Training {
                    content,
                    ..training
                };
                model = timed_fit(&config, &training, progress)?;
            }
            fitted.push(Fitted {
                config,
                model: model.model,
                evaluation,
            });
        }
        if !self.refit {
            let fitted_on = training_part(&split.protocol);
            return Ok((fitted, fitted_on, context.popularity));
        }
        let configs = fitted.iter().map(|f| f.config.clone()).collect();
        let (mut refitted, fitted_on, counts) =
            fit_on_everything(configs, dataset, content, progress)?;
        for (new, judged) in refitted.iter_mut().zip(fitted) {
            new.evaluation = judged.evaluation.map(|figures| Figures {
                refitted: true,
                ..figures
            });
        }
        Ok((refitted, fitted_on, counts))
    }

    fn publish(
        &self,
        fitted: Vec<Fitted>,
        fitted_on: String,
        mut counts: Vec<u32>,
        dataset: &Dataset,
        records: &[ItemRecord],
    ) -> Result<Manifest> {
        counts.resize(records.len(), 0);
        fitted.iter().try_for_each(|f| check_not_silent(&f.model))?;
        let fitted: Vec<Fitted> = fitted
            .into_iter()
            .map(|f| Fitted {
                model: widen(f.model, records.len()),
                ..f
            })
            .collect();
        let models: Vec<PublishedModel> = fitted
            .iter()
            .map(|f| PublishedModel {
                model: &f.model,
                config: Some(&f.config),
                evaluation: f.evaluation.clone(),
            })
            .collect();
        let publication = Publication {
            generator: concat!("doorstep ", env!("CARGO_PKG_VERSION")),
            data: DataSummary {
                fingerprint: dataset.interactions.fingerprint(),
                interactions: dataset.interactions.rows.len() as u64,
                fitted_on,
            },
            records,
            counts: &counts,
            models: &models,
        };
        publish_into(&self.out, self.force, &publication)
    }
}

/// What `fitted_on` says where a split's other parts were held out.
pub fn training_part(protocol: &str) -> String {
    format!("the training part of {protocol}")
}

/// Figures that the report shows.
const SHOWN: [&str; 7] = [
    "recall@10",
    "ndcg@10",
    "r2",
    "rmse",
    "mae",
    "rmse-folded-in",
    "accuracy",
];

/// What `fitted_on` says where nothing was held out.
const EVERYTHING: &str = "all interactions";
/// The same where there are no interactions.
const CATALOGUE: &str = "item records alone";

fn fit_on_everything(
    configs: Vec<ModelConfig>,
    dataset: &Dataset,
    content: ItemContent,
    progress: &Progress,
) -> Result<(Vec<Fitted>, String, Vec<u32>)> {
    let histories = dataset.interactions.histories();
    let training = Training {
        n_items: dataset.interactions.items.len(),
        histories: &histories,
        content,
    };
    let mut fitted = Vec::new();
    for config in configs {
        let model = timed_fit(&config, &training, progress)?.model;
        fitted.push(Fitted {
            config,
            model,
            evaluation: None,
        });
    }
    let fitted_on = match dataset.interactions.rows.is_empty() {
        true => CATALOGUE,
        false => EVERYTHING,
    };
    Ok((
        fitted,
        fitted_on.to_owned(),
        item_counts(&dataset.interactions),
    ))
}

fn timed_fit(config: &ModelConfig, training: &Training, progress: &Progress) -> Result<WithUsers> {
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

fn judge(
    model: &WithUsers,
    split: &Split,
    relevance: Relevance,
    context: &Context,
    progress: &Progress,
) -> Figures {
    let mut metrics = evaluate(&model.model, &split.test, context, progress).metrics();
    let ratings = rating_metrics(model, &HeldOut::test(split));
    metrics.0.extend(ratings);
    Figures {
        split: split.protocol.clone(),
        cases: split.test.len() as u64,
        refitted: false,
        relevant_at: relevance.at_least,
        metrics: metrics.0.into_iter().collect(),
    }
}

pub(super) fn report(out: &std::path::Path, manifest: &Manifest, output: &Output) -> Result<()> {
    if output.json {
        return output.print(&format!("{}\n", serde_json::to_string_pretty(manifest)?));
    }
    let rows = manifest.models.iter().find_map(|m| m.content.knn.as_ref());
    let mut text = format!(
        "Published {} and {} to {}\n",
        match rows {
            Some(model) => format!("{} rows", model.count),
            None => format!("{} items", manifest.catalogue.items),
        },
        plural(manifest.models.len()),
        out.display()
    );
    for model in &manifest.models {
        let figures = model.evaluation.iter().map(|figures| {
            let shown = figures
                .metrics
                .iter()
                .filter(|(name, _)| SHOWN.contains(&name.as_str()));
            shown
                .map(|(name, value)| format!("  {name} {value:.4}"))
                .collect::<String>()
        });
        let figures: String = figures.collect();
        text += &format!("  {:18} {:>12} bytes{figures}\n", model.name, model.bytes);
    }
    text += &format!("Look at it: doorstep inspect {}\n", out.display());
    output.print(&text)
}

fn plural(models: usize) -> String {
    if models == 1 {
        "1 model".to_owned()
    } else {
        format!("{models} models")
    }
}
