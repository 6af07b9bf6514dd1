//! Fits models of pictures and publishes them, with what normal pictures score and how well
//! others are told from them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use burn::tensor::Device;
use doorstep_shared::bundle::{
    DataSummary, Figures, MAX_FILE_BYTES, Manifest, PicturePublication, PublishedPictures,
    picture_model_as_stored, write_pictures,
};
use doorstep_shared::images::salad::{Autoencoder, Calibration, Inspector, Look, smoothed_error};
use doorstep_shared::images::{GreyImage, Preparation};
use doorstep_shared::neural::{Parameter, parameters};
use futures_util::FutureExt as _;
use rayon::prelude::*;

use super::ImageArgs;
use super::coreset::farthest_first;
use super::detectors::{ImageModel, ImageTraining, PUBLISHED, Trained, fit_published};
use super::judge::{called_unusual, judge};
use super::readers::read;
use super::register::registered;
use super::set::PictureSet;
use super::split::{ImageSplit, split};
use crate::neural::{Means, is_stopped};
use crate::progress::Progress;
use crate::publish::{publish_with, until_stopped};

/// Every so many'th patient's pictures are held out to calibrate with.
const CALIBRATION: usize = 5;
/// Most rows of a bank that are put in order.
const ORDERED: usize = 2_000;
/// A bank is halved while that costs less AUROC than this.
const COST: f64 = 0.002;
/// Pictures that a thread looks at.
const TOGETHER: usize = 32;

/// What `train --images` is told besides which pictures to read.
#[derive(clap::Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Pictures")]
pub struct PublishArgs {
    /// Share of normal pictures that may be called unusual: the threshold is set by normal pictures that are held out.
    #[arg(long, value_name = "RATE", default_value_t = 0.05)]
    pub false_positive_rate: f64,
    /// Publish so many of the normal pictures learnt from, as models see them, for visitors to compare theirs with; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub prototypes: usize,
    /// Draws the division, and what networks begin with.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub seed: u32,
}

/// What to publish, and where.
pub struct Publish<'a> {
    /// The pictures.
    pub images: &'a ImageArgs,
    /// Thresholds and prototypes.
    pub asked: PublishArgs,
    /// The models; the first is the default.
    pub models: &'a [ImageModel],
    /// With what networks are trained.
    pub means: Means<'a>,
    /// Whether a bad picture is an error.
    pub strict: bool,
    /// The bundle's folder.
    pub out: &'a Path,
    /// Whether a bundle there is replaced.
    pub force: bool,
}

/// Pictures and what each of them is for.
struct Parts<'a> {
    set: &'a PictureSet,
    normal: &'a str,
    division: ImageSplit,
    learnt: Vec<usize>,
    calibration: Vec<usize>,
}

/// A model as it is published.
struct Fitted<'a> {
    model: &'a ImageModel,
    inspector: Inspector,
    trained: Trained,
    parameters: Vec<Parameter>,
    calibration: Calibration,
    prototypes: Vec<&'a GreyImage>,
    evaluation: Option<Figures>,
}

