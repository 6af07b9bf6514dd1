//! `doorstep train`: fits models and publishes them as a bundle.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use doorstep_shared::bundle::{Figures, Manifest};
use doorstep_shared::models::ModelConfig;
use serde::Serialize;

use crate::choose::{self, BudgetArgs, Choice, choose};
use crate::cli::Output;
use crate::compare::{Options, compare};
use crate::data::{self, DataArgs, Dataset};
use crate::division::{Division, RelevanceArgs};
use crate::evaluate::CUTOFFS;
use crate::fit::{self, ItemContent, check_ratings};
use crate::images::detectors::image_models;
use crate::images::{ImageArgs, Publish as PublishPictures, PublishArgs};
use crate::neural::{Checkpoints, Compute, DeviceArgs, Guide, Means};
use crate::progress::Progress;
use crate::publish::{Bundled, WeightsWish, check_free, figures, item_records};
use crate::settings::SettingArgs;
use crate::split::{Relevance, SplitMethod};
use crate::table::{Publish, TableArgs, table_models};
use crate::update::{Lasting, State, beside};

/// Fit models and publish them as a bundle of static files.
#[derive(clap::Args, Clone, Debug)]
#[command(group(clap::ArgGroup::new("judged").multiple(true)))]
#[command(after_help = "Examples:
  doorstep train next-linear popularity --interactions ratings.csv --items items.jsonl --out bundle
      fits on everything and publishes; the first model is the default one
  doorstep train next-linear --interactions ratings.csv --split leave-last-two --refit --out bundle
      judges the model on held-out interactions first, and publishes its figures with it
  doorstep train tf-idf --items items.csv --out bundle
      similar items of a catalogue that nobody has interacted with yet
  doorstep train --auto --interactions ratings.csv --items items.jsonl --refit --out bundle
      tries the models that suit the data, publishes the best with popularity beside it, and says why
  doorstep train next-linear --interactions ratings.csv --out bundle --state bundle.state
  doorstep train --update bundle --interactions new.csv
      adds what came since; only sums that changed are added up again
  doorstep train knn-local --table songs.csv --target energy --split every:5 --out songs
      predicts a column of a table from the others
  doorstep train salad --images pictures --normal normal --out radiographs
      says how unusual a picture is, by pictures in the folder pictures/normal; others judge it")]
pub struct Args {
    /// Models to fit: popularity, recent-popularity, bias, svd, als-explicit, als, item-knn, tf-idf, item-vectors, ease, next-linear, sasrec, bsarec, ncf, metadata-mf, hybrid, ensemble; of tables knn, knn-local; of pictures salad, salad-without-aggregation, memdae, autoencoder. The first is the bundle's default.
    #[arg(
        required_unless_present_any = ["auto", "update"],
        conflicts_with_all = ["auto", "update"],
        value_name = "MODEL"
    )]
    models: Vec<String>,
    /// Choose the model: each that suits the data gets a small search on validation cases; of those that don't clearly differ, the cheapest for a visitor is published.
    #[arg(long, group = "judged")]
    auto: bool,
    #[command(flatten)]
    budget: BudgetArgs,
    /// The bundle's folder: absent or empty.
    #[arg(long, value_name = "DIR", required_unless_present = "update")]
    out: Option<PathBuf>,
    /// Add new --interactions, and --items if any, to this bundle, whose --state was kept: the result is that of training its models from scratch on all of them. It is replaced, unless --out names another place.
    #[arg(long, value_name = "BUNDLE", conflicts_with_all = ["auto", "split", "refit", "table", "images"])]
    update: Option<PathBuf>,
    /// Keep here what --update needs: all interactions, and sums over them. It holds user ids: never publish it [default of --update: BUNDLE.state]
    #[arg(long, value_name = "DIR", conflicts_with_all = ["auto", "split", "refit", "table", "images"])]
    state: Option<PathBuf>,
    /// Replace the bundle that is there.
    #[arg(long)]
    force: bool,
    /// Fit on the training part of this split, judge on its test cases, and publish the figures; --auto takes leave-last-two where nothing is said, or random where that leaves few cases.
    #[arg(long, value_name = "SPLIT", group = "judged")]
    split: Option<SplitMethod>,
    #[command(flatten)]
    relevance: RelevanceArgs,
    /// After judging, fit again on all interactions and publish that.
    #[arg(long, requires = "judged")]
    refit: bool,
    /// Keep the training of neural models here after every epoch.
    #[arg(long, value_name = "DIR")]
    checkpoints: Option<PathBuf>,
    /// Go on from the checkpoints of the same data and hyper-parameters; the result is that of an uninterrupted run.
    #[arg(long, requires = "checkpoints")]
    resume: bool,
    /// What networks are stored as.
    #[arg(long, value_enum, value_name = "TYPE", default_value_t)]
    weights: WeightsWish,
    #[command(flatten)]
    device: DeviceArgs,
    #[command(flatten)]
    settings: SettingArgs,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    table: TableArgs,
    #[command(flatten)]
    images: ImageArgs,
    #[command(flatten)]
    pictures: PublishArgs,
}

