//! `doorstep train`: fits models and publishes them as a bundle. One file a kind of training.

mod choice;
mod images;
mod interactions;
mod lasting;
mod report;
mod table;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::choose::BudgetArgs;
use crate::cli::Output;
use crate::data::DataArgs;
use crate::device::DeviceArgs;
use crate::division::RelevanceArgs;
use crate::images::{ImageArgs, PublishArgs};
use crate::needs::Need;
use crate::neural::CheckpointArgs;
use crate::publish::WeightsWish;
use crate::settings::SettingArgs;
use crate::split::SplitMethod;
use crate::table::TableArgs;

pub(super) use report::report;

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
    #[arg(long, value_name = "DIR", conflicts_with_all = ["table", "images"])]
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
    #[command(flatten)]
    checkpoints: CheckpointArgs,
    /// What networks of interactions are stored as; --update keeps what the bundle was trained with.
    #[arg(long, value_enum, value_name = "TYPE", default_value_t, conflicts_with_all = ["update", "table", "images"])]
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

/// Options that say something only beside others.
pub const NEEDS: &[Need] = &[
    ("TableArgs", &["table"]),
    ("ImageArgs", &["images"]),
    ("PublishArgs", &["images"]),
    ("BudgetArgs", &["auto"]),
    ("relevant_at", &["split", "auto"]),
];

impl Args {
    /// Fits, judges where asked to, publishes, and says what was written.
    pub fn run(self, output: &Output) -> Result<()> {
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
        self.run_interactions(output)
    }

    /// The folder that is written to.
    fn out(&self) -> &Path {
        let out = self.out.as_ref().or(self.update.as_ref());
        out.expect("one of both is asked for")
    }
}