impl Publish<'_> {
    /// Fits, calibrates, judges where there are pictures to judge by, and writes the bundle.
    pub fn run(&self, progress: &Progress) -> Result<Manifest> {
        self.check()?;
        let preparation = self.images.preparation()?;
        for model in self.models {
            check_size(model, preparation.size)?;
        }
        let path = self.images.images.clone().unwrap_or_default();
        let set = read(&path, &preparation, self.strict, progress)?;
        let parts = self.parts(&set)?;
        let again = registered(&set, &path, &preparation, &parts.learnt, progress)?;
        let (preparation, set) = again.as_ref().map_or((&preparation, &set), |(a, b)| (a, b));
        let parts = Parts { set, ..parts };
        let all: Vec<&ImageModel> = self.models.iter().collect();
        let fitted = until_stopped(
            all,
            progress,
            |model| model.name(),
            |model| {
                let found = self.fit(model, preparation, &parts, progress);
                found.with_context(|| format!("cannot publish {}", model.name()))
            },
        )?;
        let mut stopped = "";
        if is_stopped() {
            stopped = ", by a training that was stopped";
            progress.say(
                "stopped before training was done: what is published is of the epochs until then; the same command with --force trains \
                 to the end, and goes on where it was with --checkpoints and --resume",
            );
        }
        let published = fitted.iter().map(|own| own.published(self.asked.seed));
        let published: Vec<PublishedPictures> = published.collect::<Result<_>>()?;
        let publication = PicturePublication {
            generator: concat!("doorstep ", env!("CARGO_PKG_VERSION")),
            data: DataSummary {
                fingerprint: set.fingerprint(),
                interactions: set.pictures.len() as u64,
                fitted_on: format!(
                    "{} normal pictures of {} ({} more to calibrate with){stopped}",
                    parts.learnt.len(),
                    parts.division.protocol,
                    parts.calibration.len()
                ),
            },
            models: &published,
        };
        publish_with(self.out, self.force, |sink| {
            write_pictures(&publication, sink)
        })
    }

    fn check(&self) -> Result<()> {
        for model in self.models {
            ensure!(
                PUBLISHED.contains(&model.name()),
                "{} runs nowhere but in comparisons; a browser runs {}",
                model.name(),
                PUBLISHED.join(", ")
            );
        }
        let rate = self.asked.false_positive_rate;
        ensure!(
            rate > 0.0 && rate < 1.0,
            "--false-positive-rate must be between 0 and 1, not {rate}"
        );
        ensure!(
            self.images.contamination.len() == 1,
            "--contamination takes one share here; compare takes several"
        );
        Ok(())
    }

    /// What is learnt from, calibrated with and judged by. Where all pictures are normal and nothing is
    /// said of a division, none is kept to judge by.
    fn parts<'a>(&'a self, set: &'a PictureSet) -> Result<Parts<'a>> {
        let normal = self.images.normal.as_deref().unwrap_or_default();
        let one_kind = set.pictures.iter().all(|own| own.label == normal);
        let divided = self.images.train_first.is_some() || self.images.mura;
        let asks = self.images.known_abnormal > 0 || self.images.contamination[0] > 0.0;
        let division = match one_kind && !divided && !asks {
            true => ImageSplit {
                train: (0..set.pictures.len()).collect(),
                protocol: "all".to_owned(),
                ..ImageSplit::default()
            },
            false => {
                let contamination = self.images.contamination[0];
                split(
                    set,
                    &self.images.split(contamination, self.asked.seed.into()),
                )?
            }
        };
        let (learnt, calibration) = division.calibration(set, normal, CALIBRATION);
        ensure!(
            learnt.len() >= 2 && !calibration.is_empty(),
            "{} normal pictures are too few to learn from and to calibrate with",
            division.train.len()
        );
        // Found out before hours of training: the scores themselves don't matter.
        let rate = self.asked.false_positive_rate;
        Calibration::new(vec![0.0; calibration.len()], rate, 0.0)
            .context("bring more normal pictures, or allow a higher --false-positive-rate")?;
        Ok(Parts {
            set,
            normal,
            division,
            learnt,
            calibration,
        })
    }

    fn fit<'a>(
        &self,
        model: &'a ImageModel,
        preparation: &Preparation,
        parts: &Parts<'a>,
        progress: &Progress,
    ) -> Result<Fitted<'a>> {
        let learnt = parts.images(&parts.learnt);
        let training = ImageTraining {
            normal: learnt.clone(),
            known_abnormal: parts.images(&parts.division.known_abnormal),
            labels: Some(
                parts
                    .set
                    .numbers(&[&parts.learnt[..], &parts.division.known_abnormal].concat()),
            ),
            seed: self.asked.seed.into(),
            means: self.means,
        };
        let trained = fit_published(model, &training, progress)?;
        // Rows that stand for all of them come first, as far as that is put in order.
        let n_rows = trained.bank.n_rows();
        let mut order = farthest_first(&trained.bank, n_rows.min(ORDERED));
        let n_ordered = order.len();
        let mut rest = vec![true; n_rows];
        order.iter().for_each(|&row| rest[row] = false);
        order.extend((0..n_rows).filter(|&row| rest[row]));
        let stored = picture_model_as_stored(model.name(), &trained.parameters(&order))?;
        let inspector = Inspector::new(
            preparation.clone(),
            trained.shape,
            trained.scoring,
            stored,
            &Device::flex(),
        );
        let whole = inspector.map_err(anyhow::Error::msg)?;
        let (inspector, kept) = parts.pruned(whole, n_ordered, progress)?;
        order.truncate(kept);
        let parameters = trained.parameters(&order);
        let calibration = parts.calibrate(&inspector, self.asked.false_positive_rate)?;
        let shown = order.iter().take(self.asked.prototypes.min(n_ordered));
        let shown = shown.map(|&row| learnt[trained.rows[row]]);
        let evaluation = parts.judge(&inspector, &calibration)?;
        if evaluation.is_none() {
            progress.say(format!(
                "{}: not judged, as the test part hasn't both normal and abnormal pictures",
                model.name()
            ));
        }
        Ok(Fitted {
            model,
            evaluation,
            prototypes: shown.collect(),
            inspector,
            trained,
            parameters,
            calibration,
        })
    }
}