/// What `--auto --json` prints.
#[derive(Serialize)]
struct Chosen<'a> {
    choice: &'a Choice,
    manifest: &'a Manifest,
}

impl Args {
    /// Fits, judges where asked to, publishes, and says what was written.
    pub fn run(self, output: &Output) -> Result<()> {
        let progress = output.progress();
        if self.table.is_given() {
            return self.run_table(output);
        }
        if self.images.images.is_some() {
            return self.run_images(output);
        }
        if self.update.is_some() || self.state.is_some() {
            return self.run_lasting(output);
        }
        if self.auto {
            return self.run_auto(output);
        }
        let configs = self.settings.configs(&self.models)?;
        check_free(self.out(), self.force)?;
        let compute = self.device.open(&configs, &progress)?;
        let dataset = match self.data.interactions.is_empty() && !self.data.items.is_empty() {
            true => self.load_catalogue(&configs, &progress)?,
            false => data::load(&self.data, &progress)?,
        };
        check_ratings(&configs, &dataset.interactions)?;
        for warning in fit::warnings(&configs, &dataset.catalogue) {
            eprintln!("warning: {warning}");
        }
        let Some(method) = &self.split else {
            let records = item_records(&dataset);
            let content = ItemContent {
                records: &records,
                vectors: dataset.vectors.as_ref(),
            };
            let checkpoints = self.checkpoints()?;
            let guide = Guide {
                means: Means {
                    compute,
                    checkpoints: checkpoints.as_ref(),
                },
                ..Guide::default()
            };
            let fitted =
                Bundled::of_everything(configs, &dataset, content, guide, self.weights, &progress)?;
            let manifest = fitted.publish(&dataset, &records, self.out(), self.force)?;
            return report(self.out(), &manifest, output);
        };
        let division = self.divide(dataset, method, &progress)?;
        let configs = configs.into_iter().map(|config| (config, None)).collect();
        let manifest = self.judge_and_publish(configs, &division, compute, &progress)?;
        report(self.out(), &manifest, output)
    }

    /// Chooses a model, then goes on with it and popularity as if they had been named.
    fn run_auto(&self, output: &Output) -> Result<()> {
        let progress = output.progress();
        ensure!(
            self.settings.is_empty(),
            "--auto chooses hyper-parameters by itself; leave --set and --config out, or name the models"
        );
        self.budget.check()?;
        check_free(self.out(), self.force)?;
        let dataset = data::load(&self.data, &progress)?;
        let (method, because) = match &self.split {
            Some(method) => (method.clone(), "as asked".to_owned()),
            None => choose::usual(&dataset.interactions, self.relevance(&dataset)?)?,
        };
        let division = self.divide(dataset, &method, &progress)?;
        let mut choice = choose(&division, &self.budget, &progress)?;
        let options = Options {
            refit: false,
            against: "first".to_owned(),
            seed: 0,
            seeds: Vec::new(),
            curves: false,
            compute: Compute::default(),
        };
        let (content, split) = (division.content(), &division.split);
        let configs = choice.configs();
        let found = compare(
            &configs,
            split,
            content,
            &division.context,
            &options,
            &progress,
        )?;
        if let Some(failure) = found.failed.first() {
            bail!("cannot fit {}: {}", failure.model, failure.error);
        }
        let rows = found.rows;
        let figures = rows
            .iter()
            .map(|row| Some(figures(&division, row.metrics.clone())));
        let judged = configs.into_iter().zip(figures).collect();
        choice.test = rows;
        let compute = Compute::default();
        let manifest = self.judge_and_publish(judged, &division, compute, &progress)?;
        if output.json {
            // Not by way of a JSON value, which would write single precision with digits of double.
            let both = Chosen {
                choice: &choice,
                manifest: &manifest,
            };
            return output.print(&format!("{}\n", serde_json::to_string_pretty(&both)?));
        }
        output.print(&choice.text(&split.protocol, &because))?;
        report(self.out(), &manifest, output)
    }

    fn judge_and_publish(
        &self,
        configs: Vec<(ModelConfig, Option<Figures>)>,
        division: &Division,
        compute: Compute,
        progress: &Progress,
    ) -> Result<Manifest> {
        let checkpoints = self.checkpoints()?;
        let means = Means {
            compute,
            checkpoints: checkpoints.as_ref(),
        };
        let fitted = Bundled::judged(configs, division, self.refit, means, self.weights, progress)?;
        fitted.publish(&division.dataset, &division.records, self.out(), self.force)
    }

