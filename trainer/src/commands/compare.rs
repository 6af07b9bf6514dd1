//! `doorstep compare`: fits models and judges them on one division of the data.

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use doorstep_shared::models::ModelConfig;

use crate::cli::Output;
use crate::compare::{
    Fingerprint, Options, Protocol, RESAMPLES, Report, Shape, VERSION, check_against, compare,
};
use crate::data::Interactions;
use crate::device::{DeviceArgs, Work};
use crate::division::{Division, DivisionArgs};
use crate::evaluate::{HeldOut, TestItems};
use crate::failure::{self, Failure};
use crate::fit::check_ratings;
use crate::images::detectors::{ImageModel, image_models};
use crate::images::{ImageArgs, compare as compare_image, page as image_page, text as image_text};
use crate::needs::Need;
use crate::neural::{CheckpointArgs, Means};
use crate::save::{check_places, save};
use crate::settings::SettingArgs;
use crate::table::{TableArgs, compare as compare_table, report as table_report, table_models};

/// Fits models and judges them by full ranking of the whole catalogue.
///
/// Popularity, recent popularity and random scores always stand beside the
/// models asked for. A model that can't be fitted is listed with the reason and
/// doesn't keep the others from their figures; the command then ends with 1. With --table, models of one column of a table (knn,
/// knn-local) are judged by the rows held out; with --images, models of what is unusual in pictures (pixel-knn, pca-knn, isolation-forest,
/// one-class-svm, and the networks salad, memdae, autoencoder, deep-svdd, deep-sad, supervised-resnet18 and salad without some of its losses) by telling abnormal pictures from normal ones.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    division: DivisionArgs,
    #[command(flatten)]
    table: TableArgs,
    #[command(flatten)]
    images: ImageArgs,
    /// The models, separated by commas: popularity, recent-popularity, bias, svd, als-explicit, als, item-knn, tf-idf, item-vectors, ease, next-linear, sasrec, bsarec, ncf, metadata-mf, hybrid, ensemble; for tables knn, knn-local; for pictures pixel-knn, pca-knn, isolation-forest, one-class-svm, salad, salad-without-aggregation, salad-without-reconstruction, memdae, autoencoder, deep-svdd, deep-sad, supervised-resnet18.
    #[arg(long, required = true, value_delimiter = ',', value_name = "MODEL,…")]
    models: Vec<String>,
    #[command(flatten)]
    device: DeviceArgs,
    #[command(flatten)]
    checkpoints: CheckpointArgs,
    #[command(flatten)]
    settings: SettingArgs,
    /// Fit on the training and the validation part.
    #[arg(long)]
    refit: bool,
    /// What differences are taken to: best, first or a model's name.
    #[arg(long, default_value = "best", value_name = "MODEL")]
    against: String,
    /// Of the bootstrap and of the random baseline.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Fit every model that starts from random numbers (svd, als, als-explicit, networks, ensembles of them, isolation-forest) once with each of these seeds; rows then show means over the seeds and their standard deviation.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "SEED,…",
        conflicts_with = "table"
    )]
    seeds: Vec<u32>,
    /// Also write the report, as --json prints it, to this file.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Also write the report as one HTML page with plots to this file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Options that say something only beside others.
pub const NEEDS: &[Need] = &[("TableArgs", &["table"]), ("ImageArgs", &["images"])];

/// The models that can do with the ratings that there are, and the others; an
/// error where none is left.
fn with_ratings(
    configs: Vec<ModelConfig>,
    interactions: &Interactions,
) -> Result<(Vec<ModelConfig>, Vec<Failure>)> {
    let check = |config: &ModelConfig| check_ratings(std::slice::from_ref(config), interactions);
    if configs.iter().all(|config| check(config).is_err()) {
        check_ratings(&configs, interactions)?;
    }
    let (mut able, mut failed) = (Vec::new(), Vec::new());
    for config in configs {
        match check(&config) {
            Ok(()) => able.push(config),
            Err(error) => failed.push(Failure::new(config.name(), &error)),
        }
    }
    Ok((able, failed))
}