impl<'a> Parts<'a> {
    fn images(&self, members: &[usize]) -> Vec<&'a GreyImage> {
        let prepared = |&at: &usize| &self.set.pictures[at].prepared;
        members.iter().map(prepared).collect()
    }

    /// The rows that are kept of the bank: half as many as long as that costs next to nothing on
    /// validation pictures, all where there are none.
    fn pruned(
        &self,
        whole: Inspector,
        n_ordered: usize,
        progress: &Progress,
    ) -> Result<(Inspector, usize)> {
        let n_rows = whole.bank().n_rows();
        let auroc = |inspector: &Inspector| -> Result<Option<f64>> {
            let scored = self.scored(inspector, &self.division.validation)?;
            Ok(judge(&scored).map(|figures| figures.auroc))
        };
        let Some(best) = auroc(&whole)? else {
            return Ok((whole, n_rows));
        };
        let mut found = (whole, n_rows);
        while found.1 >= 2 {
            let mut half = found.1.div_ceil(2);
            while half > n_ordered {
                half = half.div_ceil(2);
            }
            let rows: Vec<usize> = (0..half).collect();
            let smaller = found.0.keep(&rows);
            match auroc(&smaller)? {
                Some(own) if own > best - COST => found = (smaller, half),
                _ => break,
            }
        }
        if found.1 < n_rows {
            progress.say(format!(
                "{} of {n_rows} rows of the bank are kept: on validation pictures the others are worth less than {COST} AUROC",
                found.1
            ));
        }
        Ok(found)
    }

    /// Scores, each with whether its picture is abnormal.
    fn scored(&self, inspector: &Inspector, members: &[usize]) -> Result<Vec<(f64, bool)>> {
        let looks = look(inspector, &self.images(members), false)?;
        let abnormal = |&at: &usize| self.set.pictures[at].label != self.normal;
        let scores = looks.into_iter().map(|own| own.score);
        Ok(scores.zip(members.iter().map(abnormal)).collect())
    }

    fn calibrate(&self, inspector: &Inspector, rate: f64) -> Result<Calibration> {
        let pictures = self.images(&self.calibration);
        let looks = look(inspector, &pictures, true)?;
        let mut errors: Vec<f32> = Vec::new();
        for (picture, own) in pictures.iter().zip(&looks) {
            let made = own.made.as_deref().unwrap_or_default();
            errors.extend(smoothed_error(picture.pixels(), made, picture.width()));
        }
        errors.sort_unstable_by(f32::total_cmp);
        let error = errors[(errors.len() * 99 / 100).min(errors.len() - 1)];
        let scores = looks.into_iter().map(|own| own.score).collect();
        Ok(Calibration::new(scores, rate, error.into())?)
    }

    /// Figures on the test part; none where it hasn't both kinds.
    fn judge(&self, inspector: &Inspector, calibration: &Calibration) -> Result<Option<Figures>> {
        let scored = self.scored(inspector, &self.division.test)?;
        Ok(judge(&scored).map(|figures| {
            let share = |abnormal| called_unusual(&scored, calibration, abnormal);
            let metrics = [
                ("auroc", Some(figures.auroc)),
                ("auprc", Some(figures.auprc)),
                ("false-positive-rate", share(false)),
                ("recall", share(true)),
            ];
            let metrics = metrics.into_iter();
            let metrics = metrics.filter_map(|(name, value)| Some((name.to_owned(), value?)));
            Figures {
                split: self.division.protocol.clone(),
                cases: scored.len() as u64,
                refitted: false,
                relevant_at: None,
                metrics: metrics.collect(),
            }
        }))
    }
}

/// Refuses what can't be published, before hours of training.
fn check_size(model: &ImageModel, size: usize) -> Result<()> {
    model.check_shape(size)?;
    let Some(shape) = model.shape(size) else {
        return Ok(());
    };
    let network = parameters(&Autoencoder::blank(shape, &Device::flex()));
    let count: usize = network.iter().map(|own| own.values.len()).sum();
    ensure!(
        2 * count as u64 <= MAX_FILE_BYTES,
        "{} has {} million parameters, {} MiB in half precision, and a page reads at most {}; give it fewer channels or features, or prepare pictures smaller",
        model.name(),
        count / 1_000_000,
        (2 * count) >> 20,
        MAX_FILE_BYTES >> 20
    );
    Ok(())
}

impl Fitted<'_> {
    fn published(&self, seed: u32) -> Result<PublishedPictures<'_>> {
        // By way of text, whose numbers have no more digits than they need.
        let mut config: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(&serde_json::to_string(self.model)?)?;
        config.remove("model");
        config.insert("seed".to_owned(), seed.into());
        Ok(PublishedPictures {
            name: self.model.name(),
            preparation: self.inspector.preparation(),
            shape: self.trained.shape,
            scoring: self.trained.scoring,
            calibration: &self.calibration,
            parameters: &self.parameters,
            prototypes: &self.prototypes,
            config,
            evaluation: self.evaluation.clone(),
        })
    }
}

/// What `inspector` finds of prepared pictures; `make`s pictures of them if asked to.
pub fn look(inspector: &Inspector, prepared: &[&GreyImage], make: bool) -> Result<Vec<Look>> {
    let size = inspector.preparation().size;
    if let Some(other) = prepared.iter().find(|own| own.width() != size) {
        bail!("a picture is {} pixels wide, not {size}", other.width());
    }
    let parts = prepared.par_chunks(TOGETHER).map(|part| {
        let pixels: Vec<&[f32]> = part.iter().map(|own| own.pixels()).collect();
        let looks = inspector.look(&pixels, make).now_or_never();
        looks
            .context("the processor answers at once")?
            .map_err(anyhow::Error::msg)
    });
    let parts: Vec<Vec<Look>> = parts.collect::<Result<_>>()?;
    Ok(parts.into_iter().flatten().collect())
}