    fn checkpoints(&self) -> Result<Option<Checkpoints>> {
        let folder = self.checkpoints.as_ref();
        folder
            .map(|folder| Checkpoints::new(folder, self.resume))
            .transpose()
    }

    fn relevance(&self, dataset: &Dataset) -> Result<Relevance> {
        Ok(Relevance {
            include_seen: false,
            at_least: self.relevance.least(&dataset.interactions)?,
        })
    }

    fn divide(
        &self,
        dataset: Dataset,
        method: &SplitMethod,
        progress: &Progress,
    ) -> Result<Division> {
        let relevance = self.relevance(&dataset)?;
        let division = Division::of(dataset, method, relevance, CUTOFFS.to_vec())?;
        division
            .split
            .notes
            .iter()
            .for_each(|note| progress.say(note));
        Ok(division)
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

    /// The folder that is written to.
    fn out(&self) -> &Path {
        let out = self.out.as_ref().or(self.update.as_ref());
        out.expect("one of both is asked for")
    }

    /// Trains what can be updated later, or updates it.
    fn run_lasting(&self, output: &Output) -> Result<()> {
        let progress = output.progress();
        let replaces = self.update.is_some() && self.out.is_none();
        let force = self.force || replaces;
        check_free(self.out(), force)?;
        let checkpoints = self.checkpoints()?;
        let lasting = |state: &Path, compute| {
            let means = Means {
                compute,
                checkpoints: checkpoints.as_ref(),
            };
            Lasting {
                data: self.data.clone(),
                means,
                out: self.out().to_owned(),
                force,
                state: state.to_owned(),
            }
        };
        let manifest = match &self.update {
            Some(bundle) => {
                ensure!(
                    self.settings.is_empty(),
                    "--update keeps the hyper-parameters that the bundle was trained with; leave --set and --config out"
                );
                let kept = self.state.clone().unwrap_or_else(|| beside(bundle));
                let state = State::load(&kept, bundle)?;
                let compute = self.device.open(&state.configs, &progress)?;
                // The bundle that stays where it is keeps its state.
                let next = self.out.as_deref().map_or(kept, beside);
                lasting(&next, compute).update(state, &progress)?
            }
            None => {
                let configs = self.settings.configs(&self.models)?;
                let compute = self.device.open(&configs, &progress)?;
                let state = self.state.as_ref().expect("it was asked for");
                lasting(state, compute).train(configs, self.weights, &progress)?
            }
        };
        report(self.out(), &manifest, output)
    }

    fn run_images(&self, output: &Output) -> Result<()> {
        ensure!(
            !self.auto && self.split.is_none() && !self.refit,
            "--auto, --split and --refit are for interactions and tables; pictures are divided by patient, or by \
             --train-first or --mura, and those that are not learnt from judge the model"
        );
        let set = self.settings.assignments()?;
        let models = image_models(&self.models, set, self.images.preset)?;
        check_free(self.out(), self.force)?;
        let progress = output.progress();
        let checkpoints = self.checkpoints()?;
        let publish = PublishPictures {
            images: &self.images,
            asked: self.pictures,
            models: &models,
            means: Means {
                compute: self.device.open_for(true, &progress)?,
                checkpoints: checkpoints.as_ref(),
            },
            strict: self.data.strict,
            out: self.out(),
            force: self.force,
        };
        let manifest = publish.run(&progress)?;
        report(self.out(), &manifest, output)
    }

    fn run_table(&self, output: &Output) -> Result<()> {
        ensure!(
            !self.auto,
            "--auto chooses among models of interactions; see those of a table side by side with \
             `doorstep compare --table`"
        );
        let models = table_models(&self.models, self.settings.assignments()?)?;
        check_free(self.out(), self.force)?;
        let publish = Publish {
            table: &self.table,
            models: &models,
            split: self.split.as_ref(),
            refit: self.refit,
            out: self.out(),
            force: self.force,
        };
        let manifest = publish.run(&output.progress())?;
        report(self.out(), &manifest, output)
    }
}

/// Figures that the report shows.
const SHOWN: [&str; 9] = [
    "recall@10",
    "ndcg@10",
    "r2",
    "rmse",
    "mae",
    "rmse-folded-in",
    "accuracy",
    "auroc",
    "auprc",
];

pub(super) fn report(out: &Path, manifest: &Manifest, output: &Output) -> Result<()> {
    if output.json {
        return output.print(&format!("{}\n", serde_json::to_string_pretty(manifest)?));
    }
    let content = || manifest.models.iter().map(|model| &model.content);
    let rows = content().find_map(|own| own.knn.as_ref());
    let of_pictures = content().any(|own| own.pictures.is_some());
    let mut text = format!(
        "Published {}{} to {}\n",
        match rows {
            _ if of_pictures => String::new(),
            Some(model) => format!("{} rows and ", model.count),
            None => format!("{} items and ", manifest.catalogue.items),
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