impl Args {
    /// Checks every option, then reads, divides, fits, judges and reports.
    pub fn run(self, output: &Output) -> Result<()> {
        check_places(self.save.iter().chain(&self.report))?;
        if self.table.is_given() {
            return compare_tables(&self, output);
        }
        if self.images.images.is_some() {
            self.check_seeds()?;
            return compare_images(&self, output);
        }
        let configs = self.settings.configs(&self.models)?;
        self.check_seeds()?;
        let names: Vec<&str> = configs.iter().map(ModelConfig::name).collect();
        check_against(&self.against, &names)?;
        let progress = output.progress();
        let compute = self.device.open(Work::of(&configs), &progress)?;
        let division = self.division.load(&progress)?;
        let (configs, mut failed) = with_ratings(configs, &division.dataset.interactions)?;
        let content = division.content();
        let checkpoints = self.checkpoints.open()?;
        let Division {
            dataset,
            split,
            context,
            relevant_at,
            ..
        } = &division;
        let options = Options {
            refit: self.refit,
            against: self.against.clone(),
            seed: self.seed,
            seeds: self.seeds.clone(),
            // The text shows no curves.
            curves: output.json || self.save.is_some() || self.report.is_some(),
            means: Means {
                compute,
                checkpoints: checkpoints.as_ref(),
            },
        };
        let found = compare(&configs, split, content, context, &options, &progress)?;
        let report = Report {
            bundle: None,
            models: found.rows,
            failed: {
                failed.extend(found.failed);
                failed
            },
            protocol: Protocol {
                split: split.protocol.clone(),
                ranking: "full",
                ties: "mid-rank",
                include_seen: self.division.include_seen,
                fitted_on: match self.refit {
                    true => "training and validation part".to_owned(),
                    false => "the training part".to_owned(),
                },
                relevant_at: *relevant_at,
                test_items: relevant_at.map(|least| TestItems::of(&HeldOut::test(split), least)),
                cases: split.test.len(),
                diversity: context.similarity.name(),
                cutoffs: context.cutoffs.clone(),
                resamples: RESAMPLES,
                seed: self.seed,
                seeds: self.seeds.clone(),
                curves: found.curves,
                version: VERSION,
                notes: [split.notes.clone(), found.notes].concat(),
            },
            data: Fingerprint::of(&dataset.interactions),
            shape: Shape::of(&dataset.interactions),
        };
        report.print(output, self.save.as_deref(), self.report.as_deref())?;
        failure::check(&report.failed)
    }
}

impl Args {
    /// Refuses a seed given twice, or both here and among the hyper-parameters.
    fn check_seeds(&self) -> Result<()> {
        let mut distinct = self.seeds.clone();
        distinct.sort_unstable();
        distinct.dedup();
        ensure!(
            distinct.len() == self.seeds.len(),
            "--seeds names a seed twice; its fits would be the same"
        );
        if let (false, Some(assignment)) = (distinct.is_empty(), self.settings.assigned("seed")) {
            bail!("--seeds and --set {assignment} contradict each other; give one of them");
        }
        Ok(())
    }
}

/// The same of a table.
fn compare_tables(args: &Args, output: &Output) -> Result<()> {
    ensure!(
        args.checkpoints.checkpoints.is_none(),
        "--checkpoints keeps the training of networks, and models of tables are none"
    );
    let models = table_models(&args.models, args.settings.assignments()?)?;
    let split = &args.division.split();
    let progress = output.progress();
    args.device.open(Work::Neither, &progress)?;
    let report = compare_table::compare(&args.table, split, &models, &progress)?;
    let json = serde_json::to_string_pretty(&report)?;
    output.print(&if output.json {
        format!("{json}\n")
    } else {
        compare_table::text(&report)
    })?;
    if let Some(path) = &args.save {
        save(path, &json)?;
    }
    if let Some(path) = &args.report {
        save(path, &table_report::page(&report).render())?;
    }
    failure::check(&report.failed)
}

/// The same of pictures.
fn compare_images(args: &Args, output: &Output) -> Result<()> {
    let models = image_models(
        &args.models,
        args.settings.assignments()?,
        args.images.preset,
    )?;
    let progress = output.progress();
    let work = match models.iter().any(ImageModel::is_neural) {
        true => Work::Networks,
        false => Work::Neither,
    };
    let checkpoints = args.checkpoints.open()?;
    let options = compare_image::Options {
        seed: args.seed,
        seeds: args.seeds.clone(),
        strict: args.division.strict(),
        means: Means {
            compute: args.device.open(work, &progress)?,
            checkpoints: checkpoints.as_ref(),
        },
    };
    let report = compare_image::compare(&args.images, &models, &options, &progress)?;
    let json = serde_json::to_string_pretty(&report)?;
    output.print(&if output.json {
        format!("{json}\n")
    } else {
        image_text(&report)
    })?;
    if let Some(path) = &args.save {
        save(path, &json)?;
    }
    if let Some(path) = &args.report {
        save(path, &image_page(&report).render())?;
    }
    failure::check(&report.failed)
}
